"""The command line of the local stack."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.stack import NAMES, Stack, default_dir

OK, FAILED, USAGE, NOT_RUNNING, INTERRUPTED = 0, 1, 2, 3, 130
EXIT_CODES = """\
exit status:
  0    done; for `status`: all chosen servers run and answer
  1    it did not work; the message says what happened and what to do
  2    the command line was not understood
  3    `status` only: a chosen server does not run or does not answer
  130  interrupted; what was being started is stopped again

environment:
  PARLEY_STACK_DIR   the stack's folder (as --dir)
  PARLEY_JAVA_HOME   the Java to use, before ES_JAVA_HOME, JAVA_HOME and PATH
  PARLEY_KAFKA_HEAP, PARLEY_ES_HEAP   memory of the servers (512m, 1g)
  PARLEY_ES_JAVA_OPTS   further Java options for Elasticsearch
  XDG_CACHE_HOME     where the fetched programs are kept (parley/stack below it)
"""


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(
        prog="stack",
        description="A real Kafka and a real Elasticsearch on this machine, without Docker.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("action", choices=("up", "down", "status"))
    root.add_argument("--dir", type=Path, help="the stack's folder (default: .parley/stack here)")
    root.add_argument("--only", type=_names, default=NAMES, help="kafka, elasticsearch, or both with a comma")
    root.add_argument("--json", action="store_true", help="answer as JSON on standard output")
    root.add_argument("--purge", action="store_true", help="with `down`: delete the stack's data as well")
    root.add_argument("--verbose", action="store_true", help="tell each step even when nobody watches")
    return root


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if not names or any(name not in NAMES for name in names):
        raise argparse.ArgumentTypeError(f"{text!r}: choose from {', '.join(NAMES)}")
    return names


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if options.purge and (options.action != "down" or options.only != NAMES):
        parser().error("--purge goes with `down` of the whole stack")
    talk = options.verbose or sys.stderr.isatty()

    def say(text: str) -> None:
        if talk:
            print(f"stack: {text}", file=sys.stderr, flush=True)

    try:
        stack = Stack(options.dir or default_dir(), say=say)
        return _run(stack, options)
    except StackError as error:
        print(f"stack: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("stack: interrupted", file=sys.stderr)
        return INTERRUPTED


def _run(stack: Stack, options: argparse.Namespace) -> int:
    if options.action == "up":
        stack.up(options.only)
    elif options.purge:
        stack.purge()
    elif options.action == "down":
        stack.down(options.only)
    if options.json:
        print(json.dumps(stack.as_dict(), indent=2))
    elif options.action != "down":
        _show(stack, options.only)
    if options.action != "status":
        return OK
    now = stack.status()
    return OK if all(now[name].ready for name in options.only) else NOT_RUNNING


def _show(stack: Stack, names: Sequence[str]) -> None:
    now = stack.status()
    for name in names:
        entry = now[name]
        word = "ready" if entry.ready else "running, not answering" if entry.running else "stopped"
        detail = f"  process {entry.pid}, {entry.memory_mb} MB" if entry.running else ""
        print(f"{name:14} {word:8} {entry.address}{detail}".rstrip())

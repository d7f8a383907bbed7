"""The way in: run a command, and turn whatever happens into one clear line and an exit status."""

from __future__ import annotations

import datetime as dt
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from pipelines.cli.exits import Exit, status_of
from pipelines.cli.output import ReaderGone, say
from schemas.errors import ParleyError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``parley`` with these arguments (default: those of the process); returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    status = _run(arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        status = Exit.READER_GONE
    if status == Exit.READER_GONE:
        # Python flushes once more at its end and would complain: let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return int(status)


def _run(arguments: Sequence[str] | None) -> int:
    from pipelines.cli.app import command

    try:
        command()(args=arguments, prog_name="parley")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.OK if end.code is None else Exit.UNEXPECTED
    except ReaderGone:
        return Exit.READER_GONE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except ParleyError as error:
        if os.environ.get("PARLEY_DEBUG"):
            traceback.print_exc()
        say(f"parley: {error}")
        return status_of(error)
    except Exception as error:  # noqa: BLE001 (the last hold: no traceback at a user)
        _unexpected(error)
        return Exit.UNEXPECTED
    return Exit.OK


def _unexpected(error: Exception) -> None:
    if os.environ.get("PARLEY_DEBUG"):
        traceback.print_exc()
        return
    details = "".join(traceback.format_exception(error))
    try:
        path = _log_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{dt.datetime.now(dt.UTC).isoformat()} {' '.join(sys.argv[:2])}\n{details}\n")
        where = f"details are in {path}"
    except OSError as problem:
        where = f"details could not be kept ({problem}); PARLEY_DEBUG=1 shows them"
    say(f"parley: unexpected {type(error).__name__}: {str(error)[:300]}. This is a fault of Parley; {where}")


def _log_file() -> Path:
    home = os.environ.get("XDG_STATE_HOME")
    try:
        base = Path(home) if home else Path.home() / ".local" / "state"
    except RuntimeError:  # no home folder
        base = Path(tempfile.gettempdir())
    return base / "parley" / "errors.log"

"""Where a command's words go: results to standard output in UTF-8, everything else to standard error."""

from __future__ import annotations

import json
import os
import sys
from typing import IO, TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console


class ReaderGone(Exception):  # noqa: N818, RUF100 (an event, not a fault)
    """Whoever read our output has closed it (``parley extract ... | head``)."""


def write_line(data: bytes) -> None:
    """One line on standard output, at once. Raises ``ReaderGone``."""
    try:
        sys.stdout.buffer.write(data + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error


def write_json(value: object) -> None:
    """A value as one line of JSON."""
    write_line(json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace"))


def say(*lines: str) -> None:
    """Plain words to the person at the terminal."""
    for line in lines:
        print(line, file=sys.stderr)
    sys.stderr.flush()


def console(stream: IO[str] | None = None) -> Console:
    """A rich console on standard output that speaks UTF-8 whatever the locale."""
    from rich.console import Console

    class Ours(Console):
        def on_broken_pipe(self) -> NoReturn:
            raise ReaderGone

    target = stream or sys.stdout
    wide = None if target.isatty() or os.environ.get("COLUMNS") else 110
    return Ours(file=target, width=wide, highlight=False, soft_wrap=False)


def table(title: str | None, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """A plain readable table on standard output. Cells are text from outside: no markup is read in them."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for heading in headings:
        made.add_column(heading, overflow="fold")
    for row in rows:
        made.add_row(*(Text(clean(cell)) for cell in row))
    console().print(made)


def clean(text: str) -> str:
    """Text from outside without control characters: a story must not drive the reader's terminal."""
    return "".join(char if char in "\n\t" or char.isprintable() else " " for char in text)

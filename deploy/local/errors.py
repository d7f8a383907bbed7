"""The one error the local stack raises."""

from __future__ import annotations

from pathlib import Path


class StackError(Exception):
    """Something a user can act on: the message says what happened, where, and what to do next."""


def log_tail(path: Path, lines: int = 8) -> str:
    """The end of a server's log, indented, to be shown below an error."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 16_384))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return f"  (no log at {path})"
    tail = [f"  | {line[:300]}" for line in text.splitlines() if line.strip()][-lines:]
    return "\n".join(tail) if tail else f"  ({path} is empty)"

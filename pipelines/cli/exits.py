"""What the exit status of every command means, and how an error becomes one."""

from __future__ import annotations

from enum import IntEnum

from schemas.errors import Code, ParleyError, Quarantine


class Exit(IntEnum):
    """Documented in ``parley --help``; scripts may rely on it."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    REFUSED = 3
    UNREACHABLE = 4
    NOT_SET_UP = 5
    INTERRUPTED = 130
    READER_GONE = 141


MEANING = """\
Exit status: 0 done. 1 something unexpected. 2 wrong usage or settings. 3 done, but some input was refused.
4 a service cannot be reached or refuses. 5 not set up, or set up by an incompatible version. 130 interrupted.
141 whoever read the output went away."""

_UNREACHABLE = frozenset(
    {
        Code.KAFKA_UNAVAILABLE,
        Code.STORE_UNAVAILABLE,
        Code.STORE_OVERLOADED,
        Code.CONFLICT,
        Code.FETCH_FAILED,
        Code.BAD_CREDENTIALS,
    }
)


def status_of(error: ParleyError) -> Exit:
    """The exit status that stands for an error."""
    if error.code is Code.BAD_CONFIG:
        return Exit.USAGE
    if error.code in _UNREACHABLE:
        return Exit.UNREACHABLE
    if isinstance(error, Quarantine):
        return Exit.REFUSED
    return Exit.NOT_SET_UP

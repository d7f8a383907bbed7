"""Dead letters as Kafka messages: the original bytes as the value, who, what, where and why in headers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from connectors.kafka.cloudevents import Headers
from schemas.dead_letter import DeadLetter
from schemas.errors import Code

_PREFIX = "parley_dl_"
_FIELDS = ("id", "stage", "code", "message", "origin", "engine", "at")


def to_message(letter: DeadLetter) -> tuple[bytes, bytes, Headers]:
    """Key (the letter's id), value (the bytes as they came) and headers."""
    values = {
        "id": letter.id,
        "stage": letter.stage,
        "code": letter.code.value,
        "message": letter.message,
        "origin": letter.origin,
        "engine": letter.engine,
        "at": letter.at.isoformat(),
    }
    return (
        letter.id.encode(),
        letter.payload,
        tuple((_PREFIX + name, values[name].encode("utf-8", "replace")) for name in _FIELDS),
    )


def from_message(value: bytes, headers: Iterable[tuple[str, bytes]]) -> DeadLetter:
    """The letter of a message. Raises ``ValueError`` for one that Parley did not write."""
    found = {name.removeprefix(_PREFIX): data.decode("utf-8", "replace") for name, data in headers if name.startswith(_PREFIX)}
    missing = [name for name in _FIELDS if name not in found]
    if missing:
        raise ValueError(f"no dead letter of Parley's: the header {_PREFIX}{missing[0]} is missing")
    return DeadLetter(
        id=found["id"],
        stage=found["stage"],
        code=Code(found["code"]),
        message=found["message"],
        origin=found["origin"],
        engine=found["engine"],
        at=dt.datetime.fromisoformat(found["at"]),
        payload=value,
    )

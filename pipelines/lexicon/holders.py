"""The table of dated offices (holders.csv)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import cast

from pipelines.lexicon.types import Gender, Holder
from pipelines.lexicon.words import sound
from schemas.meeting import Rank


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def read_holders(text: str) -> tuple[Holder, ...]:
    """Terms of office from the text of a holders table (see holders.csv for its columns)."""
    rows = csv.DictReader(io.StringIO("".join(line for line in io.StringIO(text) if not line.startswith("#"))))
    return tuple(
        Holder(
            row["wikidata_id"],
            row["name"],
            row["country"] or None,
            row["organization"] or None,
            row["office_id"],
            cast(Rank, row["rank"]),
            _day(row["start"]),
            _day(row["end"]),
            cast("Gender | None", row["gender"] or None),
        )
        for row in rows
    )


def index_holders(holders: Iterable[Holder]) -> Mapping[str, tuple[Holder, ...]]:
    """Terms by the sound of each word of the holder's name."""
    index: dict[str, list[Holder]] = {}
    for holder in holders:
        for word in {sound(part) for part in holder.name.replace("-", " ").split()} | {
            sound(part) for part in holder.name.split()
        }:
            if len(word) > 1:
                index.setdefault(word, []).append(holder)
    return MappingProxyType({word: tuple(items) for word, items in index.items()})

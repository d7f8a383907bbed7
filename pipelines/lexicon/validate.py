"""Checks on the lexicon's data, collected so that one run tells all that is wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import get_args

from pipelines.lexicon.types import Holder
from schemas.errors import Code, Fatal
from schemas.meeting import Rank

_RANKS = frozenset(get_args(Rank))
_WIKIDATA = re.compile(r"Q[1-9][0-9]*\Z")
_SHOWN = 5


class Problems:
    """What is wrong with the data, in the order it was found."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def check(self, right: bool, where: str, what: str) -> None:
        """Notes a problem unless ``right``."""
        if not right:
            self.found.append(f"{where}: {what}")

    def raise_if_any(self) -> None:
        """Raises ``Fatal`` with ``bad_lexicon``, the first problems in its message."""
        if self.found:
            more = f" (and {len(self.found) - _SHOWN} more)" if len(self.found) > _SHOWN else ""
            raise Fatal(
                Code.BAD_LEXICON,
                f"the lexicon's data is wrong: {'; '.join(self.found[:_SHOWN])}{more}; correct the file and start again",
            )


def check_holders(
    holders: Iterable[Holder], countries: Collection[str], organizations: Collection[str], problems: Problems
) -> None:
    """Impossible dates, unknown codes, and one person's overlapping terms of one office."""
    where = "holders.csv"
    terms: dict[tuple[str, str | None, str | None, str], list[Holder]] = {}
    for holder in holders:
        who = f"{holder.wikidata_id} {holder.name}"
        problems.check(_WIKIDATA.match(holder.wikidata_id) is not None, where, f"{who}: no Wikidata id")
        problems.check(bool(holder.name.strip()), where, f"{who}: no name")
        problems.check(holder.rank in _RANKS, where, f"{who}: {holder.rank!r} is no rank")
        problems.check(holder.country is None or holder.country in countries, where, f"{who}: unknown country {holder.country}")
        problems.check(
            holder.organization is None or holder.organization in organizations,
            where,
            f"{who}: unknown organization {holder.organization}",
        )
        problems.check(
            (holder.country is None) != (holder.organization is None), where, f"{who}: wants a country or an organization"
        )
        problems.check(holder.start is not None, where, f"{who}: no start")
        problems.check(
            holder.start is None or holder.end is None or holder.start <= holder.end, where, f"{who}: ends before it starts"
        )
        terms.setdefault((holder.wikidata_id, holder.country, holder.organization, holder.office_id), []).append(holder)
    for (wikidata_id, _, _, office), items in terms.items():
        dated = sorted((item for item in items if item.start is not None), key=lambda item: str(item.start))
        for earlier, later in pairwise(dated):
            overlap = later.start is not None and (earlier.end is None or earlier.end > later.start)
            problems.check(not overlap, where, f"{wikidata_id}: two terms as {office} overlap")

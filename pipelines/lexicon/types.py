"""What the lexicon knows, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.meeting import Rank

OrganizationKind = Literal["igo", "group", "authority", "institution"]
Gender = Literal["f", "m"]


@dataclass(frozen=True, slots=True)
class Country:
    """A state or territory of ISO 3166-1, or Kosovo."""

    code: str
    """Alpha-3; XKX for Kosovo."""
    territory: bool
    """Not a state of its own."""
    names: tuple[str, ...]
    """Wire wordings, today's usual one first; states that ended stand with the one that carries them on."""
    demonyms: tuple[str, ...]
    """Adjectives and words for its people."""
    seats: tuple[str, ...]
    """Capital, seat of government, and houses whose name stands for the government."""


@dataclass(frozen=True, slots=True)
class Office:
    """One wording of an office."""

    id: str
    rank: Rank
    abroad: Mapping[str, tuple[str, Rank]]
    """Code and rank in countries where the wording means another office, by alpha-3."""
    generic: bool = False
    """An office of state only beside a country: ``Chinese leader``."""
    home: str | None = None
    """Alpha-3 of the only country with this wording."""

    def at(self, country: str | None) -> tuple[str, Rank]:
        """Code and rank of the wording in a country."""
        if country is not None and country in self.abroad:
            return self.abroad[country]
        return self.id, self.rank


@dataclass(frozen=True, slots=True)
class Organization:
    """A body that speaks or acts: intergovernmental, a group of states, a de facto authority, or an institution of a state."""

    name: str
    kind: OrganizationKind
    country: str | None
    heads: frozenset[str]
    """Titles of its head, plain lower case."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a capitalised wording stands for, all readings together."""

    country: str | None = None
    """Alpha-3."""
    is_name: bool = False
    """A country's name."""
    is_demonym: bool = False
    is_seat: bool = False
    organization: Organization | None = None
    media: bool = False
    weak: bool = False
    """Also an everyday word or a person's name: wants support from its surroundings."""
    place: bool = False
    """A city or region, which says nothing of a country here."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A term of office. ``start`` or ``end`` is None where the term is open or its day unknown."""

    wikidata_id: str
    name: str
    country: str | None
    organization: str | None
    office_id: str
    rank: Rank
    start: date | None
    end: date | None
    gender: Gender | None

    def covers(self, day: date, slack_days: int = 0) -> bool:
        """Whether the term includes the day, or misses it by no more than ``slack_days``."""
        if self.start is not None and (self.start - day).days > slack_days:
            return False
        return self.end is None or (day - self.end).days <= slack_days

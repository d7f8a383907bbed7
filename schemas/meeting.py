"""A meeting as one story reports it, and who takes part in it."""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Model, Span

Status = Literal["held", "ongoing", "planned", "proposed", "postponed", "cancelled", "rejected", "denied"]
Mode = Literal["in_person", "phone", "video", "unknown"]
Format = Literal["bilateral", "trilateral", "multilateral"]
Rank = Literal[
    "head_of_state",
    "head_of_government",
    "foreign_minister",
    "minister",
    "deputy_minister",
    "organization_head",
    "envoy",
    "ambassador",
    "official",
]
Role = Literal["principal", "host", "visitor", "mediator", "delegation", "observer"]
DatePrecision = Literal["day", "week", "month", "season", "year", "unknown"]
DateBasis = Literal["explicit", "dateline", "published"]
Confidence = Annotated[float, Field(ge=0.0, le=1.0)]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
WikidataId = Annotated[str, Field(pattern=r"^Q[1-9][0-9]*$")]


class Level(IntEnum):
    """The contract's ranks in its order, so that the lower of two sides can be told."""

    official = 1
    ambassador = 2
    envoy = 3
    organization_head = 4
    deputy_minister = 5
    minister = 6
    foreign_minister = 7
    head_of_government = 8
    head_of_state = 9


HIGH_LEVEL: frozenset[str] = frozenset(
    {"head_of_state", "head_of_government", "foreign_minister", "minister", "organization_head"}
)
"""Ranks that make a side count towards ``high_level``."""


class Participant(Model):
    """Someone who takes part: a person, or a group or office known only by its wording."""

    name: str | None
    """The fullest personal name given anywhere in the story; null for someone known only by office or as a group."""
    text: str
    """The fullest wording given."""
    office: str | None = None
    """The story's wording."""
    office_id: str | None = None
    """The lexicon's code."""
    country_code: CountryCode | None = None
    organization: str | None = None
    rank: Rank = "official"
    role: Role = "principal"
    wikidata_id: WikidataId | None = None
    confidence: Confidence = 1.0
    mentions: tuple[Span, ...] = ()


class Place(Span):
    """Where the meeting is; not the dateline. Offsets say where the story names it."""

    city: str | None = None
    country_code: CountryCode | None = None
    geonameid: int | None = None


class Plover(Model):
    """PLOVER's event, mode and context by documented rules (pipelines/codes)."""

    event: str | None
    mode: str | None
    context: str | None


class Meeting(Model):
    """An encounter between official representatives of two or more states or intergovernmental organizations."""

    status: Status
    mode: Mode
    format: Format
    level: Rank
    """Rank of the lower side, each side counted at its highest participant."""
    high_level: bool
    start: date | None = None
    end: date | None = None
    date_precision: DatePrecision = "unknown"
    date_text: str | None = None
    date_basis: DateBasis | None = None
    place: Place | None = None
    parent: str | None = None
    """Name of the larger event."""
    participants: tuple[Participant, ...]
    topics: tuple[Span, ...] = ()
    cameo: str | None = None
    plover: Plover | None = None
    confidence: Confidence
    evidence: tuple[Span, ...]

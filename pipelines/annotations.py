"""What the linguistic steps hand to each other: plain values over one story's body.

All offsets are Unicode code points of ``Article.body``, half-open. The way: ``text.read_document`` -> ``people.find_people``
-> ``quotes.find_quotes`` and ``encounters.find_meetings``. Each step is pure: the same story gives the same values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from schemas.meeting import Rank


@dataclass(frozen=True, slots=True)
class Stretch:
    """A half-open stretch of the body."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence(Stretch):
    """One sentence; a quotation of several sentences inside marks is parted at them, too."""

    index: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Marked(Stretch):
    """A stretch between quotation marks. ``start`` and ``end`` leave the marks out, ``outer_*`` take them in."""

    outer_start: int
    outer_end: int
    paragraph: int
    continued: bool
    """Goes on from the paragraph before, or goes on into the next (its closing mark is left out by convention)."""
    depth: int
    """0 for an outer quotation, 1 for one inside another."""


@dataclass(frozen=True, slots=True)
class Document:
    """A story's body cut into paragraphs, sentences and marked stretches."""

    text: str
    headline: str
    paragraphs: tuple[Stretch, ...]
    sentences: tuple[Sentence, ...]
    marked: tuple[Marked, ...]
    furniture: tuple[Stretch, ...] = ()
    """Bylines, datelines, credit and editing lines: never searched for people, quotes or meetings."""


MentionKind = Literal["name", "nominal", "pronoun", "group"]


@dataclass(frozen=True, slots=True)
class Mention(Stretch):
    """Words that stand for an entity. ``start``/``end`` cover title and name where they stand together."""

    entity: int
    """Index into ``People.entities``."""
    kind: MentionKind
    head_start: int
    head_end: int
    """The personal name, or the head noun of a nominal, without titles and demonyms."""


EntityKind = Literal["person", "institution", "group", "anonymous"]


@dataclass(frozen=True, slots=True)
class Entity:
    """Someone the story speaks of: a person, an institution (a ministry, TASS), a group (G7 leaders), or unnamed sources."""

    index: int
    kind: EntityKind
    name: str | None
    """Fullest personal (or institution's) name in the story."""
    text: str
    """Fullest wording in the story, title and name."""
    surname: str | None = None
    office: str | None = None
    """The story's wording of the office, without demonym folding: ``US Secretary of State``."""
    office_id: str | None = None
    rank: Rank = "official"
    country_code: str | None = None
    organization: str | None = None
    gender: Literal["f", "m"] | None = None
    plural: bool = False
    spokesperson: bool = False
    speaks_for: int | None = None
    """Entity on whose behalf a spokesperson speaks, where the story says so."""
    former: bool = False
    media: bool = False
    """A news agency, paper or broadcaster: relays words, never takes part."""
    wikidata_id: str | None = None
    confidence: float = 1.0
    mentions: tuple[Mention, ...] = field(default=())
    members: tuple[int, ...] = ()
    """Of a group that takes up people named before ("the two leaders"): their entities."""


@dataclass(frozen=True, slots=True)
class People:
    """Everyone in the story and every place they are mentioned, in the order of the text."""

    entities: tuple[Entity, ...]
    mentions: tuple[Mention, ...]

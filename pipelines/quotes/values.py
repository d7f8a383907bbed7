"""What the steps of quotation finding hand to each other."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.annotations import Entity, Mention, Stretch
from pipelines.lexicon.speech import CueKind


@dataclass(frozen=True, slots=True)
class Word(Stretch):
    """A word or a parting mark outside quotation marks."""

    lower: str


@dataclass(frozen=True, slots=True)
class Subject(Stretch):
    """The words that name a speaker, and the entity they stand for, where it is known."""

    entity: Entity | None
    mention: Mention | None


@dataclass(frozen=True, slots=True)
class Cue(Stretch):
    """A word that reports speech, with its subject where one was found."""

    word: str
    kinds: frozenset[CueKind]
    subject: Subject | None
    inverted: bool
    """The subject follows the cue: ``said Lavrov``."""

"""Meetings: who met, meets or will meet whom, when, where, at which level, about what."""

from __future__ import annotations

import datetime as dt

from pipelines.annotations import Document, People
from pipelines.encounters.assemble import Cluster, assemble, cluster
from pipelines.encounters.triggers import Reader
from pipelines.encounters.words import load_meeting_words
from pipelines.lexicon import Lexicon
from schemas.meeting import DateBasis, Meeting

__all__ = ["Candidate", "find_candidates"]


class Candidate:
    """A meeting and what detection weighs: where in the story it is told, and by how many words."""

    def __init__(self, meeting: Meeting, group: Cluster) -> None:
        self.meeting = meeting
        self.first_sentence = min(trigger.sentence for trigger in group.triggers)
        self.triggers = len(group.triggers)
        self.named = sum(1 for party in group.parties.values() if party.entity is not None)


def find_candidates(
    document: Document, people: People, lexicon: Lexicon, base: dt.date | None, basis: DateBasis
) -> list[Candidate]:
    """Every meeting that the story speaks of, in the order of its first words, passing mentions among them."""
    triggers = Reader(document, people, lexicon, load_meeting_words()).triggers()
    found = []
    for group in cluster(triggers):
        named = sum(1 for party in group.parties.values() if party.entity is not None and party.entity.name)
        confidence = min(0.95, 0.45 + 0.15 * min(named, 2) + 0.05 * min(len(group.triggers), 4))
        meeting = assemble(group, document, lexicon, base, basis, round(confidence, 3))
        if meeting is not None:
            found.append(Candidate(meeting, group))
    return sorted(found, key=lambda candidate: candidate.first_sentence)

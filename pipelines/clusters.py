"""What the reports of one meeting say together: its level, and everybody who takes part. Pure."""

from __future__ import annotations

from pipelines.resolve import Cluster, fold, side_of
from schemas.meeting import Level, Participant, Rank

MOST_PEOPLE = 60
"""Participants kept of a meeting; a session of 190 delegations is not made clearer by its tail."""


def level_of(cluster: Cluster) -> tuple[Rank, bool]:
    """The highest level that any report gives the meeting, and whether any calls it high-level."""
    level: Rank = max((report.meeting.level for report in cluster.reports), key=lambda rank: Level[rank])
    return level, any(report.meeting.high_level for report in cluster.reports)


def everybody(cluster: Cluster) -> tuple[Participant, ...]:
    """The participants of all reports, each once: the latest wording, with the fullest name that any report has."""
    people: list[Participant] = []
    for report in reversed(cluster.reports):
        for person in report.meeting.participants:
            at = next((index for index, known in enumerate(people) if _is_same(known, person)), None)
            if at is None:
                people.append(person)
            else:
                people[at] = _joined(people[at], person)
    order = {side: index for index, side in enumerate(sorted({side_of(person) or "~" for person in people}))}
    people.sort(key=lambda person: (order[side_of(person) or "~"], -Level[person.rank], person.name or person.text))
    return tuple(people[:MOST_PEOPLE])


def _is_same(one: Participant, other: Participant) -> bool:
    if one.wikidata_id and other.wikidata_id:
        return one.wikidata_id == other.wikidata_id
    if side_of(one) != side_of(other):
        return False
    if one.name and other.name:
        left, right = set(fold(one.name).split()), set(fold(other.name).split())
        return left <= right or right <= left
    if not one.name and not other.name:
        return fold(one.text) == fold(other.text) or (one.office_id is not None and one.office_id == other.office_id)
    if one.office_id and other.office_id:
        return one.office_id == other.office_id
    return one.rank == other.rank and one.rank != "official"


def _joined(known: Participant, older: Participant) -> Participant:
    """``known`` is the later wording; the longer name wins, and what it lacks comes from the older one."""
    longer = max((person.name or "" for person in (known, older)), key=len) or None
    return known.model_copy(
        update={
            "name": longer,
            "office": known.office or older.office,
            "office_id": known.office_id or older.office_id,
            "organization": known.organization or older.organization,
            "wikidata_id": known.wikidata_id or older.wikidata_id,
            "confidence": max(known.confidence, older.confidence),
        }
    )

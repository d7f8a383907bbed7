"""From what many stories report to the meetings there were: one pure function of the set of reports.

``resolve`` sorts the reports before it does anything, so neither their order nor repetition nor the batches they came in
can matter. It looks at one bucket at a time: the reports whose principals stand for the same sides. Who they are and on
which day they meet tells meetings of a bucket apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pydantic import AwareDatetime

from schemas.base import Model
from schemas.meeting import Meeting, Participant, Status

SIDED = frozenset({"principal", "host", "visitor"})
"""Roles that stand for a side; mediators, observers and delegations do not part one bucket from another."""
PAST: frozenset[Status] = frozenset({"held", "ongoing"})
AHEAD: frozenset[Status] = frozenset({"planned", "proposed"})
NEAR = timedelta(days=45)
"""How far from a meeting's day a story without a day may have been sent and still mean that meeting: a readout of weeks
later, an announcement of the month before."""
SAME_TALK = timedelta(days=4)
"""How far apart two stories, both without a day, may have been sent and still tell of one meeting that was held."""
SAME_PLAN = timedelta(days=21)
"""The same for a meeting that is to come: plans are told again and again."""
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_SPANS = {"day": 0, "week": 6, "month": 30, "season": 91, "year": 365}


class Report(Model):
    """What one version of one story says of one meeting."""

    article_id: str
    ordinal: int
    """Place among the story's meetings."""
    uri: str
    version: int
    version_seq: int
    """The external version that the story was written with."""
    provider: str | None = None
    published: AwareDatetime | None = None
    meeting: Meeting

    @property
    def key(self) -> str:
        """The same over a story's versions."""
        return f"{self.article_id}:{self.ordinal}"

    @property
    def sent(self) -> datetime:
        """When the story was published; long ago where it does not say, so that a story that does say wins."""
        return self.published or _LONG_AGO

    @property
    def order(self) -> tuple[datetime, str, int]:
        """Reports from first to last, the same on every machine."""
        return (self.sent, self.uri, self.ordinal)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The reports of one meeting, first to last. ``day`` is the meeting's first day, None where no report knows it."""

    reports: tuple[Report, ...]
    day: date | None

    @property
    def latest(self) -> Report:
        """The report that decides about the status: the one published last."""
        return self.reports[-1]

    @property
    def first(self) -> Report:
        """The report that gives the meeting its id."""
        return self.reports[0]


def fold(text: str) -> str:
    """For comparing names: lower case, no diacritics, single blanks."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(char for char in apart if not unicodedata.combining(char)).replace("-", " ").split())


def side_of(person: Participant) -> str | None:
    """Whom a participant stands for: a country, or an organization where no country is known."""
    if person.country_code:
        return person.country_code
    return f"org:{fold(person.organization)}" if person.organization else None


def bucket_of(meeting: Meeting) -> str:
    """The key of the reports that can tell of the same meeting.

    The sorted sides of its principals. A multilateral session that has a name goes by the name, because stories list now
    these, now those of its members.
    """
    if meeting.format == "multilateral" and meeting.parent:
        return f"event {fold(meeting.parent)}"[:400]
    sides = {side for person in meeting.participants if person.role in SIDED and (side := side_of(person))}
    if len(sides) < 2:
        sides |= {side for person in meeting.participants if (side := side_of(person))}
    if sides:
        return "sides " + "|".join(sorted(sides))[:400]
    return "people " + "|".join(sorted(fold(person.name or person.text) for person in meeting.participants))[:400]


def resolve(reports: Iterable[Report]) -> tuple[Cluster, ...]:
    """The meetings of one bucket, first reported first.

    Reports with a day come first, and of those the ones that name people: they say most, so they found clusters. A report
    without a day joins the cluster of the right people that is nearest to when it was sent.
    """
    unique = {(report.key, report.version_seq): report for report in reports}
    latest: dict[str, Report] = {}
    for report in unique.values():
        if report.key not in latest or latest[report.key].version_seq < report.version_seq:
            latest[report.key] = report
    drafts: list[_Draft] = []
    for report in sorted(latest.values(), key=lambda report: (_day(report) is None, -_named(report), report.order)):
        fitting = [(distance, index) for index, draft in enumerate(drafts) if (distance := draft.distance(report)) is not None]
        if fitting:
            drafts[min(fitting)[1]].add(report)
        else:
            drafts.append(_Draft(report))
    clusters = [draft.cluster() for draft in drafts]
    return tuple(sorted(clusters, key=lambda cluster: cluster.first.order))


def gather(reports: Iterable[Report]) -> Cluster:
    """The cluster of reports that are known to tell of one meeting."""
    ordered = sorted(reports, key=lambda report: report.order)
    days = [day for report in ordered if (day := _day(report))]
    return Cluster(tuple(ordered), min(days, default=None))


class _Draft:
    """A cluster while it grows."""

    def __init__(self, report: Report) -> None:
        self.reports = [report]
        # Who they are, each wording once: a summit has a thousand reports, but few ways of naming the same people.
        self.people = {_wording(report.meeting): report.meeting}
        self.start = _day(report)
        self.end = max(report.meeting.end or self.start, self.start) if self.start else None

    def add(self, report: Report) -> None:
        self.reports.append(report)
        self.people.setdefault(_wording(report.meeting), report.meeting)
        day = _day(report)
        if day is not None and self.start is not None and self.end is not None:
            self.start = min(self.start, day)
            self.end = max(self.end, report.meeting.end or day)

    def cluster(self) -> Cluster:
        return gather(self.reports)

    def distance(self, report: Report) -> float | None:
        """How far the report is from this meeting, in days; None if it tells of another."""
        near = self._near(report) if self.start is None or self.end is None else self._from_day(report, self.start, self.end)
        # Against every report, not only one: a story that names only an office must not bridge two people of that office.
        if near is None or not all(_same_people(report.meeting, other) for other in self.people.values()):
            return None
        return near

    def _near(self, report: Report) -> float | None:
        gap = min(abs(report.sent - other.sent) for other in self.reports)
        both_past = report.meeting.status in PAST and any(other.meeting.status in PAST for other in self.reports)
        if gap > (SAME_TALK if both_past else SAME_PLAN) or _spans_apart(report, self.reports):
            return None
        if any(_overtaken(report, other) or _overtaken(other, report) for other in self.reports):
            return None
        return gap / timedelta(days=1)

    @staticmethod
    def _from_day(report: Report, start: date, end: date) -> float | None:
        day = _day(report)
        if day is not None:
            last = max(report.meeting.end or day, day)
            return 0.0 if day <= end and start <= last else None
        meeting = report.meeting
        span = _span(meeting)
        if span is not None and not (span[0] <= end and start <= span[1]):
            return None
        if report.published is None:
            return NEAR / timedelta(days=1)
        sent = report.published.date()
        gap = start - sent
        # A day's grace for time zones. What is still to come was not before, what was held is not to come.
        if meeting.status in PAST and gap > timedelta(days=1):
            return None
        if meeting.status in AHEAD and end - sent < timedelta(days=-1):
            return None
        return abs(gap) / timedelta(days=1) if abs(gap) <= NEAR else None


def _day(report: Report) -> date | None:
    return report.meeting.start if report.meeting.date_precision == "day" else None


def _named(report: Report) -> int:
    return sum(person.name is not None for person in report.meeting.participants)


def _overtaken(plan: Report, done: Report) -> bool:
    """Was it still to come, days after it had been held? Then it is another meeting."""
    return plan.meeting.status in AHEAD and done.meeting.status in PAST and plan.sent > done.sent + timedelta(days=1)


def _spans_apart(report: Report, others: Sequence[Report]) -> bool:
    """Are weeks or months given that do not touch?"""
    span = _span(report.meeting)
    spans = [other for report in others if (other := _span(report.meeting))]
    return span is not None and any(span[0] > end or start > span[1] for start, end in spans)


def _span(meeting: Meeting) -> tuple[date, date] | None:
    if meeting.start is None:
        return None
    return meeting.start, meeting.end or meeting.start + timedelta(days=_SPANS.get(meeting.date_precision, 0))


def _wording(meeting: Meeting) -> tuple[object, ...]:
    """All that ``_same_people`` looks at."""
    people = {
        (side_of(person), person.name, person.office_id, person.rank, person.wikidata_id)
        for person in meeting.participants
        if person.role in SIDED
    }
    return (meeting.mode, meeting.format, meeting.parent, frozenset(people))


def _same_people(one: Meeting, other: Meeting) -> bool:
    remote = {"phone", "video"}
    if (one.mode in remote and other.mode == "in_person") or (other.mode in remote and one.mode == "in_person"):
        return False
    if one.parent and other.parent and one.format == other.format == "multilateral":
        return fold(one.parent) == fold(other.parent)
    left, right = _sides(one), _sides(other)
    return all(_same_side(left[side], right[side]) for side in left.keys() & right.keys())


def _sides(meeting: Meeting) -> dict[str, list[Participant]]:
    sides: dict[str, list[Participant]] = {}
    for person in meeting.participants:
        if person.role in SIDED and (side := side_of(person)):
            sides.setdefault(side, []).append(person)
    return sides


def _same_side(left: Sequence[Participant], right: Sequence[Participant]) -> bool:
    """Could these be the same delegation? Sides known only by their state ("Moscow") could be anybody."""
    known = [person for person in left if _says_who(person)]
    others = [person for person in right if _says_who(person)]
    return not known or not others or any(_same_person(one, other) for one in known for other in others)


def _says_who(person: Participant) -> bool:
    return person.name is not None or person.office_id is not None or person.rank != "official"


def _same_person(one: Participant, other: Participant) -> bool:
    if one.wikidata_id and other.wikidata_id:
        return one.wikidata_id == other.wikidata_id
    if one.name and other.name:
        left, right = fold(one.name).split(), fold(other.name).split()
        # "Wang Yi" and "Yi Wang", "Lavrov" and "Sergey Lavrov", "Bob Menendez Cruz" and "Robert Menendez Cruz".
        return set(left) <= set(right) or set(right) <= set(left) or left[-1:] == right[-1:]
    if one.office_id and other.office_id:
        return one.office_id == other.office_id
    return one.rank == other.rank

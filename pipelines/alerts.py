"""What is told of a meeting, and when: it is new, its status changed, it was taken back. Pure.

What was told before is handed in as ``Told`` and comes back with the alert; the ledger keeps it, so a story met again, or
a meeting that only grows, tells nothing new. Withheld, embargoed and backfilled stories do not come here.
"""

from __future__ import annotations

from pipelines.clusters import everybody, level_of
from pipelines.documents import digest
from pipelines.resolve import SIDED, Cluster, Report
from schemas.alert import Alert
from schemas.base import Model
from schemas.meeting import Level, Participant, Rank, Status

RULE = "high-level-meeting"
_VERBS: dict[Status, str] = {
    "held": "met",
    "ongoing": "are meeting",
    "planned": "are to meet",
    "proposed": "may meet",
    "postponed": "put off their meeting",
    "cancelled": "called off their meeting",
    "rejected": "will not meet",
    "denied": "are said not to have met",
}
_CALLS: dict[Status, str] = {**_VERBS, "held": "spoke", "ongoing": "are speaking", "planned": "are to speak"}


class Told(Model):
    """What was last told of a meeting, so that it is not told twice. ``status`` is null once it was taken back."""

    status: Status | None
    transition: int
    """Number of the last alert, from 0."""
    level: Rank
    participants: tuple[str, ...]
    countries: tuple[str, ...]
    headline: str


def tell(meeting_id: str, cluster: Cluster, told: Told | None) -> tuple[Alert, Told] | None:
    """The alert that is due for a meeting as it stands, with what has been told then; None if there is nothing to tell."""
    level, high = level_of(cluster)
    status = cluster.latest.meeting.status
    if told is None and not high:
        return None
    if told is not None and told.status == status:
        return None
    people = _told_of(everybody(cluster))
    now = Told(
        status=status,
        transition=0 if told is None else told.transition + 1,
        level=level,
        participants=tuple(person.name or person.text for person in people),
        countries=tuple(sorted({person.country_code for person in people if person.country_code})),
        headline=_headline(people, cluster, told),
    )
    new = told is None or told.status is None
    alert = _alert(meeting_id, now, cluster.latest).model_copy(
        update={"kind": "new_meeting" if new else "status_change", "previous_status": told.status if told else None}
    )
    return alert, now


def retract(meeting_id: str, told: Told | None, cause: Report) -> tuple[Alert, Told] | None:
    """The alert that takes a meeting back, because its last report (``cause``) was withdrawn; None if it was never told."""
    if told is None or told.status is None:
        return None
    now = told.model_copy(
        update={"status": None, "transition": told.transition + 1, "headline": f"Taken back: {told.headline}"[:500]}
    )
    alert = _alert(meeting_id, now, cause).model_copy(update={"kind": "retraction", "previous_status": told.status})
    return alert, told.model_copy(update={"status": None, "transition": now.transition})


def _alert(meeting_id: str, told: Told, cause: Report) -> Alert:
    return Alert(
        id=digest("alert", meeting_id, RULE, told.transition),
        rule=RULE,
        kind="new_meeting",
        meeting_id=meeting_id,
        status=told.status,
        transition=told.transition,
        level=told.level,
        participants=told.participants,
        countries=told.countries,
        headline=told.headline,
        article_uri=cause.uri,
        article_version=cause.version,
        published=cause.published,
    )


def _told_of(people: tuple[Participant, ...]) -> list[Participant]:
    sided = [person for person in people if person.role in SIDED] or list(people)
    return sorted(sided, key=lambda person: -Level[person.rank])


def _headline(people: list[Participant], cluster: Cluster, told: Told | None) -> str:
    """``Ann Lee (CHN) and Bo Berg (SWE) are to meet in Oslo on 2026-03-04 (was: proposed)``."""
    latest = cluster.latest.meeting
    names = [_called(person) for person in people]
    shown = names if len(names) < 5 else [*names[:3], f"{len(names) - 3} others"]
    who = " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
    verbs = _CALLS if latest.mode in ("phone", "video") else _VERBS
    place = latest.place.city or latest.place.text if latest.place else None
    where = f" in {place}" if place else ""
    when = f" on {cluster.day.isoformat()}" if cluster.day else f" ({latest.date_text})" if latest.date_text else ""
    was = f" (was: {told.status})" if told and told.status else ""
    return f"{who} {verbs[latest.status]}{where}{when}{was}"[:500]


def _called(person: Participant) -> str:
    side = person.country_code or person.organization
    name = person.name or person.text
    return f"{name} ({side})" if side else name

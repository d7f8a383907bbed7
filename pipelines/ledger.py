"""A bucket's memory: the reports it holds, the ids its meetings were given, and what was told of them. Pure.

``update`` takes a ledger and what stories now say, and gives the next ledger. For every story the highest version wins,
so any order and any repetition of updates ends in the same reports. The store swaps one
ledger for the next by compare-and-set; ``generation`` counts the swaps and is the external version of the meetings' documents,
so a slow worker cannot put an older state of a meeting over a newer one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.alerts import Told, retract, tell
from pipelines.documents import Body, Json, digest
from pipelines.resolve import Cluster, Report, gather, resolve
from schemas.alert import Alert
from schemas.base import Model


class Entry(Model):
    """What one version of one story says in this bucket; no reports: it was withdrawn, or says nothing here any more."""

    version_seq: int
    reports: tuple[Report, ...]


class Birth(Model):
    """The report that a meeting got its id from; of two meetings that turn out to be one, the first reported keeps its id."""

    sent: datetime
    uri: str
    key: str

    @property
    def order(self) -> tuple[datetime, str, str]:
        return (self.sent, self.uri, self.key)


class Handed(Model):
    """A meeting that left a bucket with its only story, whose new version names other sides.

    Where it goes it keeps its id and is not told anew.
    """

    id: str
    told: Told | None
    generation: int
    """Of the ledger that it left."""


class Ledger(Model):
    """The state of one bucket, as kept in the store."""

    bucket: str
    generation: int = 0
    entries: dict[str, Entry] = {}  # noqa: RUF012 (pydantic copies defaults)
    """By article id."""
    ids: dict[str, str] = {}  # noqa: RUF012
    """Report key to meeting id."""
    births: dict[str, Birth] = {}  # noqa: RUF012
    """By meeting id, of those that stand."""
    told: dict[str, Told] = {}  # noqa: RUF012
    """By meeting id; kept after a retraction, so that its number is not used again."""
    merged: dict[str, str] = {}  # noqa: RUF012
    """Meeting id to the one that it turned out to be."""
    prints: dict[str, str] = {}  # noqa: RUF012
    """By meeting id: hash of the reports that its document was made from."""
    changed: dict[str, int] = {}  # noqa: RUF012
    """By meeting id: the generation in which its document last changed (or was to be deleted)."""
    departed: dict[str, Handed] = {}  # noqa: RUF012
    """By report key: meetings that went to another bucket. Kept here, so that a crash on the way there loses nothing."""
    outbox: tuple[Alert, ...] = ()
    """Alerts of the last generation, not known to have been written; writing them again does no harm."""

    @classmethod
    def read(cls, bucket: str, body: Body | None) -> Ledger:
        """The ledger from its document (None: there is none yet)."""
        return cls(bucket=bucket) if body is None else cls.model_validate_json(json.dumps(body["state"]))

    def body(self) -> Body:
        """The ledger's document."""
        state: Json = self.model_dump(mode="json", by_alias=True)
        return {"bucket": self.bucket, "generation": self.generation, "schema": {"version": "1"}, "state": state}

    def clusters(self, ids: Iterable[str]) -> dict[str, Cluster]:
        """Those of these meetings that stand, by id; as ``resolve`` found them, without doing it again."""
        found: dict[str, list[Report]] = {id: [] for id in ids if id in self.births}
        for entry in self.entries.values():
            for report in entry.reports:
                if (id := self.ids[report.key]) in found:
                    found[id].append(report)
        return {id: gather(reports) for id, reports in found.items()}

    def meeting_of(self, report: Report) -> str | None:
        """The id of the meeting that a report tells of."""
        return self.ids.get(report.key)

    def gone(self) -> set[str]:
        """Ids of meetings that were withdrawn altogether."""
        return self.changed.keys() - self.births.keys() - self.merged.keys()


@dataclass(frozen=True, slots=True)
class News:
    """What stories now say in a bucket."""

    entries: Mapping[str, Entry]
    """By article id."""
    alerts: frozenset[str] = frozenset()
    """Articles (ids) that may cause alerts."""
    handed: Mapping[str, Handed] = field(default_factory=dict)
    """By report key: meetings that come from another bucket."""
    leaving: frozenset[str] = frozenset()
    """Report keys that now stand in another bucket: their meetings are not taken back, they have moved."""
    forget: frozenset[str] = frozenset()
    """Articles (ids) that the store refused: as if they had never come, so that a mended replay can enter them."""


def update(ledger: Ledger, news: News) -> Ledger:
    """The next ledger; the very same object if the news says nothing that it does not know."""
    fresh = {id: entry for id, entry in news.entries.items() if _wins(entry, ledger.entries.get(id))}
    forgotten = news.forget & ledger.entries.keys()
    fresh |= {id: Entry(version_seq=0, reports=()) for id in forgotten}
    if not fresh:
        return ledger
    entries = {id: entry for id, entry in {**ledger.entries, **fresh}.items() if id not in forgotten}
    clusters = resolve(report for entry in entries.values() for report in entry.reports)
    generation = max([ledger.generation, *(handed.generation for handed in news.handed.values())]) + 1
    names = _name(ledger, clusters, news)
    ids = {report.key: id for id, cluster in names.items() for report in cluster.reports}
    withdrawn = {
        report.key: report
        for id in fresh
        for report in (ledger.entries[id].reports if id in ledger.entries else ())
        if report.key not in ids
    }
    lost = ledger.births.keys() - names.keys()
    merged = _merged(ledger, lost, ids, news, names)
    moved = {ledger.ids[key] for key in news.leaving if ledger.ids.get(key) in lost - merged.keys()}
    told = _inherit(ledger, merged, names, news)
    alerts: list[Alert] = []
    touched = {ids[report.key] for id in fresh.keys() & news.alerts for report in fresh[id].reports if report.key in ids}
    touched |= {ledger.ids[report.key] for id in fresh.keys() & news.alerts for report in _reports(ledger, id)}
    for id in sorted(touched):
        due = None
        if id in names:
            due = tell(id, names[id], told.get(id))
        elif id in lost - moved and id not in merged:
            due = _taken_back(id, ledger, told, withdrawn)
        if due is not None:
            alerts.append(due[0])
            told[id] = due[1]
    departed = {key: gone for key, gone in ledger.departed.items() if key not in ids}
    departed |= {
        key: Handed(id=ledger.ids[key], told=told.get(ledger.ids[key]), generation=generation)
        for key in sorted(news.leaving)
        if ledger.ids.get(key) in moved
    }
    births = {id: ledger.births.get(id) or _birth(cluster) for id, cluster in names.items()}
    prints = {id: _print(cluster) for id, cluster in names.items()}
    different = {id for id in names if prints[id] != ledger.prints.get(id)} | lost - moved
    different |= {id for id in merged if merged[id] != ledger.merged.get(id)}
    changed = {**ledger.changed, **dict.fromkeys(sorted(different), generation)}
    causes = {report.uri for entry in fresh.values() for report in entry.reports}
    return Ledger(
        bucket=ledger.bucket,
        generation=generation,
        entries=entries,
        ids=ids,
        births=births,
        told={id: what for id, what in told.items() if id not in moved},
        merged=merged,
        prints=prints,
        # A meeting that moved is the other bucket's to write: it must not look as if it were withdrawn.
        changed={id: when for id, when in changed.items() if id not in moved},
        departed=departed,
        outbox=(*(alert for alert in ledger.outbox if alert.article_uri in causes), *alerts),
    )


def _wins(entry: Entry, known: Entry | None) -> bool:
    return bool(entry.reports) if known is None else entry.version_seq > known.version_seq


def _reports(ledger: Ledger, article: str) -> tuple[Report, ...]:
    return ledger.entries[article].reports if article in ledger.entries else ()


def _name(ledger: Ledger, clusters: Sequence[Cluster], news: News) -> dict[str, Cluster]:
    """Give every cluster its id: one that its reports already have, the first reported before the others; else a new one."""
    home = {report.key: index for index, cluster in enumerate(clusters) for report in cluster.reports}
    names: dict[str, Cluster] = {}
    for index, cluster in enumerate(clusters):
        known = {ledger.ids[report.key] for report in cluster.reports if report.key in ledger.ids}
        # After a split the part with the founding report keeps the id.
        free = [id for id in known if id not in names and home.get(ledger.births[id].key, index) == index]
        free.sort(key=lambda id: ledger.births[id].order)
        moved = [news.handed[report.key].id for report in cluster.reports if report.key in news.handed]
        chosen = next((id for id in [*free, *moved] if id not in names), None)
        names[chosen or _new_id(ledger, cluster, names)] = cluster
    return names


def _new_id(ledger: Ledger, cluster: Cluster, names: Mapping[str, Cluster]) -> str:
    """From the first report; counted on where that id is already another meeting's (which a split can bring about)."""
    number = 0
    while True:
        id = digest("meeting", ledger.bucket, cluster.first.key, number)
        if id not in names and id not in ledger.births and id not in ledger.merged:
            return id
        number += 1


def _birth(cluster: Cluster) -> Birth:
    return Birth(sent=cluster.first.sent, uri=cluster.first.uri, key=cluster.first.key)


def _merged(
    ledger: Ledger, lost: Iterable[str], ids: Mapping[str, str], news: News, names: Mapping[str, Cluster]
) -> dict[str, str]:
    merged = dict(ledger.merged)
    for id in lost:
        now = sorted(ids[key] for key, before in ledger.ids.items() if before == id and key in ids)
        if now:
            merged[id] = now[0]
    for key, handed in news.handed.items():
        if key in ids and ids[key] != handed.id and handed.id not in names:
            merged[handed.id] = ids[key]
    # Signposts point at what stands: one that led to a signpost is turned, one that leads nowhere is taken down.
    for id in list(merged):
        seen = {id}
        while (into := merged[id]) in merged and into not in seen:
            seen.add(into)
            merged[id] = merged[into]
    return {id: into for id, into in merged.items() if into in names and id not in names}


def _inherit(ledger: Ledger, merged: Mapping[str, str], names: Mapping[str, Cluster], news: News) -> dict[str, Told]:
    """What was told of a meeting was told of the one it turned out to be: it is not told again as new."""
    told = dict(ledger.told)
    for handed in news.handed.values():
        if handed.told is not None and handed.id not in ledger.births:
            told[handed.id] = handed.told
    for id, into in merged.items():
        if id not in told or ledger.merged.get(id) == into:
            continue
        if into not in told:
            told[into] = told[id]
        elif told[id].status == names[into].latest.meeting.status:
            told[into] = told[into].model_copy(update={"status": told[id].status})
    return told


def _taken_back(
    id: str, ledger: Ledger, told: Mapping[str, Told], withdrawn: Mapping[str, Report]
) -> tuple[Alert, Told] | None:
    causes = [report for key, report in withdrawn.items() if ledger.ids.get(key) == id]
    return retract(id, told.get(id), max(causes, key=lambda report: report.order)) if causes else None


def _print(cluster: Cluster) -> str:
    return digest(*(part for report in cluster.reports for part in (report.key, report.version_seq)))

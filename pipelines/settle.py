"""Ledgers in a store: swapped by compare-and-set, and what follows from them written under their generation."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.store import Body, Store, Stored, Write
from pipelines.documents import digest
from pipelines.ledger import Entry, Ledger, News, update
from pipelines.meeting_documents import meeting_document, merged_document
from pipelines.outbox import alert_write
from pipelines.plan import Plan
from schemas.alert import Alert
from schemas.errors import Code, Retry

SWAPS = 12
"""How often a ledger is tried that other workers keep changing; then the batch is tried again as a whole."""


@dataclass(slots=True)
class Settled:
    """The ledgers of a batch, and alerts of earlier workers that were found untold."""

    ledgers: dict[str, Ledger] = field(default_factory=dict)
    """By bucket."""
    found: list[Alert] = field(default_factory=list)


def ledger_id(bucket: str) -> str:
    """The id of a bucket's ledger."""
    return digest("ledger", bucket)


def settle(store: Store, plans: Sequence[Plan], *, ingested: datetime, alerts_allowed: bool) -> Settled:
    """Enter what the stories say into the ledgers of all buckets they touch. Raises ``Retry`` under too much contention."""
    buckets = sorted({bucket for plan in plans for bucket in (*plan.buckets, *plan.old_buckets)})
    stored = store.get("ledger", map(ledger_id, buckets))
    before = {bucket: _read(bucket, stored.get(ledger_id(bucket))) for bucket in buckets}
    settled = Settled()
    # Buckets that a meeting leaves go first: they decide, in one swap, whether it stays with what others report of it.
    for bucket in sorted(buckets, key=lambda bucket: (_receives(bucket, plans, before), bucket)):
        known = stored.get(ledger_id(bucket))
        revision = known.revision if known else None
        news = _news(bucket, plans, settled.ledgers, alerts_allowed)
        settled.ledgers[bucket] = _swap(store, before[bucket], revision, news, ingested, settled.found)
    return settled


def withdraw(store: Store, plans: Sequence[Plan], settled: Settled, *, ingested: datetime) -> None:
    """Take back what stories reported that turned out to be refused by the store."""
    for bucket in sorted({bucket for plan in plans for bucket in plan.buckets}):
        touching = frozenset(plan.id for plan in plans if bucket in plan.buckets)
        news = News(entries={}, alerts=touching, forget=touching)
        stored = store.get("ledger", [ledger_id(bucket)]).get(ledger_id(bucket))
        revision = stored.revision if stored else None
        settled.ledgers[bucket] = _swap(store, _read(bucket, stored), revision, news, ingested, settled.found)


def meeting_writes(ledger: Ledger, ids: Iterable[str], ingested: datetime) -> dict[str, Write]:
    """What makes the documents of these meetings as the ledger has them, by meeting id."""
    wanted = sorted(set(ids) & ledger.changed.keys())
    clusters = ledger.clusters(wanted)
    writes = {}
    for id in wanted:
        body: Body = {}
        if id in clusters:
            body = meeting_document(id, clusters[id], ingested=ingested)
        elif id in ledger.merged:
            body = merged_document(id, ledger.merged[id], ingested=ingested)
        writes[id] = Write("meetings", id, body, version=ledger.changed[id], delete=not body)
    return writes


def fresh_ids(ledger: Ledger) -> set[str]:
    """Meetings that changed in the ledger's latest generation."""
    return {id for id, when in ledger.changed.items() if when == ledger.generation}


def _read(bucket: str, stored: Stored | None) -> Ledger:
    return Ledger.read(bucket, stored.body if stored else None)


def _news(bucket: str, plans: Sequence[Plan], settled: Mapping[str, Ledger], alerts_allowed: bool) -> News:
    touching = [plan for plan in plans if bucket in plan.buckets or bucket in plan.old_buckets]
    return News(
        entries={plan.id: Entry(version_seq=plan.version, reports=plan.buckets.get(bucket, ())) for plan in touching},
        # A new version that must not be shown yet takes the old one away, but nobody is told so.
        alerts=frozenset(plan.id for plan in touching if alerts_allowed and plan.state != "held_back"),
        handed={
            report.key: settled[other].departed[report.key]
            for plan in touching
            for report in plan.buckets.get(bucket, ())
            for other in sorted((plan.old_buckets - {bucket}) & settled.keys())
            if report.key in settled[other].departed
        },
        leaving=frozenset(
            report.key
            for plan in touching
            for elsewhere, reports in plan.buckets.items()
            if elsewhere != bucket
            for report in reports
        ),
    )


def _receives(bucket: str, plans: Iterable[Plan], ledgers: Mapping[str, Ledger]) -> bool:
    """Does a report come here that stood, or was on its way, in another bucket?"""
    return any(
        report.key in ledgers[other].ids or report.key in ledgers[other].departed
        for plan in plans
        for report in plan.buckets.get(bucket, ())
        for other in plan.old_buckets - {bucket}
    )


def _swap(store: Store, ledger: Ledger, revision: str | None, news: News, ingested: datetime, found: list[Alert]) -> Ledger:
    id = ledger_id(ledger.bucket)
    for attempt in range(SWAPS):
        if attempt:
            time.sleep(random.uniform(0.0, 0.02 * attempt))  # noqa: S311 (jitter, not a secret)
            stored = store.get("ledger", [id]).get(id)
            ledger, revision = _read(ledger.bucket, stored), stored.revision if stored else None
        following = update(ledger, news)
        if following is ledger:
            return ledger
        # The worker before may have died between its ledger and what follows from it; after the swap nobody would know.
        store.write([*meeting_writes(ledger, fresh_ids(ledger), ingested).values()])
        told = store.write([alert_write(alert, ingested) for alert in ledger.outbox])
        found += [alert for alert, outcome in zip(ledger.outbox, told, strict=True) if outcome.result == "written"]
        if store.compare_and_set("ledger", id, following.body(), revision):
            return following
    raise Retry(
        Code.CONFLICT, f"the ledger of {ledger.bucket!r} was changed by others {SWAPS} times in a row; the batch is tried again"
    )

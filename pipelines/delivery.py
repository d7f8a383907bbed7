"""Writing what was found: the step of the pipeline that changes a store. What decides is pure and stands elsewhere.

The order makes every crash harmless. Ledgers first (they decide, once, what a meeting is called and what is told), then what
follows from them (meetings, reports, quotes, alerts), the article last, as the mark that all of it was done. A story without
that mark is done again; each write then finds itself already there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from connectors.store import Body, Kind, Outcome, Store, Write
from pipelines.documents import ENGINE_GENERATION, article_document, article_id, quote_documents
from pipelines.ledger import Ledger
from pipelines.meeting_documents import id_of, report_document
from pipelines.outbox import alert_write, mark_sent
from pipelines.plan import Plan, plan_batch
from pipelines.resolve import bucket_of
from pipelines.settle import Settled, fresh_ids, meeting_writes, settle, withdraw
from schemas.alert import Alert
from schemas.article import Article
from schemas.errors import Code
from schemas.extraction import Extraction

What = Literal["meeting", "no_meeting", "duplicate", "held_back", "dead_letter"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one article of a batch. What is received is the sum over ``outcome``."""

    article: Article
    outcome: What
    code: Code | None = None
    """For a dead letter: why."""
    message: str = ""
    alerts: tuple[Alert, ...] = ()
    """To be published; the same ones again after a crash, under the same ids."""
    meetings: Mapping[str, Body | None] = field(default_factory=dict)
    """Meetings that changed, by id; None: withdrawn. To be published, a null for a withdrawn one."""


Publish = Callable[[Sequence[Delivered]], None]


class Delivery:
    """One batch on its way into a store, in the three steps of the graph: ``resolve``, ``index``, ``alert``, in this order.

    Every step raises ``Retry`` or ``Fatal``; then the whole batch is delivered again, as a new ``Delivery``. It can be pickled
    between the steps, so each of them is given the store.
    """

    def __init__(
        self,
        batch: Sequence[tuple[Article, Extraction]],
        *,
        ingested: datetime,
        alerts_allowed: bool,
        generation: int = ENGINE_GENERATION,
    ) -> None:
        """``ingested`` is when the pipeline got the batch: it decides whether an embargo is over. ``alerts_allowed`` is false
        for stories of the past."""
        self._batch, self._ingested = batch, ingested
        self._alerts_allowed, self._generation = alerts_allowed, generation
        self._results = [Delivered(article, "duplicate") for article, _ in batch]
        self._plans: list[Plan] = []
        self._failed: dict[int, Outcome] = {}
        self._told: list[str] = []

    def resolve(self, store: Store) -> None:
        """Find what is new in the batch, and enter it into the ledgers: which meetings there are, and what is to be told."""
        stored = store.get("articles", {article_id(article) for article, _ in self._batch})
        bodies = {id: document.body for id, document in stored.items()}
        self._plans = list(plan_batch(self._batch, bodies, self._ingested, self._generation))
        if self._plans:
            self._settled = settle(store, self._plans, ingested=self._ingested, alerts_allowed=self._alerts_allowed)

    def index(self, store: Store) -> None:
        """Write what follows from the ledgers: reports, quotes, meetings, and the alerts as an outbox."""
        if not self._plans:
            return
        plans, settled, ingested = self._plans, self._settled, self._ingested
        self._failed = _write_children(store, plans, settled, ingested)
        _undo(store, [plan for plan in plans if plan.at in self._failed], settled, ingested)
        _drop_old_children(store, [plan for plan in plans if plan.at not in self._failed])
        for plan in plans:
            self._results[plan.at] = _answer(plan, self._failed.get(plan.at))
        self._told = _attribute(store, self._results, plans, settled, ingested)

    def alert(self, store: Store, publish: Publish | None = None) -> list[Delivered]:
        """Publish meetings and alerts, then commit the articles; one answer for each article of the batch, in order.

        ``publish`` is called before the articles are committed, so that what it sends is sent again after a crash; without
        it, whoever calls publishes what is returned, and then calls ``outbox.mark_sent``.
        """
        if not self._plans:
            return self._results
        plans, settled, ingested, results = self._plans, self._settled, self._ingested, self._results
        if publish is not None:
            publish([results[plan.at] for plan in plans])
            mark_sent(store, self._told, ingested)
        good = [plan for plan in plans if plan.at not in self._failed]
        late = []
        for plan, outcome in zip(good, store.write([_commit(plan, settled, ingested) for plan in good]), strict=True):
            if outcome.result == "rejected":
                late.append(plan)
                results[plan.at] = replace(
                    _answer(plan, outcome), alerts=results[plan.at].alerts, meetings=results[plan.at].meetings
                )
            elif outcome.result != "written":
                results[plan.at] = replace(results[plan.at], outcome="duplicate")
        if late:
            _undo(store, late, settled, ingested)
            _attribute(store, results, late, settled, ingested)
        return results


def deliver(
    store: Store,
    batch: Sequence[tuple[Article, Extraction]],
    *,
    ingested: datetime,
    alerts_allowed: bool,
    publish: Publish | None = None,
    generation: int = ENGINE_GENERATION,
) -> list[Delivered]:
    """Write a batch, all steps of ``Delivery`` one after another; one answer for each article, in order."""
    delivery = Delivery(batch, ingested=ingested, alerts_allowed=alerts_allowed, generation=generation)
    delivery.resolve(store)
    delivery.index(store)
    return delivery.alert(store, publish)


def _write_children(store: Store, plans: Sequence[Plan], settled: Settled, ingested: datetime) -> dict[int, Outcome]:
    """Reports and quotes; refusals by the article's place in the batch."""
    owners: list[int] = []
    writes: list[Write] = []
    for plan in plans:
        if plan.state != "live":
            continue
        names = _meeting_ids(plan, settled)
        for report in plan.reports:
            body = report_document(plan.article, plan.extraction, report, names[report.ordinal], ingested=ingested)
            writes.append(Write("meeting-reports", id_of(report), body, version=plan.version))
        quotes = quote_documents(plan.article, plan.extraction, plan.version, ingested=ingested, meeting_ids=names)
        writes += [Write("quotes", id, body, version=plan.version) for id, body in quotes.items()]
        owners += [plan.at] * (len(writes) - len(owners))
    outcomes = store.write(writes)
    return {at: outcome for at, outcome in zip(owners, outcomes, strict=True) if outcome.result == "rejected"}


def _undo(store: Store, plans: Sequence[Plan], settled: Settled, ingested: datetime) -> None:
    """Leave nothing of stories that the store refused. Deleted without a version, so that a mended replay can write them."""
    if plans:
        withdraw(store, plans, settled, ingested=ingested)
        store.delete("quotes", [id for plan in plans for id in plan.quotes])
        store.delete("meeting-reports", [id_of(report) for plan in plans for report in plan.reports])


def _drop_old_children(store: Store, plans: Sequence[Plan]) -> None:
    old: list[tuple[Kind, str, int]] = []
    for plan in plans:
        old += [("quotes", id, plan.version) for id in sorted(plan.old_quotes)]
        old += [("meeting-reports", id, plan.version) for id in sorted(plan.old_reports)]
    store.write([Write(kind, id, {}, version=version, delete=True) for kind, id, version in old])


def _attribute(
    store: Store, results: list[Delivered], plans: Sequence[Plan], settled: Settled, ingested: datetime
) -> list[str]:
    """Write meetings and alerts, and hand each to the article that caused it; the ids of the alerts."""
    uris = {plan.article.uri: plan.at for plan in plans}
    alerts: dict[str, Alert] = {alert.id: alert for alert in settled.found}
    meetings: dict[int, dict[str, Body | None]] = {}
    writes: list[Write] = []
    for bucket, ledger in settled.ledgers.items():
        touching = [plan for plan in plans if bucket in plan.buckets or bucket in plan.old_buckets]
        if not touching:
            continue
        ids = fresh_ids(ledger) | {ledger.ids[r.key] for plan in touching for r in plan.reports if r.key in ledger.ids}
        made = meeting_writes(ledger, ids, ingested)
        writes += made.values()
        changed = {id: None if write.delete else write.body for id, write in made.items()}
        meetings.setdefault(touching[0].at, {}).update(changed)
        alerts.update((alert.id, alert) for alert in ledger.outbox if alert.article_uri in uris)
    store.write(writes)
    store.write([alert_write(alert, ingested) for alert in alerts.values()])
    for at, changed in meetings.items():
        results[at] = replace(results[at], meetings={**results[at].meetings, **changed})
    for alert in alerts.values():
        at = uris.get(alert.article_uri, plans[0].at)
        if alert not in results[at].alerts:
            results[at] = replace(results[at], alerts=(*results[at].alerts, alert))
    return list(alerts)


def _answer(plan: Plan, failure: Outcome | None) -> Delivered:
    if failure is not None:
        return Delivered(plan.article, "dead_letter", failure.code or Code.STORE_REJECTED, failure.message)
    if plan.state == "held_back":
        return Delivered(plan.article, "held_back")
    return Delivered(plan.article, "meeting" if plan.reports else "no_meeting")


def _commit(plan: Plan, settled: Settled, ingested: datetime) -> Write:
    body = article_document(
        plan.article,
        plan.extraction,
        plan.state,
        plan.version,
        ingested=ingested,
        meeting_ids=_meeting_ids(plan, settled),
        children=plan.children,
    )
    return Write("articles", plan.id, body, version=plan.version)


def _meeting_ids(plan: Plan, settled: Settled) -> list[str]:
    """The ids of the story's meetings, in the story's order."""
    ledgers: dict[str, Ledger] = settled.ledgers
    return [ledgers[bucket_of(report.meeting)].ids[report.key] for report in plan.reports]

"""What a batch comes to: of each story the version to be written, and what earlier versions left behind. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.documents import Body, State, article_id, external_version, quote_ids, state_of
from pipelines.meeting_documents import id_of, reports_of
from pipelines.resolve import Report, bucket_of
from schemas.article import Article
from schemas.extraction import Extraction


@dataclass(frozen=True, slots=True)
class Plan:
    """One story that is to be written."""

    at: int
    """Its place in the batch."""
    article: Article
    extraction: Extraction
    state: State
    id: str
    version: int
    """External version."""
    reports: tuple[Report, ...]
    """What it reports; nothing unless it is live."""
    quotes: tuple[str, ...]
    """Ids of its quotes; none unless it is live."""
    old_reports: frozenset[str]
    """Ids of reports that earlier versions left and this one does not have."""
    old_quotes: frozenset[str]
    old_buckets: frozenset[str]
    """Buckets that earlier versions reported in."""

    @property
    def buckets(self) -> dict[str, tuple[Report, ...]]:
        """The reports by bucket."""
        found: dict[str, tuple[Report, ...]] = {}
        for report in self.reports:
            bucket = bucket_of(report.meeting)
            found[bucket] = (*found.get(bucket, ()), report)
        return found

    @property
    def children(self) -> Body:
        """What the article's document lists, for the version after this one."""
        return {
            "quotes": list(self.quotes),
            "reports": [id_of(report) for report in self.reports],
            "buckets": sorted(self.buckets),
        }


def plan_batch(
    batch: Sequence[tuple[Article, Extraction]], stored: Mapping[str, Body], ingested: datetime, generation: int
) -> list[Plan]:
    """Of each story in the batch the highest version, where it is higher than that of the ``stored`` document (by id).

    What the plans leave out is a duplicate: stored already, or replaced within the batch.
    """
    versions: dict[str, list[tuple[int, int, State]]] = {}
    for at, (article, extraction) in enumerate(batch):
        state = state_of(article, extraction, ingested)
        versions.setdefault(article_id(article), []).append((external_version(article, state, generation), at, state))
    plans = []
    for id, found in versions.items():
        version, at, state = max(found, key=lambda item: (item[0], -item[1]))
        before = stored.get(id)
        if before is None or version_of(before) < version:
            plans.append(_plan(at, batch, id, version, state, before, [other for _, other, _ in found]))
    return sorted(plans, key=lambda plan: plan.at)


def _plan(
    at: int,
    batch: Sequence[tuple[Article, Extraction]],
    id: str,
    version: int,
    state: State,
    before: Body | None,
    versions: Iterable[int],
) -> Plan:
    article, extraction = batch[at]
    live = state == "live"
    reports = reports_of(article, extraction, version) if live else ()
    quotes = quote_ids(article, extraction.quotes) if live else ()
    old_quotes, old_reports, old_buckets = (set(_listed(before, name)) for name in ("quotes", "reports", "buckets"))
    # A version passed over here may have been half written before a crash: what it made goes, too.
    for other in versions:
        passed_over, said = batch[other]
        its_reports = reports_of(passed_over, said, 0)
        old_quotes.update(quote_ids(passed_over, said.quotes))
        old_reports.update(map(id_of, its_reports))
        old_buckets.update(bucket_of(report.meeting) for report in its_reports)
    return Plan(
        at=at,
        article=article,
        extraction=extraction,
        state=state,
        id=id,
        version=version,
        reports=reports,
        quotes=quotes,
        old_reports=frozenset(old_reports - set(map(id_of, reports))),
        old_quotes=frozenset(old_quotes - set(quotes)),
        old_buckets=frozenset(old_buckets),
    )


def version_of(body: Body) -> int:
    """The external version that an article's document was written with."""
    article = body["article"]
    assert isinstance(article, Mapping)
    version = article["version_seq"]
    assert isinstance(version, int)
    return version


def _listed(body: Body | None, name: str) -> tuple[str, ...]:
    children = body.get("children") if body is not None else None
    ids = children.get(name) if isinstance(children, Mapping) else None
    return tuple(str(id) for id in ids) if isinstance(ids, Sequence) and not isinstance(ids, str) else ()

"""The documents of what stories report (one a story and meeting) and of the meetings that the reports amount to. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import combinations
from typing import TypeVar

import pycountry

from pipelines.clusters import everybody, level_of
from pipelines.documents import Body, Json, article_id, document, moment, origin, provenance, report_id, url_fields
from pipelines.resolve import PAST, SIDED, Cluster, Report, bucket_of, fold, side_of
from schemas.article import Article
from schemas.extraction import Extraction
from schemas.meeting import Level, Meeting, Participant

_T = TypeVar("_T", bound=Hashable)
_UNDONE = frozenset({"cancelled", "rejected", "denied"})
_EVIDENCE = 2
"""Stretches of evidence kept of each report: enough to show why, and the ledger stays small."""
_EVIDENCE_SHOWN = 40
_TOPICS = 60


def reports_of(article: Article, extraction: Extraction, version: int) -> tuple[Report, ...]:
    """What the story reports, ready for the ledger: mentions left out, evidence cut short."""
    reports = []
    for ordinal, meeting in enumerate(extraction.meetings):
        people = tuple(person.model_copy(update={"mentions": ()}) for person in meeting.participants)
        short = meeting.model_copy(update={"participants": people, "evidence": meeting.evidence[:_EVIDENCE]})
        reports.append(
            Report(
                article_id=article_id(article),
                ordinal=ordinal,
                uri=article.uri,
                version=article.version,
                version_seq=version,
                provider=article.provider,
                published=article.published,
                meeting=short,
            )
        )
    return tuple(reports)


def id_of(report: Report) -> str:
    """The id of a report's document."""
    return report_id(report.article_id, report.ordinal)


def report_document(article: Article, extraction: Extraction, report: Report, meeting_id: str, *, ingested: datetime) -> Body:
    """What one story says of one meeting, whole."""
    meeting = extraction.meetings[report.ordinal]
    return document(
        {
            **provenance(extraction, ingested),
            "@timestamp": moment(article.published or ingested),
            "event": {"ingested": moment(ingested), "provider": article.provider, **_dates(meeting)},
            "article": origin(article, report.version_seq),
            "url": url_fields(article.url),
            "report": {"id": id_of(report), "ordinal": report.ordinal},
            "meeting": {**_meeting(meeting), "id": meeting_id, "bucket": bucket_of(meeting)},
            **_people(meeting.participants),
            **_place(meeting),
            "issue": {"names": [topic.text for topic in meeting.topics]},
            "cameo": {"code": meeting.cameo},
            "plover": _plover(meeting),
            "confidence": {"overall": meeting.confidence},
            "evidence": [{"start": span.start, "end": span.end, "text": span.text} for span in meeting.evidence],
        }
    )


def meeting_document(id: str, cluster: Cluster, *, ingested: datetime) -> Body:
    """One real meeting: its latest status with history, everybody whom any report names, and what the reports disagree on."""
    reports = cluster.reports
    newest = [report.meeting for report in reversed(reports)]
    latest = newest[0]
    level, high = level_of(cluster)
    chosen = latest.model_copy(
        update={
            "mode": _voted((meeting.mode for meeting in newest if meeting.mode != "unknown"), "unknown"),
            "format": _voted((meeting.format for meeting in newest), latest.format),
            "level": level,
            "high_level": high,
            "parent": _voted((meeting.parent for meeting in newest if meeting.parent), None),
        }
    )
    dated = next((meeting for meeting in newest if meeting.start and meeting.date_precision == "day"), None)
    timed = dated or next((meeting for meeting in newest if meeting.start), latest)
    placed = _voted((meeting.place for meeting in newest if meeting.place and meeting.place.city), None)
    placed = placed or next((meeting.place for meeting in newest if meeting.place), None)
    coded = next((meeting for meeting in newest if meeting.plover), latest)
    providers = sorted({report.provider for report in reports if report.provider})
    moments = [report.published for report in reports if report.published]
    return document(
        {
            **_made(ingested),
            "@timestamp": moment(moments[0] if moments else ingested),
            "event": {"ingested": moment(ingested), **_dates(timed)},
            "meeting": {
                **_meeting(chosen),
                "id": id,
                "bucket": bucket_of(cluster.first.meeting),
                "date_text": timed.date_text,
                "date_precision": timed.date_precision,
                "date_basis": timed.date_basis,
                "status_history": _history(reports),
            },
            **_people(everybody(cluster)),
            **_place(chosen.model_copy(update={"place": placed})),
            "issue": {"names": list(dict.fromkeys(topic.text for meeting in newest for topic in meeting.topics))[:_TOPICS]},
            "cameo": {"code": coded.cameo},
            "plover": _plover(coded),
            "report": {
                "count": len(reports),
                "provider_count": len(providers),
                "providers": providers,
                "first": moment(min(moments, default=None)),
                "last": moment(max(moments, default=None)),
                "ids": [id_of(report) for report in reports],
            },
            "article": {"uris": sorted({report.uri for report in reports})},
            "confidence": {"overall": max(meeting.confidence for meeting in newest)},
            "evidence": _evidence(reports),
            "conflicts": _conflicts(cluster),
        }
    )


def merged_document(id: str, into: str, *, ingested: datetime) -> Body:
    """What is left of a meeting that turned out to be another one: a signpost, so that nobody's link goes nowhere."""
    return document({**_made(ingested), "@timestamp": moment(ingested), "meeting": {"id": id, "merged_into": into}})


def _voted(values: Iterable[_T], otherwise: _T) -> _T:
    """What most reports say; of equals, what the latest says (values come newest first)."""
    counts = Counter(values)
    return max(counts, key=lambda value: counts[value]) if counts else otherwise


def _history(reports: Sequence[Report]) -> list[Json]:
    steps: list[Json] = []
    previous = None
    for report in reports:
        if report.meeting.status != previous:
            previous = report.meeting.status
            steps.append({"status": previous, "at": moment(report.published), "uri": report.uri, "version": report.version})
    return steps


def _evidence(reports: Sequence[Report]) -> list[Json]:
    shown: list[Json] = [
        {"uri": report.uri, "version": report.version, "start": span.start, "end": span.end, "text": span.text}
        for report in reversed(reports)
        for span in report.meeting.evidence
    ]
    return shown[:_EVIDENCE_SHOWN]


def _conflicts(cluster: Cluster) -> list[Json]:
    """Fields on which reports disagree; the status only where one says it took place and another that it did not."""
    meetings = [report.meeting for report in cluster.reports]
    places = [meeting.place for meeting in meetings if meeting.place]
    statuses = {meeting.status for meeting in meetings}
    said: dict[str, set[object]] = {
        "event.start": {meeting.start for meeting in meetings if meeting.start and meeting.date_precision == "day"},
        "geo.city_name": {fold(place.city) for place in places if place.city},
        "meeting.format": {meeting.format for meeting in meetings},
        "meeting.high_level": {meeting.high_level for meeting in meetings},
        "meeting.mode": {meeting.mode for meeting in meetings if meeting.mode != "unknown"},
        "place.country_code": {place.country_code for place in places if place.country_code},
    }
    found = [name for name, values in said.items() if len(values) > 1]
    return [*found, *(["meeting.status"] if statuses & PAST and statuses & _UNDONE else [])]


def _made(ingested: datetime) -> Body:
    return {"event": {"ingested": moment(ingested)}, "ecs": {"version": "9.0.0"}, "schema": {"version": "1"}}


def _dates(meeting: Meeting) -> Body:
    return {
        "start": None if meeting.start is None else meeting.start.isoformat(),
        "end": None if meeting.end is None else meeting.end.isoformat(),
    }


def _meeting(meeting: Meeting) -> Body:
    return {
        "status": meeting.status,
        "mode": meeting.mode,
        "format": meeting.format,
        "level": meeting.level,
        "level_rank": int(Level[meeting.level]),
        "high_level": meeting.high_level,
        "date_text": meeting.date_text,
        "date_precision": meeting.date_precision,
        "date_basis": meeting.date_basis,
        "parent": {"name": meeting.parent},
    }


def _people(people: Sequence[Participant]) -> Body:
    """The nested list, its flat twins for Kibana, and the pairs for a network of who meets whom."""
    sided = [person for person in people if person.role in SIDED and side_of(person)]
    countries = sorted({person.country_code for person in sided if person.country_code})
    pairs = {
        "|".join(sorted((_key(one), _key(other))))
        for one, other in combinations([person for person in sided if person.name or person.wikidata_id], 2)
        if side_of(one) != side_of(other)
    }
    every = sorted({person.country_code for person in people if person.country_code})
    return {
        "participants": [person.model_dump(mode="json", exclude={"mentions"}) for person in people],
        "participant": {
            "name": _unique(person.name for person in people),
            "text": _unique(person.text for person in people),
            "office": _unique(person.office for person in people),
            "office_id": _unique(person.office_id for person in people),
            "organization": _unique(person.organization for person in people),
            "rank": _unique(person.rank for person in people),
            "role": _unique(person.role for person in people),
            "wikidata_id": _unique(person.wikidata_id for person in people),
            "country_code": [*every],
            "country_name": _unique(country_name(code) for code in every),
        },
        "pair": {"people": [*sorted(pairs)], "countries": ["|".join(pair) for pair in combinations(countries, 2)]},
    }


def _key(person: Participant) -> str:
    return person.wikidata_id or person.name or person.text


def _unique(values: Iterable[str | None]) -> list[Json]:
    return [*dict.fromkeys(value for value in values if value)]


def _place(meeting: Meeting) -> Body:
    place = meeting.place
    if place is None:
        return {}
    code = place.country_code
    return {
        "geo": {"name": place.text, "city_name": place.city, "country_iso_code": _alpha_2(code) if code else None},
        "place": {"country_code": code, "country_name": country_name(code) if code else None, "geonameid": place.geonameid},
    }


def _plover(meeting: Meeting) -> Body | None:
    codes = meeting.plover
    return None if codes is None else {"event": codes.event, "mode": codes.mode, "context": codes.context}


@cache
def country_name(code: str) -> str | None:
    """English short name of an ISO 3166-1 alpha-3 code (and of XKX); None for another."""
    if code == "XKX":
        return "Kosovo"
    found = pycountry.countries.get(alpha_3=code)
    return None if found is None else str(getattr(found, "common_name", found.name))


@cache
def _alpha_2(code: str) -> str | None:
    if code == "XKX":
        return "XK"
    found = pycountry.countries.get(alpha_3=code)
    return None if found is None else str(found.alpha_2)

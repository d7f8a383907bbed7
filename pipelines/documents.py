"""From an article and what was found in it to the documents that are kept: ids, versions, articles and quotes.

Pure: the time of ingestion is handed in. Field names are those of ECS and ninjs 3.1 (snake-cased), domain fields under
prefixes of their own; ``connectors/elastic/templates`` maps every one of them.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from schemas.article import Article
from schemas.extraction import Dateline, Extraction
from schemas.quote import Quote, Speaker

# The same shapes as in connectors.store, which a pure step does not import.
Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
Body: TypeAlias = Mapping[str, Json]

SCHEMA_VERSION = "1"
ECS_VERSION = "9.0.0"
ENGINE_GENERATION = 1
"""Raised by one when a new engine is to rewrite what an older one wrote for the same wire version; 0 to 299."""
GENERATIONS = 300

State = Literal["held_back", "live", "killed"]
_STATES: tuple[State, ...] = ("held_back", "live", "killed")


def digest(*parts: str | int) -> str:
    """An id from what a document is: 128 bits, as 32 hexadecimal digits."""
    return hashlib.blake2b(json.dumps(parts).encode("ascii"), digest_size=16).hexdigest()


def article_id(article: Article) -> str:
    """The same for all versions of a story."""
    return digest("article", article.provider or "", article.uri)


def state_of(article: Article, extraction: Extraction, ingested: datetime) -> State:
    """May the story be shown? ``killed`` for good, or ``held_back`` (withheld, on hold, embargoed at ``ingested``)."""
    if extraction.signal == "kill" or article.pub_status == "canceled":
        return "killed"
    embargoed = article.embargoed_until is not None and article.embargoed_until > ingested
    if extraction.signal == "hold" or article.pub_status == "withheld" or embargoed:
        return "held_back"
    return "live"


def external_version(article: Article, state: State, generation: int = ENGINE_GENERATION) -> int:
    """What a later write of the same story must exceed: the wire's version, then its state, then the engine's generation.

    The state stands before the generation, so that an embargoed story can be released and a live one killed without a new
    wire version, and a new engine cannot bring killed text back. 2**53 wire versions times 1,000 still fit 63 bits.
    """
    if not 0 <= generation < GENERATIONS:
        raise ValueError(f"engine generation {generation}: 0 to {GENERATIONS - 1} are allowed")
    return article.version * 1000 + _STATES.index(state) * GENERATIONS + generation


def tidy(value: Json) -> Json:
    """Without nulls, empty lists and empty objects: Elasticsearch treats them as absent, and both stores keep the same."""
    if isinstance(value, Mapping):
        inner = {key: tidy(item) for key, item in value.items()}
        return {key: item for key, item in inner.items() if item is not None and item != [] and item != {}}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [tidy(item) for item in value if item is not None]
    return value


def document(fields: Body) -> Body:
    """A document as it is stored."""
    body = tidy(fields)
    assert isinstance(body, Mapping)
    return body


def moment(value: datetime | None) -> str | None:
    """RFC 3339."""
    return None if value is None else value.isoformat()


def provenance(extraction: Extraction, ingested: datetime) -> Body:
    """What every document tells of its making."""
    engine = extraction.engine
    return {
        "event": {"ingested": moment(ingested)},
        "ecs": {"version": ECS_VERSION},
        "schema": {"version": SCHEMA_VERSION},
        "pipeline": {"name": engine.name, "version": engine.version},
        "model": {"name": engine.model, "version": engine.model_version},
    }


def article_document(
    article: Article,
    extraction: Extraction,
    state: State,
    version: int,
    *,
    ingested: datetime,
    meeting_ids: Sequence[str] = (),
    children: Body | None = None,
) -> Body:
    """The story's document. Of a killed one nothing but its identity is left.

    ``children`` lists what was derived from this version (ids of quotes and reports, ledger buckets): a newer version
    deletes what it no longer has.
    """
    made = provenance(extraction, ingested)
    identity: dict[str, Json] = {
        "uri": article.uri,
        "version": article.version,
        "version_seq": version,
        "version_created": moment(article.published),
        "pub_status": article.pub_status,
        "signal": extraction.signal,
        "hidden": state != "live",
    }
    event = {"ingested": moment(ingested), "created": moment(article.published), "provider": article.provider}
    base: Body = {**made, "@timestamp": moment(article.published or ingested), "event": event, "article": identity}
    if state == "killed":
        return document({**base, "article": {**identity, "pub_status": "canceled"}})
    content = digest("content", article.headline or "", article.body)
    return document(
        {
            **base,
            "event": {**event, "hash": content},
            "article": {
                **identity,
                "embargoed_until": moment(article.embargoed_until),
                "slugline": article.slugline,
                "headline": article.headline,
                "body": article.body,
                "ed_note": article.ed_note,
                "by": article.by,
                "urgency": article.urgency,
                "word_count": len(article.body.split()),
                "language": article.language,
                "genres": list(article.genres),
                "subjects": list(article.subjects),
            },
            "dateline": _dateline(extraction.dateline),
            "detection": {
                "label": "meeting" if extraction.detection.is_meeting else "no_meeting",
                "score": extraction.detection.score,
                "skipped": extraction.detection.skipped,
            },
            "meeting": {"ids": list(meeting_ids), "count": len(extraction.meetings)},
            "quote": {"count": len(extraction.quotes)},
            "url": url_fields(article.url),
            "children": children,
        }
    )


def report_id(article: str, ordinal: int) -> str:
    """Story (its document's id) and place among its meetings; a newer version replaces the report under the same id."""
    return digest("report", article, ordinal)


def quote_ids(article: Article, quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Hash of story, speaker and words; the same words by the same speaker met again are counted on."""
    seen: Counter[tuple[str, str]] = Counter()
    ids = []
    for quote in quotes:
        key = (_speaker_key(quote.speaker), quote.text)
        ids.append(digest("quote", article_id(article), *key, seen[key]))
        seen[key] += 1
    return tuple(ids)


def quote_documents(
    article: Article, extraction: Extraction, version: int, *, ingested: datetime, meeting_ids: Sequence[str | None] = ()
) -> dict[str, Body]:
    """The quotes' documents by id. ``meeting_ids`` gives the meeting of each of the extraction's meetings.

    ``report.id`` is what ties a quote to its meeting for good (a meeting's document lists its reports' ids); ``meeting.id`` is
    what the meeting was called when the quote was written, and leads to a signpost if it is merged later.
    """
    made = provenance(extraction, ingested)
    documents: dict[str, Body] = {}
    for id, quote in zip(quote_ids(article, extraction.quotes), extraction.quotes, strict=True):
        meeting = quote.meeting if quote.meeting is not None and quote.meeting < len(meeting_ids) else None
        documents[id] = document(
            {
                **made,
                "@timestamp": moment(article.published or ingested),
                "event": {"ingested": moment(ingested), "provider": article.provider},
                "article": origin(article, version),
                "url": url_fields(article.url),
                "quote": {
                    "text": quote.text,
                    "type": quote.type,
                    "start": quote.start,
                    "end": quote.end,
                    "continued": quote.paragraph_continued,
                    "channel": quote.channel,
                    "group_id": digest("words", words_key(quote.text)),
                },
                "cue": None if quote.cue is None else {"text": quote.cue.text, "start": quote.cue.start, "end": quote.cue.end},
                "speaker": _speaker(quote.speaker),
                "on_behalf_of": {"name": quote.on_behalf_of},
                "relay": {"chain": list(quote.relay), "name": quote.relay[0] if quote.relay else None},
                "meeting": {"id": None if meeting is None else meeting_ids[meeting]},
                "report": {"id": None if meeting is None else report_id(article_id(article), meeting)},
            }
        )
    return documents


def origin(article: Article, version: int) -> Body:
    """Which story, and which version of it, a derived document comes from."""
    return {
        "id": article_id(article),
        "uri": article.uri,
        "version": article.version,
        "version_seq": version,
        "pub_status": article.pub_status,
        "headline": article.headline,
        "language": article.language,
    }


def url_fields(url: str | None) -> Body | None:
    """ECS ``url.*``; the domain is left out of an address that cannot be read."""
    if not url:
        return None
    try:
        domain = urlsplit(url).hostname
    except ValueError:
        domain = None
    return {"full": url, "domain": domain}


def words_key(text: str) -> str:
    """Letters and digits only, lower-cased: the same words with other marks and spacing are the same quotation."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _speaker_key(speaker: Speaker | None) -> str:
    return "" if speaker is None else speaker.name or speaker.text


def _speaker(speaker: Speaker | None) -> Body | None:
    if speaker is None:
        return None
    return {
        "entity_name": speaker.name,
        "raw_text": speaker.text,
        "office": speaker.office,
        "country_code": speaker.country_code,
        "organization": speaker.organization,
        "kind": speaker.kind,
        "wikidata_id": speaker.wikidata_id,
        "resolved_by": speaker.resolved_by,
        "confidence": speaker.confidence,
    }


def _dateline(dateline: Dateline | None) -> Body | None:
    if dateline is None:
        return None
    return {
        "text": dateline.text,
        "city": dateline.city,
        "country_code": dateline.country_code,
        "date": None if dateline.date is None else dateline.date.isoformat(),
        "agency": dateline.agency,
        "timezone": dateline.timezone,
    }

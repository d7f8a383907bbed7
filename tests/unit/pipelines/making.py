"""Stories and what is found in them, for tests: two ministers, a day, a status."""

from __future__ import annotations

from datetime import UTC, date, datetime

from pipelines.documents import external_version
from pipelines.meeting_documents import reports_of
from pipelines.resolve import Report
from schemas.article import Article
from schemas.base import Span
from schemas.extraction import Detection, EngineInfo, Extraction, Signal
from schemas.meeting import Meeting, Mode, Participant, Place, Rank, Status
from schemas.quote import Quote, Speaker

ENGINE = EngineInfo(name="parley", version="0.1.0", model="none", model_version="0")
INGESTED = datetime(2026, 3, 20, 12, tzinfo=UTC)
BODY = 'OSLO, March 4 - Ann Lee met Bo Berg. "We agree," Lee said. "We agree," she said again.'


def at(day: int, hour: int = 12) -> datetime:
    """A moment of March 2026."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def person(name: str | None, country: str | None, *, text: str = "", rank: Rank = "foreign_minister") -> Participant:
    return Participant(
        name=name,
        text=text or name or "foreign minister",
        country_code=country,
        rank=rank,
        office_id=rank,
        mentions=(Span(start=0, end=4, text="OSLO"),),
    )


LEE, BERG = person("Ann Lee", "CHN"), person("Bo Berg", "SWE")


def meeting(
    status: Status = "held",
    day: int | None = 4,
    people: tuple[Participant, ...] = (LEE, BERG),
    *,
    mode: Mode = "in_person",
    city: str | None = "Oslo",
    high: bool = True,
) -> Meeting:
    return Meeting(
        status=status,
        mode=mode,
        format="bilateral",
        level="foreign_minister" if high else "ambassador",
        high_level=high,
        start=date(2026, 3, day) if day else None,
        date_precision="day" if day else "unknown",
        place=Place(text=city, start=0, end=4, city=city, country_code="NOR") if city else None,
        participants=people,
        topics=(Span(start=0, end=4, text="trade"),),
        confidence=0.9,
        evidence=tuple(Span(start=n, end=n + 3, text=BODY[n : n + 3]) for n in range(4)),
    )


def story(
    uri: str = "urn:story:1",
    *meetings: Meeting,
    version: int = 1,
    published: datetime | None = None,
    provider: str = "Wire",
    signal: Signal = "story",
    quotes: int = 1,
    **more: object,
) -> tuple[Article, Extraction]:
    """A story that reports ``meetings``, with as many quotes of the same words."""
    fields = {
        "uri": uri,
        "version": version,
        "provider": provider,
        "headline": "Lee meets Berg",
        "body": BODY,
        "published": published or at(4),
        **more,
    }
    article = Article.model_validate(fields)
    speaker = Speaker(name="Ann Lee", text="Lee", start=52, end=55, kind="person", resolved_by="name", confidence=0.9)
    return article, Extraction(
        uri=uri,
        version=version,
        signal=signal,
        dateline=None,
        detection=Detection(is_meeting=bool(meetings), score=0.9 if meetings else 0.1),
        meetings=meetings,
        quotes=tuple(
            Quote(start=39, end=48, text="We agree,", type="direct", speaker=speaker, meeting=0 if meetings else None)
            for _ in range(quotes)
        ),
        engine=ENGINE,
    )


def reports(*stories: tuple[Article, Extraction]) -> list[Report]:
    """What stories report, for the ledger."""
    return [
        report
        for article, extraction in stories
        for report in reports_of(article, extraction, external_version(article, "live"))
    ]

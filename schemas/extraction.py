"""What comes out of the analysis of one article; the contract's output, with its closed lists of words."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from schemas.base import Model, Span
from schemas.meeting import Meeting
from schemas.quote import Quote

Signal = Literal["story", "update", "correction", "kill", "hold", "advisory", "alert", "brief"]
Skipped = Literal["language", "empty", "kill", "advisory", "withheld"]
Score = Annotated[float, Field(ge=0.0, le=1.0)]


class Dateline(Model):
    """Where and when the reporter got the facts. It is not where the meeting was."""

    text: str
    city: str | None = None
    country_code: str | None = None
    """ISO 3166-1 alpha-3."""
    date: dt.date | None = None
    agency: str | None = None
    timezone: str | None = None
    """IANA name."""
    start: int
    end: int


class Evidence(Span):
    """Words that speak for the decision, in the body or in the headline."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    in_: Annotated[Literal["body", "headline"], Field(alias="in")] = "body"


class Detection(Model):
    """Is the story about a diplomatic meeting?"""

    is_meeting: bool
    score: Score
    evidence: tuple[Evidence, ...] = ()
    skipped: Skipped | None = None


class EngineInfo(Model):
    """What produced the result: a result can be reproduced from the article and these four."""

    name: str
    version: str
    model: str
    model_version: str


class Extraction(Model):
    """The answer for one version of one article."""

    uri: str
    version: int
    signal: Signal
    dateline: Dateline | None
    detection: Detection
    meetings: tuple[Meeting, ...] = ()
    quotes: tuple[Quote, ...] = ()
    engine: EngineInfo

"""An utterance, who made it, and on what words that rests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Span
from schemas.meeting import Confidence, CountryCode, WikidataId

QuoteType = Literal["direct", "partial", "indirect", "mixed"]
Channel = Literal["press_conference", "readout", "statement", "interview", "social"]


class Speaker(Span):
    """Who said it; ``text``, ``start`` and ``end`` are the words beside the quote that say so."""

    name: str | None
    office: str | None = None
    country_code: CountryCode | None = None
    organization: str | None = None
    kind: Literal["person", "institution", "group", "anonymous"]
    wikidata_id: WikidataId | None = None
    resolved_by: Literal["name", "nominal", "pronoun", "implicit"]
    confidence: Confidence


class Quote(Span):
    """One utterance: what stands between the outer marks, or the reported clause."""

    type: QuoteType
    paragraph_continued: bool = False
    cue: Span | None = None
    speaker: Speaker | None = None
    relay: tuple[str, ...] = ()
    """Who passed it on, nearest the speaker first."""
    on_behalf_of: str | None = None
    channel: Channel | None = None
    meeting: Annotated[int, Field(ge=0)] | None = None
    """Index into the extraction's meetings."""

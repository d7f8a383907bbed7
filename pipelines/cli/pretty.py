"""Meetings and quotes as a person would want to read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from pipelines.cli.output import clean
from schemas.extraction import Extraction
from schemas.meeting import Meeting
from schemas.quote import Quote

STATUS_STYLE = {"held": "green", "ongoing": "green", "planned": "cyan", "proposed": "cyan", "postponed": "yellow"}
MODES = {"in_person": "in person", "phone": "by phone", "video": "by video", "unknown": ""}
APPROXIMATE = {"week": "week of ", "month": "", "season": "", "year": "", "unknown": ""}


@dataclass(frozen=True)
class Person:
    """One who takes part."""

    name: str
    office: str = ""
    side: str = ""
    """Country or organization, in words."""
    role: str = ""


@dataclass(frozen=True)
class Said:
    """One quote."""

    text: str
    speaker: str
    marked: bool = True
    """Between quotation marks in the story; otherwise a reported clause."""
    relay: tuple[str, ...] = ()
    on_behalf_of: str = ""


@dataclass(frozen=True)
class Told:
    """A meeting, put into words."""

    status: str
    day: str
    place: str
    facts: tuple[str, ...]
    """Mode, format, level, in words; what is unknown is left out."""
    parent: str
    people: tuple[Person, ...]
    topics: tuple[str, ...]
    quotes: tuple[Said, ...] = ()
    sources: str = ""
    identity: str = ""
    history: tuple[str, ...] = field(default=())
    """Earlier statuses, oldest first."""


@cache
def country(code: str | None) -> str:
    """The country's usual name on the wires; the code itself where it is not known."""
    if not code:
        return ""
    from pipelines.lexicon import load

    known = load().countries.get(code)
    return known.names[0] if known else code


def side(country_code: str | None, organization: str | None) -> str:
    """Whom someone acts for, in words."""
    return ", ".join(part for part in (organization or "", country(country_code)) if part)


def day_words(start: dt.date | None, end: dt.date | None, precision: str, wording: str | None) -> str:
    """The meeting's day as far as it is known, with the story's own wording where the day is not."""
    if start is None:
        return f"“{wording}”" if wording else "day not known"
    if precision == "month":
        return start.strftime("%B %Y")
    if precision == "year":
        return str(start.year)
    first = APPROXIMATE.get(precision, "") + start.strftime("%a %-d %b %Y")
    return first if end is None or end == start else f"{first} to {end.strftime('%a %-d %b %Y')}"


def place_words(text: str | None, country_code: str | None) -> str:
    """Place and country, the country once."""
    name = country(country_code)
    if not text:
        return name
    return text if not name or name.lower() in text.lower() else f"{text}, {name}"


def facts(mode: str, form: str, level: str, high_level: bool) -> tuple[str, ...]:
    """The classifying words worth reading."""
    words = [MODES.get(mode, mode), form, f"at the level of {level.replace('_', ' ')}" if level else ""]
    words.append("high-level" if high_level else "")
    return tuple(word for word in words if word)


def of_meeting(meeting: Meeting, quotes: Iterable[Quote] = ()) -> Told:
    """A meeting as one story reports it."""
    return Told(
        status=meeting.status,
        day=day_words(meeting.start, meeting.end, meeting.date_precision, meeting.date_text),
        place=place_words(meeting.place.text, meeting.place.country_code) if meeting.place else "",
        facts=facts(meeting.mode, meeting.format, meeting.level, meeting.high_level),
        parent=meeting.parent or "",
        people=tuple(
            Person(p.name or p.text, (p.office or "") if p.name else "", side(p.country_code, p.organization), p.role)
            for p in meeting.participants
        ),
        topics=tuple(topic.text for topic in meeting.topics),
        quotes=tuple(of_quote(quote) for quote in quotes),
    )


def of_quote(quote: Quote) -> Said:
    """A quote with its speaker in words."""
    speaker = quote.speaker
    name = (speaker.name or speaker.text) if speaker else "speaker not told"
    return Said(quote.text, name, quote.type in ("direct", "partial"), quote.relay, quote.on_behalf_of or "")


def render_extraction(result: Extraction, headline: str | None) -> RenderableType:
    """One article's answer."""
    parts: list[RenderableType] = [Text(clean(headline or result.uri), style="bold")]
    parts.append(Text(clean(_about(result)), style="dim"))
    for index, meeting in enumerate(result.meetings):
        own = [quote for quote in result.quotes if quote.meeting == index]
        parts.append(Padding(render(of_meeting(meeting, own)), (0, 0, 0, 2), expand=False))
    rest = [quote for quote in result.quotes if quote.meeting is None]
    if rest:
        if result.meetings:
            parts.append(Text("  Also said in the story", style="dim"))
        parts += [Padding(line, (0, 0, 0, 2), expand=False) for line in _quotes(of_quote(quote) for quote in rest)]
    return Group(*parts, Text(""))


def _about(result: Extraction) -> str:
    detection = result.detection
    verdict = "about a meeting" if detection.is_meeting else "not about a meeting"
    if detection.skipped:
        verdict = f"not read: {detection.skipped}"
    where = f", {result.dateline.text}" if result.dateline else ""
    return f"{result.signal}{where}; {verdict} (score {detection.score:.2f}); {result.uri} version {result.version}"


def render(told: Told) -> RenderableType:
    """A meeting with its people and quotes, a few short lines each."""
    style = STATUS_STYLE.get(told.status, "red")
    head = Text.assemble((told.status.upper(), f"bold {style}"), "  ", (clean(told.day), "bold"))
    if told.place:
        head.append(f"  {clean(told.place)}")
    parts: list[RenderableType] = [head]
    under = "; ".join((*told.facts, *([f"beside {told.parent}"] if told.parent else [])))
    if under:
        parts.append(Text(f"  {clean(under)}", style="dim"))
    for person in told.people:
        line = Text.assemble("  ", (clean(person.name), "bold"))
        about = ", ".join(part for part in (person.office, person.side) if part)
        if about:
            line.append(f" · {clean(about)}")
        if person.role not in ("", "principal"):
            line.append(f" ({person.role})", style="dim")
        parts.append(line)
    if told.topics:
        parts.append(Text("  about " + clean("; ".join(told.topics))))
    if told.history:
        parts.append(Text("  before: " + clean(", ".join(told.history)), style="dim"))
    parts += _quotes(told.quotes)
    if told.sources or told.identity:
        parts.append(Text("  " + clean(" ".join(part for part in (told.sources, told.identity) if part)), style="dim"))
    return Group(*parts)


def _quotes(quotes: Iterable[Said]) -> Iterator[RenderableType]:
    clause = ("", "")
    for quote in quotes:
        if quote.marked and quote.speaker == clause[1] and quote.text in clause[0]:
            continue  # a fragment of the clause that was just given whole
        if not quote.marked:
            clause = (quote.text, quote.speaker)
        words = clean(quote.text).replace("\n", " ")
        line = Text.assemble("“" if quote.marked else "", (words, "italic"), "”" if quote.marked else "")
        line.append(f" — {clean(quote.speaker)}")
        if quote.on_behalf_of:
            line.append(f", for {clean(quote.on_behalf_of)}")
        if quote.relay:
            line.append(f", as told by {clean(', '.join(quote.relay))}", style="dim")
        yield Padding(line, (0, 0, 0, 4), expand=False)

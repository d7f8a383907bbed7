"""Stored documents put into words: the shapes are those of ``pipelines.documents`` and ``pipelines.meeting_documents``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from connectors.documents import values_at
from pipelines.cli.pretty import Person, Said, Told, country, day_words, facts, place_words, side

if TYPE_CHECKING:
    from connectors.store import Body, Json


def text_at(body: Json, path: str) -> str:
    """The first value at a dotted path as text; empty where there is none."""
    return next((str(value) for value in values_at(body, path)), "")


def texts_at(body: Json, path: str) -> tuple[str, ...]:
    """Every value at a dotted path as text."""
    return tuple(str(value) for value in values_at(body, path))


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text[:10]) if text else None


def of_meeting(id: str, body: Body, quotes: Iterable[Said] = ()) -> Told:
    """A meeting document."""
    history = [
        f"{text_at(step, 'status')} ({text_at(step, 'at')[:10]})" if text_at(step, "at") else text_at(step, "status")
        for step in _list(body, "meeting", "status_history")
    ]
    count, providers = text_at(body, "report.count") or "0", texts_at(body, "report.providers")
    stories = f"told by {count} stor{'y' if count == '1' else 'ies'}"
    conflicts = texts_at(body, "conflicts")
    return Told(
        status=text_at(body, "meeting.status"),
        day=meeting_day(body),
        place=meeting_place(body),
        facts=facts(
            text_at(body, "meeting.mode"),
            text_at(body, "meeting.format"),
            text_at(body, "meeting.level"),
            text_at(body, "meeting.high_level") == "True",
        ),
        parent=text_at(body, "meeting.parent.name"),
        people=tuple(_person(person) for person in _list(body, "participants")),
        topics=texts_at(body, "issue.names"),
        quotes=tuple(quotes),
        sources=stories
        + (f" of {', '.join(providers)}" if providers else "")
        + (f"; they disagree on {', '.join(conflicts)}" if conflicts else ""),
        identity=f"[{id}]",
        history=tuple(history[:-1]),
    )


def meeting_day(body: Body) -> str:
    """When a meeting document says it is."""
    return day_words(
        _day(text_at(body, "event.start")),
        _day(text_at(body, "event.end")),
        text_at(body, "meeting.date_precision"),
        text_at(body, "meeting.date_text") or None,
    )


def meeting_place(body: Body) -> str:
    """Where a meeting document says it is."""
    return place_words(text_at(body, "geo.name") or None, text_at(body, "place.country_code") or None)


def people(body: Body) -> str:
    """The participants in one line."""
    named = (_person(person) for person in _list(body, "participants"))
    return "; ".join(f"{person.name} ({person.side})" if person.side else person.name for person in named)


def of_quote(body: Body) -> Said:
    """A quote document."""
    return Said(
        text=text_at(body, "quote.text"),
        speaker=text_at(body, "speaker.entity_name") or text_at(body, "speaker.raw_text") or "speaker not told",
        marked=text_at(body, "quote.type") in ("direct", "partial"),
        relay=texts_at(body, "relay.chain"),
        on_behalf_of=text_at(body, "on_behalf_of.name"),
    )


def speaker(body: Body) -> str:
    """Who said it, with office and side."""
    name = text_at(body, "speaker.entity_name") or text_at(body, "speaker.raw_text") or "not told"
    about = [
        text_at(body, "speaker.office"),
        text_at(body, "speaker.organization"),
        country(text_at(body, "speaker.country_code")),
    ]
    return ", ".join([name, *(part for part in about if part and part != name)])


def _person(body: Json) -> Person:
    name = text_at(body, "name")
    return Person(
        name=name or text_at(body, "text"),
        office=text_at(body, "office") if name else "",
        side=side(text_at(body, "country_code") or None, text_at(body, "organization") or None),
        role=text_at(body, "role"),
    )


def _list(body: Json, *keys: str) -> Sequence[Json]:
    for key in keys:
        body = body.get(key) if isinstance(body, Mapping) else None
    return body if isinstance(body, Sequence) and not isinstance(body, str) else ()

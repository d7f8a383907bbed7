"""Where a meeting is, and the larger event it is part of; never from the dateline."""

from __future__ import annotations

import re

from pipelines.annotations import Document, Stretch
from pipelines.lexicon import Lexicon
from pipelines.places import find_city
from schemas.meeting import Place

_IN = re.compile(
    r"\b(?:in|at|to|outside|near)\s+(?:the\s+)?"
    r"(?:(?P<apposed>(?:[\w’'-]+\s){1,5}?(?:city|town|capital|resort|island|village|port|state)\s+of\s+))?"
    r"(?P<name>(?:[A-Z][\w.'’-]+)(?:[ ](?:[A-Z][\w.'’-]+|de|al|el|la|of)){0,3})"
)
_SIDELINES = re.compile(
    r"\b(?:on|at) the (?:sidelines|margins|fringes) of (?P<article>an?|the|this (?:year's|week's)|\w+day['’]s)?\s*"
    r"(?P<name>[^,.;()“\"]{3,90}?)"
    r"(?=\s+(?:in|at|on|and|where|which|that|to|held|this|next|last|later|earlier|during|as|for|was|were|is|will|by|when)\b"
    r"|[,.;()“\"]|\Z)"
)
_AT_EVENT = re.compile(
    r"\b(?:at|during|attending|attend|for) (?P<article>an?|the|this (?:year's|week's))\s+"
    r"(?P<name>(?:annual\s+|two-day\s+|three-day\s+)?(?:[A-Z][\w.&'’-]+\s+){1,6}"
    r"(?:[Ss]ummit|[Mm]eeting|[Cc]onference|[Ff]orum|[Aa]ssembly|[Mm]inisterial|[Gg]ames))\b"
)


def find_parent(document: Document, stretches: list[Stretch]) -> str | None:
    """The larger event's name as the story words it, without its article."""
    for pattern in (_SIDELINES, _AT_EVENT):
        for stretch in stretches:
            if match := pattern.search(document.text, stretch.start, stretch.end):
                return " ".join(match["name"].split())
    return None


def find_place(document: Document, stretches: list[Stretch], lexicon: Lexicon) -> Place | None:
    """The first place named behind a preposition that resolves to a city or a country."""
    for stretch in stretches:
        best: Place | None = None
        for match in _IN.finditer(document.text, stretch.start, stretch.end):
            place = _resolve(match["name"].rstrip("."), match.start("name"), match["apposed"] or "", lexicon)
            if place is None or document.text[place.end : place.end + 2] in ("'s", "’s"):
                continue
            if place.city is not None:
                return place
            best = best or place
        if best is not None:
            return best
    return None


def _resolve(words: str, at: int, apposed: str, lexicon: Lexicon) -> Place | None:
    country = lexicon.country_of(apposed.split()[0]) if apposed else None
    parts = words.split(" ")
    for size in range(len(parts), 0, -1):
        name = " ".join(parts[:size])
        code = lexicon.country_of(name)
        is_country = code is not None and name in lexicon.countries[code].names
        city = None if is_country else find_city(name, country or code)
        if is_country or city is not None:
            if city is not None and code is None and country is None and city.population < 50_000 and size == 1:
                continue  # a small town's name is more often something else
            return Place(
                start=at,
                end=at + len(name),
                text=name,
                city=city.name if city else None,
                country_code=city.country_code if city else code,
                geonameid=city.geonameid if city else None,
            )
        if code is not None:
            # A house of government: it stands in the capital.
            return Place(start=at, end=at + len(name), text=name, country_code=code)
    return None

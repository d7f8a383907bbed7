"""What kind of message an article is: a story, an update, a correction, a kill ... From metadata, then from its first words.

Where several fit, the contract's order decides: kill, hold, correction, update, advisory, alert, brief, story.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources

from schemas.article import Article
from schemas.errors import Code, Fatal
from schemas.extraction import Signal

_BRIEF_WORDS = 70


@cache
def _patterns() -> tuple[tuple[Signal, dict[str, re.Pattern[str]]], ...]:
    table = tomllib.loads(resources.files("pipelines.lexicon").joinpath("signals.toml").read_text("utf-8"))
    found: list[tuple[Signal, dict[str, re.Pattern[str]]]] = []
    order: tuple[Signal, ...] = ("kill", "hold", "correction", "update", "advisory", "alert", "brief")
    for signal in order:
        entry = table.get(signal)
        if not isinstance(entry, dict):
            raise Fatal(Code.BAD_LEXICON, f"signals.toml: the table [{signal}] is missing")
        fields = {}
        for field, alternatives in entry.items():
            if field not in ("headline", "note", "slug", "genre", "body") or not alternatives:
                raise Fatal(Code.BAD_LEXICON, f"signals.toml: [{signal}] {field} is unknown or empty")
            fields[field] = re.compile("|".join(alternatives), re.M)
        found.append((signal, fields))
    return tuple(found)


def read_signal(article: Article) -> Signal:
    """The article's signal by the wire's conventions."""
    if article.pub_status == "canceled":
        return "kill"
    if article.pub_status == "withheld" and article.embargoed_until is None:
        return "hold"
    opening = article.body.lstrip()[:400]
    fields = {
        "headline": article.headline or "",
        "note": article.ed_note or "",
        "slug": article.slugline or "",
        "genre": " | ".join(article.genres),
        "body": opening,
    }
    for signal, patterns in _patterns():
        if any(pattern.search(fields[field]) for field, pattern in patterns.items()):
            return signal
    body = article.body.strip()
    if _is_alert(article.headline or "", body):
        return "alert"
    if body and article.urgency in (1, 2) and len(body.split()) < _BRIEF_WORDS and "\n" not in body:
        return "alert"
    return "story"


def _is_alert(headline: str, body: str) -> bool:
    """One line in capitals without a dateline: ``BLINKEN SAYS ...``."""
    line = body or headline
    letters = [char for char in line if char.isalpha()]
    upper = sum(char.isupper() for char in letters)
    return len(letters) >= 15 and "\n" not in line and len(line.split()) <= 40 and upper > 0.85 * len(letters) and bool(body)

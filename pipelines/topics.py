"""What a meeting was about: the items of the lists that follow words such as "discussed" and "including"."""

from __future__ import annotations

import re

from pipelines.annotations import Document, Stretch
from schemas.base import Span

_LEAD = re.compile(
    r"(?:[“\"]including|\b(?:discuss(?:ed|es|ing)?|talks? (?:on|about|over)"
    r"|focus(?:ed|es|ing)? (?:heavily |mainly |largely |primarily )?on"
    r"|issues? (?:such as|like|of)|topics? (?:such as|like|of)"
    r"|agenda (?:includes?|included|will include)|address(?:ed)?|dominated by|cent(?:er|re)(?:e)?d on|raised(?! [“\"])|covered"
    r"|views on|conversation (?:about|on)|negotiations (?:on|over|about)|discussions? (?:on|about|over|of)"
    r"|cooperation (?:in|on)(?! an? (?:wide |broad )?range)|range of [^,.;]{0,40}including"
    r"|(?:issues|topics|subjects|matters|areas|differences|this),? includ(?:ing|ed)"
    r"|includ(?:ing|ed)(?= [“\"])))(?!\w)\s*(?:[“\"](?:including\s+)?)?",
    re.I,
)
_STOP = re.compile(
    r"[.;:?!]|[”\"](?!\w)|,?\s+(?:he|she|they|it|officials?|sources?|(?:the\s)?spokes\w+|[A-Z]\w+)\s+(?:said|says|added|told)"
    r"|\s(?:said|says|after|before|while|when|which|who|during|ahead of|at (?:a|the)|amid|where|as well as with)\b"
    r"|,\s(?:the|according|where|which|who|but|with)\s|\swith (?:his|her|their|President|Prime|Foreign)\b|\s[—–-]\s"
)
_PART = re.compile(r"\s*,\s*(?:and|as well as)\s+|\s*,\s*|\s+(?:as well as)\s+")
_AND = re.compile(r"\s+and\s+")
_SERIAL = re.compile(r",\s*(?:and|as well as)\s+\Z")
_ENDS_IN_NAME = re.compile(r"[A-Z]\w*\Z")
_TRIM = re.compile(
    r"^(?:(?:and|as well as|on|about|including|dealing with|curbing|ending|resolving|tackling|fighting|combating"
    r"|how to|the|a|an|both|other"
    r"|issues? (?:of|such as)|a (?:wide |broad )?range of [\w ]{0,30}|bilateral issues?|matters?)\s+)+",
    re.I,
)
_POSSESSED = re.compile(r"^(?:(?:[A-Z][\w.]*['’]s|its|their|his|her)\s|(?:the\s)?\w+\s+of\s+(?=[A-Z]))")
_ABOUT_NAME = re.compile(
    r"\b(?:in and near|in|near|against|of|on|over|toward|towards|with|for)\s+"
    r"(?P<name>(?:the\s)?[A-Z][\w.'’/-]*(?:\s(?:and\s)?(?:the\s)?[A-Z][\w.'’/-]*)*)\s*$"
)
_EMPTY = re.compile(
    r"^(?:it|them|this|that|these|those|him|her|us|me|others?|issues?|matters?|talks?|meetings?|ways|topics?|more|what\b.*|(?:all|any|some|key|bilateral|various)?\s*(?:issues|matters|topics|ways|areas|relations|ties)\b.*)$",
    re.I,
)
_GERUND = re.compile(r"^\w+ing\s")


def find_topics(document: Document, stretches: list[Stretch], limit: int = 12) -> tuple[Span, ...]:
    """The topics of the given stretches in the order of the text, each once."""
    text = document.text
    found: list[Span] = []
    seen: set[str] = set()
    for stretch in stretches:
        for lead in _LEAD.finditer(text, stretch.start, stretch.end):
            for start, end in _items(text, lead.end(), stretch.end):
                topic = _topic(text, start, end)
                if (
                    topic is None
                    or topic.text.casefold() in seen
                    or any(topic.start < t.end and t.start < topic.end for t in found)
                ):
                    continue
                seen.add(topic.text.casefold())
                found.append(topic)
                if len(found) == limit:
                    return tuple(found)
    return tuple(found)


def _items(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The items of a list: parted by commas; by ``and`` only where the list's last item has none."""
    stop = _STOP.search(text, start, min(end, start + 400))
    end = stop.start() if stop else min(end, start + 400)
    parts: list[tuple[int, int]] = []
    at = start
    for match in _PART.finditer(text, start, end):
        parts.append((at, match.start()))
        at = match.end()
    parts.append((at, end))
    oxford = len(parts) > 1 and _SERIAL.search(text, start, parts[-1][0]) is not None
    last_start, last_end = parts[-1]
    joint = None if oxford else _AND.search(text, last_start, last_end)
    # "Iran and North Korea" alone is one item; behind commas, "and" joins the last two.
    if joint and (len(parts) > 1 or not _ENDS_IN_NAME.search(text, last_start, joint.start())):
        parts[-1:] = [(last_start, joint.start()), (joint.end(), last_end)]
    return parts[:10]


def _topic(text: str, start: int, end: int) -> Span | None:
    words = text[start:end]
    if trim := _TRIM.match(words):
        start += trim.end()
    elif gerund := _GERUND.match(words):
        start += gerund.end()
    words = text[start:end].rstrip(" ,")
    end = start + len(words)
    if possessed := _POSSESSED.match(words):
        # "Russia's continued deployments near Ukraine", "the health of X": the thing is what it bears on.
        joined = re.match(r"(?P<head>.*?)\s+and\s+the\s+\w+\s+of\b", words)
        body = joined["head"] if joined else words
        if named := _ABOUT_NAME.search(body):
            start, end = start + named.start("name"), start + named.end("name")
        elif words[possessed.end() - 1 :].strip() and " of " in possessed.group():
            start = start + possessed.end()
        words = text[start:end]
    if not 2 <= len(words) <= 80 or len(words.split()) > 9 or _EMPTY.match(words) or not words[0].isalnum():
        return None
    return Span(start=start, end=end, text=words)

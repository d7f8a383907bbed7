"""Words that came by way of another: ``was quoted as saying by``, ``TASS quoted Roca as saying``; names set under words."""

from __future__ import annotations

import re

from pipelines.annotations import Mention
from pipelines.quotes.frame import Frame
from pipelines.quotes.values import Cue, Subject

_PASSIVE = re.compile(
    r"\b(?:was|were|is|are|been)\s+(?:also\s+|later\s+)?(?:quoted|cited)\b(?:\s+\w+day)?(?:\s+as\s+(?:saying|telling))?"
)
_ACTIVE = re.compile(r"\b(?:quoted|quotes|quoting|cited|cites|citing)\s+")
_AS_SAYING = re.compile(r"[^.;\"“]{0,90}?\bas\s+(?:saying|telling)\b")
_BY = re.compile(r"[^.;\"“]{0,60}?\b(?:by|in|on)\s+")
_BARE = re.compile(r"(?:the\s+|a\s+)?(?:[\w’'-]+\s*){1,6}")
_DASH = re.compile(r"\s*([―—–]|--)\s*(?=[^\W\d_a-z])")
_NEAR = 60


def passed_on(frame: Frame, start: int, end: int) -> tuple[Cue, tuple[Cue, ...]] | None:
    """The speaker's cue in a stretch and who passed the words on, where the stretch says that they were quoted."""
    text = frame.document.text
    if match := _PASSIVE.search(text, start, end):
        if frame.inside(match.start()):
            return None
        speaker = _before(frame, start, match.start())
        relay = None
        if by := _BY.match(text, match.end(), end):
            relay = _at(frame, by.end(), end)
        return _said(match, speaker, relay)
    for match in _ACTIVE.finditer(text, start, end):
        if frame.inside(match.start()) or not _AS_SAYING.match(text, match.end(), end):
            continue
        return _said(match, _at(frame, match.end(), end), _before(frame, start, match.start()))
    return None


def signed(frame: Frame, start: int, end: int) -> Cue | None:
    """A name set under the words: ``"..." — Ines Roca``."""
    text = frame.document.text
    match = _DASH.match(text, start, end)
    if match is None:
        return None
    subject = _at(frame, match.end(), end)
    rest = text[subject.end : end].strip(" .\u00a0") if subject else ""
    if subject is None or (rest and not rest.startswith(",")):
        return None
    return Cue(match.start(1), match.end(1), match[1], frozenset({"say"}), subject, True)


def _said(match: re.Match[str], speaker: Subject | None, relay: Subject | None) -> tuple[Cue, tuple[Cue, ...]] | None:
    if speaker is None:
        return None
    bounds = (match.start(), match.start() + len(match.group().rstrip()))
    relays = (Cue(*bounds, "quoted", frozenset({"report"}), relay, False),) if relay else ()
    return Cue(*bounds, "quoted", frozenset({"say"}), speaker, False), relays


def _before(frame: Frame, start: int, end: int) -> Subject | None:
    for mention in reversed(frame.mentions_between(max(start, end - 2 * _NEAR), end)):
        if mention.end <= end:
            return _subject(frame, mention)
    return None


def _at(frame: Frame, start: int, end: int) -> Subject | None:
    text = frame.document.text
    for mention in frame.mentions_between(start, min(end, start + _NEAR)):
        if "," not in text[start : mention.start]:
            return _subject(frame, mention)
        break
    bare = _BARE.match(text, start, end)
    return Subject(start, start + len(bare.group().rstrip()), None, None) if bare else None


def _subject(frame: Frame, mention: Mention) -> Subject:
    return Subject(mention.start, mention.end, frame.people.entities[mention.entity], mention)

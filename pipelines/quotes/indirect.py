"""Reported clauses without marks, and those that hold marked fragments (mixed)."""

from __future__ import annotations

import re
from bisect import bisect_left

from pipelines.annotations import Stretch
from pipelines.quotes.frame import Cue, Frame
from pipelines.quotes.marked import principal_of, span, speaker_of
from schemas.quote import Quote

_THAT = re.compile(r"\s*(?:,\s*)?that\b,?\s*", re.I)
_WHETHER = re.compile(r"\s*(?:whether|if|how|why|what|who|when|where)\b", re.I)
_HEARER = re.compile(r"\s+(?:[\w.'’-]+\s+){1,8}?(?=that\b)")
_TIME = re.compile(
    r"\s*,?\s*(?:on|in|at|late on|early on|earlier on)?\s*"
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today|a (?:statement|tweet|briefing|news conference|speech)"
    r"|an interview)(?:\s+(?:morning|evening|night|afternoon))?[,]?\s*"
)
_LEAD_COMMA = re.compile(r",\s*\Z")
_FINITE_START = re.compile(
    r"\s*(?:[A-Z\"“]|(?:it|he|she|they|there|we|the|a|an|his|her|its|their|this|these|those|no|some|any|all)\b)"
)
_CLOSERS = " \t\n.!?;\"”'’»)"
_VERBISH = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|could|can|may|might|must|should|did|do|does|be|been|\w{3,}(?:ed|es))\b", re.I
)


def find_indirect(frame: Frame, marked: list[Quote]) -> list[Quote]:
    """One quote for each reported clause; ``mixed`` where marked fragments stand in it, never where it is all marked."""
    found: list[Quote] = []
    text = frame.document.text
    furniture = frame.document.furniture
    starts = [quote.start for quote in marked]
    for sentence in frame.document.sentences:
        if any(cut.start <= sentence.start < cut.end for cut in furniture):
            continue
        done: list[Stretch] = []
        for cue in frame.cues(sentence.start, sentence.end):
            clause = _trailing(frame, cue, sentence) or _leading(frame, cue, sentence)
            if clause is None or any(clause.start < other.end and other.start < clause.end for other in done):
                continue
            if clause.start >= cue.end:
                clause = _without_attribution(frame, clause)
            at = bisect_left(starts, clause.start)
            inside = []
            while at < len(marked) and marked[at].start < clause.end:
                inside.append(marked[at])
                at += 1
            if any(quote.type == "direct" for quote in inside) or (inside and _all_marked(text, clause, inside)):
                continue
            done.append(clause)
            entity = cue.subject.entity if cue.subject else None
            found.append(
                Quote(
                    start=clause.start,
                    end=clause.end,
                    text=text[clause.start : clause.end],
                    type="mixed" if inside else "indirect",
                    cue=span(text, cue.start, cue.end),
                    speaker=speaker_of(frame, cue.subject, False),
                    on_behalf_of=principal_of(frame, entity),
                )
            )
    return found


def _all_marked(text: str, clause: Stretch, inside: list[Quote]) -> bool:
    outside = text[clause.start : inside[0].start - 1] + text[inside[-1].end + 1 : clause.end]
    return len(outside.split()) < 2


def _trailing(frame: Frame, cue: Cue, sentence: Stretch) -> Stretch | None:
    """The clause after the verb: ``said (that) ...``, ``told reporters that ...``."""
    text = frame.document.text
    if cue.inverted or cue.word == "according" or not cue.kinds & {"say", "tell", "report"}:
        return None
    start = cue.end
    if match := _TIME.match(text, start, sentence.end):
        start = match.end()
    that = _THAT.match(text, start, sentence.end)
    if that is None and (hearer := _HEARER.match(text, start, min(sentence.end, start + 90))):
        that = _THAT.match(text, hearer.end(), sentence.end)
    if that is not None:
        return _clause(text, that.end(), sentence.end)
    if "say" not in cue.kinds and not cue.word.startswith(("report", "told")):
        return None
    if text[start : start + 1] in (",", ".", ":", ";") or frame.inside(start + 1):
        return None
    if cue.word.startswith("told"):
        mentions = frame.mentions_between(start, min(sentence.end, start + 40))
        if mentions:
            start = mentions[0].end
        else:
            words = frame.between(start, sentence.end)
            if not words:
                return None
            start = words[0].end
    if cue.word in ("said", "says", "say", "saying", "told") or _WHETHER.match(text, start, sentence.end):
        if not _FINITE_START.match(text, start, sentence.end):
            return None
        clause = _clause(text, start, sentence.end)
        if clause is not None and _VERBISH.search(text, clause.start, clause.end):
            return clause
    return None


def _leading(frame: Frame, cue: Cue, sentence: Stretch) -> Stretch | None:
    """The clause before a trailing attribution: ``..., he said``, ``..., said Lavrov``, ``..., according to ...``."""
    text = frame.document.text
    if cue.subject is None or not cue.kinds & {"say", "report"}:
        return None
    edge = min(cue.start, cue.subject.start)
    comma = _LEAD_COMMA.search(text, max(sentence.start, edge - 3), edge)
    if comma is None or frame.inside(comma.start() - 1):
        return None
    rest = text[max(cue.end, cue.subject.end) : sentence.end].strip(_CLOSERS)
    if rest and rest[0] not in ",-–—" and len(rest.split()) > 14:
        return None
    start = sentence.start
    clause = Stretch(start, comma.start())
    if len(text[clause.start : clause.end].split()) < 4 or not _VERBISH.search(text, clause.start, clause.end):
        return None
    return clause


def _clause(text: str, start: int, end: int) -> Stretch | None:
    while start < end and text[start].isspace():
        start += 1
    trimmed = text[start:end].rstrip(" \t\n.!?;")
    return Stretch(start, start + len(trimmed)) if len(trimmed.split()) >= 2 else None


def _without_attribution(frame: Frame, clause: Stretch) -> Stretch:
    """The clause without an attribution that ends it (``..., the agency reported``)."""
    for cue in reversed(frame.cues(clause.start, clause.end)):
        if cue.subject is None or not cue.kinds & {"say", "report"}:
            continue
        edge = min(cue.start, cue.subject.start)
        comma = _LEAD_COMMA.search(frame.document.text, max(clause.start, edge - 3), edge)
        if comma is not None and clause.end - max(cue.end, cue.subject.end) < 40:
            return Stretch(clause.start, comma.start())
    return clause

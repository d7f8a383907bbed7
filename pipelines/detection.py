"""Is the story about a diplomatic meeting, or does it only mention one? A score with the words that speak for it."""

from __future__ import annotations

import re
from math import exp

from pipelines.annotations import Document
from pipelines.encounters import Candidate
from pipelines.encounters.words import MeetingWords
from schemas.extraction import Detection, Evidence
from schemas.meeting import HIGH_LEVEL

_THRESHOLD = 0.5


def weigh(candidate: Candidate, document: Document, words: MeetingWords) -> float:
    """The probability that a candidate is what the story is about, from place, repetition, names, level and headline.

    A logistic over few readable features; the weights were set on the development corpora (tests/quality).
    """
    meeting = candidate.meeting
    first = candidate.first_sentence
    score = -1.6
    score += 2.6 if first == 0 else 1.7 if first == 1 else 0.7 if first == 2 else -0.4 if first <= 4 else -1.6
    score += 0.35 * min(candidate.triggers - 1, 4)
    score += 0.5 * min(candidate.named, 2)
    ranks = [participant.rank for participant in meeting.participants]
    score += 0.5 if any(rank in HIGH_LEVEL for rank in ranks) else -0.6
    if words.triggers.search(document.headline):
        score += 0.9
    surnames = [p.name.split()[-1] for p in meeting.participants if p.name]
    if document.headline and any(re.search(rf"\b{re.escape(name)}\b", document.headline, re.I) for name in surnames):
        score += 0.4
    lead = " ".join(document.text[s.start : s.end] for s in document.sentences[:2])
    if words.domestic.search(lead):
        score -= 0.4
    return 1 / (1 + exp(-score))


def detect(candidates: list[Candidate], document: Document, words: MeetingWords) -> tuple[Detection, list[Candidate]]:
    """The decision, and the candidates that the story reports as news when it is yes."""
    scored = [(weigh(candidate, document, words), candidate) for candidate in candidates]
    best = max((score for score, _ in scored), default=0.0)
    if best < _THRESHOLD:
        return Detection(is_meeting=False, score=round(best, 4)), []
    kept = [candidate for score, candidate in scored if score >= _THRESHOLD or _is_news(candidate)]
    top = max(scored, key=lambda item: item[0])[1]
    evidence = [Evidence(start=span.start, end=span.end, text=span.text) for span in top.meeting.evidence[:5]]
    if match := words.triggers.search(document.headline):
        evidence.append(Evidence(start=match.start(), end=match.end(), text=match.group(), in_="headline"))
    return Detection(is_meeting=True, score=round(best, 4), evidence=tuple(evidence)), kept


def _is_news(candidate: Candidate) -> bool:
    """A further meeting of a meeting story: one to come between named people, or one held that the story dates."""
    meeting = candidate.meeting
    if candidate.named < 2:
        return False
    if meeting.status in ("held", "ongoing"):
        return meeting.date_precision == "day"
    return True

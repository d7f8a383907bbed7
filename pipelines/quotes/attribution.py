"""Who said a marked stretch: by the words after it, before it, around it, or of the paragraph before."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.annotations import Marked, Stretch
from pipelines.quotes.frame import Frame
from pipelines.quotes.relay import passed_on, signed
from pipelines.quotes.values import Cue, Subject

_ACCORDING = re.compile(r"\s*(according to|in the words of|as told by)\s+", re.I)
_LEADS_NAME = re.compile(
    r"(?:(?:the|a|an|his|her|its|their|[A-Z][\w.'’-]*)(?:\s+(?!(?:and|but|which|who|that)\b)[\w.'’-]+){0,6})"
)
_OPENING_TAIL = re.compile(r"(?:[,:]|\b(?:that|as|by|for|of|a|an|the|his|her|its|their|to|in|on|with|and))\s*\Z")


_REACH = 600
"""Code points on either side of the marks that are searched for an attribution: it bounds the time a long sentence takes."""

_NEAR_START = 60
"""Code points from the beginning of a sentence within which its subject begins."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The speaker and the cue of one marked stretch, and who passed it on."""

    subject: Subject | None
    cue: Cue | None
    relays: tuple[Cue, ...] = ()
    """Attributions of the whole sentence by someone else: ``..., TASS reported``."""
    implicit: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A marked stretch and the sentence parts around it."""

    mark: Marked
    before: Stretch
    """From the beginning of its sentence to its opening mark."""
    after: Stretch
    """From its closing mark to the end of its sentence."""


def place(frame: Frame, mark: Marked) -> Place:
    """The sentence parts around a marked stretch; empty where it begins or ends its sentence."""
    first = frame.sentence(mark.outer_start)
    last = frame.sentence(max(mark.outer_start, mark.outer_end - 1))
    return Place(
        mark,
        Stretch(max(min(first.start, mark.outer_start), mark.outer_start - _REACH), mark.outer_start),
        Stretch(mark.outer_end, min(max(mark.outer_end, last.end), mark.outer_end + _REACH)),
    )


def attribute(frame: Frame, here: Place) -> Attribution:
    """The attribution inside the sentence; ``subject`` is None where the sentence gives none."""
    for side in (here.after, here.before):
        passed = passed_on(frame, side.start, side.end)
        if passed is not None:
            return Attribution(passed[0].subject, passed[0], passed[1])
    before = frame.cues(here.before.start, here.before.end)
    after = _after(frame, here)
    leading = _leading(frame, before, here)
    if leading is not None and after is not None and _other_voice(leading, after):
        # The clause before the marks has a speaker of its own; what follows passes the words on.
        return Attribution(leading.subject, leading, (after,))
    if after is not None:
        return Attribution(after.subject, after)
    if leading is not None:
        return Attribution(leading.subject, leading)
    return Attribution(_introduced(frame, here), None)


def _introduced(frame: Frame, here: Place) -> Subject | None:
    """Who stands before a colon that opens into the marks: ``Roca: "..."``."""
    text = frame.document.text
    if not text[here.before.start : here.before.end].rstrip().endswith(":"):
        return None
    for mention in frame.mentions_between(here.before.start, here.before.end):
        if mention.start - here.before.start < _NEAR_START:
            return Subject(mention.start, mention.end, frame.people.entities[mention.entity], mention)
    return None


def _leading(frame: Frame, cues: list[Cue], here: Place) -> Cue | None:
    """The nearest cue before the marks whose clause runs into them."""
    for cue in reversed(cues):
        between = frame.document.text[cue.end : here.before.end]
        if len(between) > 220:
            return None
        return cue
    return None


def _after(frame: Frame, here: Place) -> Cue | None:
    """The attribution that follows the marks: ``," he said``, ``," said Lavrov``, ``, according to ...``."""
    text = frame.document.text
    start, end = here.after.start, here.after.end
    if (name := signed(frame, start, end)) is not None:
        return name
    match = _ACCORDING.match(text, start, end) or _ACCORDING.search(text, start, end)
    if match:
        mentions = frame.mentions_between(match.end(), min(end, match.end() + 80))
        for mention in mentions:
            if mention.start - match.end() <= 4:
                entity = frame.people.entities[mention.entity]
                subject = Subject(mention.start, mention.end, entity, mention)
                return Cue(match.start(1), match.end(1), "according", frozenset({"say"}), subject, True)
        words = frame.between(match.end(), end)
        stop = next((i for i, word in enumerate(words) if not word.lower[0].isalnum()), len(words))
        if stop:
            subject = Subject(words[0].start, words[min(stop, 9) - 1].end, None, None)
            return Cue(match.start(1), match.end(1), "according", frozenset({"say"}), subject, True)
    cues = [cue for cue in frame.cues(start, end) if cue.kinds & {"say", "tell", "report"}]
    if not cues:
        return None
    first = cues[0]
    ends_clause = text[here.mark.end - 1 : here.mark.end] in tuple(",?!…") or text[start : start + 1] in (",", "–", "—")
    lead = min(first.start, first.subject.start if first.subject else first.start)
    gap = text[start:lead].strip(" ,-–—")
    if not gap or (ends_clause and _LEADS_NAME.fullmatch(gap)):
        return first
    # '"deep concerns" about X, Price said': the sentence's own trailing attribution.
    last = cues[-1]
    lead = min(last.start, last.subject.start if last.subject else last.start)
    comma = text.rfind(",", start, lead)
    opening = text[comma + 1 : lead].strip()
    if comma >= 0 and (not opening or _LEADS_NAME.fullmatch(opening)) and last.kinds & {"say", "report"}:
        return last
    return None


def _other_voice(leading: Cue, after: Cue) -> bool:
    """Is the trailing attribution another's than the clause's own subject?"""
    if leading.subject is None or after.subject is None:
        return False
    if leading.subject.entity is not None and after.subject.entity is not None:
        return leading.subject.entity.index != after.subject.entity.index and leading.subject.entity.kind != "group"
    return leading.subject.entity is not None


def runs_into(text: str, cue: Cue | None, here: Place) -> bool:
    """Whether the cue's clause opens right into the marks (``said: "``), so that they hold a sentence of their own."""
    if cue is None or cue.start >= here.mark.outer_start:
        return False
    tail = text[cue.end : here.before.end].strip()
    return tail in (",", ":", "") or tail.endswith(":") or (tail.endswith(",") and len(tail.split()) <= 8)


def needs_more(text: str, here: Place) -> bool:
    """Whether the reporter's sentence leans on the marked words: it is a fragment of it."""
    lead = text[here.before.start : here.before.end].strip()
    return bool(lead) and (bool(_OPENING_TAIL.search(lead)) or lead[-1].isalnum())

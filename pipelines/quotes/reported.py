"""Where a reported clause may stand: candidates around each word that may report, and what speaks for or against them.

Grammar proposes (after the verb, before a trailing attribution, between commas), a trained model disposes: which verbs report,
what they take and how far a clause goes is a matter of degree that lists do not hold.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from pipelines.annotations import Stretch
from pipelines.quotes.frame import Frame
from pipelines.quotes.values import Cue, Subject, Word

_SPACE_OR_COMMA = re.compile(r"[\s,]*")
_THAT = re.compile(r"that\b,?\s*", re.I)
_TIME = re.compile(
    r"\s*,?\s*(?:on|in|at|during|late on|early on|earlier on)?\s*"
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today|(?:a|an) (?:statement|tweet|briefing|news conference|speech"
    r"|interview))(?:\s+(?:morning|evening|night|afternoon))?\b,?\s*"
)
_OPENERS = re.compile(r"\b(?:that|to|if|whether|how|why|what|of|for|as|about|against|with|on|in|over)\b|:", re.I)
_BREAKS = re.compile(
    r",?\s+(?:but|while|although|though|because|after|when)\b|,\s+(?:and|who|which|as|with|a|an|the)\b|[;—–]|,"
)
_STOPS = re.compile(
    _BREAKS.pattern + r"|\s+(?:in|on|at|by|during|since|from|that|and|who|as|to|for|amid|over)\b"
    r"|\s(?=(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
)
_LEAD_COMMA = re.compile(r"[,\"”’'…?—–-]+\s*\Z")
_CONJUNCTION = re.compile(r"(?:But|And|Yet|So|Still|However|Meanwhile|In \w+|On \w+)\b,?\s+|[^,]{3,40},\s+(?:and|but)\s+")
_VERBISH = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|could|can|may|might|must|should|did|do|does|be|been|isn|don|\w{3,}(?:ed|es))\b"
    r"|['’](?:s|re|ll|ve)\b",
    re.I,
)
_FIRST = re.compile(r"[^\W_]+(?:['’][a-z]+)?|.")
_END = " \t\n.!?;,:\"”'’»"
_LAST_WORDS = 3
_LONGEST = 700
"""Code points: longer sentences are tables or lists, and the bound keeps the whole linear."""
_MOST_STOPS = 8
_MOST_TRIGGERS = 40
"""Words that may report in one sentence; a list of verbs is no speech."""


@dataclass(frozen=True, slots=True)
class Candidate(Stretch):
    """A stretch that may be a reported clause, with the word that would report it and its features."""

    cue: Cue
    features: tuple[str, ...]
    sure: bool = False
    """Grammar leaves no doubt: ``According to Roca, ...``."""


def candidates(frame: Frame, sentence: Stretch, triggers: Container[str]) -> Iterator[list[Candidate]]:
    """For each word of a sentence that may report, the stretches it may report."""
    words = frame.between(sentence.start, min(sentence.end, sentence.start + _LONGEST * 4))
    found = [at for at, word in enumerate(words) if word.lower in triggers]
    for place, at in enumerate(found[:_MOST_TRIGGERS]):
        word = words[at]
        if frame.in_mention(word):
            continue
        subject, inverted = frame.subject_of(words, at, sentence)
        cue = Cue(word.start, word.end, word.lower, frame.speech.kinds(word.lower), subject, inverted)
        common = _common(words, at, cue, words[found[place - 1]].lower if place else "")
        options = [
            *_after(frame, cue, sentence, common),
            *_before(frame, cue, sentence, common),
        ]
        if options:
            yield options


def _common(words: list[Word], at: int, cue: Cue, earlier: str) -> list[str]:
    word = words[at]
    before = words[at - 1].lower if at else "^"
    before2 = words[at - 2].lower if at > 1 else "^"
    after = words[at + 1].lower if at + 1 < len(words) and words[at + 1].start - word.end < _LAST_WORDS else "$"
    who = subject_kind(cue.subject)
    return [
        f"w={word.lower}",
        f"p={before}",
        f"pp={before2}|{before}",
        f"wp={word.lower}|{before}",
        f"wn={word.lower}|{after}",
        f"who={who}",
        f"wwho={word.lower}|{who}",
        f"end={word.lower[-3:]}",
        f"earlier={earlier}" if earlier else "first",
    ]


def subject_kind(subject: Subject | None) -> str:
    """What stands as the subject: nothing, bare words, or a mention's kind and its entity's."""
    if subject is None:
        return "none"
    if subject.mention is None or subject.entity is None:
        return "words"
    return f"{subject.mention.kind}-{subject.entity.kind}"


def _after(frame: Frame, cue: Cue, sentence: Stretch, common: list[str]) -> list[Candidate]:
    text = frame.document.text
    edge = cue.end
    if cue.inverted and cue.subject is not None:
        edge = max(edge, cue.subject.end)
    limit = min(sentence.end, sentence.start + _LONGEST * 4)
    if time := _TIME.match(text, edge, limit):
        edge = time.end()
    gap = _SPACE_OR_COMMA.match(text, edge, limit)
    start = gap.end() if gap else edge
    comma = "," in text[edge:start]
    starts = [("0," if comma else "0", start)]
    window = min(limit, start + 90)
    for number, opener in enumerate(_OPENERS.finditer(text, start, window)):
        if number == 2 or frame.inside(opener.start()):
            break
        if opener.start() > start:
            starts.append((f"{number + 1}", opener.start()))
    if cue.word == "according":
        starts = [("c", start)] if comma else []
    found = []
    for name, begin in starts:
        shape = _shape(text, begin, limit)
        if that := _THAT.match(text, begin, limit):
            begin = that.end()
        stops = _stops(frame, begin, limit)
        for stop_name, stop in stops:
            over = tuple(f"over={other}" for other, place in stops if place < stop)
            following = stop_name if stop_name == "e" else f"{stop_name}|{_shape(text, stop + len(stop_name) + 1, limit)}"
            more = (*over, f"to={following}", f"tow={cue.word}|{stop_name}", *(f"{one}|{shape}" for one in over))
            found += _candidate(frame, cue, begin, stop, [*common, *more], f"T{name}", f"{stop_name}", shape)
    return found


def _stops(frame: Frame, begin: int, limit: int) -> list[tuple[str, int]]:
    text = frame.document.text
    stops = [("e", limit)]
    seen: set[str] = set()
    for match in _STOPS.finditer(text, begin + 8, min(limit, begin + _LONGEST)):
        if frame.inside(match.start()):
            continue
        name = match.group().strip(" ,\n") or ","
        if name in seen or len(stops) > _MOST_STOPS:
            continue
        seen.add(name)
        stops.append((name, match.start()))
    return stops


def _before(frame: Frame, cue: Cue, sentence: Stretch, common: list[str]) -> list[Candidate]:
    text = frame.document.text
    if cue.subject is None:
        return []
    edge = min(cue.start, cue.subject.start)
    comma = _LEAD_COMMA.search(text, max(sentence.start, edge - 4), edge)
    if comma is None:
        # A subject with its apposition or its title before it: the comma stands a few words to the left.
        place = text.rfind(",", max(sentence.start, edge - 60), edge)
        if place < 0 or frame.inside(place):
            return []
        stop, near = place, "far"
    else:
        stop, near = comma.start(), "near"
    rest = len(text[max(cue.end, cue.subject.end) : sentence.end].split())
    tail = "end" if rest == 0 else "few" if rest < 8 else "many"
    found = _candidate(frame, cue, sentence.start, stop, common, f"L{near}", tail, "")
    lead = _CONJUNCTION.match(text, sentence.start, stop)
    if lead is not None:
        found += _candidate(frame, cue, lead.end(), stop, common, f"L{near}c", tail, "")
    for other in reversed(list(_BREAKS.finditer(text, sentence.start, stop))):
        if stop - other.end() > 25 and not frame.inside(other.start()):
            found += _candidate(frame, cue, other.end(), stop, common, f"L{near}b", tail, other.group().strip())
            break
    return found


def _shape(text: str, start: int, end: int) -> str:
    """The first word of what is reported; capitalised words, figures and marks by their class."""
    while start < end and text[start].isspace():
        start += 1
    match = _FIRST.match(text, start, end)
    word = match.group() if match else ""
    if word[:1].isupper():
        return "Xx" if len(word) > 1 else "X"
    return "0" if word[:1].isdigit() else word


def _candidate(
    frame: Frame, cue: Cue, start: int, end: int, common: list[str], where: str, how: str, shape: str
) -> list[Candidate]:
    text = frame.document.text
    while start < end and (text[start].isspace() or text[start] == ","):
        start += 1
    while end > start and (text[end - 1] in _END) and not (text[end - 1] in '"”»' and frame.inside(end - 1)):
        end -= 1
    opening, closing = frame.around(start), frame.around(max(start, end - 1))
    if closing is not None and closing is not opening:
        end = closing.outer_end  # a quotation of several sentences is reported whole
    elif opening is not None and opening.outer_start < start and closing is not opening:
        return []
    if where[0] == "T" and shape in ("and", "or", "but"):
        return []
    content = text[start:end]
    words = content.split()
    if len(words) < 2 or (len(words) < 3 and where[0] == "L"):
        return []
    marked = frame.marked_share(start, end)
    if marked > 0.85:
        return []
    length = min(len(words), 40)
    size = next(str(step) for step in (3, 5, 8, 12, 20, 40) if length <= step)
    verb = "v" if _VERBISH.search(content) else "nv"
    second = words[1].lower()
    side = where[0]
    features = (
        *common,
        f"{side}w={cue.word}",
        f"{where}",
        f"{where}|{how}",
        f"{where}w={cue.word}",
        f"{side}|{how}|{verb}",
        f"s={side}|{shape}",
        f"sw={side}|{shape}|{cue.word}",
        f"s2={shape}|{second}",
        f"n={side}|{size}",
        f"nh={where}|{how}|{size}",
        f"{side}{verb}",
        f"{side}{verb}w={cue.word}",
        f"{side}wp={common[1]}",
        f"{side}{common[5]}",
        f"m={side}|{min(int(marked * 4), 3)}",
        f"tail={text[end : end + 1]}",
        f"next={side}|{_shape(text, min(end + 1, len(text)), min(end + 40, len(text)))}",
        f"{side}how={how}|{shape}",
        f"last={words[-1].lower()}" if len(words[-1]) < 5 else "last",
    )
    return [Candidate(start, end, cue, features, sure=where == "Tc" and how == "e" and verb == "v")]

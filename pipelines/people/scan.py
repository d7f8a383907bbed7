"""A story's words with what the lexicon says of them: the ground that all steps about people stand on."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from pipelines.annotations import Document
from pipelines.lexicon import Lexicon, Name, Office
from pipelines.lexicon.words import cut, plain

_NAMELIKE = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class Hit:
    """Words ``start`` to ``end`` (exclusive) are a listed capitalised wording."""

    start: int
    end: int
    name: Name


@dataclass(slots=True)
class Scan:
    """Parallel lists over the words of the body, furniture left out."""

    document: Document
    lexicon: Lexicon
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    """Words as phrases are compared: without stops, straight apostrophes."""
    lows: list[str] = field(default_factory=list)
    capital: list[bool] = field(default_factory=list)
    first: list[bool] = field(default_factory=list)
    """Stands first in its sentence, opening marks apart."""
    sentence: list[int] = field(default_factory=list)
    quoted: list[bool] = field(default_factory=list)
    hits: dict[int, Hit] = field(default_factory=dict)
    """By the first word."""
    covering: dict[int, Hit] = field(default_factory=dict)
    """By every word."""
    offices: dict[int, tuple[int, Office, bool]] = field(default_factory=dict)
    """By the first word: end (exclusive), office, whether in the plural."""
    titles: dict[int, tuple[int, str]] = field(default_factory=dict)
    """By the first word: end (exclusive) and kind of a title that is no office of state."""

    @property
    def listed(self) -> set[tuple[str, ...]]:
        """Listed capitalised wordings of one word that the story holds."""
        return {(self.texts[hit.start],) for hit in self.hits.values() if hit.end - hit.start == 1}

    def text(self, start: int, end: int) -> str:
        """The body from word ``start`` to before word ``end``."""
        return self.document.text[self.starts[start] : self.ends[end - 1]]

    def low(self, index: int) -> str:
        """The word in lower case; empty outside the body."""
        return self.lows[index] if 0 <= index < len(self.lows) else ""

    def joined(self, index: int) -> bool:
        """Whether the word stands in one sentence with the one before it."""
        return 0 < index < len(self.sentence) and self.sentence[index] == self.sentence[index - 1]


def scan(document: Document, lexicon: Lexicon) -> Scan:
    """Cuts and looks up a story. Linear in its length."""
    result = Scan(document, lexicon)
    _words(result)
    _look_up(result)
    return result


def _words(result: Scan) -> None:
    document = result.document
    starts = [sentence.start for sentence in document.sentences]
    furniture = sorted((stretch.start, stretch.end) for stretch in document.furniture)
    marked = sorted((stretch.start, stretch.end) for stretch in document.marked if stretch.depth == 0)
    skip = inside = 0
    last_sentence = -2
    opening = True
    for match in cut(document.text):
        start, end = match.span()
        while skip < len(furniture) and furniture[skip][1] <= start:
            skip += 1
        if skip < len(furniture) and furniture[skip][0] <= start:
            continue
        while inside < len(marked) and marked[inside][1] <= start:
            inside += 1
        sentence = bisect_right(starts, start) - 1
        if sentence != last_sentence:
            opening = True
            last_sentence = sentence
        text = match.group()
        key = plain(text)
        is_word = _NAMELIKE.match(text) is not None
        result.starts.append(start)
        result.ends.append(end)
        result.texts.append(text)
        result.keys.append(key)
        result.lows.append(key.lower())
        result.capital.append(is_word and text[0].isupper())
        result.first.append(opening)
        result.sentence.append(sentence)
        result.quoted.append(inside < len(marked) and marked[inside][0] <= start)
        if is_word or text[0].isdigit():
            opening = False


def _look_up(result: Scan) -> None:
    lexicon = result.lexicon
    names, offices, ranked, capitals = lexicon.names, lexicon.offices, lexicon.titles.ranked, lexicon.capitals_only
    singular = [lexicon.titles.plural.get(low, low) for low in result.lows]
    size = len(result.keys)
    at = 0
    while at < size:
        found = names.longest(result.keys, at)
        if found is not None and _one_sentence(result, at, at + found[0]):
            hit = Hit(at, at + found[0], found[1])
            result.hits[at] = hit
            for index in range(at, hit.end):
                result.covering[index] = hit
            at = hit.end
        else:
            at += 1
    at = 0
    while at < size:
        office = offices.longest(singular, at)
        title = ranked.longest(result.lows, at)
        if office is not None and (title is None or title[0] <= office[0]) and _one_sentence(result, at, at + office[0]):
            end = at + office[0]
            if office[0] == 1 and result.lows[at] in capitals and not result.texts[at].isupper():
                at += 1
                continue
            plural = singular[at:end] != result.lows[at:end] or result.lows[at] == "officials"
            result.offices[at] = (end, office[1], plural)
            at = end
        elif title is not None and _one_sentence(result, at, at + title[0]):
            result.titles[at] = (at + title[0], title[1])
            at += title[0]
        else:
            at += 1


def _one_sentence(result: Scan, start: int, end: int) -> bool:
    return end <= len(result.sentence) and result.sentence[start] == result.sentence[end - 1]

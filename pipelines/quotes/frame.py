"""Cues and their subjects: the words outside quotation marks, and who stands where a speaker would."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from pipelines.annotations import Document, Marked, Mention, People, Stretch
from pipelines.lexicon.speech import Speech
from pipelines.quotes.values import Cue, Subject, Word

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*|[,;:—–()-]")
_ADVERBS = frozenset(
    "also later then again now repeatedly publicly previously recently reportedly however meanwhile instead still often "
    "once has had have was is were be been being will would could may might must can did does do not never even just only "
    "first earlier further subsequently bluntly simply too always ultimately initially separately jokingly angrily appeared "
    "to seemed yet already".split()
)
_GOVERNORS = frozenset(
    "of to with for in on at by from between against about into over under after before near like as than".split()
)
_BREAKS = frozenset([";", "—", "–", ":"])
_CLAUSE_WORDS = frozenset(
    "that while when because although though if whether where which but and as after before since until".split()
)
_DETERMINERS = frozenset("the a an his her its their one some many several two three both other another senior top no".split())
_BARE_STARTS = frozenset("officials sources analysts diplomats former ex retired longtime senior".split())
_OBLIQUE = frozenset("his her their its him them our us my me".split())
_BACK = 800
"""Code points: how far back an institution is sought for an ``it``."""
_BEFORE_NOUN = frozenset("the a an his her its their our my this these those any no".split())
_NOMINAL_STOP = frozenset("there it this that what who which he she they we i you".split())
_AUXILIARY_BEFORE_PASSIVE = frozenset("was were is are been be being".split())


_UNNAMED = re.compile(
    r"(?:\w+ ){0,3}(?:sources?|officials?|analysts?|experts?|witnesses|people|diplomats?|aides?|critics)\b", re.I
)


class Frame:
    """All words of a story outside its quotations, with look-ups by offset."""

    def __init__(self, document: Document, people: People, speech: Speech) -> None:
        self.document = document
        self.people = people
        self.speech = speech
        self._outer = [mark for mark in document.marked if mark.depth == 0]
        self._outer_starts = [mark.outer_start for mark in self._outer]
        self._sentence_starts = [sentence.start for sentence in document.sentences]
        self.words = [
            Word(m.start(), m.end(), m.group().lower()) for m in _WORD.finditer(document.text) if not self.inside(m.start())
        ]
        self._word_starts = [word.start for word in self.words]
        self._mentions = [mention for mention in people.mentions if not self.inside(mention.start)]
        self._mention_starts = [mention.start for mention in self._mentions]

    def inside(self, offset: int) -> bool:
        """Whether an offset stands between quotation marks."""
        return self.around(offset) is not None

    def sentence(self, offset: int) -> Stretch:
        """The sentence that holds an offset."""
        at = max(0, bisect_right(self._sentence_starts, offset) - 1)
        return self.document.sentences[at]

    def between(self, start: int, end: int) -> list[Word]:
        """Words wholly in a stretch, those between quotation marks left out."""
        return self.words[bisect_left(self._word_starts, start) : bisect_left(self._word_starts, end)]

    def mentions_between(self, start: int, end: int) -> list[Mention]:
        """Mentions that begin in a stretch, outside quotation marks."""
        return self._mentions[bisect_left(self._mention_starts, start) : bisect_left(self._mention_starts, end)]

    def cues(self, start: int, end: int) -> list[Cue]:
        """The cues of a stretch that have a subject in it, in order."""
        words = self.between(start, end)
        found = []
        for at, word in enumerate(words):
            kinds = self.speech.kinds(word.lower)
            if not kinds or self.in_mention(word) or (at > 0 and words[at - 1].lower in _BEFORE_NOUN):
                continue
            subject, inverted = self._subject_before(words, at, start), False
            if subject is None and at + 1 < len(words):
                subject = self._subject_after(words, at, end)
                inverted = subject is not None
            if subject is not None:
                found.append(Cue(word.start, word.end, word.lower, kinds, subject, inverted))
        return found

    def subject_of(self, words: list[Word], at: int, within: Stretch) -> tuple[Subject | None, bool]:
        """The subject of the word at a place, and whether it follows the word."""
        if words[at].lower == "according":
            return self._subject_of_according(words, at, within.end), True
        subject = self._subject_before(words, at, within.start)
        if subject is not None or at + 1 >= len(words):
            return subject, False
        subject = self._subject_after(words, at, within.end)
        return subject, subject is not None

    def _subject_of_according(self, words: list[Word], at: int, end: int) -> Subject | None:
        if at + 2 >= len(words) or words[at + 1].lower != "to":
            return None
        start = words[at + 2].start
        for mention in self.mentions_between(start, min(end, start + 80)):
            if mention.start - start <= 4:
                return self._subject(mention)
            break
        stop = at + 2
        while stop < len(words) and stop < at + 11 and words[stop].lower[0].isalnum():
            stop += 1
        return Subject(start, words[stop - 1].end, None, None) if stop > at + 2 else None

    def around(self, offset: int) -> Marked | None:
        """The outer quotation that holds an offset."""
        at = bisect_right(self._outer_starts, offset) - 1
        return self._outer[at] if at >= 0 and offset < self._outer[at].outer_end else None

    def marked_share(self, start: int, end: int) -> float:
        """How much of a stretch stands between quotation marks, 0 to 1."""
        at = max(0, bisect_right(self._outer_starts, start) - 1)
        covered = 0
        while at < len(self._outer) and self._outer[at].outer_start < end:
            mark = self._outer[at]
            covered += max(0, min(mark.outer_end, end) - max(mark.outer_start, start))
            at += 1
        return covered / max(end - start, 1)

    def in_mention(self, word: Word) -> bool:
        """Whether a word is part of a name, and so no verb."""
        at = bisect_right(self._mention_starts, word.start) - 1
        return at >= 0 and word.start < self._mentions[at].end and self._mentions[at].kind != "nominal"

    def _subject_before(self, words: list[Word], at: int, start: int) -> Subject | None:
        """The subject left of a verb: back over adverbs and an apposition, within the clause."""
        cue = words[at]
        if at > 0 and words[at - 1].lower in _AUXILIARY_BEFORE_PASSIVE and cue.lower.endswith(("ed", "id", "ld")):
            return None  # passive: "was told", "was quoted"
        mentions = self.mentions_between(max(start, cue.start - 400), cue.start)
        limit = cue.start
        for mention in reversed(mentions):
            if mention.end > limit or self._is_no_subject(mention):
                continue
            gap = self.between(mention.end, limit)
            if limit == cue.start and not self._bridges(gap):
                break
            if self._governed(mention, start):
                limit = mention.start
                continue
            return self._subject(mention)
        if cue.lower.endswith("ing") and at > 0 and words[at - 1].lower in (",", "by", "and"):
            return self._subject_of_sentence(start, cue.start)
        return self._chunk_before(words, at)

    def _is_no_subject(self, mention: Mention) -> bool:
        """Possessives and objects; the party of ``Roca (D-Ore.)``."""
        text = self.document.text
        return text[mention.start - 1 : mention.start] == "(" or text[mention.start : mention.end].lower() in _OBLIQUE

    def _subject_of_sentence(self, start: int, end: int) -> Subject | None:
        """Whom a participle leans on: ``Roca shook hands all round, saying ...``."""
        for mention in self.mentions_between(start, end):
            if not self._governed(mention, start) and not self._is_no_subject(mention):
                return self._subject(mention)
        return None

    def _subject_it(self, word: Word) -> Subject:
        """``it said``: the institution named last."""
        for mention in reversed(self.mentions_between(max(0, word.start - _BACK), word.start)):
            entity = self.people.entities[mention.entity]
            if entity.kind == "institution" and not entity.media:
                return Subject(word.start, word.end, entity, mention)
        return Subject(word.start, word.end, None, None)

    def _bridges(self, gap: list[Word]) -> bool:
        """May these words stand between a subject and its verb?"""
        plain = [word.lower for word in gap]
        if all(word in _ADVERBS or word.endswith("ly") or word == "," for word in plain):
            return True
        if plain[-2:] == ["on", "to"] and plain[-3:-2] in (["went"], ["goes"], ["going"]) and len(plain) <= 6:
            return True
        if plain and plain[0] in (",", "(", "—", "–") and plain[-1] in (",", ")", "—", "–") and len(plain) <= 30:
            return True  # an apposition or a relative clause between commas
        if plain and plain[0] in ("of", "in", "at", "for", "from", "on") and len(plain) <= 5:
            return "," not in plain[:-1] and not any(self.speech.kinds(word) for word in plain)
        if plain and plain[0] in ("who", "speaking", "writing") and len(plain) <= 12:
            return True
        if "and" in plain and len(plain) <= 14:  # a second verb of the same subject: "met him and said"
            last = len(plain) - 1 - plain[::-1].index("and")
            return all(word in _ADVERBS or word.endswith("ly") for word in plain[last + 1 :])
        if "by" in plain and len(plain) <= 4:  # "responded by saying"
            return plain[-1] == "by"
        return plain[-1:] == [","] and len(plain) <= 14 and not any(word in _CLAUSE_WORDS for word in plain)

    def _governed(self, mention: Mention, start: int) -> bool:
        """Whether a preposition stands before a mention, so that it is no subject."""
        before = self.between(max(start, mention.start - 40), mention.start)[-3:]
        while before and before[-1].lower in _DETERMINERS:
            before.pop()
        return bool(before) and before[-1].lower in _GOVERNORS

    def _chunk_before(self, words: list[Word], at: int) -> Subject | None:
        """A noun phrase left of the verb that no one has named a mention: ``sources familiar with the plans``."""
        left = at - 1
        while left >= 0 and (words[left].lower in _ADVERBS or words[left].lower.endswith("ly")):
            left -= 1
        if left >= 0 and words[left].lower == "it" and "say" in self.speech.kinds(words[at].lower):
            return self._subject_it(words[left])
        if left < 0 or words[left].lower in _NOMINAL_STOP or not words[left].lower[0].isalnum():
            return None
        right = left
        while left >= 0:
            lower = words[left].lower
            verb = bool(self.speech.kinds(lower)) and (left == 0 or words[left - 1].lower not in _BEFORE_NOUN)
            inner = lower in _GOVERNORS and left > 0 and words[left + 1].lower in _DETERMINERS and right - left <= 4
            if lower in _BREAKS or lower == "," or (lower in _CLAUSE_WORDS and not inner) or verb or right - left > 9:
                left += 1
                break
            if lower in _DETERMINERS and (left == 0 or words[left - 1].lower not in _GOVERNORS):
                break
            left -= 1
        left = max(left, 0)
        last = words[right].lower
        if last in _GOVERNORS or last.endswith(("'s", "’s")) or words[left].lower in _NOMINAL_STOP:
            return None
        if left > right or (left == right and words[left].lower in _DETERMINERS - {"some", "many", "both", "others"}):
            return None
        text = self.document.text[words[left].start : words[right].end]
        bare = words[left].lower not in _DETERMINERS and not text[0].isupper()
        if bare and not _UNNAMED.match(text):
            return None
        apposed = self._apposed(words, left)
        if apposed is not None:
            return apposed
        outlet = next((m for m in self.mentions_between(words[left].start, words[right].end) if self._is_outlet(m)), None)
        entity = self.people.entities[outlet.entity] if outlet else None
        return Subject(words[left].start, words[right].end, entity, outlet)

    def _apposed(self, words: list[Word], left: int) -> Subject | None:
        """``Roca, also a former mayor said``: the comma after the apposition was left out."""
        before = left - 2 if left > 1 and words[left - 1].lower in ("also", "now", "then") else left - 1
        if before < 1 or words[before].lower != "," or words[left].lower not in _DETERMINERS:
            return None
        for mention in self.mentions_between(words[before].start - 60, words[before].start):
            if mention.end == words[before].start and not self._governed(mention, mention.start - 40):
                return self._subject(mention)
        return None

    def _is_outlet(self, mention: Mention) -> bool:
        """``the Xinhua news agency``: the mention is the outlet's name, the chunk its full wording."""
        return self.people.entities[mention.entity].media

    def _subject_after(self, words: list[Word], at: int, end: int) -> Subject | None:
        """The subject right of an inverted verb: ``said Lavrov``, ``said the Russian minister``."""
        cue = words[at]
        before = words[at - 1] if at else None
        fronted = before is None or before.lower == "," or self.inside(cue.start - 2) or self.inside(cue.start - 3)
        if not fronted or "say" not in self.speech.kinds(cue.lower):
            return None
        for mention in self.mentions_between(cue.end, min(end, cue.end + 60)):
            gap = self.between(cue.end, mention.start)
            if all(word.lower in _DETERMINERS for word in gap):
                return self._subject(mention)
            if len(gap) <= 7 and not any(self._parts(word) for word in gap):
                return Subject(gap[0].start, mention.end, self.people.entities[mention.entity], mention)
            break
        following = words[at + 1 : at + 8]
        if not following:
            return None
        named = self.document.text[following[0].start].isupper()
        if not named and following[0].lower not in _DETERMINERS | _BARE_STARTS:
            return None
        stop = 1
        while stop < len(following) and following[stop].lower not in _GOVERNORS | _CLAUSE_WORDS | {","} | _BREAKS:
            stop += 1
        return Subject(following[0].start, following[stop - 1].end, None, None)

    def _parts(self, word: Word) -> bool:
        """Whether a word ends a title that stands before a name."""
        return not word.lower[0].isalnum() or word.lower in (_CLAUSE_WORDS | _GOVERNORS) - {"and"}

    def _subject(self, mention: Mention) -> Subject:
        return Subject(mention.start, mention.end, self.people.entities[mention.entity], mention)

"""Words of an encounter and who stands beside them: one trigger, one reading of one clause."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from pipelines.annotations import Document, Entity, Mention, People, Stretch
from pipelines.dates import Tense
from pipelines.encounters.words import Form, MeetingWords, form_of
from pipelines.lexicon import Lexicon
from schemas.meeting import Mode, Status

_BOUNDARY = re.compile(
    r";|\s[—–-]+\s|,\s+(?:the|an?|which|who|where|whose|but|while|as|after|with the|following|in what)\s"
    r"|\b(?:since|after|before|while|when|because|although|though|amid|despite|ahead of|during which|following|that|where|who"
    r"|which|as (?:he|she|they|the|it|his|her|tensions?))\b",
    re.I,
)
_SHARED = re.compile(r"\s*(?:,|and|with|,\s*and|as well as|&|;)?\s*(?:the|his|her|its|their|a|both)?\s*", re.I)
_WITH = re.compile(r"\b(?:with|between|among|of|by)\b", re.I)
_SPEECH = re.compile(r"\s*,?\s*(?:has |had |also |later )?(?:said|says|told|added|reported|announced|quoted|wrote|saying)\b")
_LINK = re.compile(r"\b(?:with|between|among|and)\s+(?:[\w’'-]+\s+){0,3}\Z", re.I)
_RIGHT_BEHIND_VERB = re.compile(r"\s*(?:with\s+)?(?:[\w’'-]+\s+){0,2}")
_RIGHT_BEHIND_NOUN = re.compile(r"\s*(?:of|by|to)\s+(?:[\w’'-]+\s+){0,2}")
_MAX_CLAUSE = 600
_COUNTRY_ACTOR = re.compile(r"(?<![\w-])(?:the\s+)?([A-Z][\w.'’-]*\.?(?:\s(?:[A-Z][\w.'’-]*|of|and\sthe))*)")
_BEFORE_PLACE = re.compile(
    r"\b(?:in|at|from|to|near|into|across|on|over|against|about|toward|towards|of|for|by|under)\s+(?:the\s+)?\Z", re.I
)


@dataclass(frozen=True, slots=True)
class Party:
    """Someone beside a trigger: an entity, or a state that stands for its government."""

    entity: Entity | None
    country: str | None
    organization: str | None
    text: str
    start: int
    end: int
    subject: bool
    """Stands before the word of meeting."""

    @property
    def side(self) -> str | None:
        """The state or organization that the party stands for."""
        return self.organization if self.organization and not self.country else self.country


@dataclass(frozen=True, slots=True)
class Trigger(Stretch):
    """One word of an encounter with the clause it stands in."""

    form: Form
    word: str
    sentence: int
    clause: Stretch
    status: Status
    marked_status: bool
    """A word of the clause says the status; it does not only follow from the tense."""
    tense: Tense
    mode: Mode
    parties: tuple[Party, ...]

    @property
    def sides(self) -> frozenset[str]:
        """The sides that are known."""
        return frozenset(side for party in self.parties if (side := party.side))


class Reader:
    """Finds the triggers of a story."""

    def __init__(self, document: Document, people: People, lexicon: Lexicon, words: MeetingWords) -> None:
        self.document, self.people, self.lexicon, self.words = document, people, lexicon, words
        # Same length, quotations and furniture blanked: offsets stay true.
        text = list(document.text)
        for mark in document.marked:
            if mark.depth == 0 and mark.end - mark.start > 25:
                text[mark.start : mark.end] = " " * (mark.end - mark.start)
        for cut in document.furniture:
            text[cut.start : cut.end] = " " * (cut.end - cut.start)
        self.text = "".join(text)
        self._mentions = [mention for mention in people.mentions if self.text[mention.start : mention.end].strip()]
        self._starts = [mention.start for mention in self._mentions]

    def triggers(self, limit: int = 200) -> list[Trigger]:
        """Every trigger in the order of the text, at most ``limit``."""
        found: list[Trigger] = []
        for sentence in self.document.sentences:
            for match in self.words.triggers.finditer(self.text, sentence.start, sentence.end):
                if len(found) >= limit:
                    return found
                if self._in_mention(match.start()):
                    continue
                found.append(self._read(match, sentence.index, Stretch(sentence.start, sentence.end)))
        return found

    def _in_mention(self, offset: int) -> bool:
        at = bisect_right(self._starts, offset) - 1
        return at >= 0 and self._mentions[at].start <= offset < self._mentions[at].end

    def _read(self, match: re.Match[str], sentence: int, whole: Stretch) -> Trigger:
        form = form_of(match)
        clause = self.clause(match.start(), match.end(), whole)
        words = self.text[clause.start : clause.end]
        status, marked = self._status(words, form, match.start() - clause.start)
        tense: Tense = "past" if status in ("held", "ongoing") else "future"
        if status in ("cancelled", "postponed", "rejected", "denied"):
            tense = "future"
        modes: list[Mode] = [mode for mode, pattern in self.words.mode if pattern.search(words)]
        mode: Mode = modes[0] if modes else "unknown"
        return Trigger(
            match.start(), match.end(), form, match.group(), sentence, clause, status, marked, tense, mode,
            tuple(self._parties(match.start(), match.end(), clause, form)),
        )  # fmt: skip

    def clause(self, start: int, end: int, whole: Stretch) -> Stretch:
        """The clause around a stretch: the sentence cut at subordinations and parentheses."""
        left, right = max(whole.start, start - _MAX_CLAUSE), min(whole.end, end + _MAX_CLAUSE)
        for match in _BOUNDARY.finditer(self.text, left, start):
            # A boundary right before the trigger belongs to it: "after meeting X", "ahead of talks".
            if start - match.end() > 3 or match.group().lower().strip(", ") in ("that", ";", "who", "which"):
                left = match.end()
        following = _BOUNDARY.search(self.text, end, right)
        return Stretch(left, following.start() if following else right)

    def _status(self, words: str, form: Form, at: int) -> tuple[Status, bool]:
        for status, pattern in self.words.status:
            for match in pattern.finditer(words):
                # The word must bear on this trigger: near before it, or right behind.
                if (match.start() <= at + 12 and match.end() >= at - 30) or 0 <= match.start() - at < 70:
                    if status in ("planned", "ongoing", "proposed") and form in ("past", "present") and match.start() > at:
                        continue
                    return status, True
        if form in ("past", "present"):
            return "held", True
        if form == "base":
            return "planned", False
        return "held", False

    def _parties(self, start: int, end: int, clause: Stretch, form: Form) -> list[Party]:
        before = [mention for mention in self._between(clause.start, start) if self._fits(mention)]
        after = [mention for mention in self._between(end, clause.end) if self._fits(mention)]
        parties = [self._party(mention, True) for mention in self._subjects(before, start, clause)]
        parties += [self._party(mention, False) for mention in self._objects(after, end, form)]
        parties = self._expand(parties)
        people = [party for party in parties if party.entity is None or party.entity.kind != "institution"]
        if len({party.side for party in people if party.side}) >= 2:
            parties = people  # a body named beside two people is where or what for, not who
        sides = {party.side for party in parties if party.side}
        states = self._states(clause, start)
        if len(sides) < 2:
            for state in states:
                if state.side not in sides and (len(states) > 1 or sides):
                    parties.append(state)
                    sides.add(state.side or "")
        return parties

    def _between(self, start: int, end: int) -> list[Mention]:
        return self._mentions[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def _fits(self, mention: Mention) -> bool:
        entity = self.people.entities[mention.entity]
        if entity.media or entity.spokesperson or entity.former or entity.kind == "anonymous":
            return False
        return not (entity.kind == "institution" and entity.country_code is None and entity.organization is None)

    def _subjects(self, before: list[Mention], start: int, clause: Stretch) -> list[Mention]:
        """The coordinated subject nearest before the verb, with what it is joined to; attributions are passed over."""
        kept: list[Mention] = []
        for mention in reversed(before):
            if _SPEECH.match(self.text, mention.end, start):
                continue
            if not kept:
                kept.append(mention)
                continue
            gap = self.text[mention.end : kept[-1].start]
            if _SHARED.fullmatch(gap) or (len(gap) < 40 and re.search(r"\b(?:and|with|between)\b", gap)):
                kept.append(mention)
            elif len(kept) == 1 and self._governed(kept[0], clause):
                # "The president of France met": what hangs on a preposition is no subject.
                kept[0] = (
                    mention
                    if not re.search(r"\b(?:between|with)\s*(?:the\s*)?\Z", self.text[clause.start : kept[0].start], re.I)
                    else kept[0]
                )
            elif _WITH.search(gap) and len(gap) < 60:
                kept.append(mention)
        return kept[::-1]

    def _governed(self, mention: Mention, clause: Stretch) -> bool:
        lead = self.text[max(clause.start, mention.start - 16) : mention.start]
        return bool(re.search(r"\b(?:of|in|for|on|about|over|against|by|to|from)\s+(?:the\s+|his\s+|her\s+)?\Z", lead, re.I))

    def _objects(self, after: list[Mention], end: int, form: Form) -> list[Mention]:
        """Who is met: right behind the verb, after ``with`` or ``between``, and whoever is joined to them."""
        kept: list[Mention] = []
        direct = _RIGHT_BEHIND_NOUN if form == "noun" else _RIGHT_BEHIND_VERB
        at = end
        for mention in after:
            gap = self.text[at : mention.start]
            joined = bool(kept) and _SHARED.fullmatch(gap) is not None
            linked = len(gap) < 160 and _LINK.search(gap) is not None
            if joined or linked or (not kept and direct.fullmatch(gap)):
                kept.append(mention)
            at = mention.end
        return kept

    def _party(self, mention: Mention, subject: bool) -> Party:
        entity = self.people.entities[mention.entity]
        text = self.text[mention.start : mention.end]
        return Party(entity, entity.country_code, entity.organization, text, mention.start, mention.end, subject)

    def _expand(self, parties: list[Party]) -> list[Party]:
        """Groups that take up people named before become these people; each entity once."""
        found: list[Party] = []
        seen: set[int] = set()
        for party in parties:
            members = party.entity.members if party.entity else ()
            entities = [self.people.entities[index] for index in members] if members else [party.entity]
            for entity in entities:
                if entity is None or entity.index in seen:
                    continue
                seen.add(entity.index)
                found.append(
                    Party(entity, entity.country_code, entity.organization, party.text, party.start, party.end, party.subject)
                )
        return found

    def _states(self, clause: Stretch, start: int) -> list[Party]:
        """States that act: named outside mentions and behind no preposition of place."""
        found: list[Party] = []
        for match in _COUNTRY_ACTOR.finditer(self.text, clause.start, clause.end):
            if self._in_mention(match.start(1)):
                continue
            lead = self.text[max(clause.start, match.start() - 24) : match.start()]
            if _BEFORE_PLACE.search(lead) and not re.search(r"\b(?:between|with|among)\b[^,;]{0,24}\Z", lead):
                continue
            for word in self._names(match.group(1)):
                code = self.lexicon.country_of(word)
                if code and code not in {party.country for party in found}:
                    at = self.text.index(word, match.start(1))
                    found.append(Party(None, code, None, word, at, at + len(word), at < start))
        return found

    @staticmethod
    def _names(words: str) -> list[str]:
        parts = [part for part in re.split(r"\s+and\s+(?:the\s+)?|['’]s\b", words) if part]
        return [part.strip(" .") if not re.fullmatch(r"(?:[A-Z]\.)+", part) else part for part in parts]

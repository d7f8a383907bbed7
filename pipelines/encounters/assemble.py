"""From triggers to meetings: what belongs together, and what each meeting's fields are."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from pipelines.annotations import Document, Stretch
from pipelines.codes import code_meeting
from pipelines.dates import When, find_dates
from pipelines.encounters.triggers import Party, Trigger
from pipelines.encounters.venue import find_parent, find_place
from pipelines.lexicon import Lexicon
from pipelines.topics import find_topics
from schemas.base import Span
from schemas.meeting import HIGH_LEVEL, DateBasis, Format, Level, Meeting, Mode, Participant, Place, Rank, Role, Status

_FIRM: frozenset[Status] = frozenset({"cancelled", "postponed", "rejected", "denied"})
_OPEN: frozenset[Status] = frozenset({"planned", "proposed"})
_MEDIATOR = re.compile(r"\b(?:mediat\w+|brokered|broker(?:s|ing)?|facilitat\w+)\b", re.I)
_IN_PERSON = re.compile(
    r"\b(?:met|meets?|meeting|summit|visit\w*|host\w*|received?|encounter|dinner|lunch|conferred|gather\w*)\b", re.I
)
_HOSTING = re.compile(r"\b(?:hosted|hosts?|hosting|received|receives?|welcomed|welcomes?|greeted)\b", re.I)
_VISITING = re.compile(r"\b(?:visit\w*|arriv\w+|travel\w*|trip|flew|flies)\b", re.I)
_BACKGROUND_DAYS = 31


@dataclass(slots=True)
class Cluster:
    """Triggers that speak of one meeting."""

    triggers: list[Trigger] = field(default_factory=list)
    parties: dict[object, Party] = field(default_factory=dict)

    @property
    def sides(self) -> frozenset[str]:
        return frozenset(side for party in self.parties.values() if (side := party.side))

    def add(self, trigger: Trigger) -> None:
        self.triggers.append(trigger)
        for party in trigger.parties:
            key: object = party.entity.index if party.entity else (party.country, "state")
            if party.entity is None and any(other.side == party.side for other in self.parties.values()):
                continue
            if party.entity is not None:
                self.parties.pop((party.country, "state"), None)
            self.parties.setdefault(key, party)

    @property
    def status(self) -> Status:
        """That of the earliest trigger whose words say it; a firm no in the story's first sentences wins."""
        lead = [trigger for trigger in self.triggers if trigger.sentence <= self.triggers[0].sentence + 2]
        for trigger in lead:
            if trigger.status in _FIRM:
                return trigger.status
        for trigger in self.triggers:
            if trigger.marked_status:
                return trigger.status
        return self.triggers[0].status

    @property
    def people(self) -> frozenset[int]:
        return frozenset(party.entity.index for party in self.parties.values() if party.entity and party.entity.name)


def cluster(triggers: list[Trigger]) -> list[Cluster]:
    """Groups triggers by who takes part; a trigger with no parties of its own goes to the meeting spoken of last."""
    found: list[Cluster] = []
    last: Cluster | None = None
    verb: tuple[Trigger, Cluster] | None = None
    for trigger in triggers:
        if verb is not None and verb[0].clause.start == trigger.clause.start and verb[0].sentence == trigger.sentence:
            # "met on the sidelines of a meeting": a further word of one clause speaks of the same encounter.
            verb[1].triggers.append(trigger)
            continue
        if len(trigger.sides) < 2:
            home = _home(found, trigger) if trigger.parties else last
            if home is not None and _agrees(home, trigger):
                home.triggers.append(trigger)
                last = home
            continue
        home = _home(found, trigger)
        if home is None:
            home = Cluster()
            found.append(home)
        home.add(trigger)
        last = home
        verb = (trigger, home) if trigger.form != "noun" else None
    return found


def _agrees(home: Cluster, trigger: Trigger) -> bool:
    """May a trigger that names nobody be the same meeting? Not when it speaks of one to come and this one is past."""
    return not trigger.marked_status or (trigger.status in _OPEN) == (home.status in _OPEN) or trigger.status in _FIRM


def _home(found: list[Cluster], trigger: Trigger) -> Cluster | None:
    people = {party.entity.index for party in trigger.parties if party.entity and party.entity.name}
    best: tuple[int, Cluster] | None = None
    for group in found:
        shared = len(people & group.people)
        same_sides = bool(trigger.sides) and (trigger.sides <= group.sides or group.sides <= trigger.sides)
        if people and group.people and not shared:
            # Other people of the same states: another meeting, unless one of the two names only states.
            continue
        if people and len(people) > 1 and group.people and shared < 2 and len(group.people) > 1 and not same_sides:
            continue
        if not same_sides and shared < 2:
            continue
        if not _agrees(group, trigger) and group.status not in _FIRM:
            continue
        score = 2 * shared + same_sides
        if best is None or score > best[0]:
            best = (score, group)
    return best[1] if best else None


def assemble(
    group: Cluster, document: Document, lexicon: Lexicon, base: dt.date | None, basis: DateBasis, confidence: float
) -> Meeting | None:
    """The contract's meeting of a cluster; None for one that is no meeting of two sides, or long past."""
    if len(group.sides) < 2:
        return None
    status = group.status
    sentences = [document.sentences[index] for index in sorted({trigger.sentence for trigger in group.triggers})]
    stretches: list[Stretch] = list(sentences)
    clauses = [Stretch(trigger.start, trigger.clause.end) for trigger in group.triggers]
    when = _when(group, document, base, basis, status)
    if when is not None and _long_past(when, base, status):
        return None
    parent = find_parent(document, stretches)
    place = find_place(document, [*clauses, *stretches], lexicon)
    words = " ".join(document.text[c.start : c.end] for c in clauses)
    mode = _mode(group, words, place, parent)
    participants = _participants(group, document, place, words)
    ranks = _ranks(participants)
    level = min(ranks.values(), key=lambda rank: Level[rank]) if ranks else "official"
    countries = frozenset(p.country_code for p in participants if p.country_code)
    where = place.country_code if place else None
    cameo, plover = code_meeting(status, mode, where, countries, words.lower(), bool(_MEDIATOR.search(words)))
    topics = find_topics(document, _about(group, document))
    return Meeting(
        status=status,
        mode=mode,
        format=_format(len(ranks)),
        level=level,
        high_level=sum(rank in HIGH_LEVEL for rank in ranks.values()) >= 2,
        start=when.start if when else None,
        end=when.end if when else None,
        date_precision=when.precision if when else "unknown",
        date_text=when.text if when else None,
        date_basis=when.basis if when else None,
        place=place,
        parent=parent,
        participants=tuple(participants),
        topics=topics,
        cameo=cameo,
        plover=plover,
        confidence=confidence,
        evidence=tuple(_span(document, Stretch(t.start, t.end)) for t in group.triggers[:8]),
    )


def _span(document: Document, stretch: Stretch) -> Span:
    return Span(start=stretch.start, end=stretch.end, text=document.text[stretch.start : stretch.end])


def _when(group: Cluster, document: Document, base: dt.date | None, basis: DateBasis, status: Status) -> When | None:
    """The first date beside a trigger: in its clause behind it, then before it, then in its sentence."""
    fallback: When | None = None
    for trigger in group.triggers:
        sentence = document.sentences[trigger.sentence]
        tense = trigger.tense if status not in ("held", "ongoing") or trigger.status in _OPEN else "past"
        behind, before = (trigger.end, trigger.clause.end), (trigger.clause.start, trigger.start)
        for start, end in (behind, before, (sentence.start, sentence.end)):
            for when in find_dates(document.text, start, end, base, tense, basis):
                if any(cut.start <= when.start_offset < cut.end for cut in document.furniture):
                    continue  # the dateline's own day
                if when.precision == "day":
                    return when
                fallback = fallback or when
        if trigger.sentence - group.triggers[0].sentence > 6:
            break
    return fallback


def _long_past(when: When, base: dt.date | None, status: Status) -> bool:
    if base is None or when.start is None or status not in ("held", "ongoing"):
        return False
    if when.precision == "year":
        return when.start.year < base.year
    return (base - when.start).days > _BACKGROUND_DAYS + (31 if when.precision == "month" else 0)


def _mode(group: Cluster, words: str, place: Place | None, parent: str | None) -> Mode:
    modes = [trigger.mode for trigger in group.triggers if trigger.mode != "unknown"]
    for mode in ("video", "phone"):
        if modes[:1] == [mode] or (mode in modes and "in_person" not in modes):
            return mode
    if modes or parent or place is not None or _IN_PERSON.search(words):
        return "in_person"
    return "unknown"


def _participants(group: Cluster, document: Document, place: Place | None, words: str) -> list[Participant]:
    found = []
    host_country = place.country_code if place else None
    hosting, visiting = bool(_HOSTING.search(words)), bool(_VISITING.search(words))
    home = host_country is not None and any(party.side == host_country for party in group.parties.values())
    for party in group.parties.values():
        role: Role = "principal"
        if home and (hosting or visiting):
            role = "host" if party.side == host_country else "visitor"
        found.append(_participant(party, document, role))
    return found


def _participant(party: Party, document: Document, role: Role) -> Participant:
    entity = party.entity
    if entity is None:
        return Participant(
            name=None,
            text=party.text,
            country_code=party.country,
            organization=party.organization,
            role=role,
            confidence=0.5,
            mentions=(_span(document, Stretch(party.start, party.end)),),
        )
    return Participant(
        name=entity.name if entity.kind == "person" else None,
        text=entity.text,
        office=entity.office,
        office_id=entity.office_id,
        country_code=entity.country_code,
        organization=entity.organization,
        rank=entity.rank,
        role=role,
        wikidata_id=entity.wikidata_id,
        confidence=entity.confidence,
        mentions=tuple(_span(document, mention) for mention in entity.mentions),
    )


def _ranks(participants: list[Participant]) -> dict[str, Rank]:
    """Each side's highest rank."""
    ranks: dict[str, Rank] = {}
    for one in participants:
        side = one.country_code or one.organization
        if side is None:
            continue
        if side not in ranks or Level[one.rank] > Level[ranks[side]]:
            ranks[side] = one.rank
    return ranks


def _format(sides: int) -> Format:
    return "bilateral" if sides <= 2 else "trilateral" if sides == 3 else "multilateral"


def _about(group: Cluster, document: Document) -> list[Stretch]:
    """Where the meeting's topics stand: its own sentences, and those of its people after the first of them."""
    first = group.triggers[0].sentence
    sentences = document.sentences
    last = sentences[-1].index if sentences else 0
    if group.status in _OPEN and first > 3:
        last = first
    return [sentence for sentence in sentences if first <= sentence.index <= last]

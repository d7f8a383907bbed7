"""The table of office-holders beside the story: who somebody named there is, and what the story left out about them.

The story's own words win: a table entry is taken only when the name agrees and nothing in the story speaks against it,
and the table never brings in anybody whom the story does not name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pipelines.lexicon import Holder, Lexicon
from pipelines.lexicon.words import sound
from pipelines.people.drafts import Draft, surname

_SLACK = 120
"""Days: stories name people shortly before they take office and after they have left it."""
_HEADS = frozenset(
    {"president", "monarch", "prime_minister", "chancellor", "leader", "state_leader", "general_secretary", "crown_prince"}
)


@dataclass(frozen=True, slots=True)
class Found:
    """Who somebody is by the table."""

    wikidata_id: str
    holder: Holder
    """Their term that fits the story best."""
    certain: bool
    """Office or country of the story agrees, or the story's day falls into the term."""


def find_holder(draft: Draft, lexicon: Lexicon, published: date | None) -> Found | None:
    """The person of the table whom the story names; None where none or several fit equally well."""
    family = surname(draft, lexicon)
    if family is None or draft.kind != "person":
        return None
    scored: dict[str, tuple[float, Holder]] = {}
    for holder in _candidates(draft, lexicon):
        named = _name_agreement(draft, holder, lexicon)
        if named <= 0:
            continue
        score = named + _office_agreement(draft, holder, published)
        if score > scored.get(holder.wikidata_id, (0.0, holder))[0]:
            scored[holder.wikidata_id] = (score, holder)
    if not scored:
        return None
    ranking = sorted(scored.items(), key=lambda item: (-item[1][0], item[0]))
    best_id, (best, holder) = ranking[0]
    if best < 3.0 or (len(ranking) > 1 and ranking[1][1][0] > best - 0.75):
        return None
    return Found(best_id, holder, best >= 4.0)


def _candidates(draft: Draft, lexicon: Lexicon) -> Iterable[Holder]:
    seen: set[int] = set()
    keys: set[str] = set()
    for word in draft.words:
        keys.add(sound(word))
        keys.update(sound(part) for part in word.split("-"))
    counts: dict[int, int] = {}
    for key in keys:
        for holder in lexicon.holders.get(key, ()):
            counts[id(holder)] = counts.get(id(holder), 0) + 1
            if id(holder) not in seen:
                seen.add(id(holder))
                yield holder


def _name_agreement(draft: Draft, holder: Holder, lexicon: Lexicon) -> float:
    """0 when the names differ; 1 for the family name alone; up to 3 for the whole name."""
    mine = [sound(word) for word in draft.words if sound(word)]
    theirs = [sound(word) for word in _regnal(holder.name, lexicon).split() if sound(word)]
    if not mine or not theirs:
        return 0.0
    flat_mine, flat_theirs = "".join(mine), "".join(theirs)
    if flat_mine == flat_theirs or sorted(mine) == sorted(theirs):
        return 3.0
    if len(mine) == 1:
        return (
            1.0
            if theirs[-1] == _stripped(mine[0])
            or _stripped(theirs[-1]) == mine[0]
            or (theirs[0] == mine[0] and len(theirs) == len(draft.words))
            else 0.5
            if mine[0] in theirs
            else 0.0
        )
    shared = sum(1 for word in mine if any(_alike(word, other) for other in theirs))
    if shared == len(mine) or (shared == len(theirs) and len(theirs) > 1):
        return 2.8
    last = _alike(mine[-1], theirs[-1])
    first = mine[0][0] == theirs[0][0]
    if last and first and (_skeleton(mine[0]) == _skeleton(theirs[0]) or shared >= 2):
        return 2.3
    return 0.0


def _regnal(name: str, lexicon: Lexicon) -> str:
    """A monarch's name as the wires write it: ``Salman of Saudi Arabia`` is ``Salman``, ``Elizabeth II`` is ``Elizabeth``."""
    words = name.split(" of ", 1)[0].split()
    return " ".join(word for word in words if word not in lexicon.order.suffixes) or name


def _stripped(word: str) -> str:
    return word.removeprefix("al").removeprefix("el") if len(word) > 5 else word


def _alike(one: str, other: str) -> bool:
    if one == other or _stripped(one) == _stripped(other):
        return True
    return (
        len(one) > 3
        and len(other) > 3
        and one[0] == other[0]
        and _skeleton(one) == _skeleton(other)
        and abs(len(one) - len(other)) <= 2
    )


def _skeleton(word: str) -> str:
    return word[0] + "".join(char for char in word[1:] if char not in "aeiouhj")


def _office_agreement(draft: Draft, holder: Holder, published: date | None) -> float:
    """How far office, country and time of the story speak for a term; far below 0 where they contradict it."""
    score = 0.0
    if draft.country is not None:
        if holder.country == draft.country:
            score += 1.0
        elif holder.country is not None:
            return -9.0
    if draft.organization is not None and draft.organization.kind == "igo":
        score += 1.0 if holder.organization == draft.organization.name else 0.0
    agreed = False
    for office in draft.offices:
        if office.office_id is None:
            continue
        if office.office_id == holder.office_id or (office.office_id in _HEADS and holder.office_id in _HEADS):
            agreed = True
            score += 1.2 if office.office_id == holder.office_id else 0.8
            break
    if draft.gender is not None and holder.gender is not None and draft.gender != holder.gender:
        # Not decisive: a gender that a pronoun gave may be wrong.
        score -= 1.5
    if published is not None:
        if holder.covers(published):
            score += 1.0
        elif holder.covers(published, _SLACK):
            score += 0.6
        elif agreed and not any(office.former for office in draft.offices) and draft.country is None:
            score -= 1.2
    return score

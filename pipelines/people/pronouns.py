"""Whom a pronoun stands for, by gender, nearness and grammar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.people.drafts import Draft, Spot
from pipelines.people.offices import OfficeMention
from pipelines.people.scan import Scan

_FORMS: dict[str, tuple[Literal["f", "m"] | None, bool]] = {
    "he": ("m", True),
    "him": ("m", False),
    "his": ("m", False),
    "himself": ("m", False),
    "she": ("f", True),
    "her": ("f", False),
    "hers": ("f", False),
    "herself": ("f", False),
    "they": (None, True),
    "them": (None, False),
}
_REACH = 40
"""Mentions looked back over: keeps the work linear."""


@dataclass(slots=True)
class Pronoun:
    """A pronoun of the third person at word ``at``."""

    at: int
    gender: Literal["f", "m"] | None
    plural: bool
    subject: bool


def find_pronouns(scan: Scan) -> list[Pronoun]:
    """All of them outside names and titles."""
    found: list[Pronoun] = []
    for index, low in enumerate(scan.lows):
        form = _FORMS.get(low)
        if form is not None and not (scan.capital[index] and not scan.first[index] and scan.texts[index].isupper()):
            found.append(Pronoun(index, form[0], low in ("they", "them"), form[1]))
    return found


def resolve(pronoun: Pronoun, order: Sequence[tuple[Draft, Spot]], scan: Scan) -> Draft | None:
    """The likeliest antecedent among the mentions before the pronoun; None where nobody fits."""
    here = scan.sentence[pronoun.at]
    inside = scan.quoted[pronoun.at]
    scores: dict[int, float] = {}
    drafts: dict[int, Draft] = {}
    for back, (draft, place) in enumerate(reversed(order[-_REACH:])):
        score = _score(pronoun, draft, place, scan, here, inside, back)
        if score > scores.get(id(draft), 0.0):
            scores[id(draft)] = score
            drafts[id(draft)] = draft
    if not scores:
        return None
    best = max(scores, key=lambda key: scores[key])
    return drafts[best]


def _score(pronoun: Pronoun, draft: Draft, place: Spot, scan: Scan, here: int, inside: bool, back: int) -> float:
    if pronoun.plural:
        if not draft.plural:
            return 0.0
    elif draft.plural or draft.kind not in ("person", "anonymous"):
        return 0.0
    if place.start >= pronoun.at:
        return 0.0
    distance = here - scan.sentence[place.start]
    if distance > 6:
        return 0.0
    score = {0: 2.2, 1: 2.0, 2: 1.0, 3: 0.5}.get(distance, 0.2)
    if pronoun.gender is not None:
        if draft.gender is not None and draft.gender != pronoun.gender:
            return 0.0
        score += 0.8 if draft.gender == pronoun.gender else 0.4
    if place.subject:
        score += 1.9 if distance == 0 and pronoun.subject else 1.3
    if place.kind == "pronoun":
        score += 0.3
    sentences = scan.document.sentences
    if sentences and here >= 0 and sentences[here].paragraph == sentences[scan.sentence[place.start]].paragraph:
        score += 0.6
    if scan.quoted[place.start] and not inside:
        score -= 1.6
    if scan.low(place.end) in scan.lexicon.cues.speech_short:
        score += 0.5
    score += 0.05 * min(len(draft.spots), 8)
    return score - 0.01 * back


_CLASSES: dict[str, frozenset[str]] = {
    "diplomat": frozenset({"foreign_minister", "envoy", "ambassador", "deputy_minister"}),
    "state_leader": frozenset({"head_of_state", "head_of_government"}),
    "president": frozenset({"head_of_state"}),
    "prime_minister": frozenset({"head_of_government"}),
    "foreign_minister": frozenset({"foreign_minister"}),
}


def two_of(order: Sequence[tuple[Draft, Spot]], scan: Scan, office: OfficeMention | None) -> list[Draft]:
    """Whom "the two leaders" takes up: the person last spoken of who fits, and the one most often beside them."""
    ranks = _CLASSES.get(office.office_id or "", frozenset()) if office is not None else frozenset()

    def right(draft: Draft) -> bool:
        if draft.kind != "person" or draft.plural or draft.has_office("spokesperson"):
            return False
        known = {known.rank for known in draft.offices}
        return not ranks or not known or bool(known & ranks)

    near = [(draft, place) for draft, place in order[-_REACH * 2 :] if right(draft)]
    officials = [(draft, place) for draft, place in near if draft.offices or draft.table_country]
    if len({id(draft) for draft, _ in officials}) > 1:
        near = officials
    first = next((draft for draft, place in reversed(near) if scan.low(place.end) not in ("'s", "’s")), None)
    if first is None:
        return []
    beside = {scan.sentence[place.start] for draft, place in near if draft is first}
    shared: dict[int, int] = {}
    drafts: dict[int, Draft] = {}
    for draft, place in near:
        if draft is not first and draft.country is not None and draft.country == first.country:
            continue
        if draft is not first:
            drafts[id(draft)] = draft
            shared[id(draft)] = shared.get(id(draft), 0) + 2 * (scan.sentence[place.start] in beside) + 1
    if not shared:
        return [first]
    second = drafts[max(shared, key=lambda key: shared[key])]
    return [first, second]

"""Names chained over the story, and the offices that stand with them."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.lexicon import Lexicon
from pipelines.lexicon.words import fold
from pipelines.people.drafts import Draft, Gender, Spot, fits, looks_family_first
from pipelines.people.names import Run
from pipelines.people.offices import OfficeMention
from pipelines.people.scan import Scan

_HEAD_IDS = frozenset(
    {
        "president",
        "prime_minister",
        "monarch",
        "leader",
        "state_leader",
        "chancellor",
        "general_secretary",
        "pope",
        "crown_prince",
    }
)


_NAMESAKES = 64
"""How many people who share a word of their name are looked at: keeps the work linear."""


class Cast:
    """Everyone found so far, in the order of their first mention."""

    def __init__(self, scan: Scan, lexicon: Lexicon, runs: Sequence[Run]) -> None:
        self.scan = scan
        self.lexicon = lexicon
        self.drafts: list[Draft] = []
        self.alone = {fold(run.words[0]) for run in runs if len(run.words) == 1}
        self._by_word: dict[str, list[Draft]] = {}

    def add(self, draft: Draft) -> Draft:
        """Takes in a new entity."""
        self.drafts.append(draft)
        return draft

    def subject(self, start: int, end: int) -> bool:
        """Whether words ``start`` to ``end`` look like the subject of their clause."""
        scan = self.scan
        if scan.joined(start) and scan.low(start - 1) in scan.lexicon.cues.object_marks:
            return False
        after = scan.low(end) if end < len(scan.keys) and scan.joined(end) else ""
        return after not in ("'s", "’s")

    def named(self, run: Run, offices: list[OfficeMention]) -> Draft:
        """The entity that a name belongs to, made new where the story has not named it yet."""
        gender = gender_of(self.scan, offices, self.lexicon)
        draft = self._find(run, offices, gender)
        if draft is None:
            draft = self.add(Draft("person", run.words, " ".join(run.words)))
            draft.score = run.score
        elif len(run.words) > len(draft.words) or (not draft.words):
            draft.words, draft.name = run.words, " ".join(run.words)
        draft.score = max(draft.score, run.score)
        self._learn(draft, gender)
        return draft

    def _learn(self, draft: Draft, gender: Gender | None) -> None:
        for word in draft.words:
            key = _key(word)
            known = self._by_word.setdefault(key, [])
            if not any(draft is other for other in known[-_NAMESAKES:]):
                known.append(draft)
        if draft.gender is None:
            draft.gender = gender or _given_gender(draft, self.lexicon)
        if draft.family_first is None and len(draft.words) > 1:
            first, last = fold(draft.words[0]), fold(draft.words[-1])
            if first in self.lexicon.order.family_first and first in self.alone and last not in self.alone:
                draft.family_first = True
            elif last in self.alone and first not in self.alone:
                draft.family_first = False

    def _find(self, run: Run, offices: list[OfficeMention], gender: Gender | None) -> Draft | None:
        seen: list[Draft] = []
        for word in run.words:
            for draft in self._by_word.get(_key(word), [])[-_NAMESAKES:]:
                if not any(draft is other for other in seen):
                    seen.append(draft)
        best: Draft | None = None
        best_score = 0.0
        for draft in seen:
            score = fits(run.words, draft, self.lexicon)
            if score < 1.0:
                continue
            if gender is not None and draft.gender is not None and gender != draft.gender:
                continue
            if len(run.words) == 1 or len(draft.words) == 1 or score < 4.0:
                agreement = _office_conflict(offices, draft)
                if agreement <= -1 and score < 3.5:
                    continue
                score += agreement
            if score < 2.0 and not _royal(draft):
                continue
            recent = draft.spots[-1].start if draft.spots else 0
            score += 0.9 / (1 + (run.start - recent) / 60)
            if score > best_score:
                best, best_score = draft, score
        return best


def _key(word: str) -> str:
    folded = fold(word).rstrip(".")
    return folded.split("-", 1)[1] if folded[:3] in ("al-", "el-", "as-", "ad-") else folded


_REALMS = frozenset({"monarch", "crown_prince", "royal", "pope"})


def _royal(draft: Draft) -> bool:
    return any(office.office_id in ("monarch", "crown_prince", "royal", "pope") for office in draft.offices)


def _office_conflict(offices: list[OfficeMention], draft: Draft) -> float:
    """Above 0 where a title agrees with what is known of somebody, -1 or less where two titles speak of two people."""
    score = 0.0
    for office in offices:
        if office.office_id is None or office.occupation:
            continue
        if office.country is not None and draft.country is not None and office.country != draft.country:
            score -= 1.5
        if draft.has_office(office.office_id):
            score += 1.0
        elif any(old.office_id in _REALMS for old in draft.attached) and office.office_id in _REALMS:
            score -= 2.5
        elif draft.attached and any(old.office_id is not None and not old.occupation for old in draft.attached):
            score -= 0.4
    return score


def gender_of(scan: Scan, offices: list[OfficeMention], lexicon: Lexicon) -> Gender | None:
    """Gender that a title tells: ``Mrs``, ``spokesman``, ``King``."""
    for office in offices:
        wording = " ".join(scan.lows[office.head : office.end]).rstrip(" .")
        for word in (wording, wording.rsplit(" ", 1)[-1]):
            if word in lexicon.titles.female:
                return "f"
            if word in lexicon.titles.male and word not in ("chairman", "congressman"):
                return "m"
    return None


def _given_gender(draft: Draft, lexicon: Lexicon) -> Gender | None:
    words = draft.words
    if len(words) < 2 or looks_family_first(words, draft.country, lexicon):
        return None
    gender = lexicon.given.get(fold(words[0]))
    if gender is None and "-" in words[0]:
        gender = lexicon.given.get(fold(words[0].split("-", 1)[0]))
    if gender is None and fold(words[-1]).endswith(lexicon.order.feminine_surname_endings):
        return "f"
    return gender


def attach(draft: Draft, office: OfficeMention, named: bool) -> None:
    """Notes an office for somebody; country and organization come with it unless the story gave others before."""
    (draft.attached if named else draft.nominal).append(office)
    if office.organization is not None and (office.organization.kind in ("igo", "authority") or draft.organization is None):
        draft.organization = draft.organization or (office.organization if office.organization.kind != "institution" else None)
    if draft.country is None and office.country is not None:
        draft.country = office.country


def same_office(office: OfficeMention, draft: Draft) -> bool:
    """Whether an office wording may stand for somebody whose offices are known."""
    country = draft.country or draft.table_country
    if office.country is not None and country is not None and office.country != country:
        return False
    if office.organization is not None and office.organization.kind == "igo" and draft.organization is not office.organization:
        return False
    for known in draft.offices:
        if office.second_country is not None and known.second_country not in (None, office.second_country):
            continue
        if known.office_id is not None and known.office_id == office.office_id and known.former == office.former:
            return True
        if office.office_id in ("state_leader", "leader") and known.office_id in _HEAD_IDS:
            return True
        if (
            office.office_id == "diplomat"
            and office.country is not None
            and known.rank in ("foreign_minister", "envoy", "ambassador")
        ):
            return True
        if office.office_id in ("diplomat", "envoy", "ambassador", "state_councillor") and office.country is None:
            close = {
                "diplomat": ("foreign_minister", "envoy", "ambassador", "deputy_minister"),
                "envoy": ("envoy", "ambassador"),
                "ambassador": ("ambassador",),
                "state_councillor": ("minister", "foreign_minister"),
            }[office.office_id]
            if known.rank in close:
                return True
    return False


def spot(draft: Draft, place: Spot) -> None:
    """Adds a mention."""
    draft.spots.append(place)

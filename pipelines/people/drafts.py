"""Entities while they are being built: what is known of somebody so far, and whether a further name may be theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from pipelines.annotations import EntityKind, MentionKind
from pipelines.lexicon import Lexicon, Organization
from pipelines.lexicon.words import fold
from pipelines.people.offices import OfficeMention

Gender = Literal["f", "m"]

_EAST_ASIAN = frozenset({"CHN", "TWN", "HKG", "MAC", "KOR", "PRK", "VNM", "SGP"})
_SYLLABLES = re.compile(r"(?:[bcdfghjklmnpqrstvwxyz]{0,2}h?[aeiouy]{1,3}(?:ng|[nmklpthrw])?){1,2}\Z")
_ARTICLE = re.compile(r"(?:al|el|ad|as|ash|an|ar|at|az)-(?=\w)")


@dataclass(slots=True)
class Spot:
    """One mention of a draft: words ``start`` to ``end``, the head inside them."""

    start: int
    end: int
    head_start: int
    head_end: int
    kind: MentionKind
    subject: bool = False


@dataclass(slots=True, eq=False)
class Draft:
    """Somebody, or some body, of the story, so far."""

    kind: EntityKind
    words: tuple[str, ...] = ()
    """The fullest personal name."""
    name: str | None = None
    spots: list[Spot] = field(default_factory=list)
    attached: list[OfficeMention] = field(default_factory=list)
    """Offices that stand with the name."""
    nominal: list[OfficeMention] = field(default_factory=list)
    """Offices by which the story calls them elsewhere."""
    country: str | None = None
    organization: Organization | None = None
    gender: Gender | None = None
    plural: bool = False
    speaks_for: Draft | None = None
    media: bool = False
    family_first: bool | None = None
    """Whether the family name stands first; None while the story has not shown it."""
    score: float = 0.0
    table_country: str | None = None
    """Country by the table of office-holders, while the story has given none."""
    members: list[Draft] = field(default_factory=list)

    @property
    def offices(self) -> list[OfficeMention]:
        return self.attached + self.nominal

    def has_office(self, office_id: str | None) -> bool:
        return office_id is not None and any(office.office_id == office_id for office in self.offices)


def bare(words: tuple[str, ...], lexicon: Lexicon) -> tuple[str, ...]:
    """Folded words of a name without suffixes, Arabic articles and stops."""
    kept = [word for word in words if word.rstrip(".") not in lexicon.order.suffixes and word != ","] or list(words)
    return tuple(_ARTICLE.sub("", fold(word).rstrip(".")) for word in kept)


def surname(draft: Draft, lexicon: Lexicon) -> str | None:
    """The family name with its particles, as written."""
    words = [word for word in draft.words if word.rstrip(".") not in lexicon.order.suffixes and word != ","]
    if not words:
        return None
    if len(words) == 1:
        return words[0]
    if draft.family_first or (draft.family_first is None and looks_family_first(tuple(words), draft.country, lexicon)):
        return words[0]
    start = len(words) - 1
    asian = fold(words[0]) in lexicon.order.family_first
    while start > 1 and not asian and words[start - 1].lower() in lexicon.order.particles and words[start - 1] not in ("I",):
        start -= 1
    return " ".join(words[start:])


def looks_family_first(words: tuple[str, ...], country: str | None, lexicon: Lexicon) -> bool:
    """Whether a whole name is in East Asian order, by its first word, its sound and the country."""
    if not 2 <= len(words) <= 4 or fold(words[0]) not in lexicon.order.family_first:
        return False
    rest = [part for word in words[1:] for part in fold(word).split("-")]
    if country is not None and country not in _EAST_ASIAN:
        return False
    if not all(_SYLLABLES.match(part) for part in rest):
        return False
    return country is not None or "-" in "".join(words[1:]) or fold(words[1]) not in lexicon.given


def fits(words: tuple[str, ...], draft: Draft, lexicon: Lexicon) -> float:
    """How well a name may be the draft's: 0 not at all, up to 4 for the same whole name."""
    if not draft.words:
        return 0.0
    new, old = bare(words, lexicon), bare(draft.words, lexicon)
    if new == old:
        junior = any((word.rstrip(".") in ("Jr", "Sr")) for word in words) != any(
            word.rstrip(".") in ("Jr", "Sr") for word in draft.words
        )
        return 4.0 if not junior or len(new) == 1 else 0.0
    if len(new) == 1 and len(old) == 1:
        return 0.0
    if len(new) == 1:
        return _single(new[0], old, draft, lexicon)
    if len(old) == 1:
        return _single(old[0], new, Draft("person", words, country=draft.country), lexicon)
    if new[-1] == old[-1] and _given_agree(new[0], old[0], lexicon):
        return 3.5
    if new[0] == old[0] and new[-1] != old[-1] and len(new) != len(old) and (new[-1] in old or old[-1] in new):
        return 3.0
    if _contiguous(new, old) and new[0] != old[0]:
        return 2.5
    if _contiguous(old, new) and new[0] != old[0]:
        return 2.5
    return 0.0


def _single(word: str, old: tuple[str, ...], draft: Draft, lexicon: Lexicon) -> float:
    family = surname(draft, lexicon)
    if family is not None and word == bare(tuple(family.split()), lexicon)[-1]:
        return 3.0
    if word == old[-1]:
        return 2.5
    if word == old[0]:
        given_first = draft.country in lexicon.order.given_name_states or (
            draft.family_first is not False and fold(draft.words[0]) in lexicon.order.family_first
        )
        return 2.2 if given_first else 1.0
    return 1.5 if word in old[1:] and len(word) > 2 else 0.0


def _given_agree(one: str, other: str, lexicon: Lexicon) -> bool:
    if one == other or (one[0] == other[0] and (len(one) == 1 or len(other) == 1)):
        return True
    if one.startswith(other) or other.startswith(one):
        return min(len(one), len(other)) >= 3 or "-" in one + other
    short = lexicon.order.short.get(one, one) == lexicon.order.short.get(other, other)
    if short:
        return True
    # A spelling that wavers inside one story: "Sergei" and "Sergey".
    return len(one) > 3 and one[:3] == other[:3] and abs(len(one) - len(other)) <= 1


def _contiguous(short: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    size = len(short)
    return size < len(whole) and any(whole[at : at + size] == short for at in range(len(whole) - size + 1))

"""Office wordings in a story: "the former US Secretary of State", "Japan's foreign minister", "NATO chief"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipelines.lexicon import Organization
from pipelines.people.around import after, before, domestic, modifiers, of_firm, same
from pipelines.people.scan import Scan
from schemas.meeting import Rank

Determiner = Literal["", "definite", "indefinite", "possessive"]

_ARTICLES: dict[str, Determiner] = {
    "the": "definite",
    "this": "definite",
    "that": "definite",
    "a": "indefinite",
    "an": "indefinite",
    "another": "indefinite",
    "one": "indefinite",
    "any": "indefinite",
    "some": "indefinite",
    "his": "possessive",
    "her": "possessive",
    "its": "possessive",
    "their": "possessive",
    "our": "possessive",
    "my": "possessive",
    "both": "definite",
    "these": "definite",
    "those": "definite",
    "all": "definite",
}
_NUMBERS = frozenset(
    {"two", "three", "four", "five", "six", "seven", "eight", "several", "2", "3", "4", "5", "6", "7", "other"}
)
_FORMER_RANK: Rank = "official"


@dataclass(slots=True)
class OfficeMention:
    """One wording of an office. Words ``start`` to ``end`` are the wording without article, ``outer`` the article's word."""

    start: int
    end: int
    outer: int
    head: int
    """First word of the title itself, behind demonym and modifiers."""
    office_id: str | None
    rank: Rank
    country: str | None
    organization: Organization | None
    determiner: Determiner
    plural: bool
    former: bool
    generic: bool
    occupation: bool = False
    """A title that is no office of state: ``chief executive``, ``Mr``."""
    honorific: bool = False
    second_country: str | None = None
    """Of an ambassador: the state sent to."""
    counterpart: bool = False
    """Says that the office is the one of somebody named before: ``his Turkish counterpart``."""
    partners: tuple[tuple[int, int, str], ...] = ()
    """Countries of a plural office, each with its first word and the word behind: ``ministers of Poland and Georgia``."""
    of_institution: bool = False
    """Stands with an institution of a state: ``State Department spokesperson``."""


def find_offices(scan: Scan) -> list[OfficeMention]:
    """All office wordings, in order, none overlapping another."""
    found: list[OfficeMention] = []
    taken = -1
    for index in range(len(scan.keys)):
        if index < taken:
            continue
        mention = _at(scan, index, taken)
        if mention is not None:
            found.append(mention)
            taken = mention.end
    return found


def _at(scan: Scan, index: int, taken: int) -> OfficeMention | None:
    head = _head_of_organization(scan, index, taken)
    if head is not None:
        return head
    if scan.lows[index] in ("counterpart", "counterparts"):
        return _counterpart(scan, index, taken)
    office = scan.offices.get(index)
    if office is not None:
        end, entry, plural = office
        if scan.lows[index] == "deputy" and end == index + 1 and scan.joined(end) and scan.low(end) != "deputy":
            below = _at(scan, end, end)
            if below is not None and below.start == end and not below.honorific:
                return _deputy(scan, index, below, taken)
            lower = _deputy_head(scan, index, end, taken)
            if lower is not None:
                return lower
        if _is_part_of_name(scan, index, end):
            return None
        country, organization, start, possessive = before(scan, index, taken)
        around = scan.covering.get(index)
        if around is not None and max(taken, 0) <= around.start < index and around.end <= end:
            # The title shares a word with a house before it: "U.S. Treasury Secretary".
            country, start = around.name.country, around.start
        former, start = modifiers(scan, start, taken)
        if country is None and organization is None:
            # The demonym may stand before the modifier: "the Russian acting foreign minister".
            country, organization, start, possessive = before(scan, start, taken)
            more, start = modifiers(scan, start, taken)
            former = former or more
        title_end = end
        end, after_country, after_organization, second = after(scan, end, entry.id, plural)
        partners = _partners(scan, end) if plural and end > title_end and after_country is not None else ()
        if partners:
            end = partners[-1][1]
        country = entry.home or country or after_country
        organization = organization or after_organization
        office_id, rank = entry.at(country)
        of_institution = False
        if organization is not None and organization.kind in ("igo", "group"):
            rank = _rank_in_organization(office_id, rank)
            country = None
        elif organization is not None:
            country = organization.country
            of_institution = organization.kind == "institution"
            office_id, rank = entry.at(country)
        if organization is None and country is None and (domestic(scan, start, index) or of_firm(scan, end)):
            rank = "official"
        if entry.generic and country is None and organization is None and not plural:
            rank = "official"
        mention = _finish(scan, start, end, index, office_id, rank, country, organization, plural, former, entry.generic,
                          possessive, second, of_institution)  # fmt: skip
        mention.partners = partners
        return mention
    return _other_title(scan, index, taken)


def _finish(
    scan: Scan, start: int, end: int, head: int, office_id: str | None, rank: Rank, country: str | None,
    organization: Organization | None, plural: bool, former: bool, generic: bool, possessive: bool,
    second: str | None = None, of_institution: bool = False,
) -> OfficeMention:  # fmt: skip
    outer, determiner = start, ""
    before = start - 1
    if before >= 0 and scan.lows[before] in _NUMBERS and scan.joined(start):
        outer = before
        before -= 1
    if before >= 0 and scan.lows[before] in _ARTICLES and scan.sentence[before] == scan.sentence[start]:
        outer = before
        return OfficeMention(start, end, outer, head, office_id, _FORMER_RANK if former else rank, country, organization,
                             _ARTICLES[scan.lows[before]], plural, former, generic, second_country=second,
                             of_institution=of_institution)  # fmt: skip
    kind: Determiner = "definite" if possessive else "" if determiner == "" else "definite"
    return OfficeMention(start, end, outer, head, office_id, _FORMER_RANK if former else rank, country, organization, kind,
                         plural, former, generic, second_country=second, of_institution=of_institution)  # fmt: skip


def _is_part_of_name(scan: Scan, index: int, end: int) -> bool:
    """A capitalised single title word after a given name is a family name: ``Larry King``, ``Rick Speaker``."""
    if end - index != 1 or not scan.capital[index] or index == 0 or not scan.joined(index):
        return False
    before = index - 1
    return (
        scan.capital[before]
        and before not in scan.covering
        and scan.lows[before] in scan.lexicon.given
        and scan.keys[before] not in scan.lexicon.everyday
        and not (index + 1 < len(scan.keys) and scan.capital[index + 1] and scan.joined(index + 1))
    )


def _rank_in_organization(office_id: str, rank: Rank) -> Rank:
    """A title of state beside an organization: its president or chief heads it, its envoys stay envoys."""
    if office_id in ("president", "prime_minister", "leader", "state_leader"):
        return "organization_head"
    return rank


def _head_of_organization(scan: Scan, index: int, taken: int) -> OfficeMention | None:
    """``NATO chief``, ``secretary-general of the United Nations``, ``European Commission President``."""
    lexicon = scan.lexicon
    found = lexicon.heads.longest(scan.lows, index)
    if found is None or index + found[0] > len(scan.keys) or not same(scan, index, index + found[0] - 1):
        return None
    end = index + found[0]
    office = scan.offices.get(index)
    if office is not None and office[0] > end:
        return None
    _, organization, start, possessive = before(scan, index, taken)
    former, start = modifiers(scan, start, taken)
    if organization is None:
        _, organization, start, possessive = before(scan, start, taken)
        more, start = modifiers(scan, start, taken)
        former = former or more
    if organization is None:
        end, _, organization, _ = after(scan, end, found[1])
    if organization is None or found[1] not in organization.heads or organization.kind == "institution":
        return None
    return _finish(scan, start, end, index, _head_id(found[1]), "organization_head", organization.country, organization,
                   False, former, False, possessive)  # fmt: skip


_HEAD_IDS = {
    "secretary general": "secretary_general",
    "foreign policy chief": "high_representative",
    "foreign policy head": "high_representative",
    "director general": "director_general",
}


def _head_id(wording: str) -> str:
    plain = wording.replace("-", " ")
    if plain.startswith("high representative"):
        return "high_representative"
    return _HEAD_IDS.get(plain, plain.replace(" ", "_"))


def _other_title(scan: Scan, index: int, taken: int) -> OfficeMention | None:
    title = scan.titles.get(index)
    if title is None:
        return None
    end, kind = title
    if kind == "honorific":
        if not scan.capital[index]:
            return None
        if end < len(scan.keys) and scan.keys[end] == "." and scan.ends[end - 1] == scan.starts[end]:
            end += 1
        return OfficeMention(index, end, index, index, None, "official", None, None, "", False, False, False, True, True)
    if kind == "military" and scan.capital[index] and end < len(scan.keys) and not scan.capital[end]:
        return None
    country, organization, start, possessive = before(scan, index, taken)
    former, start = modifiers(scan, start, taken)
    if country is None and organization is None:
        country, organization, start, possessive = before(scan, start, taken)
    if organization is not None:
        country = None if organization.kind in ("igo", "group") else organization.country
    mention = _finish(scan, start, end, index, "secretary_general" if scan.lows[index].startswith("secretary") else None,
                      "official", country, organization, False, former, False, possessive)  # fmt: skip
    mention.occupation = True
    return mention


def _partners(scan: Scan, end: int) -> tuple[tuple[int, int, str], ...]:
    """Further countries after the first: ``of Poland, Latvia and Georgia``; the first one with them."""
    first = scan.covering.get(end - 1)
    if first is None or first.name.country is None:
        return ()
    found = [(first.start, first.end, first.name.country)]
    at = end
    while at < len(scan.keys) and scan.joined(at) and scan.lows[at] in (",", "and"):
        at += 1
        while scan.low(at) in ("and", "the"):
            at += 1
        hit = scan.hits.get(at)
        if hit is None or hit.name.country is None or not hit.name.is_name or not scan.joined(at):
            break
        found.append((hit.start, hit.end, hit.name.country))
        at = hit.end
    return tuple(found) if len(found) > 1 else ()


def _counterpart(scan: Scan, index: int, taken: int) -> OfficeMention:
    country, organization, start, possessive = before(scan, index, taken)
    former, start = modifiers(scan, start, taken)
    mention = _finish(scan, start, index + 1, index, None, "official", country, organization,
                      scan.lows[index].endswith("s"), former, False, possessive)  # fmt: skip
    mention.counterpart = True
    return mention


def _deputy(scan: Scan, index: int, below: OfficeMention, taken: int) -> OfficeMention:
    """``deputy leader``, ``deputy secretary-general``: one step below the title."""
    country, organization, start, possessive = before(scan, index, taken)
    former, start = modifiers(scan, start, taken)
    if country is None and organization is None:
        country, organization, start, possessive = before(scan, start, taken)
    step: dict[Rank, Rank] = {
        "head_of_state": "minister", "head_of_government": "minister", "foreign_minister": "deputy_minister",
        "minister": "deputy_minister", "envoy": "envoy", "ambassador": "ambassador",
    }  # fmt: skip
    full: Rank = "head_of_state" if below.generic else below.rank
    mention = _finish(scan, start, below.end, index, f"deputy_{below.office_id}" if below.office_id else None,
                      step.get(full, "official"), country or below.country, organization or below.organization,
                      below.plural, former or below.former, False, possessive)  # fmt: skip
    if mention.organization is not None and mention.organization.kind in ("igo", "group"):
        mention.country = None
        mention.rank = "official"
    mention.occupation = below.occupation
    return mention


def _deputy_head(scan: Scan, index: int, at: int, taken: int) -> OfficeMention | None:
    """``EU deputy foreign policy chief``."""
    found = scan.lexicon.heads.longest(scan.lows, at)
    _, organization, start, possessive = before(scan, index, taken)
    if found is None or organization is None or found[1] not in organization.heads or not same(scan, at, at + found[0] - 1):
        return None
    return _finish(scan, start, at + found[0], index, f"deputy_{_head_id(found[1])}", "official", organization.country,
                   organization, False, False, False, possessive)  # fmt: skip

"""What stands before and behind a title: demonyms, organizations, modifiers, ``of Japan``."""

from __future__ import annotations

from pipelines.lexicon import Organization
from pipelines.people.scan import Scan

POSSESSIVE = ("'s", "’s", "'S", "’S")
_SOFT_MODIFIERS = frozenset({"then", "late", "past", "previous"})


def before(scan: Scan, index: int, taken: int) -> tuple[str | None, Organization | None, int, bool]:
    """Country or organization that stands before word ``index``, its first word, and whether it is possessive."""
    at = index - 1
    possessive = False
    if at >= 1 and scan.keys[at] in POSSESSIVE:
        possessive = True
        at -= 1
    if at < max(taken, 0) or at not in scan.covering or not same(scan, at, index):
        return _prefixed(scan, index, at, taken, possessive)
    hit = scan.covering[at]
    if hit.start < taken or hit.end != at + 1:
        return None, None, index, False
    name = hit.name
    start, country = hit.start, name.country
    organization = name.organization
    if organization is None and not (name.is_demonym or name.is_name or (possessive and name.is_seat)):
        return None, None, index, False
    # "Israeli Foreign Ministry", "US State Department", "US Federal Reserve": the demonym before an institution.
    if organization is not None and start - 1 >= max(taken, 0) and start - 1 in scan.covering:
        outer = scan.covering[start - 1]
        if outer.name.is_demonym and outer.start >= taken and scan.sentence[outer.start] == scan.sentence[start]:
            start = outer.start
    return country, organization, start, possessive


def _prefixed(
    scan: Scan, index: int, at: int, taken: int, possessive: bool
) -> tuple[str | None, Organization | None, int, bool]:
    """A house inside the title, ``foreign ministry spokesman``: the country is the one before the house."""
    if at < max(taken, 0) or scan.lows[at] not in scan.lexicon.cues.title_houses or possessive:
        return None, None, index, False
    start = at
    if start - 1 >= max(taken, 0) and scan.lows[start - 1] in scan.lexicon.cues.house_kinds:
        start -= 1
    country, organization, outer, _ = before(scan, start, taken)
    return country, organization, outer, False


def same(scan: Scan, one: int, other: int) -> bool:
    return scan.sentence[one] == scan.sentence[other]


def modifiers(scan: Scan, start: int, taken: int) -> tuple[bool, int]:
    """Whether a word before says "former", and the first word with all modifiers."""
    titles = scan.lexicon.titles
    former = False
    at = start
    while at - 1 >= max(taken, 0) and same(scan, at - 1, start):
        low = scan.lows[at - 1]
        base = low.removesuffix("-")
        if low == "-" and at - 2 >= max(taken, 0) and scan.lows[at - 2] == "ex":
            former, at = True, at - 2
        elif base in titles.former or low.startswith("ex-"):
            former = former or base not in _SOFT_MODIFIERS
            at -= 1
        elif low in titles.acting or low in titles.modifiers or low in titles.designate:
            at -= 1
        else:
            break
    # A wording that is only modifiers so far, as in "the two top": keep what belongs to the title.
    return former, at


def after(
    scan: Scan, end: int, office_id: str, plural: bool = False
) -> tuple[int, str | None, Organization | None, str | None]:
    """Reads ``of Japan``, ``of the European Commission``, ``to the United Nations``, ``for Syria`` behind a title."""
    if end < len(scan.keys) and scan.lows[end] in ("-elect", "-designate"):
        end += 1
    elif end + 1 < len(scan.keys) and scan.keys[end] == "-" and scan.lows[end + 1] in scan.lexicon.titles.designate:
        end += 2
    if end >= len(scan.keys) or not scan.joined(end):
        return end, None, None, None
    link = scan.lows[end]
    if (
        link == "of"
        or (link == "from" and plural)
        or (link in ("to", "for", "on", "in") and office_id in ("envoy", "ambassador", "spokesperson", "minister"))
    ):
        at = end + 1
        while at < len(scan.keys) and scan.lows[at] in ("the", "federal", "republic"):
            at += 1
        hit = scan.hits.get(at)
        if hit is None or not same(scan, at, end):
            return end, None, None, None
        name = hit.name
        if link in ("of", "from"):
            if name.organization is not None:
                return hit.end, name.organization.country, name.organization, None
            if name.is_name or (name.is_seat and not name.place):
                return hit.end, name.country, None, None
            return end, None, None, None
        if office_id == "ambassador" and link in ("to", "in"):
            if name.organization is not None and name.organization.kind == "igo":
                return hit.end, None, None, None
            return (hit.end, None, None, name.country) if name.is_name or name.is_seat else (end, None, None, None)
        if office_id == "envoy" and link in ("to", "for", "on") and (name.is_name or name.place):
            return hit.end, None, None, name.country
    return end, None, None, None


def domestic(scan: Scan, start: int, index: int) -> bool:
    """A title of a party, a company or a region is no office of state."""
    at = start - 1
    if at < 0 or not same(scan, at, index):
        return False
    if scan.keys[at] in POSSESSIVE:
        at -= 1
    if at in scan.covering and scan.covering[at].name.place:
        name = scan.covering[at].name
        return not (name.is_name or name.is_demonym or name.is_seat or name.organization is not None)
    return at >= 0 and scan.capital[at] and at not in scan.covering and scan.keys[at] in scan.lexicon.cues.parties


def of_firm(scan: Scan, end: int) -> bool:
    """``president of Acme Steel``: a title of something that is no state and no listed organization."""
    if scan.low(end) not in ("of", "at", "for") or not scan.joined(end):
        return False
    at = end + 1
    at += scan.low(at) == "the"
    return at < len(scan.keys) and scan.capital[at] and at not in scan.covering and scan.joined(at)

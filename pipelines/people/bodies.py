"""Institutions, groups and unnamed people: the State Department, both sides, sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.annotations import EntityKind
from pipelines.lexicon import Lexicon, Organization
from pipelines.people.names import Run
from pipelines.people.offices import OfficeMention
from pipelines.people.scan import Hit, Scan


@dataclass(slots=True)
class Body:
    """One mention of an institution, group or unnamed people: words ``start`` to ``end``."""

    start: int
    end: int
    kind: EntityKind
    name: str
    country: str | None = None
    organization: Organization | None = None
    media: bool = False
    plural: bool = False
    takes_up: bool = False
    """Stands for people named before."""
    head: int = 0


def find_bodies(
    scan: Scan, lexicon: Lexicon, offices: Sequence[OfficeMention], people: Sequence[Run], rejected: Sequence[Run]
) -> list[Body]:
    """All of them, in order; none inside an office wording or a name."""
    taken = {index for office in offices for index in range(office.outer, office.end)}
    taken |= {index for run in people for index in range(run.start, run.end)}
    found: list[Body] = []
    for hit in scan.hits.values():
        if hit.start not in taken:
            body = _listed(scan, hit)
            if body is not None:
                found.append(body)
                taken.update(range(body.start, body.end))
    for index, low in enumerate(scan.lows):
        if index in taken:
            continue
        body = (
            _house(scan, index, taken)
            if low in scan.lexicon.cues.houses or low == "ministry"
            else _plural(scan, lexicon, index, taken)
        )
        if body is not None:
            found.append(body)
            taken.update(range(body.start, body.end))
    for run in rejected:
        lone = len(run.words) == 1 and scan.first[run.start] and not run.words[0].isupper()
        if (
            run.start not in taken
            and not lone
            and scan.low(run.end) in scan.lexicon.cues.speech
            and scan.joined(run.end)
            and len(run.words[-1]) > 1
        ):
            found.append(Body(run.start, run.end, "institution", " ".join(run.words), head=run.start))
    for body in found:
        body.head = body.head or body.start
    return sorted(found, key=lambda body: body.start)


def _listed(scan: Scan, hit: Hit) -> Body | None:
    name = hit.name
    wording = scan.text(hit.start, hit.end)
    if name.media:
        if name.weak and not _of_the_trade(scan, hit):
            return None
        return Body(hit.start, hit.end, "institution", wording, media=True)
    if name.organization is not None:
        organization = name.organization
        if organization.kind == "institution":
            return Body(hit.start, hit.end, "institution", wording, organization.country, organization)
        kind: EntityKind = "group" if organization.kind == "group" else "institution"
        return Body(hit.start, hit.end, kind, organization.name, organization.country, organization, plural=kind == "group")
    if (
        (name.is_name or name.is_seat)
        and not (name.weak and name.is_name)
        and scan.low(hit.end) in scan.lexicon.cues.speech
        and scan.joined(hit.end)
    ):
        if scan.joined(hit.start) and scan.low(hit.start - 1) in ("in", "of", "from", "at", "to", "near", "with", "on"):
            return None
        return Body(hit.start, hit.end, "institution", wording, name.country)
    return None


def _of_the_trade(scan: Scan, hit: Hit) -> bool:
    return (
        scan.low(hit.end) in scan.lexicon.cues.press
        or scan.low(hit.start - 1) in scan.lexicon.cues.press
        or scan.low(hit.end + 1) in scan.lexicon.cues.press
    )


def _house(scan: Scan, index: int, taken: set[int]) -> Body | None:
    """``the Russian foreign ministry``, ``Japan's government``, ``Ministry of Foreign Affairs``."""
    start, end = index, index + 1
    while (
        start - 1 >= 0
        and start - 1 not in taken
        and scan.lows[start - 1] in scan.lexicon.cues.ministries
        and scan.joined(start)
    ):
        start -= 1
    if (
        scan.low(end) == "of"
        and (scan.low(end + 1) in scan.lexicon.cues.ministries)
        and scan.lows[index] in ("ministry", "department")
    ):
        end += 2
        while end < len(scan.keys) and (scan.lows[end] in scan.lexicon.cues.ministries or scan.lows[end] == "affairs"):
            end += 1
    country: str | None = None
    before = start - 1
    possessive = before >= 1 and scan.lows[before] in ("'s", "’s")
    at = before - 1 if possessive else before
    hit = scan.covering.get(at) if at >= 0 else None
    if hit is not None and scan.sentence[hit.start] == scan.sentence[index] and hit.name.country is not None:
        country, start = hit.name.country, hit.start
    elif scan.low(index) in (
        "administration",
        "office",
        "palace",
        "police",
        "mission",
        "delegation",
        "department",
        "army",
        "military",
        "navy",
    ):
        return None
    if country is None and scan.low(end) == "in" and end + 1 in scan.hits and scan.joined(end + 1):
        seat = scan.hits[end + 1].name
        country = seat.country if seat.is_seat or seat.is_name else None
    generic = end - start == 1
    if generic and not (scan.low(start - 1) == "the" and scan.low(end) in scan.lexicon.cues.speech):
        return None
    return Body(start, end, "institution", scan.text(start, end), country)


def _plural(scan: Scan, lexicon: Lexicon, index: int, taken: set[int]) -> Body | None:
    low = scan.lows[index]
    before = scan.low(index - 1) if scan.joined(index) else ""
    if low in lexicon.cues.sides and (before in ("both", "two", "the") or scan.low(index - 2) in ("the", "these")):
        two = before in ("both", "two") or low in ("pair", "duo")
        if not two or (low in ("countries", "nations", "governments") and scan.low(index + 1) not in lexicon.cues.speech):
            return None
        start = index - 1
        if scan.low(start - 1) == "the" and scan.joined(start):
            start -= 1
        return Body(start, index + 1, "group", low, plural=True, takes_up=True, head=index)
    if low in lexicon.titles.unnamed and index not in taken:
        start = index
        while start - 1 >= 0 and scan.joined(start) and start - 1 not in taken and _adjective(scan, lexicon, start - 1):
            start -= 1
        country = next((scan.covering[at].name.country for at in range(start, index) if at in scan.covering), None)
        if scan.joined(start) and scan.low(start - 1) in (
            "a",
            "an",
            "one",
            "another",
            "some",
            "several",
            "two",
            "three",
            "other",
            "the",
            "many",
            "most",
        ):
            start -= 1
        plural = low.endswith("s") or low in ("police", "people")
        single = scan.low(start) in ("a", "an", "one", "another", "the")
        if not plural and not single:
            return None
        if not _speaks(scan, index + 1):
            return None
        return Body(start, index + 1, "anonymous", low, country, plural=plural, head=index)
    return None


def _speaks(scan: Scan, at: int) -> bool:
    """Whether a speech verb follows soon: an unnamed crowd matters where it speaks."""
    for index in range(at, min(at + 8, len(scan.lows))):
        if scan.sentence[index] != scan.sentence[at - 1]:
            return False
        if scan.lows[index] in scan.lexicon.cues.speech or scan.lows[index] in ("explained", "say"):
            return True
    return scan.low(at - 2) in ("said", "to", "by") or scan.low(at - 3) == "according"


def _adjective(scan: Scan, lexicon: Lexicon, index: int) -> bool:
    hit = scan.covering.get(index)
    if hit is not None:
        return hit.name.is_demonym or hit.name.is_name or hit.name.organization is not None
    low = scan.lows[index]
    return low in lexicon.titles.modifiers or low in scan.lexicon.cues.kinds

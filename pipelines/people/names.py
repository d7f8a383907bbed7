"""Personal names: capitalised runs of words, as candidates.

Here they are found; judge.py tells which are names.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.lexicon.words import fold
from pipelines.people.offices import OfficeMention
from pipelines.people.scan import Scan

_LONGEST = 7


@dataclass(slots=True)
class Run:
    """Words ``start`` to ``end`` (exclusive) that may be a personal name."""

    start: int
    end: int
    words: tuple[str, ...]
    """As written, initials and particles with it."""
    title: OfficeMention | None
    """The title right before."""
    score: float = 0.0
    """Log odds of being a personal name."""


def find_runs(scan: Scan, offices: list[OfficeMention]) -> list[Run]:
    """All candidate names, in order."""
    titled = {mention.end: mention for mention in offices}
    blocked = {
        index for mention in offices for index in range(mention.start, mention.end) if not _could_be_name(scan, mention, index)
    }
    runs: list[Run] = []
    at, size = 0, len(scan.keys)
    while at < size:
        if not _starts(scan, at, blocked):
            at += 1
            continue
        end = _extend(scan, at, blocked)
        runs.append(Run(at, end, tuple(scan.texts[at:end]), titled.get(at)))
        at = end
    return runs


def _could_be_name(scan: Scan, mention: OfficeMention, index: int) -> bool:
    """``King`` or ``Major`` alone, capitalised, with no capital after it, may be somebody's family name."""
    after_given = (
        index > 0 and scan.joined(index) and scan.capital[index - 1] and fold(scan.keys[index - 1]) in scan.lexicon.given
    )
    return (
        mention.end - mention.start == 1
        and mention.determiner == ""
        and (scan.texts[index] in scan.lexicon.cues.surname_titles or (mention.occupation and after_given))
        and not (index + 1 < len(scan.keys) and scan.capital[index + 1] and scan.joined(index + 1))
    )


def _starts(scan: Scan, at: int, blocked: set[int]) -> bool:
    if not scan.capital[at] or at in blocked:
        if at in blocked or at + 1 >= len(scan.keys):
            return False
        # "al-Sisi", "de Villepin": a small particle, then a capital.
        text = scan.texts[at]
        return _particle_word(text) and (
            ("-" in text and text.split("-", 1)[1][:1].isupper())
            or (text in ("al", "de", "van", "von", "der", "bin", "ben", "el", "da") and _free(scan, at + 1, blocked) and at > 0
                and not scan.first[at] and scan.lows[at - 1] in ("president", "minister", "mr", "and", "by", "with", "that"))
        )  # fmt: skip
    return _free(scan, at, blocked)


def _particle_word(text: str) -> bool:
    return text.split("-", 1)[0].lower() in (
        "al",
        "el",
        "ad",
        "as",
        "ash",
        "an",
        "ar",
        "at",
        "az",
        "bin",
        "ibn",
        "de",
        "van",
        "von",
        "der",
        "ben",
        "da",
    )


def _free(scan: Scan, at: int, blocked: set[int]) -> bool:
    """Whether the capitalised word may be part of a name."""
    if at >= len(scan.keys) or not scan.capital[at] or at in blocked:
        return False
    key, text = scan.keys[at], scan.texts[at]
    lexicon = scan.lexicon
    hit = scan.covering.get(at)
    if hit is not None:
        return _hit_in_name(scan, at)
    if len(text) == 2 and text[1] == ".":
        return True
    if key in lexicon.everyday:
        return _everyday_in_name(scan, at)
    return not any(char.isdigit() for char in text) and "/" not in text and "&" not in text


def _everyday_in_name(scan: Scan, at: int) -> bool:
    """``Will Smith``, ``Theresa May``: a word that is also a given name, before a name; or a family name after a given one."""
    key = scan.keys[at]
    after = at + 1
    if (
        key in scan.lexicon.cues.given_words
        and after < len(scan.keys)
        and scan.joined(after)
        and scan.capital[after]
        and after not in scan.covering
    ):
        return scan.keys[after] not in scan.lexicon.everyday
    if scan.first[at] or at == 0 or not scan.joined(at) or key not in scan.lexicon.cues.surname_words:
        return False
    before = at - 1
    if scan.lows[before] in ("mr", "mrs", "ms", "minister", "secretary", "president", "pm"):
        return True
    return scan.capital[before] and before not in scan.covering and fold(scan.keys[before]) in scan.lexicon.given


def _hit_in_name(scan: Scan, at: int) -> bool:
    """``Michael Jordan``, ``Israel Katz``, ``Chelsea Clinton``: a single listed place inside a name."""
    hit = scan.covering[at]
    if hit.end - hit.start != 1 or (hit.name.is_demonym and not hit.name.is_name) or hit.name.organization is not None:
        return _demonym_surname(scan, at)
    lexicon = scan.lexicon
    key = scan.keys[at]
    if not key.isalpha() or (key.isupper() and len(key) < 5):
        return False
    after, before = at + 1, at - 1
    follows = after < len(scan.keys) and scan.joined(after) and scan.capital[after] and after not in scan.covering
    strong = hit.name.is_name and not hit.name.weak
    if (
        follows
        and after not in scan.offices
        and scan.keys[after] not in lexicon.everyday
        and scan.keys[after] not in lexicon.body_endings
        and fold(key) in lexicon.given
        and (not strong or fold(key) in scan.lexicon.cues.country_given)
    ):
        return True
    if before >= 0 and scan.joined(at) and scan.capital[before] and before not in scan.covering:
        given = fold(scan.keys[before])
        named = (given in lexicon.given and scan.keys[before] not in lexicon.everyday) or scan.low(before) in (
            "mr",
            "mrs",
            "ms",
        )
        return named and (not strong or (given not in scan.lexicon.cues.country_given and not scan.first[before]))
    if before >= 0 and scan.joined(at) and hit.name.weak | hit.name.media and before in _title_ends(scan):
        return not hit.name.is_seat
    return False


def _title_ends(scan: Scan) -> set[int]:
    return {end - 1 for end, _, _ in scan.offices.values()}


def _demonym_surname(scan: Scan, at: int) -> bool:
    """``Joe English``, ``Bill French``: a demonym after a given name that opens no noun phrase."""
    before = at - 1
    hit = scan.covering[at]
    if hit.end - hit.start != 1 or hit.name.organization is not None or before < 0 or not scan.joined(at):
        return False
    if scan.keys[at] not in scan.lexicon.cues.demonym_surnames:
        return False
    return scan.capital[before] and before not in scan.covering and fold(scan.keys[before]) in scan.lexicon.given


def _extend(scan: Scan, at: int, blocked: set[int]) -> int:
    particles = scan.lexicon.order.particles
    end = at + 1
    size = len(scan.keys)
    while end < size and end - at < _LONGEST and scan.joined(end):
        if scan.keys[end] == "," and end + 1 < size and scan.keys[end + 1] in ("Jr", "Sr"):
            end += 2
            continue
        if _free(scan, end, blocked) and not (
            end in scan.covering and at in scan.covering and scan.covering[at] is scan.covering[end]
        ):
            if scan.texts[end - 1].endswith(".") and len(scan.texts[end - 1]) > 2 and scan.first[end]:
                break
            end += 1
            continue
        if scan.texts[end] in scan.lexicon.order.suffixes:
            end += 1
            break
        reach = end
        while reach < size and reach - end < 3 and scan.texts[reach] in particles and scan.texts[reach].islower():
            reach += 1
        if reach > end and reach < size and scan.joined(reach) and _free(scan, reach, blocked):
            if (
                scan.texts[end] in ("a", "i", "e", "y", "st", "an", "as", "at")
                and end + 1 == reach
                and scan.texts[end] in ("an", "as", "at")
            ):
                break
            end = reach + 1
            continue
        text = scan.texts[end]
        if "-" in text and _particle_word(text) and text.split("-", 1)[1][:1].isupper() and end not in blocked:
            end += 1
            continue
        break
    return end

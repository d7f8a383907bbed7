"""Whether a capitalised run is a personal name: a logistic model over what it is made of and what stands around it.

Its weights (names.json) were trained on newswire by tools/train_names.py; no feature names a person, so that it carries
over to people it has never seen.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from pipelines.lexicon.words import fold, sound
from pipelines.people.names import Run
from pipelines.people.offices import OfficeMention
from pipelines.people.scan import Scan

_MARKS = frozenset({'"', "“", "”", "''", "``", "'", "‘", "’", "«", "»", "„"})


def _shape(word: str) -> str:
    if len(word) == 2 and word.endswith("."):
        return "i"
    if word.isupper() and len(word) > 1:
        return "A"
    if word.islower():
        return "p"
    if "-" in word:
        return "h"
    if word[1:].islower():
        return "C"
    return "M"


def features(scan: Scan, run: Run) -> Iterator[str]:
    """What speaks for or against a run being a personal name, by itself and by its neighbours."""
    lexicon = scan.lexicon
    words = run.words
    size = len(words)
    yield f"n{min(size, 4)}"
    shapes = "".join(_shape(word) for word in words)
    yield "s" + shapes[:4]
    first, last = fold(words[0]), fold(words[-1])
    kind = "1" if size == 1 else "2"
    given = first in lexicon.given or ("-" in first and first.split("-")[0] in lexicon.given)
    yield f"g{kind}{given}"
    if size > 1:
        yield f"gl{last in lexicon.given}"
        if first in lexicon.order.family_first:
            yield "family"
        if any(word in lexicon.body_endings for word in words):
            yield "body"
    elif words[0] in lexicon.body_endings:
        yield "body1"
    if words[-1] in lexicon.body_endings:
        yield "bodylast"
    if any(index in scan.covering for index in range(run.start, run.end)):
        yield "place"
    yield f"e{kind}{last[-2:]}"
    yield f"e3{last[-3:]}"
    if sound(last) in lexicon.holders:
        yield f"holder{kind}"
    yield from _around(scan, run, kind)


def _around(scan: Scan, run: Run, kind: str) -> Iterator[str]:
    before, after = run.start - 1, run.end
    title = run.title
    if title is not None:
        label = "honorific" if title.honorific else "occupation" if title.occupation else "office"
        yield f"t{label}"
        yield f"t{label}{scan.capital[title.head]}"
    previous = scan.low(before) if scan.joined(run.start) or (before >= 0 and scan.keys[before] in _MARKS) else "<s>"
    if scan.first[run.start]:
        previous = "<s>"
    following = scan.low(after) if after < len(scan.keys) and scan.sentence[after] == scan.sentence[run.start] else "</s>"
    yield f"p={previous}"
    yield f"{kind}p={previous}"
    yield f"f={following}"
    yield f"{kind}f={following}"
    if before in scan.covering and previous != "<s>":
        name = scan.covering[before].name
        yield f"pc{name.is_demonym}{name.organization is not None}"
    if following == "," and after + 1 < len(scan.keys):
        beyond = scan.low(after + 1)
        yield "f,age" if beyond.isdigit() and len(beyond) == 2 else f"f,={beyond}"
        if after + 1 in scan.covering:
            yield "f,place"
    if following in ("'s", "’s") and after + 1 < len(scan.keys):
        yield f"f's={scan.low(after + 1)}"
    if after in scan.covering or (after < len(scan.keys) and scan.capital[after] and following != "</s>"):
        yield "fcap"
    if following == "(":
        yield f"f({scan.capital[after + 1] if after + 1 < len(scan.keys) else ''}"
    if previous == "," and before > 0:
        yield f"p,{scan.capital[before - 1]}"
    if following in scan.lexicon.cues.speech_short:
        yield "speech"
    if previous in scan.lexicon.cues.speech_short:
        yield "spoken"


def story_features(runs: list[Run]) -> dict[int, list[str]]:
    """What the other runs of the story say of a run, by its index."""
    singles: dict[str, int] = {}
    finals: dict[str, int] = {}
    wholes: dict[tuple[str, ...], int] = {}
    firsts: dict[str, int] = {}
    for run in runs:
        wholes[run.words] = wholes.get(run.words, 0) + 1
        if len(run.words) == 1:
            singles[run.words[0]] = singles.get(run.words[0], 0) + 1
        else:
            finals[run.words[-1]] = finals.get(run.words[-1], 0) + 1
            firsts[run.words[0]] = firsts.get(run.words[0], 0) + 1
    out: dict[int, list[str]] = {}
    for index, run in enumerate(runs):
        found = [f"dw{min(wholes[run.words], 3)}{len(run.words) == 1}"]
        if len(run.words) == 1:
            if run.words[0] in finals:
                found.append("d1final")
            if run.words[0] in firsts:
                found.append("d1first")
        else:
            if run.words[-1] in singles:
                found.append("d2single")
            if run.words[0] in singles:
                found.append("d2firstsingle")
        out[index] = found
    return out


@cache
def _weights() -> Mapping[str, float]:
    data = json.loads(resources.files("pipelines.people").joinpath("names.json").read_text(encoding="utf-8"))
    scale = float(data["scale"])
    return {str(key): value / scale for key, value in data["weights"].items()}


_OFFICE_HOLDER = 2.0
"""Log odds added to a whole name that the table of office-holders knows."""
_SHARE = 0.6
"""How much the other mentions of the same words weigh in the judgement of one."""


def judge(scan: Scan, runs: list[Run]) -> None:
    """Scores every run: its own features, then what the story's other mentions of the same words add."""
    weights = _weights()
    bias = weights.get("bias", 0.0)
    story = story_features(runs)
    own: dict[tuple[str, ...], list[float]] = {}
    for index, run in enumerate(runs):
        total = bias
        for name in features(scan, run):
            total += weights.get(name, 0.0)
        for name in story[index]:
            total += weights.get(name, 0.0)
        run.score = total
        own.setdefault(run.words, []).append(total)
    for run in runs:
        scores = own[run.words]
        if len(scores) > 1:
            mean = sum(scores) / len(scores)
            run.score = (1 - _SHARE) * run.score + _SHARE * mean * math.sqrt(min(len(scores), 4))
        if _titled(scan, run):
            run.score = max(run.score, _TITLED)
        if len(run.words) > 1 and _held_office(scan, run):
            run.score = max(run.score, 0.0) + _OFFICE_HOLDER
    order = scan.lexicon.order.family_first
    finals = {run.words[-1] for run in runs if len(run.words) > 1 and run.score > 1.0}
    finals |= {run.words[0] for run in runs if len(run.words) > 1 and run.score > 1.0 and fold(run.words[0]) in order}
    for run in runs:
        if len(run.words) == 1 and run.words[0] in finals and run.score > -4.0:
            run.score = max(run.score, 0.5)
    _beside(scan, runs)


def _beside(scan: Scan, runs: list[Run]) -> None:
    """``Nakasone and Reagan``: a lone word joined to a sure name by "and" is likely a name, too."""
    by_end = {run.end: run for run in runs}
    by_start = {run.start: run for run in runs}
    for run in runs:
        if not -_BESIDE < run.score <= 0 or len(run.words) > 1:
            continue
        before = by_end.get(run.start - 1) if scan.low(run.start - 1) == "and" else None
        after = by_start.get(run.end + 1) if scan.low(run.end) == "and" else None
        if any(other is not None and other.score > _SURE and len(other.words) == 1 for other in (before, after)):
            run.score = 0.2


_BESIDE = 2.0
_SURE = 1.5


_TITLED = 1.1
"""Log odds at least of words right behind an office of a state or organization."""


def _titled(scan: Scan, run: Run) -> bool:
    title = run.title
    if title is None or title.occupation or title.honorific or not scan.joined(run.start):
        return False
    known = title.country is not None or title.organization is not None
    return known and title.determiner != "indefinite" and run.words[-1] not in scan.lexicon.body_endings


def _held_office(scan: Scan, run: Run) -> bool:
    """Whether all words of a run, and at least two, are the name of one office-holder."""
    holders = scan.lexicon.holders
    first = holders.get(sound(run.words[0]), ())
    if not first:
        return False
    ids = {holder.wikidata_id for holder in first}
    for word in run.words[1:]:
        ids &= {holder.wikidata_id for holder in holders.get(sound(word), ())}
        if not ids:
            return False
    return True


def again(scan: Scan, runs: list[Run], offices: list[OfficeMention]) -> list[Run]:
    """Family names that are also everyday words or places, where the story has given the whole name: ``May``, ``Jordan``."""
    finals = {run.words[-1] for run in runs if len(run.words) > 1 and run.score > 1.0}
    finals = {word for word in finals if word in scan.lexicon.everyday or (word,) in scan.listed}
    if not finals:
        return []
    taken = {index for run in runs for index in range(run.start, run.end)}
    taken |= {index for office in offices for index in range(office.start, office.end)}
    titled = {office.end: office for office in offices}
    found: list[Run] = []
    for index, text in enumerate(scan.texts):
        if text not in finals or index in taken or not scan.capital[index]:
            continue
        hit = scan.covering.get(index)
        if hit is not None and (hit.end - hit.start > 1 or (scan.low(index - 1) in _PLACE_LINKS and scan.joined(index))):
            continue
        if scan.low(index + 1)[:1].isdigit() or (
            scan.low(index - 1) in ("in", "of", "since", "until", "by", "last", "next") and hit is None
        ):
            continue
        found.append(Run(index, index + 1, (text,), titled.get(index), 0.5))
    return found


_PLACE_LINKS = frozenset({"in", "at", "from", "near", "of", "to", "outside", "around", "across", "into", "through"})

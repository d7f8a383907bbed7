"""How well quotations and their speakers are found, measured on the development corpora, which are not part of the project.

    python -m tests.quality.score_quotes --corpora DIR [--split train] [--every N] [--show KIND]

Prints, with 95 % bootstrap intervals over stories: the speaker of marked stretches of five words and more and the overlap
F1 of all attributions (PolNeAR), the person's name behind a speaker (reuters2017-quotes-picked), and the time taken.
Fails when the corpora are absent.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, TypedDict

from pipelines.lexicon import load
from pipelines.people import find_people
from pipelines.quotes import find_quotes
from pipelines.text import read_document
from schemas.article import Article
from schemas.quote import Quote

RESAMPLES = 500
LONG = 5
"""Words of a marked stretch from which on its speaker is asked for."""
ENOUGH = 0.5
"""Intersection over union from which on two stretches are the same attribution."""
Counts = tuple[int, int, int]
"""Found rightly, found in all, there in all."""
Bounds = tuple[int, int]
_LAST = re.compile(r"[^\W\d_][\w'’-]*")
_POSSESSIVE = re.compile(r"['’]s?$")


class Gold(TypedDict):
    text: str
    start: int
    end: int
    parts: list[Bounds]
    qspans: list[Bounds]
    type: Literal["direct", "mixed", "indirect"]
    speaker: str | None
    speaker_start: int | None
    speaker_end: int | None
    resolved: str | None
    kind: str | None


class Story(TypedDict):
    id: str
    text: str
    title: str
    date: str
    quotes: list[Gold]


def quotes_of(text: str, day: str | None) -> list[Quote]:
    """The quotes of a body, found as the engine finds them."""
    published = date.fromisoformat(day) if day and len(day) == 10 else None
    document = read_document(Article(uri="x", body=text))
    return find_quotes(document, find_people(document, load(), published))


def stories(path: Path) -> list[Story]:
    if not path.exists():
        sys.exit(f"{path} is not there: give the folder of the development corpora with --corpora")
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def head(name: str | None) -> str:
    """The last word of a name before a comma or a preposition: what two wordings of one speaker share."""
    words = _LAST.findall(re.split(r",|\b(?:of|for|who|from|at|in)\b", name or "")[0] or (name or ""))
    return _POSSESSIVE.sub("", words[-1]).lower() if words else ""


def speaker_of_stretch(story: Story, found: Sequence[Quote], show: bool = False) -> Counts:
    """Of the marked stretches of five words and more with a labelled speaker: how many have that speaker."""
    right = there = 0
    for gold in story["quotes"]:
        start, end = gold["speaker_start"], gold["speaker_end"]
        if not gold["speaker"] or start is None or end is None:
            continue
        for bounds in gold["qspans"]:
            if len(story["text"][bounds[0] : bounds[1]].split()) < LONG:
                continue
            there += 1
            over = [one for one in found if one.type != "indirect" and covered(bounds, (one.start, one.end)) >= ENOUGH]
            speakers = [one.speaker for one in over if one.speaker is not None]
            hit = any(
                (one.start < end and start < one.end) or head(gold["speaker"]) in (head(one.text), head(one.name))
                for one in speakers
            )
            right += hit
            if show and not hit:
                given = [(one.text, one.name, one.resolved_by) for one in speakers]
                around = story["text"][max(0, bounds[0] - 200) : bounds[1] + 120]
                print(f"- {story['id']} wants {gold['speaker']!r}, has {given or [one.type for one in over]}\n    {around!r}")
    return right, there, there


def overlap(one: Bounds, other: Bounds) -> float:
    """Intersection over union of two stretches."""
    common = min(one[1], other[1]) - max(one[0], other[0])
    return max(0.0, common / (max(one[1], other[1]) - min(one[0], other[0])))


def covered(one: Bounds, other: Bounds) -> float:
    """How much of the first stretch the second takes in: the labels cut a quotation at its sentences."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0])) / max(one[1] - one[0], 1)


def once(found: Sequence[Quote]) -> list[Quote]:
    """The quotes without the partials of a mixed one, which is given whole."""
    mixed = [one for one in found if one.type == "mixed"]
    return [
        one
        for one in found
        if one.type != "partial" or not any(whole.start <= one.start and one.end <= whole.end for whole in mixed)
    ]


def pair(wanted: Sequence[Bounds], given: Sequence[Bounds]) -> dict[int, int]:
    """The best one-to-one matching by overlap, greedily: index of wanted -> index of given."""
    ways = sorted(
        ((overlap(one, other), i, j) for i, one in enumerate(wanted) for j, other in enumerate(given) if one[1] > other[0]),
        key=lambda way: (-way[0], way[1], way[2]),
    )
    paired: dict[int, int] = {}
    taken: set[int] = set()
    for share, i, j in ways:
        if share < ENOUGH:
            break
        if i not in paired and j not in taken:
            paired[i] = j
            taken.add(j)
    return paired


def attributions(story: Story, found: Sequence[Quote], parts: bool, show: str = "") -> tuple[Counts, Counts]:
    """All attributions, and the indirect ones (whose middle count has no meaning). ``parts``: each part is one of its own."""
    whole = once(found)
    given = [(one.start, one.end) for one in whole]
    wanted: list[Bounds] = []
    kinds: list[str] = []
    for gold in story["quotes"]:
        pieces = [(piece[0], piece[1]) for piece in gold["parts"]] if parts else [(gold["start"], gold["end"])]
        pieces = [piece for piece in pieces if story["text"][piece[0] : piece[1]].strip(" ,.;:\"“”'")]
        wanted += pieces
        kinds += [gold["type"]] * len(pieces)
    paired = pair(wanted, given)
    text = story["text"]
    if show == "missed":
        for i, bounds in enumerate(wanted):
            if i not in paired:
                print(f"- {kinds[i]:8} {text[max(0, bounds[0] - 70) : bounds[0]]!r} [{text[bounds[0] : bounds[1]]}]", end="")
                print(f" {text[bounds[1] : bounds[1] + 50]!r}")
    if show == "extra":
        used = set(paired.values())
        for j, one in enumerate(whole):
            if j not in used:
                print(f"+ {one.type:8} {text[max(0, one.start - 70) : one.start]!r} [{one.text}]", end="")
                print(f" {text[one.end : one.end + 50]!r} cue {one.cue.text if one.cue else None}")
    indirect = [i for i, kind in enumerate(kinds) if kind == "indirect"]
    return (len(paired), len(given), len(wanted)), (sum(i in paired for i in indirect), len(indirect), len(indirect))


def resolved(story: Story, found: Sequence[Quote], show: bool = False) -> Counts:
    """Quotes whose speaker has the labelled name: the surname of a person, the wording's head of anyone else."""
    right = there = 0
    for gold in story["quotes"]:
        there += 1
        over = [
            one
            for one in found
            if one.type != "indirect" and overlap((one.start, one.end), (gold["parts"][0][0], gold["parts"][0][1])) > 0
        ]
        best = max(over, key=lambda one: overlap((one.start, one.end), (gold["start"], gold["end"])), default=None)
        speaker = best.speaker if best else None
        hit = speaker is not None and head(gold["resolved"]) in (head(speaker.name), head(speaker.text))
        if hit and speaker is not None and gold["kind"] != "nominal" and gold["resolved"] != gold["speaker"]:
            hit = head(gold["resolved"]) == head(speaker.name)
        right += hit
        if show and not hit:
            given = speaker and (speaker.text, speaker.name, speaker.resolved_by)
            print(f"- {story['id']} wants {gold['resolved']!r} ({gold['kind']}), has {given}: {gold['text'][:80]!r}")
    return right, there, there


def f1(counts: Sequence[Counts]) -> float:
    right, found, there = (sum(item[at] for item in counts) for at in range(3))
    return 2 * right / max(found + there, 1)


def precision(counts: Sequence[Counts]) -> float:
    return sum(item[0] for item in counts) / max(sum(item[1] for item in counts), 1)


def recall(counts: Sequence[Counts]) -> float:
    return sum(item[0] for item in counts) / max(sum(item[2] for item in counts), 1)


def line(name: str, measure: Callable[[Sequence[Counts]], float], counts: Sequence[Counts]) -> str:
    rng = random.Random(7)
    again = sorted(measure(rng.choices(counts, k=len(counts))) for _ in range(RESAMPLES))
    return f"{name:<58} {measure(counts):.3f}  [{again[RESAMPLES // 40]:.3f}, {again[-RESAMPLES // 40]:.3f}]"


@cache
def _warm() -> None:
    quotes_of("A minister said the talks went well.", None)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--split", choices=("dev", "train"), default="dev")
    parser.add_argument("--every", type=int, default=1, help="take only every Nth story of PolNeAR")
    parser.add_argument("--show", choices=("speaker", "missed", "extra", "resolved"), help="print what went wrong")
    options = parser.parse_args(arguments)
    _warm()
    news = stories(options.corpora / f"polnear-{options.split}.jsonl")[:: options.every]
    started = time.perf_counter()
    found = [quotes_of(story["text"], story["date"]) for story in news]
    spent = time.perf_counter() - started
    both = list(zip(news, found, strict=True))
    marked = [speaker_of_stretch(story, quotes, options.show == "speaker") for story, quotes in both]
    hulls = [attributions(story, quotes, False) for story, quotes in both]
    parts = [attributions(story, quotes, True, options.show or "") for story, quotes in both]
    wires = stories(options.corpora / "reuters2017-quotes-picked.jsonl")
    names = [resolved(story, quotes_of(story["text"], story["date"]), options.show == "resolved") for story in wires]
    print(line("speaker of marked stretches of >= 5 words (PolNeAR)", recall, marked))
    for name, counts in (("whole attributions", hulls), ("each part its own", parts)):
        print(line(f"attributions, F1, {name}", f1, [item[0] for item in counts]))
        print(line("    precision", precision, [item[0] for item in counts]))
        print(line("    recall", recall, [item[0] for item in counts]))
        print(line("    recall of indirect ones", recall, [item[1] for item in counts]))
    print(line("speaker resolved to the name (reuters2017-quotes-picked)", recall, names))
    words = sum(len(story["text"].split()) for story in news)
    print(f"{'milliseconds for 600 words, people included':<58} {spent / words * 600 * 1000:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

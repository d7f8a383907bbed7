"""How well people are found, measured on the development corpora, which are not part of the project.

    python -m tests.quality.score_people --corpora DIR

Prints, with 95 % bootstrap intervals over stories: precision, recall and F1 of personal names (CoNLL-2003 test-a, same
start and end, of the PER spans); recall of meeting participants by surname (wires-picked), of their country, and the
time taken. Fails when the corpora are absent.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from pipelines.annotations import People
from pipelines.lexicon import load
from pipelines.lexicon.words import fold
from pipelines.people import find_people
from pipelines.text import read_document
from schemas.article import Article

RESAMPLES = 500
Counts = tuple[int, int, int]
"""Found rightly, found in all, there in all."""


def people_of(text: str, day: str | None) -> People:
    published = date.fromisoformat(day) if day and len(day) == 10 else None
    return find_people(read_document(Article(uri="x", body=text)), load(), published)


def stories(path: Path) -> list[dict[str, object]]:
    if not path.exists():
        sys.exit(f"{path} is not there: give the folder of the development corpora with --corpora")
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def f1(counts: Sequence[Counts]) -> float:
    right, found, there = (sum(item[at] for item in counts) for at in range(3))
    return 2 * right / max(found + there, 1)


def recall(counts: Sequence[Counts]) -> float:
    return sum(item[0] for item in counts) / max(sum(item[2] for item in counts), 1)


def precision(counts: Sequence[Counts]) -> float:
    return sum(item[0] for item in counts) / max(sum(item[1] for item in counts), 1)


def line(name: str, measure: Callable[[Sequence[Counts]], float], counts: Sequence[Counts]) -> str:
    rng = random.Random(7)
    again = sorted(measure(rng.choices(counts, k=len(counts))) for _ in range(RESAMPLES))
    return f"{name:<48} {measure(counts):.3f}  [{again[RESAMPLES // 40]:.3f}, {again[-RESAMPLES // 40]:.3f}]"


def names_of(story: dict[str, object], show: bool) -> Counts:
    text = str(story["text"])
    ents = story["ents"]
    assert isinstance(ents, list)
    there = {(ent["start"], ent["end"]) for ent in ents if ent["label"] == "PER"}
    found = {
        (mention.head_start, mention.head_end)
        for mention in people_of(text, str(story["date"])).mentions
        if mention.kind == "name"
    }
    people = people_of(text, None)
    persons = {entity.index for entity in people.entities if entity.kind == "person"}
    found = {(one.head_start, one.head_end) for one in people.mentions if one.kind == "name" and one.entity in persons}
    if show:
        for start, end in sorted(there - found):
            print(f"  - {text[max(0, start - 30) : start]!r} [{text[start:end]}] {text[end : end + 20]!r}")
        for start, end in sorted(found - there):
            print(f"  + {text[max(0, start - 30) : start]!r} [{text[start:end]}] {text[end : end + 20]!r}")
    return len(there & found), len(found), len(there)


def participants_of(story: dict[str, object], show: bool) -> tuple[Counts, Counts]:
    people = people_of(str(story["body"]), str(story["date"]))
    meetings = story.get("meetings") or []
    assert isinstance(meetings, list)
    known = sorted(
        (entity for entity in people.entities if entity.kind == "person" and entity.name), key=lambda one: len(one.mentions)
    )
    by_surname = {fold(str(entity.name).split()[-1]): entity for entity in known}
    found = there = country_right = countries = 0
    for meeting in meetings:
        for person in meeting.get("participants") or []:
            name = person.get("name")
            if not name:
                continue
            there += 1
            entity = by_surname.get(fold(name.split()[-1]))
            if entity is None and show:
                print(f"  - {story['id']}: {person}; has {sorted(by_surname)}")
            found += entity is not None
            wanted = load().country_of(str(person.get("country"))) or person.get("country")
            if entity is not None and wanted:
                countries += 1
                right = wanted in (entity.country_code, entity.organization)
                country_right += right
                if show and not right:
                    print(f"  ~ {story['id']}: {person}: {entity.country_code} {entity.organization} {entity.text!r}")
    return (found, there, there), (country_right, countries, countries)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--show", action="store_true", help="print what was missed and what was wrongly found")
    options = parser.parse_args(arguments)
    news = stories(options.corpora / "conll2003-testa.jsonl")
    wires = stories(options.corpora / "wires-picked.jsonl")
    names = [names_of(story, options.show) for story in news]
    people = [participants_of(story, options.show) for story in wires]
    print(line("names, F1 (CoNLL-2003 test-a)", f1, names))
    print(line("names, precision", precision, names))
    print(line("names, recall", recall, names))
    print(line("participants found by surname (wires-picked)", recall, [item[0] for item in people]))
    print(line("country or organization of those, where labelled", recall, [item[1] for item in people]))
    words = sum(len(str(story["body"]).split()) for story in wires)
    started = time.perf_counter()
    for story in wires:
        people_of(str(story["body"]), str(story["date"]))
    spent = time.perf_counter() - started
    print(f"{'milliseconds for 600 words, text cutting included':<48} {spent / words * 600 * 1000:.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

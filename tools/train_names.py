"""Trains the model that tells personal names from other capitalised words; writes pipelines/people/names.json.

Training data: CoNLL-2003's English training stories (Reuters, 1996) with marked persons, one JSON object a line with
``body`` and ``ents``; it is read from outside the project and no word of a name goes into the weights, only what stands
around names and how they are made (given-name list, endings, shapes). Logistic regression by AdaGrad, L2, fixed seed.

    python tools/train_names.py TRAIN_JSONL
"""

from __future__ import annotations

import json
import math
import random
import sys
from collections import Counter
from pathlib import Path

from pipelines.lexicon import load
from pipelines.people.judge import features, story_features
from pipelines.people.names import find_runs
from pipelines.people.offices import find_offices
from pipelines.people.scan import scan
from pipelines.text import read_document
from schemas.article import Article

TARGET = Path(__file__).parent.parent / "pipelines" / "people" / "names.json"
SEED = 20240501
EPOCHS = 8
RATE = 0.15
L2 = 2e-5
SCALE = 100
RARE = 4
"""A feature seen in fewer stories than this is left out."""
DROP = 0.25
"""Share of the strongest features hidden at random in training, so that weaker evidence is learnt, too."""
STRONG = ("g1", "g2", "t", "holder", "d1", "d2")


def examples(path: Path) -> list[tuple[list[str], bool]]:
    lexicon = load()
    out: list[tuple[list[str], bool]] = []
    seen: Counter[str] = Counter()
    with path.open(encoding="utf-8") as file:
        for line in file:
            story = json.loads(line)
            document = read_document(Article(uri=story["id"], body=story["text"]))
            words = scan(document, lexicon)
            runs = find_runs(words, find_offices(words))
            persons = {(ent["start"], ent["end"]) for ent in story["ents"] if ent["label"] == "PER"}
            ends = {end for _, end in persons}
            around = story_features(runs)
            here: set[str] = set()
            for index, run in enumerate(runs):
                start, end = words.starts[run.start], words.ends[run.end - 1]
                label = (start, end) in persons or (
                    end in ends and any(start >= one and end == other for one, other in persons)
                )
                found = [*features(words, run), *around[index]]
                here.update(found)
                out.append((found, label))
            seen.update(here)
    return [([name for name in found if seen[name] >= RARE], label) for found, label in out]


def train(data: list[tuple[list[str], bool]]) -> dict[str, float]:
    rng = random.Random(SEED)  # noqa: S311 - a reproducible shuffle, no secret
    weights: dict[str, float] = {"bias": 0.0}
    squares: dict[str, float] = {}
    for _ in range(EPOCHS):
        rng.shuffle(data)
        for found, label in data:
            kept = ["bias", *(name for name in found if not (name.startswith(STRONG) and rng.random() < DROP))]
            margin = sum(weights.get(name, 0.0) for name in kept)
            error = (1.0 if label else 0.0) - 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, margin))))
            for name in kept:
                gradient = error - L2 * weights.get(name, 0.0)
                squares[name] = squares.get(name, 1e-6) + gradient * gradient
                weights[name] = weights.get(name, 0.0) + RATE * gradient / math.sqrt(squares[name])
    return weights


def main(path: Path) -> int:
    data = examples(path)
    weights = train(data)
    rounded = {name: round(value * SCALE) for name, value in sorted(weights.items())}
    kept = {name: value for name, value in rounded.items() if abs(value) >= SCALE // 20}
    TARGET.write_text(json.dumps({"scale": SCALE, "weights": kept}, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    right = sum(
        (sum(kept.get(name, 0) for name in ["bias", *found]) > 0) == label for found, label in data
    )  # fmt: skip
    print(
        f"{len(data)} runs, {sum(label for _, label in data)} names, {len(kept)} weights, "
        f"{right / len(data):.4f} right on training data"
    )
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    raise SystemExit(main(Path(sys.argv[1])))

"""Trains the model that tells reported clauses from others; writes pipelines/quotes/reported.json.

Training data: PolNeAR's 840 training stories (attributions marked by trained annotators), one JSON object a line with ``text``
and ``quotes``; read from outside the project. What is kept are single words, word pairs and the weights they got: no sentence
of the corpus. Logistic regression by AdaGrad, L2, fixed seed.

    python tools/train_quotes.py TRAIN_JSONL
"""

from __future__ import annotations

import json
import math
import random
import re
import sys
from collections import Counter
from datetime import date
from pathlib import Path

from pipelines.lexicon import load
from pipelines.lexicon.speech import load_speech
from pipelines.people import find_people
from pipelines.quotes.frame import Frame
from pipelines.quotes.reported import candidates
from pipelines.text import read_document
from schemas.article import Article

TARGET = Path(__file__).parent.parent / "pipelines" / "quotes" / "reported.json"
SEED = 20240502
EPOCHS = 8
RATE = 0.12
L2 = 3e-5
SCALE = 100
RARE = 4
"""A feature seen in fewer stories than this is left out."""
OFTEN = 4
"""A word is asked whether it reports if it did so this many times in the training stories ..."""
SHARE = 0.08
"""... and in this share of its uses."""
ENOUGH = 0.5
SHARP = 0.5
"""How much a better overlap is worth: 0 nothing, 1 in full."""
Example = tuple[tuple[str, ...], float]
"""Features, and how much of the clause the candidate is: its overlap where that is ``ENOUGH``, else 0."""
_WORD = re.compile(r"[^\W\d_]+")
_FUNCTION = frozenset(
    "the a an of to in on at by for from with and or as that he she it they his her its their him them is was were are be been "
    "has have had will would could may might can do did does not about this against out over up off who what than into more "
    "monday tuesday wednesday thursday friday saturday sunday week month year day today yesterday now recently still again "
    "i we you also all one s t no if there but so when which just only like while after before".split()
)


def vocabulary(stories: list[dict[str, object]]) -> list[str]:
    """Words that stand in cues often enough to be asked."""
    uses: Counter[str] = Counter()
    cues: Counter[str] = Counter()
    for story in stories:
        text = str(story["text"])
        uses.update(word.lower() for word in _WORD.findall(text))
        quotes = story["quotes"]
        assert isinstance(quotes, list)
        seen: set[tuple[int, int]] = set()
        for quote in quotes:
            for start, end in quote["cue_spans"]:
                if (start, end) not in seen:
                    seen.add((start, end))
                    cues.update({word.lower() for word in _WORD.findall(text[start:end])} - _FUNCTION)
    return sorted(word for word, count in cues.items() if count >= OFTEN and count / uses[word] >= SHARE)


def overlap(one: tuple[int, int], other: tuple[int, int]) -> float:
    common = min(one[1], other[1]) - max(one[0], other[0])
    return max(0.0, common / (max(one[1], other[1]) - min(one[0], other[0])))


def examples(stories: list[dict[str, object]], triggers: frozenset[str]) -> list[Example]:
    out: list[Example] = []
    seen: Counter[str] = Counter()
    for story in stories:
        document = read_document(Article(uri=str(story["id"]), body=str(story["text"])))
        day = str(story["date"])
        people = find_people(document, load(), date.fromisoformat(day) if len(day) == 10 else None)
        frame = Frame(document, people, load_speech())
        quotes = story["quotes"]
        assert isinstance(quotes, list)
        wanted = [
            (a + 5 * document.text.startswith("that ", a), b)
            for quote in quotes
            if quote["type"] != "direct"
            for a, b in quote["parts"]
        ]
        here: set[str] = set()
        for sentence in document.sentences:
            near = [bounds for bounds in wanted if bounds[0] < sentence.end and sentence.start < bounds[1]]
            for options in candidates(frame, sentence, triggers):
                for option in options:
                    share = max((overlap((option.start, option.end), bounds) for bounds in near), default=0.0)
                    label = (share**SHARP) if share >= ENOUGH else 0.0
                    here.update(option.features)
                    out.append((option.features, label))
        seen.update(here)
    return [(tuple(name for name in found if seen[name] >= RARE), label) for found, label in out]


def train(data: list[Example]) -> dict[str, float]:
    rng = random.Random(SEED)  # noqa: S311 - a reproducible shuffle, no secret
    weights: dict[str, float] = {"bias": 0.0}
    squares: dict[str, float] = {}
    summed: dict[str, float] = {}
    for epoch in range(EPOCHS):
        rng.shuffle(data)
        for found, label in data:
            margin = weights["bias"] + sum([weights.get(name, 0.0) for name in found])
            error = label - 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, margin))))
            if -0.02 < error < 0.02:
                continue
            for name in ("bias", *found):
                weight = weights.get(name, 0.0)
                gradient = error - L2 * weight
                squares[name] = squares.get(name, 1e-6) + gradient * gradient
                weights[name] = weight + RATE * gradient / math.sqrt(squares[name])
        if epoch >= EPOCHS // 2:
            for name, value in weights.items():
                summed[name] = summed.get(name, 0.0) + value
    return {name: value / (EPOCHS - EPOCHS // 2) for name, value in summed.items()}


def main(path: Path) -> int:
    with path.open(encoding="utf-8") as file:
        stories = [json.loads(line) for line in file]
    triggers = vocabulary(stories)
    data = examples(stories, frozenset(triggers))
    weights = train(data)
    rounded = {name: round(value * SCALE) for name, value in sorted(weights.items())}
    kept = {name: value for name, value in rounded.items() if abs(value) >= SCALE // 20 or name == "bias"}
    TARGET.write_text(
        json.dumps({"scale": SCALE, "triggers": triggers, "weights": kept}, ensure_ascii=False, indent=0) + "\n",
        encoding="utf-8",
    )
    right = sum((sum(kept.get(name, 0) for name in ["bias", *found]) > 0) == (label > 0) for found, label in data)
    print(
        f"{len(triggers)} words, {len(data)} candidates, {sum(label > 0 for _, label in data)} reported clauses, "
        f"{len(kept)} weights, {right / len(data):.4f} right on training data"
    )
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    raise SystemExit(main(Path(sys.argv[1])))

"""Reported clauses without marks, and those that hold marked fragments (mixed)."""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pipelines.annotations import Stretch
from pipelines.quotes.frame import Frame
from pipelines.quotes.marked import principal_of, span, speaker_of
from pipelines.quotes.reported import Candidate, candidates
from schemas.errors import Code, Fatal
from schemas.quote import Quote

_THRESHOLD = -0.2
"""Log odds above which a candidate is taken for a reported clause."""
_SAME = 0.5
"""Overlap (intersection over union) from which on two clauses are one."""


@dataclass(frozen=True, slots=True)
class Model:
    """What the training gave: words to ask, and weights in log odds."""

    triggers: frozenset[str]
    weights: dict[str, float]
    bias: float

    def score(self, candidate: Candidate) -> float:
        """Log odds that a candidate is a reported clause."""
        weights = self.weights
        return self.bias + sum([weights.get(name, 0.0) for name in candidate.features])


@cache
def load_model() -> Model:
    """The model's file, checked. Raises ``Fatal`` (``bad_lexicon``) when it is not what the training writes."""
    table = json.loads(resources.files("pipelines.quotes").joinpath("reported.json").read_text("utf-8"))
    try:
        scale = float(table["scale"])
        weights = {str(name): float(value) / scale for name, value in table["weights"].items()}
        return Model(frozenset(table["triggers"]), weights, weights.pop("bias"))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Fatal(Code.BAD_LEXICON, "reported.json is damaged: write it again with tools/train_quotes.py") from error


def find_indirect(frame: Frame, marked: list[Quote]) -> list[Quote]:
    """One quote for each reported clause; ``mixed`` where marked fragments stand in it, never where it is all marked."""
    model = load_model()
    found: list[Quote] = []
    text = frame.document.text
    furniture = frame.document.furniture
    starts = [quote.start for quote in marked]
    for sentence in frame.document.sentences:
        if any(cut.start <= sentence.start < cut.end for cut in furniture):
            continue
        for clause in _choose(frame, sentence, model):
            inside = [
                quote
                for quote in marked[bisect_left(starts, clause.start) : bisect_left(starts, clause.end)]
                if quote.end <= clause.end + 1
            ]
            if any(quote.type == "direct" for quote in inside) or (inside and _all_marked(text, clause, inside)):
                continue
            entity = clause.cue.subject.entity if clause.cue.subject else None
            found.append(
                Quote(
                    start=clause.start,
                    end=clause.end,
                    text=text[clause.start : clause.end],
                    type="mixed" if inside else "indirect",
                    cue=span(text, clause.cue.start, clause.cue.end),
                    speaker=speaker_of(frame, clause.cue.subject, False),
                    on_behalf_of=principal_of(frame, entity),
                )
            )
    return found


def _choose(frame: Frame, sentence: Stretch, model: Model) -> list[Candidate]:
    """The best stretch of each reporting word, where it is likely enough; the likelier first where two are the same."""
    best: list[tuple[float, Candidate]] = []
    for options in candidates(frame, sentence, model.triggers):
        score, option = max(((model.score(one), one) for one in options), key=lambda pair: pair[0])
        if score > _THRESHOLD or option.sure:
            best.append((score, option))
    best.sort(key=lambda pair: -pair[0])
    chosen: list[Candidate] = []
    for _, option in best:
        if not any(_clash(option, other) for other in chosen):
            chosen.append(option)
    return chosen


def _clash(one: Stretch, other: Stretch) -> bool:
    """Two clauses may stand one in the other, but may not cross, nor be nearly the same."""
    common = min(one.end, other.end) - max(one.start, other.start)
    if common <= 0:
        return False
    if common / (max(one.end, other.end) - min(one.start, other.start)) >= _SAME:
        return True
    return not ((one.start <= other.start and other.end <= one.end) or (other.start <= one.start and one.end <= other.end))


def _all_marked(text: str, clause: Stretch, inside: list[Quote]) -> bool:
    outside = text[clause.start : inside[0].start - 1] + text[inside[-1].end + 1 : clause.end]
    return len(outside.split()) < 2

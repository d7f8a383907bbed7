"""Whole stories through the engine: what ``NAME.expected.json`` lists must come out of ``NAME.json``, field by field.

The expected files hold the part that the story settles; whatever they name must match, and lists of meetings must match in
number and order. Every span of every result must slice back to its words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.formats import read_items
from pipelines.engine import Engine
from schemas.article import Article, read_article
from schemas.extraction import Extraction

HERE = Path(__file__).parent
STORIES = sorted(path for path in HERE.glob("*.json") if not path.name.endswith(".expected.json"))
SEED = HERE.parents[2] / "shared" / "seed"


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine.load()


def spans(value: object) -> Iterator[dict[str, object]]:
    """Every object with offsets and words, wherever it stands."""
    if isinstance(value, dict):
        if {"start", "end", "text"} <= value.keys() and isinstance(value["start"], int):
            yield value
        for item in value.values():
            yield from spans(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from spans(item)


def check_offsets(article: Article, result: Extraction) -> int:
    """All spans slice back; how many there were."""
    number = 0
    for span in spans(json.loads(result.to_json())):
        text = article.headline or "" if span.get("in") == "headline" else article.body
        assert text[span["start"] : span["end"]] == span["text"], span  # type: ignore[index,misc]
        number += 1
    return number


def disagreements(expected: object, got: object, path: str = "") -> Iterator[str]:
    """Where ``got`` lacks or contradicts what ``expected`` names."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            item = got.get(key) if isinstance(got, dict) else None
            yield from disagreements(value, item, f"{path}.{key}")
    elif path.endswith((".meetings", ".participants")):
        found = got if isinstance(got, list) else []
        if len(found) != len(expected):  # type: ignore[arg-type]
            names = [entry.get("name") or entry.get("text") or entry.get("status") for entry in found]
            yield f"{path}: {len(expected)} wanted, got {len(found)}: {names}"  # type: ignore[arg-type]
        if path.endswith(".participants"):
            found = sorted(found, key=_who)
            expected = sorted(expected, key=_who)  # type: ignore[call-overload]
        for number, (one, other) in enumerate(zip(expected, found, strict=False)):  # type: ignore[call-overload]
            yield from disagreements(one, other, f"{path}[{number}]")
    elif path.endswith(".quotes"):
        by_text = {entry["text"]: entry for entry in got} if isinstance(got, list) else {}
        for one in expected:  # type: ignore[attr-defined]
            if one["text"] not in by_text:
                yield f"{path}: missing {one['text']!r}"
            else:
                yield from disagreements(one, by_text[one["text"]], f"{path}[{one['text'][:30]!r}]")
    elif expected != got:
        yield f"{path}: wanted {expected!r}, got {got!r}"


def _who(entry: dict[str, str | None]) -> str:
    return (entry.get("name") or entry.get("text") or "") + (entry.get("country_code") or "")


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_story(engine: Engine, path: Path) -> None:
    article = read_article(path.read_bytes())
    result = engine.extract(article)
    check_offsets(article, result)
    expected = json.loads(path.with_suffix(".expected.json").read_text("utf-8"))
    found = list(disagreements(expected, json.loads(result.to_json())))
    assert not found, "\n" + "\n".join(found)


def test_the_corpus_covers_what_it_must() -> None:
    kinds = {path.stem.split("-")[0] for path in STORIES}
    assert kinds >= {"held", "planned", "cancelled", "phone", "trilateral", "negative", "advisory", "kill"}


def test_the_same_story_gives_the_same_result(engine: Engine) -> None:
    article = read_article(STORIES[0].read_bytes())
    assert engine.extract(article) == engine.extract(article)


@pytest.mark.skipif(not SEED.is_dir(), reason="the seed story is not here; the corpus covers the same rules")
def test_seed_story(engine: Engine) -> None:
    (item,) = read_items(SEED / "blinken-lavrov-2021-05-21.txt")
    assert isinstance(item.article, Article)
    result = engine.extract(item.article)
    assert check_offsets(item.article, result) > 50
    expected = json.loads((SEED / "blinken-lavrov-2021-05-21.expected.json").read_text("utf-8"))
    assert result.detection.is_meeting is expected["is_meeting"]
    assert len(result.meetings) == len(expected["meetings"])
    for wanted, got in zip(expected["meetings"], json.loads(result.to_json())["meetings"], strict=True):
        flat = got | {
            "place_text": (got["place"] or {}).get("text"),
            "country_code": (got["place"] or {}).get("country_code"),
            "plover_event": got["plover"]["event"],
        }
        people = {"participants": wanted.pop("participants")}
        topics = wanted.pop("topics", [])
        assert not list(disagreements(wanted | people, flat))
        assert not set(topics) - {topic["text"] for topic in got["topics"]}
    held = {participant.name for participant in result.meetings[0].participants}
    assert not held & set(expected["not_participants_of_the_held_meeting"])
    quotes = {quote.text: quote for quote in result.quotes}
    for wanted in expected["quotes"]:
        quote = quotes[wanted["text"]]
        assert quote.speaker is not None
        assert (quote.speaker.name, quote.type) == (wanted["speaker"], wanted["type"])
        assert list(quote.relay) == ([wanted["relay"]] if "relay" in wanted else [])
        if "channel" in wanted:
            assert quote.channel == wanted["channel"]

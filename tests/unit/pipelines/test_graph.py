"""The one graph on a real Beam runner, a real store and a teller that remembers."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import apache_beam as beam
import pytest

from connectors.kafka.cloudevents import Headers, article_event
from connectors.sqlite import SqliteStore
from connectors.store import Body, Store
from pipelines.engine import Engine
from pipelines.items import Edges, RawItem, Tally
from pipelines.meetings import build, close_all, decode
from pipelines.runners import batch
from pipelines.runners.edges import FileTellers, SqliteStores
from pipelines.runners.letters import LetterFile, beside
from pipelines.runners.sources import FileSource, handed_in, held
from schemas.alert import Alert
from schemas.article import Article
from schemas.dead_letter import DeadLetter
from schemas.errors import Code, Fatal, Quarantine, Retry

NAMES = ("Abel", "Bruno", "Carla", "Dora", "Emil", "Flora", "Gregor", "Hanna", "Igor", "Julia")


def article(number: int, **more: object) -> Article:
    name = NAMES[number % 10]
    body = (
        f"MADRID, June 3 (Test Wire) - Spanish Foreign Minister Ana {name}ez met Polish Foreign Minister Jan {name}ski "
        f"in Madrid on Monday.\n\n“We agree on everything,” {name}ez told reporters."
    )
    fields = {"uri": f"test:{number}", "provider": "Test Wire", "body": body, "published": "2024-06-03T10:00:00Z", **more}
    return Article.model_validate_json(json.dumps(fields))


def item(of: Article, origin: str = "test") -> RawItem:
    event = article_event(of, "urn:parley:test")
    return RawItem(event.body, f"{origin}:{of.uri}", event.headers())


class Told:
    """Remembers what it is told; fails when it is asked to."""

    def __init__(self) -> None:
        self.letters: list[tuple[DeadLetter, Headers]] = []
        self.documents: dict[str, Body | None] = {}
        self.alerted: list[Alert] = []
        self.failures: list[Exception] = []

    def dead_letters(self, letters: Sequence[tuple[DeadLetter, Headers]]) -> None:
        self._maybe_fail()
        self.letters += letters

    def meetings(self, documents: Sequence[tuple[str, Body | None]]) -> None:
        self._maybe_fail()
        self.documents.update(documents)

    def alerts(self, alerts: Sequence[Alert]) -> None:
        self.alerted += alerts

    def _maybe_fail(self) -> None:
        if self.failures:
            raise self.failures.pop()


_tellers: dict[str, Told] = {}


@dataclass(frozen=True)
class Tellers:
    """Hands out the test's own teller: the factory is pickled, the teller is not."""

    key: str

    def __call__(self) -> Told:
        return _tellers.setdefault(self.key, Told())


@pytest.fixture
def edges(tmp_path: Path) -> Iterator[Edges]:
    path = tmp_path / "graph.sqlite"
    SqliteStore(path).setup()
    yield Edges(held(), SqliteStores(path), Tellers(str(path)), deliver_articles=4)
    close_all()


def told(edges: Edges) -> Told:
    assert isinstance(edges.teller, Tellers)
    return _tellers[edges.teller.key]


def store(edges: Edges) -> Store:
    return edges.store()


def run(edges: Edges, items: Sequence[RawItem]) -> Tally:
    with handed_in(edges.source, items):
        return batch.run(edges)


def test_every_item_ends_as_exactly_one_outcome(edges: Edges) -> None:
    items = [item(article(n)) for n in range(10)]
    items += [RawItem(b"{", "test:poison", (("x-trace", b"7"),)), item(article(20, body="Tin rose."))]
    items += [item(article(21, pub_status="withheld")), item(article(0))]
    tally = run(edges, items)
    assert tally.received == 14
    assert tally.endings == {"meeting": 10, "no_meeting": 1, "duplicate": 1, "held_back": 1, "dead_letter": 1}
    assert tally.balances
    assert tally.alerts == len(told(edges).alerted) == store(edges).count("alerts") == 10
    assert store(edges).count("meetings") == len(told(edges).documents) == 10
    assert store(edges).count("articles") == 12
    ((letter, headers),) = told(edges).letters
    assert (letter.payload, letter.code, letter.stage, letter.origin) == (b"{", Code.BAD_JSON, "decode", "test:poison")
    assert headers == (("x-trace", b"7"),)


def test_doing_it_again_tells_nobody_anything(edges: Edges) -> None:
    items = [item(article(n)) for n in range(6)]
    run(edges, items)
    before = {one.id: one.revision for one in store(edges).scan("meetings")}
    told(edges).documents.clear()
    tally = run(edges, items)
    assert tally.endings["duplicate"] == tally.received == 6
    assert tally.alerts == 0
    assert not told(edges).documents
    assert {one.id: one.revision for one in store(edges).scan("meetings")} == before


def test_a_story_that_breaks_the_engine_is_one_dead_letter(edges: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Engine.extract

    def breaking(self: Engine, one: Article, *, triage: bool = False) -> object:
        if one.uri == "test:3":
            raise RecursionError("too deep")
        return whole(self, one, triage=triage)

    monkeypatch.setattr(Engine, "extract", breaking)
    items = [item(article(n)) for n in range(6)]
    tally = run(edges, items)
    assert (tally.endings["meeting"], tally.endings["dead_letter"]) == (5, 1)
    ((letter, _),) = told(edges).letters
    assert (letter.code, letter.stage, letter.payload) == (Code.ENGINE_FAILED, "extract", items[3].data)
    assert "test:3" in letter.message
    assert "RecursionError" in letter.message


@pytest.mark.parametrize("error", [Retry(Code.KAFKA_UNAVAILABLE, "gone"), Fatal(Code.BAD_CREDENTIALS, "no"), KeyError("x")])
def test_what_a_step_raises_comes_out_as_it_was_raised(edges: Edges, error: Exception) -> None:
    edges.teller()
    told(edges).failures = [error]
    with pytest.raises(type(error)) as caught:
        run(edges, [item(article(1))])
    assert caught.value is error
    # The same items again are done, once, and are told: the article had not been marked as done.
    tally = run(edges, [item(article(1))])
    assert tally.endings["meeting"] == 1
    assert len({alert.id for alert in told(edges).alerted}) == len(told(edges).alerted) == store(edges).count("alerts") == 1


def test_dead_letters_that_cannot_be_kept_stop_the_batch(edges: Edges) -> None:
    edges.teller()
    told(edges).failures = [Retry(Code.KAFKA_UNAVAILABLE, "gone")]
    with pytest.raises(Retry):
        run(edges, [RawItem(b"{", "test:poison")])
    assert run(edges, [RawItem(b"{", "test:poison")]).endings["dead_letter"] == 1
    assert len(told(edges).letters) == 1


def test_the_past_is_never_told(edges: Edges) -> None:
    tally = run(edges, [replace(item(article(1)), alerts=False), item(article(2))])
    assert tally.endings["meeting"] == 2
    assert tally.alerts == 1
    assert store(edges).count("meetings") == 2


def test_a_document_that_the_store_refuses_is_one_dead_letter(edges: Edges) -> None:
    bad = article(1)
    bad = bad.model_copy(update={"slugline": "half a surrogate \ud83d"})
    items = [RawItem(b"raw", "test:bad", article=bad), item(article(2))]
    tally = run(edges, items)
    assert (tally.endings["meeting"], tally.endings["dead_letter"]) == (1, 1)
    ((letter, _),) = told(edges).letters
    assert (letter.code, letter.payload, letter.origin) == (Code.STORE_REJECTED, b"raw", "test:bad")
    assert store(edges).count("articles") == store(edges).count("meetings") == 1


def test_files_and_refused_lines_go_the_same_way(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(article(1).to_json() + b"\n[1]\n" + article(2).to_json())
    path = tmp_path / "files.sqlite"
    SqliteStore(path).setup()
    source = FileSource((str(tmp_path / "a.jsonl"), str(tmp_path / "absent.jsonl")))
    tellers = FileTellers(path)
    try:
        for _ in range(2):  # doing it again adds no letter
            tally = batch.run(Edges(source, SqliteStores(path), tellers))
            assert (tally.received, tally.endings["dead_letter"], tally.balances) == (4, 2, True)
    finally:
        close_all()
    letters = [one for one in LetterFile(beside(path)).read() if isinstance(one, DeadLetter)]
    assert {letter.payload for letter in letters} == {b"[1]", b""}
    assert any(letter.origin.endswith("a.jsonl:2") for letter in letters)
    assert len(letters) == 2


def test_the_graph_has_its_seven_steps_and_can_be_sent_to_workers(edges: Edges) -> None:
    pipeline = beam.Pipeline()
    build(pipeline, edges)
    labels: list[str] = []

    class Visitor(beam.pipeline.PipelineVisitor):
        def enter_composite_transform(self, node: beam.pipeline.AppliedPTransform) -> None:
            labels.append(node.full_label)

        def visit_transform(self, node: beam.pipeline.AppliedPTransform) -> None:
            labels.append(node.full_label)

    pipeline.visit(Visitor())
    steps = ["read", "decode", "detect", "extract", "resolve", "index", "alert"]
    assert [label for label in dict.fromkeys(labels) if label in steps] == steps
    again = pickle.loads(pickle.dumps(edges))
    assert (again.store, again.teller) == (edges.store, edges.teller)


@pytest.mark.parametrize(
    ("headers", "data", "code"),
    [
        ((("ce_type", b"org.parley.article.v9"),), b"{}", Code.UNKNOWN_TYPE),
        ((("ce_type", b"com.example.invoice"),), b"{}", Code.UNKNOWN_TYPE),
        ((), b"[]", Code.BAD_SCHEMA),
        ((), b'{"uri": "a", "body": "\xe9"}', Code.BAD_ENCODING),
        ((), b'{"uri": "a", "version": "one"}', Code.BAD_SCHEMA),
    ],
)
def test_what_is_no_article_is_refused_with_its_reason(headers: Headers, data: bytes, code: Code) -> None:
    with pytest.raises(Quarantine) as caught:
        decode(RawItem(data, "test", headers))
    assert caught.value.code is code

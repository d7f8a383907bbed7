"""The node runner's loop: what is committed when, and how it ends."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipelines.items import Edges, RawItem, Tally
from pipelines.meetings import NAMESPACE
from pipelines.runners import batch, node
from pipelines.runners.edges import FileTellers, SqliteStores
from pipelines.runners.sources import held
from schemas.errors import Code, Fatal, Retry


class Records:
    """An input of numbered records in batches of three, with a committed position as Kafka keeps it."""

    def __init__(self, number: int) -> None:
        self.items = [RawItem(str(n).encode(), f"test:{n}") for n in range(number)]
        self.committed = self.position = 0
        self.polls = 0
        self.refusing: list[str] = []
        """Calls that are to raise ``Retry``, once each."""

    def _maybe(self, name: str) -> None:
        if name in self.refusing:
            self.refusing.remove(name)
            raise Retry(Code.KAFKA_UNAVAILABLE, f"{name} refused")

    def poll(self) -> Sequence[RawItem]:
        self.polls += 1
        self._maybe("poll")
        found = self.items[self.position : self.position + 3]
        self.position += len(found)
        return found

    def commit(self) -> None:
        self._maybe("commit")
        self.committed = self.position

    def rewind(self) -> None:
        self._maybe("rewind")
        self.position = self.committed

    def lag(self) -> int:
        self._maybe("lag")
        return len(self.items) - self.position


@pytest.fixture
def edges(tmp_path: Path) -> Edges:
    return Edges(held(), SqliteStores(tmp_path / "x.sqlite"), FileTellers(tmp_path / "x.sqlite"))


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the graph was given, batch by batch; the graph itself is tested elsewhere."""
    seen: list[list[str]] = []
    install(monkeypatch, seen, lambda _: None)
    return seen


def install(monkeypatch: pytest.MonkeyPatch, seen: list[list[str]], before: Callable[[int], None]) -> None:
    def run(edges: Edges) -> Tally:
        (split,) = edges.source.splits()
        items = [item.origin for item in edges.source.read(split)]
        before(len(seen))
        seen.append(items)
        return Tally(received=len(items), endings={**Tally().endings, "no_meeting": len(items)})

    monkeypatch.setattr(batch, "run", run)


def turn(source: Records, edges: Edges, limits: node.Limits | None = None, stop: threading.Event | None = None) -> Tally:
    pauses = node.Pauses(0.001, 0.004, random.Random(1))
    return node.run(
        source, edges, stop=stop or threading.Event(), pauses=pauses, limits=limits or node.Limits(idle_seconds=0.05)
    )


def test_everything_is_done_in_order_and_committed(edges: Edges, done: list[list[str]]) -> None:
    source = Records(8)
    total = turn(source, edges)
    assert [origin for items in done for origin in items] == [f"test:{n}" for n in range(8)]
    assert source.committed == 8
    assert (total.received, total.balances) == (8, True)


def test_a_failed_batch_is_not_committed_and_comes_again(edges: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    source, seen, committed, failures = Records(6), [], [], [3]  # type: ignore[var-annotated]

    def failing(number: int) -> None:
        committed.append(source.committed)
        if number == 1 and failures[0]:
            failures[0] -= 1
            raise Retry(Code.STORE_UNAVAILABLE, "the store is away")

    install(monkeypatch, seen, failing)
    total = turn(source, edges)
    assert committed == [0, 3, 3, 3, 3]  # three attempts in vain, nothing committed by them
    assert [origin for items in seen for origin in items] == [f"test:{n}" for n in range(6)]
    assert (total.received, source.committed) == (6, 6)


@pytest.mark.parametrize("call", ["poll", "commit", "rewind", "lag"])
def test_an_outage_of_kafka_is_waited_out(edges: Edges, done: list[list[str]], call: str) -> None:
    source = Records(5)
    source.refusing = [call, "commit"]
    turn(source, edges)
    assert source.committed == 5
    assert {origin for items in done for origin in items} == {f"test:{n}" for n in range(5)}


def test_what_a_person_must_mend_ends_the_loop_with_nothing_committed(edges: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    source = Records(3)

    def broken(_: int) -> None:
        raise Fatal(Code.BAD_CREDENTIALS, "no")

    install(monkeypatch, [], broken)
    with pytest.raises(Fatal):
        turn(source, edges)
    assert source.committed == 0


def test_it_ends_between_batches_when_asked(edges: Edges, monkeypatch: pytest.MonkeyPatch) -> None:
    source, stop = Records(9), threading.Event()
    install(monkeypatch, [], lambda number: stop.set() if number == 1 else None)
    total = turn(source, edges, node.Limits(), stop)
    assert (total.received, source.committed) == (6, 6)  # the batch in hand was finished


def test_it_ends_after_so_many_batches(edges: Edges, done: list[list[str]]) -> None:
    source = Records(9)
    assert turn(source, edges, node.Limits(batches=2)).received == source.committed == 6


def test_pauses_grow_to_their_bound_and_never_knock_together() -> None:
    pauses = node.Pauses(0.5, 8.0, random.Random(7))
    waits = [pauses.next() for _ in range(200)]
    assert all(0.25 <= wait <= 8.0 for wait in waits)
    assert waits[0] <= 0.5
    assert len(set(waits)) == len(waits)
    assert max(waits) > 6
    pauses.reset()
    assert pauses.next() <= 0.5


def test_the_metrics_have_a_name_of_their_own() -> None:
    assert NAMESPACE == "parley"

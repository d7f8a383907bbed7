"""Several workers deliver at once into one store, and end where one worker alone ends."""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.elastic import ElasticSettings, ElasticStore
from connectors.sqlite import SqliteStore
from connectors.store import Store
from pipelines.delivery import deliver
from pipelines.documents import article_id
from schemas.errors import Retry
from tests.unit.pipelines.making import BERG, INGESTED, LEE, at, meeting, person, story
from tests.unit.pipelines.test_delivery import Pair, shape

Open = Callable[[], Store]
WORKERS = 3
PEOPLE = [(LEE, BERG), (person(None, "CHN"), BERG), (person("Cai Da", "CHN"), BERG), (LEE, person("Eva Dahl", "NOR"))]


@pytest.fixture(params=["sqlite", pytest.param("elastic", marks=pytest.mark.stack)])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same store anew, as every worker does."""
    made: list[Store] = []
    url = request.getfixturevalue("elasticsearch_url") if request.param == "elastic" else ""
    prefix = f"t{secrets.token_hex(4)}"

    def opened() -> Store:
        store = ElasticStore(ElasticSettings(url=url, prefix=prefix)) if url else SqliteStore(tmp_path / "shared.db")
        made.append(store)
        return store

    opened().setup()
    yield opened
    if isinstance(made[0], ElasticStore):
        made[0].drop()
    for store in made:
        store.close()


def stories(chance: random.Random) -> list[Pair]:
    found = []
    for number in range(45):
        told = meeting(
            chance.choice(["planned", "held", "held", "cancelled"]),
            chance.choice([None, 4, 5, 9]),
            chance.choice(PEOPLE),
        )
        when = at(chance.randint(1, 12), number % 24)
        uri, version = f"s{number % 36}", 1 + number // 36
        found.append(story(uri, told, published=when, version=version, provider="One", quotes=1 + number % 3))
    return [*found, story("s3", version=9, signal="kill", provider="One", quotes=0)]


def deliver_all(store: Store, pairs: list[Pair], chance: random.Random, problems: list[BaseException]) -> None:
    """One worker: its own stories (as one partition has), in small batches, some of them twice."""
    try:
        while pairs:
            size = chance.randint(1, 3)
            for _ in range(chance.randint(1, 2)):
                while True:
                    try:
                        deliver(store, pairs[:size], ingested=INGESTED, alerts_allowed=True)
                        break
                    except Retry:
                        continue
            pairs = pairs[size:]
    except BaseException as error:
        problems.append(error)
        raise


@pytest.mark.parametrize("seed", range(3))
def test_workers_side_by_side_end_where_one_alone_does(open_store: Open, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    pairs = stories(chance)
    alone = SqliteStore(tmp_path / "alone.db")
    alone.setup()
    for pair in pairs:
        deliver(alone, [pair], ingested=INGESTED, alerts_allowed=True)
    problems: list[BaseException] = []
    threads = []
    for worker in range(WORKERS):
        mine = [pair for pair in pairs if int(article_id(pair[0]), 16) % WORKERS == worker]
        arguments = (open_store(), mine, random.Random(seed * 10 + worker), problems)
        threads.append(threading.Thread(target=deliver_all, args=arguments))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    store = open_store()
    store.refresh()
    assert shape(store) == shape(alone)
    # Told once: no two alerts of one meeting have the same number.
    alerts = [document.body for document in store.scan("alerts")]
    numbers = [(str(body["meeting"]), str(body["alert"]["transition"])) for body in alerts if isinstance(body["alert"], dict)]
    assert len(numbers) == len(set(numbers)) > 0
    alone.close()

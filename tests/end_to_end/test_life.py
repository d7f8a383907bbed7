"""What a pipeline meets in its life: poison of every kind, a replay, kill -9, a story that is taken back."""

from __future__ import annotations

import json
import random
import time

import pytest

from connectors.kafka.deadletters import from_message
from schemas.article import MAX_ARTICLE_BYTES, Article
from tests.end_to_end.stories import is_meeting, people, story
from tests.end_to_end.world import World, counts, snapshot

pytestmark = pytest.mark.stack
CE = (("ce_type", b"org.parley.article.v1"), ("ce_id", b"x"), ("traceparent", b"00-1-2-01"))
POISON: dict[str, tuple[bytes, tuple[tuple[str, bytes], ...]]] = {
    "bad_json": (b'{"uri": "cut', CE),
    "bad_schema": (b'{"body": "no uri"}', CE),
    "bad_encoding": (b'{"uri": "latin", "body": "caf\xe9"}', ()),
    "unknown_type": (b'{"uri": "newer", "body": "x"}', (("ce_type", b"org.parley.article.v2"),)),
    "too_large": (b'{"uri": "long", "body": "' + b"x" * (MAX_ARTICLE_BYTES // 2) + b'"}', CE),
}


def test_poison_of_every_kind_and_a_replay(world: World) -> None:
    world.publish(story(n) for n in range(30))
    world.send(list(POISON.values()))
    world.publish(story(n) for n in range(30, 36))
    total = world.pipeline()
    meetings = sum(map(is_meeting, range(36)))
    assert total == {
        "received": 41, "meeting": meetings, "no meeting": 36 - meetings, "duplicate": 0, "held back": 0,
        "dead letter": len(POISON), "alerts": meetings,
    }  # fmt: skip
    letters = {
        record.value: (from_message(record.value, record.headers), record) for record in world.records("wire.deadletters")
    }
    assert len(letters) == len(POISON)
    for code, (value, headers) in POISON.items():
        letter, record = letters[value]
        assert (letter.code.value, letter.stage, letter.payload) == (code, "decode", value)
        assert letter.origin.startswith(f"kafka:{world.prefix}wire.articles/")
        assert set(headers) <= set(record.headers)
    listed, _ = world.parley("deadletters", "list", "--json")
    assert {json.loads(line)["code"] for line in listed.splitlines()} == set(POISON)
    raw, _ = world.parley("deadletters", "show", letters[POISON["bad_json"][0]][0].id, "--raw")
    assert raw.encode() == POISON["bad_json"][0]

    before = snapshot(world.store)
    told = [len(world.records(topic)) for topic in ("diplomacy.alerts", "diplomacy.meetings")]
    assert told == [meetings, meetings]
    world.back_to_the_beginning()
    again = world.pipeline()
    assert (again["received"], again["duplicate"], again["dead letter"], again["alerts"]) == (41, 36, len(POISON), 0)
    assert snapshot(world.store) == before
    assert [len(world.records(topic)) for topic in ("diplomacy.alerts", "diplomacy.meetings")] == told


def test_kill_9_loses_nothing_and_tells_nothing_twice(world: World) -> None:
    number, chance = 400, random.Random(20240606)
    world.publish(story(n) for n in range(number))
    small = {"PARLEY__PIPELINE__MAX_RECORDS": "25", "PARLEY__PIPELINE__DELIVER_ARTICLES": "10"}
    seen = []
    for _ in range(3):
        worker = world.start("pipeline", **small)
        assert worker.stderr is not None
        for line in worker.stderr:
            if b'"batch done"' in line:
                seen.append(json.loads(line)["parley"]["lag"])
                break
        time.sleep(chance.uniform(0.0, 0.4))
        worker.kill()
        worker.wait(30)
        worker.stderr.close()
        if worker.stdout is not None:
            worker.stdout.close()
    assert all(0 < lag < number for lag in seen)  # it was killed in the middle each time, or this shows nothing
    total = world.pipeline(**small)
    assert 0 < total["received"] < number
    store = world.store
    store.refresh()
    assert store.count("articles") == number
    meetings = sum(map(is_meeting, range(number)))
    assert store.count("meetings") == store.count("alerts") == meetings
    names = {str(person["name"]) for one in store.scan("meetings") for person in one.body["participants"]}  # type: ignore[union-attr,index,call-overload]
    assert names == {name for n in range(number) if is_meeting(n) for name in people(n)}
    published = [json.loads(record.value)["id"] for record in world.records("diplomacy.alerts")]
    assert set(published) == {one.id for one in store.scan("alerts")}
    assert len(published) - len(set(published)) <= 3 * 10  # at most the batch in hand at each kill is told again, same ids


def test_a_kill_takes_everything_back(world: World) -> None:
    world.publish([story(0), story(3)])
    assert world.pipeline()["meeting"] == 2
    gone = story(0)
    world.publish(
        [Article(uri=gone.uri, version=2, provider=gone.provider, body="Editors: kill this story.", pub_status="canceled")]
    )
    total = world.pipeline()
    assert (total["received"], total["alerts"]) == (1, 1)
    found, _ = world.parley("search", "--json", people(0)[0])
    assert found == ""
    found, _ = world.parley("search", "--json", people(3)[0])
    assert found != ""
    last: dict[bytes | None, bytes] = {record.key: record.value for record in world.records("diplomacy.meetings")}
    assert sorted(value == b"" for value in last.values()) == [False, True]
    kinds = [json.loads(record.value)["kind"] for record in world.records("diplomacy.alerts")]
    assert sorted(kinds) == ["new_meeting", "new_meeting", "retraction"]
    for one in world.store.scan("articles"):
        assert ("Stone" in json.dumps(one.body)) == (one.body["article"]["uri"] != gone.uri)  # type: ignore[index,call-overload]
    world.publish([gone])  # a late copy stays out
    assert world.pipeline()["duplicate"] == 1


def test_two_workers_share_the_partitions(world: World) -> None:
    world.publish(story(n) for n in range(60))
    workers = [world.start("pipeline", "--worker", f"{n}/2", "--until-idle", "3") for n in (1, 2)]
    totals = []
    for worker in workers:
        _, told = worker.communicate(timeout=120)
        assert worker.returncode == 0, told.decode()
        totals.append(counts(told.decode()))
    assert sum(total["received"] for total in totals) == 60
    assert all(total["received"] > 0 for total in totals)
    store = world.store
    store.refresh()
    assert store.count("articles") == 60
    assert store.count("meetings") == store.count("alerts") == sum(map(is_meeting, range(60)))


def test_what_is_missing_at_the_start_is_said_with_what_to_do(empty_world: World) -> None:
    _, words = empty_world.parley("pipeline", "--until-idle", "1", status=5)
    assert "parley setup" in words
    _, words = empty_world.parley("connect", "--once", status=5)
    assert "parley setup" in words
    _, words = empty_world.parley("doctor", "--json", status=5)
    gone = {"PARLEY__ELASTICSEARCH__URL": "http://127.0.0.1:9", "PARLEY__KAFKA__BOOTSTRAP": "127.0.0.1:9"}
    _, words = empty_world.parley("setup", status=4, **gone)
    assert "127.0.0.1:9" in words
    out, _ = empty_world.parley("doctor", "--json", status=4, PARLEY__KAFKA__TIMEOUT_SECONDS="1", **gone)
    states = {entry["name"]: entry["state"] for entry in map(json.loads, out.splitlines())}
    assert (states["engine"], states["Kafka"], states["Elasticsearch"]) == ("ok", "wrong", "wrong")

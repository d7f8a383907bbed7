"""Messages, dead letters and topics; against a real broker where one is needed."""

from __future__ import annotations

import datetime as dt
import time
import uuid

import pytest

from connectors.kafka.cloudevents import ARTICLE_TYPE, MEETING_TYPE, article_event, check_type
from connectors.kafka.consumer import BatchConsumer, Record
from connectors.kafka.deadletters import from_message, to_message
from connectors.kafka.producer import EventProducer
from connectors.kafka.settings import KafkaSettings
from connectors.kafka.topics import ARTICLES, MAX_MESSAGE_BYTES, Topic, ensure_topics
from schemas.article import Article, read_article
from schemas.dead_letter import DeadLetter
from schemas.errors import Code, Fatal, Quarantine, Retry

ARTICLE = Article(uri="tag:wire,1", version=3, headline="Été", body="x")


def test_an_article_travels_as_a_cloudevent_in_binary_mode() -> None:
    event = article_event(ARTICLE, "feed:harbour")
    headers = dict(event.headers())
    assert event.key == b"tag:wire,1"
    assert headers["content-type"] == b"application/json"
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_type"] == ARTICLE_TYPE.encode()
    assert headers["ce_id"] == b"tag:wire,1#3"
    assert headers["ce_source"] == b"feed:harbour"
    assert read_article(event.body) == ARTICLE


def test_another_or_newer_type_is_set_aside() -> None:
    check_type(article_event(ARTICLE, "x").headers(), ARTICLE_TYPE)
    check_type((), ARTICLE_TYPE)
    for kind, says in (("org.parley.article.v2", "upgrade"), (MEETING_TYPE, "is wanted"), ("com.example.thing", "is wanted")):
        with pytest.raises(Quarantine, match=says) as refused:
            check_type((("ce_type", kind.encode()),), ARTICLE_TYPE)
        assert refused.value.code is Code.UNKNOWN_TYPE


def letter(payload: bytes) -> DeadLetter:
    at = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    return DeadLetter(
        id="d1",
        stage="decode",
        code=Code.BAD_JSON,
        message="naïve",
        origin="kafka:t/0@7",
        engine="0.1.0",
        at=at,
        payload=payload,
    )


def test_a_dead_letter_comes_back_from_its_message() -> None:
    written = letter(bytes(range(256)))
    _, value, headers = to_message(written)
    assert value == written.payload
    assert from_message(value, headers) == written
    with pytest.raises(ValueError, match="parley_dl_id"):
        from_message(b"x", ())


def test_no_secret_stands_in_the_settings_repr() -> None:
    assert "hunter2" not in repr(KafkaSettings(username="u", password="hunter2"))


def test_an_absent_broker_is_told_in_seconds() -> None:
    settings = KafkaSettings(bootstrap="127.0.0.1:9", timeout_seconds=1.0)
    started = time.monotonic()
    for attempt in (
        lambda: EventProducer(settings),
        lambda: ensure_topics(settings),
        lambda: BatchConsumer(settings, "t", "g"),
    ):
        with pytest.raises(Retry, match=r"Kafka at 127\.0\.0\.1:9 did not answer"):
            attempt()
    assert time.monotonic() - started < 15


@pytest.mark.stack
def test_published_articles_are_polled_committed_and_come_again_after_a_rewind(kafka_bootstrap: str) -> None:
    settings = KafkaSettings(bootstrap=kafka_bootstrap)
    prefix = f"t{uuid.uuid4().hex[:8]}."
    with pytest.raises(Fatal, match="parley setup"):
        ensure_topics(settings, create=False, prefix=prefix)
    topic = Topic(ARTICLES.name, 2)
    assert ensure_topics(settings, prefix=prefix, wanted=(topic,)) == [prefix + topic.name]
    assert ensure_topics(settings, prefix=prefix, wanted=(topic,)) == []
    name = prefix + topic.name
    events = [article_event(Article(uri=f"u{n}", body="é" * 10), "test") for n in range(300)]
    with EventProducer(settings) as producer:
        producer.publish(name, events)
        with pytest.raises(Quarantine) as refused:
            producer.send(name, [(b"big", b"x" * (MAX_MESSAGE_BYTES + 1), ()), (b"k", b"small", ())])
        assert refused.value.code is Code.TOO_LARGE
    consumer = BatchConsumer(settings, name, "g")
    first = drain(consumer, 301)
    assert sorted(record.key.decode() for record in first if record.key) == sorted([*(f"u{n}" for n in range(300)), "k"])
    assert consumer.lag() == 0
    consumer.rewind()
    assert len(drain(consumer, 301)) == 301
    consumer.commit(first)
    consumer.close()
    again = BatchConsumer(settings, name, "g")
    assert again.poll(max_seconds=1.0) == []
    again.close()
    halves = [BatchConsumer(settings, name, "h", worker=n, workers=2) for n in range(2)]
    polled = [drain(half, 1) for half in halves]
    assert {record.partition for record in polled[0]} == {0}
    assert {record.partition for record in polled[1]} == {1}
    for half in halves:
        half.close()


def drain(consumer: BatchConsumer, wanted: int) -> list[Record]:
    found: list[Record] = []
    deadline = time.monotonic() + 20
    while len(found) < wanted and time.monotonic() < deadline:
        found += consumer.poll(max_seconds=1.0)
    return found

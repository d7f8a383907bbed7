"""The outside, made from settings: stores, Kafka, and who is told. Factories are picklable and hashable."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.kafka import topics
from connectors.kafka.cloudevents import MEETING_TYPE, Event, Headers, alert_event
from connectors.kafka.consumer import BatchConsumer, Record
from connectors.kafka.deadletters import from_message, to_message
from connectors.kafka.producer import EventProducer
from connectors.kafka.settings import KafkaSettings
from connectors.sqlite import SqliteStore
from pipelines.engine import ENGINE_VERSION
from pipelines.items import RawItem, Refused
from pipelines.runners.letters import LetterFile, beside
from pipelines.settings import Elasticsearch, Kafka, Pipeline, secret
from schemas.errors import Code, Quarantine

if TYPE_CHECKING:
    from connectors.elastic import ElasticSettings
    from connectors.store import Body, Store
    from schemas.alert import Alert
    from schemas.dead_letter import DeadLetter

SOURCE = "urn:parley:pipeline"
"""``ce_source`` of what the pipeline publishes."""


def kafka_settings(kafka: Kafka) -> KafkaSettings:
    """The connector's settings. Raises ``Fatal`` for a secret file that cannot be read."""
    return KafkaSettings(
        bootstrap=kafka.bootstrap,
        security_protocol=kafka.security,
        sasl_mechanism=kafka.sasl_mechanism or None,
        username=kafka.username or None,
        password=secret(kafka.password, kafka.password_file, "kafka.password") or None,
        ca_file=kafka.ca_file or None,
        timeout_seconds=kafka.timeout_seconds,
    )


def topic_list(kafka: Kafka) -> tuple[topics.Topic, ...]:
    """Parley's topics as these settings want them, names without the prefix."""
    wide = (topics.ARTICLES, topics.BACKFILL)
    return tuple(replace(topic, partitions=kafka.partitions) if topic in wide else topic for topic in topics.TOPICS)


class KafkaTeller:
    """Tells by Kafka; every call returns when the broker has acknowledged all of it."""

    def __init__(self, producer: EventProducer, prefix: str) -> None:
        self._producer, self._prefix = producer, prefix

    def dead_letters(self, letters: Sequence[tuple[DeadLetter, Headers]]) -> None:
        """To ``wire.deadletters``: the original bytes as value, our headers before those the message came with."""
        made: list[tuple[bytes | None, bytes | None, Headers]] = []
        for letter, came_with in letters:
            key, value, headers = to_message(letter)
            made.append((key, value, (*headers, *came_with)))
        self._producer.send(self._prefix + topics.DEAD_LETTERS.name, made)

    def meetings(self, documents: Sequence[tuple[str, Body | None]]) -> None:
        """To the compacted ``diplomacy.meetings``, keyed by the meeting's id; no value, which compaction clears away, for one
        that is gone."""
        made: list[tuple[bytes | None, bytes | None, Headers]] = []
        for id, body in documents:
            data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            event = Event(id.encode(), MEETING_TYPE, id, SOURCE, data, subject=id)
            made.append((event.key, None if body is None else event.body, event.headers()))
        self._producer.send(self._prefix + topics.MEETINGS.name, made)

    def alerts(self, alerts: Sequence[Alert]) -> None:
        """To ``diplomacy.alerts``; the alert's id is the idempotency key."""
        self._producer.publish(self._prefix + topics.ALERTS.name, [alert_event(alert, SOURCE) for alert in alerts])

    def close(self) -> None:
        """Give the connection back."""
        self._producer.close()


class FileTeller:
    """Tells without a server: dead letters into a file; meetings and alerts are in the store, where anybody may look."""

    def __init__(self, letters: LetterFile) -> None:
        self._letters = letters

    def dead_letters(self, letters: Sequence[tuple[DeadLetter, Headers]]) -> None:
        """Into the file, on the disk when this returns."""
        self._letters.append([letter for letter, _ in letters])

    def meetings(self, documents: Sequence[tuple[str, Body | None]]) -> None:
        """Nobody else is told."""

    def alerts(self, alerts: Sequence[Alert]) -> None:
        """Nobody else is told."""


@dataclass(frozen=True)
class KafkaTellers:
    """Makes a ``KafkaTeller``."""

    settings: KafkaSettings
    prefix: str

    def __call__(self) -> KafkaTeller:
        return KafkaTeller(EventProducer(self.settings, client_id="parley-pipeline"), self.prefix)


@dataclass(frozen=True)
class FileTellers:
    """Makes a ``FileTeller`` beside an embedded store."""

    store: Path

    def __call__(self) -> FileTeller:
        return FileTeller(LetterFile(beside(self.store)))


@dataclass(frozen=True)
class SqliteStores:
    """Opens the embedded store."""

    path: Path

    def __call__(self) -> Store:
        return SqliteStore(self.path)


@dataclass(frozen=True)
class ElasticStores:
    """Opens the Elasticsearch store."""

    settings: ElasticSettings

    def __call__(self) -> Store:
        from connectors.elastic import ElasticStore  # the client takes 0.3 s to import: only when it is wanted

        return ElasticStore(self.settings)


def elastic_settings(chosen: Elasticsearch) -> ElasticSettings:
    """The connector's settings. Raises ``Fatal`` for a secret file that cannot be read."""
    from connectors.elastic import ElasticSettings

    return ElasticSettings(
        url=chosen.url,
        prefix=chosen.prefix,
        user=chosen.username or None,
        password=secret(chosen.password, chosen.password_file, "elasticsearch.password") or None,
        api_key=secret(chosen.api_key, chosen.api_key_file, "elasticsearch.api_key") or None,
        ca_file=chosen.ca_file or None,
        request_seconds=chosen.timeout_seconds,
    )


def letters_of(refused: Sequence[Refused]) -> list[tuple[DeadLetter, Headers]]:
    """Refused items as dead letters of this engine, now, each with the headers it came with."""
    now = dt.datetime.now(dt.UTC)
    return [(one.letter(ENGINE_VERSION, now), one.item.headers) for one in refused]


class KafkaInput:
    """Batches of an article topic as raw items; see ``runners.node.Input``."""

    def __init__(self, consumer: BatchConsumer, limits: Pipeline, *, alerts: bool) -> None:
        self._consumer, self._limits, self._alerts = consumer, limits, alerts
        self._batch: list[Record] = []

    def poll(self) -> Sequence[RawItem]:
        """The next batch."""
        self._batch = self._consumer.poll(
            max_records=self._limits.max_records, max_bytes=self._limits.max_bytes, max_seconds=self._limits.max_seconds
        )
        return [RawItem(record.value, record.origin, record.headers, alerts=self._alerts) for record in self._batch]

    def commit(self) -> None:
        """Past the batch."""
        self._consumer.commit(self._batch)
        self._batch = []

    def rewind(self) -> None:
        """Back to before it."""
        self._batch = []
        self._consumer.rewind()

    def lag(self) -> int:
        """Records that wait."""
        return self._consumer.lag()

    def close(self) -> None:
        """Give the connection back."""
        self._consumer.close()


def kafka_letters(kafka: Kafka) -> Iterator[DeadLetter | Quarantine]:
    """Every dead letter on the topic, oldest first, each id once; what is none comes as ``Quarantine``."""
    # A group of its own that never commits: looking changes nothing.
    consumer = BatchConsumer(kafka_settings(kafka), kafka.topic_prefix + topics.DEAD_LETTERS.name, f"{kafka.group}-look")
    found: dict[str, DeadLetter] = {}
    try:
        while consumer.lag():
            for record in consumer.poll(max_seconds=5.0):
                try:
                    letter = from_message(record.value, record.headers)
                except ValueError as error:
                    yield Quarantine(Code.BAD_SCHEMA, f"{record.origin}: {error}")
                else:
                    found.setdefault(letter.id, letter)
    finally:
        consumer.close()
    yield from sorted(found.values(), key=lambda letter: (letter.at, letter.id))

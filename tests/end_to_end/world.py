"""A whole Parley of one test's own: its topics, its indices, its commands, on the session's real servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kafka import KafkaAdminClient

from connectors.elastic import ElasticSettings, ElasticStore
from connectors.kafka.cloudevents import article_event
from connectors.kafka.consumer import BatchConsumer, Record
from connectors.kafka.producer import EventProducer
from connectors.kafka.settings import KafkaSettings
from connectors.kafka.topics import TOPICS
from connectors.store import KINDS, Json, Kind, Store
from schemas.article import Article

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
"""Seconds that any command may take on a busy machine."""


@dataclass
class World:
    """One installation."""

    folder: Path
    name: str
    kafka: KafkaSettings
    elastic: ElasticSettings
    env: dict[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        return f"{self.name}."

    @property
    def store(self) -> ElasticStore:
        return ElasticStore(self.elastic)

    def environment(self, **more: str) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PARLEY")}
        return {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "PARLEY__KAFKA__BOOTSTRAP": self.kafka.bootstrap,
            "PARLEY__KAFKA__TOPIC_PREFIX": self.prefix,
            "PARLEY__KAFKA__GROUP": self.name,
            "PARLEY__ELASTICSEARCH__URL": self.elastic.url,
            "PARLEY__ELASTICSEARCH__PREFIX": self.elastic.prefix,
            "XDG_STATE_HOME": str(self.folder / "state"),
            **self.env,
            **more,
        }

    def start(self, *arguments: str, **env: str) -> subprocess.Popen[bytes]:
        """``parley ARGUMENTS`` in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "pipelines.cli", *arguments],
            cwd=self.folder,
            env=self.environment(**env),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def parley(self, *arguments: str, status: int = 0, **env: str) -> tuple[str, str]:
        """Run ``parley ARGUMENTS`` to its end; its output and its words. Asserts its exit status; no traceback may show."""
        process = self.start(*arguments, **env)
        try:
            out, told = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        words = told.decode()
        assert process.returncode == status, f"parley {' '.join(arguments)}: status {process.returncode}\n{words}"
        assert "Traceback" not in words
        return out.decode(), words

    def pipeline(self, *arguments: str, **env: str) -> dict[str, int]:
        """Run the pipeline until nothing is left; the counts it ends with."""
        _, words = self.parley("pipeline", "--until-idle", "1", *arguments, **env)
        return counts(words)

    def publish(self, articles: Iterable[Article], topic: str = "wire.articles") -> None:
        with EventProducer(self.kafka) as producer:
            producer.publish(self.prefix + topic, [article_event(article, "urn:parley:test") for article in articles])

    def send(self, messages: Sequence[tuple[bytes, tuple[tuple[str, bytes], ...]]], topic: str = "wire.articles") -> None:
        """Raw messages: value and headers."""
        with EventProducer(self.kafka) as producer:
            producer.send(self.prefix + topic, [(None, value, headers) for value, headers in messages])

    def records(self, topic: str) -> list[Record]:
        """Everything on a topic."""
        consumer = BatchConsumer(self.kafka, self.prefix + topic, f"{self.name}-reader")
        try:
            found: list[Record] = []
            while consumer.lag():
                found += consumer.poll(max_seconds=5)
            return found
        finally:
            consumer.close()

    def back_to_the_beginning(self) -> None:
        """Reset the pipeline's group to the earliest record, as an operator does for a replay."""
        consumer = BatchConsumer(self.kafka, self.prefix + "wire.articles", self.name)
        try:
            admin = KafkaAdminClient(bootstrap_servers=self.kafka.bootstrap)
            topic = self.prefix + "wire.articles"
            (found,) = [one for one in admin.describe_topics([topic]) if one["name"] == topic]
            admin.close()
            consumer.commit_offsets({partition["partition_index"]: 0 for partition in found["partitions"]})
        finally:
            consumer.close()

    def drop(self) -> None:
        """Leave nothing on the servers."""
        store = self.store
        store.drop()
        store.close()
        admin = KafkaAdminClient(bootstrap_servers=self.kafka.bootstrap)
        try:
            admin.delete_topics([self.prefix + topic.name for topic in TOPICS])
        finally:
            admin.close()


def counts(words: str) -> dict[str, int]:
    """The counts of a command's last line."""
    (line,) = [line for line in words.splitlines() if " received: " in line]
    received, _, rest = line.partition(" received: ")
    endings, _, alerts = rest.partition("; ")
    found = {"received": int(received), "alerts": int(alerts.split()[0])}
    for part in endings.split(", "):
        number, _, name = part.partition(" ")
        found[name] = int(number)
    return found


Snapshot = dict[Kind, dict[str, tuple[str, str]]]


def snapshot(store: Store) -> Snapshot:
    """Every document with its revision: equal snapshots mean that nothing was written in between."""
    store.refresh()
    return {kind: {one.id: (json.dumps(one.body, sort_keys=True), one.revision) for one in store.scan(kind)} for kind in KINDS}


def bodies(store: Store, kind: Kind) -> dict[str, Json]:
    """Documents without what tells only when they were written."""
    store.refresh()
    return {one.id: _timeless(dict(one.body)) for one in store.scan(kind)}


def _timeless(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key not in ("ingested", "sent", "@timestamp")}
    if isinstance(value, list):
        return [_timeless(item) for item in value]
    return value

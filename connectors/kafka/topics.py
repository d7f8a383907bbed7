"""Parley's topics and how they are made."""

from __future__ import annotations

from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors
from kafka.admin import NewTopic

from connectors.kafka.errors import kafka_errors_at
from connectors.kafka.settings import KafkaSettings
from schemas.article import MAX_ARTICLE_BYTES
from schemas.errors import Code, Fatal

MAX_MESSAGE_BYTES = MAX_ARTICLE_BYTES + 512 * 1024
"""An article, its headers and the batch around it."""
_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's settings. Partitions bound how many workers can share it."""

    name: str
    partitions: int
    compacted: bool = False
    retention_days: int = 14


ARTICLES = Topic("wire.articles", 6)
BACKFILL = Topic("wire.backfill", 6)
SEEN = Topic("wire.seen", 3, compacted=True)
DEAD_LETTERS = Topic("wire.deadletters", 3, retention_days=90)
MEETINGS = Topic("diplomacy.meetings", 3, compacted=True)
ALERTS = Topic("diplomacy.alerts", 3, retention_days=90)
TOPICS = (ARTICLES, BACKFILL, SEEN, DEAD_LETTERS, MEETINGS, ALERTS)


def ensure_topics(
    settings: KafkaSettings, *, create: bool = True, prefix: str = "", replication: int = 1, wanted: tuple[Topic, ...] = TOPICS
) -> list[str]:
    """Make what is missing; returns the names made. With ``create=False`` a missing topic is ``Fatal`` (``missing_topic``).

    ``prefix`` stands before every name, so that installations can share a cluster.
    """
    with kafka_errors_at(settings, "looking at its topics"):
        admin = KafkaAdminClient(**settings.client())
        try:
            there = set(admin.list_topics())
            missing = [topic for topic in wanted if prefix + topic.name not in there]
            if missing and not create:
                names = ", ".join(prefix + topic.name for topic in missing)
                raise Fatal(Code.MISSING_TOPIC, f"Kafka at {settings.bootstrap} has no topic {names}: run `parley setup`")
            made = []
            for topic in missing:
                try:
                    admin.create_topics([_new(topic, prefix, replication)], wait_for_metadata=True)
                except kafka_errors.TopicAlreadyExistsError:
                    continue  # another worker was quicker
                made.append(prefix + topic.name)
            return made
        finally:
            admin.close()


def _new(topic: Topic, prefix: str, replication: int) -> NewTopic:
    config = {"max.message.bytes": str(MAX_MESSAGE_BYTES)}
    if topic.compacted:
        config["cleanup.policy"] = "compact"
    else:
        config["retention.ms"] = str(topic.retention_days * _DAY_MS)
    return NewTopic(prefix + topic.name, topic.partitions, replication, topic_configs=config)

"""Bounded batches from a topic, with offsets that only the caller commits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition

from connectors.kafka.cloudevents import Headers
from connectors.kafka.errors import kafka_errors_at
from connectors.kafka.settings import KafkaSettings
from schemas.errors import Code, Fatal


@dataclass(frozen=True, slots=True)
class Record:
    """One message with where it stood."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: Headers
    timestamp: int
    """Milliseconds since 1970, by the broker or the producer."""

    @property
    def origin(self) -> str:
        """``kafka:TOPIC/PARTITION@OFFSET``."""
        return f"kafka:{self.topic}/{self.partition}@{self.offset}"


class BatchConsumer:
    """Reads the partitions of worker ``worker`` of ``workers``.

    Partitions are assigned, not subscribed to: with a subscription a restart after kill -9 stalls until the old session
    times out (50 s measured), and with assignment a replaced worker goes on at once. Two workers with one number would
    repeat each other's work; the store makes that a no-op.
    """

    def __init__(self, settings: KafkaSettings, topic: str, group: str, *, worker: int = 0, workers: int = 1) -> None:
        """Connects and goes to the committed offsets, or to the beginning where there are none."""
        self._settings, self.topic, self.group = settings, topic, group
        with kafka_errors_at(settings, f"connecting a consumer of {topic}"):
            self._consumer = KafkaConsumer(
                **settings.client(),
                group_id=group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_partition_fetch_bytes=8 << 20,
                fetch_max_wait_ms=200,
            )
            partitions = self._consumer.partitions_for_topic(topic)
            if not partitions:
                self._consumer.close()
                raise Fatal(Code.MISSING_TOPIC, f"Kafka at {settings.bootstrap} has no topic {topic}: run `parley setup`")
            self._partitions = [TopicPartition(topic, number) for number in sorted(partitions) if number % workers == worker]
            self._consumer.assign(self._partitions)
        self.rewind()

    def poll(self, *, max_records: int = 500, max_bytes: int = 16 << 20, max_seconds: float = 2.0) -> list[Record]:
        """Up to so many records and bytes, waiting up to so long; fewer as soon as the topic is drained. May be empty."""
        found: list[Record] = []
        size = 0
        deadline = time.monotonic() + max_seconds
        with kafka_errors_at(self._settings, f"reading {self.topic}"):
            while len(found) < max_records and size < max_bytes:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                polled = self._consumer.poll(timeout_ms=int(min(left, 0.2) * 1000) + 1, max_records=max_records - len(found))
                if not polled and found:
                    break
                for partition, records in polled.items():
                    for record in records:
                        value = record.value or b""
                        size += len(value)
                        headers = tuple((name, data or b"") for name, data in record.headers or ())
                        found.append(
                            Record(
                                partition.topic,
                                partition.partition,
                                record.offset,
                                record.key,
                                value,
                                headers,
                                record.timestamp,
                            )
                        )
        return found

    def commit(self, records: list[Record]) -> None:
        """Commit past these records. Raises ``Retry`` when the broker does not confirm."""
        ends: dict[int, int] = {}
        for record in records:
            ends[record.partition] = max(ends.get(record.partition, 0), record.offset + 1)
        self.commit_offsets(ends)

    def commit_offsets(self, offsets: Mapping[int, int]) -> None:
        """Commit the next offset of each partition."""
        with kafka_errors_at(self._settings, f"committing offsets of {self.group}"):
            self._consumer.commit(
                {TopicPartition(self.topic, number): OffsetAndMetadata(offset, "", -1) for number, offset in offsets.items()}
            )

    def rewind(self) -> None:
        """Go back to what is committed: the records of an abandoned batch come again."""
        with kafka_errors_at(self._settings, f"seeking in {self.topic}"):
            for partition in self._partitions:
                committed = self._consumer.committed(partition)
                offset = getattr(committed, "offset", committed)
                if offset is None or offset < 0:
                    self._consumer.seek_to_beginning(partition)
                else:
                    self._consumer.seek(partition, offset)

    def lag(self) -> int:
        """Records behind the end, by this consumer's position."""
        with kafka_errors_at(self._settings, f"asking for the end of {self.topic}"):
            ends = self._consumer.end_offsets(self._partitions)
            return sum(max(0, ends[partition] - self._consumer.position(partition)) for partition in self._partitions)

    def close(self) -> None:
        """Give the connection back; nothing is committed."""
        self._consumer.close()

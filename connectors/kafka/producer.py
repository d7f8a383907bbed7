"""The one producer: idempotent, acknowledged by all replicas, every future looked at."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from kafka import KafkaProducer
from kafka import errors as kafka_errors

from connectors.kafka.cloudevents import Event, Headers
from connectors.kafka.errors import kafka_errors_at
from connectors.kafka.settings import KafkaSettings
from connectors.kafka.topics import MAX_MESSAGE_BYTES
from schemas.errors import Code, Quarantine, Retry

_IN_FLIGHT = 500
"""Messages handed over before their acknowledgements are awaited: bounds memory to this many articles."""


class EventProducer:
    """Publishes events. Not for several threads at once."""

    def __init__(self, settings: KafkaSettings, *, client_id: str = "parley") -> None:
        """Connects. Raises ``Retry`` (``kafka_unavailable``) or ``Fatal`` (``bad_credentials``)."""
        self._settings = settings
        with kafka_errors_at(settings, "connecting a producer"):
            # Set in so many words: a conflicting setting turns idempotence off with only a log line.
            self._producer = KafkaProducer(
                **settings.client(),
                client_id=client_id,
                enable_idempotence=True,
                acks="all",
                linger_ms=5,
                max_request_size=MAX_MESSAGE_BYTES,
                max_block_ms=int(settings.timeout_seconds * 1000),
                delivery_timeout_ms=60_000,
            )

    def publish(self, topic: str, events: Sequence[Event]) -> None:
        """Send all and wait for every acknowledgement. Raises ``Retry`` unless all were acknowledged.

        One that the broker refuses as too large raises ``Quarantine`` after the others are acknowledged.
        """
        self.send(topic, [(event.key, event.body, event.headers()) for event in events])

    def send(self, topic: str, messages: Sequence[tuple[bytes | None, bytes | None, Headers]]) -> None:
        """As ``publish``, for messages that are no events (dead letters keep their bytes as they came)."""
        too_large: Quarantine | None = None
        for start in range(0, len(messages), _IN_FLIGHT):
            block = messages[start : start + _IN_FLIGHT]
            with kafka_errors_at(self._settings, f"publishing to {topic}"):
                futures = []
                for key, value, headers in block:
                    try:
                        futures.append(self._producer.send(topic, key=key, value=value, headers=list(headers)))
                    except kafka_errors.MessageSizeTooLargeError as error:
                        too_large = Quarantine(Code.TOO_LARGE, f"a message for {topic} is too large: {error}")
                self._producer.flush(timeout=60)
                for future in futures:
                    if not future.is_done:
                        raise Retry(Code.KAFKA_UNAVAILABLE, f"Kafka did not acknowledge within 60 s what was sent to {topic}")
                    if future.exception is not None:
                        raise future.exception
        if too_large is not None:
            raise too_large

    def close(self) -> None:
        """Give the connection back; what was published is already acknowledged."""
        self._producer.close(timeout=5)

    def __enter__(self) -> EventProducer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

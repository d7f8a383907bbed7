"""kafka-python's errors in Parley's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import errors as kafka_errors

from connectors.kafka.settings import KafkaSettings
from schemas.errors import Code, Fatal, Quarantine, Retry

_CREDENTIALS = (
    kafka_errors.SaslAuthenticationFailedError,
    kafka_errors.AuthorizationError,
    kafka_errors.TopicAuthorizationFailedError,
    kafka_errors.GroupAuthorizationFailedError,
    kafka_errors.ClusterAuthorizationFailedError,
)


@contextmanager
def kafka_errors_at(settings: KafkaSettings, doing: str) -> Iterator[None]:
    """Turns what kafka-python raises into ``Retry``, ``Quarantine`` or ``Fatal``. ``doing`` completes "while ..."."""
    try:
        yield
    except _CREDENTIALS as error:
        raise Fatal(
            Code.BAD_CREDENTIALS, f"Kafka at {settings.bootstrap} refused the credentials while {doing}: check kafka.username"
        ) from error
    except (kafka_errors.MessageSizeTooLargeError, kafka_errors.RecordListTooLargeError) as error:
        raise Quarantine(Code.TOO_LARGE, f"Kafka refused a message as too large while {doing}: {error}") from error
    except (kafka_errors.KafkaError, OSError) as error:
        name = type(error).__name__
        raise Retry(
            Code.KAFKA_UNAVAILABLE,
            f"Kafka at {settings.bootstrap} did not answer while {doing} ({name}): does it run? is kafka.bootstrap right?",
        ) from error

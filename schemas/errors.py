"""Errors by what to do about them: try again, set the item aside, or stop.

Every error of Parley is one of three children of one root. ``code`` comes from a closed list, so that it can label a
metric or a dead letter without unbounded cardinality; ``message`` says what happened, where, and what to do next.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """The closed list of reasons. Values are stable: they stand in dead letters, metrics and logs."""

    # Retry
    KAFKA_UNAVAILABLE = "kafka_unavailable"
    STORE_UNAVAILABLE = "store_unavailable"
    STORE_OVERLOADED = "store_overloaded"
    CONFLICT = "conflict"
    FETCH_FAILED = "fetch_failed"
    # Quarantine
    BAD_ENCODING = "bad_encoding"
    BAD_JSON = "bad_json"
    BAD_SCHEMA = "bad_schema"
    UNKNOWN_TYPE = "unknown_type"
    TOO_LARGE = "too_large"
    BAD_FEED = "bad_feed"
    UNSAFE_XML = "unsafe_xml"
    ENGINE_FAILED = "engine_failed"
    ENGINE_TIMEOUT = "engine_timeout"
    STORE_REJECTED = "store_rejected"
    FORBIDDEN_ADDRESS = "forbidden_address"
    # Fatal
    BAD_CONFIG = "bad_config"
    BAD_CREDENTIALS = "bad_credentials"
    MISSING_TOPIC = "missing_topic"
    MISSING_TEMPLATE = "missing_template"
    MISSING_MODEL = "missing_model"
    INCOMPATIBLE_STORE = "incompatible_store"
    BAD_LEXICON = "bad_lexicon"


class ParleyError(Exception):
    """The root of every error that Parley raises on purpose."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.message} [{self.code.value}]"


class Retry(ParleyError):
    """The same call may succeed later: nothing was decided about the item, and nothing may be committed past it."""


class Quarantine(ParleyError):
    """This item will never succeed as it is: it goes to the dead letters, and the rest goes on."""


class Fatal(ParleyError):
    """Nothing will succeed until a person changes something: stop, and say what."""

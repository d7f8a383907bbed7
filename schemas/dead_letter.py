"""What is kept of an item that could not be processed: who refused it, what it was, where it came from, and why."""

from __future__ import annotations

from pydantic import AwareDatetime, ConfigDict

from schemas.base import Model
from schemas.errors import Code


class DeadLetter(Model):
    """One refused item with its original bytes.

    In Kafka the bytes are the message's value and everything else stands in its headers; this model is both together.
    """

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    id: str
    """A hash of origin and bytes: the same refusal met again has the same id."""
    stage: str
    """Step of the graph or connector that refused it (who)."""
    code: Code
    """Why, from the closed list."""
    message: str
    """Why, for people; at most 1,000 characters."""
    origin: str
    """Where it came from: ``kafka:TOPIC/PARTITION@OFFSET``, ``file:NAME:LINE`` or ``feed:ID``."""
    engine: str
    """Version of Parley that refused it."""
    at: AwareDatetime
    payload: bytes
    """The original bytes (what); base64 in JSON."""

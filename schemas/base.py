"""What all models share: strict types, no surprises, one way to JSON."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """An immutable value. Types are strict (``"1"`` is no integer) and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", use_attribute_docstrings=True)

    def to_json(self) -> bytes:
        """UTF-8 JSON with every field of the contract present, ``null`` where nothing is known."""
        return self.model_dump_json(by_alias=True).encode("utf-8")


class Span(Model):
    """A stretch of a story's body, in Unicode code points, half-open: ``body[start:end] == text``."""

    start: int
    end: int
    text: str

"""A story as it came from the wire; the contract's input. Names follow IPTC ninjs 3.1, snake-cased."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from schemas.base import Model
from schemas.errors import Code, Quarantine

MAX_BODY = 2_000_000
"""Longest body accepted, in code points: 20 times the longest real wire story seen, and it bounds time and memory."""
MAX_ARTICLE_BYTES = 8 * 1024 * 1024
"""Longest JSON article accepted, in bytes; the Kafka topics are created with room for it."""

_FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def _instant(value: object) -> object:
    """RFC 3339 text only, never a number. A full date stands for that day's first instant in UTC."""
    if isinstance(value, str):
        return value + "T00:00:00Z" if _FULL_DATE.match(value) else value
    if isinstance(value, dt.datetime):
        return value
    raise ValueError("an RFC 3339 date and time is wanted, with its offset from UTC")


# Not strict: a validator that runs before makes pydantic see Python values, where JSON's text and arrays are not yet
# a datetime and a tuple.
Instant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_instant, json_schema_input_type=str)]
ShortText = Annotated[str, Field(max_length=4_096)]


class Article(Model):
    """One version of one story. Fields that Parley does not know are passed over, so that newer producers can be read."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: object) -> object:
        """Producers write ``null`` for what they do not know: that is the field's default."""
        if isinstance(value, dict):
            return {key: item for key, item in value.items() if item is not None}
        return value

    uri: Annotated[str, Field(min_length=1, max_length=2_048)]
    """Identity of the story at its provider, the same over all its versions."""
    version: Annotated[int, Field(ge=1, le=2**53)] = 1
    """The wire's own version; never a Kafka offset."""
    provider: ShortText | None = None
    """Agency or feed."""
    headline: Annotated[str, Field(max_length=10_000)] | None = None
    body: Annotated[str, Field(max_length=MAX_BODY)] = ""
    """Plain text, paragraphs parted by a blank line, dateline included where the wire had one."""
    published: Instant | None = None
    """The wire's version_created."""
    language: Annotated[str, Field(min_length=1, max_length=64)] = "en"
    """BCP 47."""
    slugline: ShortText | None = None
    ed_note: Annotated[str, Field(max_length=20_000)] | None = None
    by: ShortText | None = None
    urgency: Annotated[int, Field(ge=1, le=9)] | None = None
    """IPTC: 1 is most urgent."""
    genres: Annotated[tuple[ShortText, ...], Field(max_length=200, strict=False)] = ()
    subjects: Annotated[tuple[ShortText, ...], Field(max_length=500, strict=False)] = ()
    pub_status: Literal["usable", "withheld", "canceled"] = "usable"
    embargoed_until: Instant | None = None
    url: Annotated[str, Field(max_length=4_096)] | None = None


def read_article(data: bytes | str) -> Article:
    """One JSON object as an article.

    Raises ``Quarantine`` with ``bad_encoding``, ``bad_json``, ``bad_schema`` or ``too_large``; the message names the
    field.
    """
    if isinstance(data, str):
        data = data.encode("utf-8", "surrogatepass")
    if len(data) > MAX_ARTICLE_BYTES:
        raise Quarantine(Code.TOO_LARGE, f"the article has {len(data):,} bytes, {MAX_ARTICLE_BYTES:,} are allowed")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Quarantine(Code.BAD_ENCODING, f"not UTF-8 at byte {error.start}: send the article as UTF-8") from error
    try:
        return Article.model_validate_json(data)
    except ValidationError as error:
        raise _refusal(error) from error


def _refusal(error: ValidationError) -> Quarantine:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    first = problems[0]
    where = ".".join(str(part) for part in first["loc"]) or "the whole"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    text = f"{where}: {first['msg']}{more}"
    if first["type"] == "json_invalid":
        return Quarantine(Code.BAD_JSON, f"not a JSON object: {first['msg']}")
    if first["type"] == "string_too_long":
        return Quarantine(Code.TOO_LARGE, text)
    return Quarantine(Code.BAD_SCHEMA, text)

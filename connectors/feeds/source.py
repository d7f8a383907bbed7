"""A source as the catalogue names it, and the limits every feed is held to."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.errors import Code, Fatal


class Limits(BaseModel):
    """Hard caps. A feed past one of them costs what the cap allows and marks only itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: Annotated[int, Field(ge=1_024, le=64 << 20)] = 8 << 20
    """Of the document, after decompression."""
    items: Annotated[int, Field(ge=1, le=20_000)] = 1_000
    field_chars: Annotated[int, Field(ge=100, le=2_000_000)] = 200_000
    """Of any one text of an item."""
    connect_seconds: Annotated[float, Field(gt=0, le=120)] = 10.0
    total_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0
    redirects: Annotated[int, Field(ge=0, le=10)] = 5


class FeedSource(BaseModel):
    """One stanza of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,63}$")]
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2_048)]
    kind: Literal["rss", "atom"] = "rss"
    provider: Annotated[str, Field(min_length=1, max_length=200)]
    language: str = "en"
    address_source: str = ""
    """Where the address was found."""
    last_tried: str = ""
    """The day it was last fetched by hand (YYYY-MM-DD); empty where it never was."""
    allow_private: bool = False
    """Whether requests may reach a non-public address: for a feed on one's own network."""
    limits: Limits = Limits()


def read_catalogue(text: str, name: str) -> tuple[FeedSource, ...]:
    """The feeds of a TOML catalogue (``[[feed]]`` stanzas). Raises ``Fatal`` (``bad_config``) naming the stanza."""
    try:
        entries = tomllib.loads(text).get("feed", [])
    except tomllib.TOMLDecodeError as error:
        raise Fatal(Code.BAD_CONFIG, f"{name}: not TOML: {error}") from error
    found: list[FeedSource] = []
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        try:
            source = FeedSource.model_validate(entry)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise Fatal(Code.BAD_CONFIG, f"{name}: feed {number} ({entry.get('id', '?')}): {where}: {first['msg']}") from error
        if source.id in seen:
            raise Fatal(Code.BAD_CONFIG, f"{name}: two feeds have the id {source.id}: rename one")
        seen.add(source.id)
        found.append(source)
    return tuple(found)


def load_catalogue(path: Path | None = None) -> tuple[FeedSource, ...]:
    """The catalogue of a file, or the one that Parley ships."""
    if path is None:
        shipped = resources.files("connectors.feeds").joinpath("catalogue.toml")
        return read_catalogue(shipped.read_text("utf-8"), "the shipped catalogue")
    try:
        return read_catalogue(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise Fatal(Code.BAD_CONFIG, f"the catalogue {path} cannot be read: {error.strerror}") from error

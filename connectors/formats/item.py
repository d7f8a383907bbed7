"""One thing read from a file: an article, or the reason why it is none."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.article import Article
from schemas.errors import Quarantine


@dataclass(frozen=True, slots=True)
class Item:
    """What was read, where it stood, and its bytes (at most the first 64 KiB of one that is too large)."""

    article: Article | Quarantine
    origin: str
    """``file:NAME:LINE``."""
    raw: bytes

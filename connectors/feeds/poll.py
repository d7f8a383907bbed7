"""One sweep over many feeds: fetched side by side, published one after another, remembered last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from connectors.feeds.fetch import Fetched, fetch
from connectors.feeds.parse import parse_feed
from connectors.feeds.seen import SeenStore
from connectors.feeds.source import FeedSource
from schemas.article import Article
from schemas.errors import ParleyError, Quarantine

_SIDE_BY_SIDE = 20


@dataclass(frozen=True, slots=True)
class FeedOutcome:
    """What became of one feed in a sweep."""

    source: FeedSource
    published: int = 0
    known: int = 0
    """Items that were seen before, unchanged."""
    refused: tuple[Quarantine, ...] = ()
    unchanged: bool = False
    error: ParleyError | None = None
    raw: bytes = b""
    """The document, where it was refused as a whole."""


Publish = Callable[[FeedSource, Sequence[Article]], None]
"""Hands articles on and returns when they are safe; raises ``Retry`` when they are not."""


async def sweep(sources: Sequence[FeedSource], seen: SeenStore, publish: Publish) -> AsyncIterator[FeedOutcome]:
    """Fetch every feed once; outcomes come as feeds are done, so that a slow one holds up nobody.

    Raises what ``publish`` raises; then nothing of that feed is remembered and the next sweep brings it again.
    """
    gate = asyncio.Semaphore(_SIDE_BY_SIDE)

    async def one(source: FeedSource) -> tuple[FeedSource, Fetched]:
        async with gate:
            return source, await fetch(source, seen.memory(source.id))

    tasks = [asyncio.create_task(one(source)) for source in sources]
    try:
        for done in asyncio.as_completed(tasks):
            source, fetched = await done
            yield _take(source, fetched, seen, publish)
    finally:
        for task in tasks:
            task.cancel()


def _take(source: FeedSource, fetched: Fetched, seen: SeenStore, publish: Publish) -> FeedOutcome:
    if fetched.error is not None:
        return FeedOutcome(source, error=fetched.error)
    if fetched.data is None:
        return FeedOutcome(source, unchanged=True)
    try:
        parsed = parse_feed(fetched.data, source, fetched.content_type)
    except Quarantine as refusal:
        return FeedOutcome(source, error=refusal, raw=fetched.data)
    fresh = seen.new_versions(parsed.articles)
    if fresh:
        publish(source, fresh)
    seen.remember(source.id, fetched.memory, fresh)
    return FeedOutcome(source, len(fresh), len(parsed.articles) - len(fresh), parsed.refused)

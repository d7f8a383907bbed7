"""Sweeps over the feeds: what is new is handed on, what cannot be read becomes a dead letter, nothing is lost in between."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from connectors.feeds.poll import FeedOutcome, Publish, sweep
from connectors.feeds.seen import SeenStore
from connectors.feeds.source import FeedSource, load_catalogue
from pipelines import telemetry
from pipelines.items import RawItem, Refused
from pipelines.runners.node import Pauses
from schemas.article import Article
from schemas.errors import Code, Fatal, ParleyError, Quarantine, Retry

if TYPE_CHECKING:
    from pipelines.settings import Connect

Articles: TypeAlias = Sequence[Article]
Refusals: TypeAlias = Sequence[Refused]
Refuse = Callable[[Refusals], None]
"""Keeps refused items; returns when they are safe."""


@dataclass
class Swept:
    """What a sweep over the feeds gave."""

    published: int = 0
    known: int = 0
    failed: dict[str, ParleyError] = field(default_factory=dict)
    """Feeds that could not be fetched or read, by id."""
    refused: int = 0
    """Items and documents that became dead letters."""
    feeds: int = 0

    @property
    def nothing_reached(self) -> bool:
        """No feed at all could be fetched."""
        return self.feeds > 0 and len(self.failed) == self.feeds and all(isinstance(e, Retry) for e in self.failed.values())


def choose(connect: Connect, ids: Sequence[str] = ()) -> tuple[FeedSource, ...]:
    """The feeds of the catalogue, or those of them that are named. Raises ``Fatal`` for a name it does not hold."""
    every = load_catalogue(Path(connect.catalogue) if connect.catalogue else None)
    unknown = sorted(set(ids) - {source.id for source in every})
    if unknown:
        raise Fatal(Code.BAD_CONFIG, f"The catalogue has no feed {', '.join(unknown)}: see `parley feeds list`.")
    return tuple(source for source in every if not ids or source.id in ids)


def sweep_once(
    sources: Sequence[FeedSource],
    state: Path,
    publish: Publish,
    refuse: Refuse,
    said: Callable[[FeedOutcome], None] = lambda _: None,
) -> Swept:
    """Fetch every feed once. Raises what ``publish`` raises; then the next sweep brings the same again."""
    return asyncio.run(_sweep(sources, state, publish, refuse, said))


async def _sweep(
    sources: Sequence[FeedSource], state: Path, publish: Publish, refuse: Refuse, said: Callable[[FeedOutcome], None]
) -> Swept:
    found = Swept(feeds=len(sources))
    with closing(SeenStore(state)) as seen:
        async for outcome in sweep(sources, seen, publish):
            letters = _letters(outcome)
            refuse(letters)
            found.published += outcome.published
            found.known += outcome.known
            found.refused += len(letters)
            if outcome.error is not None:
                found.failed[outcome.source.id] = outcome.error
            said(outcome)
    return found


def _letters(outcome: FeedOutcome) -> list[Refused]:
    origin = f"feed:{outcome.source.id}"
    letters = [Refused(RawItem(b"", origin), "parse", one.code, one.message) for one in outcome.refused]
    if isinstance(outcome.error, Quarantine) and outcome.raw:
        letters.append(Refused(RawItem(outcome.raw, origin), "parse", outcome.error.code, outcome.error.message))
    return letters


def sweep_on(
    sources: Sequence[FeedSource],
    state: Path,
    publish: Publish,
    refuse: Refuse,
    *,
    every_seconds: float,
    stop: threading.Event,
    pauses: Pauses,
) -> Swept:
    """Sweep again and again until ``stop`` is set. An outage is waited out: what was not published comes again."""
    log = telemetry.logger("connect")
    total = Swept(feeds=len(sources))
    while not stop.is_set():
        wait = every_seconds * pauses.random.uniform(0.9, 1.1)
        try:
            found = sweep_once(sources, state, publish, refuse, tell)
        except Retry as error:
            wait = pauses.next()
            log.warning("sweep failed", **{"error.code": error.code.value, "error.message": error.message})
        else:
            pauses.reset()
            total.published += found.published
            total.known += found.known
            total.refused += found.refused
            total.failed = found.failed
            log.info(
                "sweep done",
                **{"parley.published": found.published, "parley.known": found.known, "parley.failed": len(found.failed)},
            )
        stop.wait(wait)
    return total


def tell(outcome: FeedOutcome) -> None:
    """A feed's trouble, in the log."""
    log = telemetry.logger("connect").bind(**{"feed.id": outcome.source.id})
    if outcome.error is not None:
        log.warning("feed failed", **{"error.code": outcome.error.code.value, "error.message": outcome.error.message})
    for refusal in outcome.refused:
        log.warning("item refused", **{"error.code": refusal.code.value, "error.message": refusal.message})

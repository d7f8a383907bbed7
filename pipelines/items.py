"""What goes through the graph, and the edges it is built from: sources, stores, and who is told."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from schemas.article import Article
from schemas.dead_letter import DeadLetter
from schemas.errors import Code, Quarantine

if TYPE_CHECKING:
    from connectors.store import Body, Store
    from schemas.alert import Alert
    from schemas.extraction import Extraction, Signal

Ending = Literal["meeting", "no_meeting", "duplicate", "held_back", "dead_letter"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)


@dataclass(frozen=True, slots=True)
class RawItem:
    """Something that was read and is not yet understood."""

    data: bytes
    """Exactly the bytes that came; they go to the dead letters if the item is refused."""
    origin: str
    """``kafka:TOPIC/PARTITION@OFFSET``, ``file:NAME:LINE`` or ``feed:ID``."""
    headers: tuple[tuple[str, bytes], ...] = ()
    article: Article | None = None
    """Set where the reader of a file or feed has understood it already."""
    refusal: Quarantine | None = None
    """Set where that reader has refused it."""
    alerts: bool = True
    """False for the backfill: the past is indexed, never told."""


@dataclass(frozen=True, slots=True)
class Work:
    """An article on its way."""

    item: RawItem
    article: Article
    signal: Signal | None = None
    promising: bool = True
    """Passed the first cut."""
    extraction: Extraction | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An item that will never succeed as it is."""

    item: RawItem
    stage: str
    code: Code
    message: str

    def letter(self, engine: str, at: dt.datetime) -> DeadLetter:
        """The dead letter. Its id comes from origin and bytes: the same refusal met again is the same letter."""
        what = self.item.data or self.message.encode("utf-8", "backslashreplace")  # a feed's item has no bytes of its own
        digest = hashlib.sha256(self.item.origin.encode("utf-8", "backslashreplace") + b"\0" + what).hexdigest()
        return DeadLetter(
            id=digest[:32],
            stage=self.stage,
            code=self.code,
            message=self.message[:1000],
            origin=self.item.origin,
            engine=engine,
            at=at,
            payload=self.item.data,
        )


class Source(Protocol):
    """Where raw items come from; bounded and picklable."""

    def splits(self) -> Sequence[str]:
        """Names of the parts, each read whole by one worker."""
        ...

    def read(self, split: str) -> Iterator[RawItem]:
        """The items of one part, in order. What cannot be read comes as an item with a ``refusal``."""
        ...


class Teller(Protocol):
    """Who is told. Every call returns only when all is safely kept, or raises ``Retry``."""

    def dead_letters(self, letters: Sequence[tuple[DeadLetter, tuple[tuple[str, bytes], ...]]]) -> None:
        """Keep refused items, each with the headers it came with."""
        ...

    def meetings(self, documents: Sequence[tuple[str, Body | None]]) -> None:
        """Meetings as they are now, by id; None for one that is gone."""
        ...

    def alerts(self, alerts: Sequence[Alert]) -> None:
        """New alerts."""
        ...


@dataclass(frozen=True)
class Edges:
    """The outside of one run. Hashable factories, so that a process opens each store and teller once for all its runs."""

    source: Source
    store: Callable[[], Store]
    teller: Callable[[], Teller]
    deliver_articles: int = 100
    run: str = ""
    """Under this name errors are handed back to the caller in the same process, unchanged by Beam."""


@dataclass
class Tally:
    """What became of the items of a run."""

    received: int = 0
    endings: dict[Ending, int] = field(default_factory=lambda: dict.fromkeys(ENDINGS, 0))
    alerts: int = 0

    @property
    def balances(self) -> bool:
        """Every item that was received ended as exactly one outcome."""
        return self.received == sum(self.endings.values())

    def add(self, other: Tally) -> None:
        self.received += other.received
        self.alerts += other.alerts
        for ending, number in other.endings.items():
            self.endings[ending] += number

"""The one graph: ``read | decode | detect | extract | resolve | index | alert``.

It is built from edges that are handed in: where raw items come from, which store is written, who is told. Embedded, node and
cluster runs differ in nothing else. Every item that is read ends as exactly one outcome, and they are counted: ``Tally``.
"""

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
NAMESPACE = "parley"
REFUSED = "refused"


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
        digest = hashlib.sha256(self.item.origin.encode("utf-8", "backslashreplace") + b"\0" + self.item.data).hexdigest()
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


_failures: dict[str, BaseException] = {}
_opened: dict[object, object] = {}


def failure_of(run: str) -> BaseException | None:
    """What a step of this run raised, taken out of the process's memory; none after a good run."""
    return _failures.pop(run, None)


def opened(factory: Callable[[], Opened]) -> Opened:
    """What a factory makes, made once a process: connections and the engine outlive a batch."""
    if factory not in _opened:
        _opened[factory] = factory()
    return cast("Opened", _opened[factory])


def close_all() -> None:
    """Close what ``opened`` has opened in this process."""
    while _opened:
        _, thing = _opened.popitem()
        close = getattr(thing, "close", None)
        if close is not None:
            close()


class _Step(beam.DoFn):  # type: ignore[misc]
    """A step of the graph. It keeps an error as it was raised, for Beam hands on only a rewritten copy."""

    def __init__(self, edges: Edges) -> None:
        self.edges = edges

    def count(self, name: str, number: int = 1) -> None:
        Metrics.counter(NAMESPACE, name).inc(number)

    def process(self, element: object) -> Iterator[object]:
        try:
            yield from self.step(element)
        except BaseException as error:
            _failures.setdefault(self.edges.run, error)
            raise

    def step(self, element: object) -> Iterator[object]:
        raise NotImplementedError

    def rest(self) -> Iterator[object]:
        """What is left over when the bundle ends."""
        return iter(())

    def finish_bundle(self) -> Iterator[WindowedValue]:
        try:
            for element in self.rest():
                yield WindowedValue(element, MIN_TIMESTAMP, [GlobalWindow()])
        except BaseException as error:
            _failures.setdefault(self.edges.run, error)
            raise


class _Read(_Step):
    """A source's part -> its items."""

    def step(self, element: str) -> Iterator[RawItem]:
        for item in self.edges.source.read(element):
            self.count("received")
            yield item


class _Decode(_Step):
    """Item -> article, or refused: the bytes are no article of a version that Parley understands."""

    def step(self, element: RawItem) -> Iterator[object]:
        refusal = element.refusal
        if refusal is None and element.article is not None:
            yield Work(element, element.article)
            return
        if refusal is None:
            try:
                yield Work(element, decode(element))
                return
            except Quarantine as error:
                refusal = error
        yield TaggedOutput(REFUSED, Refused(element, "decode", refusal.code, refusal.message))


class _Detect(_Step):
    """The cheap look at everything: what kind of message it is, and whether it can be about a meeting at all."""

    def step(self, element: Work) -> Iterator[Work]:
        yield replace(element, signal=read_signal(element.article), promising=first_cut(element.article))


class _Extract(_Step):
    """The whole analysis of what passed the first cut. A story that breaks the engine costs itself, not its batch."""

    def step(self, element: Work) -> Iterator[object]:
        try:
            extraction = opened(Engine.load).extract(element.article, triage=not element.promising)
        except (Retry, Fatal):
            raise
        except Exception as error:  # noqa: BLE001 (whatever a story can provoke must not stop the others)
            frames = traceback.extract_tb(error.__traceback__)
            at = f"{frames[-1].name} in {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "?"
            message = f"the engine failed on {element.article.uri}: {type(error).__name__}: {error} ({at}). Report the story."
            yield TaggedOutput(REFUSED, Refused(element.item, "extract", Code.ENGINE_FAILED, message))
            return
        yield replace(element, extraction=extraction)

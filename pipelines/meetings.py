"""The one graph: ``read | decode | detect | extract | resolve | index | alert``.

It is built from edges that are handed in: where raw items come from, which store is written, who is told. Embedded, node and
cluster runs differ in nothing else. Every item that is read ends as exactly one outcome, and they are counted: ``Tally``.
"""

# Beam's transforms carry no types of their own.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

import apache_beam as beam
from apache_beam.metrics.metric import Metrics
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import WindowedValue

from connectors.kafka.cloudevents import ARTICLE_TYPE, check_type
from pipelines.delivery import Delivered, Delivery
from pipelines.engine import ENGINE_VERSION, Engine
from pipelines.items import Edges, RawItem, Refused, Work
from pipelines.signals import read_signal
from pipelines.triage import first_cut
from schemas.article import Article, read_article
from schemas.errors import Code, Fatal, Quarantine, Retry

NAMESPACE = "parley"
"""Of the graph's metrics."""
REFUSED = "refused"
_Opened = TypeVar("_Opened")

_failures: dict[str, Exception] = {}
_opened: dict[object, object] = {}


def failure_of(run: str) -> Exception | None:
    """What a step of this run raised, taken out of the process's memory; none after a good run."""
    return _failures.pop(run, None)


def opened(factory: Callable[[], _Opened]) -> _Opened:
    """What a factory makes, made once a process: connections and the engine outlive a batch."""
    if factory not in _opened:
        _opened[factory] = factory()
    return cast("_Opened", _opened[factory])


def close_all() -> None:
    """Close what ``opened`` has opened in this process."""
    while _opened:
        _, thing = _opened.popitem()
        close = getattr(thing, "close", None)
        if close is not None:
            close()


class _Step(beam.DoFn):
    """A step of the graph. It keeps an error as it was raised, for Beam hands on only a rewritten copy."""

    def __init__(self, edges: Edges) -> None:
        self.edges = edges

    def count(self, name: str, number: int = 1) -> None:
        Metrics.counter(NAMESPACE, name).inc(number)

    def process(self, element: Any) -> Iterator[object]:
        try:
            yield from self.step(element)
        except Exception as error:
            _failures.setdefault(self.edges.run, error)
            raise

    def step(self, element: Any) -> Iterator[object]:
        """What the step does with one element."""
        raise NotImplementedError

    def rest(self) -> Iterator[object]:
        """What is left over when the bundle ends."""
        return iter(())

    def finish_bundle(self) -> Iterator[WindowedValue]:
        try:
            for element in self.rest():
                yield WindowedValue(element, MIN_TIMESTAMP, (GlobalWindow(),))
        except Exception as error:
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

    def step(self, element: Work) -> Iterator[object]:
        yield from _guarded("detect", element, self._look)

    def _look(self, work: Work) -> Work:
        return replace(work, signal=read_signal(work.article), promising=first_cut(work.article))


class _Extract(_Step):
    """The whole analysis of what passed the first cut."""

    def step(self, element: Work) -> Iterator[object]:
        yield from _guarded("extract", element, self._analyse)

    def _analyse(self, work: Work) -> Work:
        return replace(work, extraction=opened(Engine.load).extract(work.article, triage=not work.promising))


def _guarded(stage: str, work: Work, look: Callable[[Work], Work]) -> Iterator[object]:
    """A story that breaks the analysis costs itself, not its batch."""
    try:
        done = look(work)
    except (Retry, Fatal):
        raise
    except Exception as error:  # noqa: BLE001 (whatever a story can provoke must not stop the others)
        frames = traceback.extract_tb(error.__traceback__)
        at = f"{frames[-1].name} in {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}"
        message = f"the engine failed on {work.article.uri}: {type(error).__name__}: {error} ({at}). Report the story."
        yield TaggedOutput(REFUSED, Refused(work.item, stage, Code.ENGINE_FAILED, message))
    else:
        yield done


class _Resolve(_Step):
    """Articles -> bounded batches of them, entered into the ledgers: which meetings there are, and what is to be told."""

    def start_bundle(self) -> None:
        self.waiting: list[Work] = []

    def step(self, element: Work) -> Iterator[object]:
        # Stories of the past and of today do not share a batch: only one of them may cause alerts.
        if self.waiting and self.waiting[0].item.alerts != element.item.alerts:
            yield from self.rest()
        self.waiting.append(element)
        if len(self.waiting) >= self.edges.deliver_articles:
            yield from self.rest()

    def rest(self) -> Iterator[object]:
        if not self.waiting:
            return
        works, self.waiting = tuple(self.waiting), []
        batch = [(work.article, work.extraction) for work in works if work.extraction is not None]
        delivery = Delivery(batch, ingested=dt.datetime.now(dt.UTC), alerts_allowed=works[0].item.alerts)
        delivery.resolve(opened(self.edges.store))
        yield works, delivery


class _Index(_Step):
    """The batch's meetings, reports and quotes -> the store."""

    def step(self, element: tuple[tuple[Work, ...], Delivery]) -> Iterator[object]:
        element[1].index(opened(self.edges.store))
        yield element


class _Alert(_Step):
    """The batch's alerts -> the store's outbox and whoever is told; then the articles, as the mark that all was done."""

    def step(self, element: tuple[tuple[Work, ...], Delivery]) -> Iterator[object]:
        works, delivery = element
        answers = delivery.alert(opened(self.edges.store), self.tell)
        for work, delivered in zip(works, answers, strict=True):
            self.count("alerts", len(delivered.alerts))
            if delivered.outcome == "dead_letter":
                code = delivered.code or Code.STORE_REJECTED
                yield TaggedOutput(REFUSED, Refused(work.item, "index", code, delivered.message))
            else:
                self.count(delivered.outcome)

    def tell(self, delivered: Sequence[Delivered]) -> None:
        teller = opened(self.edges.teller)
        # Of a meeting that several stories of the batch change, the last state is all of it.
        meetings = {id: body for one in delivered for id, body in one.meetings.items()}
        teller.meetings(sorted(meetings.items()))
        teller.alerts([alert for one in delivered for alert in one.alerts])


class _DeadLetters(_Step):
    """Refused items -> whoever keeps them, before the run is done."""

    def start_bundle(self) -> None:
        self.waiting: list[Refused] = []

    def step(self, element: Refused) -> Iterator[object]:
        self.waiting.append(element)
        if len(self.waiting) >= self.edges.deliver_articles:
            yield from self.rest()

    def rest(self) -> Iterator[object]:
        if self.waiting:
            refused, self.waiting = self.waiting, []
            now = dt.datetime.now(dt.UTC)
            letters = [(one.letter(ENGINE_VERSION, now), one.item.headers) for one in refused]
            opened(self.edges.teller).dead_letters(letters)
            self.count("dead_letter", len(refused))
        yield from ()


def decode(item: RawItem) -> Article:
    """The article of a Kafka message. Raises ``Quarantine`` for another type or version, and for what is no article."""
    check_type(item.headers, ARTICLE_TYPE)
    return read_article(item.data)


def build(pipeline: beam.Pipeline, edges: Edges) -> None:
    """Put the graph on a pipeline. The labels are its documented names: metrics and logs use them."""
    items = pipeline | "splits" >> beam.Create(list(edges.source.splits()), reshuffle=False)
    items = items | "read" >> beam.ParDo(_Read(edges))
    decoded = items | "decode" >> beam.ParDo(_Decode(edges)).with_outputs(REFUSED, main="main")
    detected = decoded.main | "detect" >> beam.ParDo(_Detect(edges)).with_outputs(REFUSED, main="main")
    extracted = detected.main | "extract" >> beam.ParDo(_Extract(edges)).with_outputs(REFUSED, main="main")
    resolved = extracted.main | "resolve" >> beam.ParDo(_Resolve(edges))
    indexed = resolved | "index" >> beam.ParDo(_Index(edges))
    told = indexed | "alert" >> beam.ParDo(_Alert(edges)).with_outputs(REFUSED, main="main")
    refused = (decoded[REFUSED], detected[REFUSED], extracted[REFUSED], told[REFUSED]) | "refused" >> beam.Flatten()
    refused | "deadletters" >> beam.ParDo(_DeadLetters(edges))

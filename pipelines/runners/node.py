"""The node runner: poll a bounded batch from Kafka, run the graph on it, commit when everything has been acknowledged.

A crash or an error at any point repeats the batch and loses nothing; ids computed from content make the repeat a no-op. An
outage of Kafka or of the store is lag: the same records are tried again, with growing pauses, and memory does not grow.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from pipelines import telemetry
from schemas.errors import Retry

if TYPE_CHECKING:
    from pipelines.items import Edges, RawItem, Tally

STOP_SECONDS = 8.0
"""How long a batch may go on after a request to stop; then it is abandoned. Service managers wait 10 s before they kill."""


class Input(Protocol):
    """Where batches come from. Raises ``Retry`` when Kafka does not answer."""

    def poll(self) -> Sequence[RawItem]:
        """The next batch; empty when nothing came in the time set."""
        ...

    def commit(self) -> None:
        """What was polled is done: never deliver it again."""
        ...

    def rewind(self) -> None:
        """What was polled is not done: the next poll delivers it again."""
        ...

    def lag(self) -> int:
        """Records that wait on the broker."""
        ...


@dataclass
class Pauses:
    """Waits between attempts, in seconds: doubled each time, with full jitter so that workers do not knock together."""

    least: float
    most: float
    random: random.Random = field(default_factory=random.Random)
    _attempt: int = 0

    def next(self) -> float:
        """The next wait."""
        ceiling = min(self.most, self.least * 2.0**self._attempt)
        self._attempt = min(self._attempt + 1, 30)
        return self.least / 2 + self.random.random() * max(ceiling - self.least / 2, 0.0)

    def reset(self) -> None:
        """It worked: begin anew the next time."""
        self._attempt = 0


@dataclass
class Limits:
    """When the loop ends by itself. None: never."""

    batches: int | None = None
    idle_seconds: float | None = None


def run(
    source: Input,
    edges: Edges,
    *,
    stop: threading.Event,
    pauses: Pauses,
    limits: Limits,
) -> Tally:
    """Turn until ``stop`` is set or a limit is met; returns the counts of all batches that were committed.

    Raises ``Fatal``; a ``Retry`` is answered here, by trying again.
    """
    from pipelines.items import Tally
    from pipelines.runners import batch
    from pipelines.runners.sources import handed_in

    log = telemetry.logger("node")
    total, done, last_record = Tally(), 0, time.monotonic()
    while not stop.is_set():
        try:
            items = source.poll()
            if not items:
                if limits.idle_seconds is not None and time.monotonic() - last_record >= limits.idle_seconds:
                    log.info("idle, ending", **{"parley.batches": done})
                    break
                continue
            begun = time.monotonic()
            with handed_in(edges.source, items):
                tally = batch.run(edges)
            source.commit()
        except Retry as error:
            _again(source, error, pauses, stop)
            last_record = time.monotonic()
            continue
        pauses.reset()
        total.add(tally)
        done, last_record = done + 1, time.monotonic()
        facts = {f"parley.{ending}": number for ending, number in tally.endings.items() if number}
        log.info(
            "batch done",
            **{"parley.received": tally.received, "parley.alerts": tally.alerts, "parley.lag": _lag(source)},
            **facts,
            **{"event.duration": int((last_record - begun) * 1e9)},
        )
        if limits.batches is not None and done >= limits.batches:
            break
    return total


def _again(source: Input, error: Retry, pauses: Pauses, stop: threading.Event) -> None:
    wait = pauses.next()
    telemetry.logger("node").warning(
        "batch failed, trying again",
        **{"error.code": error.code.value, "error.message": error.message, "parley.wait": round(wait, 2)},
    )
    try:
        source.rewind()
    except Retry as second:
        telemetry.logger("node").warning("kafka does not answer", **{"error.message": second.message})
    stop.wait(wait)


def _lag(source: Input) -> int | None:
    try:
        return source.lag()
    except Retry:
        return None


@contextmanager
def stopping(seconds: float = STOP_SECONDS) -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set. A batch that does not end within ``seconds`` after it is abandoned.

    To abandon is to end the process at once: nothing of the batch was committed, so it is done again at the next start.
    """
    stop = threading.Event()

    def abandon() -> None:
        telemetry.logger("node").warning("batch abandoned: it will be done again at the next start")
        sys.stderr.flush()
        os._exit(0)

    def ask(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            return
        stop.set()
        timer = threading.Timer(seconds, abandon)
        timer.daemon = True
        timer.start()
        timers.append(timer)
        telemetry.logger("node").info("asked to stop", **{"parley.signal": signal.Signals(number).name})

    timers: list[threading.Timer] = []
    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for timer in timers:
            timer.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)

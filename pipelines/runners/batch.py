"""One bounded run of the graph in this process, on a runner named in full."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from pipelines import telemetry
from pipelines.items import Edges, Tally
from pipelines.meetings import NAMESPACE, build, failure_of

if TYPE_CHECKING:
    from apache_beam.runners.runner import PipelineResult

RUNNER = "apache_beam.runners.portability.fn_api_runner.FnApiRunner"
"""In full: `DirectRunner` would try another runner first and fall back without a word."""
_numbers = count(1)


def run(edges: Edges) -> Tally:
    """Run the graph to its end. Returns the counts; raises what a step raised, as it was raised.

    When this returns, everything is stored and every teller has acknowledged.
    """
    name = f"run-{next(_numbers)}"
    # Beam logs the traceback of an error before it raises it: the caller tells it once, in its own words.
    logging.getLogger("apache_beam").setLevel(logging.CRITICAL)
    pipeline = beam.Pipeline(options=PipelineOptions([f"--runner={RUNNER}"]))
    build(pipeline, replace(edges, run=name))
    begun = time.monotonic()
    try:
        result = pipeline.run()
        result.wait_until_finish()  # type: ignore[no-untyped-call]
    except Exception as error:
        original = failure_of(name)
        if original is not None:
            raise original from None
        raise error
    failure = failure_of(name)
    if failure is not None:
        raise failure
    if result.state != "DONE":
        raise RuntimeError(f"the run ended as {result.state}")
    tally = tally_of(result)
    log = telemetry.logger("run")
    facts = {"event.duration": int((time.monotonic() - begun) * 1e9), "parley.received": tally.received}
    if not tally.balances:
        log.error("counts do not balance", **facts, **{f"parley.{key}": value for key, value in tally.endings.items()})
    else:
        log.debug("run done", **facts)
    return tally


def tally_of(result: PipelineResult) -> Tally:
    """The counts of a finished run, from Beam's own metrics."""
    tally = Tally()
    for counter in result.metrics().query()["counters"]:  # type: ignore[no-untyped-call]
        name = counter.key.metric
        if name.namespace != NAMESPACE:
            continue
        number = int(counter.committed)
        if name.name == "received":
            tally.received += number
        elif name.name == "alerts":
            tally.alerts += number
        else:
            for ending in tally.endings:
                if name.name == ending:
                    tally.endings[ending] += number
    return tally

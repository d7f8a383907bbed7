"""``parley setup``, ``parley connect`` and ``parley pipeline``: what talks to Kafka and keeps running."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.cli import session
from pipelines.cli.exits import Exit
from pipelines.cli.output import say, table, write_json
from pipelines.cli.search import DbOption, JsonOption, StoreOption
from schemas.errors import Code, Fatal

if TYPE_CHECKING:
    from connectors.feeds.source import FeedSource
    from pipelines.items import Tally
    from pipelines.runners.feeds import Swept
    from pipelines.settings import Settings


def setup(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be made.")] = False,
    store: StoreOption = None,
    db: DbOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the store's templates and indices (or its file) and Kafka's topics. Doing it again changes nothing.

    With the embedded store no Kafka is wanted, and none is touched.
    """
    from pipelines.cli.stores import choose, open_store

    current = session.of(context)
    current.start_logging()
    settings = current.settings
    rows: list[tuple[str, str]] = []
    with open_store(settings, store, db) as opened:
        rows += [(change.action, change.name) for change in opened.setup(dry_run=dry_run)]
    if choose(settings, store, db) is None:
        rows += _topics(settings, dry_run)
    if as_json:
        for action, name in rows:
            write_json({"action": action, "name": name, "dry_run": dry_run})
        return
    table("What would be done" if dry_run else "What was done", ("", "what"), rows)


def _topics(settings: Settings, dry_run: bool) -> list[tuple[str, str]]:
    from connectors.kafka.topics import ensure_topics
    from pipelines.runners.edges import kafka_settings, topic_list

    kafka, prefix = kafka_settings(settings.kafka), settings.kafka.topic_prefix
    rows = []
    for topic in topic_list(settings.kafka):
        try:
            made = ensure_topics(
                kafka, create=not dry_run, prefix=prefix, replication=settings.kafka.replication, wanted=(topic,)
            )
        except Fatal as error:
            if error.code is not Code.MISSING_TOPIC:
                raise
            made = [prefix + topic.name]
        rows.append(("create" if made else "same", f"topic {prefix}{topic.name}"))
    return rows


def connect(
    context: typer.Context,
    feed: Annotated[list[str] | None, typer.Option(help="Only this feed of the catalogue; may be given again.")] = None,
    once: Annotated[bool, typer.Option("--once", help="One sweep over the feeds, then end.")] = False,
    catalogue: Annotated[Path | None, typer.Option(help="TOML file of the sources, instead of the one set.")] = None,
) -> None:
    """Read the feeds and publish what is new to Kafka (wire.articles), until told to stop.

    Exit status with --once: 3 if some feed failed, 4 if none could be reached.
    """
    current = session.of(context)
    current.start_logging(service=True)  # before Beam is imported, which has something to say

    from connectors.kafka import topics
    from connectors.kafka.cloudevents import article_event
    from connectors.kafka.producer import EventProducer
    from connectors.kafka.topics import ensure_topics
    from pipelines.runners import feeds
    from pipelines.runners.edges import KafkaTeller, kafka_settings, letters_of
    from pipelines.runners.node import Pauses, stopping

    settings = current.settings
    chosen = settings.connect.model_copy(update={"catalogue": str(catalogue or settings.connect.catalogue)})
    sources = feeds.choose(chosen, feed or ())
    kafka, prefix = kafka_settings(settings.kafka), settings.kafka.topic_prefix
    ensure_topics(kafka, create=False, prefix=prefix, wanted=(topics.ARTICLES, topics.DEAD_LETTERS))
    state = Path(settings.connect.state)
    with EventProducer(kafka, client_id="parley-connect") as producer:
        teller = KafkaTeller(producer, prefix)

        def publish(source: FeedSource, articles: feeds.Articles) -> None:
            events = [article_event(article, f"urn:parley:feed:{source.id}") for article in articles]
            producer.publish(prefix + topics.ARTICLES.name, events)

        def refuse(refused: feeds.Refusals) -> None:
            teller.dead_letters(letters_of(refused))

        if once:
            swept = feeds.sweep_once(sources, state, publish, refuse)
            raise typer.Exit(report_sweep(swept))
        pauses = Pauses(settings.pipeline.retry_min_seconds, settings.pipeline.retry_max_seconds)
        with stopping() as stop:
            seconds = settings.connect.every_seconds
            feeds.sweep_on(sources, state, publish, refuse, every_seconds=seconds, stop=stop, pauses=pauses)


def report_sweep(swept: Swept) -> Exit:
    """Say what a sweep gave; the exit status it comes to."""
    say(
        f"{swept.feeds} feeds: {swept.published} new or changed articles, {swept.known} known, "
        f"{len(swept.failed)} feeds failed, {swept.refused} refused items"
    )
    for name, error in sorted(swept.failed.items()):
        say(f"  {name}: {error}")
    if swept.nothing_reached:
        return Exit.UNREACHABLE
    return Exit.REFUSED if swept.failed or swept.refused else Exit.OK


def pipeline(
    context: typer.Context,
    _: Annotated[Literal["node"], typer.Option("--runner", help="node: micro-batches in this process.")] = "node",
    topic: Annotated[
        Literal["wire.articles", "wire.backfill"], typer.Option(help="What to read; from the backfill nothing is alerted.")
    ] = "wire.articles",
    store: StoreOption = None,
    db: DbOption = None,
    worker: Annotated[
        str, typer.Option(metavar="I/N", help="This is worker I of N; each reads partitions of its own.")
    ] = "1/1",
    group: Annotated[
        str | None, typer.Option(help="Consumer group instead of the one set; a new one reads everything.")
    ] = None,
    max_batches: Annotated[int | None, typer.Option(min=1, help="End after so many batches.")] = None,
    until_idle: Annotated[
        float | None, typer.Option(min=0.1, metavar="SECONDS", help="End when nothing came for so long.")
    ] = None,
) -> None:
    """Read articles from Kafka, find meetings and quotes, write the store, tell Kafka; until told to stop.

    SIGTERM ends it within 10 seconds. A crash at any point loses nothing: the batch is done again.
    """
    number, of = _worker(worker)
    current = session.of(context)
    current.start_logging(service=True)  # before Beam is imported, which has something to say

    from connectors.kafka import topics
    from connectors.kafka.consumer import BatchConsumer
    from connectors.kafka.topics import ensure_topics
    from pipelines.cli.stores import factory
    from pipelines.items import Edges
    from pipelines.meetings import close_all, opened
    from pipelines.runners import node
    from pipelines.runners.edges import KafkaInput, KafkaTellers, kafka_settings
    from pipelines.runners.sources import held

    settings = current.settings
    kafka, prefix = kafka_settings(settings.kafka), settings.kafka.topic_prefix
    with node.stopping() as stop:
        edges = Edges(held(), factory(settings, store, db), KafkaTellers(kafka, prefix), settings.pipeline.deliver_articles)
        try:
            wanted = tuple(made for made in topics.TOPICS if made is not topics.SEEN)
            ensure_topics(kafka, create=False, prefix=prefix, wanted=wanted)
            opened(edges.store).check()
            opened(edges.teller)
            consumer = BatchConsumer(kafka, prefix + topic, group or settings.kafka.group, worker=number, workers=of)
            source = KafkaInput(consumer, settings.pipeline, alerts=topic == topics.ARTICLES.name)
            try:
                pauses = node.Pauses(settings.pipeline.retry_min_seconds, settings.pipeline.retry_max_seconds)
                total = node.run(source, edges, stop=stop, pauses=pauses, limits=node.Limits(max_batches, until_idle))
            finally:
                source.close()
        finally:
            close_all()
    if not total.balances:
        say("The counts do not balance; the log says where. This is a fault of Parley.")
        raise typer.Exit(Exit.UNEXPECTED)
    say(summary(total))


def summary(total: Tally) -> str:
    """The counts in one line."""
    endings = ", ".join(f"{number} {ending.replace('_', ' ')}" for ending, number in total.endings.items())
    return f"{total.received} received: {endings}; {total.alerts} new alerts"


def _worker(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise typer.BadParameter(f"--worker {text}: two numbers like 1/2 are wanted, the first not above the second")
    return int(number) - 1, int(of)

"""The embedded way: a bounded run over files, or one sweep of the feeds, into one SQLite file. No server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.items import Edges, RawItem, Tally
from pipelines.meetings import close_all, opened
from pipelines.runners import batch
from pipelines.runners.edges import FileTellers, SqliteStores, letters_of
from pipelines.runners.sources import FileSource, handed_in, held

if TYPE_CHECKING:
    from connectors.feeds.source import FeedSource
    from pipelines.runners.feeds import Articles, Refusals, Swept
    from pipelines.settings import Connect, Pipeline


def run_files(names: Sequence[str], store: Path, limits: Pipeline, *, form: str | None = None) -> Tally:
    """All stories of the files through the graph. Makes the store if it is not there; raises ``Retry`` or ``Fatal``."""
    edges = _edges(store, limits)
    source = FileSource(tuple(names), form)
    try:
        opened(edges.store).setup()
        return batch.run(Edges(source, edges.store, edges.teller, edges.deliver_articles))
    finally:
        close_all()


def run_feeds(connect: Connect, store: Path, limits: Pipeline, ids: Sequence[str] = ()) -> tuple[Swept, Tally]:
    """One sweep over the feeds through the graph. What was seen is remembered beside the store, once it is stored."""
    from pipelines.runners import feeds

    sources = feeds.choose(connect, ids)
    edges, total = _edges(store, limits), Tally()

    def publish(source: FeedSource, articles: Articles) -> None:
        items = [RawItem(article.to_json(), f"feed:{source.id}", article=article) for article in articles]
        for start in range(0, len(items), limits.max_records):
            with handed_in(edges.source, items[start : start + limits.max_records]):
                total.add(batch.run(edges))

    def refuse(refused: Refusals) -> None:
        opened(edges.teller).dead_letters(letters_of(refused))
        total.add(Tally(received=len(refused), endings={**Tally().endings, "dead_letter": len(refused)}))

    try:
        opened(edges.store).setup()
        swept = feeds.sweep_once(sources, feed_memory(store), publish, refuse)
    finally:
        close_all()
    return swept, total


def feed_memory(store: Path) -> Path:
    """What was seen of the feeds belongs to the store it went into: ``NAME.feeds.sqlite`` beside it."""
    return store.with_name(f"{store.name}.feeds.sqlite")


def _edges(store: Path, limits: Pipeline) -> Edges:
    return Edges(held(), SqliteStores(store), FileTellers(store), limits.deliver_articles)


def run_samples(folder: Path, store: Path, limits: Pipeline) -> Tally:
    """The demo's stories, the feed first: ``feed.xml`` (RSS), ``*.jsonl`` and ``*.txt`` of a folder."""
    from connectors.feeds.parse import parse_feed
    from connectors.feeds.source import FeedSource

    feed = FeedSource(id="samples", url="https://harbourwire.example/feed.xml", provider="Harbour Wire")
    parsed = parse_feed((folder / "feed.xml").read_bytes(), feed, "application/rss+xml")
    items = [RawItem(article.to_json(), "feed:samples", article=article) for article in parsed.articles]
    files = sorted(str(path) for path in folder.iterdir() if path.suffix in (".jsonl", ".txt"))
    edges, total = _edges(store, limits), Tally()
    try:
        opened(edges.store).setup()
        with handed_in(edges.source, items):
            total.add(batch.run(edges))
        source = FileSource(tuple(files))
        total.add(batch.run(Edges(source, edges.store, edges.teller, edges.deliver_articles)))
    finally:
        close_all()
    return total

"""The store a command works on, from its options and the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.store import Store
    from pipelines.settings import Settings


def choose(settings: Settings, store: str | None = None, db: str | None = None) -> Path | None:
    """The file of the embedded store, or None for Elasticsearch."""
    if store is not None and db is not None:
        raise typer.BadParameter("give --store or --db, not both")
    if db is not None:
        return Path(db)
    if store is None:
        return Path(settings.store.path) if settings.store.use == "embedded" else None
    name, _, path = store.partition(":")
    if name == "elasticsearch" and not path:
        return None
    if name == "embedded":
        return Path(path or settings.store.path)
    raise typer.BadParameter(f"--store {store}: elasticsearch, embedded or embedded:PATH")


def factory(settings: Settings, store: str | None = None, db: str | None = None) -> Callable[[], Store]:
    """What opens the chosen store; picklable and hashable."""
    from pipelines.runners.edges import ElasticStores, SqliteStores, elastic_settings

    path = choose(settings, store, db)
    return ElasticStores(elastic_settings(settings.elasticsearch)) if path is None else SqliteStores(path)


@contextmanager
def open_store(settings: Settings, store: str | None = None, db: str | None = None) -> Iterator[Store]:
    """The chosen store, closed at the end."""
    opened = factory(settings, store, db)()
    try:
        yield opened
    finally:
        opened.close()

"""What was seen of each feed, in one SQLite file: validators for the next request, hash and version of each item."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from connectors.feeds.fetch import Memory
from connectors.feeds.parse import content_hash
from schemas.article import Article
from schemas.errors import Code, Fatal

_SCHEMA = """
create table if not exists feed (id text primary key, etag text, last_modified text) strict;
create table if not exists item (uri text primary key, hash text not null, version integer not null) strict;
"""


class SeenStore:
    """Durable memory of the pollers. Articles are remembered only after they were published: a crash repeats, never loses."""

    def __init__(self, path: Path | str) -> None:
        """Open or make the file. Raises ``Fatal`` (``bad_config``) when that fails."""
        try:
            if str(path) != ":memory:":
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=10.0, isolation_level=None)
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.executescript(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise Fatal(
                Code.BAD_CONFIG, f"the memory of seen items {path} cannot be opened: {error}: check connect.state"
            ) from error

    def memory(self, feed: str) -> Memory:
        """The validators of a feed's last fetch."""
        row = self._db.execute("select etag, last_modified from feed where id = ?", (feed,)).fetchone()
        return Memory(*row) if row else Memory()

    def new_versions(self, articles: Iterable[Article]) -> list[Article]:
        """The articles that are new or changed, each with the version that is its next."""
        found = []
        for article in articles:
            row = self._db.execute("select hash, version from item where uri = ?", (article.uri,)).fetchone()
            if row is None:
                found.append(article)
            elif row[0] != content_hash(article):
                found.append(article.model_copy(update={"version": row[1] + 1}))
        return found

    def remember(self, feed: str, memory: Memory, articles: Iterable[Article]) -> None:
        """Remember what was published, and the validators of the fetch that brought it, at once."""
        self._db.execute("begin immediate")
        try:
            self._db.executemany(
                "insert into item values (?, ?, ?) on conflict (uri) do update set hash = excluded.hash, "
                "version = excluded.version",
                [(article.uri, content_hash(article), article.version) for article in articles],
            )
            self._db.execute(
                "insert into feed values (?, ?, ?) on conflict (id) do update set etag = excluded.etag, "
                "last_modified = excluded.last_modified",
                (feed, memory.etag, memory.last_modified),
            )
            self._db.execute("commit")
        except BaseException:
            self._db.execute("rollback")
            raise

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

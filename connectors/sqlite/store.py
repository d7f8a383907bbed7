"""A ``Store`` in one SQLite file: same ids, same version rules and same documents as in Elasticsearch."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from connectors.documents import encode, fold, query_words, search_text
from connectors.sqlite import schema
from connectors.store import Body, Change, Hit, Kind, Outcome, Stored, Write
from schemas.errors import ParleyError, Quarantine

BUSY_SECONDS = 10.0
"""How long a write waits for another process's transaction; one of ours takes milliseconds."""
_ASKED_AT_ONCE = 500
_HIGHLIGHTS = 2


class SqliteStore:
    """Parley's documents in the file ``path``.

    One object may be used by several threads; several processes may read while one writes. Nothing is opened before it
    is needed, and only ``setup`` makes the file.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None

    @property
    def name(self) -> str:
        """``SQLite file PATH``."""
        return f"SQLite file {self.path}"

    def setup(self, *, dry_run: bool = False) -> list[Change]:
        """Make the file and its tables. Raises ``Fatal`` if the file is another program's or of another version."""
        if dry_run and not self.path.is_file():
            return [Change("create", f"table {name}") for name in schema.TABLES]
        if not dry_run:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                unopened = sqlite3.OperationalError(str(error))
                unopened.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
                raise schema.explain(unopened, self.path) from error
        with self._errors():
            connection = self._open(create=not dry_run)
            tables = self._tables(connection)
            if tables:
                self._check(connection, tables)
            changes = [Change("same" if name in tables else "create", f"table {name}") for name in schema.TABLES]
            if not dry_run and any(change.action == "create" for change in changes):
                with self._transaction(connection):
                    for statement in schema.TABLES.values():
                        connection.execute(statement)
                    connection.execute("INSERT OR IGNORE INTO revisions VALUES (1, 0)")
                    connection.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION}")
        return changes

    def check(self) -> None:
        """Raises ``Fatal`` if the file is missing, not Parley's or of another version, ``Retry`` if it cannot be read."""
        with self._errors():
            connection = self._open()
            self._check(connection, self._tables(connection))

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Write all in one transaction: after a crash either all of them are there or none."""
        if not writes:
            return []
        with self._errors():
            connection = self._open()
            with self._transaction(connection):
                return [self._write(connection, write) for write in writes]

    def get(self, kind: Kind, ids: Iterable[str]) -> dict[str, Stored]:
        """Documents by id."""
        found: dict[str, Stored] = {}
        with self._errors():
            connection = self._open()
            for some in _chunks(ids):
                marks = ",".join("?" * len(some))
                rows = connection.execute(
                    f"SELECT id, body, revision FROM documents WHERE kind = ? AND body IS NOT NULL AND id IN ({marks})",  # noqa: S608
                    (kind, *some),
                )
                found.update((id, Stored(id, json.loads(body), str(revision))) for id, body, revision in rows)
        return found

    def compare_and_set(self, kind: Kind, id: str, body: Body, revision: str | None) -> bool:
        """Replace the document if nobody did since ``revision``. Raises ``Quarantine`` for a body that no store can keep."""
        text = encode(id, body)
        if isinstance(text, Outcome):
            assert text.code is not None
            raise Quarantine(text.code, text.message)
        with self._errors():
            connection = self._open()
            with self._transaction(connection):
                row = connection.execute(
                    "SELECT number, version, revision, body FROM documents WHERE kind = ? AND id = ?", (kind, id)
                ).fetchone()
                exists = row is not None and row[3] is not None
                if (str(row[2]) if exists else None) != revision:
                    return False
                version = row[1] + 1 if row else 1
                self._put(connection, row[0] if row else None, Write(kind, id, body), version, text)
                return True

    def delete(self, kind: Kind, ids: Iterable[str]) -> int:
        """Delete by id; how many there were."""
        outcomes = self.write([Write(kind, id, {}, delete=True) for id in dict.fromkeys(ids)])
        return sum(outcome.result == "written" for outcome in outcomes)

    def search(self, query: str, *, kinds: Sequence[Kind] = ("meetings", "quotes"), limit: int = 20) -> list[Hit]:
        """Documents that hold every word of the query, in any form and with or without diacritics; best first."""
        words = query_words(query)
        if not words or not kinds or limit < 1:
            return []
        # Each word stands between double quotes and holds only word characters: FTS5's syntax cannot be entered.
        asked = " AND ".join(f'("{word}" OR "{fold(word)}")' for word in words)
        marks = ",".join("?" * len(kinds))
        with self._errors():
            rows = self._open().execute(
                "SELECT d.kind, d.id, d.body, -bm25(words), snippet(words, 0, '', '', '…', 24) FROM words "  # noqa: S608
                f"JOIN documents d ON d.number = words.rowid WHERE words MATCH ? AND d.kind IN ({marks}) "
                "ORDER BY bm25(words), d.kind, d.id LIMIT ?",
                (asked, *kinds, limit),
            )
            return [Hit(kind, id, score, json.loads(body), _lines(cut)) for kind, id, body, score, cut in rows]

    def scan(self, kind: Kind) -> Iterator[Stored]:
        """Every document of a kind in the order of ids; pages of 500, so that a long scan holds up no writer."""
        last = ""
        while True:
            with self._errors():
                sql = (
                    "SELECT id, body, revision FROM documents "
                    "WHERE kind = ? AND id > ? AND body IS NOT NULL ORDER BY id LIMIT ?"
                )
                rows = self._open().execute(sql, (kind, last, _ASKED_AT_ONCE)).fetchall()
            if not rows:
                return
            yield from (Stored(id, json.loads(body), str(revision)) for id, body, revision in rows)
            last = rows[-1][0]

    def count(self, kind: Kind) -> int:
        """How many documents of a kind there are."""
        with self._errors():
            sql = "SELECT count(*) FROM documents WHERE kind = ? AND body IS NOT NULL"
            return int(self._open().execute(sql, (kind,)).fetchone()[0])

    def refresh(self) -> None:
        """Nothing to do: what was written is seen at once."""

    def close(self) -> None:
        """Give back the file. The store may be used again afterwards: it is opened anew."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self, *, create: bool = False) -> sqlite3.Connection:
        if self._connection is None:
            if not create and not self.path.exists():
                raise schema.missing(self.path)
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}",
                uri=True,
                timeout=BUSY_SECONDS,
                isolation_level=None,  # transactions are begun by hand: IMMEDIATE, so that two writers never deadlock
                check_same_thread=False,
            )
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                # FULL, not NORMAL: in WAL mode NORMAL may lose the last transactions at a power cut. Parley moves on past
                # an article (commits its offset, forgets the file) once this says it is stored, so that would be a loss.
                connection.execute("PRAGMA synchronous = FULL")
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except ParleyError:
                raise
            except sqlite3.Error as error:
                raise schema.explain(error, self.path) from error

    @contextmanager
    def _transaction(self, connection: sqlite3.Connection) -> Iterator[None]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            # A full disk makes SQLite roll back by itself.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _tables(self, connection: sqlite3.Connection) -> set[str]:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def _check(self, connection: sqlite3.Connection, tables: set[str]) -> None:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        application = int(connection.execute("PRAGMA application_id").fetchone()[0])
        schema.check_version(version, application, len(tables), self.path)

    def _write(self, connection: sqlite3.Connection, write: Write) -> Outcome:
        text = encode(write.id, {} if write.delete else write.body)
        if isinstance(text, Outcome):
            return text
        row = connection.execute(
            "SELECT number, version, body IS NOT NULL FROM documents WHERE kind = ? AND id = ?", (write.kind, write.id)
        ).fetchone()
        number, stored, exists = row or (None, 0, 0)
        if write.version is not None and row is not None and write.version <= stored:
            return Outcome("stale", message=f"version {stored} is stored")
        if write.create_only and exists:
            return Outcome("exists")
        version = write.version if write.version is not None else stored + 1
        if not write.delete:
            self._put(connection, number, write, version, text)
            return Outcome("written")
        if write.version is not None:
            self._put(connection, number, write, version, None)
        elif number is not None:
            connection.execute("DELETE FROM documents WHERE number = ?", (number,))
            connection.execute("DELETE FROM words WHERE rowid = ?", (number,))
        return Outcome("written" if exists else "missing")

    def _put(self, connection: sqlite3.Connection, number: int | None, write: Write, version: int, text: str | None) -> None:
        connection.execute("UPDATE revisions SET last = last + 1")
        if number is None:
            number = connection.execute(
                "INSERT INTO documents (kind, id, version, revision, body) SELECT ?, ?, ?, last, ? FROM revisions",
                (write.kind, write.id, version, text),
            ).lastrowid
        else:
            connection.execute(
                "UPDATE documents SET version = ?, revision = (SELECT last FROM revisions), body = ? WHERE number = ?",
                (version, text, number),
            )
            connection.execute("DELETE FROM words WHERE rowid = ?", (number,))
        words = search_text(write.kind, write.body) if text is not None else ""
        if words:
            plain = set(words.lower().split())
            folded = " ".join(word for word in fold(words).split() if word not in plain)
            connection.execute("INSERT INTO words (rowid, text, folded) VALUES (?, ?, ?)", (number, words, folded))


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    every = list(dict.fromkeys(ids))
    for start in range(0, len(every), _ASKED_AT_ONCE):
        yield every[start : start + _ASKED_AT_ONCE]


def _lines(cut: str) -> tuple[str, ...]:
    return tuple(line for line in cut.split("\n") if line.strip())[:_HIGHLIGHTS]

"""The tables of the embedded store, and what SQLite's errors mean to whoever runs Parley."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from schemas.errors import Code, Fatal, ParleyError, Retry

SCHEMA_VERSION = 1
"""Kept in ``PRAGMA user_version``. Raised when a table changes; an older or newer file is refused with what to do."""
APPLICATION_ID = 0x5041524C
"""``PARL`` in ``PRAGMA application_id``: tells Parley's file from any other SQLite file."""

TABLES = {
    "documents": """
        CREATE TABLE IF NOT EXISTS documents (
            number INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            version INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            body TEXT,              -- null: deleted under a version; the row keeps older writes out
            UNIQUE (kind, id)
        ) STRICT""",
    "revisions": """
        CREATE TABLE IF NOT EXISTS revisions (only INTEGER PRIMARY KEY CHECK (only = 1), last INTEGER NOT NULL) STRICT""",
    # `folded` holds the words that unicode61 would not fold (ø, ł, ı), so that they are found without their strokes.
    "words": """
        CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (
            text, folded, tokenize = "porter unicode61 remove_diacritics 2"
        )""",
}

# Full codes are refined ones (SQLITE_BUSY_SNAPSHOT, SQLITE_IOERR_WRITE): the low byte is the kind.
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


def explain(error: sqlite3.Error, path: Path) -> ParleyError:
    """What an error of SQLite means: try again, or what a person has to change."""
    kind = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if kind in _BUSY:
        return Retry(
            Code.STORE_OVERLOADED,
            f"the store {path} is in use by another process ({error}); it is tried again. Only one `parley run` may "
            "write to a file: end the other one if there are two",
        )
    if kind == sqlite3.SQLITE_FULL:
        return Retry(Code.STORE_UNAVAILABLE, f"no space left for the store {path}: free some; nothing was lost")
    if kind in _FORBIDDEN:
        return Fatal(
            Code.BAD_CONFIG,
            f"the store {path} cannot be opened for writing ({error}): does its folder exist, and may you write there?",
        )
    if kind in _BROKEN:
        return Fatal(
            Code.INCOMPATIBLE_STORE,
            f"{path} is not a sound SQLite file ({error}): give another path, or move it away and run `parley setup`",
        )
    if "no such table" in str(error):
        return missing(path)
    return Retry(Code.STORE_UNAVAILABLE, f"the store {path} failed: {error}; check the disk it is on")


def missing(path: Path) -> Fatal:
    """The file is not there, or Parley has not set it up."""
    return Fatal(Code.MISSING_TEMPLATE, f"{path} is not set up as Parley's store: run `parley setup` first")


def check_version(found: int, application: int, tables: int, path: Path) -> None:
    """Raises ``Fatal`` unless the file is Parley's and of this version."""
    if tables == 0:
        raise missing(path)
    if application != APPLICATION_ID:
        raise Fatal(Code.INCOMPATIBLE_STORE, f"{path} is another program's SQLite file: give Parley a path of its own")
    if found > SCHEMA_VERSION:
        raise Fatal(
            Code.INCOMPATIBLE_STORE,
            f"{path} was made by a newer Parley (store version {found}, this one knows {SCHEMA_VERSION}): upgrade Parley, "
            "or give another path",
        )
    if found < SCHEMA_VERSION:
        raise Fatal(
            Code.INCOMPATIBLE_STORE,
            f"{path} was made by an older Parley (store version {found}, this one needs {SCHEMA_VERSION}): move it away and "
            "fill a new one from the articles with `parley run`",
        )

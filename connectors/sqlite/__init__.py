"""The embedded store: everything in one SQLite file."""

from connectors.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]

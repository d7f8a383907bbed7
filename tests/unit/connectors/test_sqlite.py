"""What is SQLite's own; what both stores share is in tests/contract/test_store.py."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.sqlite import SqliteStore, schema
from connectors.sqlite import store as module
from connectors.store import Write
from schemas.errors import Code, Fatal, Retry

WRITER = """
import sys
from connectors.sqlite import SqliteStore
from connectors.store import Write
store = SqliteStore(sys.argv[1])
number = 0
while True:
    batch = [Write("quotes", f"{number}-{n}", {"quote": {"text": f"batch {number} " * 20}}, version=1) for n in range(20)]
    store.write(batch)
    print(number, flush=True)
    number += 1
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "parley.db"


def made(path: Path) -> SqliteStore:
    store = SqliteStore(path)
    store.setup()
    return store


def quote(text: str = "words") -> Write:
    return Write("quotes", "q", {"quote": {"text": text}}, version=1)


def test_what_was_acknowledged_survives_kill_9_and_no_batch_is_half_there(path: Path) -> None:
    made(path).close()
    for round in range(3):
        path.unlink()
        made(path).close()
        with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged = -1
            while acknowledged < 10 + 7 * round:
                acknowledged = int(writer.stdout.readline())
            os.kill(writer.pid, signal.SIGKILL)
            rest = writer.stdout.read().split()
        acknowledged = max([acknowledged, *(int(line) for line in rest)])
        store = SqliteStore(path)
        store.check()
        ids = [document.id for document in store.scan("quotes")]
        batches = {int(id.split("-")[0]) for id in ids}
        assert set(range(acknowledged + 1)) <= batches
        assert len(ids) == 20 * len(batches)
        assert len(store.search("batch", limit=10_000)) == len(ids)
        store.write([quote()])
        store.close()


def test_a_missing_file_is_not_made_by_looking(path: Path) -> None:
    store = SqliteStore(path)
    for use in (store.check, lambda: store.count("quotes"), lambda: store.write([quote()])):
        with pytest.raises(Fatal, match="parley setup") as caught:
            use()
        assert caught.value.code is Code.MISSING_TEMPLATE
    assert store.setup(dry_run=True)
    assert not path.exists()


@pytest.mark.parametrize(
    ("version", "what"), [(schema.SCHEMA_VERSION + 1, "newer Parley"), (schema.SCHEMA_VERSION - 1, "older Parley")]
)
def test_a_file_of_another_version_is_refused_with_what_to_do(path: Path, version: int, what: str) -> None:
    made(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    store = SqliteStore(path)
    for use in (store.check, store.setup):
        with pytest.raises(Fatal, match=what) as caught:
            use()
        assert caught.value.code is Code.INCOMPATIBLE_STORE
    store.close()


def test_another_programs_file_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    store = SqliteStore(path)
    for use in (store.check, store.setup):
        with pytest.raises(Fatal, match="another program") as caught:
            use()
        assert caught.value.code is Code.INCOMPATIBLE_STORE
    store.close()


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_bytes(b"These are not the tables you are looking for. " * 100)
    store = SqliteStore(path)
    for use in (store.check, store.setup):
        with pytest.raises(Fatal, match="not a sound SQLite file") as caught:
            use()
        assert caught.value.code is Code.INCOMPATIBLE_STORE
    assert path.read_bytes().startswith(b"These are not")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Fatal, match="may you write there") as caught:
        SqliteStore(tmp_path / "file" / "parley.db").setup()
    assert caught.value.code is Code.BAD_CONFIG


def test_a_folder_in_the_files_place(tmp_path: Path) -> None:
    with pytest.raises(Fatal) as caught:
        SqliteStore(tmp_path).setup()
    assert caught.value.code is Code.BAD_CONFIG


def test_a_file_in_use_asks_for_a_retry(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    store = made(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Retry, match="in use by another process") as caught:
        store.write([quote()])
    assert caught.value.code is Code.STORE_OVERLOADED
    assert store.count("quotes") == 0
    other.execute("COMMIT")
    other.close()
    assert store.write([quote()])[0].result == "written"
    store.close()


def test_a_full_disk_asks_for_a_retry_and_loses_nothing(path: Path) -> None:
    store = made(path)
    store.write([quote("kept")])
    connection = store._open()
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 5}")
    big = [Write("articles", f"a{n}", {"article": {"body": "word " * 5000}}, version=1) for n in range(50)]
    with pytest.raises(Retry, match="no space left") as caught:
        store.write(big)
    assert caught.value.code is Code.STORE_UNAVAILABLE
    assert (store.count("articles"), store.count("quotes")) == (0, 1)
    connection.execute("PRAGMA max_page_count = 1000000")
    assert {outcome.result for outcome in store.write(big)} == {"written"}
    store.close()


def test_two_processes_worth_of_connections_see_each_other(path: Path) -> None:
    one, two = made(path), SqliteStore(path)
    one.write([quote("zebra")])
    assert [hit.id for hit in two.search("zebra")] == ["q"]
    revision = two.get("quotes", ["q"])["q"].revision
    one.compare_and_set("quotes", "q", {"quote": {"text": "okapi"}}, revision)
    assert not two.compare_and_set("quotes", "q", {"quote": {"text": "heron"}}, revision)
    one.close()
    two.close()


def test_a_closed_store_opens_again(path: Path) -> None:
    store = made(path)
    store.write([quote()])
    store.close()
    assert store.count("quotes") == 1
    store.close()


def test_writes_are_durable_before_they_return(path: Path) -> None:
    store = made(path)
    connection = store._open()
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    store.close()


def test_it_is_named_by_its_file(path: Path) -> None:
    assert SqliteStore(path).name == f"SQLite file {path}"

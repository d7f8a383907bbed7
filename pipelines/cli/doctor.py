"""``parley doctor``: what works here, what does not, and what to do about it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.cli import session
from pipelines.cli.exits import Exit, status_of
from pipelines.cli.output import console, write_json
from pipelines.cli.search import DbOption, JsonOption, StoreOption
from schemas.errors import Code, Fatal, ParleyError

if TYPE_CHECKING:
    from pipelines.settings import Settings

State = Literal["ok", "note", "wrong"]
MARKS: dict[State, tuple[str, str]] = {"ok": ("ok", "green"), "note": ("note", "yellow"), "wrong": ("WRONG", "bold red")}


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    name: str
    state: State
    text: str
    status: Exit = Exit.OK


def doctor(
    context: typer.Context,
    store: StoreOption = None,
    db: DbOption = None,
    embedded: Annotated[bool, typer.Option("--embedded", help="Look only at what the embedded way needs.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check Python, the lexicon and models, SQLite, Java, Kafka and the store; say what to do.

    Exit status: 0 all well (notes do not count), 4 a service cannot be reached, 5 something is not set up.
    """
    from pipelines.cli.stores import choose

    current = session.of(context)
    current.start_logging()
    settings = current.settings
    path = Path(settings.store.path) if embedded and not store and not db else choose(settings, store, db)
    checks: list[tuple[str, Callable[[], Finding]]] = [("Python", _python), ("engine", _engine), ("SQLite", _sqlite)]
    if path is not None:
        checks.append(("store", lambda: _file(path)))
    else:
        checks += [("Java", _java), ("Kafka", lambda: _kafka(settings)), ("Elasticsearch", lambda: _store(settings))]
    findings = [_guarded(name, check) for name, check in checks]
    if as_json:
        for finding in findings:
            write_json({"name": finding.name, "state": finding.state, "text": finding.text})
    else:
        _show(findings)
    raise typer.Exit(max((finding.status for finding in findings), default=Exit.OK))


def _show(findings: list[Finding]) -> None:
    from rich.table import Table
    from rich.text import Text

    made = Table.grid(padding=(0, 2))
    for finding in findings:
        mark, style = MARKS[finding.state]
        made.add_row(Text(mark, style=style), Text(finding.name, style="bold"), Text(finding.text))
    console().print(made)


def _guarded(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except ParleyError as error:
        return Finding(name, "wrong", error.message, status_of(error))


def _python() -> Finding:
    from importlib.metadata import version

    return Finding("Python", "ok", f"{platform.python_version()}, parley-wire {version('parley-wire')}")


def _engine() -> Finding:
    from pipelines.engine import Engine
    from schemas.article import Article

    begun = time.perf_counter()
    engine = Engine.load()
    loaded = time.perf_counter() - begun
    story = Article(
        uri="doctor:1",
        body="PARIS, May 3 - French Foreign Minister Anna Petit met Spanish Foreign Minister Luis Prado in Paris on Friday.",
    )
    found = engine.extract(story)
    if not found.meetings:
        raise Fatal(Code.BAD_LEXICON, "The lexicon was read, but a plain meeting was not found. Install Parley again.")
    info = engine.info
    return Finding("engine", "ok", f"{info.name} {info.version}, {info.model} {info.model_version}, loaded in {loaded:.1f} s")


def _sqlite() -> Finding:
    with sqlite3.connect(":memory:") as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE words USING fts5 (text)")
        except sqlite3.OperationalError as error:
            raise Fatal(
                Code.INCOMPATIBLE_STORE,
                f"SQLite {sqlite3.sqlite_version} of this Python has no full-text search ({error}): use another Python",
            ) from error
    return Finding("SQLite", "ok", f"{sqlite3.sqlite_version} with full-text search")


def _file(path: Path) -> Finding:
    from connectors.sqlite import SqliteStore

    if not path.exists():
        folder = next((one for one in (path.parent, *path.parent.parents) if one.exists()), Path())
        if not os.access(folder, os.W_OK):
            raise Fatal(Code.BAD_CONFIG, f"{path} cannot be made: {folder} may not be written. Give another path by --db")
        return Finding("store", "note", f"{path} is not there yet; `parley run --embedded` makes it")
    store = SqliteStore(path)
    try:
        store.check()
        counts = ", ".join(f"{store.count(kind):,} {kind}" for kind in ("articles", "meetings", "quotes"))
    finally:
        store.close()
    return Finding("store", "ok", f"{path}: {counts}")


def _java() -> Finding:
    """Only the local stack needs a Java; Parley itself does not."""
    homes = [os.environ.get(name) for name in ("PARLEY_JAVA_HOME", "ES_JAVA_HOME", "JAVA_HOME")]
    found = [str(Path(home) / "bin" / "java") for home in homes if home]
    found += [path for path in (shutil.which("java"),) if path]
    found += [str(path) for path in sorted(Path("/usr/lib/jvm").glob("*/bin/java"))]  # where Linux puts the ones not on PATH
    wanted = "a JDK 21 or newer is needed only for the local stack (make stack-up)"
    for java in found:
        try:
            done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20, check=True)
        except (OSError, subprocess.SubprocessError):
            continue
        match = re.search(r'version "(\d+)', done.stderr + done.stdout)
        if match and int(match[1]) >= 21:
            return Finding("Java", "ok", f"{match[1]} ({java}), for the local stack")
    return Finding("Java", "note", f"none, or too old: {wanted}; set PARLEY_JAVA_HOME if one is elsewhere")


def _kafka(settings: Settings) -> Finding:
    from connectors.kafka.topics import ensure_topics
    from pipelines.runners.edges import kafka_settings, topic_list

    wanted = topic_list(settings.kafka)
    ensure_topics(kafka_settings(settings.kafka), create=False, prefix=settings.kafka.topic_prefix, wanted=wanted)
    return Finding("Kafka", "ok", f"{settings.kafka.bootstrap}, all {len(wanted)} topics are there")


def _store(settings: Settings) -> Finding:
    from pipelines.cli.stores import open_store

    with open_store(settings, "elasticsearch") as store:
        store.check()
        counts = ", ".join(f"{store.count(kind):,} {kind}" for kind in ("articles", "meetings", "quotes"))
        return Finding("Elasticsearch", "ok", f"{store.name}: {counts}")

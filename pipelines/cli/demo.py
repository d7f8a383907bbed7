"""``parley demo``: the sample stories through the embedded way, and what they tell."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import session
from pipelines.cli.exits import Exit
from pipelines.cli.output import console, say
from schemas.errors import Code, Fatal

if TYPE_CHECKING:
    from connectors.store import Store
    from pipelines.items import Tally

DEFAULT_DB = Path(".parley/demo.sqlite")


def demo(
    context: typer.Context,
    samples: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder of the sample stories.")] = Path("samples"),
    db: Annotated[Path, typer.Option(metavar="PATH", help="The SQLite file; begun anew each time.")] = DEFAULT_DB,
) -> None:
    """Run the sample stories through the whole graph into a file, and show meetings and quotes."""
    current = session.of(context)
    current.start_logging()  # before Beam is imported, which has something to say

    from connectors.sqlite import SqliteStore
    from pipelines.runners import embedded
    from pipelines.runners.letters import beside

    if not (samples / "feed.xml").is_file():
        raise Fatal(
            Code.BAD_CONFIG, f"There are no sample stories in {samples}. Run it in Parley's checkout, or give --samples."
        )
    for old in (db, Path(f"{db}-wal"), Path(f"{db}-shm"), beside(db)):
        old.unlink(missing_ok=True)
    total = embedded.run_samples(samples, db, current.settings.pipeline)
    store = SqliteStore(db)
    try:
        _show(store, total)
    finally:
        store.close()
    say(
        "",
        "Where to look next:",
        f"  parley search --db {db} Baerbock          meetings and quotes that name her",
        "  parley extract --pretty samples/geneva.txt      one story, all that is found in it",
        "  parley extract samples/stories.jsonl            the same as JSON, one result a line",
        "  make stack-up; parley setup; parley connect; parley pipeline      the way with Kafka and Elasticsearch",
    )
    if not total.balances:
        raise typer.Exit(Exit.UNEXPECTED)


def _show(store: Store, total: Tally) -> None:
    from pipelines.cli import documents as words
    from pipelines.cli.pretty import Said, render
    from pipelines.cli.services import summary

    screen = console()
    said: dict[str, list[Said]] = defaultdict(list)
    others: list[tuple[str, Said]] = []
    for quote in sorted(
        store.scan("quotes"),
        key=lambda one: (words.text_at(one.body, "@timestamp"), int(words.text_at(one.body, "quote.start"))),
    ):
        meeting = words.text_at(quote.body, "meeting.id")
        if meeting:
            said[meeting].append(words.of_quote(quote.body))
        else:
            others.append((words.text_at(quote.body, "article.headline"), words.of_quote(quote.body)))
    meetings = [one for one in store.scan("meetings") if not words.text_at(one.body, "meeting.merged_into")]
    meetings.sort(key=lambda one: (words.text_at(one.body, "event.start") or "9", one.id))
    for number, one in enumerate(meetings, 1):
        told = words.of_meeting(one.id, one.body, said.get(one.id, ()))
        screen.rule(f"{number}", align="left", style="dim")
        screen.print(render(told))
    screen.rule("in all", align="left", style="dim")
    quotes = sum(len(own) for own in said.values())
    print(f"{len(meetings)} meetings with {quotes} quotes; {len(others)} quotes in other stories.")
    print(summary(total) + ".")

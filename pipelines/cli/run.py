"""``parley run``: the whole way in one process, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import session
from pipelines.cli.exits import Exit
from pipelines.cli.extract import Files
from pipelines.cli.output import say
from pipelines.cli.search import JsonOption


def run(
    context: typer.Context,
    files: Files = None,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="Without servers, into one SQLite file (the only way here).")
    ] = False,
    feeds: Annotated[bool, typer.Option("--feeds", help="Read one sweep of the feeds instead of files.")] = False,
    feed: Annotated[list[str] | None, typer.Option(help="Only this feed of the catalogue; may be given again.")] = None,
    catalogue: Annotated[Path | None, typer.Option(help="TOML file of the sources, instead of the one set.")] = None,
    db: Annotated[Path | None, typer.Option(metavar="PATH", help="The SQLite file; made if it is not there.")] = None,
    format: Annotated[str | None, typer.Option(help="Read every file in this format, whatever its name.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Run stories through the whole graph into one SQLite file. With Kafka and Elasticsearch: parley connect, pipeline.

    What is refused is kept beside the file (NAME.deadletters.jsonl); the exit status is then 3.
    """
    if not embedded:
        raise typer.BadParameter("say --embedded; with servers it is `parley connect` and `parley pipeline`")
    if feeds == bool(files):
        raise typer.BadParameter("name files, or say --feeds" if not files else "files or --feeds, not both")
    current = session.of(context)
    current.start_logging()  # before Beam is imported, which has something to say

    from pipelines.cli.output import write_json
    from pipelines.cli.services import report_sweep, summary
    from pipelines.runners import embedded as runner

    settings = current.settings
    path = db or Path(settings.store.path)
    status = Exit.OK
    if feeds:
        chosen = settings.connect.model_copy(update={"catalogue": str(catalogue or settings.connect.catalogue)})
        swept, total = runner.run_feeds(chosen, path, settings.pipeline, feed or ())
        status = report_sweep(swept)
    else:
        total = runner.run_files(tuple(files or ()), path, settings.pipeline, form=format)
    say(summary(total))
    if as_json:
        counts: dict[str, object] = {str(ending): number for ending, number in total.endings.items()}
        write_json({"received": total.received, **counts, "alerts": total.alerts, "db": str(path)})
    if total.endings["dead_letter"]:
        say(f"Refused items are kept: parley deadletters list --db {path}")
        status = Exit.REFUSED
    if not total.balances:
        say("The counts do not balance. This is a fault of Parley.")
        status = Exit.UNEXPECTED
    say(f'Look: parley search --db {path} "WORDS"')
    raise typer.Exit(status)

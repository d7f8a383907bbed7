"""``parley bench``: how fast it is here."""

from __future__ import annotations

import os
import platform
import resource
import time
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.extract import Files, engine, items
from pipelines.cli.output import say, table, write_json
from schemas.errors import Quarantine

app = typer.Typer(help="Measure speed on this machine.", no_args_is_help=True, rich_markup_mode=None)
SAMPLES = ("samples/stories.jsonl", "samples/geneva.txt")


@app.command()
def extract(
    files: Files = None,
    seconds: Annotated[float, typer.Option(min=0.1, help="Go over the stories again and again for this long.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Articles a second of the engine on one core: whole analysis, and with the first cut before it.

    Without files: the sample stories, of which far more are about meetings than on a real wire.
    """
    chosen = files or [name for name in SAMPLES if Path(name).is_file()]
    if not chosen:
        raise typer.BadParameter("the samples are not here: name files with stories")
    articles = [item.article for item in items(chosen) if not isinstance(item.article, Quarantine)]
    if not articles:
        raise typer.BadParameter("no story could be read from these files")
    begun = time.perf_counter()
    loaded = engine()
    found: dict[str, float | int | str] = {"load_seconds": round(time.perf_counter() - begun, 3)}
    for name, triage in (("whole", False), ("triage", True)):
        for article in articles[:50]:
            loaded.extract(article, triage=triage)
        done, characters, begun = 0, 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            for article in articles:
                loaded.extract(article, triage=triage)
                characters += len(article.body)
                done += 1
        elapsed = time.perf_counter() - begun
        found[f"{name}_articles_per_second"] = round(done / elapsed, 1)
        found[f"{name}_characters_per_second"] = round(characters / elapsed)
    found["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found["stories"] = len(articles)
    found["cores"] = os.cpu_count() or 1
    found["python"] = platform.python_version()
    if as_json:
        write_json(found)
        return
    table("parley bench extract", ("what", "figure"), ((key.replace("_", " "), f"{value}") for key, value in found.items()))
    say("One core is used. Figures of a shared machine waver: run it twice.")

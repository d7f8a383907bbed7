"""``parley extract``: the analysis alone, from files to standard output."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import session
from pipelines.cli.exits import Exit
from pipelines.cli.output import console, say, write_line
from schemas.errors import Fatal, Quarantine, Retry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connectors.formats import Item
    from pipelines.engine import Engine
    from schemas.article import Article
    from schemas.extraction import Extraction

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILE ...]", help="Stories: .jsonl, .json, .txt, wire formats. '-' is standard input."),
]


def extract(
    context: typer.Context,
    files: Files = None,
    triage: Annotated[bool, typer.Option("--triage", help="Analyse only what passes the first cut, as the pipeline.")] = False,
    pretty: Annotated[bool, typer.Option("--pretty", help="For people instead of one JSON object a line.")] = False,
    format: Annotated[str | None, typer.Option(help="Read every file in this format, whatever its name.")] = None,
) -> None:
    """Analyse stories: one result object a line, in the input's order.

    What cannot be read is told on standard error with file and line; the rest goes on, and the exit status is 3.
    """
    session.of(context)
    refused = 0
    for item in items(files, format):
        if isinstance(item.article, Quarantine):
            refused += 1
            say(f"{place(item.origin)}: {item.article}")
            continue
        result = analyse(item.article, item.origin, triage)
        if result is None:
            refused += 1
        elif pretty:
            from pipelines.cli.pretty import render_extraction

            console().print(render_extraction(result, item.article.headline))
        else:
            write_line(result.to_json())
    if refused:
        say(f"parley: {refused} input{'s' if refused > 1 else ''} could not be analysed")
        raise typer.Exit(Exit.REFUSED)


def items(files: Sequence[str] | None, form: str | None = None) -> Iterator[Item]:
    """What the files hold, in order. Without files: standard input, unless a person sits there."""
    from connectors.formats import read_items

    if not files and sys.stdin.isatty():
        raise typer.BadParameter("name at least one file, or '-' for standard input")
    for name in files or ["-"]:
        yield from read_items(name, form)


def place(origin: str) -> str:
    """``file:NAME:LINE`` as people write it."""
    return origin.removeprefix("file:")


@cache
def engine() -> Engine:
    """The engine, loaded once a process."""
    from pipelines.engine import Engine

    return Engine.load()


def analyse(article: Article, origin: str, triage: bool = False) -> Extraction | None:
    """One article's result; None, and a line on standard error, where the story breaks the engine."""
    loaded = engine()
    try:
        return loaded.extract(article, triage=triage)
    except (Retry, Fatal):
        raise
    except Exception as error:  # noqa: BLE001 (one story must not stop the others)
        say(f"{place(origin)}: the engine failed on {article.uri}: {type(error).__name__}: {error}. Report the story.")
        return None

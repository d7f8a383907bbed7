"""``parley feeds``: the catalogue of sources."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import session
from pipelines.cli.exits import Exit
from pipelines.cli.output import say, table, write_json
from pipelines.cli.search import JsonOption

if TYPE_CHECKING:
    from connectors.feeds.source import FeedSource

app = typer.Typer(help="List, check and try the feeds.", no_args_is_help=True, rich_markup_mode=None)
Catalogue = Annotated[Path | None, typer.Option(help="TOML file of the sources, instead of the one set.")]


def _sources(context: typer.Context, catalogue: Path | None) -> tuple[FeedSource, ...]:
    from connectors.feeds.source import load_catalogue

    current = session.of(context)
    chosen = catalogue or (Path(current.settings.connect.catalogue) if current.settings.connect.catalogue else None)
    return load_catalogue(chosen)


@app.command("list")
def list_(context: typer.Context, catalogue: Catalogue = None, as_json: JsonOption = False) -> None:
    """List the feeds of the catalogue."""
    sources = _sources(context, catalogue)
    if as_json:
        for source in sources:
            write_json(source.model_dump(mode="json"))
        return
    rows = [(source.id, source.provider, source.language, source.last_tried or "never", source.url) for source in sources]
    table("Feeds", ("id", "provider", "language", "tried", "address"), rows)


@app.command()
def check(context: typer.Context, catalogue: Catalogue = None) -> None:
    """Check that every stanza of the catalogue is sound. Reaches out to nothing."""
    say(f"All {len(_sources(context, catalogue))} feeds are sound.")


@app.command("try")
def try_(
    url: Annotated[str, typer.Argument(help="Address of a feed.")],
    allow_private: Annotated[bool, typer.Option("--allow-private", help="It may be on your own network.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fetch and read one feed now, under all guards; show its articles. Nothing is kept."""
    from pydantic import ValidationError

    from connectors.feeds.fetch import fetch
    from connectors.feeds.parse import parse_feed
    from connectors.feeds.source import FeedSource

    try:
        source = FeedSource(id="tried", url=url, provider="tried", allow_private=allow_private)
    except ValidationError as error:
        raise typer.BadParameter(f"{url} is no address of a feed: {error.errors()[0]['msg']}") from error
    fetched = asyncio.run(fetch(source))
    if fetched.error is not None:
        raise fetched.error
    parsed = parse_feed(fetched.data or b"", source, fetched.content_type)
    for refusal in parsed.refused:
        say(f"refused: {refusal}")
    if as_json:
        for article in parsed.articles:
            write_json(article.model_dump(mode="json"))
    else:
        rows = [(f"{one.published or ''}"[:16], one.headline or "", f"{len(one.body):,}", one.uri) for one in parsed.articles]
        table(f"{len(parsed.articles)} articles", ("published", "headline", "characters", "uri"), rows)
    if parsed.refused:
        raise typer.Exit(Exit.REFUSED)

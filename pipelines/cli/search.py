"""``parley search``: meetings and quotes, from either store."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import session
from pipelines.cli.output import say, table, write_json

if TYPE_CHECKING:
    from connectors.store import Body, Hit, Kind

StoreOption = Annotated[
    str | None, typer.Option("--store", metavar="elasticsearch|embedded[:PATH]", help="Which store; default: as set.")
]
DbOption = Annotated[str | None, typer.Option("--db", metavar="PATH", help="Short for --store embedded:PATH.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


class Searched(StrEnum):
    """What can be searched."""

    MEETINGS = "meetings"
    QUOTES = "quotes"
    ARTICLES = "articles"


KINDS: dict[Searched, Kind] = {Searched.MEETINGS: "meetings", Searched.QUOTES: "quotes", Searched.ARTICLES: "articles"}


def search(
    context: typer.Context,
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY", help="Words that all must occur: people, countries, places ...")
    ],
    store: StoreOption = None,
    db: DbOption = None,
    kind: Annotated[list[Searched] | None, typer.Option(help="Search only these; may be given again.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many of each kind.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Find meetings and quotes."""
    from pipelines.cli.stores import open_store

    current = session.of(context)
    current.start_logging()
    words = " ".join(query)
    with open_store(current.settings, store, db) as opened:
        opened.check()
        chosen = [KINDS[one] for one in kind or (Searched.MEETINGS, Searched.QUOTES)]
        found = {name: opened.search(words, kinds=(name,), limit=limit) for name in chosen}
    if as_json:
        for hits in found.values():
            for hit in hits:
                write_json({"kind": hit.kind, "id": hit.id, "score": hit.score, "highlights": hit.highlights, **dict(hit.body)})
        return
    for name, hits in found.items():
        _show(name, hits)
    if not any(found.values()):
        say(f"Nothing found for {words!r} in {opened.name}.")


def _show(kind: Kind, hits: list[Hit]) -> None:
    from pipelines.cli import documents as words

    if not hits:
        return
    if kind == "meetings":
        table("Meetings", ("when", "status", "who", "where", "stories"), (_meeting(hit.body) for hit in hits))
    elif kind == "quotes":
        table("Quotes", ("sent", "speaker", "words", "story"), (_quote(hit.body) for hit in hits))
    else:
        paths = ("event.provider", "article.headline", "article.uri")
        rows = ((_sent(hit.body), *(words.text_at(hit.body, path) for path in paths)) for hit in hits)
        table("Stories", ("sent", "provider", "headline", "uri"), rows)


def _meeting(body: Body) -> tuple[str, ...]:
    from pipelines.cli import documents as words

    where, stories = words.meeting_place(body), words.text_at(body, "report.count")
    return (words.meeting_day(body), words.text_at(body, "meeting.status"), words.people(body), where, stories)


def _quote(body: Body) -> tuple[str, ...]:
    from pipelines.cli import documents as words

    quote = words.of_quote(body)
    said = f"“{quote.text}”" if quote.marked else quote.text
    return (_sent(body), words.speaker(body), said, words.text_at(body, "article.headline"))


def _sent(body: Body) -> str:
    from pipelines.cli.documents import text_at

    return text_at(body, "@timestamp")[:10]

"""``parley deadletters``: what was refused, by whom and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import session
from pipelines.cli.output import clean, say, table, write_json
from pipelines.cli.search import DbOption, JsonOption, StoreOption
from schemas.errors import Code, Quarantine

if TYPE_CHECKING:
    from pipelines.settings import Settings
    from schemas.dead_letter import DeadLetter

app = typer.Typer(help="Look at what was refused.", no_args_is_help=True, rich_markup_mode=None)


def _letters(settings: Settings, store: str | None, db: str | None) -> Iterator[DeadLetter]:
    from pipelines.cli.stores import choose
    from pipelines.runners.edges import kafka_letters
    from pipelines.runners.letters import LetterFile, beside

    path = choose(settings, store, db)
    found = kafka_letters(settings.kafka) if path is None else LetterFile(beside(path)).read()
    for letter in found:
        if isinstance(letter, Quarantine):
            say(f"passed over: {letter}")
        else:
            yield letter


@app.command("list")
def list_(
    context: typer.Context,
    store: StoreOption = None,
    db: DbOption = None,
    code: Annotated[Code | None, typer.Option(help="Only those refused for this reason.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the dead letters of the Kafka topic, or those beside an embedded store, oldest first."""
    current = session.of(context)
    current.start_logging()
    letters = [one for one in _letters(current.settings, store, db) if code is None or one.code is code]
    if as_json:
        for letter in letters:
            write_json(letter.model_dump(mode="json"))
        return
    rows = [
        (one.id, one.at.strftime("%Y-%m-%d %H:%M:%S"), one.stage, one.code.value, one.origin, one.message) for one in letters
    ]
    if rows:
        table("Dead letters", ("id", "when", "stage", "code", "from", "why"), rows)
    else:
        say("No dead letters.")


@app.command()
def show(
    context: typer.Context,
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, or the beginning of it.")],
    store: StoreOption = None,
    db: DbOption = None,
    raw: Annotated[bool, typer.Option("--raw", help="Only the original bytes, as they came.")] = False,
) -> None:
    """Show one dead letter with what it holds."""
    current = session.of(context)
    current.start_logging()
    found = {one.id: one for one in _letters(current.settings, store, db) if one.id.startswith(letter_id)}
    if len(found) != 1:
        known = "no dead letter has" if not found else f"{len(found)} dead letters have"
        raise typer.BadParameter(f"{known} an id that begins with {letter_id}: see `parley deadletters list`")
    (letter,) = found.values()
    if raw:
        sys.stdout.buffer.write(letter.payload)
        return
    facts = letter.model_dump(mode="json", exclude={"payload"})
    table(None, ("", ""), [*((key, str(value)) for key, value in facts.items()), ("bytes", f"{len(letter.payload):,}")])
    print(clean(letter.payload[:4000].decode("utf-8", "backslashreplace")))

"""``parley config``: what is set, whether it can be, and an example of everything."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli import session
from pipelines.cli.output import say, write_json

app = typer.Typer(help="Show and check the settings.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def show(context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False) -> None:
    """Print the settings as they hold, with secrets masked and where each comes from."""
    from pipelines.settings import find_file, shown

    current = session.of(context)
    settings = current.settings
    if as_json:
        write_json(settings.model_dump(mode="json"))
        return
    file = find_file(current.config)
    print(f"# file: {file or 'none'}; the environment (PARLEY__SECTION__KEY) goes over it")
    print(shown(settings), end="")


@app.command()
def check(context: typer.Context) -> None:
    """Read the settings and the secret files; say what is wrong. Reaches out to nothing."""
    from pipelines.settings import find_file, secret

    current = session.of(context)
    settings = current.settings
    secret(settings.kafka.password, settings.kafka.password_file, "kafka.password")
    secret(settings.elasticsearch.password, settings.elasticsearch.password_file, "elasticsearch.password")
    secret(settings.elasticsearch.api_key, settings.elasticsearch.api_key_file, "elasticsearch.api_key")
    say(f"The settings are sound (file: {find_file(current.config) or 'none, defaults and environment only'}).")


@app.command("example")
def example_() -> None:
    """Print an example file: every key, its meaning and its default."""
    from pipelines.settings import example

    print(example(), end="")

"""The tree of commands. Each group is one module beside this one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Protocol

import typer

from pipelines.cli import bench, config, deadletters, demo, doctor, extract, feeds, run, schemas, search, services
from pipelines.cli.exits import MEANING
from pipelines.cli.session import Session

app = typer.Typer(
    name="parley",
    help="Reads the news wires and tells who met whom and what was said.",
    epilog=MEANING,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"parley {version('parley-wire')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Settings file, instead of the usual places.")] = None,
    log: Annotated[Literal["auto", "terminal", "json"] | None, typer.Option(help="How to log on standard error.")] = None,
    log_level: Annotated[Literal["debug", "info", "warning", "error"] | None, typer.Option(help="Least level to log.")] = None,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which this is.")] = False,
) -> None:
    """Reads the news wires and tells who met whom and what was said."""
    context.obj = Session(config, log, log_level)


app.command("extract")(extract.extract)
app.command("run")(run.run)
app.command("connect")(services.connect)
app.command("pipeline")(services.pipeline)
app.command("search")(search.search)
app.command("demo")(demo.demo)
app.command("setup")(services.setup)
app.command("doctor")(doctor.doctor)
app.add_typer(config.app, name="config")
app.add_typer(schemas.app, name="schemas")
app.add_typer(deadletters.app, name="deadletters")
app.add_typer(feeds.app, name="feeds")
app.add_typer(bench.app, name="bench")


class Command(Protocol):
    """The built command: call it with arguments; it ends by ``SystemExit`` or an error."""

    def __call__(self, *, args: Sequence[str] | None, prog_name: str) -> object: ...


def command() -> Command:
    """The whole tree as one callable, without the framework's hook on uncaught errors."""
    built: Command = typer.main.get_command(app)
    return built

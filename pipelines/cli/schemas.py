"""``parley schemas``: the JSON Schemas of what goes in and comes out, made from the models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.cli.exits import Exit
from pipelines.cli.output import say

if TYPE_CHECKING:
    from schemas.base import Model

app = typer.Typer(help="Write and check the published JSON Schemas.", no_args_is_help=True, rich_markup_mode=None)
Folder = Annotated[Path | None, typer.Argument(help="Folder of the schemas; default: where the package keeps them.")]


def published() -> Path:
    """Where the package keeps its schemas."""
    import schemas

    return Path(schemas.__path__[0]) / "published"


def render() -> dict[str, str]:
    """File name -> JSON Schema of every published model.

    The article is described as it may be written (defaults may be left out), all others as Parley writes them (every
    field present). Nothing forbids further fields: the contract lets a field be added within a version.
    """
    from schemas.alert import Alert
    from schemas.article import Article
    from schemas.dead_letter import DeadLetter
    from schemas.extraction import Extraction
    from schemas.meeting import Meeting, Participant
    from schemas.quote import Quote

    made: dict[str, str] = {"article.v1.json": _schema(Article, "article", "validation")}
    outputs: dict[str, type[Model]] = {
        "alert": Alert,
        "dead_letter": DeadLetter,
        "extraction": Extraction,
        "meeting": Meeting,
        "participant": Participant,
        "quote": Quote,
    }
    for name, model in outputs.items():
        made[f"{name}.v1.json"] = _schema(model, name, "serialization")
    return made


def _schema(model: type[Model], name: str, mode: Literal["validation", "serialization"]) -> str:
    body = model.model_json_schema(by_alias=True, mode=mode)
    _open(body)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:parley:schema:{name}:v1"}
    return json.dumps({**head, **body}, indent=2, ensure_ascii=False) + "\n"


def _open(node: object) -> None:
    if isinstance(node, dict):
        if node.get("additionalProperties") is False:
            del node["additionalProperties"]
        for value in node.values():
            _open(value)
    elif isinstance(node, list):
        for value in node:
            _open(value)


@app.command()
def write(folder: Folder = None) -> None:
    """Write the schemas from the models."""
    target = folder or published()
    target.mkdir(parents=True, exist_ok=True)
    for name, text in render().items():
        (target / name).write_text(text, encoding="utf-8")
    say(f"{len(render())} schemas are in {target}")


@app.command()
def check(folder: Folder = None) -> None:
    """Compare the published schemas with the models; exit status 5 when they differ."""
    target = folder or published()
    wanted = render()
    found = {path.name: path.read_text("utf-8") for path in target.glob("*.json")} if target.is_dir() else {}
    wrong = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    if wrong:
        say(f"These schemas in {target} differ from the models: {', '.join(wrong)}. Run: parley schemas write")
        raise typer.Exit(Exit.NOT_SET_UP)
    say(f"All {len(wanted)} schemas in {target} are as the models are.")

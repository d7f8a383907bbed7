"""What an operator can set: one TOML file, ``PARLEY__SECTION__KEY`` in the environment, secrets also from files.

Order, the first that says something wins: command line, environment, file, default. The file is the one named by
``--config`` or ``PARLEY_CONFIG``, else ``./parley.toml``, else ``parley/parley.toml`` in the user's configuration folder.
A key that Parley does not know is refused by name: a misspelt setting must not be a silent default.
"""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from schemas.errors import Code, Fatal

PREFIX = "PARLEY__"
FILE_NAME = "parley.toml"
Tree: TypeAlias = "dict[str, object]"
Seconds = Annotated[float, Field(gt=0, le=3600)]


class Section(BaseModel):
    """One table of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Kafka(Section):
    """The broker, and the names used on it."""

    bootstrap: str = "127.0.0.1:9092"
    """Brokers to begin with, `host:port`, several with commas."""
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How to talk to the broker."""
    sasl_mechanism: Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = ""
    """How to log in; empty without SASL."""
    username: str = ""
    """User for SASL."""
    password: SecretStr = SecretStr("")
    """Its password; better in `password_file` or in the environment."""
    password_file: str = ""
    """File that holds the password."""
    ca_file: str = ""
    """Certificates (PEM) that the broker's own is checked against; empty: those of the system."""
    timeout_seconds: Seconds = 5.0
    """How long a start waits for a broker."""
    topic_prefix: str = ""
    """Put before every topic's name, so that two installations can share one broker."""
    group: Annotated[str, Field(min_length=1)] = "parley"
    """Consumer group of the pipeline: its committed offsets are the place where it goes on."""
    partitions: Annotated[int, Field(ge=1, le=1000)] = 6
    """Partitions of the article topics that `parley setup` makes. More partitions, more workers side by side."""
    replication: Annotated[int, Field(ge=1, le=10)] = 1
    """Copies of each partition of topics that `parley setup` makes; 3 on a cluster."""


class Elasticsearch(Section):
    """The search cluster."""

    url: Annotated[str, Field(pattern=r"^https?://[^\s@]+$")] = "http://127.0.0.1:9200"
    """Where it answers; user and password are settings of their own, never part of the address."""
    username: str = ""
    """User; empty without security or with an API key."""
    password: SecretStr = SecretStr("")
    """The user's password; better in `password_file` or in the environment."""
    password_file: str = ""
    """File that holds the password."""
    api_key: SecretStr = SecretStr("")
    """API key (encoded form), instead of user and password."""
    api_key_file: str = ""
    """File that holds the API key."""
    ca_file: str = ""
    """Certificate (PEM) of the cluster's authority; empty: those of the system."""
    prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")] = "parley"
    """Begins the name of every index, alias and template."""
    timeout_seconds: Seconds = 30.0
    """Patience with one request."""


class StoreChoice(Section):
    """Where documents are kept."""

    use: Literal["elasticsearch", "embedded"] = "elasticsearch"
    """`elasticsearch`, or `embedded`: one SQLite file, no server."""
    path: Annotated[str, Field(min_length=1)] = ".parley/parley.sqlite"
    """The file of the embedded store."""


class Pipeline(Section):
    """The micro-batches of `parley pipeline`. Whichever limit is met first ends a batch."""

    max_records: Annotated[int, Field(ge=1, le=100_000)] = 500
    """Most records in one batch."""
    max_bytes: Annotated[int, Field(ge=1_048_576)] = 16_777_216
    """Most bytes in one batch; at least one record is always taken."""
    max_seconds: Seconds = 2.0
    """Longest wait for a batch to fill, counted from its first record."""
    deliver_articles: Annotated[int, Field(ge=1, le=5_000)] = 100
    """Articles handed to the store at once."""
    retry_min_seconds: Seconds = 0.5
    """First wait after a batch failed; doubled each time, with jitter."""
    retry_max_seconds: Seconds = 60.0
    """Longest wait between two attempts."""

    @model_validator(mode="after")
    def _ordered(self) -> Pipeline:
        if self.retry_min_seconds > self.retry_max_seconds:
            raise ValueError("retry_min_seconds must not be above retry_max_seconds")
        return self


class Connect(Section):
    """Polling the feeds."""

    catalogue: str = ""
    """TOML file of the sources; empty: the catalogue that ships with Parley."""
    state: Annotated[str, Field(min_length=1)] = ".parley/feeds.sqlite"
    """SQLite file that remembers what was seen of which feed: each item's content and version."""
    every_seconds: Annotated[float, Field(ge=5, le=86_400)] = 300.0
    """Pause between two sweeps over the feeds."""


class Log(Section):
    """What is told on standard error."""

    format: Literal["auto", "terminal", "json"] = "auto"
    """`terminal` for people, `json` for machines (Elastic Common Schema); `auto` looks whether a terminal is there."""
    level: Literal["", "debug", "info", "warning", "error"] = ""
    """Least level told; empty: `warning` for people, `info` for machines."""


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, use_attribute_docstrings=True
    )

    kafka: Kafka = Kafka()
    elasticsearch: Elasticsearch = Elasticsearch()
    store: StoreChoice = StoreChoice()
    pipeline: Pipeline = Pipeline()
    connect: Connect = Connect()
    log: Log = Log()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The environment goes over the file, which `load` hands in as initial values.
        return env_settings, init_settings


def find_file(explicit: Path | None = None, env: Mapping[str, str] = os.environ) -> Path | None:
    """The settings file to read, or none. One that is named but absent is an error (``bad_config``)."""
    named = explicit or (Path(env["PARLEY_CONFIG"]) if env.get("PARLEY_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise Fatal(Code.BAD_CONFIG, f"There is no settings file {named}. Name another by --config or PARLEY_CONFIG.")
        return named
    home = Path(env.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return next((path for path in (Path(FILE_NAME), home / "parley" / FILE_NAME) if path.is_file()), None)


def load(explicit: Path | None = None) -> Settings:
    """The settings as they hold now. Raises ``Fatal(bad_config)`` with the key, where it stands, and near matches."""
    path = find_file(explicit)
    tree: Tree = {}
    if path is not None:
        try:
            tree = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise Fatal(
                Code.BAD_CONFIG, f"The settings file {path} cannot be read: {error}. Mend it or name another."
            ) from error
    problems = [f"{path}: {_advice(parts, '.'.join(parts))}" for parts in _unknown_keys(tree)]
    problems += [_advice(_parts(name), name) for name in sorted(os.environ) if _is_unknown_variable(name)]
    if problems:
        raise Fatal(Code.BAD_CONFIG, "Unknown settings. " + "; ".join(problems))
    try:
        return Settings(**cast("dict[str, Any]", tree))
    except ValidationError as error:
        raise Fatal(Code.BAD_CONFIG, "Settings that cannot be. " + "; ".join(_problems(error, path))) from error
    except SettingsError as error:
        raise Fatal(Code.BAD_CONFIG, f"The environment cannot be read: {error}.") from error


def sections() -> dict[str, type[Section]]:
    """The tables of the file, in order."""
    found = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {name: kind for name, kind in found.items() if isinstance(kind, type) and issubclass(kind, Section)}


def example() -> str:
    """An example file: every key with its meaning and its default."""
    lines = [
        "# Every setting of Parley with its default. Made by `parley config example`; a test keeps it true.",
        "# Each can be set in the environment as well: PARLEY__KAFKA__BOOTSTRAP=broker:9092",
    ]
    for name, kind in sections().items():
        lines += ["", f"# {(kind.__doc__ or '').strip()}", f"[{name}]"]
        for key, field in kind.model_fields.items():
            default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
            lines += [f"# {field.description}", f"{key} = {_toml(default)}"]
    return "\n".join(lines) + "\n"


def shown(settings: Settings) -> str:
    """The settings as a TOML file, secrets masked, each that the environment set marked with its variable."""
    lines: list[str] = []
    for name, kind in sections().items():
        table = getattr(settings, name)
        lines += [f"[{name}]"]
        for key in kind.model_fields:
            variable = f"{PREFIX}{name}__{key}".upper()
            mark = f"  # {variable}" if variable in os.environ else ""
            lines += [f"{key} = {_toml(getattr(table, key))}{mark}"]
        lines += [""]
    return "\n".join(lines)


def secret(value: SecretStr, file: str, key: str) -> str:
    """A secret from its setting or its file (white space around cut off); empty where neither is set."""
    if not file:
        return value.get_secret_value()
    if value.get_secret_value():
        raise Fatal(Code.BAD_CONFIG, f"Both {key} and {key}_file are set. Keep one.")
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Fatal(Code.BAD_CONFIG, f"{key}_file: {file} cannot be read: {error}.") from error


def _toml(value: object) -> str:
    if isinstance(value, SecretStr):
        value = str(value)  # masked
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value)
    return repr(value)


def _unknown_keys(tree: Tree) -> Iterator[list[str]]:
    known = sections()
    for name, table in tree.items():
        if name not in known:
            yield [name]
        elif isinstance(table, dict):
            yield from ([name, key] for key in table if key not in known[name].model_fields)


def _parts(variable: str) -> list[str]:
    return variable.upper().removeprefix(PREFIX).lower().split("__")


def _is_unknown_variable(name: str) -> bool:
    if not name.upper().startswith(PREFIX):
        return False
    known, parts = sections(), _parts(name)
    return parts[0] not in known or len(parts) > 2 or (len(parts) == 2 and parts[1] not in known[parts[0]].model_fields)


def _advice(parts: list[str], shown: str) -> str:
    known = sections()
    if parts[0] not in known or len(parts) < 2:
        near, kind, names = difflib.get_close_matches(parts[0], known, n=2, cutoff=0.5), "sections", list(known)
    else:
        keys = known[parts[0]].model_fields
        near = [f"{parts[0]}.{key}" for key in difflib.get_close_matches(parts[1], keys, n=2, cutoff=0.5)]
        kind, names = f"keys of {parts[0]}", list(keys)
    meant = f"did you mean {' or '.join(near)}?" if near else f"the {kind} are {', '.join(names)}"
    return f"{shown}: {meant}"


def _problems(error: ValidationError, path: Path | None) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        parts = [str(part) for part in problem["loc"]]
        variable = PREFIX + "__".join(parts).upper()
        place = variable if variable in os.environ else f"{'.'.join(parts) or 'the whole'} in {path or 'the environment'}"
        yield f"{place}: {problem['msg']}"

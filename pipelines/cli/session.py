"""What every command shares: the options before the command's name, and the settings they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

if TYPE_CHECKING:
    from pipelines.settings import Settings


@dataclass
class Session:
    """One run of ``parley``."""

    config: Path | None = None
    log_format: Literal["auto", "terminal", "json"] | None = None
    log_level: Literal["debug", "info", "warning", "error"] | None = None

    @cached_property
    def settings(self) -> Settings:
        """The settings, read when first asked for: ``--help`` and ``extract`` need none."""
        from pipelines.settings import load

        return load(self.config)

    def start_logging(self, *, service: bool = False) -> None:
        """Begin to log as the options and settings say."""
        from pipelines.telemetry import configure

        log = self.settings.log
        configure(self.log_format or log.format, self.log_level or log.level, service=service)


def of(context: typer.Context) -> Session:
    """The session of a command."""
    session = context.find_root().obj
    if not isinstance(session, Session):
        raise TypeError("the command was called without its session")
    return session

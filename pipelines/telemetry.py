"""Logs on standard error: few and short for people, Elastic Common Schema for machines. Results go to standard output.

Logs carry no story text and no secret. ``event.action`` is a short stable word, everything that varies is a field.
"""

from __future__ import annotations

import logging
import sys
from typing import Literal, TextIO, cast

import structlog

Format = Literal["auto", "terminal", "json"]
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
BEAM_SAYS = "apitools not found"
"""Beam's complaint at import that Google's clients are missing: nothing that a user could act on."""
NOISY = ("kafka", "elastic_transport", "elasticsearch", "apache_beam", "asyncio", "aiohttp", "urllib3")


def configure(form: Format = "auto", level: str = "", *, service: bool = False, stream: TextIO | None = None) -> None:
    """Set up logging for this process. ``service``: a long-running command, whose progress is told to people, too."""
    target = stream or sys.stderr
    people = form == "terminal" or (form == "auto" and target.isatty())
    least = LEVELS[level] if level else logging.WARNING if people and not service else logging.INFO
    structlog.reset_defaults()
    renderer = structlog.dev.ConsoleRenderer(colors=people and target.isatty()) if people else _ecs()
    stamps: list[structlog.typing.Processor] = []
    if people:
        stamps = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *stamps,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(file=target),
        cache_logger_on_first_use=False,
    )
    # Libraries speak through the standard library, in the same form. Those whose every failure Parley meets and tells in its
    # own words are heard only when debugging: they would say each refused connection ten times over.
    root = logging.getLogger()
    root.handlers[:] = [_Forward()]
    root.setLevel(logging.WARNING)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING if least <= logging.DEBUG else logging.CRITICAL)


def logger(component: str) -> structlog.typing.FilteringBoundLogger:
    """A logger that names its part of Parley."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger(**{"event.dataset": f"parley.{component}"})
    return bound


def _ecs() -> structlog.typing.Processor:
    import ecs_logging

    return cast("structlog.typing.Processor", ecs_logging.StructlogFormatter())


class _Forward(logging.Handler):
    """Hands a library's record to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith(BEAM_SAYS):
            return
        target = structlog.get_logger(**{"log.logger": record.name})
        told = {"error.message": str(record.exc_info[1])} if record.exc_info else {}
        target.log(record.levelno, record.getMessage(), **told)

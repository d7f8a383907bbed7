"""The command ``parley``. Modules import what is heavy (Beam, Elasticsearch, Kafka) only when a command needs it."""

from pipelines.cli.start import main

__all__ = ["main"]

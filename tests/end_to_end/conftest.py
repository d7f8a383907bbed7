"""A world of its own for each end-to-end test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.elastic import ElasticSettings
from connectors.kafka.settings import KafkaSettings
from tests.end_to_end.world import World


@pytest.fixture
def empty_world(tmp_path: Path, unique: str, kafka_bootstrap: str, elasticsearch_url: str) -> World:
    """Real servers, nothing set up on them."""
    return World(tmp_path, unique, KafkaSettings(kafka_bootstrap), ElasticSettings(elasticsearch_url, prefix=unique))


@pytest.fixture
def world(empty_world: World) -> Iterator[World]:
    """Real servers with topics and indices of this test's own."""
    empty_world.parley("setup")
    yield empty_world
    empty_world.drop()

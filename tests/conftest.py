"""What tests of several folders share: the real servers, and names that no two tests have in common.

``PARLEY_TEST_STACK`` is for developers: ``skip`` skips the tests that need the servers, a folder uses the stack that runs there
(``python -m deploy.local.stack up --dir FOLDER``) and leaves it running. Unset, a test that needs the servers starts them in a
folder of its own, and fails if they cannot start: a test that was not run must not look like one that passed.
"""

from __future__ import annotations

import os
import re
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.stack import Stack, StackError

CHOICE = "PARLEY_TEST_STACK"


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The local stack; its servers start when ``kafka_bootstrap`` or ``elasticsearch_url`` is asked for."""
    choice = os.environ.get(CHOICE, "")
    if choice == "skip":
        pytest.skip(f"{CHOICE}=skip: no servers wanted")
    if choice:
        yield Stack(Path(choice))
        return
    with tempfile.TemporaryDirectory(prefix="parley-tests-", ignore_cleanup_errors=True) as folder:
        made = Stack(Path(folder))
        try:
            yield made
        finally:
            made.purge()


def _started(stack: Stack, name: str) -> str:
    try:
        where = stack.up([name])
    except StackError as error:
        pytest.fail(f"{name} cannot be started for the tests ({CHOICE}=skip leaves such tests out): {error}", pytrace=False)
    return where.kafka_bootstrap if name == "kafka" else where.elasticsearch_url


@pytest.fixture(scope="session")
def kafka_bootstrap(stack: Stack) -> str:
    """``host:port`` of a real broker."""
    return _started(stack, "kafka")


@pytest.fixture(scope="session")
def elasticsearch_url(stack: Stack) -> str:
    """Address of a real Elasticsearch."""
    return _started(stack, "elasticsearch")


@pytest.fixture
def unique(request: pytest.FixtureRequest) -> str:
    """A name of this test's own: a prefix for topics, indices, groups. Lower case letters, digits and hyphens."""
    plain = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:30].strip("-")
    return f"t-{plain}-{uuid.uuid4().hex[:8]}"

"""The engine as a whole: pure, bounded, and never at a loss for any text."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.engine import Engine
from pipelines.triage import first_cut
from schemas.article import Article, read_article
from tests.corpus.test_corpus import check_offsets

CORPUS = Path(__file__).parents[2] / "corpus"
WORDS = [
    "met", "Foreign", "Minister", "President", "of", "with", "“", "”", '"', "'", "said", "that", "talks", "in", "Geneva",
    "on",
    "Monday", ",", ".", "\n\n", "(AP) _", "he", "the", "Jane", "Example", "Norway", "will", "cancelled",
    "and", "—", "\u0000", "\u202e",
]  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.one_of(st.text(max_size=300), st.lists(st.sampled_from(WORDS), max_size=80).map(" ".join)),
    headline=st.text(max_size=40),
)
def test_any_text_gives_a_result_whose_spans_slice_back(engine: Engine, body: str, headline: str) -> None:
    article = Article(uri="x", body=body, headline=headline)
    check_offsets(article, engine.extract(article))


@pytest.mark.parametrize(
    "body",
    [
        "word " * 40_000,
        '"' * 5_000,
        "“" * 5_000 + "x",
        "President Ann Example met Prime Minister Bo Sample. " * 2_000,
        '"We agree," he said. ' * 5_000,
        "A" * 200_000,
        "met with and " * 15_000,
        "the minister of the minister of " * 6_000,
        "\u202eשלום\u202c " * 20_000,
    ],
    ids=range(9),
)
def test_time_is_bounded(engine: Engine, body: str) -> None:
    """Two seconds for 100 kB on an idle core; the machine is shared, so three times that is allowed."""
    article = Article(uri="x", body=body)
    started = time.process_time()
    check_offsets(article, engine.extract(article))
    assert time.process_time() - started < 6 * max(1.0, len(body) / 100_000)


def test_triage_spares_what_the_first_cut_refuses(engine: Engine) -> None:
    article = Article(uri="x", body='Cocoa prices fell. "It rained," said Bo Sample, a farmer.')
    assert not first_cut(article)
    assert engine.extract(article, triage=True).quotes == ()
    assert [quote.text for quote in engine.extract(article).quotes if quote.type == "direct"] == ["It rained,"]


def test_every_meeting_of_the_corpus_passes_the_first_cut(engine: Engine) -> None:
    articles = [read_article(path.read_bytes()) for path in CORPUS.glob("*.json") if ".expected" not in path.name]
    yes = [article for article in articles if engine.extract(article).detection.is_meeting]
    assert len(yes) >= 7
    assert all(first_cut(article) for article in yes)


def test_embargoed_stories_are_extracted_and_withheld_ones_are_not(engine: Engine) -> None:
    story = read_article((CORPUS / "held-ministers.json").read_bytes())
    withheld = story.model_copy(update={"pub_status": "withheld"})
    assert engine.extract(withheld).detection.skipped == "withheld"
    embargoed = withheld.model_copy(update={"embargoed_until": story.published})
    assert engine.extract(embargoed).detection.is_meeting


def test_no_module_of_the_pure_steps_reaches_outside() -> None:
    """Extraction sees no network, no clock and no store."""
    import pipelines.engine  # noqa: F401

    steps = [
        name
        for name in sys.modules
        if name.startswith("pipelines.") and not name.startswith(("pipelines.cli", "pipelines.runners"))
    ]
    forbidden = {"socket", "time", "aiohttp", "kafka", "elasticsearch", "sqlite3"}
    pure = (
        "people",
        "quotes",
        "encounters",
        "text",
        "marks",
        "signals",
        "dateline",
        "dates",
        "topics",
        "codes",
        "detection",
        "triage",
    )
    for name in steps:
        if name.split(".")[1] in pure:
            imported = {getattr(value, "__name__", "").split(".")[0] for value in vars(sys.modules[name]).values()}
            assert not imported & forbidden, name

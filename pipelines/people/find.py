"""Everyone in a story: names, offices, institutions, groups and unnamed people, chained from mention to mention."""

from __future__ import annotations

from datetime import date

from pipelines.annotations import Document, People
from pipelines.lexicon import Lexicon
from pipelines.people.builder import Builder
from pipelines.people.judge import again, judge
from pipelines.people.names import find_runs
from pipelines.people.offices import find_offices
from pipelines.people.result import finish
from pipelines.people.scan import scan

_THRESHOLD = 0.0
"""Log odds above which a run is taken for a personal name."""


def find_people(document: Document, lexicon: Lexicon, published: date | None = None) -> People:
    """All entities and their mentions, in the order of the text.

    ``published`` picks the office-holders of its day from the lexicon's table; without it only names that the table
    knows once are looked up. Never raises for any text; linear in its length.
    """
    words = scan(document, lexicon)
    offices = find_offices(words)
    runs = find_runs(words, offices)
    judge(words, runs)
    more = again(words, runs, offices)
    people = sorted([run for run in runs if run.score > _THRESHOLD] + more, key=lambda run: run.start)
    builder = Builder(words, lexicon, offices, people, published)
    builder.read([run for run in runs if run.score <= _THRESHOLD])
    return finish(builder.cast.drafts, words, lexicon, published)

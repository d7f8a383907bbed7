"""The first cut: which articles may be about a meeting at all. Cheap, over everything, and nearly never wrong in saying no.

Method: one multi-pattern match (Aho-Corasick) of word stems over headline and body. A story passes when it holds a word of
meeting, and a word of office or diplomacy, or when its headline names a meeting.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from ahocorasick_rs import AhoCorasick

from schemas.article import Article
from schemas.errors import Code, Fatal

_SPAN = 6_000
"""Code points of the body that are looked at: what a story is about stands at its head."""


@cache
def _matcher() -> tuple[AhoCorasick, tuple[int, ...]]:
    table = tomllib.loads(resources.files("pipelines.lexicon").joinpath("triage.toml").read_text("utf-8"))
    encounter, office = table.get("encounter"), table.get("office")
    if not encounter or not office:
        raise Fatal(Code.BAD_LEXICON, "triage.toml: the lists `encounter` and `office` are wanted")
    return AhoCorasick([*encounter, *office]), tuple([1] * len(encounter) + [2] * len(office))


def first_cut(article: Article) -> bool:
    """Whether the article must be analysed. Pure; about 10 microseconds for a wire of 2,000 characters."""
    matcher, kinds = _matcher()
    text = f" {article.headline or ''} {article.body[:_SPAN]} ".lower()
    seen = 0
    for found in matcher.find_matches_as_indexes(text, overlapping=True):
        seen |= kinds[found[0]]
        if seen == 3:
            return True
    return False

"""Words around people that tell how to read them (people_cues.toml)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from importlib import resources

from pipelines.lexicon.validate import Problems


@dataclass(frozen=True, slots=True)
class Cues:
    """Sets of words by their part in a sentence; lower case unless they stand for capitalised words."""

    country_given: frozenset[str]
    """Countries that are also given names, folded."""
    demonym_surnames: frozenset[str]
    """Demonyms and countries that are also family names."""
    given_words: frozenset[str]
    """Capitalised words that are also given names."""
    house_kinds: frozenset[str]
    """What stands before these."""
    houses: frozenset[str]
    """Words for a house of government."""
    kinds: frozenset[str]
    """Adjectives before unnamed people."""
    ministries: frozenset[str]
    """Portfolios in the names of ministries."""
    object_marks: frozenset[str]
    """Words before somebody who is not the subject of the clause."""
    parties: frozenset[str]
    """Words before a title that is no office of state."""
    press: frozenset[str]
    """Words of the news trade."""
    sides: frozenset[str]
    """Plurals that take up two parties where they are said to be two."""
    speech: frozenset[str]
    """Verbs by which institutions and unnamed people speak."""
    speech_short: frozenset[str]
    """Verbs that stand beside a speaker's name."""
    surname_titles: frozenset[str]
    """Titles that are also family names."""
    surname_words: frozenset[str]
    """Capitalised words that are also family names."""
    title_houses: frozenset[str]
    """Houses inside a title: "foreign ministry spokesman" ."""


def read_cues(problems: Problems) -> Cues:
    """The sets of people_cues.toml; a missing, empty or unknown one is noted as a problem."""
    table = tomllib.loads(resources.files("pipelines.lexicon").joinpath("people_cues.toml").read_text(encoding="utf-8"))
    wanted = [field.name for field in fields(Cues)]
    unknown = sorted(set(table) - set(wanted))
    problems.check(not unknown, "people_cues.toml", f"unknown lists: {unknown}")
    for name in wanted:
        problems.check(bool(table.get(name)), "people_cues.toml", f"{name} is missing or empty")
    return Cues(**{name: frozenset(str(word) for word in table.get(name, ())) for name in wanted})

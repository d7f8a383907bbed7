"""The words for encounters, compiled from ``meeting_words.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, cast, get_args

from schemas.errors import Code, Fatal
from schemas.meeting import Mode, Status

Form = Literal["past", "base", "present", "going", "noun"]
_STATUS_ORDER: tuple[Status, ...] = ("denied", "rejected", "cancelled", "postponed", "proposed", "planned", "ongoing")
_MODE_ORDER: tuple[Mode, ...] = ("video", "phone", "in_person")


@dataclass(frozen=True, slots=True)
class MeetingWords:
    """Patterns for triggers, status and mode."""

    triggers: re.Pattern[str]
    """One named group a form."""
    status: tuple[tuple[Status, re.Pattern[str]], ...]
    """In the order in which they are asked."""
    mode: tuple[tuple[Mode, re.Pattern[str]], ...]
    domestic: re.Pattern[str]


def _join(patterns: list[str]) -> str:
    return "|".join(patterns)


@cache
def load_meeting_words() -> MeetingWords:
    """The data file, checked. Raises ``Fatal`` (``bad_lexicon``) for a missing list or a pattern that does not compile."""
    table = tomllib.loads(resources.files("pipelines.lexicon").joinpath("meeting_words.toml").read_text("utf-8"))
    try:
        forms = {form: table["verbs"][form] for form in get_args(Form) if form != "noun"}
        forms["noun"] = table["nouns"]["meeting"]
        order = ("past", "present", "going", "base", "noun")
        triggers = re.compile(
            "|".join(rf"(?P<{form}>\b(?:{_join(sorted(forms[form], key=len, reverse=True))})\b)" for form in order), re.I
        )
        status = tuple((name, re.compile(_join(table["status"][name]), re.I)) for name in _STATUS_ORDER)
        mode = tuple((name, re.compile(_join(table["mode"][name]), re.I)) for name in _MODE_ORDER)
        domestic = re.compile(rf"\b(?:{_join(table['domestic']['heads'])})\b", re.I)
    except (KeyError, re.error) as error:
        raise Fatal(Code.BAD_LEXICON, f"meeting_words.toml: {error!r}: mend the list it names") from error
    return MeetingWords(triggers, status, mode, domestic)


def form_of(match: re.Match[str]) -> Form:
    """The form of a trigger's match."""
    return cast(Form, match.lastgroup)

"""The words that report speech, read from ``speech_verbs.toml``."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, cast, get_args

from schemas.errors import Code, Fatal
from schemas.quote import Channel

CueKind = Literal["say", "tell", "call", "raise", "report"]


@dataclass(frozen=True, slots=True)
class Speech:
    """Cue forms by what they take, and the phrases that tell a channel."""

    cues: dict[str, frozenset[CueKind]]
    """Lower-case form -> the ways it builds."""
    channels: tuple[tuple[Channel, re.Pattern[str]], ...]

    def kinds(self, word: str) -> frozenset[CueKind]:
        """The ways a word builds; empty for a word that reports nothing."""
        return self.cues.get(word, frozenset())


@cache
def load_speech() -> Speech:
    """The data file, checked. Raises ``Fatal`` (``bad_lexicon``) when a list is missing or an unknown channel stands there."""
    table = tomllib.loads(resources.files("pipelines.lexicon").joinpath("speech_verbs.toml").read_text("utf-8"))
    cues: dict[str, set[CueKind]] = {}
    for kind in get_args(CueKind):
        forms = table.get(kind)
        if not isinstance(forms, str) or not forms.split():
            raise Fatal(Code.BAD_LEXICON, f"speech_verbs.toml: the list `{kind}` is missing or empty")
        for form in forms.split():
            if not form.isalpha() or not form.islower():
                raise Fatal(Code.BAD_LEXICON, f"speech_verbs.toml: `{form}` in `{kind}` is not a lower-case word")
            cues.setdefault(form, set()).add(kind)
    channels = []
    for name, phrases in table.get("channels", {}).items():
        if name not in get_args(Channel) or not phrases:
            raise Fatal(Code.BAD_LEXICON, f"speech_verbs.toml: unknown or empty channel `{name}`")
        choice = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
        channels.append((cast(Channel, name), re.compile(rf"\b(?:{choice})s?\b")))
    return Speech({form: frozenset(kinds) for form, kinds in cues.items()}, tuple(channels))

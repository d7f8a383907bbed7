"""Cutting text into words, the same way for stories and for the lexicon's phrases."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_ABBREVIATIONS = (
    "Mr|Mrs|Ms|Messrs|Mme|Dr|Drs|Gen|Lt|Col|Maj|Brig|Capt|Sgt|Cpl|Pvt|Adm|Cmdr|Sen|Sens|Rep|Reps|Gov|Govs|Prof|Rev|Hon"
    "|St|Jr|Sr|Fr|Mgr|Sec|Ph|No|Ret|Bros|Inc|Corp|Ltd|Co"
)
WORD = re.compile(
    rf"""
      (?:[A-Z]\.){{2,}}(?=\W|$)             # U.S., U.N., D.C.
    | (?:{_ABBREVIATIONS})\.               # Mr., Gen.
    | [A-Z]\.(?=\s?[A-Z])                  # the initial of a name
    | [^\W\d_]+(?=-(?:elect|designate|nominee)\b)     # the office of a president-elect
    | [^\W\d_]+(?:[’'ʼʻ`´-][^\W\d_]+)*?(?=[’'][sS]\b)  # a word before its possessive
    | [’'][sS]\b
    | [^\W_]+(?:[’'ʼʻ\-–/&+.](?=[^\W_])[^\W_]+)*\+?
    | \S
    """,
    re.VERBOSE,
)
"""One word, possessive ending or mark. Every character that is not white space belongs to exactly one match."""


def cut(text: str) -> Iterator[re.Match[str]]:
    """The words and marks of a text, in order."""
    return WORD.finditer(text)


def plain(word: str) -> str:
    """A word as phrases are compared by it: without stops, curly apostrophes made straight."""
    if "." in word and len(word) > 1:
        word = word.replace(".", "")
    if "’" in word:
        word = word.replace("’", "'")
    return word


def phrase(text: str) -> tuple[str, ...]:
    """A listed phrase as a row of plain words."""
    return tuple(plain(match.group()) for match in cut(text))


_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ə": "a",
        "’": "'",
        "ʼ": "'",
        "`": "'",
    }
)


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """Lower case without diacritics."""
    text = text.lower()
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(char for char in parts if not unicodedata.combining(char))


# One sound, one spelling: how the usual romanizations of Cyrillic, Arabic, Persian and Greek differ, and no list of people.
_SOUNDS = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"[^a-z]", ""),
        (r"ck|q", "k"),
        (r"ph", "f"),
        (r"sch|tch|tsch|ch", "c"),
        (r"dzh|dj|dsch", "j"),
        (r"gh|kh", "h"),
        (r"dh", "d"),
        (r"ks", "x"),
        (r"ts|tz", "z"),
        (r"w", "v"),
        (r"ou|oo", "u"),
        (r"ee|ie|iy|yy|ij", "i"),
        (r"ey|ay|ai", "ei"),
        (r"y", "i"),
        (r"eh$|ah$", "a"),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=1 << 16)
def sound(text: str) -> str:
    """A folded name with spellings of one sound made equal: ``Sergey`` and ``Sergei`` give the same."""
    text = fold(text)
    for pattern, instead in _SOUNDS:
        text = pattern.sub(instead, text)
    return text

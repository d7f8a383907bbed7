"""Finding the longest listed phrase at a place in a row of words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Phrases(Generic[T]):
    """A set of phrases, each a row of words with what it stands for. Looking up costs the phrases that share the first word."""

    __slots__ = ("_by_first",)

    def __init__(self, entries: Iterable[tuple[tuple[str, ...], T]]) -> None:
        by_first: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for words, value in entries:
            by_first.setdefault(words[0], []).append((words[1:], value))
        for tails in by_first.values():
            tails.sort(key=lambda item: -len(item[0]))
        self._by_first: Mapping[str, list[tuple[tuple[str, ...], T]]] = by_first

    def longest(self, words: Sequence[str], at: int) -> tuple[int, T] | None:
        """Number of words and value of the longest phrase that starts at word ``at``; None where none does."""
        tails = self._by_first.get(words[at])
        if tails is None:
            return None
        for tail, value in tails:
            size = len(tail)
            if size == 0 or (
                (words[at + 1] if at + 1 < len(words) else None) == tail[0] and tuple(words[at + 1 : at + 1 + size]) == tail
            ):
                return size + 1, value
        return None

    def __len__(self) -> int:
        return sum(len(tails) for tails in self._by_first.values())

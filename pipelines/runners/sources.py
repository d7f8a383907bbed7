"""Where raw items come from: files, or a batch that the process holds already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from connectors.formats import read_items
from pipelines.items import RawItem, Source
from schemas.errors import Quarantine

_batches: dict[str, Sequence[RawItem]] = {}
_numbers = count(1)


@dataclass(frozen=True)
class FileSource:
    """Files and folders of stories, in the formats of ``parley extract``."""

    names: tuple[str, ...]
    format: str | None = None

    def splits(self) -> Sequence[str]:
        """One part a file."""
        return self.names

    def read(self, split: str) -> Iterator[RawItem]:
        """The stories of one file."""
        for item in read_items(split, self.format):
            if isinstance(item.article, Quarantine):
                yield RawItem(item.raw, item.origin, refusal=item.article)
            else:
                yield RawItem(item.raw, item.origin, article=item.article)


@dataclass(frozen=True)
class HeldSource:
    """A batch that this process has polled. It works on runners that run their steps in this process."""

    key: str

    def splits(self) -> Sequence[str]:
        """The batch is one part."""
        return (self.key,)

    def read(self, split: str) -> Iterator[RawItem]:
        """The batch's items."""
        yield from _batches[split]


def held() -> HeldSource:
    """A source to be filled by ``handed_in``, batch after batch."""
    return HeldSource(f"held-{next(_numbers)}")


@contextmanager
def handed_in(source: Source, items: Sequence[RawItem]) -> Iterator[None]:
    """While the context lasts, ``source`` (made by ``held``) reads these items."""
    if not isinstance(source, HeldSource):
        raise TypeError(f"a batch can be handed to a held source only, not to {type(source).__name__}")
    _batches[source.key] = items
    try:
        yield
    finally:
        del _batches[source.key]

"""The seam between Parley and whatever keeps its documents: two real implementations, one behaviour.

A store keeps JSON documents by kind and id. ``connectors.elastic`` keeps them in Elasticsearch, ``connectors.sqlite`` in one
file. Both give the same ids and documents; only the ranking of a search may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from schemas.errors import Code

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
Body: TypeAlias = Mapping[str, Json]

Kind = Literal["articles", "meetings", "meeting-reports", "quotes", "alerts", "ledger"]
KINDS: tuple[Kind, ...] = ("articles", "meetings", "meeting-reports", "quotes", "alerts", "ledger")


@dataclass(frozen=True, slots=True)
class Write:
    """One document to be written.

    ``version`` (articles, meeting-reports, quotes): external version; an equal or higher stored version wins and the write
    is ``stale``, which is what makes a replay a no-op. ``create_only`` (alerts): an existing document wins and the write
    is ``exists``. ``delete`` removes the document, under the same version rule.
    """

    kind: Kind
    id: str
    body: Body
    version: int | None = None
    create_only: bool = False
    delete: bool = False


Result = Literal["written", "stale", "exists", "missing", "rejected"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one write, in the order asked. ``rejected`` will never succeed as it is: a dead letter."""

    result: Result
    code: Code | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored document and the revision that compare-and-set needs."""

    id: str
    body: Body
    revision: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that ``setup`` made or would make: ``create``, ``update`` or ``same``."""

    action: Literal["create", "update", "same"]
    name: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One found document."""

    kind: Kind
    id: str
    score: float
    body: Body
    highlights: tuple[str, ...] = field(default=())


class Store(Protocol):
    """What the pipeline and the command line ask of a store.

    Every method raises ``Retry`` when the store cannot be reached or is overloaded (after bounded retries with jitter),
    and ``Fatal`` for wrong credentials or a store that another schema version made.
    """

    @property
    def name(self) -> str:
        """What it is, for people: ``Elasticsearch at ADDRESS`` or ``SQLite file NAME``. Holds no secret."""
        ...

    def setup(self, *, dry_run: bool = False) -> list[Change]:
        """Make or update what the store needs (templates, tables). Calling it again changes nothing."""
        ...

    def check(self) -> None:
        """Can it be used as it stands? Raises ``Retry`` or ``Fatal`` with what to do."""
        ...

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Write all; one outcome each, in order. Items refused with 429/503 are sent again alone; a rest raises ``Retry``."""
        ...

    def get(self, kind: Kind, ids: Iterable[str]) -> dict[str, Stored]:
        """Documents by id, real-time (what was written is seen at once); missing ids are left out."""
        ...

    def compare_and_set(self, kind: Kind, id: str, body: Body, revision: str | None) -> bool:
        """Replace the document if its revision still is ``revision`` (``None``: if it does not exist yet)."""
        ...

    def delete(self, kind: Kind, ids: Iterable[str]) -> int:
        """Delete by id; how many there were."""
        ...

    def search(self, query: str, *, kinds: Sequence[Kind] = ("meetings", "quotes"), limit: int = 20) -> list[Hit]:
        """Full-text search; best first. A malformed query is searched as plain words, never an error."""
        ...

    def scan(self, kind: Kind) -> Iterable[Stored]:
        """Every document of a kind in the order of ids."""
        ...

    def count(self, kind: Kind) -> int:
        """How many documents a search would see now."""
        ...

    def refresh(self) -> None:
        """Make everything written visible to ``search``, ``scan`` and ``count``."""
        ...

    def close(self) -> None:
        """Give back files and connections; calling it again is harmless."""
        ...

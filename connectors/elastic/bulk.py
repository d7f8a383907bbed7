"""Bulk writing: bounded bodies, and only what was refused for the moment is sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from elasticsearch import ApiError

from connectors.documents import encode
from connectors.elastic.client import OVERLOADED, Client
from connectors.elastic.templates import write_alias
from connectors.store import Json, Outcome, Write
from schemas.errors import Code, Fatal, Retry

# What says that the write was meant for an index that is not there, not that the document is bad.
_MISSING = frozenset({"index_not_found_exception", "alias_not_found_exception"})
_PASSING_TYPES = frozenset({"cluster_block_exception", "unavailable_shards_exception", "es_rejected_execution_exception"})


@dataclass(frozen=True, slots=True)
class _Item:
    """One write as two lines of a bulk body."""

    at: int
    write: Write
    lines: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.lines)) + len(self.lines)


def write_all(client: Client, writes: Sequence[Write]) -> list[Outcome]:
    """One outcome for each write, in order. Raises ``Retry`` if items stay refused for the moment after all attempts."""
    outcomes: list[Outcome | None] = [None] * len(writes)
    items = []
    for at, write in enumerate(writes):
        item = _item(client.settings.prefix, at, write)
        if isinstance(item, Outcome):
            outcomes[at] = item
        else:
            items.append(item)
    for chunk in _chunks(items, client.settings.bulk_items, client.settings.bulk_bytes):
        _send(client, chunk, outcomes)
    return [outcome for outcome in outcomes if outcome is not None]


def _item(prefix: str, at: int, write: Write) -> _Item | Outcome:
    # The id stands in the document, too: Elasticsearch does not sort by _id.
    text = encode(write.id, {} if write.delete else {**write.body, "record": {"id": write.id}})
    if isinstance(text, Outcome):
        return text
    target: dict[str, Json] = {"_index": write_alias(prefix, write.kind), "_id": write.id, "require_alias": True}
    if write.version is not None:
        target |= {"version": write.version, "version_type": "external"}
    if write.delete:
        del target["require_alias"]  # not known to a delete, which makes no index
        return _Item(at, write, (json.dumps({"delete": target}).encode(),))
    operation = "create" if write.create_only else "index"
    return _Item(at, write, (json.dumps({operation: target}).encode(), text.encode()))


def _chunks(items: Sequence[_Item], most: int, most_bytes: int) -> Iterator[list[_Item]]:
    chunk: list[_Item] = []
    size = 0
    for item in items:
        if chunk and (len(chunk) >= most or size + item.size > most_bytes):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += item.size
    if chunk:
        yield chunk


def _send(client: Client, items: Sequence[_Item], outcomes: list[Outcome | None]) -> None:
    """One bulk request, then again what of it was refused for the moment."""
    waiting = list(items)
    for attempt in range(1, client.settings.attempts + 1):
        answers = _request(client, waiting, outcomes)
        refused = []
        why = ""
        for item, answer in answers:
            outcome = _outcome(client, item.write, answer)
            if isinstance(outcome, Outcome):
                outcomes[item.at] = outcome
            else:
                refused.append(item)
                why = outcome
        if not refused:
            return
        waiting = refused
        if attempt < client.settings.attempts:
            client.wait(attempt)
    raise Retry(
        Code.STORE_OVERLOADED,
        f"Elasticsearch at {client.address} refused {len(waiting)} of {len(items)} documents {client.settings.attempts} times "
        f"({why}); the batch is tried again",
    )


def _request(client: Client, items: Sequence[_Item], outcomes: list[Outcome | None]) -> list[tuple[_Item, Mapping[str, Json]]]:
    operations = [line for item in items for line in item.lines]
    try:
        answer = client.call("write", lambda: _bulk_or_too_large(client, operations))
    except _TooLargeError:
        if len(items) == 1:
            message = f"document {items[0].write.id} has {items[0].size:,} bytes, more than Elasticsearch accepts"
            outcomes[items[0].at] = Outcome("rejected", Code.TOO_LARGE, message)
            return []
        half = len(items) // 2
        return _request(client, items[:half], outcomes) + _request(client, items[half:], outcomes)
    return [(item, next(iter(said.values()))) for item, said in zip(items, answer, strict=True)]


class _TooLargeError(Exception):
    """The body is larger than the cluster (or a proxy before it) takes."""


def _bulk_or_too_large(client: Client, operations: Sequence[bytes]) -> list[dict[str, Mapping[str, Json]]]:
    try:
        # Lines that are JSON already are sent as they are; the client's type names only the other way.
        answer = client.raw.bulk(operations=cast("Sequence[Mapping[str, object]]", operations))
    except ApiError as error:
        if error.meta.status == 413:
            raise _TooLargeError from error
        raise
    items: list[dict[str, Mapping[str, Json]]] = answer["items"]
    return items


def _outcome(client: Client, write: Write, answer: Mapping[str, Json]) -> Outcome | str:
    """What became of an item; a text says why it has to be sent again."""
    status = answer["status"]
    error = answer.get("error")
    kind, reason = "", ""
    if isinstance(error, Mapping):
        kind, reason = str(error.get("type")), _reason(error)
    if status == 409:
        return Outcome("exists") if write.create_only else Outcome("stale", message=reason)
    if status in OVERLOADED or kind in _PASSING_TYPES:
        return f"{status} {reason}"
    if kind in _MISSING:
        raise Fatal(
            Code.MISSING_TEMPLATE, f"Elasticsearch at {client.address} has no index for {write.kind}: run `parley setup`"
        )
    if status in (401, 403):
        raise Fatal(
            Code.BAD_CREDENTIALS, f"Elasticsearch at {client.address} lets these credentials write no {write.kind}: {reason}"
        )
    if error is not None:
        if isinstance(status, int) and status >= 500:
            return f"{status} {reason}"
        return Outcome("rejected", Code.STORE_REJECTED, f"Elasticsearch refused {write.kind} {write.id}: {reason}")
    return Outcome("missing") if answer.get("result") == "not_found" else Outcome("written")


def _reason(error: Mapping[str, Json]) -> str:
    reason = f"{error.get('type')}: {error.get('reason')}"
    cause = error.get("caused_by")
    return (f"{reason} ({cause.get('reason')})" if isinstance(cause, Mapping) else reason)[:600]

"""A ``Store`` in Elasticsearch 9: one index a kind, deterministic ids, external versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import cast

from elasticsearch import ConflictError, Elasticsearch

from connectors.documents import HIDDEN, encode, query_words
from connectors.elastic import setup, templates
from connectors.elastic.bulk import write_all
from connectors.elastic.client import Client
from connectors.elastic.settings import ElasticSettings
from connectors.store import Body, Change, Hit, Json, Kind, Outcome, Stored, Write
from schemas.errors import Code, Fatal, Quarantine

_ASKED_AT_ONCE = 500
_KEPT_OPEN = "2m"
_HIGHLIGHTS = 2
# Of a longer body only this much is searched for the highlight; Elasticsearch refuses more than a million by default.
_HIGHLIGHTED = 200_000
_FIELDS = ["search_text", "article.headline", "article.body"]


class ElasticStore:
    """Parley's documents in the cluster of ``settings``. Nothing is asked of it before it is needed; threads may share it."""

    def __init__(self, settings: ElasticSettings) -> None:
        self.settings = settings
        self._made: Client | None = None

    @property
    def name(self) -> str:
        """``Elasticsearch at ADDRESS``."""
        return f"Elasticsearch at {self._client.address}"

    @property
    def _client(self) -> Client:
        if self._made is None:
            self._made = Client(self.settings)
        return self._made

    @property
    def _raw(self) -> Elasticsearch:
        return self._client.raw

    def setup(self, *, dry_run: bool = False) -> list[Change]:
        """Make or update templates, indices and aliases. Raises ``Fatal`` if another schema version made them."""
        return setup.set_up(self._client, dry_run=dry_run)

    def check(self) -> None:
        """Raises ``Retry`` if it does not answer, ``Fatal`` if templates or indices are missing or of another version."""
        setup.check(self._client)

    def drop(self) -> None:
        """Delete everything of this prefix: indices with their documents, and templates."""
        setup.drop(self._client)

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        """Write all in bulks bounded by items and bytes."""
        return write_all(self._client, writes)

    def get(self, kind: Kind, ids: Iterable[str]) -> dict[str, Stored]:
        """Documents by id, real-time."""
        every = list(dict.fromkeys(ids))
        alias = self._write_alias(kind)
        found: dict[str, Stored] = {}
        for start in range(0, len(every), _ASKED_AT_ONCE):
            some = every[start : start + _ASKED_AT_ONCE]
            answer = self._client.call("read", partial(self._raw.mget, index=alias, ids=some))
            for document in answer["docs"]:
                if "error" in document:
                    self._raise_missing(document["error"], kind)
                if document.get("found"):
                    found[document["_id"]] = _stored(document)
        return found

    def compare_and_set(self, kind: Kind, id: str, body: Body, revision: str | None) -> bool:
        """Replace the document if nobody did since ``revision``. Raises ``Quarantine`` for a body that no store can keep."""
        text = encode(id, {**body, "record": {"id": id}})
        if isinstance(text, Outcome):
            assert text.code is not None
            raise Quarantine(text.code, text.message)
        sequence, _, term = (revision or "").partition(":")

        def request() -> bool:
            try:
                self._raw.index(
                    index=self._write_alias(kind),
                    id=id,
                    document={**body, "record": {"id": id}},
                    op_type="create" if revision is None else "index",
                    if_seq_no=None if revision is None else int(sequence),
                    if_primary_term=None if revision is None else int(term),
                    require_alias=True,
                )
            except ConflictError:
                return False
            return True

        return self._client.call("write", request)

    def delete(self, kind: Kind, ids: Iterable[str]) -> int:
        """Delete by id; how many there were."""
        outcomes = self.write([Write(kind, id, {}, delete=True) for id in dict.fromkeys(ids)])
        return sum(outcome.result == "written" for outcome in outcomes)

    def search(self, query: str, *, kinds: Sequence[Kind] = ("meetings", "quotes"), limit: int = 20) -> list[Hit]:
        """Documents that hold every word of the query, in any form and with or without diacritics; best first."""
        words = query_words(query)
        if not words or not kinds or limit < 1:
            return []
        asked = {
            "bool": {
                "must": {
                    "multi_match": {"query": " ".join(words), "fields": _FIELDS, "type": "cross_fields", "operator": "and"}
                },
                "must_not": [
                    {"term": {HIDDEN[0]: True}},
                    {"exists": {"field": HIDDEN[1]}},
                ],
            }
        }
        highlight = {
            "fields": {name: {} for name in _FIELDS},
            "number_of_fragments": _HIGHLIGHTS,
            "max_analyzed_offset": _HIGHLIGHTED,
            "pre_tags": [""],
            "post_tags": [""],
        }
        answer = self._client.call(
            "search",
            lambda: self._raw.search(
                index=[templates.read_alias(self.settings.prefix, kind) for kind in kinds],
                query=asked,
                highlight=highlight,
                size=min(limit, 10_000),
                search_type="dfs_query_then_fetch",
            ),
        )
        return [self._hit(hit) for hit in answer["hits"]["hits"]]

    def scan(self, kind: Kind) -> Iterator[Stored]:
        """Every document of a kind in the order of ids, as they were when the scan began."""
        client, raw = self._client, self._raw
        alias = templates.read_alias(self.settings.prefix, kind)
        point = client.call("scan", lambda: raw.open_point_in_time(index=alias, keep_alive=_KEPT_OPEN))["id"]
        after: list[str] | None = None
        try:
            while True:
                answer = client.call(
                    "scan",
                    partial(
                        raw.search,
                        pit={"id": point, "keep_alive": _KEPT_OPEN},
                        sort=[{"record.id": "asc"}],
                        search_after=after,
                        size=_ASKED_AT_ONCE,
                        seq_no_primary_term=True,
                        track_total_hits=False,
                    ),
                )
                hits = answer["hits"]["hits"]
                if not hits:
                    return
                yield from map(_stored, hits)
                after, point = hits[-1]["sort"], answer["pit_id"]
        finally:
            client.call("end a scan", lambda: raw.close_point_in_time(id=point))

    def count(self, kind: Kind) -> int:
        """How many documents of a kind a search sees."""
        alias = templates.read_alias(self.settings.prefix, kind)
        return int(self._client.call("count", lambda: self._raw.count(index=alias))["count"])

    def refresh(self) -> None:
        """Make everything written visible to ``search``, ``scan`` and ``count``."""
        self._client.call("refresh", lambda: self._raw.indices.refresh(index=f"{self.settings.prefix}-*-v*-*"))

    def close(self) -> None:
        """Give back the connections; the store may be used again."""
        if self._made is not None:
            self._made.raw.close()
            self._made = None

    def _write_alias(self, kind: Kind) -> str:
        return templates.write_alias(self.settings.prefix, kind)

    def _hit(self, hit: dict[str, Json]) -> Hit:
        highlight = cast("dict[str, list[str]]", hit.get("highlight", {}))
        lines = [line for lines in highlight.values() for line in lines]
        return Hit(
            kind=templates.kind_of(self.settings.prefix, str(hit["_index"])),
            id=str(hit["_id"]),
            score=float(cast("float", hit["_score"])),
            body=_body(hit),
            highlights=tuple(lines[:_HIGHLIGHTS]),
        )

    def _raise_missing(self, error: dict[str, Json], kind: Kind) -> None:
        raise Fatal(Code.MISSING_TEMPLATE, f"{self.name} has no {kind}: {error.get('reason')}; run `parley setup`")


def _stored(document: dict[str, Json]) -> Stored:
    return Stored(str(document["_id"]), _body(document), f"{document['_seq_no']}:{document['_primary_term']}")


def _body(document: dict[str, Json]) -> Body:
    source = cast("dict[str, Json]", document["_source"])
    return {name: value for name, value in source.items() if name != "record"}

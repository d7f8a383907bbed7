"""What is Elasticsearch's own, on a real node: templates, versions, refusals; and that it keeps what SQLite keeps."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors import elastic
from connectors.elastic import ElasticSettings, ElasticStore, templates
from connectors.sqlite import SqliteStore
from connectors.store import KINDS, Store, Write
from pipelines.delivery import deliver
from schemas.errors import Code, Fatal
from tests.unit.pipelines.making import INGESTED
from tests.unit.pipelines.test_delivery import STORIES

pytestmark = pytest.mark.stack


@pytest.fixture
def bare(elasticsearch_url: str) -> Iterator[ElasticStore]:
    made = ElasticStore(ElasticSettings(url=elasticsearch_url, prefix=f"t{secrets.token_hex(4)}"))
    yield made
    made.drop()
    made.close()


@pytest.fixture
def store(bare: ElasticStore) -> ElasticStore:
    bare.setup()
    return bare


def test_nothing_is_made_by_writing_to_a_cluster_that_was_not_set_up(bare: ElasticStore) -> None:
    for use in (
        lambda: bare.write([Write("quotes", "q", {"quote": {"text": "x"}}, version=1)]),
        lambda: bare.compare_and_set("ledger", "l", {"bucket": "b"}, None),
        lambda: bare.get("articles", ["a"]),
        lambda: bare.search("x"),
        lambda: list(bare.scan("quotes")),
        bare.check,
    ):
        with pytest.raises(Fatal, match="parley setup") as caught:
            use()
        assert caught.value.code is Code.MISSING_TEMPLATE
    assert {change.action for change in bare.setup(dry_run=True)} == {"create"}


def test_a_field_that_no_template_knows_is_refused_alone(store: ElasticStore) -> None:
    outcomes = store.write(
        [
            Write("quotes", "good", {"quote": {"text": "x"}}, version=1),
            Write("quotes", "bad", {"quote": {"text": "x", "colour": "red"}}, version=1),
            Write("quotes", "worse", {"quote": "x"}, version=1),
        ]
    )
    assert [outcome.result for outcome in outcomes] == ["written", "rejected", "rejected"]
    assert "colour" in outcomes[1].message


def test_new_fields_of_the_same_version_are_added_to_what_is_there(
    store: ElasticStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = templates._load

    def more(name: str) -> Any:
        body: Any = load(name)
        if name == "quotes":
            body["template"]["mappings"]["properties"]["colour"] = {"type": "keyword"}
        return body

    monkeypatch.setattr(templates, "_load", more)
    prefix = store.settings.prefix
    wanted = {f"index template {prefix}-quotes-v1", f"index {prefix}-quotes-v1-000001"}
    assert {change.name for change in store.setup(dry_run=True) if change.action == "update"} == wanted
    assert {change.name for change in store.setup() if change.action == "update"} == wanted
    assert {change.action for change in store.setup()} == {"same"}
    assert store.write([Write("quotes", "q", {"colour": "red"}, version=1)])[0].result == "written"


@pytest.mark.parametrize(("version", "what"), [(2, "upgrade Parley"), (0, "set another `prefix`")])
def test_what_another_schema_version_made_is_refused(store: ElasticStore, version: int, what: str) -> None:
    raw = store._client.raw
    alias = templates.write_alias(store.settings.prefix, "quotes")
    raw.indices.put_mapping(index=alias, meta={"made_by": "parley", "schema_version": version})
    for use in (store.check, store.setup):
        with pytest.raises(Fatal, match=what) as caught:
            use()
        assert caught.value.code is Code.INCOMPATIBLE_STORE


def test_a_missing_template_is_named(store: ElasticStore) -> None:
    name = templates.template_name(store.settings.prefix, "meetings")
    store._client.raw.indices.delete_index_template(name=name)
    with pytest.raises(Fatal, match=name) as caught:
        store.check()
    assert caught.value.code is Code.MISSING_TEMPLATE
    assert [change.name for change in store.setup() if change.action == "create"] == [f"index template {name}"]
    store.check()


def test_two_prefixes_do_not_see_each_other(store: ElasticStore, elasticsearch_url: str) -> None:
    other = ElasticStore(ElasticSettings(url=elasticsearch_url, prefix=f"{store.settings.prefix}-articles"))
    other.setup()
    try:
        other.write([Write("quotes", "q", {"quote": {"text": "zebra"}}, version=1)])
        other.refresh()
        store.refresh()
        assert store.search("zebra", kinds=KINDS) == []
        assert [hit.kind for hit in other.search("zebra", kinds=KINDS)] == ["quotes"]
        assert store.count("articles") == 0
    finally:
        other.drop()
        other.close()
    store.check()


def test_the_longest_words_and_bodies_fit(store: ElasticStore) -> None:
    wide = "語" * 40_000
    body = "word " * 400_000
    writes = [
        Write("articles", "a", {"article": {"uri": wide, "body": body, "headline": wide}}, version=1),
        Write("quotes", "q", {"quote": {"text": body}, "speaker": {"entity_name": wide}}, version=1),
    ]
    assert [outcome.result for outcome in store.write(writes)] == ["written", "written"]
    store.refresh()
    assert {hit.id for hit in store.search("word", kinds=KINDS)} == {"a", "q"}


def everything(store: Store) -> dict[str, dict[str, object]]:
    return {kind: {document.id: document.body for document in store.scan(kind)} for kind in KINDS}


def test_the_same_stories_leave_the_same_documents_in_both_stores(store: ElasticStore, tmp_path: Path) -> None:
    twin = SqliteStore(tmp_path / "twin.db")
    twin.setup()
    for batch in (STORIES[:4], STORIES[4:], STORIES[:2]):
        one = deliver(store, batch, ingested=INGESTED, alerts_allowed=True)
        two = deliver(twin, batch, ingested=INGESTED, alerts_allowed=True)
        assert one == two
    store.refresh()
    assert json.dumps(everything(store), sort_keys=True) == json.dumps(everything(twin), sort_keys=True)
    for query in ("lee", "norway", "agree", "trade berg", "foreign"):
        assert {hit.id for hit in store.search(query, limit=100)} == {hit.id for hit in twin.search(query, limit=100)}
    twin.close()


def test_the_package_says_what_it_offers() -> None:
    assert set(elastic.__all__) == {"ElasticSettings", "ElasticStore"}

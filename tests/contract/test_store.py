"""One behaviour, two stores: every test runs against SQLite and (marked ``stack``) against a real Elasticsearch."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.elastic import ElasticSettings, ElasticStore
from connectors.sqlite import SqliteStore
from connectors.store import KINDS, Body, Kind, Store, Write
from schemas.errors import Code, Fatal, Quarantine


@pytest.fixture(params=["sqlite", pytest.param("elastic", marks=pytest.mark.stack)])
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store that was never set up."""
    store: Store
    if request.param == "sqlite":
        store = SqliteStore(tmp_path / "folder" / "parley.db")
        yield store
        store.close()
        return
    url: str = request.getfixturevalue("elasticsearch_url")
    elastic = ElasticStore(ElasticSettings(url=url, prefix=f"t{secrets.token_hex(4)}"))
    yield elastic
    elastic.drop()
    elastic.close()


@pytest.fixture
def store(bare: Store) -> Store:
    bare.setup()
    return bare


def article(headline: str, body: str = "", **more: bool) -> Body:
    return {"article": {"headline": headline, "body": body, **more}}


def quote(text: str, speaker: str = "Ann Lee") -> Body:
    return {"quote": {"text": text}, "speaker": {"entity_name": speaker}}


def meeting(*names: str, **more: str) -> Body:
    return {"participant": {"name": list(names)}, "meeting": {"status": "held", **more}}


def results(store: Store, *writes: Write) -> list[str]:
    return [outcome.result for outcome in store.write(writes)]


def body_of(store: Store, kind: Kind, id: str) -> Body | None:
    found = store.get(kind, [id])
    return found[id].body if found else None


def test_setup_is_idempotent_and_can_be_tried_dry(bare: Store) -> None:
    would = bare.setup(dry_run=True)
    assert {change.action for change in would} == {"create"}
    with pytest.raises(Fatal) as caught:
        bare.check()
    assert caught.value.code is Code.MISSING_TEMPLATE
    assert "parley setup" in caught.value.message
    assert bare.setup() == would
    bare.check()
    again = bare.setup()
    assert {change.action for change in again} == {"same"}
    assert [change.name for change in again] == [change.name for change in would]


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_store_is_empty_of_every_kind(store: Store, kind: Kind) -> None:
    assert (store.count(kind), list(store.scan(kind)), store.get(kind, ["no"])) == (0, [], {})


def test_a_replay_changes_nothing_and_an_older_version_never_wins(store: Store) -> None:
    assert results(store, Write("articles", "a", article("two"), version=2)) == ["written"]
    assert results(
        store,
        Write("articles", "a", article("two again"), version=2),
        Write("articles", "a", article("one"), version=1),
    ) == ["stale", "stale"]
    assert body_of(store, "articles", "a") == article("two")
    assert results(store, Write("articles", "a", article("three"), version=3)) == ["written"]
    assert body_of(store, "articles", "a") == article("three")


def test_versions_up_to_the_largest_of_the_wire(store: Store) -> None:
    largest = 2**53 * 1000 + 999
    assert results(store, Write("articles", "a", article("x"), version=largest - 1)) == ["written"]
    assert results(store, Write("articles", "a", article("y"), version=largest)) == ["written"]
    assert results(store, Write("articles", "a", article("x"), version=largest - 1)) == ["stale"]


def test_versions_of_one_batch_are_taken_in_order(store: Store) -> None:
    writes = [Write("quotes", "q", quote(f"version {n}"), version=n) for n in (1, 3, 2)]
    assert results(store, *writes) == ["written", "written", "stale"]
    assert body_of(store, "quotes", "q") == quote("version 3")


def test_a_versioned_delete_keeps_older_writes_out(store: Store) -> None:
    store.write([Write("quotes", "q", quote("one"), version=1)])
    assert results(store, Write("quotes", "q", {}, version=1, delete=True)) == ["stale"]
    assert results(store, Write("quotes", "q", {}, version=3, delete=True)) == ["written"]
    assert body_of(store, "quotes", "q") is None
    assert results(store, Write("quotes", "q", quote("two"), version=2)) == ["stale"]
    assert results(store, Write("quotes", "q", {}, version=3, delete=True)) == ["stale"]
    assert results(store, Write("quotes", "q", quote("four"), version=4)) == ["written"]
    assert body_of(store, "quotes", "q") == quote("four")


def test_deleting_what_was_never_there(store: Store) -> None:
    assert results(store, Write("quotes", "q", {}, version=1, delete=True), Write("ledger", "l", {}, delete=True)) == [
        "missing",
        "missing",
    ]
    assert store.delete("ledger", ["l"]) == 0


def test_what_is_created_once_is_never_changed(store: Store) -> None:
    first: Body = {"alert": {"headline": "first"}}
    assert results(store, Write("alerts", "x", first, create_only=True)) == ["written"]
    assert results(store, Write("alerts", "x", {"alert": {"headline": "second"}}, create_only=True)) == ["exists"]
    assert body_of(store, "alerts", "x") == first


def test_compare_and_set_lets_only_one_through(store: Store) -> None:
    assert store.compare_and_set("ledger", "b", {"state": {"n": 1}}, None)
    assert not store.compare_and_set("ledger", "b", {"state": {"n": 9}}, None)
    seen = store.get("ledger", ["b"])["b"]
    assert seen.body == {"state": {"n": 1}}
    assert store.compare_and_set("ledger", "b", {"state": {"n": 2}}, seen.revision)
    assert not store.compare_and_set("ledger", "b", {"state": {"n": 3}}, seen.revision)
    assert body_of(store, "ledger", "b") == {"state": {"n": 2}}
    assert store.delete("ledger", ["b"]) == 1
    assert not store.compare_and_set("ledger", "b", {"state": {"n": 4}}, seen.revision)
    assert store.compare_and_set("ledger", "b", {"state": {"n": 5}}, None)


def test_no_update_is_lost_between_threads(store: Store) -> None:
    store.compare_and_set("ledger", "n", {"state": {"n": 0}}, None)

    def add() -> None:
        done = 0
        while done < 8:
            seen = store.get("ledger", ["n"])["n"]
            state = seen.body["state"]
            assert isinstance(state, dict)
            done += store.compare_and_set("ledger", "n", {"state": {"n": state["n"] + 1}}, seen.revision)

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert body_of(store, "ledger", "n") == {"state": {"n": 24}}


def test_get_is_real_time_and_leaves_out_what_is_missing(store: Store) -> None:
    ids = [f"q{n}" for n in range(1200)]
    store.write([Write("quotes", id, quote(id), version=1) for id in ids])
    found = store.get("quotes", [*ids, "none", ids[0]])
    assert len(found) == 1200
    assert found["q7"].body == quote("q7")
    assert found["q7"].id == "q7"
    assert store.get("quotes", []) == {}
    store.refresh()
    assert store.count("quotes") == 1200
    scanned = list(store.scan("quotes"))
    assert [document.id for document in scanned] == sorted(ids)
    assert scanned[0].body == quote("q0")


def test_kinds_do_not_mix(store: Store) -> None:
    store.write([Write("quotes", "same", quote("a quote"), version=1), Write("meetings", "same", meeting("Ann Lee"))])
    assert body_of(store, "quotes", "same") == quote("a quote")
    assert body_of(store, "meetings", "same") == meeting("Ann Lee")


@pytest.mark.parametrize(
    ("id", "body"),
    [
        ("", article("no id")),
        ("é" * 257, article("id of 514 bytes")),
        ("nan", {"meeting": {"confidence": float("nan")}}),
        ("half", article("half a pair: \ud83d")),
    ],
)
def test_what_can_never_be_kept_is_refused_alone(store: Store, id: str, body: Body) -> None:
    outcomes = store.write([Write("articles", "good", article("before"), version=1), Write("articles", id, body, version=1)])
    assert [outcome.result for outcome in outcomes] == ["written", "rejected"]
    assert outcomes[1].code is Code.STORE_REJECTED
    assert outcomes[1].message
    assert body_of(store, "articles", "good") == article("before")
    with pytest.raises(Quarantine):
        store.compare_and_set("articles", id, body, None)


def test_text_comes_back_as_it_was(store: Store) -> None:
    hostile = 'NUL \0 quote " \\ line\u2028 astral 𝔸🏴 rtl \u202e <script>alert(1)</script> \ufeff end'
    assert results(store, Write("articles", "a", article(hostile, hostile), version=1)) == ["written"]
    assert body_of(store, "articles", "a") == article(hostile, hostile)
    store.refresh()
    assert [hit.id for hit in store.search("astral", kinds=["articles"])] == ["a"]


def test_search_finds_people_and_words_with_or_without_diacritics(store: Store) -> None:
    store.write(
        [
            Write("meetings", "m1", meeting("Recep Tayyip Erdoğan", "Lars Løkke Rasmussen")),
            Write("meetings", "m2", meeting("Ana Brnabić")),
            Write("quotes", "q1", quote("We spoke of the harbours at length", "Sándor Łukasz"), version=1),
            Write("quotes", "q2", quote("Nothing of the kind"), version=1),
        ]
    )
    store.refresh()

    def found(query: str) -> list[str]:
        return sorted(hit.id for hit in store.search(query))

    assert found("erdogan") == ["m1"]
    assert found("Erdoğan Løkke") == ["m1"]
    assert found("lokke") == ["m1"]
    assert found("LUKASZ harbour") == ["q1"]
    assert found("łukasz spoke") == ["q1"]
    assert found("erdogan brnabic") == []
    assert found("nowhere") == []
    hit = store.search("harbours")[0]
    assert (hit.kind, hit.body) == ("quotes", quote("We spoke of the harbours at length", "Sándor Łukasz"))
    assert any("harbours" in line for line in hit.highlights)
    assert hit.score > 0
    assert store.search("erdogan", kinds=["quotes"]) == []


def test_a_search_sees_the_latest_and_nothing_deleted_hidden_or_merged(store: Store) -> None:
    store.write(
        [
            Write("quotes", "q", quote("zebra"), version=1),
            Write("quotes", "gone", quote("zebra too"), version=1),
            Write("articles", "h", article("zebra", hidden=True), version=1),
            Write("articles", "shown", article("zebra", hidden=False), version=1),
            Write("meetings", "m", meeting("Zebra", merged_into="n")),
        ]
    )
    store.write([Write("quotes", "q", quote("okapi"), version=2), Write("quotes", "gone", {}, version=2, delete=True)])
    store.refresh()
    assert [hit.id for hit in store.search("zebra", kinds=KINDS)] == ["shown"]
    assert [hit.id for hit in store.search("okapi", kinds=KINDS)] == ["q"]
    assert body_of(store, "articles", "h") == article("zebra", hidden=True)
    assert body_of(store, "meetings", "m") == meeting("Zebra", merged_into="n")


@pytest.mark.parametrize(
    "query",
    ["", "   ", '"', '"open', "AND", "NOT", "a AND OR", "(", "*", "text:zebra", "^", "-zebra", "zebra~2", "[a TO", "\0",
     "\ud83d", "{}", "\\", "zebra/", "' OR 1=1 --", "a" * 5000, "x " * 5000, "NEAR(a b)", "🏴", "zebra*"],
)  # fmt: skip
def test_no_query_is_an_error(store: Store, query: str) -> None:
    store.write([Write("quotes", "q", quote("zebra"), version=1)])
    store.refresh()
    assert {hit.id for hit in store.search(query, kinds=KINDS)} <= {"q"}


def test_search_keeps_to_its_limit_and_puts_the_best_first(store: Store) -> None:
    writes = [Write("quotes", f"q{n}", quote("heron " + "filler words here " * 30), version=1) for n in range(30)]
    store.write([*writes, Write("quotes", "best", quote("heron heron"), version=1)])
    store.refresh()
    hits = store.search("heron", limit=5)
    assert len(hits) == 5
    assert hits[0].id == "best"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len(store.search("heron", limit=100)) == 31
    assert store.search("heron", limit=0) == []


def test_close_is_harmless_twice(store: Store) -> None:
    assert store.name
    store.close()
    store.close()


def test_writing_nothing(store: Store) -> None:
    assert store.write([]) == []

"""What a cluster may answer and what becomes of it, told by a server that plays the cluster; no Elasticsearch needed."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.elastic import ElasticSettings, ElasticStore, templates
from connectors.store import KINDS, Write
from schemas.errors import Code, Fatal, Retry

Item = dict[str, Any]
HEADERS = {"X-Elastic-Product": "Elasticsearch"}
OVERLOADED: Item = {"status": 429, "error": {"type": "es_rejected_execution_exception", "reason": "queue is full"}}


@pytest.fixture
def store(httpserver: HTTPServer) -> Iterator[ElasticStore]:
    made = ElasticStore(ElasticSettings(url=httpserver.url_for("/").rstrip("/"), attempts=3, backoff_seconds=0.001))
    yield made
    made.close()


def answer(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, HEADERS, content_type="application/vnd.elasticsearch+json;compatible-with=9")


class Cluster:
    """Plays ``_bulk``: asks ``decide`` about every item, remembers what came."""

    def __init__(self, server: HTTPServer, decide: Callable[[str, int], Item]) -> None:
        self.decide = decide
        self.requests: list[list[str]] = []
        self.sizes: list[int] = []
        server.expect_request("/_bulk").respond_with_handler(self._bulk)

    def _bulk(self, request: Request) -> Response:
        lines = [json.loads(line) for line in request.data.splitlines()]
        actions = [line for line in lines if set(line) <= {"index", "create", "delete"}]
        ids = [next(iter(action.values()))["_id"] for action in actions]
        self.requests.append(ids)
        self.sizes.append(len(request.data))
        items = [{next(iter(action)): self.decide(id, len(self.requests))} for action, id in zip(actions, ids, strict=True)]
        return answer({"errors": True, "items": items})


def ok(id: str, attempt: int) -> Item:
    return {"status": 201, "result": "created"}


def writes(*ids: str) -> list[Write]:
    return [Write("quotes", id, {"quote": {"text": "words"}}, version=1) for id in ids]


def test_only_the_refused_item_is_sent_again(httpserver: HTTPServer, store: ElasticStore) -> None:
    cluster = Cluster(httpserver, lambda id, attempt: OVERLOADED if id == "b" and attempt < 3 else ok(id, attempt))
    assert [outcome.result for outcome in store.write(writes("a", "b", "c"))] == ["written"] * 3
    assert cluster.requests == [["a", "b", "c"], ["b"], ["b"]]


def test_an_item_refused_every_time_asks_for_a_retry_of_the_batch(httpserver: HTTPServer, store: ElasticStore) -> None:
    cluster = Cluster(httpserver, lambda id, attempt: OVERLOADED if id == "b" else ok(id, attempt))
    with pytest.raises(Retry, match=r"1 of 2 documents 3 times .*queue is full") as caught:
        store.write(writes("a", "b"))
    assert caught.value.code is Code.STORE_OVERLOADED
    assert len(cluster.requests) == 3


def test_what_the_mapping_refuses_is_refused_alone(httpserver: HTTPServer, store: ElasticStore) -> None:
    error = {"type": "document_parsing_exception", "reason": "no field x", "caused_by": {"reason": "strict"}}
    Cluster(httpserver, lambda id, attempt: {"status": 400, "error": error} if id == "b" else ok(id, attempt))
    outcomes = store.write(writes("a", "b", "c"))
    assert [outcome.result for outcome in outcomes] == ["written", "rejected", "written"]
    assert outcomes[1].code is Code.STORE_REJECTED
    assert "quotes b" in outcomes[1].message
    assert "no field x (strict)" in outcomes[1].message


@pytest.mark.parametrize(
    ("write", "item", "result"),
    [
        (Write("quotes", "x", {}, version=1), {"status": 409, "error": {"type": "version_conflict_engine_exception"}}, "stale"),
        (Write("alerts", "x", {}, create_only=True), {"status": 409, "error": {"type": "version_conflict"}}, "exists"),
        (Write("quotes", "x", {}, delete=True), {"status": 404, "result": "not_found"}, "missing"),
        (Write("quotes", "x", {}, delete=True), {"status": 200, "result": "deleted"}, "written"),
    ],
)
def test_what_an_items_answer_means(httpserver: HTTPServer, store: ElasticStore, write: Write, item: Item, result: str) -> None:
    Cluster(httpserver, lambda id, attempt: item)
    assert [outcome.result for outcome in store.write([write])] == [result]


@pytest.mark.parametrize(
    ("item", "error", "code"),
    [
        ({"status": 404, "error": {"type": "index_not_found_exception", "reason": "no"}}, Fatal, Code.MISSING_TEMPLATE),
        ({"status": 403, "error": {"type": "security_exception", "reason": "no"}}, Fatal, Code.BAD_CREDENTIALS),
        ({"status": 403, "error": {"type": "cluster_block_exception", "reason": "flood"}}, Retry, Code.STORE_OVERLOADED),
        ({"status": 503, "error": {"type": "unavailable_shards_exception", "reason": "no"}}, Retry, Code.STORE_OVERLOADED),
        ({"status": 500, "error": {"type": "exception", "reason": "no"}}, Retry, Code.STORE_OVERLOADED),
    ],
)
def test_items_that_say_something_about_the_cluster(
    httpserver: HTTPServer, store: ElasticStore, item: Item, error: type[Exception], code: Code
) -> None:
    Cluster(httpserver, lambda id, attempt: item)
    with pytest.raises(error) as caught:
        store.write(writes("a"))
    assert getattr(caught.value, "code", None) is code


def test_bulks_are_bounded_by_items_and_by_bytes(httpserver: HTTPServer) -> None:
    cluster = Cluster(httpserver, ok)
    url = httpserver.url_for("/").rstrip("/")
    ids = [f"q{n}" for n in range(25)]
    store = ElasticStore(ElasticSettings(url=url, bulk_items=10))
    assert len(store.write(writes(*ids))) == 25
    assert [len(request) for request in cluster.requests] == [10, 10, 5]
    store.close()
    cluster.requests.clear()
    cluster.sizes.clear()
    store = ElasticStore(ElasticSettings(url=url, bulk_bytes=2000))
    big = Write("quotes", "big", {"quote": {"text": "x" * 5000}}, version=1)
    assert len(store.write([*writes(*ids), big])) == 26
    assert cluster.requests[-1] == ["big"]
    assert max(cluster.sizes[:-1]) <= 2000
    assert [id for request in cluster.requests for id in request] == [*ids, "big"]
    store.close()


def test_a_body_too_large_for_the_cluster_is_halved_down_to_the_one_that_is(
    httpserver: HTTPServer, store: ElasticStore
) -> None:
    cluster = Cluster(httpserver, ok)

    def bulk(request: Request) -> Response:
        return answer({"error": "too large"}, 413) if b'"_id": "c"' in request.data else cluster._bulk(request)

    httpserver.clear()
    httpserver.expect_request("/_bulk").respond_with_handler(bulk)
    outcomes = store.write(writes("a", "b", "c", "d"))
    assert [outcome.result for outcome in outcomes] == ["written", "written", "rejected", "written"]
    assert outcomes[2].code is Code.TOO_LARGE


def respond(httpserver: HTTPServer, *statuses: int) -> list[int]:
    """Every request gets the next of the statuses, the last one over and over; 200 is a count of 7."""
    served: list[int] = []

    def handler(request: Request) -> Response:
        status = statuses[min(len(served), len(statuses) - 1)]
        served.append(status)
        if status == 200:
            return answer({"count": 7})
        return answer({"error": {"type": "some_exception", "reason": "because"}, "status": status}, status)

    httpserver.expect_request("/parley-quotes/_count").respond_with_handler(handler)
    return served


def test_a_request_that_fails_for_the_moment_is_tried_again(httpserver: HTTPServer, store: ElasticStore) -> None:
    served = respond(httpserver, 503, 429, 200)
    assert store.count("quotes") == 7
    assert served == [503, 429, 200]


@pytest.mark.parametrize(
    ("status", "error", "code", "attempts"),
    [
        (503, Retry, Code.STORE_OVERLOADED, 3),
        (429, Retry, Code.STORE_OVERLOADED, 3),
        (500, Retry, Code.STORE_UNAVAILABLE, 3),
        (502, Retry, Code.STORE_UNAVAILABLE, 3),
        (401, Fatal, Code.BAD_CREDENTIALS, 1),
        (403, Fatal, Code.BAD_CREDENTIALS, 1),
        (404, Fatal, Code.MISSING_TEMPLATE, 1),
        (400, Fatal, Code.INCOMPATIBLE_STORE, 1),
    ],
)
def test_what_a_whole_refusal_means(
    httpserver: HTTPServer, store: ElasticStore, status: int, error: type[Exception], code: Code, attempts: int
) -> None:
    served = respond(httpserver, status)
    with pytest.raises(error) as caught:
        store.count("quotes")
    assert getattr(caught.value, "code", None) is code
    assert len(served) == attempts
    assert "because" in str(caught.value)


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port: int = server.getsockname()[1]
        return port


def test_nobody_there_is_said_within_a_second() -> None:
    store = ElasticStore(ElasticSettings(url=f"http://127.0.0.1:{free_port()}", attempts=2, backoff_seconds=0.01))
    begun = time.monotonic()
    for use in (store.check, store.setup, lambda: store.write(writes("a"))):
        with pytest.raises(Retry, match="is it running") as caught:
            use()
        assert caught.value.code is Code.STORE_UNAVAILABLE
    assert time.monotonic() - begun < 1
    store.close()


def test_an_answer_that_does_not_come_asks_for_a_retry(httpserver: HTTPServer) -> None:
    def hang(request: Request) -> Response:
        time.sleep(0.5)
        return answer({"count": 1})

    httpserver.expect_request("/parley-quotes/_count").respond_with_handler(hang)
    url = httpserver.url_for("/").rstrip("/")
    store = ElasticStore(ElasticSettings(url=url, attempts=1, request_seconds=0.1))
    with pytest.raises(Retry, match=r"within 0.1 s") as caught:
        store.count("quotes")
    assert caught.value.code is Code.STORE_UNAVAILABLE
    store.close()


def test_something_else_on_that_port(httpserver: HTTPServer, store: ElasticStore) -> None:
    httpserver.expect_request("/parley-quotes/_count").respond_with_json({"count": 1})
    with pytest.raises(Fatal, match="not an Elasticsearch") as caught:
        store.count("quotes")
    assert caught.value.code is Code.BAD_CONFIG


def test_credentials_are_sent_and_never_shown(httpserver: HTTPServer) -> None:
    seen = []

    def handler(request: Request) -> Response:
        seen.append(request.headers["Authorization"])
        return answer({"count": 1})

    httpserver.expect_request("/parley-quotes/_count").respond_with_handler(handler)
    url = httpserver.url_for("/").rstrip("/")
    for settings in (
        ElasticSettings(url=url, api_key="c2VjcmV0OmtleQ=="),
        ElasticSettings(url=url, user="parley", password="hush-hush"),
    ):
        store = ElasticStore(settings)
        store.count("quotes")
        assert "hush-hush" not in f"{settings!r} {store.name}"
        assert "c2VjcmV0" not in f"{settings!r} {store.name}"
        store.close()
    assert seen == ["ApiKey c2VjcmV0OmtleQ==", "Basic cGFybGV5Omh1c2gtaHVzaA=="]


@pytest.mark.parametrize(
    "bad",
    [
        {"url": "127.0.0.1:9200"},
        {"url": "ftp://host"},
        {"url": "http://user:word@host:9200"},
        {"prefix": "Parley"},
        {"prefix": "-x"},
        {"api_key": "k", "user": "u", "password": "p"},
        {"user": "u"},
        {"password": "p"},
        {"attempts": 0},
        {"bulk_items": 0},
    ],
)
def test_settings_that_cannot_be_meant(bad: dict[str, Any]) -> None:
    with pytest.raises(Fatal, match="elasticsearch: ") as caught:
        ElasticSettings(**bad)
    assert caught.value.code is Code.BAD_CONFIG
    assert "word@" not in str(caught.value)


def test_a_certificate_file_that_is_not_there() -> None:
    store = ElasticStore(ElasticSettings(url="https://127.0.0.1:9200", ca_file="/nowhere/ca.pem"))
    with pytest.raises(Fatal) as caught:
        store.count("quotes")
    assert caught.value.code is Code.BAD_CONFIG


def test_names_lead_back_to_their_kind() -> None:
    for kind in KINDS:
        assert templates.kind_of("my-prefix", templates.index_name("my-prefix", kind)) == kind

"""The whole way on the real parts: HTTP -> connector -> Kafka -> Beam -> Elasticsearch -> search, as an operator runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer
from pytest_httpserver import HTTPServer

from connectors.elastic import ElasticSettings, ElasticStore
from connectors.kafka.deadletters import from_message
from connectors.sqlite import SqliteStore
from connectors.store import KINDS, Body, Kind, Store

pytestmark = pytest.mark.stack
PARLEY = [sys.executable, "-m", "pipelines.cli"]
ROOT = Path(__file__).parents[2]

ITEM = """<item><guid isPermaLink="false">{guid}</guid><title>{title}</title>
<pubDate>Thu, 06 Jun 2024 10:00:00 GMT</pubDate><description>{body}</description></item>"""
OSLO = (
    "OSLO, June 6 (Harbour Wire) - German Foreign Minister Annalena Baerbock met Norwegian Foreign Minister Espen Barth Eide "
    "in Oslo on Thursday to discuss the safety of sea cables.&lt;p&gt;"
    '"No cable will be cut here unseen," Baerbock told reporters.&lt;/p&gt;'
    "&lt;p&gt;Eide said that the patrols would begin in autumn. "
    '"We are looking closely," he said.&lt;/p&gt;'
)
FISH = "BERGEN, June 6 (Harbour Wire) - Herring prices rose for a third week, traders said.&lt;p&gt;It rained.&lt;/p&gt;"


def rss(*items: str) -> bytes:
    return f'<rss version="2.0"><channel><title>Harbour</title>{"".join(items)}</channel></rss>'.encode()


@dataclass
class Site:
    """One installation of its own: topics, indices, settings."""

    folder: Path
    kafka: str
    elastic: str
    name: str
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("PARLEY_")},
            "PARLEY__KAFKA__BOOTSTRAP": self.kafka,
            "PARLEY__KAFKA__TOPIC_PREFIX": f"{self.name}.",
            "PARLEY__KAFKA__GROUP": self.name,
            "PARLEY__ELASTICSEARCH__URL": self.elastic,
            "PARLEY__ELASTICSEARCH__PREFIX": self.name,
            "PARLEY__CONNECT__STATE": str(self.folder / "feeds.sqlite"),
            "PARLEY__PIPELINE__MAX_SECONDS": "0.5",
            "PYTHONPATH": str(ROOT),
        }

    def run(self, *words: str, expect: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*PARLEY, *words],
            env={**self.environment, **more},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def drain(self, *more: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        return self.run("pipeline", "--until-idle", "4", *more, expect=expect)

    def topic(self, name: str) -> str:
        return f"{self.name}.{name}"

    def send(self, *articles: dict[str, object] | bytes) -> None:
        producer = KafkaProducer(bootstrap_servers=self.kafka, acks="all")
        futures = []
        for article in articles:
            value = article if isinstance(article, bytes) else json.dumps(article).encode()
            key = b"poison" if isinstance(article, bytes) else str(article["uri"]).encode()
            futures.append(producer.send(self.topic("wire.articles"), key=key, value=value))
        producer.flush()
        for future in futures:
            future.get(10)
        producer.close()

    def messages(self, name: str) -> list:  # type: ignore[type-arg]
        consumer = KafkaConsumer(
            self.topic(name),
            bootstrap_servers=self.kafka,
            auto_offset_reset="earliest",
            consumer_timeout_ms=2500,
            group_id=None,
        )
        found = list(consumer)
        consumer.close()
        return found

    def store(self) -> ElasticStore:
        store = ElasticStore(ElasticSettings(url=self.elastic, prefix=self.name))
        store.refresh()
        return store

    def catalogue(self, server: HTTPServer, path: str = "/feed") -> str:
        file = self.folder / "feeds.toml"
        stanza = f'[[feed]]\nid = "harbour"\nurl = "{server.url_for(path)}"\nprovider = "Harbour Wire"\nallow_private = true\n'
        file.write_text(stanza)
        return str(file)


@pytest.fixture
def site(tmp_path: Path, kafka_bootstrap: str, elasticsearch_url: str, unique: str) -> Site:
    made = Site(tmp_path, kafka_bootstrap, elasticsearch_url, unique)
    made.run("setup")
    return made


def everything(store: Store, kinds: tuple[Kind, ...] = KINDS) -> dict[str, dict[str, Body]]:
    return {kind: {document.id: document.body for document in store.scan(kind)} for kind in kinds}


def without_ingestion(value: object) -> object:
    if isinstance(value, dict):
        return {key: without_ingestion(item) for key, item in value.items() if key not in ("ingested", "sent")}
    return [without_ingestion(item) for item in value] if isinstance(value, list) else value


def story(uri: str, version: int = 1, day: int = 6, body: str = "") -> dict[str, object]:
    text = body or (
        f"OSLO, June {day} (Harbour Wire) - German Foreign Minister Annalena Baerbock met Norwegian Foreign Minister "
        'Espen Barth Eide in Oslo on Thursday.\n\n"We agree," Baerbock said.'
    )
    return {
        "uri": uri, "version": version, "provider": "Harbour Wire", "headline": "Ministers meet", "body": text,
        "published": f"2024-06-{day:02}T10:00:00Z",
    }  # fmt: skip


def test_a_feed_becomes_a_meeting_that_search_finds_and_a_replay_changes_nothing(site: Site, httpserver: HTTPServer) -> None:
    document = rss(
        ITEM.format(guid="1", title="Ministers meet in Oslo", body=OSLO), ITEM.format(guid="2", title="Fish", body=FISH)
    )
    httpserver.expect_request("/feed").respond_with_data(document, content_type="application/rss+xml")
    catalogue = site.catalogue(httpserver)
    site.run("connect", "--once", "--catalogue", catalogue)
    assert len(site.messages("wire.articles")) == 2
    site.drain()
    found = [json.loads(line) for line in site.run("search", "--json", "Baerbock").stdout.splitlines()]
    text = json.dumps(found, ensure_ascii=False)
    assert "Annalena Baerbock" in text
    assert "Espen Barth Eide" in text
    assert "No cable will be cut here unseen," in text
    with_quotes = site.run("search", "looking closely").stdout
    assert "Espen Barth Eide" in with_quotes
    before = everything(site.store())
    assert {kind: len(documents) for kind, documents in before.items()} | {"quotes": 0} == {
        "articles": 2, "meetings": 1, "meeting-reports": 1, "quotes": 0, "alerts": 1, "ledger": 1,
    }  # fmt: skip
    (meeting,) = before["meetings"].values()
    assert sorted(meeting["participant"]["name"]) == ["Annalena Baerbock", "Espen Barth Eide"]  # type: ignore[index,call-overload]
    assert len(site.messages("diplomacy.alerts")) == 1
    assert len(site.messages("diplomacy.meetings")) >= 1
    # Everything once more: the feed is known, and a new group reads the topic from its beginning.
    site.run("connect", "--once", "--catalogue", catalogue)
    assert len(site.messages("wire.articles")) == 2
    site.drain("--group", f"{site.name}-again")
    assert everything(site.store()) == before
    assert len(site.messages("diplomacy.alerts")) == 1


def test_poison_becomes_dead_letters_and_the_rest_goes_through(site: Site) -> None:
    poison = [b"{not json", b'{"uri": 7}', b'{"uri": "x", "body": "\xff"}', b"\x00\x01\x02"]
    site.send(story("a"), *poison, story("b", day=13))
    done = site.drain()
    assert "4 dead letter" in done.stdout + done.stderr
    letters = {record.value: from_message(record.value, record.headers) for record in site.messages("wire.deadletters")}
    assert set(letters) == set(poison)
    assert {letter.code.value for letter in letters.values()} == {"bad_json", "bad_schema", "bad_encoding"}
    assert all(
        letter.stage == "decode" and letter.origin.startswith(f"kafka:{site.topic('wire.articles')}/")
        for letter in letters.values()
    )
    assert set(everything(site.store(), ("articles",))["articles"]) != set()
    assert site.store().count("articles") == 2
    site.drain("--group", f"{site.name}-again")
    assert {from_message(r.value, r.headers).id for r in site.messages("wire.deadletters")} == {
        one.id for one in letters.values()
    }


def test_a_newer_version_replaces_and_an_older_one_does_not(site: Site) -> None:
    site.send(story("a", version=2))
    site.drain()
    newer = story("a", version=3, body="OSLO, June 6 (Harbour Wire) - Herring prices rose on Thursday, traders said.")
    site.send(newer)
    site.drain()
    store = site.store()
    (article,) = everything(store, ("articles",))["articles"].values()
    assert article["article"]["version"] == 3  # type: ignore[index,call-overload]
    assert store.count("quotes") == len(
        [q for q in everything(store, ("quotes",))["quotes"].values() if "We agree" not in str(q)]
    )
    assert store.count("meetings") == 0
    assert store.count("meeting-reports") == 0
    after = everything(store)
    site.send(story("a", version=1), story("a", version=2))
    site.drain()
    assert everything(site.store()) == after


def test_the_embedded_way_gives_the_same_documents(site: Site, tmp_path: Path) -> None:
    articles = [story("a"), story("b", day=13), {"uri": "c", "body": "Herring rose."}, story("a", version=2)]
    site.send(*articles)
    site.drain()
    file = tmp_path / "stories.jsonl"
    file.write_text("\n".join(json.dumps(article) for article in articles))
    site.run("run", "--embedded", "--db", str(tmp_path / "one.sqlite"), str(file))
    embedded = SqliteStore(tmp_path / "one.sqlite")
    kinds: tuple[Kind, ...] = ("meetings", "meeting-reports", "quotes", "alerts")
    assert without_ingestion(everything(site.store(), kinds)) == without_ingestion(everything(embedded, kinds))
    assert everything(embedded, ("articles",))["articles"].keys() == everything(site.store(), ("articles",))["articles"].keys()
    embedded.close()


def test_kill_9_in_the_middle_loses_and_doubles_nothing(site: Site) -> None:
    stories = [story(f"s{n}", day=1 + n % 28) for n in range(1500)]
    site.send(*stories)
    for _ in range(2):
        worker = subprocess.Popen(
            [*PARLEY, "pipeline"], env=site.environment, cwd=site.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(lambda: site.store().count("articles") > 0, 60)
        time.sleep(0.3)
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
    site.drain()
    store = site.store()
    assert store.count("articles") == 1500
    assert {body["article"]["uri"] for body in everything(store, ("articles",))["articles"].values()} == {
        s["uri"] for s in stories
    }  # type: ignore[index,call-overload]
    alerts = [json.loads(record.value)["id"] for record in site.messages("diplomacy.alerts")]
    assert len(set(alerts)) == store.count("alerts")


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not within its time"
        time.sleep(0.1)


def test_sigterm_ends_a_worker_within_ten_seconds(site: Site) -> None:
    worker = subprocess.Popen([*PARLEY, "pipeline"], env=site.environment, cwd=site.folder, stderr=subprocess.PIPE, text=True)
    time.sleep(6)
    started = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    _, told = worker.communicate(timeout=15)
    assert time.monotonic() - started < 10
    assert worker.returncode in (0, 130, 143)
    assert "Traceback" not in told


def test_services_that_are_absent_are_told_with_status_4(site: Site) -> None:
    started = time.monotonic()
    gone = site.run("pipeline", "--until-idle", "1", expect=4, PARLEY__KAFKA__BOOTSTRAP="127.0.0.1:9")
    assert "Kafka at 127.0.0.1:9" in gone.stderr
    gone = site.run(
        "search", "x", expect=4, PARLEY__ELASTICSEARCH__URL="http://127.0.0.1:9", PARLEY__ELASTICSEARCH__TIMEOUT_SECONDS="2"
    )
    assert "127.0.0.1:9" in gone.stderr
    assert time.monotonic() - started < 90


def test_what_is_not_set_up_is_told_with_status_5(site: Site) -> None:
    absent = site.run("search", "x", expect=5, PARLEY__ELASTICSEARCH__PREFIX="nothing-here")
    assert "parley setup" in absent.stderr


def test_a_bomb_and_a_dead_feed_are_told(site: Site, httpserver: HTTPServer) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel>&b;</channel></rss>'
    httpserver.expect_request("/feed").respond_with_data(bomb)
    done = site.run("connect", "--once", "--catalogue", site.catalogue(httpserver), expect=3)
    assert "unsafe_xml" in done.stdout + done.stderr
    (letter,) = site.messages("wire.deadletters")
    assert letter.value == bomb
    catalogue = Path(site.catalogue(httpserver))
    catalogue.write_text(catalogue.read_text().replace(str(httpserver.port), "9"))
    dead = site.run("connect", "--once", "--catalogue", str(catalogue), expect=4)
    assert "harbour" in dead.stdout + dead.stderr

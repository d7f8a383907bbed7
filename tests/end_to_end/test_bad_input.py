"""Bad input on the embedded way: a clear word, the right exit status, nothing lost, no traceback. No server is needed."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.end_to_end.stories import people, story
from tests.end_to_end.world import ROOT, counts

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><rss version="2.0"><channel><title>&c;</title></channel></rss>'
)
FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Own</title><item>
<guid isPermaLink="false">{uri}</guid><title>{headline}</title><pubDate>Mon, 08 Jan 2024 12:00:00 GMT</pubDate>
<description>{body}</description></item></channel></rss>"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def parley(folder: Path, *arguments: str, status: int) -> tuple[str, str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PARLEY")}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments],
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


def letters(folder: Path, db: str) -> Sequence[dict[str, str]]:
    out, _ = parley(folder, "deadletters", "list", "--db", db, "--json", status=0)
    return [json.loads(line) for line in out.splitlines()]


def test_each_bad_line_is_one_dead_letter_and_the_rest_is_found(here: Path) -> None:
    bad = [
        b'{"uri": "cut',
        b'{"uri": 7, "body": "x"}',
        b'{"body": "no uri"}',
        b'{"uri": "latin", "body": "caf\xe9"}',
        b'{"uri": "huge", "body": "' + b"x" * 20_000_000 + b'"}',
    ]
    fine = [story(0).to_json(), b'{"uri": "empty", "body": ""}', b'{"uri": "fr", "language": "fr", "body": "Il pleut."}']
    (here / "mixed.jsonl").write_bytes(b"\n".join([*bad, *fine]))
    _, told = parley(here, "run", "--embedded", "--db", "a.sqlite", "mixed.jsonl", "absent.jsonl", status=3)
    total = counts(told)
    assert (total["received"], total["dead letter"], total["meeting"], total["no meeting"]) == (9, 6, 1, 2)
    kept = letters(here, "a.sqlite")
    assert {one["origin"] for one in kept} == {*(f"file:mixed.jsonl:{n}" for n in range(1, 6)), "file:absent.jsonl:0"}
    codes = {one["origin"]: one["code"] for one in kept}
    assert codes["file:mixed.jsonl:1"] == "bad_json"
    assert codes["file:mixed.jsonl:4"] == "bad_encoding"
    assert codes["file:mixed.jsonl:5"] == "too_large"
    raw, _ = parley(here, "deadletters", "show", kept[0]["id"], "--db", "a.sqlite", "--raw", status=0)
    assert raw.encode() in bad
    out, _ = parley(here, "search", "--db", "a.sqlite", "--json", people(0)[0], status=0)
    assert {json.loads(line)["kind"] for line in out.splitlines()} == {"meetings", "quotes"}
    # Once more: nothing is new, and no letter is kept twice.
    _, told = parley(here, "run", "--embedded", "--db", "a.sqlite", "mixed.jsonl", "absent.jsonl", status=3)
    assert counts(told)["duplicate"] == 3
    assert letters(here, "a.sqlite") == kept


def test_feeds_a_bomb_a_dead_one_and_a_good_one(here: Path, httpserver: HTTPServer) -> None:
    own = story(0)
    body = own.body.replace("\n\n", "&lt;p&gt;")
    good = FEED.format(uri=own.uri, headline=own.headline, body=body)
    httpserver.expect_request("/bomb").respond_with_data(BOMB, content_type="application/rss+xml")
    httpserver.expect_request("/good").respond_with_data(good, content_type="application/rss+xml")
    httpserver.expect_request("/gone").respond_with_data("no", status=404)
    stanzas = [
        f'[[feed]]\nid = "{name}-feed"\nurl = "{httpserver.url_for(name)}"\nprovider = "Own"\nallow_private = true\n'
        for name in ("/bomb", "/good", "/gone")
    ]
    (here / "feeds.toml").write_text("\n".join(stanzas).replace('id = "/', 'id = "'))
    run = ("run", "--embedded", "--feeds", "--catalogue", "feeds.toml", "--db", "b.sqlite")
    _, told = parley(here, *run, status=3)
    assert (counts(told)["meeting"], counts(told)["dead letter"]) == (1, 1)
    assert "gone-feed: " in told
    (letter,) = letters(here, "b.sqlite")
    assert (letter["code"], letter["origin"]) == ("unsafe_xml", "feed:bomb-feed")
    # What was seen is remembered: nothing is new the second time.
    _, told = parley(here, *run, status=3)
    assert counts(told)["received"] == counts(told)["dead letter"]


def test_loopback_is_not_fetched_unless_the_catalogue_says_so(here: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/good").respond_with_data("secret")
    (here / "feeds.toml").write_text(f'[[feed]]\nid = "inside"\nurl = "{httpserver.url_for("/good")}"\nprovider = "x"\n')
    _, told = parley(here, "run", "--embedded", "--feeds", "--catalogue", "feeds.toml", "--db", "c.sqlite", status=3)
    assert "forbidden_address" in told
    assert not httpserver.log


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("search", "--db", "absent.sqlite", "x"), 5, "parley setup"),
        (("search", "--db", "other.sqlite", "x"), 5, "other.sqlite"),
        (("search", "--store", "nonsense", "x"), 2, "nonsense"),
        (("run", "--embedded", "--db", "other.sqlite", "x.jsonl"), 5, "other.sqlite"),
        (("run", "x.jsonl"), 2, "--embedded"),
        (("run", "--embedded"), 2, "files"),
        (("run", "--embedded", "--feeds", "--catalogue", "absent.toml"), 2, "absent.toml"),
        (("run", "--embedded", "--feeds", "--feed", "nobody"), 2, "nobody"),
        (("feeds", "try", "ftp://x"), 2, "ftp://x"),
        (("deadletters", "show", "abc", "--db", "absent.sqlite"), 2, "abc"),
        (("pipeline", "--worker", "3/2"), 2, "3/2"),
        (("demo", "--samples", "nowhere"), 2, "nowhere"),
        (("--config", "absent.toml", "search", "x"), 2, "absent.toml"),
    ],
)
def test_what_cannot_be_is_said(here: Path, arguments: tuple[str, ...], status: int, says: str) -> None:
    with sqlite3.connect(here / "other.sqlite") as other:
        other.execute("CREATE TABLE accounts (x)")
    (here / "x.jsonl").write_bytes(story(1).to_json())
    _, told = parley(here, *arguments, status=status)
    assert says in told


def test_the_demo_tells_its_stories(here: Path) -> None:
    out, told = parley(here, "demo", "--samples", str(ROOT / "samples"), status=0)
    for words in (
        "Annalena Baerbock · German Foreign Minister, Germany",
        "before: planned (2024-06-04)",
        "by phone",
        "CANCELLED",
    ):
        assert words in out
    assert "18 received" in out
    assert "0 dead letter" in out
    assert "Sommerfeld" not in out  # killed
    assert "parley search" in told
    found, _ = parley(here, "search", "--db", ".parley/demo.sqlite", "Baerbock", status=0)
    assert "Espen Barth Eide" in found
    doctor, _ = parley(here, "doctor", "--db", ".parley/demo.sqlite", status=0)
    assert "WRONG" not in doctor

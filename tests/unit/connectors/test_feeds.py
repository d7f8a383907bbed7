"""Feeds: what is read, what is refused before any parser sees it, and what is remembered."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.feeds.fetch import Memory, fetch
from connectors.feeds.htmltext import to_text
from connectors.feeds.parse import canonical_url, parse_feed
from connectors.feeds.poll import FeedOutcome, sweep
from connectors.feeds.seen import SeenStore
from connectors.feeds.source import FeedSource, Limits, load_catalogue, read_catalogue
from schemas.article import Article
from schemas.errors import Code, Fatal, Quarantine, Retry

SOURCE = FeedSource(id="harbour", url="http://127.0.0.1:1/feed", provider="Harbour Wire")
RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Harbour &amp; Sea</title>
<item><guid isPermaLink="false">tag:1</guid><title>Ministers &lt;b&gt;meet&lt;/b&gt;</title>
<link>HTTPS://News.Example/a?utm_source=rss&amp;id=7#top</link><pubDate>Thu, 14 Mar 2019 18:20:00 GMT</pubDate>
<author>desk@harbour.example (The Desk)</author><category>diplomacy</category>
<description>Short.</description>
<content:encoded><![CDATA[<p>First &ldquo;words&rdquo;.</p><script>alert(1)</script>
<p>Second<br>line.</p>]]></content:encoded></item>
<item><title>No identity but a title</title></item>
<item></item></channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Ministère</title>
<entry><id>urn:x:1</id><title>Entretien</title><updated>2020-02-03T04:05:06+02:00</updated>
<summary type="html">&lt;p&gt;Été&lt;/p&gt;</summary></entry></feed>""".encode()


def test_rss_items_become_articles() -> None:
    parsed = parse_feed(RSS, SOURCE)
    assert parsed.title == "Harbour & Sea"
    first, second = parsed.articles
    assert first.uri == "harbour:tag:1"
    assert first.headline == "Ministers meet"
    assert first.body == "First “words”.\n\nSecond\n\nline."
    assert first.published is not None
    assert first.published.isoformat() == "2019-03-14T18:20:00+00:00"
    assert (first.url, first.subjects, first.provider) == ("https://news.example/a?id=7", ("diplomacy",), "Harbour Wire")
    assert second.uri.startswith("harbour:sha256:")
    assert second.published is None
    assert [refusal.code for refusal in parsed.refused] == [Code.BAD_SCHEMA]


def test_atom_entries_become_articles() -> None:
    (article,) = parse_feed(ATOM, SOURCE, "application/atom+xml").articles
    assert (article.uri, article.headline, article.body) == ("harbour:urn:x:1", "Entretien", "Été")
    assert article.published is not None
    assert article.published.isoformat() == "2020-02-03T02:05:06+00:00"


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><rss><channel/></rss>'


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b"\xef\xbb\xbf" + BOMB,
        b"<!-- <a> --><!doctype rss SYSTEM 'file:///etc/hostname'><rss/>",
        BOMB.decode().encode("utf-16"),
        b"<?xml version='1.0' encoding='utf-7'?><rss/>",
        b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "x"><rss/>',
    ],
)
def test_document_types_are_refused_before_parsing(data: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(Quarantine) as refused:
        parse_feed(data, SOURCE)
    assert refused.value.code is Code.UNSAFE_XML
    assert time.monotonic() - started < 0.5


def test_words_that_look_like_a_declaration_inside_an_item_are_text() -> None:
    data = RSS.replace(b"Short.", b"<![CDATA[<!DOCTYPE html><p>x</p>]]>")
    assert len(parse_feed(data, SOURCE).articles) == 2


@pytest.mark.parametrize("data", [b"", b"<html><body>Not found</body></html>", b"{}", b"\x00\xff" * 50, b"<rss><channel>"])
def test_what_is_no_feed_is_refused(data: bytes) -> None:
    with pytest.raises(Quarantine) as refused:
        parse_feed(data, SOURCE)
    assert refused.value.code is Code.BAD_FEED


def test_caps_on_bytes_items_and_fields() -> None:
    item = b"<item><guid>%d</guid><title>t</title><description>" + b"y" * 500 + b"</description></item>"
    many = b"<rss version='2.0'><channel><title>x</title>" + b"".join(item.replace(b"%d", b"%d" % n) for n in range(3000))
    source = SOURCE.model_copy(update={"limits": Limits(items=20, field_chars=100, bytes=4 << 20)})
    started = time.monotonic()
    parsed = parse_feed(many + b"</channel></rss>", source)
    assert time.monotonic() - started < 3
    assert (len(parsed.articles), parsed.truncated) == (20, True)
    assert {len(article.body) for article in parsed.articles} == {100}
    with pytest.raises(Quarantine, match="bytes, 1,024 are allowed"):
        parse_feed(many, SOURCE.model_copy(update={"limits": Limits(bytes=1024)}))


def test_a_hundred_thousand_nested_tags_cost_linear_time() -> None:
    started = time.monotonic()
    assert to_text("<div>" * 100_000 + "deep" + "</div>" * 100_000) == "deep"
    assert time.monotonic() - started < 3


def test_addresses_lose_their_tracking() -> None:
    assert canonical_url("https://A.example/p?utm_campaign=x&fbclid=1&q=ü#f") == "https://a.example/p?q=%C3%BC"
    assert canonical_url("http://[broken") == "http://[broken"


def test_the_shipped_catalogue_is_sound() -> None:
    sources = load_catalogue()
    assert len(sources) >= 10
    assert all(source.address_source and not source.allow_private for source in sources)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[feed]]\nid='A b'\nurl='http://x'\nprovider='p'", "feed 1"),
        ("[[feed]]\nid='aa'\nurl='ftp://x'\nprovider='p'", "url"),
        ("[[feed]]\nid='aa'\nurl='http://x'\nprovider='p'\ncolour='red'", "colour"),
        ("[[feed]]\nid='aa'\nurl='http://x'\nprovider='p'\n" * 2, "two feeds"),
        ("[[feed", "not TOML"),
    ],
)
def test_a_catalogue_is_refused_with_the_stanza_named(text: str, says: str) -> None:
    with pytest.raises(Fatal, match=says):
        read_catalogue(text, "c.toml")


def local(server: HTTPServer, path: str = "/feed", **limits: float) -> FeedSource:
    made = Limits.model_validate(limits)
    return SOURCE.model_copy(update={"url": server.url_for(path), "allow_private": True, "limits": made})


def test_a_private_address_is_never_reached(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(RSS)
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"):
        source = SOURCE.model_copy(update={"url": f"http://{host}:{httpserver.port}/feed"})
        fetched = asyncio.run(fetch(source))
        assert fetched.error is not None
        assert fetched.error.code is Code.FORBIDDEN_ADDRESS, host
    assert len(httpserver.log) == 0


def test_conditional_requests(httpserver: HTTPServer) -> None:
    def answer(request: Request) -> Response:
        if request.headers.get("If-None-Match") == '"v1"':
            return Response(status=304)
        return Response(RSS, headers={"ETag": '"v1"', "Content-Type": "application/rss+xml"})

    httpserver.expect_request("/feed").respond_with_handler(answer)
    first = asyncio.run(fetch(local(httpserver)))
    assert first.data == RSS
    assert first.memory == Memory('"v1"', None)
    again = asyncio.run(fetch(local(httpserver), first.memory))
    assert again.unchanged
    assert again.data is None


def test_bombs_redirects_and_dead_feeds_are_values(httpserver: HTTPServer) -> None:
    bomb = gzip.compress(b"0" * 20_000_000)
    httpserver.expect_request("/bomb").respond_with_data(bomb, headers={"Content-Encoding": "gzip"})
    httpserver.expect_request("/loop").respond_with_data("", status=302, headers={"Location": "/loop"})
    httpserver.expect_request("/gone").respond_with_data("", status=410)
    httpserver.expect_request("/scheme").respond_with_data("", status=302, headers={"Location": "file:///etc/hostname"})
    outcomes = {
        path: asyncio.run(fetch(local(httpserver, path, bytes=1 << 20))) for path in ("/bomb", "/loop", "/gone", "/scheme")
    }
    assert outcomes["/bomb"].error is not None
    assert outcomes["/bomb"].error.code is Code.TOO_LARGE
    assert all(outcome.error is not None and outcome.data is None for outcome in outcomes.values())
    assert outcomes["/gone"].gone


def test_a_slow_feed_ends_at_its_time_limit(httpserver: HTTPServer) -> None:
    def slow(request: Request) -> Response:
        time.sleep(1.5)
        return Response(RSS)

    httpserver.expect_request("/feed").respond_with_handler(slow)
    started = time.monotonic()
    fetched = asyncio.run(fetch(local(httpserver, total_seconds=0.4)))
    assert time.monotonic() - started < 1.2
    assert isinstance(fetched.error, Retry)


def collect(sources: Sequence[FeedSource], seen: SeenStore, published: list[Article]) -> list[FeedOutcome]:
    async def run() -> list[FeedOutcome]:
        return [outcome async for outcome in sweep(sources, seen, lambda _, articles: published.extend(articles))]

    return asyncio.run(run())


def test_what_was_seen_is_silent_and_a_change_is_the_next_version(httpserver: HTTPServer, tmp_path: Path) -> None:
    document = [RSS]
    httpserver.expect_request("/feed").respond_with_handler(lambda _: Response(document[0]))
    published: list[Article] = []
    for _ in range(2):  # over a restart, too
        seen = SeenStore(tmp_path / "seen.sqlite")
        collect([local(httpserver)], seen, published)
        seen.close()
    assert [article.version for article in published] == [1, 1]
    document[0] = RSS.replace(b"Second", b"Changed")
    seen = SeenStore(tmp_path / "seen.sqlite")
    collect([local(httpserver)], seen, published)
    seen.close()
    assert [(article.uri, article.version) for article in published[2:]] == [("harbour:tag:1", 2)]


def test_what_was_not_published_is_not_remembered(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(RSS)
    seen = SeenStore(":memory:")

    def refuse(source: FeedSource, articles: Sequence[Article]) -> None:
        raise Retry(Code.KAFKA_UNAVAILABLE, "away")

    async def run() -> None:
        async for _ in sweep([local(httpserver)], seen, refuse):
            pass

    with pytest.raises(Retry):
        asyncio.run(run())
    published: list[Article] = []
    collect([local(httpserver)], seen, published)
    assert len(published) == 2
    seen.close()


def test_a_dead_feed_marks_only_itself(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(RSS)
    httpserver.expect_request("/bomb").respond_with_data(BOMB)
    dead = SOURCE.model_copy(update={"id": "dead", "url": "http://127.0.0.1:9/x", "allow_private": True})
    bomb = local(httpserver, "/bomb").model_copy(update={"id": "bomb"})
    seen = SeenStore(":memory:")
    published: list[Article] = []
    outcomes = {outcome.source.id: outcome for outcome in collect([dead, bomb, local(httpserver)], seen, published)}
    assert outcomes["dead"].error is not None
    assert outcomes["dead"].error.code is Code.FETCH_FAILED
    assert outcomes["bomb"].error is not None
    assert outcomes["bomb"].error.code is Code.UNSAFE_XML
    assert outcomes["bomb"].raw == BOMB
    assert outcomes["harbour"].published == len(published) == 2
    seen.close()

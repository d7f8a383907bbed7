"""RSS and Atom: bytes in, articles out. Document types and entities are refused before any parser sees the bytes."""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import feedparser
from pydantic import ValidationError

from connectors.feeds.htmltext import to_text
from connectors.feeds.source import FeedSource
from schemas.article import Article
from schemas.errors import Code, Quarantine

_DECLARATION = re.compile(rb"<\s*!\s*(?:DOCTYPE|ENTITY)", re.I)
_PROLOG = re.compile(rb"(?:\s|\xef\xbb\xbf|\x00|<\?.*?\?>|<!--.*?-->)*", re.S)
_ELEMENT = re.compile(rb"<[A-Za-z_:]")
_WIDE = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|at_\w+|ns_\w+|xtor|cmp(?:id)?|mc_[ce]id|ref|source|rss|partner|ocid|smid)$", re.I
)


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a document held. ``refused`` says of single items why they are no articles."""

    title: str
    articles: tuple[Article, ...]
    refused: tuple[Quarantine, ...] = ()
    truncated: bool = False
    """More items stood there than the limit allows."""


def parse_feed(data: bytes, source: FeedSource, content_type: str | None = None) -> ParsedFeed:
    """The articles of a feed document, in its order.

    Raises ``Quarantine``: ``too_large`` past the byte cap, ``unsafe_xml`` for a document type with declarations,
    ``bad_feed`` for what is neither RSS nor Atom. The clock is never asked: an item without a date has none.
    """
    limits = source.limits
    if len(data) > limits.bytes:
        raise Quarantine(Code.TOO_LARGE, f"feed {source.id}: {len(data):,} bytes, {limits.bytes:,} are allowed")
    refuse_declarations(data, source.id)
    headers = {"content-type": content_type} if content_type else {"content-type": "application/xml"}
    document = feedparser.parse(_cut_items(data, limits.items), response_headers=headers)
    if not document.entries and (not document.get("version") or document.get("bozo")):
        raise Quarantine(Code.BAD_FEED, f"feed {source.id}: neither RSS nor Atom ({_problem(document)}): check its address")
    articles, refused = [], []
    for entry in document.entries[: limits.items]:
        try:
            articles.append(_article(entry, source))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            refused.append(Quarantine(Code.BAD_SCHEMA, f"feed {source.id}: an item's {field}: {first['msg']}"))
        except Quarantine as error:
            refused.append(error)
    title = to_text(str(document.feed.get("title", "")))[:500]
    return ParsedFeed(title, tuple(articles), tuple(refused), truncated=_count_items(data) > limits.items)


def refuse_declarations(data: bytes, name: str) -> None:
    """Raises ``Quarantine`` (``unsafe_xml``) if the document declares a type or an entity, in any encoding XML may have."""
    for mark, encoding in _WIDE:
        if data.startswith(mark):
            data = data.decode(encoding, "replace").encode("utf-8", "replace")
            break
    if re.match(rb"\s*<\?xml[^>]*encoding\s*=\s*['\"](?:utf-?7|utf-?32|ucs|ebcdic|cp037)", data[:200], re.I):
        raise Quarantine(Code.UNSAFE_XML, f"{name}: an encoding that can hide markup: ask the publisher for UTF-8")
    # Declarations are legal only before the root element; the same words inside an item's text are text.
    prolog = _PROLOG.match(data)
    start = prolog.end() if prolog else 0
    root = _ELEMENT.search(data, start)
    if _DECLARATION.search(data, start, root.start() if root else len(data)):
        raise Quarantine(Code.UNSAFE_XML, f"{name}: declares a document type or an entity: such feeds are not read")


_ITEM = re.compile(rb"<(?:[\w-]+:)?(?:item|entry)[\s>]", re.I)


def _count_items(data: bytes) -> int:
    return sum(1 for _ in _ITEM.finditer(data))


def _cut_items(data: bytes, limit: int) -> bytes:
    """The document up to its ``limit``-th item: feedparser's cost grows with all of them. It mends the open end."""
    for number, match in enumerate(_ITEM.finditer(data)):
        if number == limit:
            return data[: match.start()]
    return data


def _problem(document: feedparser.FeedParserDict) -> str:
    error = document.get("bozo_exception")
    return type(error).__name__ if error is not None else "no items"


def _article(entry: feedparser.FeedParserDict, source: FeedSource) -> Article:
    cap = source.limits.field_chars
    link = str(entry.get("link", ""))
    url = canonical_url(link) if link else None
    guid = str(entry.get("id", "")).strip()
    headline = to_text(str(entry.get("title", "")))[:cap] or None
    body = max(_texts(entry, cap), key=len, default="")
    if not guid and not url and not headline:
        raise Quarantine(Code.BAD_SCHEMA, f"feed {source.id}: an item has neither id, link nor title")
    identity = guid or url or "sha256:" + hashlib.sha256(str(headline).encode()).hexdigest()
    return Article(
        uri=f"{source.id}:{identity}"[:2_048],
        provider=source.provider,
        headline=headline[:10_000] if headline else None,
        body=body,
        published=_instant(entry),
        language=str(entry.get("language") or source.language)[:64] or "en",
        by=(to_text(str(entry.get("author", "")))[:4_096] or None),
        subjects=tuple(str(tag.get("term"))[:4_096] for tag in entry.get("tags", [])[:100] if tag.get("term")),
        url=url[:4_096] if url else None,
    )


def _texts(entry: feedparser.FeedParserDict, cap: int) -> Iterator[str]:
    for content in entry.get("content", []):
        yield to_text(str(content.get("value", ""))[:cap])
    yield to_text(str(entry.get("summary", ""))[:cap])


def _instant(entry: feedparser.FeedParserDict) -> dt.datetime | None:
    for name in ("updated_parsed", "published_parsed"):
        parsed = entry.get(name) if name in entry else None  # `get` alone would put one in the other's place
        if isinstance(parsed, time.struct_time):
            try:
                return dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC)
            except (OverflowError, ValueError, OSError):
                continue
    return None


def canonical_url(url: str) -> str:
    """Host in lower case, no fragment, no tracking parameters: one story, one address."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    query = urlencode(
        [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(name)]
    )
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, query, ""))


def content_hash(article: Article) -> str:
    """A hash of what readers see: an item whose hash changed is a new version."""
    seen = "\x1f".join((article.headline or "", article.body, article.by or ""))
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()

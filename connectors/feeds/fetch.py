"""Fetching a feed: one request with every guard, and an answer that is a value whatever happens."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.connector import AddrInfoType

from connectors.feeds.source import FeedSource
from schemas.errors import Code, ParleyError, Quarantine, Retry

_AGENT = "Parley/0.1 (+news feed reader)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Memory:
    """What the last fetch left for the next one."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """The outcome of one fetch. Exactly one of ``data``, ``unchanged`` and ``error`` speaks."""

    data: bytes | None = None
    content_type: str | None = None
    memory: Memory = Memory()
    unchanged: bool = False
    """The server says that nothing is new (304)."""
    error: ParleyError | None = None
    moved_to: str | None = None
    """Where the feed permanently went (301, 308)."""
    gone: bool = False
    """The publisher took it down for good (410)."""


class _Forbidden(OSError):
    """A connection to an address that is not public."""


def _is_public(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if inner is not None:
            return inner.is_global
    return parsed.is_global and not parsed.is_multicast


def _guarded_socket(info: AddrInfoType) -> socket.socket:
    """A socket for a resolved address: looked at here, where no later DNS answer can change it."""
    family, kind, protocol, _, address = info
    if not _is_public(str(address[0])):
        raise _Forbidden(f"{address[0]} is no public address")
    made = socket.socket(family=family, type=kind, proto=protocol)
    made.setblocking(False)
    return made


async def fetch(source: FeedSource, memory: Memory = Memory()) -> Fetched:
    """Fetch a feed's document. Never raises for what the other side does: the error stands in the result."""
    limits = source.limits
    timeout = aiohttp.ClientTimeout(
        total=limits.total_seconds, sock_connect=limits.connect_seconds, sock_read=limits.total_seconds
    )
    connector = aiohttp.TCPConnector(
        limit=2, use_dns_cache=False, socket_factory=None if source.allow_private else _guarded_socket
    )
    headers = {"User-Agent": _AGENT, "Accept": "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5"}
    if memory.etag:
        headers["If-None-Match"] = memory.etag
    if memory.last_modified:
        headers["If-Modified-Since"] = memory.last_modified
    try:
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, headers=headers) as session:
            async with asyncio.timeout(limits.total_seconds):
                return await _follow(session, source, memory)
    except _Forbidden as error:
        return Fetched(error=_forbidden(source, str(error)))
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, _Forbidden) or "no public address" in str(error):
            return Fetched(error=_forbidden(source, str(error.os_error)))
        return Fetched(error=_failed(source, f"cannot connect ({error.os_error.strerror or type(error).__name__})"))
    except TimeoutError:
        return Fetched(error=_failed(source, f"no whole answer within {limits.total_seconds:g} s"))
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return Fetched(error=_failed(source, f"{type(error).__name__}: {str(error)[:200]}"))


async def _follow(session: aiohttp.ClientSession, source: FeedSource, memory: Memory) -> Fetched:
    """The request and its redirects, by hand: each hop is a new address to be looked at."""
    url, moved = source.url, None
    for hop in range(source.limits.redirects + 1):
        async with session.get(url, allow_redirects=False) as answer:
            if answer.status in _REDIRECTS and "Location" in answer.headers:
                url = urljoin(url, answer.headers["Location"])
                if urlsplit(url).scheme not in ("http", "https"):
                    return Fetched(error=_failed(source, "redirected to an address that is neither http nor https"))
                if answer.status in (301, 308) and hop == 0:
                    moved = url
                continue
            return await _read(answer, source, memory, moved)
    return Fetched(error=_failed(source, f"more than {source.limits.redirects} redirects"))


async def _read(answer: aiohttp.ClientResponse, source: FeedSource, memory: Memory, moved: str | None) -> Fetched:
    if answer.status == 304:
        return Fetched(unchanged=True, memory=memory, moved_to=moved)
    if answer.status == 410:
        return Fetched(error=_failed(source, "the publisher has taken it down (410): retire it in the catalogue"), gone=True)
    if answer.status != 200:
        return Fetched(error=_failed(source, f"HTTP {answer.status} {answer.reason or ''}".strip()))
    blocks, size = [], 0
    async for block in answer.content.iter_chunked(65_536):  # decompressed: the cap counts what memory would hold
        size += len(block)
        if size > source.limits.bytes:
            message = f"feed {source.id}: more than {source.limits.bytes:,} bytes: raise its limit if that is right"
            return Fetched(error=Quarantine(Code.TOO_LARGE, message))
        blocks.append(block)
    return Fetched(
        data=b"".join(blocks),
        content_type=answer.headers.get("Content-Type"),
        memory=Memory(answer.headers.get("ETag"), answer.headers.get("Last-Modified")),
        moved_to=moved,
    )


def _failed(source: FeedSource, why: str) -> Retry:
    return Retry(Code.FETCH_FAILED, f"feed {source.id} at {source.url}: {why}")


def _forbidden(source: FeedSource, why: str) -> Quarantine:
    message = f"feed {source.id} at {source.url}: {why}; set allow_private in its stanza if it stands on your own network"
    return Quarantine(Code.FORBIDDEN_ADDRESS, message)

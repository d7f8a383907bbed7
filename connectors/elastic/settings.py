"""Where Elasticsearch is, and who we are to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from schemas.errors import Code, Fatal

_PREFIX = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}\Z")


@dataclass(frozen=True, slots=True)
class ElasticSettings:
    """Raises ``Fatal`` with ``bad_config`` for settings that cannot be meant. Secrets are left out of ``repr``."""

    url: str = "http://127.0.0.1:9200"
    """Scheme, host and port; no user or password."""
    prefix: str = "parley"
    """Names of templates, indices and aliases start with it: several Parleys can share a cluster."""
    api_key: str | None = field(default=None, repr=False)
    """In its encoded form, as Kibana shows it."""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    """PEM file with the certificate authority, for a cluster whose certificate no public one signed."""
    request_seconds: float = 30.0
    """How long one request may take."""
    attempts: int = 5
    """How often a request, or an item of a bulk, is tried before ``Retry`` is raised."""
    backoff_seconds: float = 0.1
    """Longest wait before the second attempt. It doubles each time, up to 5 s; the wait is drawn at random below."""
    bulk_items: int = 500
    bulk_bytes: int = 8 * 1024 * 1024
    """Largest body of a bulk request; a single larger document still goes, alone."""
    shards: int = 1

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise _bad("url", "must be http://HOST:PORT or https://HOST:PORT")
        if parts.username or parts.password:
            raise _bad("url", "must hold no user or password: give them as `user` and `password`, or an `api_key`")
        if not _PREFIX.match(self.prefix):
            raise _bad("prefix", "must be lower-case letters, digits, '.', '_' and '-'")
        if self.api_key and self.user:
            raise _bad("api_key", "and user are both given: choose one")
        if bool(self.user) != bool(self.password):
            raise _bad("user", "and password go together: one of them is missing")
        if min(self.attempts, self.bulk_items, self.bulk_bytes, self.shards) < 1:
            raise _bad("attempts, bulk_items, bulk_bytes, shards", "must be at least 1")


def _bad(name: str, what: str) -> Fatal:
    return Fatal(Code.BAD_CONFIG, f"elasticsearch: {name} {what}")

"""One client with Parley's rules for trying again, and the cluster's errors in Parley's words."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from elastic_transport import ConnectionError as NotConnected
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from connectors.elastic.settings import ElasticSettings
from schemas.errors import Code, Fatal, ParleyError, Retry

LONGEST_WAIT = 5.0
OVERLOADED = frozenset({429, 503})
PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses of a whole request that a later attempt may not meet."""
_T = TypeVar("_T")


class Client:
    """The official client, with bounded attempts."""

    def __init__(self, settings: ElasticSettings) -> None:
        self.settings = settings
        parts = urlsplit(settings.url)
        self.address = f"{parts.scheme}://{parts.netloc}"
        if settings.ca_file and not Path(settings.ca_file).is_file():
            # The client itself would report it as a failed connection, at the first request.
            raise Fatal(Code.BAD_CONFIG, f"elasticsearch: there is no file {settings.ca_file}: check `ca_file`")
        try:
            self.raw = Elasticsearch(
                settings.url,
                api_key=settings.api_key,
                basic_auth=(settings.user, settings.password or "") if settings.user else None,
                ca_certs=settings.ca_file or DEFAULT,
                request_timeout=settings.request_seconds,
                max_retries=0,  # tried again here, where the number of attempts and the waits between them are ours
                retry_on_timeout=False,
            )
        except (OSError, ValueError) as error:
            raise Fatal(Code.BAD_CONFIG, f"elasticsearch: these settings make no client: {error}") from error

    def call(self, what: str, request: Callable[[], _T]) -> _T:
        """The request's answer; tried again where that may help. ``what`` completes "could not ..."."""
        for attempt in range(1, self.settings.attempts + 1):
            try:
                return request()
            except (ApiError, TransportError) as error:
                meaning = self.explain(what, error)
                if not isinstance(meaning, Retry) or attempt == self.settings.attempts:
                    raise meaning from error
                self.wait(attempt)
        raise AssertionError("attempts is at least 1")

    def wait(self, attempt: int) -> None:
        """Before the attempt after this one (1 is the first): full jitter, so that workers do not come back all at once."""
        longest = min(self.settings.backoff_seconds * 2 ** (attempt - 1), LONGEST_WAIT)
        time.sleep(random.uniform(0.0, longest))  # noqa: S311 (jitter, not a secret)

    def explain(self, what: str, error: Exception) -> ParleyError:
        """What an error means for whoever runs Parley."""
        where = f"Elasticsearch at {self.address} could not {what}"
        if isinstance(error, TlsError):
            return Fatal(
                Code.BAD_CONFIG, f"{where}: no trusted TLS connection ({error.message}); check `ca_file` and the address"
            )
        if isinstance(error, ConnectionTimeout):
            return Retry(Code.STORE_UNAVAILABLE, f"{where} within {self.settings.request_seconds:g} s; it is tried again")
        if isinstance(error, NotConnected):
            return Retry(
                Code.STORE_UNAVAILABLE, f"{where}: no connection ({_brief(error)}); is it running? `parley doctor` looks"
            )
        if isinstance(error, UnsupportedProductError):
            return Fatal(Code.BAD_CONFIG, f"{self.address} is not an Elasticsearch: check `url`")
        if isinstance(error, ApiError):
            return self._explain_status(where, error.meta.status, _reason(error))
        return Retry(Code.STORE_UNAVAILABLE, f"{where}: {_brief(error)}")

    def _explain_status(self, where: str, status: int, reason: str) -> ParleyError:
        if status == 403 and "cluster_block_exception" in reason:
            return Retry(Code.STORE_UNAVAILABLE, f"{where}: the index is blocked for writing ({reason}); is its disk full?")
        if status in (401, 403):
            return Fatal(
                Code.BAD_CREDENTIALS,
                f"{where}: access refused ({status}, {reason}); check `api_key` or `user` and `password`, and their rights",
            )
        if status in PASSING:
            code = Code.STORE_OVERLOADED if status in OVERLOADED else Code.STORE_UNAVAILABLE
            return Retry(code, f"{where}: it answered {status} ({reason}); it is tried again")
        if status == 404:
            return Fatal(Code.MISSING_TEMPLATE, f"{where}: {reason}; run `parley setup`")
        return Fatal(Code.INCOMPATIBLE_STORE, f"{where}: it answered {status} ({reason}); is it an Elasticsearch 9?")


def _brief(error: Exception) -> str:
    return str(getattr(error, "message", error)).split("\n")[0][:300]


def _reason(error: ApiError) -> str:
    body = error.body
    if isinstance(body, dict):
        inner = body.get("error")
        if isinstance(inner, dict):
            return f"{inner.get('type')}: {inner.get('reason')}"[:300]
    return str(error.message)[:300]

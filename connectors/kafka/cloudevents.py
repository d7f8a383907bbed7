"""CloudEvents 1.0 in Kafka's binary content mode: attributes in headers, the body as it is.

Source: the CloudEvents specification and its Kafka protocol binding (public).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from schemas.alert import Alert
from schemas.article import Article
from schemas.errors import Code, Quarantine

Headers = tuple[tuple[str, bytes], ...]

ARTICLE_TYPE = "org.parley.article.v1"
MEETING_TYPE = "org.parley.meeting.v1"
ALERT_TYPE = "org.parley.alert.v1"
JSON = "application/json"
_FAMILIES = {ARTICLE_TYPE: "org.parley.article.", MEETING_TYPE: "org.parley.meeting.", ALERT_TYPE: "org.parley.alert."}


@dataclass(frozen=True, slots=True)
class Event:
    """One message: its key, its attributes, its body."""

    key: bytes
    type: str
    id: str
    source: str
    body: bytes
    subject: str | None = None
    extensions: Mapping[str, str] = field(default_factory=dict)
    """Such as ``traceparent``."""

    def headers(self) -> Headers:
        """The attributes as Kafka headers."""
        schema = f"urn:parley:schema:{self.type.removeprefix('org.parley.')}"
        attributes = {"specversion": "1.0", "id": self.id, "source": self.source, "type": self.type, "dataschema": schema}
        if self.subject is not None:
            attributes["subject"] = self.subject
        attributes |= dict(self.extensions)
        found = [(f"ce_{name}", value.encode("utf-8", "replace")) for name, value in attributes.items()]
        return (("content-type", JSON.encode()), *found)


def article_event(article: Article, source: str) -> Event:
    """An article's message, keyed by its uri: all versions of a story keep their order."""
    key = article.uri.encode("utf-8")
    return Event(key, ARTICLE_TYPE, f"{article.uri}#{article.version}", source, article.to_json(), subject=article.uri)


def alert_event(alert: Alert, source: str) -> Event:
    """An alert's message; its id is the idempotency key."""
    return Event(alert.meeting_id.encode(), ALERT_TYPE, alert.id, source, alert.to_json(), subject=alert.meeting_id)


def check_type(headers: Iterable[tuple[str, bytes]], wanted: str) -> None:
    """Raises ``Quarantine`` (``unknown_type``) for another type, and for a newer version of the wanted one.

    A message with no CloudEvents headers is taken as the wanted type: its body is judged by the schema all the same.
    """
    found = {name: value.decode("utf-8", "replace") for name, value in headers}
    kind = found.get("ce_type")
    if kind is None or kind == wanted:
        return
    if kind.startswith(_FAMILIES[wanted]):
        raise Quarantine(Code.UNKNOWN_TYPE, f"type {kind}: this Parley reads {wanted}; upgrade it, then replay the dead letter")
    raise Quarantine(Code.UNKNOWN_TYPE, f"type {kind}: {wanted} is wanted on this topic")

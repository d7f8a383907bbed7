"""The alerts' documents are the outbox: created once, published, then marked as sent. A crash in between publishes again
under the same id, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.store import Body, Store, Write
from pipelines.documents import document, moment
from schemas.alert import Alert

_TRIES = 5


def alert_write(alert: Alert, ingested: datetime) -> Write:
    """The write that tells an alert, if nobody told it before."""
    return Write("alerts", alert.id, alert_document(alert, ingested), create_only=True)


def alert_document(alert: Alert, ingested: datetime) -> Body:
    """The alert under the index's field names."""
    return document(
        {
            "@timestamp": moment(alert.published or ingested),
            "event": {"ingested": moment(ingested), "kind": "alert"},
            "schema": {"version": "1"},
            "alert": {
                "id": alert.id,
                "rule": alert.rule,
                "kind": alert.kind,
                "status": alert.status,
                "previous_status": alert.previous_status,
                "transition": alert.transition,
                "level": alert.level,
                "headline": alert.headline,
                "participants": list(alert.participants),
                "countries": list(alert.countries),
            },
            "meeting": {"id": alert.meeting_id},
            "article": {"uri": alert.article_uri, "version": alert.article_version, "version_created": moment(alert.published)},
        }
    )


def read_alert(body: Body) -> Alert:
    """The alert of a document."""
    told, meeting, article = (body[name] for name in ("alert", "meeting", "article"))
    assert isinstance(told, dict)
    assert isinstance(meeting, dict)
    assert isinstance(article, dict)
    published = article.get("version_created")
    return Alert(
        id=told["id"],
        rule=told["rule"],
        kind=told["kind"],
        meeting_id=meeting["id"],
        status=told.get("status"),
        previous_status=told.get("previous_status"),
        transition=told["transition"],
        level=told["level"],
        participants=tuple(told.get("participants", ())),
        countries=tuple(told.get("countries", ())),
        headline=told["headline"],
        article_uri=article["uri"],
        article_version=article["version"],
        published=datetime.fromisoformat(published) if published else None,
    )


def pending_alerts(store: Store) -> Iterator[Alert]:
    """Alerts that were created and never marked as sent, for a start after a crash. Reads every alert: not for each batch."""
    store.refresh()
    for stored in store.scan("alerts"):
        told = stored.body["alert"]
        assert isinstance(told, dict)
        if "sent" not in told:
            yield read_alert(stored.body)


def mark_sent(store: Store, ids: Sequence[str], at: datetime) -> None:
    """Note that these alerts were published. Calling it again, or for one that is not there, does nothing."""
    for _ in range(_TRIES):
        found = store.get("alerts", ids)
        unmarked = []
        for id, stored in found.items():
            told = stored.body["alert"]
            assert isinstance(told, dict)
            marked = {**stored.body, "alert": {**told, "sent": moment(at)}}
            # Another worker may have marked it in this very moment; then it is looked at again.
            if "sent" not in told and not store.compare_and_set("alerts", id, marked, stored.revision):
                unmarked.append(id)
        if not unmarked:
            return
        ids = unmarked

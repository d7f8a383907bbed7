"""What is told, once, of a meeting: it is new, its status changed, or it was taken back."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from schemas.base import Model
from schemas.meeting import Rank, Status


class Alert(Model):
    """One alert. ``id`` is a hash of meeting, rule and the status transition's number: created once, never changed."""

    id: str
    rule: str
    kind: Literal["new_meeting", "status_change", "retraction"]
    meeting_id: str
    status: Status | None
    """Null for a retraction."""
    previous_status: Status | None = None
    transition: int
    """How many times the meeting's status had been told before, 0 for the first alert."""
    level: Rank
    participants: tuple[str, ...]
    """Names, or wordings where no name is known."""
    countries: tuple[str, ...]
    headline: str
    """One line for people."""
    article_uri: str
    article_version: int
    published: AwareDatetime | None = None
    """When the story that tells it was published."""

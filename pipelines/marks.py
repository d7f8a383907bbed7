"""Quotation marks of all kinds: where marked stretches begin and end. Linear, never raises, loses nothing.

Conventions (AP and Reuters stylebooks): each paragraph of a continued quotation opens with a mark and only the last closes it;
inner quotations stand in single marks. Agencies that cannot send curly marks use straight ones or ANPA's doubled accents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.annotations import Marked, Stretch

_OPENERS = {"“": "”", "«": "»", "„": "“”", "‟": "”", "〝": "〞"}
_CLOSERS = frozenset("”»〞")
_AFTER_CLOSE = frozenset(" \t\n\r,.;:!?)]}—–-\u00a0'’”\"…")


@dataclass(slots=True)
class _Open:
    outer_start: int
    start: int
    closers: str
    nested: list[Marked]


def scan_marks(text: str, paragraphs: Sequence[Stretch]) -> tuple[Marked, ...]:
    """Every marked stretch of the body, in order; inner ones (depth 1) after the outer one that holds them."""
    doubles = any(mark in text for mark in ('"', "“", "”", "«", "„", "``"))
    found: list[Marked] = []
    carried = False
    for index, paragraph in enumerate(paragraphs):
        marked, open_end = _scan_paragraph(text, paragraph, index, doubles, carried)
        if open_end:
            carried = index + 1 < len(paragraphs) and _starts_with_mark(text, paragraphs[index + 1])
            if carried:
                last = max(i for i, mark in enumerate(marked) if mark.depth == 0)
                old = marked[last]
                marked[last] = Marked(old.start, old.end, old.outer_start, old.outer_end, old.paragraph, True, 0)
        else:
            carried = False
        found += marked
    return tuple(found)


def _starts_with_mark(text: str, paragraph: Stretch) -> bool:
    return text[paragraph.start] in _OPENERS or text[paragraph.start] in "\"”'‘" or text.startswith("``", paragraph.start)


def _scan_paragraph(text: str, paragraph: Stretch, index: int, doubles: bool, carried: bool) -> tuple[list[Marked], bool]:
    """The marked stretches of one paragraph, and whether the last one was left open."""
    found: list[Marked] = []
    opened: _Open | None = None
    continued = carried
    at, end = paragraph.start, paragraph.end
    while at < end:
        char = text[at]
        width = 1
        role = ""
        if opened and char == "“" and opened.closers == "”" and _slip(text, at, end):
            role = "close"
        elif char in _OPENERS and not (opened and char in opened.closers):
            role = "open" if opened is None else ""
        elif char in _CLOSERS or (opened and char in opened.closers):
            # A closing mark where a paragraph begins is a slip of the keyboard for an opening one.
            role = "close" if opened else ("open" if at == paragraph.start else "")
        elif char == '"' or (char in "`'" and text.startswith(char * 2, at)):
            width = 1 if char == '"' else 2
            role = _straight(text, at, width, opened is not None, paragraph)
        elif char in "'‘" and not doubles and opened is None and _single_opens(text, at, paragraph):
            role = "open"
        elif opened and opened.closers in ("'", "’") and char in "'’" and _single_closes(text, at, end):
            role = "close"
        if role == "open":
            opened = _Open(at, at + width, '"' if width == 2 else _closers_for(char), [])
        elif role == "close" and opened:
            found.append(Marked(opened.start, at, opened.outer_start, at + width, index, continued, 0))
            found += _inner(text, opened.start, at, index)
            opened, continued = None, False
        at += width
    if opened is None:
        return found, False
    if opened.start >= end:
        return found, False
    found.append(Marked(opened.start, end, opened.outer_start, end, index, continued, 0))
    found += _inner(text, opened.start, end, index)
    return found, True


def _slip(text: str, at: int, end: int) -> bool:
    """An opening mark set where a closing one belongs: after a stop and before white space."""
    return text[at - 1] in ",.?!…" and (at + 1 >= end or text[at + 1].isspace())


def _closers_for(char: str) -> str:
    if char in _OPENERS:
        return _OPENERS[char]
    if char == "‘":
        return "’"
    return "'" if char == "'" else '"'


def _straight(text: str, at: int, width: int, is_open: bool, paragraph: Stretch) -> str:
    """Is a straight mark opening or closing? By what stands beside it; where that is silent, by turns."""
    before = text[at - 1] if at > paragraph.start else " "
    after = text[at + width] if at + width < paragraph.end else " "
    if text[at] == "`":
        return "" if is_open else "open"
    if before.isdigit() and not is_open and not after.isalnum():
        return ""  # inches and seconds
    opens = (before.isspace() or before in "([{—–-/'‘“") and not after.isspace()
    closes = not before.isspace() and (after.isspace() or after in _AFTER_CLOSE)
    if text[at] == "'":
        return "close" if is_open else ("open" if opens else "")
    if is_open:
        # Inside a quotation a mark that looks opening starts an inner one set in doubles by mistake, or the close was lost:
        # taking it for the close keeps the rest of the paragraph in step.
        return "close"
    return "open" if opens or not closes else ""


def _single_opens(text: str, at: int, paragraph: Stretch) -> bool:
    before = text[at - 1] if at > paragraph.start else " "
    after = text[at + 1] if at + 1 < paragraph.end else " "
    if not (before.isspace() or before in "([—–") or not (after.isalnum() or after == "…"):
        return False
    closing = "’" if text[at] == "‘" else "'"
    probe = at + 1
    for _ in range(40):  # bounded: apostrophes on the way to the close
        probe = text.find(closing, probe + 1, paragraph.end)
        if probe < 0:
            return False
        if _single_closes(text, probe, paragraph.end):
            return True
    return False


def _single_closes(text: str, at: int, end: int) -> bool:
    after = text[at + 1] if at + 1 < end else " "
    return not text[at - 1].isspace() and (after.isspace() or after in _AFTER_CLOSE)


def _inner(text: str, start: int, end: int, paragraph: int) -> list[Marked]:
    """Single-marked stretches inside a quotation."""
    found: list[Marked] = []
    opened = -1
    for at in range(start, end):
        char = text[at]
        if char not in "'‘’":
            continue
        before = text[at - 1] if at > start else " "
        after = text[at + 1] if at + 1 < end else " "
        if opened < 0 and char != "’" and (before.isspace() or before in "([—–") and after.isalnum():
            opened = at
        elif opened >= 0 and char != "‘" and not before.isspace() and not after.isalnum():
            found.append(Marked(opened + 1, at, opened, at + 1, paragraph, False, 1))
            opened = -1
    return found

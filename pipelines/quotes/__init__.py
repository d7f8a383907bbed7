"""Quotations: who said what, in whose words, and who passed it on."""

from __future__ import annotations

from pipelines.annotations import Document, People
from pipelines.lexicon.speech import load_speech
from pipelines.quotes.frame import Frame
from pipelines.quotes.indirect import find_indirect
from pipelines.quotes.marked import find_marked
from schemas.quote import Quote

__all__ = ["find_quotes"]


def find_quotes(document: Document, people: People) -> list[Quote]:
    """Every quotation of a story in the order of the text; which meeting it speaks of is told by a later step."""
    frame = Frame(document, people, load_speech())
    marked = find_marked(frame)
    return sorted([*marked, *find_indirect(frame, marked)], key=lambda quote: (quote.start, -quote.end))

"""HTML to plain text: paragraphs parted by blank lines, nothing that is not said to readers."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    "p div br li ul ol h1 h2 h3 h4 h5 h6 blockquote section article tr table header footer aside pre hr dd dt".split()
)
_SKIPPED = frozenset("script style figure figcaption noscript template iframe svg object head form button".split())
_SPACE = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*")
MAX_DEPTH = 200
"""Deeper nesting is read as text without structure: a bomb of tags costs time linear in its length."""


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 (the base class names it)
        if tag in _SKIPPED and len(self._skipping) < MAX_DEPTH:
            self._skipping.append(tag)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._skipping and tag == self._skipping[-1]:
            self._skipping.pop()
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.parts.append(data)


def to_text(markup: str) -> str:
    """Plain text of HTML, or of text that holds only character references."""
    if "<" not in markup:
        return _tidy(html.unescape(markup))
    reader = _Text()
    reader.feed(markup)
    reader.close()
    return _tidy("".join(reader.parts))


def _tidy(text: str) -> str:
    return _BREAKS.sub("\n\n", _SPACE.sub(" ", text)).strip()

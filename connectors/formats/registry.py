"""The formats by name and file suffix. Third parties add theirs through the entry point group ``parley.formats``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points

from schemas.article import Article
from schemas.errors import Code, Fatal, Quarantine

Parsed = tuple[int, Article | Quarantine, bytes]
"""Line (from 1), the article or why there is none, and its bytes."""
Reader = Callable[[bytes, str], Iterator[Parsed]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how it is called, which files are likely of it, and its reader."""

    name: str
    suffixes: tuple[str, ...]
    read: Reader
    """``read(data, file_name)``. Yields a ``Quarantine`` for what it cannot read, and goes on where it can."""


_own: dict[str, Format] = {}


def register(form: Format) -> Format:
    """Make a format known. Raises ``Fatal`` if its name is taken."""
    if form.name in _own:
        raise Fatal(Code.BAD_CONFIG, f"two formats are called {form.name!r}: rename one")
    _own[form.name] = form
    return form


@cache
def formats() -> dict[str, Format]:
    """All formats by name: Parley's and those of installed plug-ins."""
    from connectors.formats import plain  # noqa: F401 (registers itself)

    found = dict(_own)
    for point in entry_points(group="parley.formats"):
        loaded = point.load()
        if not isinstance(loaded, Format) or loaded.name in found:
            raise Fatal(Code.BAD_CONFIG, f"the plug-in {point.name} ({point.value}) is no new Format: mend or remove it")
        found[loaded.name] = loaded
    return found


def find_format(name: str, wanted: str | None, head: bytes) -> Format:
    """The format of a file: the wanted one, else by suffix, else by its first bytes.

    Raises ``Quarantine`` (``unknown_type``) when none fits.
    """
    known = formats()
    if wanted is not None:
        if wanted not in known:
            raise Fatal(Code.BAD_CONFIG, f"no format is called {wanted!r}; there are: {', '.join(sorted(known))}")
        return known[wanted]
    lower = name.lower()
    for form in known.values():
        if lower.endswith(form.suffixes):
            return form
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        return known["jsonl"] if start == b"{" else known["json"]
    if name == "-" or "." not in lower.rsplit("/", 1)[-1]:
        return known["txt"]
    raise Quarantine(Code.UNKNOWN_TYPE, f"no reader for this kind of file; name one with --format ({', '.join(sorted(known))})")

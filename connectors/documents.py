"""What both stores must agree on about a document: what may be kept, what is searched, and what a search hides."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from connectors.store import Body, Json, Kind, Outcome
from schemas.errors import Code

SCHEMA_VERSION = 1
"""Of the documents and of what keeps them; raised when a field changes its meaning or its type."""
MAX_ID_BYTES = 512
"""Elasticsearch's limit on ``_id``, kept by both so that one store never takes what the other refuses."""

SEARCHED: Mapping[Kind, tuple[str, ...]] = {
    "articles": ("article.headline", "article.body"),
    "meetings": (
        "participant.name", "participant.text", "participant.office", "participant.country_code", "participant.country_name",
        "participant.organization", "geo.name", "place.country_name", "issue.names", "meeting.parent.name",
    ),
    "quotes": ("quote.text", "speaker.entity_name", "speaker.raw_text"),
    "alerts": ("alert.headline",),
    "meeting-reports": (),
    "ledger": (),
}  # fmt: skip
"""Dotted paths whose text a search reads. Elasticsearch's templates copy the same ones into ``search_text``."""
HIDDEN: tuple[str, ...] = ("article.hidden", "meeting.merged_into")
"""A document with a value other than false at one of these is kept and fetched by id, but never found by a search."""

_WORD = re.compile(r"\w+")
# Letters that Unicode does not take apart into a base letter and a mark, but that people type without the stroke.
_STROKES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ß": "ss", "ð": "d", "þ": "th", "ħ": "h", "ŋ": "n"}
)


def encode(id: str, body: Body) -> str | Outcome:
    """The document as JSON text, or why it can be kept in neither store: a bad id, a lone surrogate, a NaN."""
    size = len(id.encode("utf-8", "surrogatepass"))
    if not 0 < size <= MAX_ID_BYTES:
        return _refused(f"the id has {size} bytes, 1 to {MAX_ID_BYTES} are allowed")
    try:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        return _refused(f"document {id} cannot be written as JSON: {error}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return _refused(f"document {id} holds half a surrogate pair, which is not text (at {error.start} of its JSON)")
    return text


def _refused(message: str) -> Outcome:
    return Outcome("rejected", Code.STORE_REJECTED, message)


def values_at(body: Json, path: str) -> Iterator[Json]:
    """Every value at a dotted path, lists looked through; nothing for an absent one."""
    if isinstance(body, Mapping):
        head, _, rest = path.partition(".")
        if head in body:
            below = body[head]
            yield from values_at(below, rest) if rest else _each(below)
    elif isinstance(body, Sequence) and not isinstance(body, str):
        for item in body:
            yield from values_at(item, path)


def _each(value: Json) -> Iterator[Json]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _each(item)
    elif value is not None:
        yield value


def search_text(kind: Kind, body: Body) -> str:
    """Everything of the document that a search reads, a field a line; empty for one that a search must not find."""
    if any(value is not False for path in HIDDEN for value in values_at(body, path)):
        return ""
    seen = dict.fromkeys(str(value) for path in SEARCHED[kind] for value in values_at(body, path))
    return "\n".join(seen).replace("\0", " ")


def fold(text: str) -> str:
    """Lower case, without diacritics and strokes: ``Løkke Erdoğan`` and ``lokke erdogan`` are the same."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_STROKES))
    return "".join(char for char in apart if not unicodedata.combining(char))


def query_words(query: str) -> list[str]:
    """The words of a query, its operators and stray marks left out: nothing that anybody types can be malformed."""
    clean = query.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    return _WORD.findall(clean)[:64]

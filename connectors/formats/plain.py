"""Article objects in JSON (one, an array, or one a line), and plain text stories."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator

from pydantic import ValidationError

from connectors.formats.registry import Format, Parsed, register
from schemas.article import MAX_ARTICLE_BYTES, Article, read_article
from schemas.errors import Code, Quarantine

_DATE = re.compile(r"\s*date[ \t]+(\d{4}-\d{2}-\d{2})\s*")
_BOM = b"\xef\xbb\xbf"


def _one(data: bytes) -> Article | Quarantine:
    try:
        return read_article(data)
    except Quarantine as refusal:
        return refusal


def read_jsonl(data: bytes, _name: str) -> Iterator[Parsed]:
    """One article object a line; empty lines are passed over."""
    start, line = (len(_BOM) if data.startswith(_BOM) else 0), 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        line += 1
        if end - start > MAX_ARTICLE_BYTES:
            yield line, _too_large(end - start), data[start : start + 65_536]
        elif (row := data[start:end].strip()) != b"":
            yield line, _one(row), row
        start = end + 1


def read_json(data: bytes, name: str) -> Iterator[Parsed]:
    """One article object, or an array of them."""
    data = data.removeprefix(_BOM).strip()
    if not data.startswith(b"["):
        # Several objects one after another are what JSON Lines is, whatever the file is called.
        if b"\n" in data and _several(data):
            yield from read_jsonl(data, name)
            return
        yield 1, (_too_large(len(data)) if len(data) > MAX_ARTICLE_BYTES else _one(data)), data[:65_536]
        return
    try:
        entries = json.loads(data)
    except UnicodeDecodeError as error:
        yield 1, Quarantine(Code.BAD_ENCODING, f"not UTF-8 at byte {error.start}: send it as UTF-8"), data[:65_536]
        return
    except (ValueError, RecursionError) as error:
        yield 1, Quarantine(Code.BAD_JSON, f"not JSON: {error}"), data[:65_536]
        return
    for number, entry in enumerate(entries, 1):
        try:
            raw = json.dumps(entry, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raw = json.dumps(entry).encode()
        yield number, _one(raw), raw


def _several(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return data.split(b"\n", 1)[0].rstrip().endswith(b"}")
    return False


def read_txt(data: bytes, _name: str) -> Iterator[Parsed]:
    """A story as text. It may start with ``date YYYY-MM-DD``, the day it was sent."""
    try:
        text = _decode(data)
    except UnicodeError as error:
        yield 1, Quarantine(Code.BAD_ENCODING, f"neither UTF-8 nor marked UTF-16 ({error}): convert the file"), data[:65_536]
        return
    published = None
    if match := _DATE.match(text):
        try:
            published = dt.datetime.combine(dt.date.fromisoformat(match[1]), dt.time(), dt.UTC)
        except ValueError:
            yield 1, Quarantine(Code.BAD_SCHEMA, f"the day {match[1]} does not exist: mend the first line"), data[:65_536]
            return
        text = text[match.end() :]
    body = text
    digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    try:
        article = Article(uri=f"sha256:{digest}", body=body, published=published)
    except ValidationError as error:
        yield 1, Quarantine(Code.TOO_LARGE, f"body: {error.errors()[0]['msg']}"), data[:65_536]
        return
    yield 1, article, data[:65_536]


def _decode(data: bytes) -> str:
    for mark, encoding in ((_BOM, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding)
    return data.decode("utf-8")


def _too_large(size: int) -> Quarantine:
    return Quarantine(Code.TOO_LARGE, f"the article has {size:,} bytes, {MAX_ARTICLE_BYTES:,} are allowed")


register(Format("jsonl", (".jsonl", ".ndjson"), read_jsonl))
register(Format("json", (".json",), read_json))
register(Format("txt", (".txt",), read_txt))

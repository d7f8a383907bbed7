"""Files and standard input as items, one by one; a large JSON Lines file is never held whole."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from connectors.formats.item import Item
from connectors.formats.registry import find_format
from schemas.article import MAX_ARTICLE_BYTES
from schemas.errors import Code, Quarantine

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Largest file of a format that must be read whole; JSON Lines has no such bound."""
_KEPT = 65_536


def read_items(name: str | Path, form: str | None = None) -> Iterator[Item]:
    """Everything in a file (``-``: standard input), in its order.

    What cannot be read comes out as an item whose ``article`` is a ``Quarantine``; the rest goes on. Raises ``Fatal`` for
    an unknown format name.
    """
    label = str(name)
    if label == "-":
        yield from _read(sys.stdin.buffer, "-", form)
        return
    try:
        with Path(name).open("rb") as stream:
            yield from _read(stream, label, form)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        yield Item(Quarantine(Code.BAD_ENCODING, f"the file cannot be read: {reason}"), f"file:{label}:0", b"")


def _read(stream: IO[bytes], label: str, form: str | None) -> Iterator[Item]:
    head = stream.read(4_096)
    try:
        chosen = find_format(label, form, head)
    except Quarantine as refusal:
        yield Item(refusal, f"file:{label}:1", head)
        return
    if chosen.name == "jsonl":
        yield from _lines(stream, head, label)
        return
    data = head + stream.read(MAX_FILE_BYTES + 1 - len(head))
    if len(data) > MAX_FILE_BYTES:
        yield Item(Quarantine(Code.TOO_LARGE, f"more than {MAX_FILE_BYTES:,} bytes: use JSON Lines"), f"file:{label}:1", head)
        return
    for line, article, raw in chosen.read(data, label):
        yield Item(article, f"file:{label}:{line}", raw)


def _lines(stream: IO[bytes], head: bytes, label: str) -> Iterator[Item]:
    """Line by line, holding at most one article's bytes: the rest of an overlong line is read and let go."""
    from connectors.formats.plain import read_jsonl

    buffer, number = head, 0
    while True:
        end = buffer.find(b"\n")
        while end < 0 and len(buffer) <= MAX_ARTICLE_BYTES:
            block = stream.read(1 << 20)
            if not block:
                break
            end = block.find(b"\n")
            end = end + len(buffer) if end >= 0 else -1
            buffer += block
        if not buffer:
            return
        number += 1
        if end < 0 and len(buffer) > MAX_ARTICLE_BYTES:
            size, kept = len(buffer), buffer[:_KEPT]
            buffer = b""
            while block := stream.read(1 << 20):
                stop = block.find(b"\n")
                if stop >= 0:
                    size += stop
                    buffer = block[stop + 1 :]
                    break
                size += len(block)
            message = f"the article has {size:,} bytes, {MAX_ARTICLE_BYTES:,} are allowed"
            yield Item(Quarantine(Code.TOO_LARGE, message), f"file:{label}:{number}", kept)
            continue
        row, buffer = (buffer, b"") if end < 0 else (buffer[:end], buffer[end + 1 :])
        for _, article, raw in read_jsonl(row, label):
            yield Item(article, f"file:{label}:{number}", raw)

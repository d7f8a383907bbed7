"""Files as articles: each bad line is told, the rest goes on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from connectors.formats import Item, formats, read_items
from schemas.article import MAX_ARTICLE_BYTES, Article
from schemas.errors import Code, Fatal, Quarantine


def read(path: Path, data: bytes, form: str | None = None) -> list[Item]:
    path.write_bytes(data)
    return list(read_items(path, form))


def codes(items: list[Item]) -> list[str]:
    return ["ok" if isinstance(item.article, Article) else item.article.code.value for item in items]


def test_json_lines_go_on_after_a_bad_line(tmp_path: Path) -> None:
    items = read(tmp_path / "a.jsonl", b'\xef\xbb\xbf{"uri":"a"}\r\n\n{bad\n{"uri":1}\n{"uri":"\xff"}\n{"uri":"b"}')
    assert codes(items) == ["ok", "bad_json", "bad_schema", "bad_encoding", "ok"]
    assert [item.origin.rsplit(":", 1)[1] for item in items] == ["1", "3", "4", "5", "6"]
    assert items[1].raw == b"{bad"


def test_an_article_of_20_mb_is_refused_and_the_next_one_read(tmp_path: Path) -> None:
    big = b'{"uri":"big","body":"' + b"x" * 20_000_000 + b'"}'
    items = read(tmp_path / "a.jsonl", big + b'\n{"uri":"after"}\n')
    assert codes(items) == ["too_large", "ok"]
    assert len(items[0].raw) <= 65_536
    assert isinstance(items[0].article, Quarantine)
    assert f"{len(big):,} bytes" in items[0].article.message


@pytest.mark.parametrize("edge", [-1, 0, 1])
def test_a_line_at_the_limit(tmp_path: Path, edge: int) -> None:
    line = b'{"uri":"x","by":"' + b"y" * (MAX_ARTICLE_BYTES + edge - 19) + b'"}'
    assert len(line) == MAX_ARTICLE_BYTES + edge
    items = read(tmp_path / "a.jsonl", line + b'\n{"uri":"b"}')
    assert codes(items)[-1] == "ok"
    assert codes(items)[0] == "too_large"  # the field or the whole: never read in part


def test_a_json_file_holds_one_article_or_an_array(tmp_path: Path) -> None:
    assert codes(read(tmp_path / "a.json", b'{"uri":"a"}')) == ["ok"]
    assert codes(read(tmp_path / "b.json", b'[{"uri":"a"},{"no":1},{"uri":"c"}]')) == ["ok", "bad_schema", "ok"]
    assert codes(read(tmp_path / "c.json", b"[1,")) == ["bad_json"]
    assert codes(read(tmp_path / "d.json", b"[" * 200_000)) == ["bad_json"]


def test_a_text_story_with_its_day(tmp_path: Path) -> None:
    (item,) = read(tmp_path / "a.txt", " date 2021-05-21 VIENNA, May 20: Talks “went on”.\n\nMore.".encode())
    assert isinstance(item.article, Article)
    assert item.article.body == "VIENNA, May 20: Talks “went on”.\n\nMore."
    assert item.article.published is not None
    assert item.article.published.isoformat() == "2021-05-21T00:00:00+00:00"
    assert item.article.uri == "sha256:" + hashlib.sha256(item.article.body.encode()).hexdigest()


def test_a_text_story_without_a_day_keeps_its_body(tmp_path: Path) -> None:
    (item,) = read(tmp_path / "a.txt", b"  date palms grow here.")
    assert isinstance(item.article, Article)
    assert (item.article.body, item.article.published) == ("  date palms grow here.", None)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"caf\xe9", Code.BAD_ENCODING), (b"date 2021-02-30 x", Code.BAD_SCHEMA), (b"\xff\xfea", Code.BAD_ENCODING)],
)
def test_text_that_cannot_be_read(tmp_path: Path, data: bytes, code: Code) -> None:
    (item,) = read(tmp_path / "a.txt", data)
    assert isinstance(item.article, Quarantine)
    assert item.article.code is code


def test_utf_16_text_is_read_by_its_mark(tmp_path: Path) -> None:
    (item,) = read(tmp_path / "a.txt", "Gespräche".encode("utf-16"))
    assert isinstance(item.article, Article)
    assert item.article.body == "Gespräche"


def test_a_missing_file_is_an_item_that_says_so(tmp_path: Path) -> None:
    (item,) = read_items(tmp_path / "none.jsonl")
    assert isinstance(item.article, Quarantine)
    assert "cannot be read: No such file" in item.article.message


def test_formats_by_name_and_by_content(tmp_path: Path) -> None:
    assert {"jsonl", "json", "txt"} <= set(formats())
    assert codes(read(tmp_path / "noname", b'{"uri":"a"}\n{"uri":"b"}')) == ["ok", "ok"]
    assert codes(read(tmp_path / "a.xyz", b"\x00\x01")) == ["unknown_type"]
    with pytest.raises(Fatal, match="no format is called 'yaml'"):
        read(tmp_path / "a.txt", b"x", "yaml")

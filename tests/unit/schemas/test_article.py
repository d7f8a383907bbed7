"""Reading the contract's input: what is taken, what is refused, and with which words."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.article import MAX_ARTICLE_BYTES, MAX_BODY, Article, read_article
from schemas.errors import Code, Quarantine


def _json(**fields: object) -> bytes:
    return json.dumps({"uri": "tag:wire,1", **fields}).encode()


def test_the_smallest_article_has_the_contracts_defaults() -> None:
    article = read_article(b'{"uri": "tag:wire,1"}')
    assert (article.version, article.language, article.body, article.pub_status) == (1, "en", "", "usable")
    assert article.published is None


def test_null_stands_for_a_fields_default() -> None:
    article = read_article(_json(language=None, version=None, genres=None, headline=None))
    assert (article.language, article.version, article.genres) == ("en", 1, ())


def test_a_field_that_parley_does_not_know_is_passed_over() -> None:
    assert read_article(_json(renditions=[{"href": "x"}])).uri == "tag:wire,1"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2021-05-21T10:00:00+02:00", dt.datetime(2021, 5, 21, 8, tzinfo=dt.UTC)),
        ("2021-05-21T08:00:00Z", dt.datetime(2021, 5, 21, 8, tzinfo=dt.UTC)),
        ("2021-05-21", dt.datetime(2021, 5, 21, tzinfo=dt.UTC)),
    ],
)
def test_published_is_an_instant(value: str, expected: dt.datetime) -> None:
    assert read_article(_json(published=value)).published == expected


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"{", Code.BAD_JSON, "not a JSON object"),
        (b"", Code.BAD_JSON, "not a JSON object"),
        (b"[1]", Code.BAD_SCHEMA, "object"),
        (b"{}", Code.BAD_SCHEMA, "uri: Field required"),
        (b'{"uri": "x", "body": "\\ud800"}', Code.BAD_JSON, "not a JSON object"),
        (b'{"uri": "x", "body": "\xe9"}', Code.BAD_ENCODING, "byte 22"),
        (_json(version="1"), Code.BAD_SCHEMA, "version"),
        (_json(version=0), Code.BAD_SCHEMA, "version"),
        (_json(version=True), Code.BAD_SCHEMA, "version"),
        (_json(urgency=10), Code.BAD_SCHEMA, "urgency"),
        (_json(body=["a"]), Code.BAD_SCHEMA, "body"),
        (_json(genres="a"), Code.BAD_SCHEMA, "genres"),
        (_json(published=1700000000), Code.BAD_SCHEMA, "RFC 3339"),
        (_json(published="2021-05-21T08:00:00"), Code.BAD_SCHEMA, "published"),
        (_json(published="yesterday"), Code.BAD_SCHEMA, "published"),
        (_json(pub_status="spiked"), Code.BAD_SCHEMA, "pub_status"),
        (_json(body="x" * (MAX_BODY + 1)), Code.TOO_LARGE, "body"),
        (b'{"uri": "' + b"x" * MAX_ARTICLE_BYTES + b'"}', Code.TOO_LARGE, "bytes"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(data: bytes, code: Code, says: str) -> None:
    with pytest.raises(Quarantine) as refused:
        read_article(data)
    assert refused.value.code is code
    assert says in refused.value.message


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        article = read_article(data)
    except Quarantine:
        return
    assert article.uri


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_a_body_comes_back_to_the_letter(body: str) -> None:
    article = read_article(_json(body=body))
    assert article.body == body
    assert read_article(article.to_json()) == article


def test_an_article_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Article(uri="x").uri = "y"  # type: ignore[misc]

"""Paragraphs, sentences and marked stretches of stories as the wires send them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.annotations import Document
from pipelines.text import read_document, sentence_at
from schemas.article import Article


def read(body: str) -> Document:
    return read_document(Article(uri="t", body=body))


def sentences(body: str) -> list[str]:
    return [body[one.start : one.end] for one in read(body).sentences]


def outer(body: str) -> list[str]:
    return [body[one.start : one.end] for one in read(body).marked if one.depth == 0]


def test_paragraphs_are_parted_by_blank_lines_and_a_line_end_inside_one_is_white_space() -> None:
    body = "  Envoys met in\nOslo. They dined.\n \n\nTalks go on.  "
    assert [body[one.start : one.end] for one in read(body).paragraphs] == ["Envoys met in\nOslo. They dined.", "Talks go on."]


def test_single_line_ends_that_all_end_sentences_part_paragraphs_beside_blank_lines() -> None:
    body = "Envoys met in Oslo.\n\nThey dined.\n“We will meet again,” one said.\nTalks go on."
    assert len(read(body).paragraphs) == 4


def test_without_any_blank_line_each_line_is_a_paragraph() -> None:
    assert len(read("Envoys met in Oslo.\n    They dined.\n    Talks go on.").paragraphs) == 3


@pytest.mark.parametrize(
    "body",
    [
        "Mr. Osei met Gen. Tran and Lt. Gov. Ines Roca.",
        "The U.S. Senate voted 3.5 hours later.",
        "J. R. Bakker spoke at 9 a.m. local time.",
        "Exports rose 2.4 pct to $1.2 billion.",
        '"Will you sign?" he asked.',
    ],
)
def test_a_stop_that_ends_nothing(body: str) -> None:
    assert sentences(body) == [body]


def test_sentences_end_after_the_closing_mark() -> None:
    body = 'Osei said, "We are done." Then he left. The talks resume in the U.S. The date is open.'
    assert sentences(body) == [
        'Osei said, "We are done."',
        "Then he left.",
        "The talks resume in the U.S.",
        "The date is open.",
    ]


@pytest.mark.parametrize(
    "body",
    [
        'He said "we agreed at once" in Oslo.',
        "He said “we agreed at once” in Oslo.",
        "He said «we agreed at once» in Oslo.",
        "He said „we agreed at once“ in Oslo.",
        "He said ``we agreed at once'' in Oslo.",
        "He said 'we agreed at once' in Oslo.",
        "He said ‘we agreed at once’ in Oslo.",
    ],
)
def test_marks_of_every_kind(body: str) -> None:
    assert outer(body) == ["we agreed at once"]


def test_single_marks_inside_double_ones_are_inner_and_apostrophes_are_not_marks() -> None:
    body = "\"I don't think the ministers' pact is 'dead and gone' yet,\" Roca said of Norway's plan."
    found = [(one.depth, body[one.start : one.end]) for one in read(body).marked]
    assert found == [(0, "I don't think the ministers' pact is 'dead and gone' yet,"), (1, "dead and gone")]


def test_inches_open_nothing() -> None:
    assert outer('The 6\'2" envoy waved. "Hello there," he said.') == ["Hello there,"]


def test_a_mark_left_open_is_continued_in_the_next_paragraph() -> None:
    body = '"We came in good faith.\n\n"We leave in good faith," Roca said.\n\n"Good night," said Osei.'
    assert [(one.continued, body[one.start : one.end]) for one in read(body).marked] == [
        (True, "We came in good faith."),
        (True, "We leave in good faith,"),
        (False, "Good night,"),
    ]


def test_a_mark_lost_in_one_paragraph_does_not_upset_the_next() -> None:
    body = '"We came in good faith, Roca said.\n\nThe pact "holds firm today," he said.'
    assert outer(body)[-1] == "holds firm today,"


def test_sentence_at_finds_the_sentence_of_an_offset() -> None:
    document = read("One came. Two went.")
    found = sentence_at(document, 12)
    assert found is not None
    assert found.index == 1
    assert sentence_at(read(""), 0) is None


@settings(max_examples=150, deadline=None)
@given(st.text(st.one_of(st.sampled_from("\"'“”‘’«»„`. \n,Aa1-"), st.characters()), max_size=300))
def test_any_text_is_cut_without_loss(body: str) -> None:
    document = read(body)
    for paragraph in document.paragraphs:
        assert body[paragraph.start : paragraph.end].strip()
    covered = {at for one in document.sentences for at in range(one.start, one.end)}
    assert all(at in covered for at, char in enumerate(body) if not char.isspace())
    for mark in document.marked:
        assert 0 <= mark.outer_start < mark.start <= mark.end <= mark.outer_end <= len(body)


@pytest.mark.parametrize("piece", ['He "said" so ', "'a 'b ``", "\"'", '" ', "x. Y", "word "])
def test_time_grows_in_step_with_the_length(piece: str) -> None:
    body = (piece * (100_000 // len(piece) + 1))[:100_000]
    started = time.perf_counter()
    read(body)
    assert time.perf_counter() - started < 2.0

"""Days by name, by date and by season, on the side that the tense says."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dates import Tense, find_dates, weekday

BASE = dt.date(2021, 5, 20)  # a Thursday


@pytest.mark.parametrize(
    ("text", "tense", "words", "start", "end", "precision"),
    [
        ("met on Wednesday", "past", "Wednesday", dt.date(2021, 5, 19), None, "day"),
        ("met on Thursday", "past", "Thursday", BASE, None, "day"),
        ("met on Friday", "past", "Friday", dt.date(2021, 5, 14), None, "day"),
        ("will meet on Friday", "future", "Friday", dt.date(2021, 5, 21), None, "day"),
        ("will meet on Thursday", "future", "Thursday", BASE, None, "day"),
        ("will meet next Thursday", "future", "next Thursday", dt.date(2021, 5, 27), None, "day"),
        ("will meet tomorrow", "future", "tomorrow", dt.date(2021, 5, 21), None, "day"),
        ("spoke yesterday", "past", "yesterday", dt.date(2021, 5, 19), None, "day"),
        ("on June 16", "future", "June 16", dt.date(2021, 6, 16), None, "day"),
        ("on 2 January", "future", "2 January", dt.date(2022, 1, 2), None, "day"),
        ("on May 3, 2019,", "past", "May 3, 2019", dt.date(2019, 5, 3), None, "day"),
        ("May 26-28 in", "future", "May 26-28", dt.date(2021, 5, 26), dt.date(2021, 5, 28), "day"),
        ("on Monday and Tuesday", "past", "Monday and Tuesday", dt.date(2021, 5, 17), dt.date(2021, 5, 18), "day"),
        ("early this summer", "future", "early this summer", None, None, "season"),
        ("next week", "future", "next week", None, None, "week"),
        ("in September", "future", "September", dt.date(2021, 9, 1), None, "month"),
        ("in March", "past", "March", dt.date(2021, 3, 1), None, "month"),
        ("next month", "future", "next month", dt.date(2021, 6, 1), None, "month"),
        ("in 2019", "past", "2019", dt.date(2019, 1, 1), None, "year"),
        ("next year", "future", "next year", dt.date(2022, 1, 1), None, "year"),
    ],
)
def test_dates(text: str, tense: Tense, words: str, start: dt.date | None, end: dt.date | None, precision: str) -> None:
    (found,) = find_dates(text, 0, len(text), BASE, tense, "dateline")
    assert (found.text, found.start, found.end, found.precision) == (words, start, end, precision)
    assert text[found.start_offset : found.end_offset] == words


@pytest.mark.parametrize("text", ["it may meet", "in march order", "the second of them", "31 people", "on February 30"])
def test_what_is_no_date(text: str) -> None:
    assert find_dates(text, 0, len(text), BASE, "future", "dateline") == []


def test_without_a_base_only_a_year_tells_a_day() -> None:
    assert find_dates("on Friday", 0, 9, None, "past", "published")[0].start is None
    assert find_dates("on May 3, 2019", 0, 14, None, "past", "published")[0].start == dt.date(2019, 5, 3)


@given(st.dates(dt.date(1987, 1, 1), dt.date(2100, 1, 1)), st.sampled_from(["monday", "friday", "sunday"]))
def test_a_weekday_is_within_seven_days_on_its_side(base: dt.date, name: str) -> None:
    back, ahead = weekday(base, name, "past"), weekday(base, name, "future")
    assert 0 <= (base - back).days < 7
    assert 0 <= (ahead - base).days < 7
    assert back.strftime("%A").lower() == ahead.strftime("%A").lower() == name

"""Datelines in the forms of the agencies, and the day that weekdays count from."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.dateline import body_start, local_day, read_dateline
from pipelines.lexicon import load

SENT = dt.datetime(2021, 5, 21, 2, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("body", "text", "city", "country", "day", "agency"),
    [
        ("VIENNA, May 20: Talks", "VIENNA, May 20", "Vienna", "AUT", dt.date(2021, 5, 20), None),
        ("PARIS, March 3 (Reuters) - Talks", "PARIS, March 3 (Reuters)", "Paris", "FRA", dt.date(2021, 3, 3), "Reuters"),
        ("CHATHAM, Mass. (AP) _ Talks", "CHATHAM, Mass. (AP)", "Chatham", "USA", None, "AP"),
        ("MOSCOW (AFP) — Talks", "MOSCOW (AFP)", "Moscow", "RUS", None, "AFP"),
        ("MOSCOW, May 20. /TASS/. Talks", "MOSCOW, May 20. /TASS/.", "Moscow", "RUS", dt.date(2021, 5, 20), "TASS"),
        ("BEIJING, Dec. 30 (Xinhua) -- Talks", "BEIJING, Dec. 30 (Xinhua)", "Beijing", "CHN", dt.date(2020, 12, 30), "Xinhua"),
        (
            "GENEVA/VIENNA, May 3 (Reuters) - Talks",
            "GENEVA/VIENNA, May 3 (Reuters)",
            "Geneva",
            "CHE",
            dt.date(2021, 5, 3),
            "Reuters",
        ),
        ("SEOUL, South Korea (AP) — Talks", "SEOUL, South Korea (AP)", "Seoul", "KOR", None, "AP"),
        ("GENEVA, 20 May 2019 (dpa) - Talks", "GENEVA, 20 May 2019 (dpa)", "Geneva", "CHE", dt.date(2019, 5, 20), "dpa"),
        ("UNITED NATIONS (AP) — Talks", "UNITED NATIONS (AP)", "United Nations", "USA", None, "AP"),
    ],
)
def test_forms(body: str, text: str, city: str, country: str, day: dt.date | None, agency: str | None) -> None:
    found = read_dateline(body, SENT, load())
    assert found is not None
    assert (found.text, found.city, found.country_code, found.date, found.agency) == (text, city, country, day, agency)
    assert body[found.start : found.end] == text
    assert body[body_start(body, found) :] == "Talks"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "The talks - said one.",
        "EXCLUSIVE: talks",
        "U.S. President Ann Example met - x",
        "Q&A: what next?",
        "May 3 was a day",
    ],
)
def test_a_body_without_a_dateline(body: str) -> None:
    assert read_dateline(body, SENT, load()) is None
    assert body_start(body, None) == 0


def test_the_local_day_is_the_datelines_or_the_publications_in_its_zone() -> None:
    dated = read_dateline("VIENNA, May 20: Talks", SENT, load())
    undated = read_dateline("WASHINGTON (AP) _ Talks", SENT, load())
    assert local_day(dated, SENT) == dt.date(2021, 5, 20)
    assert local_day(undated, SENT) == dt.date(2021, 5, 20)  # two in the morning, UTC
    assert local_day(None, SENT) == dt.date(2021, 5, 21)
    assert local_day(None, None) is None

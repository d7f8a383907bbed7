"""Stories that are a function of their number, so that a test knows from outside what must come out."""

from __future__ import annotations

import datetime as dt

from schemas.article import Article

PAIRS = (
    ("Kenyan", "Ugandan", "Nairobi"),
    ("Chilean", "Peruvian", "Lima"),
    ("Danish", "Finnish", "Helsinki"),
    ("Thai", "Vietnamese", "Hanoi"),
    ("Jordanian", "Egyptian", "Cairo"),
    ("Austrian", "Hungarian", "Vienna"),
    ("Canadian", "Mexican", "Ottawa"),
    ("Georgian", "Armenian", "Tbilisi"),
)
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru")
FIRST = dt.datetime(2024, 1, 8, 12, 0, tzinfo=dt.UTC)


def is_meeting(number: int) -> bool:
    """Every third story is about a meeting."""
    return number % 3 == 0


def people(number: int) -> tuple[str, str]:
    """Who meets in a story: names of its own."""
    own = "".join(SYLLABLES[int(digit)] for digit in str(number))
    return f"Ada Stone{own}", f"Boris Wood{own}"


def story(number: int, version: int = 1) -> Article:
    """A meeting of two foreign ministers on a day of its own (no two stories tell of one meeting), or the price of tin."""
    day = FIRST + dt.timedelta(days=7 * (number // len(PAIRS)))
    sent = f"{day:%B} {day.day} (Test Wire) -"
    if not is_meeting(number):
        body = f"LONDON, {sent} Tin rose {number} points in early trading.\n\nDealers spoke of a calm day."
        return Article(uri=f"test:{number}", version=version, provider="Test Wire", body=body, published=day)
    one, other, city = PAIRS[number % len(PAIRS)]
    host, guest = people(number)
    body = (
        f"{city.upper()}, {sent} {one} Foreign Minister {host} met {other} Foreign Minister {guest} in {city} on {day:%A}."
        f"\n\n“Agreement number {number} is signed,” {host.split()[1]} told reporters."
    )
    headline = f"{one}, {other} foreign ministers meet in {city}"
    return Article(uri=f"test:{number}", version=version, provider="Test Wire", headline=headline, body=body, published=day)

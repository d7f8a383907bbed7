"""Days named in wire copy, resolved against the dateline's day and the tense of the clause.

AP names weekdays within seven days either side and never says last or next with them: the tense chooses the side.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from pipelines.dateline import MONTHS
from schemas.meeting import DateBasis, DatePrecision

Tense = Literal["past", "future", "present"]

_WEEKDAYS = {name: at for at, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())}
_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?"
    r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DATE = re.compile(
    rf"""\b(?:
      (?P<range>(?:{_MONTH}\s\d{{1,2}}\s?(?:-|–|—|to|and)\s?\d{{1,2}}
        |\d{{1,2}}\s?(?:-|–|to|and)\s?\d{{1,2}}\s{_MONTH})(?:,?\s(?:19|20)\d\d)?)
    | (?P<day>(?:{_WEEKDAY},?\s)?(?:{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?
        |\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH})(?!\d)(?:,?\s(?:19|20)\d\d)?)
    | (?P<weekdays>(?:on\s)?{_WEEKDAY}\s(?:and|to|through)\s{_WEEKDAY})
    | (?P<weekday>(?:(?:early|late|next|last|this|on|coming)\s)?{_WEEKDAY}(?:\s(?:morning|afternoon|evening|night))?)
    | (?P<near>today|tonight|yesterday|tomorrow|the\sday\sbefore\syesterday|the\sday\safter\stomorrow)
    | (?P<week>(?:early|late|later|earlier)?\s?(?:next|this|last|the\scoming|the\sfollowing)\sweek(?:end)?)
    | (?P<season>(?:early|late|mid-|later|sometime|this\scoming)?\s?(?:this|next|in\sthe|last|the)
        \s(?:spring|summer|autumn|fall|winter)(?:\sof\s(?:19|20)\d\d)?)
    | (?P<month>(?:early|late|mid-|later|earlier)?\s?(?:next|this|last)\smonth
        | (?:in|by|for|since|until|during|next|this|last)\s(?:early\s|late\s|mid-)?{_MONTH}\b(?!\s\d{{1,2}}\b)
            (?:,?\s(?:19|20)\d\d)?)
    | (?P<year>(?:early|late|later|earlier)?\s?(?:next|this|last)\syear|in\s(?:early\s|late\s)?(?:19|20)\d\d)
    )""",
    re.X,
)
_NAMED_MONTH = re.compile(_MONTH)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_LEAD = re.compile(r"(?:in|by|for|since|until|during|on|the)\s+", re.I)


@dataclass(frozen=True, slots=True)
class When:
    """A date in the text and the day or days it stands for."""

    start_offset: int
    end_offset: int
    text: str
    start: dt.date | None
    end: dt.date | None
    precision: DatePrecision
    basis: DateBasis


def find_dates(text: str, start: int, end: int, base: dt.date | None, tense: Tense, basis: DateBasis) -> list[When]:
    """The dates of a stretch. ``base`` is the dateline's day; without it only dates with a year are resolved."""
    found = []
    for match in _DATE.finditer(text, start, end):
        kind = match.lastgroup or ""
        words, at = match.group(), match.start()
        stripped = len(words) - len(words.lstrip())
        words, at = words.lstrip(), at + stripped
        if (
            kind in ("month", "season", "year", "weekday")
            and (lead := _LEAD.match(words))
            and kind != "weekday"
            and words[:3].lower() != "the"
        ):
            words, at = words[lead.end() :], at + lead.end()
        elif kind in ("weekday", "weekdays") and words.startswith("on "):
            words, at = words[3:], at + 3
        resolved = _resolve(kind, words, base, tense)
        if resolved is None:
            continue
        first, last, precision = resolved
        stated = bool(_YEAR.search(words)) or kind in ("day", "range")
        found.append(When(at, at + len(words), words, first, last, precision, "explicit" if stated else basis))
    return found


def _resolve(
    kind: str, words: str, base: dt.date | None, tense: Tense
) -> tuple[dt.date | None, dt.date | None, DatePrecision] | None:
    lower = words.lower()
    if kind in ("day", "range"):
        return _calendar_day(words, base, tense, kind == "range")
    if kind in ("weekday", "weekdays"):
        names = re.findall(_WEEKDAY.lower(), lower)
        if base is None:
            return None, None, "day"
        first = weekday(base, names[0], tense, lower)
        last = weekday(first, names[1], "future", "") if len(names) > 1 else None
        return first, last, "day"
    if kind == "near":
        shift = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}.get(lower, -2 if "before" in lower else 2)
        return (base + dt.timedelta(shift) if base else None), None, "day"
    if kind == "week":
        return None, None, "week"
    if kind == "season":
        return None, None, "season"
    if kind == "month":
        return _month(words, lower, base, tense), None, "month"
    year = _YEAR.search(words)
    if year:
        return dt.date(int(year.group()), 1, 1), None, "year"
    if base is None:
        return None, None, "year"
    return dt.date(base.year + (1 if "next" in lower else -1 if "last" in lower else 0), 1, 1), None, "year"


def weekday(base: dt.date, name: str, tense: Tense, words: str = "") -> dt.date:
    """The day of that name on the tense's side of ``base``, the base day itself counting as past and present."""
    number = _WEEKDAYS[name.lower()]
    back = (base.weekday() - number) % 7
    if tense == "future" or "next" in words or "coming" in words:
        ahead = (number - base.weekday()) % 7
        if ahead == 0 and ("next" in words or (tense == "future" and "this" not in words)):
            # "will meet on Friday" in a Friday's story is today; "next Friday" is a week on.
            return base + dt.timedelta(7 if "next" in words else 0)
        return base + dt.timedelta(ahead)
    if "last" in words and back == 0:
        back = 7
    return base - dt.timedelta(back)


def _calendar_day(
    words: str, base: dt.date | None, tense: Tense, is_range: bool
) -> tuple[dt.date | None, dt.date | None, DatePrecision] | None:
    named = _NAMED_MONTH.search(words)
    year = _YEAR.search(words)
    without_year = words[: year.start()] if year else words
    numbers = [int(number) for number in _NUMBER.findall(re.sub(r"(?<=\d)(?:st|nd|rd|th)", "", without_year))]
    if named is None or not numbers:
        return None
    month = MONTHS[named.group().rstrip(".").lower()]
    if year:
        years = [int(year.group())]
    elif base is not None:
        years = [base.year - 1, base.year, base.year + 1]
    else:
        return None, None, "day"
    days = [day for y in years if (day := _safe(y, month, numbers[0]))]
    if not days:
        return None
    if base is None or year:
        first = days[0]
    else:
        near = min(days, key=lambda day: abs((day - base).days))
        # A bare month and day is within half a year; the tense moves it only when it would be plainly on the wrong side.
        if tense == "future" and near < base - dt.timedelta(45):
            near = min((day for day in days if day >= base), default=near)
        elif tense == "past" and near > base + dt.timedelta(45):
            near = max((day for day in days if day <= base), default=near)
        first = near
    last = _safe(first.year, month, numbers[1]) if is_range and len(numbers) > 1 else None
    return first, last, "day"


def _month(words: str, lower: str, base: dt.date | None, tense: Tense) -> dt.date | None:
    named = _NAMED_MONTH.search(words)
    year = _YEAR.search(words)
    if named is None:
        if base is None:
            return None
        shift = 1 if "next" in lower else -1 if "last" in lower else 0
        month = base.month - 1 + shift
        return dt.date(base.year + month // 12, month % 12 + 1, 1)
    number = MONTHS[named.group().rstrip(".").lower()]
    if year:
        return dt.date(int(year.group()), number, 1)
    if base is None:
        return None
    if tense == "past":
        return dt.date(base.year - (number > base.month), number, 1)
    return dt.date(base.year + (number < base.month), number, 1)


def _safe(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None

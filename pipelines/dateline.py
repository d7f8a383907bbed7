"""The dateline: where and when the reporter got the facts. Forms as AP, Reuters, AFP, Xinhua, TASS and others write them.

It is a strong sign of the time zone and of the day that weekdays count from, and none of where a meeting was.
"""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from pipelines.lexicon import Lexicon
from pipelines.places import City, find_city, state_code
from schemas.extraction import Dateline

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
            "sep sept september", "oct october", "nov november", "dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?"
    r"|Dec(?:ember)?)\.?"
)
# Any name in brackets behind the place: agencies are many, and new ones come.
_AGENCY = r"[A-Za-z][A-Za-z./ -]{1,24}"
_PLACE = r"[A-Z][A-Z.'’\-/ ]*[A-Z.](?:,\s?(?:[A-Z][A-Za-z.]*\.?)(?:\s[A-Z][A-Za-z.]*)?)?"
_DATE = rf"(?:{_MONTH}\s\d{{1,2}}|\d{{1,2}}\s{_MONTH})(?:,?\s\d{{4}})?"
_DASH = r"(?:--+|—|–|-|_|:)"
_FORMS = re.compile(
    rf"\s*(?P<place>{_PLACE}|[A-Z][\w.'’-]+(?:[ /][A-Z][\w.'’-]+){{0,3}}(?=\s*(?:,\s*{_DATE}|\({_AGENCY}\)\s*{_DASH})))"
    rf"(?:\s*[,/]\s*(?P<date>{_DATE}))?"
    rf"(?:\s*[,.]?\s*[(/](?P<agency>{_AGENCY})[)/]\.?)?"
    rf"(?:\s*,?\s*(?P<late>{_DATE}))?"
    rf"\s*(?P<dash>{_DASH}|(?<=/\.)|(?<=/))\s*"
)
_DAY = re.compile(rf"(?P<month>{_MONTH})\s(?P<day>\d{{1,2}})|(?P<day2>\d{{1,2}})\s(?P<month2>{_MONTH})")
_YEAR = re.compile(r"\d{4}")


def read_dateline(body: str, published: dt.datetime | None, lexicon: Lexicon) -> Dateline | None:
    """The dateline at the head of a body, with offsets of its words; None where the story has none."""
    match = _FORMS.match(body[:240])
    if match is None or len(match["place"]) < 3:
        return None
    place, agency, date = match["place"], match["agency"], match["date"] or match["late"]
    if date is None and agency is None and not (place.isupper() or place.split(",")[0].isupper()):
        return None
    if match["dash"] == ":" and date is None and agency is None:
        return None  # "EXCLUSIVE:", "TAKE A LOOK:"
    start = match.start("place")
    end = match.start("dash")
    text = body[start:end].rstrip()
    city, country, zone = _locate(place, lexicon)
    if date is None and agency is None and city is None and country is None:
        return None
    head = _title(place.split(",")[0].split("/")[0].strip())
    if head.casefold() in ("united nations", "un", "u.n."):
        city, country, zone = find_city("New York"), "USA", "America/New_York"
    # The wire's own spelling, not the gazetteer's; a dateline that names only a country has no city.
    named = None if country is not None and city is None and not _is_city(head, lexicon) else head
    day = _day(date, published, zone)
    return Dateline(
        text=text,
        city=named,
        country_code=country,
        date=day,
        agency=agency,
        timezone=zone,
        start=start,
        end=start + len(text),
    )


def body_start(body: str, dateline: Dateline | None) -> int:
    """Where the story's own words begin, after the dateline and its dash."""
    if dateline is None:
        return 0
    match = re.compile(rf"\s*{_DASH}*\s*").match(body, dateline.end)
    return match.end() if match else dateline.end


def local_day(dateline: Dateline | None, published: dt.datetime | None) -> dt.date | None:
    """The day that words like "Wednesday" count from: the dateline's, else the publication's in the dateline's zone."""
    if dateline is not None and dateline.date is not None:
        return dateline.date
    if published is None:
        return None
    if dateline is not None and dateline.timezone is not None:
        return published.astimezone(ZoneInfo(dateline.timezone)).date()
    return published.date()


def _title(name: str) -> str:
    return re.sub(r"[^\W\d_]+", lambda m: m.group().capitalize(), name) if name.isupper() else name


def _is_city(head: str, lexicon: Lexicon) -> bool:
    return not any(head in country.names for country in lexicon.countries.values())


def _locate(place: str, lexicon: Lexicon) -> tuple[City | None, str | None, str | None]:
    parts = [part.strip() for part in place.split(",", 1)]
    head = _title(re.split(r"/", parts[0])[0].strip())
    country = state = None
    if len(parts) > 1:
        state = state_code(parts[1])
        country = "USA" if state else lexicon.country_of(_title(parts[1]))
    if country is None:
        country = lexicon.country_of(head)
    city = find_city(head, country, state) or (None if country else find_city(head))
    if city is not None:
        return city, city.country_code, city.timezone
    capital = lexicon.countries[country].seats[:1] if country is not None and country in lexicon.countries else ()
    zone = next((found.timezone for name in capital if (found := find_city(name, country))), None)
    return None, country, zone


def _day(text: str | None, published: dt.datetime | None, zone: str | None) -> dt.date | None:
    """The dateline's day; its year is the one that puts it next to the publication."""
    if text is None:
        return None
    match = _DAY.search(text)
    if match is None:
        return None
    month = MONTHS[(match["month"] or match["month2"]).rstrip(".").lower()]
    day = int(match["day"] or match["day2"])
    stated = _YEAR.search(text)
    if stated:
        return _date(int(stated.group()), month, day)
    if published is None:
        return None
    base = (published.astimezone(ZoneInfo(zone)) if zone else published).date()
    near = [found for year in (base.year - 1, base.year, base.year + 1) if (found := _date(year, month, day))]
    return min(near, key=lambda found: abs((found - base).days)) if near else None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None

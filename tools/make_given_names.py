"""Writes pipelines/lexicon/given_names.csv: given names with their gender, folded.

Sources, both facts free to use: the 1990 United States Census lists of first names (public domain, as the ``names``
package 0.3.0 carries them) and the first names and genders of the people in the Peppercat/Wikidata table of
office-holders (CC0). Names that both genders bear often get no gender. A list for the regions these two leave thin
stands in ``more_given_names.toml`` beside this script, from general knowledge.

    python tools/make_given_names.py CENSUS_DIR OFFICEHOLDERS_CSV
"""

from __future__ import annotations

import csv
import sys
import tomllib
from collections import Counter
from pathlib import Path

from pipelines.lexicon.words import fold

HERE = Path(__file__).parent
TARGET = HERE.parent / "pipelines" / "lexicon" / "given_names.csv"
# Where wires put the family name first, the first word is no given name.
FAMILY_FIRST = {"China", "Taiwan", "South Korea", "North Korea", "Vietnam", "Cambodia", "Hong Kong", "Singapore", "Myanmar"}
SURE = 0.8
COMMON = 0.004
"""Census share in percent below which a name is left out: rare ones there are often words or family names."""


def main(census: Path, holders: Path) -> int:
    weights: dict[str, Counter[str]] = {}
    for gender, file in (("m", "dist.male.first"), ("f", "dist.female.first")):
        for line in (census / file).read_text().splitlines():
            name, share, *_ = line.split()
            if float(share) >= COMMON:
                weights.setdefault(fold(name), Counter())[gender] += float(share) * 100  # type: ignore[assignment]
    with holders.open(encoding="utf-8") as file_:
        for row in csv.DictReader(file_):
            words = row["person"].split()
            if row["country"] in FAMILY_FIRST or len(words) < 2 or not words[0].replace("-", "").isalpha() or len(words[0]) < 3:
                continue
            gender = {"male": "m", "female": "f"}.get(row["gender"], "")
            name = fold(words[0])
            if name.isascii():
                weights.setdefault(name, Counter())[gender] += 1
    more = tomllib.loads((HERE / "more_given_names.toml").read_text(encoding="utf-8"))
    for gender, key in (("m", "male"), ("f", "female"), ("", "either")):
        for name in more[key]:
            weights[fold(name)] = Counter({gender: 1})
    with TARGET.open("w", encoding="utf-8", newline="") as out:
        out.write("# Given names, folded, with their gender (empty: either). Sources: tools/make_given_names.py.\n")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["name", "gender"])
        for name in sorted(weights):
            counts = weights[name]
            known = counts["m"] + counts["f"]
            gender = ""
            if known:
                gender = "m" if counts["m"] / known >= SURE else "f" if counts["f"] / known >= SURE else ""
            writer.writerow([name, gender])
    print(f"{len(weights)} names in {TARGET.name}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2])))

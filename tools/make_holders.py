"""Writes pipelines/lexicon/holders.csv: who held which office when.

Source: the tables of office-holders that Peppercat.org compiled from Wikidata (CC0), one as of January 2023 with ends
of terms, one of those in office in January 2025. What is wrong there is mended as follows, and counted on the way out:
rows without a start, with an end before the start, or with a name in another script only are dropped; terms of one
person in one office that touch or overlap become one; an open term of an office that one person holds at a time ends
where the successor's starts; a term open in 2023 of someone no longer listed in 2025 ends with 2024.

    python tools/make_holders.py OFFICEHOLDERS_CSV IN_OFFICE_CSV
"""

from __future__ import annotations

import csv
import re
import sys
from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from pipelines.lexicon.loader import Lexicon, load

TARGET = Path(__file__).parent.parent / "pipelines" / "lexicon" / "holders.csv"
COLUMNS = ("wikidata_id", "name", "country", "organization", "office_id", "rank", "start", "end", "gender")
SINCE = date(2005, 1, 1)
LISTED = date(2025, 1, 31)
ONE_AT_A_TIME = {"president", "monarch", "prime_minister", "chancellor", "foreign_minister", "defence_minister", "leader"}
RANKS = {"head_of_state", "head_of_government", "foreign_minister", "minister", "ambassador", "deputy_minister"}
# Offices whose wording is a minister's in some states and a lawmaker's, judge's or local one's in others.
SKIPPED = {"speaker", "minister_of_state", "central_banker", "state_leader", "secretary", "state_secretary"}
DEPUTIES = {"deputy_foreign_minister"}
PART_OF = {"Scotland", "Wales", "Northern Ireland", "Abkhazia", "Artsakh", "Donetsk", "Luhansk", "Northern Cyprus",
           "Somaliland", "South Ossetia", "Transnistria", "country"}  # fmt: skip
OTHER_NAMES = {"Congo-Brazzaville": "COG", "Congo-Kinshasa": "COD", "Timor-Leste": "TLS", "Åland": "ALA"}
BODIES = {
    "Secretary-General of the United Nations": ("United Nations", "secretary_general", "organization_head"),
    "Deputy Secretary-General of the United Nations": ("United Nations", "deputy_secretary_general", "official"),
    "President of the United Nations General Assembly": ("UN General Assembly", "president", "organization_head"),
    "Director-General of the World Trade Organization": ("WTO", "director_general", "organization_head"),
    "High Representative for Foreign Affairs and Security Policy": (
        "European Union",
        "high_representative",
        "organization_head",
    ),
    "President of the European Commission": ("European Commission", "president", "organization_head"),
    "President of the European Council": ("European Council", "president", "organization_head"),
    "President of the European Parliament": ("European Parliament", "president", "organization_head"),
    "President of the International Court of Justice": ("International Court of Justice", "president", "organization_head"),
}


@dataclass(frozen=True)
class Term:
    wikidata_id: str
    name: str
    country: str
    organization: str
    office_id: str
    rank: str
    start: date
    end: date | None
    gender: str

    @property
    def office(self) -> tuple[str, str, str]:
        return self.country, self.organization, self.office_id


def day(text: str, last: bool) -> date | None:
    """A date that may lack day or month: its first day, or its last."""
    parts = [int(part) for part in text.split("-") if part.isdigit()]
    if not parts or not 1900 <= parts[0] <= 2026:
        return None
    month = parts[1] if len(parts) > 1 else (12 if last else 1)
    number = parts[2] if len(parts) > 2 else (monthrange(parts[0], month)[1] if last else 1)
    return date(parts[0], month, number)


def place(position: str, country: str, codes: dict[str, str], lexicon: Lexicon) -> tuple[str, str, str, str] | None:
    """Country, organization, office and rank of a position, or None where it is not wanted."""
    if country in ("World", "European Union"):
        if position in BODIES:
            organization, office, rank = BODIES[position]
            return "", organization, office, rank
        if "Commissioner for" in position or position.startswith("Vice-President of the European Commission"):
            return "", "European Commission", "commissioner", "minister"
        return None
    code = codes.get(country)
    if code is None:
        return None
    wording = re.sub(r"\s*\(.*\)$", "", position).lower().removeprefix("federal ")
    wording = wording.removesuffix(" of the state council").removesuffix(f" of {country.lower()}")
    wording = re.sub(r"^minister (of|for) europe and foreign affairs$", "minister of foreign affairs", wording)
    wording = re.sub(r"^permanent representative to the united nations.*", "permanent representative", wording)
    wording = re.sub(r"^ambassador to the united nations$", "permanent representative", wording)
    wording = re.sub(
        r"^(minister (?:of|for) (?:foreign affairs|national defence|defence|foreign relations))\b.*", r"\1", wording
    )
    if wording == "secretary of state" and code not in ("USA", "VAT"):
        return None
    found = lexicon.office_of(wording, code)
    if found is None or found[1] not in RANKS or found[0] in SKIPPED or wording == "minister":
        return None
    if found[1] == "deputy_minister" and found[0] not in DEPUTIES:
        return None
    return code, "", found[0], found[1]


def name_of(row: dict[str, str]) -> str | None:
    for text in (row["person"], re.sub(r"\s*\(.*\)$", "", row.get("enwiki") or "")):
        if text and re.fullmatch(r"[A-Za-zÀ-ɏḀ-ỿ'’ʼʻ.\- ]+", text) and not re.fullmatch(r"Q\d+", text):
            return text.strip()
    return None


def read(path: Path, ends: bool, codes: dict[str, str], lexicon: Lexicon, dropped: Counter[str]) -> list[Term]:
    terms = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found = place(row["position"], row["country"], codes, lexicon)
            if found is None:
                dropped["office not wanted"] += 1
                continue
            name = name_of(row)
            start = day(row["start"] if ends else row["in_office_since"], last=False)
            end = day(row["end"], last=True) if ends else None
            if name is None or not re.fullmatch(r"Q[1-9]\d*", row["wikidata_id"]):
                dropped["no Latin name or no id"] += 1
            elif start is None or start > LISTED or (end is not None and end < start):
                dropped["impossible dates"] += 1
            else:
                gender = {"male": "m", "female": "f"}.get(row.get("gender", ""), "")
                terms.append(Term(row["wikidata_id"], name, *found[:2], found[2], found[3], start, end, gender))
    return terms


def merged(terms: list[Term], changes: Counter[str]) -> list[Term]:
    """Terms of one person in one office that overlap or touch, as one."""
    by_person: dict[tuple[str, tuple[str, str, str]], list[Term]] = {}
    for term in terms:
        by_person.setdefault((term.wikidata_id, term.office), []).append(term)
    out = []
    for items in by_person.values():
        items.sort(key=lambda term: (term.start, term.end or date.max))
        kept = [items[0]]
        for term in items[1:]:
            last = kept[-1]
            if last.end is None or term.start <= last.end + timedelta(days=31):
                ends = None if last.end is None or term.end is None else max(last.end, term.end)
                kept[-1] = replace(last, end=ends, gender=last.gender or term.gender)
                changes["terms merged"] += 1
            else:
                kept.append(term)
        out += kept
    return out


def one_realm(terms: list[Term]) -> list[Term]:
    """A monarch of several realms stands under the United Kingdom only: that is how the wires speak of them."""
    british = {term.wikidata_id for term in terms if term.office_id == "monarch" and term.country == "GBR"}
    return [term for term in terms if term.office_id != "monarch" or term.wikidata_id not in british or term.country == "GBR"]


def closed(terms: list[Term], listed: set[tuple[str, tuple[str, str, str]]], changes: Counter[str]) -> list[Term]:
    """Open terms of people who are no longer in office, closed."""
    by_office: dict[tuple[str, str, str], list[Term]] = {}
    for term in terms:
        by_office.setdefault(term.office, []).append(term)
    out = []
    for office, items in by_office.items():
        items.sort(key=lambda term: term.start)
        for term in items:
            if term.end is None and (term.wikidata_id, office) not in listed:
                later = [other.start for other in items if other.start > term.start and other.wikidata_id != term.wikidata_id]
                single = office[2] in ONE_AT_A_TIME and bool(later)
                changes["closed at the successor's start" if single else "closed with 2024"] += 1
                term = replace(term, end=min(later) if single else max(term.start, date(2024, 12, 31)))
            out.append(term)
    return out


def main(past: Path, present: Path) -> int:
    if not TARGET.exists():
        TARGET.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    lexicon = load()
    codes = dict(OTHER_NAMES)
    for country in lexicon.countries.values():
        codes |= dict.fromkeys(country.names, country.code)
    for name in PART_OF:
        codes.pop(name, None)
    counts: Counter[str] = Counter()
    now = read(present, False, codes, lexicon, counts)
    genders: dict[str, str] = {}
    past_terms = read(past, True, codes, lexicon, counts)
    for term in past_terms:
        genders[term.wikidata_id] = genders.get(term.wikidata_id) or term.gender
    names = {term.wikidata_id: term.name for term in past_terms} | {term.wikidata_id: term.name for term in now}
    terms = one_realm(merged(past_terms + now, counts))
    terms = closed(terms, {(term.wikidata_id, term.office) for term in now}, counts)
    terms = [
        replace(term, gender=genders.get(term.wikidata_id, ""), name=names[term.wikidata_id])
        for term in terms
        if term.end is None or term.end >= SINCE
    ]
    terms.sort(key=lambda term: (term.country or "~", term.organization, term.office_id, term.start, term.wikidata_id))
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        file.write("# Terms of office since 2005, from Wikidata through Peppercat.org (CC0). Made by tools/make_holders.py.\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for term in terms:
            end = "" if term.end is None else term.end.isoformat()
            writer.writerow([term.wikidata_id, term.name, term.country, term.organization, term.office_id, term.rank,
                             term.start.isoformat(), end, term.gender])  # fmt: skip
    print(f"{len(terms)} terms, {TARGET.stat().st_size:,} bytes; {dict(counts)}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    raise SystemExit(main(Path(sys.argv[1]), Path(sys.argv[2])))

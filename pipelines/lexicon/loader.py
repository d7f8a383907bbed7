"""Reading the lexicon's data files into one checked, frozen value."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import cast, get_args

from pipelines.lexicon.cues import Cues, read_cues
from pipelines.lexicon.holders import index_holders, read_holders
from pipelines.lexicon.phrases import Phrases
from pipelines.lexicon.types import Country, Gender, Holder, Name, Office, Organization, OrganizationKind
from pipelines.lexicon.validate import Problems, check_holders
from pipelines.lexicon.words import fold, phrase
from schemas.meeting import Rank

_RANKS = frozenset(get_args(Rank))
_KINDS = frozenset(get_args(OrganizationKind))


@dataclass(frozen=True, slots=True)
class Titles:
    """Words around personal names that are no office of state; all plain and lower case."""

    female: frozenset[str]
    male: frozenset[str]
    honorifics: frozenset[str]
    military: frozenset[str]
    occupations: frozenset[str]
    former: frozenset[str]
    acting: frozenset[str]
    designate: frozenset[str]
    modifiers: frozenset[str]
    unnamed: frozenset[str]
    """Heads of wordings for people whom the story does not name: ``official``, ``sources``."""
    relations: frozenset[str]
    """Kin and company: help to find names and are no office."""
    pairs: frozenset[str]
    """Plurals that take up people named before: ``the two leaders``, ``both sides``."""
    plural: Mapping[str, str]
    """Singular of the heads of offices in the plural."""
    ranked: Phrases[str]
    """Every honorific, military and occupational wording, with ``honorific``, ``military`` or ``occupation``."""


@dataclass(frozen=True, slots=True)
class NameOrder:
    """How personal names are built."""

    family_first: frozenset[str]
    """Family names, folded, that stand first in East Asian order."""
    particles: frozenset[str]
    compounds: frozenset[str]
    suffixes: frozenset[str]
    two_surnames: frozenset[str]
    given_name_states: frozenset[str]
    feminine_surname_endings: tuple[str, ...]
    short: Mapping[str, str]
    """Long form of short given names, folded: ``bill`` is ``william``."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All lexical knowledge about states, organizations, offices and names."""

    countries: Mapping[str, Country]
    """By alpha-3."""
    names: Phrases[Name]
    """Countries, demonyms, seats, organizations, media and places, as written in the wires (stops left out)."""
    offices: Phrases[Office]
    """Wordings of offices in lower case."""
    capitals_only: frozenset[str]
    """Of these, in lower case, the ones that are an office only when written in capitals: ``PM``, never ``3 pm``."""
    heads: Phrases[str]
    """Titles of the heads of organizations, in lower case; an office only beside an organization that has it."""
    organizations: Mapping[str, Organization]
    titles: Titles
    cues: Cues
    order: NameOrder
    given: Mapping[str, Gender | None]
    """Given names, folded, with their gender where it is one."""
    everyday: frozenset[str]
    """Capitalised words that are no personal name: days, months, parties, feasts, common sentence starters."""
    body_endings: frozenset[str]
    """Words that end the name of a body, place or event: ``Party``, ``Corp``, ``Airport``."""
    holders: Mapping[str, tuple[Holder, ...]]
    """Terms of office by the sound (``words.sound``) of each word of the holder's name."""

    def country_of(self, wording: str) -> str | None:
        """Alpha-3 for a country's name, demonym, capital or house of government; None for anything else."""
        words = phrase(wording)
        found = self.names.longest(words, 0) if words else None
        if found is None or found[0] != len(words):
            return None
        return found[1].country

    def office_of(self, wording: str, country: str | None = None) -> tuple[str, Rank] | None:
        """Code and rank of an office named without its country; None for a wording that is not listed."""
        words = phrase(wording.lower())
        found = self.offices.longest(words, 0) if words else None
        if found is None or found[0] != len(words):
            return None
        return found[1].at(country)


def _read(name: str) -> str:
    return resources.files("pipelines.lexicon").joinpath(name).read_text(encoding="utf-8")


def _table(name: str) -> dict[str, object]:
    return tomllib.loads(_read(name))


def _rows(name: str) -> Iterator[dict[str, str]]:
    lines = (line for line in io.StringIO(_read(name)) if not line.startswith("#"))
    return iter(csv.DictReader(lines))


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _mapping(value: object) -> dict[str, object]:
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def _tables(value: object) -> list[dict[str, object]]:
    return [_mapping(item) for item in value] if isinstance(value, list) else []


class _NameTable:
    """Collects all readings of a wording."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, ...], Name] = {}

    def add(self, wording: str, new: Name) -> None:
        weak = wording.endswith("?")
        words = phrase(wording.removesuffix("?"))
        old = self.entries.get(words)
        if old is None:
            self.entries[words] = new if not weak else _weakened(new)
            return
        self.entries[words] = Name(
            country=old.country if old.country is not None else new.country,
            is_name=old.is_name or new.is_name,
            is_demonym=old.is_demonym or new.is_demonym,
            is_seat=old.is_seat or new.is_seat,
            organization=old.organization or new.organization,
            media=old.media or new.media,
            weak=old.weak or weak or new.weak,
            place=old.place or new.place,
        )


def _weakened(name: Name) -> Name:
    return Name(name.country, name.is_name, name.is_demonym, name.is_seat, name.organization, name.media, True, name.place)


def _countries(problems: Problems, names: _NameTable) -> dict[str, Country]:
    countries: dict[str, Country] = {}
    for row in _rows("countries.csv"):
        code = row["code"]
        lists = [tuple(item for item in row[key].split(";") if item) for key in ("names", "demonyms", "seats")]
        problems.check(len(code) == 3 and code.isupper(), "countries.csv", f"{code!r} is no alpha-3 code")
        problems.check(code not in countries, "countries.csv", f"{code} stands twice")
        problems.check(bool(lists[0]), "countries.csv", f"{code} has no name")
        bare = [tuple(item.removesuffix("?") for item in items) for items in lists]
        countries[code] = Country(code, row["kind"] == "territory", bare[0], bare[1], bare[2])
        for wording in lists[0]:
            names.add(wording, Name(country=code, is_name=True))
        for wording in lists[1]:
            names.add(wording, Name(country=code, is_demonym=True))
        for wording in lists[2]:
            names.add(wording, Name(country=code, is_seat=True))
    return countries


def _organizations(problems: Problems, names: _NameTable, countries: Mapping[str, Country]) -> dict[str, Organization]:
    organizations: dict[str, Organization] = {}
    for entry in _tables(_table("organizations.toml").get("organization")):
        name, kind = str(entry.get("name")), str(entry.get("kind"))
        country = entry.get("country")
        where = "organizations.toml"
        problems.check(kind in _KINDS, where, f"{name}: {kind!r} is no kind")
        problems.check(name not in organizations, where, f"{name} stands twice")
        problems.check(
            (country is not None) == (kind in ("authority", "institution")), where, f"{name}: country and kind disagree"
        )
        problems.check(country is None or country in countries, where, f"{name}: {country!r} is no country of countries.csv")
        heads = frozenset(" ".join(phrase(head)) for head in _strings(entry.get("heads")))
        organization = Organization(name, cast(OrganizationKind, kind), None if country is None else str(country), heads)
        organizations[name] = organization
        forms = _strings(entry.get("forms"))
        problems.check(bool(forms), where, f"{name} has no forms")
        for form in forms:
            names.add(form, Name(country=organization.country, organization=organization))
    return organizations


def _media(problems: Problems, names: _NameTable, countries: Mapping[str, Country]) -> None:
    table = _table("media.toml")
    weak = set(_strings(table.get("weak")))
    listed: set[str] = set()
    for entry in _tables(table.get("outlet")):
        country = str(entry.get("country", ""))
        problems.check(not country or country in countries, "media.toml", f"{country!r} is no country of countries.csv")
        for form in _strings(entry.get("forms")):
            listed.add(form)
            names.add(form + ("?" if form in weak else ""), Name(country=None, media=True))
    problems.check(weak <= listed, "media.toml", f"weak wordings that are no outlet: {sorted(weak - listed)}")


def _offices(problems: Problems, countries: Mapping[str, Country]) -> Phrases[Office]:
    table = _table("offices.toml")
    home = {str(key): str(value) for key, value in _mapping(table.get("home")).items()}
    forms: dict[str, Office] = {}
    where = "offices.toml"
    for entry in _tables(table.get("office")):
        rank = str(entry.get("rank"))
        problems.check(rank in _RANKS, where, f"{entry.get('id')}: {rank!r} is no rank")
        abroad: dict[str, tuple[str, Rank]] = {}
        for code, pair in _mapping(entry.get("in")).items():
            other = _strings(pair)
            problems.check(code in countries, where, f"{entry.get('id')}: {code!r} is no country of countries.csv")
            problems.check(len(other) == 2 and other[1] in _RANKS, where, f"{entry.get('id')}: {code} wants a code and a rank")
            if len(other) == 2:
                abroad[code] = (other[0], cast(Rank, other[1]))
        for form in _strings(entry.get("forms")):
            problems.check(form == form.lower(), where, f"{form!r} is not in lower case")
            problems.check(form not in forms, where, f"{form!r} stands twice")
            forms[form] = Office(
                str(entry.get("id")),
                cast(Rank, rank),
                MappingProxyType(abroad),
                entry.get("generic") is True,
                home.get(form) or None,
            )
    unknown = sorted(set(home) - set(forms))
    problems.check(not unknown, where, f"[home] names wordings that are no form: {unknown}")
    for form, office in _portfolios(_tables(table.get("portfolio"))):
        forms.setdefault(form, office)
    return Phrases((phrase(form), office) for form, office in forms.items())


def _portfolios(entries: Iterable[Mapping[str, object]]) -> Iterator[tuple[str, Office]]:
    """All wordings of ministers and their deputies, made from the names of portfolios."""
    nowhere: Mapping[str, tuple[str, Rank]] = MappingProxyType({})
    for entry in entries:
        minister = Office(str(entry.get("id")), "minister", nowhere)
        deputy = Office("deputy_minister", "deputy_minister", nowhere)
        for name in _strings(entry.get("names")):
            bare = name.removeprefix("the ")
            if bare == name:
                for form in (f"{bare} minister", f"{bare} secretary"):
                    yield form, minister
                    for less in ("deputy", "vice", "junior", "assistant", "first deputy"):
                        yield f"{less} {form}", deputy
                yield f"{bare} undersecretary", deputy
            for form in (f"minister of {name}", f"minister for {name}", f"secretary of {name}", f"secretary for {name}"):
                yield form, minister
                yield (
                    form.replace(" ", f" of state {'for' if ' for ' in form else 'of'} ", 1)
                    .replace("for for", "for")
                    .replace("of of", "of"),
                    minister if form.startswith("secretary") else deputy,
                )
                for less in ("deputy", "vice"):
                    yield f"{less} {form}", deputy


def _titles() -> Titles:
    table = _table("titles.toml")
    sets = {key: frozenset(" ".join(phrase(item)) for item in _strings(value)) for key, value in table.items()}
    plural = MappingProxyType({key: str(value) for key, value in _mapping(table.get("plural")).items()})
    ranked: dict[tuple[str, ...], str] = {}
    for key, label in (("occupations", "occupation"), ("military", "military"), ("honorifics", "honorific")):
        for form in _strings(table.get(key)):
            ranked[phrase(form)] = label
    words = ("female", "male", "honorifics", "military", "occupations", "former", "acting", "designate", "modifiers")
    more = ("unnamed", "relations", "pairs")
    return Titles(**{name: sets[name] for name in words + more}, plural=plural, ranked=Phrases(ranked.items()))


def _order() -> NameOrder:
    table = _table("name_order.toml")
    family = {fold(name) for key in ("chinese", "korean", "vietnamese") for name in _strings(table.get(key))}
    return NameOrder(
        frozenset(family),
        frozenset(_strings(table.get("particles"))),
        frozenset(_strings(table.get("compounds"))),
        frozenset(_strings(table.get("suffixes"))),
        frozenset(_strings(table.get("two_surnames"))),
        frozenset(_strings(table.get("given_name_states"))),
        _strings(table.get("feminine_surname_endings")),
        MappingProxyType({key: str(value) for key, value in _mapping(table.get("short")).items()}),
    )


def _given(problems: Problems) -> dict[str, Gender | None]:
    given: dict[str, Gender | None] = {}
    for row in _rows("given_names.csv"):
        gender = row["gender"]
        problems.check(gender in ("f", "m", ""), "given_names.csv", f"{row['name']}: {gender!r} is no gender (f, m or empty)")
        given[row["name"]] = "f" if gender == "f" else "m" if gender == "m" else None
    return given


def _everyday(*sections: str) -> frozenset[str]:
    table = _table("everyday.toml")
    return frozenset(word for section in sections for word in _strings(table.get(section)))


def _places(names: _NameTable) -> None:
    for wording in _read("places.txt").splitlines():
        if wording and not wording.startswith("#"):
            names.add(wording, Name(place=True))


@cache
def load() -> Lexicon:
    """The lexicon that ships with Parley, read once and checked.

    Raises ``Fatal`` with ``bad_lexicon`` when a data file contradicts itself; the message names file and entry.
    """
    problems = Problems()
    names = _NameTable()
    countries = _countries(problems, names)
    organizations = _organizations(problems, names, countries)
    _media(problems, names, countries)
    _places(names)
    offices = _offices(problems, countries)
    holders = read_holders(_read("holders.csv"))
    check_holders(holders, frozenset(countries), frozenset(organizations), problems)
    given = _given(problems)
    cues = read_cues(problems)
    problems.raise_if_any()
    return Lexicon(
        MappingProxyType(countries),
        Phrases(names.entries.items()),
        offices,
        frozenset(_strings(_mapping(_table("offices.toml").get("capitals")).get("forms"))),
        Phrases(
            (tuple(head.split()), head) for head in sorted({head for item in organizations.values() for head in item.heads})
        ),
        MappingProxyType(organizations),
        _titles(),
        cues,
        _order(),
        MappingProxyType(given),
        _everyday("calendar", "groups", "starters"),
        _everyday("body_endings"),
        index_holders(holders),
    )

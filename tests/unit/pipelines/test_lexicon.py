"""The lexicon: what it holds, and that wrong data is refused with a message that names it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date

import pycountry
import pytest

from pipelines.lexicon import Holder, load
from pipelines.lexicon.holders import index_holders, read_holders
from pipelines.lexicon.loader import load as load_again
from pipelines.lexicon.phrases import Phrases
from pipelines.lexicon.validate import Problems, check_holders
from pipelines.lexicon.words import WORD, fold, phrase, sound
from schemas.errors import Code, Fatal


def test_every_iso_country_and_kosovo_has_a_name_and_states_have_demonym_and_seat() -> None:
    lexicon = load()
    assert set(lexicon.countries) == {country.alpha_3 for country in pycountry.countries} | {"XKX"}
    states = [country for country in lexicon.countries.values() if not country.territory]
    assert len(states) >= 195
    assert [country.code for country in states if not (country.names and country.seats)] == []
    # Dominica and the Republic of the Congo share their demonyms with a larger neighbour.
    assert [country.code for country in states if not country.demonyms] == ["COG", "DMA"]


@pytest.mark.parametrize(
    ("wording", "code"),
    [
        ("U.S.", "USA"), ("US", "USA"), ("American", "USA"), ("Washington", "USA"), ("White House", "USA"), ("Britain", "GBR"),
        ("Downing Street", "GBR"), ("Élysée", "FRA"), ("Kremlin", "RUS"), ("Soviet Union", "RUS"), ("West German", "DEU"),
        ("Yugoslavia", "SRB"), ("DPRK", "PRK"), ("South Korean", "KOR"), ("Burma", "MMR"), ("Taiwanese", "TWN"),
        ("Palestinian", "PSE"), ("Kosovo", "XKX"), ("Holy See", "VAT"), ("Taliban", "AFG"), ("Hamas", "PSE"), ("Houthi", "YEM"),
        ("Côte d'Ivoire", "CIV"), ("Côte d’Ivoire", "CIV"), ("The Hague", "NLD"), ("Hamburg", None), ("us", None), ("", None),
        ("United Nations", None), ("Russian bear", None),
    ],
)  # fmt: skip
def test_wordings_give_their_country(wording: str, code: str | None) -> None:
    assert load().country_of(wording) == code


@pytest.mark.parametrize(
    ("wording", "country", "office", "rank"),
    [
        ("foreign minister", None, "foreign_minister", "foreign_minister"),
        ("Secretary of State", "USA", "foreign_minister", "foreign_minister"),
        ("Secretary of State", "VAT", "secretary_of_state", "head_of_government"),
        ("foreign secretary", "GBR", "foreign_minister", "foreign_minister"),
        ("foreign secretary", "IND", "foreign_secretary", "deputy_minister"),
        ("chancellor", "DEU", "chancellor", "head_of_government"),
        ("chancellor", "GBR", "finance_minister", "minister"),
        ("minister for defence", None, "defence_minister", "minister"),
        ("Deputy Defence Minister", None, "deputy_minister", "deputy_minister"),
        ("taoiseach", "IRL", "prime_minister", "head_of_government"),
        ("leader", "CHN", "state_leader", "head_of_state"),
        ("leader", "GBR", "prime_minister", "head_of_government"),
    ],
)
def test_an_office_depends_on_its_country(wording: str, country: str | None, office: str, rank: str) -> None:
    assert load().office_of(wording, country) == (office, rank)


def test_unlisted_offices_are_none() -> None:
    assert load().office_of("minister of silly walks") is None
    assert load().office_of("") is None


def test_loading_is_quick_and_done_once() -> None:
    load_again.cache_clear()
    started = time.perf_counter()
    first = load()
    assert time.perf_counter() - started < 3.0  # promised: under 1 s on a quiet machine
    assert load() is first


def test_the_table_knows_who_held_office() -> None:
    lexicon = load()

    def held(surname: str, office: str, day: date) -> set[str]:
        return {term.wikidata_id for term in lexicon.holders[sound(surname)] if term.office_id == office and term.covers(day)}

    assert "Q7821917" in held("Blinken", "foreign_minister", date(2021, 5, 19))
    assert "Q58217" in held("Lavrov", "foreign_minister", date(2021, 5, 19))
    assert "Q6279" in held("Biden", "president", date(2021, 5, 19))
    assert "Q6279" not in held("Biden", "president", date(2018, 5, 19))
    assert "Q7747" in held("Putin", "prime_minister", date(2010, 1, 1))
    assert "Q311440" in held("Guterres", "secretary_general", date(2024, 1, 1))


def test_offices_that_one_person_holds_do_not_stay_open_after_the_successor() -> None:
    terms = {term for terms in load().holders.values() for term in terms}
    open_terms = [term for term in terms if term.office_id == "foreign_minister" and term.end is None]
    per_country: dict[str | None, set[str]] = {}
    for term in open_terms:
        per_country.setdefault(term.country, set()).add(term.wikidata_id)
    doubles = {country: ids for country, ids in per_country.items() if len(ids) > 3}
    assert doubles == {}


def _holder() -> Holder:
    return Holder("Q1", "Ann Example", "USA", None, "president", "head_of_state", date(2010, 1, 1), date(2014, 1, 1), "f")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (replace(_holder(), wikidata_id="1"), "no Wikidata id"),
        (replace(_holder(), end=date(2009, 1, 1)), "ends before it starts"),
        (replace(_holder(), country="XXX"), "unknown country"),
        (replace(_holder(), country=None), "wants a country or an organization"),
        (replace(_holder(), start=None), "no start"),
        (replace(_holder(), name=" "), "no name"),
    ],
)
def test_wrong_terms_are_refused(wrong: Holder, told: str) -> None:
    problems = Problems()
    check_holders([wrong], {"USA"}, set(), problems)
    with pytest.raises(Fatal, match=told) as caught:
        problems.raise_if_any()
    assert caught.value.code is Code.BAD_LEXICON


def test_overlapping_terms_are_refused_and_terms_in_a_row_are_not() -> None:
    first, second = _holder(), replace(_holder(), start=date(2014, 1, 1), end=None)
    fine = Problems()
    check_holders([first, second], {"USA"}, set(), fine)
    fine.raise_if_any()
    overlap = Problems()
    check_holders([first, replace(second, start=date(2013, 1, 1))], {"USA"}, set(), overlap)
    with pytest.raises(Fatal, match="overlap"):
        overlap.raise_if_any()


def test_a_holders_table_is_read_and_found_by_sound() -> None:
    text = (
        "# note\nwikidata_id,name,country,organization,office_id,rank,start,end,gender\n"
        "Q5,Sergej Example-Doe,RUS,,foreign_minister,foreign_minister,2001-02-03,,m\n"
    )
    (term,) = read_holders(text)
    assert (term.start, term.end, term.gender, term.organization) == (date(2001, 2, 3), None, "m", None)
    index = index_holders([term])
    assert index[sound("Doe")] == index[sound("Example-Doe")] == (term,)


def test_spellings_of_one_sound_are_equal_and_others_differ() -> None:
    for one, other in [
        ("Sergey", "Sergei"),
        ("Aleksey", "Alexei"),
        ("Zelenskyy", "Zelenskiy"),
        ("Erdoğan", "Erdogan"),
        ("Yury", "Yuri"),
    ]:
        assert sound(one) == sound(other), (one, other)
    assert sound("Putin") != sound("Patten")
    assert fold("Łukasz Ångström") == "lukasz angstrom"


def test_the_longest_phrase_wins() -> None:
    phrases = Phrases([(("new",), 1), (("new", "york"), 2), (("new", "york", "times"), 3)])
    assert phrases.longest(["the", "new", "york", "mayor"], 1) == (2, 2)
    assert phrases.longest(["new"], 0) == (1, 1)
    assert phrases.longest(["old"], 0) is None
    assert len(phrases) == 3


def test_words_cover_everything_but_white_space() -> None:
    text = "The U.S.-led talks: Mr. O'Neill's “N'Djamena” plan (G-7), J. R. Smith… 5.3% al-Sisi’s President-elect."
    assert re.sub(r"\s", "", text) == "".join(match.group() for match in WORD.finditer(text)).replace(" ", "")
    assert phrase("U.S.") == ("US",)
    assert phrase("Britain's") == ("Britain", "'s")

"""People in stories written for these tests: who, in which office, for whom, under which name."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.annotations import Entity, People
from pipelines.lexicon import load
from pipelines.people import find_people
from pipelines.text import read_document
from schemas.article import Article

DAY = dt.date(2018, 3, 3)


def people_of(text: str, day: dt.date | None = DAY) -> People:
    return find_people(read_document(Article(uri="test", body=text)), load(), day)


def one(text: str, name: str, day: dt.date | None = DAY) -> Entity:
    found = [entity for entity in people_of(text, day).entities if entity.name == name]
    assert len(found) == 1, (name, [(entity.name, entity.text) for entity in people_of(text, day).entities])
    return found[0]


def wordings(text: str, entity: Entity) -> list[str]:
    return [text[mention.start : mention.end] for mention in entity.mentions]


@pytest.mark.parametrize(
    ("text", "name", "office", "office_id", "rank", "country", "organization"),
    [
        (
            "Norwegian Foreign Minister Ola Sandvik arrived.",
            "Ola Sandvik",
            "Norwegian Foreign Minister",
            "foreign_minister",
            "foreign_minister",
            "NOR",
            None,
        ),
        (
            "Ola Sandvik, Norway's foreign minister, arrived.",
            "Ola Sandvik",
            "Norway's foreign minister",
            "foreign_minister",
            "foreign_minister",
            "NOR",
            None,
        ),
        (
            "Norway's foreign minister, Ola Sandvik, arrived.",
            "Ola Sandvik",
            "Norway's foreign minister",
            "foreign_minister",
            "foreign_minister",
            "NOR",
            None,
        ),
        (
            "Foreign Minister of Norway Ola Sandvik arrived.",
            "Ola Sandvik",
            "Foreign Minister of Norway",
            "foreign_minister",
            "foreign_minister",
            "NOR",
            None,
        ),
        (
            "US Secretary of State Ann Hollis spoke.",
            "Ann Hollis",
            "US Secretary of State",
            "foreign_minister",
            "foreign_minister",
            "USA",
            None,
        ),
        (
            "The U.S. Treasury Secretary, Ann Hollis, spoke.",
            "Ann Hollis",
            "U.S. Treasury Secretary",
            "finance_minister",
            "minister",
            "USA",
            None,
        ),
        (
            "Austrian Chancellor Karl Brenner spoke.",
            "Karl Brenner",
            "Austrian Chancellor",
            "chancellor",
            "head_of_government",
            "AUT",
            None,
        ),
        ("British Chancellor Mary Holt spoke.", "Mary Holt", "British Chancellor", "finance_minister", "minister", "GBR", None),
        (
            "Deputy Foreign Minister of Chile Pedro Rojas spoke.",
            "Pedro Rojas",
            "Deputy Foreign Minister of Chile",
            "deputy_foreign_minister",
            "deputy_minister",
            "CHL",
            None,
        ),
        (
            "Kenya's ambassador to the United Nations, Grace Odera, voted.",
            "Grace Odera",
            "Kenya's ambassador to the United Nations",
            "ambassador",
            "ambassador",
            "KEN",
            None,
        ),
        (
            "NATO Secretary-General Piet Vermeer warned.",
            "Piet Vermeer",
            "NATO Secretary-General",
            "secretary_general",
            "organization_head",
            None,
            "NATO",
        ),
        (
            "EU foreign policy chief Clara Moretti warned.",
            "Clara Moretti",
            "EU foreign policy chief",
            "high_representative",
            "organization_head",
            None,
            "European Union",
        ),
        (
            "European Commission President Clara Moretti warned.",
            "Clara Moretti",
            "European Commission President",
            "president",
            "organization_head",
            None,
            "European Commission",
        ),
        (
            "U.N. special envoy for Yemen Piet Vermeer warned.",
            "Piet Vermeer",
            "U.N. special envoy for Yemen",
            "envoy",
            "envoy",
            None,
            "United Nations",
        ),
        (
            "Taliban deputy leader Mullah Abdul Karim spoke.",
            "Abdul Karim",
            "Taliban deputy leader",
            "deputy_state_leader",
            "minister",
            "AFG",
            "Taliban",
        ),
        (
            "Former Dutch Prime Minister Jan Dekker spoke.",
            "Jan Dekker",
            "Former Dutch Prime Minister",
            "prime_minister",
            "official",
            "NLD",
            None,
        ),
        (
            "Acting Ukrainian President Petro Marchuk spoke.",
            "Petro Marchuk",
            "Acting Ukrainian President",
            "president",
            "head_of_state",
            "UKR",
            None,
        ),
        (
            "South Korean defence minister Kang Min-soo spoke.",
            "Kang Min-soo",
            "South Korean defence minister",
            "defence_minister",
            "minister",
            "KOR",
            None,
        ),
        (
            "Kurt Lang, the US special envoy for Syria, left.",
            "Kurt Lang",
            "US special envoy for Syria",
            "envoy",
            "envoy",
            "USA",
            None,
        ),
    ],
)
def test_an_office_beside_a_name(
    text: str, name: str, office: str, office_id: str, rank: str, country: str | None, organization: str | None
) -> None:
    entity = one(text, name)
    assert entity.kind == "person"
    assert (entity.office, entity.office_id, entity.rank) == (office, office_id, rank)
    assert (entity.country_code, entity.organization) == (country, organization)
    assert entity.former == office.startswith("Former")


def test_a_name_is_chained_to_surname_title_and_nominal() -> None:
    text = (
        "Norwegian Foreign Minister Ola Sandvik met Chilean President Pedro Rojas in Oslo. Sandvik said the talks were good. "
        "Mr. Rojas agreed. The Norwegian foreign minister will travel on Friday, and he will see the Chilean president again."
    )
    sandvik, rojas = one(text, "Ola Sandvik"), one(text, "Pedro Rojas")
    assert wordings(text, sandvik) == [
        "Norwegian Foreign Minister Ola Sandvik", "Sandvik", "The Norwegian foreign minister", "he",
    ]  # fmt: skip
    assert wordings(text, rojas) == ["Chilean President Pedro Rojas", "Mr. Rojas", "the Chilean president"]
    assert [mention.kind for mention in sandvik.mentions] == ["name", "name", "nominal", "pronoun"]


def test_a_title_before_an_inverted_attribution_is_not_the_speakers() -> None:
    text = "Kenyan envoy Grace Odera spoke in Lima. It was too early to blame the Peruvian president, Odera said."
    odera = one(text, "Grace Odera")
    assert (odera.office, odera.rank, odera.country_code) == ("Kenyan envoy", "envoy", "KEN")


def test_titles_of_firms_and_regions_are_no_office_of_state() -> None:
    text = "Kansas Secretary of State Lee Brandt met Ann Hollis, president of Acme Steel."
    assert [one(text, name).rank for name in ("Lee Brandt", "Ann Hollis")] == ["official", "official"]


def test_father_and_son_of_one_name_stay_apart() -> None:
    text = "President John Hollis came. His son, John Hollis Jr., came too."
    assert [entity.name for entity in people_of(text).entities if entity.name] == ["John Hollis", "John Hollis Jr."]


def test_two_people_with_one_surname_stay_apart() -> None:
    text = (
        "President Carlos Mendoza of Bolivia came with his wife, Rosa Mendoza. Mrs Mendoza smiled. "
        "President Mendoza spoke to reporters."
    )
    assert wordings(text, one(text, "Rosa Mendoza"))[-1] == "Mrs Mendoza"
    assert "President Mendoza" in wordings(text, one(text, "Carlos Mendoza"))


@pytest.mark.parametrize(
    ("text", "name", "surname", "later"),
    [
        ("Chinese Premier Wang Jianming spoke. Wang left.", "Wang Jianming", "Wang", "Wang"),
        ("President Kang Min-hye of South Korea spoke. Kang left.", "Kang Min-hye", "Kang", "Kang"),
        ("Egyptian President Omar al-Farouki spoke. Farouki left.", "Omar al-Farouki", "al-Farouki", "Farouki"),
        (
            "German Defence Minister Erika von der Heide spoke. Von der Heide left.",
            "Erika von der Heide",
            "von der Heide",
            "Von der Heide",
        ),
        ("Mexican President Jorge Peña Robles spoke. Pena Robles left.", "Jorge Peña Robles", "Robles", "Pena Robles"),
        ("Vietnamese President Nguyen Van Thanh spoke. Thanh left.", "Nguyen Van Thanh", "Thanh", "Thanh"),
        (
            "Saudi Foreign Minister Prince Nasser bin Turki spoke. Prince Nasser left.",
            "Nasser bin Turki",
            "bin Turki",
            "Prince Nasser",
        ),
        (
            "French minister Jean-Luc Dubois-Martin spoke. Dubois-Martin left.",
            "Jean-Luc Dubois-Martin",
            "Dubois-Martin",
            "Dubois-Martin",
        ),
    ],
)
def test_name_orders_of_the_world(text: str, name: str, surname: str, later: str) -> None:
    entity = one(text, name)
    assert entity.surname == surname
    assert later in wordings(text, entity)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Basketball great Michael Jordan met the king of Jordan in Amman.", "Michael Jordan"),
        ("Israel Roth, Israel's finance minister, spoke in Israel.", "Israel Roth"),
        ("Prime Minister Helen May spoke. May said on May 5 that she would go.", "Helen May"),
        ("Chelsea Whitman said she would play for Chelsea.", "Chelsea Whitman"),
    ],
)
def test_people_with_names_of_places_and_months(text: str, name: str) -> None:
    persons = [entity.name for entity in people_of(text).entities if entity.kind == "person" and entity.name]
    assert persons == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Talks were held in Vienna, Geneva and Georgia on Monday.",
        "The European Union and the Arab League signed the Paris Agreement.",
        "Deutsche Bank Chicago fell on the Tokyo Stock Exchange in March.",
        "Jordan and Chad were to sign the treaty in Washington.",
    ],
)
def test_places_and_bodies_are_no_people(text: str) -> None:
    assert [entity.text for entity in people_of(text).entities if entity.kind == "person"] == []


def test_a_counterpart_has_the_office_of_the_other() -> None:
    text = "Norwegian Foreign Minister Ola Sandvik will meet his Turkish counterpart, Kerem Aydin, in Izmir."
    entity = one(text, "Kerem Aydin")
    assert (entity.office, entity.office_id, entity.rank, entity.country_code) == (
        "Turkish counterpart",
        "foreign_minister",
        "foreign_minister",
        "TUR",
    )


def test_one_title_in_the_plural_for_several_countries() -> None:
    text = "The prime ministers of Norway and Chile, Ola Sandvik and Pedro Rojas, met the foreign ministers of Kenya and Peru."
    assert (one(text, "Ola Sandvik").country_code, one(text, "Ola Sandvik").rank) == ("NOR", "head_of_government")
    assert one(text, "Pedro Rojas").country_code == "CHL"
    nameless = [entity for entity in people_of(text).entities if entity.kind == "person" and entity.name is None]
    assert [(entity.country_code, entity.rank) for entity in nameless] == [
        ("KEN", "foreign_minister"),
        ("PER", "foreign_minister"),
    ]


def test_an_office_named_before_its_holder_is_the_same_person() -> None:
    text = "The Norwegian foreign minister was late. Norwegian Foreign Minister Ola Sandvik blamed the snow."
    assert wordings(text, one(text, "Ola Sandvik")) == [
        "The Norwegian foreign minister",
        "Norwegian Foreign Minister Ola Sandvik",
    ]


def test_spokespeople_and_whom_they_speak_for() -> None:
    text = (
        "Kremlin spokesman Oleg Tarasov declined to comment. A spokesman for German Chancellor Erika Brandt said nothing. "
        "The Polish Foreign Ministry's spokeswoman, Ewa Nowicka, did."
    )
    people = people_of(text)

    def spoken_for(entity: Entity) -> Entity:
        assert entity.spokesperson
        assert entity.speaks_for is not None
        return people.entities[entity.speaks_for]

    by_name = {entity.name: entity for entity in people.entities if entity.name}
    assert spoken_for(by_name["Oleg Tarasov"]).name == "Kremlin"
    assert spoken_for(by_name["Ewa Nowicka"]).country_code == "POL"
    unnamed = next(entity for entity in people.entities if entity.text == "A spokesman")
    assert unnamed.kind == "anonymous"
    assert spoken_for(unnamed).name == "Erika Brandt"


def test_institutions_media_groups_and_unnamed_people() -> None:
    text = (
        "A senior U.S. official said talks went well. Sources close to the talks agreed. Xinhua reported it. "
        "The Kremlin said nothing. Both sides said they would meet. G7 leaders will gather in June. "
        "The Swedish foreign ministry said no."
    )
    found = {entity.text: entity for entity in people_of(text).entities}
    assert (found["A senior U.S. official"].kind, found["A senior U.S. official"].country_code) == ("anonymous", "USA")
    assert (found["Sources"].kind, found["Sources"].plural) == ("anonymous", True)
    assert found["Xinhua"].media
    assert (found["Kremlin"].kind, found["Kremlin"].country_code) == ("institution", "RUS")
    assert (found["Both sides"].kind, found["Both sides"].plural) == ("group", True)
    assert (found["G7 leaders"].kind, found["G7 leaders"].organization) == ("group", "G7")
    assert found["Swedish foreign ministry"].country_code == "SWE"


def test_the_two_leaders_take_up_the_pair() -> None:
    text = "Norwegian President Ola Sandvik met Chilean President Pedro Rojas. The two leaders signed a pact."
    people = people_of(text)
    group = next(entity for entity in people.entities if entity.kind == "group")
    assert sorted(str(people.entities[member].name) for member in group.members) == ["Ola Sandvik", "Pedro Rojas"]


def test_pronouns_follow_gender() -> None:
    text = "Norwegian Foreign Minister Anna Sandvik met Chilean President Pedro Rojas. She thanked him for his help."
    assert wordings(text, one(text, "Anna Sandvik")) == ["Norwegian Foreign Minister Anna Sandvik", "She"]
    assert wordings(text, one(text, "Pedro Rojas")) == ["Chilean President Pedro Rojas", "him", "his"]
    assert (one(text, "Anna Sandvik").gender, one(text, "Pedro Rojas").gender) == ("f", "m")


def test_the_table_fills_country_and_identity_and_the_story_wins() -> None:
    day = dt.date(2021, 5, 20)
    biden = one("President Joe Biden spoke.", "Joe Biden", day)
    assert (biden.country_code, biden.wikidata_id, biden.rank) == ("USA", "Q6279", "head_of_state")
    lavrov = one("Russian Foreign Minister Sergei Lavrov spoke.", "Sergei Lavrov", day)
    assert lavrov.wikidata_id == "Q58217"
    namesake = one("Irish Foreign Minister Sergei Lavrov spoke.", "Sergei Lavrov", day)
    assert (namesake.country_code, namesake.wikidata_id) == ("IRL", None)


def test_the_table_brings_in_nobody() -> None:
    people = people_of("The Russian foreign minister met the US secretary of state.", dt.date(2021, 5, 20))
    assert [(entity.name, entity.country_code) for entity in people.entities] == [(None, "RUS"), (None, "USA")]


def test_furniture_is_not_searched() -> None:
    text = "Editing by Chilean President Mary Writer\n\nNorwegian Foreign Minister Ola Sandvik arrived."
    document = read_document(Article(uri="test", body=text))
    assert any(entity.name == "Mary Writer" for entity in find_people(document, load(), DAY).entities)
    end = text.index("\n")
    marked = read_document(Article(uri="test", body=text), furniture=[type(document.paragraphs[0])(0, end)])
    assert [entity.name for entity in find_people(marked, load(), DAY).entities] == ["Ola Sandvik"]


def _sound(text: str, people: People) -> None:
    for index, entity in enumerate(people.entities):
        assert entity.index == index
        assert entity.text
        assert 0.0 <= entity.confidence <= 1.0
        for mention in entity.mentions:
            assert mention.entity == index
            assert 0 <= mention.start <= mention.head_start < mention.head_end <= mention.end <= len(text)
            assert text[mention.start : mention.end].strip()
        assert all(0 <= member < len(people.entities) for member in entity.members)
        assert entity.speaks_for is None or 0 <= entity.speaks_for < len(people.entities)
    assert sorted(people.mentions, key=lambda mention: (mention.start, -mention.end)) == list(people.mentions)
    assert len(people.mentions) == sum(len(entity.mentions) for entity in people.entities)


WORDS = st.sampled_from(
    "the a his Russian Norway 's foreign minister ministers deputy counterpart spokesman for of and , . \" “ ” "
    "President Mr. Ola Sandvik al-Sisi "
    "King Xi Jinping de la EU NATO chief two leaders he she they said met in Jordan former ex - elect "
    "Gen. J. May ( ) both sides sources".split(" ")
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(WORDS, max_size=60).map(" ".join)))
def test_any_text_gives_sound_mentions(text: str) -> None:
    body = text.encode("utf-8", "ignore").decode("utf-8")
    _sound(body, people_of(body))


def test_the_same_story_gives_the_same_people() -> None:
    text = "The prime ministers of Norway and Chile, Ola Sandvik and Pedro Rojas, met. "
    text += "The two leaders said he spoke for both sides."
    assert people_of(text) == people_of(text)


def test_time_grows_in_proportion() -> None:
    paragraph = "Norwegian Foreign Minister Ola Sandvik{} met Chilean President Pedro Rojas{}. He said the two leaders agreed. "

    def seconds(count: int) -> float:
        body = "".join(paragraph.format(chr(97 + number % 26) * 2, chr(97 + number % 17)) for number in range(count))
        started = time.perf_counter()
        people_of(body)
        return time.perf_counter() - started

    seconds(20)
    small, large = min(seconds(150) for _ in range(2)), min(seconds(1200) for _ in range(2))
    assert large < 8 * small * 4

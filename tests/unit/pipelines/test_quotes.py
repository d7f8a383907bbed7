"""Who said what in stories of our own making: types, speakers, relays, channels, and what is no quotation."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.lexicon import load
from pipelines.people import find_people
from pipelines.quotes import find_quotes
from pipelines.text import read_document
from schemas.article import Article
from schemas.quote import Quote

LEAD = (
    "OSLO, March 3 (Wire) - Norwegian Foreign Minister Ingrid Halvorsen met Kenyan Foreign Minister David Mwangi in Oslo on "
    "Tuesday.\n\n"
)


def quotes(body: str) -> list[Quote]:
    document = read_document(Article(uri="t", body=body))
    return find_quotes(document, find_people(document, load()))


def one(body: str, words: str) -> Quote:
    """The one quote of the story whose text begins with the words."""
    found = [quote for quote in quotes(LEAD + body) if quote.text.startswith(words) and quote.type != "mixed"]
    assert len(found) == 1, [quote.text for quote in quotes(LEAD + body)]
    return found[0]


def name(quote: Quote) -> str | None:
    return quote.speaker.name if quote.speaker else None


@pytest.mark.parametrize(
    ("body", "speaker", "how"),
    [
        ('"The pact will hold for years," Halvorsen said.', "Ingrid Halvorsen", "name"),
        ('"The pact will hold for years," said Mwangi.', "David Mwangi", "name"),
        ('Mwangi said: "The pact will hold for years."', "David Mwangi", "name"),
        ('"The pact will hold for years," the Kenyan foreign minister said.', "David Mwangi", "nominal"),
        ('Halvorsen smiled. "The pact will hold for years," she told reporters.', "Ingrid Halvorsen", "pronoun"),
        ('"The pact will hold for years," according to Mwangi.', "David Mwangi", "name"),
    ],
)
def test_the_speaker_of_a_direct_quotation(body: str, speaker: str, how: str) -> None:
    quote = one(body, "The pact")
    assert quote.type == "direct"
    assert name(quote) == speaker
    assert quote.speaker is not None
    assert quote.speaker.resolved_by == how


def test_an_utterance_parted_by_its_attribution_is_two_quotes() -> None:
    body = '"We seek a fair treaty," Mwangi said, "a treaty for all of us."'
    halves = [quote for quote in quotes(LEAD + body) if quote.type == "direct"]
    assert [quote.text for quote in halves] == ["We seek a fair treaty,", "a treaty for all of us."]
    assert {name(quote) for quote in halves} == {"David Mwangi"}


def test_a_quotation_without_attribution_keeps_the_speaker_before() -> None:
    body = '"We seek a fair treaty," Mwangi said.\n\n"Nothing else will do for my country."'
    quote = one(body, "Nothing else")
    assert name(quote) == "David Mwangi"
    assert quote.speaker is not None
    assert quote.speaker.resolved_by == "implicit"


def test_each_paragraph_of_a_continued_quotation_is_its_own() -> None:
    body = '"We seek a fair treaty," Mwangi said. "It is time.\n\n"The people have waited too long."'
    first, second = one(body, "It is time"), one(body, "The people")
    assert first.paragraph_continued
    assert second.paragraph_continued
    assert name(first) == name(second) == "David Mwangi"


def test_words_someone_called_a_thing_are_partial() -> None:
    quote = one('Halvorsen called the talks "constructive and warm" and left.', "constructive")
    assert (quote.type, name(quote)) == ("partial", "Ingrid Halvorsen")


def test_an_agency_that_passes_words_on_is_the_relay() -> None:
    quote = one('Mwangi called the talks "long and hard," the Xinhua news agency reported.', "long and hard")
    assert name(quote) == "David Mwangi"
    assert quote.relay == ("Xinhua",)


@pytest.mark.parametrize(
    "body",
    [
        '"The pact will hold for years," Mwangi was quoted as saying by the Xinhua news agency.',
        'The Xinhua news agency quoted Mwangi as saying: "The pact will hold for years."',
    ],
)
def test_words_quoted_by_an_agency(body: str) -> None:
    quote = one(body, "The pact")
    assert name(quote) == "David Mwangi"
    assert len(quote.relay) == 1
    assert "Xinhua" in quote.relay[0]


def test_a_name_set_under_the_words_signs_them() -> None:
    quote = one('"The pact will hold for years." — David Mwangi', "The pact")
    assert name(quote) == "David Mwangi"


def test_a_readout_credits_the_principal_and_names_the_spokesperson() -> None:
    body = 'Halvorsen raised "grave doubts" about the border, Foreign Ministry spokesperson Anne Lund said in a readout.'
    quote = one(body, "grave doubts")
    assert (name(quote), quote.relay, quote.channel) == ("Ingrid Halvorsen", ("Anne Lund",), "readout")


def test_a_spokespersons_own_words_stand_for_the_ministry() -> None:
    quote = one('"The border stays open for trade," Foreign Ministry spokesperson Anne Lund said.', "The border")
    assert name(quote) == "Anne Lund"
    assert quote.on_behalf_of is not None


@pytest.mark.parametrize(
    ("body", "channel"),
    [
        ('"The pact will hold for years," Mwangi told a news conference.', "press_conference"),
        ('"The pact will hold for years," Mwangi said in a statement.', "statement"),
        ('"The pact will hold for years," Mwangi said in an interview.', "interview"),
        ('"The pact will hold for years," Mwangi wrote on Twitter.', "social"),
    ],
)
def test_the_channel(body: str, channel: str) -> None:
    assert one(body, "The pact").channel == channel


@pytest.mark.parametrize(
    ("body", "words", "speaker"),
    [
        ("Mwangi said that the treaty would be signed in May.", "the treaty would be signed in May", "David Mwangi"),
        ("The treaty would be signed in May, Halvorsen said.", "The treaty would be signed in May", "Ingrid Halvorsen"),
        ("Mwangi told reporters that the treaty would be signed in May.", "the treaty would be signed", "David Mwangi"),
        ("According to Mwangi, the treaty would be signed in May.", "the treaty would be signed in May", "David Mwangi"),
    ],
)
def test_reported_clauses(body: str, words: str, speaker: str) -> None:
    quote = one(body, words)
    assert (quote.type, name(quote)) == ("indirect", speaker)


def test_a_reported_clause_with_marked_words_is_given_whole_beside_them() -> None:
    found = quotes(LEAD + 'Mwangi said that the treaty was "a gift to all our children" and would be signed in May.')
    mixed = [quote for quote in found if quote.type == "mixed"]
    partial = [quote for quote in found if quote.type == "partial"]
    assert [quote.text for quote in mixed] == ['the treaty was "a gift to all our children" and would be signed in May']
    assert [quote.text for quote in partial] == ["a gift to all our children"]


def test_sources_without_a_name_are_anonymous() -> None:
    quote = one('"The pact is dead, nobody wants it," sources familiar with the talks said.', "The pact")
    assert quote.speaker is not None
    assert (quote.speaker.name, quote.speaker.kind) == (None, "anonymous")


@pytest.mark.parametrize(
    "body",
    [
        'The two towns were joined by the so-called "bridge of sighs" in 1911.',
        'She has starred in the film "Winter in Bergen" since March.',
    ],
)
def test_scare_quotes_and_titles_of_works_are_no_quotes(body: str) -> None:
    assert [quote for quote in quotes(body) if quote.type in ("direct", "partial")] == []


@settings(max_examples=120, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    '"',
                    "“",
                    "”",
                    "''",
                    "Mwangi said",
                    "she told reporters that",
                    ", according to",
                    "TASS reported",
                    ". ",
                    ",",
                    "\n\n",
                ]
            ),
            st.text(max_size=8),
        ),
        max_size=40,
    ).map(" ".join)
)
def test_any_text_gives_quotes_whose_offsets_hold(body: str) -> None:
    for quote in quotes(body):
        assert body[quote.start : quote.end] == quote.text
        for part in (quote.cue, quote.speaker):
            assert part is None or body[part.start : part.end] == part.text


@pytest.mark.parametrize(
    "piece", ['He said "so it is" ', '"', "Mwangi said that he said that ", "Mwangi, who said, ", "said ", 'x "y" z. ', ", "]
)
def test_time_grows_in_step_with_the_length(piece: str) -> None:
    body = (piece * (100_000 // len(piece) + 1))[:100_000]
    document = read_document(Article(uri="t", body=body))
    people = find_people(document, load())
    started = time.perf_counter()
    find_quotes(document, people)
    assert time.perf_counter() - started < 2.0

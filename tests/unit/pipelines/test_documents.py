from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources

import pytest

from connectors.documents import SEARCHED, search_text
from connectors.store import KINDS, Body, Json, Kind
from pipelines.alerts import tell
from pipelines.documents import (
    article_document,
    article_id,
    external_version,
    quote_documents,
    quote_ids,
    state_of,
    words_key,
)
from pipelines.ledger import Ledger
from pipelines.meeting_documents import (
    country_name,
    id_of,
    meeting_document,
    merged_document,
    report_document,
    reports_of,
)
from pipelines.outbox import alert_document, read_alert
from pipelines.resolve import resolve
from tests.unit.pipelines.making import BERG, INGESTED, LEE, at, meeting, person, reports, story


def test_a_story_keeps_its_id_over_its_versions_and_shares_it_with_no_other_provider() -> None:
    first, _ = story("a", version=1)
    second, _ = story("a", version=2)
    other, _ = story("a", provider="Another")
    assert article_id(first) == article_id(second)
    assert article_id(first) != article_id(other)
    # No separator that a wire could send makes two pairs one.
    assert article_id(story("b:c", provider="a")[0]) != article_id(story("c", provider="a:b")[0])


def test_versions_order_by_wire_then_state_then_engine() -> None:
    one, two = story(version=1)[0], story(version=2)[0]
    ordered = [
        external_version(one, "held_back", 0),
        external_version(one, "held_back", 7),
        external_version(one, "live", 1),
        external_version(one, "live", 2),
        external_version(one, "killed", 0),
        external_version(two, "held_back", 0),
    ]
    assert ordered == sorted(set(ordered))
    assert external_version(story(version=2**53)[0], "killed", 299) < 2**63
    with pytest.raises(ValueError, match="generation"):
        external_version(one, "live", 300)


def test_what_may_be_shown() -> None:
    def state(**more: object) -> str:
        return state_of(*story(**more), INGESTED)  # type: ignore[arg-type]

    assert state() == "live"
    assert state(signal="kill") == state(pub_status="canceled") == "killed"
    assert state(signal="hold") == state(pub_status="withheld") == "held_back"
    assert state(embargoed_until=at(21)) == "held_back"
    assert state(embargoed_until=at(20)) == "live"


def test_the_article_document_has_its_words_and_lists_its_children() -> None:
    article, extraction = story("a", meeting(), slugline="TALKS", url="https://wire.example/a?b=1")
    body = article_document(
        article, extraction, "live", 1301, ingested=INGESTED, meeting_ids=["m"], children={"quotes": ["q"], "reports": []}
    )
    assert body["@timestamp"] == "2026-03-04T12:00:00+00:00"
    assert body["children"] == {"quotes": ["q"]}
    assert body["url"] == {"full": "https://wire.example/a?b=1", "domain": "wire.example"}
    assert body["meeting"] == {"ids": ["m"], "count": 1}
    told = body["article"]
    assert isinstance(told, Mapping)
    assert told["hidden"] is False
    assert told["version_seq"] == 1301
    assert told["headline"] == "Lee meets Berg"
    assert "ed_note" not in told


def test_of_a_killed_story_only_its_identity_is_left() -> None:
    article, extraction = story("a", meeting(), signal="kill", slugline="TALKS", url="https://wire.example/a", by="Reporter")
    body = article_document(article, extraction, "killed", 1601, ingested=INGESTED, children={"quotes": ["q"]})
    text = json.dumps(body)
    for word in ("agree", "Lee", "TALKS", "wire.example", "Reporter", "children"):
        assert word not in text
    assert '"uri": "a"' in text
    assert search_text("articles", body) == ""


def test_the_same_words_said_twice_are_two_quotes_with_stable_ids() -> None:
    article, extraction = story("a", meeting(), quotes=2)
    ids = quote_ids(article, extraction.quotes)
    assert len(set(ids)) == 2
    later, again = story("a", meeting(), quotes=2, version=2)
    assert quote_ids(later, again.quotes) == ids
    documents = quote_documents(article, extraction, 1301, ingested=INGESTED, meeting_ids=["m"])
    assert list(documents) == list(ids)
    body = documents[ids[0]]
    assert body["meeting"] == {"id": "m"}
    assert body["report"] == {"id": id_of(reports(story("a", meeting()))[0])}
    assert isinstance(body["speaker"], Mapping)
    assert body["speaker"]["entity_name"] == "Ann Lee"
    assert search_text("quotes", body) == "We agree,\nAnn Lee\nLee"


def test_the_same_quotation_with_other_marks_has_the_same_key() -> None:
    assert words_key("“We  AGREE,”") == words_key("we agree.") == "we agree"


def test_a_meeting_says_who_met_where_and_what_reports_disagree_on() -> None:
    stories = [
        story("a", meeting("planned"), published=at(1), provider="One"),
        story("b", meeting("held", city="Bergen", people=(person("Lee", "CHN"), BERG)), published=at(4), provider="Two"),
        story("c", meeting("held", mode="phone", people=(person(None, "CHN"), BERG)), published=at(5), provider="Two"),
        story("d", meeting("held", mode="unknown"), published=at(6), provider="Two"),
    ]
    clusters = resolve(reports(*stories))
    assert [len(cluster.reports) for cluster in clusters] == [3, 1]
    body = meeting_document("m", clusters[0], ingested=INGESTED)
    told, people, pair = body["meeting"], body["participant"], body["pair"]
    assert isinstance(told, Mapping)
    assert isinstance(people, Mapping)
    assert isinstance(pair, Mapping)
    assert (told["status"], told["mode"], told["id"]) == ("held", "in_person", "m")
    history = told["status_history"]
    assert isinstance(history, Sequence)
    assert [(step["status"], step["uri"]) for step in history if isinstance(step, Mapping)] == [("planned", "a"), ("held", "b")]
    assert people["name"] == ["Ann Lee", "Bo Berg"]
    assert people["country_name"] == ["China", "Sweden"]
    assert pair == {"people": ["Ann Lee|Bo Berg"], "countries": ["CHN|SWE"]}
    assert body["conflicts"] == ["geo.city_name"]
    report = body["report"]
    assert isinstance(report, Mapping)
    assert (report["count"], report["provider_count"]) == (3, 2)
    assert "norway" in search_text("meetings", body).lower()


def test_reports_are_kept_short_but_their_documents_whole() -> None:
    article, extraction = story("a", meeting())
    report = reports_of(article, extraction, 1301)[0]
    assert len(report.meeting.evidence) == 2
    assert report.meeting.participants[0].mentions == ()
    body = report_document(article, extraction, report, "m", ingested=INGESTED)
    evidence = body["evidence"]
    assert isinstance(evidence, Sequence)
    assert len(evidence) == 4
    assert id_of(report) == id_of(reports_of(*story("a", meeting("planned"), version=2), 2301)[0])


@pytest.mark.parametrize(
    ("code", "name"), [("XKX", "Kosovo"), ("TWN", "Taiwan"), ("PSE", "Palestine"), ("KOR", "South Korea"), ("QQQ", None)]
)
def test_countries_by_the_names_people_type(code: str, name: str | None) -> None:
    found = country_name(code)
    assert found == name or (found is not None and name is not None and name in found)


def test_an_alert_survives_its_document() -> None:
    cluster = resolve(reports(story("a", meeting())))[0]
    due = tell("m", cluster, None)
    assert due is not None
    assert read_alert(alert_document(due[0], INGESTED)) == due[0]


def leaves(value: Json, path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}".strip("."))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from leaves(item, path)
    else:
        yield path


def mapped(kind: Kind) -> dict[str, Mapping[str, Json]]:
    """Every field of a kind's template, by its dotted path."""
    found: dict[str, Mapping[str, Json]] = {}

    def walk(properties: Mapping[str, Json], path: str) -> None:
        for name, field in properties.items():
            assert isinstance(field, Mapping)
            below = field.get("properties")
            if isinstance(below, Mapping):
                walk(below, f"{path}{name}.")
            else:
                found[path + name] = field

    for name in ("common", kind):
        text = resources.files("connectors.elastic.templates").joinpath(f"{name}.json").read_text("utf-8")
        walk(json.loads(text)["template"]["mappings"]["properties"], "")
    return found


def documents() -> Iterator[tuple[Kind, Body]]:
    full = person("Ann Lee", "CHN").model_copy(
        update={"office": "Foreign Minister", "organization": "EU", "wikidata_id": "Q1", "role": "host"}
    )
    article, extraction = story(
        "a", meeting(people=(full, BERG)), slugline="S", ed_note="N", by="B", urgency=1, genres=("g",), subjects=("s",),
        url="https://wire.example/a", embargoed_until=at(1), headline="H",
    )  # fmt: skip
    report = reports_of(article, extraction, 1)[0]
    cluster = resolve([report])[0]
    children: Body = {"quotes": ["q"], "reports": ["r"], "buckets": ["b"]}
    yield "articles", article_document(article, extraction, "live", 1, ingested=INGESTED, meeting_ids=["m"], children=children)
    yield from (
        ("quotes", body) for body in quote_documents(article, extraction, 1, ingested=INGESTED, meeting_ids=["m"]).values()
    )
    yield "meeting-reports", report_document(article, extraction, report, "m", ingested=INGESTED)
    yield "meetings", meeting_document("m", cluster, ingested=INGESTED)
    yield "meetings", merged_document("m", "n", ingested=INGESTED)
    due = tell("m", cluster, None)
    assert due is not None
    yield "alerts", alert_document(due[0], INGESTED)
    yield "ledger", Ledger(bucket="b").body()


def test_the_strict_templates_know_every_field_that_is_written() -> None:
    seen = set()
    for kind, body in documents():
        seen.add(kind)
        fields = mapped(kind)
        unknown = [path for path in leaves(body) if path not in fields and not path.startswith("state.")]
        assert unknown == [], kind
    assert seen == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_copied_for_searching_is_what_sqlite_searches(kind: Kind) -> None:
    copied = {path for path, field in mapped(kind).items() if field.get("copy_to") == "search_text"}
    # Articles are searched where they stand: a copy of the body would double the index.
    assert copied == (set() if kind == "articles" else set(SEARCHED[kind]))


def test_nothing_that_the_local_stack_lacks_is_used() -> None:
    for kind in KINDS:
        types = {field.get("type") for field in mapped(kind).values()}
        assert not types & {"match_only_text", "scaled_float", "constant_keyword", "wildcard", "search_as_you_type"}


def test_lee_is_found_by_office_even_when_only_one_story_names_her() -> None:
    stories = reports(story("a", meeting(people=(person(None, "CHN"), BERG))), story("b", meeting(people=(LEE, BERG))))
    body = meeting_document("m", resolve(stories)[0], ingested=INGESTED)
    assert isinstance(body["participant"], Mapping)
    assert body["participant"]["name"] == ["Ann Lee", "Bo Berg"]

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.resolve import Report, bucket_of, resolve
from schemas.meeting import Meeting, Participant
from tests.unit.pipelines.making import BERG, LEE, at, meeting, person, reports, story


def groups(found: list[Report]) -> set[frozenset[str]]:
    return {frozenset(report.uri for report in cluster.reports) for cluster in resolve(found)}


def together(*uris: str) -> frozenset[str]:
    return frozenset(uris)


def test_planned_and_held_on_one_day_are_one_meeting_with_the_latest_status() -> None:
    found = reports(story("plan", meeting("planned"), published=at(1)), story("done", meeting("held"), published=at(4)))
    (cluster,) = resolve(found)
    assert cluster.latest.meeting.status == "held"
    assert cluster.first.uri == "plan"
    assert cluster.day == date(2026, 3, 4)


def test_two_meetings_of_one_pair_in_a_week_stay_two() -> None:
    assert groups(reports(story("wed", meeting(day=4)), story("fri", meeting(day=6), published=at(6)))) == {
        together("wed"),
        together("fri"),
    }


def test_a_range_covers_its_days() -> None:
    visit = meeting(day=3).model_copy(update={"end": date(2026, 3, 5)})
    assert groups(reports(story("visit", visit), story("talk", meeting(day=4)))) == {together("visit", "talk")}


def test_a_story_without_a_day_joins_the_meeting_nearest_to_when_it_was_sent() -> None:
    first, second = story("first", meeting(day=2), published=at(2)), story("second", meeting(day=12), published=at(12))
    later = story("later", meeting(day=None), published=at(14))
    assert groups(reports(first, second, later)) == {together("first"), together("second", "later")}


def test_weeks_later_a_meeting_still_joins_its_own() -> None:
    later = story("later", meeting(day=None), published=at(4) + timedelta(days=30))
    much_later = story("much later", meeting(day=None), published=at(4) + timedelta(days=80))
    assert groups(reports(story("first", meeting()), later, much_later)) == {together("first", "later"), together("much later")}


def test_what_is_still_to_come_is_not_what_was() -> None:
    held = story("held", meeting(day=4), published=at(4))
    planned = story("next", meeting("planned", day=None), published=at(9))
    recalled = story("recalled", meeting("held", day=None), published=at(1))
    assert groups(reports(held, planned, recalled)) == {together("held"), together("next"), together("recalled")}


def test_a_month_or_a_season_holds_the_day() -> None:
    month = meeting("proposed", day=1).model_copy(update={"date_precision": "month"})
    april = meeting("proposed", day=1).model_copy(update={"date_precision": "month", "start": date(2026, 4, 1)})
    stories = [
        story("march", month, published=at(1)),
        story("april", april, published=at(1)),
        story("held", meeting(day=20), published=at(20)),
    ]
    assert groups(reports(*stories)) == {together("march", "held"), together("april")}


def test_plans_without_a_day_join_each_other() -> None:
    plan = meeting("proposed", day=None)
    stories = [story("a", plan, published=at(1)), story("b", plan, published=at(11))]
    assert groups(reports(*stories)) == {together("a", "b")}


def test_others_of_the_same_states_on_the_same_day_are_another_meeting() -> None:
    presidents = (person("Cai Da", "CHN", rank="head_of_state"), person("Dag Ek", "SWE", rank="head_of_state"))
    assert groups(reports(story("fm", meeting()), story("top", meeting(people=presidents)))) == {
        together("fm"),
        together("top"),
    }


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (person(None, "CHN"), True),
        (person("Lee", "CHN"), True),
        (person("Lee Ann", "CHN"), True),
        (person("Ánn Leé", "CHN"), True),
        (person("Cai Da", "CHN"), False),
        (person(None, "CHN", rank="minister"), False),
        (person(None, "CHN", rank="official", text="Beijing").model_copy(update={"office_id": None}), True),
    ],
)
def test_who_is_the_same(other: Participant, same: bool) -> None:
    found = reports(story("a", meeting()), story("b", meeting(people=(other, BERG))))
    assert len(resolve(found)) == (1 if same else 2)


def test_an_office_alone_does_not_bridge_two_people() -> None:
    found = reports(
        story("a", meeting()),
        story("b", meeting(people=(person("Cai Da", "CHN"), BERG))),
        story("c", meeting(people=(person(None, "CHN"), BERG))),
    )
    assert sorted(len(cluster.reports) for cluster in resolve(found)) == [1, 2]


def test_a_call_and_a_visit_on_one_day_are_two() -> None:
    found = reports(story("a", meeting()), story("b", meeting(mode="phone")), story("c", meeting(mode="unknown")))
    assert len(resolve(found)) == 2


def test_a_newer_version_replaces_what_the_older_one_said() -> None:
    old, new = story("a", meeting("planned"), version=1), story("a", meeting("held"), version=2)
    (cluster,) = resolve(reports(new, old))
    assert [report.meeting.status for report in cluster.reports] == ["held"]


def test_buckets_go_by_the_sides_of_the_principals() -> None:
    envoy = person("Eve Fox", "USA").model_copy(update={"role": "mediator"})
    un = person("Gil Hay", None).model_copy(update={"organization": "UN"})
    assert bucket_of(meeting(people=(BERG, LEE))) == bucket_of(meeting(people=(LEE, BERG, envoy))) == "sides CHN|SWE"
    assert bucket_of(meeting(people=(LEE, un))) == "sides CHN|org:un"
    nobody = person(None, None, text="Officials")
    assert bucket_of(meeting(people=(nobody,))) == "people officials"
    summit = meeting().model_copy(update={"format": "multilateral", "parent": "Élysée Summit"})
    assert bucket_of(summit) == "event elysee summit"


def test_a_name_of_blanks_is_survived() -> None:
    blank = person(" ", "CHN")
    assert len(resolve(reports(story("a", meeting(people=(blank, BERG))), story("b", meeting())))) in (1, 2)


PEOPLE = [LEE, person("Cai Da", "CHN"), person(None, "CHN"), person("Lee", "CHN", rank="minister")]


@st.composite
def told(draw: st.DrawFn) -> tuple[Any, ...]:
    status = draw(st.sampled_from(["planned", "held", "cancelled", "proposed"]))
    made: Meeting = meeting(
        status,
        draw(st.sampled_from([None, 4, 5, 6])),
        (draw(st.sampled_from(PEOPLE)), BERG),
        mode=draw(st.sampled_from(["in_person", "phone", "unknown"])),
    )
    if draw(st.booleans()):
        made = made.model_copy(update={"date_precision": "week"})
    when = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=draw(st.integers(0, 400)))
    uri = draw(st.sampled_from("abcdefgh"))
    return story(uri, made, version=draw(st.integers(1, 2)), published=when)


@settings(max_examples=150, deadline=None)
@given(st.lists(told(), max_size=8, unique_by=lambda pair: (pair[0].uri, pair[0].version)), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(stories: list[Any], random: Any) -> None:
    found = reports(*stories)
    shuffled = [*found, *found[:3]]
    random.shuffle(shuffled)
    clusters = resolve(found)
    assert resolve(shuffled) == clusters
    # Every story's latest word is in exactly one meeting.
    assert sorted(report.uri for cluster in clusters for report in cluster.reports) == sorted({a.uri for a, _ in stories})

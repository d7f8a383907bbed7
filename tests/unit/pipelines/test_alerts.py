from __future__ import annotations

from pipelines.alerts import Told, retract, tell
from pipelines.resolve import Cluster, resolve
from schemas.alert import Alert
from schemas.article import Article
from schemas.extraction import Extraction
from tests.unit.pipelines.making import BERG, LEE, at, meeting, person, reports, story


def cluster(*stories: tuple[Article, Extraction]) -> Cluster:
    (found,) = resolve(reports(*stories))
    return found


PLANNED = story("a", meeting("planned"), published=at(1))
HELD = story("b", meeting("held"), published=at(4))


def must_tell(found: Cluster, told: Told | None = None) -> tuple[Alert, Told]:
    due = tell("m", found, told)
    assert due is not None
    return due


def test_a_new_high_level_meeting_is_told_once() -> None:
    alert, told = must_tell(cluster(PLANNED))
    assert (alert.kind, alert.status, alert.previous_status, alert.transition) == ("new_meeting", "planned", None, 0)
    assert alert.headline == "Ann Lee (CHN) and Bo Berg (SWE) are to meet in Oslo on 2026-03-04"
    assert (alert.article_uri, alert.countries, alert.participants) == ("a", ("CHN", "SWE"), ("Ann Lee", "Bo Berg"))
    assert tell("m", cluster(PLANNED), told) is None


def test_a_meeting_that_only_grows_is_not_told_again() -> None:
    _, told = must_tell(cluster(PLANNED))
    grown = cluster(PLANNED, story("c", meeting("planned", people=(LEE, BERG, person("Cai Da", "NOR"))), published=at(2)))
    assert tell("m", grown, told) is None


def test_every_change_of_status_has_an_alert_of_its_own() -> None:
    ids = set()
    told: Told | None = None
    for day, status in enumerate(("planned", "cancelled", "planned", "cancelled"), 1):
        alert, told = must_tell(cluster(story("a", meeting(status), published=at(day))), told)  # type: ignore[arg-type]
        ids.add(alert.id)
    assert len(ids) == 4
    assert (alert.kind, alert.previous_status, alert.transition) == ("status_change", "planned", 3)
    assert alert.headline.endswith("(was: planned)")


def test_a_low_meeting_is_not_told_until_it_is_high() -> None:
    low = cluster(story("a", meeting(high=False)))
    assert tell("m", low, None) is None
    assert must_tell(cluster(story("a", meeting(high=False)), story("b", meeting())))[0].level == "foreign_minister"


def test_a_retraction_is_told_once_and_only_of_what_was_told() -> None:
    _, told = must_tell(cluster(HELD))
    (cause,) = reports(HELD)
    assert retract("m", None, cause) is None
    due = retract("m", told, cause)
    assert due is not None
    assert (due[0].kind, due[0].status, due[0].previous_status) == ("retraction", None, "held")
    assert due[0].headline.startswith("Taken back: Ann Lee")
    assert retract("m", due[1], cause) is None
    again, _ = must_tell(cluster(HELD), due[1])
    assert (again.kind, again.transition) == ("new_meeting", 2)
    assert again.id != must_tell(cluster(HELD))[0].id


def test_one_line_for_many_people_and_for_calls() -> None:
    many = tuple(person(f"Name {letter}", code) for letter, code in zip("ABCDEF", ("CHN",) * 6, strict=True))
    assert (
        "Name A (CHN), Name B (CHN), Name C (CHN) and 3 others met"
        in must_tell(cluster(story("a", meeting(people=many))))[0].headline
    )
    call = must_tell(cluster(story("a", meeting(mode="phone", city=None, day=None))))[0].headline
    assert call == "Ann Lee (CHN) and Bo Berg (SWE) spoke"

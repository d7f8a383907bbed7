"""Delivery into a real SQLite store: order, repetition, crashes between any two writes, kills and embargoes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from connectors.sqlite import SqliteStore
from connectors.store import KINDS, Body, Kind, Outcome, Store, Write
from pipelines.delivery import Delivered, deliver
from pipelines.outbox import mark_sent, pending_alerts
from schemas.article import Article
from schemas.errors import Code, Retry
from schemas.extraction import Extraction
from tests.unit.pipelines.making import BERG, INGESTED, LEE, at, meeting, person, story

Pair = tuple[Article, Extraction]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "parley.db")
    made.setup()
    yield made
    made.close()


def send(store: Store, *batch: Pair, alerts: bool = True) -> list[Delivered]:
    return deliver(store, batch, ingested=INGESTED, alerts_allowed=alerts)


def content(store: Store, *kinds: Kind) -> str:
    """All documents, without what only tells of the way there: the ledger's counters."""
    found = {kind: {document.id: document.body for document in store.scan(kind)} for kind in kinds or KINDS}
    for body in found.get("ledger", {}).values():
        assert isinstance(body, dict)
        for counter in ("generation", "state"):
            body.pop(counter)
    return json.dumps(found, sort_keys=True)


def told(results: Iterable[Delivered]) -> list[str]:
    return [alert.kind for result in results for alert in result.alerts]


def text_of(store: Store) -> str:
    return json.dumps([document.body for kind in KINDS for document in store.scan(kind)])


def test_a_story_becomes_all_its_documents(store: SqliteStore) -> None:
    (result,) = send(store, story("a", meeting(), quotes=2))
    assert (result.outcome, told([result])) == ("meeting", ["new_meeting"])
    assert {kind: store.count(kind) for kind in KINDS} == {
        "articles": 1, "meetings": 1, "meeting-reports": 1, "quotes": 2, "alerts": 1, "ledger": 1,
    }  # fmt: skip
    (id,) = result.meetings
    article = next(iter(store.scan("articles"))).body
    quote = next(iter(store.scan("quotes"))).body
    assert article["meeting"] == {"ids": [id], "count": 1}
    assert quote["meeting"] == {"id": id}
    assert [hit.id for hit in store.search("ann berg")] == [id]


def test_a_replay_changes_nothing_and_tells_nothing(store: SqliteStore) -> None:
    batch = [story("a", meeting("planned"), published=at(1)), story("b", meeting(), published=at(4)), story("c")]
    first = send(store, *batch)
    assert [result.outcome for result in first] == ["meeting", "meeting", "no_meeting"]
    before = content(store)
    again = send(store, *batch)
    assert [result.outcome for result in again] == ["duplicate"] * 3
    assert told(again) == []
    assert content(store) == before


def test_planned_becomes_held_under_one_id_and_both_are_told(store: SqliteStore) -> None:
    (planned,) = send(store, story("a", meeting("planned"), published=at(1)))
    (held,) = send(store, story("b", meeting("held"), published=at(4)))
    assert planned.meetings.keys() == held.meetings.keys()
    assert [told([planned]), told([held])] == [["new_meeting"], ["status_change"]]
    assert store.count("meetings") == 1


def test_a_newer_version_replaces_and_an_older_one_does_not(store: SqliteStore) -> None:
    send(store, story("a", meeting(), version=2, quotes=3))
    (result,) = send(store, story("a", meeting("planned"), version=1, quotes=1))
    assert result.outcome == "duplicate"
    assert store.count("quotes") == 3
    (result,) = send(store, story("a", version=3, quotes=1))
    assert (result.outcome, told([result])) == ("no_meeting", ["retraction"])
    assert {kind: store.count(kind) for kind in ("quotes", "meetings", "meeting-reports")} == {
        "quotes": 1, "meetings": 0, "meeting-reports": 0,
    }  # fmt: skip
    assert list(result.meetings.values()) == [None]


def test_versions_of_one_story_in_one_batch(store: SqliteStore) -> None:
    outcomes = [result.outcome for result in send(store, *(story("a", meeting(), version=n, quotes=n) for n in (1, 3, 2)))]
    assert outcomes == ["duplicate", "meeting", "duplicate"]
    assert store.count("quotes") == 3


def test_a_kill_takes_everything_back_even_before_its_story(store: SqliteStore) -> None:
    send(store, story("a", meeting(), version=1), story("b", meeting(day=9), published=at(9)))
    (killed,) = send(store, story("a", version=2, signal="kill", quotes=0))
    assert (killed.outcome, told([killed])) == ("no_meeting", ["retraction"])
    assert store.count("meetings") == 1
    assert '"uri": "a"' not in json.dumps([d.body for kind in ("quotes", "meeting-reports") for d in store.scan(kind)])  # type: ignore[arg-type]
    assert send(store, story("a", meeting(), version=1))[0].outcome == "duplicate"
    # One that overtook its story waits for it; and it wins under the same wire version, too.
    send(store, story("c", version=1, signal="kill", quotes=0))
    assert send(store, story("c", meeting(day=15), version=1))[0].outcome == "duplicate"
    assert store.count("meetings") == 1
    send(store, story("b", meeting(day=9), version=1, signal="kill", quotes=0, pub_status="canceled"))
    assert store.count("meetings") == 0
    assert "agree" not in text_of(store)


def test_a_kill_leaves_what_others_reported(store: SqliteStore) -> None:
    send(store, story("a", meeting(), provider="One"), story("b", meeting(), provider="Two"))
    (killed,) = send(store, story("a", version=2, signal="kill", provider="One"))
    assert told([killed]) == []
    (document,) = store.scan("meetings")
    assert document.body["article"] == {"uris": ["b"]}


def test_an_embargoed_story_is_kept_hidden_and_told_when_it_is_released(store: SqliteStore) -> None:
    early = story("a", meeting(), embargoed_until=at(25))
    (held_back,) = send(store, early)
    assert (held_back.outcome, told([held_back]), dict(held_back.meetings)) == ("held_back", [], {})
    assert store.count("articles") == 1
    assert store.search("lee", kinds=KINDS) == []
    assert send(store, early)[0].outcome == "duplicate"
    (released,) = deliver(store, [early], ingested=at(26), alerts_allowed=True)
    assert (released.outcome, told([released])) == ("meeting", ["new_meeting"])
    assert len(store.search("lee", kinds=KINDS)) > 0


def test_a_hold_hides_what_was_shown_without_a_word(store: SqliteStore) -> None:
    send(store, story("a", meeting(), version=1))
    (hold,) = send(store, story("a", meeting(), version=2, signal="hold"))
    assert (hold.outcome, told([hold])) == ("held_back", [])
    assert (store.count("meetings"), store.count("quotes")) == (0, 0)


def test_stories_of_the_past_tell_nothing_but_what_comes_after_does(store: SqliteStore) -> None:
    assert told(send(store, story("a", meeting("planned"), published=at(1)), alerts=False)) == []
    assert told(send(store, story("b", meeting("held"), published=at(4)))) == ["new_meeting"]
    assert told(send(store, story("c", meeting("cancelled"), published=at(5)), alerts=False)) == []


def test_a_meeting_that_gets_another_side_keeps_its_id_and_is_not_told_again(store: SqliteStore) -> None:
    (first,) = send(store, story("a", meeting(), version=1))
    (second,) = send(store, story("a", meeting(people=(LEE, BERG, person("Cai Da", "NOR"))), version=2))
    assert second.meetings.keys() == first.meetings.keys()
    assert told([second]) == []
    (document,) = store.scan("meetings")
    assert isinstance(document.body["pair"], dict)
    assert document.body["pair"]["countries"] == ["CHN|NOR", "CHN|SWE", "NOR|SWE"]
    (third,) = send(store, story("a", meeting("cancelled", people=(LEE, BERG, person("Cai Da", "NOR"))), version=3))
    assert told([third]) == ["status_change"]


def test_two_that_turn_out_to_be_one_leave_a_signpost(store: SqliteStore) -> None:
    (first,) = send(store, story("a", meeting("planned", day=None), published=at(1)))
    (second,) = send(store, story("b", meeting("held", day=None), published=at(26)))
    (one,), (two,) = first.meetings, second.meetings
    assert one != two
    # A day tells that both are the same.
    joined = send(store, story("c", meeting("held", day=15), published=at(26)))
    assert told(joined) == []
    documents = {document.id: document.body["meeting"] for document in store.scan("meetings")}
    assert isinstance(documents[two], dict)
    assert documents[two]["merged_into"] == one
    assert [hit.id for hit in store.search("berg", kinds=["meetings"])] == [one]


STORIES: list[Pair] = [
    story("a", meeting("planned"), published=at(1), provider="One"),
    story("b", meeting("held"), published=at(4), provider="Two", quotes=2),
    story("b", meeting("held"), published=at(5), provider="Two", version=2),
    story("c", meeting("held", people=(person(None, "CHN"), BERG)), published=at(5)),
    story("d", meeting("planned", day=9), meeting("held", people=(LEE, person("Cai Da", "NOR"))), published=at(3)),
    story("e", published=at(3)),
    story("f", meeting(), published=at(4)),
    story("f", version=2, signal="kill", quotes=0),
    story("g", meeting("cancelled", day=9), published=at(8)),
    # Its second version names one side more, and so goes to another bucket.
    story("h", meeting("planned", day=12), published=at(9)),
    story("h", meeting("planned", day=12, people=(LEE, BERG, person("Cai Da", "NOR"))), published=at(10), version=2),
]


def shape(store: Store) -> str:
    """What is in the store, up to the naming of meetings and the history of what was told."""
    found: dict[str, list[object]] = {}
    for kind in ("articles", "meetings", "meeting-reports", "quotes"):
        for document in store.scan(kind):  # type: ignore[arg-type]
            meeting = document.body.get("meeting", {})
            assert isinstance(meeting, dict)
            if "merged_into" not in meeting:
                named = {"meeting": {name: value for name, value in meeting.items() if name not in ("id", "ids")}}
                found.setdefault(kind, []).append([document.id if kind != "meetings" else "", {**document.body, **named}])
    return json.dumps({kind: sorted(json.dumps(each, sort_keys=True) for each in every) for kind, every in found.items()})


@pytest.mark.parametrize("seed", range(8))
def test_any_order_any_batches_any_repetition_end_alike(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    straight, mixed = SqliteStore(tmp_path / "straight.db"), SqliteStore(tmp_path / "mixed.db")
    for made in (straight, mixed):
        made.setup()
    for pair in STORIES:
        send(straight, pair)
    stories = [*STORIES, *chance.sample(STORIES, 4)]
    chance.shuffle(stories)
    while stories:
        size = chance.randint(1, 4)
        send(mixed, *stories[:size])
        stories = stories[size:]
    assert shape(mixed) == shape(straight)


class Crash(Retry):
    """The process ends here."""


@dataclass
class Fragile:
    """A store that fails once: at its n-th use, before (or, half the writes through, in the middle of) what was asked."""

    inner: SqliteStore
    left: int
    halfway: bool
    used: int = field(default=0)

    @property
    def name(self) -> str:
        return self.inner.name

    def _step(self) -> bool:
        self.used += 1
        return self.used == self.left

    def _crash(self) -> Crash:
        return Crash(Code.STORE_UNAVAILABLE, "crashed")

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        if writes and self._step():
            if self.halfway:
                self.inner.write(writes[: (len(writes) + 1) // 2])
            raise self._crash()
        return self.inner.write(writes)

    def compare_and_set(self, kind: Kind, id: str, body: Body, revision: str | None) -> bool:
        if self._step():
            if self.halfway:
                self.inner.compare_and_set(kind, id, body, revision)
            raise self._crash()
        return self.inner.compare_and_set(kind, id, body, revision)

    def delete(self, kind: Kind, ids: Iterable[str]) -> int:
        if self._step():
            raise self._crash()
        return self.inner.delete(kind, ids)

    def __getattr__(self, name: str) -> Callable[..., object]:
        method: Callable[..., object] = getattr(self.inner, name)
        return method


BATCHES = [STORIES[:3], STORIES[3:6], STORIES[6:-1], STORIES[-1:]]


@pytest.mark.parametrize("halfway", [False, True])
def test_a_crash_at_any_step_is_made_good_by_doing_it_again(tmp_path: Path, halfway: bool) -> None:
    calm = SqliteStore(tmp_path / "calm.db")
    calm.setup()
    published: dict[str, int] = {}

    def note(results: Sequence[Delivered]) -> None:
        for result in results:
            for alert in result.alerts:
                published[alert.id] = published.get(alert.id, 0) + 1

    for batch in BATCHES:
        deliver(calm, batch, ingested=INGESTED, alerts_allowed=True, publish=note)
    wanted, alerts = content(calm), set(published)
    assert set(published.values()) == {1}
    crashes = 0
    for step in range(1, 200):
        inner = SqliteStore(tmp_path / f"{step}.db")
        inner.setup()
        fragile = Fragile(inner, step, halfway)
        published.clear()
        for batch in BATCHES:
            try:
                deliver(fragile, batch, ingested=INGESTED, alerts_allowed=True, publish=note)  # type: ignore[arg-type]
            except Crash:
                crashes += 1
                deliver(fragile, batch, ingested=INGESTED, alerts_allowed=True, publish=note)  # type: ignore[arg-type]
        assert content(inner) == wanted, f"step {step}"
        assert set(published) == alerts, f"step {step}"
        assert list(pending_alerts(inner)) == [], f"step {step}"
        if fragile.used < step:
            break
        inner.close()
    assert crashes > 20


def test_a_worker_that_never_comes_back_leaves_no_meeting_and_no_alert_untold(tmp_path: Path) -> None:
    """It dies right after its ledger; the next story of the bucket writes what it did not."""
    inner = SqliteStore(tmp_path / "x.db")
    inner.setup()
    fragile = Fragile(inner, 1, halfway=True)
    with pytest.raises(Crash):
        send(fragile, story("a", meeting("planned"), published=at(1)))  # type: ignore[arg-type]
    assert (inner.count("meetings"), inner.count("alerts")) == (0, 0)
    (result,) = send(inner, story("other", meeting("planned", day=9), published=at(2)))
    assert told([result]) == ["new_meeting", "new_meeting"]
    assert (inner.count("meetings"), inner.count("alerts")) == (2, 2)


class Busy(SqliteStore):
    """Somebody else always gets there first."""

    def compare_and_set(self, kind: Kind, id: str, body: Body, revision: str | None) -> bool:
        return False


def test_endless_contention_asks_for_a_retry(tmp_path: Path) -> None:
    busy = Busy(tmp_path / "x.db")
    busy.setup()
    with pytest.raises(Retry) as caught:
        send(busy, story("a", meeting()))
    assert caught.value.code is Code.CONFLICT


class Choosy(SqliteStore):
    """Refuses documents of a kind, as a mapping would."""

    refuses: Kind = "quotes"

    def write(self, writes: Sequence[Write]) -> list[Outcome]:
        bad = [write.kind == self.refuses and not write.delete and "poison" in json.dumps(write.body) for write in writes]
        done = iter(super().write([write for write, refused in zip(writes, bad, strict=True) if not refused]))
        return [Outcome("rejected", Code.STORE_REJECTED, "no such field") if refused else next(done) for refused in bad]


@pytest.mark.parametrize("kind", ["quotes", "articles", "meeting-reports"])
def test_a_document_that_the_store_refuses_costs_one_dead_letter_and_leaves_nothing(tmp_path: Path, kind: Kind) -> None:
    choosy = Choosy(tmp_path / "x.db")
    choosy.setup()
    choosy.refuses = kind
    poison = story("poison", meeting(day=15), published=at(15), headline="poison")
    for _ in range(2):
        results = send(choosy, story("a", meeting()), poison, story("c"))
        assert (results[1].outcome, results[1].code) == ("dead_letter", Code.STORE_REJECTED)
        assert results[1].message == "no such field"
        assert choosy.count("meetings") == 1
        assert "urn:poison" not in content(choosy, "articles", "quotes", "meeting-reports", "meetings")
        assert [choosy.count(k) for k in ("articles", "meeting-reports", "quotes")] == [2, 1, 2]  # type: ignore[arg-type]
    choosy.refuses = "ledger"
    assert send(choosy, poison)[0].outcome == "meeting"
    assert choosy.count("meetings") == 2


def test_alerts_wait_in_the_outbox_until_they_are_marked(store: SqliteStore) -> None:
    (result,) = send(store, story("a", meeting()))
    assert list(pending_alerts(store)) == list(result.alerts)
    mark_sent(store, [alert.id for alert in result.alerts], INGESTED)
    mark_sent(store, [*(alert.id for alert in result.alerts), "no such alert"], at(21))
    assert list(pending_alerts(store)) == []
    (document,) = store.scan("alerts")
    assert isinstance(document.body["alert"], dict)
    assert document.body["alert"]["sent"] == INGESTED.isoformat()


def test_an_empty_batch(store: SqliteStore) -> None:
    assert send(store) == []

"""The ranks keep the contract's order, by which the lower of two sides is told."""

from __future__ import annotations

from typing import get_args

from schemas.dead_letter import DeadLetter
from schemas.errors import Code, Fatal, ParleyError, Quarantine, Retry
from schemas.meeting import HIGH_LEVEL, Level, Rank


def test_levels_stand_in_the_contracts_order() -> None:
    by_level = [level.name for level in sorted(Level, reverse=True)]
    assert by_level == list(get_args(Rank))


def test_high_level_is_minister_or_above_and_heads_of_organizations() -> None:
    assert {"head_of_state", "head_of_government", "foreign_minister", "minister", "organization_head"} == HIGH_LEVEL


def test_every_error_is_one_of_three_and_pickles() -> None:
    import pickle

    for kind in (Retry, Quarantine, Fatal):
        error = kind(Code.BAD_JSON, "what happened")
        assert isinstance(error, ParleyError)
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.code, str(again)) == (kind, Code.BAD_JSON, "what happened [bad_json]")


def test_a_dead_letter_keeps_any_bytes() -> None:
    payload = bytes(range(256))
    letter = DeadLetter.model_validate_json(
        DeadLetter.model_construct(
            id="1",
            stage="decode",
            code=Code.BAD_JSON,
            message="m",
            origin="kafka:wire.articles/0@7",
            engine="0",
            at="2026-01-01T00:00:00Z",
            payload=payload,
        ).model_dump_json(warnings=False)
    )
    assert letter.payload == payload

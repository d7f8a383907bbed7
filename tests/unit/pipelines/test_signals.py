"""Signals by the wire's conventions, in the contract's order."""

from __future__ import annotations

import pytest

from pipelines.signals import read_signal
from schemas.article import Article


@pytest.mark.parametrize(
    ("signal", "fields"),
    [
        ("kill", {"pub_status": "canceled"}),
        ("kill", {"headline": "KILL - Harbour talks"}),
        ("kill", {"headline": "STORY WITHDRAWN: Harbour talks"}),
        ("kill", {"ed_note": "Editors: please kill BC-Harbour. A kill is mandatory."}),
        ("hold", {"pub_status": "withheld"}),
        ("hold", {"headline": "HOLD FOR RELEASE: budget"}),
        ("correction", {"headline": "CORRECTED - Minister's age"}),
        ("correction", {"ed_note": "Corrects spelling of the envoy's name in paragraph 3."}),
        ("correction", {"headline": "UPDATE 2-Talks", "ed_note": "Corrects the day"}),
        ("update", {"headline": "UPDATE 1-Ministers meet in Oslo"}),
        ("update", {"slugline": "BC-EU--Harbour,2nd Ld-Writethru"}),
        ("update", {"body": "(Adds minister's reaction in paragraph 3)\nOSLO - Talks went on."}),
        ("advisory", {"headline": "ADVISORY - coverage plans"}),
        ("advisory", {"headline": "Diplomatic diary for the week"}),
        ("advisory", {"body": "Editors: The following stories will move today under coverage plans."}),
        ("alert", {"body": "FOREIGN MINISTER SAYS TALKS WITH NEIGHBOUR WILL RESUME ON MONDAY"}),
        ("alert", {"slugline": "APNewsAlert"}),
        ("brief", {"headline": "BRIEF-Harbour company names chief"}),
        ("story", {"headline": "Ministers hold talks", "body": "OSLO - They met."}),
        ("story", {"headline": "Party fails to kill the bill", "body": "They tried."}),
        ("story", {"body": ""}),
    ],
)
def test_signal(signal: str, fields: dict[str, str]) -> None:
    assert read_signal(Article.model_validate({"uri": "x", "body": "Words.", **fields})) == signal

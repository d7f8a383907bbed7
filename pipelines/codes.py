"""CAMEO and PLOVER codes of a meeting, by the rules written in ``lexicon/codes.toml``.

Sources: the CAMEO codebook 1.1b3 (root 03, 04, 10 and 12) and PLOVER's event and mode lists; both public.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from schemas.errors import Code, Fatal
from schemas.meeting import Mode, Plover, Status

_STATUSES = ("held", "ongoing", "planned", "proposed", "postponed", "cancelled", "rejected", "denied")


@cache
def _table() -> dict[str, dict[str, str]]:
    table = tomllib.loads(resources.files("pipelines.lexicon").joinpath("codes.toml").read_text("utf-8"))
    cameo, plover = table.get("cameo", {}), table.get("plover", {})
    missing = [status for status in _STATUSES if status not in plover]
    if missing or not {"phone", "visit", "host", "third_place", "mediate", "negotiate", "consult"} <= set(cameo):
        raise Fatal(Code.BAD_LEXICON, f"codes.toml: rules are missing (plover: {missing or 'none'})")
    return {"cameo": cameo, "plover": plover}


def code_meeting(
    status: Status, mode: Mode, place_country: str | None, countries: frozenset[str], words: str, mediated: bool
) -> tuple[str, Plover]:
    """CAMEO code and PLOVER triple. ``words`` is the lower-case evidence that tells a visit or a negotiation."""
    table = _table()
    cameo, plover = table["cameo"], table["plover"]
    if status in cameo:
        code = cameo[status]
    elif mediated:
        code = cameo["mediate"]
    elif mode in ("phone", "video"):
        code = cameo["phone"]
    elif place_country and countries and place_country not in countries:
        code = cameo["third_place"]
    elif any(word in words for word in ("negotiat", "peace talks", "trade talks", "disarmament talks")):
        code = cameo["negotiate"]
    elif any(word in words for word in ("hosted", "received", "welcomed", "hosts", "receives")):
        code = cameo["host"]
    elif any(word in words for word in ("visit", "arriv", "trip")):
        code = cameo["visit"]
    else:
        code = cameo["consult"]
    channel = "phone" if mode == "phone" else "video" if mode == "video" else None
    way: str | None
    if mediated:
        way = "third-party"
    elif channel:
        way = channel
    elif place_country and countries and place_country not in countries:
        way = "third-party"
    elif code in (cameo["visit"], cameo["host"]):
        way = "visit"
    else:
        way = "multilateral" if len(countries) > 2 else None
    return code, Plover(event=plover[status], mode=way, context="diplomatic")

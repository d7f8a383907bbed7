"""From drafts to the entities that the story's readers get: wording, standing, identity."""

from __future__ import annotations

from datetime import date

from pipelines.annotations import Entity, Mention, People
from pipelines.lexicon import Lexicon
from pipelines.people.drafts import Draft, surname
from pipelines.people.holders import Found, find_holder
from pipelines.people.offices import OfficeMention
from pipelines.people.scan import Scan
from schemas.meeting import Level, Rank


def finish(cast: list[Draft], words: Scan, lexicon: Lexicon, published: date | None) -> People:
    """All drafts that the story mentions, or for whom somebody speaks, as entities in the order of their first mention."""
    spoken_for = {id(draft.speaks_for) for draft in cast if draft.speaks_for is not None}
    drafts = [draft for draft in cast if draft.spots or id(draft) in spoken_for]
    end = len(words.keys)
    drafts.sort(key=lambda draft: draft.spots[0].start if draft.spots else end)
    index = {id(draft): number for number, draft in enumerate(drafts)}
    entities: list[Entity] = []
    mentions: list[Mention] = []
    for number, draft in enumerate(drafts):
        own = [
            Mention(words.starts[place.start], words.ends[place.end - 1], number, place.kind, words.starts[place.head_start],
                    words.ends[place.head_end - 1])
            for place in draft.spots
        ]  # fmt: skip
        mentions += own
        entities.append(_entity(number, draft, own, words, lexicon, published, index))
    mentions.sort(key=lambda mention: (mention.start, -mention.end))
    return People(tuple(entities), tuple(mentions))


def _entity(
    number: int, draft: Draft, own: list[Mention], words: Scan, lexicon: Lexicon, published: date | None, index: dict[int, int]
) -> Entity:
    found = find_holder(draft, lexicon, published)
    office = _best_office(draft, words)
    country, organization, rank, office_id = _standing(draft, office, found)
    fullest = _fullest(draft, own, words)
    speaks_for = index.get(id(draft.speaks_for)) if draft.speaks_for is not None else None
    gender = draft.gender or (found.holder.gender if found is not None else None)
    return Entity(
        index=number,
        kind=draft.kind,
        name=draft.name if draft.kind in ("person", "institution") else None,
        text=fullest,
        surname=surname(draft, lexicon) if draft.kind == "person" else None,
        office=None if office is None else words.text(office.start, office.end),
        office_id=office_id,
        rank=rank,
        country_code=country,
        organization=organization,
        gender=gender if draft.kind in ("person", "anonymous") else None,
        plural=draft.plural,
        spokesperson=draft.has_office("spokesperson"),
        speaks_for=None if speaks_for == number else speaks_for,
        former=office is not None and office.former,
        media=draft.media,
        wikidata_id=None if found is None else found.wikidata_id,
        confidence=_confidence(draft, found),
        mentions=tuple(own),
        members=tuple(sorted(index[id(member)] for member in draft.members if id(member) in index)),
    )


def _confidence(draft: Draft, found: Found | None) -> float:
    if not draft.words:
        return 0.9 if draft.offices or draft.name else 0.7
    base = min(0.99, 0.5 + max(draft.score, 0.0) / 12)
    if draft.attached or (found is not None and found.certain):
        base = max(base, 0.95)
    return round(base, 3)


def _best_office(draft: Draft, words: Scan) -> OfficeMention | None:
    """The wording that tells most: beside the name, with its country, an office rather than an occupation."""
    best: OfficeMention | None = None
    best_score = -1.0
    for named, offices in ((True, draft.attached), (False, draft.nominal)):
        for office in offices:
            if office.occupation and " ".join(words.lows[office.head : office.end]) in words.lexicon.titles.relations:
                continue
            score = (
                2.0 * named
                + 1.5 * (office.country is not None or office.organization is not None)
                + 3.0 * (not office.occupation)
            )
            score += 0.4 * (not office.former) + (
                0.7 if office.office_id not in (None, "state_leader", "diplomat", "legislator") else 0.0
            )
            if score > best_score:
                best, best_score = office, score
    return best


def _standing(
    draft: Draft, office: OfficeMention | None, found: Found | None
) -> tuple[str | None, str | None, Rank, str | None]:
    """Country, organization, rank and office code: by the story, and by the table where the story is silent."""
    organization = None if draft.organization is None else draft.organization
    for_igo = organization is not None and organization.kind in ("igo", "group")
    country = None if for_igo else draft.country
    rank: Rank = office.rank if office is not None else "official"
    office_id = None if office is None else office.office_id
    if draft.kind != "person":
        return (
            country,
            None if organization is None or organization.kind == "institution" else organization.name,
            rank,
            office_id,
        )
    for other in draft.attached:
        if not other.former and Level[other.rank] > Level[rank] and (office is None or not office.former):
            rank, office_id = other.rank, other.office_id
    name = None if organization is None else organization.name
    if found is not None and found.certain:
        holder = found.holder
        if country is None and name is None and not (office is not None and office.former and office.office_id is None):
            country, name = holder.country, holder.organization
        vague = office is None or office.office_id is None or office.office_id == "state_leader"
        if vague and (office is None or not office.former):
            rank, office_id = holder.rank, holder.office_id
    elif country is None and name is None and found is not None and found.holder.country is not None and office is not None:
        country = found.holder.country
    return country, name, rank, office_id


def _fullest(draft: Draft, own: list[Mention], words: Scan) -> str:
    text = words.document.text
    best, best_key = draft.name or "", (-1, -1)
    for mention in own:
        wording = text[mention.start : mention.end]
        key = ({"name": 3, "group": 2, "nominal": 2, "pronoun": 1}[mention.kind], len(wording))
        if key > best_key:
            best, best_key = wording, key
    return best

"""The walk over a story: names, offices, bodies and pronouns in their order, each given to its entity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pipelines.annotations import EntityKind, MentionKind
from pipelines.lexicon import Lexicon, Organization
from pipelines.people.beside import Beside
from pipelines.people.bodies import Body, find_bodies
from pipelines.people.chain import Cast, attach, gender_of, same_office
from pipelines.people.drafts import Draft, Spot
from pipelines.people.holders import find_holder
from pipelines.people.names import Run
from pipelines.people.offices import OfficeMention
from pipelines.people.pronouns import Pronoun, find_pronouns, resolve, two_of
from pipelines.people.scan import Scan


class Builder:
    """Walks the story's events from left to right."""

    def __init__(
        self, words: Scan, lexicon: Lexicon, offices: list[OfficeMention], people: list[Run], published: date | None
    ) -> None:
        self.scan = words
        self.published = published
        self.lexicon = lexicon
        self.cast = Cast(words, lexicon, people)
        self.offices = offices
        self.people = people
        self.beside = Beside(words, offices, people)
        self.run_at, self.run_to = self.beside.run_at, self.beside.run_to
        self.order: list[tuple[Draft, Spot]] = []
        self.nameless: list[Draft] = []
        """People known by office only, so far."""
        self.bodies: dict[tuple[str, str, str | None], Draft] = {}
        """Institutions and groups by kind, name and country."""

    def read(self, rejected: Sequence[Run]) -> None:
        bodies = find_bodies(self.scan, self.lexicon, self.offices, self.people, rejected)
        events: list[tuple[int, int, Run | OfficeMention | Body | Pronoun]] = []
        events += [(run.start, 0, run) for run in self.people]
        events += [
            (office.outer, 1, office) for office in self.offices if id(office) not in self.beside.used and not office.honorific
        ]
        events += [(body.start, 2, body) for body in bodies]
        events += [(pronoun.at, 3, pronoun) for pronoun in find_pronouns(self.scan)]
        events.sort(key=lambda event: (event[0], event[1]))
        for _, _, event in events:
            if isinstance(event, Run):
                self._name(event)
            elif isinstance(event, OfficeMention):
                self._office(event)
            elif isinstance(event, Body):
                self._body(event)
            else:
                self._pronoun(event)

    # --- names --------------------------------------------------------------------------------------------------------

    def _name(self, run: Run) -> None:
        offices = self.beside.with_run[run.start]
        draft = self.cast.named(run, offices)
        start, end = run.start, run.end
        for office in reversed(offices):
            if office.end == start or (office.end == start - 1 and self.scan.low(start - 1) == "and"):
                start = office.start
        for office in offices:
            if office.counterpart:
                self._counterpart(office, draft)
            if not office.honorific:
                attach(draft, office, named=True)
                self._speaks(draft, office)
        end = self._country_beside(draft, run, bool(offices))
        if draft.country is None and draft.table_country is None and draft.attached:
            found = find_holder(draft, self.lexicon, self.published)
            if found is not None and found.certain:
                draft.table_country = found.holder.country
        subject = self.cast.subject(start, end)
        self._add(draft, Spot(start, end, run.start, run.end, "name", subject))
        self._merge_nameless(draft)

    def _merge_nameless(self, draft: Draft) -> None:
        """An office that the story named without its holder before: "The Russian foreign minister ... Lavrov"."""
        if len(draft.spots) > 1:
            return
        for other in self.nameless[-60:]:
            if other is draft or other.kind != "person" or other.words or other.plural or other.country is None:
                continue
            if (
                any(same_office(office, draft) and office.rank != "official" for office in other.nominal)
                and other.country == draft.country
            ):
                draft.spots = other.spots + draft.spots
                draft.nominal = other.nominal + draft.nominal
                self.order = [(draft if owner is other else owner, place) for owner, place in self.order]
                for group in self.cast.drafts:
                    group.members = [draft if member is other else member for member in group.members]
                self.nameless.remove(other)
                other.spots = []
                return

    def _add(self, draft: Draft, place: Spot) -> None:
        draft.spots.append(place)
        self.order.append((draft, place))

    def _speaks(self, draft: Draft, office: OfficeMention) -> None:
        """Whom a spokesperson speaks for: the house or person before the title, or the one after "for"."""
        if office.office_id != "spokesperson" or draft.speaks_for is not None:
            return
        before = office.start - 1
        if self.scan.lows[office.head - 1 : office.head] in (["'s"], ["’s"]) and office.head >= 2:
            run = self.run_to.get(office.head - 1)
            if run is not None:
                draft.speaks_for = self.cast.named(run, [])
                return
        if self.scan.low(office.start - 1) in ("'s", "’s"):
            owner = next((owner for owner, place in reversed(self.order[-8:]) if place.end == office.start - 1), None)
            if owner is not None:
                draft.speaks_for = owner
                return
        if office.determiner == "possessive" and office.country is None:
            draft.speaks_for = next(
                (
                    owner
                    for owner, place in reversed(self.order[-60:])
                    if owner.kind == "person" and owner is not draft and place.kind == "name"
                ),
                None,
            )
            return
        if self.scan.low(office.end) in ("for", "of"):
            at = office.end + 1
            while at < office.end + 8 and at < len(self.scan.keys):
                run = self.run_at.get(at)
                if run is not None:
                    draft.speaks_for = self.cast.named(run, [])
                    return
                at += 1
        house = self._house_of(office)
        if house is not None and before >= -1:
            draft.speaks_for = house

    def _house_of(self, office: OfficeMention) -> Draft | None:
        """The institution named inside a spokesperson's title, or one known by its country."""
        wording = self.scan.text(office.start, office.end)
        lows = self.scan.lows[office.start : office.end]
        for at in range(office.start, office.end):
            hit = self.scan.covering.get(at)
            if hit is not None and (hit.name.organization is not None or hit.name.is_seat):
                name = self.scan.text(hit.start, hit.end)
                return self._institution(name, hit.name.country, hit.name.organization)
        for word in ("ministry", "department", "embassy", "presidency", "army", "police", "government"):
            if word in lows:
                end = office.start + lows.index(word) + 1
                return self._institution(self.scan.text(office.start, end), office.country, None)
        if office.organization is not None:
            return self._institution(office.organization.name, office.country, office.organization)
        return self._institution(wording, office.country, None) if office.country is not None and len(lows) > 1 else None

    def _institution(self, name: str, country: str | None, organization: Organization | None) -> Draft:
        body = Body(0, 0, "institution", name, country, organization)
        return self._body_draft(body)

    # --- offices without a name ---------------------------------------------------------------------------------------

    def _counterpart(self, office: OfficeMention, whose: Draft | None) -> None:
        """``his Turkish counterpart``: the office is that of the person it is compared with."""
        for draft, _ in reversed(self.order[-12:]):
            if draft is whose or draft.kind != "person":
                continue
            known = next((other for other in draft.offices if other.office_id is not None and not other.occupation), None)
            if known is not None and (known.country != office.country or office.country is None):
                office.office_id, office.rank = known.office_id, known.rank
                return

    def _country_beside(self, draft: Draft, run: Run, titled: bool) -> int:
        """``King Salman of Saudi Arabia``, ``South Korea's Chung Eui-yong``; gives the word behind the mention."""
        scan = self.scan
        hit = scan.hits.get(run.end + 1)
        if titled and scan.low(run.end) == "of" and hit is not None and hit.name.is_name and scan.joined(run.end + 1):
            if draft.country in (None, hit.name.country):
                draft.country = hit.name.country
                return hit.end
            return run.end
        if scan.low(run.start - 1) in ("'s", "’s") and scan.joined(run.start) and draft.country is None and not titled:
            before = scan.covering.get(run.start - 2)
            if before is not None and before.name.is_name and scan.low(run.end) not in ("'s", "’s"):
                draft.country = before.name.country
        return run.end

    def _office(self, office: OfficeMention) -> None:
        if office.generic and office.country is None and office.organization is None and office.determiner != "definite":
            return
        if office.counterpart:
            self._counterpart(office, None)
        if office.plural:
            if office.partners:
                self._partners(office)
            else:
                self._group(office)
            return
        if office.occupation and office.organization is None:
            self._unnamed(office)
            return
        if office.office_id in ("diplomat", "aide", "spokesperson", "legislator", "director") and (
            office.determiner == "indefinite" or (office.determiner == "" and office.office_id == "diplomat")
        ):
            self._unnamed(office)
            return
        draft = self._known(office)
        if draft is None:
            if office.office_id == "diplomat" and office.country is None:
                self._unnamed(office)
                return
            if office.determiner == "" and office.country is None and office.organization is None:
                return
            if office.determiner == "indefinite" and office.rank == "official" and office.country is None:
                return
            vague = office.country is None and office.organization is None and office.determiner != "definite"
            if (
                vague
                and office.office_id != "spokesperson"
                and (office.rank == "official" or office.determiner == "indefinite")
            ):
                return
            draft = self.cast.add(Draft("person"))
            self.nameless.append(draft)
            draft.gender = gender_of(self.scan, [office], self.lexicon)
        attach(draft, office, named=False)
        self._speaks(draft, office)
        start = office.outer if office.determiner in ("definite", "possessive") else office.start
        self._add(
            draft, Spot(start, office.end, office.head, office.end, "nominal", self.cast.subject(office.outer, office.end))
        )

    def _known(self, office: OfficeMention) -> Draft | None:
        if office.determiner == "indefinite" or (
            office.determiner == "" and office.country is None and office.organization is None
        ):
            return None
        near = [draft for draft, _ in reversed(self.order[-60:])]
        for exact in (True, False) if office.country is not None else (False,):
            for draft in near:
                if exact and (draft.country or draft.table_country) != office.country:
                    continue
                if draft.kind == "person" and not draft.plural and same_office(office, draft):
                    return draft
        for draft in near:
            if (
                draft.kind == "anonymous"
                and office.office_id in ("diplomat", "aide")
                and office.country in (None, draft.country)
            ):
                head = self.scan.low(office.end - 1)
                if any(self.scan.low(place.end - 1) == head for place in draft.spots) and office.determiner == "definite":
                    return draft
        return None

    def _unnamed(self, office: OfficeMention) -> None:
        head = self.scan.low(office.end - 1)
        if head not in self.lexicon.titles.unnamed:
            return
        draft = self._known(office)
        if draft is None:
            draft = self.cast.add(Draft("anonymous"))
            draft.gender = gender_of(self.scan, [office], self.lexicon)
        attach(draft, office, named=False)
        self._speaks(draft, office)
        self._add(
            draft,
            Spot(office.outer, office.end, office.head, office.end, "nominal", self.cast.subject(office.outer, office.end)),
        )

    def _group(self, office: OfficeMention) -> None:
        lows = self.scan.lows
        head = lows[office.end - 1]
        definite = lows[office.outer] in ("the", "both", "these", "those", "all")
        draft: Draft | None = None
        if definite and office.country is None and office.organization is None:
            draft = self._pair(office)
        if draft is None:
            anonymous = head in self.lexicon.titles.unnamed and office.office_id in (
                None,
                "diplomat",
                "aide",
                "legislator",
                "spokesperson",
            )
            kind: EntityKind = "anonymous" if anonymous and not definite else "group"
            draft = self.cast.add(Draft(kind, plural=True))
        attach(draft, office, named=False)
        self._add(
            draft, Spot(office.outer, office.end, office.head, office.end, "group", self.cast.subject(office.outer, office.end))
        )

    def _partners(self, office: OfficeMention) -> None:
        """``The prime ministers of Greece and Italy, Alexis Tsipras and Giuseppe Conte``: one of each country."""
        runs = self._names_after(office, len(office.partners))
        members: list[Draft] = []
        places: list[tuple[Draft, Spot]] = []
        for number, (start, end, country) in enumerate(office.partners):
            one = replace(office, country=country, plural=False, partners=())
            draft = self._known(one)
            if runs:
                draft = self.cast.named(runs[number], [])
                draft.country = draft.country or country
                attach(draft, one, named=True)
            elif draft is None:
                draft = self.cast.add(Draft("person"))
                self.nameless.append(draft)
            if not runs:
                attach(draft, one, named=False)
                outer = office.outer if number == 0 else start
                places.append((draft, Spot(outer, end, start, end, "nominal")))
            members.append(draft)
        group = self.cast.add(Draft("group", plural=True, members=members))
        attach(group, replace(office, country=None, partners=()), named=False)
        self._add(
            group, Spot(office.outer, office.end, office.head, office.end, "group", self.cast.subject(office.outer, office.end))
        )
        for draft, place in places:
            self._add(draft, place)

    def _names_after(self, office: OfficeMention, count: int) -> list[Run]:
        """As many names in a row behind a plural office as it has countries; else none."""
        at = office.end
        found: list[Run] = []
        while len(found) < count and self.scan.low(at) in (",", "and", ":") and self.scan.joined(at):
            at += 1
            at += self.scan.low(at) == "and"
            run = self.run_at.get(at)
            if run is None:
                return []
            found.append(run)
            at = run.end
        return found if len(found) == count else []

    def _pair(self, office: OfficeMention) -> Draft | None:
        for draft, _ in reversed(self.order[-40:]):
            if draft.kind == "group" and draft.plural and any(old.office_id == office.office_id for old in draft.nominal):
                return draft
        return self.cast.add(Draft("group", plural=True, members=two_of(self.order, self.scan, office)))

    # --- bodies and pronouns ------------------------------------------------------------------------------------------

    def _body_draft(self, body: Body) -> Draft:
        key = (body.kind, body.name, body.country)
        draft = self.bodies.get(key) if body.kind == "institution" else None
        if draft is not None:
            return draft
        draft = self.cast.add(Draft(body.kind, name=body.name if body.kind == "institution" else None, country=body.country))
        draft.organization = body.organization
        draft.media = body.media
        draft.plural = body.plural
        self.bodies[key] = draft
        return draft

    def _body(self, body: Body) -> None:
        draft = self._body_draft(body) if body.kind == "institution" else None
        if draft is None and body.kind == "group" and body.takes_up:
            draft = next((owner for owner, _ in reversed(self.order[-40:]) if owner.kind == "group" and owner.plural), None)
        if draft is None:
            draft = self._body_draft(body)
            if body.kind == "group" and body.takes_up:
                draft.members = two_of(self.order, self.scan, None)
        kind: MentionKind = "group" if body.kind == "group" else "nominal" if body.kind == "anonymous" else "name"
        self._add(draft, Spot(body.start, body.end, body.head, body.end, kind, self.cast.subject(body.start, body.end)))

    def _pronoun(self, pronoun: Pronoun) -> None:
        owner = resolve(pronoun, self.order, self.scan)
        if owner is None:
            return
        if pronoun.gender is not None and owner.gender is None and owner.kind == "person":
            owner.gender = pronoun.gender
        place = Spot(pronoun.at, pronoun.at + 1, pronoun.at, pronoun.at + 1, "pronoun", pronoun.subject)
        self._add(owner, place)

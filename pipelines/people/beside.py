"""Which office stands with which name: before it, behind it between commas, or shared by two."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.people.names import Run
from pipelines.people.offices import OfficeMention
from pipelines.people.scan import Scan


class Beside:
    """The offices of every name of a story; ``used`` holds, by ``id``, those that stand with one."""

    def __init__(self, scan: Scan, offices: Sequence[OfficeMention], people: Sequence[Run]) -> None:
        self.scan = scan
        self.run_at = {run.start: run for run in people}
        self.run_to = {run.end: run for run in people}
        self.office_to = {office.end: office for office in offices}
        self.office_from = {office.outer: office for office in offices}
        self.used: set[int] = set()
        self.with_run: dict[int, list[OfficeMention]] = {}
        """By the first word of the name."""
        for run in people:
            self.with_run[run.start] = self._of(run)

    def _of(self, run: Run) -> list[OfficeMention]:
        found: list[OfficeMention] = []
        at = run.start
        while True:
            office = self.office_to.get(at)
            if office is None or id(office) in self.used or (at != run.start and not self.scan.joined(at)):
                break
            if not self.scan.joined(run.start):
                break
            found.insert(0, office)
            self.used.add(id(office))
            at = office.outer
            if self.scan.low(at - 1) == "and" and at - 1 in self.office_to and not self.office_to[at - 1].plural:
                at -= 1
        if not any(not office.honorific for office in found):
            found = self._before_comma(run) + found
        if not any(not office.honorific and not office.occupation and office.office_id != "royal" for office in found):
            found += self._apposition(run)
        if not found:
            found = self._shared_plural(run)
        return found

    def _before_comma(self, run: Run) -> list[OfficeMention]:
        """``Britain's foreign secretary, Philip Hammond, said``"""
        if self.scan.low(run.start - 1) != "," or run.start < 2 or not self.scan.joined(run.start):
            return []
        office = self.office_to.get(run.start - 1)
        if office is None or id(office) in self.used or office.plural or office.determiner == "indefinite":
            return []
        if self._after_name(office):
            return []
        after = self.scan.low(run.end)
        # No comma behind: "... of the president, Haley said" is an attribution.
        if after not in (",", ".", "", "(", "'s", "’s"):
            return []
        self.used.add(id(office))
        return [office]

    def _after_name(self, office: OfficeMention) -> bool:
        """The office belongs to a name before it: ``Lavrov, the Russian foreign minister, Kerry and ...``"""
        at = office.outer
        return self.scan.low(at - 1) == "," and (at - 1) in self.run_to

    def _apposition(self, run: Run) -> list[OfficeMention]:
        """``Sergei Lavrov, the Russian foreign minister,`` and ``Smith, who is the foreign minister``."""
        end = run.end
        scan = self.scan
        if scan.low(end) == "(":
            office = self.office_from.get(end + 1)
        elif scan.low(end) != "," or not scan.joined(end):
            return []
        else:
            at = end + 1
            if scan.low(at).isdigit() and scan.low(at + 1) == ",":
                at += 2
            if scan.low(at) == "who" and scan.low(at + 1) in ("is", "was", "serves", "served"):
                at += 2
                at += scan.low(at) in ("as", "also")
            office = self.office_from.get(at)
        if office is None or id(office) in self.used or office.plural or not scan.joined(office.start):
            return []
        if office.end in self.run_at and scan.joined(office.end):
            return []
        if office.determiner == "possessive" and office.country is None:
            return []
        self.used.add(id(office))
        return [office]

    def _shared_plural(self, run: Run) -> list[OfficeMention]:
        """``Presidents Bush and Putin``: the title in the plural holds for the second name, too."""
        if self.scan.low(run.start - 1) not in ("and", "&", ","):
            return []
        before = self.run_to.get(run.start - 1)
        if before is None:
            return []
        return [office for office in self.with_run.get(before.start, ()) if office.plural]

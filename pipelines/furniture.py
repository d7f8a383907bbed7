"""What the wire puts around a story and no one said or did: bylines, editors' notes, credit and copyright lines."""

from __future__ import annotations

import re

from pipelines.annotations import Stretch

_HEAD = re.compile(
    r"\A(?:\s*(?:"
    r"\((?:Adds|Updates|Recasts|Rewrites|Corrects|Repeats|Writes through|Refiles|Edits|Changes)\b[^)\n]{0,400}\)"
    r"|(?:Eds?|EDS|Editors?|EDITORS?)\s*:[^\n]*"
    r"|\^?(?:By|BY)\s+[^\n]{3,80}?(?:=|(?=\n)|\Z)"
    r"|(?:AP|Associated Press|Reuters|AFP)[^\n]{0,40}(?:Writers?|Correspondent)=?"
    r"|\*+[^\n]*\*+"
    r")\s*(?:\n|(?<=\))|(?<==)))+"
)
_LINE = re.compile(
    r"^[ \t]*(?:"
    r"\((?:Additional\s+|Writing and\s+)?(?:[Rr]eporting|[Ww]riting|[Ee]diting|[Cc]ompiled|[Tt]ranslat\w+)\b[^\n]*\)"
    r"|(?:Additional )?(?:[Rr]eporting|[Ww]riting|[Ee]diting) by\b[^\n]*"
    r"|(?:Associated Press|AP|Reuters|AFP) (?:[Ww]riters?|[Cc]orrespondents?|[Jj]ournalists?)\b[^\n]{0,200}contributed[^\n]*"
    r"|(?:Copyright|©|\(c\))[^\n]*"
    r"|(?:END|ENDS|---+|###|ENDIT|MORE|Enditem|-30-)\s*"
    r"|(?:Our Standards|Read more|Read the rest|Related|Photo|PHOTO|FILE PHOTO|Follow)\b[^\n]{0,120}:?[^\n]*"
    r"|[A-Z]{2}-[A-Z]{2}-\d{2}-\d{2}-\d{2} \d{4}(?:GMT|EST|EDT)"
    r")[ \t]*$",
    re.M,
)
_TAIL = re.compile(r"\((?:Additional\s+)?(?:[Rr]eporting|[Ww]riting|[Ee]diting|[Cc]ompiled) by\b[^()]{0,400}\)\s*\Z")


def find_furniture(body: str) -> tuple[Stretch, ...]:
    """Stretches of the body that are furniture, in order, never overlapping."""
    found = []
    if (head := _HEAD.match(body[:2000])) and head.end():
        found.append(Stretch(0, head.end()))
    found += [Stretch(match.start(), match.end()) for match in _LINE.finditer(body)]
    if tail := _TAIL.search(body, max(0, len(body) - 900)):
        found.append(Stretch(tail.start(), tail.end()))
    merged: list[Stretch] = []
    for stretch in sorted(found, key=lambda s: (s.start, s.end)):
        if merged and stretch.start < merged[-1].end:
            merged[-1] = Stretch(merged[-1].start, max(merged[-1].end, stretch.end))
        else:
            merged.append(stretch)
    return tuple(merged)

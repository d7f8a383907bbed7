"""A story's body cut into paragraphs, sentences and marked stretches: the first step, on which all others stand."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from pipelines.annotations import Document, Sentence, Stretch
from pipelines.marks import scan_marks
from schemas.article import Article

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_LINE_END = re.compile(r"(\S)[^\S\n]*\n(?=[^\S\n]*\S)")
_TERMINAL = frozenset(".!?…:\"'”’»)")
_NEW_LINE = re.compile(r"\s*\n\s*")

# A stop, what closes after it, white space, and what may begin a sentence.
_BOUNDARY = re.compile(r"""(?P<stop>[.!?…]+)(?P<close>['"”’»)\]]*)(?P<space>\s+)(?=(?P<next>['"“‘«„(\[`]*[^\W_]))""")
_ABBREVIATIONS = frozenset(
    # Titles and ranks, which a name follows.
    "mr mrs ms dr prof rev hon sen rep gov gen lt maj col capt cpl sgt adm cmdr brig st sr jr messrs amb pres supt msgr "
    "insp det "
    # Months and days as the wires shorten them; company forms; references.
    "jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs fri sat sun "
    "no nos vs etc approx dept est inc ltd co corp bros cf fig vol pp art sec ft mt u.s u.k u.n e.u d.c a.m p.m i.e e.g "
    "ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa tenn tex va "
    "vt wash wis wyo".split()
)
# After these a capital does not tell: they end sentences as often as they precede names.
_ENDING = frozenset("u.s u.k u.n e.u d.c a.m p.m etc inc ltd co corp jr sr".split())
_STARTERS = frozenset(
    "the a an he she it they we i in on at but and this that these those his her its their as when while after before if for "
    "by with both earlier later asked some most many one two there what who how meanwhile however".split()
)
_LAST_WORD = re.compile(r"[^\s(\[“\"‘'«„`]+\Z")


def read_document(article: Article, furniture: Sequence[Stretch] = ()) -> Document:
    """The document of an article's body. ``furniture`` (bylines, datelines, credits) is handed on as it is."""
    text = article.body
    paragraphs = cut_paragraphs(text)
    return Document(
        text=text,
        headline=article.headline or "",
        paragraphs=paragraphs,
        sentences=cut_sentences(text, paragraphs),
        marked=scan_marks(text, paragraphs),
        furniture=tuple(furniture),
    )


def cut_paragraphs(text: str) -> tuple[Stretch, ...]:
    """Paragraphs, parted by blank lines; by single line ends, too, where these are no wrapping."""
    parter = _BLANK_LINE if _BLANK_LINE.search(text.strip()) and _is_wrapped(text) else _NEW_LINE
    found: list[Stretch] = []
    at = 0
    for match in parter.finditer(text):
        _add(text, at, match.start(), found)
        at = match.end()
    _add(text, at, len(text), found)
    return tuple(found)


def _is_wrapped(text: str) -> bool:
    """Whether lines are broken at a width: then most single line ends stand inside a sentence."""
    ends = _LINE_END.findall(text)
    return sum(end in _TERMINAL for end in ends) < 0.8 * len(ends) or not ends


def _add(text: str, start: int, end: int, found: list[Stretch]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        found.append(Stretch(start, end))


def cut_sentences(text: str, paragraphs: Sequence[Stretch]) -> tuple[Sentence, ...]:
    """Sentences in order, each within one paragraph."""
    found: list[Sentence] = []
    for index, paragraph in enumerate(paragraphs):
        at = paragraph.start
        for match in _BOUNDARY.finditer(text, paragraph.start, paragraph.end):
            if match.start("space") <= at or not _ends(text, at, match):
                continue
            found.append(Sentence(at, match.start("space"), len(found), index))
            at = match.end("space")
        if at < paragraph.end:
            found.append(Sentence(at, paragraph.end, len(found), index))
    return tuple(found)


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    following = match["next"]
    first = following[-1]
    closed = match["close"]
    if closed and match["stop"] != ".":
        # "Will you come?" he asked: the sentence goes on in lower case.
        return first.isupper() or first.isdigit() or len(following) > 1
    if first.islower():
        return False
    if match["stop"] != "." or closed:
        # A mark that stands after the stop but opens a quotation belongs to what follows; white space was required before it.
        return True
    # The word before the stop, looked for within a bounded window so that the whole stays linear.
    word = _LAST_WORD.search(text[max(start, match.start() - 40) : match.start()])
    if word is None:
        return True
    plain = word.group().lower()
    if len(plain) == 1 and plain.isalpha():
        return False  # an initial: "J. Smith", and "U. S."
    if plain not in _ABBREVIATIONS and not re.fullmatch(r"(?:[a-z]\.)+[a-z]", plain):
        return True
    if plain in _ENDING or "." in plain:
        upcoming = re.match(r"[^\W\d_]+", text[match.end("space") : match.end("space") + 24])
        return bool(upcoming and upcoming.group().lower() in _STARTERS) or len(following) > 1
    return plain == "no" and not first.isdigit()


def sentence_at(document: Document, offset: int) -> Sentence | None:
    """The sentence that holds ``offset``, or the one that begins next before it; ``None`` in an empty body."""
    starts = [sentence.start for sentence in document.sentences]
    place = bisect_right(starts, offset) - 1
    return document.sentences[place] if place >= 0 else None

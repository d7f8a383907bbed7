"""Quotations between marks: their type, their speaker, who passed them on."""

from __future__ import annotations

import re

from pipelines.annotations import Entity, Marked
from pipelines.quotes.attribution import Attribution, Place, attribute, place, runs_into
from pipelines.quotes.frame import Frame
from pipelines.quotes.values import Cue, Subject
from schemas.base import Span
from schemas.quote import Channel, Quote, QuoteType, Speaker

_TITLE_LEAD = re.compile(
    r"\b(?:film|movie|book|novel|memoir|song|album|play|series|show|documentary|magazine|programme|program|entitled|titled|"
    r"headlined|nicknamed|known as|codenamed|code-named|so-called|called|dubbed|named)\s*,?\s*\Z",
    re.I,
)
_CAPITALISED = re.compile(
    r"(?:[A-Z][\w'’-]*|of|the|and|for|in|a|to|on|[0-9]+)(?:\s+(?:[A-Z][\w'’-]*|of|the|and|for|in|a|to|on|[0-9]+))*[,.]?\Z"
)
_PRONOUNS = frozenset("he she they it we i".split())


def find_marked(frame: Frame) -> list[Quote]:
    """One quote for each outer marked stretch that someone is said to have uttered."""
    found: list[Quote] = []
    previous: tuple[Marked, Attribution, Quote] | None = None
    for mark in frame.document.marked:
        if mark.depth or not frame.document.text[mark.start : mark.end].strip():
            continue
        here = place(frame, mark)
        said = attribute(frame, here)
        kind = _type(frame, here, said, previous)
        if said.subject is None:
            said = _carried(frame, here, kind, previous)
        if said.subject is None and kind == "partial":
            continue  # scare quotes: nobody is said to have uttered them
        if kind == "partial" and _is_title(frame, here, said):
            continue
        quote = _quote(frame, here, said, kind)
        found.append(quote)
        previous = (mark, said, quote)
    return found


def _type(frame: Frame, here: Place, said: Attribution, previous: tuple[Marked, Attribution, Quote] | None) -> QuoteType:
    text = frame.document.text
    first = text[here.mark.start : here.mark.start + 1]
    lead = text[here.before.start : here.before.end].strip(" ([")
    if not lead:
        stands = first.isupper() or first.isdigit() or not first.isalpha()
        words = len(text[here.mark.start : here.mark.end].split())
        return "direct" if (stands and (words > 3 or text[here.mark.end - 1] in ".,!?…")) or here.mark.continued else "partial"
    if previous is not None and here.before.start <= previous[0].outer_start < here.mark.start and previous[2].type == "direct":
        # '"We seek," Blinken said, "a stable relationship."': the second half of a parted utterance.
        between = text[previous[0].outer_end : here.mark.outer_start].strip()
        if between.endswith((",", ".", ":", "—", "–")) and said.cue is not None:
            return "direct"
    if runs_into(text, said.cue, here) or lead.endswith(":"):
        return "direct" if first.isupper() or first.isdigit() or not first.isalpha() else "partial"
    return "partial"


def _carried(frame: Frame, here: Place, kind: QuoteType, previous: tuple[Marked, Attribution, Quote] | None) -> Attribution:
    """The speaker where the sentence names none: that of the quotation before, or whom the paragraph introduces."""
    text = frame.document.text
    if kind != "direct":
        return Attribution(None, None)
    if previous is not None and previous[1].subject is not None:
        gap = text[previous[0].outer_end : here.mark.outer_start]
        same = previous[0].paragraph == here.mark.paragraph
        adjacent = here.mark.paragraph - previous[0].paragraph == 1 and len(gap) < 400
        if here.mark.continued or same or (adjacent and not _introduces(frame, here)):
            return Attribution(previous[1].subject, None, previous[1].relays, implicit=True)
    lead = _introduces(frame, here)
    if lead is not None:
        return Attribution(lead, None, implicit=True)
    following = _following(frame, here)
    if following is not None:
        return Attribution(following.subject, None, implicit=True)
    if previous is not None and previous[1].subject is not None and here.mark.paragraph - previous[0].paragraph <= 2:
        return Attribution(previous[1].subject, None, previous[1].relays, implicit=True)
    return Attribution(None, None)


def _introduces(frame: Frame, here: Place) -> Subject | None:
    """The subject of the sentence before, in the same paragraph or ending the one before with a colon."""
    text = frame.document.text
    if here.before.start == 0:
        return None
    earlier = frame.sentence(here.before.start - 1)
    paragraph = frame.document.paragraphs[here.mark.paragraph]
    if earlier.start < paragraph.start and not text[earlier.start : earlier.end].rstrip().endswith(":"):
        return None
    cues = frame.cues(earlier.start, earlier.end)
    if cues and cues[-1].subject is not None:
        return cues[-1].subject
    for mention in frame.mentions_between(earlier.start, earlier.end):
        entity = frame.people.entities[mention.entity]
        if entity.kind == "person":
            return Subject(mention.start, mention.end, entity, mention)
    return None


def _following(frame: Frame, here: Place) -> Cue | None:
    """A cue of the sentence after, in the same paragraph: the wires attribute after the first sentence of a quotation."""
    paragraph = frame.document.paragraphs[here.mark.paragraph]
    if here.mark.outer_end >= paragraph.end:
        return None
    later = frame.sentence(here.mark.outer_end + 1)
    cues = frame.cues(max(later.start, here.mark.outer_end), min(later.end, paragraph.end))
    return next((cue for cue in cues if "say" in cue.kinds), None)


def _is_title(frame: Frame, here: Place, said: Attribution) -> bool:
    """Names of works and of things, marked as such."""
    text = frame.document.text
    lead = text[here.before.start : here.before.end]
    words = text[here.mark.start : here.mark.end]
    if not _CAPITALISED.match(words):
        return False
    if said.cue is not None and said.cue.kinds & {"call"} and said.cue.end >= here.before.end - 60:
        return False
    return bool(_TITLE_LEAD.search(lead)) or (len(words.split()) >= 2 and said.cue is None)


def _quote(frame: Frame, here: Place, said: Attribution, kind: QuoteType) -> Quote:
    mark, text = here.mark, frame.document.text
    speaker_subject, relays = said.subject, list(said.relays)
    speaker = speaker_of(frame, speaker_subject, said.implicit)
    relay_names = tuple(name for cue in relays if (name := _relay_name(cue)))
    channel = channel_of(frame, here)
    entity = speaker_subject.entity if speaker_subject else None
    return Quote(
        start=mark.start,
        end=mark.end,
        text=text[mark.start : mark.end],
        type=kind,
        paragraph_continued=mark.continued,
        cue=span(text, said.cue.start, said.cue.end) if said.cue else None,
        speaker=speaker,
        relay=relay_names,
        on_behalf_of=principal_of(frame, entity),
        channel=channel,
    )


def span(text: str, start: int, end: int) -> Span:
    """A stretch of the body with its words."""
    return Span(start=start, end=end, text=text[start:end])


def _relay_name(cue: Cue) -> str | None:
    if cue.subject is None or cue.subject.entity is None:
        return None
    return cue.subject.entity.name or cue.subject.entity.text


def principal_of(frame: Frame, entity: Entity | None) -> str | None:
    """For a spokesperson's own words: whom they speak for."""
    if entity is None or not entity.spokesperson:
        return None
    if entity.speaks_for is not None:
        principal = frame.people.entities[entity.speaks_for]
        return principal.name or principal.text
    return entity.organization


def channel_of(frame: Frame, here: Place) -> Channel | None:
    """The way the words came, where the sentence around them says so."""
    text = frame.document.text
    around = text[here.before.start : here.before.end] + " \n " + text[here.after.start : here.after.end]
    for channel, pattern in frame.speech.channels:
        if pattern.search(around):
            return channel
    return None


def speaker_of(frame: Frame, subject: Subject | None, implicit: bool) -> Speaker | None:
    """The contract's speaker of a subject."""
    if subject is None:
        return None
    text = frame.document.text[subject.start : subject.end]
    entity, mention = subject.entity, subject.mention
    if entity is None:
        unnamed = re.search(r"\b(?:sources?|officials?|person|people|witness(?:es)?|diplomats?|aides?)\b", text, re.I)
        return Speaker(
            start=subject.start,
            end=subject.end,
            text=text,
            name=None,
            kind="anonymous"
            if unnamed
            else ("group" if text.lower().endswith("s") else "institution" if text[:1].isupper() else "anonymous"),
            resolved_by="implicit" if implicit else "nominal",
            confidence=0.5,
        )
    how = (
        "implicit"
        if implicit
        else "pronoun"
        if text.lower() in _PRONOUNS
        else "name"
        if mention and mention.kind == "name"
        else "nominal"
    )
    return Speaker(
        start=subject.start,
        end=subject.end,
        text=text,
        name=entity.name,
        office=entity.office,
        country_code=entity.country_code,
        organization=entity.organization,
        kind=entity.kind,
        wikidata_id=entity.wikidata_id,
        resolved_by=how,  # type: ignore[arg-type]
        confidence=round(entity.confidence * {"name": 1.0, "nominal": 0.9, "pronoun": 0.8, "implicit": 0.75}[how], 3),
    )

"""The engine: an article in, an extraction out. All linguistic steps in their order; pure but for what is loaded once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from pipelines.annotations import Document, Stretch
from pipelines.dateline import body_start, local_day, read_dateline
from pipelines.detection import detect
from pipelines.encounters import find_candidates
from pipelines.encounters.words import load_meeting_words
from pipelines.furniture import find_furniture
from pipelines.lexicon import Lexicon, load
from pipelines.lexicon.speech import load_speech
from pipelines.people import find_people
from pipelines.places import cities
from pipelines.quotes import find_quotes
from pipelines.signals import read_signal
from pipelines.text import read_document
from pipelines.triage import first_cut
from schemas.article import Article
from schemas.extraction import Detection, EngineInfo, Extraction, Signal, Skipped
from schemas.meeting import DateBasis, Meeting
from schemas.quote import Quote

ENGINE_VERSION = "0.1.0"
ENGINE_GENERATION = 1
"""Counts up with every engine whose results differ: a newer generation may rewrite the same wire version."""
_LANGUAGE_CHARACTERS = 1_500
_MIN_WORDS_TO_DOUBT = 25
_OTHER_SCRIPT = re.compile(r"[^\x00-\u024f\u2000-\u22ff]{8}")


@cache
def _languages() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@dataclass(frozen=True, slots=True)
class Engine:
    """Loads lexicon and models once; ``extract`` may then be called any number of times, from any thread."""

    lexicon: Lexicon

    @classmethod
    def load(cls) -> Engine:
        """Read and check all data. Raises ``Fatal`` when something is missing or wrong."""
        lexicon = load()
        load_speech()
        load_meeting_words()
        cities()
        return cls(lexicon)

    @property
    def info(self) -> EngineInfo:
        """What stands in every result."""
        return EngineInfo(name="parley", version=ENGINE_VERSION, model="rules+lexicon", model_version=str(ENGINE_GENERATION))

    def extract(self, article: Article, *, triage: bool = False) -> Extraction:
        """The whole analysis of one article; with ``triage`` only of what passes the first cut.

        Offsets count code points of ``article.body``; for every span ``body[start:end] == text``.
        """
        signal = read_signal(article)
        dateline = read_dateline(article.body, article.published, self.lexicon)
        skipped = _skip(article, signal)
        if skipped is not None or (triage and not first_cut(article)):
            return self._result(article, signal, Detection(is_meeting=False, score=0.0, skipped=skipped))
        start = body_start(article.body, dateline)
        furniture = list(find_furniture(article.body))
        if dateline is not None and not any(cut.start < start and dateline.start < cut.end for cut in furniture):
            furniture.insert(0, Stretch(dateline.start, start))
        document = read_document(article, sorted(furniture, key=lambda cut: cut.start))
        base = local_day(dateline, article.published)
        people = find_people(document, self.lexicon, base)
        basis: DateBasis = "dateline" if dateline is not None and dateline.date is not None else "published"
        candidates = find_candidates(document, people, self.lexicon, base, basis)
        detection, kept = detect(candidates, document, load_meeting_words())
        meetings = tuple(candidate.meeting for candidate in kept)
        quotes = find_quotes(document, people)
        return Extraction(
            uri=article.uri,
            version=article.version,
            signal=signal,
            dateline=dateline,
            detection=detection,
            meetings=meetings,
            quotes=tuple(_link(quote, meetings, document) for quote in quotes),
            engine=self.info,
        )

    def _result(self, article: Article, signal: Signal, detection: Detection) -> Extraction:
        dateline = read_dateline(article.body, article.published, self.lexicon)
        return Extraction(
            uri=article.uri,
            version=article.version,
            signal=signal,
            dateline=dateline,
            detection=detection,
            engine=self.info,
        )


def _skip(article: Article, signal: Signal) -> Skipped | None:
    if not article.body.strip():
        return "empty"
    if signal == "kill":
        return "kill"
    if article.pub_status == "withheld" and article.embargoed_until is None:
        return "withheld"
    if not _is_english(article):
        return "language"
    return "advisory" if signal == "advisory" else None


def _is_english(article: Article) -> bool:
    """By the declared language; the text overrules it only where it is long and plainly another language."""
    declared = article.language.lower().split("-")[0].split("_")[0]
    if declared not in ("en", "eng", "und", "mul"):
        return False
    words = article.body[:_LANGUAGE_CHARACTERS].split()
    if len(words) < _MIN_WORDS_TO_DOUBT and not re.search(
        r"[^\x00-\u024f\u2000-\u22ff]{8}", article.body[:_LANGUAGE_CHARACTERS]
    ):
        return True
    code, probability = _languages().classify(article.body[:_LANGUAGE_CHARACTERS])
    return bool(code == "en" or probability < 0.98)


def _link(quote: Quote, meetings: tuple[Meeting, ...], document: Document) -> Quote:
    """The meeting a quote speaks of: the one whose participant utters it, the first of several."""
    if not meetings or quote.speaker is None:
        return quote
    names = {quote.speaker.name, quote.on_behalf_of, *quote.relay} - {None}
    for index, meeting in enumerate(meetings):
        if names & {participant.name for participant in meeting.participants}:
            return quote.model_copy(update={"meeting": index})
    first = min((span.start for span in meetings[0].evidence), default=len(document.text))
    return quote.model_copy(update={"meeting": 0}) if quote.start > first and len(meetings) == 1 else quote

"""Lexical knowledge as data: states, organizations, offices, names. ``load()`` reads and checks it once."""

from pipelines.lexicon.loader import Lexicon, load
from pipelines.lexicon.types import Country, Holder, Name, Office, Organization

__all__ = ["Country", "Holder", "Lexicon", "Name", "Office", "Organization", "load"]

"""Feeds: a catalogue of sources as data, a guarded fetch, one parser, a memory of what was seen."""

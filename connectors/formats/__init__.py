"""Wire and file formats: bytes in, articles out. One function a format, registered once; ``read_items`` chooses it."""

from connectors.formats.item import Item
from connectors.formats.reading import read_items
from connectors.formats.registry import Format, Parsed, find_format, formats, register

__all__ = ["Format", "Item", "Parsed", "find_format", "formats", "read_items", "register"]

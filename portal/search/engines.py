"""Chooses the engine."""

from pathlib import Path

from portal.search.index import SearchIndex
from portal.search.whoosh_index import WhooshIndex


def open_index(folder: Path) -> SearchIndex:
    """Return the index that lives in a folder; it may still have to be built."""
    return WhooshIndex(folder)

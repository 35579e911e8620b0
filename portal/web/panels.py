"""Slots of a page that features above it fill.

A template names a slot; app.py says who fills it. So the catalogue shows matches
without knowing matching.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

Filler = Callable[[Any], str]


class Panels:
    """Who fills which slot."""

    def __init__(self) -> None:
        self._fillers: defaultdict[str, list[Filler]] = defaultdict(list)

    def register(self, slot: str, filler: Filler) -> None:
        """Let ``filler`` add to a slot; it gets what the template hands over."""
        self._fillers[slot].append(filler)

    def render(self, slot: str, thing: Any) -> Markup:
        """Return what all fillers of a slot say, in the order of registration."""
        return Markup("").join(Markup(filler(thing)) for filler in self._fillers[slot])  # noqa: S704

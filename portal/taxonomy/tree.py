"""The tree of terms as a plain value, for distances and for what financiers exclude."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TermTree:
    """The tree of terms, for distances.

    :ivar parents: the parent of each term, ``None`` at the first level.
    :ivar sectors: the sector of each term.
    :ivar tags: what financiers exclude, by term.
    """

    parents: Mapping[str, str | None]
    sectors: Mapping[str, str]
    tags: Mapping[str, frozenset[str]]

    def path(self, code: str) -> tuple[str, ...]:
        """Return the term and all above it, nearest first; empty when it is not known."""
        found: list[str] = []
        step: str | None = code if code in self.parents else None
        while step is not None:
            found.append(step)
            step = self.parents[step]
        return tuple(found)

    def tags_of(self, codes: Iterable[str]) -> frozenset[str]:
        """Return what financiers exclude of these terms and of all above them."""
        return frozenset(
            tag for code in codes for step in self.path(code) for tag in self.tags.get(step, frozenset())
        )

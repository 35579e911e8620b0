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

    def possible_tags(self, codes: Iterable[str]) -> frozenset[str]:
        """Return what financiers exclude of all that these terms could mean more closely.

        Only of terms whose every kind is tagged: whoever names no more than fossil power
        means one of the excluded kinds, and does not say which.
        """
        wanted = set(codes)
        found: set[str] = set()
        for code in wanted:
            below = [child for child, parent in self.parents.items() if parent == code]
            if below and not wanted & set(below) and all(self.tags.get(x) for x in below):
                found |= {tag for x in below for tag in self.tags[x]}
        return frozenset(found)

"""Terms that entries like a need name, where it names none itself, or beside those it names.

Where a need names no term, the entries whose texts are nearest to its own vote, in any
language. Where it names some, the entries that name the same ones vote, whatever their
texts say, so that the same need in Kazakh, Russian and English gets the same answer.
A guess never weighs as much as a term that is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from portal.taxonomy.tree import TermTree

#: So many of the nearest texts vote.
VOTERS = 60
#: What a guess weighs at most: by texts, and by the terms named together.
BY_TEXT, BY_TERMS = 0.75, 0.6
#: What an entry's first term counts in a vote, and its others.
FIRST, OTHERS = 1.0, 0.5
#: A guess with less than this of the best one's votes is none.
LEAST = 0.2


class Guess(NamedTuple):
    """A term that a need may mean.

    :ivar weight: how much it counts as wanted, 0 to 1.
    """

    term: str
    weight: float


def by_text(
    near: Mapping[int, float], terms_of: Mapping[int, Sequence[str]], sectors: Sequence[str], tree: TermTree
) -> tuple[Guess, ...]:
    """Return the terms of the entries whose texts are nearest.

    :param near: how near entries are, 0 to 1, by id; the votes are its squares.
    :param terms_of: the terms of entries by id.
    :param sectors: only terms of these count.
    """
    votes: dict[str, float] = {}
    for entry_id, nearness in near.items():
        _vote(votes, terms_of.get(entry_id, ()), nearness**2)
    return _guesses(votes, sectors, tree, BY_TEXT, named=())


def _vote(votes: dict[str, float], terms: Sequence[str], worth: float) -> None:
    for place, term in enumerate(terms):
        votes[term] = max(votes.get(term, 0.0), worth * (OTHERS if place else FIRST))


def _guesses(
    votes: Mapping[str, float], sectors: Sequence[str], tree: TermTree, most: float, named: Iterable[str]
) -> tuple[Guess, ...]:
    known = {step for term in named for step in tree.path(term)}
    counted = {x: v for x, v in votes.items() if tree.sectors.get(x) in sectors and x not in known}
    best = max(counted.values(), default=0.0)
    found = [Guess(x, round(most * v / best, 4)) for x, v in counted.items() if best and v >= LEAST * best]
    return tuple(sorted(found, key=lambda x: (-x.weight, x.term)))


class TermSets:
    """Which terms entries name together.

    :param entries: the terms of each entry, first term first.
    """

    def __init__(self, entries: Iterable[Sequence[str]], tree: TermTree) -> None:
        self._tree = tree
        self._numbers = {code: number for number, code in enumerate(sorted(tree.parents))}
        self._sets = sorted({tuple(x) for x in entries if x})
        self._steps = np.array([self._row(x) for x in self._sets], np.float32).reshape(-1, len(self._numbers))
        self._told: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[Guess, ...]] = {}

    def _row(self, terms: Sequence[str]) -> NDArray[np.float32]:
        row = np.zeros(len(self._numbers), np.float32)
        for term in terms:
            row[[self._numbers[x] for x in self._tree.path(term)]] = 1
        return row

    def beside(self, terms: Sequence[str], sectors: Sequence[str]) -> tuple[Guess, ...]:
        """Return what entries name that name these terms, or terms above and below them, too."""
        asked = (tuple(terms), tuple(sectors))
        if asked not in self._told:
            self._told[asked] = self._beside(terms, sectors)
        return self._told[asked]

    def _beside(self, terms: Sequence[str], sectors: Sequence[str]) -> tuple[Guess, ...]:
        mine = self._row(terms)
        common = self._steps @ mine
        alike = common / np.maximum(self._steps.sum(axis=1) + mine.sum() - common, 1)
        votes: dict[str, float] = {}
        for place in np.flatnonzero(alike):
            _vote(votes, self._sets[place], float(alike[place]))
        return _guesses(votes, sectors, self._tree, BY_TERMS, named=terms)

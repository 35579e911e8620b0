"""Codes as numbers and bits, so that sets compare in one step.

In every column the rows are the last axis: what is looked at together lies together.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Bits of one word of a set.
_WORD = 64
_ALL = (1 << _WORD) - 1

Bits = NDArray[np.uint64]
Floats = NDArray[np.float64]


class Codes:
    """Codes by number; what is not among them is left out of sets."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes: Sequence[str] = tuple(dict.fromkeys(codes))
        self._numbers: Mapping[str, int] = {code: number for number, code in enumerate(self.codes)}
        self.words = max(1, -(-len(self.codes) // _WORD))

    def number(self, code: str | None) -> int:
        """Return the number of a code; -1 where there is none."""
        return -1 if code is None else self._numbers.get(code, -1)

    def bits(self, codes: Iterable[str]) -> Bits:
        """Return a set of codes as bits, shape (words,)."""
        found = np.zeros((self.words, 1), np.uint64)
        self.write(found, 0, codes)
        return found[:, 0]

    def write(self, sets: Bits, row: int, codes: Iterable[str]) -> None:
        """Write a set of codes into a row of sets, shape (words, n)."""
        mask = 0
        for code in codes:
            number = self._numbers.get(code)
            if number is not None:
                mask |= 1 << number
        for word in range(self.words):
            sets[word, row] = mask >> (_WORD * word) & _ALL


class Numbering:
    """Numbers that are given to things as they come; those given stay.

    Whoever writes columns gives numbers, one at a time; whoever reads them only looks numbers up.
    """

    #: What :meth:`find` says of a thing without a number; no column holds it.
    NONE = -2

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def __len__(self) -> int:
        """Return how many numbers are given."""
        return len(self._numbers)

    def give(self, thing: Hashable) -> int:
        """Return the number of a thing, a new one if it has none yet."""
        return self._numbers.setdefault(thing, len(self._numbers))

    def find(self, thing: Hashable) -> int:
        """Return the number of a thing, :attr:`NONE` if it has none."""
        return self._numbers.get(thing, self.NONE)

    def things(self) -> list[Any]:
        """Return the things, by their numbers."""
        return list(self._numbers)

    def values(self) -> Floats:
        """Return things that are numbers themselves, and last NaN, so that -1 finds it."""
        return np.array([*self.things(), np.nan], np.float64)


def shares(one: Bits, other: Bits) -> NDArray[np.bool_]:
    """Return whether sets, shape (words, n), have anything in common with one set, shape (words,)."""
    found: NDArray[np.bool_] = (one[0] & other[0]) != 0
    for word in range(1, len(other)):
        if other[word]:
            found |= (one[word] & other[word]) != 0
    return found


def common(one: Bits, other: Bits) -> NDArray[np.int64]:
    """Return how many codes sets, shape (words, n), have in common with one set, shape (words,)."""
    found: NDArray[np.int64] = np.bitwise_count(one & other[:, None]).sum(axis=0, dtype=np.int64)
    return found


def is_empty(sets: Bits) -> NDArray[np.bool_]:
    """Return which sets, shape (words, n), have no code at all."""
    found: NDArray[np.bool_] = sets[0] == 0
    for word in sets[1:]:
        found &= word == 0
    return found

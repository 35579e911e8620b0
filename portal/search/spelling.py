"""Did you mean: the words of the index that a misspelt word is near to.

The whole vocabulary is compared (RapidFuzz, 2-4 ms for 45,000 words), which keeps no
dictionary of deletions in memory: three of those would take several hundred megabytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from rapidfuzz import process
from rapidfuzz.distance import OSA

from portal.core.i18n import Locale
from portal.search.scripts import fold
from portal.search.vocabulary import Vocabulary

#: Shorter words have too many neighbours; from the second length on two slips are allowed.
SHORTEST, LONG_ENOUGH_FOR_TWO = 3, 6
_NEARBY = 60
_ROWS = {
    "latin": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "cyrillic": ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
}
_LAYOUT = dict(zip("qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю", strict=True))
_BACK = {cyrillic: latin for latin, cyrillic in _LAYOUT.items()}
#: What slips cost; one letter for another counts 1.
_NEIGHBOUR, _SWAPPED, _FOLDED, _FIRST_LETTER, _LEFT_OUT = 0.6, 0.7, 0.2, 0.5, 0.8
#: A word ten times as common may lie so much farther away.
_COMMON = 0.25


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that may have been meant.

    :ivar cost: how far it lies from what was typed; smaller is likelier.
    """

    word: str
    locale: Locale
    cost: float


def _neighbours() -> frozenset[tuple[str, str]]:
    found = set()
    for rows in _ROWS.values():
        places = {letter: (y, x + y / 2) for y, row in enumerate(rows) for x, letter in enumerate(row)}
        for a, (ya, xa) in places.items():
            for b, (yb, xb) in places.items():
                if a != b and abs(ya - yb) <= 1 and abs(xa - xb) <= 1:
                    found.add((a, b))
    return frozenset(found)


_NEIGHBOURS = _neighbours()


class Speller:
    """Corrects words by the vocabulary of one language.

    :param vocabulary: read once; make a new speller when it has grown.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        # Taken at once: another thread may be adding words.
        words = list(vocabulary.counts)
        self._size = len(words)
        self._vocabulary = vocabulary
        self._locale = vocabulary.locale
        self._words = [word for word in words if len(word) >= SHORTEST and word.isalpha()]
        self._folded = [self._key(word) for word in self._words]
        self._counts = vocabulary.counts

    def is_up_to_date(self, vocabulary: Vocabulary) -> bool:
        """Return whether it knows this vocabulary with all its words."""
        return vocabulary is self._vocabulary and len(vocabulary.counts) == self._size

    def correct(self, word: str, most: int = 5) -> list[Correction]:
        """Return the likeliest words for a normalised one that is not in the vocabulary."""
        if len(word) < SHORTEST:
            return []
        key = self._key(word)
        slips = 2 if len(word) >= LONG_ENOUGH_FOR_TWO else 1
        near = process.extract(
            key, self._folded, scorer=OSA.distance, score_cutoff=slips, limit=_NEARBY, processor=None
        )
        found = [self._correction(word, self._words[place]) for _, _, place in near]
        found = [correction for correction in found if correction.word != word]
        return sorted(found, key=lambda x: (self._rank(x), x.word))[:most]

    def _rank(self, correction: Correction) -> float:
        return correction.cost - _COMMON * log10(self._counts.get(correction.word, 0) + 1)

    def _correction(self, typed: str, word: str) -> Correction:
        return Correction(word, self._locale, slip_cost(typed, word))

    def _key(self, word: str) -> str:
        return fold(word) if self._locale == Locale.KK else word


def slip_cost(typed: str, meant: str) -> float:
    """Return what it takes to mistype one word for another: weighted edits, swaps of neighbours."""
    above: Sequence[float] = [float(n) for n in range(len(meant) + 1)]
    before: Sequence[float] = above
    for i, a in enumerate(typed, 1):
        row = [float(i)]
        for j, b in enumerate(meant, 1):
            cost = min(above[j] + 1, row[j - 1] + _LEFT_OUT, above[j - 1] + _letter_cost(a, b))
            if i > 1 and j > 1 and a == meant[j - 2] and typed[i - 2] == b and a != b:
                cost = min(cost, before[j - 2] + _SWAPPED)
            row.append(cost)
        before, above = above, row
    return above[-1] + (_FIRST_LETTER if fold(typed[:1]) != fold(meant[:1]) else 0)


def _letter_cost(a: str, b: str) -> float:
    if a == b:
        return 0.0
    if fold(a) == fold(b):
        return _FOLDED
    return _NEIGHBOUR if (a, b) in _NEIGHBOURS else 1.0


def other_layout(word: str) -> str:
    """Return what the same keys write on the other keyboard: ``dtnth`` is «ветер»."""
    table = _LAYOUT if word[:1] in _LAYOUT else _BACK
    return "".join(table.get(letter, letter) for letter in word)

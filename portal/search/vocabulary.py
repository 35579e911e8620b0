"""The words of one language that stand in public entries, and what is looked up in them.

An engine keeps one per language: surface words with their stems and in how many entries
they stand. Spelling, prefixes, Russian-keyboard and Latin spellings and loan words are
looked up in it; each of these indexes is made when it is first needed and then grows
along. Words of entries that are not public never enter it, so no suggestion tells of one.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterable

from portal.core.i18n import Locale
from portal.search.loans import LoanIndex
from portal.search.scripts import ScriptIndex, fold

#: How many stems a prefix may stand for.
MOST_CONTINUATIONS = 64


class Vocabulary:
    """The words of one language.

    :ivar counts: in how many entries each word stands; an estimate, since what leaves the
        index is only discounted by the next rebuild.
    """

    def __init__(self, locale: Locale) -> None:
        self.locale = locale
        self.counts: dict[str, int] = {}
        self._stems: dict[str, str] = {}
        self._sorted: list[tuple[str, str]] | None = None
        self._scripts: ScriptIndex | None = None
        self._loans: LoanIndex | None = None
        self._guard = threading.RLock()

    def add(self, word: str, stem: str, count: int = 1) -> None:
        """Take in a word that stands in ``count`` more entries."""
        with self._guard:
            known = self.counts.get(word)
            self.counts[word] = (known or 0) + count
            if known is None:
                self._stems[word] = stem
                self._sorted = None
                if self._loans is not None:
                    self._loans.add(stem)
            if self._scripts is not None:
                self._scripts.add(word, count)

    def __contains__(self, word: str) -> bool:
        return word in self.counts

    def stem(self, word: str) -> str:
        """Return the stem of a word of the vocabulary.

        :raises KeyError: the word is not in it.
        """
        return self._stems[word]

    def continuations(self, prefix: str) -> tuple[list[str], bool]:
        """Return the stems of the words that begin so, commonest first, and whether some were left out."""
        key = self._key(prefix)
        ordered = self._in_order()
        counts: dict[str, int] = {}
        place = bisect_left(ordered, (key, ""))
        while place < len(ordered) and ordered[place][0].startswith(key):
            word = ordered[place][1]
            stem = self._stems[word]
            counts[stem] = counts.get(stem, 0) + self.counts[word]
            place += 1
        found = sorted(counts, key=lambda stem: (-counts[stem], stem))
        return found[:MOST_CONTINUATIONS], len(found) > MOST_CONTINUATIONS

    def unfold(self, word: str) -> Iterable[str]:
        """Return the words of the vocabulary that a word typed with Russian letters may mean."""
        return self._script_index().unfold(word)

    def cyrillic(self, word: str) -> Iterable[tuple[str, float]]:
        """Return the words that a word in Latin letters may mean, with their likeness."""
        return self._script_index().cyrillic(word)

    def loans(self, word: str) -> Iterable[tuple[str, float]]:
        """Return stems that sound like a word of another language, with their weight."""
        if self._loans is None:
            with self._guard:
                if self._loans is None:
                    self._loans = LoanIndex(dict.fromkeys(self._stems.values()))
        return self._loans.match(word)

    def _key(self, word: str) -> str:
        return fold(word) if self.locale == Locale.KK else word

    def _in_order(self) -> list[tuple[str, str]]:
        ordered = self._sorted
        if ordered is None:
            with self._guard:
                ordered = sorted((self._key(word), word) for word in self.counts)
                self._sorted = ordered
        return ordered

    def _script_index(self) -> ScriptIndex:
        if self._scripts is None:
            with self._guard:
                if self._scripts is None:
                    self._scripts = ScriptIndex(self.counts)
        return self._scripts

"""Loan words across languages: technology, технология, технологиясы.

A phonetic skeleton in Latin letters brings a word of any of the three languages to
about the same spelling; words whose skeletons are alike may be one loan word. Half of
the matches are other words that sound alike, so the weight is low: they serve to find
texts in the other languages, and are never shown as a translation.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

LEAST_LETTERS = 4
LEAST_SIMILARITY = 0.75
MOST_WEIGHT = 0.8
MOST_MATCHES = 8
#: Endings differ between languages, beginnings less: so many letters are compared alone too.
#: With eight, as first studied, one sentence in forty fewer is found among the ten best.
START = 6
#: Of words that only begin alike, those that go on alike come first.
_WHOLE = 0.15
_CACHED = 50_000

#: Sounds of Cyrillic letters: j is ж, x is ш and щ, q is ч, c is ц.
_CYRILLIC_LETTERS = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщыіэюя"
_CYRILLIC_SOUNDS = "aabvggdeejziikklmnnooprstuuufhhcqxxiieua"
_CYRILLIC = str.maketrans(_CYRILLIC_LETTERS, _CYRILLIC_SOUNDS, "ъь'")
#: Latin spellings of a sound; the longest that fits is taken.
_SPELLINGS = {
    "tion": "cia", "sion": "sia", "ssion": "sia", "tch": "q", "zh": "j", "kh": "h", "gh": "g", "ph": "f",
    "th": "t", "ch": "h", "sh": "x", "sch": "x", "ck": "k", "qu": "kv", "oo": "u", "ee": "i", "ou": "u",
    "eu": "ev", "ae": "e", "x": "ks", "w": "v", "y": "i", "q": "k", "'": "",
}  # fmt: skip
_SPELLING = re.compile("|".join(sorted(_SPELLINGS, key=len, reverse=True)) + "|c|^h|(?<=...)e$")
_SINGLE = {"c": "k", "h": "g", "e": ""}
_TIDY = re.compile(r"dj|(.)\1+")
#: English stems have lost it: irrig, ирригация.
_ACTION = re.compile(r"(?<=....)aci[aio].*")
_VOWELS = str.maketrans("", "", "aeiou")
_CLASSES = str.maketrans("pbtdkghszcjxqfvlrmn", "ppttkkkssssssfflrmn")


@lru_cache(maxsize=_CACHED)
def skeleton(word: str) -> str:
    """Return how a word sounds, in Latin letters: ``tehnologi`` for technology and технологи.

    The same for a Kazakh word and its folded form. Doubled letters count once.
    """
    if "Ѐ" <= word[:1] <= "ӿ":
        sounds = word.translate(_CYRILLIC)
    else:
        letters = unicodedata.normalize("NFD", word)
        plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
        sounds = _SPELLING.sub(_sound, plain)
    return _ACTION.sub("", _TIDY.sub(lambda match: match.group(1) or "j", sounds))


def _sound(match: re.Match[str]) -> str:
    spelling = match.group()
    if spelling in _SPELLINGS:
        return _SPELLINGS[spelling]
    soft = spelling == "c" and match.string[match.end() : match.end() + 1] in tuple("eiy")
    return "c" if soft else _SINGLE[spelling]


def _bucket(sounds: str) -> str:
    return sounds.translate(_VOWELS).translate(_CLASSES)[:2]


class LoanIndex:
    """Finds the stems of another language that sound like a word.

    :param stems: the other language's vocabulary; Kazakh stems may be folded.
    """

    def __init__(self, stems: Iterable[str]) -> None:
        self._known: set[str] = set()
        self._stems: defaultdict[str, list[str]] = defaultdict(list)
        self._wholes: defaultdict[str, list[str]] = defaultdict(list)
        self._starts: defaultdict[str, list[str]] = defaultdict(list)
        self._cached = lru_cache(maxsize=_CACHED)(self._match)
        for stem in stems:
            self.add(stem)

    def add(self, stem: str) -> None:
        """Add a stem of the other language; one with digits or under four letters is left out."""
        if len(stem) < LEAST_LETTERS or not stem.isalpha() or stem in self._known:
            return
        self._known.add(stem)
        sounds = skeleton(stem)
        bucket = _bucket(sounds)
        self._stems[bucket].append(stem)
        self._wholes[bucket].append(sounds)
        self._starts[bucket].append(sounds[:START])
        self._cached.cache_clear()

    def match(self, word: str) -> tuple[tuple[str, float], ...]:
        """Return the stems that may be the same loan word with their weights, best first.

        At most eight. The weight is 0.8 times the fourth power of the similarity: an edit
        similarity of 0.75 or more on the whole skeleton or on its start; where only the
        starts are alike, up to 15 % is taken off for what differs afterwards.

        :param word: normalised, in any of the three languages; a stem serves as well.
        """
        return self._cached(word)

    def _match(self, word: str) -> tuple[tuple[str, float], ...]:
        if len(word) < LEAST_LETTERS or not word.isalpha():
            return ()
        sounds = skeleton(word)
        bucket = _bucket(sounds)
        stems, wholes = self._stems.get(bucket, []), self._wholes.get(bucket, [])
        similar = _similar(sounds, wholes)
        for place, start in _similar(sounds[:START], self._starts.get(bucket, [])).items():
            whole = Levenshtein.normalized_similarity(sounds, wholes[place])
            similar[place] = max(similar.get(place, 0.0), start * (1 - _WHOLE + _WHOLE * whole))
        best = sorted((-similarity, stems[place]) for place, similarity in similar.items())
        return tuple((stem, MOST_WEIGHT * similarity**4) for similarity, stem in best[:MOST_MATCHES])


def _similar(sounds: str, others: Sequence[str]) -> dict[int, float]:
    """Return the places of the others that are similar enough, with their similarity."""
    found = process.extract(
        sounds,
        others,
        scorer=Levenshtein.normalized_similarity,
        score_cutoff=LEAST_SIMILARITY,
        limit=None,
    )
    return {place: similarity for _, similarity, place in found}

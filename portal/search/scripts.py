"""Kazakh words typed with Russian letters or in Latin script, and what they are.

A Russian keyboard lacks nine letters of the Kazakh alphabet, and Latin spellings are
many: three official drafts (2017 with apostrophes, 2018 with acute accents, 2021) and
what people type without any of them. Enumerating the Cyrillic readings of a Latin word
gives thousands. So both scripts are brought to one coarse key instead
(:func:`latin_key`), in which every spelling of a word meets; the words of the index
under that key are the candidates, and :func:`latin_likeness` ranks them.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import Levenshtein

#: Kazakh letters and the Russian ones that are typed for them.
_FOLD = str.maketrans("әғқңөұүһіё", "агкноуухие")
_CYRILLIC = re.compile(r"[а-яёәғқңөұүһі]+")
_LATIN = re.compile(r"[^\W\d_Ѐ-ӿ]+(?:'[^\W\d_Ѐ-ӿ]*)*")

#: The share of a word and the letters that a shorter form of it must have at least.
PREFIX_SHARE = 0.6
PREFIX_LETTERS = 4
#: Below this a Latin word is taken for another language's: see tests/search/test_scripts.py.
LEAST_LIKENESS = 0.65
MOST_UNFOLDED = 3
MOST_CYRILLIC = 5
_NOT_OFFICIAL = 0.95
_CACHED = 10_000

_CYRILLIC_LETTERS = "аәбвгғдежзийкқлмнңоөпрстуұүфхһыіэёцчшщюя"
#: The official drafts, letter for letter. 2021 leaves ц, ч, щ, ю, я open: as people write them.
_DRAFTS = (
    "a ä b v g ğ d e j z i i k q l m n ñ o ö p r s t u ū ü f h h y ı e io ts ch ş şş iu ia",
    "a á b v g ǵ d e j z ı ı k q l m n ń o ó p r s t ý u ú f h h y i e ıo ts ch sh shch ıý ıa",
    "a a' b v g g' d e j z i' i' k q l m n n' o o' p r s t y' u u' f h h y i e i'o ts c' s' s'c' i'y' i'a",
)
#: One letter for a sound: ş is sh, ç is ch, ţ is ts. Softness is not told apart.
_SOUNDS = "a a b v g g d e j z i i k q l m n n o o p r s t u u u f h h y i e io ţ ç ş ş iu ia"


def _table(spelling: str) -> dict[int, str]:
    letters = dict(zip(_CYRILLIC_LETTERS, spelling.split(), strict=True))
    return str.maketrans({**letters, "ъ": "", "ь": ""})


_OFFICIAL = tuple(_table(draft) for draft in _DRAFTS)
_CYRILLIC_SOUNDS = _table(_SOUNDS)

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("äáàâəā", "a"),
        **dict.fromkeys("ğǵĝǧ", "g"),
        **dict.fromkeys("ñńŋňņ", "n"),
        **dict.fromkeys("öóôøō", "o"),
        **dict.fromkeys("ūúüůûùwýŭ", "u"),
        **dict.fromkeys("ıïîí", "i"),
        **dict.fromkeys("éèëê", "e"),
        **dict.fromkeys("śšș", "ş"),
        **dict.fromkeys("ćč", "ç"),
        "ž": "j",
    }
)
#: Several letters for one sound, longest first; what an apostrophe of 2017 does comes with them.
_GROUPS = {
    "shch": "ş", "sch": "ş", "tsh": "tş", "dzh": "j", "ngh": "n", "sh": "ş", "ch": "ç", "zh": "j",
    "kh": "h", "gh": "g", "ng": "n", "nğ": "n", "ts": "ţ", "dj": "j",
    "s'": "ş", "c'": "ç", "y'": "u", "i'": "i", "'": "",
}  # fmt: skip
_GROUP = re.compile("|".join(sorted(map(re.escape, _GROUPS), key=len, reverse=True)))
#: Letters that stand for different sounds with different people.
_READINGS = {"x": ("h", "ks"), "c": ("ţ", "k"), "y": ("y", "u"), "ş": ("ş", "sh")}
_BETWEEN = re.compile(r"y(?=[aeiou])|(?<=[aeou])y|iy|yi")
_CLUSTER = {"ng": "n", "dj": "j", "ts": "s"}
_TIDY = re.compile(r"ng|dj|ts|i(?=[aeou])")
_DOUBLE = re.compile(r"(.)\1+")
_COARSE = str.maketrans("yqhşçţ", "ikksss")
_HARDEN = {"б": "п", "г": "к", "b": "p", "g": "k"}


def fold(word: str) -> str:
    """Return a word as a Russian keyboard writes it: ``fold("оңтүстік") == "онтустик"``."""
    return word.translate(_FOLD)


def latin_key(word: str) -> str:
    """Return the coarse common key of a word in either script.

    ``latin_key("жасыл") == latin_key("jasyl") == latin_key("zhasil")``. Of several
    readings of a Latin word it is that of the likeliest; :func:`latin_keys` has them all.
    """
    return latin_keys(word)[0]


def latin_keys(word: str) -> tuple[str, ...]:
    """Return the keys of all readings of a word, likeliest first; one for a Cyrillic word."""
    if word and word[0] >= "Ѐ":
        return (_coarse(_cyrillic_sounds(word)),)
    return tuple(dict.fromkeys(_coarse(sounds) for sounds in _latin_sounds(word)))


def latin_likeness(latin: str, cyrillic: str) -> float:
    """Return how well a Latin word spells a Kazakh one, from 0 to 1.

    1 is an exact romanisation in an official draft. All else is at most 0.95: the
    likeness of the sounds counts 0.6, that of the coarse keys 0.4.
    """
    if any(cyrillic.translate(table) == latin for table in _OFFICIAL):
        return 1.0
    spelt = _cyrillic_sounds(cyrillic)
    return _NOT_OFFICIAL * max(_likeness(sounds, spelt) for sounds in _latin_sounds(latin))


def _likeness(sounds: str, spelt: str) -> float:
    # Whoever types k for қ says nothing by it; whoever types q does.
    close = max(Levenshtein.normalized_similarity(sounds, form) for form in (spelt, spelt.replace("q", "k")))
    return 0.6 * close + 0.4 * Levenshtein.normalized_similarity(_coarse(sounds), _coarse(spelt))


def _likeness_of_start(latin: str, cyrillic: str) -> float:
    """Return how well a Latin word begins with a Kazakh one; less, the more it goes on."""
    spelt = _cyrillic_sounds(cyrillic)
    return _NOT_OFFICIAL * max(
        _likeness(sounds[: len(spelt)], spelt) * (0.7 + 0.3 * min(1.0, len(spelt) / len(sounds)))
        for sounds in _latin_sounds(latin)
    )


def _cyrillic_sounds(word: str) -> str:
    return _even(word.translate(_CYRILLIC_SOUNDS))


@lru_cache(maxsize=_CACHED)
def _latin_sounds(word: str) -> tuple[str, ...]:
    """Return the sounds of a Latin word in each of its readings, likeliest first."""
    plain = _GROUP.sub(lambda match: _GROUPS[match.group()], word.replace("ý", "u").translate(_PLAIN))
    doubtful = [letter for letter in _READINGS if letter in plain]
    readings: dict[str, None] = {}
    for chosen in product(*(_READINGS[letter] for letter in doubtful)):
        table = {ord(letter): sounds for letter, sounds in zip(doubtful, chosen, strict=True)}
        readings[_even(plain.translate(table))] = None
    return tuple(readings)


def _even(sounds: str) -> str:
    """Return sounds with й written one way: ``energiya``, ``energia``."""
    return _BETWEEN.sub("i", sounds).replace("ii", "i")


def _coarse(sounds: str) -> str:
    tidied = _TIDY.sub(lambda match: _CLUSTER.get(match.group(), ""), sounds.translate(_COARSE))
    return _DOUBLE.sub(r"\1", tidied)


class ScriptIndex:
    """Finds the real words behind words in the wrong letters or the wrong script.

    :param words: the Kazakh vocabulary with how often each word occurs, normalised.
    """

    def __init__(self, words: Mapping[str, int]) -> None:
        self._counts: dict[str, int] = {}
        self._folded: defaultdict[str, list[str]] = defaultdict(list)
        self._keyed: defaultdict[str, list[str]] = defaultdict(list)
        for word, count in words.items():
            self.add(word, count)

    def add(self, word: str, count: int) -> None:
        """Count more occurrences of a word; one that is not all Cyrillic letters is left out."""
        if not _CYRILLIC.fullmatch(word):
            return
        known = self._counts.get(word)
        self._counts[word] = (known or 0) + count
        if known is None:
            self._folded[fold(word)].append(word)
            self._keyed[latin_key(word)].append(word)

    def unfold(self, word: str) -> tuple[str, ...]:
        """Return the words that a word typed with Russian letters may be, at most three.

        The word itself comes first when it is one, then the commonest. When there is
        none, the longest shorter form stands for the word: ``онтустиктин`` is found as
        ``оңтүстік``.
        """
        folded = fold(word)
        found = self._folded.get(folded) or self._shorter(self._folded, folded)
        order = sorted(found, key=lambda other: (other != word, -self._counts[other], other))
        return tuple(order[:MOST_UNFOLDED])

    def cyrillic(self, word: str) -> tuple[tuple[str, float], ...]:
        """Return the words that a word in Latin script may be, with likeness, best first.

        At most five, none below :data:`LEAST_LIKENESS`; of equally likely ones the
        commonest first. An inflected form that is not in the vocabulary is found as its
        longest shorter form.
        """
        if not _LATIN.fullmatch(word):
            return ()
        keys = latin_keys(word)
        likeness_to = latin_likeness
        found = [other for key in keys for other in self._keyed.get(key, ())]
        if not found:
            likeness_to = _likeness_of_start
            found = [other for key in keys for other in self._shorter(self._keyed, key)]
        rated = [(likeness_to(word, other), other) for other in dict.fromkeys(found)]
        likely = [(likeness, other) for likeness, other in rated if likeness >= LEAST_LIKENESS]
        likely.sort(key=lambda item: (-item[0], -self._counts[item[1]], item[1]))
        return tuple((other, likeness) for likeness, other in likely[:MOST_CYRILLIC])

    def _shorter(self, index: Mapping[str, list[str]], whole: str) -> Sequence[str]:
        """Return the words under the longest key that begins a whole one.

        The last consonant of a stem softens before a vowel: оңтүстік, оңтүстігі.
        """
        least = max(PREFIX_LETTERS, math.ceil(PREFIX_SHARE * len(whole)))
        for length in range(len(whole) - 1, least - 1, -1):
            start = whole[:length]
            found = index.get(start) or index.get(start[:-1] + _HARDEN.get(start[-1], start[-1]))
            if found:
                return found
        return ()

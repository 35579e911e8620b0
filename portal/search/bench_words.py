"""Invents the words of three languages for measuring: as many, as long and as uneven as real ones.

Stems are made of syllables of each language and carry its endings, so that the portal's
analysis has as much to do as with real texts. How often they stand in texts follows the
law of Zipf and Mandelbrot.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from portal.core.i18n import Locale
from portal.search import analysis

#: Different words of each language.
TYPES = 60_000
#: The law of Zipf and Mandelbrot: 1 / (rank + shift).
_SHIFT = 2.7
_SHORTEST = 3
_PREFIXED = 0.25

Weights = NDArray[np.float64]


@dataclass(frozen=True)
class _Class:
    """Stems that end in certain letters, and the endings that they take, commonest first."""

    finals: tuple[str, ...]
    endings: tuple[str, ...]


@dataclass(frozen=True)
class _Language:
    """How words of a language are made up; all parts commonest first.

    :ivar stems: how many there are to be.
    :ivar front: the letters of half of the words, where vowels are in harmony.
    """

    onsets: Sequence[str]
    vowels: Sequence[str]
    codas: Sequence[str]
    prefixes: Sequence[str]
    classes: Sequence[_Class]
    stems: int
    front: Mapping[int, int] = field(default_factory=dict)


def _endings(text: str) -> tuple[str, ...]:
    return ("", *text.split())


_LANGUAGES = {
    Locale.KK: _Language(
        onsets="қ т с б ж м д а н ш р л к".split(),
        vowels="а ы о ұ".split(),
        codas=["", *"р н л й қ с з т м ш".split()],
        prefixes=("қара", "сары", "басты"),
        classes=(
            _Class(
                ("",), _endings("лар ның ға да ны сы дан мен сын сында лардың ларды ларға лары сынан сыз лық")
            ),
            _Class(
                ("р", "й"),
                _endings("лар дың ға да ды ы дан мен ын ында лардың ларды ларға лары ынан сыз лық"),
            ),
            _Class(
                ("қ", "т", "с", "ш"),
                _endings("тар тың қа та ты тан пен тардың тарды тарға тары сыз тық"),
            ),
        ),
        stems=15_000,
        front=str.maketrans("аыоұқғ", "еіөүкг"),
    ),
    Locale.RU: _Language(
        onsets="с п т к в н р м д ст л г б з пр тр ш ч кр".split(),
        vowels="о а е и у ы я".split(),
        codas=["", *"р н л с т в м к ст й д".split()],
        prefixes=("пере", "при", "раз", "под", "вос", "сверх"),
        classes=(
            _Class(("т", "р", "н", "д", "з"), _endings("а у ом е ы ов ам ами ах")),
            _Class(("к", "ш", "ч"), tuple("а и е у ой ам ами ах".split())),
            _Class(("н", "в", "ск"), tuple("ый ого ая ых ой ые ом ому ую ым ое ыми".split())),
            _Class(("ов", "ир", "ар"), tuple("ать ает ают ал али ание ания анию ано".split())),
        ),
        stems=18_000,
    ),
    Locale.EN: _Language(
        onsets="s t r c p m d b l f st w g h tr pl gr n pr v ch sh".split(),
        vowels="e a i o u ea".split(),
        codas=["", *"n r t l s m nd ct d p ck".split()],
        prefixes=("inter", "over", "con", "trans", "under", "multi"),
        classes=(
            _Class(("n", "t", "d", "r", "m", "p"), _endings("s ed ing er ers")),
            _Class(("iz", "at", "at"), tuple("e es ed ing ion ions".split())),
            _Class(("al", "ic", "ous", "ive"), _endings("ly ness")),
        ),
        stems=34_000,
    ),
}


@dataclass(frozen=True)
class Lexicon:
    """The words of one language.

    :ivar words: all different, each one word to the analysis.
    :ivar shares: how often each stands in texts; adds up to 1.
    :ivar stems: the number of the stem of each.
    :ivar forms: how often a word is the form in which its stem stands.
    """

    words: Sequence[str]
    shares: Weights
    stems: NDArray[np.int32]
    forms: Weights

    def about(self, topic: Sequence[int]) -> Weights:
        """Return how often the words stand in texts about a topic; other words are common there.

        :param topic: numbers that name it.
        """
        order = np.random.default_rng(topic).permutation(int(self.stems.max()) + 1)
        return _even(_zipf(len(order))[order][self.stems] * self.forms)


def invent(locale: Locale, seed: int, types: int = TYPES) -> Lexicon:
    """Return the words of a language, the same for the same seed.

    :param types: how many.
    """
    language = _LANGUAGES[locale]
    rng = random.Random(f"{locale} {seed}")  # noqa: S311
    count = language.stems * types // TYPES
    ranks = _zipf(count)
    # Common words are short.
    stems = sorted(islice(_stems(language, rng), count), key=lambda x: len(x[0]) + 6 * rng.random())
    found: dict[str, tuple[int, float]] = {}
    for number, (stem, endings) in enumerate(stems):
        for place, ending in enumerate(endings):
            word = stem + ending
            if len(word) >= _SHORTEST and word not in analysis.STOP_WORDS[locale]:
                found.setdefault(word, (number, 1 / (place + 1)))
    likely = sorted(found, key=lambda word: -ranks[found[word][0]] * found[word][1])[:types]
    numbers = np.array([found[word][0] for word in likely], np.int32)
    forms = np.array([found[word][1] for word in likely])
    return Lexicon(likely, _even(ranks[numbers] * forms), numbers, forms)


def _zipf(count: int) -> Weights:
    weights: Weights = 1 / (np.arange(count) + 1 + _SHIFT)
    return weights


def _even(weights: Weights) -> Weights:
    shares: Weights = weights / weights.sum()
    return shares


def _stems(language: _Language, rng: random.Random) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield different stems with their endings."""
    seen: set[str] = set()
    while True:
        kind = rng.choice(language.classes)
        letters = [rng.choice(language.prefixes)] if rng.random() < _PREFIXED else []
        letters += [_syllable(language, rng) for _ in range(rng.choice((0, 1, 1, 2)))]
        letters += [_common(language.onsets, rng), _common(language.vowels, rng), rng.choice(kind.finals)]
        stem, endings = "".join(letters), kind.endings
        if language.front and rng.random() < 0.5:
            stem = stem.translate(language.front)
            endings = tuple(ending.translate(language.front) for ending in endings)
        if stem not in seen:
            seen.add(stem)
            yield stem, endings


def _syllable(language: _Language, rng: random.Random) -> str:
    parts = (language.onsets, language.vowels, language.codas)
    return "".join(_common(part, rng) for part in parts)


def _common(parts: Sequence[str], rng: random.Random) -> str:
    """Return one of the parts, the first ones more often."""
    return parts[int(len(parts) * rng.random() ** 2)]

"""A light stemmer for Kazakh: strips endings from right to left.

Kazakh nouns take their endings in a fixed order: plural, possessive, case, predicate.
Each layer is stripped at most once, longest ending first, and never below three
letters. The last consonant is evened out (б-п, г-к, ғ-қ) because it softens before a
vowel: кітап, кітабы. The stem need not be a word; it needs to be the same for all
forms of one.
"""

from functools import lru_cache

_PREDICATE = ("мыз", "міз", "сыз", "сіз", "мын", "мін", "пын", "пін", "бын", "бін")
_CASE = (
    "ндағы", "ндегі", "дағы", "дегі", "тағы", "тегі",
    "ның", "нің", "дың", "дің", "тың", "тің",
    "нда", "нде", "нан", "нен", "дан", "ден", "тан", "тен",
    "мен", "бен", "пен", "ға", "ге", "қа", "ке", "на", "не",
    "да", "де", "та", "те", "ны", "ні", "ды", "ді", "ты", "ті",
)  # fmt: skip
_POSSESSIVE = (
    "ымыз", "іміз", "ыңыз", "іңіз", "лары", "лері", "дары", "дері", "тары", "тері",
    "сы", "сі", "ым", "ім", "ың", "ің", "ын", "ін", "сын", "сін", "ы", "і",
)  # fmt: skip
_PLURAL = ("лар", "лер", "дар", "дер", "тар", "тер")
_LAYERS = (_PREDICATE, _CASE, _POSSESSIVE, _PLURAL)
_ORDERED = tuple(tuple(sorted(layer, key=len, reverse=True)) for layer in _LAYERS)
_HARDEN = {"б": "п", "г": "к", "ғ": "қ"}
_VOWELS = frozenset("аәеиоөуұүыіэюяё")
SHORTEST = 3


def _strip(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        rest = word[: -len(ending)]
        if len(rest) >= SHORTEST and word.endswith(ending) and _VOWELS & set(rest):
            return rest
    return word


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the stem of a lower-case Kazakh word.

    ``stem("энергиясының") == stem("энергия")``.
    """
    for layer in _ORDERED:
        word = _strip(word, layer)
    return word[:-1] + _HARDEN.get(word[-1], word[-1]) if len(word) >= SHORTEST else word

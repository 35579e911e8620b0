"""The stems the stemmer knows, and the words it can tell are derived from them.

Everything is held as keys: the last sound of a stem changes before vowels (кітап,
кітабы) and in loans before consonants, so stems are compared without that.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from portal.search.kazakh_endings import (
    ANY,
    BUZZING,
    CONSONANT,
    GLIDE,
    LIQUID,
    NASAL,
    VOICED,
    VOICELESS,
    VOWEL,
    PartOfSpeech,
)

NOUN, VERB = PartOfSpeech.NOUN, PartOfSpeech.VERB

_VOWELS = frozenset("аәеёиоөуұүыіэюя")
_HARDEN = {"б": "п", "г": "к", "ғ": "қ"}

# The vowel of the last syllable drops before a vowel: орын, орны.
_ELIDED = (
    "орын ерін мойын мұрын қарын қойын ауыз халық көңіл қауіп ғұрып әріп мүлік парық нарық ерік көрік "
    "бөрік құлық қалып кейіп дауыс айып"
).split()


def key(stem: str) -> str:
    """Return what all spellings of a stem share.

    Voiced stops at the end harden, a soft sign falls, a double consonant counts once
    (процесс, процесі), and so does the і that loans in -кт take (объект, объектісі).
    """
    if (len(stem) > 1 and stem[-1] in "ьъ") or (len(stem) > 4 and stem.endswith("кті")):
        stem = stem[:-1]
    last = stem[-1:]
    if len(stem) > 4 and last == stem[-2] and last not in _VOWELS:
        stem = stem[:-1]
    return stem[:-1] + _HARDEN[last] if last in _HARDEN else stem


def _words(name: str) -> Iterator[str]:
    for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield from line.split()


def _elide(word: str) -> str:
    return key(word[:-2] + word[-1])


#: Per part of speech: the key of every spelling of a stem -> the key of the stem.
STEMS: dict[PartOfSpeech, dict[str, str]] = {
    NOUN: {key(word): key(word) for word in _words("kazakh_nouns.txt")}
    | {_elide(word): key(word) for word in _ELIDED}
    # Four verbs take personal endings without a participle: отырмын, жатырсың.
    | {"отыр": "отыр", "тұр": "тұр", "жүр": "жүр", "жатыр": "жат"},
    VERB: {key(word): key(word) for word in _words("kazakh_verbs.txt")}
    | {_elide(word): word for word in ("қорық", "ұрыс")},
}


class Suffix(NamedTuple):
    """What a suffix that makes new words is added to."""

    base: PartOfSpeech
    after: frozenset[str]


def _suffixes(*rows: tuple[str, PartOfSpeech, frozenset[str]]) -> dict[str, Suffix]:
    return {suffix: Suffix(base, after) for suffixes, base, after in rows for suffix in suffixes.split()}


_OPEN = VOWEL | GLIDE
_RINGING = LIQUID | NASAL | BUZZING

# Suffixes whose words keep a key of their own, by the part of speech they make.
_DERIVING: dict[PartOfSpeech, dict[str, Suffix]] = {
    NOUN: _suffixes(
        ("лы лі лық лік", NOUN, _OPEN),
        ("дық дік", NOUN, _RINGING),
        ("тық тік", NOUN, VOICELESS),
        ("шы ші сыз сіз шылық шілік шыл шіл хана паз гер кер нама жай аралық", NOUN, ANY),
        ("ушы уші", VERB, ANY),
        ("ғыш гіш", VERB, VOICED),
        ("қыш кіш", VERB, VOICELESS),
        ("ныс ніс лыс ліс лым лім", VERB, VOWEL),
        ("ыс іс ыныс ініс ылыс іліс ылым ілім", VERB, CONSONANT),
    ),
    VERB: _suffixes(
        ("ла ле лас лес лат лет ландыр лендір ластыр лестір", NOUN, _OPEN),
        ("дандыр дендір дастыр дестір", NOUN, _RINGING),
        ("тандыр тендір тастыр тестір", NOUN, VOICELESS),
        ("т", VERB, VOWEL | GLIDE | LIQUID),
        ("дыр дір ғыз гіз", VERB, VOICED),
        ("тыр тір қыз кіз", VERB, VOICELESS),
        ("с стыр стір", VERB, VOWEL),
        ("ыс іс ыстыр істір", VERB, CONSONANT),
    ),
}
# These look like endings (possessive, negation, locative): any known stem is better.
_WEAK: dict[PartOfSpeech, dict[str, Suffix]] = {
    NOUN: _suffixes(
        ("ғы гі", NOUN, VOICED),
        ("қы кі", NOUN, VOICELESS),
        ("лас лес", NOUN, _OPEN),
        ("дас дес", NOUN, _RINGING),
        ("тас тес", NOUN, VOICELESS),
        ("ма ме ба бе па пе", VERB, ANY),
    ),
    VERB: _suffixes(
        ("да де дас дес", NOUN, _RINGING),
        ("та те тас тес", NOUN, VOICELESS),
    ),
}
# These look like the accusative: they count only inside a longer derived word.
_INNER = _suffixes(("ды ді", NOUN, _RINGING), ("ты ті", NOUN, VOICELESS))
_DEEPEST = 3
_LONGEST_SUFFIX = 6


def is_derived(word: str, part: PartOfSpeech, depth: int = 0) -> bool:
    """Tell whether a key is a known stem with a suffix that makes new words."""
    deriving = _DERIVING[part]
    for start in range(max(2, len(word) - _LONGEST_SUFFIX), len(word)):
        suffix = deriving.get(word[start:]) or (_INNER.get(word[start:]) if depth else None)
        if suffix and word[start - 1] in suffix.after and _is_base(word, start, suffix.base, depth + 1):
            return True
    return False


def is_weakly_derived(word: str, part: PartOfSpeech) -> bool:
    """Tell the same of suffixes that are easily mistaken for endings."""
    weak = _WEAK[part]
    for start in range(max(2, len(word) - 3), len(word) - 1):
        suffix = weak.get(word[start:])
        if suffix and word[start - 1] in suffix.after and key(word[:start]) in STEMS[suffix.base]:
            return True
    return False


def _is_base(word: str, end: int, part: PartOfSpeech, depth: int) -> bool:
    base, known = key(word[:end]), STEMS[part]
    if base in known:
        return True
    # The -у of an agent noun swallowed the last vowel: оқушы from оқы.
    if word[end] == "у" and (word[:end] + "ы" in known or word[:end] + "і" in known):
        return True
    return depth < _DEEPEST and is_derived(base, part, depth)

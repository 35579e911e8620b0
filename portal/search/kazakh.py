"""A stemmer for Kazakh: all analyses of a word, then the best of them.

Endings are read from right to left (:mod:`portal.search.kazakh_endings`); every place
where a stem may begin to the left of them gives one analysis. An analysis whose stem is
known, with the right part of speech, beats one whose stem is not, and among those the
longest stem wins (:mod:`portal.search.kazakh_lexicon`). Without a known stem the endings
decide: each is trusted as far as it is hard to mistake for the end of a stem.

The result is a key, not a word: it need only be the same for all forms of one word.
The passive is stripped; causative, reciprocal and the suffixes that make new nouns
(-лық, -шы, -лы, -сыз) are kept. A noun and a verb that look alike share a key.
"""

from collections.abc import Iterator
from functools import lru_cache

from portal.search.kazakh_endings import MOVES, STEMS, PartOfSpeech, State
from portal.search.kazakh_lexicon import STEMS as KNOWN
from portal.search.kazakh_lexicon import is_derived, is_weakly_derived, key

#: A longer word is junk (a formula, a link); it is its own key.
LONGEST = 48
_LONGEST_ENDING = {state: max(map(len, table), default=0) for state, table in MOVES.items()}

_ALPHABET = frozenset("аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя")
_VOWELS = frozenset("аәеёиоөуұүыіэюя")

# Pairs of consonants that a stem may end in. A stem that would end in others has lost its
# vowel to a possessive: халқ, орн.
_CLUSTERS = frozenset(
    [sonorant + last for sonorant in "йрлнм" for last in "бвгджзкмнпстфхцч"]
    + "рқ лқ нқ йқ рш лш нш йш йр йл қс кс пс тс ст қт кт пт фт шт ск сп см зм хт".split()
    + "тр др фр кр гр пр кл бл пл тл гн".split()
)
_PENALTY_BY_LENGTH = {1: -20.0, 2: -4.0, 3: -1.0}

# What an analysis weighs, besides its endings: first by what is known of the stem.
_KNOWN, _DERIVED, _WEAKLY_DERIVED = 50.0, 47.0, 37.0
_PER_LETTER = 2.0
_IMPOSSIBLE = -1000.0

# Oblique pronouns and the copula, which no rule derives, and forms of the commonest verbs
# that look like those of rarer nouns (болат, steel).
_IRREGULAR = {
    form: stem
    for stem, forms in {
        "мен": "менің мені маған менде менен менімен",
        "сен": "сенің сені саған сенде сенен сенімен",
        "ол": "оның оны оған онда одан онымен олардың оларды оларға оларда олардан олармен олар",
        "бұл": "бұның бұны бұған бұнда бұдан бұнымен мұның мұны мұнда мұнан мұнымен",
        "сол": "соның соны соған сонда содан сонымен",
        "осы": "осының осыны осыған осында осыдан осымен",
        "е": "еді едім едің едік едіңіз екен екенін екені екендігін екендігі екенмін екенсің",
        "ал": "алды алып",
        "қал": "қалып",
        "бол": "болатын болатыны болатынын",
    }.items()
    for form in forms.split()
}


def stem(word: str) -> str:
    """Return the key that all forms of a lower-case Kazakh word share.

    ``stem("энергиясының") == stem("энергия")``. A word that holds anything but Kazakh
    letters, or one letter only, is returned as it is.
    """
    return word if len(word) > LONGEST else _stem(word)


def knows(word: str) -> bool:
    """Return whether a lower-case word is a form of a stem in the lexicon."""
    found = stem(word)
    return any(found in known for known in KNOWN.values())


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    if len(word) < 2 or not _ALPHABET.issuperset(word):
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return max(_keys(word))[1]


def _keys(word: str) -> Iterator[tuple[float, str]]:
    """Yield each analysis as its weight and the key of its stem."""
    for (length, restored, part), trust in _analyses(word).items():
        candidate = key(word[:length] + restored)
        known = KNOWN[part].get(candidate)
        if known is not None:
            yield _KNOWN + _PER_LETTER * len(candidate) + trust, known
        elif is_derived(candidate, part):
            yield _DERIVED + _PER_LETTER * len(candidate) + trust, candidate
        elif is_weakly_derived(candidate, part):
            yield _WEAKLY_DERIVED + _PER_LETTER * len(candidate) + trust, candidate
        else:
            yield trust + _likeness(word, length, candidate), candidate


def _analyses(word: str) -> dict[tuple[int, str, PartOfSpeech], float]:
    """Return each split of a word (stem length, letters to restore, part of speech) with its trust."""
    found: dict[tuple[int, str, PartOfSpeech], float] = {}
    pending = [(State.END, len(word), "", 0.0)]
    while pending:
        state, end, restored, trust = pending.pop()
        for part, stem_trust in STEMS[state]:
            split = (end, restored, part)
            if trust + stem_trust > found.get(split, _IMPOSSIBLE):
                found[split] = trust + stem_trust
        moves, longest = MOVES[state], _LONGEST_ENDING[state]
        for start in range(max(1, end - longest), end):
            for before, to, ending_trust, restore in moves.get(word[start:end], ()):
                last = word[start - 1]
                if (word[start - 2] if last == "ь" else last) in before:
                    pending.append((to, start, restore, trust + ending_trust))
    return found


def _likeness(word: str, length: int, candidate: str) -> float:
    """Say how much an unknown stem looks like one (0 or less)."""
    if not _VOWELS & set(candidate):
        return -30.0
    weight = _PENALTY_BY_LENGTH.get(len(candidate), 0.0)
    last, following = word[length - 1], word[length : length + 1]
    # A stem's к and қ soften before a vowel, and ғ is never last but there.
    if last in "кқ" and word[length - 2] in _VOWELS and following in _VOWELS:
        weight -= 6.0
    if last == "ғ" and following not in _VOWELS:
        weight -= 6.0
    pair = candidate[-2:]
    if not _VOWELS & set(pair) and pair not in _CLUSTERS:
        weight -= 3.0
    return weight

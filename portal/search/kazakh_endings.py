"""The endings of Kazakh, layer by layer, as moves of an automaton that reads backwards.

A :class:`State` says what has been read so far, that is what stands to the right; its
moves say which endings may stand next to the left, after which sounds, and where they
lead. A word has as many analyses as there are paths from :attr:`State.END` to a state
in which a stem may stand.

Endings are written as templates: ``A`` is а or е, ``I`` ы or і, ``G`` ғ or г, ``K`` қ
or к. Harmony with the stem is not checked: loans break it, and it was seen to bring
next to nothing.
"""

from collections.abc import Iterator
from enum import IntEnum, StrEnum
from typing import NamedTuple


class PartOfSpeech(StrEnum):
    """What a stem is: nouns stand for everything that declines."""

    NOUN = "noun"
    VERB = "verb"


class State(IntEnum):
    """What stands to the right of the part that is still to be read."""

    END = 0
    CASED = 1  # nothing, or a predicative ending
    AFTER_CASE = 2  # a case ending that does not follow the third-person possessive
    AFTER_ANY_CASE = 3  # the genitive or instrumental, the same after every possessive
    THIRD = 4  # a case ending that follows only the third-person possessive
    FIRST_SECOND = 5  # the dative -а, -е, which follows only -м and -ң
    POSSESSED = 6  # a possessive
    PLURAL = 7  # a plural
    VERB = 8  # an ending of a verb
    POSITIVE = 9  # an ending that already holds a negation, or the negation
    ACTIVE = 10  # the passive
    PRESENT = 11  # an ending that follows the converb in -а, -е, -й
    PERFECT = 12  # an ending that follows the converb in -ып, -іп, -п
    ROOT = 13  # an ending that swallowed the last letters of a verb


class Move(NamedTuple):
    """One ending: what may stand before it, where it leads, how far to trust it.

    ``trust`` weighs the reading when the stem is in no lexicon. ``restore`` holds letters
    that the ending swallowed: the -у of оқу swallows the ы of оқы.
    """

    before: frozenset[str]
    to: State
    trust: float
    restore: str = ""


# Classes of the final sound. Loans in б в г д count as voiceless; и and у are glides.
VOWEL = frozenset("аәеоөұүыіэёяю")
GLIDE = frozenset("руийю")
LIQUID = frozenset("л")
NASAL = frozenset("мнң")
BUZZING = frozenset("зж")
VOICELESS = frozenset("пткқсшщчхфцһбвгғд")
CONSONANT = GLIDE | LIQUID | NASAL | BUZZING | VOICELESS
VOICED = VOWEL | GLIDE | LIQUID | NASAL | BUZZING
ANY = VOICED | VOICELESS

_BACK = str.maketrans("AIGK", "аығқ")
_FRONT = str.maketrans("AIGK", "еігк")

_Table = dict[str, list[Move]]
# Templates, then the fields of a Move.
_Row = tuple[str, frozenset[str], State, float] | tuple[str, frozenset[str], State, float, str]


def _spell(templates: str) -> Iterator[str]:
    for template in templates.split():
        back, front = template.translate(_BACK), template.translate(_FRONT)
        yield back
        if front != back:
            yield front


def _moves(*rows: _Row) -> _Table:
    table: _Table = {}
    for row in rows:
        for ending in _spell(row[0]):
            table.setdefault(ending, []).append(Move(*row[1:]))
    return table


def _merged(*tables: _Table) -> _Table:
    merged: _Table = {}
    for table in tables:
        for ending, moves in table.items():
            merged.setdefault(ending, []).extend(moves)
    return merged


_PASSIVE = _moves(
    ("Iл", CONSONANT, State.ACTIVE, 0.5),
    ("л", VOWEL, State.ACTIVE, 0.0),
    ("Iн", CONSONANT, State.ACTIVE, -1.0),
    ("н", VOWEL, State.ACTIVE, -1.0),
)
# A bare passive or negative stem is an imperative: rare, and it looks like -дан, -лан.
_IMPERATIVE = _moves(
    ("Iл", CONSONANT, State.ACTIVE, -2.0),
    ("л", VOWEL, State.ACTIVE, -5.0),
    ("Iн н", ANY, State.ACTIVE, -5.0),
    ("мA", VOWEL | GLIDE | LIQUID, State.POSITIVE, -6.0),
    ("бA", NASAL | BUZZING, State.POSITIVE, -6.0),
    ("пA", VOICELESS, State.POSITIVE, -6.0),
)
_NEGATION = _moves(
    ("мA", VOWEL | GLIDE | LIQUID, State.POSITIVE, 1.0),
    ("бA", NASAL | BUZZING, State.POSITIVE, 1.0),
    ("пA", VOICELESS, State.POSITIVE, 1.0),
)
_CONVERB_A = _moves(
    ("A", CONSONANT, State.VERB, 0.0),
    ("й", VOWEL, State.VERB, 0.0),
    ("и", CONSONANT, State.ROOT, 0.0, "ы"),
    ("и", CONSONANT, State.ROOT, 0.0, "і"),
    ("я", VOWEL, State.ROOT, 0.0, "й"),
    ("я", frozenset("и"), State.VERB, -4.0),
)
_CONVERB_P = _moves(
    ("Iп", CONSONANT, State.VERB, 2.0),
    ("п", VOWEL, State.VERB, 1.5),
    # тап - тауып: the stem's own п turned into у.
    ("уIп", VOWEL, State.ROOT, -2.0, "п"),
)

# The forms of a verb that decline.
_PARTICIPLES = _moves(
    ("GAн", VOICED, State.VERB, 3.0),
    ("KAн", VOICELESS, State.VERB, 3.0),
    ("GAндIK", VOICED, State.VERB, 4.0),
    ("KAндIK", VOICELESS, State.VERB, 4.0),
    ("тIн тIндIK", ANY, State.PRESENT, 2.5),
    ("мAK", VOWEL | GLIDE | LIQUID, State.VERB, 0.0),
    ("бAK", NASAL | BUZZING, State.VERB, 0.0),
    ("пAK", VOICELESS, State.VERB, 0.0),
    ("мAс", VOWEL | GLIDE | LIQUID, State.POSITIVE, -1.0),
    ("бAс", NASAL | BUZZING, State.POSITIVE, -1.0),
    ("пAс", VOICELESS, State.POSITIVE, -1.0),
    ("Aр", CONSONANT, State.VERB, -3.0),
    ("р", VOWEL, State.VERB, -3.0),
    ("яр", VOWEL, State.ROOT, -3.0, "й"),
    ("у", CONSONANT | frozenset("аәе"), State.VERB, 1.5),
    ("у", CONSONANT, State.ROOT, 0.0, "ы"),
    ("у", CONSONANT, State.ROOT, 0.0, "і"),
    ("ю", VOWEL, State.ROOT, 1.5, "й"),
    ("ю", frozenset("и"), State.VERB, 1.5),
    ("ю", VOWEL, State.ROOT, 0.0, "йы"),
    ("ю", VOWEL, State.ROOT, 0.0, "йі"),
    # айтқым келеді: the wish takes a possessive.
    ("GI", VOICED, State.VERB, -5.0),
    ("KI", VOICELESS, State.VERB, -5.0),
)

_FINITE = _moves(
    ("дI дIм дIң дIңIз дIK дIңдAр дIңIздAр", VOICED, State.VERB, 1.0),
    ("тI тIм тIң тIңIз тIK тIңдAр тIңIздAр", VOICELESS, State.VERB, 1.0),
    ("сA", ANY, State.VERB, -0.5),
    ("сAм сAң сAңIз сAK сAңдAр сAңIздAр", ANY, State.VERB, 1.0),
    ("дI", ANY, State.PRESENT, 3.5),
    ("мIз", ANY, State.PRESENT, 4.0),
    ("мIн сIң сIз сIңдAр сIздAр", ANY, State.PRESENT, 1.0),
    ("м", ANY, State.PRESENT, -3.0),
    ("тI пIн пIз", ANY, State.PERFECT, 1.5),
    ("сIң сIз сIңдAр", ANY, State.PERFECT, 0.5),
    # Imperative and optative.
    ("сIн сIншI", ANY, State.VERB, 0.0),
    ("AйIK AйIн AйIKшI AйIншI", CONSONANT, State.VERB, 1.5),
    ("йIK йIн йIKшI йIншI", VOWEL, State.VERB, 1.5),
    ("яйық яйын", VOWEL, State.ROOT, 1.5, "й"),
    ("ң", VOWEL, State.VERB, -3.0),
    ("Iң", CONSONANT, State.VERB, -2.0),
    ("ңIз ңIздAр ңдAр ңIзшI", VOWEL, State.VERB, 0.5),
    ("IңIз IңIздAр IңдAр IңIзшI", CONSONANT, State.VERB, 4.0),
    ("шI", ANY, State.VERB, -4.0),
    ("GAй", VOICED, State.VERB, -2.0),
    ("KAй", VOICELESS, State.VERB, -2.0),
    # Converbs.
    ("A", CONSONANT, State.VERB, -4.0),
    ("й", VOWEL, State.VERB, -3.0),
    ("и", CONSONANT, State.ROOT, -3.0, "ы"),
    ("и", CONSONANT, State.ROOT, -3.0, "і"),
    ("я", VOWEL, State.ROOT, -3.0, "й"),
    ("я", frozenset("и"), State.VERB, -3.0),
    ("йIншA", VOWEL, State.VERB, 3.0),
    ("GAлI", VOICED, State.VERB, 1.5),
    ("KAлI", VOICELESS, State.VERB, 1.5),
)

_LOCAL_ADJECTIVE = _moves(
    ("дAGI", VOICED, State.AFTER_CASE, 4.0),
    ("тAGI", VOICELESS, State.AFTER_CASE, 4.0),
    ("ндAGI", VOWEL, State.THIRD, 4.5),
)
_PLURAL = _moves(
    ("лAр", VOWEL | GLIDE, State.PLURAL, 4.0),
    ("дAр", LIQUID | NASAL | BUZZING, State.PLURAL, 4.0),
    ("тAр", VOICELESS, State.PLURAL, 4.0),
)
_FIRST_SECOND = _moves(
    ("м", VOWEL, State.POSSESSED, -3.0),
    ("ң", VOWEL, State.POSSESSED, -3.0),
    ("Iм", CONSONANT, State.POSSESSED, -2.0),
    ("Iң", CONSONANT, State.POSSESSED, -1.5),
    ("мIз ңIз", VOWEL, State.POSSESSED, 1.0),
    ("IмIз IңIз", CONSONANT, State.POSSESSED, 1.5),
)
_THIRD = _moves(
    ("I", CONSONANT, State.POSSESSED, 0.8),
    ("сI", VOWEL, State.POSSESSED, 2.0),
)
_SINGULAR_FIRST_SECOND = _moves(
    ("м ң", VOWEL, State.POSSESSED, -1.0),
    ("Iм Iң", CONSONANT, State.POSSESSED, 0.0),
)
_CASES = _moves(
    # Genitive and instrumental: the same after every possessive.
    ("нIң", VOWEL | NASAL, State.AFTER_ANY_CASE, 4.0),
    ("дIң", GLIDE | LIQUID | BUZZING, State.AFTER_ANY_CASE, 4.0),
    ("тIң", VOICELESS, State.AFTER_ANY_CASE, 4.0),
    ("мен менен", VOWEL | GLIDE | LIQUID | NASAL, State.AFTER_ANY_CASE, 2.0),
    ("бен бенен", BUZZING, State.AFTER_ANY_CASE, 2.0),
    ("пен пенен", VOICELESS, State.AFTER_ANY_CASE, 2.0),
    ("нікі", VOWEL | NASAL, State.AFTER_ANY_CASE, 4.0),
    ("дікі", GLIDE | LIQUID | BUZZING, State.AFTER_ANY_CASE, 4.0),
    ("тікі", VOICELESS, State.AFTER_ANY_CASE, 4.0),
    # After a stem, a plural, or -мыз and -ңыз; locative and ablative also after -м and -ң.
    ("нI", VOWEL, State.AFTER_CASE, 1.5),
    ("дI", GLIDE | LIQUID | NASAL | BUZZING, State.AFTER_CASE, 2.0),
    ("тI", VOICELESS, State.AFTER_CASE, 2.0),
    ("GA", VOICED, State.AFTER_CASE, 2.0),
    ("KA", VOICELESS, State.AFTER_CASE, 2.0),
    ("дA", VOICED, State.AFTER_CASE, 1.5),
    ("тA", VOICELESS, State.AFTER_CASE, 1.5),
    ("дAн", VOWEL | GLIDE | LIQUID | BUZZING, State.AFTER_CASE, 2.5),
    ("нAн", NASAL, State.AFTER_CASE, 2.5),
    ("тAн", VOICELESS, State.AFTER_CASE, 2.5),
    ("дAй", VOICED, State.AFTER_CASE, -0.5),
    ("тAй", VOICELESS, State.AFTER_CASE, -0.5),
    ("шA", ANY, State.AFTER_CASE, -1.0),
    # After the third-person possessive.
    ("н", VOWEL, State.THIRD, 1.0),
    ("нA", VOWEL, State.THIRD, 2.0),
    ("ндA", VOWEL, State.THIRD, 4.0),
    ("нAн", VOWEL, State.THIRD, 3.0),
    ("ндAй ншA", VOWEL, State.THIRD, 1.0),
    # After -м and -ң.
    ("A", frozenset("мң"), State.FIRST_SECOND, -1.0),
)
_PREDICATIVE = _moves(
    ("мIн", VOWEL | GLIDE | LIQUID | NASAL, State.CASED, -3.0),
    ("бIн", BUZZING, State.CASED, -3.0),
    ("пIн", VOICELESS, State.CASED, -3.0),
    ("мIз", VOWEL | GLIDE | LIQUID, State.CASED, -3.0),
    ("бIз", NASAL | BUZZING, State.CASED, -3.0),
    ("пIз", VOICELESS, State.CASED, -3.0),
    ("сIң сIз сIңдAр сIздAр", ANY, State.CASED, -3.0),
)
_COMPARATIVE = _moves(
    ("рAK", VOWEL, State.PLURAL, 0.0),
    ("IрAK", CONSONANT, State.PLURAL, 0.0),
)

_STEM = _merged(_PARTICIPLES, _LOCAL_ADJECTIVE)
_UP_TO_PLURAL = _merged(_STEM, _PLURAL)
_UP_TO_POSSESSIVE = _merged(_UP_TO_PLURAL, _FIRST_SECOND, _THIRD)
_UP_TO_CASE = _merged(_UP_TO_POSSESSIVE, _CASES, _COMPARATIVE)

MOVES: dict[State, _Table] = {
    State.END: _merged(_UP_TO_CASE, _PREDICATIVE, _FINITE, _CONVERB_P, _IMPERATIVE),
    State.CASED: _UP_TO_CASE,
    State.AFTER_CASE: _merged(_UP_TO_PLURAL, _FIRST_SECOND),
    State.AFTER_ANY_CASE: _UP_TO_POSSESSIVE,
    State.THIRD: _THIRD,
    State.FIRST_SECOND: _SINGULAR_FIRST_SECOND,
    State.POSSESSED: _UP_TO_PLURAL,
    State.PLURAL: _STEM,
    State.VERB: _merged(_NEGATION, _PASSIVE),
    State.POSITIVE: _PASSIVE,
    State.ACTIVE: {},
    State.PRESENT: _CONVERB_A,
    State.PERFECT: _CONVERB_P,
    State.ROOT: {},
}

#: What a stem may be in each state, and how far to trust that when it is in no lexicon.
STEMS: dict[State, tuple[tuple[PartOfSpeech, float], ...]] = {
    # A bare verb stem is an imperative: common in speech, rare in texts.
    State.END: ((PartOfSpeech.NOUN, 0.0), (PartOfSpeech.VERB, -4.0)),
    State.CASED: ((PartOfSpeech.NOUN, 0.0),),
    State.AFTER_CASE: ((PartOfSpeech.NOUN, 0.0),),
    State.AFTER_ANY_CASE: ((PartOfSpeech.NOUN, 0.0),),
    State.THIRD: (),
    State.FIRST_SECOND: (),
    State.POSSESSED: ((PartOfSpeech.NOUN, 0.0),),
    State.PLURAL: ((PartOfSpeech.NOUN, 0.0),),
    State.VERB: ((PartOfSpeech.VERB, -0.5),),
    State.POSITIVE: ((PartOfSpeech.VERB, -0.5),),
    State.ACTIVE: ((PartOfSpeech.VERB, -0.5),),
    State.PRESENT: (),
    State.PERFECT: (),
    State.ROOT: ((PartOfSpeech.VERB, -0.5),),
}

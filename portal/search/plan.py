"""What an engine has to look up: a query in the stems of each language, with its translations.

In every language an entry needs, for each clause of the query, one of the words that
stand for it. A word and all it may be called are scored as one word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.expansion import Expander, Expansion, Reading, Variant
from portal.search.scripts import fold
from portal.search.syntax import Atom, Parsed, parse
from portal.search.vocabulary import Vocabulary

#: From so many clauses on a query is a text, of which an entry need not hold every word.
LONG = 12
#: With so many words or more, fewer hits than this with all of them are followed by others
#: with some: one of the words may be called something else in a good entry.
SEVERAL, ENOUGH = 3, 10
#: What sounds alike is looked up only in words of so many letters.
SHORTEST_LOAN = 4
#: A word in Latin letters that is surely a Kazakh one need not be a loan word as well.
SURE_SPELLING = 0.75
#: What weighs so much is marked in texts.
SURELY_MEANT = 0.6
#: What is said in the language of the query counts more than what is only meant.
TRANSLATED_WEIGHT = 0.85
#: What a word means by itself counts less where it is part of a longer term: «greenhouse» in
#: "greenhouse gases".
PART_WEIGHT = 0.6
#: What only sounds alike has to weigh so much; and so has what was learnt where the thesaurus
#: knows a word. What sounds alike is then left out.
WEAK = 0.35
_SURE = frozenset({"exact", "thesaurus", "name"})

_OWN = analysis.STOP_WORDS
_BOTH = _OWN[Locale.KK] | _OWN[Locale.RU]
_STOP_IN_KAZAKH = {**_OWN, Locale.RU: _BOTH}
_STOP_IN_OTHERS = {**_OWN, Locale.KK: _BOTH}


@dataclass(frozen=True, slots=True)
class Word:
    """A word in one language with all that stands for it; scored as one word."""

    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """Words of which one is enough; their scores add up."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """What stands for several words of the query at once.

    :ivar clauses: the numbers of the clauses that it stands for.
    """

    clauses: tuple[int, ...]
    word: Word


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """What is looked up in one language.

    :ivar clauses: one per clause of the query; without words where this language has only
        a stop word for it, which is then not asked for.
    :ivar excluded: sets of stems; a text that holds all of one set is not wanted.
    :ivar weight: what a score in this language counts; less than 1 where the query is
        written in another one.
    """

    locale: Locale
    clauses: tuple[Clause, ...]
    spans: tuple[Span, ...]
    excluded: tuple[tuple[str, ...], ...]
    weight: float = 1.0

    @property
    def words(self) -> list[tuple[tuple[int, ...], Word]]:
        """All that is looked up, with the numbers of the clauses that it stands for."""
        single = [((n,), word) for n, clause in enumerate(self.clauses) for word in clause.words]
        return single + [(span.clauses, span.word) for span in self.spans]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is looked up.

    :ivar everything: nothing was asked for, so every entry is a hit.
    :ivar long: the query is a text; entries with some of its words are hits.
    :ivar cut: prefixes of which only the commonest continuations are looked up.
    """

    fields: tuple[FieldPlan, ...]
    everything: bool = False
    long: bool = False
    cut: tuple[str, ...] = ()

    @property
    def enough(self) -> int:
        """How many hits with all the words make those with some of them needless."""
        asked = max((sum(bool(x.words) for x in field.clauses) for field in self.fields), default=0)
        if asked < 2:
            return 0
        return ENOUGH if asked >= SEVERAL else 1

    @property
    def wants_words(self) -> bool:
        """Whether any language has a word to look up."""
        return any(clause.words for plan in self.fields for clause in plan.clauses)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known of words: those of the index, and what they are called elsewhere.

    :ivar expander: ``None`` = words stand for themselves only.
    """

    vocabularies: Mapping[Locale, Vocabulary]
    expander: Expander | None = None


def make_plan(text: str, locales: Sequence[Locale], lexicon: Lexicon) -> Plan:
    """Return what to look up for a query.

    :param locales: the languages of the entries that are searched.
    """
    return plan_of(parse(text), locales, lexicon)


def plan_of(parsed: Parsed, locales: Sequence[Locale], lexicon: Lexicon) -> Plan:
    """Return what to look up for a query in parts."""
    clauses = parsed.clauses
    stop = _stop_words(parsed)
    expansions = _expand(clauses, lexicon.expander, stop) if lexicon.expander else ()
    weights = _weights(clauses, locales)
    cut: list[str] = []
    fields = tuple(
        FieldPlan(
            locale=locale,
            clauses=_clauses(clauses, locale, lexicon, expansions, stop[locale], cut),
            spans=_spans(locale, expansions),
            excluded=_excluded(parsed.excluded, locale, lexicon, stop[locale], cut),
            weight=weights[locale],
        )
        for locale in locales
    )
    return Plan(
        fields=fields,
        everything=not clauses,
        long=len(clauses) >= LONG,
        cut=tuple(dict.fromkeys(cut)),
    )


def stems_to_mark(plan: Plan) -> dict[Locale, frozenset[str]]:
    """Return the stems that are surely meant in each language, to mark them in its texts."""
    return {
        field.locale: frozenset(
            stem
            for _, word in field.words
            for variant in word.variants
            if variant.weight >= SURELY_MEANT
            for stem in variant.stems
        )
        for field in plan.fields
    }


def _excluded(
    atoms: Sequence[Atom], locale: Locale, lexicon: Lexicon, stop: frozenset[str], cut: list[str]
) -> tuple[tuple[str, ...], ...]:
    """Return what no text may hold; what is excluded as it was typed is looked up in texts instead."""
    vocabulary = lexicon.vocabularies.get(locale)
    found: list[tuple[str, ...]] = []
    for atom in atoms:
        (word, *_) = atom.words
        if atom.kind == "prefix":
            found += [x.stems for x in _prefix(word, locale, vocabulary, cut)]
        elif atom.kind == "word" and word not in stop:
            found += [(stem,) for stem in own_stems(word, locale, vocabulary)]
    return tuple(found)


def _weights(clauses: Sequence[tuple[Atom, ...]], locales: Sequence[Locale]) -> dict[Locale, float]:
    """Return what each language counts: most, in which most words of the query may be written."""
    if len(locales) == 1:
        return dict.fromkeys(locales, 1.0)
    words = [word for clause in clauses for atom in clause for word in atom.words]
    foreign = {locale: sum(analysis.is_foreign(word, locale) for word in words[:LONG]) for locale in locales}
    least = min(foreign.values())
    return {locale: 1.0 if foreign[locale] == least else TRANSLATED_WEIGHT for locale in locales}


def _stop_words(parsed: Parsed) -> Mapping[Locale, frozenset[str]]:
    """Return the words that a query does not ask for in each language.

    Kazakh and Russian share their letters, so the small words of a query in one of them
    are no words to look for in the other («от» is "from", and fire).
    """
    typed = (word for clause in parsed.clauses for atom in clause for word in atom.words)
    return _STOP_IN_KAZAKH if any(fold(word) != word for word in typed) else _STOP_IN_OTHERS


def own_stems(word: str, locale: Locale, vocabulary: Vocabulary | None) -> tuple[str, ...]:
    """Return the stems under which a typed word stands in a language.

    A Kazakh word typed with Russian letters is read as those words of the index that it
    may mean, so that their endings are recognised.
    """
    own = analysis.stem(word, locale)
    if locale != Locale.KK or vocabulary is None or not analysis.is_cyrillic(word):
        return (own,)
    meant = (analysis.stem(meant, locale) for meant in vocabulary.unfold(word))
    return tuple(dict.fromkeys((own, *meant)))


def _stems(atom: Atom, locale: Locale, stop: frozenset[str]) -> tuple[str, ...]:
    return tuple(analysis.stem(word, locale) for word in atom.words if word not in stop)


def _expand(
    clauses: Sequence[tuple[Atom, ...]], expander: Expander, stop: Mapping[Locale, frozenset[str]]
) -> Sequence[Expansion]:
    """Return what stands for the plain words of a query, places being clause numbers."""
    numbers = [n for n, clause in enumerate(clauses) if len(clause) == 1 and clause[0].kind == "word"]
    words = [clauses[n][0].words[0] for n in numbers]
    if not words:
        return ()
    reading: Reading = {
        locale: [
            (place, analysis.stem(word, locale))
            for place, word in enumerate(words)
            # «CO2 шығарындылары» is Kazakh; a Cyrillic word is never English.
            if word not in stop[locale] and not (locale == Locale.EN and analysis.is_cyrillic(word))
        ]
        for locale in Locale
    }
    return [
        Expansion(tuple(numbers[place] for place in found.places), found.variants)
        for found in expander.expand(words, reading)
    ]


def _clauses(
    clauses: Sequence[tuple[Atom, ...]],
    locale: Locale,
    lexicon: Lexicon,
    expansions: Sequence[Expansion],
    stop: frozenset[str],
    cut: list[str],
) -> tuple[Clause, ...]:
    vocabulary = lexicon.vocabularies.get(locale)
    meant: dict[int, list[Variant]] = {}
    within = {place for x in expansions if len(x.places) > 1 for place in x.places}
    named = {place for x in expansions for place in x.places}
    for expansion in expansions:
        if len(expansion.places) == 1:
            (place,) = expansion.places
            mine = [x for x in expansion.variants if x.locale == locale]
            if place in within:
                mine = [replace(x, weight=x.weight * PART_WEIGHT) for x in mine]
            meant.setdefault(place, []).extend(mine)
    found = []
    for number, atoms in enumerate(clauses):
        words = []
        for atom in atoms:
            if atom.kind == "prefix":
                variants = _prefix(atom.words[0], locale, vocabulary, cut)
            elif atom.kind == "word":
                expand = lexicon.expander is not None
                known = atom.words[0] in stop
                variants = [] if known else _word(atom.words[0], locale, lexicon, expand, number in named)
                variants += meant.get(number, [])
            else:
                stems = _stems(atom, locale, stop)
                variants = [Variant(locale, stems, 1.0, "exact", " ".join(atom.words))] if stems else []
            if variants:
                words.append(Word(_merged(variants)))
        found.append(Clause(tuple(words)))
    return tuple(found)


def _word(word: str, locale: Locale, lexicon: Lexicon, expand: bool, named: bool) -> list[Variant]:
    """Return the typed word itself, and what in the index it may be another spelling of.

    :param named: the thesaurus knows the word, as it is or in a longer term.
    """
    vocabulary = lexicon.vocabularies.get(locale)
    variants = [Variant(locale, (stem,), 1.0, "exact", word) for stem in own_stems(word, locale, vocabulary)]
    if vocabulary is None or not expand or word in vocabulary:
        return variants
    english = named or word in lexicon.vocabularies.get(Locale.EN, ())
    if locale == Locale.KK and not analysis.is_cyrillic(word) and not english:
        spelled = [
            Variant(locale, (vocabulary.stem(meant),), likeness, "script", meant)
            for meant, likeness in vocabulary.cyrillic(word)
        ]
        variants += spelled
        if any(variant.weight >= SURE_SPELLING for variant in spelled):
            return variants
    if len(word) >= SHORTEST_LOAN:
        # A name may be written in another alphabet in the word's own language: Масдар, Masdar.
        least = WEAK if analysis.is_foreign(word, locale) else SURE_SPELLING
        variants += [
            Variant(locale, (stem,), weight, "loan", stem)
            for stem, weight in vocabulary.loans(word)
            if weight >= least
        ]
    return variants


def _prefix(word: str, locale: Locale, vocabulary: Vocabulary | None, cut: list[str]) -> list[Variant]:
    if vocabulary is None:
        return []
    stems, more = vocabulary.continuations(word)
    if more:
        cut.append(word)
    return [Variant(locale, (stem,), 1.0, "exact", f"{word}*") for stem in stems or [word]]


def _spans(locale: Locale, expansions: Sequence[Expansion]) -> tuple[Span, ...]:
    spans = []
    for expansion in expansions:
        mine = [x for x in expansion.variants if x.locale == locale]
        if len(expansion.places) > 1 and mine:
            spans.append(Span(expansion.places, Word(_merged(mine))))
    return tuple(spans)


def _merged(variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """Return variants with the same stems once, under the best of their weights; no poor guesses."""
    best: dict[tuple[str, ...], Variant] = {}
    for variant in variants:
        known = best.get(variant.stems)
        if known is None or variant.weight > known.weight:
            best[variant.stems] = variant
    named = any(variant.reason in _SURE and variant.reason != "exact" for variant in best.values())
    if named:
        return tuple(
            x for x in best.values() if x.reason in _SURE or (x.weight >= WEAK and x.reason != "loan")
        )
    return tuple(best.values())

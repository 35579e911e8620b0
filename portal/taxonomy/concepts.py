"""What words of a query are called in the three languages, by the thesaurus and by names.

The expander finds labels in a query, the longest and those within them, and gives all
other labels of the same things. A word that is no label of its own is taken from longer
labels: :mod:`portal.taxonomy.alignment` learns which word of a label is which in another
language. Labels are bound to their language: «СЭС» is hydropower in Kazakh and solar
power in Russian; a query is read as both.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from portal.core.i18n import Locale, fallbacks
from portal.search import analysis
from portal.search.expansion import Expansion, Reading, Variant

PREFERRED_WEIGHT = 1.0
ALTERNATIVE_WEIGHT = 0.9
HIDDEN_WEIGHT = 0.6
#: A word that more things than this are called says little of which one is meant.
AMBIGUOUS = 4
_LONGEST_ABBREVIATION = 6
_STUMP = 3


class Label(NamedTuple):
    """What a thing is called.

    :ivar weight: above 0, at most 1; how much a text that says so counts.
    :ivar hidden: recognised and looked for, never shown to a reader.
    """

    text: str
    weight: float = PREFERRED_WEIGHT
    hidden: bool = False


@dataclass(frozen=True)
class NamedThing:
    """A concept, term, place or body with its labels, the preferred one of each language first.

    :ivar key: unique among all things, such as ``concept:wind``.
    :ivar reason: ``thesaurus`` or ``name``, see :data:`portal.search.expansion.REASONS`.
    """

    key: str
    labels: Mapping[Locale, Sequence[Label]]
    reason: str


#: What is learnt of single words: for each language, what stands for which stem.
WordVariants = Mapping[Locale, Mapping[str, Sequence[Variant]]]

_Stems = tuple[str, ...]
_Things = tuple[int, ...]


class _Named(NamedTuple):
    """Whose label some words are; the weights are divided by ``share``."""

    things: _Things
    share: int


class _Match(NamedTuple):
    """A label in a query: from and to which word of the reading, and what it names."""

    start: int
    end: int
    named: _Named


class ConceptExpander:
    """Gives the labels of all things that a query names.

    :param things: in any order; the expander never changes, so threads may share it.
    :param words: what stands for words that are no labels of their own.
    """

    def __init__(self, things: Sequence[NamedThing], words: WordVariants | None = None) -> None:
        self._targets = [_targets(thing) for thing in things]
        self._labels = {locale: _label_index(things, locale) for locale in Locale}
        self._lengths = {locale: _lengths(labels) for locale, labels in self._labels.items()}
        self._words = words or {}
        # At most as many as there are labels, and words that two languages share.
        self._known: dict[tuple[_Named, ...], tuple[Variant, ...]] = {}

    def expand(self, words: Sequence[str], reading: Reading) -> Sequence[Expansion]:
        """Return what stands for which words of a query.

        :param words: as typed, normalised.
        :param reading: their stems in each language.
        """
        named: dict[tuple[int, ...], list[_Named]] = {}
        for locale, read in reading.items():
            for match in self._matches(locale, [stem for _, stem in read]):
                places = tuple(place for place, _ in read[match.start : match.end])
                named.setdefault(places, []).append(match.named)
        found = {places: self._variants(tuple(things)) for places, things in named.items()}
        found.update(self._learnt(reading, found))
        stems = {locale: dict(read) for locale, read in reading.items()}
        made = (_expansion(places, variants, stems) for places, variants in sorted(found.items()))
        return [expansion for expansion in made if expansion.variants]

    def _matches(self, locale: Locale, stems: Sequence[str]) -> Iterator[_Match]:
        """Yield the labels in a reading, but not a thing's label within a longer one of its own."""
        found = list(self._all_matches(locale, stems))
        long = [match for match in found if match.end - match.start > 1]
        for match in found:
            around = [x for x in long if x.start <= match.start and match.end <= x.end and x is not match]
            if not around:
                yield match
                continue
            longer = {thing for other in around for thing in other.named.things}
            left = tuple(thing for thing in match.named.things if thing not in longer)
            if left:
                yield match._replace(named=match.named._replace(things=left))

    def _all_matches(self, locale: Locale, stems: Sequence[str]) -> Iterator[_Match]:
        labels, lengths = self._labels[locale], self._lengths[locale]
        for start, stem in enumerate(stems):
            for length in lengths.get(stem, ()):
                things = labels.get(tuple(stems[start : start + length]))
                if things:
                    ambiguous = length == 1 and len(things) > AMBIGUOUS
                    named = _Named(things, len(things) if ambiguous else 1)
                    yield _Match(start, start + length, named)

    def _variants(self, named: tuple[_Named, ...]) -> tuple[Variant, ...]:
        """Return all labels of what some words name, in whichever languages they name it."""
        known = self._known.get(named)
        if known is None:
            known = _merged(
                variant if one.share == 1 else replace(variant, weight=variant.weight / one.share)
                for one in named
                for thing in one.things
                for variant in self._targets[thing]
            )
            self._known[named] = known
        return known

    def _learnt(
        self, reading: Reading, labelled: Mapping[tuple[int, ...], object]
    ) -> dict[tuple[int, ...], tuple[Variant, ...]]:
        """Return what stands for words that are no labels in any language."""
        found: dict[tuple[int, ...], tuple[Variant, ...]] = {}
        for locale, read in reading.items():
            words = self._words.get(locale, {})
            for place, stem in read:
                if stem in words and (place,) not in labelled:
                    found[place,] = _merged((*found.get((place,), ()), *words[stem]))
        return found


def is_abbreviation(label: str) -> bool:
    """Return whether a label is written in capitals: ``CHP``, ``ТЭЦ``, ``CO2``."""
    return len(label) <= _LONGEST_ABBREVIATION and label.isupper()


def _recognised(label: str) -> bool:
    """Return whether a label may be found in queries: short ones mean too many things.

    A word of two letters is a word («су» is water), two capitals are anything.
    """
    letters = sum(character.isalnum() for character in label)
    return letters > (2 if is_abbreviation(label) else 1)


def _stems(thing: NamedThing, label: Label, locale: Locale) -> _Stems:
    """Return the stems of a label, none where they would be misleading.

    Names are given uninflected, but some end like an inflected word: «Судан» looks like
    «from water» in Kazakh. Of such a name only a stump is left, which is another word.
    """
    stems = tuple(analysis.terms(label.text, locale))
    stump = len(stems) == 1 and len(stems[0]) <= _STUMP and len(label.text) >= len(stems[0]) + 2
    return () if stump and thing.reason == "name" else stems


def _label_index(things: Sequence[NamedThing], locale: Locale) -> dict[_Stems, _Things]:
    found: dict[_Stems, dict[int, None]] = {}
    for number, thing in enumerate(things):
        for label in thing.labels.get(locale, ()):
            stems = _stems(thing, label, locale)
            if stems and _recognised(label.text):
                found.setdefault(stems, {})[number] = None
    return {stems: tuple(numbers) for stems, numbers in found.items()}


def _lengths(labels: Iterable[_Stems]) -> dict[str, tuple[int, ...]]:
    """Return how long the labels are that begin with a stem, longest first."""
    found: dict[str, set[int]] = {}
    for stems in labels:
        found.setdefault(stems[0], set()).add(len(stems))
    return {stem: tuple(sorted(lengths, reverse=True)) for stem, lengths in found.items()}


def _targets(thing: NamedThing) -> tuple[Variant, ...]:
    """Return every label of a thing as a variant."""
    return _merged(
        Variant(
            locale=locale,
            stems=stems,
            weight=label.weight,
            reason=thing.reason,
            label=_preferred(thing, locale) if label.hidden else label.text,
        )
        for locale, labels in thing.labels.items()
        for label in labels
        if (stems := _stems(thing, label, locale))
    )


def _preferred(thing: NamedThing, locale: Locale) -> str:
    """Return what a reader may see of a thing: in this language, else in the next best one."""
    for candidate in fallbacks(locale):
        for label in thing.labels.get(candidate, ()):
            if not label.hidden:
                return label.text
    return thing.key


def _merged(variants: Iterable[Variant]) -> tuple[Variant, ...]:
    """Return variants with the same stems once, under the larger weight."""
    best: dict[tuple[Locale, _Stems], Variant] = {}
    for variant in variants:
        key = (variant.locale, variant.stems)
        known = best.get(key)
        if known is None or variant.weight > known.weight:
            best[key] = variant
    return tuple(best.values())


def _expansion(
    places: tuple[int, ...], variants: Sequence[Variant], stems: Mapping[Locale, Mapping[int, str]]
) -> Expansion:
    """Return what stands for some words, without these words themselves."""
    typed = {locale: tuple(map(read.get, places)) for locale, read in stems.items()}
    # Most variants are none of them, and a set of plain texts says so faster than the language.
    any_typed = set(typed.values())
    kept = [x for x in variants if x.stems not in any_typed or x.stems != typed.get(x.locale)]
    return Expansion(places, tuple(kept))

"""Learns from labels of several words which word is which in another language.

Many labels have several words (drip irrigation, тамшылатып суару), and a query may hold
only one of them. Where the same word comes back in several labels, what comes back with
it in the other language is its translation; see :mod:`portal.search.learning`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations
from typing import NamedTuple

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.expansion import Variant
from portal.search.learning import learn
from portal.taxonomy.concepts import NamedThing, WordVariants, is_abbreviation

#: A word that is only learnt counts less than one that an editor wrote down.
LEARNT_WEIGHT = 0.6
#: What stands for one word of a label, at most.
MOST = 8


class _Read(NamedTuple):
    """A label in words and their stems.

    :ivar shown: whether readers may see it.
    :ivar spelt_out: whether it is no abbreviation.
    """

    words: Sequence[str]
    stems: tuple[str, ...]
    shown: bool
    spelt_out: bool


#: The labels of one language, by concept.
_Labels = Sequence[Sequence[_Read]]


def align_words(things: Sequence[NamedThing]) -> WordVariants:
    """Return what stands for single words of the labels of the thesaurus.

    Words that are labels of their own are left out: these are known, not learnt.
    """
    concepts = [thing for thing in things if thing.reason == "thesaurus"]
    labels = {locale: [_read(thing, locale) for thing in concepts] for locale in Locale}
    surfaces = {locale: _surfaces(labels[locale]) for locale in Locale}
    labelled = {locale: _single_words(labels[locale]) for locale in Locale}
    found: dict[Locale, dict[str, list[Variant]]] = {locale: {} for locale in Locale}

    def note(source_locale: Locale, source: str, locale: Locale, target: str, weight: float) -> None:
        label = surfaces[locale].get(target)
        # A word that only stands in hidden labels has no form that a reader may see.
        if label is not None and source not in labelled[source_locale]:
            variant = Variant(locale, (target,), weight * LEARNT_WEIGHT, "thesaurus", label)
            found[source_locale].setdefault(source, []).append(variant)

    for one, other in combinations(Locale, 2):
        for pair in learn(_pairs(labels[one], labels[other])):
            note(one, pair.source, other, pair.target, pair.weight)
            note(other, pair.target, one, pair.source, pair.weight)
    return {
        locale: {stem: tuple(sorted(known, key=_weakness)[:MOST]) for stem, known in words.items()}
        for locale, words in found.items()
    }


def _weakness(variant: Variant) -> float:
    return -variant.weight


def _read(thing: NamedThing, locale: Locale) -> list[_Read]:
    found = []
    for label in thing.labels.get(locale, ()):
        words = analysis.surface_words(label.text, locale)
        stems = tuple(analysis.stem(word, locale) for word in words)
        found.append(_Read(words, stems, not label.hidden, not is_abbreviation(label.text)))
    return found


def _pairs(ones: _Labels, others: _Labels) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield labels of two languages that say the same: the first of each side with all of the other."""
    for one, other in zip(ones, others, strict=True):
        mine = [label.stems for label in one if label.spelt_out]
        theirs = [label.stems for label in other if label.spelt_out]
        yield from ((mine[0], label) for label in theirs if mine)
        yield from ((label, theirs[0]) for label in mine[1:] if theirs)


def _surfaces(labels: _Labels) -> Mapping[str, str]:
    """Return the commonest form of each stem in labels that are shown."""
    counts: dict[str, Counter[str]] = {}
    for label in chain.from_iterable(labels):
        if label.shown:
            for word, stem in zip(label.words, label.stems, strict=True):
                counts.setdefault(stem, Counter())[word] += 1
    return {stem: forms.most_common(1)[0][0] for stem, forms in counts.items()}


def _single_words(labels: _Labels) -> frozenset[str]:
    """Return the stems of labels of one word."""
    return frozenset(label.stems[0] for label in chain.from_iterable(labels) if len(label.stems) == 1)

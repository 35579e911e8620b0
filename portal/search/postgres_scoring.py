"""Ranks some documents that PostgreSQL found, as :mod:`portal.search.scoring` would.

PostgreSQL's own ranking knows nothing of how rare a word is, so how often the stems stand
in the documents is read and BM25 worked out here, over arrays with one place per document.
In how many documents several words stand together is not known, only estimated.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod, sqrt

import numpy as np
from numpy.typing import NDArray

from portal.core.i18n import Locale
from portal.search.bm25 import bm25, norms
from portal.search.expansion import Variant
from portal.search.index import Through
from portal.search.plan import FieldPlan, Plan, Word
from portal.search.postgres_rows import HEAD, WEIGHT, number_of, stem_lexeme
from portal.search.postings import Floats
from portal.search.syntax import Parsed
from portal.search.through import MOST_THROUGH, words_to_explain

Ids = NDArray[np.int64]
Numbers = NDArray[np.uint32]


@dataclass(frozen=True)
class Statistics:
    """What BM25 has to know of all documents.

    :ivar total: how many there are.
    :ivar averages: mean number of words by language.
    :ivar frequencies: in how many documents each lexeme stands.
    """

    total: int
    averages: Mapping[Locale, float]
    frequencies: Mapping[str, int]

    def knows(self, field: FieldPlan) -> bool:
        """Return whether anything that is looked up in a language stands in any document."""
        variants = (variant for _, word in field.words for variant in word.variants)
        return any(self.documents(variant) for variant in variants)

    def documents(self, variant: Variant) -> int:
        """Return in how many documents a variant stands.

        Several stems: half-way, as powers go, between as often as by chance and as often as
        the rarest of them.
        """
        known = [self.frequencies.get(stem_lexeme(variant.locale, stem), 0) for stem in variant.stems]
        if len(known) == 1 or not all(known):
            return min(known)
        by_chance = self.total * prod(frequency / max(self.total, 1) for frequency in known)
        return round(sqrt(by_chance * min(known)))


class Candidates:
    """The documents to rank.

    :param heads: of each document one of :data:`postgres_rows.HEAD`.
    :param stems: by language, how often stems stand in the documents, all after one another;
        see :func:`postgres_rows.pack`.
    :param plan: what is looked up; other stems are passed over.
    """

    def __init__(
        self, heads: bytes, stems: Mapping[Locale, bytes], plan: Plan, statistics: Statistics
    ) -> None:
        read = np.frombuffer(heads, HEAD)
        self.ids: Ids = read["id"]
        self._nothing: Floats = np.zeros(len(read), np.float32)
        self._statistics = statistics
        numbers = np.array(sorted(number_of(lexeme) for lexeme in lexemes_of(plan)), np.uint32)
        self._norms: dict[Locale, Floats] = {}
        self._frequencies: dict[int, Floats] = {}
        for place, locale in enumerate(Locale):
            self._norms[locale] = norms(
                read["length"][:, place].astype(np.float32), statistics.averages.get(locale) or 1.0
            )
            if locale in stems:
                self._frequencies |= _unpack(stems[locale], read["stems"][:, place], numbers)

    def frequency(self, variant: Variant) -> Floats | None:
        """Return how often the rarest of a variant's stems stands in each; ``None`` = in none."""
        found = None
        for stem in variant.stems:
            one = self._frequencies.get(number_of(stem_lexeme(variant.locale, stem)))
            if one is None:
                return None
            found = one if found is None else np.minimum(found, one)
        return found

    def holds(self, variant: Variant, place: int) -> bool:
        """Return whether all stems of a variant stand in a document."""
        found = self.frequency(variant)
        return found is not None and bool(found[place] > 0)

    def word(self, locale: Locale, word: Word) -> Floats:
        """Return what a word with all that stands for it is worth in each document."""
        total = self._statistics.total
        frequencies = None
        documents = 0.0
        for variant in word.variants:
            documents += self._statistics.documents(variant) * variant.weight
            found = self.frequency(variant)
            if found is not None:
                weighted = found * np.float32(variant.weight)
                frequencies = weighted if frequencies is None else frequencies + weighted
        if frequencies is None:
            return self._nothing
        return bm25(frequencies, self._norms[locale], min(documents, total), total)


def lexemes_of(plan: Plan) -> frozenset[str]:
    """Return the lexemes that a plan looks up."""
    return frozenset(
        stem_lexeme(variant.locale, stem)
        for field in plan.fields
        for _, word in field.words
        for variant in word.variants
        for stem in variant.stems
    )


def score(plan: Plan, candidates: Candidates, *, every: bool) -> dict[Locale, Floats]:
    """Return what each document is worth in each language; 0 where that does not match.

    :param every: whether a language needs something for every clause, or for any.
    """
    return {
        field.locale: _field(field, candidates, every=every) * np.float32(field.weight)
        for field in plan.fields
    }


def best_of(scores: Mapping[Locale, Floats], count: int) -> Floats:
    """Return what documents are worth in their best language.

    :param count: of documents.
    """
    best: Floats = np.zeros(count, np.float32)
    for found in scores.values():
        best = np.maximum(best, found)
    return best


def matched_in(scores: Mapping[Locale, Floats], place: int) -> tuple[Locale, ...]:
    """Return the languages in which a document matches, best first."""
    found = [locale for locale in scores if scores[locale][place] > 0]
    return tuple(sorted(found, key=lambda locale: -scores[locale][place]))


def explain(
    plan: Plan, parsed: Parsed, candidates: Candidates, place: int, locale: Locale
) -> tuple[Through, ...]:
    """Return by which other words than the typed ones a document was found in a language."""
    (field,) = (field for field in plan.fields if field.locale == locale)
    found = []
    for typed, variants in words_to_explain(field, parsed):
        variant = next((x for x in variants if candidates.holds(x, place)), None)
        if variant is not None and variant.reason != "exact":
            found.append(Through(typed, variant))
    return tuple(found[:MOST_THROUGH])


def _field(field: FieldPlan, candidates: Candidates, *, every: bool) -> Floats:
    nothing: Floats = np.zeros(len(candidates.ids), np.float32)
    asked = [number for number, clause in enumerate(field.clauses) if clause.words]
    if every and not asked:
        return nothing
    clauses = [
        _sum((candidates.word(field.locale, word) for word in clause.words), nothing)
        for clause in field.clauses
    ]
    spans = [candidates.word(field.locale, span.word) for span in field.spans]
    total = _sum(clauses, nothing)
    for span, found in zip(field.spans, spans, strict=True):
        single = _sum((clauses[n] for n in span.clauses), nothing)
        total = total + np.maximum(found * np.float32(len(span.clauses)) - single, 0)
    if not every:
        return total
    covered = {number: clauses[number] > 0 for number in asked}
    for span, found in zip(field.spans, spans, strict=True):
        for number in covered.keys() & set(span.clauses):
            covered[number] = covered[number] | (found > 0)
    matching: Floats = total * np.logical_and.reduce(list(covered.values()))
    return matching


def _sum(parts: Iterable[Floats], nothing: Floats) -> Floats:
    total = nothing
    for part in parts:
        total = total + part
    return total


def _unpack(packed: bytes, counts: Numbers, wanted: Numbers) -> dict[int, Floats]:
    """Return how often lexemes stand in documents, by the numbers of those that do.

    :param counts: how many stems of each document are packed.
    :param wanted: the numbers of the lexemes that are looked up, ascending.
    """
    read = np.frombuffer(packed, WEIGHT)
    lexemes = read["lexeme"].copy()
    # Most stems are not asked for; a look at two of their bytes passes over nearly all of them.
    likely = np.zeros(1 << 16, np.bool_)
    likely[wanted & 0xFFFF] = True
    places = np.flatnonzero(likely[lexemes & 0xFFFF])
    places = places[np.isin(lexemes[places], wanted)]
    documents = np.searchsorted(np.cumsum(counts), places, side="right")
    lexemes, frequencies = lexemes[places], read["frequency"][places]
    found: dict[int, Floats] = {}
    for number in np.unique(lexemes).tolist():
        mine = lexemes == number
        found[number] = np.zeros(len(counts), np.float32)
        found[number][documents[mine]] = frequencies[mine]
    return found

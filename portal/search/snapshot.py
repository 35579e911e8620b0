"""One state of the index in memory: arrays over all documents of all segments.

Documents are numbered through the segments in their order. What is read of a segment
stays valid as long as the segment exists, so a snapshot that follows another takes over
the segments it shares with it and reads the new ones only.
"""

import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from whoosh.reading import SegmentReader

from portal.core.i18n import Locale
from portal.search.bm25 import bm25, norms
from portal.search.cache import BoundedCache
from portal.search.index import FACETS
from portal.search.postings import (
    NOWHERE,
    Docs,
    Floats,
    Postings,
    read_lengths,
    read_numbers,
    read_postings,
    terms_of,
)

Mask = NDArray[np.bool_]

_POSTING_BYTES = 64 << 20
_SCORE_BYTES = 48 << 20
_MASK_BYTES = 8 << 20
#: What keeping a value takes beside its arrays: its key, its place in the cache.
_OVERHEAD_BYTES = 700
_FACET_FIELD = "facet_{}"
LABEL_FIELD = "label"


def text_field(locale: Locale) -> str:
    """Return the name of the field that holds a language's stems."""
    return f"text_{locale}"


def facet_field(facet: str) -> str:
    """Return the name of the field that holds a facet's codes."""
    return _FACET_FIELD.format(facet)


@dataclass(frozen=True, slots=True)
class Scored:
    """Where a term stands and what standing there is worth.

    :ivar frequency: in how many documents the term stands, as weighed into the scores.
    """

    docs: Docs
    scores: Floats
    frequency: float

    @property
    def nbytes(self) -> int:
        """The memory that the arrays take."""
        return self.docs.nbytes + self.scores.nbytes


class Codebook:
    """Small numbers for the values of the facets; grows, never changes."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.values: dict[str, list[str]] = {facet: [] for facet in FACETS}
        self._codes: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}

    def code(self, facet: str, value: str) -> int:
        """Return the number of a value, giving it one if it has none."""
        with self._guard:
            codes = self._codes[facet]
            if value not in codes:
                codes[value] = len(codes)
                self.values[facet].append(value)
            return codes[value]


class Segment:
    """What is read of one segment.

    :ivar keys: the id of each document.
    :ivar facets: for each facet, numbers of documents and codes, one pair per value, ordered
        by document.
    """

    def __init__(self, reader: SegmentReader, codebook: Codebook) -> None:
        self._reader = reader
        # Whoever still searches holds on to the segment, so nobody closes it before.
        weakref.finalize(self, reader.close)
        self._guard = threading.Lock()
        self.name: str = reader.segment().segment_id()
        self.count: int = reader.doc_count_all()
        self.keys = read_numbers(reader, "key")
        self.moments = read_numbers(reader, "moment")
        self.lengths = {locale: read_lengths(reader, text_field(locale)) for locale in Locale}
        self.words = {locale: float(reader.field_length(text_field(locale))) for locale in Locale}
        self.facets = {facet: self._read_facet(facet, codebook) for facet in FACETS}
        self._postings: BoundedCache[tuple[str, str], Postings] = BoundedCache(
            _POSTING_BYTES, lambda postings: postings.nbytes + _OVERHEAD_BYTES
        )

    def postings(self, field: str, term: str) -> Postings:
        """Return where a term stands, deleted documents among them."""
        return self._postings.get((field, term), lambda: self._read(field, term))

    def _read(self, field: str, term: str) -> Postings:
        # The files have one reading position each.
        with self._guard:
            return read_postings(self._reader, field, term)

    def _read_facet(self, facet: str, codebook: Codebook) -> tuple[Docs, NDArray[np.int16]]:
        name = facet_field(facet)
        docs, codes = [NOWHERE.docs], [np.empty(0, np.int16)]
        for value in terms_of(self._reader, name):
            found = read_postings(self._reader, name, value).docs
            docs.append(found)
            codes.append(np.full(len(found), codebook.code(facet, value), np.int16))
        joined = np.concatenate(docs)
        order = np.argsort(joined, kind="stable")
        return joined[order], np.concatenate(codes)[order]


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one facet over all documents.

    Most documents have one value of a facet, so the first one of each stands in an array
    of its own, which is counted several times faster than a list of pairs.

    :ivar first: for each document the code of its first value and 1; 0 = it has none.
    :ivar more: all further values, ordered by document.
    :ivar starts: where those of each document begin in ``more``; one more at the end.
    """

    first: NDArray[np.int16]
    more: NDArray[np.int16]
    starts: Docs
    values: Sequence[str]

    def counts(self, selected: Docs) -> dict[str, int]:
        """Return how many of the selected documents carry each value, most first.

        :param selected: numbers of documents, ascending.
        """
        size = len(self.values) + 1
        numbers = np.bincount(self.first[selected], minlength=size)[1:]
        if len(self.more):
            numbers = numbers + np.bincount(self._more_of(selected), minlength=size - 1)
        order = np.argsort(-numbers, kind="stable")
        counted = numbers[order].tolist()
        return {self.values[code]: n for code, n in zip(order.tolist(), counted, strict=True) if n}

    def _more_of(self, selected: Docs) -> NDArray[np.int16]:
        starts = self.starts[selected]
        sizes = self.starts[selected + 1] - starts
        ends = np.cumsum(sizes)
        places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - sizes), sizes)
        codes: NDArray[np.int16] = self.more[places]
        return codes


def make_facet(docs: Docs, codes: NDArray[np.int16], total: int, values: Sequence[str]) -> Facet:
    """Return a facet from pairs of document and code, ordered by document."""
    is_first = np.ones(len(docs), np.bool_)
    is_first[1:] = docs[1:] != docs[:-1]
    first = np.zeros(total, np.int16)
    first[docs[is_first]] = codes[is_first] + 1
    starts = np.zeros(total + 1, np.int32)
    np.cumsum(np.bincount(docs[~is_first], minlength=total), out=starts[1:])
    return Facet(first, codes[~is_first], starts, values)


class Snapshot:
    """One state of the index.

    :param name: of the build.
    :param generation: how often the build has been written.
    :param deleted: by segment, the numbers of documents that are no more.
    """

    def __init__(
        self,
        name: str,
        generation: int,
        segments: Sequence[Segment],
        deleted: Mapping[str, Iterable[int]],
        codebook: Codebook,
    ) -> None:
        self.name = name
        self.generation = generation
        self.codebook = codebook
        self.segments = tuple(segments)
        bases = np.cumsum([0, *(segment.count for segment in segments)])
        self._bases: list[int] = bases[:-1].tolist()
        self.total = int(bases[-1])
        self.keys = _joined([segment.keys for segment in segments], np.int64)
        self.moments = _joined([segment.moments for segment in segments], np.int64)
        self.alive = np.ones(self.total, np.bool_)
        for segment, base in zip(self.segments, self._bases, strict=True):
            gone = np.fromiter(deleted.get(segment.name, ()), np.int64)
            self.alive[gone + base] = False
        self._norms = {locale: self._lengths_in_scores(locale) for locale in Locale}
        self.facets = {facet: self._facet(facet, codebook) for facet in FACETS}
        self._scored: BoundedCache[tuple[Locale, str], Scored] = BoundedCache(
            _SCORE_BYTES, lambda scored: scored.nbytes + _OVERHEAD_BYTES
        )
        self._masks: BoundedCache[tuple[str, ...], Mask] = BoundedCache(
            _MASK_BYTES, lambda mask: mask.nbytes + _OVERHEAD_BYTES
        )

    def postings(self, field: str, term: str) -> Postings:
        """Return where a term stands in all segments, deleted documents among them."""
        parts = [
            (segment.postings(field, term), base)
            for segment, base in zip(self.segments, self._bases, strict=True)
        ]
        found = [(part, base) for part, base in parts if len(part.docs)]
        if not found:
            return NOWHERE
        if len(found) == 1 and found[0][1] == 0:
            return found[0][0]
        return Postings(
            np.concatenate([part.docs + np.int32(base) for part, base in found]),
            np.concatenate([part.frequencies for part, _ in found]),
        )

    def scored(self, locale: Locale, term: str) -> Scored:
        """Return where a term stands with its BM25 scores there."""
        return self._scored.get((locale, term), lambda: self._score_term(locale, term))

    def _score_term(self, locale: Locale, term: str) -> Scored:
        postings = self.postings(text_field(locale), term)
        return self.score(locale, postings.docs, postings.frequencies, len(postings.docs))

    def score(self, locale: Locale, docs: Docs, frequencies: Floats, frequency: float) -> Scored:
        """Return BM25 scores, with Whoosh's idf, of a word that stands so often in documents.

        :param frequency: in how many documents the word counts as standing.
        """
        scores = bm25(frequencies, self._norms[locale][docs], frequency, self.total)
        return Scored(docs, scores, frequency)

    def allowed(self, labels: frozenset[str]) -> Mask:
        """Return which documents exist and carry one of these labels."""
        return self._masks.get(("labels", *sorted(labels)), lambda: self._allowed(labels))

    def passing(self, facet: str, values: tuple[str, ...]) -> Mask:
        """Return which documents carry one of these values of a facet."""
        chosen = sorted(set(values))
        return self._masks.get(("facet", facet, *chosen), lambda: self._any_of(facet_field(facet), chosen))

    def _allowed(self, labels: frozenset[str]) -> Mask:
        return self._any_of(LABEL_FIELD, labels) & self.alive

    def _any_of(self, field: str, terms: Iterable[str]) -> Mask:
        mask = np.zeros(self.total, np.bool_)
        for term in terms:
            mask[self.postings(field, term).docs] = True
        return mask

    def _lengths_in_scores(self, locale: Locale) -> Floats:
        """Return how much the length of each text dampens the words that stand in it."""
        lengths = _joined([segment.lengths[locale] for segment in self.segments], np.float32)
        words = sum(segment.words[locale] for segment in self.segments)
        return norms(lengths, words / self.total if self.total and words else 1.0)

    def _facet(self, facet: str, codebook: Codebook) -> Facet:
        parts = [segment.facets[facet] for segment in self.segments]
        docs = _joined(
            [part[0] + np.int32(base) for part, base in zip(parts, self._bases, strict=True)], np.int32
        )
        codes = _joined([part[1] for part in parts], np.int16)
        return make_facet(docs, codes, self.total, codebook.values[facet])


def _joined(parts: Sequence[NDArray], dtype: type) -> NDArray:  # type: ignore[type-arg]
    return np.concatenate(parts) if parts else np.empty(0, dtype)

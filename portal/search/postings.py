"""Reads one segment of a Whoosh index into NumPy arrays.

Whoosh stays the owner of the files; going through its matchers posting by posting is
what makes it slow, so blocks are taken whole. For that this module, and no other, uses
names that Whoosh calls private; they are the same in Whoosh 2.7.4 and all its forks, and
a test holds what is read here equal to what Whoosh itself finds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import LENGTHS_COLUMN, _lenfield
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.util.numeric import byte_to_length

Docs = NDArray[np.int32]
Floats = NDArray[np.float32]

_LENGTHS = np.array([byte_to_length(n) for n in range(256)], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Postings:
    """Where a term stands.

    :ivar docs: numbers of documents, ascending.
    :ivar frequencies: how often it stands in each.
    """

    docs: Docs
    frequencies: Floats

    @property
    def nbytes(self) -> int:
        """The memory that the arrays take."""
        return self.docs.nbytes + self.frequencies.nbytes


NOWHERE = Postings(np.empty(0, np.int32), np.empty(0, np.float32))


def read_postings(reader: SegmentReader, field: str, term: str) -> Postings:
    """Return the postings of a term in a segment, deleted documents among them."""
    try:
        info = reader.term_info(field, term)
    except TermNotFound:
        return NOWHERE
    matcher = reader.codec().postings_reader(
        reader._terms._postfile, info, reader.schema[field].format, term=(field, term)
    )
    if not hasattr(matcher, "_read_ids"):
        # Too short for a block of its own.
        return Postings(np.array(list(matcher.all_ids()), np.int32), _inlined_weights(info))
    docs = np.empty(info.doc_frequency(), np.int32)
    frequencies = np.empty(len(docs), np.float32)
    start = 0
    while matcher.is_active():
        matcher._read_ids()
        matcher._read_weights()
        end = start + len(matcher._ids)
        docs[start:end] = matcher._ids
        frequencies[start:end] = matcher._weights
        start = end
        matcher._next_block()
    return Postings(docs, frequencies)


def _inlined_weights(info: object) -> Floats:
    return np.array(info.inlined_postings()[1], np.float32)  # type: ignore[attr-defined]


def read_numbers(reader: SegmentReader, field: str) -> NDArray[np.int64]:
    """Return a column of 64-bit integers, one per document."""
    column = reader.column_reader(field, translate=False)
    return np.fromiter(column, np.int64, count=reader.doc_count_all())


def read_lengths(reader: SegmentReader, field: str) -> Floats:
    """Return how many words each document has in a field, as Whoosh rounds it; 0 = none."""
    column = reader._perdoc._cached_reader(_lenfield(field), LENGTHS_COLUMN)
    if column is None:
        return np.zeros(reader.doc_count_all(), np.float32)
    codes = np.fromiter(column, np.uint8, count=reader.doc_count_all())
    lengths: Floats = _LENGTHS[codes]
    return lengths


def terms_of(reader: SegmentReader, field: str) -> Iterator[str]:
    """Yield the terms of a field in a segment."""
    return (term.decode() if isinstance(term, bytes) else term for term in reader.lexicon(field))

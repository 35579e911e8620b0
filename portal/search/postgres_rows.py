"""What the tables of the PostgreSQL engine hold of a document.

A document is one set of lexemes, made here and never by PostgreSQL's own parsers: the
stems of each language (``en:wind``), once more those of titles (``en^wind``), the labels
(``=public``) and the codes of the facets (``kind=project``). One GIN index answers a query
with its labels and filters at once. How often stems stand in the texts, which ranking
needs and GIN does not hold, is kept in a second row; see :func:`pack`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.index import PUBLIC, TITLE_WEIGHT, Document

#: PostgreSQL refuses longer ones; a word of so many letters is none.
MOST_LETTERS = 200
#: PostgreSQL refuses a set of lexemes of more than a megabyte; so much room has a title or a
#: text in one language. The rest of a longer one is not found by its words.
MOST_BYTES = 150_000
#: One stem of one document: the number of its lexeme, and how often it stands there.
WEIGHT = np.dtype([("lexeme", "<u4"), ("frequency", "u1")])
_MOST_FREQUENT = 255
#: A document: how many words each language has, and how many stems.
HEAD = np.dtype([("id", "<i8"), ("length", "<u4", len(Locale)), ("stems", "<u4", len(Locale))])
#: A document among many: by these they are listed.
KEY = np.dtype([("id", "<i8"), ("moment", "<i8")])

#: Gives the lexeme of a stem.
Naming = Callable[[Locale, str], str]


@dataclass(frozen=True)
class Row:
    """A document as its row.

    :ivar lexemes: all by which it is found.
    :ivar stems: by language those of them that ranking knows, with how often they stand in
        the document, in titles :data:`TITLE_WEIGHT` times as often.
    :ivar lengths: how many words each language has, those of titles as many times.
    :ivar facets: facet and value.
    :ivar words: by language those that a suggestion may show; none if it is not public.
    """

    id: int
    moment: int
    lexemes: frozenset[str]
    stems: Mapping[Locale, Mapping[str, int]]
    lengths: Mapping[Locale, int]
    facets: tuple[tuple[str, str], ...]
    words: Mapping[Locale, frozenset[str]]


def row_of(document: Document) -> Row:
    """Return a document's row."""
    lexemes = {label_lexeme(label) for label in document.labels}
    facets = tuple((facet, value) for facet, values in document.facets.items() for value in values)
    lexemes |= {facet_lexeme(facet, value) for facet, value in facets}
    stems: dict[Locale, Mapping[str, int]] = {}
    lengths: dict[Locale, int] = {}
    words: dict[Locale, frozenset[str]] = {}
    for locale, title in document.titles.items():
        in_title = analysis.surface_words(title, locale)
        in_body = analysis.surface_words(document.bodies.get(locale, ""), locale)
        counted = Counter(analysis.stem(word, locale) for word in in_title)
        lexemes |= _within_limit(counted, locale, title_lexeme).keys()
        counted = Counter({stem: TITLE_WEIGHT * count for stem, count in counted.items()})
        counted.update(analysis.stem(word, locale) for word in in_body)
        stems[locale] = _within_limit(counted, locale, stem_lexeme)
        lexemes |= stems[locale].keys()
        lengths[locale] = TITLE_WEIGHT * len(in_title) + len(in_body)
        if PUBLIC in document.labels:
            found = (*in_title, *in_body)
            words[locale] = frozenset(x for x in found if not x.isnumeric() and len(x) <= MOST_LETTERS)
    return Row(document.id, document.moment, frozenset(lexemes), stems, lengths, facets, words)


def stem_lexeme(locale: Locale, stem: str) -> str:
    """Return the lexeme of a stem."""
    return f"{locale}:{stem[:MOST_LETTERS]}"


def title_lexeme(locale: Locale, stem: str) -> str:
    """Return the lexeme of a stem that stands in a title."""
    return f"{locale}^{stem[:MOST_LETTERS]}"


def label_lexeme(label: str) -> str:
    """Return the lexeme of a label."""
    return f"={label}"


def facet_lexeme(facet: str, value: str) -> str:
    """Return the lexeme of a value of a facet."""
    return f"{facet}={value}"


def quoted(lexeme: str) -> str:
    """Return a lexeme as it stands in the text form of a tsvector or tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def vector_text(lexemes: Iterable[str]) -> str:
    """Return the text form of a tsvector."""
    return " ".join(map(quoted, lexemes))


def number_of(lexeme: str) -> int:
    """Return a number that stands for a lexeme in :func:`pack`.

    Two lexemes may share one, once in four thousand million times; then a document is
    ranked a little wrongly, and still found rightly.
    """
    return crc32(lexeme.encode())


def pack(stems: Mapping[str, int]) -> bytes:
    """Return how often each stem stands in a document, as an array of :data:`WEIGHT`."""
    packed = np.empty(len(stems), WEIGHT)
    packed["lexeme"] = [number_of(lexeme) for lexeme in stems]
    packed["frequency"] = [min(count, _MOST_FREQUENT) for count in stems.values()]
    return packed.tobytes()


def head_of(row: Row) -> bytes:
    """Return what ranking knows of a document besides its stems, as :data:`HEAD`."""
    lengths = [row.lengths.get(locale, 0) for locale in Locale]
    stems = [len(row.stems.get(locale, ())) for locale in Locale]
    return np.array([(row.id, lengths, stems)], HEAD).tobytes()


def key_of(row: Row) -> bytes:
    """Return by what a document is listed, as :data:`KEY`."""
    return np.array([(row.id, row.moment)], KEY).tobytes()


def _within_limit(counted: Mapping[str, int], locale: Locale, naming: Naming) -> Mapping[str, int]:
    """Return the lexemes of as many stems, first ones first, as there is room for."""
    kept: dict[str, int] = {}
    size = 0
    for stem, count in counted.items():
        lexeme = naming(locale, stem)
        size += len(lexeme.encode())
        if size > MOST_BYTES:
            break
        kept[lexeme] = count
    return kept

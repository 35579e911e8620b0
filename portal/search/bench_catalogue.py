"""A trilingual catalogue of any size for measuring, kept in a folder that all engines read.

Each entry has a title of 8 words and 60 more in every language, drawn from invented words
(:mod:`portal.search.bench_words`) as its sector has it, four facets, and labels: 98 % are
public. The same number and seed give the same catalogue. The stems of every word are
made once by the portal's analysis, so that all engines index the same terms.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.bench_words import TYPES, Lexicon, Weights, invent
from portal.search.index import PUBLIC, TITLE_WEIGHT, Document
from portal.search.shelf import Shelf

TITLE_WORDS = 8
BODY_WORDS = 60
#: Values of each facet, commonest first.
CODES = {
    "kind": "technology project need financing training".split(),
    "sector": (
        "energy water agriculture buildings industry transport waste forests coasts health climate finance"
    ).split(),
    "country": (
        "KZ UZ KG TJ TM MN AZ AM GE TR CN IN PK DE FR NL DK SE FI NO PL CZ ES IT GB US CA JP KR AU"
    ).split(),
    "stage": [f"trl-{level}" for level in range(1, 10)],
}
#: The share of entries that only their organisation finds.
PRIVATE = 0.02
#: The share of words that a sector has to itself.
_TOPIC = 0.35
#: Small catalogues have fewer different words.
_WORDS_PER_ENTRY = 10
_CHUNK = 20_000
_DAY = 86_400

Tokens = NDArray[np.uint16]


@dataclass(frozen=True)
class Row:
    """What engines other than the portal's index of an entry.

    :ivar stems: by language, separated by spaces, those of the title three times.
    :ivar facets: one code each.
    """

    id: int
    stems: Mapping[Locale, str]
    facets: Mapping[str, str]
    labels: tuple[str, ...]


class Catalogue:
    """The catalogue in a folder; entries are numbered from 1.

    :ivar words: the words of each language.
    :ivar stems: their stems.
    """

    def __init__(self, folder: Path) -> None:
        self.words: dict[Locale, list[str]] = {}
        self.stems: dict[Locale, list[str]] = {}
        self._tokens: dict[Locale, Tokens] = {}
        for locale in Locale:
            self.words[locale], self.stems[locale] = json.loads((folder / f"{locale}.json").read_text())
            self._tokens[locale] = np.load(folder / f"{locale}.npy", mmap_mode="r")
        self._codes: NDArray[np.uint8] = np.load(folder / "codes.npy")
        self.public: NDArray[np.bool_] = np.load(folder / "public.npy")
        self.entries = len(self.public)

    def tokens(self, locale: Locale, first: int = 0, end: int | None = None) -> Tokens:
        """Return numbers of words, one line per entry, the title's first.

        :param first: entries before the first one; ``end`` likewise.
        """
        return self._tokens[locale][first:end]

    def facets(self, entry_id: int) -> dict[str, str]:
        """Return an entry's codes."""
        codes = self._codes[entry_id - 1].tolist()
        return {facet: CODES[facet][code] for facet, code in zip(CODES, codes, strict=True)}

    def with_code(self, facet: str, code: str) -> NDArray[np.bool_]:
        """Return which entries carry a code of a facet."""
        carried: NDArray[np.bool_] = self._codes[:, list(CODES).index(facet)] == CODES[facet].index(code)
        return carried

    def labels(self, entry_id: int) -> tuple[str, ...]:
        """Return who finds an entry."""
        own = (f"org:{entry_id % 40}",)
        return (*own, PUBLIC) if self.public[entry_id - 1] else own

    def row(self, entry_id: int) -> Row:
        """Return an entry in stems."""
        stems = {}
        for locale in Locale:
            found = [self.stems[locale][n] for n in self._tokens[locale][entry_id - 1].tolist()]
            stems[locale] = " ".join(found[:TITLE_WORDS] * TITLE_WEIGHT + found[TITLE_WORDS:])
        return Row(entry_id, stems, self.facets(entry_id), self.labels(entry_id))

    def document(self, entry_id: int) -> Document:
        """Return an entry in words."""
        titles, bodies = {}, {}
        for locale in Locale:
            found = [self.words[locale][n] for n in self._tokens[locale][entry_id - 1].tolist()]
            titles[locale] = " ".join(found[:TITLE_WORDS]).capitalize()
            bodies[locale] = " ".join(found[TITLE_WORDS:]).capitalize() + "."
        return Document(
            id=entry_id,
            labels=frozenset(self.labels(entry_id)),
            facets={facet: (code,) for facet, code in self.facets(entry_id).items()},
            titles=titles,
            bodies=bodies,
            moment=entry_id * 7919 % 3650 * _DAY,
        )


def row_of(document: Document) -> Row:
    """Return a document in stems, made by the portal's analysis."""
    stems = {}
    for locale in Locale:
        title = analysis.terms(document.titles[locale], locale)
        stems[locale] = " ".join([*title * TITLE_WEIGHT, *analysis.terms(document.bodies[locale], locale)])
    facets = {facet: codes[0] for facet, codes in document.facets.items()}
    return Row(document.id, stems, facets, tuple(sorted(document.labels)))


class CatalogueShelf(Shelf):
    """Gives a whole catalogue to the portal's engines."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue = catalogue

    def ids(self) -> Sequence[int]:
        """Return all ids."""
        return range(1, self._catalogue.entries + 1)

    def documents(self, ids: Sequence[int]) -> Iterator[Document]:
        """Yield the documents of these ids."""
        return (self._catalogue.document(entry_id) for entry_id in ids)


def make_catalogue(folder: Path, entries: int, seed: int) -> Catalogue:
    """Make a catalogue in a folder and return it."""
    rng = np.random.default_rng(seed)
    codes = np.column_stack([_uneven(rng, len(values), entries) for values in CODES.values()])
    np.save(folder / "codes.npy", codes.astype(np.uint8))
    np.save(folder / "public.npy", rng.random(entries) >= PRIVATE)
    sectors = codes[:, list(CODES).index("sector")]
    for locale in Locale:
        lexicon = invent(locale, seed, min(TYPES, entries * _WORDS_PER_ENTRY))
        tokens = _write_texts(folder / f"{locale}.npy", lexicon, sectors, seed)
        stems = [""] * len(lexicon.words)
        for number in np.unique(tokens).tolist():
            (stems[number],) = analysis.terms(lexicon.words[number], locale)
        (folder / f"{locale}.json").write_text(json.dumps([lexicon.words, stems]))
    return Catalogue(folder)


def _uneven(rng: np.random.Generator, values: int, entries: int) -> NDArray[np.int64]:
    """Return the number of a value for each entry, low ones more often."""
    return (values * rng.random(entries) ** 1.5).astype(np.int64)


def _write_texts(path: Path, lexicon: Lexicon, sectors: NDArray[np.int64], seed: int) -> Tokens:
    """Draw the words of all entries in one language, with the words of their sectors."""
    shape = (len(sectors), TITLE_WORDS + BODY_WORDS)
    tokens = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint16, shape=shape)
    for sector in range(len(CODES["sector"])):
        shares = (1 - _TOPIC) * lexicon.shares + _TOPIC * lexicon.about([seed, sector])
        ends = np.cumsum(shares)
        rng = np.random.default_rng([seed, sector])
        mine = np.flatnonzero(sectors == sector)
        for start in range(0, len(mine), _CHUNK):
            chunk = mine[start : start + _CHUNK]
            tokens[chunk] = _drawn(rng, ends, (len(chunk), shape[1]))
    tokens.flush()
    return tokens


def _drawn(rng: np.random.Generator, ends: Weights, shape: tuple[int, int]) -> Tokens:
    drawn = np.searchsorted(ends, rng.random(shape) * ends[-1], side="right")
    tokens: Tokens = np.minimum(drawn, len(ends) - 1).astype(np.uint16)
    return tokens

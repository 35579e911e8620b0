"""Chooses the queries of the benchmark: eleven classes, alike in all three languages.

A query is typed in words; the portal takes it from there. Other engines are given the
stems that the portal looks up for it, prefixes as the stems that they stand for.
"""

import json
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import reduce
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from portal.core.i18n import Locale
from portal.search.bench_catalogue import CODES, Catalogue
from portal.search.expansion import Expansion, Reading, Variant
from portal.search.plan import Lexicon, make_plan
from portal.search.vocabulary import Vocabulary

CLASSES = (
    "common",
    "rare",
    "and2",
    "and3",
    "or2",
    "or3",
    "prefix",
    "and2_filtered",
    "or3_filtered",
    "or2_facets",
    "common_facets",
)
#: Queries of each class in each language.
EACH = 14
#: The shares of entries in which common and middling words stand.
_COMMON = (0.12, 0.4)
_MIDDLING = (0.01, 0.1)
#: The numbers of entries in which rare words stand.
_RARE = (5, 50)
_PREFIX_LETTERS = 4
#: How many words stand for each word of a query, in each language; as common as itself,
#: give or take this factor.
_SYNONYMS = 2
_OWN_WEIGHT = 0.8
_ABOUT = 1.5
#: After so many tries a query that too few entries fulfil is taken.
_TRIES = 40

Docs = NDArray[np.int64]
Stems = tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A query of the benchmark.

    :ivar name: its class.
    :ivar text: as typed.
    :ivar clauses: the stems that the portal looks up; of each clause one is enough.
    :ivar every: whether an entry needs something of every clause; where too few have, the
        portal gives those that have something of any.
    :ivar filters: the code that an entry needs, by facet.
    :ivar facets: those to count.
    """

    name: str
    locale: Locale
    text: str
    clauses: tuple[Stems, ...]
    every: bool = True
    filters: Mapping[str, str] = field(default_factory=dict)
    facets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Synonyms:
    """Stands in for the thesaurus, which does not know invented words; an expander.

    :ivar variants: what stands for a word, in all languages.
    """

    variants: Mapping[str, tuple[Variant, ...]]

    def expand(self, words: Sequence[str], reading: Reading) -> Sequence[Expansion]:
        """Return what stands for which words of a query."""
        return [Expansion((place,), self.variants[word]) for place, word in enumerate(words)]


class _Texts:
    """Which words and stems of a language stand in which entries.

    :param live: which entries are public and have not left the catalogue.
    """

    def __init__(self, catalogue: Catalogue, locale: Locale, live: NDArray[np.bool_]) -> None:
        self.locale = locale
        self.words, self.stems = catalogue.words[locale], catalogue.stems[locale]
        self.live = live
        self._tokens = catalogue.tokens(locale)
        self._numbers: dict[str, int] = {}
        numbers = [self._numbers.setdefault(stem, len(self._numbers)) for stem in self.stems]
        self._stem_of = np.array(numbers, np.uint16)
        stems = self._stem_of[self._tokens].ravel()
        order = np.argsort(stems, kind="stable")
        self._entries = (order // self._tokens.shape[1]).astype(np.int32)
        self._ends = np.searchsorted(stems[order], np.arange(len(self._numbers) + 1))
        self.shares = self._shares()
        self.vocabulary = self._vocabulary(catalogue.public)

    def entries(self, stems: Stems) -> Docs:
        """Return the places of the entries in which one of the stems stands, ascending."""
        numbers = [self._numbers[stem] for stem in stems if stem in self._numbers]
        found = [self._entries[self._ends[n] : self._ends[n + 1]] for n in numbers]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)

    def between(self, least: float, most: float) -> list[int]:
        """Return the words whose stems stand in such shares of the entries."""
        return np.flatnonzero((self.shares >= least) & (self.shares <= most)).tolist()

    def of_entry(self, place: int, least: float, most: float) -> list[int]:
        """Return such words of one entry, one for each stem."""
        words = np.unique(self._tokens[place])
        shares = self.shares[words]
        words = words[(shares >= least) & (shares <= most)]
        return list({self.stems[word]: word for word in words.tolist()}.values())

    def _shares(self) -> NDArray[np.float64]:
        """Return in which share of the entries the stem of each word stands."""
        counts = [len(self.entries((stem,))) for stem in self._numbers]
        shares = np.array(counts)[self._stem_of] / len(self.live)
        shares[[not stem for stem in self.stems]] = 0
        return shares

    def _vocabulary(self, public: NDArray[np.bool_]) -> Vocabulary:
        """Return the words of public entries, as an index has them."""
        rows = np.sort(self._tokens[public], axis=1)
        first = np.ones(rows.shape, np.bool_)
        first[:, 1:] = rows[:, 1:] != rows[:, :-1]
        counts = np.bincount(rows[first], minlength=len(self.words)).tolist()
        vocabulary = Vocabulary(self.locale)
        for word, stem, count in zip(self.words, self.stems, counts, strict=True):
            if count:
                vocabulary.add(word, stem, count)
        return vocabulary


def choose(catalogue: Catalogue, gone: Collection[int], seed: int) -> tuple[list[Question], Synonyms]:
    """Return the queries of all classes and languages, classes taking turns, and what stands for their words.

    :param gone: entries that leave the catalogue after it was indexed.
    """
    live = catalogue.public.copy()
    live[np.array(sorted(gone), np.int64) - 1] = False
    texts = [_Texts(catalogue, locale, live) for locale in Locale]
    found: list[Sequence[Question]] = []
    for mine in texts:
        chooser = _Chooser(catalogue, mine, seed)
        found += [list(islice(chooser.questions(name), EACH)) for name in CLASSES]
    questions = [question for turn in zip(*found, strict=True) for question in turn]
    return questions, _synonyms(texts, questions, random.Random(seed))  # noqa: S311


def save(folder: Path, questions: Sequence[Question], synonyms: Synonyms) -> None:
    """Write queries and what stands for their words into a folder."""
    held = {
        "questions": [asdict(question) for question in questions],
        "synonyms": {word: [asdict(x) for x in found] for word, found in synonyms.variants.items()},
    }
    (folder / "queries.json").write_text(json.dumps(held))


def load(folder: Path) -> tuple[list[Question], Synonyms]:
    """Read what :func:`save` has written."""
    held = json.loads((folder / "queries.json").read_text())
    questions = [
        Question(
            **{
                **x,
                "locale": Locale(x["locale"]),
                "clauses": tuple(map(tuple, x["clauses"])),
                "facets": tuple(x["facets"]),
            }
        )
        for x in held["questions"]
    ]
    variants = {
        word: tuple(
            Variant(**{**x, "locale": Locale(x["locale"]), "stems": tuple(x["stems"])}) for x in found
        )
        for word, found in held["synonyms"].items()
    }
    return questions, Synonyms(variants)


def _synonyms(texts: Sequence[_Texts], questions: Sequence[Question], rng: random.Random) -> Synonyms:
    variants: dict[str, tuple[Variant, ...]] = {}
    for own in texts:
        shares = dict(zip(own.words, own.shares.tolist(), strict=True))
        typed = {word for x in questions if x.locale == own.locale for word in x.text.split()}
        for word in sorted(typed & shares.keys()):
            share = shares[word]
            variants[word] = tuple(
                Variant(
                    other.locale,
                    (other.stems[number],),
                    _OWN_WEIGHT if other is own else 1.0,
                    "thesaurus",
                    other.words[number],
                )
                for other in texts
                for number in rng.sample(other.between(share / _ABOUT, share * _ABOUT), _SYNONYMS)
            )
    return Synonyms(variants)


class _Chooser:
    """Chooses the queries of one language."""

    def __init__(self, catalogue: Catalogue, texts: _Texts, seed: int) -> None:
        self._catalogue = catalogue
        self._texts = texts
        self._rng = random.Random(f"{texts.locale} {seed}")  # noqa: S311
        entries = catalogue.entries
        self._common = texts.between(*_COMMON)
        self._middling = texts.between(*_MIDDLING)
        self._rare = texts.between(_RARE[0] / entries, _RARE[1] / entries)
        self._used = texts.between(1 / entries, 1)
        self._live = np.flatnonzero(texts.live).tolist()

    def questions(self, name: str) -> Iterator[Question]:
        """Yield queries of a class without end."""
        facets = tuple(CODES) if name.endswith("_facets") else ()
        while True:
            match name:
                case "common" | "common_facets":
                    yield self._question(name, self._typed(self._common), facets=facets)
                case "rare":
                    yield self._question(name, self._typed(self._rare))
                case "or2" | "or2_facets":
                    yield self._question(name, self._typed(self._middling, self._middling), facets=facets)
                case "or3":
                    yield self._question(name, self._typed(self._middling, self._middling, self._common))
                case "or3_filtered":
                    yield self._or3_filtered()
                case "prefix":
                    yield self._question(name, self._prefix())
                case _:
                    yield self._and(name)

    def _typed(self, *choices: Sequence[int]) -> str:
        """Return one word of each choice, joined by OR."""
        return " OR ".join(self._texts.words[self._rng.choice(choice)] for choice in choices)

    def _prefix(self) -> str:
        while True:
            word = self._texts.words[self._rng.choice(self._used)]
            if len(word) > _PREFIX_LETTERS:
                return f"{word[:_PREFIX_LETTERS]}*"

    def _or3_filtered(self) -> Question:
        text = self._typed(self._middling, self._middling, self._common)
        kind = self._catalogue.facets(self._rng.choice(self._live) + 1)["kind"]
        return self._question("or3_filtered", text, {"kind": kind})

    def _and(self, name: str) -> Question:
        """Return words that stand together in an entry, in enough others too if there are such."""
        count = 3 if name == "and3" else 2
        for _ in range(_TRIES):
            place = self._rng.choice(self._live)
            words = self._texts.of_entry(place, *_MIDDLING)
            if len(words) < count:
                continue
            codes = self._catalogue.facets(place + 1)
            filters = {x: codes[x] for x in ("sector", "kind")} if name == "and2_filtered" else {}
            text = " ".join(self._texts.words[word] for word in self._rng.sample(words, count))
            question = self._question(name, text, filters)
            if question.every:
                break
        return question

    def _question(
        self, name: str, text: str, filters: Mapping[str, str] | None = None, facets: tuple[str, ...] = ()
    ) -> Question:
        locale = self._texts.locale
        plan = make_plan(text, (locale,), Lexicon({locale: self._texts.vocabulary}))
        clauses = tuple(
            tuple(variant.stems[0] for word in clause.words for variant in word.variants)
            for clause in plan.fields[0].clauses
        )
        filters = filters or {}
        every = self._hits(clauses, filters) >= plan.enough
        return Question(name, locale, text, clauses, every, filters, facets)

    def _hits(self, clauses: Sequence[Stems], filters: Mapping[str, str]) -> int:
        """Return how many entries that may be shown hold something of every clause."""
        found = [self._texts.entries(stems) for stems in clauses]
        places = reduce(lambda a, b: np.intersect1d(a, b, assume_unique=True), found)
        places = places[self._texts.live[places]]
        for facet, code in filters.items():
            places = places[self._catalogue.with_code(facet, code)[places]]
        return len(places)

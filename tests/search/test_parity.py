"""The NumPy reader finds what plain Whoosh finds, and scores it alike."""

import itertools
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from whoosh import index as whoosh
from whoosh import query, scoring
from whoosh.searching import Searcher

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.bm25 import K1, B
from portal.search.index import PUBLIC, Document, Query
from portal.search.shelf import Shelf
from portal.search.snapshot import text_field
from portal.search.whoosh_files import IndexFiles
from portal.search.whoosh_index import WhooshIndex

EVERYBODY = frozenset({PUBLIC})
WORDS = [f"{a}{b}{c}" for a in "бгдкмнпрст" for b in "аиоу" for c in ("лат", "рен", "сом", "тыг", "вод")]
EVERY = 10_000


def generated(size: int) -> Shelf:
    """Return some hundred documents of words that are more or less common."""
    chance = random.Random(7)
    weights = [1 / (rank + 2) for rank in range(len(WORDS))]
    return Shelf(
        *(
            Document(
                id=number,
                labels=EVERYBODY,
                facets={"kind": ("need",)},
                titles={Locale.RU: " ".join(chance.choices(WORDS, weights, k=4))},
                bodies={Locale.RU: " ".join(chance.choices(WORDS, weights, k=chance.randint(3, 60)))},
                moment=number,
            )
            for number in range(1, size + 1)
        )
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of several segments, some of whose documents were replaced or deleted."""
    made = tmp_path_factory.mktemp("parity")
    source = generated(600)
    index = WhooshIndex(made)
    index.rebuild(source, iter)
    for start in (10, 200, 400):
        for number in range(start, start + 20, 2):
            del source.held[number]
        index.update(source, list(range(start, start + 20)))
    return made


@pytest.fixture(scope="module")
def plain(folder: Path) -> Iterator[Searcher]:
    """Whoosh's own searcher over the same files."""
    opened = whoosh.open_dir(str(folder / (IndexFiles(folder).current() or "")))
    with opened.searcher(weighting=scoring.BM25F(B=B, K1=K1)) as searcher:
        assert len(searcher.reader().leaf_readers()) > 2
        yield searcher


def asked() -> list[tuple[str, str]]:
    """Return a few hundred queries: how words are joined, and the words."""
    chance = random.Random(11)
    sizes = {"one": 1, "and": 2, "and3": 3, "or": 2, "or3": 3}
    return [(name, " ".join(chance.sample(WORDS, size))) for name, size in sizes.items() for _ in range(70)]


def plain_hits(searcher: Searcher, name: str, text: str) -> dict[int, float]:
    terms = [query.Term(text_field(Locale.RU), analysis.stem(word, Locale.RU)) for word in text.split()]
    wanted = query.Or(terms) if name.startswith("or") else query.And(terms)
    keys = searcher.reader().column_reader("key", translate=False)
    return {keys[hit.docnum]: hit.score for hit in searcher.search(wanted, limit=None)}


def test_hits_totals_scores_and_order_are_those_of_plain_whoosh(folder: Path, plain: Searcher) -> None:
    index = WhooshIndex(folder)
    several = 0
    for name, text in asked():
        expected = plain_hits(plain, name, text)
        typed = text.replace(" ", " OR ") if name.startswith("or") else text
        results = index.search(
            Query(typed, EVERYBODY, limit=EVERY, locales=(Locale.RU,), facets=(), expand=False)
        )
        if results.relaxed:
            # Few have all the words; plain Whoosh knows only those that do.
            results_hits = results.hits[: results.complete or 0]
        else:
            results_hits = results.hits
            assert results.total == len(expected), text
        found = {hit.id: hit.score for hit in results_hits}

        assert set(found) == set(expected), text
        assert found == pytest.approx(expected, abs=2e-3), text
        ordered = list(found)
        assert all(expected[a] > expected[b] - 2e-3 for a, b in itertools.pairwise(ordered)), text
        several += len(expected) > 1
    assert several > 200


def test_a_prefix_finds_what_plain_whoosh_finds(folder: Path, plain: Searcher) -> None:
    index = WhooshIndex(folder)
    for prefix in sorted({word[:2] for word in WORDS}):
        keys = plain.reader().column_reader("key", translate=False)
        wanted = query.Prefix(text_field(Locale.RU), prefix)
        expected = {keys[hit.docnum] for hit in plain.search(wanted, limit=None)}
        results = index.search(Query(f"{prefix}*", EVERYBODY, limit=EVERY, locales=(Locale.RU,)))

        assert {hit.id for hit in results.hits} == expected
        assert not results.cut

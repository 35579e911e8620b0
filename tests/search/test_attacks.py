"""What was tried against the search: work, memory and processes stay bounded, answers stay right."""

import multiprocessing
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from whoosh.writing import SegmentWriter

from portal.core.i18n import Locale
from portal.search import analysis, snapshot, whoosh_files
from portal.search.expansion import Chain, Variant
from portal.search.finder import CANDIDATES, Finder
from portal.search.index import Document, Query, SearchIndex
from portal.search.literal import Literal
from portal.search.plan import Clause, FieldPlan, Lexicon, Plan, Word, make_plan
from portal.search.postgres_index import PostgresIndex
from portal.search.postgres_queries import words_text
from portal.search.postgres_ranking import conditions
from portal.search.postgres_tables import LIVE
from portal.search.shelf import Shelf
from portal.search.snapshot import Snapshot
from portal.search.spelling import Speller
from portal.search.syntax import (
    MOST_ATOMS,
    MOST_FIELDS,
    MOST_PREFIXES,
    MOST_TIMES,
    Atom,
    parse,
    take_fields,
)
from portal.search.vocabulary import MOST_CONTINUATIONS, Vocabulary
from portal.search.whoosh_index import WhooshIndex
from tests.search.conftest import PUBLIC, document, found

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PAIRS = [a + b for a in LETTERS for b in LETTERS]


class Library(Shelf):
    """Documents with their titles as texts."""

    def texts(self, ids: Sequence[int]) -> Mapping[int, Mapping[Locale, Sequence[str]]]:
        held = ((id_, self.held[id_]) for id_ in ids if id_ in self.held)
        return {id_: {x: [title] for x, title in found.titles.items()} for id_, found in held}


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def finder(open_index: Callable[[], SearchIndex], library: Library) -> Callable[[], Finder]:
    """What makes a finder once the library is filled."""

    def make() -> Finder:
        index = open_index()
        index.rebuild(library, iter)
        return Finder(index, library)

    return make


@pytest.mark.parametrize(
    "text",
    [
        " ".join(PAIRS),
        " OR ".join(PAIRS),
        " ".join(f"-{x}" for x in PAIRS),
        " ".join(f'"{x} {y}"' for x, y in pairwise(PAIRS)),
        " ".join(f"{x}*" for x in PAIRS),
    ],
)
def test_a_query_asks_for_no_more_than_a_pasted_paragraph(text: str) -> None:
    parsed = parse(text)

    assert sum(map(len, parsed.clauses)) <= MOST_ATOMS
    assert len(parsed.excluded) <= MOST_ATOMS
    assert parsed.clauses or parsed.excluded


@pytest.mark.parametrize("text", ["wind " * 800, "wi* " * 800, '"wind farm" ' * 300, "wind OR sun " * 300])
def test_what_is_said_over_and_over_is_asked_for_twice(text: str) -> None:
    clauses = parse(text).clauses
    assert max(map(clauses.count, clauses)) == MOST_TIMES


def test_what_is_excluded_over_and_over_is_excluded_once() -> None:
    assert parse("-wind " * 500).excluded == (Atom(("wind",)),)


def test_a_term_may_say_a_word_twice() -> None:
    assert len(parse("peer to peer").clauses) == 3


def test_only_some_prefixes_are_continued() -> None:
    parsed = parse(" ".join(f"{x}*" for x in PAIRS[:40]) + " " + " ".join(f"-{x}*" for x in PAIRS[40:80]))
    atoms = [*(atom for clause in parsed.clauses for atom in clause), *parsed.excluded]

    assert len(atoms) == 80
    assert sum(atom.kind == "prefix" for atom in atoms) == MOST_PREFIXES


def test_fields_beyond_some_stay_words() -> None:
    text, fields = take_fields("country:zz " * 300, {"country"})

    assert len(fields) == MOST_FIELDS
    assert text.count("country:zz") == 300 - MOST_FIELDS


@pytest.mark.parametrize(
    "text", ["x" * 4_000, "ж" * 4_000, "а'" * 2_000, "e" + "\u0301" * 3_000, "1" * 4_000]
)
def test_whatever_is_kept_by_word_has_small_keys(text: str) -> None:
    typed = [atom.words[0] for clause in parse(text).clauses for atom in clause]

    assert typed
    assert all(len(word) <= 100 for word in typed)
    assert all(len(stem) <= 100 for locale in Locale for stem in analysis.terms(text, locale))


def test_a_word_of_any_length_is_found_by_itself(index: SearchIndex, shelf: Shelf) -> None:
    shelf.held[7] = document(7, "я" * 500, kk="ғ" * 500)
    index.update(shelf, [7])

    assert found(index, "ғ" * 500) == [7]


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        (unicodedata.normalize("NFD", "йод"), "йод"),
        ("йод", unicodedata.normalize("NFD", "йод")),
        ("за\u0301мок", "замок"),
        ("замок", "за\u0301мок"),
    ],
)
def test_an_accent_may_be_a_character_of_its_own(
    index: SearchIndex, shelf: Shelf, typed: str, title: str
) -> None:
    shelf.held[7] = Document(7, PUBLIC, {}, {Locale.RU: title}, {}, 7)
    index.update(shelf, [7])

    assert found(index, typed) == [7]
    assert [piece for piece, marked in analysis.mark(title, Locale.RU, frozenset({"йод", "замок"})) if marked]


def test_looking_for_many_phrases_stems_each_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    stem = analysis.stem

    def counting(word: str, locale: Locale) -> str:
        asked.append(word)
        return stem(word, locale)

    words = [f"a{n}" for n in range(200)]
    one, many = (Literal(parse(" OR ".join(f'"{x} nothing"' for x in words[:number]))) for number in (1, 100))
    monkeypatch.setattr(analysis, "stem", counting)
    counts = []
    for sought in (one, many):
        asked.clear()
        assert not sought.stands({Locale.EN: [" ".join(words)] * 3})
        counts.append(len(asked))

    assert counts == [600, 600]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"wind farm" OR solar', {1, 3}),
        ('solar OR "wind farm"', {1, 3}),
        ('"wind farm"', {1}),
        ('"farm" OR solar', {1, 2, 3}),
        ('wind -"wind farm"', {2}),
    ],
)
def test_a_phrase_beside_a_word_is_still_a_phrase(
    finder: Callable[[], Finder], library: Library, query: str, expected: set[int]
) -> None:
    for number, title in enumerate(["Wind farm", "Farm with wind", "Solar plant", "Drip irrigation"], 1):
        library.held[number] = document(number, title)

    hits = finder().find(Query(query, PUBLIC)).results.hits
    assert {hit.id for hit in hits} == expected


def test_a_facet_counts_its_other_values_for_a_phrase_too(
    finder: Callable[[], Finder], library: Library
) -> None:
    for number, country in enumerate(["KZ", "UZ", "UZ"], 1):
        library.held[number] = document(number, "Wind farm", country=country)

    results = finder().find(Query('"wind farm"', PUBLIC, filters={"country": ("KZ",)})).results
    assert results.total == 1
    assert results.facets["country"] == {"UZ": 2, "KZ": 1}


@pytest.fixture
def spellings(library: Library) -> Library:
    """Many entries for «алан» under both of its spellings, some of them with another word too."""
    for number in range(1, CANDIDATES + 41):
        word = "алаң" if number % 2 else "алан"
        title = f"{word} көмір" if number % 20 == 0 else f"{word} су{'лар' * (number % 3)}"
        library.held[number] = Document(number, PUBLIC, {}, {Locale.KK: title}, {}, number)
    return library


@pytest.mark.parametrize("sort", ["relevance", "newest"])
@pytest.mark.parametrize("typed", ["алаң", "алан", "алаң көмір зат"])
def test_pages_have_neither_gaps_nor_repeats(
    finder: Callable[[], Finder], spellings: Library, typed: str, sort: str
) -> None:
    made = finder()
    size = len(spellings.held)
    whole = made.find(Query(typed, PUBLIC, sort=sort, limit=size)).results
    pages = [
        made.find(Query(typed, PUBLIC, sort=sort, limit=30, offset=offset)).results
        for offset in range(0, size, 30)
    ]

    assert len(whole.hits) == whole.total
    assert [hit.id for page in pages for hit in page.hits] == [hit.id for hit in whole.hits]


def test_all_pages_are_of_the_same_query(tmp_path: Path, library: Library) -> None:
    library.held[1] = Document(1, PUBLIC, {}, {Locale.RU: "технология wind farm"}, {}, 1)
    for number in range(2, 20):
        library.held[number] = document(number, f"wind farm {number}")
    library.held[20] = document(20, "technology wind farm")
    index = WhooshIndex(tmp_path, lambda: Chain([]))
    index.rebuild(library, iter)

    made = Finder(index, library)
    first, second = (made.find(Query("tehnology wind farm", PUBLIC, limit=limit)) for limit in (1, 20))
    assert first.text == second.text
    assert first.results.total == second.results.total


def test_the_right_spelling_does_not_outrank_all_the_words(
    finder: Callable[[], Finder], library: Library
) -> None:
    titles = ["алаң мұнай қойма", "алан", "алан кітап"]
    for number, title in enumerate(titles, 1):
        library.held[number] = Document(number, PUBLIC, {}, {Locale.KK: title}, {}, number)

    results = finder().find(Query("алан мұнай қойма", PUBLIC)).results
    assert results.complete == 1
    assert [hit.id for hit in results.hits] == [1, 2, 3]


def test_a_speller_does_not_outlive_its_vocabulary() -> None:
    before, after = Vocabulary(Locale.EN), Vocabulary(Locale.EN)
    before.add("secret", "secret")
    after.add("public", "public")

    assert Speller(before).is_up_to_date(before)
    assert not Speller(before).is_up_to_date(after)


def test_words_may_be_added_while_a_speller_reads_them() -> None:
    vocabulary = Vocabulary(Locale.EN)

    class Interrupted(str):
        def isalpha(self) -> bool:
            vocabulary.add("another", "another")
            return True

    vocabulary.add(Interrupted("irrigation"), "irrig")
    assert [x.word for x in Speller(vocabulary).correct("irigation")] == ["irrigation"]


def test_an_excluded_prefix_says_that_it_was_cut() -> None:
    vocabulary = Vocabulary(Locale.EN)
    for number in range(MOST_CONTINUATIONS + 1):
        vocabulary.add(f"turb{number}", f"turb{number}")

    plan = make_plan("wind -turb*", tuple(Locale), Lexicon({Locale.EN: vocabulary}))
    assert plan.cut == ("turb",)


def test_a_word_is_excluded_in_whichever_letters_it_is_typed(index: SearchIndex, shelf: Shelf) -> None:
    shelf.held[7] = document(7, "marker", kk="қалдықтардың өңделуі")
    index.update(shelf, [7])

    assert found(index, "marker калдыктардын") == [7]
    assert found(index, "marker -калдыктардын") == []


def test_a_page_of_nothing_is_no_error(index: SearchIndex) -> None:
    assert index.search(Query("wind", PUBLIC, limit=0)).hits == []


def test_values_in_any_order_are_one_mask(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = WhooshIndex(tmp_path)
    index.rebuild(shelf, iter)
    made: list[str] = []
    any_of = Snapshot._any_of

    def noting(state: Snapshot, field: str, terms: Iterable[str]) -> snapshot.Mask:
        made.append(field)
        return any_of(state, field, terms)

    monkeypatch.setattr(Snapshot, "_any_of", noting)
    for values in (("KZ", "UZ"), ("UZ", "KZ"), ("KZ", "UZ", "KZ")):
        index.search(Query("wind", PUBLIC, filters={"country": values}, facets=()))

    assert made.count(snapshot.facet_field("country")) == 1


def test_words_that_stand_nowhere_take_room_too(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "_POSTING_BYTES", 100 * snapshot._OVERHEAD_BYTES)
    index = WhooshIndex(tmp_path)
    index.rebuild(shelf, iter)
    for number in range(20):
        index.search(Query(" ".join(f"absent{number}x{n}" for n in range(20)), PUBLIC))

    (segment,) = index._open().snapshot.segments
    assert len(segment._postings._held) <= 100


def many_alternatives(number: int) -> Plan:
    variants = tuple(Variant(Locale.EN, (f"w{n}",), 1.0, "exact", "") for n in range(number))
    return Plan(tuple(FieldPlan(locale, (Clause((Word(variants),)),), (), ()) for locale in Locale))


def test_postgresql_reads_tens_of_thousands_of_alternatives(tables: Engine, shelf: Shelf) -> None:
    PostgresIndex(tables).rebuild(shelf, iter)
    text = words_text(many_alternatives(30_000), every=False)
    assert text is not None
    assert text.count("'") > 20_000
    with tables.connect() as connection:
        found = select(LIVE.entry.c.id).where(*conditions(f"({text}) & '=public'", Query("", PUBLIC)))
        assert connection.execute(found).all() == []


class Broken(Shelf):
    """A shelf of many documents, of which the last cannot be read."""

    def __init__(self, number: int) -> None:
        super().__init__(*(document(n, f"Turbine {n}") for n in range(1, number + 1)))
        self.error: BaseException | None = None

    def documents(self, ids: Sequence[int]) -> Iterator[Document]:
        for held in super().documents(ids):
            if self.error and held.id == len(self.held):
                raise self.error
            yield held


@pytest.mark.parametrize("error", [RuntimeError("the database is gone"), KeyboardInterrupt()])
@pytest.mark.parametrize("processes", [1, 2])
def test_a_rebuild_that_fails_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, processes: int
) -> None:
    monkeypatch.setattr(whoosh_files, "MANY", 10 if processes > 1 else 10_000)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    shelf = Broken(450)
    index = WhooshIndex(tmp_path)
    index.rebuild(shelf, iter)
    before = sorted(tmp_path.iterdir())
    shelf.error = error
    with pytest.raises(type(error)):
        index.rebuild(shelf, iter)

    assert sorted(tmp_path.iterdir()) == before
    assert multiprocessing.active_children() == []
    assert index.search(Query("turbine", PUBLIC)).total == 450
    shelf.error = None
    assert index.rebuild(shelf, iter) == 450


def test_a_rebuild_notices_that_its_processes_have_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh_files, "MANY", 10)
    monkeypatch.setattr("os.cpu_count", lambda: 2)

    def killing(ids: Sequence[int]) -> Iterator[int]:
        for place, id_ in enumerate(ids):
            if place == 1_000:
                for process in multiprocessing.active_children():
                    process.kill()
                    process.join()
            yield id_

    with pytest.raises(OSError, match="died"):
        WhooshIndex(tmp_path).rebuild(Broken(3_000), killing)


@pytest.mark.parametrize("step", ["_flush_segment", "_assemble_segment", "_commit_toc"])
def test_a_full_disk_stops_no_later_update(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    index = WhooshIndex(tmp_path)
    index.rebuild(shelf, iter)
    shelf.held[7] = document(7, "Sprinkler")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(SegmentWriter, step, full)
        with pytest.raises(OSError, match="No space"):
            index.update(shelf, [7])

    assert index.is_current(shelf)
    assert found(index, "sprinkler") == []
    index.update(shelf, [7])
    assert found(index, "sprinkler") == [7]

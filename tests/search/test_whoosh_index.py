import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from portal.core.i18n import Locale
from portal.search.index import FACETS, Document, IndexMissing, Query
from portal.search.whoosh_index import WhooshIndex

PUBLIC = frozenset({"public"})


class Shelf:
    """A source of documents in memory."""

    def __init__(self, *documents: Document) -> None:
        self.held = {document.id: document for document in documents}
        self.changed: set[int] = set()

    def identity(self) -> str:
        return "shelf"

    def position(self) -> int:
        return 0

    def changed_since(self, position: int) -> set[int]:
        return self.changed

    def ids(self) -> Sequence[int]:
        return sorted(self.held)

    def documents(self, ids: Sequence[int]) -> Iterator[Document]:
        return (self.held[x] for x in ids if x in self.held)


def document(
    number: int, en: str, *, body: str = "", kk: str = "", labels: frozenset[str] = PUBLIC, **facets: str
) -> Document:
    return Document(
        id=number,
        labels=labels,
        facets={name: tuple(value.split()) for name, value in facets.items()},
        titles={Locale.EN: en, **({Locale.KK: kk} if kk else {})},
        bodies={Locale.EN: body},
        moment=number,
    )


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(
        document(
            1,
            "Wind farm",
            body="turbines in the steppe",
            kk="Жел электр станциясы",
            kind="project",
            country="KZ",
        ),
        document(2, "Solar plant", body="panels and no wind at all", kind="project", country="KZ UZ"),
        document(3, "Drip irrigation", kind="technology", country="UZ"),
        document(4, "Secret wind", labels=frozenset({"org:1"}), kind="technology"),
    )


@pytest.fixture
def index(tmp_path: Path, shelf: Shelf) -> WhooshIndex:
    made = WhooshIndex(tmp_path / "index")
    made.rebuild(shelf, iter)
    return made


def ids(index: WhooshIndex, text: str, **options: object) -> list[int]:
    return [hit.id for hit in index.search(Query(text, PUBLIC, **options)).hits]  # type: ignore[arg-type]


def test_the_title_weighs_more_than_the_body(index: WhooshIndex) -> None:
    assert ids(index, "wind") == [1, 2]


def test_all_words_are_asked_for_and_some_are_given_when_none_has_all(index: WhooshIndex) -> None:
    assert ids(index, "wind steppe") == [1]
    results = index.search(Query("wind irrigation", PUBLIC))
    assert results.relaxed
    assert {hit.id for hit in results.hits} == {1, 2, 3}


def test_a_query_is_searched_in_every_language_and_says_which_matched(index: WhooshIndex) -> None:
    (hit,) = index.search(Query("жел станциясының", PUBLIC)).hits
    assert (hit.id, hit.matched_in) == (1, (Locale.KK,))


def test_an_empty_query_lists_everything_newest_first(index: WhooshIndex) -> None:
    assert ids(index, "") == [3, 2, 1]
    assert ids(index, "", filters={"country": ("KZ",)}) == [2, 1]


def test_a_query_of_stop_words_finds_nothing(index: WhooshIndex) -> None:
    assert ids(index, "the of and") == []


def test_facets_count_what_their_own_filter_would_leave(index: WhooshIndex) -> None:
    results = index.search(Query("", PUBLIC, filters={"kind": ("technology",)}))

    assert results.total == 1
    assert results.facets["kind"] == {"project": 2, "technology": 1}
    assert results.facets["country"] == {"UZ": 1}
    assert set(results.facets) == set(FACETS)


def test_pages_follow_each_other_without_gap_or_repeat(index: WhooshIndex) -> None:
    assert ids(index, "", limit=2) + ids(index, "", limit=2, offset=2) == ids(index, "")


def test_labels_decide_who_finds_what(index: WhooshIndex) -> None:
    assert 4 not in ids(index, "secret")
    assert [hit.id for hit in index.search(Query("secret", frozenset({"org:1"}))).hits] == [4]


def test_updates_replace_and_remove(index: WhooshIndex, shelf: Shelf) -> None:
    shelf.held[3] = document(3, "Sprinkler", kind="technology")
    del shelf.held[1]

    index.update(shelf, [1, 3])

    assert ids(index, "drip") == []
    assert ids(index, "sprinkler") == [3]
    assert ids(index, "wind") == [2]


def test_a_rebuild_takes_in_what_changed_meanwhile(index: WhooshIndex, shelf: Shelf) -> None:
    def progress(numbers: Sequence[int]) -> Iterator[int]:
        yield from numbers
        shelf.held[9] = document(9, "Latecomer")
        shelf.changed = {9}

    index.rebuild(shelf, progress)

    assert ids(index, "latecomer") == [9]


def test_searching_goes_on_while_the_index_is_rebuilt_and_updated(index: WhooshIndex, shelf: Shelf) -> None:
    stop, errors = threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            try:
                assert ids(index, "solar") == [2]
            except Exception as error:
                errors.append(error)
                return

    thread = threading.Thread(target=look)
    thread.start()
    for _ in range(5):
        index.rebuild(shelf, iter)
        index.update(shelf, [1])
    stop.set()
    thread.join()
    assert errors == []


def test_another_process_sees_the_update(index: WhooshIndex, shelf: Shelf, tmp_path: Path) -> None:
    other = WhooshIndex(tmp_path / "index")
    assert ids(other, "sprinkler") == []
    shelf.held[5] = document(5, "Sprinkler")
    index.update(shelf, [5])

    assert ids(other, "sprinkler") == [5]


def test_an_index_of_another_version_or_database_is_not_current(
    index: WhooshIndex, shelf: Shelf, tmp_path: Path
) -> None:
    assert index.is_current(shelf)
    (version,) = (tmp_path / "index").glob("*/version.json")
    version.write_text(json.dumps({"analysis": 0, "schema": 0}))
    assert not index.is_current(shelf)


def test_without_an_index_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="portal index rebuild"):
        ids(WhooshIndex(tmp_path), "x")


@pytest.mark.parametrize(
    "text", ['"', "(", "AND", "a:b", "*", "~", "\x00", "-" * 500, "жел " * 300, "🌬", "[1 TO 2]"]
)
def test_no_query_is_an_error(index: WhooshIndex, text: str) -> None:
    assert index.search(Query(text, PUBLIC)).total >= 0

"""What the PostgreSQL engine promises beyond what both do: it goes with the transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from portal.catalogue import service
from portal.core.actor import SYSTEM
from portal.core.i18n import Locale
from portal.core.outbox import Job
from portal.core.services import Services
from portal.search.index import Query
from portal.search.postgres_index import PostgresIndex
from portal.search.shelf import Shelf
from tests.conftest import new_services, small_world, technology_data
from tests.search.conftest import PUBLIC, document, found


def test_a_change_is_found_when_its_transaction_commits_and_not_before(tables: Engine, shelf: Shelf) -> None:
    index = PostgresIndex(tables)
    index.rebuild(shelf, iter)
    shelf.held[5] = document(5, "Sprinkler", kind="novelty")
    with Session(tables) as session:
        index.update_within(session, [5, 1], shelf.documents([5, 1]))
        assert found(index, "sprinkler") == []
        session.commit()

    assert found(index, "sprinkler") == [5]


def test_a_change_that_is_rolled_back_leaves_no_trace(tables: Engine, shelf: Shelf) -> None:
    index = PostgresIndex(tables)
    index.rebuild(shelf, iter)
    before = index.search(Query("wind", PUBLIC))
    shelf.held[1] = document(1, "Sprinkler", kind="novelty")
    with Session(tables) as session:
        index.update_within(session, [1], shelf.documents([1]))
        session.rollback()

    assert found(index, "sprinkler") == []
    assert "sprinkler" not in index.vocabulary(Locale.EN)
    assert index.search(Query("wind", PUBLIC)) == before


def test_a_change_without_an_index_is_no_error(tables: Engine, shelf: Shelf) -> None:
    with Session(tables) as session:
        PostgresIndex(tables).update_within(session, [1], shelf.documents([1]))
        session.commit()


def test_what_commits_during_a_rebuild_is_in_the_new_build(tables: Engine, shelf: Shelf) -> None:
    index = PostgresIndex(tables)
    index.rebuild(shelf, iter)

    def progress(numbers: Sequence[int]) -> Iterator[int]:
        yield from numbers
        shelf.held[5] = document(5, "Sprinkler", kind="novelty")
        shelf.changed = {5}
        index.update(shelf, [5])
        assert found(index, "sprinkler") == [5]

    index.rebuild(shelf, progress)

    assert found(index, "sprinkler") == [5]
    assert index.search(Query("", PUBLIC)).facets["kind"]["novelty"] == 1


def test_a_rebuild_that_fails_leaves_no_trace(tables: Engine, shelf: Shelf) -> None:
    index = PostgresIndex(tables)
    index.rebuild(shelf, iter)

    def progress(numbers: Sequence[int]) -> Iterator[int]:
        yield numbers[0]
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        index.rebuild(shelf, progress)

    assert found(index, "wind") == [1, 2]
    assert index.rebuild(shelf, iter) == 4


def test_sums_stay_those_of_a_rebuild_however_often_entries_change(tables: Engine, shelf: Shelf) -> None:
    index = PostgresIndex(tables)
    index.rebuild(shelf, iter)
    for title in ("Sprinkler", "Wind and sun", "Drip of the wind"):
        shelf.held[3] = document(3, title, body="in the steppe", kk="жел")
        index.update(shelf, [3, 3, 99])
    del shelf.held[2]
    index.update(shelf, [2])
    changed = statistics(tables)
    index.rebuild(shelf, iter)

    assert statistics(tables) == changed


def test_no_build_is_left_behind(tables: Engine, shelf: Shelf) -> None:
    index = PostgresIndex(tables)
    for _ in range(3):
        index.rebuild(shelf, iter)
    with tables.connect() as connection:
        schemas = connection.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'search%'"))
        assert set(schemas.all()) == {"search", "search_live"}


def test_of_too_many_matches_some_are_ranked_and_all_are_listed(
    tables: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.search.postgres_ranking.MOST_RANKED", 10)
    shelf = Shelf(
        *(document(n, "Farm", body="wind", kind="need") for n in range(1, 31)),
        document(31, "Wind", kind="need"),
        document(32, "Steppe", body="turbine wind", kind="need"),
    )
    shelf.held[31] = replace(shelf.held[31], moment=-1)
    index = PostgresIndex(tables)
    index.rebuild(shelf, iter)

    results = index.search(Query("wind", PUBLIC, limit=50))
    assert (results.total, results.ranked) == (32, 10)
    assert results.hits[0].id == 31
    assert sorted(hit.id for hit in results.hits) == list(range(1, 33))
    assert [hit.id for hit in results.hits[10:]] == sorted(
        (hit.id for hit in results.hits[10:]), reverse=True
    )
    assert all(hit.matched_in == (Locale.EN,) for hit in results.hits)
    pages = [found(index, "wind", limit=7, offset=offset) for offset in range(0, 35, 7)]
    assert list(chain.from_iterable(pages)) == [hit.id for hit in results.hits]
    # Of a long query, the entries with its rarest words are among those that are ranked.
    assert found(index, "turbine farm wind " + " ".join(f"absent{n}" for n in range(10)))[0] == 32


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Services]:
    """A portal on PostgreSQL with a small world and an empty index."""
    for made in new_services("postgresql", tmp_path):
        with made.uow() as uow:
            for item in small_world():
                uow.session.add(item)
                uow.session.flush()
        made.index.rebuild(made.documents, iter)
        yield made


def test_on_postgresql_an_entry_is_found_as_soon_as_it_is_committed(portal: Services) -> None:
    with portal.uow() as uow:
        first = service.publish_data(uow, SYSTEM, None, "technology", technology_data()).id
        second = service.publish_data(uow, SYSTEM, None, "technology", technology_data("other")).id
        assert portal.index.search(Query("turbine", PUBLIC)).total == 0

    results = portal.index.search(Query("turbine wind", PUBLIC))
    assert {hit.id for hit in results.hits} == {first, second}
    # What the transaction linked to the entry is in it too.
    assert results.facets["term"] == {"wind-power": 2, "onshore-wind": 2}
    assert found(portal.index, "Kazakhstan energy maker")[:1] in ([first], [second])
    with portal.sessions() as session:
        assert "index" not in session.scalars(select(Job.kind)).all()


def test_on_postgresql_an_entry_that_is_not_committed_is_not_found(portal: Services) -> None:
    def change_my_mind() -> None:
        with portal.uow() as uow:
            service.publish_data(uow, SYSTEM, None, "technology", technology_data())
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        change_my_mind()

    assert portal.index.search(Query("turbine", PUBLIC)).total == 0


def statistics(engine: Engine) -> tuple[object, ...]:
    """Return what ranking knows of all documents."""
    with engine.connect() as connection:
        frequencies = connection.execute(
            text("SELECT lexeme, entries FROM search_live.frequency WHERE entries > 0 ORDER BY lexeme")
        )
        sums = connection.execute(
            text("SELECT entries, length_kk, length_ru, length_en FROM search_live.state")
        ).one()
        return (*sums, [tuple(row) for row in frequencies])

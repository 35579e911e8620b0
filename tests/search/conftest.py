"""Both engines, on documents that tests hold in memory."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from portal.core.database import make_engine
from portal.core.i18n import Locale
from portal.search.expansion import ExpanderProvider
from portal.search.index import Document, Query, SearchIndex
from portal.search.postgres_index import PostgresIndex
from portal.search.shelf import Shelf
from portal.search.whoosh_index import WhooshIndex
from tests.conftest import new_database

PUBLIC = frozenset({"public"})

#: Opens the index as one more process would.
Opener = Callable[..., SearchIndex]


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


def found(index: SearchIndex, typed: str, **options: object) -> list[int]:
    """Return the ids of the hits of a public query, best first."""
    return [hit.id for hit in index.search(Query(typed, PUBLIC, **options)).hits]  # type: ignore[arg-type]


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


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An empty PostgreSQL database."""
    for url in new_database("postgresql", tmp_path_factory.mktemp("postgresql")):
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def tables(postgresql: Engine) -> Iterator[Engine]:
    """A PostgreSQL database in which no index is left behind."""
    yield postgresql
    with postgresql.begin() as connection:
        schemas = connection.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'search%'"))
        for schema in schemas.all():
            connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))


@pytest.fixture(params=["whoosh", "postgresql"])
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """What opens an index, the same one each time, as one more process would."""

    def whoosh(expander: ExpanderProvider | None = None) -> SearchIndex:
        return WhooshIndex(tmp_path / "index", expander)

    if request.param == "whoosh":
        return whoosh
    engine = request.getfixturevalue("tables")
    return lambda expander=None: PostgresIndex(engine, expander)


@pytest.fixture
def index(open_index: Opener, shelf: Shelf) -> SearchIndex:
    made = open_index()
    made.rebuild(shelf, iter)
    return made

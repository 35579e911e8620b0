"""Databases, services and pages for all tests; every database test runs on each engine."""

import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.engine import make_url

from portal.accounts.model import Organisation, OrganisationKind
from portal.app import create_app, make_services
from portal.catalogue import seeds, service
from portal.catalogue.model import Entry
from portal.core.actor import SYSTEM
from portal.core.database import make_engine
from portal.core.provenance import Provenance
from portal.core.resources import resource_folder
from portal.core.seeding import Report
from portal.core.services import Services
from portal.core.settings import Settings
from portal.migrations import upgrade
from portal.reference.model import Country
from portal.taxonomy.model import Sector, Term

POSTGRESQL = os.environ.get("PORTAL_TEST_DATABASE_URL")


def require(present: object, reason: str) -> None:
    """Skip a test whose service is missing; in CI that is a failure."""
    if not present:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have it: {reason}")
        pytest.skip(reason)


def new_database(dialect: str, folder: Path, like: str | None = None) -> Iterator[str]:
    """Yield the address of a database and remove it afterwards.

    :param like: address of a database of which it is a copy; ``None`` = it is empty.
    """
    if dialect == "sqlite":
        if like:
            shutil.copy(make_url(like).database or "", folder / "portal.sqlite")
        yield f"sqlite:///{folder / 'portal.sqlite'}"
        return
    require(POSTGRESQL, "PORTAL_TEST_DATABASE_URL is not set")
    assert POSTGRESQL
    name = f"portal_{uuid.uuid4().hex[:12]}"
    admin = make_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        template = f" TEMPLATE {make_url(like).database}" if like else ""
        connection.execute(text(f"CREATE DATABASE {name}{template}"))
    try:
        yield make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def settings_for(folder: Path, url: str) -> Settings:
    """Return settings of a test deployment."""
    return Settings(
        data=folder,
        database_url=url,
        secret_key="x" * 40,
        base_url=None,
        trusted_hosts=("localhost", "127.0.0.1"),
    )


def new_services(dialect: str, folder: Path) -> Iterator[Services]:
    """Yield services on a migrated, empty database."""
    for url in new_database(dialect, folder):
        services = make_services(settings_for(folder, url))
        upgrade(services.engine)
        yield services
        services.engine.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings of a portal with a small world in it and an empty index, to make copies of."""
    for made in new_services(request.param, tmp_path_factory.mktemp("world")):
        with made.uow() as uow:
            for item in small_world():
                uow.session.add(item)
                uow.session.flush()
        made.index.rebuild(made.documents, iter)
        # PostgreSQL copies only what nobody is connected to.
        made.engine.dispose()
        yield made.settings


@pytest.fixture
def services(world: Settings, tmp_path: Path) -> Iterator[Services]:
    """A portal with a small world in it and an empty index; free to change."""
    dialect = make_url(world.database_url).get_backend_name()
    if world.index_folder.exists():
        shutil.copytree(world.index_folder, tmp_path / world.index_folder.name)
    for url in new_database(dialect, tmp_path, like=world.database_url):
        made = make_services(settings_for(tmp_path, url))
        yield made
        made.engine.dispose()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def seeded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A portal with all of seeds/ in it; only to be read."""
    for made in new_services(request.param, tmp_path_factory.mktemp("seeded")):
        with made.uow() as uow:
            seeds.load_all(uow, resource_folder("seeds"), Report(), iter)
        made.index.rebuild(made.documents, iter)
        made.drainer().drain()
        yield made


@pytest.fixture
def app(services: Services) -> Flask:
    """The web application on the small world."""
    return create_app(services)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor of the small world."""
    return app.test_client()


@pytest.fixture(scope="session")
def seeded_app(seeded: Services) -> Flask:
    """The web application on all of seeds/."""
    return create_app(seeded)


@pytest.fixture
def seeded_client(seeded_app: Flask) -> FlaskClient:
    """A visitor of the portal with all of seeds/."""
    return seeded_app.test_client()


PROVENANCE = Provenance(title="A test", licence="CC BY 4.0", as_of=date(2026, 1, 1))


def names(text: str) -> dict[str, str]:
    """Return the same name in three languages."""
    return {"kk": text, "ru": text, "en": text}


def small_world() -> list[Any]:
    """Return two countries, two sectors, three terms and two organisations."""
    common = {"languages": [], "inflected": {}, "capital": {}, "handling_note": {}, "annex_i_note": {}}
    countries = [
        Country(
            code=code, iso3=iso3, core=True, names=names(name), short_names=names(name), position=n, **common
        )
        for n, (code, iso3, name) in enumerate([("KZ", "KAZ", "Kazakhstan"), ("UZ", "UZB", "Uzbekistan")])
    ]
    sectors = [
        Sector(code=code, names=names(code), position=n, provenance=PROVENANCE)
        for n, code in enumerate(["energy", "water"])
    ]
    terms = [
        Term(
            code=code,
            sector_code=sector,
            parent_code=parent,
            names=names(code.replace("-", " ")),
            definitions={},
            tags=tags,
            crosswalk={},
            provenance=PROVENANCE,
            position=n,
            labels=[],
        )
        for n, (code, sector, parent, tags) in enumerate(
            [
                ("wind-power", "energy", None, []),
                ("onshore-wind", "energy", "wind-power", []),
                ("efficient-coal-power", "energy", None, ["coal"]),
            ]
        )
    ]
    organisations = [
        Organisation(
            key=key,
            kind=OrganisationKind.COMPANY,
            country_code="KZ",
            names=names(key),
            acronyms={},
            aliases=[],
            summaries=names(key),
            tags=[],
            provenance=PROVENANCE,
        )
        for key in ("maker", "stranger")
    ]
    return [*countries, *sectors, *terms, *organisations]


def technology_data(key: str = "turbine", **changes: Any) -> dict[str, Any]:
    """Return a valid technology as forms and seeds write it."""
    words = {
        "kk": ("Жел турбинасы", "Желден электр энергиясын өндіретін турбина."),
        "ru": ("Ветровая турбина", "Турбина, которая вырабатывает электроэнергию из ветра."),
        "en": ("Wind turbine", "A turbine that makes electricity from wind."),
    }
    return {
        "key": key,
        "owner": "maker",
        "countries": ["KZ"],
        "sectors": ["energy"],
        "terms": ["onshore-wind"],
        "objective": "mitigation",
        "texts": {locale: {"title": title, "summary": summary} for locale, (title, summary) in words.items()},
        "origins": {"en": "original", "ru": "translated", "kk": "translated"},
        "provenance": {"title": "A test", "licence": "CC BY 4.0", "as_of": "2026-01-01"},
        "level": "family",
        "form": "equipment",
        "trl": 9,
        **changes,
    }


def publish(services: Services, kind: str, data: dict[str, Any]) -> int:
    """Publish an entry, bring the index up to date, and return its id."""
    with services.uow() as uow:
        entry: Entry = service.publish_data(uow, SYSTEM, None, kind, data)
        found = entry.id
    services.drainer().drain()
    return found

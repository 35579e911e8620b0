"""Chooses the engine."""

from sqlalchemy import Engine

from portal.core.settings import Settings
from portal.search.expansion import ExpanderProvider
from portal.search.index import SearchIndex
from portal.search.postgres_index import PostgresIndex
from portal.search.whoosh_index import WhooshIndex


def open_index(settings: Settings, engine: Engine, expander: ExpanderProvider | None = None) -> SearchIndex:
    """Return the index of a deployment; it may still have to be built.

    :param engine: of the database that the deployment uses.
    :param expander: gives what words are called elsewhere.
    """
    if settings.engine_of_search == "postgresql":
        return PostgresIndex(engine, expander)
    return WhooshIndex(settings.index_folder, expander)

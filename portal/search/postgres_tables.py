"""The tables of the PostgreSQL engine, which the engine makes itself.

They are no part of the portal's migrations: a rebuild makes them anew. A build lies in a
schema of its own, so that a build beside the one in use takes its place by renaming two
schemas, in one transaction that waits for no reader. Numbers of facet values lie in a
third schema that outlives the builds: a number never changes its meaning, so processes
may keep them.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, CreateSchema, CreateTable, DropSchema

from portal.core.i18n import Locale

#: Changes with the tables below; an index of another version is rebuilt.
TABLES_VERSION = 1
_LIVE, _NEXT, _GONE = "search_live", "search_next", "search_gone_"
#: Advisory locks; any numbers that no other lock of the portal has.
WRITING = 20_261_121
REBUILDING = 20_261_122
#: Shorter than PostgreSQL waits before it looks for deadlocks, and may end a reader.
_PATIENCE = "200ms"

Target = Connection | Session


@dataclass(frozen=True)
class Tables:
    """The tables of one build.

    :ivar entry: one row per document; see :mod:`portal.search.postgres_rows`. ``key`` and
        ``codes`` hold in bytes what is read of every hit: id and moment, numbers of facet values.
    :ivar weight: one row per document, with what is read of those that are ranked.
    :ivar frequency: in how many documents each stem stands.
    :ivar word: the words of public documents; ``seq`` is the number of the write that last
        touched the row.
    :ivar state: one row: what the build was made of and by, its name, sums over all
        documents, and the number of the last write.
    """

    schema: str
    entry: Table
    weight: Table
    frequency: Table
    word: Table
    state: Table

    @property
    def all(self) -> tuple[Table, ...]:
        """All of them."""
        return (self.entry, self.weight, self.frequency, self.word, self.state)


def _make_tables(schema: str) -> Tables:
    metadata = MetaData(schema=schema)
    return Tables(
        schema,
        entry=Table(
            "entry",
            metadata,
            Column("id", BigInteger, primary_key=True, autoincrement=False),
            Column("key", LargeBinary, nullable=False),
            Column("codes", LargeBinary, nullable=False),
            Column("lexemes", TSVECTOR, nullable=False),
            # Rows that wait in a list before they enter the index would make single searches slow.
            Index("ix_lexemes", "lexemes", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
            # Wide columns lie elsewhere, so that a page of the table holds many rows.
            postgresql_with={"toast_tuple_target": 128},
        ),
        weight=Table(
            "weight",
            metadata,
            Column("id", BigInteger, primary_key=True, autoincrement=False),
            Column("head", LargeBinary, nullable=False),
            *(Column(f"stems_{locale}", LargeBinary, nullable=False) for locale in Locale),
            postgresql_with={"toast_tuple_target": 8160},
        ),
        frequency=Table(
            "frequency",
            metadata,
            Column("lexeme", Text(collation="C"), primary_key=True),
            Column("entries", Integer, nullable=False),
        ),
        word=Table(
            "word",
            metadata,
            Column("locale", Text(collation="C"), primary_key=True),
            Column("word", Text(collation="C"), primary_key=True),
            Column("stem", Text, nullable=False),
            Column("entries", Integer, nullable=False),
            Column("seq", BigInteger, nullable=False),
            Index("ix_seq", "seq"),
        ),
        state=Table(
            "state",
            metadata,
            Column("version", Text, nullable=False),
            Column("build", Text, nullable=False),
            Column("entries", Integer, nullable=False),
            *(Column(f"length_{locale}", BigInteger, nullable=False) for locale in Locale),
            Column("seq", BigInteger, nullable=False),
        ),
    )


LIVE = _make_tables(_LIVE)
NEXT = _make_tables(_NEXT)

_PERMANENT = "search"
FACET_VALUE = Table(
    "facet_value",
    MetaData(schema=_PERMANENT),
    Column("code", Integer, primary_key=True, autoincrement=False),
    Column("facet", Text, nullable=False),
    Column("value", Text, nullable=False),
    UniqueConstraint("facet", "value"),
)


def take_lock(target: Target, number: int) -> None:
    """Wait for an advisory lock and hold it until the transaction ends."""
    target.execute(select(func.pg_advisory_xact_lock(number)))


def exists(target: Target) -> bool:
    """Return whether there is a build in use; asking for what is not there does no harm."""
    return target.scalar(select(func.to_regclass(f"{_LIVE}.state"))) is not None


def make_permanent(engine: Engine) -> None:
    """Make what outlives the builds, unless it is there."""
    with engine.begin() as connection:
        take_lock(connection, WRITING)
        connection.execute(CreateSchema(_PERMANENT, if_not_exists=True))
        connection.execute(CreateTable(FACET_VALUE, if_not_exists=True))


def make_next(connection: Connection) -> None:
    """Make the empty tables of a build beside the one in use, without indexes."""
    connection.execute(CreateSchema(_NEXT))
    for table in NEXT.all:
        connection.execute(CreateTable(table))
    # What queries read lies in the rows themselves, and nothing of it is worth compressing.
    for table, columns in ((NEXT.entry, ("key", "codes")), (NEXT.weight, ("head",))):
        _store(connection, table, columns, "PLAIN")
    _store(connection, NEXT.weight, [f"stems_{locale}" for locale in Locale], "EXTERNAL")


def finish_next(connection: Connection) -> None:
    """Make the indexes of a build, once it is filled."""
    connection.execute(select(func.set_config("maintenance_work_mem", "256MB", True)))
    for table in NEXT.all:
        for index in table.indexes:
            connection.execute(CreateIndex(index))
        name = connection.dialect.identifier_preparer.format_table(table)
        connection.execute(text(f"ANALYZE {name}"))


def swap(connection: Connection) -> None:
    """Put the build beside in the place of the one in use, when the transaction ends."""
    if exists(connection):
        _rename(connection, _LIVE, _GONE + uuid.uuid4().hex)
    _rename(connection, _NEXT, _LIVE)


def drop_gone(engine: Engine) -> None:
    """Remove builds that are not in use; one that still has a reader waits for the next time."""
    for schema in inspect(engine).get_schema_names():
        if schema.startswith(_GONE):
            try:
                with engine.begin() as connection:
                    connection.execute(select(func.set_config("lock_timeout", _PATIENCE, True)))
                    connection.execute(DropSchema(schema, cascade=True))
            except OperationalError:
                continue


def _store(connection: Connection, table: Table, columns: Iterable[str], storage: str) -> None:
    name = connection.dialect.identifier_preparer.format_table(table)
    for column in columns:
        connection.execute(text(f"ALTER TABLE {name} ALTER COLUMN {column} SET STORAGE {storage}"))


def _rename(connection: Connection, schema: str, to: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    connection.execute(text(f"ALTER SCHEMA {quote(schema)} RENAME TO {quote(to)}"))

"""Engine, declarative base and column types, alike on SQLite and PostgreSQL."""

import enum
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Connection, DateTime, Engine, Enum, MetaData, Text, create_engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

#: Marks a connection whose transaction will write; see :func:`make_engine`.
WRITES = "portal_writes"
#: Ids fit into four bytes; a number beyond eight crashes the driver of SQLite.
LARGEST_ID = 2**31 - 1

Names = dict[str, str]
"""A short text by language, e.g. ``{"kk": "Қазақстан", "ru": "Казахстан", ...}``."""


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, always in UTC; SQLite forgets the zone, so it is given back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its zone back."""
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: Text(),
        datetime: UtcDateTime(),
        dict[str, str]: JSON(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        list[int]: JSON(),
        # The value is stored, not the member's name, so that SQL reads as people write it.
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            length=40,
            values_callable=lambda cls: [member.value for member in cls],
        ),
    }


class Timestamped:
    """When a row was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


#: A database that went silent is given up after seconds, so that the rest of the portal answers.
_POSTGRESQL: dict[str, Any] = {
    "pool_pre_ping": True,
    "pool_timeout": 5,
    "connect_args": {
        "connect_timeout": 5,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    },
}


def make_engine(url: str, **options: Any) -> Engine:
    """Return an engine that behaves the same on both databases.

    On SQLite: foreign keys on, write-ahead log, five seconds of patience, and a
    transaction that is marked with :data:`WRITES` begins with ``BEGIN IMMEDIATE``.
    (``SELECT ... FOR UPDATE`` does nothing there: two writers would both commit
    and one edit would be lost.)
    """
    if not url.startswith("sqlite"):
        options = {**_POSTGRESQL, **options}
    # Values of statements are people's data: they stay out of error texts and logs.
    engine = create_engine(url, hide_parameters=True, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    # The driver's own idea of when to begin gets in the way of ours.
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "busy_timeout = 5000", "synchronous = NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options: Mapping[str, Any] = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES) else "BEGIN")


Sessions = sessionmaker[Session]


def make_sessions(engine: Engine) -> Sessions:
    """Return the factory of sessions on ``engine``.

    A session holds on to every row it has seen until it is closed. Otherwise rows that
    refer to each other are freed by the garbage collector while the session is open,
    which calls back into it. Before Python 3.12 that may happen in the middle of storing
    an attribute, and the interpreter crashes.
    """
    sessions = sessionmaker(engine, expire_on_commit=False)
    for moment in ("loaded_as_persistent", "pending_to_persistent"):
        event.listen(sessions, moment, _hold)
    return sessions


def _hold(session: Session, row: Any) -> None:
    session.info.setdefault("held", []).append(row)

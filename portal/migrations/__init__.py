"""The database's history, run by Alembic without an ini file.

``env.py`` knows every table, so this package stands above all features.
"""

from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Connection, Engine, Enum
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeDecorator

from portal.core.database import WRITES, Base
from portal.core.installation import make_identity
from portal.migrations.tables import TABLES

_FOLDER = Path(__file__).resolve().parent


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(
        connection, opts={"compare_type": True, "target_metadata": Base.metadata, "render_item": render_item}
    )


def pending(engine: Engine) -> list[str]:
    """Return the names of the migrations that the database lacks, oldest first."""
    script = ScriptDirectory.from_config(_config())
    with engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    names = []
    for revision in script.walk_revisions():
        if revision.revision == present:
            break
        names.append(Path(revision.path).stem)
    return names[::-1]


def upgrade(engine: Engine) -> list[str]:
    """Bring the database up to date and return the names of the migrations that ran."""
    names = pending(engine)
    if names:
        with engine.connect().execution_options(**{WRITES: True}) as connection:
            command.upgrade(_config(connection), "head")
            with Session(connection) as session:
                make_identity(session)
                session.flush()
            connection.commit()
    return names


def downgrade(engine: Engine) -> None:
    """Take every migration back."""
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        command.downgrade(_config(connection), "base")
        connection.commit()


def differences(engine: Engine) -> list[str]:
    """Return how the migrated database differs from the models; empty when it does not."""
    assert TABLES
    with engine.connect() as connection:
        found: list[Any] = compare_metadata(_context(connection), Base.metadata)
    return [repr(item) for item in found]


def draft(engine: Engine) -> str:
    """Return the Python body of the migration that would bring the database to the models."""
    with engine.connect() as connection:
        context = _context(connection)
        script = produce_migrations(context, Base.metadata)
        assert script.upgrade_ops is not None
        assert script.downgrade_ops is not None
        return "\n".join(
            render_python_code(operations, migration_context=context, render_item=render_item)
            for operations in (script.upgrade_ops, script.downgrade_ops)
        )


def render_item(kind: str, item: Any, context: Any) -> str | Literal[False]:
    """Write our column types as the plain types they stand on, so that history needs no code."""
    plain = item.impl_instance if isinstance(item, TypeDecorator) else item
    if kind != "type":
        return False
    if isinstance(plain, JSON):
        return "sa.JSON()"
    if isinstance(plain, Enum):
        return f"sa.String({plain.length})"
    return f"sa.{plain!r}" if plain is not item else False

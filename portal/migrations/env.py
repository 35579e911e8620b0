"""Alembic's entry point: runs on the connection that the caller hands over."""

from alembic import context

from portal.core.database import Base
from portal.migrations.tables import TABLES

assert TABLES
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Commands of the database."""

import click

from portal.core.services import Services
from portal.core.settings import make_folder
from portal.migrations import draft, upgrade


@click.group(name="db")
def db_group() -> None:
    """Look after the database."""


@db_group.command(name="upgrade")
@click.pass_obj
def upgrade_command(services: Services) -> None:
    """Run the migrations that the database lacks."""
    make_folder(services.settings.data)
    for name in upgrade(services.engine):
        click.echo(name, err=True)
    click.echo("the database is up to date", err=True)


@db_group.command(name="draft")
@click.pass_obj
def draft_command(services: Services) -> None:
    """Print the body of the migration that would bring the database to the models."""
    click.echo(draft(services.engine))


COMMANDS = (db_group,)

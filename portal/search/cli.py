"""Commands of the search index."""

import sys
from collections.abc import Iterator, Sequence

import click

from portal.core.outbox import forget_jobs, newest_job
from portal.core.services import Services
from portal.search import pairs_cli
from portal.search.jobs import KINDS


@click.group(name="index")
def index_group() -> None:
    """Look after the search index."""


@index_group.command()
@click.pass_obj
def rebuild(services: Services) -> None:
    """Build the index anew beside the running one, then swap."""
    count = build(services)
    click.echo(f"{count} entries indexed", err=True)


def build(services: Services) -> int:
    """Rebuild with a progress bar and return the number of entries."""

    def progress(ids: Sequence[int]) -> Iterator[int]:
        with click.progressbar(ids, label="Indexing", file=sys.stderr) as bar:
            yield from bar

    with services.sessions() as session:
        newest = newest_job(session)
    found: int = services.index.rebuild(services.documents, progress)
    with services.uow() as uow:
        forget_jobs(uow.session, KINDS, newest)
    return found


for command in pairs_cli.COMMANDS:
    index_group.add_command(command)

COMMANDS = (index_group,)

"""Command that loads the first content."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from portal.catalogue import seeds
from portal.core.resources import resource_folder
from portal.core.seeding import Report, Source
from portal.core.services import Services


@click.command()
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Instead of seeds/."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.pass_obj
def seed(services: Services, folder: Path | None, as_json: bool) -> None:
    """Load seeds/; leaves alone what someone edited since, and lists it."""
    report = load_seeds(services, folder or resource_folder("seeds"))
    if as_json:
        click.echo(json.dumps(vars(report), ensure_ascii=False))


def load_seeds(services: Services, folder: Path) -> Report:
    """Load seeds with a progress bar per kind; say what changed on stderr.

    All in one transaction, so that a broken record leaves nothing behind. It takes some
    fifteen seconds the first time; on SQLite others cannot write meanwhile.
    """

    def progress(sources: list[Source]) -> Iterable[Source]:
        label = f"Loading {sources[0].path.parent.name if sources else 'seeds'}".ljust(22)
        with click.progressbar(sources, label=label, file=sys.stderr) as bar:
            yield from bar

    report = Report()
    click.echo("Loading countries, terms, organisations, targets", err=True)
    with services.uow() as uow:
        seeds.load_all(uow, folder, report, progress)
    _say(report)
    return report


def _say(report: Report) -> None:
    click.echo(
        f"seeds: {len(report.created)} new, {len(report.updated)} changed, {report.unchanged} as before",
        err=True,
    )
    # On a first start everything is new; later each new record is worth its name.
    for name in report.created if report.unchanged else ():
        click.echo(f"  new: {name}", err=True)
    for name in report.updated:
        click.echo(f"  changed: {name}", err=True)
    for name in report.left_alone:
        click.echo(f"  left alone, someone edited it: {name}", err=True)


COMMANDS = (seed,)

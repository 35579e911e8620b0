"""Command that works off the outbox."""

import signal
import threading

import click

from portal.core.services import Services


@click.group(name="jobs")
def jobs_group() -> None:
    """Work that is done after commits."""


@jobs_group.command()
@click.option("--once", is_flag=True, help="Do what is due, then end.")
@click.pass_obj
def run(services: Services, once: bool) -> None:
    """Work off the jobs until told to stop; one drainer at a time does them."""
    if once:
        click.echo(f"{services.drainer().drain()} jobs done", err=True)
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    services.drainer().run(stop)


COMMANDS = (jobs_group,)

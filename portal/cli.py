"""One ``portal`` command, gathered from every package's ``cli.py``."""

import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from sqlalchemy.exc import OperationalError, ProgrammingError

from portal.app import learn_names, make_services
from portal.catalogue.cli import COMMANDS as CATALOGUE
from portal.catalogue.cli import load_seeds
from portal.check import COMMANDS as CHECK
from portal.core.cli import COMMANDS as CORE
from portal.core.errors import InvalidData, PortalError, SettingsError
from portal.core.installation import read_fact, write_fact
from portal.core.resources import resource_folder
from portal.core.seeding import digest
from portal.core.services import Services
from portal.core.settings import make_folder, make_secret_key, read_settings
from portal.matching.batch import COMMANDS as MATCH_ALL
from portal.matching.bench import match_command as match_benchmark
from portal.matching.cli import COMMANDS as MATCHING
from portal.matching.plans.cli import COMMANDS as PLAN
from portal.migrations import pending, upgrade
from portal.migrations.cli import COMMANDS as MIGRATIONS
from portal.pages.bench import COMMANDS as BENCH
from portal.pages.bench import bench_group
from portal.pages.cli import COMMANDS as PAGES
from portal.pages.eval import COMMANDS as EVAL
from portal.search.bench import search_command as search_benchmark
from portal.search.cli import COMMANDS as SEARCH
from portal.search.cli import build

TARGET = "portal.app:create_embedded_app"


class PortalGroup(click.Group):
    """A group whose errors are one plain line, and that takes ``--data`` anywhere."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; ``--data`` may stand behind the command as well."""
        return super().parse_args(ctx, _data_first(args))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except InvalidData as error:
            raise click.ClickException(
                "\n  ".join(["the data break rules:", *(f"{k}: {v}" for k, v in error.errors.items())])
            ) from error
        except PortalError as error:
            raise click.ClickException(str(error)) from error
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(
                f"the database did not answer or is not set up ({type(error.orig).__name__}); "
                "run: portal db upgrade"
            ) from error


def _data_first(args: list[str]) -> list[str]:
    """Move ``--data DIR`` or ``--data=DIR`` to the front; what follows ``--`` is left alone."""
    end = args.index("--") if "--" in args else len(args)
    front: list[str] = []
    rest: list[str] = []
    words = iter(args[:end])
    for word in words:
        if word == "--data":
            front += [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word.startswith("--data="):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest, *args[end:]]


@click.group(cls=PortalGroup)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Data folder; overrides PORTAL_DATA. May also stand behind the command.",
)
@click.pass_context
def main(ctx: click.Context, data: Path | None) -> None:
    """Run the Green Bridge portal."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for chatty in ("alembic", "pymorphy3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if ctx.invoked_subcommand != "check":
        ctx.obj = make_services(read_settings(data=data))


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--no-serve", is_flag=True, help="Set everything up, then end.")
@click.pass_obj
def demo(services: Services, port: int, no_serve: bool) -> None:
    """Set up a portal with the real seeds in a data folder and serve it."""
    make_secret_key(services.settings.data)
    set_up(services)
    if no_serve:
        click.echo(f"ready in {services.settings.data}", err=True)
        return
    _serve(services, "127.0.0.1", port)


def set_up(services: Services) -> None:
    """Migrate, seed and index whatever is not up to date, and say what was done."""
    make_folder(services.settings.data)
    for name in upgrade(services.engine):
        click.echo(f"migration: {name}", err=True)
    folder = resource_folder("seeds")
    wanted = _seeds_digest(folder)
    with services.sessions() as session:
        present = read_fact(session, "seeds")
    if present != wanted:
        load_seeds(services, folder)
        with services.uow() as uow:
            write_fact(uow.session, "seeds", wanted)
    if present is None or not services.index.is_current(services.documents):
        click.echo(f"{build(services)} entries indexed", err=True)
    services.drainer().drain()
    learn_names(services)


def renew_index(services: Services) -> None:
    """Rebuild the search index if it is missing, damaged, or made by another version."""
    if not services.index.is_current(services.documents):
        click.echo("the search index is missing, damaged or not of this version: building it", err=True)
        click.echo(f"{build(services)} entries indexed", err=True)


def _seeds_digest(folder: Path) -> str:
    return digest([[str(x.relative_to(folder)), x.read_text()] for x in sorted(folder.rglob("*.yaml"))])


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.pass_obj
def serve(services: Services, host: str, port: int) -> None:
    """Serve a portal that is set up already."""
    if not services.settings.secret_key:
        raise SettingsError(
            "PORTAL_SECRET_KEY is not set and the data folder has no secret_key; run: portal demo"
        )
    if names := pending(services.engine):
        raise SettingsError(f"the database lacks {', '.join(names)}; run: portal db upgrade")
    renew_index(services)
    _serve(services, host, port)


def _serve(services: Services, host: str, port: int) -> None:
    """Serve in the foreground; ends within five seconds of SIGTERM or SIGINT."""
    _refuse_busy(host, port)
    os.environ.update(services.settings.environment())
    services.engine.dispose()
    server = Granian(
        TARGET,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        workers_kill_timeout=3,
        log_access=False,
        log_level="warning",
    )
    # A signal before granian sets its own handlers ends the process as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server.on_startup(lambda: click.echo(f"http://{host}:{port}/"))
    server.serve()


def _refuse_busy(host: str, port: int) -> None:
    """Refuse a port that another server has; granian would share it with that one.

    :raises SettingsError: the port is taken, or the address is not this machine's.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"cannot serve on {host}:{port}: {error.strerror}; choose another --port"
            ) from error


def gather(groups: Sequence[Sequence[click.Command]]) -> None:
    """Add every package's commands."""
    for commands in groups:
        for command in commands:
            main.add_command(command)


bench_group.add_command(search_benchmark)
bench_group.add_command(match_benchmark)
gather((CATALOGUE, CHECK, CORE, MATCHING, MATCH_ALL, PLAN, MIGRATIONS, PAGES, BENCH, EVAL, SEARCH))

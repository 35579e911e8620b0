"""Measures how fast pages are: ``portal bench pages``."""

import http.client
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.kinds import KINDS
from portal.catalogue.model import Entry, Status
from portal.core.services import Services

#: The empty answer that all others are compared with, since machines are noisy.
BASELINE = "/healthz"


@click.group(name="bench")
def bench_group() -> None:
    """Measure speed."""


@bench_group.command(name="pages")
@click.option("--rounds", type=click.IntRange(5, 1000), default=40, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@click.pass_obj
def pages_command(services: Services, rounds: int, as_json: bool) -> None:
    """Serve this portal in a process of its own and time each type of page over HTTP.

    One client, one kept connection; the first request of each page is not counted.
    """
    with services.sessions() as session:
        paths = {"baseline": BASELINE, **page_types(session)}
    with _server(services) as port:
        figures = {name: _measure(port, path, rounds) for name, path in paths.items()}
    base = figures["baseline"]["p50_ms"]
    for figure in figures.values():
        figure["ratio"] = round(figure["p50_ms"] / base, 1)
    if as_json:
        click.echo(json.dumps({"rounds": rounds, "pages": figures}))
        return
    click.echo(f"{'page':24}{'p50 ms':>9}{'p95 ms':>9}{'x empty':>9}{'bytes':>10}")
    for name, figure in figures.items():
        click.echo(
            f"{name:24}{figure['p50_ms']:9.1f}{figure['p95_ms']:9.1f}{figure['ratio']:9.1f}{figure['bytes']:10.0f}"
        )


def page_types(session: Session) -> dict[str, str]:
    """Return an address of each type of page, by name."""
    found = {
        "home": "/kk/",
        "search, all": "/kk/search",
        "search, one word": "/kk/search?q=жел",
        "search, filtered": "/ru/search?q=вода&country=KZ&kind=project",
        "countries": "/kk/countries",
        "country": "/kk/countries/KZ",
        "how matching works": "/kk/matching",
        "sources": "/kk/sources",
        "about": "/kk/about",
        "privacy": "/kk/privacy",
        "contact": "/kk/contact",
        "organisations": "/kk/organisations",
        "organisation": "/kk/organisations/1",
    }
    for name, kind in KINDS.items():
        found[f"list, {name}"] = f"/kk/{kind.plural}"
        newest = select(Entry.id).where(Entry.kind == name, Entry.status == Status.PUBLISHED)
        entry_id = session.scalar(newest.order_by(Entry.id).limit(1))
        if entry_id is not None:
            found[f"page, {name}"] = f"/kk/{kind.plural}/{entry_id}-"
            found[f"matches, {name}"] = f"/kk/{kind.plural}/{entry_id}/matches"
    return found


@contextmanager
def _server(services: Services) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    code = "from portal.cli import main; main()"
    command = [
        sys.executable,
        "-c",
        code,
        "serve",
        "--port",
        str(port),
        "--data",
        str(services.settings.data),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise click.ClickException("the server ended at once; run: portal demo --no-serve")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise click.ClickException("the server did not start")


def _measure(port: int, path: str, rounds: int) -> dict[str, float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    target, size, times = _follow(connection, path), 0, []
    for _ in range(rounds):
        start = time.perf_counter()
        connection.request("GET", target)
        answer = connection.getresponse()
        size = len(answer.read())
        times.append((time.perf_counter() - start) * 1000)
        if answer.status != 200:
            raise click.ClickException(f"{path} answered {answer.status}")
    connection.close()
    return {
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 2),
        "bytes": size,
    }


def _follow(connection: http.client.HTTPConnection, path: str) -> str:
    """Ask once, so that caches are warm, and return where redirects lead."""
    for _ in range(3):
        quoted = quote(path, safe="/?=&%")
        connection.request("GET", quoted)
        answer = connection.getresponse()
        answer.read()
        location = answer.getheader("Location")
        if not location:
            return quoted
        path = location
    return path


COMMANDS = (bench_group,)

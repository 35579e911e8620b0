"""Measures how fast matching is over a large catalogue: ``portal bench match``.

This file runs the benchmark and prints it. What is measured: ``bench_entries`` draws the
entries, ``bench_catalogue`` stores them. With what: ``bench_process`` asks, each task in a process
of its own; ``bench_changes`` changes entries; ``bench_sql`` and ``bench_statement`` do the same in
databases.
"""

import json
import os
import platform
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from sqlalchemy import text
from sqlalchemy.engine import make_url

from portal.core.database import make_engine
from portal.core.services import Services
from portal.matching.bench_catalogue import link_projects, make_portal
from portal.matching.bench_process import LIMIT, Job, apart

#: At 100,000 technologies on two cores; see :func:`goals`.
P50_MS, P95_MS, ALL_S, RSS_MB, CHANGE_MS, TIMES_SQL = 25, 60, 60, 600, 100, 5

Figures = dict[str, Any]


@click.command(name="match")
@click.option("--technologies", type=click.IntRange(100), default=100_000, show_default=True)
@click.option("--needs", type=click.IntRange(40), default=2_000, show_default=True)
@click.option("--projects", type=click.IntRange(1), default=5_000, show_default=True)
@click.option("--sources", type=click.IntRange(1), default=1_000, show_default=True)
@click.option("--rounds", type=click.IntRange(1, 100), default=1, show_default=True, help="Over all needs.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another makes another catalogue.")
@click.option("--postgresql", metavar="URL", help="A server on which a database of its own may be made.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the generated portal in this folder, and use it again if it is there already.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@click.pass_obj
def match_command(
    services: Services,
    technologies: int,
    needs: int,
    projects: int,
    sources: int,
    rounds: int,
    seed: int,
    postgresql: str | None,
    keep: Path | None,
    as_json: bool,
) -> None:
    """Make a catalogue of its own, time matching over it, and compare it with SQL over flat tables.

    Needs half a gigabyte for temporary files, see TMPDIR, and at the default size a quarter of an hour.
    """
    sizes = {"technology": technologies, "need": needs, "project": projects, "financing": sources}
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        job = Job(sizes, seed, rounds)
        try:
            found = _run(services, keep or Path(folder), job, postgresql)
        except subprocess.CalledProcessError as error:
            raise click.ClickException("a process failed; see above") from error
    figures = summary(sizes, found)
    click.echo(json.dumps(figures) if as_json else report(figures, found))
    if disagreed := {x for engine in found["compared"].values() for x in engine["disagreed"]}:
        raise click.ClickException(f"SQL gives other technologies for needs {sorted(disagreed)}")


def _run(services: Services, folder: Path, job: Job, postgresql: str | None) -> Figures:
    generated = services.at(folder)
    _make(generated, folder, job)
    found: Figures = {"machine": _machine()}
    _note("asking for every need, changing entries")
    found["asked"] = apart("ask", generated, job)
    _note("matching all needs")
    found["all"] = apart("match_needs", generated, job)
    _note("comparing with SQL")
    with _own_database(postgresql) as url:
        found["compared"] = apart("compare", generated, replace(job, postgresql=url))
    return found


def _make(generated: Services, folder: Path, job: Job) -> None:
    """Make the portal, unless the same one is there already."""
    made, wanted = folder / "made.json", {"sizes": dict(job.sizes), "seed": job.seed}
    if made.exists():
        if json.loads(made.read_text()) != wanted:
            raise click.ClickException(f"{folder} holds a portal of another size or seed")
        return
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty")
    make_portal(generated, job.sizes, job.seed, _note)
    link_projects(generated, job.sizes, job.seed)
    generated.engine.dispose()
    made.write_text(json.dumps(wanted))


def summary(sizes: Mapping[str, int], found: Figures) -> Figures:
    """Return the figures that ``--json`` prints."""
    asked, compared = found["asked"], found["compared"]
    changes = [x for times in asked["changes"].values() for x in times]
    figures = {
        "technologies": sizes["technology"],
        "needs": sizes["need"],
        "p50_ms": _percentile(asked["whole"], 50),
        "p95_ms": _percentile(asked["whole"], 95),
        "ids_p50_ms": _percentile(asked["ids"], 50),
        "rss_mb": round(max(asked["rss_mb"], found["all"]["rss_mb"])),
        "all_needs_s": round(found["all"]["seconds"], 1),
        "change_p95_ms": _percentile(changes, 95),
        "sqlite_p50_ms": _percentile(compared["sqlite"]["times"], 50),
    }
    if "postgresql" in compared:
        figures["postgresql_p50_ms"] = _percentile(compared["postgresql"]["times"], 50)
    return figures


def report(figures: Figures, found: Figures) -> str:
    """Return the figures as text, and which goals they meet."""
    asked = found["asked"]
    machine = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    lines = [f"{figures['technologies']} technologies, {figures['needs']} needs; {machine}", ""]
    rows = [
        (f"one need, first {LIMIT} with reasons, p50 / p95 ms", _pair(asked["whole"])),
        (f"the same, with the first {LIMIT} of each gate", _pair(asked["excluded"])),
        (f"one need, ids of the first {LIMIT}, p50 / p95 ms", _pair(asked["ids"])),
        *((f"the same, {name}, p50 / p95 ms", _pair(x["times"])) for name, x in found["compared"].items()),
        (f"a change shows, {CHANGED}, p95 ms", _by_kind(asked["changes"])),
        ("all needs, s", figures["all_needs_s"]),
        ("reading everything at the start, s", round(asked["load_s"], 1)),
        ("memory, at most / when asked, MB", f"{figures['rss_mb']} / {asked['kept_mb']:.0f}"),
    ]
    lines += [f"{name:56}{value}" for name, value in rows]
    compared = sum(len(x["times"]) for x in found["compared"].values())
    disagreed = sum(len(x["disagreed"]) for x in found["compared"].values())
    lines += ["", f"{disagreed} of {compared} lists differ between the columns and SQL", ""]
    lines += ["Goals, for 100,000 technologies on two cores that nobody else uses:"]
    return "\n".join([*lines, *(f"{'yes' if met else 'no ':4} {goal}" for goal, met in goals(figures))])


#: The kinds whose changes are timed, as the table names them.
CHANGED = "technology / need / project / source"


def _pair(times: Sequence[float]) -> str:
    return f"{_percentile(times, 50)} / {_percentile(times, 95)}"


def _by_kind(changes: Mapping[str, Sequence[float]]) -> str:
    return " / ".join(str(_percentile(times, 95)) for times in changes.values())


def goals(figures: Figures) -> Iterator[tuple[str, bool]]:
    """Yield each goal with its figure, and whether it is met."""
    limits = (
        ("one need with reasons, p50 ms", "p50_ms", P50_MS),
        ("one need with reasons, p95 ms", "p95_ms", P95_MS),
        ("all needs, s", "all_needs_s", ALL_S),
        ("memory, MB", "rss_mb", RSS_MB),
        ("a change shows, p95 ms", "change_p95_ms", CHANGE_MS),
    )
    for what, name, most in limits:
        yield f"{what}: {figures[name]}, at most {most}", figures[name] <= most
    for name in ("sqlite", "postgresql"):
        if f"{name}_p50_ms" in figures:
            times = figures[f"{name}_p50_ms"] / figures["ids_p50_ms"]
            yield f"times as fast as {name}: {times:.1f}, at least {TIMES_SQL}", times >= TIMES_SQL


def _percentile(times: Sequence[float], percent: int) -> float:
    return round(float(np.percentile(times, percent)), 2)


@contextmanager
def _own_database(server: str | None) -> Iterator[str | None]:
    """Make an empty database and remove it afterwards; without a server there is none."""
    if server is None:
        yield None
        return
    name = f"portal_bench_{uuid.uuid4().hex[:12]}"
    admin = make_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def _machine() -> Figures:
    """Return what the figures depend on."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return {
        "processor": processor or platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "sqlite": sqlite3.sqlite_version,
    }


def _note(message: str) -> None:
    click.echo(message, err=True)

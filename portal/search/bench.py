"""Measures how fast the search is, beside other engines: ``portal bench search``.

This file runs the benchmark and prints it. What is measured: ``bench_catalogue`` and
``bench_words`` make the entries, ``bench_queries`` the queries. With what: ``bench_engines``,
``bench_fts5``, ``bench_tantivy``. Where: ``bench_process``. Judged in ``bench_report``.
"""

import json
import os
import platform
import random
import shutil
import sqlite3
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path
from typing import Any

import click
import numpy as np
from sqlalchemy import text
from sqlalchemy.engine import make_url

from portal.core.database import make_engine
from portal.search.bench_catalogue import make_catalogue
from portal.search.bench_process import ENGINES, Job, Put, build_apart, serve_apart
from portal.search.bench_queries import CLASSES, Question, choose, save
from portal.search.bench_report import report

#: The share of entries that leave the catalogue after it was indexed.
_GONE = 0.01
#: How many entries are added, and how many are brought up to date, if there are so many.
_PUTS, _ENTRIES_PER_PUT = 40, 50
_MEGABYTE = 1 << 20

Figures = dict[str, Any]


@dataclass(frozen=True)
class _Run:
    """One engine's figures, and its answers to the questions as far as it came."""

    figures: Figures
    answers: Sequence[Any]


@click.command(name="search")
@click.option("--entries", type=click.IntRange(200), default=100_000, show_default=True)
@click.option(
    "--engines", default=",".join(ENGINES), show_default=True, help="What is not installed is left out."
)
@click.option("--passes", type=click.IntRange(1, 100), default=5, show_default=True, help="After the first.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another makes other words and queries.")
@click.option("--postgresql", metavar="URL", help="A server on which a database of its own may be made.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def search_command(
    entries: int, engines: str, passes: int, seed: int, postgresql: str | None, as_json: bool
) -> None:
    """Make a catalogue in three languages and time queries in several engines.

    Needs some gigabytes for temporary files, see TMPDIR, and at the default size a quarter
    of an hour or more.
    """
    wanted = engines.split(",")
    if unknown := set(wanted) - set(ENGINES):
        raise click.BadParameter(f"there is no {', '.join(sorted(unknown))}", param_hint="--engines")
    there = [name for name in ENGINES if name in wanted and _is_there(name, postgresql)]
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        try:
            found = _run(Path(folder), entries, there, passes, seed, postgresql)
        except subprocess.CalledProcessError as error:
            raise click.ClickException("an engine failed; see above") from error
    if as_json:
        click.echo(json.dumps(found))
    else:
        click.echo(report(found))


def _is_there(engine: str, postgresql: str | None) -> bool:
    match engine:
        case "tantivy":
            return find_spec("tantivy") is not None
        case "fts5":
            with sqlite3.connect(":memory:") as base:
                return bool(base.execute("SELECT sqlite_compileoption_used('ENABLE_FTS5')").fetchone()[0])
        case "postgresql":
            return postgresql is not None
    return True


def _run(
    folder: Path, entries: int, engines: Sequence[str], passes: int, seed: int, postgresql: str | None
) -> Figures:
    """Make the catalogue, run all engines and compare their answers."""
    machine = _machine()
    _note(f"making {entries} entries")
    catalogue = make_catalogue(folder, entries, seed)
    rng = random.Random(seed)  # noqa: S311
    gone = sorted(rng.sample(range(1, entries + 1), int(entries * _GONE)))
    questions, synonyms = choose(catalogue, gone, seed)
    save(folder, questions, synonyms)
    puts = _puts(sorted(set(range(1, entries + 1)) - set(gone)), entries, rng)
    job = Job("", folder, postgresql, gone, passes, puts)
    runs: dict[str, _Run] = {}
    for name in engines:
        runs[name] = _measure(replace(job, engine=name), questions, runs)
    return {
        "entries": entries,
        "queries": len(questions),
        "passes": passes,
        "seed": seed,
        "machine": machine,
        "engines": {name: run.figures for name, run in runs.items()},
        "disagreements": _disagreements(list(runs.values())),
    }


def _puts(live: Sequence[int], entries: int, rng: random.Random) -> dict[str, list[Put]]:
    """Return entries to add and to bring up to date, each with a word that no other has.

    :param live: those that have not left the catalogue.
    """
    count = min(_PUTS, entries // _ENTRIES_PER_PUT)
    chosen = rng.sample(live, 2 * count)
    return {
        "add": [Put(entries + n + 1, x, _word("zqaz", n)) for n, x in enumerate(chosen[:count])],
        "update": [Put(x, x, _word("zquz", n)) for n, x in enumerate(chosen[count:])],
    }


def _word(start: str, number: int) -> str:
    return f"{start}{chr(97 + number // 26)}{chr(97 + number % 26)}k"


def _measure(job: Job, questions: Sequence[Question], others: Mapping[str, _Run]) -> _Run:
    """Build one engine and serve from it, each in a process of its own."""
    if job.engine == "postgresql" and job.postgresql:
        with _own_database(job.postgresql) as url:
            job = replace(job, postgresql=url)
            return _served(job, questions, _built(job, lambda: _database_size(url)))
    if job.engine == "whoosh" and "portal" in others:
        # It is the same index, before entries were added to it.
        figures = others["portal"].figures
        return _served(job, questions, {x: figures[x] for x in ("build_s", "index_mb", "build_rss_mb")})
    built = _built(job, lambda: _folder_size(job.folder / job.engine))
    if job.engine == "portal":
        shutil.copytree(job.folder / "portal", job.folder / "whoosh")
    return _served(job, questions, built)


def _built(job: Job, size: Callable[[], float]) -> Figures:
    _note(f"{job.engine}: building")
    seconds, memory = build_apart(job)
    return {"build_s": round(seconds, 1), "index_mb": size(), "build_rss_mb": round(memory)}


def _served(job: Job, questions: Sequence[Question], built: Figures) -> _Run:
    _note(f"{job.engine}: serving")
    served = serve_apart(job)
    # Plain Whoosh may have come to the end of its time in the first pass.
    warm = served.warm if any(served.warm) else [served.cold]
    figures = {
        **built,
        "rss_mb": round(served.reader_mb),
        "open_s": round(served.open_s, 3),
        **{f"{kind}_p95_ms": _percentile(times, 95) for kind, times in served.put.items()},
        **_spread([time for one in warm for time in one]),
        "asked": sum(map(len, served.warm)),
        "cold": {**_spread(served.cold), "most_ms": round(max(served.cold), 3)},
        "classes": _by_class(questions, warm),
    }
    if served.everywhere:
        everywhere = _spread([time for one in served.everywhere for time in one])
        figures["everywhere"] = {**everywhere, "classes": _by_class(questions, served.everywhere)}
        figures["serving_rss_mb"] = round(served.serving_mb or 0)
    if served.segments is not None:
        figures["segments"] = served.segments
    return _Run(figures, served.answers)


def _by_class(questions: Sequence[Question], passes: Sequence[Sequence[float]]) -> dict[str, Figures]:
    times: dict[str, list[float]] = {name: [] for name in CLASSES}
    for one in passes:
        for question, time in zip(questions, one, strict=False):
            times[question.name].append(time)
    return {name: _spread(mine) for name, mine in times.items() if mine}


def _spread(times: Sequence[float]) -> Figures:
    return {"p50_ms": _percentile(times, 50), "p95_ms": _percentile(times, 95)}


def _percentile(times: Sequence[float], percent: int) -> float:
    return round(float(np.percentile(times, percent)), 3)


def _disagreements(runs: Sequence[_Run]) -> int:
    """Return to how many questions not all engines gave the same total and counts."""
    answers = zip_longest(*(run.answers for run in runs))
    return sum(any(x != given[0] for x in given if x is not None) for given in answers)


def _folder_size(folder: Path) -> float:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return round(size / _MEGABYTE, 1)


@contextmanager
def _own_database(server: str) -> Iterator[str]:
    """Make an empty database and remove it afterwards: an index that is in use stays untouched."""
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


def _database_size(url: str) -> float:
    engine = make_engine(url)
    with engine.connect() as connection:
        size: int = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    engine.dispose()
    return round(size / _MEGABYTE, 1)


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
        "whoosh": version("whoosh-reloaded"),
        **({"tantivy": version("tantivy")} if find_spec("tantivy") else {}),
    }


def _note(message: str) -> None:
    click.echo(message, err=True)

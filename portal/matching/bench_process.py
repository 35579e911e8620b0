"""What the benchmark of matching does in processes of their own, whose memory is theirs alone."""

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.core.actor import ANONYMOUS
from portal.core.database import now
from portal.core.i18n import render
from portal.core.services import Services
from portal.matching.batch import match_all
from portal.matching.bench_catalogue import ids_of, texts_near
from portal.matching.bench_changes import time_changes
from portal.matching.bench_sql import Baseline, PostgresqlBaseline, SqliteBaseline
from portal.matching.columns.ranking import rank_technologies
from portal.matching.facts import NeedFacts
from portal.matching.portfolio import Portfolio, portfolio
from portal.matching.queries import fitting_technologies

#: How many technologies are asked for, and in which language the reasons are written.
LIMIT, LOCALE = 20, "ru"
#: So many needs are asked of the databases too; they take their time, PostgreSQL seconds for each.
COMPARED = {"sqlite": 200, "postgresql": 50}
_CHILD = (
    "import sys; from portal.app import make_services; from portal.core.settings import read_settings; "
    "from portal.matching.bench_process import answer_parent; "
    "answer_parent(make_services(read_settings()), *sys.argv[1:])"
)

Figures = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """What a process is to do with a generated portal.

    :ivar sizes: how many entries of each kind it has.
    :ivar rounds: how often every need is asked.
    :ivar postgresql: an empty database, if it is to be compared with.
    """

    sizes: Mapping[str, int]
    seed: int
    rounds: int
    postgresql: str | None = None


def ask(services: Services, job: Job) -> Figures:
    """Ask for the best technologies of every need, then change entries and wait until it shows."""
    with services.sessions() as session:
        start = time.perf_counter()
        known = portfolio(session, now().date())
        load_s = time.perf_counter() - start
        # As app.py does: what is loaded by now stays.
        gc.collect()
        gc.freeze()
        needs = _with_texts(job, [x.need for x in known.needs]) * job.rounds
        # One after the other for each need, so that all are timed while the machine is the same.
        whole, with_excluded, ids = _times(
            needs,
            lambda x: explain(session, known, x),
            lambda x: explain(session, known, x, with_excluded=True),
            lambda x: rank_technologies(x, known.technologies, LIMIT),
        )
    changes = time_changes(services, job.sizes, job.seed)
    memory = {"rss_mb": memory_mb("VmHWM"), "kept_mb": memory_mb("VmRSS")}
    return {
        "load_s": load_s,
        "whole": whole,
        "excluded": with_excluded,
        "ids": ids,
        "changes": changes,
        **memory,
    }


def explain(session: Session, known: Portfolio, need: NeedFacts, *, with_excluded: bool = False) -> list[str]:
    """Return the reasons of the best technologies of a need, in words."""
    found = fitting_technologies(session, ANONYMOUS, known, need, LIMIT, with_excluded=with_excluded)
    return [render(criterion.reason, LOCALE) for match in found.matches for criterion in match.criteria]


def match_needs(services: Services, job: Job) -> Figures:
    """Find and keep the best technologies of every need."""
    start = time.perf_counter()
    done = match_all(services, LIMIT, lambda session, known, needs: _with_texts(job, needs))
    took = time.perf_counter() - start
    return {"seconds": took, "needs": done.matched, "rss_mb": memory_mb("VmHWM")}


def compare(services: Services, job: Job) -> Figures:
    """Ask the databases for the same technologies, and count the needs on which they disagree."""
    with services.sessions() as session:
        known = portfolio(session, now().date())
    needs = _with_texts(job, [x.need for x in known.needs])
    standards = {standard for x in needs for standard in x.required_standards}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flat.sqlite"
        found = {
            "sqlite": _compared(known, needs, "sqlite", SqliteBaseline(path, known.technologies, standards))
        }
    if job.postgresql:
        postgresql = PostgresqlBaseline(job.postgresql, known.technologies, standards)
        found["postgresql"] = _compared(known, needs, "postgresql", postgresql)
    return found


def _compared(known: Portfolio, needs: Sequence[NeedFacts], name: str, baseline: Baseline) -> Figures:
    baseline.fill()
    times, disagreed = [], []
    # Spread over all, so that every country and sector is among them.
    for need in needs[:: max(1, len(needs) // COMPARED[name])][: COMPARED[name]]:
        ids, took = baseline.ask(need, known.knowledge.weights.of(need.objective), LIMIT)
        times.append(took)
        if ids != rank_technologies(need, known.technologies, LIMIT).ids:
            disagreed.append(need.id)
    return {"times": times, "disagreed": disagreed}


def _with_texts(job: Job, needs: Sequence[NeedFacts]) -> list[NeedFacts]:
    technologies = ids_of(job.sizes, "technology")
    return [replace(x, texts=texts_near(x.id, technologies, job.seed)) for x in needs]


def _times(needs: Iterable[NeedFacts], *tasks: Callable[[NeedFacts], object]) -> list[list[float]]:
    """Return how long each task took for each need, in milliseconds."""
    times: list[list[float]] = [[] for _ in tasks]
    for need in needs:
        for took, do in zip(times, tasks, strict=True):
            start = time.perf_counter()
            do(need)
            took.append((time.perf_counter() - start) * 1000)
    return times


_TASKS: Mapping[str, Callable[[Services, Job], Figures]] = {
    "ask": ask,
    "match_needs": match_needs,
    "compare": compare,
}


def apart(task: str, services: Services, job: Job) -> Figures:
    """Do a task in a process of its own.

    :raises subprocess.CalledProcessError: it failed; it has said why.
    """
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "asked", Path(folder) / "answered"
        asked.write_text(json.dumps(asdict(job)))
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", _CHILD, task, str(asked), str(answered)],
            env=environ | dict(services.settings.environment()),
            stdout=subprocess.DEVNULL,
            check=True,
        )
        found: Figures = json.loads(answered.read_text())
        return found


def answer_parent(services: Services, task: str, asked: str, answered: str) -> None:
    """Do in this process what the one that started it asks for."""
    job = Job(**json.loads(Path(asked).read_text()))
    Path(answered).write_text(json.dumps(_TASKS[task](services, job)))


def memory_mb(name: str) -> float:
    """Return this process's memory in megabytes: ``VmRSS`` = now, ``VmHWM`` = at most so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = next((line.split()[1] for line in lines if line.startswith(f"{name}:")), "0")
    return int(kilobytes) / 1024

"""What the benchmark does in processes of their own: build one engine, or serve and time it."""

import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.bench_catalogue import Catalogue
from portal.search.bench_engines import Engine, PortalEngine, WhooshEngine, embedded, in_database, segments
from portal.search.bench_queries import Question, Synonyms, load
from portal.search.index import PUBLIC, Document, Results
from portal.search.spelling import Speller

ENGINES = ("portal", "tantivy", "fts5", "whoosh", "postgresql")
#: The time that plain Whoosh has for its questions, in seconds.
WHOOSH_SECONDS = 120.0
#: How often the memory of a building process is looked at, in seconds.
_LOOK = 0.1
#: After so many seconds an entry that was added should be found.
_PATIENCE = 30
_CHILD = "from portal.search.bench_process import answer_parent; answer_parent()"


@dataclass(frozen=True)
class Put:
    """An entry that is added or brought up to date.

    :ivar like: the entry whose texts it has.
    :ivar word: what it has besides, by which it is found.
    """

    id: int
    like: int
    word: str

    def document(self, catalogue: Catalogue) -> Document:
        """Return it as everybody finds it."""
        document = catalogue.document(self.like)
        bodies = {**document.bodies, Locale.EN: f"{document.bodies[Locale.EN]} {self.word}"}
        return replace(document, id=self.id, bodies=bodies, labels=document.labels | {PUBLIC})


@dataclass(frozen=True)
class Job:
    """What a process is to do.

    :ivar folder: of the catalogue, the queries and, in folders of their names, the engines.
    :ivar gone: entries that have left the catalogue after it was indexed.
    :ivar passes: how often the questions are asked after the first time.
    :ivar puts: entries to add, and to bring up to date.
    """

    engine: str
    folder: Path
    postgresql: str | None
    gone: Sequence[int]
    passes: int
    puts: Mapping[str, Sequence[Put]]


@dataclass
class Served:
    """What serving took; times of questions in milliseconds, in the order of the questions.

    :ivar cold: the first pass.
    :ivar warm: all others.
    :ivar everywhere: all others, in all languages and with expansion.
    :ivar answers: the total and the facet counts of each question.
    :ivar reader_mb: memory after the questions in one language.
    :ivar serving_mb: memory after all questions, with the typo dictionaries.
    :ivar put: times until an entry that was added or changed is found.
    """

    open_s: float
    cold: list[float]
    warm: list[list[float]]
    answers: list[Any]
    reader_mb: float
    serving_mb: float | None = None
    everywhere: list[list[float]] = field(default_factory=list)
    put: dict[str, list[float]] = field(default_factory=dict)
    segments: int | None = None


def make_engine(job: Job, synonyms: Synonyms | None = None) -> Engine:
    """Return an engine on its folder, whose library is imported only now: it may be missing."""
    folder = job.folder / job.engine
    folder.mkdir(exist_ok=True)
    if job.engine == "tantivy":
        from portal.search.bench_tantivy import TantivyEngine

        return TantivyEngine(folder)
    if job.engine == "fts5":
        from portal.search.bench_fts5 import Fts5Engine

        return Fts5Engine(folder)
    if job.engine == "whoosh":
        return WhooshEngine(folder)
    if job.engine == "postgresql" and job.postgresql:
        return PortalEngine(in_database(job.postgresql), synonyms)
    return PortalEngine(embedded(folder), synonyms)


def build(job: Job) -> float:
    """Build an engine's index and return the seconds that took."""
    catalogue = Catalogue(job.folder)
    engine = make_engine(job)
    start = time.perf_counter()
    engine.build(catalogue)
    took = time.perf_counter() - start
    engine.drop(job.gone)
    return took


def serve(job: Job) -> Served:
    """Open an index, ask all questions and time them, then add and change entries."""
    questions, synonyms = load(job.folder)
    engine = make_engine(job, synonyms)
    start = time.perf_counter()
    engine.open()
    open_s = time.perf_counter() - start
    end = time.perf_counter() + WHOOSH_SECONDS if job.engine == "whoosh" else float("inf")
    found: list[Results] = []
    cold = _time(engine.ask, questions, end, found)
    # As app.py does: what is loaded by now stays.
    gc.collect()
    gc.freeze()
    warm = [_time(engine.ask, questions, end) for _ in range(job.passes)]
    answers = [(x.total, {facet: dict(counts) for facet, counts in x.facets.items()}) for x in found]
    served = Served(open_s, cold, warm, answers, resident_mb("self"))
    if isinstance(engine, PortalEngine) and job.engine != "whoosh":
        _time(engine.ask_everywhere, questions, end)
        served.everywhere = [_time(engine.ask_everywhere, questions, end) for _ in range(job.passes)]
        spellers = [Speller(engine.index.vocabulary(locale)) for locale in Locale]
        served.serving_mb = resident_mb("self")
        del spellers
    catalogue = Catalogue(job.folder)
    for kind, puts in job.puts.items():
        served.put[kind] = [_put(engine, put.document(catalogue), put.word) for put in puts]
    if job.engine == "portal":
        served.segments = segments(job.folder / job.engine)
    return served


def _time(
    ask: Callable[[Question], Results],
    questions: Iterable[Question],
    end: float,
    found: list[Results] | None = None,
) -> list[float]:
    """Ask the questions and return how long each took, in milliseconds; stop at the end."""
    times = []
    for question in questions:
        start = time.perf_counter_ns()
        if start / 1e9 > end:
            break
        results = ask(question)
        times.append((time.perf_counter_ns() - start) / 1e6)
        if found is not None:
            found.append(results)
    return times


def _put(engine: Engine, document: Document, word: str) -> float:
    """Add or change an entry and ask for its new word; return how long it took, in milliseconds."""
    question = Question("put", Locale.EN, word, ((analysis.stem(word, Locale.EN),),))
    start = time.perf_counter_ns()
    engine.put(document)
    while [hit.id for hit in engine.ask(question).hits] != [document.id]:
        if time.perf_counter_ns() - start > _PATIENCE * 1e9:
            raise TimeoutError(f"entry {document.id} was put into {type(engine).__name__} and is not found")
    took = (time.perf_counter_ns() - start) / 1e6
    engine.tidy()
    return took


def build_apart(job: Job) -> tuple[float, float]:
    """Build in a process of its own.

    :returns: the seconds that took, and how much memory the process and those that it
        started took together at most, in megabytes.
    :raises subprocess.CalledProcessError: it failed; it has said why.
    """
    answer, memory = _apart("build", job)
    return float(answer), memory


def serve_apart(job: Job) -> Served:
    """Serve in a process of its own.

    :raises subprocess.CalledProcessError: it failed; it has said why.
    """
    return Served(**_apart("serve", job)[0])


def _apart(task: str, job: Job) -> tuple[Any, float]:
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "asked", Path(folder) / "answered"
        asked.write_text(json.dumps({**asdict(job), "folder": str(job.folder), "gone": list(job.gone)}))
        command = [sys.executable, "-c", _CHILD, task, str(asked), str(answered)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
        most = 0.0
        try:
            while process.poll() is None:
                most = max(most, family_mb(process.pid))
                time.sleep(_LOOK)
        finally:
            process.kill()
        if process.wait():
            raise subprocess.CalledProcessError(process.returncode, command)
        return json.loads(answered.read_text()), most


def answer_parent() -> None:
    """Do in this process what the one that started it asks for."""
    task, asked, answered = sys.argv[1:]
    given = json.loads(Path(asked).read_text())
    puts = {kind: [Put(**put) for put in found] for kind, found in given["puts"].items()}
    job = Job(**{**given, "folder": Path(given["folder"]), "puts": puts})
    answer = build(job) if task == "build" else asdict(serve(job))
    Path(answered).write_text(json.dumps(answer))


def family_mb(pid: int) -> float:
    """Return the memory of a process and of all that it started, in megabytes."""
    try:
        tasks = Path(f"/proc/{pid}/task")
        children = [int(x) for task in tasks.iterdir() for x in (task / "children").read_text().split()]
        return resident_mb(str(pid)) + sum(family_mb(child) for child in children)
    except OSError:  # It has just ended.
        return 0.0


def resident_mb(pid: str) -> float:
    """Return the memory of one process in megabytes.

    :param pid: its number, or ``self``.
    :raises OSError: there is no such process.
    """
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next((line.split()[1] for line in lines if line.startswith("VmRSS:")), "0")
    return int(kilobytes) / 1024

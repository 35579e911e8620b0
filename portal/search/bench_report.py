"""Prints the figures of the benchmark, and says which of the goals are met."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Figures = Mapping[str, Any]

#: At 100,000 entries on two cores; see :func:`goals`.
P50_OF_TANTIVY, P95_OF_TANTIVY = 1.5, 2.5
FACETS_OF_FTS5, ALL_OF_WHOOSH = 5, 20
READER_MB, SERVING_MB, BUILDING_MB = 350, 600, 1536
OPEN_S, BUILD_S, PUT_MS, SEGMENTS = 1.5, 300, 100, 8
_COUNTED = ("or2_facets", "common_facets")

_ROWS: tuple[tuple[str, Callable[[Figures], Any]], ...] = (
    ("build, s", lambda x: x["build_s"]),
    ("index, MB", lambda x: x["index_mb"]),
    ("memory building, MB", lambda x: x["build_rss_mb"]),
    ("memory serving, MB", lambda x: x["rss_mb"]),
    ("open, s", lambda x: x["open_s"]),
    ("add one, p95 ms", lambda x: x["add_p95_ms"]),
    ("update one, p95 ms", lambda x: x["update_p95_ms"]),
    ("all queries, p50 ms", lambda x: x["p50_ms"]),
    ("all queries, p95 ms", lambda x: x["p95_ms"]),
    ("first pass, p50 ms", lambda x: x["cold"]["p50_ms"]),
    ("first pass, p95 ms", lambda x: x["cold"]["p95_ms"]),
    ("first pass, most ms", lambda x: x["cold"]["most_ms"]),
)


def report(found: Figures) -> str:
    """Return the figures as text."""
    engines: Mapping[str, Figures] = found["engines"]
    machine = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    size = ", ".join(f"{found[name]} {name}" for name in ("entries", "queries", "passes"))
    lines = [f"{size}; {machine}", ""]
    lines += _table(["", *engines], [[name, *map(row, engines.values())] for name, row in _ROWS])
    lines += ["", *_table(["p50 / p95 ms", *engines], list(_classes(engines)))]
    lines += ["", *_slower(engines), *_everywhere(engines), *_unfinished(found)]
    lines += [f"{found['disagreements']} queries on which the engines disagree", ""]
    judged = [f"{'yes' if met else 'no ':4} {goal}" for goal, met in goals(found)]
    lines += ["Goals, for 100,000 entries on two cores that nobody else uses:", *judged] if judged else []
    return "\n".join(line.rstrip() for line in lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    return [f"{row[0]:22}" + "".join(f"{value!s:>18}" for value in row[1:]) for row in (head, *rows)]


def _classes(engines: Mapping[str, Figures]) -> Iterator[list[str]]:
    names = dict.fromkeys(name for figures in engines.values() for name in figures["classes"])
    for name in names:
        yield [name, *(_pair(figures["classes"].get(name)) for figures in engines.values())]


def _pair(spread: Figures | None) -> str:
    return f"{spread['p50_ms']} / {spread['p95_ms']}" if spread else "-"


def _slower(engines: Mapping[str, Figures]) -> Iterator[str]:
    """Yield how many times as long the others take as the portal."""
    if "portal" not in engines:
        return
    own = engines["portal"]
    for name, figures in engines.items():
        if name != "portal":
            p50, p95 = (figures[x] / own[x] for x in ("p50_ms", "p95_ms"))
            yield f"{name} takes {p50:.2f} times the portal's p50 and {p95:.2f} times its p95"


def _everywhere(engines: Mapping[str, Figures]) -> Iterator[str]:
    for name, figures in engines.items():
        if "everywhere" in figures:
            yield (
                f"{name} in all three languages, every word with six others that stand in for the thesaurus: "
                f"{_pair(figures['everywhere'])} ms; memory then, with typo dictionaries: "
                f"{figures['serving_rss_mb']} MB"
            )


def _unfinished(found: Figures) -> Iterator[str]:
    """Yield which engines came to the end of their time."""
    for name, figures in found["engines"].items():
        if figures["asked"] < found["queries"] * found["passes"]:
            yield f"{name} answered {figures['asked']} times after the first pass, then its time was over"


def goals(found: Figures) -> Iterator[tuple[str, bool]]:
    """Yield each goal that can be judged with its figure, and whether it is met.

    That the time grows at most tenfold from 10,000 to 300,000 entries takes two runs.
    """
    engines: Mapping[str, Figures] = found["engines"]
    if "portal" not in engines:
        return
    own = engines["portal"]

    def at_least(what: str, figure: float, least: float) -> tuple[str, bool]:
        return f"{what}: {round(figure, 2)}, at least {least}", figure >= least

    def at_most(what: str, figure: float, most: float) -> tuple[str, bool]:
        return f"{what}: {round(figure, 2)}, at most {most}", figure <= most

    if other := engines.get("tantivy"):
        yield at_most("p50, times tantivy's", own["p50_ms"] / other["p50_ms"], P50_OF_TANTIVY)
        yield at_most("p95, times tantivy's", own["p95_ms"] / other["p95_ms"], P95_OF_TANTIVY)
    if other := engines.get("fts5"):
        for name in _COUNTED:
            times = other["classes"][name]["p50_ms"] / own["classes"][name]["p50_ms"]
            yield at_least(f"{name}, p50, times as fast as FTS5", times, FACETS_OF_FTS5)
    if other := engines.get("whoosh"):
        yield at_least("p50, times as fast as plain Whoosh", other["p50_ms"] / own["p50_ms"], ALL_OF_WHOOSH)
    yield at_most("memory of the reader, MB", own["rss_mb"], READER_MB)
    yield at_most("memory of the serving process, MB", own["serving_rss_mb"], SERVING_MB)
    yield at_most("opening, s", own["open_s"], OPEN_S)
    yield at_most("adding one and finding it, p95 ms", own["add_p95_ms"], PUT_MS)
    yield at_most("updating one and finding it, p95 ms", own["update_p95_ms"], PUT_MS)
    yield at_most("building, s", own["build_s"], BUILD_S)
    yield at_most("memory of both building processes, MB", own["build_rss_mb"], BUILDING_MB)
    yield f"segments: {own['segments']}, fewer than {SEGMENTS}", own["segments"] < SEGMENTS

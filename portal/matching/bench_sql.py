"""The matching of one need by SQL over flat indexed tables, to compare the columns with.

The tables hold what the columns hold, and the statement (``bench_statement``) does the same
arithmetic, so both have to give the same twenty in the same order. How near terms and
texts are is given to it as tables, and so is what a budget is in other currencies; filling them is not timed.
"""

import math
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from sqlalchemy.engine import make_url

from portal.catalogue.kinds.base import OBJECTIVES
from portal.core.quantities import base
from portal.matching.amounts import both_ends
from portal.matching.bench_statement import CONDITIONS, CRITERIA, POSTGRESQL, SQLITE
from portal.matching.columns.codes import Bits
from portal.matching.columns.criteria import COLUMNS, NeedColumns
from portal.matching.columns.scales import LIMITS, SILENT, sector
from portal.matching.columns.technologies import DEMANDS, Ints, TechnologyColumns
from portal.matching.criteria import FUNCTION_SHARE, PRIOR
from portal.matching.facts import Knowledge, NeedFacts
from portal.matching.fit import conformity, cost, function, readiness, scale, service, site
from portal.matching.fit.places import climates_of
from portal.reference.codes import KOPPEN, LEVELS

Row = Sequence[Any]
#: The flat table; numbers that a formula divides are floats in both databases.
_TECH = (
    *("trl", "dust", "water", "wind", "solar", *LIMITS, "slow", "fast"),
    *("cost_low", "cost_high", "cost_measure", "cost_currency"),
    *("running_low", "running_high", "running_measure", "running_currency"),
    *("size_low", "size_high", "size_measure", "effect_0", "effect_1", "effect_2"),
)
_FLAGS = (
    *("named", "has_term", "withdrawn", "serves", "in_region", "trained", "led", "has_mode", "certified"),
    *("holds_substance", "running"),
)
#: Tables beside it: columns, and which of them are the key.
_BESIDE = {
    "tech_branch": ("branch INTEGER, tech INTEGER", "branch, tech"),
    "tech_term": ("tech INTEGER, term INTEGER, weight DOUBLE PRECISION", "tech, term"),
    "tech_service": ("tech INTEGER, country INTEGER", "tech, country"),
    "tech_language": ("tech INTEGER, language INTEGER", "tech, language"),
    "tech_mode": ("tech INTEGER, mode INTEGER", "tech, mode"),
    "tech_contains": ("tech INTEGER, substance INTEGER", "tech, substance"),
    "tech_proof": ("tech INTEGER, climate INTEGER, degree DOUBLE PRECISION", "tech, climate"),
    "tech_conformity": ("tech INTEGER, country INTEGER, degree DOUBLE PRECISION", "tech, country"),
    "tech_standard": ("tech INTEGER, standard TEXT", "tech, standard"),
    "limit_value": ("condition TEXT, value DOUBLE PRECISION", "condition, value"),
    "worth": (
        "condition TEXT, there DOUBLE PRECISION, taken DOUBLE PRECISION, degree DOUBLE PRECISION",
        "condition, there, taken",
    ),
    "prohibition": ("country INTEGER, substance INTEGER", "country, substance"),
}
#: What a need brings, as temporary tables.
_NEED = {
    "need_branch": "branch INTEGER PRIMARY KEY, is_sector INTEGER",
    "need_term": "term INTEGER PRIMARY KEY, fit DOUBLE PRECISION",
    "need_country": "country INTEGER PRIMARY KEY",
    "need_language": "language INTEGER PRIMARY KEY",
    "need_mode": "mode INTEGER PRIMARY KEY",
    "need_climate": "climate INTEGER PRIMARY KEY",
    "need_standard": "standard TEXT PRIMARY KEY",
    "place": "condition TEXT, there DOUBLE PRECISION, count DOUBLE PRECISION, normal INTEGER",
    "near": "tech INTEGER PRIMARY KEY, near DOUBLE PRECISION",
    "budget": "currency DOUBLE PRECISION PRIMARY KEY, amount DOUBLE PRECISION",
}


class Baseline(ABC):
    """Flat tables in a database of their own, and the statement over them."""

    def __init__(self, columns: TechnologyColumns, standards: Iterable[str]) -> None:
        self._columns = columns
        self.standards = sorted(set(standards))

    def fill(self) -> None:
        """Make the tables, fill them, index them and let the database look at them."""
        fields = [f"{x} DOUBLE PRECISION" for x in _TECH] + [f"{x} INTEGER" for x in _FLAGS]
        self.run(f"CREATE TABLE tech (id INTEGER PRIMARY KEY, {', '.join(fields)})")
        self.copy("tech", _tech_rows(self._columns))
        for table, (described, key) in _BESIDE.items():
            self.run(f"CREATE TABLE {table} ({described}, PRIMARY KEY ({key})){self.clustered}")
            self.copy(table, _rows_of(table, self._columns, self.standards))
        for table, described in _NEED.items():
            self.run(f"CREATE TEMPORARY TABLE {table} ({described})")
        self.run("ANALYZE")

    def ask(self, need: NeedFacts, weights: Mapping[str, int], limit: int) -> tuple[list[int], float]:
        """Return the ids of the best technologies of a need, and how many milliseconds the statement took."""
        side = NeedColumns(need, self._columns)
        for table, rows in _need_rows(side).items():
            self.run(f"DELETE FROM {table}")  # noqa: S608
            self.copy(table, rows)
        self.prepare()
        given = _parameters(side, weights) | {"limit": limit}
        start = time.perf_counter()
        found = self.select(given)
        return [row[0] for row in found], (time.perf_counter() - start) * 1000

    #: What stands behind a table whose key leads to its rows.
    clustered = ""

    @abstractmethod
    def run(self, statement: str) -> None:
        """Run a statement without parameters."""

    @abstractmethod
    def copy(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows to a table."""

    @abstractmethod
    def select(self, given: Mapping[str, Any]) -> Sequence[Row]:
        """Run the statement that matches."""

    @abstractmethod
    def prepare(self) -> None:
        """Let the database look at what a need has brought."""


class SqliteBaseline(Baseline):
    """In a file of SQLite."""

    clustered = " WITHOUT ROWID"

    def __init__(self, path: Path, columns: TechnologyColumns, standards: Iterable[str]) -> None:
        super().__init__(columns, standards)
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -262144",
            "temp_store = MEMORY",
        ):
            self._connection.execute(f"PRAGMA {pragma}")

    def run(self, statement: str) -> None:
        """Run a statement without parameters."""
        self._connection.execute(statement)

    def copy(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows to a table."""
        listed = iter(rows)
        first = next(listed, None)
        if first is not None:
            statement = f"INSERT INTO {table} VALUES ({', '.join('?' * len(first))})"  # noqa: S608
            self._connection.execute("BEGIN")
            self._connection.executemany(statement, chain([first], listed))
            self._connection.execute("COMMIT")

    def select(self, given: Mapping[str, Any]) -> Sequence[Row]:
        """Run the statement; the driver keeps it prepared."""
        return self._connection.execute(SQLITE, given).fetchall()

    def prepare(self) -> None:
        """Do nothing: the statement is planned once, for tables of any size."""


class PostgresqlBaseline(Baseline):
    """In a database of PostgreSQL that is empty."""

    def __init__(self, url: str, columns: TechnologyColumns, standards: Iterable[str]) -> None:
        super().__init__(columns, standards)
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(plain, autocommit=True)
        # Compiling so long a statement takes longer than running it.
        self.run("SET jit = off")
        self.run("SET work_mem = '64MB'")

    def run(self, statement: str) -> None:
        """Run a statement without parameters."""
        self._connection.execute(statement.encode())

    def copy(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows to a table."""
        with self._connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copying:
            for row in rows:
                copying.write_row(row)

    def select(self, given: Mapping[str, Any]) -> Sequence[Row]:
        """Run the statement, prepared."""
        return self._connection.execute(POSTGRESQL.encode(), given, prepare=True).fetchall()

    def prepare(self) -> None:
        """Tell the planner how large the tables of this need are."""
        self.run(f"ANALYZE {', '.join(_NEED)}")


def _plain(values: Any) -> list[Any]:
    """Return a column as plain values, unknown as ``None``."""
    return [None if x != x else x for x in values.tolist()]


def _tech_rows(columns: TechnologyColumns) -> Iterator[Row]:
    rows = np.flatnonzero(columns.alive)
    region = columns.scales.countries.bits(columns.scales.knowledge.region)
    effects = {f"effect_{x}": columns.effect[x] for x in range(len(OBJECTIVES))}
    flags = {
        "has_term": columns.terms[0] >= 0,
        "serves": columns.service.any(axis=0),
        "in_region": (columns.service & region[:, None]).any(axis=0),
        "has_mode": columns.modes.any(axis=0),
        "certified": columns.certificates > 0,
        "holds_substance": columns.contains.any(axis=0),
        "running": columns.references,
    }
    listed = [_plain(columns.id[rows])]
    for name in _TECH:
        if name in LIMITS:
            values = columns.scales.limits[name].values()[getattr(columns, name)]
        else:
            values = effects[name] if name in effects else getattr(columns, name)
            values = values.astype(np.float64)
            values = np.where(values < 0, math.nan, values) if name in _NUMBERED else values
        listed.append(_plain(values[rows]))
    for name in _FLAGS:
        values = flags[name] if name in flags else getattr(columns, name)
        listed.append(_plain(values[rows].astype(np.int64)))
    return zip(*listed, strict=True)


#: Columns of numbers, in which -1 is unknown.
_NUMBERED = {
    *("trl", "dust", "water", "wind", "solar", "slow", "fast"),
    *("cost_measure", "cost_currency", "running_measure", "running_currency", "size_measure"),
}


def _rows_of(table: str, columns: TechnologyColumns, standards: Sequence[str]) -> Iterable[Row]:
    """Return the rows of a table beside the flat one."""
    scales, alive = columns.scales, np.flatnonzero(columns.alive)
    ids = columns.id[alive]
    if table in _SETS:
        rows, members = _members(getattr(columns, _SETS[table])[:, alive])
        pairs = (members, ids[rows]) if table == "tech_branch" else (ids[rows], members)
        return _listed(*pairs)
    if table == "tech_term":
        terms, weights = columns.terms[:, alive], columns.term_weights[:, alive]
        lines, rows = np.nonzero(terms >= 0)
        return _listed(ids[rows], terms[lines, rows], weights[lines, rows].astype(np.float64))
    if table == "tech_proof":
        degrees = scales.proofs.degrees[columns.proof[:, alive]]
        lines, rows = np.nonzero(~np.isnan(degrees))
        return _listed(ids[rows], lines, degrees[lines, rows])
    if table == "tech_conformity":
        degrees = columns.conformity[:, alive].astype(np.float64)
        lines, rows = np.nonzero(~np.isnan(degrees))
        countries = np.array([scales.countries.number(x) for x in scales.asking.codes], np.int64)
        return _listed(ids[rows], countries[lines], degrees[lines, rows])
    if table == "tech_standard":
        held = {x: scales.certificates.holding(x)[columns.certificates[alive]] for x in standards}
        return ((number, x) for x, holds in held.items() for number in ids[holds].tolist())
    return _reference_rows(table, columns)


def _listed(*columns: Any) -> Iterable[Row]:
    return zip(*(x.tolist() for x in columns), strict=True)


_SETS = {
    "tech_branch": "branches",
    "tech_service": "service",
    "tech_language": "languages",
    "tech_mode": "modes",
    "tech_contains": "contains",
}


def _members(sets: Bits) -> tuple[Ints, Ints]:
    """Return every pair of a row and a member of its set, as two arrays."""
    rows, members = [], []
    for word in range(len(sets)):
        for bit in range(64):
            held = np.flatnonzero(sets[word] >> np.uint64(bit) & np.uint64(1))
            rows.append(held)
            members.append(np.full(len(held), 64 * word + bit))
    return np.concatenate(rows), np.concatenate(members)


def _reference_rows(table: str, columns: TechnologyColumns) -> Iterator[Row]:
    """Yield what does not depend on technologies, but for the values that limits have."""
    scales = columns.scales
    if table == "limit_value":
        for name, numbering in scales.limits.items():
            yield from ((name, x) for x in numbering.things())
    elif table == "worth":
        for there, level in enumerate(LEVELS):
            for taken, other in enumerate(LEVELS):
                yield "dust", there, taken, site.dust_degree(level, other)
                yield "wind", there, taken, site.resource_degree(level, other)
                yield "solar", there, taken, site.resource_degree(level, other)
        for there, level in enumerate(site.THIRST):
            yield from (("water", there, x, site.water_degree(level, y)) for x, y in enumerate(DEMANDS))
    else:
        found = {
            (scales.countries.number(country), scales.substances.number(x.substance))
            for x in scales.knowledge.prohibitions
            for country in x.countries
        }
        yield from (x for x in sorted(found) if min(x) >= 0)


def _need_rows(side: NeedColumns) -> Mapping[str, Iterable[Row]]:
    need, scales = side.need, side.scales
    sectors = [scales.branches.number(sector(x)) for x in need.sectors]
    roots = [scales.branches.number(x) for x in (SILENT, *side.roots())]
    fits = side.term_fits()[:-1]
    climates = [KOPPEN.index(x) for x in climates_of(side.places)] or [len(KOPPEN)]
    spoken = {scales.languages.number(x) for x in service.languages_of(need, side.knowledge)}
    budgets = [cost.budget_in(need, x, side.knowledge) for x in scales.currencies.things()]
    return {
        "need_branch": [*((x, 1) for x in sectors), *((x, 0) for x in roots)],
        "need_term": [(int(x), float(fits[x])) for x in np.flatnonzero(fits)],
        "need_country": [(scales.countries.number(x),) for x in need.countries],
        "need_language": [(x,) for x in sorted(spoken)],
        "need_mode": [(scales.modes.number(x),) for x in need.transfer_modes],
        "need_climate": [(x,) for x in climates],
        "need_standard": [(x,) for x in need.required_standards],
        "place": list(_places(side)),
        "near": sorted((need.texts or {}).items()),
        "budget": [(x, float(amount)) for x, amount in enumerate(budgets) if amount is not None],
    }


def _places(side: NeedColumns) -> Iterator[Row]:
    """Yield each value that a condition has at the need's places, with how many places have it."""
    levels = {"dust": LEVELS, "wind": LEVELS, "solar": LEVELS, "water": tuple(site.THIRST)}
    columns = {x.name: COLUMNS[x.name] for x in site.CONDITIONS}
    assert tuple(columns.values()) == CONDITIONS
    for condition in site.CONDITIONS:
        column = columns[condition.name]
        counts: dict[tuple[float, int], int] = {}
        for place in side.places:
            value = getattr(place.site, condition.field)
            if value is not None:
                there = float(levels[column].index(value) if column in levels else value)
                key = (there, int(condition.is_normal_at(place)))
                counts[key] = counts.get(key, 0) + 1
        yield from ((column, there, count, normal) for (there, normal), count in counts.items())


def _parameters(side: NeedColumns, weights: Mapping[str, int]) -> dict[str, Any]:
    """Return what the statement compares with, and the constants of every criterion."""
    need = side.need
    return {
        "wishes": float(bool(side.wishes)),
        "terms": float(bool(need.terms)),
        "texts": float(need.texts is not None),
        "sector": function.SECTOR,
        "text_share": function.TEXT_SHARE,
        "objective": float(OBJECTIVES.index(need.objective)),
        "trl_floor": float(need.trl_floor or 0),
        "countries": float(len(need.countries)),
        "spoken": float(bool(service.languages_of(need, side.knowledge))),
        "modes": float(len(need.transfer_modes)),
        "standards": float(len(need.required_standards)),
        "months": _months(need, side.knowledge),
        **_amounts(side),
        **_CONSTANTS,
        "prior": PRIOR,
        "function_share": FUNCTION_SHARE,
        "whole": float(sum(weights.values())),
        **{f"w_{name}": float(weights[name]) for name in CRITERIA},
    }


_CONSTANTS = {
    "cold_slack": float(site.COLD_SLACK),
    "heat_slack": float(site.HEAT_SLACK),
    "record_slack": float(site.RECORD_SLACK),
    "reach": cost.WITHIN_REACH,
    "far": cost.OUT_OF_REACH,
    "one_project": float(scale.ONE_PROJECT),
    "one_programme": float(scale.ONE_PROGRAMME),
    "project": scale.PROJECT,
    "programme": scale.PROGRAMME,
    "more": scale.MORE,
    "in_reach": service.IN_REGION,
    "span": service.HERE - service.IN_REGION,
    "elsewhere": service.ELSEWHERE,
    "in_spoken": service.SPOKEN,
    "in_foreign": service.FOREIGN,
    "training_only": service.TRAINING_ONLY,
    "proven": float(readiness.PROVEN),
    "only_fast": readiness.ONLY_IF_FAST,
    "standard_open": conformity.STANDARD_OPEN,
}


def _months(need: NeedFacts, knowledge: Knowledge) -> float | None:
    by = need.commissioning_by
    return None if by is None else float(readiness.months_until(knowledge.today, by))


def _amounts(side: NeedColumns) -> dict[str, float | None]:
    """Return the capacity wanted in its base unit; no measure has the number that stands for "none"."""
    capacity, measures = side.need.capacity, side.scales.measures
    low, high = (None, None) if capacity is None else both_ends(capacity.min, capacity.max)
    if capacity is None or low is None or high is None:
        few = many = 0.0
        measure = measures.NONE
    else:
        name, unit = base(capacity.unit)
        few, many, measure = float(low) * unit, float(high) * unit, measures.find(name)
    return {
        "few": few,
        "many": many,
        "few_within": few * (1 - 1e-12),
        "many_within": many * (1 + 1e-12),
        "size_measure": float(measure),
        "cost_measure": float(measure),
        "years": float(side.need.budget_years or 0),
    }

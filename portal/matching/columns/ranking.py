"""The best technologies of a need among all, and which gates close on how many."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from portal.matching.columns.codes import Floats
from portal.matching.columns.criteria import COLUMNS, DEGREES, NeedColumns, delivering
from portal.matching.columns.technologies import Bools, Ints, Numbers, TechnologyColumns
from portal.matching.criteria import FUNCTION_SHARE, PRIOR
from portal.matching.facts import NeedFacts
from portal.matching.fit.function import COUNTS
from portal.matching.fit.gates import GATES, SITE_GATES

#: So many excluded technologies are named under each gate; the others are counted.
NAMED = 20
#: So many rows are judged first, of however many: mostly enough, and hardly slower than a few.
_FIRST = 2_000
#: So many rows are looked through at a time for the lowest ids.
_BLOCK = 1024
#: By so much a rank may exceed its bound, since both are rounded.
_ERROR = 1e-5


@dataclass(frozen=True)
class Ranked:
    """The technologies of a need, best first.

    :ivar ids: of the best; ``scores`` (0 to 100, NaN = none), ``known`` (0 to 1) and ``ranks``
        (0 to 1) stand beside.
    :ivar total: how many no gate excludes, and of these ``weak`` deliver the function hardly
        or not at all; they come after all others only as far as their rank says.
    :ivar excluded: ids of the first that each gate excludes, by the first gate that closes.
    :ivar excluded_counts: how many each gate excludes, by the first gate that closes.
    """

    ids: list[int]
    scores: Floats
    known: Floats
    ranks: Floats
    total: int
    weak: int
    excluded: Mapping[str, list[int]]
    excluded_counts: Mapping[str, int]


def rank_technologies(
    need: NeedFacts,
    technologies: TechnologyColumns,
    limit: int,
    weights: Mapping[str, int] | None = None,
) -> Ranked:
    """Return the best technologies of a need, as judging each pair would order them.

    :param weights: by criterion; ``None`` = those of this portal for the need's objective.
    """
    side = NeedColumns(need, technologies)
    if weights is None:
        weights = side.knowledge.weights.of(need.objective)
    open_to, excluded, counts = _through_gates(side)
    function = DEGREES["function"](side, open_to)
    rows, judged = _contenders(side, open_to, function, weights, limit)
    order = _best(judged, technologies.references[rows], technologies.id[rows], limit)
    return Ranked(
        ids=technologies.id[rows[order]].tolist(),
        scores=judged.scores[order],
        known=judged.known[order],
        ranks=judged.ranks[order],
        total=len(open_to),
        weak=int((function < COUNTS).sum()),
        excluded=excluded,
        excluded_counts=counts,
    )


@dataclass(frozen=True)
class _Judged:
    """Rank, score and known share of some rows, as ``rank_of``, ``score_of`` and ``known_of`` say."""

    ranks: Floats
    scores: Floats
    known: Floats

    def and_also(self, other: "_Judged") -> "_Judged":
        """Return these rows and others behind them."""
        pairs = ((getattr(self, x.name), getattr(other, x.name)) for x in fields(self))
        return _Judged(*(np.concatenate(pair) for pair in pairs))


def _contenders(
    side: NeedColumns, rows: Ints, function: Floats, weights: Mapping[str, int], limit: int
) -> tuple[Ints, _Judged]:
    """Return the rows that may be among the first so many, judged.

    A rank is at most what the function leaves of it with all else perfect. So those that do
    best by the function are judged first, and then only those others that could still come
    among the first so many: mostly none.
    """
    first = max(limit, _FIRST)
    if len(rows) <= first:
        return rows, _judge(side, rows, function, weights)
    most = _most(function, weights)
    order = np.argpartition(most, len(most) - first)
    best, others = order[-first:], order[:-first]
    judged = _judge(side, rows[best], function[best], weights)
    least = np.partition(judged.ranks, first - limit)[first - limit] if limit else math.inf
    others = others[most[others] >= least - _ERROR]
    if not len(others):
        return rows[best], judged
    more = _judge(side, rows[others], function[others], weights)
    return np.concatenate([rows[best], rows[others]]), judged.and_also(more)


def _most(function: Floats, weights: Mapping[str, int]) -> Floats:
    """Return the highest rank that a degree of the function allows."""
    whole = sum(weights.values())
    filled = np.where(np.isnan(function), PRIOR, function)
    share = weights["function"] / whole if whole else 0.0
    found: Floats = (share * filled + 1 - share) * (1 - FUNCTION_SHARE + FUNCTION_SHARE * filled)
    return found


def _through_gates(side: NeedColumns) -> tuple[Ints, dict[str, list[int]], dict[str, int]]:
    """Return the rows that no gate excludes; the first ids that each excludes, and how many it does."""
    technologies = side.technologies
    delivered = delivering(side)
    rows = np.flatnonzero(technologies.alive & delivered)
    excluded = {"function": _lowest(technologies, delivered)}
    counts = {"function": len(technologies) - len(rows)}
    for name in GATES:
        if name in _CLOSES:
            closed = _CLOSES[name](side, rows)
            if closed.any():
                ids = technologies.id[rows[closed]]
                excluded[name], counts[name] = np.sort(ids)[:NAMED].tolist(), len(ids)
                rows = rows[~closed]
    closes = [name for name, count in counts.items() if count]
    return rows, {x: excluded[x] for x in closes}, {x: counts[x] for x in closes}


def _lowest(technologies: TechnologyColumns, delivered: Bools) -> list[int]:
    """Return the lowest ids of the rows that do not deliver, as many as are named."""
    found: list[int] = []
    for start in range(0, technologies.rows, _BLOCK):
        rows = technologies.by_id[start : start + _BLOCK]
        found += technologies.id[rows[technologies.alive[rows] & ~delivered[rows]]].tolist()
        if len(found) >= NAMED:
            break
    return found[:NAMED]


def _below_floor(side: NeedColumns, rows: Ints) -> Bools:
    trl = side.technologies.trl[rows]
    floor = side.need.trl_floor
    shut: Bools = (trl >= 0) & (trl < (0 if floor is None else floor))
    return shut


def _by_condition(condition: str) -> Callable[[NeedColumns, Ints], Bools]:
    def shut(side: NeedColumns, rows: Ints) -> Bools:
        degrees = side.condition(condition)
        if degrees is None or not (degrees == 0).any():
            return np.zeros(len(rows), np.bool_)
        found: Bools = (degrees == 0)[getattr(side.technologies, COLUMNS[condition])[rows]]
        return found

    return shut


def _forbidden(side: NeedColumns, rows: Ints) -> Bools:
    wanted, codes = set(side.need.countries), side.scales.substances
    contains = side.technologies.contains[0, rows]
    shut = np.zeros(len(rows), np.bool_)
    if not wanted or not side.knowledge.prohibitions:
        return shut
    for mixture in np.unique(contains[contains > 0]):
        held = {code for number, code in enumerate(codes.codes) if int(mixture) >> number & 1}
        bans = {c for x in side.knowledge.prohibitions if x.substance in held for c in x.countries}
        if wanted <= bans:
            shut |= contains == mixture
    return shut


def _withdrawn(side: NeedColumns, rows: Ints) -> Bools:
    shut: Bools = side.technologies.withdrawn[rows]
    return shut


_CLOSES: Mapping[str, Callable[[NeedColumns, Ints], Bools]] = {
    "trl": _below_floor,
    **{gate: _by_condition(condition) for condition, gate in SITE_GATES.items()},
    "forbidden": _forbidden,
    "withdrawn": _withdrawn,
}


def _judge(side: NeedColumns, rows: Ints, function: Floats, weights: Mapping[str, int]) -> _Judged:
    degrees = [function if name == "function" else judge(side, rows) for name, judge in DEGREES.items()]
    whole = sum(weights.values())
    known, total, mean = np.zeros(len(rows)), np.zeros(len(rows)), np.zeros(len(rows))
    for name, degree in zip(DEGREES, degrees, strict=True):
        is_known = ~np.isnan(degree)
        known += weights[name] * is_known
        total += np.where(is_known, weights[name] * degree, 0.0)
        mean += weights[name] * np.where(is_known, degree, PRIOR)
    filled = np.where(np.isnan(function), PRIOR, function)
    if not whole:
        return _Judged(np.zeros(len(rows)), np.full(len(rows), math.nan), np.zeros(len(rows)))
    with np.errstate(invalid="ignore", divide="ignore"):
        scores = np.where(known > 0, np.round(100 * total / known, 1), math.nan)
    ranks = np.round(mean / whole * (1 - FUNCTION_SHARE + FUNCTION_SHARE * filled), 6)
    return _Judged(ranks, scores, np.round(known / whole, 4))


def _best(judged: _Judged, references: Numbers, ids: Ints, limit: int) -> Ints:
    """Return the order of the first so many: rank, known share, references, id."""
    ranks = judged.ranks
    places = np.arange(len(ranks))
    if 0 < limit < len(ranks):
        places = np.flatnonzero(ranks >= np.partition(ranks, len(ranks) - limit)[len(ranks) - limit])
    order = np.lexsort((ids[places], -references[places], -judged.known[places], -ranks[places]))
    return places[order][:limit]

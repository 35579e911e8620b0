"""The criteria of one need over many technologies: degrees, NaN where unknown.

Each function is the twin of one in :mod:`portal.matching.fit`. Rows are chosen by ``rows``,
an array of row numbers; every result has its shape.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np

from portal.catalogue.kinds.base import OBJECTIVES
from portal.core.quantities import base
from portal.matching.amounts import both_ends
from portal.matching.columns.codes import Floats, common, is_empty, shares
from portal.matching.columns.scales import SILENT, sector
from portal.matching.columns.technologies import DEMANDS, Bools, Ints, TechnologyColumns
from portal.matching.facts import NeedFacts
from portal.matching.fit import conformity, cost, function, readiness, scale, service, site
from portal.matching.fit.places import climates_of, places_of
from portal.reference.codes import KOPPEN, LEVELS

#: What of a condition's values is worth what, by class of the site and class of the technology.
_DUST = np.array([[site.dust_degree(there, taken) for taken in LEVELS] for there in LEVELS])
_RESOURCE = np.array([[site.resource_degree(there, wanted) for wanted in LEVELS] for there in LEVELS])
_WATER = {there: np.array([site.water_degree(there, x) for x in DEMANDS]) for there in site.THIRST}


def rounded(degrees: Floats) -> Floats:
    """Return degrees as a criterion keeps them, to four digits."""
    found: Floats = np.round(degrees, 4)
    return found


class NeedColumns:
    """One need, made ready for comparing with columns.

    :ivar places: where it stands, as :func:`places_of` says.
    :ivar wishes: the terms it wants, with how much.
    """

    def __init__(self, need: NeedFacts, technologies: TechnologyColumns) -> None:
        self.need = need
        self.technologies = technologies
        self.scales = technologies.scales
        self.knowledge = self.scales.knowledge
        self.places = places_of(need, self.knowledge)
        self.wishes = function.wishes(need, self.knowledge.tree)
        self._conditions: dict[str, Floats | None] = {}

    def term_fits(self) -> Floats:
        """Return what each term delivers of this need; the last is "no term"."""
        fits = np.zeros(len(self.scales.terms.codes) + 1)
        for wish, weight in self.wishes:
            np.maximum(fits, self.scales.distances(wish) * weight, out=fits)
        return fits

    def roots(self) -> set[str]:
        """Return the branches of the tree of terms on which its wishes stand."""
        return {self.scales.root_of[x] for x, _ in self.wishes if x in self.scales.root_of}

    def condition(self, name: str) -> Floats | None:
        """Return the degree of a condition for each value that technologies have; last NaN, "none".

        The mean over the places where the condition is known; ``None`` where it nowhere is.
        """
        if name not in self._conditions:
            self._conditions[name] = _TABLES[name](self)
        return self._conditions[name]


def delivering(need: NeedColumns) -> Bools:
    """Return which rows share a branch or a sector with the need, or say too little to tell; (rows,)."""
    branches = {*need.roots(), *map(sector, need.need.sectors)}
    if not branches:
        return np.ones(need.technologies.rows, np.bool_)
    return shares(need.technologies.branches, need.scales.branches.bits({SILENT, *branches}))


def function_degrees(need: NeedColumns, rows: Ints) -> Floats:
    """Twin of :func:`portal.matching.fit.function.judge_function`."""
    columns = need.technologies
    shared = shares(columns.sectors[:, rows], need.scales.sectors.bits(need.need.sectors))
    fit = np.where(shared, function.SECTOR, 0.0)
    known = np.zeros(len(rows), np.bool_)
    if need.wishes:
        known = columns.terms[0, rows] >= 0
        _raise_by_terms(need, rows, fit)
    fit[~known & ~shared] = math.nan
    texts = need.need.texts
    if texts is None:
        return rounded(fit)
    asked = np.flatnonzero(~columns.named[rows]) if need.need.terms else slice(None)
    near = _near(columns, texts)[rows[asked]]
    fit[asked] = (1 - function.TEXT_SHARE) * fit[asked] + function.TEXT_SHARE * near
    return rounded(fit)


def _raise_by_terms(need: NeedColumns, rows: Ints, fit: Floats) -> None:
    """Raise each row's fit to that of the best of its terms; few rows have more than two."""
    columns, fits = need.technologies, need.term_fits()
    depth = columns.depth[rows]
    for line in range(int(depth.max(initial=0))):
        places = np.flatnonzero(depth > line)
        deep = rows[places]
        best = fits[columns.terms[line, deep]] * columns.term_weights[line, deep]
        fit[places] = np.maximum(fit[places], best)


def _near(columns: TechnologyColumns, texts: Mapping[int, float]) -> Floats:
    """Return how near the text of each row is; (rows,)."""
    found = np.zeros(columns.rows)
    rows = columns.rows_of(np.fromiter(texts, np.int64, len(texts)))
    near = np.fromiter(texts.values(), np.float64, len(texts))
    found[rows[rows >= 0]] = near[rows >= 0]
    return found


def site_degrees(need: NeedColumns, rows: Ints) -> Floats:
    """Twin of :func:`portal.matching.fit.site.judge_site`."""
    total, weakest, counts = np.zeros(len(rows)), np.full(len(rows), np.inf), np.zeros(len(rows))
    for name, column in COLUMNS.items():
        table = need.condition(name)
        if table is not None:
            places = getattr(need.technologies, column)[rows]
            known = ~np.isnan(table)
            total += np.where(known, table, 0.0)[places]
            counts += known.astype(np.float64)[places]
            np.minimum(weakest, np.where(known, table, np.inf)[places], out=weakest)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (total / counts + weakest) / 2
    found[counts == 0] = math.nan
    return rounded(found)


_Table = Callable[[NeedColumns], Floats | None]


_Degree = Callable[[float, Floats], Floats]


def _number(name: str, field: str, degree: _Degree, by_normals: _Degree | None = None) -> _Table:
    def table(need: NeedColumns) -> Floats | None:
        # What a need states, it states for all its places.
        normal = any(x.normals is not None and field not in x.stated for x in need.places)
        worth = by_normals if by_normals is not None and normal else degree
        counts: dict[float, int] = {}
        for place in need.places:
            value = getattr(place.site, field)
            if value is not None:
                counts[float(value)] = counts.get(float(value), 0) + 1
        if not counts:
            return None
        limits = need.scales.limits[COLUMNS[name]].values()
        total = sum((worth(there, limits) * count for there, count in counts.items()), np.zeros(1))
        found: Floats = np.where(np.isnan(limits), math.nan, total / sum(counts.values()))
        return found

    return table


def _short(slack: float, sign: int) -> Callable[[float, Floats], Floats]:
    return lambda there, limit: np.clip(1 - sign * (limit - there) / slack, 0.0, 1.0)


def _reaches(there: float, limit: Floats) -> Floats:
    return (limit >= there).astype(np.float64)


def _survives(there: float, limit: Floats) -> Floats:
    return (limit <= there).astype(np.float64)


def _classed(field: str, worth: Callable[[str], Floats]) -> _Table:
    def table(need: NeedColumns) -> Floats | None:
        values = [x for p in need.places if (x := getattr(p.site, field)) is not None]
        if not values:
            return None
        by_class = sum((worth(x) for x in values), np.zeros(1)) / len(values)
        return np.append(by_class, math.nan)

    return table


#: The conditions of a site in the order in which they are told, and the columns that they look at.
COLUMNS = {
    "design_minimum": "cold",
    "absolute_minimum": "survives",
    "maximum": "heat",
    "altitude": "altitude",
    "dust": "dust",
    "water": "water",
    "wind": "wind",
    "solar": "solar",
    "seismic": "seismic",
}
_TABLES: Mapping[str, _Table] = {
    "design_minimum": _number("design_minimum", "temp_min_c", _short(site.COLD_SLACK, 1)),
    "absolute_minimum": _number(
        "absolute_minimum", "temp_extreme_min_c", _survives, _short(site.RECORD_SLACK, 1)
    ),
    "maximum": _number("maximum", "temp_max_c", _short(site.HEAT_SLACK, -1)),
    "altitude": _number("altitude", "altitude_m", _reaches),
    "dust": _classed("dust", lambda there: _DUST[LEVELS.index(there)]),
    "water": _classed("water", lambda there: _WATER[there]),
    "wind": _classed("wind", lambda there: _RESOURCE[LEVELS.index(there)]),
    "solar": _classed("solar", lambda there: _RESOURCE[LEVELS.index(there)]),
    "seismic": _number("seismic", "seismic_msk", _reaches),
}


def proof_degrees(need: NeedColumns, rows: Ints) -> Floats:
    """Twin of :func:`portal.matching.fit.proof.judge_proof`."""
    climates = climates_of(need.places)
    lines = [KOPPEN.index(x) for x in climates] if climates else [len(KOPPEN)]
    best = need.technologies.proof[lines[0], rows]
    for line in lines[1:]:
        np.maximum(best, need.technologies.proof[line, rows], out=best)
    found: Floats = rounded(need.scales.proofs.degrees)[best]
    return found


def cost_degrees(need: NeedColumns, rows: Ints) -> Floats:
    """Twin of :func:`portal.matching.fit.cost.judge_cost`."""
    found, wanted = np.full(len(rows), math.nan), need.need
    if wanted.capacity is None or wanted.budget is None:
        return found
    few, many = both_ends(wanted.capacity.min, wanted.capacity.max)
    if few is None or many is None:
        return found
    name, scaled = base(wanted.capacity.unit)
    measure = need.scales.measures.find(name)
    places = np.flatnonzero(need.technologies.cost_measure[rows] == measure)
    capacity = (float(few) * scaled, float(many) * scaled)
    low, high = _totals(need.technologies, rows[places], measure, capacity, wanted.budget_years or 0)
    budget = _budgets(need)[need.technologies.cost_currency[rows[places]]]
    found[places] = _within(low, high, budget)
    return rounded(found)


def _totals(
    columns: TechnologyColumns, rows: Ints, measure: int, capacity: tuple[float, float], years: int
) -> tuple[Floats, Floats]:
    """Twin of :func:`portal.matching.fit.cost.total_cost`, for rows priced by the measure wanted."""
    few, many = capacity
    low, high = columns.cost_low[rows] * few, columns.cost_high[rows] * many
    if years:
        running = (columns.running_measure[rows] == measure) & (
            columns.running_currency[rows] == columns.cost_currency[rows]
        )
        low += np.where(running, columns.running_low[rows] * few * years, 0.0)
        high += np.where(running, columns.running_high[rows] * many * years, 0.0)
    return low, high


def _budgets(need: NeedColumns) -> Floats:
    """Return the budget in every currency that a technology is priced in, NaN where no rate compares."""
    found = [cost.budget_in(need.need, x, need.knowledge) for x in need.scales.currencies.things()]
    return np.array([math.nan if x is None else float(x) for x in found])


def _within(low: Floats, high: Floats, budget: Floats) -> Floats:
    """Twin of :func:`portal.matching.fit.cost.cost_degree`."""
    reach, far = cost.WITHIN_REACH, cost.OUT_OF_REACH
    with np.errstate(invalid="ignore", divide="ignore"):
        part = reach + (1 - reach) * (budget - low) / (high - low)
        over = np.where(budget > 0, reach * np.maximum(0.0, (far - low / budget) / (far - 1)), 0.0)
        found: Floats = np.where(high <= budget, 1.0, np.where(low <= budget, part, over))
    found[np.isnan(budget)] = math.nan
    return found


def effect_degrees(need: NeedColumns, rows: Ints) -> Floats:
    """Twin of :func:`portal.matching.fit.effect.judge_effect`."""
    number = OBJECTIVES.index(need.need.objective)
    return rounded(need.technologies.effect[number, rows].astype(np.float64))


def scale_degrees(need: NeedColumns, rows: Ints) -> Floats:
    """Twin of :func:`portal.matching.fit.scale.judge_scale`."""
    found, wanted = np.full(len(rows), math.nan), need.need.capacity
    if wanted is None:
        return found
    least, most = both_ends(wanted.min, wanted.max)
    if least is None or most is None:
        return found
    name, scaled = base(wanted.unit)
    places = np.flatnonzero(need.technologies.size_measure[rows] == need.scales.measures.find(name))
    smallest, largest = (getattr(need.technologies, x)[rows[places]] for x in ("size_low", "size_high"))
    found[places] = _sizes(float(least) * scaled, float(most) * scaled, smallest, largest)
    return found


def _sizes(few: float, many: float, smallest: Floats, largest: Floats) -> Floats:
    """Return what installations of a size are worth; equal amounts may differ by an error of arithmetic."""
    with np.errstate(invalid="ignore", divide="ignore"):
        units = np.where(largest > 0, np.ceil(np.round(few / largest, 6)), 0.0)
        by_units = np.where(units <= scale.ONE_PROGRAMME, scale.PROGRAMME, scale.MORE)
        by_units[units <= scale.ONE_PROJECT] = scale.PROJECT
        by_units[~(units > 0)] = scale.MORE
        enough = np.isnan(largest) | (largest >= few * (1 - 1e-12))
        found = np.where(enough, 1.0, by_units)
        found[smallest > many * (1 + 1e-12)] = 0.0
    return found


def service_degrees(need: NeedColumns, rows: Ints) -> Floats:
    """Twin of :func:`portal.matching.fit.service.judge_service`."""
    columns, wanted = need.technologies, need.need
    if not wanted.countries:
        return np.full(len(rows), math.nan)
    served, codes = columns.service[:, rows], need.scales.countries
    here = common(served, codes.bits(wanted.countries))
    inside = shares(served, codes.bits(need.knowledge.region))
    span = service.HERE - service.IN_REGION
    by_place = np.where(inside, service.IN_REGION, service.ELSEWHERE)
    by_place = np.where(here > 0, service.IN_REGION + span * here / len(wanted.countries), by_place)
    spoken = need.scales.languages.bits(service.languages_of(wanted, need.knowledge))
    trains = columns.trained[rows] & bool(spoken.any())
    by_language = np.where(shares(columns.languages[:, rows], spoken), service.SPOKEN, service.FOREIGN)
    both = np.where(trains, (by_place + by_language) / 2, by_place)
    alone = np.where(trains, by_language * service.TRAINING_ONLY, math.nan)
    return rounded(np.where(is_empty(served), alone, both))


def readiness_degrees(need: NeedColumns, rows: Ints) -> Floats:
    """Twin of :func:`portal.matching.fit.readiness.judge_readiness`."""
    columns, by = need.technologies, need.need.commissioning_by
    trl = columns.trl[rows].astype(np.float64)
    mature = np.where(trl < 0, math.nan, np.minimum(1.0, trl / readiness.PROVEN))
    if by is None:
        return rounded(mature)
    months = readiness.months_until(need.knowledge.today, by)
    slow, fast = columns.slow[rows], columns.fast[rows]
    timely = np.where(slow <= months, 1.0, np.where(fast <= months, readiness.ONLY_IF_FAST, 0.0))
    timely = np.where(columns.led[rows], timely, math.nan)
    both = np.array([mature, timely])
    known = ~np.isnan(both)
    with np.errstate(invalid="ignore"):
        return rounded(np.where(known, both, 0.0).sum(axis=0) / known.sum(axis=0))


def transfer_degrees(need: NeedColumns, rows: Ints) -> Floats:
    """Twin of :func:`portal.matching.fit.transfer.judge_transfer`."""
    if not need.need.transfer_modes:
        return np.full(len(rows), math.nan)
    modes = need.technologies.modes[:, rows]
    found = shares(modes, need.scales.modes.bits(need.need.transfer_modes)).astype(np.float64)
    found[is_empty(modes)] = math.nan
    return found


def conformity_degrees(need: NeedColumns, rows: Ints) -> Floats:
    """Twin of :func:`portal.matching.fit.conformity.judge_conformity`."""
    columns, wanted = need.technologies, need.need
    held = columns.certificates[rows]
    total, counts = np.zeros(len(rows)), np.zeros(len(rows))
    for line in (x for x in map(need.scales.asking.number, wanted.countries) if x >= 0):
        part = columns.conformity[line, rows]
        known = ~np.isnan(part)
        total += np.where(known, part, 0.0)
        counts += known
    if wanted.required_standards:
        total += _standards(need)[held]
        counts += 1
    with np.errstate(invalid="ignore"):
        found = total / counts
    found[held == 0] = math.nan
    return rounded(found)


def _standards(need: NeedColumns) -> Floats:
    """Twin of :func:`portal.matching.fit.conformity.standards_degree`, for every list of certificates."""
    wanted = need.need.required_standards
    holding = [need.scales.certificates.holding(x) for x in wanted]
    # A list may have come in between.
    met = np.sum([x[: min(map(len, holding))] for x in holding], axis=0)
    found: Floats = (met + conformity.STANDARD_OPEN * (len(wanted) - met)) / len(wanted)
    return found


#: Every criterion that carries weight, by its name.
DEGREES: Mapping[str, Callable[[NeedColumns, Ints], Floats]] = {
    "function": function_degrees,
    "site": site_degrees,
    "proof": proof_degrees,
    "cost": cost_degrees,
    "effect": effect_degrees,
    "scale": scale_degrees,
    "service": service_degrees,
    "readiness": readiness_degrees,
    "transfer": transfer_degrees,
    "conformity": conformity_degrees,
}

"""The columns: one row per technology, with capacity to grow.

Rows are only ever added: a changed technology gets a new row and its old one is marked
dead, so that whoever is reading an older state is never disturbed. What a criterion can
work out without the need (what an effect costs, what a reference proves in a climate,
what a country still asks for) is worked out when the row is written.
"""

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.catalogue.kinds.base import OBJECTIVES
from portal.catalogue.values import Envelope
from portal.core.money import MoneyRange
from portal.core.quantities import base
from portal.matching.amounts import both_ends
from portal.matching.columns.codes import Bits, Codes, Floats
from portal.matching.columns.scales import CLIMATES, SILENT, Scales, sector
from portal.matching.facts import Knowledge, TechnologyFacts
from portal.matching.fit.cost import price_level, yearly
from portal.matching.fit.effect import degree_of_effect, serves
from portal.matching.fit.function import offers
from portal.matching.fit.transfer import modes_of
from portal.reference.codes import LEVELS

#: Most terms of one technology; its schema allows no more.
MOST_TERMS = 8
#: Classes of water demand, lowest first.
DEMANDS = ("none", *LEVELS)

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Numbers = NDArray[np.int32]


class Arrays:
    """The columns themselves, each with as many rows as there is room for; rows are the last axis.

    Unknown is NaN in a column of floats and -1 in one of numbers. Amounts of capacity are
    in the base unit of their measure, amounts of money in their own currency and in the
    prices of the newest year on record, per base unit of capacity.

    :ivar terms: numbers of the terms it is, (8, n); ``term_weights``: how much of it each is.
    :ivar depth: how many terms it is; ``named``: whether it names them itself.
    :ivar branches: of the tree of terms, on which it stands, and its sectors.
    :ivar cold: number of the value among ``Scales.limits``, as those of ``LIMITS`` are.
    :ivar proof: what its references prove in each class of ``CLIMATES``, numbered by ``Scales.proofs``.
    :ivar effect: the degree of the criterion for each objective.
    :ivar conformity: the degree for each country that asks for something.
    :ivar certificates: number of its list of certificates; 0 = none stated.
    """

    def __init__(self, scales: Scales, room: int) -> None:
        self.id: Ints = np.full(room, -1, np.int64)
        self.terms: NDArray[np.int16] = np.full((MOST_TERMS, room), -1, np.int16)
        self.term_weights: NDArray[np.float32] = np.zeros((MOST_TERMS, room), np.float32)
        self.branches, self.sectors = _sets(scales.branches, room), _sets(scales.sectors, room)
        self.service, self.languages = _sets(scales.countries, room), _sets(scales.languages, room)
        self.modes, self.contains = _sets(scales.modes, room), _sets(scales.substances, room)
        self.named, self.withdrawn, self.trained, self.led = (np.zeros(room, np.bool_) for _ in range(4))
        self.depth: NDArray[np.int8] = np.zeros(room, np.int8)
        self.trl, self.dust, self.water, self.wind, self.solar = (_numbers(room, np.int8) for _ in range(5))
        self.cold, self.survives, self.heat, self.altitude, self.seismic = (_numbers(room) for _ in range(5))
        self.proof: NDArray[np.uint8] = np.zeros((len(CLIMATES), room), np.uint8)
        self.references: Numbers = np.zeros(room, np.int32)
        self.cost_low, self.cost_high, self.size_low, self.size_high = (_unknown(room) for _ in range(4))
        self.running_low, self.running_high = (_unknown(room) for _ in range(2))
        self.cost_measure, self.running_measure, self.size_measure = (_numbers(room) for _ in range(3))
        self.cost_currency, self.running_currency = (_numbers(room) for _ in range(2))
        self.effect: NDArray[np.float32] = np.full((len(OBJECTIVES), room), np.nan, np.float32)
        self.slow, self.fast = (_numbers(room) for _ in range(2))
        self.conformity: NDArray[np.float32] = np.full((len(scales.asking.codes), room), np.nan, np.float32)
        self.certificates: Numbers = np.zeros(room, np.int32)

    def with_room(self, scales: Scales, room: int) -> "Arrays":
        """Return the same columns with room for more rows."""
        larger = Arrays(scales, room)
        for name, old in vars(self).items():
            getattr(larger, name)[..., : old.shape[-1]] = old
        return larger


def _sets(codes: Codes, room: int) -> Bits:
    return np.zeros((codes.words, room), np.uint64)


def _numbers(room: int, kind: Any = np.int32) -> NDArray[Any]:
    return np.full(room, -1, kind)


def _unknown(room: int) -> Floats:
    return np.full(room, np.nan)


class TechnologyColumns:
    """The columns of one state of the catalogue; :meth:`changed` gives those of the next.

    :ivar alive: which of the rows hold; shape (rows,).
    :ivar by_id: the rows in the order of their ids.
    """

    def __init__(self, scales: Scales, arrays: Arrays, rows: int, alive: Bools) -> None:
        self.scales = scales
        self.rows = rows
        self.alive = alive
        self._arrays = arrays
        self.by_id: Ints = np.argsort(arrays.id[:rows], kind="stable")
        self._ids: Ints = arrays.id[self.by_id]

    @classmethod
    def made_of(
        cls, technologies: Iterable[TechnologyFacts], knowledge: Knowledge, room: int = 256
    ) -> "TechnologyColumns":
        """Return the columns of these technologies."""
        scales = Scales(knowledge)
        empty = cls(scales, Arrays(scales, room), 0, np.zeros(0, np.bool_))
        return empty.changed(technologies, gone=())

    def __getattr__(self, name: str) -> Any:
        """Return a column as far as it is filled."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._arrays, name)[..., : self.rows]

    def __len__(self) -> int:
        """Return how many technologies there are."""
        return int(self.alive.sum())

    def changed(self, technologies: Iterable[TechnologyFacts], gone: Iterable[int]) -> "TechnologyColumns":
        """Return the columns with these technologies new or in place of what they were, and some gone."""
        arrays, rows = self._arrays, self.rows
        for technology in technologies:
            if rows == len(arrays.id):
                arrays = arrays.with_room(self.scales, 2 * rows)
            _write(arrays, rows, technology, self.scales)
            rows += 1
        dead = self.rows_of(np.array([*gone, *arrays.id[self.rows : rows]], np.int64))
        alive = np.ones(rows, np.bool_)
        alive[: self.rows] = self.alive
        alive[dead[dead >= 0]] = False
        return TechnologyColumns(self.scales, arrays, rows, alive)

    def rows_of(self, technology_ids: Ints) -> Ints:
        """Return the rows of technologies; -1 where there is none."""
        if not self.rows:
            return np.full(len(technology_ids), -1)
        # Of an id with several rows the newest comes last.
        places = np.searchsorted(self._ids, technology_ids, side="right") - 1
        rows = self.by_id[places]
        return np.where((self._ids[places] == technology_ids) & self.alive[rows], rows, -1)

    def is_wasteful(self) -> bool:
        """Return whether so many rows are dead that the columns should be made anew."""
        return self.rows > 1024 and len(self) < 0.75 * self.rows


def _write(arrays: Arrays, row: int, technology: TechnologyFacts, scales: Scales) -> None:
    arrays.id[row] = technology.id
    arrays.withdrawn[row] = technology.withdrawn
    arrays.trl[row] = -1 if technology.trl is None else technology.trl
    _write_terms(arrays, row, technology, scales)
    _write_site(arrays, row, technology, scales)
    _write_proof(arrays, row, technology, scales)
    _write_cost(arrays, row, technology, scales)
    _write_effect(arrays, row, technology, scales)
    if technology.capacity is not None:
        measure, scale = base(technology.capacity.unit)
        arrays.size_measure[row] = scales.measures.give(measure)
        arrays.size_low[row] = _scaled(technology.capacity.min, scale)
        arrays.size_high[row] = _scaled(technology.capacity.max, scale)
    _write_delivery(arrays, row, technology, scales)


def _write_terms(arrays: Arrays, row: int, technology: TechnologyFacts, scales: Scales) -> None:
    tree = scales.knowledge.tree
    offered = offers(technology.terms, technology.read_terms, tree)[:MOST_TERMS]
    for place, (term, weight) in enumerate(offered):
        arrays.terms[place, row] = scales.terms.number(term)
        arrays.term_weights[place, row] = weight
    arrays.depth[row] = len(offered)
    arrays.named[row] = bool(technology.terms)
    branches = {scales.root_of[x] for x, _ in offered if x in scales.root_of}
    branches |= {sector(x) for x in technology.sectors}
    scales.branches.write(arrays.branches, row, branches or {SILENT})
    scales.sectors.write(arrays.sectors, row, technology.sectors)


def _write_site(arrays: Arrays, row: int, technology: TechnologyFacts, scales: Scales) -> None:
    operating = technology.operating or Envelope()
    survival = technology.survival or Envelope()
    limits = {
        "cold": operating.temp_min_c if operating.meets_frost else None,
        "heat": operating.temp_max_c if operating.meets_heat else None,
        "altitude": operating.altitude_max_m,
        "survives": survival.temp_min_c if survival.meets_frost else None,
        "seismic": survival.seismic_msk,
    }
    for name, limit in limits.items():
        if limit is not None:
            getattr(arrays, name)[row] = scales.limits[name].give(float(limit))
    arrays.dust[row] = _index(LEVELS, operating.dust)
    arrays.wind[row] = _index(LEVELS, operating.wind_min)
    arrays.solar[row] = _index(LEVELS, operating.solar_min)
    arrays.water[row] = _index(DEMANDS, technology.water_demand)


def _write_proof(arrays: Arrays, row: int, technology: TechnologyFacts, scales: Scales) -> None:
    arrays.references[row] = sum(1 for x in technology.deployments if x.running)
    if technology.deployments:
        # Nothing that is known to run proves nothing, which is known.
        found = arrays.proof[:, row]
        found[:] = 1
        for place in technology.deployments:
            if place.running is not False:
                np.maximum(found, scales.proofs.numbers(place), out=found)


def _write_cost(arrays: Arrays, row: int, technology: TechnologyFacts, scales: Scales) -> None:
    prices = scales.knowledge.prices
    for name, amount in (("cost", technology.unit_cost), ("running", yearly(technology.running_cost))):
        ends = _ends(amount)
        if amount is None or amount.per is None or ends is None:
            continue
        measure, scale = base(amount.per)
        level = float(price_level(amount.currency, amount.price_year, prices)) / scale
        getattr(arrays, f"{name}_low")[row] = float(ends[0]) * level
        getattr(arrays, f"{name}_high")[row] = float(ends[1]) * level
        getattr(arrays, f"{name}_measure")[row] = scales.measures.give(measure)
        getattr(arrays, f"{name}_currency")[row] = scales.currencies.give(amount.currency)


def _write_effect(arrays: Arrays, row: int, technology: TechnologyFacts, scales: Scales) -> None:
    effect = technology.effect
    if effect is None:
        return
    # Objectives that it serves all say the same, and so do those that it does not.
    found: dict[bool, float] = {}
    for number, objective in enumerate(OBJECTIVES):
        served = serves(effect, objective)
        if served not in found:
            found[served] = _float(degree_of_effect(technology, scales.knowledge, objective))
        arrays.effect[number, row] = found[served]


def _write_delivery(arrays: Arrays, row: int, technology: TechnologyFacts, scales: Scales) -> None:
    scales.countries.write(arrays.service, row, technology.service_in)
    arrays.trained[row] = bool(technology.training_languages)
    scales.languages.write(arrays.languages, row, technology.training_languages)
    lead = technology.lead_time
    if lead is not None:
        arrays.led[row] = True
        slow, fast = both_ends(lead.min, lead.max)[::-1]
        arrays.slow[row] = -1 if slow is None else int(slow)
        arrays.fast[row] = -1 if fast is None else int(fast)
    scales.modes.write(arrays.modes, row, modes_of(technology))
    scales.substances.write(arrays.contains, row, technology.contains)
    arrays.certificates[row] = scales.certificates.give(technology.certificates)
    arrays.conformity[:, row] = scales.steps.degrees(technology)


def _ends(amount: MoneyRange | None) -> tuple[Decimal, Decimal] | None:
    if amount is None:
        return None
    low, high = both_ends(amount.min, amount.max)
    return None if low is None or high is None else (low, high)


def _float(value: Decimal | float | None) -> float:
    return math.nan if value is None else float(value)


def _scaled(value: Decimal | None, scale: float) -> float:
    return math.nan if value is None else float(value) * scale


def _index(levels: Sequence[str], level: str | None) -> int:
    return -1 if level is None else levels.index(level)

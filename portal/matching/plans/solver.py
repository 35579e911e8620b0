"""Finds the best ways to fill a gap from several offers, in whole units of money.

A mixed-integer programme, solved to the end by HiGHS one objective after the other: what an
earlier one has reached is never given up for a later one. Which offers are taken is decided
with amounts that may have fractions; those of the offers taken then come out whole by
themselves, because all limits are whole, unless the debt service binds: then the whole
amounts next to them are chosen by the same objectives. Offers come in a fixed order, so the
same question has the same answer on every machine. A combination is found once; one that
only adds an offer to a combination found before reaches nothing more, so it is not told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import ceil, floor

import highspy

from portal.matching.plans.layers import CONCESSIONAL, GRANT, SENIOR, Preference

#: Layers of debt.
DEBT_ROLES = frozenset({SENIOR, CONCESSIONAL})
#: Debt service per unit is rounded up to so many digits: an error of 0.0001 % at most.
SERVICE_STEP = Decimal("0.000001")
#: So many sources one plan takes at most: a larger circle of financiers nobody brings together.
MOST_SOURCES = 6
#: An offer whose months to first money are not known counts as slower than all others.
UNKNOWN_MONTHS = 1000
#: Values that differ by less are the same: a ten-thousandth of a unit, far above the tolerances.
_NEAR = 1e-4
#: What is nearer to a whole number is that number: more than tolerances can add up to.
_WHOLE = 1e-2
#: Nothing here is unbounded, so both mean that nothing fits.
_IMPOSSIBLE = {
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
}
_OPTIONS = {
    "output_flag": False,
    "threads": 1,
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": _NEAR / 10,
    "mip_feasibility_tolerance": 1e-8,
    "primal_feasibility_tolerance": 1e-7,
}


@dataclass(frozen=True)
class Offer:
    """What one source could give, in units.

    :ivar group: of several offers of one group only one is taken.
    :ivar least, most: what it gives in all, if it gives.
    :ivar equity: the sponsor's equity that it demands beyond what is there.
    :ivar roles: the layers that it can fill.
    :ivar grants: the most that its own rule lets grants carry; ``None`` = it states none.
    :ivar repaid: the layers whose money is repaid out of the cash flow.
    :ivar price: yearly price of its debt, hundredths of a per cent; ``None`` = not known.
    :ivar months: until first money.
    :ivar service: yearly debt service per unit, a multiple of ``SERVICE_STEP``.
    :ivar cover: the debt service cover ratio that it demands.
    """

    group: str
    least: int
    most: int
    roles: tuple[str, ...]
    equity: int = 0
    grants: int | None = None
    repaid: frozenset[str] = DEBT_ROLES
    price: int | None = None
    months: int = UNKNOWN_MONTHS
    service: Decimal | None = None
    cover: Decimal | None = None

    def replaces(self, other: "Offer") -> bool:
        """Return whether this offer can do all that another one does, at no higher price."""
        nothing = Decimal(0)
        return (
            self.roles == other.roles
            and self.repaid == other.repaid
            and self.equity == other.equity
            and self.least <= other.least
            and self.most >= other.most
            and (self.grants or 0) >= (other.grants or 0)
            and (other.price is None or (self.price is not None and self.price <= other.price))
            and self.months <= other.months
            and (self.service or nothing) <= (other.service or nothing)
            and (self.cover or nothing) <= (other.cover or nothing)
        )


@dataclass(frozen=True)
class Task:
    """A gap and what may fill it.

    :ivar gap: what is still to be found, sponsor's equity included.
    :ivar order: the preferences of the revenue class.
    :ivar grants: the most that grants may carry together; an offer whose own limit is
        higher lifts it to that limit.
    :ivar cash_flow: yearly cash flow for debt service, in units; ``None`` = not known.
    """

    gap: int
    offers: tuple[Offer, ...]
    order: tuple[Preference, ...]
    grants: int | None = None
    cash_flow: Decimal | None = None


@dataclass(frozen=True)
class Answer:
    """How much of what: the amounts by offer (its place in the task) and layer."""

    equity: int
    amounts: Mapping[tuple[int, str], int]
    uncovered: int


def solve(task: Task, most: int) -> tuple[Answer, ...]:
    """Return up to so many combinations of offers, best first.

    Least uncovered, then the preferences of the class, fewest offers, cheapest (debt whose
    price is known before other debt), quickest, and the offers that come first.
    """
    model = _Model(task, _worth_trying(task, most))
    return tuple(_split(task, chosen) for chosen in model.best_sets(most))


def _worth_trying(task: Task, most: int) -> list[int]:
    """Return the places of the offers that can be in one of the best combinations.

    An offer is left out where so many others are as good in every respect that, whichever
    of them a combination holds already, the others make enough better combinations.
    """
    usable = {
        i: _as_it_counts(x, task)
        for i, x in enumerate(task.offers)
        if x.least <= x.most and x.most > 0 and x.equity + max(x.least, 1) <= task.gap
    }
    enough = most + MOST_SOURCES - 1
    kept: list[int] = []
    for i, offer in usable.items():
        better = {x.group for place, x in usable.items() if place < i and x.replaces(offer)}
        if len(better) < enough:
            kept.append(i)
    return kept


def _as_it_counts(offer: Offer, task: Task) -> Offer:
    """Return an offer without what makes no difference to this task."""
    if not offer.repaid:
        offer = replace(offer, price=None, service=None, cover=None)
    if task.cash_flow is None or all(x.cover is None for x in task.offers):
        offer = replace(offer, service=None, cover=None)
    return offer if task.grants is not None and GRANT in offer.roles else replace(offer, grants=None)


def _split(task: Task, chosen: Sequence[int]) -> Answer:
    """Return the amounts of a combination, in whole units."""
    model = _Model(task, chosen, all_taken=True)
    values = model.best_split()
    served = task.cash_flow is not None and any(task.offers[i].cover is not None for i in chosen)
    if served or any(abs(x - round(x)) > _WHOLE for x in values.values()):
        model = _Model(task, chosen, all_taken=True, near=values)
        values = model.best_split()
    amounts = {key: round(x) for key, x in values.items()}
    equity = max((task.offers[i].equity for i in chosen), default=0)
    return Answer(
        equity=equity,
        amounts={key: x for key, x in amounts.items() if x},
        uncovered=task.gap - equity - sum(amounts.values()),
    )


class _Programme:
    """A mixed-integer programme that is minimised again and again."""

    def __init__(self) -> None:
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in _OPTIONS.items():
            self._solver.setOptionValue(name, value)
        self._costs: list[float] = []

    def variable(self, least: float, most: float, *, whole: bool = True) -> int:
        """Add a number between two bounds and return its index."""
        index = len(self._costs)
        self._solver.addCol(0.0, least, most, 0, [], [])
        if whole:
            self._solver.changeColIntegrality(index, highspy.HighsVarType.kInteger)
        self._costs.append(0.0)
        return index

    def row(self, terms: Mapping[int, float], least: float | None = None, most: float | None = None) -> None:
        """Demand that a sum lies between two bounds."""
        low = -highspy.kHighsInf if least is None else least
        high = highspy.kHighsInf if most is None else most
        self._solver.addRow(low, high, len(terms), list(terms), list(terms.values()))

    def mark(self) -> tuple[int, int]:
        """Return how many rows and variables there are, to come back to."""
        return self._solver.getNumRow(), len(self._costs)

    def reset(self, mark: tuple[int, int]) -> None:
        """Take away all rows and variables that came after a mark."""
        rows, variables = mark
        if self._solver.getNumRow() > rows:
            last = self._solver.getNumRow()
            self._solver.deleteRows(last - rows, list(range(rows, last)))
        if len(self._costs) > variables:
            last = len(self._costs)
            self._solver.deleteCols(last - variables, list(range(variables, last)))
            del self._costs[variables:]

    def _run(self) -> highspy.HighsModelStatus:
        """Solve; that nothing fits is believed only without presolving, which can lose a tight fit."""
        self._solver.run()
        if self._solver.getModelStatus() in _IMPOSSIBLE:
            self._solver.setOptionValue("presolve", "off")
            self._solver.run()
            self._solver.setOptionValue("presolve", "choose")
        return self._solver.getModelStatus()

    def least(self, terms: Mapping[int, float], start: list[float] | None = None) -> list[float] | None:
        """Return the values at which a sum is least and keep it there; ``None`` = nothing fits.

        :param start: values that fit; where the sum is zero there and cannot be less, they stay.
        """
        if start is not None and min(terms.values()) >= 0 and not any(start[x] > _NEAR for x in terms):
            self.row(terms, most=_NEAR)
            return start
        for index, cost in enumerate(self._costs):
            wanted = float(terms.get(index, 0))
            if wanted != cost:
                self._solver.changeColCost(index, wanted)
                self._costs[index] = wanted
        status = self._run()
        if status in _IMPOSSIBLE:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"HiGHS stopped: {status}")
        values = list(self._solver.getSolution().col_value)
        self.row(terms, most=sum(cost * values[index] for index, cost in terms.items()) + _NEAR)
        return values


@dataclass
class _Columns:
    """Where the variables of one offer are."""

    offer: Offer
    taken: int
    amounts: dict[str, int] = field(default_factory=dict)


class _Model:
    """The programme of a task over some of its offers."""

    def __init__(
        self,
        task: Task,
        places: Sequence[int],
        *,
        all_taken: bool = False,
        near: Mapping[tuple[int, str], float] | None = None,
    ) -> None:
        self.task = task
        self.near = near
        self.programme = _Programme()
        self.uncovered = self.programme.variable(0, task.gap, whole=False)
        self.equity = self.programme.variable(0, task.gap, whole=False)
        self.offers = {i: self._offer(i, task.offers[i], all_taken) for i in places}
        self._balance()
        self._one_of_each_group()
        self._equity_levels()
        self._grants()
        self._debt_service()
        self.slowest = self._months()

    def _offer(self, place: int, offer: Offer, taken: bool) -> _Columns:
        columns = _Columns(offer, self.programme.variable(int(taken), 1))
        for role in offer.roles:
            columns.amounts[role] = self._amount((place, role), min(offer.most, self.task.gap))
        total = dict.fromkeys(columns.amounts.values(), 1.0)
        self.programme.row(total | {columns.taken: -float(min(offer.most, self.task.gap))}, most=0)
        self.programme.row(total | {columns.taken: -float(max(offer.least, 1))}, least=0)
        return columns

    def _amount(self, key: tuple[int, str], most: int) -> int:
        if self.near is None:
            return self.programme.variable(0, most, whole=False)
        value = self.near[key]
        return self.programme.variable(max(floor(value) - 1, 0), min(ceil(value) + 1, most))

    def _balance(self) -> None:
        amounts = [x for offer in self.offers.values() for x in offer.amounts.values()]
        terms = dict.fromkeys((self.uncovered, self.equity, *amounts), 1.0)
        self.programme.row(terms, least=self.task.gap, most=self.task.gap)
        self.programme.row({x.taken: 1.0 for x in self.offers.values()}, least=1, most=MOST_SOURCES)

    def _one_of_each_group(self) -> None:
        groups: dict[str, list[int]] = {}
        for columns in self.offers.values():
            groups.setdefault(columns.offer.group, []).append(columns.taken)
        for group in groups.values():
            if len(group) > 1:
                self.programme.row(dict.fromkeys(group, 1.0), most=1)

    def _equity_levels(self) -> None:
        """Hold the equity at the highest level that an offer taken demands, no higher."""
        levels: dict[int, list[int]] = {}
        for columns in self.offers.values():
            levels.setdefault(columns.offer.equity, []).append(columns.taken)
        chosen = {level: self.programme.variable(0, 1) for level in sorted(levels)}
        self.programme.row(dict.fromkeys(chosen.values(), 1.0), least=1, most=1)
        terms = {x: -float(level) for level, x in chosen.items()}
        self.programme.row({self.equity: 1.0} | terms, least=0, most=0)
        for level, taken in levels.items():
            self.programme.row(dict.fromkeys(taken, 1.0) | {chosen[level]: -1.0}, least=0)
            for one in taken:
                self.programme.row({self.equity: 1.0, one: -float(level)}, least=0)

    def _grants(self) -> None:
        if self.task.grants is None:
            return
        grants = {x.amounts[GRANT]: 1.0 for x in self.offers.values() if GRANT in x.amounts}
        lifts: dict[int, float] = {}
        for columns in self.offers.values():
            own = columns.offer.grants
            if GRANT in columns.amounts and own is not None and own > self.task.grants:
                lift = self.programme.variable(0, 1)
                self.programme.row({lift: 1.0, columns.taken: -1.0}, most=0)
                lifts[lift] = -float(own - self.task.grants)
        if lifts:
            self.programme.row(dict.fromkeys(lifts, 1.0), most=1)
        if grants:
            self.programme.row(grants | lifts, most=self.task.grants)

    def _debt_service(self) -> None:
        """Keep the debt service, times the highest cover ratio of those taken, in the cash flow."""
        service = {
            column: columns.offer.service
            for columns in self.offers.values()
            if columns.offer.service is not None
            for role, column in columns.amounts.items()
            if role in columns.offer.repaid
        }
        if self.task.cash_flow is None or not service:
            return
        highest = max(service.values()) * self.task.gap
        for columns in self.offers.values():
            cover = columns.offer.cover
            if cover is None or not columns.offer.repaid & set(columns.amounts):
                continue
            slack = max(highest * cover - self.task.cash_flow, Decimal(0))
            terms = {column: float(x * cover) for column, x in service.items()}
            limit = float(self.task.cash_flow + slack)
            self.programme.row(terms | {columns.taken: float(slack)}, most=limit)

    def _months(self) -> int:
        """Add the months until the last of the offers taken gives its first money."""
        slowest = self.programme.variable(0, UNKNOWN_MONTHS, whole=False)
        for columns in self.offers.values():
            self.programme.row({slowest: 1.0, columns.taken: -float(columns.offer.months)}, least=0)
        return slowest

    def best_sets(self, most: int) -> Iterator[tuple[int, ...]]:
        """Yield the places of the offers of up to so many combinations, best first.

        Combinations that come out the same by coverage, class and number are found together.
        """
        found: list[tuple[int, ...]] = []
        while len(found) < most:
            level = self.programme.mark()
            self._forbid(found)
            if self._reach(self._first_objectives()) is None:
                return
            before = len(found)
            while len(found) < most and (chosen := self._next_set()):
                found.append(chosen)
                self._forbid([chosen])
                yield chosen
            if len(found) == before:
                raise ArithmeticError("a combination that was found is lost")
            self.programme.reset(level)

    def _next_set(self) -> tuple[int, ...]:
        mark = self.programme.mark()
        values = self._reach(self._last_objectives())
        chosen = () if values is None else self._lowest(values)
        self.programme.reset(mark)
        return chosen

    def _forbid(self, combinations: Iterable[Sequence[int]]) -> None:
        """Leave out combinations, and every other one that contains one of them."""
        for chosen in combinations:
            self.programme.row({self.offers[i].taken: 1.0 for i in chosen}, most=len(chosen) - 1)

    def best_split(self) -> dict[tuple[int, str], float]:
        """Return the amounts where all offers are taken: equal parts where nothing else decides."""
        self._reach([*self._first_objectives(), *self._last_objectives()])
        smallest = self.programme.variable(0, self.task.gap, whole=False)
        for columns in self.offers.values():
            self.programme.row(dict.fromkeys(columns.amounts.values(), 1.0) | {smallest: -1.0}, least=0)
        values = self._most(smallest)
        for columns in self.offers.values():
            for column in columns.amounts.values():
                values = self._most(column)
        return {
            (i, role): values[column]
            for i, columns in self.offers.items()
            for role, column in columns.amounts.items()
        }

    def _most(self, variable: int) -> list[float]:
        """Return the values where a variable is largest and keep it at the whole part."""
        mark = self.programme.mark()
        values = self.programme.least({variable: -1})
        if values is None:
            raise ArithmeticError("a combination that was found cannot be split")
        self.programme.reset(mark)
        self.programme.row({variable: 1.0}, least=floor(values[variable] + _WHOLE) - _NEAR)
        return values

    def _reach(self, objectives: Iterable[dict[int, float]]) -> list[float] | None:
        """Reach one objective after the other and return the values; ``None`` = nothing fits."""
        values: list[float] | None = None
        for objective in objectives:
            values = self.programme.least(objective, values)
            if values is None:
                return None
        return values

    def _first_objectives(self) -> Iterator[dict[int, float]]:
        """Yield what makes one combination better than another by coverage, class and number."""
        yield {self.uncovered: 1}
        for step in self.task.order:
            preferred = {
                column: -1.0 if step.most else 1.0
                for columns in self.offers.values()
                for role, column in columns.amounts.items()
                if role in step.roles
            }
            if preferred:
                yield preferred
        yield {columns.taken: 1 for columns in self.offers.values()}

    def _last_objectives(self) -> Iterator[dict[int, float]]:
        """Yield what makes it cheaper and quicker: debt of known price before other debt."""
        debt = [
            (columns.offer.price, column)
            for columns in self.offers.values()
            for role, column in columns.amounts.items()
            if role in columns.offer.repaid
        ]
        unknown = {column: 1.0 for price, column in debt if price is None}
        if unknown:
            yield unknown
        # Prices near one, so that a sum of amounts keeps its tolerance.
        highest = max((price for price, _ in debt if price), default=1)
        priced = {column: price / highest for price, column in debt if price}
        if priced:
            yield priced
        yield {self.slowest: 1.0}

    def _lowest(self, values: list[float]) -> tuple[int, ...]:
        """Return the places of the best combination whose offers come first in the task."""
        chosen: list[int] = []
        for _ in range(round(sum(values[x.taken] for x in self.offers.values()))):
            chosen.append(self._next(chosen))
        return tuple(chosen)

    def _next(self, chosen: Sequence[int]) -> int:
        """Return the first place beyond those chosen that still leads to a best combination."""
        if chosen:
            self.programme.row({self.offers[chosen[-1]].taken: 1.0}, least=1)
        mark = self.programme.mark()
        later = [i for i in self.offers if not chosen or i > chosen[-1]]
        picks = {i: self.programme.variable(0, 1) for i in later}
        self.programme.row(dict.fromkeys(picks.values(), 1.0), least=1, most=1)
        for i, pick in picks.items():
            self.programme.row({pick: 1.0, self.offers[i].taken: -1.0}, most=0)
        values = self.programme.least({pick: i for i, pick in picks.items()})
        self.programme.reset(mark)
        if values is None:
            raise ArithmeticError("a combination that was found is lost")
        return next(i for i, pick in picks.items() if values[pick] > 0.5)

"""The criterion ``effect``: what a unit of it costs over the technology's life.

Mitigation: US dollars per tCO2e; adaptation: per cubic metre of water, hectare or person
served. Capital is spread over the life as an annuity at a real discount rate of 6 per cent
(ADB, Guidelines for the Economic Analysis of Projects, 2017, social sectors), running
costs are added, and the sum is divided by the yearly effect. What is saved by the way
(fuel, yield) is not subtracted: the figure is a gross cost, the same for all.

Full points up to 50 USD per tCO2e (the low end of the carbon price range for 2030 of the
High-Level Commission on Carbon Prices, 2017), none from 300. For water full points up to
0.10 USD per m3, none from 1.00 (about the cost of desalinated sea water, from memory).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portal.core.i18n import Message
from portal.core.money import Money, MoneyRange, in_currency
from portal.core.quantities import Quantity, factor
from portal.matching.amounts import both_ends
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.fit.cost import price_level, yearly
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import coded, quantity

DISCOUNT_RATE = 0.06
#: Full points up to the first, none from the second: US dollars per unit of effect.
LIMITS: Mapping[str, tuple[float, float]] = {
    "tCO2e": (50.0, 300.0),
    "m3": (0.10, 1.00),
}
#: Effects by what they measure: units that begin so save emissions.
SAVES_EMISSIONS = ("tCO2", "kgCO2", "gCO2")
RELATIVE = {"percent", "%"}
#: What an effect is worth of which no cost per unit is known: of the wanted kind, in per
#: cent of a baseline, or of the other objective only.
SIZE_ONLY, PERCENT_ONLY, OTHER_KIND = 0.6, 0.5, 0.3


@dataclass(frozen=True)
class UnitCost:
    """What one unit of effect costs.

    :ivar unit: ``tCO2e``, ``m3`` ...
    :ivar usd: US dollars for one.
    """

    unit: str
    usd: float
    years: float
    hours: int | None


def annuity(years: float, rate: float = DISCOUNT_RATE) -> float:
    """Return what of a capital falls on each of so many years, e.g. 0.0872 for 20 years at 6 %."""
    return rate / (1 - float((1 + rate) ** -years))


def cost_of_effect(technology: TechnologyFacts, knowledge: Knowledge) -> UnitCost | None:
    """Return what one unit of a technology's effect costs; ``None`` where a part is not known.

    Means of ranges are taken. An effect per MWh needs the hours of full load a year.
    """
    effect, capital = technology.effect, technology.unit_cost
    if effect is None or capital is None or capital.per is None or "/" not in effect.unit:
        return None
    years = _mean(technology.lifetime_years)
    each_year = _usd_a_year(technology, knowledge, years) if years else None
    amount = _effect_a_year(effect, capital.per, technology.full_load_hours)
    if each_year is None or not amount or not years:
        return None
    hours = technology.full_load_hours if _per_energy(effect.unit) else None
    return UnitCost(effect.unit.split("/")[0], each_year / amount, years, hours)


def _usd_a_year(technology: TechnologyFacts, knowledge: Knowledge, years: float) -> float | None:
    capital = _usd(technology.unit_cost, knowledge)
    if capital is None:
        return None
    running = yearly(technology.running_cost)
    if running is None:
        return capital * annuity(years)
    each = _usd(running, knowledge)
    unit = technology.unit_cost.per if technology.unit_cost is not None else None
    scale = factor(unit or "", running.per or "")
    if each is None or scale is None:
        return None
    return capital * annuity(years) + each * scale


def _usd(amount: MoneyRange | None, knowledge: Knowledge) -> float | None:
    if amount is None:
        return None
    low, high = both_ends(amount.min, amount.max)
    if low is None or high is None:
        return None
    level = price_level(amount.currency, amount.price_year, knowledge.prices)
    dollars = in_currency((low + high) / 2 * level, amount.currency, "USD", knowledge.rates)
    return None if dollars is None else float(dollars)


def _effect_a_year(effect: Quantity, per: str, hours: int | None) -> float | None:
    """Return the yearly effect of one unit of capacity, in the effect's own unit of amount."""
    size = _mean(effect)
    if size is None:
        return None
    below = effect.unit.split("/")[1:]
    if _per_energy(effect.unit):
        power = factor(f"{per}*hour", below[0])
        return None if hours is None or power is None else size * power * hours
    capacity = per.removesuffix("/year")
    if below[-1] == "year" and len(below) > 1:
        scale = factor(capacity, below[0])
    else:
        # What is saved per tonne made, of a plant that costs so much per tonne a year.
        scale = factor(per, f"{below[0]}/year") if below != ["year"] else 1.0
    return None if scale is None else size * scale


def _per_energy(unit: str) -> bool:
    return unit.endswith(("/MWh", "/kWh", "/GWh"))


def _mean(amount: Quantity | None) -> float | None:
    if amount is None:
        return None
    low, high = both_ends(amount.min, amount.max)
    return None if low is None or high is None else float(low + high) / 2


def effect_degree(unit: str, usd: float) -> float | None:
    """Return what a cost per unit of effect is worth, 0 to 1; ``None`` for units without limits."""
    if unit not in LIMITS:
        return None
    full, none = LIMITS[unit]
    return max(0.0, min(1.0, (none - usd) / (none - full)))


def degree_of_effect(technology: TechnologyFacts, knowledge: Knowledge, objective: str) -> float | None:
    """Return the degree for a need of this objective; ``None`` where no effect is stated."""
    effect = technology.effect
    if effect is None:
        return None
    if effect.unit in RELATIVE:
        return PERCENT_ONLY
    if not serves(effect, objective):
        return OTHER_KIND
    cost = cost_of_effect(technology, knowledge)
    degree = None if cost is None else effect_degree(cost.unit, cost.usd)
    return SIZE_ONLY if degree is None else degree


def serves(effect: Quantity, objective: str) -> bool:
    """Return whether an effect is of the kind that the need is after."""
    return objective == "both" or effect.unit.startswith(SAVES_EMISSIONS) == (objective == "mitigation")


def judge_effect(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge what a unit of the effect costs, where that is known; else whether it is of the wanted kind."""
    wanted = coded("objective", need.objective)
    effect = technology.effect
    degree = degree_of_effect(technology, knowledge, need.objective)
    if effect is None or degree is None:
        reason = Message("criterion_reason.effect.unknown")
        return Criterion("effect", weight, Verdict.UNKNOWN, None, wanted, None, reason)
    offered = quantity(effect)
    if effect.unit in RELATIVE:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.effect.relative")
        return Criterion("effect", weight, verdict, degree, wanted, offered, reason)
    if not serves(effect, need.objective):
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.effect.other")
        return Criterion("effect", weight, verdict, degree, wanted, offered, reason)
    cost = cost_of_effect(technology, knowledge)
    if cost is None:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.effect.size_only")
        return Criterion("effect", weight, verdict, degree, wanted, offered, reason)
    return _by_cost(cost, degree, weight, wanted, offered)


def _by_cost(cost: UnitCost, degree: float, weight: int, wanted: Message, offered: Message) -> Criterion:
    digits = Decimal("0.01") if cost.usd < 1 else Decimal(1)
    values = {
        "cost": Money(Decimal(repr(cost.usd)).quantize(digits), "USD"),
        "unit": coded("unit", cost.unit),
    }
    verdict = Verdict.PASS if degree >= 1 else Verdict.PARTIAL if degree > 0 else Verdict.FAIL
    reason = Message(f"criterion_reason.effect.cost_{verdict.value}", values)
    assumed = {"years": round(cost.years), "rate": round(DISCOUNT_RATE * 100)}
    notes = [Message("match.effect.assumptions", assumed)]
    if cost.hours is not None:
        notes.append(Message("match.effect.hours", {"hours": cost.hours}))
    both = Message("match.effect.with_cost", {"effect": offered, **values})
    return Criterion("effect", weight, verdict, round(degree, 4), wanted, both, reason, tuple(notes))

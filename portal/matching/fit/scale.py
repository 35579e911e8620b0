"""The criterion ``scale``: whether installations of this size cover what is wanted."""

import math
from decimal import Decimal

from portal.core.i18n import Message
from portal.core.quantities import Quantity, convert
from portal.matching.amounts import both_ends
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import quantity

#: So many installations are still one project; beyond, it is a programme.
ONE_PROJECT, ONE_PROGRAMME = 50, 5_000
#: What one project, one programme and more than that are worth.
PROJECT, PROGRAMME, MORE = 0.9, 0.75, 0.5


def judge_scale(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int) -> Criterion:
    """Judge whether installations of this size cover what is wanted.

    A need often states a national total: many installations may cover it, so only a
    technology whose smallest installation is larger than all that is wanted fails.
    """
    wanted = None if need.capacity is None else quantity(need.capacity)
    offered = None if technology.capacity is None else quantity(technology.capacity)
    sizes = _sizes(need.capacity, technology.capacity)
    if sizes is None:
        reason = Message("criterion_reason.scale.unknown")
        return Criterion("scale", weight, Verdict.UNKNOWN, None, wanted, offered, reason)
    least, most, smallest, largest = sizes
    if smallest is not None and smallest > most:
        reason = Message("criterion_reason.scale.fail")
        return Criterion("scale", weight, Verdict.FAIL, 0.0, wanted, offered, reason)
    if largest is None or largest >= least:
        reason = Message("criterion_reason.scale.pass")
        return Criterion("scale", weight, Verdict.PASS, 1.0, wanted, offered, reason)
    units = units_needed(float(least), float(largest)) if largest else 0
    verdict = Verdict.PASS if 0 < units <= ONE_PROJECT else Verdict.PARTIAL
    reason = Message("criterion_reason.scale.units", {"units": units})
    return Criterion("scale", weight, verdict, units_degree(units), wanted, offered, reason)


def units_needed(least: float, largest: float) -> int:
    """Return how many of the largest installations cover what is wanted at least."""
    # A third of a millionth of an installation is an error of arithmetic.
    return math.ceil(round(least / largest, 6))


def units_degree(units: float) -> float:
    """Return what it is worth that so many installations are needed; 0 = their size is zero."""
    if 0 < units <= ONE_PROJECT:
        return PROJECT
    return PROGRAMME if 0 < units <= ONE_PROGRAMME else MORE


def _sizes(
    wanted: Quantity | None, offered: Quantity | None
) -> tuple[Decimal, Decimal, Decimal | None, Decimal | None] | None:
    """Return least and most wanted, smallest and largest installation, in one unit."""
    if wanted is None or offered is None:
        return None
    same = convert(offered, wanted.unit)
    least, most = both_ends(wanted.min, wanted.max)
    if same is None or least is None or most is None:
        return None
    return least, most, same.min, same.max

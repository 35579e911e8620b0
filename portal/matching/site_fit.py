"""The criterion ``site``: whether it works where it is to stand.

Working conditions and survival are different things, and the basis is always named:
the design minimum of the site (by the building code) meets the lowest temperature
at which the technology works; the absolute minimum on record meets the lowest that
it survives switched off.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from portal.catalogue.values import LEVELS, Envelope, Site
from portal.core.i18n import Message
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import celsius, coded, shown

#: So many degrees short make a working condition worthless.
COLD_SLACK, HEAT_SLACK = Decimal(15), Decimal(10)
#: How a demand for water stands where water is scarce, and where it is not plenty.
THIRST = {
    "scarce": {"none": 1.0, "low": 1.0, "medium": 0.5, "high": 0.2},
    "moderate": {"none": 1.0, "low": 1.0, "medium": 1.0, "high": 0.6},
    "sufficient": {"none": 1.0, "low": 1.0, "medium": 1.0, "high": 1.0},
}


@dataclass(frozen=True)
class Comparison:
    """One condition of the site against one property of the technology.

    :ivar wanted: the condition with its name, as shown on the need's side.
    """

    degree: float
    basis: Message
    wanted: Message
    offered: Message


def _design_minimum(site: Site, technology: TechnologyFacts) -> Comparison | None:
    offered = _envelope(technology.operating).temp_min_c
    if site.temp_min_c is None or offered is None:
        return None
    degree = _short_by(offered - site.temp_min_c, COLD_SLACK)
    basis = Message("match.site.design_minimum")
    return _compared(degree, basis, celsius(site.temp_min_c), celsius(offered))


def _absolute_minimum(site: Site, technology: TechnologyFacts) -> Comparison | None:
    offered = _envelope(technology.survival).temp_min_c
    if site.temp_extreme_min_c is None or offered is None:
        return None
    degree = 1.0 if offered <= site.temp_extreme_min_c else 0.0
    basis = Message("match.site.absolute_minimum")
    return _compared(degree, basis, celsius(site.temp_extreme_min_c), celsius(offered))


def _maximum(site: Site, technology: TechnologyFacts) -> Comparison | None:
    offered = _envelope(technology.operating).temp_max_c
    if site.temp_max_c is None or offered is None:
        return None
    degree = _short_by(site.temp_max_c - offered, HEAT_SLACK)
    return _compared(degree, Message("match.site.maximum"), celsius(site.temp_max_c), celsius(offered))


def _altitude(site: Site, technology: TechnologyFacts) -> Comparison | None:
    offered = _envelope(technology.operating).altitude_max_m
    if site.altitude_m is None or offered is None:
        return None
    degree = 1.0 if offered >= site.altitude_m else 0.0
    wanted = Message("match.metres", {"value": site.altitude_m})
    return _compared(
        degree, Message("match.site.altitude"), wanted, Message("match.metres", {"value": offered})
    )


def _dust(site: Site, technology: TechnologyFacts) -> Comparison | None:
    offered = _envelope(technology.operating).dust
    if site.dust is None or offered is None:
        return None
    short = LEVELS.index(site.dust) - LEVELS.index(offered)
    degree = {1: 0.5, 2: 0.0}.get(short, 1.0)
    return _compared(degree, Message("match.site.dust"), coded("level", site.dust), coded("level", offered))


def _water(site: Site, technology: TechnologyFacts) -> Comparison | None:
    if site.water is None or technology.water_demand is None:
        return None
    basis = Message("match.site.water")
    offered = _named(basis, coded("level", technology.water_demand))
    degree = THIRST[site.water][technology.water_demand]
    wanted = _named(Message("match.site.water_there"), coded("water", site.water))
    return Comparison(degree, basis, wanted, offered)


def _compared(degree: float, basis: Message, wanted: Message, offered: Message) -> Comparison:
    return Comparison(degree, basis, _named(basis, wanted), _named(basis, offered))


def _named(basis: Message, value: Message) -> Message:
    return Message("match.site.value", {"basis": basis, "value": value})


_COMPARISONS: tuple[Callable[[Site, TechnologyFacts], Comparison | None], ...] = (
    _design_minimum,
    _absolute_minimum,
    _maximum,
    _altitude,
    _dust,
    _water,
)


def compare(site: Site | None, technology: TechnologyFacts) -> list[Comparison]:
    """Return every condition of which both values are known."""
    if site is None:
        return []
    found = (comparison(site, technology) for comparison in _COMPARISONS)
    return [x for x in found if x is not None]


def judge_site(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int) -> Criterion:
    """Judge whether the technology works at the site.

    The degree is the mean of what is known, drawn half-way to its weakest part: one
    condition that is not met stops a machine however well it meets the others.
    """
    found = compare(need.site, technology)
    if not found:
        reason = Message("criterion_reason.site.unknown")
        return Criterion("site", weight, Verdict.UNKNOWN, None, None, None, reason)
    degrees = [x.degree for x in found]
    degree = (sum(degrees) / len(degrees) + min(degrees)) / 2
    bases = [x.basis for x in found]
    weak = [x.basis for x in found if x.degree < 1]
    if not weak:
        verdict, reason = Verdict.PASS, Message("criterion_reason.site.pass", {"bases": bases})
    elif min(degrees) > 0:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.site.partial", {"bases": weak})
    else:
        verdict, reason = Verdict.FAIL, Message("criterion_reason.site.fail", {"bases": weak})
    wanted, offered = shown([x.wanted for x in found]), shown([x.offered for x in found])
    return Criterion("site", weight, verdict, round(degree, 4), wanted, offered, reason)


def _envelope(envelope: Envelope | None) -> Envelope:
    return envelope or Envelope()


def _short_by(gap: Decimal, slack: Decimal) -> float:
    """Return 1 where nothing is missing, falling to 0 where ``slack`` is."""
    return float(max(Decimal(0), min(Decimal(1), 1 - gap / slack)))

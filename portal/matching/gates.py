"""The gates: the only reasons for which a technology is left out of a need's matches.

Function not delivered, TRL below the floor, survival or altitude violated with both
values known, withdrawn. *Seismic class violated* and *legally forbidden at destination*
have their places in :data:`GATES` once the data carry them; until then nobody is
excluded on a guess.
"""

from portal.core.i18n import Message
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.function_fit import shares_nothing
from portal.matching.results import Gate
from portal.matching.wording import celsius


def function_not_delivered(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when the two share neither a branch of the term tree nor a sector."""
    if not shares_nothing(need, technology, knowledge.tree):
        return None
    reason = Message(
        "gate_reason.function",
        {"wanted": knowledge.terms(need.terms), "offered": knowledge.terms(technology.terms)},
    )
    return Gate("function", reason)


def trl_below_floor(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when the readiness level is known and below what the need accepts."""
    if need.trl_floor is None or technology.trl is None or technology.trl >= need.trl_floor:
        return None
    return Gate("trl", Message("gate_reason.trl", {"wanted": need.trl_floor, "offered": technology.trl}))


def would_not_survive(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when the site's absolute minimum is below what the technology survives."""
    wanted = None if need.site is None else need.site.temp_extreme_min_c
    offered = None if technology.survival is None else technology.survival.temp_min_c
    if wanted is None or offered is None or offered <= wanted:
        return None
    values = {"wanted": celsius(wanted), "offered": celsius(offered)}
    return Gate("survival", Message("gate_reason.survival", values))


def too_high(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when the site lies above the altitude up to which the technology works."""
    wanted = None if need.site is None else need.site.altitude_m
    offered = None if technology.operating is None else technology.operating.altitude_max_m
    if wanted is None or offered is None or offered >= wanted:
        return None
    return Gate("altitude", Message("gate_reason.altitude", {"wanted": wanted, "offered": offered}))


def withdrawn(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when the owner has taken the technology back."""
    return Gate("withdrawn", Message("gate_reason.withdrawn")) if technology.withdrawn else None


#: Every gate by its name, in the order in which they are told.
GATES = {
    "function": function_not_delivered,
    "trl": trl_below_floor,
    "survival": would_not_survive,
    "altitude": too_high,
    "withdrawn": withdrawn,
}


def failed_gates(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> tuple[Gate, ...]:
    """Return every gate that excludes the technology; empty = it stays in."""
    found = (gate(need, technology, knowledge) for gate in GATES.values())
    return tuple(gate for gate in found if gate is not None)

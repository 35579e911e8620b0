"""The gates: the only reasons for which a technology is left out of a need's matches.

Function not delivered, TRL below the floor, survival, altitude or seismic class violated
with both values known, forbidden by law at the destination, withdrawn. Nothing else
excludes. Where a need has several places, or several countries, a gate closes only when
the technology fails in all of them.
"""

from portal.core.i18n import Message
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.fit.function import shares_nothing
from portal.matching.fit.places import places_of
from portal.matching.fit.site import CONDITIONS, compare_condition
from portal.matching.results import Gate

#: Gates that a condition of the site closes, by the condition's name.
SITE_GATES = {"absolute_minimum": "survival", "altitude": "altitude", "seismic": "seismic"}


def function_not_delivered(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when the two share neither a branch of the term tree nor a sector."""
    if not shares_nothing(need, technology, knowledge.tree):
        return None
    reason = Message(
        "gate_reason.function",
        {"wanted": knowledge.wishes(need), "offered": knowledge.offers(technology)},
    )
    return Gate("function", reason)


def trl_below_floor(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when the readiness level is known and below what the need accepts."""
    if need.trl_floor is None or technology.trl is None or technology.trl >= need.trl_floor:
        return None
    return Gate("trl", Message("gate_reason.trl", {"wanted": need.trl_floor, "offered": technology.trl}))


def would_not_survive(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when the absolute minimum of every place is below what the technology survives."""
    return _site_gate("absolute_minimum", need, technology, knowledge)


def too_high(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when every place lies above the altitude up to which the technology works."""
    return _site_gate("altitude", need, technology, knowledge)


def too_shaky(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when the design intensity of every place is above what the technology is built for."""
    return _site_gate("seismic", need, technology, knowledge)


_BY_NAME = {x.name: x for x in CONDITIONS}


def _site_gate(name: str, need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    found = compare_condition(_BY_NAME[name], places_of(need, knowledge), technology)
    if found is None or found.degree > 0:
        return None
    values = {"wanted": found.wanted, "offered": found.offer}
    return Gate(SITE_GATES[name], Message(f"gate_reason.{SITE_GATES[name]}", values))


def forbidden(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when every destination forbids a substance that the technology contains."""
    banned = [x for x in knowledge.prohibitions if x.substance in technology.contains]
    bans = {country for x in banned for country in x.countries}
    if not need.countries or not set(need.countries) <= bans:
        return None
    first = next(x for x in banned if need.countries[0] in x.countries)
    values = {"what": first.names, "countries": knowledge.countries(need.countries), "source": first.source}
    return Gate("forbidden", Message("gate_reason.forbidden", values))


def withdrawn(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Gate | None:
    """Close when the owner has taken the technology back."""
    return Gate("withdrawn", Message("gate_reason.withdrawn")) if technology.withdrawn else None


#: Every gate by its name, in the order in which they are told.
GATES = {
    "function": function_not_delivered,
    "trl": trl_below_floor,
    "survival": would_not_survive,
    "altitude": too_high,
    "seismic": too_shaky,
    "forbidden": forbidden,
    "withdrawn": withdrawn,
}


def failed_gates(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> tuple[Gate, ...]:
    """Return every gate that excludes the technology; empty = it stays in."""
    found = (gate(need, technology, knowledge) for gate in GATES.values())
    return tuple(gate for gate in found if gate is not None)

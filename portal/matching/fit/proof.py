"""The criterion ``proof``: whether it runs in comparable conditions, in the region first.

A country as such gives no points: only running references and their climates do. Source
of the order: the first question of every akimat and bank (PRACTICE 2.4).
"""

from collections.abc import Sequence

from portal.core.i18n import Message
from portal.matching.facts import DeploymentFacts, Knowledge, NeedFacts, TechnologyFacts
from portal.matching.fit.places import climates_of, places_of
from portal.matching.results import Criterion, Verdict

#: What one running reference proves, by how comparable its climate is and whether
#: it stands in the region (the countries of the catalogue's core).
SAME_CLASS = {True: 1.0, False: 0.85}
SAME_GROUP = {True: 0.7, False: 0.6}
OTHER_CLIMATE = {True: 0.4, False: 0.3}
CLIMATE_UNKNOWN = {True: 0.5, False: 0.35}
#: A reference of which nobody knows whether it still runs proves half.
PERHAPS_RUNNING = 0.5
PASSES = SAME_CLASS[False]


def judge_proof(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int) -> Criterion:
    """Judge running references in comparable conditions, in the region first.

    No reference in the catalogue is not "none in the world": that is unknown.
    """
    climates = climates_of(places_of(need, knowledge))
    wanted = Message("match.climates", {"climates": list(climates)}) if climates else None
    alive = [x for x in technology.deployments if x.running is not False]
    if not technology.deployments:
        reason = Message("criterion_reason.proof.unknown")
        return Criterion("proof", weight, Verdict.UNKNOWN, None, wanted, None, reason)
    values = {"count": len(alive), "countries": knowledge.countries(_countries(alive))}
    offered = Message("match.references", values) if alive else Message("match.no_references")
    degree = max((proof_of(x, climates, knowledge) for x in alive), default=0.0)
    if not alive:
        verdict, reason = Verdict.FAIL, Message("criterion_reason.proof.closed")
    elif degree >= PASSES:
        verdict, reason = Verdict.PASS, Message("criterion_reason.proof.pass")
    elif not climates:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.proof.no_climate")
    else:
        verdict, reason = Verdict.PARTIAL, Message("criterion_reason.proof.partial")
    return Criterion("proof", weight, verdict, round(degree, 4), wanted, offered, reason)


def proof_of(place: DeploymentFacts, climates: Sequence[str], knowledge: Knowledge) -> float:
    """Return what one reference proves for these climates, 0 to 1."""
    near = place.country in knowledge.region
    if not climates or place.climate is None:
        worth = CLIMATE_UNKNOWN[near]
    elif place.climate in climates:
        worth = SAME_CLASS[near]
    elif any(alike(place.climate, x) for x in climates):
        worth = SAME_GROUP[near]
    else:
        worth = OTHER_CLIMATE[near]
    return worth if place.running else worth * PERHAPS_RUNNING


def alike(one: str, other: str) -> bool:
    """Return whether two Köppen classes are of one group and differ in one letter at most."""
    return one[:1] == other[:1] and (one[1:2] == other[1:2] or one[2:3] == other[2:3])


def _countries(places: Sequence[DeploymentFacts]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(x.country for x in places))

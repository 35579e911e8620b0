"""Judges a technology for a need: the eleven criteria, their score and their rank."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from portal.core.i18n import Message
from portal.matching.facts import Knowledge, NeedFacts, TechnologyFacts
from portal.matching.fit.conformity import judge_conformity
from portal.matching.fit.cost import judge_cost
from portal.matching.fit.effect import judge_effect
from portal.matching.fit.function import judge_function
from portal.matching.fit.gates import failed_gates
from portal.matching.fit.proof import judge_proof
from portal.matching.fit.readiness import judge_readiness
from portal.matching.fit.scale import judge_scale
from portal.matching.fit.service import judge_service
from portal.matching.fit.site import judge_site
from portal.matching.fit.transfer import judge_transfer
from portal.matching.results import Criterion, Match, Verdict

JUDGES = {
    "function": judge_function,
    "site": judge_site,
    "proof": judge_proof,
    "cost": judge_cost,
    "effect": judge_effect,
    "scale": judge_scale,
    "service": judge_service,
    "readiness": judge_readiness,
    "transfer": judge_transfer,
    "conformity": judge_conformity,
}
#: What stands in the rank for a criterion of which nothing is known.
PRIOR = 0.3
#: How much of the rank depends on the function alone.
FUNCTION_SHARE = 0.8


def judge_technology(
    need: NeedFacts,
    technology: TechnologyFacts,
    knowledge: Knowledge,
    weights: Mapping[str, int] | None = None,
) -> Match:
    """Judge one technology for one need; whether money is there is not looked at yet.

    :param weights: by criterion; ``None`` = those of this portal for the need's objective.
    """
    if weights is None:
        weights = knowledge.weights.of(need.objective)
    criteria = [judge(need, technology, knowledge, weights[name]) for name, judge in JUDGES.items()]
    criteria.append(judge_financeable(None, weights["financeable"]))
    return Match(
        technology_id=technology.id,
        need_id=need.id,
        score=score_of(criteria),
        known=known_of(criteria),
        rank=rank_of(criteria),
        criteria=tuple(criteria),
        failed=failed_gates(need, technology, knowledge),
        references=sum(1 for x in technology.deployments if x.running),
    )


def exclude_technology(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Match:
    """Say which gates exclude a technology; its criteria are not judged, since nobody is shown them."""
    return Match(
        technology_id=technology.id,
        need_id=need.id,
        score=None,
        known=0.0,
        rank=0.0,
        criteria=(),
        failed=failed_gates(need, technology, knowledge),
    )


def with_money(match: Match, eligible_sources: int) -> Match:
    """Add the flag that weighs nothing.

    :param eligible_sources: how many sources could pay for this need with this
        technology and its origin.
    """
    flag = judge_financeable(eligible_sources, match.criteria[-1].weight)
    return replace(match, criteria=(*match.criteria[:-1], flag), financeable=eligible_sources > 0)


def judge_financeable(eligible_sources: int | None, weight: int) -> Criterion:
    """Say whether a source is eligible now: a flag shown beside, its weight is nothing."""
    if eligible_sources is None:
        reason = Message("criterion_reason.financeable.unknown")
        return Criterion("financeable", weight, Verdict.UNKNOWN, None, None, None, reason)
    offered = Message("match.eligible_sources", {"count": eligible_sources})
    if eligible_sources:
        reason = Message("criterion_reason.financeable.pass")
        return Criterion("financeable", weight, Verdict.PASS, 1.0, None, offered, reason)
    reason = Message("criterion_reason.financeable.fail")
    return Criterion("financeable", weight, Verdict.FAIL, 0.0, None, offered, reason)


def _known(criteria: Sequence[Criterion]) -> list[Criterion]:
    return [x for x in criteria if x.verdict != Verdict.UNKNOWN]


def known_of(criteria: Sequence[Criterion]) -> float:
    """Return the weight of the criteria that are not unknown over all weight, 0 to 1."""
    whole = sum(x.weight for x in criteria)
    return round(sum(x.weight for x in _known(criteria)) / whole, 4) if whole else 0.0


def score_of(criteria: Sequence[Criterion]) -> float | None:
    """Return the weighted mean over the known criteria, 0 to 100; ``None`` if none is known."""
    known = sum(x.weight for x in _known(criteria))
    if not known:
        return None
    return round(100 * sum(x.weight * (x.degree or 0.0) for x in _known(criteria)) / known, 1)


def rank_of(criteria: Sequence[Criterion]) -> float:
    """Return what lists are sorted by, 0 to 1.

    Here every unknown criterion counts as :data:`PRIOR`, so that a technology of which
    one good thing is known does not stand above one that is known well. (The score
    leaves unknowns out.) The result is then lowered by what the function lacks: whatever
    else a technology does well is of no use to this need.
    """
    whole = sum(x.weight for x in criteria)
    if not whole:
        return 0.0
    degrees = {x.name: PRIOR if x.degree is None else x.degree for x in criteria}
    mean = sum(x.weight * degrees[x.name] for x in criteria) / whole
    function = degrees.get("function", PRIOR)
    return round(mean * (1 - FUNCTION_SHARE + FUNCTION_SHARE * function), 6)


def sort_key(match: Match) -> tuple[float, float, int, int, int]:
    """Return the order of a list: rank, then known share, then references, then id."""
    return (-match.rank, -match.known, -match.references, match.technology_id, match.need_id)

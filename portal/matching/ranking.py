"""Puts judged technologies and sources into the order in which they are shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from portal.matching.criteria import judge_technology, sort_key
from portal.matching.facts import AskFacts, Knowledge, NeedFacts, SourceFacts, TechnologyFacts
from portal.matching.reading import tags_of
from portal.matching.results import Eligibility, Match, Rule, SourceVerdict, Verdict
from portal.matching.rules import judge_source

_ORDER = (Eligibility.ELIGIBLE, Eligibility.UNKNOWN, Eligibility.INELIGIBLE)


@dataclass(frozen=True)
class NeedSide:
    """A need as technologies meet it, and as a request for money."""

    need: NeedFacts
    ask: AskFacts


def rank_sources(verdicts: Iterable[SourceVerdict]) -> list[SourceVerdict]:
    """Return eligible sources first, then those to ask, then the ineligible.

    Within each, those of which fewer rules are failed, open or partial stand first.
    """
    return sorted(
        verdicts,
        key=lambda x: (_ORDER.index(x.verdict), _open(x.rules), x.financing_id, x.entry_id),
    )


def _open(rules: Sequence[Rule]) -> int:
    return sum(1 for rule in rules if rule.verdict != Verdict.PASS)


def judge_pairs(
    sides: Sequence[NeedSide],
    technologies: Sequence[TechnologyFacts],
    sources: Sequence[SourceFacts],
    knowledge: Knowledge,
) -> list[Match]:
    """Judge every technology for every need, the best first; excluded ones among them."""
    matches = []
    for side in sides:
        able = _eligible(side.ask, sources, knowledge)
        for technology in technologies:
            count = eligible_with(side.ask, technology, able, knowledge)
            matches.append(judge_technology(side.need, technology, knowledge, eligible_sources=count))
    return sorted(matches, key=sort_key)


def _eligible(ask: AskFacts, sources: Sequence[SourceFacts], knowledge: Knowledge) -> list[SourceFacts]:
    """Return the sources that could pay for a need, whatever technology it takes.

    Where the supply comes from is left open here, so an origin that helps or hinders
    is decided per technology.
    """
    return [
        source
        for source in sources
        if judge_source(ask, replace(source, procurement=None), knowledge).verdict == Eligibility.ELIGIBLE
    ]


def eligible_with(
    ask: AskFacts, technology: TechnologyFacts, able: Sequence[SourceFacts], knowledge: Knowledge
) -> int:
    """Return how many of the able sources pay for the need with this technology's origin."""
    together = replace(
        ask,
        supply_origin=technology.origin,
        origin_is_choice=True,
        tags=ask.tags | tags_of(technology.terms, knowledge.tree),
    )
    return sum(
        1 for source in able if judge_source(together, source, knowledge).verdict == Eligibility.ELIGIBLE
    )

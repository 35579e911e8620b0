"""Puts judged technologies and sources into the order in which they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from portal.matching.criteria import judge_technology, sort_key
from portal.matching.facts import AskFacts, Knowledge, NeedFacts, SourceFacts, TechnologyFacts
from portal.matching.money.rules import judge_line, judge_source
from portal.matching.results import Eligibility, JudgedLine, Match, Rule, SourceVerdict, Verdict

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


def judge_lines(project: AskFacts, sources: Sequence[SourceFacts], knowledge: Knowledge) -> list[JudgedLine]:
    """Judge what a project has already, each line whose source is known by that source's rules.

    A line names its provider, not the window: it is judged by the windows of this provider
    that the project names as its own, else by all of them, and the best verdict is told.
    Where none of them could have given it, the portal does not know the window, and says
    nothing.
    """
    found = []
    for line in project.lines:
        own = [x for x in sources if x.provider == line.provider]
        named = [x for x in own if x.id in project.funded_by]
        verdicts = rank_sources(judge_line(project, line, x, knowledge) for x in named or own)
        best = [x for x in verdicts[:1] if named or x.verdict != Eligibility.INELIGIBLE]
        found += [JudgedLine(line, verdict) for verdict in best]
    return found


def _open(rules: Sequence[Rule]) -> int:
    return sum(1 for rule in rules if rule.verdict != Verdict.PASS)


def judge_needs(
    sides: Sequence[NeedSide],
    technology: TechnologyFacts,
    knowledge: Knowledge,
    weights: Mapping[str, int] | None = None,
) -> list[Match]:
    """Judge one technology for every need, the best first; excluded ones among them."""
    return sorted((judge_technology(x.need, technology, knowledge, weights) for x in sides), key=sort_key)


class Payers:
    """How many sources could pay for a need with one technology or another."""

    def __init__(self, ask: AskFacts, sources: Sequence[SourceFacts], knowledge: Knowledge) -> None:
        self._ask = ask
        self._sources = sources
        self._knowledge = knowledge
        self._able: list[SourceFacts] | None = None
        self._counts: dict[tuple[object, object], int] = {}

    def sources_for(self, technology: TechnologyFacts) -> int:
        """Return how many sources pay for the need with this technology's origin."""
        tags = self._ask.tags | self._knowledge.tree.tags_of(technology.terms)
        key = (technology.origin, tags)
        if key not in self._counts:
            together = replace(self._ask, supply_origin=technology.origin, origin_is_choice=True, tags=tags)
            self._counts[key] = sum(1 for source in self._candidates() if self._pays(together, source))
        return self._counts[key]

    def _candidates(self) -> list[SourceFacts]:
        """Return the sources that could pay whatever technology it takes.

        Where the supply comes from is left open here, so an origin that helps or hinders
        is decided per technology.
        """
        if self._able is None:
            anywhere = ((source, replace(source, procurement=None)) for source in self._sources)
            self._able = [source for source, open_to_all in anywhere if self._pays(self._ask, open_to_all)]
        return self._able

    def _pays(self, ask: AskFacts, source: SourceFacts) -> bool:
        return judge_source(ask, source, self._knowledge).verdict == Eligibility.ELIGIBLE

"""The criterion ``conformity``: what the destination asks, and which steps remain.

A missing certificate is a step to take, told with who issues it, so it never fails. What a
need itself asks for counts like a step of the destination. CE and test reports of
laboratories elsewhere are evidence that saves tests; no country of the core asks for them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from portal.core.i18n import Message
from portal.matching.facts import Knowledge, Names, NeedFacts, StepFacts, TechnologyFacts
from portal.matching.results import Criterion, Verdict
from portal.matching.wording import shown, span
from portal.taxonomy.tree import TermTree

MET, EASED, OPEN = 1.0, 0.7, 0.4
#: What a standard is worth that the need asks for and the technology does not hold yet.
STANDARD_OPEN = 0.5


@dataclass(frozen=True)
class Remaining:
    """A step of a destination for a technology, and how far it is.

    :ivar evidence: what the technology holds that fulfils it, or saves tests.
    """

    step: StepFacts
    worth: float
    evidence: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Return whether nothing is left to do."""
        return self.worth == MET

    @property
    def months(self) -> Message | None:
        """Return how many months it usually takes; ``None`` = not known."""
        return None if self.step.months is None else span(self.step.months)


def steps_for(technology: TechnologyFacts, country: str, knowledge: Knowledge) -> list[Remaining]:
    """Return the steps that a country asks of a technology, mandatory ones first."""
    asked = [x for x in knowledge.steps if country in x.countries and applies(x, technology, knowledge.tree)]
    found = [remaining(x, technology.certificates) for x in asked]
    return sorted(found, key=lambda x: (not x.step.mandatory, x.step.key))


def applies(step: StepFacts, technology: TechnologyFacts, tree: TermTree) -> bool:
    """Return whether a step concerns a technology, by its form and its terms."""
    if step.forms and technology.form is not None and technology.form not in step.forms:
        return False
    if not step.terms:
        return True
    return any(set(step.terms) & set(tree.path(x)) for x in technology.terms)


def remaining(step: StepFacts, certificates: Sequence[str]) -> Remaining:
    """Return how far a step is with these certificates."""
    meeting = _held(step.met_by, certificates)
    if meeting:
        return Remaining(step, MET, meeting)
    easing = _held(step.eased_by, certificates)
    return Remaining(step, EASED if easing else OPEN, easing)


def called(step: StepFacts) -> str | Names:
    """Return what people call a step: a technical regulation by its number, others by what is to be done."""
    return step.scheme if step.scheme and step.scheme.startswith("TR ") else step.names


def _held(wanted: Iterable[str], certificates: Sequence[str]) -> tuple[str, ...]:
    plain = [_plain(x) for x in wanted]
    return tuple(x for x in certificates if any(_same(y, _plain(x)) for y in plain))


def country_degree(technology: TechnologyFacts, country: str, knowledge: Knowledge) -> float | None:
    """Return how much of what a country demands is done, 0 to 1; ``None`` where it demands nothing known."""
    demanded = [x.worth for x in steps_for(technology, country, knowledge) if x.step.mandatory]
    return sum(demanded) / len(demanded) if demanded else None


def judge_conformity(
    need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge, weight: int
) -> Criterion:
    """Judge what the destinations demand, and the need itself, against what the technology holds."""
    parts = [country_degree(technology, x, knowledge) for x in need.countries]
    degrees = [x for x in parts if x is not None]
    if need.required_standards:
        degrees.append(standards_degree(need.required_standards, technology.certificates))
    wanted = _wanted(need, technology, knowledge)
    offered = shown(list(technology.certificates)) if technology.certificates else None
    if not degrees or not technology.certificates:
        reason = Message("criterion_reason.conformity.unknown")
        return Criterion("conformity", weight, Verdict.UNKNOWN, None, wanted, offered, reason)
    degree = sum(degrees) / len(degrees)
    if degree >= 1:
        verdict, reason = Verdict.PASS, Message("criterion_reason.conformity.pass")
    else:
        verdict = Verdict.PARTIAL
        reason = Message(
            "criterion_reason.conformity.partial", {"missing": _missing(need, technology, knowledge)}
        )
    return Criterion("conformity", weight, verdict, round(degree, 4), wanted, offered, reason)


def standards_degree(wanted: Sequence[str], certificates: Sequence[str]) -> float:
    """Return how many of the standards wanted are held; those that are not count half."""
    met = sum(1 for x in wanted if _held((x,), certificates))
    return (met + STANDARD_OPEN * (len(wanted) - met)) / len(wanted)


def _wanted(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> Message | None:
    demanded = {
        x.step.key: called(x.step)
        for country in need.countries
        for x in steps_for(technology, country, knowledge)
        if x.step.mandatory
    }
    wanted = [*need.required_standards, *demanded.values()]
    return shown(wanted) if wanted else None


def _missing(need: NeedFacts, technology: TechnologyFacts, knowledge: Knowledge) -> list[object]:
    open_steps = {
        x.step.key: called(x.step)
        for country in need.countries
        for x in steps_for(technology, country, knowledge)
        if x.step.mandatory and not x.met
    }
    standards = [x for x in need.required_standards if not _held((x,), technology.certificates)]
    return [*standards, *open_steps.values()]


@lru_cache(10_000)
def _plain(standard: str) -> str:
    return " ".join(re.findall(r"\w+", standard.casefold()))


def _same(wanted: str, held: str) -> bool:
    """Return whether it is the same standard, its year or part left out on one side."""
    return f"{held} ".startswith(f"{wanted} ") or f"{wanted} ".startswith(f"{held} ")

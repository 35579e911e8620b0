"""Real money judged by the rules: what was paid has to pass, what must be refused has to be."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from portal.catalogue.funding import LineFacts
from portal.core.money import MoneyRange
from portal.core.seeding import read_records
from portal.matching.facts import AskFacts, Knowledge, SourceFacts
from portal.matching.money.rules import judge_line, judge_source
from portal.matching.results import Eligibility, Verdict
from portal.taxonomy.tree import TermTree

#: The fund whose own lines are public, with their windows.
FUND = "gcf"


@dataclass(frozen=True)
class Refusal:
    """A made-up project, a source that must refuse it, and the rule by which it must.

    :ivar right: whether the source refuses it, and by this rule.
    """

    project: str
    source: str
    rule: str
    right: bool


def funding_lines(
    file: Path,
    projects: Mapping[str, AskFacts],
    sources: Mapping[str, SourceFacts],
    knowledge: Knowledge,
) -> Counter[Eligibility]:
    """Return how the fund's own lines in a file of projects come out, each by its window's rules.

    :param projects: and sources: by key.
    """
    found: Counter[Eligibility] = Counter()
    for record in read_records(file, lambda x: str(x["key"])):
        project = projects[record.key]
        for raw, line in zip(record.data["funding_lines"], project.lines, strict=True):
            if raw.get("provider") == FUND:
                verdict = judge_line(project, line, sources[raw["financing"]], knowledge)
                found[verdict.verdict] += 1
    return found


def refusals(file: Path, sources: Mapping[str, SourceFacts], knowledge: Knowledge) -> Iterator[Refusal]:
    """Yield every pair of a file of made-up projects with whether it is refused by the right rule."""
    for record in read_records(file, lambda x: str(x["key"])):
        ask = ask_from(record.data, knowledge.tree)
        for key, rule in record.data["refused_by"].items():
            verdict = judge_source(ask, sources[key], knowledge)
            failed = {x.name for x in verdict.rules if x.verdict == Verdict.FAIL}
            right = verdict.verdict == Eligibility.INELIGIBLE and rule in failed
            yield Refusal(record.key, key, rule, right)


def ask_from(record: Mapping[str, Any], tree: TermTree) -> AskFacts:
    """Return a made-up project, written as in seeds/projects, as a request for money.

    ``sought`` and ``asked`` say which instruments and how much it asks of the source.
    """
    terms = tuple(record.get("terms", ()))
    return AskFacts(
        id=0,
        kind="project",
        countries=tuple(host["country"] for host in record["hosts"]),
        sectors=tuple(record["sectors"]),
        terms=terms,
        tags=tree.tags_of(terms),
        objective=record["objective"],
        cost=_money(record.get("cost")),
        amount=_money(record.get("asked")),
        instruments=tuple(record.get("sought", ())),
        applicant=record.get("sponsor_type"),
        stage=record["stage"],
        es_category=record.get("es_category"),
        supply_origin=tuple(record.get("supply_origin", ())),
        access_entity=record.get("access_entity"),
        final_beneficiaries=tuple(record.get("final_beneficiaries", ())),
        lines=tuple(
            LineFacts(
                instrument=x["instrument"],
                currency=x["currency"],
                state=x["state"],
                name=x.get("name", ""),
                provider=x.get("provider"),
                amount=Decimal(x["amount"]),
            )
            for x in record.get("funding_lines", ())
        ),
    )


def _money(record: Mapping[str, Any] | None) -> MoneyRange | None:
    if record is None:
        return None
    amount = Decimal(record["amount"])
    return MoneyRange(record["currency"], min=amount, max=amount)

"""Measures how good matching is: ``portal eval match``."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from portal.catalogue.model import Entry
from portal.core.resources import resource_folder
from portal.core.services import Services
from portal.matching.hidden_links import FIRST, Hidden, hidden_links
from portal.matching.judged_money import Refusal, funding_lines, refusals
from portal.matching.judged_needs import DEEP, Judged, judge_needs_of
from portal.matching.portfolio import portfolio
from portal.matching.results import Eligibility

#: Judged data of a checkout; a wheel has none.
_DATA = resource_folder("tests") / "data"
JUDGED, REFUSALS = _DATA / "judged_needs.yaml", _DATA / "refusals.yaml"
#: Lead times and deadlines are judged as of the day on which the data were.
JUDGED_ON = date(2026, 11, 20)


@dataclass(frozen=True)
class Evaluation:
    """What was measured, pair by pair."""

    hidden: Sequence[Hidden]
    lines: Counter[Eligibility]
    refusals: Sequence[Refusal]
    judged: Sequence[Judged]

    def as_data(self) -> dict[str, Any]:
        """Return the figures: counts, but for the two means ``mrr`` and ``ndcg``."""
        return {
            "hidden_link": {
                "n": len(self.hidden),
                f"hit@{FIRST}": sum(x.hit for x in self.hidden),
                "mrr": round(_mean([1 / x.place if x.place else 0.0 for x in self.hidden]), 4),
            },
            "funding_lines": {
                "n": self.lines.total(),
                "pass": self.lines[Eligibility.ELIGIBLE],
                "fail": self.lines[Eligibility.INELIGIBLE],
                "unknown": self.lines[Eligibility.UNKNOWN],
            },
            "refusals": {"n": len(self.refusals), "right_rule": sum(x.right for x in self.refusals)},
            "judged": {
                "n": len(self.judged),
                f"ndcg@{DEEP}": round(_mean([x.ndcg for x in self.judged]), 4),
            },
        }


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


@click.command(name="match")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--worst", type=click.IntRange(0), default=0, help="List so many of the worst of each part.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def match_command(services: Services, file: Path | None, worst: int, as_json: bool) -> None:
    """Rate the matching: hidden links, real money, refusals, and the judged needs of FILE.

    Without FILE the judged set of a source checkout is used. The portal has to hold the seeds.
    """
    for path in (file or JUDGED, REFUSALS):
        if not path.exists():
            raise click.UsageError("this is no source checkout with judged data: name a FILE")
    found = evaluate(services, file or JUDGED)
    if as_json:
        click.echo(json.dumps(found.as_data()))
        return
    for name, figures in found.as_data().items():
        click.echo(f"{name:15}" + "  ".join(f"{key} {value:g}" for key, value in figures.items()))
    if worst:
        _say_worst(found, worst)


def evaluate(services: Services, judged: Path) -> Evaluation:
    """Return what the matching of this portal's catalogue is worth."""
    with services.sessions() as session:
        known = portfolio(session, JUDGED_ON)
        keys = {x.id: x.key or "" for x in session.execute(select(Entry.id, Entry.key))}
        projects = {keys[number]: x for number, x in known.projects_by_id.items()}
        sources = {keys[number]: x for number, x in known.sources_by_id.items()}
        seeds = resource_folder("seeds") / "projects" / "gcf.yaml"
        return Evaluation(
            hidden=list(hidden_links(session, known, services.index)),
            lines=funding_lines(seeds, projects, sources, known.knowledge),
            refusals=list(refusals(REFUSALS, sources, known.knowledge)),
            judged=judge_needs_of(session, known, services.index, judged),
        )


def _say_worst(found: Evaluation, number: int) -> None:
    alone = [x for x in found.hidden if not x.others]
    hits = sum(x.hit for x in alone)
    click.echo(f"\nhidden links of projects that name nothing else: {hits} of {len(alone)}")
    for hidden in sorted(found.hidden, key=lambda x: -(x.place or 10_000))[:number]:
        click.echo(f"  {hidden.place or '–':>4}  {hidden.project}  {hidden.term}")
    click.echo("\njudged needs")
    for judged in sorted(found.judged, key=lambda x: x.ndcg)[:number]:
        click.echo(f"  {judged.ndcg:.3f}  {judged.key}")
        for rank, key in enumerate(judged.came, 1):
            mark = "TRAP" if key in judged.traps else judged.grades.get(key, "")
            click.echo(f"     {rank:2}  {mark!s:4}  {key}")
        for key in judged.let_through:
            click.echo(f"         LET THROUGH  {key}")
    for refusal in found.refusals:
        if not refusal.right:
            click.echo(f"  not refused by {refusal.rule}: {refusal.project} at {refusal.source}")

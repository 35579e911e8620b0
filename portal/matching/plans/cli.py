"""The command ``portal plan``."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import click
from sqlalchemy.orm import Session

from portal.catalogue.kinds.base import REVENUE_CLASSES
from portal.catalogue.model import Entry
from portal.catalogue.queries import get_entry, list_whole
from portal.core.actor import ANONYMOUS
from portal.core.database import now
from portal.core.errors import NotFound
from portal.core.i18n import Locale, Message, format_money, render, say, translate
from portal.matching.facts import AskFacts, Knowledge
from portal.matching.plans.financing_plan import Plan, Share, plans_for, why_no_plan
from portal.matching.portfolio import funders
from portal.matching.reading import ask_of_need, ask_of_project, read_knowledge, read_source


@click.command("plan")
@click.argument("kind", type=click.Choice(["need", "project"]))
@click.argument("entry_id", type=int, metavar="ID")
@click.option("--revenue-class", type=click.Choice(REVENUE_CLASSES), help="Instead of the entry's own.")
@click.option("--ask-too", is_flag=True, help="Use sources that would have to be asked first, too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option(
    "--locale", type=click.Choice([x.value for x in Locale]), default="en", help="Language of the output."
)
@click.pass_obj
def plan(
    portal: Any,
    kind: str,
    entry_id: int,
    revenue_class: str | None,
    ask_too: bool,
    as_json: bool,
    locale: str,
) -> None:
    """Show up to five financing plans for the need or project with ID, best first."""
    with portal.sessions() as session:
        try:
            entry: Entry = get_entry(session, ANONYMOUS, kind, entry_id)
        except NotFound as error:
            raise click.ClickException(f"there is no {error}") from error
        knowledge = read_knowledge(session, _today())
        ask = _ask(session, entry, knowledge)
        financing = list_whole(session, ANONYMOUS, "financing")
        titles = {x.id: x.text(locale).title for x in financing}
        sources = [read_source(x) for x in financing]
        title = entry.text(locale).title
    missing = why_no_plan(ask, knowledge, revenue_class=revenue_class)
    plans = plans_for(ask, sources, knowledge, revenue_class=revenue_class, ask_too=ask_too)
    if as_json:
        data = {"entry": {"kind": kind, "id": entry_id, "title": title}, **as_data(plans, missing, locale)}
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        lines = plan_lines(plans, missing, titles, knowledge, locale)
        click.echo("\n".join([title, *lines]))


def _today() -> date:
    return now().date()


def _ask(session: Session, entry: Any, knowledge: Knowledge) -> AskFacts:
    if entry.kind == "need":
        return ask_of_need(entry, knowledge.tree)
    named = funders(session, [entry.id]).get(entry.id, {})
    return ask_of_project(entry, knowledge.tree, knowledge.rates, named)


def as_data(plans: Sequence[Plan], missing: Message | None, locale: str) -> dict[str, Any]:
    """Return plans as plain data; amounts are exact, as text, and conditions in a language."""
    return {
        "missing": None if missing is None else render(missing, locale),
        "plans": [
            {
                "currency": x.currency,
                "cost": str(x.cost),
                "shares": [_share(y) for y in x.shares],
                "uncovered": str(x.uncovered),
                "concessional": str(x.concessional),
                "usd_per_tco2e": None if x.usd_per_tco2e is None else str(x.usd_per_tco2e),
                "conditions": [render(y, locale) for y in x.conditions],
            }
            for x in plans
        ],
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "source": share.source_id,
        "provider": share.provider,
        "role": share.role,
        "instrument": share.instrument,
        "amount": str(share.amount),
    }


def plan_lines(
    plans: Sequence[Plan],
    missing: Message | None,
    titles: dict[int, str],
    knowledge: Knowledge,
    locale: str,
) -> list[str]:
    """Return plans for reading: a line per contribution, then what is uncovered and the conditions.

    :param titles: of the sources, by id.
    """
    lines = [] if missing is None else [render(missing, locale)]
    for number, one in enumerate(plans, start=1):
        lines += ["", translate(locale, "plan.number", number=number)]
        for share in one.shares:
            amount = format_money(share.amount, one.currency, locale)
            percent = f"{100 * share.amount / one.cost:.1f} %"
            role = translate(locale, f"plan.role.{share.role}")
            who = _who(share, titles, knowledge, locale)
            lines.append(f"{amount:>20} {percent:>8}  {role}: {who}")
        lines += _totals(one, locale)
        lines += [f"  - {render(x, locale)}" for x in one.conditions]
    return lines


def _who(share: Share, titles: dict[int, str], knowledge: Knowledge, locale: str) -> str:
    instrument = translate(locale, f"instrument.{share.instrument}")
    if share.source_id is not None:
        return f"{titles[share.source_id]} ({instrument})"
    if share.provider is None:
        return instrument
    return f"{say(knowledge.organisation(share.provider), locale)} ({instrument})"


def _totals(one: Plan, locale: str) -> list[str]:
    totals = [
        f"{translate(locale, 'plan.cost')}: {format_money(one.cost, one.currency, locale)}",
        f"{translate(locale, 'plan.uncovered')}: {format_money(one.uncovered, one.currency, locale)}",
        f"{translate(locale, 'plan.concessional')}: {format_money(one.concessional, one.currency, locale)}",
    ]
    if one.usd_per_tco2e is None:
        return [*totals, translate(locale, "plan.per_tonne.unknown")]
    return [*totals, translate(locale, "plan.per_tonne", amount=one.usd_per_tco2e)]


COMMANDS = (plan,)

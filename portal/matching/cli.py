"""The command ``portal match``, and the list of what matching adds to ``portal``."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
from sqlalchemy.orm import Session

from portal.catalogue.model import Entry
from portal.catalogue.queries import get_entry
from portal.core.actor import ANONYMOUS
from portal.core.errors import NotFound
from portal.core.i18n import Locale, Message, render, translate
from portal.matching import queries
from portal.matching.feedback_commands import feedback_group
from portal.matching.queries import Matches
from portal.matching.results import Criterion, JudgedLine, Match, Rule, SourceVerdict
from portal.matching.stored_weights import read_weights
from portal.matching.weight_commands import weights_group
from portal.matching.weights import parse_weights

_LINE_WORDS = (("instrument", "instrument"), ("line_state", "state"))
KINDS = ("need", "technology", "project", "financing")
#: The kinds whose matches are weighed.
_WEIGHED = ("need", "technology")


@click.command("match")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("entry_id", type=int, metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.option(
    "--locale", type=click.Choice([x.value for x in Locale]), default="en", help="Language of the output."
)
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=20,
    help="At most so many technologies, needs or projects; sources of finance are always all told.",
)
@click.option("--weights", "asked", default="", help="Other weights than this portal's: function:30,site:10.")
@click.pass_obj
def match(portal: Any, kind: str, entry_id: int, as_json: bool, locale: str, limit: int, asked: str) -> None:
    """Show what matches the entry of KIND with ID, and why."""
    with portal.sessions() as session:
        try:
            found = _find(portal, session, kind, entry_id, limit, asked)
        except NotFound as error:
            raise click.ClickException(f"there is no {error}") from error
        data = as_data(found, locale)
    click.echo(json.dumps(data, ensure_ascii=False, indent=2) if as_json else as_text(data, locale))


def _find(portal: Any, session: Session, kind: str, entry_id: int, limit: int, asked: str) -> Matches:
    if asked and kind not in _WEIGHED:
        raise click.UsageError(f"--weights: only for {' and '.join(_WEIGHED)}; money is judged by rules")
    weights = _weights(session, kind, entry_id, asked)
    if kind == "need":
        return queries.match_need(session, ANONYMOUS, entry_id, limit, weights=weights, index=portal.index)
    if kind == "technology":
        return queries.match_technology(
            session, ANONYMOUS, entry_id, limit, weights=weights, index=portal.index
        )
    if kind == "project":
        return queries.match_project(session, ANONYMOUS, entry_id)
    return queries.match_financing(session, ANONYMOUS, entry_id, limit)


def _weights(session: Session, kind: str, entry_id: int, asked: str) -> Mapping[str, int] | None:
    """Return the weights asked for; ``None`` = this portal's."""
    if not asked:
        return None
    objective = get_entry(session, ANONYMOUS, kind, entry_id).objective
    found = parse_weights(asked, objective, read_weights(session))
    if found.problems:
        problems = " ".join(render(problem, "en") for problem in found.problems.values())
        raise click.ClickException(f"--weights: {problems}")
    return found.weights


def as_data(found: Matches, locale: str) -> dict[str, Any]:
    """Return matches as plain data, words in a language."""
    entry = found.entry
    data: dict[str, Any] = {"entry": {"kind": entry.kind, "id": entry.id, "title": entry.text(locale).title}}
    if entry.kind == "need":
        data["technologies"] = [_match(x, x.technology_id, found, locale) for x in found.technologies]
        data["excluded"] = [_excluded(x, x.technology_id, found, locale) for x in found.excluded]
        data["excluded_counts"] = dict(found.excluded_counts)
    elif entry.kind == "technology":
        data["needs"] = [_match(x, x.need_id, found, locale) for x in found.needs]
        data["excluded"] = [_excluded(x, x.need_id, found, locale) for x in found.excluded]
        data["excluded_counts"] = dict(found.excluded_counts)
    elif entry.kind == "financing":
        data["projects"] = [_source(x, x.entry_id, found, locale) for x in found.projects]
        data["needs"] = [_source(x, x.entry_id, found, locale) for x in found.financed_needs]
    if entry.kind == "project":
        data["lines"] = [_line(x, found, locale) for x in found.lines]
    if entry.kind in {"need", "project"}:
        data["financing"] = [_source(x, x.financing_id, found, locale) for x in found.financing]
    return data


def _title(other: Entry, locale: str) -> str:
    return other.text(locale).title


def _match(item: Match, other: int, found: Matches, locale: str) -> dict[str, Any]:
    return {
        "id": other,
        "title": _title(found.others[other], locale),
        "score": item.score,
        "known": item.known,
        "criteria": [_criterion(x, locale) for x in item.criteria],
    }


def _criterion(item: Criterion, locale: str) -> dict[str, Any]:
    return {
        "name": item.name,
        "verdict": item.verdict.value,
        "weight": item.weight,
        "wanted": _words(item.wanted, locale),
        "offered": _words(item.offered, locale),
        "reason": _words(item.reason, locale),
    }


def _excluded(item: Match, other: int, found: Matches, locale: str) -> dict[str, Any]:
    title = _title(found.others[other], locale)
    return {"id": other, "title": title, "failed": [gate.name for gate in item.failed]}


def _source(item: SourceVerdict, other: int, found: Matches, locale: str) -> dict[str, Any]:
    return {
        "id": other,
        "title": _title(found.others[other], locale),
        "verdict": item.verdict.value,
        "rules": [_rule(x, locale) for x in item.rules],
    }


def _line(item: JudgedLine, found: Matches, locale: str) -> dict[str, Any]:
    """Return a funding line with the source that judged it; the amount is exact, as text."""
    line = item.line
    return {
        "instrument": line.instrument,
        "amount": None if line.amount is None else str(line.amount),
        "currency": line.currency,
        "state": line.state,
        **_source(item.verdict, item.verdict.financing_id, found, locale),
    }


def _rule(item: Rule, locale: str) -> dict[str, Any]:
    return {
        "name": item.name,
        "verdict": item.verdict.value,
        "required": _words(item.required, locale),
        "found": _words(item.found, locale),
        "remedy": _words(item.remedy, locale),
    }


def _words(message: Message | None, locale: str) -> str | None:
    return None if message is None else render(message, locale)


def as_text(data: dict[str, Any], locale: str) -> str:
    """Return the same for reading: one line per match, worst news beside it."""
    lines = [data["entry"]["title"], ""]
    for item in [*data.get("technologies", ()), *_scored(data.get("needs", ()))]:
        score = "–" if item["score"] is None else f"{item['score']:.0f}"
        lines.append(f"{score:>4}  {round(100 * item['known']):>3}/100  {item['id']:>5}  {item['title']}")
    for item in data.get("excluded", ()):
        gates = ", ".join(translate(locale, f"gate.{name}") for name in item["failed"])
        lines.append(f"   ×  {item['id']:>5}  {item['title']} ({gates})")
    for item in data.get("lines", ()):
        words = [translate(locale, f"{x}.{item[y]}") for x, y in _LINE_WORDS]
        lines.append(f"{item['amount'] or '–'} {item['currency']}, {', '.join(words)}: {_told(item, locale)}")
    judged = [*data.get("financing", ()), *data.get("projects", ()), *_judged(data.get("needs", ()))]
    lines += [_told(item, locale) for item in judged]
    return "\n".join(lines)


def _told(item: dict[str, Any], locale: str) -> str:
    failed = [x["name"] for x in item["rules"] if x["verdict"] == "fail"]
    beside = ", ".join(translate(locale, f"rule.{name}") for name in failed)
    verdict = translate(locale, f"eligibility.{item['verdict']}")
    return f"{verdict}: {item['title']}{f' ({beside})' if beside else ''}"


def _scored(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [x for x in items if "score" in x]


def _judged(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [x for x in items if "rules" in x]


COMMANDS = (match, weights_group, feedback_group)

"""The matches of an entry, the panel on its page, and how matching works."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, g, render_template, request
from sqlalchemy.orm import Session

from portal.catalogue.kinds import BY_PLURAL
from portal.catalogue.model import Entry, Status
from portal.catalogue.names import load_names
from portal.core.actor import Actor
from portal.core.i18n import Locale
from portal.matching import bridges, queries
from portal.matching.criteria import FUNCTION_SHARE, PRIOR
from portal.matching.gates import GATES
from portal.matching.queries import Matches
from portal.matching.results import Eligibility, Match, SourceVerdict, Verdict
from portal.matching.rules import RULES, UNKNOWN_SHARE
from portal.matching.weights import WEIGHTS
from portal.reference.queries import rates
from portal.web.locale_urls import canonical

bp = Blueprint("matching", __name__)

_PLURALS = f"<any({','.join(BY_PLURAL)}):plural>"
#: So many pairs stand in the ranking of a page, and in the panel of an entry.
_SHOWN, _IN_PANEL = 20, 3


def _find(session: Session, actor: Actor, kind: str, entry_id: int) -> Matches:
    """Return everything that matching says of an entry.

    :raises NotFound: no such entry, or the actor may not know of it.
    """
    if kind == "need":
        return queries.match_need(session, actor, entry_id, None)
    if kind == "technology":
        return queries.match_technology(session, actor, entry_id, None)
    if kind == "project":
        return queries.match_project(session, actor, entry_id)
    return queries.match_financing(session, actor, entry_id, None)


@bp.get(f"/<locale:locale>/{_PLURALS}/<id:entry_id>/matches")
@canonical(state=("with", "rules", "show"))
def matches(locale: Locale, plural: str, entry_id: int) -> str:
    """Show what matches an entry, and why."""
    kind = BY_PLURAL[plural].name
    found = _find(g.session, g.actor, kind, entry_id)
    pairs = found.technologies or found.needs
    fitting = [pair for pair in pairs if _fits(pair)]
    return render_template(
        f"matching/{kind}.html",
        locale=locale,
        plural=plural,
        kind=kind,
        entry=found.entry,
        text=found.entry.text(locale),
        found=found,
        pairs=fitting[:_SHOWN],
        all_pairs=len(fitting),
        weak=[pair for pair in pairs if not _fits(pair)],
        chosen=_chosen(pairs, entry_id),
        excluded=_by_gate(found.excluded),
        money=_by_verdict(found.financing),
        projects=_by_verdict(found.projects),
        financed_needs=_by_verdict(found.financed_needs),
        names=load_names(g.session),
        opened=request.args.get("rules", ""),
        shown_group=request.args.get("show", ""),
        **_words(locale),
    )


def _words(locale: Locale) -> dict[str, Any]:
    """Return what templates draw bridges with."""
    return {
        "planks_of": lambda match: bridges.planks_of(match.criteria, locale),
        "sentence_of": lambda match: bridges.sentence_of(match, locale),
        "standing_of": lambda match: bridges.standing_of(match, locale),
        "money_planks": lambda verdict: bridges.money_planks(verdict.rules, locale),
        "money_sentence": lambda verdict: bridges.money_sentence(verdict, locale),
        "other_of": _other_of,
    }


def _fits(match: Match) -> bool:
    """Return whether the function is met, at least in part, or not known."""
    return all(x.verdict != Verdict.FAIL for x in match.criteria if x.name == "function")


def _other_id(match: Match, entry_id: int) -> int:
    return match.need_id if match.technology_id == entry_id else match.technology_id


def _other_of(match: Match, found: Matches) -> Entry:
    """Return the entry on the other bank."""
    return found.others[_other_id(match, found.entry.id)]


def _chosen(pairs: Sequence[Match], entry_id: int) -> Match | None:
    """Return the pair that is drawn large: the one asked for, else the first."""
    wanted = request.args.get("with", "")
    for pair in pairs:
        if wanted == str(_other_id(pair, entry_id)):
            return pair
    return pairs[0] if pairs else None


def _by_gate(pairs: Sequence[Match]) -> Mapping[str, list[Match]]:
    """Return the excluded pairs by the first gate that closed."""
    found: dict[str, list[Match]] = {}
    for pair in pairs:
        found.setdefault(pair.failed[0].name, []).append(pair)
    return dict(sorted(found.items(), key=lambda item: len(item[1])))


def _by_verdict(verdicts: Sequence[SourceVerdict]) -> Mapping[str, list[SourceVerdict]]:
    """Return judged sources by verdict, in the order in which they are shown."""
    return {x.value: [v for v in verdicts if v.verdict == x] for x in Eligibility}


def entry_panel(entry: Any) -> str:
    """Return the panel of matches on the page of an entry; nothing for a draft."""
    if entry.status != Status.PUBLISHED:
        return ""
    locale = Locale((request.view_args or {}).get("locale", Locale.KK))
    found = _find(g.session, g.actor, entry.kind, entry.id)
    pairs = [pair for pair in found.technologies or found.needs if _fits(pair)]
    return render_template(
        "matching/panel.html",
        locale=locale,
        entry=entry,
        found=found,
        pairs=pairs[:_IN_PANEL],
        money=_by_verdict(found.financing),
        projects=_by_verdict(found.projects),
        financed_needs=_by_verdict(found.financed_needs),
        shown=_IN_PANEL,
        **_words(locale),
    )


@bp.get("/<locale:locale>/matching")
def how(locale: Locale) -> str:
    """Explain how matching works: gates, criteria, both sets of weights, rules of money."""
    return render_template(
        "matching/how.html",
        locale=locale,
        weights=WEIGHTS,
        gates=GATES,
        rules=RULES,
        prior=PRIOR,
        function_share=FUNCTION_SHARE,
        unknown_share=UNKNOWN_SHARE,
        rates=sorted(rates(g.session).values(), key=lambda rate: rate.currency),
    )

"""The matches of an entry, the panel on its page, what readers say of a match, and how matching works."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.catalogue.kinds import BY_PLURAL, KINDS
from portal.catalogue.model import Entry, Status
from portal.catalogue.names import load_names
from portal.catalogue.queries import get_entry
from portal.core.actor import Actor
from portal.core.errors import NotFound
from portal.core.i18n import Locale, Message
from portal.matching import bridges, queries
from portal.matching.criteria import FUNCTION_SHARE, PRIOR
from portal.matching.fit.conformity import Remaining
from portal.matching.fit.gates import GATES
from portal.matching.money.rules import RULES, UNKNOWN_SHARE
from portal.matching.queries import Matches
from portal.matching.results import Eligibility, Match, SourceVerdict, Verdict
from portal.matching.service import LONGEST_COMMENT, Pair, Said, feedback_problems, find_pair, give_feedback
from portal.matching.stored_weights import read_weights
from portal.matching.weight_table import weight_table
from portal.matching.weights import (
    NOTHING_ASKED,
    PUBLISHED,
    REACH,
    WEIGHABLE,
    WEIGHTS,
    AskedWeights,
    WeightSets,
    check_weights,
    parse_weights,
    weights_text,
)
from portal.reference.queries import rates
from portal.search.index import SearchIndex
from portal.web.errors import error_page
from portal.web.locale_urls import asked_number, canonical, query_shown
from portal.web.protection import CSRFError, RateLimitExceeded, limiter, was_accepted
from portal.web.templating import page_url

bp = Blueprint("matching", __name__)

_PLURALS = f"<any({','.join(BY_PLURAL)}):plural>"
#: So many pairs are explained for a page; the whole catalogue is ranked.
_JUDGED = 100
#: So many stand in the ranking of a page, in the panel of an entry, and under each gate.
_SHOWN, _IN_PANEL, _EXCLUDED = 20, 3, 20
#: What a form field for a weight is called, before the name of the criterion.
_FIELD = "weight-"
#: Opinions that one address may give.
_OPINIONS = "20 per hour"


def _find(
    session: Session,
    actor: Actor,
    kind: str,
    entry_id: int,
    limit: int,
    asked: AskedWeights = NOTHING_ASKED,
) -> Matches:
    """Return everything that matching says of an entry.

    :param limit: so many technologies or needs are explained.
    :raises NotFound: no such entry, or the actor may not know of it.
    """
    also = asked_number("with")
    index: SearchIndex = g.services.index
    if kind == "need":
        return queries.match_need(
            session, actor, entry_id, limit, weights=asked.weights, also=also, index=index
        )
    if kind == "technology":
        return queries.match_technology(
            session, actor, entry_id, limit, weights=asked.weights, also=also, index=index
        )
    if kind == "project":
        return queries.match_project(session, actor, entry_id)
    return queries.match_financing(session, actor, entry_id, None)


@bp.get(f"/<locale:locale>/{_PLURALS}/<id:entry_id>/matches")
@canonical(state=("with", "rules", "show", "w"))
def matches(locale: Locale, plural: str, entry_id: int) -> ResponseReturnValue:
    """Show what matches an entry, and why."""
    kind = BY_PLURAL[plural].name
    sets = read_weights(g.session)
    asked = _asked_weights(kind, entry_id, sets)
    if _from_form() and not asked.problems:
        return redirect(page_url(w=weights_text(asked.changes) or None), 303)
    found = _find(g.session, g.actor, kind, entry_id, _JUDGED, asked)
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
        fitting=len(fitting),
        all_judged=len(pairs) >= found.total,
        weak=[pair for pair in pairs if not _fits(pair)],
        chosen=(chosen := _chosen(pairs, entry_id)),
        steps=_steps(found, chosen),
        excluded=_by_gate(found.excluded, found.excluded_counts),
        money=_by_verdict(found.financing),
        projects=_by_verdict(found.projects),
        financed_needs=_by_verdict(found.financed_needs),
        names=load_names(g.session),
        opened=request.args.get("rules", ""),
        shown_group=request.args.get("show", ""),
        thanked=request.args.get("thanks", ""),
        weights=weight_table(found.entry.objective, sets, asked) if kind in _WEIGHED else None,
        reach=REACH,
        longest_comment=LONGEST_COMMENT,
        **_words(locale),
    )


#: The kinds whose matches are weighed; money is judged by rules.
_WEIGHED = ("need", "technology")


def _from_form() -> dict[str, str]:
    """Return the weights that the form sends, as typed; empty = it was not sent."""
    return {
        name: request.args[field].strip()
        for name in WEIGHABLE
        if (field := f"{_FIELD}{name}") in request.args
    }


def _asked_weights(kind: str, entry_id: int, sets: WeightSets) -> AskedWeights:
    """Return what the form, or else the address, asks for.

    :raises NotFound: no such entry, or the actor may not know of it.
    """
    typed, text = _from_form(), request.args.get("w", "")
    if kind not in _WEIGHED or not (typed or text):
        return NOTHING_ASKED
    objective = get_entry(g.session, g.actor, kind, entry_id).objective
    return check_weights(typed, objective, sets) if typed else parse_weights(text, objective, sets)


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


def _steps(found: Matches, chosen: Match | None) -> Mapping[str, Sequence[Remaining]]:
    """Return what the destinations ask of the technology that is drawn large."""
    if chosen is None:
        return {}
    need = found.entry if found.entry.kind == "need" else found.others[chosen.need_id]
    return found.steps(chosen.technology_id, need.country_codes)


def _by_gate(pairs: Sequence[Match], counts: Mapping[str, int]) -> Mapping[str, list[Match]]:
    """Return the excluded pairs by the first gate that closed, the gate that excludes fewest first."""
    shown: dict[str, list[Match]] = {name: [] for name in sorted(counts, key=lambda x: counts[x])}
    for pair in pairs:
        shown[pair.failed[0].name].append(pair)
    return {name: pairs[:_EXCLUDED] for name, pairs in shown.items()}


def _by_verdict(verdicts: Sequence[SourceVerdict]) -> Mapping[str, list[SourceVerdict]]:
    """Return judged sources by verdict, in the order in which they are shown."""
    return {x.value: [v for v in verdicts if v.verdict == x] for x in Eligibility}


def entry_panel(entry: Any) -> str:
    """Return the panel of matches on the page of an entry; nothing for a draft."""
    if entry.status != Status.PUBLISHED:
        return ""
    locale = Locale((request.view_args or {}).get("locale", Locale.KK))
    found = _find(g.session, g.actor, entry.kind, entry.id, _IN_PANEL)
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


@bp.route("/<locale:locale>/matches/feedback", methods=["GET", "POST"])
@limiter.limit(_OPINIONS, methods=["POST"], deduct_when=was_accepted)
@canonical(state=("entry", "other", "page", "show", "w", "score"))
def feedback(locale: Locale) -> ResponseReturnValue:
    """Take what a reader says of a match; show the form again where something is missing."""
    pair = _pair()
    # HEAD comes here as well, and nothing guards it: only a POST has to bring the token.
    if request.method != "POST":
        return _feedback_page(locale, pair, Said(score=_score()))
    said = _said()
    if problems := feedback_problems(said, pair.names):
        return _feedback_page(locale, pair, said, problems), 422
    with g.services.uow() as uow:
        give_feedback(uow, g.actor, pair.entry.id, pair.other.id, said, locale)
    return redirect(_back(locale, pair, thanks=True), 303)


def _pair() -> Pair:
    """Return the match that the address speaks of.

    :raises NotFound: there is none.
    """
    return find_pair(g.session, g.actor, asked_number("entry") or 0, asked_number("other") or 0)


def _score() -> float | None:
    score = request.args.get("score", type=float)
    return score if score is not None and 0 <= score <= 100 else None


def _said() -> Said:
    """Return what was typed; browsers send line ends as two characters, of which people count one."""
    fields = {name: request.form.get(name, "") for name in ("opinion", "criterion", "comment")}
    return Said(
        fields["opinion"], fields["criterion"], fields["comment"].replace("\r\n", "\n"), score=_score()
    )


def _back(locale: Locale, pair: Pair, *, thanks: bool = False) -> str:
    """Return the address of the page of matches that the reader came from, at the match."""
    own, other = pair.entry, pair.other
    if request.args.get("page") == str(other.id):
        own, other = other, own
    money = pair.other.kind == "financing"
    state: dict[str, Any] = {"rules" if money else "with": other.id}
    state |= {name: text for name, (text,) in query_shown().items() if text and name in {"show", "w"}}
    if thanks:
        state["thanks"] = other.id
    path = url_for("matching.matches", locale=locale, plural=KINDS[own.kind].plural, entry_id=own.id)
    return f"{path}?{urlencode(state)}#{f'judged-{other.id}' if money else 'large'}"


def _feedback_page(
    locale: Locale,
    pair: Pair,
    said: Said,
    problems: Mapping[str, Message] | None = None,
    notice: str = "",
) -> str:
    """Return the form by itself, with what was typed.

    :param notice: key of what happened, where nothing is wrong with what was typed.
    """
    return render_template(
        "matching/feedback.html",
        locale=locale,
        pair=pair,
        said=said,
        problems=problems or {},
        notice=notice,
        back=_back(locale, pair),
        longest_comment=LONGEST_COMMENT,
    )


@bp.errorhandler(CSRFError)
def on_expired(error: CSRFError) -> ResponseReturnValue:
    """Show the form again with a fresh token and what was typed."""
    return _form_again(400, "form", "feedback.expired")


@bp.errorhandler(RateLimitExceeded)
def on_too_many(error: RateLimitExceeded) -> ResponseReturnValue:
    """Show the form again with what was typed, to be sent later."""
    page, code = _form_again(429, "", "feedback.too_many")
    return page, code, {"Retry-After": str(error.limit.limit.get_expiry())}


def _form_again(code: int, text: str, notice: str) -> tuple[str, int]:
    """Return the form with what was typed, or the page of the error where no match is named."""
    try:
        pair = _pair()
    except NotFound:
        return error_page(code, text)
    return _feedback_page(Locale((request.view_args or {})["locale"]), pair, _said(), notice=notice), code


@bp.get("/<locale:locale>/matching")
def how(locale: Locale) -> str:
    """Explain how matching works: gates, criteria, both sets of weights, rules of money."""
    sets = read_weights(g.session)
    return render_template(
        "matching/how.html",
        locale=locale,
        weights=WEIGHTS,
        own=sets,
        changed=sets != PUBLISHED,
        reach=REACH,
        gates=GATES,
        rules=RULES,
        prior=PRIOR,
        function_share=FUNCTION_SHARE,
        unknown_share=UNKNOWN_SHARE,
        rates=sorted(rates(g.session).values(), key=lambda rate: rate.currency),
    )

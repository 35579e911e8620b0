"""The bundle of a need or project, and its concept note as five funds read it."""

from typing import Any

from flask import Blueprint, g, render_template, request

from portal.catalogue.kinds import BY_PLURAL
from portal.catalogue.kinds.base import REVENUE_CLASSES
from portal.catalogue.names import load_names
from portal.core.database import now
from portal.core.i18n import Locale
from portal.matching import bridges
from portal.matching.notes.bundle import Bundle, Choice, read_bundle
from portal.matching.notes.concept_note import FUNDS
from portal.matching.notes.reading import read_note
from portal.web.locale_urls import asked_number, canonical

bp = Blueprint("notes", __name__)

_ENTRY = "/<locale:locale>/<any(needs,projects):plural>/<id:entry_id>"
_FUND = f"<any({','.join(repr(x) for x in FUNDS)}):fund>"


@bp.get(f"{_ENTRY}/bundle")
@canonical("technology", state=("plan", "revenue"))
def bundle(locale: Locale, plural: str, entry_id: int) -> str:
    """Show a need or project with its technology, its financing plan and the origin rule."""
    found = _read(plural, entry_id)
    return render_template("matching/note/bundle.html", **_words(locale, plural, found))


@bp.get(f"{_ENTRY}/note/{_FUND}")
@canonical("technology", state=("plan", "revenue", "window", "beside"))
def note(locale: Locale, plural: str, entry_id: int, fund: str) -> str:
    """Show the concept note as a fund reads it, in English and beside it a second language."""
    found = _read(plural, entry_id)
    words = _words(locale, plural, found)
    written = read_note(g.session, g.actor, found, fund, words["names"], asked_number("window"))
    second = _second_language(locale, found)
    return render_template(
        "matching/note/note.html",
        **words,
        fund=fund,
        written=written,
        languages=list(dict.fromkeys((Locale.EN, second))),
    )


def _read(plural: str, entry_id: int) -> Bundle:
    """Return the bundle that the address asks for.

    :raises NotFound: no such entry or technology, or the actor may not know of it.
    """
    revenue = request.args.get("revenue")
    choice = Choice(
        technology=asked_number("technology"),
        plan=asked_number("plan") or 1,
        revenue_class=revenue if revenue in REVENUE_CLASSES else None,
    )
    return read_bundle(g.session, g.actor, BY_PLURAL[plural].name, entry_id, choice)


def _second_language(locale: Locale, found: Bundle) -> Locale:
    """Return the language beside the English: the one asked for, else the reader's.

    For a reader of English it is the one that the host country's ministry signs in.
    """
    asked = request.args.get("beside")
    if asked in set(Locale):
        return Locale(asked)
    if locale != Locale.EN:
        return locale
    spoken = [x for code in found.ask.countries for x in found.knowledge.languages.get(code, ())]
    return Locale.KK if Locale.KK in spoken else Locale.RU


def _words(locale: Locale, plural: str, found: Bundle) -> dict[str, Any]:
    """Return what both pages are made of."""
    return {
        "locale": locale,
        "plural": plural,
        "found": found,
        "entry": found.entry,
        "text": found.entry.text(locale),
        "names": load_names(g.session),
        "funds": list(FUNDS),
        "revenue_classes": REVENUE_CLASSES,
        "today": now().date(),
        "chosen": _chosen(found),
        "is_best_match": plural == "needs" and asked_number("technology") is None,
        "bridge_of": bridges,
    }


def _chosen(found: Bundle) -> dict[str, str]:
    """Return the choices as links between the two pages carry them."""
    stated = found.entry.revenue_class
    return {
        **({"technology": str(found.technology.id)} if found.technology else {}),
        **({"plan": str(found.number)} if found.number > 1 else {}),
        **({"revenue": found.ask.revenue_class} if found.ask.revenue_class and not stated else {}),
    }

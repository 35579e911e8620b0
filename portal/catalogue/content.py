"""Copies a version's data into an entry's rows, looking up what it names."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.catalogue.kinds.financing import CountryLayer, Financing
from portal.catalogue.kinds.need import Need, NeedBasis
from portal.catalogue.kinds.project import FundingLine, Project
from portal.catalogue.kinds.technology import Deployment, Technology
from portal.catalogue.model import (
    Entry,
    EntryCountry,
    EntrySector,
    EntryTerm,
    EntryText,
    TextOrigin,
)
from portal.core.errors import InvalidData
from portal.core.i18n import Locale
from portal.reference.model import Country
from portal.taxonomy.model import Sector, Term

Data = Mapping[str, Any]

_COMMON = {"owner", "countries", "sectors", "terms", "texts", "origins", "links", "key"}


def apply_content(session: Session, entry: Entry, data: Data) -> None:
    """Give the entry the content that its kind's schema loaded.

    :raises InvalidData: the data names something that does not exist.
    """
    lookup = _Lookup(session)
    entry.key = data["key"]
    entry.organisation_id = lookup.organisation(data["owner"], "owner")
    _set_texts(entry, data)
    _set_codes(entry, "sectors", EntrySector, "sector_code", lookup.known(Sector, data["sectors"], "sectors"))
    _set_codes(entry, "terms", EntryTerm, "term_code", lookup.known(Term, data["terms"], "terms"))
    _APPLY[type(entry)](entry, data, lookup)
    lookup.finish()


class _Lookup:
    """Finds what data names, and gathers what it does not find."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._errors: dict[str, str] = {}

    def organisation(self, key: str, path: str) -> int:
        found = self._session.scalar(select(Organisation.id).where(Organisation.key == key))
        if found is None:
            self._errors[path] = f"no organisation {key!r}"
            return 0
        return found

    def known(self, model: type[Any], codes: list[str], path: str) -> list[str]:
        found = set(self._session.scalars(select(model.code).where(model.code.in_(codes))))
        for number, code in enumerate(codes):
            if code not in found:
                self._errors[f"{path}.{number}"] = f"no {model.__tablename__} {code!r}"
        return [code for code in codes if code in found]

    def finish(self) -> None:
        if self._errors:
            raise InvalidData(self._errors)


def _set_texts(entry: Entry, data: Data) -> None:
    for locale in set(entry.texts) - set(data["texts"]):
        del entry.texts[locale]
    for locale, words in data["texts"].items():
        text = entry.texts.get(locale)
        if text is None:
            text = EntryText(locale=Locale(locale))
            entry.texts[locale] = text
        text.title, text.summary = words["title"], words["summary"]
        text.body, text.details = words.get("body"), words["details"]
        text.state = words["state"]
        text.origin = data["origins"].get(locale, TextOrigin.ORIGINAL)


def _set_codes(entry: Entry, name: str, row: type[Any], column: str, codes: list[str]) -> None:
    """Make the association rows equal to the codes, keeping those that stay."""
    present = {getattr(x, column): x for x in getattr(entry, name)}
    rows = [present.get(code) or row(**{column: code}) for code in codes]
    for position, item in enumerate(rows):
        item.position = position
    getattr(entry, name)[:] = rows


def _set_countries(entry: Entry, codes: list[str], path: str, lookup: "_Lookup") -> None:
    _set_codes(entry, "countries", EntryCountry, "country_code", lookup.known(Country, codes, path))


def _set_plain(entry: Entry, data: Data, skip: set[str]) -> None:
    for name, value in data.items():
        if name not in _COMMON and name not in skip:
            setattr(entry, name, value)


def _rows(model: type[Any], items: list[Data]) -> list[Any]:
    return [model(**item, position=position) for position, item in enumerate(items)]


def _apply_technology(entry: Technology, data: Data, lookup: _Lookup) -> None:
    _set_plain(entry, data, {"deployments"})
    _set_countries(entry, data["countries"], "countries", lookup)
    for number, item in enumerate(data["deployments"]):
        lookup.known(Country, [item["country_code"]], f"deployments.{number}.country")
    entry.deployments[:] = _rows(Deployment, data["deployments"])


def _apply_need(entry: Need, data: Data, lookup: _Lookup) -> None:
    _set_plain(entry, data, {"bases"})
    _set_countries(entry, data["countries"], "countries", lookup)
    entry.bases[:] = _rows(NeedBasis, data["bases"])


def _apply_project(entry: Project, data: Data, lookup: _Lookup) -> None:
    _set_plain(entry, data, {"hosts", "funding_lines", "beneficiaries"})
    hosts = [host["country"] for host in data["hosts"]]
    _set_countries(entry, hosts, "hosts", lookup)
    shares = {host["country"]: host.get("share") for host in data["hosts"]}
    for row in entry.countries:
        row.share = shares[row.country_code]
    entry.beneficiaries_direct = data["beneficiaries"].get("direct")
    entry.beneficiaries_indirect = data["beneficiaries"].get("indirect")
    entry.funding_lines[:] = [
        FundingLine(
            position=position,
            organisation_id=lookup.organisation(line["provider"], f"funding_lines.{position}.provider")
            if "provider" in line
            else None,
            **{name: value for name, value in line.items() if name != "provider"},
        )
        for position, line in enumerate(data["funding_lines"])
    ]


def _apply_financing(entry: Financing, data: Data, lookup: _Lookup) -> None:
    _set_plain(entry, data, {"layers", "provider"})
    entry.provider_id = lookup.organisation(data["provider"], "provider")
    served = [
        layer["country_code"]
        for layer in data["layers"]
        if layer.get("operates") and layer.get("state") in {"active", "limited"}
    ]
    _set_countries(entry, served, "layers", lookup)
    entry.layers[:] = [
        CountryLayer(
            position=position,
            notes={x: layer[f"note_{x}"] for x in Locale if f"note_{x}" in layer},
            **{name: value for name, value in layer.items() if not name.startswith("note_")},
        )
        for position, layer in enumerate(data["layers"])
    ]


_APPLY: dict[type[Entry], Callable[[Any, Data, _Lookup], None]] = {
    Technology: _apply_technology,
    Need: _apply_need,
    Project: _apply_project,
    Financing: _apply_financing,
}

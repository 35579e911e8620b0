"""Reads entries into what a concept note is written from."""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.catalogue.kinds.financing import Financing
from portal.catalogue.kinds.need import Need
from portal.catalogue.kinds.project import Project
from portal.catalogue.kinds.technology import Technology
from portal.catalogue.model import Entry, EntryText
from portal.catalogue.names import Names as NameTable
from portal.core.i18n import Locale
from portal.core.provenance import Provenance, Review
from portal.matching.facts import AskFacts, Knowledge, TechnologyFacts
from portal.matching.notes.pieces import Basis, Material, Offered, Speaker, Text, Texts, Window
from portal.matching.notes.readiness import DocumentFacts
from portal.matching.plans.financing_plan import Plan
from portal.matching.reading import read_source
from portal.reference.model import FocalPoint, ReadinessDocument


def texts_of(entry: Entry, name: str) -> Texts:
    """Return the title, summary or a short text of an entry in every language that has it."""
    found = {}
    for locale, text in entry.texts.items():
        words = getattr(text, name) if name in {"title", "summary"} else text.details.get(name)
        if words:
            found[Locale(locale)] = _text(words, text)
    return found


def _text(words: str, text: EntryText) -> Text:
    return Text(words, unreviewed=text.state == Review.UNREVIEWED)


def read_offered(entry: Technology, facts: TechnologyFacts) -> Offered:
    """Return a technology as a note tells it."""
    return Offered(
        facts=facts,
        title=texts_of(entry, "title"),
        summary=texts_of(entry, "summary"),
        baseline=texts_of(entry, "effect_baseline"),
        source=entry.provenance,
    )


def read_window(entry: Financing) -> Window:
    """Return a source of finance as the window that a note is written for."""
    return Window(read_source(entry), entry.es_standard, entry.provenance)


def read_bases(entry: Need) -> list[Basis]:
    """Return the documents that state a need; whether they were compared, the need's record says."""
    return [
        Basis(
            type=x.document_type,
            title=x.title,
            year=x.year,
            measure=x.measure,
            quote=x.quote,
            language=x.quote_language,
            conditional=x.conditional,
            source=Provenance(
                title=x.title,
                licence=entry.provenance.licence,
                as_of=entry.provenance.as_of,
                url=x.url,
                verified=entry.provenance.verified,
            ),
        )
        for x in entry.bases
    ]


def read_speakers(rows: Sequence[FocalPoint]) -> Mapping[str, tuple[Speaker, ...]]:
    """Return who speaks for the countries, by role."""
    found: dict[str, tuple[Speaker, ...]] = {}
    for row in rows:
        speaker = Speaker(row.country_code, row.names, row.provenance)
        found[row.role] = (*found.get(row.role, ()), speaker)
    return found


def read_documents(rows: Sequence[ReadinessDocument]) -> Mapping[str, DocumentFacts]:
    """Return what the reference data say of documents, by code."""
    return {
        x.code: DocumentFacts(
            code=x.code,
            names=x.names,
            issuer=x.issuer,
            source=x.provenance,
            issuer_by_country=x.issuer_by_country,
            months=x.months,
        )
        for x in rows
    }


def read_material(
    entry: Need | Project,
    ask: AskFacts,
    knowledge: Knowledge,
    names: NameTable,
    *,
    needs: Sequence[Need] = (),
    technology: Offered | None = None,
    plan: Plan | None = None,
    window: Window | None = None,
    speakers: Mapping[str, tuple[Speaker, ...]] | None = None,
) -> Material:
    """Return everything known of a need or project.

    :param needs: that a project answers; their documents are its documents.
    """
    own = _of_need(entry, names) if isinstance(entry, Need) else _of_project(entry, names, needs)
    return Material(
        ask=ask,
        knowledge=knowledge,
        source=entry.provenance,
        title=texts_of(entry, "title"),
        summary=texts_of(entry, "summary"),
        details={name: texts_of(entry, name) for name in _detail_names(entry)},
        sdgs=tuple(entry.sdgs),
        capacity=entry.capacity,
        technology=technology,
        plan=plan,
        window=window,
        speakers=speakers or {},
        **own,
    )


def _detail_names(entry: Entry) -> list[str]:
    return list(dict.fromkeys(name for text in entry.texts.values() for name in text.details))


def _of_need(entry: Need, names: NameTable) -> dict[str, Any]:
    return {
        "owner": None if entry.extracted else entry.organisation.names,
        "endorsement": entry.endorsement,
        "bases": tuple(read_bases(entry)),
        "regions": tuple(names.region(x) for x in entry.regions),
        "site": entry.site,
        "reached": (entry.beneficiaries, None),
        "barriers": tuple(entry.barriers),
        "decision_on": entry.decision_on,
        "commissioning_by": entry.commissioning_by,
    }


def _of_project(entry: Project, names: NameTable, needs: Sequence[Need]) -> dict[str, Any]:
    region = entry.place.region if entry.place else None
    return {
        "sponsor": entry.sponsor,
        "bases": tuple(basis for need in needs for basis in read_bases(need)),
        "regions": (names.region(region),) if region else (),
        "place": entry.place,
        "effect": entry.effect,
        "reached": (entry.beneficiaries_direct, entry.beneficiaries_indirect),
        "barriers": tuple(dict.fromkeys(x for need in needs for x in need.barriers)),
        "es_standard": entry.es_standard,
    }

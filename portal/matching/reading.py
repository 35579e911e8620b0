"""Makes facts from whole entries (``catalogue.queries.list_whole`` and ``get_entry``)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from portal.accounts.model import Organisation, OrganisationKind
from portal.accounts.queries import list_organisations
from portal.catalogue.detail import read_line
from portal.catalogue.funding import COMMITTED, NOT_CASH, LineFacts, gap
from portal.catalogue.kinds.financing import CountryLayer, Financing
from portal.catalogue.kinds.need import Need
from portal.catalogue.kinds.project import Project
from portal.catalogue.kinds.technology import Technology
from portal.catalogue.model import EntryText, Status
from portal.core.i18n import Locale
from portal.core.money import Money, MoneyRange, Rates
from portal.matching.facts import (
    AskFacts,
    DeploymentFacts,
    Knowledge,
    LayerFacts,
    NeedFacts,
    OrganisationFacts,
    SourceFacts,
    TechnologyFacts,
    Words,
)
from portal.matching.money_rules import FULLY_FUNDED
from portal.reference import queries as reference
from portal.search import analysis
from portal.taxonomy import queries as taxonomy
from portal.taxonomy.tree import TermTree

#: Organisations that work in their own country only.
_NATIONAL = {
    OrganisationKind.GOVERNMENT,
    OrganisationKind.STATE_BODY,
    OrganisationKind.COMPANY,
    OrganisationKind.INTERMEDIARY,
    OrganisationKind.ACCREDITED_ENTITY,
}


def read_knowledge(session: Session, today: date) -> Knowledge:
    """Return the reference data that judging needs, in a constant number of queries."""
    core = reference.core_countries(session)
    return Knowledge(
        tree=taxonomy.term_tree(session),
        rates=reference.rates(session),
        today=today,
        annex_i=reference.annex_i_countries(session),
        region=frozenset(country.code for country in core),
        languages={country.code: tuple(country.languages) for country in core},
        term_names={term.code: term.names for term in taxonomy.list_terms(session)},
        sector_names={sector.code: sector.names for sector in taxonomy.list_sectors(session)},
        country_names=reference.country_names(session),
        organisations={row.key: read_organisation(row) for row in list_organisations(session)},
    )


def read_organisation(row: Organisation) -> OrganisationFacts:
    """Return what access to a fund asks of an organisation."""
    return OrganisationFacts(
        key=row.key,
        names=row.names,
        country=row.country_code,
        un_or_ngo="un" in row.tags or row.kind == OrganisationKind.NGO,
        national=row.kind in _NATIONAL,
    )


def read_technology(entry: Technology) -> TechnologyFacts:
    """Return a technology's facts."""
    return TechnologyFacts(
        id=entry.id,
        withdrawn=entry.status == Status.WITHDRAWN,
        sectors=tuple(entry.sector_codes),
        terms=tuple(entry.term_codes),
        words=_words((text.locale, [text.title, text.summary]) for text in entry.texts.values()),
        trl=entry.trl,
        transfer_modes=tuple(entry.transfer_modes),
        capacity=entry.capacity,
        unit_cost=entry.unit_cost,
        effect=entry.effect,
        operating=entry.operating,
        survival=entry.survival,
        water_demand=entry.water_demand,
        certificates=tuple(entry.certificates),
        deployments=tuple(DeploymentFacts(x.country_code, x.climate, x.running) for x in entry.deployments),
        origin=tuple(entry.origin),
        service_in=tuple(entry.service_in),
        training_languages=tuple(entry.training_languages),
        lead_time=entry.lead_time_months,
    )


def read_need(entry: Need) -> NeedFacts:
    """Return a need's facts as technologies meet them."""
    return NeedFacts(
        id=entry.id,
        objective=entry.objective,
        countries=tuple(entry.country_codes),
        sectors=tuple(entry.sector_codes),
        terms=tuple(entry.term_codes),
        words=_words((text.locale, _wish(text)) for text in entry.texts.values()),
        site=entry.site,
        capacity=entry.capacity,
        budget=entry.budget,
        trl_floor=entry.trl_floor,
        transfer_modes=tuple(entry.transfer_modes),
        required_standards=tuple(entry.required_standards),
        commissioning_by=entry.commissioning_by,
    )


def ask_of_need(entry: Need, tree: TermTree) -> AskFacts:
    """Return a need as a request for money.

    Its stage: officially endorsed it is a confirmed need, else an idea.
    """
    return AskFacts(
        id=entry.id,
        kind="need",
        countries=tuple(entry.country_codes),
        sectors=tuple(entry.sector_codes),
        terms=tuple(entry.term_codes),
        tags=tree.tags_of(entry.term_codes),
        possible_tags=tree.possible_tags(entry.term_codes),
        objective=entry.objective,
        cost=entry.budget,
        instruments=tuple(entry.finance_sought),
        applicant=entry.adopter,
        stage="idea" if entry.endorsement == "none" else "need_confirmed",
    )


def ask_of_project(entry: Project, tree: TermTree, rates: Rates, funded_by: Mapping[int, str]) -> AskFacts:
    """Return a project as a request for money.

    A project does not say what it asks for: it is what its lines in the state approved
    or a firmer one leave open, and by the instruments of all its cash lines so far.

    :param funded_by: the sources that the project names as its own: provider by id.
    """
    cost = entry.cost
    lines = tuple(read_line(line) for line in entry.funding_lines)
    return AskFacts(
        id=entry.id,
        kind="project",
        countries=tuple(entry.country_codes),
        sectors=tuple(entry.sector_codes),
        terms=tuple(entry.term_codes),
        tags=tree.tags_of(entry.term_codes),
        possible_tags=tree.possible_tags(entry.term_codes),
        objective=entry.objective,
        cost=None
        if cost is None
        else MoneyRange(cost.currency, min=cost.amount, max=cost.amount, price_year=cost.year),
        amount=None if cost is None else _missing(Money(cost.amount, cost.currency), lines, rates),
        instruments=tuple(dict.fromkeys(x.instrument for x in lines if x.instrument not in NOT_CASH)),
        from_lines=True,
        applicant=entry.sponsor_type,
        stage=entry.stage,
        es_category=entry.es_category,
        supply_origin=tuple(entry.supply_origin),
        access_entity=entry.access_entity,
        lines=lines,
        funded_by=funded_by,
    )


def _missing(cost: Money, lines: Sequence[LineFacts], rates: Rates) -> MoneyRange | None:
    missing = gap(cost, lines, rates, COMMITTED[0])
    if missing is None or missing <= cost.amount * (1 - FULLY_FUNDED):
        return None
    return MoneyRange(cost.currency, min=missing, max=missing)


def read_source(entry: Financing) -> SourceFacts:
    """Return the rules that a source states."""
    return SourceFacts(
        id=entry.id,
        provider=entry.provider.key,
        availability=entry.availability,
        instruments=tuple(entry.instruments),
        tickets=tuple(entry.tickets),
        project_size=entry.project_size,
        applicants=tuple(entry.applicants),
        objectives=tuple(entry.objectives),
        sectors=tuple(entry.sector_codes),
        terms=tuple(entry.term_codes),
        stages=tuple(entry.stages),
        exclusions=tuple(entry.exclusions),
        layers={layer.country_code: _layer(layer) for layer in entry.layers},
        other_countries=entry.other_countries,
        procurement=entry.procurement,
        cofinancing_min_share=_share(entry.cofinancing_min_share),
        equity_min_share=_share(entry.equity_min_share),
        max_share_of_cost=_share(entry.max_share_of_cost),
        access_route=entry.access_route,
        access_entities=tuple(entry.access_entities),
        es_categories=tuple(entry.es_categories),
        deadline=entry.deadline,
        checked_on=entry.checked_on,
    )


def _share(value: Decimal | None) -> Decimal | None:
    # A share of nothing is no demand.
    return value or None


def _layer(row: CountryLayer) -> LayerFacts:
    return LayerFacts(
        member=row.member,
        member_status=row.member_status,
        operates=row.operates,
        state=row.state,
        condition=row.condition,
        since=row.since,
        notes=row.notes,
        source=row.source,
        checked_on=row.checked_on,
        verified=row.verified,
    )


def _wish(text: EntryText) -> list[str]:
    return [text.title, text.details.get("function", "")]


def _words(texts: Iterable[tuple[Locale, list[str]]]) -> Words:
    found: Mapping[Locale, frozenset[str]] = {
        Locale(locale): frozenset(stem for part in parts for stem in analysis.terms(part, Locale(locale)))
        for locale, parts in texts
    }
    return found

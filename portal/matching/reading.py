"""Makes facts from whole entries (``catalogue.queries.list_whole`` and ``get_entry``)."""

from collections.abc import Mapping, Sequence
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
from portal.catalogue.model import Entry, Status
from portal.catalogue.records import TechnologyRecord
from portal.catalogue.values import ProjectEffect, Site
from portal.core.i18n import Locale
from portal.core.money import Money, MoneyRange, Rates
from portal.matching.facts import (
    AskFacts,
    DeploymentFacts,
    Knowledge,
    LayerFacts,
    NeedFacts,
    NormalsFacts,
    OrganisationFacts,
    ProhibitionFacts,
    SourceFacts,
    StepFacts,
    TechnologyFacts,
)
from portal.matching.money.amount_rules import FULLY_FUNDED
from portal.matching.stored_weights import read_weights
from portal.reference import queries as reference
from portal.reference.model import ClimateNormals, ConformityStep
from portal.taxonomy import queries as taxonomy
from portal.taxonomy.term_reader import TermReader, read_labels
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
        currencies={country.code: country.currency for country in core if country.currency},
        region_names=reference.region_names(session),
        normals={x.region: _normals(x) for x in reference.list_normals(session)},
        steps=tuple(_step(x) for x in reference.list_conformity_steps(session)),
        prohibitions=tuple(
            ProhibitionFacts(tuple(x.countries), x.substance, x.names, x.source)
            for x in reference.list_prohibitions(session)
        ),
        prices=reference.price_indices(session),
        weights=read_weights(session),
    )


def _normals(row: ClimateNormals) -> NormalsFacts:
    return NormalsFacts(
        region=row.region,
        country=row.region.split("-")[0],
        site=Site(
            temp_min_c=row.design_min_c,
            temp_extreme_min_c=row.absolute_min_c,
            temp_max_c=row.absolute_max_c,
            altitude_m=None if row.altitude_m is None else Decimal(row.altitude_m),
            climate=row.koppen or None,
            water=row.water,
            dust=row.dust,
            wind=row.wind,
            solar=row.solar,
            seismic_msk=row.seismic,
        ),
        station=row.station,
        basis=row.basis,
        source=row.source,
        verified=row.verified,
    )


def _step(row: ConformityStep) -> StepFacts:
    return StepFacts(
        key=row.key,
        countries=tuple(row.countries),
        names=row.names,
        issuer=row.issuer,
        step=row.step,
        scheme=row.scheme,
        mandatory=row.mandatory,
        terms=tuple(row.applies_terms),
        forms=tuple(row.applies_forms),
        met_by=tuple(row.met_by),
        eased_by=tuple(row.eased_by),
        months=row.months,
        source=row.source,
        verified=row.verified,
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


def read_reader(session: Session) -> TermReader:
    """Return what reads terms in texts."""
    return TermReader(read_labels(session))


def read_terms(entry: Entry | TechnologyRecord, reader: TermReader) -> tuple[str, ...]:
    """Return the terms that an entry's titles and functions name, in any language, most often first.

    The summary is left out: it also names what the entry is not about.
    """
    texts = {Locale(x.locale): f"{x.title}. {x.details.get('function', '')}" for x in entry.texts.values()}
    return terms_read_in(texts, reader)


def terms_read_in(texts: Mapping[Locale, str], reader: TermReader) -> tuple[str, ...]:
    """Return the terms that texts name, those that most languages name first."""
    found: dict[str, int] = {}
    for locale, text in texts.items():
        for term in reader.read(text, locale):
            found[term] = found.get(term, 0) + 1
    return tuple(sorted(found, key=lambda x: (-found[x], x)))


def read_technology(entry: TechnologyRecord, reader: TermReader) -> TechnologyFacts:
    """Return a technology's facts.

    :param reader: reads terms in its texts, where it names none.
    """
    return TechnologyFacts(
        id=entry.id,
        withdrawn=entry.status == Status.WITHDRAWN,
        sectors=tuple(entry.sector_codes),
        terms=tuple(entry.term_codes),
        read_terms=() if entry.term_codes else read_terms(entry, reader),
        form=entry.form,
        trl=entry.trl,
        transfer_modes=tuple(entry.transfer_modes),
        ip_status=entry.ip_status,
        capacity=entry.capacity,
        unit_cost=entry.unit_cost,
        running_cost=entry.running_cost,
        effect=entry.effect,
        lifetime_years=entry.lifetime_years,
        full_load_hours=entry.full_load_hours,
        contains=tuple(entry.contains),
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


def read_need(entry: Need, reader: TermReader) -> NeedFacts:
    """Return a need's facts as technologies meet them.

    :param reader: reads terms in its texts, beside those that it names.
    """
    return NeedFacts(
        id=entry.id,
        objective=entry.objective,
        countries=tuple(entry.country_codes),
        regions=tuple(entry.regions),
        sectors=tuple(entry.sector_codes),
        terms=tuple(entry.term_codes),
        read_terms=read_terms(entry, reader),
        site=entry.site,
        capacity=entry.capacity,
        budget=entry.budget,
        budget_years=entry.budget_years,
        beneficiaries=entry.beneficiaries,
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
        final_beneficiaries=tuple(entry.final_beneficiaries),
        revenue_class=entry.revenue_class,
        tariff_currency=entry.tariff_currency,
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
        final_beneficiaries=tuple(entry.final_beneficiaries),
        revenue_class=entry.revenue_class,
        tariff_currency=entry.tariff_currency,
        cash_flow=entry.cash_flow,
        saved_tco2e=_saved(entry.effect),
    )


def _saved(effect: ProjectEffect | None) -> Decimal | None:
    return effect.lifetime if effect is not None and effect.unit == "tCO2e" else None


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
        beneficiaries=tuple(entry.beneficiaries),
        currencies=tuple(entry.currencies),
        guarantee=entry.guarantee,
        country_cap=entry.country_cap,
        interest_rate=entry.interest_rate,
        dscr_min=entry.dscr_min,
        tenor_years=entry.tenor_years,
        months_to_money=entry.months_to_money,
        documents=tuple(entry.documents),
        provenance=entry.provenance,
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

"""Reads reference data."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from portal.core.errors import NotFound
from portal.core.money import Rate
from portal.reference.model import (
    ClimateNormals,
    ConformityStep,
    Country,
    FocalPoint,
    NdcDocument,
    NdcTarget,
    PriceIndex,
    Prohibition,
    ReadinessDocument,
    ReferenceRate,
    Region,
)
from portal.taxonomy.concepts import ALTERNATIVE_WEIGHT, NamedThing
from portal.taxonomy.naming import in_languages, named

#: What kind of place a region is, in its name; people leave it out.
_KINDS_OF_REGION = frozenset(
    "облысы провинциясы останы аймағы штаты қаласы Республикасы уәлаяты өлкесі автономиялық ауданы округі "
    "область провинция остан аймак штат город Республика велаят край автономный автономная район округ "
    "Region Province City Republic Territory Area Autonomous Municipality of".split()
)


def core_countries(session: Session) -> Sequence[Country]:
    """Return the thirteen countries of the core with their memberships, in their order."""
    return session.scalars(
        select(Country)
        .where(Country.core)
        .options(selectinload(Country.memberships))
        .order_by(Country.position)
    ).all()


def get_core_country(session: Session, code: str) -> Country:
    """Return a country of the core with its memberships.

    :raises NotFound: it is not one of the thirteen.
    """
    found = session.scalars(
        select(Country)
        .where(Country.core, Country.code == code.upper())
        .options(selectinload(Country.memberships))
    ).first()
    if found is None:
        raise NotFound(f"country {code}")
    return found


def country_names(session: Session) -> Mapping[str, dict[str, str]]:
    """Return every country's short names by code."""
    return {row.code: row.short_names for row in session.execute(select(Country.code, Country.short_names))}


def region_names(session: Session) -> Mapping[str, dict[str, str]]:
    """Return every region's names by code."""
    return {row.code: row.names for row in session.execute(select(Region.code, Region.names))}


def named_places(session: Session) -> list[NamedThing]:
    """Return all countries, their capitals and the regions, as searches look for them."""
    things = []
    countries = select(Country.code, Country.names, Country.short_names, Country.capital)
    for code, full, short, capital in session.execute(countries.order_by(Country.position)):
        labels = in_languages(short), in_languages(full, ALTERNATIVE_WEIGHT)
        things.append(named(f"country:{code}", *labels))
        if capital:
            things.append(named(f"capital:{code}", in_languages(capital)))
    for code, names in sorted(region_names(session).items()):
        bare = {locale: _without_kind(name) for locale, name in names.items()}
        labels = in_languages(names), in_languages(bare, ALTERNATIVE_WEIGHT, hidden=True)
        things.append(named(f"region:{code}", *labels))
    return things


def _without_kind(name: str) -> str:
    return " ".join(word for word in name.split() if word not in _KINDS_OF_REGION)


def annex_i_countries(session: Session) -> frozenset[str]:
    """Return the countries of Annex I of the Convention, as far as recorded."""
    return frozenset(session.scalars(select(Country.code).where(Country.annex_i.is_(True))))


def rates(session: Session) -> Mapping[str, Rate]:
    """Return the reference rates by currency; the dollar's own is one.

    A rate with a reservation (Iran's official one) is told, but compares nothing.
    """
    rows = session.scalars(select(ReferenceRate)).all()
    found = {
        x.currency: Rate(
            currency=x.currency,
            usd=Decimal(x.usd),
            as_of=x.as_of,
            source=x.source,
            note=x.note,
            verified=x.verified,
            comparable=x.note is None,
        )
        for x in rows
    }
    newest = max((x.as_of for x in rows), default=None)
    if newest is not None:
        found["USD"] = Rate("USD", Decimal(1), newest, "by definition", verified=True)
    return found


def documents_of(session: Session, country: str) -> Sequence[NdcDocument]:
    """Return a country's documents in the registry, newest first."""
    return session.scalars(
        select(NdcDocument)
        .where(NdcDocument.country_code == country)
        .order_by(NdcDocument.submitted_on.desc().nulls_last(), NdcDocument.id)
    ).all()


def targets_of(session: Session, country: str) -> Sequence[NdcTarget]:
    """Return a country's targets with their documents, nearest year first."""
    return session.scalars(
        select(NdcTarget)
        .where(NdcTarget.country_code == country)
        .options(selectinload(NdcTarget.document))
        .order_by(NdcTarget.target_year, NdcTarget.id)
    ).all()


def focal_points_of(session: Session, country: str) -> Sequence[FocalPoint]:
    """Return who speaks for a country."""
    return session.scalars(
        select(FocalPoint).where(FocalPoint.country_code == country).order_by(FocalPoint.id)
    ).all()


def list_normals(session: Session) -> Sequence[ClimateNormals]:
    """Return the climate of every region, by its code."""
    return session.scalars(select(ClimateNormals).order_by(ClimateNormals.region)).all()


def list_conformity_steps(session: Session) -> Sequence[ConformityStep]:
    """Return what destinations ask of technologies."""
    return session.scalars(select(ConformityStep).order_by(ConformityStep.key)).all()


def list_prohibitions(session: Session) -> Sequence[Prohibition]:
    """Return what destinations forbid to bring in."""
    return session.scalars(select(Prohibition).order_by(Prohibition.key)).all()


def list_readiness_documents(session: Session) -> Sequence[ReadinessDocument]:
    """Return the documents that financiers ask for."""
    return session.scalars(select(ReadinessDocument).order_by(ReadinessDocument.code)).all()


def price_indices(session: Session) -> Mapping[str, Mapping[int, Decimal]]:
    """Return the price level by currency and year, 2020 = 100."""
    found: dict[str, dict[int, Decimal]] = {}
    for row in session.scalars(select(PriceIndex).order_by(PriceIndex.currency, PriceIndex.year)):
        found.setdefault(row.currency, {})[row.year] = row.value
    return found


def focal_points_in(session: Session, countries: Sequence[str]) -> Sequence[FocalPoint]:
    """Return who speaks for several countries, in the order of their records."""
    return session.scalars(
        select(FocalPoint).where(FocalPoint.country_code.in_(countries)).order_by(FocalPoint.id)
    ).all()

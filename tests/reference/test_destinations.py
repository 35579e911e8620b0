"""What seeds say of destinations: climate, conformity, prohibitions, documents and prices."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from marshmallow import ValidationError
from sqlalchemy import select

from portal.core.errors import InvalidData
from portal.core.seeding import Report
from portal.core.services import Services
from portal.reference import queries, seeds
from portal.reference.codes import DESIGN_BASES
from portal.reference.destinations import COLLECTIONS, ClimateSchema, ConformityStepSchema, PriceIndexSchema
from portal.reference.model import ClimateNormals, Country, Region
from portal.taxonomy.queries import list_terms
from tests.conftest import PROVENANCE

NAMES = {"kk": "а", "ru": "б", "en": "c"}
FRAME = {"provenance": {"title": "A test", "licence": "CC BY 4.0", "as_of": "2026-11-20"}}
CLIMATE = {"region": "KZ-35", "station": NAMES, "design_min_c": -29, "koppen": ["Dfb"], **FRAME}
STEP = {
    "key": "a-step",
    "countries": ["KZ"],
    "names": NAMES,
    "issuer": NAMES,
    "step": "certificate",
    "mandatory": True,
    **FRAME,
}
PRICE = {"key": "usd-2020", "currency": "USD", "year": 2020, "value": 100, **FRAME}


def test_a_record_is_read_and_what_it_leaves_out_is_unknown() -> None:
    climate = ClimateSchema().load(CLIMATE)
    step = ConformityStepSchema().load(STEP)

    assert climate["design_min_c"] == Decimal(-29)
    assert climate["absolute_min_c"] is None
    assert climate["basis"] == "unknown"
    assert (step["scheme"], step["months"], step["met_by"], step["applies_terms"]) == (None, None, [], [])
    assert PriceIndexSchema().load(PRICE)["value"] == 100


@pytest.mark.parametrize(
    ("schema", "record", "change"),
    [
        (ClimateSchema, CLIMATE, {"region": "Karaganda"}),
        (ClimateSchema, CLIMATE, {"design_min_c": -100}),
        (ClimateSchema, CLIMATE, {"koppen": ["Dxx"]}),
        (ClimateSchema, CLIMATE, {"water": "none"}),
        (ClimateSchema, CLIMATE, {"seismic": 13}),
        (ClimateSchema, CLIMATE, {"basis": "a guess"}),
        (ClimateSchema, CLIMATE, {"station": {"en": "c"}}),
        (ClimateSchema, CLIMATE, {"rain": 300}),
        (ConformityStepSchema, STEP, {"countries": []}),
        (ConformityStepSchema, STEP, {"step": "bribe"}),
        (ConformityStepSchema, STEP, {"mandatory": None}),
        (PriceIndexSchema, PRICE, {"year": 1900}),
        (PriceIndexSchema, PRICE, {"value": -1}),
    ],
)
def test_a_wrong_record_is_refused(
    schema: type[Any], record: Mapping[str, Any], change: Mapping[str, Any]
) -> None:
    (field,) = change
    with pytest.raises(ValidationError) as refused:
        schema().load({**record, **change})

    assert list(refused.value.messages_dict) == [field]


def test_every_collection_has_seeds_with_sources(seeded: Services) -> None:
    with seeded.sessions() as session:
        for collection in COLLECTIONS:
            rows = session.scalars(select(collection.model)).all()
            assert rows, collection.name
            assert all(x.source and x.as_of and x.verified in (True, False) for x in rows)
            # What is read somewhere says where; what is from memory is not called verified.
            assert all(x.provenance.url for x in rows if x.verified), collection.name


def test_the_climate_of_the_thirteen_is_in_order(seeded: Services) -> None:
    """Colder in the record than by design, and every region is one of its country."""
    with seeded.sessions() as session:
        core = set(session.scalars(select(Country.code).where(Country.core)))
        regions = {x.code: x.country_code for x in session.scalars(select(Region))}
        rows = queries.list_normals(session)

    assert {regions[x.region] for x in rows} == core
    assert [x.region for x in rows] == sorted(x.region for x in rows)
    for row in rows:
        assert row.region.startswith(regions[row.region])
        assert row.basis in DESIGN_BASES
        assert set(row.station) == {"kk", "ru", "en"}
        if None not in (row.absolute_min_c, row.design_min_c):
            assert row.absolute_min_c <= row.design_min_c, row.region
        if None not in (row.absolute_min_c, row.absolute_max_c):
            assert row.absolute_min_c < row.absolute_max_c
        if None not in (row.altitude_m, row.altitude_max_m):
            assert row.altitude_m <= row.altitude_max_m, row.region


def test_karaganda_is_as_the_building_code_has_it(seeded: Services) -> None:
    with seeded.sessions() as session:
        found = session.get_one(ClimateNormals, "KZ-35")

    assert (found.design_min_c, found.absolute_min_c) == (Decimal(-29), Decimal("-42.9"))
    assert found.basis == "design_code"
    assert found.station["en"] == "Karaganda"


def test_steps_name_terms_that_there_are(seeded: Services) -> None:
    with seeded.sessions() as session:
        terms = {x.code for x in list_terms(session)}
        steps = queries.list_conformity_steps(session)
        core = set(session.scalars(select(Country.code).where(Country.core)))

    assert {term for step in steps for term in step.applies_terms} <= terms
    assert {country for step in steps for country in step.countries} >= core
    assert [x.key for x in steps] == sorted(x.key for x in steps)


def test_prices_rise_from_a_hundred_in_2020(seeded: Services) -> None:
    with seeded.sessions() as session:
        prices = queries.price_indices(session)

    assert {"USD", "EUR"} <= set(prices)
    for of_currency in prices.values():
        assert of_currency[2020] == 100
        assert max(of_currency) >= 2024
        assert all(value > 0 for value in of_currency.values())
        assert of_currency[2015] < of_currency[2020] < of_currency[2024]


def test_documents_are_told_with_who_issues_them(seeded: Services) -> None:
    with seeded.sessions() as session:
        documents = {x.code: x for x in queries.list_readiness_documents(session)}

    assert "feasibility_study" in documents
    assert all(set(x.issuer) == {"kk", "ru", "en"} == set(x.names) for x in documents.values())


def write(folder: Path, climate: Mapping[str, Any], *steps: Mapping[str, Any]) -> Path:
    """Return a folder of reference seeds with nothing else in it."""
    for name in ("ndc_documents", "ndc_targets", "rates", "focal_points"):
        (folder / f"{name}.yaml").write_text("[]\n", encoding="utf-8")
    for collection in COLLECTIONS:
        if collection.path.endswith(".yaml"):
            (folder / collection.path).write_text("[]\n", encoding="utf-8")
    (folder / "climate").mkdir(exist_ok=True)
    (folder / "climate" / "one.yaml").write_text(yaml.safe_dump([climate]), encoding="utf-8")
    (folder / "conformity_steps.yaml").write_text(yaml.safe_dump([*steps]), encoding="utf-8")
    return folder


def load(services: Services, folder: Path) -> Report:
    report = Report()
    with services.uow() as uow:
        seeds.load(uow.session, folder, report)
    return report


@pytest.fixture
def with_region(services: Services) -> Services:
    """The small world with a region in it."""
    with services.uow() as uow:
        uow.session.add(Region(code="KZ-35", country_code="KZ", names=NAMES, provenance=PROVENANCE))
    return services


def test_seeds_are_applied_once_and_again_when_they_change(with_region: Services, tmp_path: Path) -> None:
    folder = write(tmp_path, CLIMATE, STEP)

    assert load(with_region, folder).created == ["climate_normals/KZ-35", "conformity_step/a-step"]
    assert load(with_region, folder) == Report(unchanged=2)
    write(tmp_path, CLIMATE | {"design_min_c": -31}, STEP)
    assert load(with_region, folder).updated == ["climate_normals/KZ-35"]
    with with_region.sessions() as session:
        (climate,) = queries.list_normals(session)
        (step,) = queries.list_conformity_steps(session)
    assert climate.design_min_c == -31
    assert (climate.source, climate.verified) == ("A test", False)
    assert (step.countries, step.mandatory, step.months) == (["KZ"], True, None)


def test_the_climate_of_a_region_that_is_not_known_is_refused(services: Services, tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="no region 'KZ-35'"):
        load(services, write(tmp_path, CLIMATE))

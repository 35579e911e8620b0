"""Facts for the tests of matching: a small world by hand, and everything in seeds/."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from portal.catalogue.funding import LineFacts
from portal.catalogue.queries import list_whole
from portal.catalogue.values import Site
from portal.core.actor import ANONYMOUS
from portal.core.money import MoneyRange, Rate
from portal.core.quantities import Quantity
from portal.core.services import Services
from portal.matching.criteria import JUDGES
from portal.matching.facts import (
    AskFacts,
    Knowledge,
    NeedFacts,
    NormalsFacts,
    OrganisationFacts,
    SourceFacts,
    TechnologyFacts,
)
from portal.matching.judged_money import ask_from as ask_from
from portal.matching.portfolio import funders
from portal.matching.reading import ask_of_project, read_knowledge, read_source
from portal.matching.results import Criterion, Verdict
from portal.taxonomy.tree import TermTree

TODAY = date(2026, 11, 20)
REFUSALS = Path(__file__).parent.parent / "data" / "refusals.yaml"

_PARENTS = {
    "efficient-irrigation": None,
    "drip-irrigation": "efficient-irrigation",
    "sprinkler-irrigation": "efficient-irrigation",
    "greenhouses": None,
    "wind-power": None,
    "onshore-wind": "wind-power",
    "cold-climate-wind": "onshore-wind",
    "small-wind": "wind-power",
    "fossil-power": None,
    "efficient-coal-power": "fossil-power",
}
_AGRICULTURE = {"efficient-irrigation", "drip-irrigation", "sprinkler-irrigation", "greenhouses"}
TREE = TermTree(
    parents=_PARENTS,
    sectors={x: "agriculture" if x in _AGRICULTURE else "energy" for x in _PARENTS},
    tags={x: frozenset({"coal"}) if x == "efficient-coal-power" else frozenset() for x in _PARENTS},
)
NAMES = {x: {"kk": x, "ru": x, "en": x} for x in ("undp", "ebrd", "xacbank", "dbk", "adb")}


def rate(currency: str, usd: str) -> Rate:
    return Rate(currency, Decimal(usd), date(2024, 12, 31), "a test")


KNOWLEDGE = Knowledge(
    tree=TREE,
    rates={"USD": rate("USD", "1"), "EUR": rate("EUR", "1.25"), "KZT": rate("KZT", "0.002")},
    today=TODAY,
    annex_i=frozenset({"RU", "BY", "DE"}),
    region=frozenset({"KZ", "UZ", "TJ", "TM", "AF", "MN"}),
    languages={"KZ": ("kk", "ru"), "MN": ("mn",)},
    organisations={
        "undp": OrganisationFacts("undp", NAMES["undp"], "US", un_or_ngo=True),
        "ebrd": OrganisationFacts("ebrd", NAMES["ebrd"], "GB"),
        "adb": OrganisationFacts("adb", NAMES["adb"], "PH"),
        "xacbank": OrganisationFacts("xacbank", NAMES["xacbank"], "MN", national=True),
        "dbk": OrganisationFacts("dbk", NAMES["dbk"], "KZ", national=True),
    },
)


def usd(low: float | None, high: float | None = None, currency: str = "USD") -> MoneyRange:
    """Return an amount of money, or a range."""
    first = None if low is None else Decimal(str(low))
    last = first if high is None else Decimal(str(high))
    return MoneyRange(currency, min=first, max=last)


def need(**changes: Any) -> NeedFacts:
    """Return a need for drip irrigation in Kazakhstan."""
    plain: dict[str, Any] = {
        "id": 1,
        "objective": "mitigation",
        "countries": ("KZ",),
        "sectors": ("agriculture",),
        "terms": ("drip-irrigation",),
    }
    return NeedFacts(**(plain | changes))


def technology(**changes: Any) -> TechnologyFacts:
    """Return a drip-irrigation technology of which nothing else is known."""
    plain: dict[str, Any] = {"id": 2, "sectors": ("agriculture",), "terms": ("drip-irrigation",)}
    return TechnologyFacts(**(plain | changes))


def amount(unit: str, low: float | None, high: float | None = None) -> Quantity:
    """Return an amount, or a range."""
    first = None if low is None else Decimal(str(low))
    return Quantity(unit, first, first if high is None else Decimal(str(high)))


def normals(region: str, **site: Any) -> NormalsFacts:
    """Return the climate of a region, measured in a town of the region's name."""
    plain = {x: Decimal(str(v)) if isinstance(v, float | int) else v for x, v in site.items()}
    seismic = None if "seismic_msk" not in plain else int(plain.pop("seismic_msk"))
    town = {"kk": region, "ru": region, "en": region}
    return NormalsFacts(region, region[:2], Site(**plain, seismic_msk=seismic), town, source="A handbook")


def judged(
    name: str, wanted: NeedFacts, offered: TechnologyFacts, knowledge: Knowledge = KNOWLEDGE
) -> Criterion:
    """Return one criterion, and check what holds of every one."""
    found = JUDGES[name](wanted, offered, knowledge, 10)
    assert (found.name, found.weight) == (name, 10)
    assert (found.degree is None) == (found.verdict == Verdict.UNKNOWN)
    if found.degree is not None:
        assert 0 <= found.degree <= 1
        assert (found.degree == 1) <= (found.verdict == Verdict.PASS)
        assert (found.degree == 0) <= (found.verdict == Verdict.FAIL)
        assert found.offered is not None
    return found


def ask(**changes: Any) -> AskFacts:
    """Return a wind farm in Kazakhstan that asks for money."""
    plain: dict[str, Any] = {
        "id": 3,
        "kind": "project",
        "countries": ("KZ",),
        "sectors": ("energy",),
        "terms": ("onshore-wind",),
        "objective": "mitigation",
        "cost": usd(100_000_000),
        "instruments": ("senior_loan",),
        "applicant": "private",
        "stage": "bankable",
    }
    return AskFacts(**(plain | changes))


def source(**changes: Any) -> SourceFacts:
    """Return an open source that states no rule at all."""
    plain: dict[str, Any] = {"id": 4, "provider": "fund", "other_countries": "eligible_developing"}
    return SourceFacts(**(plain | changes))


def line(amount: float | None = 1, **changes: Any) -> LineFacts:
    """Return a funding line of the fund."""
    plain: dict[str, Any] = {
        "instrument": "senior_loan",
        "currency": "USD",
        "state": "approved",
        "provider": "fund",
        "amount": None if amount is None else Decimal(str(amount)),
        "as_of": date(2020, 1, 2),
    }
    return LineFacts(**(plain | changes))


@dataclass(frozen=True)
class Seeded:
    """Everything in seeds/ as facts, by key."""

    knowledge: Knowledge
    sources: Mapping[str, SourceFacts]
    projects: Mapping[str, AskFacts]


@pytest.fixture(scope="session")
def seeded_facts(seeded: Services) -> Seeded:
    """The facts of the portal with all of seeds/."""
    with seeded.sessions() as session:
        knowledge = read_knowledge(session, TODAY)
        named = funders(session)
        return Seeded(
            knowledge=knowledge,
            sources={x.key: read_source(x) for x in list_whole(session, ANONYMOUS, "financing")},
            projects={
                x.key: ask_of_project(x, knowledge.tree, knowledge.rates, named.get(x.id, {}))
                for x in list_whole(session, ANONYMOUS, "project")
            },
        )


def refusals() -> list[tuple[dict[str, Any], str, str]]:
    """Return the made-up projects with the source that must refuse them and by which rule."""
    records = yaml.load(REFUSALS.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return [(record, key, rule) for record in records for key, rule in record["refused_by"].items()]

"""What columns say of many pairs at once is what judging says of each."""

import math
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from portal.catalogue.kinds.base import OBJECTIVES, TRANSFER_MODES
from portal.catalogue.kinds.technology import EXPOSURES, FORMS, IP_STATUSES
from portal.catalogue.values import Envelope, Site
from portal.core.money import MoneyRange
from portal.core.quantities import Quantity
from portal.matching.columns import ranking
from portal.matching.columns.criteria import DEGREES, NeedColumns
from portal.matching.columns.ranking import rank_technologies
from portal.matching.columns.technologies import TechnologyColumns
from portal.matching.criteria import judge_technology, sort_key
from portal.matching.facts import (
    DeploymentFacts,
    Knowledge,
    NeedFacts,
    NormalsFacts,
    ProhibitionFacts,
    StepFacts,
    TechnologyFacts,
)
from portal.matching.results import Match
from portal.reference.codes import KOPPEN, LEVELS, SUBSTANCES, WATER
from tests.matching.conftest import KNOWLEDGE

COUNTRIES = ("KZ", "UZ", "MN", "DE", "RU")
TERMS = tuple(KNOWLEDGE.tree.parents)
UNITS = ("kW", "MW", "ha", "m3/day", "device", "t/year", "MWh")
CERTIFICATES = ("TR CU 010/2011", "IEC 61400-1", "CE", "ISO 9001:2015", "GOST 30732")
PAIRS = 1_000


def _normals(region: str, cold: int, record: int, altitude: int, seismic: int) -> NormalsFacts:
    site = Site(
        temp_min_c=Decimal(cold),
        temp_extreme_min_c=Decimal(record),
        temp_max_c=Decimal(41),
        altitude_m=Decimal(altitude),
        climate=["Dfb", "BSk"],
        water="moderate",
        dust="medium",
        wind="high",
        solar="low",
        seismic_msk=seismic,
    )
    return NormalsFacts(region, region[:2], site, {"kk": region, "ru": region, "en": region}, source="a test")


RICH = replace(
    KNOWLEDGE,
    country_names={x: {"kk": x, "ru": x, "en": x} for x in COUNTRIES},
    sector_names={x: {"kk": x, "ru": x, "en": x} for x in ("agriculture", "energy", "water")},
    normals={
        "KZ-35": _normals("KZ-35", -29, -43, 550, 6),
        "KZ-75": _normals("KZ-75", -20, -38, 850, 9),
        "UZ-TK": _normals("UZ-TK", -14, -30, 460, 8),
    },
    steps=(
        StepFacts("a", ("KZ", "RU"), {}, {}, "certificate", "TR CU 010/2011", met_by=("TR CU 010/2011",)),
        StepFacts(
            "b", ("KZ",), {}, {}, "type_approval", "grid", terms=("wind-power",), eased_by=("IEC 61400-1",)
        ),
        StepFacts("c", ("UZ",), {}, {}, "declaration", None, forms=("equipment",), mandatory=False),
        StepFacts("d", ("UZ",), {}, {}, "declaration", "uz", forms=("equipment", "process")),
    ),
    prohibitions=(
        ProhibitionFacts(("KZ", "RU"), "ozone_depleting", {}),
        ProhibitionFacts(("UZ",), "mercury", {}),
    ),
    prices={"USD": {2015: Decimal(92), 2024: Decimal(120)}, "EUR": {2020: Decimal(100), 2024: Decimal(121)}},
)


class Maker:
    """Makes sides at random, each value unknown in one of three."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def maybe(self, value: Any) -> Any:
        return None if self.random.random() < 1 / 3 else value

    def some(self, values: tuple[str, ...], most: int = 3) -> tuple[str, ...]:
        return tuple(self.random.sample(values, self.random.randint(0, min(most, len(values)))))

    def number(self, low: int, high: int) -> Decimal | None:
        found: Decimal | None = self.maybe(Decimal(self.random.randint(low, high)))
        return found

    def ends(self, low: int, high: int) -> dict[str, Decimal | None]:
        one, other = sorted(Decimal(self.random.randint(low, high)) for _ in range(2))
        return self.random.choice(
            ({"min": one, "max": other}, {"min": one, "max": None}, {"min": None, "max": other})
        )

    def amount(self, low: int, high: int) -> Quantity | None:
        found: Quantity | None = self.maybe(Quantity(self.random.choice(UNITS), **self.ends(low, high)))
        return found

    def money(self, low: int, high: int, per: tuple[str | None, ...] = (None,)) -> MoneyRange | None:
        found: MoneyRange | None = self.maybe(
            MoneyRange(
                self.random.choice(("USD", "EUR", "KZT", "XXX")),
                per=self.random.choice(per),
                price_year=self.random.choice((None, 2010, 2015, 2020, 2026)),
                **self.ends(low, high),
            )
        )
        return found

    def envelope(self, coldest: int) -> Envelope:
        return Envelope(
            temp_min_c=self.number(coldest, 0),
            temp_max_c=self.number(25, 50),
            altitude_max_m=self.number(0, 4000),
            dust=self.maybe(self.random.choice(LEVELS)),
            wind_min=self.maybe(self.random.choice(LEVELS)),
            solar_min=self.maybe(self.random.choice(LEVELS)),
            seismic_msk=self.maybe(self.random.randint(6, 9)),
            exposure=self.random.choice((None, None, *EXPOSURES)),
        )

    def technology(self, number: int) -> TechnologyFacts:
        pick = self.random.choice
        places = tuple(
            DeploymentFacts(pick(COUNTRIES), self.maybe(pick(KOPPEN)), pick((True, False, None)))
            for _ in range(self.random.randint(0, 3))
        )
        return TechnologyFacts(
            id=number,
            withdrawn=self.random.random() < 0.05,
            sectors=self.some(("agriculture", "energy", "water")),
            terms=self.some(TERMS),
            read_terms=self.some(TERMS, 2),
            form=self.maybe(pick(FORMS)),
            trl=self.maybe(self.random.randint(1, 9)),
            transfer_modes=self.some(TRANSFER_MODES),
            ip_status=self.maybe(pick(IP_STATUSES)),
            capacity=self.amount(0, 500),
            unit_cost=self.money(1, 5_000, (*UNITS, None)),
            running_cost=self.money(1, 200, (*(f"{x}/year" for x in UNITS), "t")),
            effect=self.maybe(
                Quantity(
                    pick(("percent", "tCO2e/MWh", "tCO2e/ha/year", "m3/ha/year", "tCO2e/t")),
                    **self.ends(1, 90),
                )
            ),
            lifetime_years=self.maybe(Quantity("year", **self.ends(5, 40))),
            full_load_hours=self.maybe(self.random.randint(500, 8000)),
            contains=self.some(SUBSTANCES, 2),
            operating=self.maybe(self.envelope(-45)),
            survival=self.maybe(self.envelope(-60)),
            water_demand=self.maybe(pick(("none", *LEVELS))),
            certificates=self.some(CERTIFICATES),
            deployments=places,
            service_in=self.some(COUNTRIES),
            training_languages=self.some(("kk", "ru", "en", "de")),
            lead_time=self.maybe(Quantity("month", **self.ends(1, 40))),
        )

    def need(self, number: int) -> NeedFacts:
        pick = self.random.choice
        site = Site(
            temp_min_c=self.number(-40, -5),
            temp_extreme_min_c=self.number(-55, -20),
            temp_max_c=self.number(30, 48),
            altitude_m=self.number(0, 4000),
            climate=self.maybe(list(self.some(KOPPEN))),
            water=self.maybe(pick(WATER)),
            dust=self.maybe(pick(LEVELS)),
            seismic_msk=self.maybe(self.random.randint(6, 9)),
        )
        return NeedFacts(
            id=number,
            objective=pick(OBJECTIVES),
            countries=self.some(COUNTRIES),
            regions=self.some((*RICH.normals, "KZ-99"), 2),
            sectors=self.some(("agriculture", "energy", "water")),
            terms=self.some(TERMS),
            read_terms=self.some(TERMS, 2),
            texts=self.maybe({x: self.random.random() for x in range(1, 200)}),
            site=self.maybe(site),
            capacity=self.amount(1, 5_000),
            budget=self.money(1, 10_000_000),
            budget_years=self.maybe(self.random.randint(0, 20)),
            trl_floor=self.maybe(self.random.randint(4, 9)),
            transfer_modes=self.some(TRANSFER_MODES),
            required_standards=self.some(("IEC 61400-1", "ISO 9001"), 2),
            commissioning_by=self.maybe(date(2025 + self.random.randint(0, 5), 2, 28)),
        )


@pytest.fixture(scope="module")
def technologies() -> list[TechnologyFacts]:
    maker = Maker(1)
    return [maker.technology(number) for number in range(1, 201)]


def needs(count: int) -> list[NeedFacts]:
    maker = Maker(2)
    return [maker.need(1000 + number) for number in range(count)]


@pytest.mark.parametrize("name", DEGREES)
def test_a_criterion_over_columns_is_the_criterion_of_each_pair(
    technologies: list[TechnologyFacts], name: str
) -> None:
    columns = TechnologyColumns.made_of(technologies, RICH)
    rows = np.arange(len(technologies))
    seen = {True: 0, False: 0}
    for need in needs(PAIRS // len(technologies) + 20):
        degrees = DEGREES[name](NeedColumns(need, columns), rows)
        for technology, degree in zip(technologies, degrees, strict=True):
            criteria = {x.name: x.degree for x in judge_technology(need, technology, RICH).criteria}
            expected = criteria[name]
            seen[expected is None] += 1
            assert math.isnan(degree) == (expected is None), (need, technology)
            assert expected is None or degree == pytest.approx(expected, abs=1.1e-4), (need, technology)
    assert min(seen.values()) > 10


def _ranked(need: NeedFacts, technologies: list[TechnologyFacts], knowledge: Knowledge) -> list[Match]:
    return sorted((judge_technology(need, x, knowledge) for x in technologies), key=sort_key)


def test_the_ranking_over_columns_is_that_of_judging_each_pair(technologies: list[TechnologyFacts]) -> None:
    columns = TechnologyColumns.made_of(technologies, RICH)
    gates: set[str] = set()
    for need in needs(60):
        found = rank_technologies(need, columns, 20)
        judged = _ranked(need, technologies, RICH)
        open_to = [x for x in judged if not x.failed]
        closed: dict[str, list[int]] = {}
        for match in judged:
            if match.failed:
                closed.setdefault(match.failed[0].name, []).append(match.technology_id)
        gates |= set(closed)
        assert found.total == len(open_to)
        assert found.ids == [x.technology_id for x in open_to[:20]]
        assert {x: len(ids) for x, ids in closed.items()} == dict(found.excluded_counts)
        assert {x: sorted(ids)[:20] for x, ids in closed.items()} == dict(found.excluded)
        for match, score, known in zip(open_to, found.scores, found.known, strict=False):
            assert match.known == pytest.approx(known, abs=1e-4)
            assert match.score is None or match.score == pytest.approx(score, abs=0.11)
    assert gates == {"function", "trl", "survival", "altitude", "seismic", "forbidden", "withdrawn"}


def test_columns_follow_changes_as_if_they_were_made_anew(technologies: list[TechnologyFacts]) -> None:
    before = TechnologyColumns.made_of(technologies, RICH)
    changed = [replace(x, id=y.id) for x, y in zip(technologies[100:120], technologies[:20], strict=True)]
    after = before.changed(changed, gone=[x.id for x in technologies[50:60]])
    anew = TechnologyColumns.made_of(
        [*changed, *(x for x in technologies[20:] if x not in technologies[50:60])], RICH
    )

    assert len(after) == len(anew) == 190
    assert len(before) == 200
    for need in needs(20):
        assert rank_technologies(need, after, 20).ids == rank_technologies(need, anew, 20).ids
        assert (
            rank_technologies(need, before, 20).ids
            == [x.technology_id for x in _ranked(need, technologies, RICH) if not x.failed][:20]
        )


def test_the_order_does_not_depend_on_insertion(technologies: list[TechnologyFacts]) -> None:
    forward = TechnologyColumns.made_of(technologies, RICH)
    backward = TechnologyColumns.made_of(technologies[::-1], RICH)

    for need in needs(20):
        assert rank_technologies(need, forward, 30).ids == rank_technologies(need, backward, 30).ids


def test_what_cannot_be_among_the_first_is_left_unjudged_and_changes_nothing(
    technologies: list[TechnologyFacts], monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = TechnologyColumns.made_of(technologies, RICH)
    whole = [rank_technologies(need, columns, 5) for need in needs(60)]
    judged: list[int] = []
    judge = ranking._judge

    def counted(side: Any, rows: Any, *given: Any) -> Any:
        judged.append(len(rows))
        return judge(side, rows, *given)

    monkeypatch.setattr(ranking, "_judge", counted)
    monkeypatch.setattr(ranking, "_FIRST", 5)
    few = [rank_technologies(need, columns, 5) for need in needs(60)]

    for one, other in zip(whole, few, strict=True):
        assert one.ids == other.ids
        assert one.ranks.tolist() == other.ranks.tolist()
        assert (one.total, one.weak) == (other.total, other.weak)
    assert sum(judged) < 0.8 * sum(x.total for x in whole)

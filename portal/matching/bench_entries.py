"""Generated entries for measuring: what their forms would hold, drawn as the seeds are spread.

About one value in three is unknown; one technology in twenty and one need in ten name no
terms; terms, countries and certificates are uneven, as in the seeds; units go with the
sector, so that most amounts of one sector compare. An entry depends on the seed, its kind and its number
only, not on how many others there are.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal.catalogue.kinds.base import (
    BENEFICIARIES,
    INSTRUMENTS,
    OBJECTIVES,
    REVENUE_CLASSES,
    SPONSOR_TYPES,
    TRANSFER_MODES,
)
from portal.catalogue.kinds.financing import EXCLUSIONS
from portal.catalogue.kinds.technology import FORMS, IP_STATUSES, MARKET_STAGES, WATER_DEMANDS
from portal.catalogue.values import ES_CATEGORIES, STAGES, Cost, Envelope, Place, ProjectEffect, Site, Ticket
from portal.core.i18n import Locale
from portal.core.money import MoneyRange
from portal.core.provenance import Provenance, Review
from portal.core.quantities import Quantity
from portal.reference.codes import KOPPEN, LEVELS, SUBSTANCES, WATER

#: The shares of values that are unknown, and of entries that name no terms.
UNKNOWN = 1 / 3
WITHOUT_TERMS = {"technology": 0.05, "need": 0.10}
#: How many terms an entry names, commonest first, as the seeds do.
_TERMS = (2, 2, 2, 2, 1, 1, 3)
#: Units of capacity by sector; others are as those of industry.
_UNITS: Mapping[str, Sequence[str]] = {
    "energy": ("kW", "MW", "kW"),
    "buildings": ("kW", "m2"),
    "agriculture": ("ha",),
    "land": ("ha",),
    "water": ("m3/day", "m3/hour", "ha"),
    "waste": ("t/day", "t/year"),
    "transport": ("device", "km"),
    "risk": ("device", "station"),
}
_INDUSTRY = ("t/year", "kW", "device")
_EFFECTS = ("percent", "tCO2e/MWh", "m3/ha/year", "percent", "tCO2e/t", "tCO2e/ha/year")
_CURRENCIES = ("USD", "USD", "EUR", "KZT")
_SUPPLIERS = ("CN", "DE", "KZ", "RU", "IN", "TR", "US", "JP", "KR", "DK", "IT", "NL", "FI")
#: Climates of the thirteen countries and of their suppliers; the rest is rare.
_CLIMATES = ("BSk", "BWk", "Dfb", "Dfa", "Cfb", "BSh", "BWh", "Dwb", "Cfa", "Dfc", "Csa", "ET", "Dsb")
_STANDARDS = ("ISO 9001", "IEC 61400-1", "IEC 61215", "ISO 14001")
_LONGEST_TERMS = 4

Content = dict[str, Any]
Names = Mapping[str, str]


@dataclass(frozen=True)
class World:
    """What entries name.

    :ivar terms: names by code; ``sector_of``: the sector of each.
    :ivar countries: those of the catalogue's core, with their names.
    :ivar regions: of each country, those whose climate is known.
    :ivar certificates: commonest first.
    """

    terms: Mapping[str, Names]
    sector_of: Mapping[str, str]
    sectors: Mapping[str, Names]
    countries: Mapping[str, Names]
    regions: Mapping[str, Sequence[str]]
    certificates: Sequence[str]
    organisations: Sequence[str]


class Maker:
    """Draws one entry.

    :param number: of the entry within its kind.
    """

    def __init__(self, world: World, kind: str, number: int, seed: int) -> None:
        self.world = world
        self.number = number
        self.random = random.Random(f"{seed}/{kind}/{number}")  # noqa: S311
        self._term = self.uneven(tuple(world.terms))

    def maybe(self, value: Any) -> Any:
        """Return a value, or in one case of three ``None``."""
        return None if self.random.random() < UNKNOWN else value

    def uneven(self, values: Sequence[Any]) -> Any:
        """Return one of some values, early ones more often."""
        return values[int(len(values) * self.random.random() ** 1.5)]

    def some(self, values: Sequence[Any], most: int, least: int = 1) -> list[Any]:
        """Return a few different ones of some values, early ones more often."""
        drawn = (self.uneven(values) for _ in range(self.random.randint(least, most)))
        return list(dict.fromkeys(drawn))

    def perhaps(self, values: Sequence[Any], most: int) -> list[Any]:
        """Return a few of some values, or in one case of three none."""
        return [] if self.random.random() < UNKNOWN else self.some(values, most)

    def ends(self, low: float, high: float) -> dict[str, Decimal | None]:
        """Return a range, one end of it missing at times; large numbers are more even than small ones."""
        first, last = sorted(low * (high / low) ** self.random.random() for _ in range(2))
        one, other = (Decimal(f"{x:.3g}") for x in (first, last))
        one, other = (Decimal(format(x, "f")) for x in (one, other))
        way = self.random.random()
        if way < 0.1:
            return {"min": one, "max": None}
        return {"min": None, "max": other} if way < 0.2 else {"min": one, "max": other}

    def unit(self) -> str:
        """Return a unit of capacity of the entry's sector."""
        return str(self.random.choice(_UNITS.get(self.sector, _INDUSTRY)))

    @property
    def sector(self) -> str:
        """The main sector."""
        return self.world.sector_of[self._term]

    def common(self, kind: str) -> Content:
        """Return what all kinds share."""
        own = [x for x, sector in self.world.sector_of.items() if sector == self.sector]
        others = [self.uneven(own) for _ in range(self.random.choice(_TERMS) - 1)]
        terms = list(dict.fromkeys([self._term, *others]))[:_LONGEST_TERMS]
        if self.random.random() < WITHOUT_TERMS.get(kind, 0):
            terms = []
        second = [self.uneven(tuple(self.world.sectors))] if self.random.random() < 0.5 else []
        return {
            "key": f"bench-{kind}-{self.number}",
            "owner": self.uneven(self.world.organisations),
            "countries": [],
            "sectors": list(dict.fromkeys([self.sector, *second])),
            "terms": terms,
            "objective": self.random.choice(OBJECTIVES),
            "sdgs": [7, 13],
            "opened_on": None,
            "texts": self._texts(kind),
            "origins": {},
            "provenance": Provenance("Generated for measuring", "CC0", date(2026, 1, 1)),
            "links": [],
        }

    def _texts(self, kind: str) -> dict[str, Any]:
        """Return words in three languages that name the term and the sector."""
        found = {}
        for locale, (title, summary, wish) in _TEMPLATES.items():
            term, sector = self.world.terms[self._term][locale], self.world.sectors[self.sector][locale]
            values = {"term": term, "sector": sector, "number": self.number}
            found[locale.value] = {
                "title": title % values,
                "summary": summary % values,
                "details": {"function": wish % values} if kind == "need" else {},
                "state": Review.UNREVIEWED,
            }
        return found

    def site(self) -> Site:
        """Return what a need states of its site."""
        return Site(
            temp_min_c=self.maybe(Decimal(self.random.randint(-40, -5))),
            temp_extreme_min_c=self.maybe(Decimal(self.random.randint(-55, -20))),
            temp_max_c=self.maybe(Decimal(self.random.randint(32, 48))),
            altitude_m=self.maybe(Decimal(self.random.randrange(0, 3500, 50))),
            climate=self.maybe(self.some(_CLIMATES, 2)),
            water=self.maybe(self.random.choice(WATER)),
            dust=self.maybe(self.random.choice(LEVELS)),
            seismic_msk=self.maybe(self.random.randint(5, 9)),
        )

    def envelope(self, coldest: int) -> Envelope:
        """Return limits within which a technology works, or survives."""
        return Envelope(
            temp_min_c=self.maybe(Decimal(self.random.randrange(coldest, 1, 5))),
            temp_max_c=self.maybe(Decimal(self.random.randrange(35, 61, 5))),
            altitude_max_m=self.maybe(Decimal(self.random.randrange(1000, 5001, 500))),
            dust=self.maybe(self.random.choice(LEVELS)),
            wind_min=self.maybe(self.random.choice(LEVELS)) if self.sector == "energy" else None,
            solar_min=self.maybe(self.random.choice(LEVELS)) if self.sector == "energy" else None,
            seismic_msk=self.maybe(self.random.randint(7, 9)),
            exposure="indoors" if self.random.random() < 0.05 else None,
        )

    def money(self, low: float, high: float, per: str | None = None) -> MoneyRange:
        """Return a range of money in the prices of a year, which may be unknown."""
        year = self.maybe(self.random.randint(2015, 2026))
        return MoneyRange(self.random.choice(_CURRENCIES), per=per, price_year=year, **self.ends(low, high))

    def capacity(self, low: float, high: float) -> Quantity:
        """Return an amount of capacity."""
        return Quantity(self.unit(), **self.ends(low, high))

    def span(self, unit: str, low: int, high: int) -> Quantity:
        """Return a range of whole months or years."""
        first, last = sorted(self.random.randint(low, high) for _ in range(2))
        return Quantity(unit, Decimal(first), Decimal(last))


_TEMPLATES = {
    Locale.KK: (
        "%(term)s, %(number)s-үлгі",
        "Өлшеуге арналған жазба: %(term)s. Сала: %(sector)s.",
        "Қажеті: %(term)s.",
    ),
    Locale.RU: (
        "%(term)s, образец %(number)s",
        "Запись для измерений: %(term)s. Отрасль: %(sector)s.",
        "Требуется: %(term)s.",
    ),
    Locale.EN: (
        "%(term)s, pattern %(number)s",
        "An entry for measuring: %(term)s. Sector: %(sector)s.",
        "Wanted: %(term)s.",
    ),
}


def technology(maker: Maker) -> Content:
    """Return a technology as its schema loads it."""
    draw, maybe = maker.random, maker.maybe
    unit = maker.unit()
    return {
        **maker.common("technology"),
        "level": draw.choice(("family", "variant")),
        "form": maker.uneven(FORMS),
        "reference": draw.random() < 0.2,
        "trl": maybe(draw.randint(5, 9)),
        "market_stage": maybe(draw.choice(MARKET_STAGES)),
        "transfer_modes": maker.perhaps(TRANSFER_MODES, 3),
        "ip_status": maybe(draw.choice(IP_STATUSES)),
        "capacity": maybe(Quantity(unit, **maker.ends(1, 5_000))),
        "unit_cost": maybe(maker.money(100, 5_000, unit)),
        "running_cost": maybe(maker.money(5, 100, f"{unit}/year")),
        "effect": maybe(Quantity(draw.choice(_EFFECTS), **maker.ends(0.1, 60))),
        "full_load_hours": maybe(draw.randrange(1000, 8000, 100)),
        "lifetime_years": maybe(maker.span("year", 8, 40)),
        "contains": [draw.choice(SUBSTANCES)] if draw.random() < 0.03 else [],
        "operating": maybe(maker.envelope(-45)),
        "survival": maybe(maker.envelope(-60)),
        "water_demand": maybe(draw.choice(WATER_DEMANDS)),
        "certificates": maker.perhaps(maker.world.certificates, 4),
        "bat_refs": [],
        "deployments": _deployments(maker),
        "origin": maker.perhaps(_SUPPLIERS, 2),
        "service_in": maker.perhaps((*maker.world.countries, *_SUPPLIERS), 5),
        "training_languages": maker.perhaps(("en", "ru", "kk", "zh", "de", "uz"), 3),
        "lead_time_months": maybe(maker.span("month", 1, 30)),
    }


def _deployments(maker: Maker) -> list[Content]:
    if maker.random.random() < UNKNOWN:
        return []
    return [
        {
            "name": f"Reference {number}",
            "country_code": maker.uneven((*maker.world.countries, *_SUPPLIERS)),
            "climate": maker.maybe(maker.uneven((*_CLIMATES, *KOPPEN))),
            "running": maker.maybe(maker.random.random() < 0.9),
        }
        for number in range(1, maker.random.randint(1, 3) + 1)
    ]


def need(maker: Maker) -> Content:
    """Return a need as its schema loads it."""
    draw, maybe = maker.random, maker.maybe
    countries = maker.some(tuple(maker.world.countries), 1 if draw.random() < 0.9 else 3)
    regions = maker.world.regions.get(countries[0], ())
    return {
        **maker.common("need"),
        "countries": countries,
        "need_type": "equipment",
        "extracted": False,
        "endorsement": draw.choice(("none", "line_ministry")),
        "bases": [{"document_type": "ndc", "title": "Generated for measuring"}],
        "regions": maker.some(regions, 2) if regions and draw.random() < 0.5 else [],
        "site": maybe(maker.site()),
        "capacity": maybe(maker.capacity(10, 50_000)),
        "budget": maybe(maker.money(1e5, 5e7)),
        "budget_years": maybe(draw.randint(0, 20)),
        "beneficiaries": maybe(draw.randrange(1000, 100_000, 1000)),
        "tariff_currency": None,
        "trl_floor": maybe(draw.randint(5, 8)),
        "transfer_modes": maker.perhaps(TRANSFER_MODES, 3),
        "required_standards": maker.some(_STANDARDS, 2) if draw.random() < 0.1 else [],
        "finance_sought": maker.perhaps(INSTRUMENTS, 2),
        "revenue_class": maybe(draw.choice(REVENUE_CLASSES)),
        "barriers": [],
        "adopter": maybe(draw.choice(SPONSOR_TYPES)),
        "final_beneficiaries": maker.perhaps(BENEFICIARIES, 2),
        "decision_on": None,
        "commissioning_by": maybe(date(draw.randint(2027, 2031), 12, 31)),
    }


def project(maker: Maker) -> Content:
    """Return a project as its schema loads it."""
    draw, maybe = maker.random, maker.maybe
    hosts = maker.some(tuple(maker.world.countries), 2)
    region = maker.uneven(maker.world.regions.get(hosts[0]) or (None,))
    cost = Cost(Decimal(draw.randrange(1, 500)) * 1_000_000, "USD", 2024)
    return {
        **maker.common("project"),
        "hosts": [{"country": x, "share": None} for x in hosts],
        "stage": draw.choice(STAGES),
        "is_programme": draw.random() < 0.35,
        "place": maybe(Place(region=region)),
        "capacity": maybe(maker.capacity(10, 50_000)),
        "cost": maybe(cost),
        "funding_lines": _funding_lines(maker, cost),
        "effect": maybe(ProjectEffect("tCO2e", lifetime=Decimal(draw.randrange(1000, 1_000_000, 1000)))),
        "beneficiaries": {"direct": draw.randrange(100, 10_000)},
        "sponsor": None,
        "sponsor_type": maybe(draw.choice(SPONSOR_TYPES)),
        "final_beneficiaries": maker.perhaps(BENEFICIARIES, 2),
        "revenue_class": maybe(draw.choice(REVENUE_CLASSES)),
        "tariff_currency": maybe("KZT"),
        "cash_flow": None,
        "es_category": maybe(draw.choice(ES_CATEGORIES[:3])),
        "es_standard": None,
        "carbon_market": None,
        "authorisation": None,
        "access_entity": maybe(maker.uneven(maker.world.organisations)),
        "supply_origin": maker.perhaps(_SUPPLIERS, 1),
    }


def _funding_lines(maker: Maker, cost: Cost) -> list[Content]:
    draw = maker.random
    return [
        {
            "provider": maker.uneven(maker.world.organisations),
            "instrument": draw.choice(INSTRUMENTS),
            "amount": (cost.amount * draw.randint(5, 40) / 100).quantize(Decimal(1)),
            "currency": cost.currency,
            "state": draw.choice(("announced", "approved", "signed", "effective", "disbursed")),
        }
        for _ in range(draw.randint(0, 3))
    ]


def financing(maker: Maker) -> Content:
    """Return a source of finance as its schema loads it."""
    draw, maybe = maker.random, maker.maybe
    common = maker.common("financing")
    limited = draw.random() < 0.25
    return {
        **common,
        "sectors": common["sectors"] if limited else [],
        "terms": [],
        "provider": maker.uneven(maker.world.organisations),
        "programme": None,
        "window": f"Window {maker.number}",
        "availability": "open" if draw.random() < 0.9 else "closed",
        "instruments": maker.some(INSTRUMENTS, 4),
        "tickets": [Ticket("USD", min=Decimal(10**5), max=Decimal(10**8))] if draw.random() < 0.5 else [],
        "project_size": maybe(MoneyRange("USD", Decimal(10**6), Decimal(10**9))),
        "applicants": maker.perhaps(("public", "private", "ppp", "ngo"), 3),
        "beneficiaries": maker.perhaps(BENEFICIARIES, 2),
        "objectives": maker.perhaps(OBJECTIVES[:2], 2),
        "stages": maker.perhaps(STAGES, 6),
        "exclusions": maker.perhaps(EXCLUSIONS, 3),
        "layers": [_layer(maker, x) for x in maker.some(tuple(maker.world.countries), 12, 6)],
        "other_countries": draw.choice(("eligible_developing", "unknown")),
        "procurement": None,
        "cofinancing_min_share": maybe(Decimal("0.2")),
        "equity_min_share": None,
        "max_share_of_cost": maybe(Decimal("0.4")),
        "tenor_years": maybe(maker.span("year", 5, 30)),
        "rate": None,
        "currencies": ["USD"],
        "guarantee": maybe(draw.random() < 0.3),
        "country_cap": None,
        "interest_rate": maybe(Decimal(draw.randint(1, 9))),
        "dscr_min": None,
        "months_to_money": maybe(maker.span("month", 6, 36)),
        "access_route": draw.choice(("direct", "bank", "accredited_entity")),
        "access_entities": [],
        "es_categories": [],
        "es_standard": None,
        "documents": [],
        "deadline": None,
        "checked_on": date(2026, 9, 1),
    }


def _layer(maker: Maker, country: str) -> Content:
    works = maker.random.random() < 0.8
    return {
        "country_code": country,
        "member": maker.maybe(True),
        "operates": works,
        "state": "active" if works else None,
        "verified": False,
    }


#: What draws an entry of each kind.
MAKERS = {"technology": technology, "need": need, "project": project, "financing": financing}

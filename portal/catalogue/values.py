"""The plain values that entries are made of, and the codes that matching compares.

No table stands behind them: who only compares values imports this, not the kinds.
"""

from dataclasses import dataclass
from decimal import Decimal

from portal.core.values import Value

STAGES = (
    "idea",
    "need_confirmed",
    "pre_feasibility",
    "feasibility",
    "structured",
    "bankable",
    "mandated",
    "approved",
    "signed",
    "effective",
    "construction",
    "commissioned",
    "operating",
    "closed",
)
ES_CATEGORIES = ("A", "B", "C", "I-1", "I-2", "I-3")


@dataclass(frozen=True)
class Envelope(Value):
    """Conditions a technology works in, or survives switched off.

    :ivar temp_min_c: lowest air temperature, degrees Celsius.
    :ivar altitude_max_m: metres above sea level.
    :ivar dust: how much dust it takes: ``low``, ``medium``, ``high``.
    :ivar wind_min, solar_min: the lowest class of wind or sun at which it is worth building.
    :ivar seismic_msk: the intensity it is built for, degrees of the MSK-64 scale.
    :ivar exposure: whose air the temperatures are: that ``outdoors`` (also where nothing is
        said), of a room ``indoors``, or of the working ``season`` only.
    """

    temp_min_c: Decimal | None = None
    temp_max_c: Decimal | None = None
    altitude_max_m: Decimal | None = None
    dust: str | None = None
    wind_min: str | None = None
    solar_min: str | None = None
    seismic_msk: int | None = None
    exposure: str | None = None

    @property
    def meets_frost(self) -> bool:
        """Return whether its temperatures compare with the coldest of the open air."""
        return self.exposure not in {"indoors", "season"}

    @property
    def meets_heat(self) -> bool:
        """Return whether its temperatures compare with the hottest of the open air."""
        return self.exposure != "indoors"


@dataclass(frozen=True)
class BatReference(Value):
    """Where a reference document names it a best available technique."""

    document: str
    technique: str | None = None
    marker: str | None = None
    level: str | None = None


@dataclass(frozen=True)
class Site(Value):
    """Conditions where a technology is to work.

    :ivar temp_min_c: design minimum by the building code's basis, degrees Celsius.
    :ivar temp_extreme_min_c: absolute minimum on record.
    :ivar temp_max_c: absolute maximum.
    :ivar climate: Köppen classes.
    :ivar wind: ``low`` below 6 m/s at 100 m, ``high`` above 7.5.
    :ivar solar: ``low`` below 1200 kWh/m2 a year on the level, ``high`` above 1600.
    :ivar seismic_msk: design intensity, degrees of the MSK-64 scale.
    """

    temp_min_c: Decimal | None = None
    temp_extreme_min_c: Decimal | None = None
    temp_max_c: Decimal | None = None
    altitude_m: Decimal | None = None
    climate: list[str] | None = None
    water: str | None = None
    dust: str | None = None
    wind: str | None = None
    solar: str | None = None
    seismic_msk: int | None = None


@dataclass(frozen=True)
class Place(Value):
    """Where a project is; WGS 84 degrees, ISO 3166-2 region."""

    lat: Decimal | None = None
    lon: Decimal | None = None
    region: str | None = None


@dataclass(frozen=True)
class ProjectEffect(Value):
    """What a project saves or removes, and whose claim that is."""

    unit: str
    per_year: Decimal | None = None
    lifetime: Decimal | None = None
    claimed_by: str | None = None


@dataclass(frozen=True)
class Cost(Value):
    """The whole cost of a project.

    :ivar year: whose prices these are.
    """

    amount: Decimal
    currency: str
    year: int | None = None


@dataclass(frozen=True)
class Ticket(Value):
    """What the source itself gives, per kind of applicant."""

    currency: str
    applicant: str = "any"
    min: Decimal | None = None
    max: Decimal | None = None


@dataclass(frozen=True)
class AccessEntity(Value):
    """An entity through which a fund is reached; accredited is not yet effective."""

    organisation: str
    stage: str
    size: str | None = None


@dataclass(frozen=True)
class Procurement(Value):
    """Whose supply the source's money may buy."""

    rule: str
    countries: list[str] | None = None

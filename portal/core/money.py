"""Exact decimal money and its comparison across currencies through dated rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from portal.core.values import Value


@dataclass(frozen=True)
class Money(Value):
    """An exact amount.

    :ivar amount: in whole units of the currency.
    :ivar currency: ISO 4217 code.
    """

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class MoneyRange(Value):
    """A range of money, maybe per unit of something and in the prices of a year."""

    currency: str
    min: Decimal | None = None
    max: Decimal | None = None
    per: str | None = None
    price_year: int | None = None


@dataclass(frozen=True)
class Rate:
    """A reference rate.

    :ivar usd: US dollars for one unit of ``currency``.
    :ivar note: what to mind about it.
    :ivar verified: somebody has compared it with its source.
    :ivar comparable: amounts may be compared by it; else it is only shown.
    """

    currency: str
    usd: Decimal
    as_of: date
    source: str
    note: str | None = None
    verified: bool = False
    comparable: bool = True


Rates = Mapping[str, Rate]


def in_currency(amount: Decimal, currency: str, to: str, rates: Rates) -> Decimal | None:
    """Return ``amount`` in another currency, or ``None`` where no rate compares the two.

    The result is for comparison only; a page that shows it names the rates' dates.
    """
    if currency == to:
        return amount
    known, wanted = rates.get(currency), rates.get(to)
    if known is None or wanted is None or not (known.comparable and wanted.comparable):
        return None
    return amount * known.usd / wanted.usd


class Hundredths(TypeDecorator[Decimal]):
    """Stores an exact amount as an integer of hundredths, the same on every database.

    SQLite has no decimal type: ``NUMERIC`` there would turn money into floats.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Turn a decimal into hundredths."""
        return None if value is None else int((value * 100).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Turn hundredths back into a decimal."""
        return None if value is None else Decimal(value) / 100

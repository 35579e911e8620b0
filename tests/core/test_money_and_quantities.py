from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from portal.core.money import Hundredths, Money, Rate, in_currency
from portal.core.quantities import Quantity, convert, factor

RATES = {
    "USD": Rate("USD", Decimal(1), date(2026, 1, 1), "x"),
    "KZT": Rate("KZT", Decimal("0.002"), date(2026, 1, 1), "x"),
}


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=2))
def test_money_is_stored_exactly(amount: Decimal) -> None:
    column, dialect = Hundredths(), sqlite.dialect()

    assert column.process_result_value(column.process_bind_param(amount, dialect), dialect) == amount


def test_currencies_compare_through_dated_rates_and_unknown_ones_do_not() -> None:
    assert in_currency(Decimal(500), "KZT", "USD", RATES) == Decimal(1)
    assert in_currency(Decimal(1), "XXX", "USD", RATES) is None
    assert in_currency(Decimal(7), "XXX", "XXX", {}) == Decimal(7)


@pytest.mark.parametrize(
    ("unit", "to", "expected"),
    [("MW", "kW", 1000.0), ("MWh", "GJ", 3.6), ("ha", "m2", 1e4), ("MW", "ha", None), ("tCO2e", "tCO2e", 1.0),
     ("nonsense", "kW", None)],
)  # fmt: skip
def test_units_compare_where_they_measure_the_same(unit: str, to: str, expected: float | None) -> None:
    found = factor(unit, to)

    assert found is None if expected is None else found == pytest.approx(expected)


def test_a_range_keeps_its_open_end_when_converted() -> None:
    assert convert(Quantity("MW", min=Decimal(2)), "kW") == Quantity("kW", min=Decimal("2000.0"))


def test_values_come_back_from_json_as_they_were() -> None:
    for value in (Money(Decimal("1.10"), "KZT"), Quantity("kW", Decimal(1), None)):
        assert type(value).from_json(value.to_json()) == value

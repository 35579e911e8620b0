"""Amounts with a unit, compared through Pint."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import pint

from portal.core.values import Value

_registry = pint.UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
for _line in (
    "person = []",
    "device = []",
    "station = []",
    "hectare = 1e4 m ** 2 = ha",
    "Gcal = 1e9 cal",
    "tCO2e = []",
):
    _registry.define(_line)


@dataclass(frozen=True)
class Quantity(Value):
    """A range with a unit; a single value has ``min == max``; an open end is ``None``.

    :ivar unit: as people write it: ``kW``, ``m3/day``, ``ha``, ``tCO2e/year``.
    """

    unit: str
    min: Decimal | None = None
    max: Decimal | None = None


def _expression(unit: str) -> str:
    """Return a unit as Pint reads it: ``m3/day`` is ``m**3/day``."""
    return re.sub(r"\b(k?m)([23])\b", r"\1**\2", unit)


@cache
def factor(unit: str, to: str) -> float | None:
    """Return what one ``unit`` is in ``to``, or ``None`` where they do not compare.

    ``factor("MW", "kW")`` is 1000.0; ``factor("MW", "ha")`` is ``None``.
    Units that Pint does not know compare only with themselves.
    """
    if unit == to:
        return 1.0
    try:
        return float(_registry.Quantity(1, _expression(unit)).to(_expression(to)).magnitude)
    except (pint.PintError, AttributeError, AssertionError, ValueError):
        return None


@cache
def base(unit: str) -> tuple[str, float]:
    """Return what a unit measures, and what one of it is in that measure's base unit.

    Units of one measure compare by their factors. ``base("kW")`` and ``base("MW")`` measure the
    same, 1000 to 1 apart; a unit that Pint does not know measures only itself.
    """
    try:
        found = _registry.Quantity(1, _expression(unit)).to_base_units()
    except (pint.PintError, AttributeError, AssertionError, ValueError):
        return unit, 1.0
    return str(found.dimensionality), float(found.magnitude)


def convert(quantity: Quantity, to: str) -> Quantity | None:
    """Return the same range in another unit, or ``None`` where the units do not compare."""
    scale = factor(quantity.unit, to)
    if scale is None:
        return None
    exact = Decimal(repr(scale))
    return Quantity(
        to,
        None if quantity.min is None else quantity.min * exact,
        None if quantity.max is None else quantity.max * exact,
    )

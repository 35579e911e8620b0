"""Marshmallow pieces that every feature's schemas share."""

from typing import Any

from marshmallow import (
    RAISE,
    Schema,
    ValidationError,
    fields,
    post_load,
    pre_load,
    validate,
    validates_schema,
)

from portal.core.i18n import Locale
from portal.core.money import MoneyRange
from portal.core.quantities import Quantity

LOCALES = [locale.value for locale in Locale]
#: The 32 control characters but tab and newlines: PostgreSQL refuses NUL, no reader wants the others.
_CONTROL = {chr(code) for code in range(32)} - {"\t", "\n", "\r"}


def has_control(value: str) -> bool:
    """Return whether there is a control character in a text."""
    return bool(_CONTROL & set(value))


def clean_text(value: str) -> None:
    """Refuse control characters.

    :raises ValidationError: there is one.
    """
    if has_control(value):
        raise ValidationError("control characters are not allowed")


class StrictSchema(Schema):
    """A schema that refuses fields it does not know."""

    class Meta:
        """Options of marshmallow."""

        unknown = RAISE


def text(maximum: int = 500, **options: Any) -> fields.String:
    """Return a field for a text of at most ``maximum`` characters."""
    return fields.String(validate=[validate.Length(1, maximum), clean_text], **options)


def code(pattern: str, expected: str, **options: Any) -> fields.String:
    """Return a field for a code of a fixed form."""
    return fields.String(validate=validate.Regexp(pattern, error=f"expected {expected}"), **options)


def key_field(**options: Any) -> fields.String:
    """Return a field for a stable key such as ``zhanatas-wind-farm``."""
    return code(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", "a key such as wind-power", **options)


def country_field(**options: Any) -> fields.String:
    """Return a field for an ISO 3166-1 alpha-2 code."""
    return code(r"^[A-Z]{2}\Z", "an ISO 3166-1 code such as KZ", **options)


def currency_field(**options: Any) -> fields.String:
    """Return a field for an ISO 4217 code."""
    return code(r"^[A-Z]{3}\Z", "an ISO 4217 code such as KZT", **options)


def number(minimum: float | None = None, maximum: float | None = None, **options: Any) -> fields.Decimal:
    """Return a field for an exact number within bounds; JSON carries it as text."""
    return fields.Decimal(
        as_string=True, allow_nan=False, validate=validate.Range(minimum, maximum), **options
    )


def choice(values: Any, **options: Any) -> fields.String:
    """Return a field for one of a code list."""
    return fields.String(validate=validate.OneOf(list(values), error="expected one of: {choices}"), **options)


def several(values: Any, **options: Any) -> fields.List[Any]:
    """Return a field for some of a code list."""
    return fields.List(choice(values), **options)


def names_field(maximum: int = 300, **options: Any) -> fields.Dict:
    """Return a field for a short text in all three languages."""
    return fields.Dict(
        keys=choice(LOCALES),
        values=text(maximum),
        validate=validate.Length(equal=3, error="expected kk, ru and en"),
        **options,
    )


class RangeSchema(StrictSchema):
    """A range whose ends are in order."""

    min = number()
    max = number()

    @validates_schema
    def check_order(self, data: dict[str, Any], **options: Any) -> None:
        """Refuse a range that is empty or upside down."""
        low, high = data.get("min"), data.get("max")
        if low is None and high is None:
            raise ValidationError("expected min, max or both", "min")
        if low is not None and high is not None and low > high:
            raise ValidationError("expected at least min", "max")


class QuantitySchema(RangeSchema):
    """Reads and writes a :class:`Quantity`."""

    unit = text(40, required=True)

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> Quantity:
        """Make the value."""
        return Quantity(**data)


class MoneyRangeSchema(RangeSchema):
    """Reads and writes a :class:`MoneyRange`."""

    min = number(0)
    max = number(0)
    currency = currency_field(required=True)
    per = text(60)
    price_year = fields.Integer(validate=validate.Range(1990, 2100))

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> MoneyRange:
        """Make the value."""
        return MoneyRange(**data)


class SpanSchema(RangeSchema):
    """A range whose unit is fixed; reads a single number as a range of one."""

    unit = ""

    @pre_load
    def accept_number(self, data: Any, **options: Any) -> Any:
        """Read a single number as a range of one."""
        return {"min": data, "max": data} if isinstance(data, int | float | str) else data

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> Quantity:
        """Make the value."""
        return Quantity(self.unit, **data)


class YearsSchema(SpanSchema):
    """A range of years."""

    unit = "year"


class MonthsSchema(SpanSchema):
    """A range of months."""

    unit = "month"

"""Small immutable values that a table keeps as JSON."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Self, get_args, get_type_hints

from sqlalchemy import JSON
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_KNOWN: dict[type, dict[str, Any]] = {}


def _types(cls: type) -> dict[str, Any]:
    """Return each field's type, without its ``| None``."""
    if cls not in _KNOWN:
        _KNOWN[cls] = {name: _without_none(hint) for name, hint in get_type_hints(cls).items()}
    return _KNOWN[cls]


def _without_none(hint: Any) -> Any:
    parts = get_args(hint)
    return next(x for x in parts if x is not type(None)) if type(None) in parts else hint


class Value:
    """Base of frozen dataclasses of plain fields, decimals and dates."""

    def to_json(self) -> dict[str, Any]:
        """Return the fields that are known; decimals and dates as text."""
        found = {}
        for name in _types(type(self)):
            value = getattr(self, name)
            if value is not None:
                found[name] = str(value) if isinstance(value, Decimal | date) else value
        return found

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the value that :meth:`to_json` wrote."""
        return cls(**{name: _revive(_types(cls)[name], value) for name, value in data.items()})


def _revive(kind: type, value: Any) -> Any:
    if kind is Decimal:
        return Decimal(value)
    if kind is date and isinstance(value, str):
        return date.fromisoformat(value)
    return value


class AsJson(TypeDecorator[Any]):
    """A column that holds one :class:`Value`, or a list of them, as JSON.

    Unknown is SQL NULL, never JSON null, so that ``IS NULL`` finds it.
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, cls: type[Value], *, many: bool = False) -> None:
        super().__init__()
        self.cls = cls
        self.many = many

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Turn the value into what JSON can hold."""
        if value is None:
            return None
        return [x.to_json() for x in value] if self.many else value.to_json()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Turn JSON back into the value."""
        if value is None:
            return [] if self.many else None
        return [self.cls.from_json(x) for x in value] if self.many else self.cls.from_json(value)

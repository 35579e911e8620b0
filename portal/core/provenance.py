"""Where a record comes from, and whether anybody has read it; every record has both."""

import enum
from dataclasses import dataclass
from datetime import date
from typing import Any

from marshmallow import fields, post_load, validate

from portal.core.schema import StrictSchema, text
from portal.core.values import Value


class Review(enum.StrEnum):
    """Whether someone who knows the language has read a text or a record."""

    UNREVIEWED = "unreviewed"
    REVIEWED = "reviewed"


@dataclass(frozen=True)
class Provenance(Value):
    """A source.

    :ivar licence: under what the facts may be used.
    :ivar as_of: the day for which they hold.
    :ivar verified: whether someone compared the record with its source.
    """

    title: str
    licence: str
    as_of: date
    url: str | None = None
    verified: bool = False
    note: str | None = None


class ProvenanceSchema(StrictSchema):
    """Reads and writes a :class:`Provenance`."""

    title = text(300, required=True)
    url = fields.Url(schemes={"http", "https"}, validate=validate.Length(max=1000))
    licence = text(200, required=True)
    as_of = fields.Date(required=True)
    verified = fields.Boolean(load_default=False)
    note = text(1000)

    @post_load
    def make(self, data: dict[str, Any], **options: Any) -> Provenance:
        """Make the value."""
        return Provenance(**data)

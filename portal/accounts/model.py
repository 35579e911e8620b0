"""Table of organisations."""

import enum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.database import Base, Names, Timestamped
from portal.core.provenance import Provenance
from portal.core.values import AsJson


class OrganisationKind(enum.StrEnum):
    """What an organisation is."""

    GOVERNMENT = "government"
    STATE_BODY = "state_body"
    COMPANY = "company"
    FARM = "farm"
    RESEARCH = "research"
    FINANCIER = "financier"
    ACCREDITED_ENTITY = "accredited_entity"
    VERIFIER = "verifier"
    INTERNATIONAL = "international"
    NGO = "ngo"
    INTERMEDIARY = "intermediary"


class Organisation(Timestamped, Base):
    """A body of any country.

    :ivar key: stable name that seeds and imports refer to.
    :ivar tags: ``un`` for bodies of the United Nations.
    """

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[OrganisationKind]
    country_code: Mapped[str | None] = mapped_column(ForeignKey("country.code"), index=True)
    region: Mapped[str | None]
    names: Mapped[Names]
    acronyms: Mapped[Names]
    aliases: Mapped[list[str]]
    summaries: Mapped[Names]
    website: Mapped[str | None]
    tags: Mapped[list[str]]
    provenance: Mapped[Provenance] = mapped_column(AsJson(Provenance))

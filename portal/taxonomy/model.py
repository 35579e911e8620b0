"""Tables of sectors and technology terms."""

from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Names
from portal.core.provenance import Provenance
from portal.core.values import AsJson

#: What financiers exclude; a term carries a tag so that entries under it do.
EXCLUSION_TAGS = ("coal", "upstream_oil_gas", "nuclear", "large_hydro", "gas")


class Sector(Base):
    """One of the dozen sectors by which everything is sorted."""

    __tablename__ = "sector"

    code: Mapped[str] = mapped_column(primary_key=True)
    names: Mapped[Names]
    position: Mapped[int]
    provenance: Mapped[Provenance] = mapped_column(AsJson(Provenance))


class Term(Base):
    """A technology term, in a tree of at most three levels below its sector.

    :ivar tags: what financiers exclude: ``coal``, ``nuclear``, ``large_hydro``...
    :ivar crosswalk: the same thing elsewhere: ``ctcn``, ``ipcc``, ``eu_taxonomy``, ``kz_996``.
    :ivar adaptation: whether it mainly serves adaptation.
    """

    __tablename__ = "term"

    code: Mapped[str] = mapped_column(primary_key=True)
    sector_code: Mapped[str] = mapped_column(ForeignKey("sector.code"), index=True)
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("term.code"), index=True)
    names: Mapped[Names]
    definitions: Mapped[Names]
    tags: Mapped[list[str]]
    crosswalk: Mapped[dict[str, Any]]
    adaptation: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int]
    provenance: Mapped[Provenance] = mapped_column(AsJson(Provenance))

    labels: Mapped[list["TermLabel"]] = relationship(
        back_populates="term", cascade="all, delete-orphan", lazy="raise"
    )


class TermLabel(Base):
    """A synonym, bound to its language: «СЭС» is hydro in Kazakh and solar in Russian."""

    __tablename__ = "term_label"
    __table_args__ = (UniqueConstraint("term_code", "locale", "label"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    term_code: Mapped[str] = mapped_column(ForeignKey("term.code"), index=True)
    locale: Mapped[str]
    label: Mapped[str]

    term: Mapped[Term] = relationship(back_populates="labels", lazy="raise")

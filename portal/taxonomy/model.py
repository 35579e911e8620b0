"""Tables of sectors, technology terms and the thesaurus."""

import enum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.database import Base, Names
from portal.core.i18n import Locale
from portal.core.provenance import Provenance, Review
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


class LabelKind(enum.StrEnum):
    """What a label is to its concept, as in SKOS."""

    PREFERRED = "preferred"
    ALTERNATIVE = "alternative"
    HIDDEN = "hidden"


class LinkKind(enum.StrEnum):
    """What another concept is to a concept, as in SKOS."""

    BROADER = "broader"
    RELATED = "related"


class Concept(Base):
    """A notion of the thesaurus: what people call one thing in three languages.

    :ivar group: the part of the thesaurus in which it stands.
    :ivar term_code: the technology term that is the same thing.
    """

    __tablename__ = "concept"

    code: Mapped[str] = mapped_column(primary_key=True)
    group: Mapped[str]
    term_code: Mapped[str | None] = mapped_column(ForeignKey("term.code"), index=True)
    review: Mapped[Review] = mapped_column(default=Review.UNREVIEWED)
    provenance: Mapped[Provenance] = mapped_column(AsJson(Provenance))

    labels: Mapped[list["ConceptLabel"]] = relationship(
        back_populates="concept",
        cascade="all, delete-orphan",
        lazy="raise",
        order_by="(ConceptLabel.locale, ConceptLabel.position)",
    )
    links: Mapped[list["ConceptLink"]] = relationship(
        foreign_keys="ConceptLink.concept_code", cascade="all, delete-orphan", lazy="raise"
    )


class ConceptLabel(Base):
    """What a concept is called in one language.

    :ivar kind: a hidden label is recognised in searches and never printed.
    :ivar position: among the concept's labels of this language, from 0.
    """

    __tablename__ = "concept_label"
    __table_args__ = (UniqueConstraint("concept_code", "locale", "label"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    concept_code: Mapped[str] = mapped_column(ForeignKey("concept.code"), index=True)
    locale: Mapped[Locale]
    label: Mapped[str]
    kind: Mapped[LabelKind]
    position: Mapped[int]

    concept: Mapped[Concept] = relationship(back_populates="labels", lazy="raise")


class ConceptLink(Base):
    """Where a concept stands among the others."""

    __tablename__ = "concept_link"

    concept_code: Mapped[str] = mapped_column(ForeignKey("concept.code"), primary_key=True)
    # Concepts name each other across files, so the other one may be written later.
    other_code: Mapped[str] = mapped_column(
        ForeignKey("concept.code", deferrable=True, initially="DEFERRED"), primary_key=True, index=True
    )
    kind: Mapped[LinkKind] = mapped_column(primary_key=True)


class OfficialLabel(Base):
    """An entry of an official code list, as its keeper translates it.

    :ivar list_code: the list, such as ``ACTIVITY``.
    """

    __tablename__ = "official_label"
    __table_args__ = (UniqueConstraint("list_code", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_code: Mapped[str]
    code: Mapped[str]
    names: Mapped[Names]
    review: Mapped[Review]
    provenance: Mapped[Provenance] = mapped_column(AsJson(Provenance))

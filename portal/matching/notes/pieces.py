"""What a concept note is made of: pieces that every language can render, and what is known to fill them.

A piece never holds words of the portal's own making: it is a message with known values, a
text of the entry, or a quotation. What no piece says is missing, and told as such.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from portal.catalogue.values import Place, ProjectEffect, Site
from portal.core.i18n import Locale, Message, fallbacks
from portal.core.provenance import Provenance
from portal.core.quantities import Quantity
from portal.matching.facts import AskFacts, Knowledge, Names, SourceFacts, TechnologyFacts
from portal.matching.plans.financing_plan import Plan


@dataclass(frozen=True)
class Text:
    """Words of an entry in one language; ``unreviewed`` = no native speaker has read them."""

    words: str
    unreviewed: bool = True


Texts = Mapping[Locale, Text]


@dataclass(frozen=True)
class Said:
    """A value, or a sentence composed of values; ``note`` says how it came to be."""

    form: ClassVar[str] = "said"
    message: Message
    source: Provenance | None = None
    note: Message | None = None


@dataclass(frozen=True)
class Told:
    """Words of an entry, in every language that it has."""

    form: ClassVar[str] = "told"
    texts: Texts
    source: Provenance | None = None

    def best(self, locale: str) -> tuple[Locale, Text]:
        """Return the words in ``locale``, else in the next best language, with their language."""
        return next((x, self.texts[x]) for x in fallbacks(locale) if x in self.texts)


@dataclass(frozen=True)
class Quoted:
    """Words of a document, never translated.

    :ivar language: of the words; ``None`` = not known.
    :ivar measure: where they stand in the document.
    """

    form: ClassVar[str] = "quoted"
    words: str
    language: str | None
    measure: str | None
    source: Provenance


@dataclass(frozen=True)
class Step:
    """A link of a chain of results; its label is ``note.step.<name>``."""

    name: str
    piece: "Said | Told | Quoted"


@dataclass(frozen=True)
class Chain:
    """Steps that follow from each other, drawn as boxes with arrows."""

    form: ClassVar[str] = "chain"
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class ResultLine:
    """A level of the results framework.

    :ivar level: ``impact``, ``outcome`` or ``outputs``.
    :ivar indicators: each with its target and source.
    """

    level: str
    statement: "Said | Told | Quoted | None"
    indicators: tuple[Said, ...] = ()


@dataclass(frozen=True)
class ResultsTable:
    """The design and monitoring framework: a line per level of results, with risks."""

    form: ClassVar[str] = "results"
    lines: tuple[ResultLine, ...]
    risks: tuple["Said | Told", ...] = ()


@dataclass(frozen=True)
class PlanTable:
    """The financing plan, drawn as a table."""

    form: ClassVar[str] = "plan"
    plan: Plan


Piece = Said | Told | Quoted | Chain | ResultsTable | PlanTable


@dataclass(frozen=True)
class Filled:
    """What fills a row.

    :ivar open: the field, or a part of it, is not known yet.
    :ivar missing: which parts, where not the field as a whole.
    :ivar hints: what helps to find what is missing.
    """

    pieces: tuple[Piece, ...] = ()
    open: bool = False
    missing: tuple[str, ...] = ()
    hints: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Basis:
    """A document that states the need, or the entry's contribution to one."""

    type: str
    title: str
    year: int | None = None
    measure: str | None = None
    quote: str | None = None
    language: str | None = None
    conditional: bool | None = None
    source: Provenance | None = None


@dataclass(frozen=True)
class Speaker:
    """The body that speaks for a country towards a fund."""

    country: str
    names: Names
    source: Provenance


@dataclass(frozen=True)
class Offered:
    """The technology of the note."""

    facts: TechnologyFacts
    title: Texts
    summary: Texts
    baseline: Texts
    source: Provenance


@dataclass(frozen=True)
class Window:
    """The window of the fund that the note is written for."""

    facts: SourceFacts
    es_standard: str | None
    source: Provenance


@dataclass(frozen=True)
class Material:
    """Everything known of what is to be financed, whichever fund reads it.

    :ivar details: short texts of the entry by name, e.g. ``baseline``.
    :ivar owner: who posted it; ``None`` = the programme took it from a document.
    :ivar speakers: by role, those of the host countries.
    :ivar reached: people, directly and indirectly.
    """

    ask: AskFacts
    knowledge: Knowledge
    source: Provenance
    title: Texts
    summary: Texts
    details: Mapping[str, Texts] = field(default_factory=dict)
    owner: Names | None = None
    sponsor: str | None = None
    endorsement: str | None = None
    bases: tuple[Basis, ...] = ()
    regions: tuple[Names, ...] = ()
    place: Place | None = None
    site: Site | None = None
    capacity: Quantity | None = None
    effect: ProjectEffect | None = None
    reached: tuple[int | None, int | None] = (None, None)
    sdgs: tuple[int, ...] = ()
    barriers: tuple[str, ...] = ()
    decision_on: date | None = None
    commissioning_by: date | None = None
    es_standard: str | None = None
    technology: Offered | None = None
    plan: Plan | None = None
    window: Window | None = None
    speakers: Mapping[str, tuple[Speaker, ...]] = field(default_factory=dict)

    @property
    def countries(self) -> list[Names | str]:
        """Return the names of the host countries."""
        return self.knowledge.countries(self.ask.countries)

    def say(self, key: str, source: Provenance | None = None, **values: Any) -> Said:
        """Return a sentence about the entry; its source is the entry's unless another is given."""
        return Said(Message(key, values), source or self.source)

    def detail(self, name: str) -> Told | None:
        """Return a short text of the entry, if it has it."""
        texts = self.details.get(name)
        return Told(texts, self.source) if texts else None


def complete(*pieces: Piece | None) -> Filled:
    """Return a row that is complete once any of the pieces is known; ``None`` is left out."""
    known = _known(pieces)
    return Filled(known, open=not known)


def partly(*pieces: Piece | None, hints: Sequence[Said] = ()) -> Filled:
    """Return a row of which the pieces tell a part; the field itself stays open."""
    return Filled(_known(pieces), open=True, hints=tuple(hints))


def _known(pieces: Sequence[Piece | None]) -> tuple[Piece, ...]:
    return tuple(x for x in pieces if x is not None)

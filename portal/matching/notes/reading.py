"""Reads what the concept note of a fund needs besides the bundle, and writes the note."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.catalogue.kinds.financing import Financing
from portal.catalogue.model import Entry
from portal.catalogue.names import Names
from portal.catalogue.policy import visible
from portal.catalogue.queries import with_all
from portal.core.actor import Actor
from portal.core.provenance import Provenance
from portal.matching.money.rules import judge_source
from portal.matching.notes.bundle import Bundle
from portal.matching.notes.concept_note import WINDOWS, Note, write_note
from portal.matching.notes.material import (
    read_documents,
    read_material,
    read_offered,
    read_speakers,
    read_window,
)
from portal.matching.notes.pieces import Chain, Material, Piece, PlanTable, ResultsTable
from portal.matching.notes.readiness import Checklist, check_readiness
from portal.matching.ranking import rank_sources
from portal.matching.reading import read_source
from portal.matching.results import SourceVerdict
from portal.reference.queries import focal_points_in, list_readiness_documents


@dataclass(frozen=True)
class FundNote:
    """A concept note with the window it is written for and its readiness checklist.

    :ivar windows: of the fund, those that read such a note, best first.
    :ivar window: the one chosen; ``None`` = the portal knows none.
    :ivar verdicts: of the windows, by id.
    :ivar sources: all that the note cites, in the order in which they are first cited.
    """

    material: Material
    note: Note
    checklist: Checklist
    windows: Sequence[Financing]
    window: Financing | None
    verdicts: Mapping[int, SourceVerdict]
    sources: Sequence[Provenance]

    def number(self, source: Provenance | None) -> int | None:
        """Return the number by which a source is cited, from 1."""
        if source is None:
            return None
        return next((n for n, x in enumerate(self.sources, 1) if _key(x) == _key(source)), None)


def read_note(
    session: Session, actor: Actor, bundle: Bundle, fund: str, names: Names, window_id: int | None = None
) -> FundNote:
    """Return the view of a fund on a bundle, in a constant number of queries.

    :param window_id: of the fund; another id leads to the window in the plan, else the best.
    """
    found = {x.id: x for x in _windows(session, actor, fund)}
    judged = rank_sources(judge_source(bundle.ask, read_source(x), bundle.knowledge) for x in found.values())
    verdicts = {x.financing_id: x for x in judged}
    chosen = _choose(bundle, list(verdicts), window_id)
    window = None if chosen is None else found[chosen]
    material = read_material(
        bundle.entry,
        bundle.ask,
        bundle.knowledge,
        names,
        needs=bundle.needs,
        technology=read_offered(bundle.technology, bundle.offered)
        if bundle.technology and bundle.offered
        else None,
        plan=bundle.plan,
        window=None if window is None else read_window(window),
        speakers=read_speakers(focal_points_in(session, bundle.entry.country_codes)),
    )
    note = write_note(fund, material)
    checklist = check_readiness(note, material, read_documents(list_readiness_documents(session)))
    return FundNote(
        material=material,
        note=note,
        checklist=checklist,
        windows=[found[x] for x in verdicts],
        window=window,
        verdicts=verdicts,
        sources=_distinct(_cited(note, checklist, [bundle.entry, *bundle.entries.values()])),
    )


def _windows(session: Session, actor: Actor, fund: str) -> Sequence[Financing]:
    """Return the windows of a fund that read a note; all of its windows where none of those is there."""
    rows = session.scalars(
        select(Financing)
        .join(Organisation, Organisation.id == Financing.provider_id)
        .where(Organisation.key == fund, visible(actor))
        .options(*with_all(["financing"]))
        .order_by(Financing.id)
    ).all()
    return [x for x in rows if x.key in WINDOWS[fund]] or rows


def _choose(bundle: Bundle, windows: Sequence[int], asked: int | None) -> int | None:
    """Return the window asked for, else the one that the plan uses, else the best."""
    in_plan = [x.source_id for x in bundle.plan.shares] if bundle.plan else []
    order = [asked, *in_plan, *windows]
    return next((x for x in order if x is not None and x in windows), None)


def _key(source: Provenance) -> tuple[object, ...]:
    """Return what makes a source another one for its reader."""
    return source.title, source.url, source.as_of, source.verified


def _distinct(sources: Iterable[Provenance]) -> list[Provenance]:
    found: dict[tuple[object, ...], Provenance] = {}
    for source in sources:
        found.setdefault(_key(source), source)
    return list(found.values())


def _cited(note: Note, checklist: Checklist, in_plan: Sequence[Entry]) -> Iterable[Provenance]:
    for row in note.rows:
        for piece in (*row.pieces, *row.hints):
            if isinstance(piece, PlanTable):
                yield from (x.provenance for x in in_plan)
            yield from _sources(piece)
    for paper in checklist.papers:
        yield from (x for x in (paper.source, *(issuer.source for issuer in paper.issuers)) if x)


def _sources(piece: Piece | None) -> Iterable[Provenance]:
    if isinstance(piece, Chain):
        for step in piece.steps:
            yield from _sources(step.piece)
    elif isinstance(piece, ResultsTable):
        for line in piece.lines:
            for inner in (line.statement, *line.indicators):
                yield from _sources(inner)
        for risk in piece.risks:
            yield from _sources(risk)
    elif piece is not None and not isinstance(piece, PlanTable) and piece.source:
        yield piece.source

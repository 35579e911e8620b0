"""Loads the thesaurus and official code lists from seeds/taxonomy.

All records are checked before the first is written, so that one run names every problem.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.changes import note_change
from portal.core.errors import InvalidData
from portal.core.i18n import Locale
from portal.core.provenance import Review
from portal.core.seeding import Report, Seeder, Source, digest, read_records, row_digest
from portal.taxonomy.bulk_seeding import BulkSeeder
from portal.taxonomy.model import (
    Concept,
    ConceptLabel,
    ConceptLink,
    LabelKind,
    LinkKind,
    OfficialLabel,
    Term,
)
from portal.taxonomy.queries import find_concept, list_concepts
from portal.taxonomy.thesaurus_schema import ConceptSchema, OfficialLabelSchema, link_problems, read_all


def load(session: Session, folder: Path, report: Report) -> None:
    """Load concepts and code lists; technology terms must be there.

    :param folder: holds ``thesaurus/`` and ``official.yaml``.
    :raises InvalidData: records break the rules; names each with file, record and field.
    """
    sources, problems = _read(folder / "thesaurus", lambda record: str(record["code"]))
    official, official_problems = _read(folder / "official.yaml", _official_key)
    concepts, wrong = read_all(sources, ConceptSchema())
    labels, official_wrong = read_all(official, OfficialLabelSchema())
    # A record that could not be read may be the one that others name.
    if not problems and not wrong:
        wrong = link_problems(sources, concepts, frozenset(session.scalars(select(Term.code))))
    problems |= official_problems | wrong | official_wrong
    if problems:
        raise InvalidData(problems)
    before = len(report.created) + len(report.updated)
    _concept_seeder(session, concepts).run(sources, report)
    _official_seeder(session, labels).run(official, report)
    if len(report.created) + len(report.updated) > before:
        note_change(session, "thesaurus")


def _official_key(record: dict[str, Any]) -> str:
    return f"{record['list']}/{record['code']}"


def _read(path: Path, key: Callable[[dict[str, Any]], str]) -> tuple[list[Source], dict[str, str]]:
    """Return the records of all files that can be read, and what is wrong with the others."""
    sources: list[Source] = []
    problems: dict[str, str] = {}
    for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
        try:
            sources += read_records(file, key)
        except InvalidData as error:
            problems |= error.errors
    return sources, problems


def _concept_seeder(session: Session, concepts: Mapping[str, Any]) -> Seeder:
    def apply(source: Source, row: Concept | None) -> Concept:
        concept = row or Concept(code=source.key, review=Review.UNREVIEWED, labels=[], links=[])
        _fill(concept, source.path.stem, concepts[source.key])
        session.add(concept)
        return concept

    return BulkSeeder(
        session,
        "concept",
        keys=lambda: session.scalars(select(Concept.code)),
        read=lambda: {row.code: row for row in list_concepts(session)},
        find=lambda code: find_concept(session, code),
        apply=apply,
        state=_concept_state,
    )


def _concept_state(concept: Concept) -> str:
    labels = sorted((label.locale, label.position, label.kind, label.label) for label in concept.labels)
    links = sorted((link.kind, link.other_code) for link in concept.links)
    return digest([row_digest(concept), labels, links])


def _fill(concept: Concept, group: str, data: Mapping[str, Any]) -> None:
    concept.group = group
    concept.term_code = data["term_code"]
    concept.provenance = data["provenance"]
    wanted = {(label.locale, label.label): label for label in _labels(data)}
    kept = [label for label in concept.labels if (label.locale, label.label) in wanted]
    for label in kept:
        new = wanted.pop((label.locale, label.label))
        label.kind, label.position = new.kind, new.position
    concept.labels[:] = [*kept, *wanted.values()]
    links = {(kind, other) for kind in LinkKind for other in data[kind]}
    concept.links[:] = [link for link in concept.links if (link.kind, link.other_code) in links]
    known = {(link.kind, link.other_code) for link in concept.links}
    concept.links.extend(ConceptLink(kind=kind, other_code=other) for kind, other in sorted(links - known))


def _labels(data: Mapping[str, Any]) -> list[ConceptLabel]:
    found = []
    for locale in Locale:
        shown, hidden = data[locale], data["hidden"].get(locale, [])
        kinds = [LabelKind.PREFERRED, *[LabelKind.ALTERNATIVE] * (len(shown) - 1)]
        kinds += [LabelKind.HIDDEN] * len(hidden)
        for position, (label, kind) in enumerate(zip([*shown, *hidden], kinds, strict=True)):
            found.append(ConceptLabel(locale=locale, label=label, kind=kind, position=position))
    return found


def _official_seeder(session: Session, labels: Mapping[str, Any]) -> Seeder:
    def apply(source: Source, row: OfficialLabel | None) -> OfficialLabel:
        row = row or OfficialLabel(review=Review.REVIEWED)
        for name, value in labels[source.key].items():
            setattr(row, name, value)
        session.add(row)
        return row

    def read() -> dict[str, OfficialLabel]:
        return {f"{row.list_code}/{row.code}": row for row in session.scalars(select(OfficialLabel))}

    return BulkSeeder(
        session, "official_label", keys=read, read=read, find=lambda key: read().get(key), apply=apply
    )

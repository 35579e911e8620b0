"""Judged needs: what a reader says of each technology, and how near the ranking comes to it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.content import apply_content
from portal.catalogue.kinds.need import Need
from portal.catalogue.kinds.technology import Technology
from portal.catalogue.service import read_data
from portal.core.errors import InvalidData
from portal.core.seeding import Source, read_records
from portal.matching.columns.ranking import Ranked, rank_technologies
from portal.matching.portfolio import Portfolio
from portal.matching.queries import with_evidence
from portal.matching.reading import read_need
from portal.matching.texts import text_of
from portal.search.index import SearchIndex

#: How many technologies a reader looks through.
DEEP = 10
#: What a record says besides the need.
_JUDGEMENT = {"what", "language_of_original", "judged", "traps", "excluded"}
#: Who posts a judged need, and where it was read, makes no difference.
_FRAME = {
    "owner": "gbpp-secretariat",
    "provenance": {"title": "Judged needs", "licence": "CC BY 4.0", "as_of": "2026-11-20"},
}


@dataclass(frozen=True)
class Judged:
    """A judged need with what the ranking made of it.

    :ivar grades: of technologies, 3 to 1, by key; others are worth nothing.
    :ivar traps: keys of technologies that only look right.
    :ivar excluded: keys of those that a gate must exclude.
    :ivar came: keys of the first ten.
    :ivar let_through: keys among ``excluded`` that no gate excluded.
    """

    key: str
    grades: Mapping[str, int]
    traps: Sequence[str]
    excluded: Sequence[str]
    came: Sequence[str]
    let_through: Sequence[str]

    @property
    def ndcg(self) -> float:
        """Return the discounted gain of the first ten over that of the best ten there are.

        The gain of grade g at rank r is (2 ** g - 1) / log2(r + 1), after Burges et al. (2005).
        """
        best = sorted(self.grades.values(), reverse=True)
        return _discounted([self.grades.get(x, 0) for x in self.came]) / _discounted(best)


def _discounted(grades: Sequence[int]) -> float:
    return float(sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades[:DEEP], 1)))


def judge_needs_of(session: Session, known: Portfolio, index: SearchIndex, file: Path) -> list[Judged]:
    """Return what the portal answers to the judged needs of a file.

    Nothing is written: the needs are made in the session and dropped again.

    :raises InvalidData: a record is no need, or names a technology that the portal does not have.
    """
    keys = {x.id: x.key or "" for x in session.execute(select(Technology.id, Technology.key))}
    records = list(read_records(file, lambda record: str(record["key"])))
    found = [_judge(session, known, index, record, keys) for record in records]
    session.rollback()
    return found


def _judge(
    session: Session, known: Portfolio, index: SearchIndex, record: Source, keys: Mapping[int, str]
) -> Judged:
    data = record.data
    named = {*data["judged"], *data.get("traps", ()), *data.get("excluded", ())}
    if unknown := sorted(named - set(keys.values())):
        raise record.error({"judged": f"there is no {', '.join(unknown)}"})
    entry = _need(session, record)
    facts = with_evidence(session, read_need(entry, known.reader), text_of(entry), known, index)
    ranked = rank_technologies(facts, known.technologies, len(keys))
    return Judged(
        key=record.key,
        grades=data["judged"],
        traps=data.get("traps", ()),
        excluded=data.get("excluded", ()),
        came=[keys[x] for x in ranked.ids[:DEEP]],
        let_through=_let_through(data.get("excluded", ()), ranked, keys),
    )


def _need(session: Session, record: Source) -> Need:
    raw: dict[str, Any] = {k: v for k, v in record.data.items() if k not in _JUDGEMENT}
    try:
        loaded, _ = read_data("need", raw | _FRAME)
        entry = Need(id=0)
        with session.no_autoflush:
            apply_content(session, entry, loaded)
    except InvalidData as error:
        raise record.error(error.errors) from error
    return entry


def _let_through(excluded: Sequence[str], ranked: Ranked, keys: Mapping[int, str]) -> list[str]:
    ranked_keys = {keys[x] for x in ranked.ids}
    return [x for x in excluded if x in ranked_keys]

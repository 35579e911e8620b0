"""Measures search across languages on parallel texts: one language indexed, another asked."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.core.errors import InvalidData
from portal.core.i18n import Locale
from portal.search.index import PUBLIC, Document, Query, SearchIndex
from portal.search.shelf import Shelf

#: How many answers a reader looks through.
DEEP = 10
_DELIMITERS = {".csv": ",", ".tsv": "\t"}

Row = Mapping[str, str]


@dataclass(frozen=True)
class Figures:
    """How well texts were found by their translations.

    :ivar n: texts asked.
    :ivar hit_1: share of them whose translation came first.
    :ivar hit_10: share whose translation came among the first ten.
    :ivar mrr: mean reciprocal rank among the first ten.
    """

    n: int
    hit_1: float
    hit_10: float
    mrr: float

    def as_data(self) -> dict[str, float]:
        """Return the figures under their usual names."""
        return {"n": self.n, "hit@1": self.hit_1, "hit@10": self.hit_10, "mrr": self.mrr}


def figures(ranks: Sequence[int | None]) -> Figures:
    """Return the figures of ranks counted from 1; ``None`` = not found."""
    near = [rank if rank is not None and rank <= DEEP else None for rank in ranks]
    share = 1 / len(ranks) if ranks else 0.0
    return Figures(
        n=len(ranks),
        hit_1=round(sum(rank == 1 for rank in near) * share, 4),
        hit_10=round(sum(rank is not None for rank in near) * share, 4),
        mrr=round(sum(1 / rank for rank in near if rank) * share, 4),
    )


def read_rows(path: Path) -> Sequence[Row]:
    """Return the rows of a CSV, TSV or JSONL file with columns en, ru, kk and any others.

    :raises InvalidData: the file is not one of these; names the line.
    """
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix in _DELIMITERS:
        return list(csv.DictReader(text.splitlines(keepends=True), delimiter=_DELIMITERS[path.suffix]))
    if path.suffix not in (".jsonl", ".json"):
        raise InvalidData({path.name: "expected a file .csv, .tsv or .jsonl"})
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise InvalidData({f"{path.name}, line {number}": f"not JSON: {error}"}) from error
            if not isinstance(row, dict):
                raise InvalidData({f"{path.name}, line {number}": "expected an object"})
            rows.append({name: "" if value is None else str(value) for name, value in row.items()})
    return rows


def measure(index: SearchIndex, rows: Sequence[Row], held: Locale, asked: Locale) -> Figures:
    """Index the texts of one language alone and ask for them in another.

    Rows that lack either are skipped; equal indexed texts count as one answer.

    :param index: empty; it is built here.
    """
    pairs = [(row.get(held) or "", row.get(asked) or "") for row in rows]
    pairs = [(text, question) for text, question in pairs if text.strip() and question.strip()]
    numbers = {text: number for number, text in enumerate(dict.fromkeys(text for text, _ in pairs), 1)}
    index.rebuild(Shelf(*(_entry(number, held, text) for text, number in numbers.items())), iter)
    ranks = []
    for text, question in pairs:
        hits = index.search(Query(question, frozenset({PUBLIC}), limit=DEEP, facets=())).hits
        found = [hit.id for hit in hits]
        ranks.append(found.index(numbers[text]) + 1 if numbers[text] in found else None)
    return figures(ranks)


def _entry(number: int, locale: Locale, text: str) -> Document:
    """Return an entry that has this text in this language, and nothing else."""
    return Document(
        id=number,
        labels=frozenset({PUBLIC}),
        facets={},
        titles={locale: ""},
        bodies={locale: text},
        moment=0,
    )

"""Judged queries, and how good an answer to one is."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from portal.core.errors import InvalidData
from portal.core.i18n import Locale
from portal.core.seeding import Source, check

#: How many answers a reader looks through.
DEEP = 10
#: What entries are worth that answer a query fully, and those that are of use.
FULL, PART = 3, 1
#: Ways in which people ask; each class is measured apart.
CLASSES = (
    "plain",
    "inflected",
    "misspelt",
    "folded",
    "latin",
    "abbreviation",
    "cross",
    "place",
    "organisation",
    "phrase",
    "question",
)
_SHAPE = "expected a list of queries under `queries`"


@dataclass(frozen=True)
class JudgedQuery:
    """A query and the entries that a reader would expect, as ``kind/key``.

    :ivar language: in which it is asked.
    :ivar style: one of :data:`CLASSES`.
    :ivar must: answer it fully.
    :ivar should: are of use.
    :ivar must_not: are an error among the first ten.
    """

    id: str
    text: str
    language: Locale
    style: str
    must: frozenset[str]
    should: frozenset[str]
    must_not: frozenset[str]

    def gain(self, answer: str) -> int:
        """Return what an entry is worth; what nobody judged is worth nothing."""
        return FULL if answer in self.must else PART if answer in self.should else 0


@dataclass(frozen=True)
class Scores:
    """How good answers are, as means over queries; all but ``n`` and ``violations`` between 0 and 1.

    :ivar n: queries.
    :ivar ndcg: normalised discounted cumulative gain of the first ten.
    :ivar mrr: mean reciprocal rank of the first entry among ten that is of any use.
    :ivar success: share of queries with a ``must`` entry among the first ten.
    :ivar recall_must: share of the ``must`` entries, of ten at most, among the first ten.
    :ivar violations: ``must_not`` entries among the first ten, in all.
    """

    n: int
    ndcg: float
    mrr: float
    success: float
    recall_must: float
    violations: int

    def as_data(self) -> dict[str, float]:
        """Return the figures under their usual names."""
        return {
            "n": self.n,
            f"ndcg@{DEEP}": self.ndcg,
            "mrr": self.mrr,
            f"success@{DEEP}": self.success,
            f"recall_must@{DEEP}": self.recall_must,
            "violations": self.violations,
        }


def ndcg(query: JudgedQuery, answers: Sequence[str]) -> float:
    """Return the discounted gain of the first ten answers over that of the best ten there are.

    The gain at rank r counts 1 / log2(r + 1), after Järvelin and Kekäläinen (2002).
    """
    best = [FULL] * len(query.must) + [PART] * len(query.should)
    return _discounted(map(query.gain, answers)) / _discounted(best)


def _discounted(gains: Iterable[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in zip(range(1, DEEP + 1), gains, strict=False))


def reciprocal_rank(query: JudgedQuery, answers: Sequence[str]) -> float:
    """Return 1 / rank of the first answer among ten that is of any use, else 0."""
    ranks = (rank for rank, answer in enumerate(answers[:DEEP], 1) if query.gain(answer))
    return 1 / next(ranks, math.inf)


def recall_must(query: JudgedQuery, answers: Sequence[str]) -> float:
    """Return how many of the ``must`` entries, of ten at most, are among the first ten."""
    return len(query.must.intersection(answers[:DEEP])) / min(DEEP, len(query.must))


def violations(query: JudgedQuery, answers: Sequence[str]) -> list[str]:
    """Return the ``must_not`` entries among the first ten answers, in their order."""
    return [answer for answer in answers[:DEEP] if answer in query.must_not]


def score(answered: Sequence[tuple[JudgedQuery, Sequence[str]]]) -> Scores:
    """Return the means over queries with their answers, best first; all zero without any."""
    share = 1 / len(answered) if answered else 0.0

    def mean(values: Iterable[float]) -> float:
        return round(sum(values) * share, 4)

    return Scores(
        n=len(answered),
        ndcg=mean(ndcg(*x) for x in answered),
        mrr=mean(reciprocal_rank(*x) for x in answered),
        success=mean(bool(query.must.intersection(found[:DEEP])) for query, found in answered),
        recall_must=mean(recall_must(*x) for x in answered),
        violations=sum(len(violations(*x)) for x in answered),
    )


def read_judged(path: Path) -> list[JudgedQuery]:
    """Return the queries of a YAML file: a list under ``queries``; other top-level names hold anchors.

    :raises InvalidData: a query is malformed; names file, query and field.
    """
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidData({path.name: f"not valid YAML: {error}"}) from error
    records = data.get("queries") if isinstance(data, dict) else None
    if not isinstance(records, list) or not records:
        raise InvalidData({path.name: _SHAPE})
    found: dict[str, JudgedQuery] = {}
    for number, record in enumerate(records, 1):
        source = _source(path, number, record)
        if source.key in found:
            raise source.error({"id": "stands here twice"})
        found[source.key] = check(source, _JudgedSchema())  # type: ignore[assignment]
    return list(found.values())


def _source(path: Path, number: int, record: Any) -> Source:
    if not isinstance(record, dict):
        raise InvalidData({f"{path.name}, query {number}": "expected a mapping"})
    return Source(path, number, str(record.get("id", "no id")), record)


def _flat(items: Any) -> Iterator[Any]:
    for item in items:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _entries(required: bool = False) -> fields.List[str]:
    entry = fields.Str(validate=validate.Regexp(r"^[a-z]+/[a-z0-9-]+$", error="expected kind/key"))
    if required:
        return fields.List(entry, required=True, validate=validate.Length(min=1))
    return fields.List(entry, load_default=list)


class _JudgedSchema(Schema):
    id = fields.Str(required=True, validate=validate.Length(min=1))
    text = fields.Str(required=True, validate=validate.Regexp(r".*\S", error="is empty"))
    language = fields.Enum(Locale, by_value=True, required=True)
    style = fields.Str(required=True, data_key="class", validate=validate.OneOf(CLASSES))
    must = _entries(required=True)
    should = _entries()
    must_not = _entries()

    @pre_load
    def flatten(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Take the lists out of lists that anchors leave."""
        return {name: list(_flat(x)) if isinstance(x, list) else x for name, x in data.items()}

    @validates_schema(skip_on_field_errors=True)
    def refuse_contradictions(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an entry that is wanted and not wanted at once."""
        if both := set(data["must_not"]) & {*data["must"], *data["should"]}:
            raise ValidationError(f"wanted elsewhere: {', '.join(sorted(both))}", "must_not")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> JudgedQuery:
        """Return the query; what is in ``must`` already does not count as ``should``."""
        must = frozenset(data["must"])
        return JudgedQuery(
            **{name: data[name] for name in ("id", "text", "language", "style")},
            must=must,
            should=frozenset(data["should"]) - must,
            must_not=frozenset(data["must_not"]),
        )

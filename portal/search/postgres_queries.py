"""Writes what a plan looks up as the text of a tsquery.

The text is bound as a parameter, and every lexeme in it is quoted: whatever was typed
stays a word. What finds a document here is exactly what finds it in
:mod:`portal.search.scoring`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal.core.i18n import Locale
from portal.search.expansion import Variant
from portal.search.index import Query
from portal.search.plan import FieldPlan, Plan, Word
from portal.search.postgres_rows import Naming, facet_lexeme, label_lexeme, quoted, stem_lexeme, title_lexeme

#: PostgreSQL refuses queries of a megabyte; of a longer alternative the first part is asked.
_MOST_BYTES = 400_000
_MOST_BYTES_OF_ONE = 12_000
#: PostgreSQL goes one level deeper for each alternative beside another, and not below its stack.
_MOST_TOGETHER = 200


@dataclass(frozen=True)
class Wanted:
    """The parts of a query, each the text of a tsquery.

    :ivar words: what is looked for; ``None`` = everything.
    :ivar labels: who looks; ``None`` = nobody, who finds nothing.
    :ivar filters: by facet.
    :ivar without: the facet values that no hit may have, if any.
    :ivar excluded: the words that no hit may have, if any.
    """

    words: str | None
    labels: str | None
    filters: Mapping[str, str]
    without: str | None
    excluded: str | None

    def text(self, but: str = "", *, excluding: bool = True) -> str:
        """Return the whole query.

        :param but: a facet whose filter is left out.
        :param excluding: whether it has the words that no hit may have.
        """
        assert self.labels is not None
        parts = [self.words, self.labels, *(x for facet, x in self.filters.items() if facet != but)]
        unwanted = (self.without, self.excluded if excluding else None)
        parts += [f"!({part})" for part in unwanted if part is not None]
        return " & ".join(f"({part})" for part in parts if part is not None)


def wanted(plan: Plan, query: Query, *, every: bool) -> Wanted:
    """Return the parts of a query.

    :param every: whether a document needs something for every clause, or for any.
    """
    return Wanted(
        words=None if plan.everything else words_text(plan, every=every),
        labels=_any(map(quoted, map(label_lexeme, sorted(query.labels)))),
        filters={
            facet: _any(quoted(facet_lexeme(facet, value)) for value in values) or ""
            for facet, values in query.filters.items()
            if values
        },
        without=_any(
            quoted(facet_lexeme(facet, value)) for facet, values in query.without.items() for value in values
        ),
        excluded=_excluded(plan),
    )


def words_text(plan: Plan, *, every: bool, naming: Naming = stem_lexeme) -> str | None:
    """Return what finds the documents of a plan, whoever may see them; ``None`` = nothing does."""
    one = _every if every else _some
    return _any((one(field, naming) for field in plan.fields), _MOST_BYTES * 2)


def titles_text(plan: Plan, *, every: bool) -> str | None:
    """Return what finds the documents whose titles alone match a plan."""
    return words_text(plan, every=every, naming=title_lexeme)


def rare_text(plan: Plan, documents: Callable[[Variant], int], most: int) -> str | None:
    """Return what finds the documents with the rarest words of a plan.

    :param documents: gives in how many documents a variant stands.
    :param most: how many documents there may be.
    """
    variants = [
        variant
        for field in plan.fields
        for word in (*(x for clause in field.clauses for x in clause.words), *(s.word for s in field.spans))
        for variant in word.variants
    ]
    rare = []
    for variant in sorted(variants, key=documents):
        most -= documents(variant)
        if most < 0:
            break
        rare.append(_together(variant.locale, variant.stems))
    return _any(rare, _MOST_BYTES)


def _every(field: FieldPlan, naming: Naming) -> str | None:
    """Return what finds the documents that hold something for every clause of a language."""
    clauses = [
        _any(
            [
                *_variants(clause.words, naming),
                *_variants([span.word for span in field.spans if number in span.clauses], naming),
            ]
        )
        for number, clause in enumerate(field.clauses)
        if clause.words
    ]
    return " & ".join(f"({clause})" for clause in clauses) if clauses else None


def _some(field: FieldPlan, naming: Naming) -> str | None:
    """Return what finds the documents that hold something for any clause of a language."""
    words = [word for clause in field.clauses for word in clause.words]
    return _any(_variants([*words, *(span.word for span in field.spans)], naming), _MOST_BYTES // 2)


def _variants(words: Iterable[Word], naming: Naming) -> list[str]:
    return [_together(variant.locale, variant.stems, naming) for word in words for variant in word.variants]


def _together(locale: Locale, stems: Sequence[str], naming: Naming = stem_lexeme) -> str:
    found = [quoted(naming(locale, stem)) for stem in stems]
    return found[0] if len(found) == 1 else f"({' & '.join(found)})"


def _excluded(plan: Plan) -> str | None:
    unwanted = ((field.locale, stems) for field in plan.fields for stems in field.excluded if stems)
    return _any((_together(locale, stems) for locale, stems in unwanted), _MOST_BYTES // 4)


def _any(parts: Iterable[str | None], most: int = _MOST_BYTES_OF_ONE) -> str | None:
    kept: dict[str, None] = {}
    size = 0
    for part in parts:
        if part is not None and part not in kept:
            size += len(part.encode())
            if kept and size > most:
                break
            kept[part] = None
    found = list(kept)
    while len(found) > _MOST_TOGETHER:
        groups = (found[n : n + _MOST_TOGETHER] for n in range(0, len(found), _MOST_TOGETHER))
        found = [f"({' | '.join(group)})" for group in groups]
    return " | ".join(found) if found else None

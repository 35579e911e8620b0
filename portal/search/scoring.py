"""Carries out a plan on a snapshot: which documents match, and how well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from portal.core.i18n import Locale
from portal.search.expansion import Variant
from portal.search.plan import Clause, FieldPlan, Plan, Word
from portal.search.postings import NOWHERE, Docs, Floats, Postings
from portal.search.snapshot import Mask, Scored, Snapshot, text_field

#: Up to so many documents are looked up in a sorted list; more are spread over an array.
_FEW = 2_000

NOTHING = Scored(NOWHERE.docs, NOWHERE.frequencies, 0)


@dataclass(frozen=True, slots=True)
class Matches:
    """The documents that match a plan.

    :ivar docs: their numbers, ascending.
    :ivar scores: of the best language of each; 0 when everything matches.
    :ivar fields: what matched in each language.
    :ivar relaxed: few or none have all the words, so these have some of them.
    :ivar complete: where ``relaxed``, which of the documents have all the words.
    """

    docs: Docs
    scores: Floats
    fields: Mapping[Locale, Scored]
    relaxed: bool = False
    complete: Mask | None = None


def match(snapshot: Snapshot, plan: Plan, wanted: Mask) -> Matches:
    """Return the documents that match a plan, whoever may see them.

    :param wanted: the documents that may be shown; whether enough of them have all the
        words decides whether some of the words will do.
    """
    if plan.everything:
        docs = np.arange(snapshot.total, dtype=np.int32)
        docs = docs[_kept(snapshot, docs, plan)]
        return Matches(docs, np.zeros(len(docs), np.float32), {})
    if not plan.wants_words:
        return Matches(NOTHING.docs, NOTHING.scores, {})
    clauses = {
        field.locale: [_clause(snapshot, field.locale, clause) for clause in field.clauses]
        for field in plan.fields
    }
    spans = {
        field.locale: [_word(snapshot, field.locale, span.word) for span in field.spans]
        for field in plan.fields
    }

    def collect(every: bool) -> dict[Locale, Scored]:
        run = _every if every else _some
        return {
            field.locale: _weighed(
                run(snapshot, field, clauses[field.locale], spans[field.locale]), field.weight
            )
            for field in plan.fields
        }

    fields = collect(every=not plan.long)
    docs, scores = _best(snapshot, list(fields.values()))
    complete = None
    if not plan.long and np.count_nonzero(wanted[docs]) < plan.enough:
        full = docs
        fields = collect(every=False)
        docs, scores = _best(snapshot, list(fields.values()))
        complete = np.isin(docs, full, assume_unique=True)
    if any(field.excluded for field in plan.fields):
        kept = _kept(snapshot, docs, plan)
        docs, scores = docs[kept], scores[kept]
        complete = None if complete is None else complete[kept]
    return Matches(docs, scores, fields, plan.long or complete is not None, complete)


def standing(snapshot: Snapshot, variant: Variant) -> Docs:
    """Return the documents in which all words of a variant stand."""
    return _postings(snapshot, variant.locale, variant.stems).docs


def lookup(found: Scored, docs: Docs) -> Floats:
    """Return the scores of some documents; 0 where one is not among those found."""
    if not len(found.docs):
        return np.zeros(len(docs), np.float32)
    places = np.minimum(np.searchsorted(found.docs, docs), len(found.docs) - 1)
    scores: Floats = np.where(found.docs[places] == docs, found.scores[places], np.float32(0))
    return scores


def among(docs: Docs, where: Docs) -> Mask:
    """Return which of some documents are among those of an ascending array."""
    if not len(where):
        return np.zeros(len(docs), np.bool_)
    found: Mask = where[np.minimum(np.searchsorted(where, docs), len(where) - 1)] == docs
    return found


def _clause(snapshot: Snapshot, locale: Locale, clause: Clause) -> Scored:
    words = [_word(snapshot, locale, word) for word in clause.words]
    return words[0] if len(words) == 1 else _sum(snapshot, words)


def _word(snapshot: Snapshot, locale: Locale, word: Word) -> Scored:
    """Return where a word or what stands for it stands, scored as one word."""
    variants = word.variants
    if len(variants) == 1 and variants[0].weight == 1 and len(variants[0].stems) == 1:
        return snapshot.scored(locale, variants[0].stems[0])
    found = [
        (postings, variant.weight)
        for variant in variants
        if len((postings := _postings(snapshot, locale, variant.stems)).docs)
    ]
    if not found:
        return NOTHING
    frequency = min(sum(len(postings.docs) * weight for postings, weight in found), snapshot.total)
    parts = [Scored(postings.docs, postings.frequencies * np.float32(w), 0) for postings, w in found]
    merged = parts[0] if len(parts) == 1 else _sum(snapshot, parts)
    return snapshot.score(locale, merged.docs, merged.scores, frequency)


def _postings(snapshot: Snapshot, locale: Locale, stems: Sequence[str]) -> Postings:
    """Return where all stems stand, each document with the frequency of the rarest."""
    field = text_field(locale)
    parts = sorted((snapshot.postings(field, stem) for stem in stems), key=lambda part: len(part.docs))
    docs, frequencies = parts[0].docs, parts[0].frequencies
    for part in parts[1:]:
        if not len(docs):
            break
        places = np.minimum(np.searchsorted(part.docs, docs), len(part.docs) - 1)
        both = part.docs[places] == docs
        docs = docs[both]
        frequencies = np.minimum(frequencies[both], part.frequencies[places[both]])
    return Postings(docs, frequencies)


def _sum(snapshot: Snapshot, parts: Sequence[Scored]) -> Scored:
    """Return the documents of any part with the sum of their scores."""
    parts = [part for part in parts if len(part.docs)]
    if len(parts) < 2:
        return parts[0] if parts else NOTHING
    if sum(len(part.docs) for part in parts) <= _FEW:
        docs = np.concatenate([part.docs for part in parts])
        order = np.argsort(docs, kind="stable")
        docs = docs[order]
        scores = np.concatenate([part.scores for part in parts])[order]
        starts = np.flatnonzero(np.concatenate(([True], docs[1:] != docs[:-1])))
        return Scored(docs[starts], np.add.reduceat(scores, starts), 0)
    dense = np.zeros(snapshot.total, np.float32)
    for part in parts:
        dense[part.docs] += part.scores
    docs = np.flatnonzero(dense != 0).astype(np.int32)
    return Scored(docs, dense[docs], 0)


def _every(
    snapshot: Snapshot, field: FieldPlan, clauses: Sequence[Scored], spans: Sequence[Scored]
) -> Scored:
    """Return the documents that hold something for every clause."""
    asked = [number for number, clause in enumerate(field.clauses) if clause.words]
    if not asked:
        return NOTHING
    if not spans:
        return _common(snapshot, [clauses[number] for number in asked])
    covered: dict[int, Mask] = {}
    for number in asked:
        mask = np.zeros(snapshot.total, np.bool_)
        mask[clauses[number].docs] = True
        covered[number] = mask
    for span, found in zip(field.spans, spans, strict=True):
        for number in span.clauses:
            if number in covered:
                covered[number][found.docs] = True
    docs = np.flatnonzero(np.logical_and.reduce(list(covered.values()))).astype(np.int32)
    if not len(docs):
        return NOTHING
    scores = sum((lookup(clauses[number], docs) for number in asked), np.zeros(len(docs), np.float32))
    return Scored(docs, scores + _beyond(field, clauses, spans, docs), 0)


def _some(snapshot: Snapshot, field: FieldPlan, clauses: Sequence[Scored], spans: Sequence[Scored]) -> Scored:
    """Return the documents that hold something for any clause."""
    found = _sum(snapshot, [*clauses, *spans])
    if not spans:
        return found
    scores = lookup(_sum(snapshot, clauses), found.docs)
    return Scored(found.docs, scores + _beyond(field, clauses, spans, found.docs), 0)


def _weighed(found: Scored, weight: float) -> Scored:
    return found if weight == 1 else Scored(found.docs, found.scores * np.float32(weight), 0)


def _beyond(field: FieldPlan, clauses: Sequence[Scored], spans: Sequence[Scored], docs: Docs) -> Floats:
    """Return what spans are worth beyond the clauses that they cover."""
    beyond = np.zeros(len(docs), np.float32)
    for span, found in zip(field.spans, spans, strict=True):
        if len(found.docs):
            single = sum((lookup(clauses[n], docs) for n in span.clauses), np.zeros(len(docs), np.float32))
            whole = lookup(found, docs) * np.float32(len(span.clauses))
            beyond += np.maximum(whole - single, 0)
    return beyond


def _common(snapshot: Snapshot, parts: Sequence[Scored]) -> Scored:
    """Return the documents of all parts with the sum of their scores."""
    parts = sorted(parts, key=lambda part: len(part.docs))
    docs, scores = parts[0].docs, parts[0].scores
    for part in parts[1:]:
        if not len(docs):
            break
        if len(docs) <= _FEW:
            places = np.minimum(np.searchsorted(part.docs, docs), len(part.docs) - 1)
            both = part.docs[places] == docs
            docs, scores = docs[both], scores[both] + part.scores[places[both]]
        else:
            dense = np.zeros(snapshot.total, np.float32)
            dense[part.docs] = part.scores
            more = dense[docs]
            both = more > 0
            docs, scores = docs[both], scores[both] + more[both]
    return Scored(docs, scores, 0)


def _best(snapshot: Snapshot, fields: Sequence[Scored]) -> tuple[Docs, Floats]:
    """Return the documents of any language with the score of their best one."""
    fields = [found for found in fields if len(found.docs)]
    if not fields:
        return NOTHING.docs, NOTHING.scores
    if len(fields) == 1:
        return fields[0].docs, fields[0].scores
    dense = np.zeros(snapshot.total, np.float32)
    for found in fields:
        dense[found.docs] = np.maximum(dense[found.docs], found.scores)
    docs = np.flatnonzero(dense != 0).astype(np.int32)
    return docs, dense[docs]


def _kept(snapshot: Snapshot, docs: Docs, plan: Plan) -> Mask:
    """Return which documents hold nothing that is excluded."""
    gone = np.zeros(snapshot.total, np.bool_)
    for field in plan.fields:
        for stems in field.excluded:
            if stems:
                gone[_postings(snapshot, field.locale, stems).docs] = True
    kept: Mask = ~gone[docs]
    return kept

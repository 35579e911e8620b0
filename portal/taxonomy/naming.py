"""Reads what the taxonomy calls things, for the expansion of queries."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.i18n import Locale
from portal.search.analysis import is_cyrillic, normalise
from portal.taxonomy.concepts import (
    ALTERNATIVE_WEIGHT,
    HIDDEN_WEIGHT,
    PREFERRED_WEIGHT,
    Label,
    NamedThing,
)
from portal.taxonomy.model import Concept, ConceptLabel, LabelKind, Term, TermLabel

_WEIGHTS = {
    LabelKind.PREFERRED: PREFERRED_WEIGHT,
    LabelKind.ALTERNATIVE: ALTERNATIVE_WEIGHT,
    LabelKind.HIDDEN: HIDDEN_WEIGHT,
}
_KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)

_Labels = dict[Locale, list[Label]]


def named_taxonomy(session: Session) -> list[NamedThing]:
    """Return the concepts of the thesaurus and the technology terms; three queries.

    A concept that is the same thing as a term comes with the labels of both.
    """
    concepts = _concept_labels(session)
    terms = _term_labels(session)
    same = dict(session.execute(select(Concept.code, Concept.term_code)).all())
    things = []
    for code, labels in concepts.items():
        term = same.get(code)
        shared = terms.get(term, {}) if term is not None else {}
        merged = {locale: [*labels.get(locale, ()), *shared.get(locale, ())] for locale in Locale}
        things.append(NamedThing(f"concept:{code}", merged, "thesaurus"))
    merged_terms = set(same.values())
    things += [
        NamedThing(f"term:{code}", labels, "thesaurus")
        for code, labels in terms.items()
        if code not in merged_terms
    ]
    return things


def _concept_labels(session: Session) -> dict[str, _Labels]:
    found: dict[str, _Labels] = {}
    rows = session.execute(
        select(
            ConceptLabel.concept_code, ConceptLabel.locale, ConceptLabel.label, ConceptLabel.kind
        ).order_by(ConceptLabel.concept_code, ConceptLabel.position)
    )
    for code, locale, text, kind in rows:
        label = Label(text, _WEIGHTS[kind], hidden=kind == LabelKind.HIDDEN)
        found.setdefault(code, {}).setdefault(locale, []).append(label)
    return found


def _term_labels(session: Session) -> dict[str, _Labels]:
    """Return the labels of terms; their synonyms are recognised, never printed."""
    found = {
        code: {locale: [Label(names[locale])] for locale in Locale}
        for code, names in session.execute(select(Term.code, Term.names).order_by(Term.position))
    }
    synonyms = select(TermLabel.term_code, TermLabel.locale, TermLabel.label).order_by(TermLabel.id)
    for code, locale, text in session.execute(synonyms):
        found[code][Locale(locale)].append(Label(text, HIDDEN_WEIGHT, hidden=True))
    return found


def named(key: str, *names: Iterable[tuple[Locale, Label]]) -> NamedThing:
    """Return a place or body under its names, the preferred ones first."""
    labels: _Labels = {}
    for locale, label in chain.from_iterable(names):
        labels.setdefault(locale, []).append(label)
    return NamedThing(key, labels, "name")


def in_languages(
    names: Mapping[str, str], weight: float = PREFERRED_WEIGHT, *, hidden: bool = False
) -> Iterator[tuple[Locale, Label]]:
    """Yield labels of names whose language is known."""
    for locale, text in names.items():
        yield Locale(locale), Label(text, weight, hidden)


def by_letters(names: Iterable[str], weight: float = HIDDEN_WEIGHT) -> Iterator[tuple[Locale, Label]]:
    """Yield hidden labels of names in whichever languages their letters allow."""
    for text in names:
        for locale in _languages_of(text):
            yield locale, Label(text, weight, hidden=True)


def _languages_of(text: str) -> tuple[Locale, ...]:
    if not is_cyrillic(normalise(text)):
        return (Locale.EN,)
    return (Locale.KK,) if _KAZAKH.search(text) else (Locale.KK, Locale.RU)

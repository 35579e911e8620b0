"""Reads technology terms out of texts: by their names, their synonyms and the thesaurus.

A concept of the thesaurus that is the same thing as a term, or a narrower one, names the
term too. What names more than two terms says too little to count.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.i18n import Locale
from portal.search import analysis
from portal.taxonomy.model import Concept, ConceptLabel, ConceptLink, LinkKind, Term, TermLabel

_Stems = tuple[str, ...]
#: A label that names more terms than this names none.
_MOST_TERMS = 2
#: A concept so many steps below a term's own still names the term.
_STEPS_BELOW = 2

Labels = Iterable[tuple[str, Locale, str]]


class TermReader:
    """Finds terms in texts.

    :param labels: term, language and label, in any order; labels belong to their language.
    """

    def __init__(self, labels: Labels) -> None:
        found: dict[Locale, dict[_Stems, dict[str, None]]] = {locale: {} for locale in Locale}
        for term, locale, label in labels:
            stems = tuple(analysis.terms(label, locale))
            if stems and len(label) > 2:
                found[locale].setdefault(stems, {})[term] = None
        self._labels = {
            locale: {stems: tuple(terms) for stems, terms in labels.items() if len(terms) <= _MOST_TERMS}
            for locale, labels in found.items()
        }
        self._longest = max((len(x) for labels in self._labels.values() for x in labels), default=0)

    def read(self, text: str, locale: Locale) -> tuple[str, ...]:
        """Return the terms that a text names, in the order in which it does; the longest label wins."""
        stems = analysis.terms(text, locale)
        labels = self._labels[locale]
        found: dict[str, None] = {}
        start = 0
        while start < len(stems):
            length = self._longest_at(stems, start, labels)
            for term in labels.get(tuple(stems[start : start + length]), ()):
                found[term] = None
            start += max(length, 1)
        return tuple(found)

    def _longest_at(self, stems: Sequence[str], start: int, labels: Mapping[_Stems, object]) -> int:
        most = min(self._longest, len(stems) - start)
        lengths = range(most, 0, -1)
        return next((x for x in lengths if tuple(stems[start : start + x]) in labels), 0)

    def words_of(self, terms: Iterable[str], locale: Locale) -> frozenset[str]:
        """Return the stems of all labels by which these terms are read in a language."""
        wanted = set(terms)
        return frozenset(
            stem for stems, named in self._labels[locale].items() if wanted & set(named) for stem in stems
        )


def read_labels(session: Session) -> list[tuple[str, Locale, str]]:
    """Return every label of every term, those of the thesaurus among them; five queries."""
    names = session.execute(select(Term.code, Term.names).order_by(Term.position)).all()
    labels = [(code, locale, own[locale]) for code, own in names for locale in Locale]
    synonyms = select(TermLabel.term_code, TermLabel.locale, TermLabel.label).order_by(TermLabel.id)
    labels += [(code, Locale(locale), label) for code, locale, label in session.execute(synonyms)]
    rows = select(ConceptLabel.concept_code, ConceptLabel.locale, ConceptLabel.label).order_by(
        ConceptLabel.concept_code, ConceptLabel.locale, ConceptLabel.position
    )
    concepts = [(code, locale, label) for code, locale, label in session.execute(rows)]
    terms = _terms_of_concepts(session, _same_things(labels, concepts))
    return labels + [
        (term, locale, label)
        for concept, locale, label in concepts
        for term in sorted(terms.get(concept, ()))
    ]


def _same_things(labels: Labels, concepts: Labels) -> dict[str, str]:
    """Return the term of each concept that is called like it in at least two languages.

    In one language alone a word may name two things.
    """
    called: dict[tuple[Locale, _Stems], set[str]] = {}
    for term, locale, label in labels:
        called.setdefault((locale, tuple(analysis.terms(label, locale))), set()).add(term)
    shared: dict[str, dict[str, set[Locale]]] = {}
    for concept, locale, label in concepts:
        for term in called.get((locale, tuple(analysis.terms(label, locale))), ()):
            shared.setdefault(concept, {}).setdefault(term, set()).add(locale)
    found = {}
    for concept, terms in shared.items():
        term, locales = max(terms.items(), key=lambda x: (len(x[1]), x[0]))
        if len(locales) > 1:
            found[concept] = term
    return found


def _terms_of_concepts(session: Session, same: Mapping[str, str]) -> dict[str, set[str]]:
    """Return the terms that each concept is, or stands below of.

    :param same: the terms of concepts that are called like them.
    """
    named = select(Concept.code, Concept.term_code).where(Concept.term_code.is_not(None))
    own = {**same, **{code: str(term) for code, term in session.execute(named)}}
    links = select(ConceptLink.concept_code, ConceptLink.other_code).where(
        ConceptLink.kind == LinkKind.BROADER
    )
    above: dict[str, list[str]] = {}
    for code, broader in session.execute(links):
        above.setdefault(code, []).append(broader)
    found: dict[str, set[str]] = {code: {term} for code, term in own.items()}
    for code in above:
        if code not in own:
            found[code] = _first_above(code, above, own)
    return found


def _first_above(code: str, above: Mapping[str, Sequence[str]], own: Mapping[str, str]) -> set[str]:
    step = {code}
    for _ in range(_STEPS_BELOW):
        step = {broader for x in step for broader in above.get(x, ())}
        terms = {own[x] for x in step if x in own}
        if terms:
            return terms
    return set()

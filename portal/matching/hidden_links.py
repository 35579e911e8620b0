"""Finds again what seeded projects use, after the link and the term are taken away.

Each project that names a term which a technology carries is treated as a need: without the
link, without the term and all above it, and with every word of the term's names and
synonyms masked in its text, in three languages. A hit is a technology that carries the
term among the first five.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.kinds.project import Project
from portal.catalogue.kinds.technology import Technology
from portal.catalogue.queries import list_whole
from portal.core.actor import ANONYMOUS
from portal.core.i18n import Locale
from portal.core.money import MoneyRange
from portal.matching.columns.ranking import rank_technologies
from portal.matching.columns.technologies import TechnologyColumns
from portal.matching.facts import DeploymentFacts, NeedFacts, TechnologyFacts
from portal.matching.portfolio import Portfolio
from portal.matching.queries import with_evidence
from portal.matching.reading import read_technology, terms_read_in
from portal.search import analysis
from portal.search.index import SearchIndex
from portal.taxonomy.model import Term, TermLabel

#: So many of the first technologies are looked at.
FIRST = 5

#: The words of each term's names and synonyms, by language.
TermWords = Mapping[str, Mapping[Locale, frozenset[str]]]


@dataclass(frozen=True)
class Hidden:
    """A project whose term was hidden.

    :ivar place: of the first technology that carries the term; ``None`` = it was not ranked.
    :ivar others: whether the project names other terms still.
    """

    project: str
    term: str
    place: int | None
    others: bool

    @property
    def hit(self) -> bool:
        """Return whether such a technology stands among the first."""
        return self.place is not None and self.place <= FIRST


def hidden_links(session: Session, known: Portfolio, index: SearchIndex) -> Iterator[Hidden]:
    """Yield each seeded project with where its hidden technology stands."""
    technologies: Sequence[Technology] = list_whole(session, ANONYMOUS, "technology")
    carried = {code for x in technologies for code in x.term_codes}
    words = term_words(session)
    for project in list_whole(session, ANONYMOUS, "project"):
        term = next((x for x in project.term_codes if x in carried), None)
        if term is not None:
            yield _hide(session, known, index, project, term, technologies, words)


def _hide(
    session: Session,
    known: Portfolio,
    index: SearchIndex,
    project: Project,
    term: str,
    technologies: Sequence[Technology],
    words: TermWords,
) -> Hidden:
    hidden = set(known.knowledge.tree.path(term))
    texts = {
        x.locale: masked(f"{x.title}. {x.summary}", x.locale, words[term]) for x in project.texts.values()
    }
    need = _as_need(project, known, hidden, texts)
    need = with_evidence(session, need, " ".join(texts.values()), known, index)
    columns = _without_links(project.key, technologies, known)
    ranked = rank_technologies(need, columns, len(technologies))
    right = {x.id for x in technologies if term in x.term_codes}
    place = next((place for place, x in enumerate(ranked.ids, 1) if x in right), None)
    return Hidden(project.key or str(project.id), term, place, bool(need.terms))


def _as_need(project: Project, known: Portfolio, hidden: set[str], texts: Mapping[Locale, str]) -> NeedFacts:
    cost = project.cost
    region = project.place.region if project.place is not None else None
    return NeedFacts(
        id=project.id,
        objective=project.objective,
        countries=tuple(project.country_codes),
        regions=(region,) if region else (),
        sectors=tuple(project.sector_codes),
        terms=tuple(x for x in project.term_codes if x not in hidden),
        read_terms=tuple(x for x in terms_read_in(texts, known.reader) if x not in hidden),
        capacity=project.capacity,
        budget=None
        if cost is None
        else MoneyRange(cost.currency, min=cost.amount, max=cost.amount, price_year=cost.year),
    )


def _without_links(
    project: str | None, technologies: Sequence[Technology], known: Portfolio
) -> TechnologyColumns:
    linked = {d.project_key for x in technologies for d in x.deployments if d.project_key is not None}
    if project not in linked:
        return known.technologies
    return TechnologyColumns.made_of((_unlinked(x, project, known) for x in technologies), known.knowledge)


def _unlinked(technology: Technology, project: str | None, known: Portfolio) -> TechnologyFacts:
    """Return a technology's facts without what it says of the project."""
    facts = read_technology(technology, known.reader)
    places = tuple(
        DeploymentFacts(x.country_code, x.climate, x.running)
        for x in technology.deployments
        if x.project_key is None or x.project_key != project
    )
    return facts if len(places) == len(facts.deployments) else _with_places(facts, places)


def _with_places(facts: TechnologyFacts, places: tuple[DeploymentFacts, ...]) -> TechnologyFacts:
    return TechnologyFacts(**{**vars(facts), "deployments": places})


def masked(text: str, locale: Locale, words: Mapping[Locale, frozenset[str]]) -> str:
    """Return a text's words without those whose stems are masked."""
    hidden = words[locale]
    return " ".join(x for x in analysis.words_of(text) if analysis.stem(x, locale) not in hidden)


def term_words(session: Session) -> TermWords:
    """Return the stems of each term's names and synonyms, by language."""
    found: dict[str, dict[Locale, set[str]]] = {}
    names = session.execute(select(Term.code, Term.names)).all()
    labels = [(code, locale, own[locale]) for code, own in names for locale in Locale]
    synonyms = session.execute(select(TermLabel.term_code, TermLabel.locale, TermLabel.label)).all()
    for code, locale, label in [*labels, *((x, Locale(y), z) for x, y, z in synonyms)]:
        own = found.setdefault(code, {x: set() for x in Locale})
        own[locale].update(analysis.terms(label, locale))
    return {code: {x: frozenset(stems) for x, stems in own.items()} for code, own in found.items()}

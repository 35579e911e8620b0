"""Suggestions while typing: concepts, technology terms, organisations, places and titles.

What things are called is kept in memory, per process, and follows the thesaurus and the
names; titles come from the search index and are read again under the visibility rule.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.catalogue import policy
from portal.catalogue.kinds import KINDS
from portal.catalogue.model import Entry, EntryText
from portal.catalogue.slugs import slug_of
from portal.core.actor import Actor
from portal.core.database import Sessions
from portal.core.i18n import Locale, best
from portal.pages.labels import LabelIndex, Match, ShownLabel, begins, preferred
from portal.reference.model import Country
from portal.search import analysis
from portal.search.index import IndexMissing, Query, SearchIndex
from portal.taxonomy.concepts import NamedThing
from portal.taxonomy.model import ConceptLink, LinkKind
from portal.taxonomy.provider import ConceptsProvider

MOST = 10
#: So many things at most, while there are titles for the rest.
_MOST_THINGS = 6
_MOST_SEEN = 4
_MOST_RELATED = 4
#: Titles are looked for among so many of the best hits.
_CANDIDATES = 40
#: Whoever types more than this is writing a text.
_MOST_WORDS = 8


@dataclass(frozen=True)
class Suggestion:
    """Something that the reader may mean.

    :ivar kind: ``concept``, ``term``, ``organisation``, ``country``, ``place`` or a kind of entry.
    :ivar matched: the words that begin as typed, where the label is not in that language.
    :ivar endpoint: where it leads, with :attr:`values` in the address.
    """

    label: ShownLabel
    kind: str
    matched: ShownLabel | None
    endpoint: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Related:
    """The concepts around one, as suggestions in the reader's language."""

    broader: Sequence[Suggestion]
    narrower: Sequence[Suggestion]
    related: Sequence[Suggestion]

    @property
    def every(self) -> list[Suggestion]:
        """All of them."""
        return [*self.broader, *self.narrower, *self.related]


@dataclass(frozen=True)
class _Places:
    """What has a page of its own, and what stands around a concept; by code or key."""

    organisations: Mapping[str, int]
    countries: frozenset[str]
    broader: dict[str, list[str]] = field(default_factory=dict)
    narrower: dict[str, list[str]] = field(default_factory=dict)
    related: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Kept:
    """What was made of some things.

    :ivar source: the provider's own list; another one means that something has changed.
    """

    source: Sequence[NamedThing]
    labels: LabelIndex
    places: _Places
    concepts: Mapping[str, NamedThing]


class Suggester:
    """Suggests; one per process, any thread may ask.

    :param concepts: what things are called.
    """

    def __init__(self, concepts: ConceptsProvider, sessions: Sessions) -> None:
        self._concepts = concepts
        self._sessions = sessions
        self._kept: _Kept | None = None
        self._building = threading.Lock()

    def things(self, typed: str, locale: Locale) -> list[Suggestion]:
        """Return concepts, terms, bodies and places one of whose labels begins as typed, nearest first."""
        if not 0 < len(analysis.surface_words(typed, locale)) <= _MOST_WORDS:
            return []
        kept = self._current()
        found: dict[str, Suggestion] = {}
        for match in kept.labels.beginning(typed, locale):
            suggestion = _suggestion(match, kept.places)
            if suggestion is None:
                continue
            # Of things that are called the same, a body or place is meant rather than its concept.
            known = found.get(name := suggestion.label.text.casefold())
            if known is None or known.kind == "concept":
                found[name] = suggestion
            if len(found) == MOST:
                break
        return list(found.values())

    def see_also(self, typed: str, locale: Locale) -> list[Suggestion]:
        """Return what a page of hits suggests: not what was searched for, nor what is around it."""
        around = self.related(typed, locale)
        known = [x.label.text for x in around.every] if around else []
        done = {text.casefold() for text in (" ".join(typed.split()), *known)}
        others = [x for x in self.things(typed, locale) if x.values.get("q", "").casefold() not in done]
        return others[:_MOST_SEEN]

    def related(self, typed: str, locale: Locale) -> Related | None:
        """Return the concepts around the one that is called as typed, if there is one."""
        kept = self._current()
        for thing in kept.labels.called(typed, locale):
            sort, code = thing.key.split(":", 1)
            if sort == "concept":
                places = kept.places

                def named(codes: Iterable[str]) -> list[Suggestion]:
                    things = (kept.concepts[x] for x in codes if x in kept.concepts)
                    return [_concept(preferred(x, locale), None) for x in things][:_MOST_RELATED]

                found = [named(x.get(code, ())) for x in (places.broader, places.narrower, places.related)]
                if any(found):
                    return Related(*found)
        return None

    def _current(self) -> _Kept:
        things = self._concepts.things()
        kept = self._kept
        if kept is not None and (kept.source is things or not self._building.acquire(blocking=False)):
            # While one makes it anew, all others go on with the old one.
            return kept
        if kept is None:
            self._building.acquire()
        try:
            if self._kept is None or self._kept.source is not things:
                self._kept = self._read(things)
            return self._kept
        finally:
            self._building.release()

    def _read(self, things: Sequence[NamedThing]) -> _Kept:
        with self._sessions() as session:
            places = _read_places(session)
        concepts = {
            thing.key.removeprefix("concept:"): thing for thing in things if thing.key.startswith("concept:")
        }
        return _Kept(things, LabelIndex(things), places, concepts)


def suggest(
    session: Session, suggester: Suggester, index: SearchIndex, actor: Actor, typed: str, locale: Locale
) -> list[Suggestion]:
    """Return at most ten suggestions: things that are called so, then titles of visible entries."""
    things = suggester.things(typed, locale)
    titles = titles_with(session, index, actor, typed, locale, MOST - min(len(things), _MOST_THINGS))
    return [*things[: MOST - len(titles)], *titles]


def titles_with(
    session: Session, index: SearchIndex, actor: Actor, typed: str, locale: Locale, most: int
) -> list[Suggestion]:
    """Return entries that the actor may view with the typed words in a title, the last one begun.

    Without an index there are none.
    """
    given = analysis.words_of(typed)
    if not 0 < len(given) <= _MOST_WORDS:
        return []
    labels = policy.labels_of(actor)
    query = Query(" ".join(given) + "*", labels, limit=_CANDIDATES, facets=(), expand=False)
    try:
        ids = [hit.id for hit in index.search(query).hits]
    except IndexMissing:
        return []
    rows = session.execute(
        select(Entry.id, Entry.kind, EntryText.locale, EntryText.title)
        .join(EntryText, EntryText.entry_id == Entry.id)
        .where(Entry.id.in_(ids), policy.visible(actor))
    )
    titles: dict[int, dict[str, str]] = {}
    kinds: dict[int, str] = {}
    for row in rows:
        titles.setdefault(row.id, {})[row.locale] = row.title
        kinds[row.id] = row.kind
    every = (_title(id_, kinds[id_], titles[id_], given, locale) for id_ in ids if id_ in titles)
    found = [suggestion for suggestion in every if suggestion is not None]
    # Titles in the reader's language first, otherwise as the index ranked them.
    return sorted(found, key=lambda suggestion: suggestion.matched is not None)[:most]


def _title(
    id_: int, kind: str, titles: Mapping[str, str], given: Sequence[str], locale: Locale
) -> Suggestion | None:
    """Return an entry as a suggestion if the words stand in one of its titles."""
    labels = {x: ShownLabel(title, Locale(x)) for x, title in titles.items()}
    holding = {x: label for x, label in labels.items() if _holds(label, given)}
    if not holding:
        return None
    label, matched = best(labels, locale), best(holding, locale)
    values = {"plural": KINDS[kind].plural, "entry_id": id_, "slug": slug_of(label.text) or None}
    return Suggestion(label, kind, None if matched == label else matched, "catalogue.entry", values)


def _holds(title: ShownLabel, given: Sequence[str]) -> bool:
    """Return whether each word stands in a title, in any of its forms or begun."""
    stems = set(analysis.terms(title.text, title.locale))
    return all(analysis.stem(word, title.locale) in stems or begins(title.text, [word]) for word in given)


def _suggestion(match: Match, places: _Places) -> Suggestion | None:
    """Return where a thing leads; none where it has no page and stands in no text."""
    sort, code = match.thing.key.split(":", 1)
    if sort == "concept":
        return _concept(match.label, match.matched)
    if sort == "term":
        return Suggestion(match.label, sort, match.matched, "pages.search", {"term": code})
    if sort == "organisation" and code in places.organisations:
        values = {"organisation_id": places.organisations[code]}
        return Suggestion(match.label, sort, match.matched, "pages.organisation", values)
    if sort == "country" and code in places.countries:
        return Suggestion(match.label, sort, match.matched, "pages.country", {"code": code})
    if sort in ("region", "capital"):
        return Suggestion(match.label, "place", match.matched, "pages.search", {"q": match.label.text})
    return None


def _concept(label: ShownLabel, matched: ShownLabel | None) -> Suggestion:
    return Suggestion(label, "concept", matched, "pages.search", {"q": label.text})


def _read_places(session: Session) -> _Places:
    rows = session.execute(select(Organisation.key, Organisation.id))
    places = _Places(
        organisations={row.key: row.id for row in rows},
        countries=frozenset(session.scalars(select(Country.code).where(Country.core))),
    )
    columns = ConceptLink.concept_code, ConceptLink.other_code
    for code, other, kind in session.execute(select(*columns, ConceptLink.kind).order_by(*columns)):
        broader = kind == LinkKind.BROADER
        _note(places.broader if broader else places.related, code, other)
        _note(places.narrower if broader else places.related, other, code)
    return places


def _note(links: dict[str, list[str]], source: str, target: str) -> None:
    known = links.setdefault(source, [])
    if target not in known:
        known.append(target)

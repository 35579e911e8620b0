"""What the portal asks of a search engine, whichever it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeGuard

from sqlalchemy.orm import Session

from portal.core.errors import PortalError
from portal.core.i18n import Locale
from portal.search.expansion import Variant
from portal.search.vocabulary import Vocabulary

#: The label that everybody has.
PUBLIC = "public"
#: How many times a word in a title counts.
TITLE_WEIGHT = 5
#: Facets in the order in which pages show them.
FACETS = ("kind", "country", "sector", "term", "stage", "instrument", "language")
SORTS = ("relevance", "newest")


@dataclass(frozen=True)
class Document:
    """What the index holds of one entry: ids, codes and words, never what a page shows.

    :ivar labels: who may find it; see ``catalogue.policy``.
    :ivar facets: codes by facet.
    :ivar titles: by language; weigh more than bodies.
    :ivar bodies: all other words, by language.
    :ivar moment: for sorting by age; seconds since 1970.
    """

    id: int
    labels: frozenset[str]
    facets: Mapping[str, tuple[str, ...]]
    titles: Mapping[Locale, str]
    bodies: Mapping[Locale, str]
    moment: int


@dataclass(frozen=True)
class Query:
    """What is looked for.

    :ivar text: as typed, in the language of :mod:`portal.search.syntax`; empty = everything.
    :ivar labels: an entry needs one of these.
    :ivar filters: by facet, the values of which an entry needs one.
    :ivar without: by facet, the values of which an entry may have none.
    :ivar locales: the languages whose texts are searched.
    :ivar facets: those to count.
    :ivar only: nothing but these entries; ``None`` = any.
    :ivar expand: whether words stand for their translations and spellings too.
    """

    text: str
    labels: frozenset[str]
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    limit: int = 20
    offset: int = 0
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    locales: tuple[Locale, ...] = tuple(Locale)
    facets: tuple[str, ...] = FACETS
    only: frozenset[int] | None = None
    expand: bool = True


@dataclass(frozen=True, slots=True)
class Through:
    """Other words than the typed ones by which an entry was found.

    :ivar typed: the words of the query.
    :ivar variant: what stands for them in the entry.
    """

    typed: str
    variant: Variant


@dataclass(frozen=True)
class Hit:
    """An entry that was found.

    :ivar matched_in: the languages whose words matched, best first.
    :ivar through: for words of the query that do not themselves stand in the language
        that matched best, what stands there for them.
    """

    id: int
    score: float
    matched_in: tuple[Locale, ...]
    through: tuple[Through, ...] = ()


@dataclass(frozen=True)
class Results:
    """A page of hits.

    :ivar total: hits on all pages.
    :ivar facets: for each facet how many hits carry each value, filters of the facet itself apart.
    :ivar relaxed: few or no entries have all the words, so those with some of them are
        given too, after them.
    :ivar complete: where ``relaxed``, how many of the hits have all the words; ``None`` for
        a query so long that none is expected to.
    :ivar meant: the stems that the query surely means in each language, to mark them.
    :ivar cut: prefixes of which only the commonest continuations were looked up.
    :ivar ranked: of how many of the hits the order is known; fewer than ``total`` where an
        engine ranks only a part.
    """

    total: int
    hits: Sequence[Hit]
    facets: Mapping[str, Mapping[str, int]]
    relaxed: bool = False
    complete: int | None = None
    meant: Mapping[Locale, frozenset[str]] = field(default_factory=dict)
    cut: tuple[str, ...] = ()
    ranked: int | None = None


class IndexMissing(PortalError):
    """There is no index to search in yet."""


class DocumentSource(Protocol):
    """Where the documents come from; app.py registers one."""

    def identity(self) -> str:
        """Return the name of the database, so that no index serves another one's."""

    def position(self) -> int:
        """Return the number of the newest change."""

    def changed_since(self, position: int) -> set[int]:
        """Return the ids that changed after a position."""

    def ids(self) -> Sequence[int]:
        """Return all ids."""

    def documents(self, ids: Sequence[int]) -> Iterator[Document]:
        """Yield the documents of those ids that exist."""


Progress = Callable[[Sequence[int]], Iterable[int]]


class SearchIndex(Protocol):
    """An engine.

    :ivar transactional: whether it is a :class:`TransactionalIndex`.
    """

    transactional: bool

    def search(self, query: Query) -> Results:
        """Return a page of hits.

        :raises IndexMissing: there is none to search in.
        """

    def vocabulary(self, locale: Locale) -> Vocabulary:
        """Return the words of public entries in a language.

        :raises IndexMissing: there is none.
        """

    def tidy(self) -> None:
        """Put small pieces of the index together, if there are many."""

    def update(self, source: DocumentSource, ids: Sequence[int]) -> None:
        """Bring these entries up to date; those that are gone leave the index."""

    def rebuild(self, source: DocumentSource, progress: Progress) -> int:
        """Build anew beside the running index, then swap; returns the number of documents."""

    def is_current(self, source: DocumentSource) -> bool:
        """Return whether there is an index of this source, made by this version of the analysis."""


class TransactionalIndex(SearchIndex, Protocol):
    """An engine in the portal's own database: what it finds is what is committed."""

    def update_within(self, session: Session, ids: Sequence[int], documents: Iterable[Document]) -> None:
        """Bring these entries up to date in a transaction of the caller's.

        :param documents: of those ids that exist, as the transaction leaves them; not read
            where there is no index yet.
        """


def is_transactional(index: SearchIndex) -> TypeGuard[TransactionalIndex]:
    """Return whether an engine writes in the transaction of the change."""
    return index.transactional

"""What the portal asks of a search engine, whichever it is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from portal.core.errors import PortalError
from portal.core.i18n import Locale

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

    :ivar text: as typed; empty = everything.
    :ivar labels: an entry needs one of these.
    :ivar filters: by facet, the values of which an entry needs one.
    """

    text: str
    labels: frozenset[str]
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True)
class Hit:
    """An entry that was found.

    :ivar matched_in: the languages whose words matched, best first.
    """

    id: int
    score: float
    matched_in: tuple[Locale, ...]


@dataclass(frozen=True)
class Results:
    """A page of hits.

    :ivar total: hits on all pages.
    :ivar facets: for each facet how many hits carry each value, filters of the facet itself apart.
    :ivar relaxed: no entry has all the words, so those with some of them are given.
    """

    total: int
    hits: Sequence[Hit]
    facets: Mapping[str, Mapping[str, int]]
    relaxed: bool = False


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
    """An engine."""

    def search(self, query: Query) -> Results:
        """Return a page of hits."""

    def update(self, source: DocumentSource, ids: Sequence[int]) -> None:
        """Bring these entries up to date; those that are gone leave the index."""

    def rebuild(self, source: DocumentSource, progress: Progress) -> int:
        """Build anew beside the running index, then swap; returns the number of documents."""

    def is_current(self, source: DocumentSource) -> bool:
        """Return whether there is an index of this source, made by this version of the analysis."""

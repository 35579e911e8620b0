"""The engines that the benchmark compares, behind one protocol: the portal's and plain Whoosh.

All index the stems that the portal's analysis makes, the same facets and labels, and
answer a question with how many entries they found, the best twenty with their scores,
and counts of facets: the portal from the words of the query, the others from its stems.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from whoosh import index as whoosh
from whoosh import query as queries
from whoosh import sorting

from portal.core.database import make_engine
from portal.core.i18n import Locale
from portal.search.bench_catalogue import Catalogue, CatalogueShelf
from portal.search.bench_queries import Question
from portal.search.expansion import Expander
from portal.search.index import PUBLIC, Document, Hit, Query, Results, SearchIndex
from portal.search.postgres_index import PostgresIndex
from portal.search.shelf import Shelf
from portal.search.snapshot import LABEL_FIELD, facet_field, text_field
from portal.search.whoosh_files import IndexFiles, segment_names
from portal.search.whoosh_index import WhooshIndex

LIMIT = 20
LABELS = frozenset({PUBLIC})


class Engine(Protocol):
    """An engine that builds in one process and answers in another."""

    def build(self, catalogue: Catalogue) -> None:
        """Index all entries."""

    def drop(self, gone: Sequence[int]) -> None:
        """Take entries out, as a running portal does."""

    def open(self) -> None:
        """Make ready to answer."""

    def ask(self, question: Question) -> Results:
        """Answer a question in its language."""

    def put(self, document: Document) -> None:
        """Add an entry or bring it up to date, so that the next question finds it."""

    def tidy(self) -> None:
        """Put small pieces together, if the engine leaves that to others."""


class PortalEngine:
    """One of the portal's own engines, called as pages call it.

    :param make: makes the index object, with what words are called elsewhere.
    """

    def __init__(
        self, make: Callable[[Expander | None], SearchIndex], expander: Expander | None = None
    ) -> None:
        self.index = make(expander)

    def build(self, catalogue: Catalogue) -> None:
        """Index all entries."""
        self.index.rebuild(CatalogueShelf(catalogue), iter)

    def drop(self, gone: Sequence[int]) -> None:
        """Take entries out."""
        self.index.update(Shelf(), gone)

    def open(self) -> None:
        """Read the index, which the first use does."""
        self.index.vocabulary(Locale.EN)

    def ask(self, question: Question) -> Results:
        """Answer a question in its language."""
        return self.index.search(
            Query(
                question.text,
                LABELS,
                {facet: (code,) for facet, code in question.filters.items()},
                limit=LIMIT,
                locales=(question.locale,),
                facets=question.facets,
                expand=False,
            )
        )

    def ask_everywhere(self, question: Question) -> Results:
        """Answer a question in all languages, with what its words are called there."""
        filters = {facet: (code,) for facet, code in question.filters.items()}
        return self.index.search(Query(question.text, LABELS, filters, limit=LIMIT, facets=question.facets))

    def put(self, document: Document) -> None:
        """Add an entry or bring it up to date."""
        self.index.update(Shelf(document), [document.id])

    def tidy(self) -> None:
        """Put small segments together."""
        self.index.tidy()


def embedded(folder: Path) -> Callable[[Expander | None], SearchIndex]:
    """Return what makes the embedded index of a folder."""
    return lambda expander: WhooshIndex(folder, None if expander is None else lambda: expander)


def in_database(url: str) -> Callable[[Expander | None], SearchIndex]:
    """Return what makes the index of a PostgreSQL database."""
    engine = make_engine(url)
    return lambda expander: PostgresIndex(engine, None if expander is None else lambda: expander)


def segments(folder: Path) -> int:
    """Return of how many segments the embedded index of a folder consists."""
    return len(segment_names(_build_folder(folder)))


def _build_folder(folder: Path) -> Path:
    return folder / (IndexFiles(folder).current() or "")


class WhooshEngine(PortalEngine):
    """Whoosh by itself on an index that the portal has written."""

    def __init__(self, folder: Path) -> None:
        super().__init__(embedded(folder))
        self._folder = folder

    def open(self) -> None:
        """Open the index."""
        self._searcher = whoosh.open_dir(str(_build_folder(self._folder))).searcher()

    def ask(self, question: Question) -> Results:
        """Answer a question in its language."""
        needed = {LABEL_FIELD: PUBLIC}
        needed |= {facet_field(facet): code for facet, code in question.filters.items()}
        found = self._searcher.search(
            _query(question),
            limit=LIMIT,
            filter=queries.And([queries.Term(field, value) for field, value in needed.items()]),
            groupedby={
                facet: sorting.FieldFacet(facet_field(facet), maptype=sorting.Count)
                for facet in question.facets
            }
            or None,
        )
        keys = self._searcher.reader().column_reader("key")
        hits = [Hit(keys[number], score, (question.locale,)) for score, number in found.top_n]
        facets = {facet: dict(found.groups(facet)) for facet in question.facets}
        return Results(len(found), hits, facets)

    def put(self, document: Document) -> None:
        """Add an entry or bring it up to date, in a segment of its own."""
        super().put(document)
        self._searcher = self._searcher.refresh()


def _query(question: Question) -> Any:
    field = text_field(question.locale)
    parts = [
        queries.Or([queries.Term(field, stem) for stem in clause])
        if len(clause) > 1
        else queries.Term(field, clause[0])
        for clause in question.clauses
    ]
    if len(parts) == 1:
        return parts[0]
    return (queries.And if question.every else queries.Or)(parts)

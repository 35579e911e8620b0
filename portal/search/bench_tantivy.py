"""Tantivy in the benchmark; imported only where it is installed."""

from collections.abc import Sequence
from pathlib import Path

import tantivy

from portal.core.i18n import Locale
from portal.search.bench_catalogue import CODES, Catalogue, Row, row_of
from portal.search.bench_engines import LIMIT
from portal.search.bench_queries import Question
from portal.search.index import PUBLIC, Document, Hit, Results

_MEMORY = 128_000_000
_MOST_VALUES = 300


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("label", tokenizer_name="raw", index_option="basic")
    for locale in Locale:
        builder.add_text_field(locale, tokenizer_name="whitespace", index_option="freq")
    for facet in CODES:
        builder.add_text_field(facet, tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


class TantivyEngine:
    """A search engine in Rust; one thread writes, as with the others."""

    def __init__(self, folder: Path) -> None:
        self._index = tantivy.Index(_schema(), path=str(folder))

    def build(self, catalogue: Catalogue) -> None:
        """Index all entries."""
        writer = self._index.writer(_MEMORY, 1)
        for entry_id in range(1, catalogue.entries + 1):
            writer.add_document(_document(catalogue.row(entry_id)))
        writer.commit()
        writer.wait_merging_threads()

    def drop(self, gone: Sequence[int]) -> None:
        """Take entries out."""
        writer = self._index.writer(_MEMORY, 1)
        for entry_id in gone:
            writer.delete_documents_by_term("id", entry_id)
        writer.commit()
        writer.wait_merging_threads()

    def open(self) -> None:
        """Read the newest state."""
        self._writer: tantivy.IndexWriter | None = None
        self._read()

    def ask(self, question: Question) -> Results:
        """Answer a question in its language."""
        query = self._query(question)
        found = self._searcher.search(query, LIMIT)
        ids = self._searcher.fast_field_values("id", [address for _, address in found.hits])
        hits = [Hit(int(x or 0), hit[0], (question.locale,)) for x, hit in zip(ids, found.hits, strict=True)]
        if not question.facets:
            return Results(found.count, hits, {})
        wanted = {facet: {"terms": {"field": facet, "size": _MOST_VALUES}} for facet in question.facets}
        counted = self._searcher.aggregate(query, wanted)
        facets = {
            facet: {bucket["key"]: bucket["doc_count"] for bucket in counted[facet]["buckets"]}
            for facet in question.facets
        }
        return Results(found.count, hits, facets)

    def put(self, document: Document) -> None:
        """Add an entry or bring it up to date."""
        self._writer = self._writer or self._index.writer(_MEMORY, 1)
        self._writer.delete_documents_by_term("id", document.id)
        self._writer.add_document(_document(row_of(document)))
        self._writer.commit()
        self._read()

    def tidy(self) -> None:
        """Do nothing: tantivy merges by itself."""

    def _read(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()

    def _query(self, question: Question) -> tantivy.Query:
        needed = {"label": PUBLIC, **question.filters}
        clauses = [self._any_of(question.locale, clause) for clause in question.clauses]
        words = clauses[0] if len(clauses) == 1 else _joined(clauses, every=question.every)
        filters = [
            tantivy.Query.const_score_query(self._term(field, value), 0.0) for field, value in needed.items()
        ]
        return _joined([words, *filters], every=True)

    def _any_of(self, field: str, stems: Sequence[str]) -> tantivy.Query:
        terms = [self._term(field, stem) for stem in stems]
        return terms[0] if len(terms) == 1 else _joined(terms, every=False)

    def _term(self, field: str, value: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._index.schema, field, value, index_option="freq")


def _joined(parts: Sequence[tantivy.Query], *, every: bool) -> tantivy.Query:
    occur = tantivy.Occur.Must if every else tantivy.Occur.Should
    return tantivy.Query.boolean_query([(occur, part) for part in parts])


def _document(row: Row) -> tantivy.Document:
    codes = {facet: [code] for facet, code in row.facets.items()}
    stems = {locale.value: [text] for locale, text in row.stems.items()}
    return tantivy.Document(id=[row.id], label=list(row.labels), **codes, **stems)

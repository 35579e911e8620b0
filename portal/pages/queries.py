"""Search over all kinds: what the index finds, read again under the one visibility rule."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue import policy
from portal.catalogue.model import Entry, EntryText
from portal.catalogue.names import Names
from portal.catalogue.queries import by_ids
from portal.core.actor import Actor
from portal.core.i18n import Locale
from portal.pages.fields import known_codes
from portal.search import analysis
from portal.search.finder import Finder, Findings
from portal.search.index import FACETS, SORTS, Hit, Query, Through

PER_PAGE = 20
#: Letters of a query; enough for a pasted paragraph of three hundred words.
LONGEST_QUERY = 4_000
#: How many ids one statement may carry on either database.
_IDS_AT_ONCE = 5_000

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_MARKDOWN = re.compile(r"[*_`#>]|\]\([^)\n]{0,2000}\)|\[")

Pieces = Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for.

    :ivar filters: by facet, the values of which an entry needs one.
    :ivar without: by facet, the values of which an entry may have none.
    :ivar page: counted from 1.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    without: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    limit: int = PER_PAGE


@dataclass(frozen=True)
class Marks:
    """A hit's words with those found marked.

    :ivar title: in the page's language, or the best there is.
    :ivar snippet: from the text that matched.
    :ivar locale: the language of the snippet.
    """

    title: Pieces
    snippet: Pieces
    locale: Locale


@dataclass(frozen=True)
class Found:
    """An entry that was found.

    :ivar matched_in: the languages whose words matched, best first; empty without words.
    :ivar through: other words than the typed ones by which it was found.
    """

    entry: Entry
    score: float
    matched_in: Sequence[Locale]
    marks: Marks
    through: Sequence[Through] = ()


@dataclass(frozen=True)
class SearchPage:
    """A page of what was found.

    :ivar facets: by facet, in the order of pages, the entries of each value, most first.
    :ivar findings: how the query was understood, and what was made of it.
    """

    wanted: Wanted
    total: int
    found: Sequence[Found]
    facets: Mapping[str, Mapping[str, int]]
    findings: Findings

    @property
    def pages(self) -> int:
        """The number of pages, at least one."""
        return max(1, -(-self.total // self.wanted.limit))


def clean_text(text: str) -> str:
    """Return a query without what no one types: control characters, endless length."""
    return _CONTROL.sub(" ", text).strip()[:LONGEST_QUERY]


def clean_filters(asked: Mapping[str, Sequence[str]], names: Names) -> dict[str, tuple[str, ...]]:
    """Return the filters whose values exist; anything else in an address is left out."""
    known = known_codes(names)
    found = {
        facet: tuple(dict.fromkeys(value for value in asked.get(facet, ()) if value in known[facet]))
        for facet in FACETS
    }
    return {facet: values for facet, values in found.items() if values}


def clean_sort(sort: str) -> str:
    """Return a known order."""
    return sort if sort in SORTS else SORTS[0]


def search(session: Session, finder: Finder, actor: Actor, wanted: Wanted, locale: Locale) -> SearchPage:
    """Return a page of entries that the actor may view.

    The index may lag behind: each id is checked against the database, a page that loses
    some is filled from those that follow, and the total counts them no more.

    :param locale: the language of the reader, for titles; never filters.
    :raises IndexMissing: there is no index yet.
    """
    findings, hits, lost = _visible_hits(session, finder, actor, wanted)
    results = findings.results
    page = hits[(wanted.page - 1) * wanted.limit : wanted.page * wanted.limit]
    entries = {entry.id: entry for entry in by_ids(session, actor, [hit.id for hit in page])}
    stems = {locale: results.meant.get(locale, frozenset()) for locale in Locale}
    return SearchPage(
        wanted=wanted,
        total=results.total - lost,
        found=[_found(entries[hit.id], hit, stems, locale) for hit in page if hit.id in entries],
        facets={name: _ordered(name, results.facets.get(name, {}), wanted.filters) for name in FACETS},
        findings=findings,
    )


def _visible_hits(
    session: Session, finder: Finder, actor: Actor, wanted: Wanted
) -> tuple[Findings, Sequence[Hit], int]:
    """Return the index's answer, the hits up to the wanted page that stand, and how many fell."""
    end = wanted.page * wanted.limit
    query = Query(
        text=wanted.text,
        labels=policy.labels_of(actor),
        filters=wanted.filters,
        without=wanted.without,
        sort=wanted.sort,
        limit=end,
    )
    while True:
        findings = finder.find(query)
        results = findings.results
        seen = _visible(session, actor, [hit.id for hit in results.hits])
        hits = [hit for hit in results.hits if hit.id in seen]
        lost = len(results.hits) - len(hits)
        if len(hits) >= end or len(results.hits) < query.limit:
            return findings, hits, lost
        query = replace(query, limit=end + lost)


def _visible(session: Session, actor: Actor, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[start : start + _IDS_AT_ONCE]
        found.update(session.scalars(select(Entry.id).where(Entry.id.in_(some), policy.visible(actor))))
    return found


def _ordered(
    name: str, counts: Mapping[str, int], filters: Mapping[str, tuple[str, ...]]
) -> Mapping[str, int]:
    """Return a facet's values: chosen ones first, then the most frequent, then by code."""
    chosen = filters.get(name, ())
    every = {**dict.fromkeys(chosen, 0), **counts}
    return dict(sorted(every.items(), key=lambda x: (x[0] not in chosen, -x[1], x[0])))


Stems = Mapping[Locale, frozenset[str]]


def _found(entry: Entry, hit: Hit, typed: Stems, locale: Locale) -> Found:
    stems = {
        x: typed[x].union(*(through.variant.stems for through in hit.through if through.variant.locale == x))
        for x in Locale
    }
    shown = entry.text(locale)
    matched = entry.texts.get(hit.matched_in[0], shown) if hit.matched_in else shown
    # The reader's own language, wherever its words matched too.
    source = shown if shown.locale in hit.matched_in else matched
    title = analysis.mark(shown.title, shown.locale, stems[shown.locale])
    marks = Marks(title, _snippet(source, stems[source.locale]), source.locale)
    return Found(entry, hit.score, hit.matched_in, marks, hit.through)


def _snippet(text: EntryText, wanted: frozenset[str]) -> Pieces:
    """Return the first part of a text with a word that was found, else how its summary begins."""
    parts = [text.summary, *text.details.values(), _MARKDOWN.sub("", text.body or "")]
    for part in parts:
        pieces = analysis.snippet(part, text.locale, wanted)
        if any(found for _, found in pieces):
            return pieces
    return analysis.snippet(text.summary, text.locale, wanted)

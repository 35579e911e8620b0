"""The embedded engine: Whoosh keeps the index, NumPy answers from it.

Readers notice a new state by themselves: they look at two times of change on every
query, and read what is new only. Threads share one snapshot.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from whoosh import index as whoosh

from portal.core.i18n import Locale
from portal.search.expansion import ExpanderProvider
from portal.search.index import (
    DocumentSource,
    Hit,
    IndexMissing,
    Progress,
    Query,
    Results,
    Through,
)
from portal.search.plan import Lexicon, Plan, make_plan, stems_to_mark
from portal.search.postings import Docs, Floats
from portal.search.scoring import Matches, among, lookup, match, standing
from portal.search.snapshot import Codebook, Mask, Segment, Snapshot
from portal.search.syntax import parse
from portal.search.through import MOST_THROUGH, words_to_explain
from portal.search.vocabulary import Vocabulary
from portal.search.whoosh_files import IndexFiles, read_words, version_of

logger = logging.getLogger(__name__)

#: Two changes within the grain of a file system's clock look like one.
_CLOCK_GRAIN = 0.05


@dataclass(frozen=True, slots=True)
class _Generation:
    """A snapshot, where it was read from, and the words of its entries."""

    seen: tuple[int, int]
    certain: bool
    snapshot: Snapshot
    vocabularies: Mapping[Locale, Vocabulary]
    places: Mapping[Locale, int]


class WhooshIndex:
    """Implements :class:`~portal.search.index.SearchIndex` in a folder.

    :param folder: private to the portal; see :mod:`portal.search.whoosh_files`.
    :param expander: gives what words are called elsewhere; ``None`` = nothing.
    """

    transactional = False

    def __init__(self, folder: Path, expander: ExpanderProvider | None = None) -> None:
        self._files = IndexFiles(folder)
        self._folder = str(folder)
        self._expander = expander
        self._generation: _Generation | None = None
        self._guard = threading.Lock()

    def is_current(self, source: DocumentSource) -> bool:
        """Return whether there is an undamaged index of this source, made by this analysis."""
        name = self._files.current()
        if name is None:
            return False
        if not self._files.is_whole(name):
            # Perhaps a writer has just committed and not yet noted the sizes.
            with self._files.lock():
                name = self._files.current() or name
                if not self._files.is_whole(name):
                    logger.warning("the search index is damaged or half written; it has to be rebuilt")
                    return False
        return bool(self._files.state(name)["version"] == version_of(source))

    def search(self, query: Query) -> Results:
        """Return a page of hits, best first; ties by id.

        :raises IndexMissing: there is no index, or it is damaged.
        """
        generation = self._open()
        snapshot = generation.snapshot
        expander = self._expander() if query.expand and self._expander and query.text else None
        plan = make_plan(query.text, query.locales, Lexicon(generation.vocabularies, expander))
        allowed = snapshot.allowed(query.labels)
        if query.only is not None:
            allowed = allowed & np.isin(snapshot.keys, list(query.only))
        for facet, values in query.without.items():
            allowed = allowed & ~snapshot.passing(facet, values)
        wanted = _mask(snapshot, allowed, query.filters)
        matches = match(snapshot, plan, wanted)
        kept = wanted[matches.docs]
        hits, scores = matches.docs[kept], matches.scores[kept]
        complete = None if matches.complete is None else matches.complete[kept]
        best = _page(snapshot, hits, scores, complete, query, plan)
        return Results(
            total=len(hits),
            hits=_hits(snapshot, hits[best], scores[best], matches, plan, query),
            facets={facet: _count(snapshot, facet, matches, hits, allowed, query) for facet in query.facets},
            relaxed=matches.relaxed,
            complete=None if complete is None else int(np.count_nonzero(complete)),
            meant=stems_to_mark(plan) if query.expand else {},
            cut=plan.cut,
        )

    def vocabulary(self, locale: Locale) -> Vocabulary:
        """Return the words of public entries in a language.

        :raises IndexMissing: there is no index.
        """
        return self._open().vocabularies[locale]

    def update(self, source: DocumentSource, ids: Sequence[int]) -> None:
        """Bring these entries up to date; those that are gone leave the index."""
        self._files.update(source, ids)

    def tidy(self) -> None:
        """Put small pieces of the index together, if there are many."""
        self._files.tidy()

    def rebuild(self, source: DocumentSource, progress: Progress) -> int:
        """Build anew beside the running index, then swap; returns the number of documents."""
        return self._files.rebuild(source, progress)

    def _open(self) -> _Generation:
        """Return the newest generation, reading what is new in it.

        :raises IndexMissing: there is none.
        """
        known = self._generation
        if known is not None and known.certain and known.seen == self._changed(known.snapshot.name):
            return known
        with self._guard:
            try:
                self._generation = self._read_current(self._generation)
            except IndexMissing:
                # Perhaps swapped and dropped between reading its name and opening it.
                self._generation = self._read_current(None)
            return self._generation

    def _changed(self, name: str) -> tuple[int, int]:
        """Return when the pointer and the build's folder last changed; two system calls."""
        folder = self._folder
        try:
            return os.stat(f"{folder}/current").st_mtime_ns, os.stat(f"{folder}/{name}").st_mtime_ns  # noqa: PTH116
        except OSError:
            return (0, 0)

    def _read_current(self, known: _Generation | None) -> _Generation:
        name = self._files.current()
        if name is None:
            raise IndexMissing("there is no search index; run: portal index rebuild")
        if known is not None and known.snapshot.name != name:
            known = None
        seen = self._changed(name)
        certain = max(seen) / 1e9 < time.time() - _CLOCK_GRAIN
        try:
            snapshot = _read(name, self._files.folder / name, known.snapshot if known else None)
            vocabularies = known.vocabularies if known else {x: Vocabulary(x) for x in Locale}
            places = {
                locale: read_words(
                    self._files.folder / name, vocabularies[locale], known.places[locale] if known else 0
                )
                for locale in Locale
            }
        except Exception as error:
            # Whoosh meets a damaged file with whatever its reading trips over.
            raise IndexMissing("the search index is damaged; run: portal index rebuild") from error
        return _Generation(seen, certain, snapshot, vocabularies, places)


def _read(name: str, folder: Path, known: Snapshot | None) -> Snapshot:
    """Return the newest state of a build, taking over what is known of its segments."""
    codebook = known.codebook if known else Codebook()
    held = {segment.name: segment for segment in known.segments} if known else {}
    opened = whoosh.open_dir(str(folder))
    if known and known.generation == opened.latest_generation():
        return known
    reader = opened.reader()
    leaves = [leaf for leaf, _ in reader.leaf_readers() if leaf.doc_count_all()]
    segments, deleted = [], {}
    for leaf in leaves:
        segment_name = leaf.segment().segment_id()
        deleted[segment_name] = list(leaf.segment().deleted_docs())
        if segment_name in held:
            segments.append(held[segment_name])
            leaf.close()
        else:
            segments.append(Segment(leaf, codebook))
    return Snapshot(name, reader.generation(), segments, deleted, codebook)


def _mask(snapshot: Snapshot, allowed: Mask, filters: Mapping[str, tuple[str, ...]], but: str = "") -> Mask:
    for facet, values in filters.items():
        if values and facet != but:
            allowed = allowed & snapshot.passing(facet, values)
    return allowed


def _page(
    snapshot: Snapshot, docs: Docs, scores: Floats, complete: Mask | None, query: Query, plan: Plan
) -> Docs:
    """Return the places of the hits of a page, in their order."""
    if query.sort == "newest" or plan.everything:
        order = np.lexsort((-snapshot.keys[docs], -snapshot.moments[docs]))
        return order[query.offset : query.offset + query.limit].astype(np.int32)
    if complete is not None:
        # Those with all the words come first.
        scores = np.where(complete, scores + scores.max(initial=0) + 1, scores)
    last = query.offset + query.limit
    places = np.arange(len(docs))
    if len(docs) > last > 0:
        # Of the negative: with many equal scores the other end takes NumPy twenty times as long.
        least = -np.partition(-scores, last - 1)[last - 1]
        places = np.flatnonzero(scores >= least)
    order = np.lexsort((snapshot.keys[docs[places]], -scores[places]))
    return places[order][query.offset : last].astype(np.int32)


def _count(
    snapshot: Snapshot, facet: str, matches: Matches, hits: Docs, allowed: Mask, query: Query
) -> Mapping[str, int]:
    """Return how many hits carry each value of a facet, the facet's own filter apart."""
    if query.filters.get(facet):
        hits = matches.docs[_mask(snapshot, allowed, query.filters, but=facet)[matches.docs]]
    return snapshot.facets[facet].counts(hits)


def _hits(
    snapshot: Snapshot, docs: Docs, scores: Floats, matches: Matches, plan: Plan, query: Query
) -> list[Hit]:
    keys = snapshot.keys[docs].tolist()
    rounded = [round(score, 4) for score in scores.tolist()]
    if len(matches.fields) == 1:
        locales = [tuple(matches.fields)] * len(keys)
    else:
        by_field = {locale: lookup(found, docs).tolist() for locale, found in matches.fields.items()}
        locales = [
            tuple(sorted((x for x in by_field if by_field[x][n] > 0), key=lambda x: -by_field[x][n]))
            for n in range(len(keys))
        ]
    through = _explained(snapshot, docs, locales, plan, query) if query.expand else [()] * len(keys)
    return [Hit(*parts) for parts in zip(keys, rounded, locales, through, strict=True)]


def _explained(
    snapshot: Snapshot, docs: Docs, locales: Sequence[tuple[Locale, ...]], plan: Plan, query: Query
) -> list[tuple[Through, ...]]:
    """Return by which other words than the typed ones each hit was found."""
    parsed = parse(query.text)
    found: list[list[Through]] = [[] for _ in locales]
    for field in plan.fields:
        mine = [n for n, matched in enumerate(locales) if matched and matched[0] == field.locale]
        if not mine:
            continue
        for typed, variants in words_to_explain(field, parsed):
            named = np.zeros(len(mine), np.bool_)
            for variant in variants:
                hits = among(docs[mine], standing(snapshot, variant)) & ~named
                named |= hits
                if variant.reason != "exact":
                    for place in np.flatnonzero(hits).tolist():
                        found[mine[place]].append(Through(typed, variant))
    return [tuple(through[:MOST_THROUGH]) for through in found]

"""The embedded engine: a Whoosh index in the data folder.

One field per language holds stems, the title's repeated for weight; nothing is stored
but the id, labels, facets and age, which are kept in memory per generation. One writer
at a time, held by a file lock; readers notice a new generation by themselves.

The index files contain pickles: the folder must be private and is never taken from
anywhere else, only built.
"""

import fcntl
import json
import shutil
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whoosh import fields, index, query, scoring
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.searching import Searcher

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.index import (
    FACETS,
    Document,
    DocumentSource,
    Hit,
    IndexMissing,
    Progress,
    Query,
    Results,
)

#: Changes with the schema below; an index of another version is rebuilt.
SCHEMA_VERSION = 1
TITLE_WEIGHT = 3
BATCH = 200


def _schema() -> fields.Schema:
    words = {
        f"text_{locale}": fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False) for locale in Locale
    }
    return fields.Schema(id=fields.ID(unique=True, stored=True), data=fields.STORED, **words)


@dataclass(frozen=True)
class _Kept:
    """What is known of a document besides its words."""

    id: int
    labels: frozenset[str]
    facets: Mapping[str, tuple[str, ...]]
    moment: int


@dataclass(frozen=True)
class _Generation:
    """One state of the index, open for reading."""

    folder: str
    searcher: Searcher
    kept: Mapping[int, _Kept]


class WhooshIndex:
    """Implements :class:`~portal.search.index.SearchIndex` in a folder.

    :param folder: holds one folder per build and a file ``current`` that names one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._generation: _Generation | None = None
        self._guard = threading.Lock()

    def is_current(self, source: DocumentSource) -> bool:
        """Return whether there is an index of this source, made by this version of the analysis."""
        name = self._current()
        if name is None:
            return False
        try:
            found = json.loads((self._folder / name / "version.json").read_text())
            self._open()
        except (OSError, ValueError, IndexMissing):
            return False
        return bool(found == _version(source))

    def search(self, wanted: Query) -> Results:
        """Return a page of hits, best first; ties by id."""
        generation = self._open()
        scores, relaxed = _scores(generation.searcher, wanted.text)
        found: _Scores = {number: {} for number in generation.kept} if scores is None else scores
        allowed = {n: s for n, s in found.items() if generation.kept[n].labels & wanted.labels}
        hits = {n: s for n, s in allowed.items() if _passes(generation.kept[n], wanted.filters)}
        page = sorted(hits, key=_order(generation.kept, hits, wanted))
        page = page[wanted.offset : wanted.offset + wanted.limit]
        return Results(
            total=len(hits),
            hits=[_hit(generation.kept[number], hits[number]) for number in page],
            facets=_count_facets(generation.kept, allowed, wanted.filters),
            relaxed=relaxed,
        )

    def update(self, source: DocumentSource, ids: Sequence[int]) -> None:
        """Bring these entries up to date; those that are gone leave the index."""
        with self._lock():
            name = self._current()
            if name is not None:
                _write(self._folder / name, source, ids)

    def rebuild(self, source: DocumentSource, progress: Progress) -> int:
        """Build anew beside the running index, replay what changed meanwhile, then swap.

        One rebuild at a time; updates of the running index go on meanwhile.
        """
        with self._lock("rebuild.lock"):
            name = uuid.uuid4().hex
            folder = self._folder / name
            folder.mkdir(mode=0o700)
            position = source.position()
            count = _build(folder, source, progress)
            with self._lock():
                _write(folder, source, sorted(source.changed_since(position)))
                (folder / "version.json").write_text(json.dumps(_version(source)))
                pointer = self._folder / "current.new"
                pointer.write_text(name)
                pointer.replace(self._folder / "current")
            self._drop_others(name)
        return count

    def _drop_others(self, name: str) -> None:
        """Remove the builds of before; a reader that has one open keeps its files."""
        for folder in self._folder.iterdir():
            if folder.is_dir() and folder.name != name:
                shutil.rmtree(folder, ignore_errors=True)

    def _current(self) -> str | None:
        try:
            return (self._folder / "current").read_text().strip() or None
        except OSError:
            return None

    def _open(self) -> _Generation:
        """Return the newest generation, opening it if this process has not seen it.

        :raises IndexMissing: there is none.
        """
        known = self._generation
        if known is not None and known.folder == self._current() and known.searcher.up_to_date():
            return known
        with self._guard:
            try:
                self._generation = self._read_current()
            except IndexMissing:
                # Perhaps swapped and dropped between reading its name and opening it.
                self._generation = self._read_current()
            return self._generation

    def _read_current(self) -> _Generation:
        name = self._current()
        if name is None:
            raise IndexMissing("there is no search index; run: portal index rebuild")
        try:
            return _read(name, self._folder / name)
        except Exception as error:
            # Whoosh meets a damaged file with whatever its reading trips over.
            raise IndexMissing("the search index is damaged; run: portal index rebuild") from error

    @contextmanager
    def _lock(self, name: str = "lock") -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / name).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _version(source: DocumentSource) -> dict[str, int | str]:
    return {"analysis": analysis.VERSION, "schema": SCHEMA_VERSION, "source": source.identity()}


def _read(name: str, folder: Path) -> _Generation:
    searcher = index.open_dir(str(folder)).searcher(weighting=scoring.BM25F(B=0.4, K1=1.2))
    kept = {}
    for number, stored in searcher.reader().iter_docs():
        data = stored["data"]
        kept[number] = _Kept(
            id=int(stored["id"]),
            labels=frozenset(data["labels"]),
            facets=data["facets"],
            moment=data["moment"],
        )
    return _Generation(name, searcher, kept)


def _build(folder: Path, source: DocumentSource, progress: Progress) -> int:
    writer = index.create_in(str(folder), _schema()).writer(limitmb=128)
    ids = source.ids()
    count = 0
    batch: list[int] = []
    for number, entry_id in enumerate(progress(ids), 1):
        batch.append(entry_id)
        if len(batch) == BATCH or number == len(ids):
            for document in source.documents(batch):
                writer.add_document(**_fields(document))
                count += 1
            batch = []
    writer.commit()
    return count


def _write(folder: Path, source: DocumentSource, ids: Sequence[int]) -> None:
    if not ids:
        return
    writer = index.open_dir(str(folder)).writer()
    try:
        for entry_id in ids:
            writer.delete_by_term("id", str(entry_id))
        for document in source.documents(ids):
            writer.add_document(**_fields(document))
    except BaseException:
        writer.cancel()
        raise
    writer.commit()


def _fields(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": str(document.id),
        "data": {
            "labels": sorted(document.labels),
            "facets": {name: tuple(values) for name, values in document.facets.items()},
            "moment": document.moment,
        },
    }
    for locale, title in document.titles.items():
        stems = analysis.terms(title, locale) * TITLE_WEIGHT
        stems += analysis.terms(document.bodies.get(locale, ""), locale)
        found[f"text_{locale}"] = " ".join(stems)
    return found


_Scores = dict[int, dict[Locale, float]]


def _scores(searcher: Searcher, text: str) -> tuple[_Scores | None, bool]:
    """Return each matching document's score by language; ``None`` = all documents.

    An entry has to hold all words of the query in one language. Where no entry does,
    those with some of them are given, and the second value is true.
    """
    by_locale = {locale: list(dict.fromkeys(analysis.terms(text, locale))) for locale in Locale}
    if not any(by_locale.values()):
        return (None if not text.strip() else {}), False
    found = _run(searcher, by_locale, query.And)
    if found or all(len(words) == 1 for words in by_locale.values()):
        return found, False
    return _run(searcher, by_locale, query.Or), True


def _run(searcher: Searcher, by_locale: Mapping[Locale, list[str]], combine: Callable[..., Any]) -> _Scores:
    found: _Scores = {}
    for locale, words in by_locale.items():
        if not words:
            continue
        clause = combine([query.Term(f"text_{locale}", word) for word in words])
        for hit in searcher.search(clause, limit=None):
            found.setdefault(hit.docnum, {})[locale] = float(hit.score or 0)
    return found


def _passes(kept: _Kept, filters: Mapping[str, tuple[str, ...]], but: str = "") -> bool:
    return all(
        name == but or not values or set(values) & set(kept.facets.get(name, ()))
        for name, values in filters.items()
    )


def _order(kept: Mapping[int, _Kept], hits: _Scores, wanted: Query) -> Callable[[int], tuple[float, int]]:
    if wanted.sort == "newest" or not wanted.text.strip():
        return lambda number: (-kept[number].moment, -kept[number].id)
    return lambda number: (-max(hits[number].values()), kept[number].id)


def _hit(kept: _Kept, scores: Mapping[Locale, float]) -> Hit:
    locales = tuple(sorted(scores, key=lambda x: -scores[x]))
    return Hit(kept.id, round(max(scores.values(), default=0.0), 4), locales)


def _count_facets(
    kept: Mapping[int, _Kept], numbers: _Scores, filters: Mapping[str, tuple[str, ...]]
) -> dict[str, dict[str, int]]:
    found = {}
    for name in FACETS:
        counts: Counter[str] = Counter()
        for number in numbers:
            if _passes(kept[number], filters, but=name):
                counts.update(kept[number].facets.get(name, ()))
        found[name] = dict(counts.most_common())
    return found

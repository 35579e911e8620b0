"""The files of the embedded engine: one Whoosh index per build, written by one writer at a time.

In the index folder stand one folder per build, a file ``current`` that names the one in
use, and two locks. A build's folder holds Whoosh's files, the words of public entries by
language, and ``state.json``: what the build was made of and by, and how large each file
was after the last commit. A file of another size was cut off or half written, and the
index counts as damaged.

The index files contain pickles: the folder must be private and is never taken from
anywhere else, only built.
"""

import fcntl
import json
import os
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import Process
from pathlib import Path
from queue import Full
from typing import Any

from whoosh import columns, fields, formats, index, writing
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import SegmentReader

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.index import FACETS, PUBLIC, TITLE_WEIGHT, Document, DocumentSource, Progress
from portal.search.snapshot import LABEL_FIELD, facet_field, text_field
from portal.search.vocabulary import Vocabulary

#: Changes with the schema below; an index of another version is rebuilt.
SCHEMA_VERSION = 3
BATCH = 200
#: From so many entries on a build uses a second process.
MANY = 5_000
#: Memory that one writing process may fill before it spills to disk.
_MEGABYTES = 256
#: More segments than this are put together, those below the size first.
MOST_SEGMENTS = 5
_SMALL = 5_000

State = Mapping[str, Any]
Words = Mapping[Locale, Counter[str]]


class Terms(fields.FieldType):  # type: ignore[misc]
    """A field that is given its terms with their frequencies, so that Whoosh cuts no text.

    The frequency is the weight of a posting, which Whoosh keeps and scores by; nothing
    else is stored of it. Importable from here, because the schema is pickled.
    """

    def __init__(self, scorable: bool = False) -> None:
        super().__init__(formats.Existence(), None, scorable=scorable)

    def index(self, value: Mapping[str, int], **options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield each term as bytes with its frequency, its weight and nothing else."""
        for term, frequency in value.items():
            yield term.encode(), frequency, float(frequency), b""


def _schema() -> fields.Schema:
    number = fields.COLUMN(columns.NumericColumn("q"))
    return fields.Schema(
        id=fields.ID(unique=True),
        key=number,
        moment=number,
        **{LABEL_FIELD: Terms()},
        **{facet_field(facet): Terms() for facet in FACETS},
        **{text_field(locale): Terms(scorable=True) for locale in Locale},
    )


class IndexFiles:
    """The folder of the embedded engine.

    :param folder: holds one folder per build and a file ``current`` that names one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> str | None:
        """Return the name of the build in use."""
        try:
            return (self.folder / "current").read_text().strip() or None
        except OSError:
            return None

    def state(self, name: str) -> State:
        """Return what a build was made of.

        :raises OSError: there is no such build.
        :raises ValueError: its state cannot be read.
        """
        state: State = json.loads((self.folder / name / "state.json").read_text())
        return state

    def is_whole(self, name: str) -> bool:
        """Return whether every file of a build has the size that it had after the last commit."""
        try:
            expected = self.state(name)["files"]
            return bool(expected == _sizes(self.folder / name))
        except (OSError, ValueError, KeyError):
            return False

    def words(self, name: str) -> dict[Locale, Vocabulary]:
        """Return the words of public entries of a build."""
        found = {}
        for locale in Locale:
            found[locale] = Vocabulary(locale)
            read_words(self.folder / name, found[locale], 0)
        return found

    def rebuild(self, source: DocumentSource, progress: Progress) -> int:
        """Build anew beside the build in use, replay what changed meanwhile, then swap.

        One rebuild at a time; updates of the build in use go on meanwhile.
        """
        with self.lock("rebuild.lock"):
            name = uuid.uuid4().hex
            folder = self.folder / name
            folder.mkdir(mode=0o700)
            try:
                position = source.position()
                count = _build(folder, source, progress)
                with self.lock():
                    _write(folder, source, sorted(source.changed_since(position)))
                    _save_state(folder, version_of(source))
                    pointer = self.folder / "current.new"
                    pointer.write_text(name)
                    pointer.replace(self.folder / "current")
            except BaseException:
                if self.current() != name:
                    shutil.rmtree(folder, ignore_errors=True)
                raise
            self._drop_others(name)
        return count

    def update(self, source: DocumentSource, ids: Sequence[int]) -> None:
        """Bring these entries up to date; those that are gone leave the index."""
        with self.lock():
            name = self.current()
            if name is not None:
                _write(self.folder / name, source, ids)
                _save_state(self.folder / name, self.state(name)["version"])

    def tidy(self) -> None:
        """Put small segments together, if there are many."""
        with self.lock():
            name = self.current()
            if name is None:
                return
            folder = self.folder / name
            if len(segment_names(folder)) > MOST_SEGMENTS:
                with _writer(index.open_dir(str(folder))) as writer:
                    writer.commit(mergetype=_merge_small)
                _save_state(folder, self.state(name)["version"])

    @contextmanager
    def lock(self, name: str = "lock") -> Iterator[None]:
        """Hold a lock of the folder."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / name).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _drop_others(self, name: str) -> None:
        """Remove the builds of before; a reader that has one open keeps its files."""
        for folder in self.folder.iterdir():
            if folder.is_dir() and folder.name != name:
                shutil.rmtree(folder, ignore_errors=True)


def version_of(source: DocumentSource) -> dict[str, int | str]:
    """Return what an index has to be made of and by to serve a source."""
    return {
        "analysis": analysis.VERSION,
        "schema": SCHEMA_VERSION,
        "title_weight": TITLE_WEIGHT,
        "source": source.identity(),
    }


def read_words(folder: Path, vocabulary: Vocabulary, start: int) -> int:
    """Add the words that were written since a place in the file; returns the new place."""
    path = folder / f"words_{vocabulary.locale}.tsv"
    if not path.exists():
        return start
    with path.open("rb") as file:
        file.seek(start)
        data = file.read()
    data = data[: data.rfind(b"\n") + 1]
    for line in data.decode().splitlines():
        word, stem, count = line.split("\t")
        vocabulary.add(word, stem, int(count))
    return start + len(data)


def _build(folder: Path, source: DocumentSource, progress: Progress) -> int:
    ids = source.ids()
    several = len(ids) >= MANY and (os.cpu_count() or 1) > 1
    options = {"procs": 2, "multisegment": True} if several else {}
    words: Words = {locale: Counter() for locale in Locale}
    count = 0
    batch: list[int] = []
    made = index.create_in(str(folder), _schema())
    with _writer(made, limitmb=_MEGABYTES, **options) as writer:
        for number, entry_id in enumerate(progress(ids), 1):
            batch.append(entry_id)
            if len(batch) == BATCH or number == len(ids):
                for document in source.documents(batch):
                    writer.add_document(**_fields(document, words))
                    count += 1
                batch = []
        writer.commit()
    written = index.open_dir(str(folder)).doc_count()
    if written != count:
        # Whoosh says nothing of what a process that died took along.
        raise OSError(f"of {count} documents {written} were written")
    _append_words(folder, words)
    return count


@contextmanager
def _writer(opened: index.FileIndex, **options: Any) -> Iterator[writing.SegmentWriter]:
    """Give a writer, for the caller to commit; one that fails leaves no process and no lock."""
    # Of a compound file Whoosh reads all parts into memory.
    writer = opened.writer(compound=False, **options)
    processes = getattr(writer, "tasks", [])
    if hasattr(writer, "jobqueue"):
        writer.jobqueue.put = partial(_put, writer.jobqueue.put, processes)
    try:
        yield writer
    except BaseException:
        for process in processes:
            process.kill()
            process.join()
        with suppress(Exception):
            writer.cancel()
        raise


def _put(put: Callable[..., None], processes: Sequence[Process], job: object) -> None:
    """Give the processes of a writer a job; Whoosh itself would wait for dead ones for ever."""
    while True:
        if any(process.exitcode for process in processes):
            raise OSError("a process that writes the index has died")
        with suppress(Full):
            return put(job, timeout=1)


def _write(folder: Path, source: DocumentSource, ids: Sequence[int]) -> None:
    if not ids:
        return
    words: Words = {locale: Counter() for locale in Locale}
    with _writer(index.open_dir(str(folder))) as writer:
        for entry_id in ids:
            writer.delete_by_term("id", str(entry_id))
        for document in source.documents(ids):
            writer.add_document(**_fields(document, words))
        writer.commit(merge=False)
    _append_words(folder, words)


def _fields(document: Document, words: Words) -> dict[str, Any]:
    """Return Whoosh's fields of a document, and count its words if it is public."""
    found: dict[str, Any] = {
        "id": str(document.id),
        "key": document.id,
        "moment": document.moment,
        LABEL_FIELD: dict.fromkeys(document.labels, 1),
    }
    found |= {facet_field(facet): dict.fromkeys(document.facets.get(facet, ()), 1) for facet in FACETS}
    for locale, title in document.titles.items():
        in_title = analysis.surface_words(title, locale)
        in_body = analysis.surface_words(document.bodies.get(locale, ""), locale)
        stems = Counter(analysis.stem(word, locale) for word in in_title)
        for stem in stems:
            stems[stem] *= TITLE_WEIGHT
        stems.update(analysis.stem(word, locale) for word in in_body)
        found[text_field(locale)] = dict(stems)
        if PUBLIC in document.labels:
            words[locale].update({*in_title, *in_body})
    return found


def _append_words(folder: Path, words: Words) -> None:
    for locale, counts in words.items():
        lines = [
            f"{word}\t{analysis.stem(word, locale)}\t{count}\n"
            for word, count in counts.items()
            if not word.isnumeric()
        ]
        if lines:
            with (folder / f"words_{locale}.tsv").open("a", encoding="utf-8") as file:
                file.write("".join(lines))


def _save_state(folder: Path, version: Mapping[str, int | str]) -> None:
    pointer = folder / "state.new"
    pointer.write_text(json.dumps({"version": version, "files": _sizes(folder)}))
    pointer.replace(folder / "state.json")


def _sizes(folder: Path) -> dict[str, int]:
    """Return the sizes of the files that the newest state of an index consists of."""
    prefixes = tuple(f"{name}." for name in segment_names(folder))
    return {
        path.name: path.stat().st_size
        for path in sorted(folder.iterdir())
        if path.name.startswith((*prefixes, "words_"))
    }


def segment_names(folder: Path) -> list[str]:
    """Return the names of the segments of the newest state; their files begin with them.

    :raises ValueError: the index cannot be opened.
    """
    try:
        toc = index.TOC.read(FileStorage(str(folder)), index._DEF_INDEX_NAME)
    except Exception as error:
        # Whoosh meets a damaged file with whatever its reading trips over.
        raise ValueError("the index cannot be opened") from error
    return [segment.segment_id() for segment in toc.segments]


def _merge_small(writer: writing.SegmentWriter, segments: Sequence[Any]) -> Sequence[Any]:
    """Put all but the largest segments together; large ones only when there are too many."""
    ordered = sorted(segments, key=lambda segment: -segment.doc_count_all())
    kept = [segment for segment in ordered if segment.doc_count_all() >= _SMALL][: MOST_SEGMENTS - 2]
    for segment in ordered:
        if segment not in kept:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
    return kept

"""Writes the tables of the PostgreSQL engine: some documents, or all of them anew.

All who write hold one lock until they commit, so that sums and numbers stay in step. It
is taken after the lock of the change feed, never before it.
"""

import json
import struct
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, Table, any_, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, insert

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.index import PUBLIC, TITLE_WEIGHT, Document, DocumentSource, Progress
from portal.search.postgres_rows import (
    HEAD,
    Row,
    head_of,
    key_of,
    label_lexeme,
    pack,
    row_of,
    stem_lexeme,
    vector_text,
)
from portal.search.postgres_tables import (
    FACET_VALUE,
    LIVE,
    NEXT,
    REBUILDING,
    TABLES_VERSION,
    WRITING,
    Tables,
    Target,
    drop_gone,
    exists,
    finish_next,
    make_next,
    make_permanent,
    swap,
    take_lock,
)

_BATCH = 500
_LENGTHS = {locale: f"length_{locale}" for locale in Locale}
_STEMS = tuple(stem_lexeme(locale, "") for locale in Locale)

#: Numbers of facet values.
Codes = dict[tuple[str, str], int]


def version_of(identity: str) -> str:
    """Return what a build has to be made of and by to serve a source."""
    return json.dumps([TABLES_VERSION, analysis.VERSION, TITLE_WEIGHT, identity])


def is_writable(target: Target) -> bool:
    """Return whether there is a build in use that this version of the portal can write."""
    if not exists(target):
        return False
    version: str | None = target.scalar(select(LIVE.state.c.version))
    return version is not None and json.loads(version)[0] == TABLES_VERSION


def write(target: Target, ids: Sequence[int], documents: Iterable[Document]) -> None:
    """Bring documents of the build in use up to date, in the caller's transaction.

    Without a build nothing happens: the first rebuild will find what is committed.

    :param ids: those that may have changed; of these, the ones without a document leave.
    """
    take_lock(target, WRITING)
    if is_writable(target):
        _replace(target, LIVE, ids, _rows(documents))


def rebuild(engine: Engine, source: DocumentSource, progress: Progress) -> int:
    """Build anew beside the build in use, replay what changed meanwhile, then swap.

    One rebuild at a time; others go on writing the build in use until the swap. All is one
    transaction: one that fails leaves nothing behind.
    """
    make_permanent(engine)
    with engine.begin() as connection:
        take_lock(connection, REBUILDING)
        position = source.position()
        make_next(connection)
        count = _fill(engine, connection, source, progress)
        finish_next(connection)
        take_lock(connection, WRITING)
        changed = sorted(source.changed_since(position))
        for batch in _batches(changed):
            _replace(connection, NEXT, batch, _rows(source.documents(batch)))
        swap(connection)
    drop_gone(engine)
    return count


def _fill(engine: Engine, connection: Connection, source: DocumentSource, progress: Progress) -> int:
    """Copy all documents into the empty tables and return how many there are."""
    codes: Codes = {}
    frequencies: Counter[str] = Counter()
    words: Counter[tuple[Locale, str]] = Counter()
    lengths: Counter[Locale] = Counter()
    count = 0
    for batch in _batches(progress(source.ids())):
        rows = _rows(source.documents(batch))
        if not codes.keys() >= {pair for row in rows for pair in row.facets}:
            # In a transaction of its own: until this one ends, others may need the same values.
            with engine.begin() as other:
                take_lock(other, WRITING)
                codes = _codes(other, rows)
        _copy(connection, NEXT.entry, (tuple(_entry(row, codes).values()) for row in rows))
        _copy(connection, NEXT.weight, (tuple(_weight(row).values()) for row in rows))
        for row in rows:
            lengths.update(row.lengths)
            for stems in row.stems.values():
                frequencies.update(stems.keys())
            for locale, found in row.words.items():
                words.update((locale, word) for word in found)
        count += len(rows)
    _copy(connection, NEXT.frequency, frequencies.items())
    _copy(connection, NEXT.word, (tuple(word.values()) for word in _words(words, seq=0)))
    state = {"version": version_of(source.identity()), "build": uuid.uuid4().hex, "entries": count, "seq": 0}
    state |= {name: lengths[locale] for locale, name in _LENGTHS.items()}
    connection.execute(insert(NEXT.state).values(state))
    return count


def _copy(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Write rows quickly."""
    driver: Any = connection.connection.driver_connection
    name = connection.dialect.identifier_preparer.format_table(table)
    with driver.cursor() as cursor, cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _replace(target: Target, tables: Tables, ids: Sequence[int], rows: Sequence[Row]) -> None:
    """Put rows in the place of those with these ids; the lock is held."""
    replaced = literal(list(ids), ARRAY(BIGINT))
    before: dict[int, frozenset[str]] = {
        id_: frozenset(lexemes)
        for id_, lexemes in target.execute(
            delete(tables.entry)
            .where(tables.entry.c.id == any_(replaced))
            .returning(tables.entry.c.id, func.tsvector_to_array(tables.entry.c.lexemes))
        )
    }
    heads = target.scalars(
        delete(tables.weight).where(tables.weight.c.id == any_(replaced)).returning(tables.weight.c.head)
    )
    gone = np.frombuffer(b"".join(heads), HEAD)["length"].sum(axis=0, dtype=np.int64).tolist()
    codes = _codes(target, rows)
    if rows:
        target.execute(insert(tables.entry), [_entry(row, codes) for row in rows])
        target.execute(insert(tables.weight), [_weight(row) for row in rows])
    _count_stems(target, tables, before, rows)
    state = tables.state.c
    grown = {
        name: sum(row.lengths.get(locale, 0) for row in rows) - left
        for (locale, name), left in zip(_LENGTHS.items(), gone, strict=True)
    } | {"entries": len(rows) - len(before), "seq": 1}
    changed = {name: state[name] + number for name, number in grown.items()}
    seq = target.scalar(update(tables.state).values(changed).returning(state.seq))
    _add_words(target, tables, before, rows, int(seq or 0))


def _count_stems(
    target: Target, tables: Tables, before: Mapping[int, frozenset[str]], rows: Sequence[Row]
) -> None:
    """Count in how many documents stems stand now that did not before, and the reverse."""
    counted: Counter[str] = Counter()
    for row in rows:
        for stems in row.stems.values():
            counted.update(stems.keys())
    for lexemes in before.values():
        counted.subtract(lexeme for lexeme in lexemes if lexeme.startswith(_STEMS))
    changed = [{"lexeme": lexeme, "entries": n} for lexeme, n in sorted(counted.items()) if n]
    if changed:
        add = insert(tables.frequency)
        more = tables.frequency.c.entries + add.excluded.entries
        target.execute(add.on_conflict_do_update(index_elements=["lexeme"], set_={"entries": more}), changed)


def _add_words(
    target: Target, tables: Tables, before: Mapping[int, frozenset[str]], rows: Sequence[Row], seq: int
) -> None:
    """Count the words of public documents whose stems these did not have before.

    Another form of a stem that they had is taken in, not counted. What leaves a document
    is only discounted by the next rebuild.
    """
    new: Counter[tuple[Locale, str]] = Counter()
    forms: set[tuple[Locale, str]] = set()
    for row in rows:
        known = before.get(row.id, frozenset())
        was_public = label_lexeme(PUBLIC) in known
        for locale, words in row.words.items():
            for word in words:
                if was_public and stem_lexeme(locale, analysis.stem(word, locale)) in known:
                    forms.add((locale, word))
                else:
                    new[locale, word] += 1
    add = insert(tables.word)
    more = {"entries": tables.word.c.entries + add.excluded.entries, "seq": add.excluded.seq}
    counting = add.on_conflict_do_update(index_elements=["locale", "word"], set_=more)
    for statement, found in (
        (counting, new),
        (add.on_conflict_do_nothing(), dict.fromkeys(forms - new.keys(), 1)),
    ):
        if found:
            target.execute(statement, list(_words(found, seq)))


def _words(counts: Mapping[tuple[Locale, str], int], seq: int) -> Iterator[dict[str, Any]]:
    for (locale, word), count in sorted(counts.items()):
        stem = analysis.stem(word, locale)
        yield {"locale": locale, "word": word, "stem": stem, "entries": count, "seq": seq}


def _codes(target: Target, rows: Sequence[Row]) -> Codes:
    """Return the numbers of facet values, giving one to those that have none; the lock is held."""
    table = FACET_VALUE.c
    known: Codes = {
        (facet, value): code
        for facet, value, code in target.execute(select(table.facet, table.value, table.code)).all()
    }
    new = sorted({pair for row in rows for pair in row.facets} - known.keys())
    if new:
        first = max(known.values(), default=-1) + 1
        known |= {pair: first + n for n, pair in enumerate(new)}
        values = [{"facet": pair[0], "value": pair[1], "code": known[pair]} for pair in new]
        target.execute(insert(FACET_VALUE), values)
    return known


def _entry(row: Row, codes: Codes) -> dict[str, Any]:
    """Return the columns of what finds a row, in their order."""
    numbers = [codes[pair] for pair in row.facets]
    return {
        "id": row.id,
        "key": key_of(row),
        "codes": struct.pack(f"<{len(numbers)}H", *numbers),
        "lexemes": vector_text(row.lexemes),
    }


def _weight(row: Row) -> dict[str, Any]:
    """Return the columns of what ranking knows of a row, in their order."""
    stems = {f"stems_{locale}": pack(row.stems.get(locale, {})) for locale in Locale}
    return {"id": row.id, "head": head_of(row), **stems}


def _rows(documents: Iterable[Document]) -> list[Row]:
    """Return rows, one for each id."""
    return list({document.id: row_of(document) for document in documents}.values())


def _batches(ids: Iterable[int]) -> Iterator[Sequence[int]]:
    remaining = iter(ids)
    while batch := list(islice(remaining, _BATCH)):
        yield batch

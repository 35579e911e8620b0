"""Loading a collection of thousands of small records: what is new is written in one go."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.seeding import Report, Seeder, SeedRecord, Source, digest, row_digest


class BulkSeeder(Seeder):
    """A seeder that asks once which records are new, and writes these together.

    One at a time each record takes ten statements, and a thesaurus many seconds.

    :param keys: returns the keys of all stored rows.
    :param read: returns all stored rows by key, whole.
    """

    def __init__(
        self,
        session: Session,
        collection: str,
        *,
        keys: Callable[[], Iterable[str]],
        read: Callable[[], Mapping[str, Any]],
        find: Callable[[str], Any],
        apply: Callable[[Source, Any], Any],
        state: Callable[[Any], str] = row_digest,
    ) -> None:
        super().__init__(session, collection, find=find, apply=apply, state=state)
        self._keys = keys
        self._read = read

    def run(self, records: Sequence[Source], report: Report) -> None:
        """Apply the records and write what happened into the report."""
        # The session holds on to these rows, so that nobody asks for them one by one.
        loaded = self._session.scalars(
            select(SeedRecord).where(SeedRecord.collection == self._collection)
        ).all()
        present = {row.key for row in loaded} | set(self._keys())
        new = [record for record in records if record.key not in present]
        if new:
            self._create(new)
            report.created += [f"{self._collection}/{record.key}" for record in new]
        super().run([record for record in records if record.key in present], report)

    def _create(self, records: Sequence[Source]) -> None:
        made = [self._apply(record, None) for record in records]
        self._session.flush()
        # Read back as stored, so that the digests later compare like with like.
        for row in made:
            self._session.expire(row)
        rows = self._read()
        self._session.add_all(
            SeedRecord(
                collection=self._collection,
                key=record.key,
                seed_digest=digest(record.data),
                row_digest=self._state(rows[record.key]),
            )
            for record in records
        )

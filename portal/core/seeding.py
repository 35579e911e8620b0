"""Loading the first content from YAML without ever overwriting what people edited.

Each loaded record leaves two digests: of the seed itself, and of the stored row as
it was after loading. A row whose digest has changed since was edited by someone and
is left alone; a seed whose digest is unchanged is skipped.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from marshmallow import Schema, ValidationError
from sqlalchemy import inspect
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.database import Base, now
from portal.core.errors import InvalidData


class SeedRecord(Base):
    """A record of seeds/ that was loaded.

    :ivar seed_digest: of the record in the file.
    :ivar row_digest: of the row it became, right after loading.
    """

    __tablename__ = "seed_record"

    collection: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    seed_digest: Mapped[str]
    row_digest: Mapped[str]
    applied_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


@dataclass(frozen=True)
class Source:
    """One record as it stands in a file."""

    path: Path
    number: int
    key: str
    data: dict[str, Any]

    def error(self, problems: Mapping[str, str]) -> InvalidData:
        """Return the problems with file, record and field in front."""
        place = f"{self.path.parent.name}/{self.path.name}, record {self.number} ({self.key})"
        return InvalidData({f"{place}, {path}": text for path, text in problems.items()})


@dataclass
class Report:
    """What a run of the seeds did, by collection and key."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)
    unchanged: int = 0


def digest(data: Any) -> str:
    """Return a stable digest of plain data."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def row_digest(row: Base) -> str:
    """Return a digest of a row's own columns, times of writing apart."""
    skip = {"created_at", "updated_at", "revision", "published_at"}
    values = {
        attribute.key: repr(getattr(row, attribute.key))
        for attribute in inspect(type(row)).column_attrs
        if attribute.key not in skip
    }
    return digest(values)


def read_records(path: Path, key: Callable[[dict[str, Any]], str]) -> Iterator[Source]:
    """Yield the records of a YAML file, or of every one in a folder, in order.

    :raises InvalidData: a file is not YAML, not a list, or a record has no key.
    """
    for file in sorted(path.glob("*.yaml")) if path.is_dir() else [path]:
        name = f"{file.parent.name}/{file.name}"
        try:
            records = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
        except yaml.YAMLError as error:
            raise InvalidData({name: f"not valid YAML: {error}"}) from error
        if not isinstance(records, list):
            raise InvalidData({name: "expected a list of records"})
        for number, record in enumerate(records, 1):
            try:
                yield Source(file, number, key(record), record)
            except (KeyError, TypeError) as error:
                raise InvalidData({f"{name}, record {number}": f"has no {error}"}) from error


def flat_errors(messages: Any, path: str = "") -> dict[str, str]:
    """Return marshmallow's nested messages as ``field.part: text``."""
    if isinstance(messages, Mapping):
        found: dict[str, str] = {}
        for name, inner in messages.items():
            found |= flat_errors(inner, f"{path}.{name}" if path else str(name))
        return found
    return {path: " ".join(str(x) for x in messages) if isinstance(messages, list) else str(messages)}


def check(source: Source, schema: Schema) -> dict[str, Any]:
    """Return the record as its schema reads it.

    :raises InvalidData: naming file, record, field and what was expected.
    """
    try:
        loaded: dict[str, Any] = schema.load(source.data)
    except ValidationError as error:
        raise source.error(flat_errors(error.messages)) from error
    return loaded


class Seeder:
    """Applies records to one collection of rows.

    :param find: returns the stored row of a key, or ``None``.
    :param apply: makes or changes the row (``None`` = make one) and returns it.
    :param state: digest of a stored row, to see whether someone edited it.
    """

    def __init__(
        self,
        session: Session,
        collection: str,
        *,
        find: Callable[[str], Any],
        apply: Callable[[Source, Any], Any],
        state: Callable[[Any], str] = row_digest,
    ) -> None:
        self._session = session
        self._collection = collection
        self._find = find
        self._apply = apply
        self._state = state

    def run(self, records: Sequence[Source], report: Report) -> None:
        """Apply the records and write what happened into the report."""
        for record in records:
            self._run_one(record, report)

    def _run_one(self, record: Source, report: Report) -> None:
        name = f"{self._collection}/{record.key}"
        known = self._session.get(SeedRecord, (self._collection, record.key))
        wanted = digest(record.data)
        if known is not None and known.seed_digest == wanted:
            report.unchanged += 1
            return
        row = self._find(record.key)
        if row is not None and (known is None or known.row_digest != self._state(row)):
            report.left_alone.append(name)
            return
        (report.created if row is None else report.updated).append(name)
        row = self._apply(record, row)
        self._session.flush()
        # Read back as stored, so that the digest later compares like with like.
        self._session.expire(row)
        row = self._find(record.key)
        self._session.merge(
            SeedRecord(
                collection=self._collection,
                key=record.key,
                seed_digest=wanted,
                row_digest=self._state(row),
            )
        )

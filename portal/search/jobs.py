"""Brings the index up to date after commits."""

from collections.abc import Sequence
from typing import Any

from portal.core.outbox import JobHandler
from portal.search.index import DocumentSource, SearchIndex

#: Jobs that a whole rebuild makes superfluous.
KINDS = ("index", "reindex")


def index_jobs(index: SearchIndex, source: DocumentSource) -> dict[str, JobHandler]:
    """Return what does each kind of job; doing one twice changes nothing.

    ``index`` brings one entry up to date, ``reindex`` all: names of terms, places and
    organisations stand in the documents of every entry that has them.
    """

    def update(payloads: Sequence[dict[str, Any]]) -> None:
        index.update(source, sorted({int(payload["id"]) for payload in payloads}))
        index.tidy()

    def rebuild(payloads: Sequence[dict[str, Any]]) -> None:
        index.rebuild(source, iter)

    return {"index": update, "reindex": rebuild}

"""Brings the index up to date after commits."""

from collections.abc import Sequence
from typing import Any

from portal.core.outbox import JobHandler
from portal.search.index import DocumentSource, SearchIndex


def index_job(index: SearchIndex, source: DocumentSource) -> JobHandler:
    """Return what does the jobs of kind ``index``; doing one twice changes nothing."""

    def run(payloads: Sequence[dict[str, Any]]) -> None:
        index.update(source, sorted({int(payload["id"]) for payload in payloads}))

    return run

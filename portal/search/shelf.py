"""Documents in memory: what measurements and tests let an engine index."""

from collections.abc import Iterator, Sequence

from portal.search.index import Document


class Shelf:
    """Implements :class:`~portal.search.index.DocumentSource`.

    :ivar held: the documents by id; whoever puts one there or takes one away tells the index.
    :ivar changed: the ids that count as changed whenever it is asked.
    :ivar name: what stands for the identity of a database.
    """

    def __init__(self, *documents: Document) -> None:
        self.held = {document.id: document for document in documents}
        self.changed: set[int] = set()
        self.name = "shelf"

    def identity(self) -> str:
        """Return the name."""
        return self.name

    def position(self) -> int:
        """Return the only position that there is."""
        return 0

    def changed_since(self, position: int) -> set[int]:
        """Return the ids that count as changed."""
        return self.changed

    def ids(self) -> Sequence[int]:
        """Return all ids."""
        return sorted(self.held)

    def documents(self, ids: Sequence[int]) -> Iterator[Document]:
        """Yield the documents of those ids that exist."""
        return (self.held[number] for number in ids if number in self.held)

"""What the catalogue tells the rest of the portal."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EntryChanged:
    """What is public of an entry, or whether it is, has changed."""

    entry_id: int

"""What else a word of a query may be called: the protocol that gives translations to the search.

The search knows no thesaurus, no names and no learnt pairs. It is given expanders, each
of which says of some words of a query what stands for them in which language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from portal.core.i18n import Locale

#: Why words stand for others, strongest first; pages name them to the reader.
REASONS = ("exact", "thesaurus", "name", "learnt", "script", "loan")

#: The words of a query as each language reads them: their places in the query and their
#: stems, without stop words.
Reading = Mapping[Locale, Sequence[tuple[int, str]]]


@dataclass(frozen=True, slots=True)
class Variant:
    """Words of one language that stand for words of a query.

    :ivar stems: all of them stand in a text that matches; one or several.
    :ivar weight: above 0, at most 1; how much a match counts beside the typed word's own.
    :ivar reason: one of :data:`REASONS`.
    :ivar label: the words as a reader knows them.
    """

    locale: Locale
    stems: tuple[str, ...]
    weight: float
    reason: str
    label: str


@dataclass(frozen=True, slots=True)
class Expansion:
    """What stands for some words of a query.

    :ivar places: the words of the query that are meant, in order.
    """

    places: tuple[int, ...]
    variants: tuple[Variant, ...]


class Expander(Protocol):
    """Knows what words are called elsewhere."""

    def expand(self, words: Sequence[str], reading: Reading) -> Sequence[Expansion]:
        """Return what stands for which words of a query.

        :param words: as typed, normalised.
        :param reading: their stems in each language.
        """


class ExpanderProvider(Protocol):
    """Gives the expander of this moment: what it knows lives in the database and changes."""

    def __call__(self) -> Expander:
        """Return it; quick when nothing has changed."""


class Chain:
    """Asks several expanders; what they know adds up."""

    def __init__(self, expanders: Sequence[Expander]) -> None:
        self._expanders = expanders

    def expand(self, words: Sequence[str], reading: Reading) -> Sequence[Expansion]:
        """Return what any of them knows."""
        return [found for expander in self._expanders for found in expander.expand(words, reading)]


def chained(providers: Sequence[ExpanderProvider]) -> ExpanderProvider:
    """Return a provider of all that the providers' expanders know."""
    return lambda: Chain([provider() for provider in providers])

"""Through which words a hit was found, where these are not the typed ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.core.i18n import Locale
from portal.pages.labels import ShownLabel
from portal.pages.queries import Found
from portal.search import analysis
from portal.search.index import Through

#: A hit shows no more than this.
MOST = 3
#: What only sounds alike is no translation: which word it was, is not said.
_UNNAMED = "loan"


@dataclass(frozen=True)
class Reason:
    """Other words than the typed ones by which an entry was found.

    :ivar sort: one of :data:`portal.search.expansion.REASONS`, never ``exact``.
    :ivar typed: the words of the query.
    :ivar words: what stands for them in the entry; empty for what only sounds alike.
    """

    sort: str
    typed: str
    words: Sequence[ShownLabel]


def reasons_of(found: Found, locale: Locale) -> list[Reason]:
    """Return by which other words an entry was found, at most three.

    Nothing is said of words that stand in the title which the reader sees, nor of a
    single word where the words around it were found together.
    """
    title = found.entry.text(locale)
    seen = frozenset(analysis.terms(title.title, title.locale))
    told = [x for x in found.through if _says_something(x, seen, title.locale)]
    spans = [set(x.typed.split()) for x in told]
    grouped: dict[tuple[str, str], dict[ShownLabel, None]] = {}
    for through, own in zip(told, spans, strict=True):
        if not any(own < other for other in spans):
            words = grouped.setdefault((through.variant.reason, through.typed), {})
            if through.variant.reason != _UNNAMED:
                words[ShownLabel(through.variant.label, through.variant.locale)] = None
    return [Reason(sort, typed, tuple(words)) for (sort, typed), words in grouped.items()][:MOST]


def _says_something(through: Through, seen: frozenset[str], locale: Locale) -> bool:
    """Return whether the words are others than the typed ones, and these not in the title."""
    typed = analysis.terms(through.typed, locale)
    if typed and seen.issuperset(typed):
        return False
    own = through.variant.locale
    return analysis.terms(through.typed, own) != analysis.terms(through.variant.label, own)

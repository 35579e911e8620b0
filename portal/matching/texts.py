"""How near the texts of entries are to a need's, across languages, by the search.

The search knows what stands for a word in the other languages (thesaurus, learnt pairs),
and its scores are relative to the nearest text there is: 1 is the nearest, 0 nothing in
common. Asked only where a side names no terms.
"""

import re
from collections.abc import Iterable, Sequence

from portal.catalogue.model import Entry
from portal.search.index import PUBLIC, Hit, Query, SearchIndex

#: Letters that a query reads as more than letters: quotes, signs, fields, wildcards.
_SIGNS = re.compile(r"[^\w\s]+")
#: Words that a query reads as an operator.
_OPERATORS = re.compile(r"\b(OR|AND|NOT|ИЛИ|И|НЕ|НЕМЕСЕ|ЖӘНЕ|ЕМЕС)\b")
#: Kinds of entries whose texts are compared: what needs want is said by all of these.
KINDS_ASKED = ("technology", "project", "need")
#: So many of the nearest texts are looked at, and so much of the need's own text is asked.
_NEAREST, _LONGEST = 400, 4_000


def near_entries(index: SearchIndex, text: str, without: int | None = None) -> Sequence[Hit]:
    """Return the entries whose texts are nearest to a text, nearest first.

    :param without: an entry that is not looked for, such as the one that the text is of.
    """
    asked = plain_words(text)
    if not asked:
        return ()
    query = Query(asked, frozenset({PUBLIC}), {"kind": KINDS_ASKED}, limit=_NEAREST, facets=())
    return [hit for hit in index.search(query).hits if hit.id != without]


def nearness(hits: Iterable[Hit]) -> dict[int, float]:
    """Return how near entries are, by their ids, 0 to 1: 1 is the nearest of them."""
    scores = {hit.id: hit.score for hit in hits}
    best = max(scores.values(), default=0.0)
    return {entry_id: score / best for entry_id, score in scores.items()} if best > 0 else {}


def text_of(entry: Entry) -> str:
    """Return what an entry says of what it wants: titles and functions, in all its languages."""
    parts = [(text.title, text.details.get("function") or text.summary) for text in entry.texts.values()]
    return " ".join(f"{title} {wish}" for title, wish in parts)


def plain_words(text: str) -> str:
    """Return a text as words only, which no query reads as anything else."""
    return " ".join(_OPERATORS.sub(" ", _SIGNS.sub(" ", text)).split())[:_LONGEST]

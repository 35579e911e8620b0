"""By which other words than the typed ones an entry was found: the same for every engine."""

from collections.abc import Iterator, Sequence

from portal.search.expansion import Variant
from portal.search.plan import FieldPlan
from portal.search.syntax import Parsed

#: Of a hit so many words of the query are explained.
MOST_THROUGH = 6
#: Of a pasted text the words at its beginning are explained.
_MOST_WORDS = 40


def words_to_explain(field: FieldPlan, parsed: Parsed) -> Iterator[tuple[str, Sequence[Variant]]]:
    """Yield words as typed with what stands for them, the typed word itself before all others.

    Words for which nothing else stands need no explanation.
    """
    for numbers, word in field.words[:_MOST_WORDS]:
        if any(variant.reason != "exact" for variant in word.variants):
            typed = " ".join(" ".join(parsed.clauses[n][0].words) for n in numbers)
            yield typed, sorted(word.variants, key=lambda x: (x.reason != "exact", -x.weight))

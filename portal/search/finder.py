"""Search as a reader meets it: an engine's answer, checked against texts and spelling.

Quotation marks and exact spelling are settled on the best candidates by their texts,
which the catalogue gives; a misspelt word is corrected where nothing else is found.
"""

import re
import threading
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from portal.core.i18n import Locale
from portal.search import analysis, kazakh
from portal.search.expansion import ExpanderProvider
from portal.search.index import Query, Results, SearchIndex
from portal.search.literal import Literal, Texts
from portal.search.spelling import Correction, Speller, other_layout
from portal.search.syntax import Parsed, as_text, parse
from portal.search.vocabulary import Vocabulary

#: Of so many of the best candidates the texts are read.
CANDIDATES = 200
#: With so many hits or fewer a correction is offered.
FEW = 2
_MOST_CORRECTED = 3
#: In longer queries the spelling of one word says little.
_SHORT, _SHORTEST_WORD = 4, 3
#: Of so many clauses it is looked up what fulfils them beside quoted words.
_MOST_ALTERNATIVES = 3
#: So many of the best hits show whether a query was found by its own words.
_MOST_JUDGED = 20


class TextSource(Protocol):
    """Where the texts of entries are read; app.py registers one."""

    def texts(self, ids: Sequence[int]) -> Mapping[int, Texts]:
        """Return the texts of those entries that exist."""


@dataclass(frozen=True)
class Findings:
    """What was found.

    :ivar text: the query that was carried out.
    :ivar typed: the query as typed, where a corrected one was carried out instead.
    :ivar meant: a corrected query that finds more; offered, not carried out.
    :ivar unchecked: candidates beyond the best ones whose texts were not looked into for
        what stands between quotation marks.
    """

    results: Results
    text: str
    typed: str | None = None
    meant: str | None = None
    unchecked: int = 0


class Finder:
    """Finds entries.

    :param texts: where the texts of candidates are read.
    :param expander: what it knows is no slip, though no entry has it.
    """

    def __init__(
        self, index: SearchIndex, texts: TextSource, expander: ExpanderProvider | None = None
    ) -> None:
        self._index = index
        self._texts = texts
        self._expander = expander
        self._spellers: dict[Locale, Speller] = {}
        self._guard = threading.Lock()

    def vocabularies(self) -> Mapping[Locale, Vocabulary]:
        """Return the words of public entries by language.

        :raises IndexMissing: there is no index.
        """
        return {locale: self._index.vocabulary(locale) for locale in Locale}

    def find(self, query: Query) -> Findings:
        """Return what a query finds; what nothing is found for is corrected.

        :raises IndexMissing: there is no index.
        """
        found = self._find(query)
        unknown = self._unknown(query.text)
        if not unknown:
            return found
        # What only sounds like a word is no better an answer than none, if a correction finds more.
        whole = 0 if self._is_guessed(query, unknown) else _with_all_words(found.results)
        if whole > FEW:
            return found
        for text in self._corrected(query.text, unknown):
            better = self._find(replace(query, text=text))
            if _with_all_words(better.results) > whole:
                return replace(found, meant=text) if whole else replace(better, typed=query.text)
        return found

    def _find(self, query: Query) -> Findings:
        parsed = parse(query.text)
        if parsed.literal:
            return self._literal(query, parsed)
        ambiguous = self._spelled_differently(parsed)
        if ambiguous:
            return Findings(self._exact_first(query, ambiguous), query.text)
        return Findings(self._index.search(query), query.text)

    def _is_guessed(self, query: Query, unknown: Sequence[str]) -> bool:
        """Return whether each of the best hits was found by a word that only sounds like an unknown one.

        The best ones whichever page is asked for, so that all pages are of the same query.
        """
        hits = self._find(_best_of(query, _MOST_JUDGED)).results.hits
        return bool(hits) and all(
            any(through.variant.reason == "loan" and through.typed in unknown for through in hit.through)
            for hit in hits
        )

    def _literal(self, query: Query, parsed: Parsed) -> Findings:
        """Keep those of the best candidates in whose texts it stands as it was typed."""
        # What is excluded literally is looked for in the texts, not cut away by stems.
        broad = self._index.search(_best_of(query, CANDIDATES))
        ids = [hit.id for hit in broad.hits]
        # A facet counts its other values too, which its own filter has kept out.
        for facet in query.facets:
            if query.filters.get(facet):
                without = {name: values for name, values in query.filters.items() if name != facet}
                wider = self._index.search(_best_of(replace(query, filters=without), CANDIDATES))
                ids += [hit.id for hit in wider.hits]
        ids = list(dict.fromkeys(ids))
        texts = self._texts.texts(ids)
        literal = Literal(parsed)
        others = self._fulfilled(query, literal, ids)
        only = frozenset(
            id_
            for id_ in ids
            if id_ in texts and literal.stands(texts[id_], [n for n, found in others.items() if id_ in found])
        )
        results = self._index.search(replace(query, only=only))
        return Findings(results, query.text, unchecked=max(0, broad.total - len(broad.hits)))

    def _fulfilled(self, query: Query, literal: Literal, ids: Sequence[int]) -> dict[int, Container[int]]:
        """Return, for clauses that ask for something else or quoted words, which entries hold the else."""
        found: dict[int, Container[int]] = {}
        for number, atoms in literal.alternatives.items():
            if len(found) < _MOST_ALTERNATIVES:
                asked = replace(query, text=as_text(atoms), only=frozenset(ids), filters={})
                found[number] = {hit.id for hit in self._index.search(_best_of(asked, len(ids))).hits}
            else:
                found[number] = ids
        return found

    def _exact_first(self, query: Query, words: Sequence[str]) -> Results:
        """Put those of the best candidates first in which words are spelled as they were typed."""
        if query.sort != "relevance":
            return self._index.search(query)
        end = query.offset + query.limit
        results = self._index.search(replace(query, limit=max(CANDIDATES, end), offset=0))
        texts = self._texts.texts([hit.id for hit in results.hits[:CANDIDATES]])
        typed = {kazakh.stem(word) for word in words}
        exact = {id_ for id_, found in texts.items() if typed & _kazakh_stems(found)}
        # Those with all the words stay before all others.
        complete = _with_all_words(results)
        order = sorted(
            range(len(results.hits)),
            key=lambda place: (place >= complete, results.hits[place].id not in exact),
        )
        return replace(results, hits=[results.hits[place] for place in order[query.offset : end]])

    def _spelled_differently(self, parsed: Parsed) -> list[str]:
        """Return the words of a short query that Kazakh texts spell in several ways."""
        words = _plain_words(parsed)
        if len(words) > _SHORT:
            return []
        vocabulary = self._index.vocabulary(Locale.KK)
        return [
            word
            for word in words
            if len(word) >= _SHORTEST_WORD
            and analysis.is_cyrillic(word)
            and not any(word in stop for stop in analysis.STOP_WORDS.values())
            and len({kazakh.stem(meant) for meant in vocabulary.unfold(word)}) > 1
        ]

    def _unknown(self, text: str) -> list[str]:
        """Return the words of a query that stand in no entry."""
        return [word for word in dict.fromkeys(_plain_words(parse(text))) if not self._known(word)]

    def _corrected(self, text: str, unknown: list[str]) -> list[str]:
        """Return likely corrections of a query, likeliest first."""
        if len(unknown) > _MOST_CORRECTED:
            return []
        choices = [self._corrections(word) for word in unknown]
        if not all(choices):
            unknown, choices = _those_with_choices(unknown, choices)
        found = []
        for rank in range(max((len(x) for x in choices), default=0)):
            corrected = text
            for word, words in zip(unknown, choices, strict=True):
                corrected = _replaced(corrected, word, words[min(rank, len(words) - 1)])
            if corrected != text and corrected not in found:
                found.append(corrected)
        return found

    def _known(self, word: str) -> bool:
        """Return whether a word is one: of the index, of a dictionary or of the thesaurus."""
        if len(word) < _SHORTEST_WORD or word.isnumeric() or analysis.is_word(word):
            return True
        if any(
            word in self._index.vocabulary(locale) or word in analysis.STOP_WORDS[locale] for locale in Locale
        ):
            return True
        reading = {locale: [(0, analysis.stem(word, locale))] for locale in Locale}
        return self._expander is not None and bool(self._expander().expand([word], reading))

    def _corrections(self, word: str) -> list[str]:
        found: list[Correction] = []
        flipped = other_layout(word)
        for locale in Locale:
            speller = self._speller(locale)
            if analysis.is_cyrillic(word) == (locale != Locale.EN):
                found += speller.correct(word)
            elif flipped in self._index.vocabulary(locale):
                found.append(Correction(flipped, locale, 0.0))
        ordered = sorted(found, key=lambda correction: correction.cost)
        return list(dict.fromkeys(correction.word for correction in ordered))[:_MOST_CORRECTED]

    def _speller(self, locale: Locale) -> Speller:
        vocabulary = self._index.vocabulary(locale)
        known = self._spellers.get(locale)
        if known is None or not known.is_up_to_date(vocabulary):
            with self._guard:
                known = self._spellers[locale] = Speller(vocabulary)
        return known


def _with_all_words(results: Results) -> int:
    """Return how many hits have all the words; of a long query any hit will do."""
    if results.relaxed and results.complete is not None:
        return results.complete
    return results.total


def _best_of(query: Query, most: int) -> Query:
    """Return what asks for the best hits of a query only, whichever page it is for."""
    return replace(query, limit=most, offset=0, facets=(), sort="relevance")


def _kazakh_stems(texts: Texts) -> set[str]:
    return {kazakh.stem(word) for text in texts.get(Locale.KK, ()) for word in analysis.words_of(text)}


def _plain_words(parsed: Parsed) -> list[str]:
    return [atom.words[0] for clause in parsed.clauses for atom in clause if atom.kind == "word"]


def _those_with_choices(words: list[str], choices: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    kept = [(word, found) for word, found in zip(words, choices, strict=True) if found]
    return [word for word, _ in kept], [found for _, found in kept]


def _replaced(text: str, word: str, by: str) -> str:
    """Return a query with one word put in the place of another, however that was written."""
    for match in re.finditer(r"[\w'’ʼ]+", text):
        if analysis.normalise(match.group()) == word:
            return text[: match.start()] + by + text[match.end() :]
    return text

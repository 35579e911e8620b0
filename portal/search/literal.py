"""What stands between quotation marks in a query, looked for in texts as it was typed.

The index knows in which entries words stand, not where: what has to stand side by side, or
in this very form, is settled on the texts of candidates.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal.core.i18n import Locale
from portal.search import analysis
from portal.search.syntax import Atom, Parsed

#: The texts of an entry by language: its title, then all others.
Texts = Mapping[Locale, Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Sought:
    """A word in this very form, or words side by side in any of their forms.

    :ivar word: the one; empty for several.
    :ivar stems: the stems of several by language; see :func:`_row`.
    """

    word: str
    stems: Mapping[Locale, str]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as it is looked into."""

    locale: Locale
    words: frozenset[str]
    stems: str


class Literal:
    """What of a query has to stand in texts as it was typed.

    :ivar alternatives: by the number of a clause, what else than quoted words fulfils it.
    """

    def __init__(self, parsed: Parsed) -> None:
        self._wanted = {n: found for n, clause in enumerate(parsed.clauses) if (found := _sought(clause))}
        self._unwanted = _sought(parsed.excluded)
        self._phrases = any(x.stems for found in (*self._wanted.values(), self._unwanted) for x in found)
        self.alternatives: Mapping[int, Sequence[Atom]] = {
            n: [atom for atom in parsed.clauses[n] if not atom.literal]
            for n, found in self._wanted.items()
            if len(found) < len(parsed.clauses[n])
        }

    def stands(self, texts: Texts, fulfilled: Collection[int] = ()) -> bool:
        """Return whether what is wanted stands in the texts of an entry, and nothing that is not.

        :param fulfilled: clauses that the entry fulfils in another way.
        """
        read = [self._read(text, locale) for locale, parts in texts.items() for text in parts]
        return all(
            n in fulfilled or _any_stands(found, read) for n, found in self._wanted.items()
        ) and not _any_stands(self._unwanted, read)

    def _read(self, text: str, locale: Locale) -> _Text:
        words = analysis.words_of(text)
        return _Text(locale, frozenset(words), _row(words, locale) if self._phrases else "")


def _sought(atoms: Iterable[Atom]) -> list[_Sought]:
    return [
        _Sought(atom.words[0], {})
        if atom.kind == "exact"
        else _Sought("", {locale: _row(atom.words, locale) for locale in Locale})
        for atom in atoms
        if atom.literal
    ]


def _any_stands(sought: Iterable[_Sought], read: Sequence[_Text]) -> bool:
    return any(
        one.word in text.words if one.word else one.stems[text.locale] in text.stems
        for one in sought
        for text in read
    )


def _row(words: Sequence[str], locale: Locale) -> str:
    """Return the stems of words in one text, so that a row within a row is found at the speed of C."""
    return f" {' '.join(analysis.stem(word, locale) for word in words)} "

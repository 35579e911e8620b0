"""Finds things by how the words of their labels begin, in any of the three languages.

All in memory: a sorted list of the words of all labels, looked up by bisection. Words
are folded to the letters of a Russian keyboard, and a Kazakh word is found by its Latin
spelling too.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from portal.core.i18n import Locale, fallbacks
from portal.search.analysis import is_cyrillic, words_of
from portal.search.scripts import fold, latin_key, latin_keys
from portal.taxonomy.concepts import NamedThing

#: Shorter beginnings stand for too much.
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class ShownLabel:
    """What a reader sees of a thing."""

    text: str
    locale: Locale


@dataclass(frozen=True, slots=True)
class Match:
    """A thing one of whose labels begins as typed.

    :ivar label: in the reader's language, or the best there is.
    :ivar matched: the label that begins so, where the one above does not and this may be shown.
    """

    thing: NamedThing
    label: ShownLabel
    matched: ShownLabel | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A label; ``folded`` are its words as they are compared."""

    thing: int
    locale: Locale
    text: str
    hidden: bool
    folded: str


class LabelIndex:
    """Finds things by their labels; never changes, so threads may share it."""

    def __init__(self, things: Sequence[NamedThing]) -> None:
        self._things = things
        self._entries: list[_Entry] = []
        self._standing: dict[str, list[int]] = {}
        self._whole: dict[str, list[int]] = {}
        kazakh: dict[str, str] = {}
        for number, thing in enumerate(things):
            for locale, labels in thing.labels.items():
                for label in labels:
                    typed = words_of(label.text)
                    self._add(_Entry(number, locale, label.text, label.hidden, _folded(typed)))
                    if locale == Locale.KK:
                        kazakh.update((word, fold(word)) for word in typed if is_cyrillic(word))
        self._words = sorted(self._standing)
        self._latin = sorted((latin_key(word), folded) for word, folded in kazakh.items())

    def _add(self, entry: _Entry) -> None:
        number = len(self._entries)
        self._entries.append(entry)
        self._whole.setdefault(entry.folded, []).append(number)
        for word in set(entry.folded.split()):
            self._standing.setdefault(word, []).append(number)

    def beginning(self, typed: str, locale: Locale) -> list[Match]:
        """Return the things with a label in which a word begins like each typed one, nearest first.

        :param locale: the reader's language.
        """
        given = words_of(typed)
        if sum(map(len, given)) < SHORTEST:
            return []
        found = self._having(given, self._with_word)
        if not found and not any(is_cyrillic(word) for word in given):
            found = self._having(given, self._with_latin)
        whole = _folded(given)
        best: dict[int, tuple[tuple[object, ...], _Entry]] = {}
        for number in found:
            entry = self._entries[number]
            # Of a place and a concept that are called the same, the place is meant.
            named = self._things[entry.thing].reason == "name"
            rank = (*_rank(entry, whole, locale), not named, entry.thing)
            if entry.thing not in best or rank < best[entry.thing][0]:
                best[entry.thing] = (rank, entry)
        ordered = sorted(best.values(), key=lambda item: item[0])
        return [self._match(entry, given, locale) for _, entry in ordered]

    def called(self, text: str, locale: Locale) -> list[NamedThing]:
        """Return the things that are called exactly so, those in the reader's language first."""
        entries = [self._entries[n] for n in self._whole.get(_folded(words_of(text)), ())]
        ordered = sorted(entries, key=lambda entry: (entry.locale != locale, entry.hidden))
        return [self._things[number] for number in dict.fromkeys(entry.thing for entry in ordered)]

    def _having(self, given: Sequence[str], look_up: Callable[[str], set[int]]) -> set[int]:
        """Return the labels in which a word begins like each given one."""
        longest, *others = sorted(given, key=len, reverse=True)
        found = look_up(longest)
        for word in others:
            if not found:
                break
            found &= look_up(word)
        return found

    def _with_word(self, begin: str) -> set[int]:
        key = fold(begin)
        found: set[int] = set()
        place = bisect_left(self._words, key)
        while place < len(self._words) and self._words[place].startswith(key):
            found.update(self._standing[self._words[place]])
            place += 1
        return found

    def _with_latin(self, begin: str) -> set[int]:
        """Return the Kazakh labels with a word that begins like a Latin spelling."""
        found: set[int] = set()
        for key in latin_keys(begin):
            place = bisect_left(self._latin, (key, ""))
            while place < len(self._latin) and self._latin[place][0].startswith(key):
                standing = self._standing[self._latin[place][1]]
                found.update(n for n in standing if self._entries[n].locale == Locale.KK)
                place += 1
        return found

    def _match(self, entry: _Entry, given: Sequence[str], locale: Locale) -> Match:
        thing = self._things[entry.thing]
        label = preferred(thing, locale)
        plain = entry.hidden or begins(label.text, given)
        return Match(thing, label, None if plain else ShownLabel(entry.text, entry.locale))


def begins(text: str, given: Sequence[str]) -> bool:
    """Return whether some word of a text begins like each given one."""
    standing = [fold(word) for word in words_of(text)]
    return all(any(word.startswith(fold(begin)) for word in standing) for begin in given)


def preferred(thing: NamedThing, locale: Locale) -> ShownLabel:
    """Return what a reader sees of a thing: in their language, else in the next best one."""
    for candidate in fallbacks(locale):
        for label in thing.labels.get(candidate, ()):
            if not label.hidden:
                return ShownLabel(label.text, candidate)
    return ShownLabel(thing.key, Locale.EN)


def _folded(typed: Iterable[str]) -> str:
    return " ".join(fold(word) for word in typed)


def _rank(entry: _Entry, typed: str, locale: Locale) -> tuple[object, ...]:
    """Return the nearer the smaller: the label itself, its first words, how it begins, its length."""
    return (
        entry.folded != typed,
        not entry.folded.startswith(f"{typed} "),
        not entry.folded.startswith(typed),
        entry.locale != locale,
        entry.hidden,
        len(entry.folded),
        entry.folded,
    )

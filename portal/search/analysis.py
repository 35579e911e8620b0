"""Turns text into index terms, the same way for every engine.

Normalise (Unicode NFC, case, ё as е, CO₂ as CO2), cut into words, drop stop words,
stem. Engines receive stems. An index that another :data:`VERSION` made is rebuilt.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

from portal.core.i18n import Locale
from portal.search import kazakh

VERSION = 1

_WORD = re.compile(r"[^\W_]+(?:['’ʼ][^\W_]+)*", re.UNICODE)
_EVEN = str.maketrans({"ё": "е", "’": "'", "ʼ": "'", **{chr(0x2080 + n): str(n) for n in range(10)}})
_SNOWBALL = {
    Locale.RU: snowballstemmer.stemmer("russian"),
    Locale.EN: snowballstemmer.stemmer("english"),
}

#: Words too common to find anything by. Short lists: a catalogue's texts are short.
STOP_WORDS = {
    Locale.KK: frozenset(
        "және мен бен пен үшін бойынша туралы бұл осы сол бар жоқ емес да де та те әр кез "
        "арқылы дейін кейін бір болып болады еді немесе сондай ақ".split()
    ),
    Locale.RU: frozenset(
        "и в во не на с со к ко по из за от до у о об для при или как что это его ее их же "
        "а но то так также под над через после".split()
    ),
    Locale.EN: frozenset(
        "a an the of in on at to for and or by with from as is are be was were it its this "
        "that these those into than".split()
    ),
}


def normalise(text: str) -> str:
    """Return text in one form: composed, lower case, without accidental differences."""
    return unicodedata.normalize("NFC", text).lower().translate(_EVEN)


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word with its place in the text: ``(normalised, start, end)``."""
    for match in _WORD.finditer(text):
        yield normalise(match.group()), match.start(), match.end()


@lru_cache(maxsize=200_000)
def stem(word: str, locale: Locale) -> str:
    """Return the stem of a normalised word."""
    if locale == Locale.KK:
        return kazakh.stem(word)
    if any("а" <= letter <= "я" for letter in word) and locale == Locale.EN:
        return word
    stemmed: str = _SNOWBALL[locale].stemWord(word)
    return stemmed


def terms(text: str, locale: Locale) -> list[str]:
    """Return the stems of a text, in order, stop words left out."""
    stop = STOP_WORDS[locale]
    return [stem(word, locale) for word, _, _ in words(text) if word not in stop]


def mark(text: str, locale: Locale, wanted: frozenset[str]) -> list[tuple[str, bool]]:
    """Cut a text into pieces and say which of them are words with a wanted stem."""
    pieces: list[tuple[str, bool]] = []
    done = 0
    for word, start, end in words(text):
        if stem(word, locale) in wanted:
            pieces += [(text[done:start], False), (text[start:end], True)]
            done = end
    pieces.append((text[done:], False))
    return [piece for piece in pieces if piece[0]]


def snippet(text: str, locale: Locale, wanted: frozenset[str], length: int = 180) -> list[tuple[str, bool]]:
    """Return the part of a text around its first wanted word, cut at words, with marks."""
    if len(text) <= length:
        return mark(text, locale, wanted)
    places = [start for word, start, _ in words(text) if stem(word, locale) in wanted]
    start = max(0, (places[0] if places else 0) - length // 3)
    if start:
        start = text.find(" ", start) + 1
    end = min(len(text), start + length)
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + 1)
    piece = ("… " if start else "") + text[start:end] + (" …" if end < len(text) else "")
    return mark(piece, locale, wanted)

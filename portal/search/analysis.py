"""Turns text into index terms, the same way for every engine.

Normalise (Unicode NFC, case, ё as е, CO₂ as CO2), cut into words, drop stop words,
stem. Engines receive stems. An index that another :data:`VERSION` of this made is rebuilt.

A Kazakh stem is folded to the letters of a Russian keyboard *after* stemming, so that
«қазақ» and «казак» meet; the ending was read off the proper spelling before.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from zlib import crc32

import snowballstemmer

from portal.core.i18n import Locale
from portal.search import kazakh, russian
from portal.search.scripts import fold

# A letter may carry its accent as a character of its own.
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*|['’ʼ][^\W_]+)*", re.UNICODE)
#: A longer word is junk, of which so much is enough: whatever is kept by word stays small.
LONGEST_WORD = 64
# What accents are left over a composed text are stresses: за́мок.
_STRESSES = dict.fromkeys("\u0300\u0301", "")
_EVEN = str.maketrans(
    {**_STRESSES, "ё": "е", "’": "'", "ʼ": "'", **{chr(0x2080 + n): str(n) for n in range(10)}}
)
_ENGLISH = snowballstemmer.stemmer("english")
#: British spellings that Snowball would keep apart from the American ones.
_BRITISH = re.compile(r"is(ation|ations|ational)$")
_CYRILLIC = re.compile("[а-яәғқңөұүһі]")
_LIBRARIES = ("pymorphy3", "pymorphy3-dicts-ru", "snowballstemmer")


def _version() -> str:
    """Return what changes with anything that stems depend on: this code, its words, its libraries."""
    folder = Path(__file__).parent
    parts = [*folder.glob("kazakh*"), *(folder / f"{name}.py" for name in ("analysis", "russian", "scripts"))]
    found = 0
    for path in sorted(part for part in parts if part.is_file()):
        found = crc32(path.read_bytes(), found)
    for name in _LIBRARIES:
        found = crc32(version(name).encode(), found)
    return f"{found:08x}"


#: Names this analysis; another one cuts words otherwise.
VERSION = _version()
#: Stems that were cut before, by word and language.
_REMEMBERED: dict[tuple[str, Locale], str] = {}

#: Words that say nothing of what is looked for. What may name a thing in a catalogue
#: (more, first, new, бар) stays a word.
STOP_WORDS = {
    Locale.KK: frozenset(
        "және мен бен пен үшін бойынша туралы бұл осы сол ол олар біз сіз біздің олардың оның оны "
        "оған емес да де та те әр кез арқылы дейін кейін соң бір болып болады болған болатын еді екен "
        "немесе не яғни сондай сондықтан мұндай осындай ақ ғана гөрі сияқты секілді тиіс керек арасында "
        "қарай бері ал бірақ егер кезде кезінде ретінде жөніндегі жөнінде қатысты тәрізді".split()
    ),
    Locale.RU: frozenset(
        "и в во не на с со к ко по из за от до у о об обо для при или как что это этот эта эти этого этой "
        "его ее их им ими же а но то та те тот так также под над через после он она оно они мы вы я нас "
        "бы был была было были быть есть будет будут который которая которое которые которых которым "
        "чем чтобы если когда где там тут уже еще лишь только ли ни без между перед около свой своих своей "
        "своего какой какая какие такой такая такие таких весь вся все всех всего кто чего ему ей них".split()
    ),
    Locale.EN: frozenset(
        "a an the of in on at to for and or by with from as is are be was were been being it its this "
        "that these those into than then them they their there he she we you our your his her not no nor "
        "but if so such has have had do does did can could may might must shall should will would about "
        "over under through without within between while which who whom whose what when where how also "
        "both each any some per via us i".split()
    ),
}


def normalise(text: str) -> str:
    """Return text in one form: composed, lower case, without accidental differences."""
    return unicodedata.normalize("NFC", text).lower().translate(_EVEN)


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word with its place in the text: ``(normalised, start, end)``."""
    for match in _WORD.finditer(text):
        yield normalise(match.group())[:LONGEST_WORD], match.start(), match.end()


def is_cyrillic(word: str) -> bool:
    """Return whether a normalised word holds a Cyrillic letter."""
    return _CYRILLIC.search(word) is not None


def is_foreign(word: str, locale: Locale) -> bool:
    """Return whether a normalised word is certainly not of this language.

    Kazakh and Russian share an alphabet but for nine letters: a word with one of them is
    Kazakh, one that the Russian dictionary has is Russian.
    """
    if is_cyrillic(word) == (locale == Locale.EN):
        return True
    if locale == Locale.EN:
        return False
    return (fold(word) != word) if locale == Locale.RU else russian.knows(word)


def is_word(word: str) -> bool:
    """Return whether a dictionary has a normalised word: the Russian one, or the Kazakh stems."""
    return is_cyrillic(word) and (russian.knows(word) or kazakh.knows(word))


@lru_cache(maxsize=200_000)
def stem(word: str, locale: Locale) -> str:
    """Return the stem of a normalised word; of another script's word the word itself."""
    remembered = _REMEMBERED.get((word, locale))
    if remembered is not None:
        return remembered
    if is_cyrillic(word) == (locale == Locale.EN):
        return word
    if locale == Locale.KK:
        return fold(kazakh.stem(word))
    if locale == Locale.RU:
        return russian.stem(word)
    stemmed: str = _ENGLISH.stemWord(_BRITISH.sub(r"iz\1", word))
    return stemmed


def remember(stems: Mapping[tuple[str, Locale], str]) -> None:
    """Take over stems that this version of the analysis has cut in another process."""
    _REMEMBERED.update(stems)


def words_of(text: str) -> list[str]:
    """Return the normalised words of a text, in order."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(normalise(text))]


def surface_words(text: str, locale: Locale) -> list[str]:
    """Return the normalised words of a text, in order, stop words left out."""
    stop = STOP_WORDS[locale]
    return [word for word in words_of(text) if word not in stop]


def terms(text: str, locale: Locale) -> list[str]:
    """Return the stems of a text, in order, stop words left out."""
    return [stem(word, locale) for word in surface_words(text, locale)]


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

"""The query language: words, "phrases", -not, a OR b, prefix*, field:value.

Words are all wanted. Anything malformed is read as words: an unfinished quotation mark,
a lone minus, an OR without a neighbour. Nothing that can be typed is an error, and nothing
makes more work than a pasted paragraph does: what is beyond that is not read.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from portal.search import analysis

#: Shorter ones stand for too much.
SHORTEST_PREFIX = 2
#: A query asks for so many things at most, and leaves out as many.
MOST_ATOMS = 300
#: Twice in «peer to peer»; what is said more often asks for nothing more.
MOST_TIMES = 2
#: Each prefix stands for dozens of words; further ones are words.
MOST_PREFIXES = 8
#: Further ``field:value`` stay in the text.
MOST_FIELDS = 30

_TOKEN = re.compile(
    r"""(?P<minus>(?<![^\s(])[-\u2212](?=[\w"«“„:]))?     # a minus before a word, not within one
        (?:(?P<field>[^\W\d_]+):(?=[\w"«“„]))?            # field:
        (?: ["“”„«](?P<phrase>[^"“”„«»]*)["“”»]            # "phrase"
          | (?P<word>[^\s"“”„«»()|]+)                      # word
          | (?P<bar>\|) )""",
    re.VERBOSE,
)
_OR = frozenset({"OR", "ИЛИ", "НЕМЕСЕ"})
_AND = frozenset({"AND", "И", "ЖӘНЕ"})
_NOT = frozenset({"NOT", "НЕ", "ЕМЕС"})
_SPECIAL = re.compile(r'["“”„«»:|*()]|(?<!\S)[-\u2212]|\b(?:OR|AND|NOT|ИЛИ|НЕМЕСЕ|И|НЕ|ЖӘНЕ|ЕМЕС)\b')


@dataclass(frozen=True, slots=True)
class Atom:
    """The smallest thing that is asked for.

    :ivar words: normalised; several in a phrase.
    :ivar kind: ``word``, ``prefix``, ``phrase`` (these words side by side, in any of their
        forms) or ``exact`` (this very form: one word between quotation marks).
    """

    words: tuple[str, ...]
    kind: str = "word"

    @property
    def literal(self) -> bool:
        """Whether it has to stand in a text as it was typed."""
        return self.kind in ("phrase", "exact")


@dataclass(frozen=True, slots=True)
class Field:
    """``name:value`` as typed; ``wanted`` is false behind a minus."""

    name: str
    value: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query in parts.

    :ivar clauses: all wanted; of the atoms of each one is enough.
    :ivar excluded: not wanted.
    """

    clauses: tuple[tuple[Atom, ...], ...]
    excluded: tuple[Atom, ...] = ()

    @property
    def literal(self) -> bool:
        """Whether something has to stand in a text as it was typed."""
        return any(atom.literal for atoms in (*self.clauses, self.excluded) for atom in atoms)


def parse(text: str) -> Parsed:
    """Return a query in parts; ``field:value`` counts as words here."""
    if _SPECIAL.search(text) is None:
        return _bounded([[Atom((word,))] for word in _words(text)], [])
    clauses: list[list[Atom]] = []
    excluded: list[Atom] = []
    join = negate = False
    for match in _TOKEN.finditer(text):
        word = match["word"]
        if match["bar"] or word in _OR:
            join = bool(clauses)
            continue
        if word in _AND:
            continue
        if word in _NOT:
            negate = True
            continue
        atoms = _atoms(match)
        if not atoms:
            continue
        if match["minus"] or negate:
            excluded += atoms
        elif join:
            clauses[-1].append(atoms[0])
            clauses += [[atom] for atom in atoms[1:]]
        else:
            clauses += [[atom] for atom in atoms]
        join = negate = False
    return _bounded(clauses, excluded)


def _bounded(clauses: Sequence[Sequence[Atom]], excluded: Sequence[Atom]) -> Parsed:
    """Return a query without what is beyond reason: repetitions, hundreds of words, many prefixes."""
    prefixes: set[Atom] = set()

    def plain(atom: Atom) -> Atom:
        if atom.kind != "prefix" or atom in prefixes:
            return atom
        if len(prefixes) == MOST_PREFIXES:
            return Atom(atom.words)
        prefixes.add(atom)
        return atom

    times: Counter[tuple[Atom, ...]] = Counter()
    kept: list[tuple[Atom, ...]] = []
    left = MOST_ATOMS
    for atoms in clauses:
        clause = tuple(dict.fromkeys(map(plain, atoms)))[:left]
        times[clause] += 1
        if clause and times[clause] <= MOST_TIMES:
            kept.append(clause)
            left -= len(clause)
    unwanted = dict.fromkeys(map(plain, excluded))
    return Parsed(tuple(kept), tuple(unwanted)[:MOST_ATOMS])


def as_text(atoms: Sequence[Atom]) -> str:
    """Return a query for words and prefixes, of which one is enough."""
    return " OR ".join(f"{atom.words[0]}{'*' if atom.kind == 'prefix' else ''}" for atom in atoms)


def take_fields(text: str, known: Collection[str]) -> tuple[str, tuple[Field, ...]]:
    """Cut ``field:value`` out of a query.

    :param known: names of fields, lower case; any other ``a:b`` stays in the text.
    :returns: the text without them, and the fields in order.
    """
    if ":" not in text:
        return text, ()
    fields: list[Field] = []
    kept: list[str] = []
    done = 0
    for match in _TOKEN.finditer(text):
        name = analysis.normalise(match["field"] or "")
        value = match["phrase"] if match["phrase"] is not None else match["word"]
        if name in known and value and len(fields) < MOST_FIELDS:
            fields.append(Field(name, value.strip(), wanted=not match["minus"]))
            kept.append(text[done : match.start()])
            done = match.end()
    kept.append(text[done:])
    return " ".join(" ".join(kept).split()), tuple(fields)


def _atoms(match: re.Match[str]) -> list[Atom]:
    before = _words(match["field"] or "")
    if match["phrase"] is not None:
        words = _words(match["phrase"])
        kind = "phrase" if len(words) > 1 else "exact"
        return [Atom((word,)) for word in before] + ([Atom(tuple(words), kind)] if words else [])
    words = _words(match["word"] or "")
    atoms = [Atom((word,)) for word in before + words]
    if words and (match["word"] or "").endswith("*") and len(words[-1]) >= SHORTEST_PREFIX:
        atoms[-1] = Atom((words[-1],), "prefix")
    return atoms


def _words(text: str) -> list[str]:
    return analysis.words_of(text)

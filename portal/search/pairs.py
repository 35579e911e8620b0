"""The learnt pairs of words: learning them anew, blocking wrong ones, expanding queries.

What is learnt comes from the portal's own translations. The caller gives only texts that
a person has written or reviewed, never what a machine translated and nobody read.
"""

import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select
from sqlalchemy.orm import Session

from portal.core.changes import Change, note_change, position
from portal.core.database import Sessions
from portal.core.errors import NotFound
from portal.core.i18n import Locale
from portal.core.outbox import JobHandler
from portal.core.unit_of_work import UnitOfWork
from portal.search import analysis
from portal.search.expansion import Expansion, Reading, Variant
from portal.search.learning import learn
from portal.search.model import StoredPair

#: The same text in several languages.
Texts = Iterable[Mapping[Locale, str]]
#: Reads all reviewed texts that exist in more than one language.
ParallelTexts = Callable[[Session], Texts]

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
_KEY = ("source_locale", "source", "target_locale", "target")


@dataclass(frozen=True)
class Lesson:
    """What a round of learning found.

    :ivar texts: how many texts there were in two languages or more.
    :ivar rows: rows of ``learnt_pair``, each pair in both directions.
    """

    texts: int
    rows: Sequence[Mapping[str, Any]]


def relearn(session: Session, texts: Texts) -> Lesson:
    """Learn from texts in three languages and replace what was learnt before.

    Where many texts make this take seconds, use :func:`relearn_apart`: on SQLite nobody
    else can write during the session's transaction.

    :param texts: reviewed ones only.
    """
    lesson = study(texts)
    replace_pairs(session, lesson)
    return lesson


def relearn_apart(sessions: Sessions, parallel_texts: ParallelTexts) -> Lesson:
    """Read, learn, and only then open the transaction that writes."""
    with sessions() as session:
        lesson = study(parallel_texts(session))
    with UnitOfWork(sessions, {}) as uow:
        replace_pairs(uow.session, lesson)
    return lesson


def study(texts: Texts) -> Lesson:
    """Return the pairs that texts in several languages teach, in all directions."""
    parallel = [{x: text for x, text in item.items() if text.strip()} for item in texts]
    parallel = [item for item in parallel if len(item) > 1]
    spoken = _spoken(parallel)
    rows: list[dict[str, Any]] = []
    for one, other in combinations(Locale, 2):
        sentences = (
            (analysis.terms(source, one), analysis.terms(target, other))
            for item in parallel
            if one in item and other in item
            for source, target in _aligned(item[one], item[other])
        )
        for pair in learn(sentences):
            ends = ((one, pair.source), (other, pair.target))
            rows += [_row(*way, spoken, pair.weight, pair.seen) for way in (ends, ends[::-1])]
    return Lesson(len(parallel), rows)


def _aligned(source: str, target: str) -> Iterator[tuple[str, str]]:
    """Yield what translates what: sentences when there are as many of both, else the whole."""
    sources, targets = ([x for x in _SENTENCE_END.split(text) if x.strip()] for text in (source, target))
    if len(sources) == len(targets):
        yield from zip(sources, targets, strict=True)
    else:
        yield source, target


def _spoken(parallel: Iterable[Mapping[Locale, str]]) -> dict[tuple[Locale, str], str]:
    """Return the commonest word with each stem; of equally common ones the shortest."""
    counts = Counter(
        (locale, word)
        for item in parallel
        for locale, text in item.items()
        for word in analysis.surface_words(text, locale)
    )
    spoken: dict[tuple[Locale, str], str] = {}
    for (locale, word), _ in sorted(counts.items(), key=lambda x: (-x[1], len(x[0][1]), x[0][1])):
        spoken.setdefault((locale, analysis.stem(word, locale)), word)
    return spoken


def _row(
    source: tuple[Locale, str],
    target: tuple[Locale, str],
    spoken: Mapping[tuple[Locale, str], str],
    weight: float,
    seen: int,
) -> dict[str, Any]:
    return {
        "source_locale": source[0],
        "source": source[1],
        "source_word": spoken[source],
        "target_locale": target[0],
        "target": target[1],
        "target_word": spoken[target],
        "weight": weight,
        "seen": seen,
        "blocked": False,
    }


def replace_pairs(session: Session, lesson: Lesson) -> None:
    """Replace what is stored; blocked pairs stay, and stay blocked."""
    blocked = {
        tuple(key)
        for key in session.execute(
            select(*(getattr(StoredPair, name) for name in _KEY)).where(StoredPair.blocked)
        )
    }
    session.execute(delete(StoredPair).where(StoredPair.blocked.is_(False)))
    if rows := [row for row in lesson.rows if tuple(row[name] for name in _KEY) not in blocked]:
        # Past the mapper: thousands of rows, and on SQLite nobody else writes meanwhile.
        session.execute(insert(StoredPair.metadata.tables[StoredPair.__tablename__]), rows)
    note_change(session, "pairs")


def learn_job(sessions: Sessions, parallel_texts: ParallelTexts) -> JobHandler:
    """Return what does jobs of the kind ``learn``: several waiting are done as one."""

    def handle(payloads: Sequence[dict[str, Any]]) -> None:
        relearn_apart(sessions, parallel_texts)

    return handle


def list_pairs(
    session: Session,
    source_locale: Locale | None = None,
    target_locale: Locale | None = None,
    word: str | None = None,
    limit: int | None = None,
) -> Sequence[StoredPair]:
    """Return stored pairs, surest first.

    :param word: only pairs that have this word, or another form of it, on either side.
    """
    query = select(StoredPair)
    if source_locale:
        query = query.where(StoredPair.source_locale == source_locale)
    if target_locale:
        query = query.where(StoredPair.target_locale == target_locale)
    if word:
        query = query.where(
            or_(*(_is(side, locale, word) for side in ("source", "target") for locale in Locale))
        )
    order = (StoredPair.weight.desc(), StoredPair.seen.desc(), *(getattr(StoredPair, name) for name in _KEY))
    return session.scalars(query.order_by(*order).limit(limit)).all()


def block_pair(
    session: Session,
    source_locale: Locale,
    source: str,
    target_locale: Locale,
    target: str,
    blocked: bool = True,
) -> None:
    """Block a wrong pair, or let it count again, in both directions.

    :param source: the word or its stem, in any form; ``target`` likewise.
    :raises NotFound: no such pair was learnt.
    """
    ways = or_(
        and_(_is("source", source_locale, source), _is("target", target_locale, target)),
        and_(_is("target", source_locale, source), _is("source", target_locale, target)),
    )
    found = session.scalars(select(StoredPair).where(ways)).all()
    if not found:
        raise NotFound(f"learnt pair {source} ({source_locale}), {target} ({target_locale})")
    for pair in found:
        pair.blocked = blocked
    note_change(session, "pairs")


def _is(side: str, locale: Locale, word: str) -> ColumnElement[bool]:
    """Return the condition that one side of a pair is a word of a language."""
    normal = analysis.normalise(word.strip())
    return and_(
        getattr(StoredPair, f"{side}_locale") == locale,
        or_(
            getattr(StoredPair, side).in_({normal, *analysis.terms(normal, locale)}),
            getattr(StoredPair, f"{side}_word") == normal,
        ),
    )


class PairExpander:
    """Says what words are called elsewhere by what was learnt.

    :param variants: what stands for each stem of a language.
    """

    def __init__(self, variants: Mapping[tuple[Locale, str], Sequence[Variant]]) -> None:
        self._variants = variants

    def expand(self, words: Sequence[str], reading: Reading) -> Sequence[Expansion]:
        """Return what stands for which words of a query; each word by itself."""
        known = {(place, locale, stem) for locale in reading for place, stem in reading[locale]}
        found: defaultdict[int, dict[tuple[Locale, tuple[str, ...]], Variant]] = defaultdict(dict)
        for place, locale, stem in sorted(known):
            for variant in self._variants.get((locale, stem), ()):
                # A word that is spelt alike in both languages finds itself.
                if (place, variant.locale, variant.stems[0]) in known:
                    continue
                key = (variant.locale, variant.stems)
                other = found[place].get(key)
                if other is None or other.weight < variant.weight:
                    found[place][key] = variant
        return [
            Expansion((place,), tuple(sorted(found[place].values(), key=lambda x: (-x.weight, x.stems))))
            for place in sorted(found)
            if found[place]
        ]


class PairsProvider:
    """Keeps the expander of the stored pairs and reads them again when they change.

    :param every: seconds between two looks at the change feed.
    """

    def __init__(self, sessions: Sessions, *, every: float = 0.5) -> None:
        self._sessions = sessions
        self._every = every
        self._lock = threading.Lock()
        self._looked = 0.0
        self._position = 0
        self._expander: PairExpander | None = None

    def __call__(self) -> PairExpander:
        """Return the expander of this moment."""
        with self._lock:
            if self._expander is None or time.monotonic() - self._looked >= self._every:
                self._expander = self._look()
                self._looked = time.monotonic()
            return self._expander

    def _look(self) -> PairExpander:
        with self._sessions() as session:
            # The feed first: what comes in between is read twice rather than never.
            newest = position(session)
            if self._expander is None or self._changed(session, newest):
                expander = PairExpander(_read(session))
            else:
                expander = self._expander
        self._position = newest
        return expander

    def _changed(self, session: Session, newest: int) -> bool:
        # A feed that is behind belongs to a database that was put back.
        if newest <= self._position:
            return newest < self._position
        later = select(Change.seq).where(Change.seq > self._position, Change.what == "pairs")
        return session.scalar(later.limit(1)) is not None


def _read(session: Session) -> dict[tuple[Locale, str], list[Variant]]:
    columns = (
        StoredPair.source_locale,
        StoredPair.source,
        StoredPair.target_locale,
        StoredPair.target,
        StoredPair.weight,
        StoredPair.target_word,
    )
    variants: defaultdict[tuple[Locale, str], list[Variant]] = defaultdict(list)
    rows = (
        select(*columns)
        .where(StoredPair.blocked.is_(False))
        .order_by(StoredPair.weight.desc(), StoredPair.id)
    )
    for source_locale, source, locale, target, weight, word in session.execute(rows):
        variants[source_locale, source].append(Variant(locale, (target,), weight, "learnt", word))
    return dict(variants)

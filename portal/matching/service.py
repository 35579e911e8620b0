"""What readers say of matches: checked, kept for the secretariat, listed newest first."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.catalogue.model import Entry
from portal.catalogue.queries import as_links
from portal.core.actor import Actor
from portal.core.errors import InvalidData, NotFound, PermissionDenied
from portal.core.i18n import Locale, Message, render
from portal.core.unit_of_work import UnitOfWork
from portal.matching.model import MatchFeedback, Opinion
from portal.matching.money.rules import RULES
from portal.matching.weights import WEIGHTS

#: The longest comment, in characters.
LONGEST_COMMENT = 1000
#: What may be wrong about a pair: a criterion; about a source of money: a rule.
_CRITERIA = tuple(x.name for x in WEIGHTS)
_NAMES = {
    ("need", "technology"): _CRITERIA,
    ("need", "financing"): tuple(RULES),
    ("project", "financing"): tuple(RULES),
}


@dataclass(frozen=True)
class Said:
    """What a reader says of a match, as typed.

    :ivar opinion: ``useful`` or ``wrong``; empty = not chosen yet.
    :ivar criterion: which criterion or rule is wrong; empty = none named.
    :ivar score: as the reader saw it, 0 to 100; ``None`` for money.
    """

    opinion: str = ""
    criterion: str = ""
    comment: str = ""
    score: float | None = None


@dataclass(frozen=True)
class Pair:
    """The two ends of a match that a reader speaks of.

    :ivar other: the technology or the source of finance.
    """

    entry: Entry
    other: Entry

    @property
    def names(self) -> tuple[str, ...]:
        """What may be wrong: criteria, or rules where the other end is money."""
        return _NAMES[self.entry.kind, self.other.kind]

    @property
    def prefix(self) -> str:
        """Where the labels of :attr:`names` stand: ``criterion`` or ``rule``."""
        return "rule" if self.other.kind == "financing" else "criterion"


def find_pair(session: Session, actor: Actor, entry_id: int, other_id: int) -> Pair:
    """Return the two ends of a match.

    :raises NotFound: one of them is not there for the actor, or such two are never matched.
    """
    found = as_links(session, actor, [entry_id, other_id])
    entry, other = found.get(entry_id), found.get(other_id)
    if entry is None or other is None or (entry.kind, other.kind) not in _NAMES:
        raise NotFound(f"match of {entry_id} and {other_id}")
    return Pair(entry, other)


def feedback_problems(said: Said, names: Sequence[str]) -> Mapping[str, Message]:
    """Return what has to be corrected, by field; empty = it can be kept.

    :param names: the criteria or rules that may be named.
    """
    found: dict[str, Message] = {}
    if said.opinion not in set(Opinion):
        found["opinion"] = Message("feedback.wrong.opinion")
    if said.criterion and said.criterion not in names:
        found["criterion"] = Message("feedback.wrong.criterion")
    if len(said.comment) > LONGEST_COMMENT:
        over = len(said.comment) - LONGEST_COMMENT
        found["comment"] = Message("feedback.wrong.long", {"longest": LONGEST_COMMENT, "over": over})
    elif _has_control(said.comment):
        found["comment"] = Message("feedback.wrong.control")
    elif said.opinion == Opinion.WRONG and not (said.criterion or said.comment.strip()):
        found["comment"] = Message("feedback.wrong.reason")
    return found


def _has_control(text: str) -> bool:
    """Return whether there is a control character but tab and line ends.

    Those above the first 32 as well: some terminals obey them when the comments are listed.
    """
    return any(unicodedata.category(x) == "Cc" and x not in "\t\n\r" for x in text)


def give_feedback(
    uow: UnitOfWork, actor: Actor, entry_id: int, other_id: int, said: Said, locale: Locale
) -> MatchFeedback:
    """Keep what a reader says of a match; nothing of the reader is kept but an account, if any.

    :raises NotFound: there is no such match for the actor.
    :raises InvalidData: something has to be corrected, by field.
    """
    pair = find_pair(uow.session, actor, entry_id, other_id)
    if problems := feedback_problems(said, pair.names):
        raise InvalidData({name: render(problem, "en") for name, problem in problems.items()})
    opinion = Opinion(said.opinion)
    kept = MatchFeedback(
        entry_id=entry_id,
        other_id=other_id,
        opinion=opinion,
        # What is useful is not wrong in anything.
        criterion=said.criterion or None if opinion == Opinion.WRONG else None,
        comment=said.comment.strip() or None,
        score=said.score,
        locale=locale,
        author_id=actor.user_id,
    )
    uow.session.add(kept)
    return kept


@dataclass(frozen=True)
class Heard:
    """A kept opinion with the entries that it speaks of, whole enough to name them."""

    feedback: MatchFeedback
    pair: Pair


def list_feedback(session: Session, actor: Actor, limit: int | None = None) -> list[Heard]:
    """Return what readers said, newest first.

    :raises PermissionDenied: the actor may not read it.
    """
    if not actor.is_moderator:
        raise PermissionDenied("feedback")
    query = select(MatchFeedback).order_by(MatchFeedback.created_at.desc(), MatchFeedback.id.desc())
    rows = session.scalars(query.limit(limit)).all()
    entries = as_links(session, actor, sorted({x for row in rows for x in (row.entry_id, row.other_id)}))
    return [Heard(row, Pair(entries[row.entry_id], entries[row.other_id])) for row in rows]

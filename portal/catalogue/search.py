"""What the index holds of an entry."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.catalogue import policy, queries
from portal.catalogue.kinds.financing import Financing
from portal.catalogue.kinds.need import Need
from portal.catalogue.kinds.project import Project
from portal.catalogue.kinds.technology import Technology
from portal.catalogue.model import Entry, EntryText, Status, TextOrigin
from portal.core import changes
from portal.core.actor import SYSTEM
from portal.core.database import Names, Sessions
from portal.core.i18n import Locale
from portal.core.installation import read_fact
from portal.core.provenance import Review
from portal.reference.queries import country_names, region_names
from portal.search.index import Document
from portal.taxonomy.model import Term
from portal.taxonomy.queries import list_terms, term_tree
from portal.taxonomy.tree import TermTree

#: The facet "stage" holds the stages of projects and, with this prefix, a technology's TRL.
TRL_PREFIX = "trl-"


class EntrySource:
    """Gives the index its documents; see :class:`~portal.search.index.DocumentSource`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def identity(self) -> str:
        """Return the name that the database was given when it was set up."""
        with self._sessions() as session:
            return read_fact(session, "identity") or ""

    def position(self) -> int:
        """Return the number of the newest change."""
        with self._sessions() as session:
            return changes.position(session)

    def changed_since(self, position: int) -> set[int]:
        """Return the ids of entries that changed after a position."""
        with self._sessions() as session:
            found = changes.changes_since(session, position)
            return {x.thing_id for x in found if x.what == "entry" and x.thing_id is not None}

    def ids(self) -> Sequence[int]:
        """Return the ids of all entries; their labels say who finds them."""
        with self._sessions() as session:
            return session.scalars(select(Entry.id).order_by(Entry.id)).all()

    def documents(self, ids: Sequence[int]) -> Iterator[Document]:
        """Yield the documents of those ids that exist."""
        with self._sessions() as session:
            yield from _documents(session, ids)

    def documents_in(self, session: Session, ids: Sequence[int]) -> Iterator[Document]:
        """Yield the documents of those ids that exist, as the transaction of a session has them.

        They are read afresh: rows that the session holds may not know yet what is linked to them.
        """
        with self._sessions(bind=session.connection()) as reading:
            yield from _documents(reading, ids)


def _documents(session: Session, ids: Sequence[int]) -> Iterator[Document]:
    names = {**country_names(session), **region_names(session)}
    words = _words_of_terms(list_terms(session))
    tree = term_tree(session)
    for entry in queries.by_ids(session, SYSTEM, ids):
        yield document(entry, names, words, tree)


class EntryTexts:
    """Gives the search the texts of entries; see :class:`~portal.search.finder.TextSource`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def texts(self, ids: Sequence[int]) -> Mapping[int, Mapping[Locale, Sequence[str]]]:
        """Return title, summary, body and details of those entries that exist, by language."""
        found: dict[int, dict[Locale, Sequence[str]]] = {}
        with self._sessions() as session:
            for row in session.execute(select(*_TEXT_COLUMNS).where(EntryText.entry_id.in_(ids))):
                found.setdefault(row.entry_id, {})[Locale(row.locale)] = _parts(row)
        return found


_TEXT_COLUMNS = (
    EntryText.entry_id,
    EntryText.locale,
    EntryText.title,
    EntryText.summary,
    EntryText.body,
    EntryText.details,
)


def _parts(row: Any) -> list[str]:
    return [row.title, row.summary, *([row.body] if row.body else ()), *row.details.values()]


def reviewed_texts(session: Session) -> list[dict[Locale, str]]:
    """Return the texts of published entries that people wrote or translated and natives reviewed.

    One item per title, summary, body or detail, with two languages or more. What a
    machine wrote or nobody reviewed never stands here.
    """
    rows = session.execute(
        select(*_TEXT_COLUMNS)
        .join(Entry, Entry.id == EntryText.entry_id)
        .where(_REVIEWED, Entry.status == Status.PUBLISHED)
        .order_by(EntryText.entry_id, EntryText.locale)
    )
    items: dict[tuple[int, str], dict[Locale, str]] = {}
    for row in rows:
        parts = {"title": row.title, "summary": row.summary, "body": row.body, **row.details}
        for name, part in parts.items():
            if part:
                items.setdefault((row.entry_id, name), {})[Locale(row.locale)] = part
    return [item for item in items.values() if len(item) > 1]


def is_reviewed_translation(session: Session, entry_id: int) -> bool:
    """Return whether two texts of an entry are reviewed, so that words can be learnt from them."""
    reviewed = select(func.count()).where(EntryText.entry_id == entry_id, _REVIEWED)
    return (session.scalar(reviewed) or 0) > 1


_REVIEWED = and_(EntryText.state == Review.REVIEWED, EntryText.origin != TextOrigin.MACHINE)


def document(
    entry: Entry, names: Mapping[str, Names], words: Mapping[str, Mapping[str, str]], tree: TermTree
) -> Document:
    """Return the index document of a whole entry.

    :param names: names of countries and regions by code.
    :param words: labels and synonyms of terms, by code and language.
    """
    moment = entry.opened_on or (entry.published_at.date() if entry.published_at else None)
    return Document(
        id=entry.id,
        labels=policy.labels(entry),
        facets={
            "kind": (entry.kind,),
            "country": tuple(entry.country_codes),
            "sector": tuple(entry.sector_codes),
            # What is about onshore wind is found under wind power too.
            "term": tuple(dict.fromkeys(step for code in entry.term_codes for step in tree.path(code))),
            "stage": _stages(entry),
            "instrument": _instruments(entry),
            "language": tuple(sorted(entry.texts)),
        },
        titles={Locale(locale): text.title for locale, text in entry.texts.items()},
        bodies={Locale(locale): _body(entry, locale, names, words) for locale in entry.texts},
        moment=moment.toordinal() * 86_400 if moment else 0,
    )


def _body(
    entry: Entry, locale: str, names: Mapping[str, Names], words: Mapping[str, Mapping[str, str]]
) -> str:
    text = entry.texts[locale]
    owner = entry.organisation
    parts = [text.summary, text.body or "", *text.details.values()]
    parts += [words[code].get(locale, "") for code in entry.term_codes if code in words]
    places = [*entry.country_codes, *(entry.regions if isinstance(entry, Need) else ())]
    parts += [names[code][locale] for code in places if code in names and locale in names[code]]
    # Once each: who pays for five parts of a project is not five times what it is about.
    for organisation in dict.fromkeys([owner, *_partners(entry)]):
        parts += [organisation.names.get(locale, ""), organisation.acronyms.get(locale, "")]
        parts += organisation.aliases
    if isinstance(entry, Project) and entry.sponsor:
        parts.append(entry.sponsor)
    return " \n".join(part for part in parts if part)


def _partners(entry: Entry) -> list[Organisation]:
    if isinstance(entry, Financing):
        return [entry.provider]
    if isinstance(entry, Project):
        return [line.organisation for line in entry.funding_lines if line.organisation]
    return []


def _words_of_terms(terms: Sequence[Term]) -> dict[str, dict[str, str]]:
    """Return each term's labels and synonyms with those of the terms above it.

    What is about onshore wind is about wind power too.
    """
    found: dict[str, dict[str, str]] = {}
    for term in terms:
        above = found.get(term.parent_code or "", {})
        own = dict(term.names)
        for label in term.labels:
            own[label.locale] = f"{own[label.locale]} {label.label}"
        found[term.code] = {locale: f"{text} {above.get(locale, '')}" for locale, text in own.items()}
    return found


def _stages(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Project):
        return (entry.stage,)
    if isinstance(entry, Technology) and entry.trl is not None:
        return (f"{TRL_PREFIX}{entry.trl}",)
    return ()


def _instruments(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Financing):
        return tuple(entry.instruments)
    if isinstance(entry, Need):
        return tuple(entry.finance_sought)
    if isinstance(entry, Project):
        return tuple(dict.fromkeys(line.instrument for line in entry.funding_lines))
    return ()

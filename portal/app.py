"""The composition root: makes the services, the web application and who listens to whom."""

import gc
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.queries import named_organisations
from portal.catalogue import views as catalogue_views
from portal.catalogue.events import EntryChanged
from portal.catalogue.search import EntrySource, EntryTexts, is_reviewed_translation, reviewed_texts
from portal.core.changes import note_change
from portal.core.database import make_engine, make_sessions
from portal.core.errors import SettingsError
from portal.core.i18n import Locale
from portal.core.outbox import enqueue, is_waiting
from portal.core.services import Services
from portal.core.settings import Settings, read_settings
from portal.core.unit_of_work import Handlers, UnitOfWork
from portal.matching import views as matching_views
from portal.matching.notes import views as note_views
from portal.pages import views as pages_views
from portal.reference.queries import named_places
from portal.search import analysis
from portal.search.engines import open_index
from portal.search.expansion import chained
from portal.search.finder import Finder
from portal.search.index import IndexMissing, SearchIndex, is_transactional
from portal.search.jobs import index_jobs
from portal.search.pairs import PairsProvider, learn_job
from portal.search.stem_file import read_stems, write_stems
from portal.taxonomy.concepts import NamedThing
from portal.taxonomy.provider import ConceptsProvider
from portal.taxonomy.queries import official_texts
from portal.web.panels import Panels
from portal.web.setup import set_up

logger = logging.getLogger(__name__)


def _index_later(uow: UnitOfWork, event: EntryChanged) -> None:
    note_change(uow.session, "entry", event.entry_id)
    enqueue(uow.session, "index", {"id": event.entry_id})


#: Learning looks at all reviewed texts, so it waits until an editor has gone through a few.
_LEARNING_WAITS = timedelta(minutes=10)


def _learn_later(uow: UnitOfWork, event: EntryChanged) -> None:
    if is_reviewed_translation(uow.session, event.entry_id) and not is_waiting(uow.session, "learn"):
        enqueue(uow.session, "learn", {}, after=_LEARNING_WAITS)


@dataclass(frozen=True)
class _IndexDue:
    """The transaction has changed entries that the index in the same database holds."""

    ids: set[int]


def _handlers(index: SearchIndex, documents: EntrySource) -> Handlers:
    """Return who listens to which event; all of them write rows only."""
    if not is_transactional(index):
        return {EntryChanged: (_index_later, _learn_later)}
    within = index

    def note(uow: UnitOfWork, event: EntryChanged) -> None:
        note_change(uow.session, "entry", event.entry_id)
        if "index due" not in uow.session.info:
            # Told after all that is told already, so many entries are written at once.
            due = uow.session.info["index due"] = _IndexDue(set())
            uow.emit(due)
        uow.session.info["index due"].ids.add(event.entry_id)

    def write(uow: UnitOfWork, due: _IndexDue) -> None:
        del uow.session.info["index due"]
        ids = sorted(due.ids)
        within.update_within(uow.session, ids, documents.documents_in(uow.session, ids))

    return {EntryChanged: (note, _learn_later), _IndexDue: (write,)}


def _names(session: Session) -> list[NamedThing]:
    return [*named_places(session), *named_organisations(session)]


def _parallel_texts(session: Session) -> Iterable[Mapping[Locale, str]]:
    """Return what the search may learn from: official lists and reviewed translations, nothing else."""
    return [*official_texts(session), *reviewed_texts(session)]


def _embedded(settings: Settings, folder: Path) -> Services:
    url = f"sqlite:///{folder / 'portal.sqlite'}"
    return make_services(replace(settings, data=folder, database_url=url, search_engine=None))


def make_services(settings: Settings) -> Services:
    """Return the services of a deployment; nothing is opened or written yet."""
    read_stems(settings.stem_file)
    engine = make_engine(settings.database_url)
    sessions = make_sessions(engine)
    concepts = ConceptsProvider(sessions, _names)
    index = open_index(settings, engine, chained([concepts, PairsProvider(sessions)]))
    documents = EntrySource(sessions)
    return Services(
        settings=settings,
        engine=engine,
        sessions=sessions,
        handlers=_handlers(index, documents),
        index=index,
        documents=documents,
        finder=Finder(index, EntryTexts(sessions), concepts),
        concepts=concepts,
        parallel_texts=_parallel_texts,
        jobs={**index_jobs(index, documents), "learn": learn_job(sessions, _parallel_texts)},
        at=lambda folder: _embedded(settings, folder),
    )


def create_app(services: Services | None = None) -> Flask:
    """Return the web application.

    :raises SettingsError: a setting is missing or malformed.
    """
    services = services or make_services(read_settings())
    if not services.settings.secret_key:
        raise SettingsError(
            f"PORTAL_SECRET_KEY is not set and there is no {services.settings.data / 'secret_key'}: "
            "run `portal demo` once, or set the variable to at least 32 random characters"
        )
    app = Flask("portal", static_folder=None, template_folder=None)
    panels = Panels()
    panels.register("entry.matches", matching_views.entry_panel)
    set_up(app, services, panels)
    for module in (pages_views, catalogue_views, matching_views, note_views):
        app.register_blueprint(module.bp)
    return app


def create_worker_app(*, drains: bool = False) -> Flask:
    """Return the application of a process that serves; reads what it needs while it starts.

    :param drains: it also works off the outbox.
    """
    services = make_services(read_settings())
    app = create_app(services)
    _in_background("warm-up", lambda: warm_up(services))
    if drains:
        _in_background("outbox", lambda: services.drainer().run(threading.Event()))
    return app


def create_embedded_app() -> Flask:
    """Return the application of ``portal demo`` and ``portal serve``: drains the outbox itself."""
    return create_worker_app(drains=True)


def learn_names(services: Services) -> None:
    """Read what things are called, and keep the stems of it for the processes to come."""
    words = (
        (word, locale)
        for thing in services.concepts.things()
        for locale, labels in thing.labels.items()
        for label in labels
        for word in analysis.surface_words(label.text, locale)
    )
    write_stems(services.settings.stem_file, words)


def warm_up(services: Services) -> None:
    """Read what every search needs, so that the first visitor does not wait for it."""
    learn_names(services)
    try:
        services.finder.vocabularies()
    except IndexMissing as error:
        logger.warning("%s", error)
    # What is loaded by now stays for good; without this the collector walks through all of
    # it every few requests, and one page in twenty takes a fifth of a second longer.
    gc.collect()
    gc.freeze()


def _in_background(name: str, run: Callable[[], None]) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()

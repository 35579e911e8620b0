"""The composition root: makes the services, the web application and who listens to whom."""

import gc
import threading
from collections.abc import Callable

from flask import Flask

from portal.catalogue import views as catalogue_views
from portal.catalogue.events import EntryChanged
from portal.catalogue.search import EntrySource
from portal.core.changes import note_change
from portal.core.database import make_engine, make_sessions
from portal.core.errors import SettingsError
from portal.core.outbox import enqueue
from portal.core.services import Services
from portal.core.settings import Settings, read_settings
from portal.core.unit_of_work import Handlers, UnitOfWork
from portal.matching import views as matching_views
from portal.pages import views as pages_views
from portal.search.engines import open_index
from portal.search.jobs import index_jobs
from portal.web.panels import Panels
from portal.web.setup import set_up


def _index_later(uow: UnitOfWork, event: EntryChanged) -> None:
    note_change(uow.session, "entry", event.entry_id)
    enqueue(uow.session, "index", {"id": event.entry_id})


#: Who listens to which event; all of them write rows only.
HANDLERS: Handlers = {EntryChanged: (_index_later,)}


def make_services(settings: Settings) -> Services:
    """Return the services of a deployment; nothing is opened or written yet."""
    sessions = make_sessions(make_engine(settings.database_url))
    index = open_index(settings.index_folder)
    documents = EntrySource(sessions)
    return Services(
        settings=settings,
        engine=sessions.kw["bind"],
        sessions=sessions,
        handlers=HANDLERS,
        index=index,
        documents=documents,
        jobs=index_jobs(index, documents),
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
    for module in (pages_views, catalogue_views, matching_views):
        app.register_blueprint(module.bp)
    return app


def create_embedded_app() -> Flask:
    """Return the application of ``portal demo`` and ``portal serve``: drains the outbox itself."""
    services = make_services(read_settings())
    app = create_app(services)
    # What is loaded by now stays for good; without this the collector walks through all of
    # it every few requests, and one page in twenty takes a fifth of a second longer.
    gc.collect()
    gc.freeze()
    _in_background(services.drainer().run)
    return app


def _in_background(run: Callable[[threading.Event], None]) -> None:
    threading.Thread(target=run, args=(threading.Event(),), name="outbox", daemon=True).start()

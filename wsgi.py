"""Entry point of a WSGI server, e.g. ``gunicorn wsgi:app``."""

from portal.app import create_worker_app

app = create_worker_app()

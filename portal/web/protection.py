"""What guards forms that write: a token against forged requests, and limits against floods."""

import logging

from flask import Flask, Response
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

__all__ = ["CSRFError", "RateLimitExceeded", "limiter", "set_up_protection", "was_accepted"]

#: Counts by address, in memory: it is forgotten with the process, and never written down.
limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window")


def set_up_protection(app: Flask) -> None:
    """Refuse every request that would write without the token of a form of this portal.

    A page without such a form sets no cookie: the token is made when a form asks for it.
    """
    # Below a warning it notes the address of whoever is stopped.
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)
    CSRFProtect(app)
    limiter.init_app(app)


def was_accepted(response: Response) -> bool:
    """Return whether a form was taken, so that only these count against a limit."""
    return response.status_code == 303

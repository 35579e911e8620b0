"""Reads organisations."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.core.errors import NotFound


def get_organisation(session: Session, organisation_id: int) -> Organisation:
    """Return an organisation.

    :raises NotFound: there is none with this id.
    """
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(f"organisation {organisation_id}")
    return found


def list_organisations(session: Session) -> Sequence[Organisation]:
    """Return all organisations by key."""
    return session.scalars(select(Organisation).order_by(Organisation.key)).all()

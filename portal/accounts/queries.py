"""Reads organisations."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.model import Organisation
from portal.core.errors import NotFound
from portal.taxonomy.concepts import ALTERNATIVE_WEIGHT, NamedThing
from portal.taxonomy.naming import by_letters, in_languages, named


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


def named_organisations(session: Session) -> list[NamedThing]:
    """Return all organisations as searches look for them: names, acronyms, aliases."""
    columns = Organisation.key, Organisation.names, Organisation.acronyms, Organisation.aliases
    rows = session.execute(select(*columns).order_by(Organisation.key))
    return [
        named(
            f"organisation:{key}",
            in_languages(names),
            in_languages(acronyms, ALTERNATIVE_WEIGHT),
            by_letters(aliases),
        )
        for key, names, acronyms, aliases in rows
    ]

"""Who may see and change an entry: one rule in three forms.

The object, the SQL clause and the labels in the index must agree; a test over all
statuses and actors holds them together.
"""

from sqlalchemy import ColumnElement, or_, true

from portal.catalogue.model import Entry, Status
from portal.core.actor import Actor
from portal.search.index import PUBLIC


def can(actor: Actor, permission: str, entry: Entry) -> bool:
    """Return whether the actor has the permission: ``view``, ``edit`` or ``moderate``."""
    role = actor.memberships.get(entry.organisation_id)
    if permission == "view":
        return entry.status == Status.PUBLISHED or role is not None or actor.is_moderator
    if permission == "edit":
        return role in {"owner", "editor"}
    # Nobody judges an entry of their own organisation.
    return permission == "moderate" and actor.is_moderator and role is None


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the SQL clause for the entries that the actor may view."""
    if actor.is_moderator:
        return true()
    return or_(Entry.status == Status.PUBLISHED, Entry.organisation_id.in_(actor.memberships))


def labels(entry: Entry) -> frozenset[str]:
    """Return the labels of an entry in the index."""
    public = {PUBLIC} if entry.status == Status.PUBLISHED else set()
    return frozenset(public | {"moderators", f"org:{entry.organisation_id}"})


def labels_of(actor: Actor) -> frozenset[str]:
    """Return the labels of which an entry needs one for the actor to view it."""
    if actor.is_moderator:
        return frozenset({"moderators"})
    return frozenset({PUBLIC} | {f"org:{x}" for x in actor.memberships})

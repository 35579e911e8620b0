"""Who acts: handed to every service, query and policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Actor:
    """A person or a program, as far as permissions need to know.

    :ivar user_id: ``None`` for a visitor and for the portal itself.
    :ivar memberships: role by organisation id.
    :ivar is_moderator: may judge and see entries of others.
    :ivar name: what the version history shows.
    """

    user_id: int | None = None
    memberships: Mapping[int, str] = field(default_factory=dict)
    is_moderator: bool = False
    name: str = ""


ANONYMOUS = Actor()
#: The portal's own hand: seeds and jobs.
SYSTEM = Actor(is_moderator=True, name="seeds")

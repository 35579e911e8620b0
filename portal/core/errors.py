"""The errors that services raise; web and cli each map them once."""

from collections.abc import Mapping


class PortalError(Exception):
    """Something the caller should be told in plain words."""


class NotFound(PortalError):
    """There is no such thing, or the actor may not know that it exists."""


class PermissionDenied(PortalError):
    """The actor sees the thing but may not do this to it."""


class StaleRevision(PortalError):
    """Somebody changed the thing since the caller last saw it."""


class IllegalTransition(PortalError):
    """The thing's present state does not allow this move."""


class InvalidData(PortalError):
    """Input that breaks the rules, field by field.

    :param errors: what is wrong, by path of the field (``texts.kk.title``).
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(f"{path}: {text}" for path, text in self.errors.items()))


class SettingsError(PortalError):
    """A setting of the deployment is missing or malformed."""

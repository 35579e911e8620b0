"""What a deployment may set, read from the environment and checked at once."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from portal.core.errors import SettingsError

SHORTEST_KEY = 32
_DRIVERS = ("sqlite", "postgresql+psycopg")
_SEARCH_ENGINES = ("whoosh", "postgresql")


@dataclass(frozen=True)
class Settings:
    """A checked set of settings.

    :ivar data: folder that holds everything the portal writes.
    :ivar database_url: SQLAlchemy address of the database.
    :ivar secret_key: signs cookies; ``None`` until one is set or made.
    :ivar base_url: public address without a final slash; ``None`` = as requested.
    :ivar trusted_hosts: host names that requests may carry; ``None`` = only loopback
        and the host of ``base_url``.
    :ivar contact_email: where readers may write to; ``None`` = the programme's own site.
    :ivar proxies: how many proxies stand in front, each adding the address it was asked from;
        ``0`` = none, such headers are not believed.
    :ivar search_engine: ``whoosh`` or ``postgresql``; ``None`` = what suits the database.
    """

    data: Path
    database_url: str
    secret_key: str | None
    base_url: str | None
    trusted_hosts: tuple[str, ...]
    contact_email: str | None = None
    search_engine: str | None = None
    proxies: int = 0

    @property
    def engine_of_search(self) -> str:
        """What searches: ``whoosh`` with files of its own, or ``postgresql`` with its tables."""
        suited = "whoosh" if self.database_url.startswith("sqlite") else "postgresql"
        return self.search_engine or suited

    @property
    def stem_file(self) -> Path:
        """Where stems that every process needs are kept."""
        return self.data / "stems.json"

    @property
    def index_folder(self) -> Path:
        """Where the search index lives."""
        return self.data / "index"

    def environment(self) -> dict[str, str]:
        """Return the variables that give a child process the same settings."""
        found = {
            "PORTAL_DATA": str(self.data),
            "PORTAL_DATABASE_URL": self.database_url,
            "PORTAL_SECRET_KEY": self.secret_key,
            "PORTAL_BASE_URL": self.base_url,
            "PORTAL_TRUSTED_HOSTS": ",".join(self.trusted_hosts),
            "PORTAL_CONTACT_EMAIL": self.contact_email,
            "PORTAL_SEARCH_ENGINE": self.search_engine,
            "PORTAL_PROXIES": str(self.proxies) if self.proxies else None,
        }
        return {name: value for name, value in found.items() if value}


def default_data_folder() -> Path:
    """Return the data folder that every command uses when none is named."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "green-bridge-portal"


def read_settings(environ: Mapping[str, str] | None = None, *, data: Path | None = None) -> Settings:
    """Read and check the settings.

    :param environ: the environment; the process's own if not given.
    :param data: data folder that overrides ``PORTAL_DATA``.
    :raises SettingsError: a value is malformed; the text names the variable.
    """
    env = os.environ if environ is None else environ
    folder = (data or Path(env.get("PORTAL_DATA") or default_data_folder())).expanduser().resolve()
    base_url = _base_url(env.get("PORTAL_BASE_URL"))
    database_url = _database_url(env.get("PORTAL_DATABASE_URL"), folder)
    return Settings(
        data=folder,
        database_url=database_url,
        secret_key=_secret_key(env.get("PORTAL_SECRET_KEY"), folder),
        base_url=base_url,
        trusted_hosts=_trusted_hosts(env.get("PORTAL_TRUSTED_HOSTS"), base_url),
        contact_email=_contact_email(env.get("PORTAL_CONTACT_EMAIL")),
        search_engine=_search_engine(env.get("PORTAL_SEARCH_ENGINE"), database_url),
        proxies=_proxies(env.get("PORTAL_PROXIES")),
    )


def make_folder(folder: Path) -> None:
    """Make the data folder, readable by nobody else, unless it is there.

    :raises SettingsError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"PORTAL_DATA: cannot make {folder}: {error.strerror}") from error


def make_secret_key(folder: Path) -> None:
    """Write a random ``secret_key`` into the data folder unless there is one."""
    make_folder(folder)
    path = folder / "secret_key"
    if _key_in(path) is None:
        # Written aside and moved, so that a crash never leaves half a key.
        fresh = folder / f"secret_key.{secrets.token_hex(4)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        fresh.replace(path)


def _database_url(value: str | None, folder: Path) -> str:
    if not value:
        return f"sqlite:///{folder / 'portal.sqlite'}"
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        # Without the cause: it quotes the address, password and all.
        raise SettingsError("PORTAL_DATABASE_URL: not a database address") from None
    if url.drivername not in _DRIVERS:
        raise SettingsError(
            f"PORTAL_DATABASE_URL: {url.drivername} is not supported, "
            f"use sqlite:///path or postgresql+psycopg://user@host/name"
        )
    return value


def _secret_key(value: str | None, folder: Path) -> str | None:
    if value:
        if len(value) < SHORTEST_KEY:
            raise SettingsError(f"PORTAL_SECRET_KEY: needs at least {SHORTEST_KEY} characters")
        return value
    return _key_in(folder / "secret_key")


def _key_in(path: Path) -> str | None:
    """Return the key in a file; a file without a whole key counts as none."""
    found = path.read_text().strip() if path.is_file() else ""
    return found if len(found) >= SHORTEST_KEY else None


def _base_url(value: str | None) -> str | None:
    if not value:
        return None
    try:
        parts = urlsplit(value)
        wrong = parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0
    except ValueError:
        wrong = True
    if wrong or not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w./~-]*)?", value):
        raise SettingsError("PORTAL_BASE_URL: needs an address such as https://portal.example.org")
    return value.rstrip("/")


def _contact_email(value: str | None) -> str | None:
    if value and not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+", value):
        raise SettingsError("PORTAL_CONTACT_EMAIL: needs an address such as portal@example.org")
    return value or None


def _search_engine(value: str | None, database_url: str) -> str | None:
    if value and value not in _SEARCH_ENGINES:
        raise SettingsError(f"PORTAL_SEARCH_ENGINE: needs one of {', '.join(_SEARCH_ENGINES)}")
    if value == "postgresql" and database_url.startswith("sqlite"):
        raise SettingsError("PORTAL_SEARCH_ENGINE: postgresql needs PORTAL_DATABASE_URL to be PostgreSQL")
    return value or None


def _proxies(value: str | None) -> int:
    if value and not re.fullmatch(r"[0-9]", value):
        raise SettingsError("PORTAL_PROXIES: needs how many proxies stand in front, 0 to 9")
    return int(value or 0)


def _trusted_hosts(value: str | None, base_url: str | None) -> tuple[str, ...]:
    hosts = [host.strip() for host in (value or "").split(",") if host.strip()]
    if not all(re.fullmatch(r"\.?[\w.-]+(:\d+)?", host) for host in hosts):
        raise SettingsError("PORTAL_TRUSTED_HOSTS: needs host names separated by commas")
    if not hosts:
        hosts = ["localhost", "127.0.0.1"]
    if base_url:
        hosts.append(str(urlsplit(base_url).hostname))
    return tuple(dict.fromkeys(hosts))

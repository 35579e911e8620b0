from pathlib import Path

import pytest

from portal.core.errors import SettingsError
from portal.core.settings import make_secret_key, read_settings


def test_without_settings_everything_lives_in_the_data_folder(tmp_path: Path) -> None:
    settings = read_settings({"PORTAL_DATA": str(tmp_path)})

    assert settings.database_url == f"sqlite:///{tmp_path}/portal.sqlite"
    assert settings.index_folder == tmp_path / "index"
    assert settings.secret_key is None


def test_the_option_overrides_the_variable(tmp_path: Path) -> None:
    assert read_settings({"PORTAL_DATA": "/elsewhere"}, data=tmp_path).data == tmp_path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_DATABASE_URL", "mysql://localhost/x"),
        ("PORTAL_DATABASE_URL", "not a url"),
        ("PORTAL_SECRET_KEY", "short"),
        ("PORTAL_BASE_URL", "portal.example.org"),
        ("PORTAL_BASE_URL", "ftp://portal.example.org"),
        ("PORTAL_TRUSTED_HOSTS", "https://portal.example.org/"),
        ("PORTAL_PROXIES", "nginx"),
    ],
)
def test_a_malformed_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({"PORTAL_DATA": str(tmp_path), name: value})


def test_a_made_key_is_private_and_stays(tmp_path: Path) -> None:
    make_secret_key(tmp_path)
    first = read_settings({"PORTAL_DATA": str(tmp_path)}).secret_key
    make_secret_key(tmp_path)

    assert len(first or "") >= 32
    assert read_settings({"PORTAL_DATA": str(tmp_path)}).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_the_host_of_the_base_url_is_trusted(tmp_path: Path) -> None:
    settings = read_settings({"PORTAL_DATA": str(tmp_path), "PORTAL_BASE_URL": "https://gb.example.org/"})

    assert "gb.example.org" in settings.trusted_hosts
    assert settings.base_url == "https://gb.example.org"


def test_a_child_process_gets_the_same_settings(tmp_path: Path) -> None:
    settings = read_settings({"PORTAL_DATA": str(tmp_path), "PORTAL_BASE_URL": "https://gb.example.org"})

    assert read_settings(settings.environment()) == settings

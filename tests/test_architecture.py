"""What holds for the whole house: layers, languages, names, size, packaging."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from importlinter.cli import lint_imports

from portal.check import translation_problems, used_keys

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "portal").rglob("*.py"))


def test_a_line_imports_only_lines_below(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_every_text_is_in_three_languages_and_well_formed() -> None:
    assert len(used_keys()) > 500
    assert translation_problems() == []


def test_no_file_is_too_long_or_has_a_name_that_says_nothing() -> None:
    found = [
        str(path)
        for path in SOURCES
        if path.stem in {"util", "utils", "helpers", "common", "misc"}
        or ("versions" not in path.parts and len(path.read_text().splitlines()) > 500)
    ]
    assert found == []


def test_nothing_is_pickled_but_inside_whoosh() -> None:
    pattern = re.compile(r"^\s*(import|from) (pickle|shelve|marshal)\b", re.MULTILINE)
    assert [str(path) for path in SOURCES if pattern.search(path.read_text())] == []


def test_the_top_level_is_fixed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not listed:
        pytest.skip("not a git checkout")
    top = {line.split("/")[0] for line in listed.splitlines()}
    folders = {"portal", "translations", "seeds", "tests"}
    files = {"pyproject.toml", "README.md", "wsgi.py", "LICENSE"}
    assert {name for name in top if not name.startswith(".")} == folders | files


def test_the_readme_holds_both_commands_as_written() -> None:
    text = (ROOT / "README.md").read_text()
    for command in (
        "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/portal demo",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest",
    ):
        assert f"    {command}\n" in text


def test_the_readme_lists_every_setting() -> None:
    text = (ROOT / "README.md").read_text()
    code = (ROOT / "portal" / "core" / "settings.py").read_text()
    for name in set(re.findall(r"PORTAL_[A-Z_]+", code)):
        assert f"`{name}`" in text


def test_the_wheel_carries_seeds_translations_and_templates(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    for name in (
        "portal/_data/seeds/taxonomy/terms.yaml",
        "portal/_data/translations/kk/messages.po",
        "portal/web/templates/web/base.html",
        "portal/web/static/portal.css",
        "portal/migrations/versions/20261120_0001_first_tables.py",
    ):
        assert name in inside
    assert not any(name.startswith("tests/") for name in inside)


def test_no_seed_uses_a_word_to_be_avoided() -> None:
    avoid = {
        "kk": re.compile(r"жылыжай(?:лық)? газ|эмиссиялар|ТЭЦ|кВт·ч|мэтчинг"),
        "ru": re.compile(r"Белоруссия|Киргизия|Туркмения|мэтчинг|зелён"),
    }
    found = []
    for path in sorted((ROOT / "seeds").rglob("*.yaml")):
        if path.parent.name in {"taxonomy", "thesaurus", "reference", "climate", "organisations"}:
            continue  # Synonyms and aliases hold what is to be recognised, never printed.
        for record in yaml.load(path.read_text(), yaml.CSafeLoader):
            for locale, pattern in avoid.items():
                words = str(record["texts"][locale])
                found += [(path.name, record["key"], match) for match in pattern.findall(words)]
    assert found == []

"""All gates in one command: style, types, imports, translations, templates, migrations."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from portal.catalogue.kinds import KINDS
from portal.core.database import make_engine
from portal.core.i18n import Locale
from portal.core.resources import resource_folder
from portal.migrations import differences, downgrade, upgrade

_PACKAGE = Path(__file__).resolve().parent
_ROOT = _PACKAGE.parent
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
_KEY = r"[a-z0-9_]+(?:\.[A-Za-z0-9_/-]+)+"
_USES = (
    re.compile(rf"""\b(?:t|tn)\(\s*['"]({_KEY})['"]"""),
    re.compile(rf"""\bMessage\(\s*['"]({_KEY})['"]"""),
    re.compile(rf"""\btranslate(?:_count)?\(\s*\w+,\s*['"]({_KEY})['"]"""),
)
#: Kazakh words of the wrong alphabet or of machine translation; see PRACTICE.md section 4.
_AVOID = {
    "kk": ("жылыжай газ", "сәйкестіктер", "мэтчинг", "ТЭЦ", "кВт·ч", "тұрақты даму"),
    "ru": ("Белоруссия", "Киргизия", "Туркмения", "мэтчинг"),
}


def translation_problems() -> list[str]:
    """Return what is wrong with the interface strings: missing, unused placeholders, bad words."""
    catalogues = {locale: _catalogue(locale) for locale in Locale}
    problems = []
    for key in sorted(
        used_keys()
        | {str(m.id[0] if isinstance(m.id, tuple) else m.id) for c in catalogues.values() for m in c if m.id}
    ):
        problems += _key_problems(key, catalogues)
    for locale, words in _AVOID.items():
        for message in catalogues[Locale(locale)]:
            texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
            problems += [
                f"{locale}: {message.id}: {word!r} is to be avoided"
                for word in words
                for text in texts
                if message.id and word in str(text)
            ]
    return problems


def _catalogue(locale: Locale) -> Catalog:
    with (resource_folder("translations") / locale / "messages.po").open("rb") as file:
        return read_po(file, locale=locale)


def used_keys() -> set[str]:
    """Return every key that code, templates and code lists use by name."""
    found = {
        f"{prefix}.{code}"
        for kind in KINDS.values()
        for prefix, codes in kind.code_lists.items()
        for code in codes
    }
    for path in [*_PACKAGE.rglob("*.py"), *_PACKAGE.rglob("*.html")]:
        text = path.read_text(encoding="utf-8")
        for pattern in _USES:
            found |= set(pattern.findall(text))
    return found


def _key_problems(key: str, catalogues: dict[Locale, Catalog]) -> list[str]:
    problems, placeholders = [], {}
    for locale, catalogue in catalogues.items():
        message = catalogue.get(key)
        texts = (
            []
            if message is None
            else list(message.string)
            if isinstance(message.string, tuple | list)
            else [message.string]
        )
        if not texts or not all(texts):
            problems.append(f"{locale}: {key}: not translated")
            continue
        if message is not None and message.fuzzy:
            problems.append(f"{locale}: {key}: fuzzy")
        placeholders[locale] = {x for text in texts for x in _PLACEHOLDER.findall(str(text))}
        problems += [
            f"{locale}: {key}: a stray % sign"
            for text in texts
            if placeholders[locale] and re.search(r"%(?![%(])", str(text).replace("%%", ""))
        ]
    if len({frozenset(x) for x in placeholders.values()}) > 1:
        problems.append(f"{key}: placeholders differ: {placeholders}")
    return problems


def migration_problems(url: str | None = None) -> list[str]:
    """Return how the migrations, up, down and up again, fail to end at the models."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(url or f"sqlite:///{folder}/check.sqlite")
        try:
            upgrade(engine)
            downgrade(engine)
            upgrade(engine)
            return differences(engine)
        finally:
            engine.dispose()


def _run(*command: str) -> Callable[[], list[str]]:
    def gate() -> list[str]:
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603
        return [] if done.returncode == 0 else (done.stdout + done.stderr).strip().splitlines()

    return gate


_TOOLS = {"ruff": "ruff", "mypy": "mypy", "djlint": "djlint", "importlinter": "import-linter"}


@click.command()
def check() -> None:
    """Run every gate; ends with 1 if one of them finds something."""
    if not (_ROOT / "pyproject.toml").exists():
        raise click.ClickException("the gates need a checkout of the project")
    missing = [name for module, name in _TOOLS.items() if find_spec(module) is None]
    if missing:
        raise click.ClickException(f"not installed: {', '.join(missing)}; run: pip install -e '.[dev]'")
    python = sys.executable
    lint = "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())"
    gates: dict[str, Callable[[], list[str]]] = {
        "ruff": _run(python, "-m", "ruff", "check", "."),
        "ruff format": _run(python, "-m", "ruff", "format", "--check", "."),
        "mypy": _run(python, "-m", "mypy"),
        "imports": _run(python, "-c", lint),
        "djlint": _run(python, "-m", "djlint", "portal", "--lint", "--quiet"),
        "translations": translation_problems,
        "migrations": migration_problems,
    }
    failed = False
    for name, gate in gates.items():
        problems = gate()
        failed = failed or bool(problems)
        click.echo(f"{'FAILED' if problems else 'ok':7}{name}")
        for line in problems[:60]:
            click.echo(f"       {line}")
    if failed:
        sys.exit(1)


COMMANDS = (check,)

"""Stems of the words that every process needs, kept in the data folder.

Cutting all words of the thesaurus and of all names takes a second or two, mostly in the
Russian dictionary; a new process reads their stems from this file instead. A file that
another version of the analysis wrote, or that cannot be read, is as good as none.
"""

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path

from portal.core.i18n import Locale
from portal.search import analysis

logger = logging.getLogger(__name__)


def read_stems(path: Path) -> None:
    """Let the analysis remember the stems of a file, if this version wrote it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["analysis"] == analysis.VERSION:
            analysis.remember(
                {(word, Locale(locale)): stem for locale in Locale for word, stem in data[locale].items()}
            )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return


def write_stems(path: Path, words: Iterable[tuple[str, Locale]]) -> None:
    """Write the stems of words for the processes to come."""
    data: dict[str, str | dict[str, str]] = {"analysis": analysis.VERSION}
    data |= {locale: {} for locale in Locale}
    for word, locale in words:
        stems = data[locale]
        assert isinstance(stems, dict)
        stems[word] = analysis.stem(word, locale)
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        fresh.write_text(json.dumps(data, ensure_ascii=False, sort_keys=True), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        logger.warning("cannot write %s: %s", path, error.strerror)

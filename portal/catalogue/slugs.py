"""Addresses of entries: the id decides, the words behind it only tell people."""

import re
import unicodedata

from portal.catalogue.kinds import KINDS
from portal.catalogue.model import Entry
from portal.core.i18n import Locale

_LONGEST = 70
#: Kazakh after the alphabet's usual romanisation, Russian letters beside it.
_LETTERS = str.maketrans(
    {
        "ә": "a", "ғ": "g", "қ": "q", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "і": "i",
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z",
        "и": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
        "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh",
        "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ў": "o", "ҳ": "h",
        "₂": "2", "₃": "3", "₄": "4", "²": "2", "³": "3", "ı": "i", "ß": "ss", "’": "", "ʻ": "", "‘": "",
    }
)  # fmt: skip


def slug_of(title: str) -> str:
    """Return a title as plain words for an address, at most 70 characters; may be empty.

    ``"Жел электр станциясы"`` gives ``zhel-elektr-stantsiyasy``.
    """
    plain = unicodedata.normalize("NFKD", title.lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:_LONGEST]
        if len(longer) > _LONGEST:
            break
        slug = longer
    return slug


def entry_slug(entry: Entry, locale: str) -> str | None:
    """Return the words behind an entry's id in its address, if its title gives any."""
    return slug_of(entry.text(locale).title) or None


def entry_path(entry: Entry, locale: str) -> str:
    """Return the path of an entry's page: ``/en/projects/17-zhanatas-wind-farm``."""
    slug = entry_slug(entry, locale)
    reference = f"{entry.id}-{slug}" if slug else str(entry.id)
    return f"/{Locale(locale).value}/{KINDS[entry.kind].plural}/{reference}"

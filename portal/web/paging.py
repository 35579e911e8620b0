"""Pages of a list: which one is asked for, and how many there are."""

from flask import request

from portal.core.errors import NotFound

#: Beyond this nobody pages; a larger number is a probe.
LAST_PAGE = 1_000


def page_number() -> int:
    """Return the page asked for, from 1; nonsense asks for the first."""
    text = request.args.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
    return min(max(number, 1), LAST_PAGE)


def count_pages(total: int, per_page: int, *, asked: int) -> int:
    """Return how many pages a list has, at least one.

    :param asked: the page that is to be shown.
    :raises NotFound: the list has no such page.
    """
    pages = max(1, -(-total // per_page))
    if asked > pages:
        raise NotFound(f"page {asked} of {pages}")
    return pages

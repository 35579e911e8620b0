"""A safe subset of Markdown: paragraphs, lists, emphasis, links."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_PARSER = MarkdownIt("zero", {"html": False}).enable(
    ["paragraph", "list", "emphasis", "link", "newline", "escape", "entity", "blockquote"]
)
_TAGS = {"p", "ul", "ol", "li", "em", "strong", "a", "blockquote", "br"}


def to_html(text: str) -> Markup:
    """Return Markdown as HTML that holds nothing but harmless tags and web links."""
    return Markup(  # noqa: S704 - nh3 has cleaned it
        nh3.clean(
            _PARSER.render(text),
            tags=_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    )

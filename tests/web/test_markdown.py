import pytest

from portal.web.markdown import to_html
from portal.web.templating import gases


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        '<img src=x onerror="alert(1)">',
        "![x](https://example.org/x.png)",
        "<a href='https://example.org' onclick='x()'>y</a>",
    ],
)
def test_nothing_harmful_comes_through(text: str) -> None:
    html = str(to_html(text)).lower()

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html


def test_paragraphs_lists_and_links_come_through() -> None:
    html = to_html("One **two**\n\n- a\n- [b](https://example.org)")

    assert "<strong>two</strong>" in html
    assert "<li>a</li>" in html
    assert 'href="https://example.org"' in html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CO₂ & CO2", "CO<sub>2</sub> &amp; CO<sub>2</sub>"),
        ("CH4, N2O", "CH<sub>4</sub>, N<sub>2</sub>O"),
        ("5 m3/day", "5 m<sup>3</sup>/day"),
        ("COP29 <b>", "COP29 &lt;b&gt;"),
    ],
)
def test_gases_are_set_as_they_should_be(text: str, expected: str) -> None:
    assert gases(text) == expected

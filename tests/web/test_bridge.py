import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from portal.web.bridge import Plank, large_bridge, small_bridge

STATES = ("pass", "partial", "fail", "unknown")
planks = st.lists(
    st.builds(Plank, st.integers(0, 40), st.sampled_from(STATES), st.text("аә<>&\"' ", max_size=8)),
    max_size=14,
)


@given(planks)
def test_a_bridge_is_well_formed_and_stays_between_its_banks(drawn: list[Plank]) -> None:
    for draw, width in ((small_bridge, 160), (large_bridge, 640)):
        root = ElementTree.fromstring(str(draw(drawn, 'a < b & "c"')))  # noqa: S314

        assert root.get("aria-label") == 'a < b & "c"'
        for rect in root.iter("rect"):
            left, wide = float(rect.get("x", 0)), float(rect.get("width", 0))
            assert 0 <= left <= left + wide <= width


def test_planks_are_as_wide_as_their_weights() -> None:
    svg = str(large_bridge([Plank(30, "pass", "a"), Plank(10, "fail", "b"), Plank(0, "unknown", "c")], "x"))
    widths = [float(x) for x in re.findall(r'<rect [^>]*width="([\d.]+)"', svg)]

    assert len(widths) == 2
    assert abs(widths[0] / widths[1] - 3) < 0.02


def test_no_style_attribute_breaks_the_content_policy() -> None:
    assert "style=" not in str(small_bridge([Plank(1, "partial", "x")], "x"))

"""The bridge of planks: a match drawn as SVG, with the same content as text.

One plank per criterion, as wide as its weight. A plank that passes is whole, a partial
one is hatched, a failed one is a gap with its outline, an unknown one a dotted outline.
Shape and pattern carry the meaning; colour only helps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup


@dataclass(frozen=True)
class Plank:
    """One criterion of a bridge.

    :ivar width: its weight.
    :ivar state: ``pass``, ``partial``, ``fail`` or ``unknown``.
    :ivar text: its sentence, for those who do not see the picture and as its title.
    """

    width: int
    state: str
    text: str


_GAP = 3
_BANK = 14


def small_bridge(planks: Sequence[Plank], text: str) -> Markup:
    """Return the small bridge of hits and lists, 160 units wide.

    :param text: the whole match in one sentence; the picture's equal, so that the
        planks need no titles of their own.
    """
    bare = [replace(plank, text="") for plank in planks]
    return _draw(bare, text, width=160, height=20, klass="bridge bridge-small")


def large_bridge(planks: Sequence[Plank], text: str) -> Markup:
    """Return the large bridge of the match page, 640 units wide, a title on each plank."""
    return _draw(planks, text, width=640, height=56, klass="bridge bridge-large")


def _draw(planks: Sequence[Plank], text: str, *, width: int, height: int, klass: str) -> Markup:
    shown = [plank for plank in planks if plank.width]
    bank = _BANK if width < 300 else _BANK * 3
    room = width - 2 * bank - _GAP * (len(shown) + 1)
    whole = sum(plank.width for plank in shown) or 1
    left = float(bank + _GAP)
    pieces = []
    for plank in shown:
        wide = room * plank.width / whole
        pieces.append(_plank(plank, left, wide, height))
        left += wide + _GAP
    return Markup(
        '<svg class="{klass}" viewBox="0 0 {width} {height}" role="img" aria-label="{text}">'
        '<path class="bank" d="M0 {deck} H{bank} V{height} H0 Z"/>{planks}'
        '<path class="bank" d="M{right} {deck} H{width} V{height} H{right} Z"/></svg>'
    ).format(
        klass=klass,
        width=width,
        height=height,
        text=text,
        deck=round(height * 0.25),
        bank=bank,
        right=width - bank,
        planks=Markup("").join(pieces),
    )


def _plank(plank: Plank, left: float, wide: float, height: int) -> Markup:
    top, tall = round(height * 0.25), round(height * 0.5)
    inner = Markup("")
    if plank.state == "partial":
        inner = _hatching(left, top, wide, tall)
    title = Markup("<title>{}</title>").format(plank.text) if plank.text else ""
    return Markup(
        '<g class="plank {state}">{title}<rect x="{x:.1f}" y="{y}" width="{w:.1f}" height="{h}"/>{inner}</g>'
    ).format(state=plank.state, title=title, x=left, y=top, w=max(wide, 1.5), h=tall, inner=inner)


def _hatching(left: float, top: int, wide: float, tall: int) -> Markup:
    """Return slanted strokes that stay inside the plank."""
    step = max(tall / 2, 4)
    strokes = []
    start = left
    while start < left + wide:
        rise = min(tall, left + wide - start)
        strokes.append(f"M{start:.1f} {top + tall} l{rise:.1f} {-rise:.1f}")
        start += step
    return Markup('<path class="hatch" d="{}"/>').format(" ".join(strokes))

"""The marks of the monthly charts: what a month looks like in each of its states.

Form tells states apart first, colour second: solid, open, hatched one way or the other, dotted, ruled, dashed. The
same functions draw the charts and the swatches of their keys.
"""

from __future__ import annotations

import math

import msgspec
from markupsafe import Markup

from tidewaiter.brief._svg import tag
from tidewaiter.brief.shape import ChartCell

__all__ = ["FULL", "Expected", "Frame", "bar", "block", "cell_mark", "circle", "expected_mark", "patterns"]

LEAST = 1.6
"""Pixels that the smallest amount is drawn high."""

FULL = {
    "not known": "unknown",
    "merged": "unknown",
    "unreleased": "unreleased",
    "withheld": "withheld",
    "not recorded": "unrecorded",
    "code not alive": "dead",
}
"""States drawn as a strip over the whole height, and the pattern of each."""


class Expected(msgspec.Struct, frozen=True):
    """What was to be expected of some months, drawn as a dashed frame from ``lo`` to ``hi``."""

    first: str
    last: str
    lo: float
    hi: float


class Frame(msgspec.Struct):
    """Where the plot lies in its drawing, in the drawing's own units (pixels at full size)."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    size: float
    id: str
    scale_top: float = 1.0

    @property
    def base(self) -> float:
        """The y of zero."""
        return self.height - self.bottom

    @property
    def inner(self) -> float:
        """Width of the plot."""
        return self.width - self.left - self.right

    def y(self, value: float) -> float:
        """Return the y of a value, cut off at the top of the plot."""
        share = min(max(value / self.scale_top, 0.0), 1.0)
        return self.base - share * (self.base - self.top)


def patterns(ident: str) -> Markup:
    """Hatches and dots; colours come from the style sheet."""

    def lines(name: str, gap: float, turn: float, cls: str) -> Markup:
        return tag(
            "pattern",
            tag("rect", width=gap, height=gap, class_=f"{cls} ground"),
            tag("line", x1=0, y1=0, x2=0, y2=gap, class_=cls),
            id=f"{ident}-{name}",
            width=gap,
            height=gap,
            patternUnits="userSpaceOnUse",
            patternTransform=f"rotate({turn:g})",
        )

    dots = tag(
        "pattern",
        tag("circle", cx=2, cy=2, r=0.9, class_="dot"),
        id=f"{ident}-unreleased",
        width=5,
        height=5,
        patternUnits="userSpaceOnUse",
    )
    cross = tag(
        "pattern",
        tag("path", d="M0 0L6 6M6 0L0 6", class_="h-cross"),
        id=f"{ident}-withheld",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )
    return tag(
        "defs",
        lines("unknown", 6, 45, "h-unknown"),
        lines("bound", 4, 45, "h-bound"),
        lines("merged", 4, -45, "h-merged"),
        lines("unrecorded", 5, 90, "h-unknown"),
        dots,
        cross,
    )


def bar(x: float, y: float, width: float, height: float, cls: str, **more: object) -> Markup:
    """Return a rectangle, never too thin to be seen."""
    return tag("rect", x=x, y=y, width=max(width, 0.8), height=max(height, 0.0), class_=cls, **more)


def cell_mark(cell: ChartCell, place: Frame, x: float, column: float, *, asked: bool) -> Markup:
    """Draw the mark of one month; ``asked`` says whether the question asks about it."""
    gap = min(column * 0.14, 2.5)
    whole, x, width, mid = x, x + gap, column - 2 * gap, x + column / 2
    look = "bar asked" if asked else "bar"
    low = place.y(cell.lo)
    if cell.state == "zero":
        digit = min(place.size, max(column * 1.1, 7.0))
        return tag("line", x1=x, x2=x + width, y1=place.base, y2=place.base, class_="zero") + tag(
            "text", "0", x=mid, y=place.base - 3.5, class_="nought", font_size=digit
        )
    if cell.state == "conflict":
        return _conflict(cell, place, x, width, look)
    if cell.state == "code not alive":
        y = place.base - 5
        return tag("line", x1=x, x2=x + width, y1=y, y2=y, class_="dead")
    solid = _solid(place, x, width, low, look) if cell.lo > 0 else Markup("")
    if cell.hi is None:
        if cell.lo <= 0:
            return _strip(cell.state, place, whole, column)
        return solid + _arrow(place, x, width, low)
    high = place.y(cell.hi)
    if cell.state == "value":
        # Half a pixel of doubt cannot be seen, and a sliver would look like a fault of the drawing.
        doubt = bar(x, high, width, low - high, f"{look} doubt") if low - high >= 1 else Markup("")
        return solid + doubt
    if cell.state in ("not known", "merged"):
        return solid + _at_most(cell.hi, place, x, width, low, high)
    return _strip(cell.state, place, whole, column)


def _solid(place: Frame, x: float, width: float, low: float, look: str) -> Markup:
    """A bar from the baseline; a small amount keeps a height that can be seen, for it is not nothing."""
    low = min(low, place.base - LEAST)
    return bar(x, low, width, place.base - low, look)


def _strip(state: str, place: Frame, x: float, width: float) -> Markup:
    """A strip over the whole height and the whole column, so that neighbours run together."""
    pattern = FULL.get(state, "unknown")
    return bar(x, place.top, width, place.base - place.top, f"strip {pattern}", fill=f"url(#{place.id}-{pattern})")


def _at_most(bound: float, place: Frame, x: float, width: float, low: float, high: float) -> Markup:
    """Hatched up to the bound; beyond the scale a caret says that it goes on."""
    hatched = bar(x, high, width, low - high, "strip bound", fill=f"url(#{place.id}-bound)")
    if bound > place.scale_top * 1.0001:
        mid, y = x + width / 2, place.top
        return hatched + tag("path", d=f"M{mid - 3:.1f} {y + 4:.1f}L{mid:.1f} {y:.1f}L{mid + 3:.1f} {y + 4:.1f}",
                             class_="caret")  # fmt: skip
    return hatched + tag("line", x1=x, x2=x + width, y1=high, y2=high, class_="dash")


def _arrow(place: Frame, x: float, width: float, low: float) -> Markup:
    mid = x + width / 2
    tip = max(low - 16, place.top)
    if low - tip < 8:
        low = tip + 8
    head = min(3.5, width / 2 + 1)
    return tag(
        "path",
        d=f"M{mid:.1f} {low:.1f}V{tip:.1f}m{-head:.1f} 4l{head:.1f} -4l{head:.1f} 4",
        class_="caret",
    )


def _conflict(cell: ChartCell, place: Frame, x: float, width: float, look: str) -> Markup:
    """Both numbers as strong lines, joined by a stem, over an outlined bar."""
    low, high, mid = place.y(cell.lo), place.y(cell.hi if cell.hi is not None else math.inf), x + width / 2
    # Numbers that can hardly be told apart leave no doubt about the bar; the mark alone says that they differ.
    near = cell.hi is not None and cell.hi <= cell.lo * 1.02
    body = _solid(place, x, width, low, look if near else f"{look} disputed")
    stem = tag("line", x1=mid, x2=mid, y1=high, y2=low, class_="clash")
    ends = [tag("line", x1=x - 1, x2=x + width + 1, y1=y, y2=y, class_="clash") for y in (low, high)]
    # A diamond at either end keeps the mark readable where the two numbers are almost one.
    marks = [
        tag("path", d=f"M{mid:.1f} {y - 3.2:.1f}l3.2 3.2l-3.2 3.2l-3.2 -3.2z", class_="clash end") for y in (low, high)
    ]
    return Markup("").join([body, stem, *ends, *marks])


def block(place: Frame, x: float, width: float, mean: float) -> Markup:
    """Return a hatched block at a monthly mean, its rim open towards the baseline."""
    y = place.y(mean)
    return bar(x, y, width, place.base - y, "strip merged", fill=f"url(#{place.id}-merged)") + tag(
        "path", d=f"M{x:.1f} {place.base:.1f}V{y:.1f}H{x + width:.1f}V{place.base:.1f}", class_="rim"
    )


def expected_mark(place: Frame, x: float, width: float, lo: float, hi: float) -> Markup:
    """Return a dashed frame between two amounts; above the scale it is open."""
    low, high = place.y(lo), place.y(hi)
    if low - high < 3:
        high = low - 3  # a range that cannot be seen would say that nothing was expected
    x, right = x + 0.5, x + width - 0.5
    d = f"M{x:.1f} {low:.1f}V{high:.1f}M{right:.1f} {low:.1f}V{high:.1f}M{x:.1f} {low:.1f}H{right:.1f}"
    if hi <= place.scale_top:
        d += f"M{x:.1f} {high:.1f}H{right:.1f}"
    return bar(x, high, right - x, low - high, "expected-in") + tag("path", d=d, class_="expected")


def circle(x: float, y: float, number: str, r: float = 7.0) -> Markup:
    """Return a number in a circle, the mark of an event."""
    return tag("circle", cx=x, cy=y, r=r, class_="ev-dot") + tag(
        "text", number, x=x, y=y + 3.4, class_="ev-no", font_size=9.5 if len(number) < 2 else 8.0
    )

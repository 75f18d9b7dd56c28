"""Small parts of a drawing: elements that escape themselves, scales, numbers, and labels that do not collide."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

from tidewaiter.safe import plain

__all__ = ["Labels", "nice_ticks", "short_number", "tag", "text_width", "tick_text"]


def tag(name: str, *children: str | Markup, **attributes: object) -> Markup:
    """Build one element; plain strings are escaped, :class:`~markupsafe.Markup` is taken as it is.

    Attribute names: ``_`` becomes ``-``, a trailing ``_`` is dropped; numbers are rounded to a tenth; ``None`` is
    left out.

    Examples
    --------
    >>> tag("text", "a<b", x=1.26, class_="t")
    Markup('<text x="1.3" class="t">a&lt;b</text>')
    """
    written = []
    for key, value in attributes.items():
        if value is None:
            continue
        if isinstance(value, float):
            value = f"{value:.1f}".removesuffix(".0")
        shown = key if key == "viewBox" else key.rstrip("_").replace("_", "-")
        written.append(Markup(' {}="{}"').format(Markup(shown), plain(str(value))))
    body = Markup("").join(child if isinstance(child, Markup) else escape(plain(child)) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), Markup("").join(written), body)


def nice_ticks(top: float, most: int = 4) -> list[float]:
    """Return ticks from zero to the first round number not below ``top``.

    Examples
    --------
    >>> nice_ticks(103.0)
    [0.0, 50.0, 100.0, 150.0]
    >>> nice_ticks(0.0)
    [0.0, 1.0]
    """
    if not top > 0 or not math.isfinite(top):
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(top / most))
    step = next(m * power for m in (1, 2, 2.5, 5, 10, 20) if m * power * most >= top * 0.9999)
    count = math.ceil(top / step - 1e-9)
    return [index * step for index in range(count + 1)]


def short_number(value: float) -> str:
    """Write a number as briefly as a chart needs it; the table of figures has it in full.

    Examples
    --------
    >>> [short_number(v) for v in (0, 0.5, 625, 94840, 57_060_000, 1_530_000_000)]
    ['0', '0.5', '625', '94,840', '57.1 m', '1.53 bn']
    """
    size = abs(value)
    for limit, word in ((1e9, "bn"), (1e6, "m")):
        if size >= limit:
            return f"{value / limit:.3g} {word}" if size < limit * 1000 else f"{value / limit:,.0f} {word}"
    if size >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def tick_text(value: float, top: float) -> str:
    """Write a tick in the unit of the highest one, so that an axis does not change units half way.

    Examples
    --------
    >>> [tick_text(v, 2e6) for v in (0, 5e5, 1e6, 2e6)], tick_text(50000.0, 100000.0)
    (['0', '0.5 m', '1 m', '2 m'], '50,000')
    """
    for limit, word in ((1e9, "bn"), (1e6, "m")):
        if top >= limit and value:
            return f"{value / limit:,.6g} {word}"
    return short_number(value)


def text_width(text: str, size: float) -> float:
    """Estimate how wide a text is drawn in bold by the widest of the usual fonts; ideographs and Hangul are square."""

    def share(char: str) -> float:
        if ord(char) >= 0x1100:
            return 1.0
        return 0.39 if char in ".,' il|" else 1.04 if char in "mwMW%@–—" else 0.72

    return size * sum(map(share, text))


class Labels:
    """Place labels one after the other; one that would cover another, or leave the drawing, is moved or left out.

    Parameters
    ----------
    left, right, top, bottom
        The box labels must stay in.
    size
        Font size, in the drawing's units.
    """

    def __init__(self, left: float, right: float, top: float, bottom: float, size: float) -> None:
        self.box = (left, right, top, bottom)
        self.size = size
        self.taken: list[tuple[float, float, float, float]] = []
        self.shunned: list[tuple[float, float, float, float]] = []

    def block(self, x0: float, x1: float, y0: float, y1: float) -> None:
        """Keep labels out of an area, a bar say, as long as there is another place for them."""
        self.shunned.append((x0, x1, y0, y1))

    def place(self, text: str, x: float, y: float, *, cls: str, must: bool = False, leader: bool = False) -> Markup:
        """Return the label with its lower edge near ``(x, y)``, or nothing where there is no room.

        ``must`` draws it at the first position inside the box even if another label is near; ``leader`` joins it by
        a thin line to what it names where it had to go elsewhere.
        """
        width, height = text_width(text, self.size), self.size
        left, right, top, bottom = self.box
        # Sideways before up: a label stays at the height of what it names as long as it can.
        wanted = [
            (min(max(x + dx - width / 2, left), right - width), min(max(y + dy, top + height), bottom))
            for dy in (0.0, -height - 2, -2 * height - 4, height + 2)
            for dx in (0.0, -width / 2, width / 2, -width * 0.8, width * 0.8)
        ]
        bare = [spot for spot in wanted if not _covers(self.taken, spot, width, height)]
        free = [spot for spot in bare if not _covers(self.shunned, spot, width, height)] or (bare if must else [])
        if not free and not must:
            return Markup("")
        x0, base = (free or wanted)[0]
        self.taken.append((x0 - 2, x0 + width + 2, base - height, base + 2))
        shown = tag("text", text, x=x0, y=base, class_=cls)
        edge = min(max(x, x0), x0 + width)
        if leader and (abs(edge - x) > 3 or base < y - height):
            foot = base + 3 if abs(edge - x) <= 3 else base - height / 3
            return tag("line", x1=edge, y1=foot, x2=x, y2=y + 4, class_="leader") + shown
        return shown


def _covers(
    areas: list[tuple[float, float, float, float]], spot: tuple[float, float], width: float, height: float
) -> bool:
    x0, base = spot
    return any(
        x0 < right and left < x0 + width and base - height < bottom and top < base for left, right, top, bottom in areas
    )


def points(pairs: Sequence[tuple[float, float]]) -> str:
    """Write a path through points."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in pairs)

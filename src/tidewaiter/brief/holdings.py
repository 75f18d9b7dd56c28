"""What a store has of whom, drawn: a row for each reporter and flow, a column for each month, a mark for each state.

The states differ by form first (filled, half filled, ruled, ringed, crossed, empty) and by colour second, so that print and a
colour-blind reader tell them apart. The file stands by itself: its style is inside it, for light and dark.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from markupsafe import Markup

from tidewaiter.brief._svg import tag, text_width
from tidewaiter.codes import area
from tidewaiter.errors import UnknownName
from tidewaiter.period import month_text
from tidewaiter.store.extent import WORDS, Extent

__all__ = ["draw_extents"]

SIZE: Final = 12.0
ROW: Final = 16.0
PAD: Final = 16.0
LABEL: Final = 210.0
WIDE: Final = 860.0

_STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1b1a;--soft:#565550;--rule:#d9d6cd;--full:#0b5c92;--part:#3f7fae;--ground:#e3eef6;--rows:#9aa9b5;--bound:#6d6a62;--late:#a33b00;--wait:#8a4b00}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#ecebe6;--soft:#b3b4ae;--rule:#3a4147;--full:#6bb7ec;--part:#6aa6d2;--ground:#1c3245;--rows:#66737e;--bound:#a3a59f;--late:#ff9d5c;--wait:#f2b45f}}
text{font-family:system-ui,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;fill:var(--ink)}
.soft{fill:var(--soft)}.b{font-weight:700}.end{text-anchor:end}
.year{stroke:var(--rule);fill:none}.paper{fill:var(--paper)}
.full{fill:var(--full)}.part{fill:var(--ground);stroke:var(--part)}.half{fill:var(--part)}.rows{fill:var(--rows)}
.line{stroke:var(--bound);fill:none;stroke-width:1.2}.zero{stroke:var(--full);fill:none;stroke-width:1.6}.merged{stroke:var(--part);fill:var(--ground)}
.late{stroke:var(--late);fill:none;stroke-width:1.6}.wait{stroke:var(--wait);fill:none;stroke-width:1.3}.dot{fill:var(--bound)}
"""


def draw_extents(found: Sequence[Extent], told: str = "") -> Markup:
    """Draw what a store has.

    Parameters
    ----------
    found
        As :func:`tidewaiter.store.extent.extents` returns them.
    told
        What they are a part of, for the title: a partner, a code, a day.

    Returns
    -------
    Markup
        A whole SVG file, with ``<title>`` and ``<desc>``.
    """
    blocks = [list(group) for _, group in groupby(found, key=lambda one: (one.dataset, one.period))]
    months = max(len(block[0].period) for block in blocks)
    column = min(max(WIDE / months, 4.0), ROW)
    seen = [name for name in WORDS if any(name in one.months for one in found)]
    title = "What the store holds" + (f": {told}" if told else "")
    width = max(PAD * 2 + LABEL + column * months + 90, PAD * 2 + text_width(title, SIZE + 4), 560.0)
    parts: list[Markup] = [
        tag("text", title, x=PAD, y=PAD + 12, class_="b", font_size=SIZE + 4),
    ]
    y = PAD + 36
    y = _legend(parts, seen, width, y)
    for block in blocks:
        y = _block(parts, block, column, y)
    height = y + PAD
    spoken = "; ".join(f"{one.dataset} {one.reporter} {one.flow}: {_spoken(one)}" for one in found[:80])
    return Markup('<?xml version="1.0" encoding="UTF-8"?>\n') + tag(
        "svg",
        tag("title", title, id="t"),
        tag("desc", spoken, id="d"),
        Markup("<style>{}</style>").format(Markup(_STYLE)),
        tag("rect", width=width, height=height, class_="paper"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        aria_labelledby="t d",
        font_size=SIZE,
    )


def _spoken(one: Extent) -> str:
    """Tell a row in words, run by run."""
    told = []
    start = one.period.start
    for name, group in groupby(one.months):
        length = len(list(group))
        first, last = month_text(start), month_text(start + length - 1)
        told.append(f"{first if length == 1 else f'{first} to {last}'} {name}")
        start += length
    return ", ".join(told)


def _legend(parts: list[Markup], seen: Sequence[str], width: float, y: float) -> float:
    x = PAD
    for name in seen:
        needed = 24 + text_width(WORDS[name], SIZE) * 0.85  # not bold
        if x > PAD and x + needed > width - PAD:
            x, y = PAD, y + ROW + 4
        parts.append(_mark(name, x, y - 11, 14.0))
        parts.append(tag("text", WORDS[name], x=x + 20, y=y, class_="soft"))
        x += needed + 14
    return y + 14


def _block(parts: list[Markup], block: Sequence[Extent], column: float, y: float) -> float:
    """Draw one dataset; return where it ends."""
    period = block[0].period
    left = PAD + LABEL
    y += 22
    parts.append(tag("text", f"{block[0].dataset}, {period.words()}", x=PAD, y=y, class_="b", font_size=SIZE + 1))
    y += 20
    top, bottom = y, y + 4 + ROW * len(block)
    last = -100.0
    for at, number in enumerate(period):
        x = left + at * column
        if number % 12 == 0:
            parts.append(tag("line", x1=x, x2=x, y1=top - 6, y2=bottom, class_="year"))
        if (at == 0 or number % 12 == 0) and x - last > 34:
            label = f"{number // 12}" if number % 12 == 0 else month_text(number)
            if at == 0 and number % 12 and any((n % 12 == 0) and 0 < (n - number) * column < 56 for n in period):
                continue
            parts.append(tag("text", label, x=x + 2, y=y - 3, class_="soft", font_size=SIZE - 1.5))
            last = x
    parts.append(tag("text", "rows", x=left + column * len(period) + 8, y=y - 3, class_="soft", font_size=SIZE - 1.5))
    y += 4
    for one in block:
        parts.append(tag("text", _who(one), x=left - 8, y=y + 12, class_="end"))
        for at, name in enumerate(one.months):
            parts.append(_mark(name, left + at * column, y, column))
        parts.append(
            tag(
                "text",
                f"{one.rows:,}",
                x=left + column * len(period) + 8,
                y=y + 12,
                class_="soft",
                font_size=SIZE - 1.5,
            )
        )
        y += ROW
    return y


def _who(one: Extent) -> str:
    """Return a reporter's name, or its code where the name is too long, and the flow."""
    try:
        name = area(one.reporter, "reporter").name
    except UnknownName:
        name = one.reporter
    flow = {"X": "exports", "M": "imports", "RX": "re-exports", "RM": "re-imports"}.get(one.flow, one.flow)
    return f"{name if text_width(f'{name} {flow}', SIZE) <= LABEL - 10 else one.reporter} {flow}"


def _mark(name: str, x: float, y: float, column: float) -> Markup:
    """Draw the state of one month in a cell of the grid."""
    gap = 1.0 if column < 8 else 1.5
    x0, x1, y0, y1 = x + gap, x + column - gap, y + 2, y + ROW - 2
    w, h, mx, my = x1 - x0, y1 - y0, (x0 + x1) / 2, (y0 + y1) / 2

    def box(kind: str) -> Markup:
        return tag("rect", x=x0, y=y0, width=w, height=h, class_=kind)

    def path(kind: str, *lines: tuple[float, float, float, float]) -> Markup:
        return tag("path", d="".join(f"M{a:.1f} {b:.1f}L{c:.1f} {d:.1f}" for a, b, c, d in lines), class_=kind)

    if name == "full":
        return box("full")
    if name == "part":
        return box("part") + tag("rect", x=x0, y=my, width=w, height=h / 2, class_="half")
    if name == "rows":
        return box("rows")
    if name == "zero":
        return tag("ellipse", cx=mx, cy=my, rx=max(w / 2 - 1, 1.0), ry=h / 2 - 1, class_="zero")
    if name == "merged":
        return box("merged") + path("line", (x0, my, x1, my))
    if name == "withheld":
        return box("line") + path("line", (x0, y1, x1, y0))
    if name == "code not alive":
        return path("line", (x0, y0, x1, y1), (x0, y1, x1, y0))
    if name == "overdue":
        return path("late", (mx, y0, mx, y1 - 4), (mx, y1 - 1.6, mx, y1))
    if name == "due":
        return path("wait", (mx, y0 + 3, mx, y1))
    if name == "not yet due":
        return path("wait", (x0 + w * 0.15, my, x1 - w * 0.15, my))
    if name == "silent":
        return tag(
            "rect", x=x0 + 0.5, y=y0 + 0.5, width=max(w - 1, 1.0), height=h - 1, class_="line", stroke_dasharray="2 2"
        )
    return tag("circle", cx=mx, cy=my, r=min(1.6, w / 2), class_="dot")

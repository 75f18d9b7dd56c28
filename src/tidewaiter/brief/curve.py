"""A daily curve as inline SVG: an indicator set beside the trade, with a gap wherever a day has no number."""

from __future__ import annotations

import math
from datetime import date

from markupsafe import Markup

from tidewaiter.brief._svg import Labels, nice_ticks, points, tag, text_width, tick_text
from tidewaiter.brief.marks import Frame
from tidewaiter.brief.shape import Curve
from tidewaiter.period import MONTH_NAMES

__all__ = ["draw_curve"]


def draw_curve(curve: Curve, ident: str, *, wide: bool = False) -> Markup:
    """Draw a daily series as a line over a tinted area.

    Days are placed by date, so a day missing from the list is a gap like a day without a number. A single day
    between two gaps is a dot.

    Parameters
    ----------
    curve
        Days in order (ISO dates) and their values; ``None`` is a day without a number.
    ident
        A prefix unique on the page.
    wide
        The wide form (1080 x 300) rather than the small one (330 x 204).
    """
    place = Frame(1080, 300, 58, 20, 22, 30, 13, ident) if wide else Frame(330, 204, 50, 14, 20, 26, 11.5, ident)
    known = [(date.fromisoformat(day), value) for day, value in zip(curve.days, curve.values, strict=True)]
    numbers = [value for _, value in known if value is not None and math.isfinite(value)]
    ticks = nice_ticks(max(numbers, default=0.0) * 1.05, 5)
    place.scale_top = ticks[-1]
    place.left = max(text_width(tick_text(tick, ticks[-1]), place.size) for tick in ticks) + 9
    parts: list[Markup] = []
    for tick in ticks:
        y = place.y(tick)
        parts.append(
            tag("line", x1=place.left, x2=place.width - place.right, y1=y, y2=y, class_="grid" if tick else "axis")
        )
        parts.append(tag("text", tick_text(tick, ticks[-1]), x=place.left - 5, y=y + 4, class_="tick end"))
    if known:
        parts += _months(known[0][0], known[-1][0], place)
        parts += _line(known, place)
    return tag(
        "svg",
        tag("title", curve.title, id=f"{ident}-t"),
        tag("desc", curve.alt, id=f"{ident}-d"),
        *parts,
        viewBox=f"0 0 {place.width:g} {place.height:g}",
        role="img",
        aria_labelledby=f"{ident}-t {ident}-d",
        class_="chart wide" if wide else "chart",
        font_size=place.size,
    )


def _x(day: date, first: date, last: date, place: Frame) -> float:
    return place.left + place.inner * (day - first).days / max((last - first).days, 1)


def _months(first: date, last: date, place: Frame) -> list[Markup]:
    """A tick at each first of a month, with its name where there is room."""
    starts = [first]
    year, number = first.year, first.month
    while True:
        year, number = (year + 1, 1) if number == 12 else (year, number + 1)
        if date(year, number, 1) > last:
            break
        starts.append(date(year, number, 1))
    parts = []
    edge = -math.inf
    for index, day in enumerate(starts):
        x = _x(day, first, last, place)
        name = MONTH_NAMES[day.month - 1][:3]
        if index == 0:
            name = f"{day.day} {name} {day.year}"
        if index:
            parts.append(tag("line", x1=x, x2=x, y1=place.base, y2=place.base + 5, class_="axis"))
        width = len(name) * place.size * 0.6
        if x >= edge and x + width <= place.width:
            parts.append(tag("text", name, x=x + 2, y=place.base + place.size + 6, class_="tick"))
            edge = x + width + 6
    return parts


def _line(known: list[tuple[date, float | None]], place: Frame) -> list[Markup]:
    first, last = known[0][0], known[-1][0]
    stretches: list[list[tuple[float, float]]] = [[]]
    before: date | None = None
    for day, value in known:
        if value is None or not math.isfinite(value) or (before is not None and (day - before).days != 1):
            stretches.append([])
        before = day
        if value is not None and math.isfinite(value):
            stretches[-1].append((_x(day, first, last, place), place.y(value)))
    parts = []
    for stretch in stretches:
        if len(stretch) == 1:
            parts.append(tag("circle", cx=stretch[0][0], cy=stretch[0][1], r=2.0, class_="curve-dot"))
        elif stretch:
            line = points(stretch)
            area = f"{line}L{stretch[-1][0]:.1f} {place.base:.1f}L{stretch[0][0]:.1f} {place.base:.1f}Z"
            parts += [tag("path", d=area, class_="area"), tag("path", d=line, class_="curve")]
    numbers = [(day, value) for day, value in known if value is not None and math.isfinite(value)]
    labels = Labels(place.left, place.width - 2, 2, place.base - 2, place.size)
    if numbers:
        top_day, top = max(numbers, key=lambda pair: pair[1])
        for day, value in dict.fromkeys([(top_day, top), numbers[-1]]):
            x, y = _x(day, first, last, place), place.y(value)
            parts.append(tag("circle", cx=x, cy=y, r=3.0, class_="curve-dot"))
            parts.append(labels.place(f"{value:,.0f}", x, y - 7, cls="label", must=True))
    return parts

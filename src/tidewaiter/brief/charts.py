"""Monthly charts as inline SVG.

Our own code, because what matters here is what a chart library cannot say: a grammar of graphics (Vega, ggplot) draws
a missing month as a gap or a zero, while a customs month may be zero, not released, merged with its neighbour,
hidden, or bounded only from one side, and each of these has to look different from every other, in print and to a
colour-blind reader too. So each state differs by form first (solid, open, hatched, dotted, dashed) and by colour
second; colours are CSS classes whose variables the page's style sheet sets for light, dark and paper.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence

import msgspec
from markupsafe import Markup

from tidewaiter.brief._svg import Labels, nice_ticks, short_number, tag, text_width
from tidewaiter.brief.shape import Chart, ChartCell, ChartRun
from tidewaiter.period import MONTH_NAMES, month

__all__ = ["KEY", "Frame", "draw_chart", "draw_key", "states_of"]

KEY: tuple[tuple[str, str], ...] = (
    ("value", "printed value, in the months asked about"),
    ("other", "printed value, other months"),
    ("range", "rounded: the true number lies in the lighter part"),
    ("zero", "zero: proved, no trade"),
    ("merged", "known only for several months together, drawn at their monthly mean"),
    ("at most", "not printed, but at most this much"),
    ("at least", "at least this much; the upper end is open"),
    ("not known", "not known"),
    ("unreleased", "not released yet"),
    ("withheld", "withheld or hidden in another line"),
    ("not recorded", "not recorded by this source"),
    ("code not alive", "the customs code did not exist"),
    ("conflict", "sources disagree: both ends are marked"),
    ("event", "event, by its number in the list"),
)
"""Every mark a chart may hold and what it means, in the order of the legend."""

_FULL = {
    "not known": "unknown",
    "merged": "unknown",
    "unreleased": "unreleased",
    "withheld": "withheld",
    "not recorded": "unrecorded",
    "code not alive": "dead",
}
"""States drawn as a strip over the whole height, and the pattern of each."""


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


def frame(wide: bool, ident: str) -> Frame:
    """Return the frame of a wide chart or of a small multiple."""
    if wide:
        return Frame(1080, 340, 58, 14, 34, 30, 13, ident)
    return Frame(330, 204, 46, 8, 30, 26, 11.5, ident)


def states_of(chart: Chart) -> list[str]:
    """Return the marks of :data:`KEY` that a chart holds, in the order of the key."""
    seen: set[str] = {"event"} if chart.events else set()
    covered = _covered(chart)
    for cell in chart.cells:
        state = cell.state
        if cell.month in covered:
            seen.add("merged")
        elif state == "value":
            seen.add("value" if _asked(chart, cell.month) else "other")
            if cell.hi is None:
                seen.add("at least")
            elif cell.hi > cell.lo * 1.02:
                seen.add("range")
        elif state in ("not known", "merged") and cell.hi is not None:
            seen.add("at most")
        elif state in ("not known", "merged"):
            seen.add("at least" if cell.lo > 0 else "not known")
        else:
            seen.add(state)
    return [name for name, _ in KEY if name in seen]


def draw_chart(chart: Chart, ident: str, *, wide: bool = False) -> Markup:
    """Draw one monthly chart.

    Parameters
    ----------
    chart
        Every month of the window in order, with its state.
    ident
        A prefix unique on the page, for the patterns and the title that the drawing refers to.
    wide
        The single wide form (1080 x 340) rather than the small multiple (330 x 204).

    Returns
    -------
    Markup
        An ``<svg role="img">`` with ``<title>`` and ``<desc>``; all text from the chart is escaped.
    """
    place = frame(wide, ident)
    ticks = nice_ticks(_top(chart), 5 if wide else 4)
    place.scale_top = ticks[-1]
    place.left = max(text_width(short_number(tick), place.size) for tick in ticks) + 9
    column = place.inner / max(len(chart.cells), 1)
    at = {cell.month: place.left + index * column for index, cell in enumerate(chart.cells)}
    labels = Labels(place.left, place.width - 2, place.top - 4, place.base - 2, place.size)
    parts = [_patterns(ident), _band(chart, place, at, column), _axis(chart, place, ticks, at, column)]
    covered = _covered(chart)
    parts += [_cell(chart, c, place, at[c.month], column) for c in chart.cells if c.month not in covered]
    parts += [_run(run, place, at, column, covered) for run in chart.runs]
    parts.append(_events(chart, place, at, column))
    parts.append(_labels(chart, place, labels, at, column, covered))
    return tag(
        "svg",
        tag("title", chart.title, id=f"{ident}-t"),
        tag("desc", chart.alt, id=f"{ident}-d"),
        *parts,
        viewBox=f"0 0 {place.width:g} {place.height:g}",
        role="img",
        aria_labelledby=f"{ident}-t {ident}-d",
        class_="chart wide" if wide else "chart",
        font_size=place.size,
    )


def draw_key(name: str, ident: str) -> Markup:
    """Draw the swatch of one mark of :data:`KEY`, by the code that draws the charts."""
    place = Frame(26, 18, 2, 2, 2, 2, 9, ident, 10.0)
    x, column, bounds = 6.0, 14.0, {"range": (5.0, 9.0), "conflict": (4.0, 9.0)}
    if name == "event":
        drawn = tag("line", x1=13, x2=13, y1=10, y2=17, class_="ev") + _circle(13, 8, "1", 6.5)
    elif name == "merged":
        drawn = _block(place, x - 4, column + 8, 7.0)
    else:
        state = {"other": "value", "range": "value", "at most": "not known", "at least": "value"}.get(name, name)
        lo, hi = bounds.get(name, (7.0, 7.0))
        upper = None if name in ("at least", *_FULL) else hi
        cell = ChartCell("2022-01", state, 0.0 if name in ("at most", *_FULL) else lo, upper)
        sample = Chart("", "", "", (cell,), period_from="" if name == "other" else "2022-01", period_to="2022-01")
        drawn = _cell(sample, cell, place, x, column)
    base = tag("line", x1=1, x2=25, y1=place.base, y2=place.base, class_="axis")
    return tag("svg", _patterns(ident), drawn, base, viewBox="0 0 26 18", class_="swatch", aria_hidden="true")


def _asked(chart: Chart, text: str) -> bool:
    return bool(chart.period_from) and chart.period_from <= text <= (chart.period_to or chart.period_from)


def _covered(chart: Chart) -> set[str]:
    """Months drawn as part of a run: those whose cell says merged, inside the run."""
    return {
        cell.month
        for run in chart.runs
        for cell in chart.cells
        if cell.state == "merged" and run.first <= cell.month <= run.last
    }


def _mean(run: ChartRun) -> float:
    return run.total / (month(run.last) - month(run.first) + 1)


def _top(chart: Chart) -> float:
    """The number the scale must reach.

    What is printed rules the scale. A bound that was only worked out ("at most") may lie far above it and would
    flatten everything that is known; such a strip runs to the top of the plot and is marked there instead.
    """
    printed = [_mean(run) for run in chart.runs]
    for cell in chart.cells:
        printed.append(cell.lo)
        if cell.state in ("value", "conflict") and cell.hi is not None:
            printed.append(cell.hi)
    highest = max((value for value in printed if math.isfinite(value)), default=0.0)
    bounds = [c.hi for c in chart.cells if c.hi is not None and c.state in ("not known", "merged")]
    near = [bound for bound in bounds if math.isfinite(bound) and (not highest or bound <= highest * 1.3)]
    return max([highest, *near], default=0.0) * 1.04


def _patterns(ident: str) -> Markup:
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


def _bar(x: float, y: float, width: float, height: float, cls: str, **more: object) -> Markup:
    return tag("rect", x=x, y=y, width=max(width, 0.8), height=max(height, 0.0), class_=cls, **more)


def _cell(chart: Chart, cell: ChartCell, place: Frame, x: float, column: float) -> Markup:
    """Draw the mark of one month."""
    gap = min(column * 0.14, 2.5)
    whole, x, width, mid = x, x + gap, column - 2 * gap, x + column / 2
    asked = "bar asked" if _asked(chart, cell.month) else "bar"
    low = place.y(cell.lo)
    if cell.state == "zero":
        digit = min(place.size, max(column * 1.1, 7.0))
        return tag("line", x1=x, x2=x + width, y1=place.base, y2=place.base, class_="zero") + tag(
            "text", "0", x=mid, y=place.base - 3.5, class_="nought", font_size=digit
        )
    if cell.state == "conflict":
        return _conflict(cell, place, x, width, asked)
    if cell.state == "code not alive":
        y = place.base - 5
        return tag("line", x1=x, x2=x + width, y1=y, y2=y, class_="dead")
    solid = _bar(x, low, width, place.base - low, asked) if cell.lo > 0 else Markup("")
    if cell.hi is None:
        if cell.lo <= 0:
            return _strip(cell.state, place, whole, column)
        return solid + _arrow(place, x, width, low)
    high = place.y(cell.hi)
    if cell.state == "value":
        # Half a pixel of doubt cannot be seen, and a sliver would look like a fault of the drawing.
        doubt = _bar(x, high, width, low - high, f"{asked} doubt") if low - high >= 1 else Markup("")
        return solid + doubt
    if cell.state in ("not known", "merged"):
        return solid + _at_most(cell.hi, place, x, width, low, high)
    return _strip(cell.state, place, whole, column)


def _strip(state: str, place: Frame, x: float, width: float) -> Markup:
    """A strip over the whole height and the whole column, so that neighbours run together."""
    pattern = _FULL.get(state, "unknown")
    return _bar(x, place.top, width, place.base - place.top, f"strip {pattern}", fill=f"url(#{place.id}-{pattern})")


def _at_most(bound: float, place: Frame, x: float, width: float, low: float, high: float) -> Markup:
    """Hatched up to the bound; beyond the scale a caret says that it goes on."""
    hatched = _bar(x, high, width, low - high, "strip bound", fill=f"url(#{place.id}-bound)")
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


def _conflict(cell: ChartCell, place: Frame, x: float, width: float, asked: str) -> Markup:
    """Both numbers as strong lines, joined by a stem, over an outlined bar."""
    low, high, mid = place.y(cell.lo), place.y(cell.hi if cell.hi is not None else math.inf), x + width / 2
    body = _bar(x, low, width, place.base - low, f"{asked} disputed")
    stem = tag("line", x1=mid, x2=mid, y1=high, y2=low, class_="clash")
    ends = [tag("line", x1=x - 1, x2=x + width + 1, y1=y, y2=y, class_="clash") for y in (low, high)]
    # A diamond at either end keeps the mark readable where the two numbers are almost one.
    marks = [
        tag("path", d=f"M{mid:.1f} {y - 3.2:.1f}l3.2 3.2l-3.2 3.2l-3.2 -3.2z", class_="clash end") for y in (low, high)
    ]
    return Markup("").join([body, stem, *ends, *marks])


def _block(place: Frame, x: float, width: float, mean: float) -> Markup:
    y = place.y(mean)
    return _bar(x, y, width, place.base - y, "strip merged", fill=f"url(#{place.id}-merged)") + tag(
        "path", d=f"M{x:.1f} {place.base:.1f}V{y:.1f}H{x + width:.1f}V{place.base:.1f}", class_="rim"
    )


def _stretches(months: Sequence[str]) -> list[tuple[str, str]]:
    """Group months into unbroken stretches."""
    found: list[tuple[str, str]] = []
    for text in sorted(months):
        if found and month(text) == month(found[-1][1]) + 1:
            found[-1] = (found[-1][0], text)
        else:
            found.append((text, text))
    return found


def _run(run: ChartRun, place: Frame, at: dict[str, float], column: float, covered: set[str]) -> Markup:
    inside = [text for text in at if run.first <= text <= run.last and text in covered]
    drawn = [
        _block(place, at[first] + 0.6, at[last] + column - at[first] - 1.2, _mean(run))
        for first, last in _stretches(inside)
    ]
    return Markup("").join(drawn)


def _band(chart: Chart, place: Frame, at: dict[str, float], column: float) -> Markup:
    """A tint behind the months of the question."""
    asked = [x for text, x in at.items() if _asked(chart, text)]
    if not asked:
        return Markup("")
    width = max(asked) + column - min(asked)
    return _bar(min(asked), place.top - 4, width, place.base - place.top + 4, "band") + _bar(
        min(asked), place.base + 1, width, 3, "band-foot"
    )


def _axis(chart: Chart, place: Frame, ticks: Sequence[float], at: dict[str, float], column: float) -> Markup:
    parts = []
    for tick in ticks:
        y = place.y(tick)
        parts.append(
            tag("line", x1=place.left, x2=place.width - place.right, y1=y, y2=y, class_="grid" if tick else "axis")
        )
        parts.append(tag("text", short_number(tick), x=place.left - 5, y=y + 4, class_="tick end"))
    years: dict[str, list[float]] = {}
    for text, x in at.items():
        years.setdefault(text[:4], []).append(x)
        if text.endswith("-01"):
            parts.append(tag("line", x1=x, x2=x, y1=place.base, y2=place.base + 7, class_="axis"))
    for year, columns in years.items():
        width = columns[-1] + column - columns[0]
        full, short = place.size * 2.4, place.size * 1.5
        shown = year if width >= full else "’" + year[2:]
        if width >= short:
            mid = columns[0] + width / 2
            parts.append(tag("text", shown, x=mid, y=place.base + place.size + 7, class_="tick mid"))
    if len(at) <= 14:
        for text, x in at.items():
            letter = MONTH_NAMES[int(text[5:]) - 1][0]
            if column >= place.size:
                parts.append(tag("text", letter, x=x + column / 2, y=place.base + 10, class_="letter mid"))
    return Markup("").join(parts)


def _circle(x: float, y: float, number: str, r: float = 7.0) -> Markup:
    return tag("circle", cx=x, cy=y, r=r, class_="ev-dot") + tag(
        "text", number, x=x, y=y + 3.4, class_="ev-no", font_size=9.5 if len(number) < 2 else 8.0
    )


def _events(chart: Chart, place: Frame, at: dict[str, float], column: float) -> Markup:
    """Thin lines at the day; numbers above the plot, moved apart where events are close."""
    found: list[tuple[float, int]] = []
    for event in chart.events:
        x = at.get(event.day[:7])
        if x is None:
            continue
        year, number, day = (int(part) for part in event.day.split("-"))
        found.append((x + column * (day - 1) / calendar.monthrange(year, number)[1], event.number))
    found.sort()
    spots = [x for x, _ in found]
    step = 15.5
    for _ in range(3):
        for index in range(1, len(spots)):
            spots[index] = max(spots[index], spots[index - 1] + step)
        over = (spots[-1] - (place.width - 8)) if spots else 0.0
        if over > 0:
            spots[-1] -= over
            for index in range(len(spots) - 2, -1, -1):
                spots[index] = min(spots[index], spots[index + 1] - step)
    y = 10.0
    parts = []
    for (x, event_number), spot in zip(found, spots, strict=True):
        elbow = f"M{spot:.1f} {y + 7:.1f}L{x:.1f} {place.top - 4:.1f}V{place.base:.1f}"
        parts.append(tag("path", d=elbow, class_="ev"))
        parts.append(_circle(spot, y, str(event_number)))
    return Markup("").join(parts)


def _labels(
    chart: Chart, place: Frame, labels: Labels, at: dict[str, float], column: float, covered: set[str]
) -> Markup:
    """Label the highest number of all, the highest asked about and the last, and the total of each run."""
    shown = [c for c in chart.cells if c.state in ("value", "conflict") and c.month not in covered]
    bars = [(place.y(c.hi if c.hi is not None else c.lo), at[c.month]) for c in shown]
    for y, x in bars:
        labels.block(x, x + column, y, place.base)
    parts = []
    groups = ([c for c in shown if _asked(chart, c.month)], shown, shown[-1:])
    chosen = [max(some, key=lambda c: c.hi if c.hi is not None else c.lo) for some in groups if some]
    for cell in dict.fromkeys(chosen):
        top = cell.hi if cell.hi is not None else cell.lo
        text = cell.label or short_number(cell.lo)
        lift = 5.0 if cell.hi is not None and cell.state == "value" else 8.0 if cell.state == "conflict" else 20.0
        parts.append(labels.place(text, at[cell.month] + column / 2, place.y(top) - lift, cls="label", must=True))
    for run in chart.runs:
        inside = [x for text, x in at.items() if run.first <= text <= run.last and text in covered]
        if inside:
            mid, y = (inside[0] + inside[-1] + column) / 2, place.y(_mean(run)) - 5
            text = run.label or short_number(run.total)
            parts.append(labels.place(text, mid, y, cls="label run", must=True, leader=True))
    return Markup("").join(parts)

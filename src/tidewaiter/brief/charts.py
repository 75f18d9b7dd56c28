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

from markupsafe import Markup

from tidewaiter.brief._svg import Labels, nice_ticks, short_number, tag, text_width, tick_text
from tidewaiter.brief.marks import FULL, Expected, Frame, bar, block, cell_mark, circle, expected_mark, patterns
from tidewaiter.brief.shape import Chart, ChartCell, ChartRun
from tidewaiter.period import MONTH_NAMES, month

__all__ = ["KEY", "draw_chart", "draw_key", "states_of"]

KEY: tuple[tuple[str, str], ...] = (
    ("value", "printed value, in the months asked about"),
    ("other", "printed value, other months"),
    ("range", "rounded or bounded: the true number lies in the lighter part"),
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
    ("expected", "what its past let expect: nine in ten months would lie in it"),
    ("event", "event, by its number in the list"),
)
"""Every mark a chart may hold and what it means, in the order of the legend."""


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


def draw_chart(chart: Chart, ident: str, *, wide: bool = False, expected: Expected | None = None) -> Markup:
    """Draw one monthly chart.

    Parameters
    ----------
    chart
        Every month of the window in order, with its state.
    ident
        A prefix unique on the page, for the patterns and the title that the drawing refers to.
    wide
        The single wide form (1080 x 340) rather than the small multiple (330 x 204).
    expected
        A range to be drawn over the months it is of.

    Returns
    -------
    Markup
        An ``<svg role="img">`` with ``<title>`` and ``<desc>``; all text from the chart is escaped.
    """
    place = frame(wide, ident)
    ticks = nice_ticks(_top(chart, expected), 5 if wide else 4)
    place.scale_top = ticks[-1]
    place.left = max(text_width(tick_text(tick, ticks[-1]), place.size) for tick in ticks) + 9
    column = place.inner / max(len(chart.cells), 1)
    at = {cell.month: place.left + index * column for index, cell in enumerate(chart.cells)}
    labels = Labels(place.left, place.width - 2, place.top - 4, place.base - 2, place.size)
    parts = [patterns(ident), _band(chart, place, at, column), _axis(chart, place, ticks, at, column)]
    covered = _covered(chart)
    parts += [
        cell_mark(c, place, at[c.month], column, asked=_asked(chart, c.month))
        for c in chart.cells
        if c.month not in covered
    ]
    parts += [_run(run, place, at, column, covered) for run in chart.runs]
    if expected is not None:
        parts.append(_expected(expected, place, at, column))
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
    if name == "expected":
        drawn = expected_mark(place, x - 4, column + 8, 4.0, 8.0)
    elif name == "event":
        drawn = tag("line", x1=13, x2=13, y1=10, y2=17, class_="ev") + circle(13, 8, "1", 6.5)
    elif name == "merged":
        drawn = block(place, x - 4, column + 8, 7.0)
    else:
        state = {"other": "value", "range": "value", "at most": "not known", "at least": "value"}.get(name, name)
        lo, hi = bounds.get(name, (7.0, 7.0))
        upper = None if name in ("at least", *FULL) else hi
        cell = ChartCell("2022-01", state, 0.0 if name in ("at most", *FULL) else lo, upper)
        drawn = cell_mark(cell, place, x, column, asked=name != "other")
    base = tag("line", x1=1, x2=25, y1=place.base, y2=place.base, class_="axis")
    return tag("svg", patterns(ident), drawn, base, viewBox="0 0 26 18", class_="swatch", aria_hidden="true")


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


def _top(chart: Chart, expected: Expected | None = None) -> float:
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
    if expected is not None and highest:
        # Above twice of what there is, the frame stays open at the top, or the months could not be read.
        highest = max(highest, min(expected.hi, 2 * highest))
    bounds = [c.hi for c in chart.cells if c.hi is not None and c.state in ("not known", "merged")]
    near = [bound for bound in bounds if math.isfinite(bound) and (not highest or bound <= highest * 1.3)]
    return max([highest, *near], default=0.0) * 1.04


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
        block(place, at[first] + 0.6, at[last] + column - at[first] - 1.2, _mean(run))
        for first, last in _stretches(inside)
    ]
    return Markup("").join(drawn)


def _expected(told: Expected, place: Frame, at: dict[str, float], column: float) -> Markup:
    inside = [x for text, x in at.items() if told.first <= text <= told.last]
    if not inside:
        return Markup("")
    return expected_mark(place, min(inside), max(inside) + column - min(inside), told.lo, told.hi)


def _band(chart: Chart, place: Frame, at: dict[str, float], column: float) -> Markup:
    """A tint behind the months of the question."""
    asked = [x for text, x in at.items() if _asked(chart, text)]
    if not asked:
        return Markup("")
    width = max(asked) + column - min(asked)
    return bar(min(asked), place.top - 4, width, place.base - place.top + 4, "band") + bar(
        min(asked), place.base + 1, width, 3, "band-foot"
    )


def _axis(chart: Chart, place: Frame, ticks: Sequence[float], at: dict[str, float], column: float) -> Markup:
    parts = []
    for tick in ticks:
        y = place.y(tick)
        parts.append(
            tag("line", x1=place.left, x2=place.width - place.right, y1=y, y2=y, class_="grid" if tick else "axis")
        )
        parts.append(tag("text", tick_text(tick, ticks[-1]), x=place.left - 5, y=y + 4, class_="tick end"))
    years: dict[str, list[float]] = {}
    for text, x in at.items():
        years.setdefault(text[:4], []).append(x)
        if text.endswith("-01"):
            parts.append(tag("line", x1=x, x2=x, y1=place.base, y2=place.base + 7, class_="axis"))
    letters = len(at) <= 14 and column >= place.size
    for year, columns in years.items():
        width = columns[-1] + column - columns[0]
        full, short = place.size * 2.4, place.size * 1.5
        shown = year if width >= full else "’" + year[2:]
        if width >= short:
            mid = columns[0] + width / 2
            below = place.size + (11.5 if letters else 7)
            parts.append(tag("text", shown, x=mid, y=place.base + below, class_="tick mid"))
    if letters:
        for text, x in at.items():
            letter = MONTH_NAMES[int(text[5:]) - 1][0]
            parts.append(tag("text", letter, x=x + column / 2, y=place.base + 11, class_="letter mid"))
    return Markup("").join(parts)


def _apart(wanted: Sequence[float], step: float, left: float, right: float) -> list[float]:
    """Move sorted places apart to at least ``step``, each as little as possible (least squares, by pooling)."""
    pools: list[tuple[float, int]] = []
    for index, x in enumerate(wanted):
        mean, count = x - index * step, 1
        while pools and pools[-1][0] > mean:
            before, more = pools.pop()
            mean, count = (mean * count + before * more) / (count + more), count + more
        pools.append((mean, count))
    top = max(right - (len(wanted) - 1) * step, left)
    level = [min(max(mean, left), top) for mean, count in pools for _ in range(count)]
    return [x + index * step for index, x in enumerate(level)]


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
    spots = _apart([x for x, _ in found], 15.5, place.left, place.width - 8)
    y = 10.0
    parts = []
    for (x, event_number), spot in zip(found, spots, strict=True):
        elbow = f"M{spot:.1f} {y + 7:.1f}L{x:.1f} {place.top - 4:.1f}V{place.base:.1f}"
        parts.append(tag("path", d=elbow, class_="ev"))
        parts.append(circle(spot, y, str(event_number)))
    return Markup("").join(parts)


def _terse(label: str) -> str:
    """Shorten a label as the axis is shortened; the unit stands above the chart."""
    for long, short in ((" million", " m"), (" billion", " bn"), ("US$", "$"), ("EUR ", "€")):
        label = label.replace(long, short)
    return label


def _labels(
    chart: Chart, place: Frame, labels: Labels, at: dict[str, float], column: float, covered: set[str]
) -> Markup:
    """Label the highest number of all, the highest asked about and the last, and the total of each run."""
    printed = [c for c in chart.cells if c.month not in covered]
    # A month of which only a lower end is known has a number to tell too: "at least".
    shown = [c for c in printed if c.state in ("value", "conflict") or (c.hi is None and c.lo > 0)]
    for cell in shown:
        y = place.y(cell.hi if cell.hi is not None else cell.lo)
        labels.block(at[cell.month], at[cell.month] + column, y, place.base)
    for cell in printed:
        if cell.state == "zero":
            labels.block(at[cell.month], at[cell.month] + column, place.base - place.size - 3, place.base)
    parts = []
    for run in chart.runs:
        inside = [x for text, x in at.items() if run.first <= text <= run.last and text in covered]
        if inside:
            labels.block(inside[0], inside[-1] + column, place.y(_mean(run)), place.base)
    # The last month has its number too where its column is wide enough to tell whose it is.
    last = shown[-1:] if column >= place.size else []
    groups = ([c for c in shown if _asked(chart, c.month)], shown, last)
    chosen = [max(some, key=lambda c: c.hi if c.hi is not None else c.lo) for some in groups if some]
    needed = chosen[:-1] if len(chosen) > 2 else chosen  # the last month only where there is room
    for cell in dict.fromkeys(chosen):
        top = cell.hi if cell.hi is not None else cell.lo
        text = _terse(cell.label) or short_number(cell.lo)
        if cell.hi is None and not text.startswith("≥"):
            text = f"≥ {text}"
        lift = 5.0 if cell.hi is not None and cell.state == "value" else 8.0 if cell.state == "conflict" else 20.0
        parts.append(
            labels.place(
                text,
                at[cell.month] + column / 2,
                place.y(top) - lift,
                cls="label",
                must=cell in needed,
                leader=True,
            )
        )
    for run in chart.runs:
        inside = [x for text, x in at.items() if run.first <= text <= run.last and text in covered]
        if inside:
            mid, y = (inside[0] + inside[-1] + column) / 2, place.y(_mean(run)) - 5
            text = _terse(run.label) or short_number(run.total)
            parts.append(labels.place(text, mid, y, cls="label run", must=True, leader=True))
    return Markup("").join(parts)

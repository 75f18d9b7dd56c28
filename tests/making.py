"""Figures and books made by hand, for tests that want to know every number in them."""

from __future__ import annotations

from tidewaiter.model import Figure, Flow, Interval, Measure, Origin, SeriesKey
from tidewaiter.period import Period
from tidewaiter.series.book import Book
from tidewaiter.sources.figures import figure_bounds

KEY = SeriesKey("press", "CHN", "PRK", Flow.EXPORT, "good:masks", "words", Measure.QUANTITY, "pieces")
MONEY = SeriesKey("press", "CHN", "PRK", Flow.EXPORT, "good:masks", "words", Measure.VALUE, "USD")


def key(cmd: str, measure: Measure = Measure.VALUE, unit: str = "USD", flow: Flow = Flow.EXPORT) -> SeriesKey:
    return SeriesKey("press", "CHN", "PRK", flow, cmd, "words", measure, unit)


_COUNT = 0


def figure(
    period: str,
    value: float,
    step: float = 1,
    *,
    of: SeriesKey = MONEY,
    by: str = "Reuters",
    sense: str = "",
    published: str = "2022-06-01",
) -> Figure:
    """Make a printed figure: ``value`` good to half a ``step``; a step of 0 is exact."""
    global _COUNT
    _COUNT += 1
    bounds = figure_bounds(value, step, sense) if value else Interval(0, 0)
    return Figure(
        id=f"X{_COUNT}",
        key=of,
        period=Period.parse(period),
        printed=f"{value:.0f}",
        value=value,
        bounds=bounds,
        origin=Origin(f"o{_COUNT}", by, "", "https://example.org/", published, published, family=by),
    )


def book(*figures: Figure, wholes: dict[str, str] | None = None) -> Book:
    return Book(figures, wholes=wholes)

"""Daily indicators beside the trade: the curve, its peak, its total, and the caveat that travels with it."""

from __future__ import annotations

import math

from tidewaiter.brief.gather import Asked
from tidewaiter.brief.record import Record
from tidewaiter.brief.shape import Curve
from tidewaiter.events import Day, Indicator, indicators
from tidewaiter.facts.proof import Proof, Row
from tidewaiter.findings.words import number
from tidewaiter.model import Interval
from tidewaiter.period import Period, month, month_words

__all__ = ["curves"]

NEAR = 5
"""Months that may lie between a period and an indicator set beside it."""


def curves(asked: Asked, record: Record) -> tuple[Curve, ...]:
    """Return the indicators of the partner that belong to the basket, as known on the date asked for."""
    found = []
    for indicator in indicators(asked.partner):
        if indicator.baskets and asked.basket not in indicator.baskets:
            continue
        months = Period(month(indicator.days[0].day[:7]), month(indicator.days[-1].day[:7]))
        if not months.overlaps(Period(asked.period.start - NEAR, asked.period.end + NEAR)):
            continue
        days = [day for day in indicator.days if asked.as_of is None or day.day <= asked.as_of]
        if days:
            found.append(_curve(indicator, days, record))
    return tuple(found)


def _curve(indicator: Indicator, days: list[Day], record: Record) -> Curve:
    peak = max(days, key=lambda day: day.new or 0)
    last = [day for day in days if day.cumulative is not None][-1]
    sentences = [
        record.sentence(
            f"{indicator.id}-peak",
            f"The most {indicator.noun} in a day were reported on {_words(peak.day)}: {number(peak.new or 0)}.",
            "curve-peak",
            _rows(indicator, days, peak),
            (indicator.caveat,),
            "as printed",
        ),
        record.sentence(
            f"{indicator.id}-total",
            f"By {_words(last.day)} the count stood at {number(last.cumulative or 0, 10_000)} {indicator.noun}.",
            "curve-total",
            _rows(indicator, days, last),
            (indicator.caveat,),
            "as printed",
        ),
    ]
    return Curve(
        title=indicator.title,
        unit=indicator.unit,
        alt=(
            f"Daily bars, {_words(days[0].day)} to {_words(days[-1].day)}: {indicator.noun} newly reported. Peak "
            f"{number(peak.new or 0)} on {_words(peak.day)}."
        ),
        days=tuple(day.day for day in days),
        values=tuple(day.new for day in days),
        caveat=indicator.caveat,
        sentences=tuple(sentences),
        source_line=indicator.source,
    )


def _rows(indicator: Indicator, days: list[Day], told: Day) -> tuple[Row, ...]:
    """Every day's count; the day that the sentence tells first."""
    proof = Proof()
    for day in [told, *days]:
        for what, value in (("newly reported", day.new), ("reported in all", day.cumulative)):
            proof.add(_row(indicator, days, day, what, value))
    return proof.rows


def _row(indicator: Indicator, days: list[Day], day: Day, what: str, value: float | None) -> Row:
    bounds = Interval(-math.inf, math.inf) if value is None else Interval(value, value)
    return Row(
        row=f"D{day.day.replace('-', '_')}_{what.split()[0]}_{what.split()[-1]}",
        kind="figure",
        what=f"{indicator.noun}, {what}",
        period=day.day,
        measure="count",
        unit=indicator.unit,
        value=value,
        bounds=bounds,
        printed="" if value is None else f"{value:.0f}",
        state="not known" if value is None else "value",
        publisher=indicator.source,
        published=f"{days[0].day} to {days[-1].day}",
    )


def _words(day: str) -> str:
    year, month_, number_ = (int(part) for part in day.split("-"))
    return f"{number_} {month_words(year * 12 + month_ - 1)}"

"""The table of Lunar New Years against the moon, and when a move is laid to the holiday."""

from __future__ import annotations

import itertools
import math
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from tidewaiter.findings.holidays import NEW_YEAR, holiday_note, lost
from tidewaiter.period import month


def new_moon(k: int) -> datetime:
    """Moment of a new moon (Meeus, Astronomical Algorithms, chapter 49, the largest terms): right to some minutes."""
    t = k / 1236.85
    day = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t
    sun = math.radians(2.5534 + 29.10535670 * k)
    moon = math.radians(201.5643 + 385.81693528 * k)
    node = math.radians(160.7108 + 390.67050284 * k)
    e = 1 - 0.002516 * t
    day += (
        -0.40720 * math.sin(moon) + 0.17241 * e * math.sin(sun) + 0.01608 * math.sin(2 * moon)
        + 0.01039 * math.sin(2 * node) + 0.00739 * e * math.sin(moon - sun) - 0.00514 * e * math.sin(moon + sun)
        + 0.00208 * e * e * math.sin(2 * sun) - 0.00111 * math.sin(moon - 2 * node)
    )  # fmt: skip
    return datetime(2000, 1, 1, 12, tzinfo=UTC) + timedelta(days=day - 2451545.0 - 65 / 86400)


def sun_longitude(when: datetime) -> float:
    """Apparent longitude of the sun in degrees (Meeus, chapter 25, low accuracy)."""
    t = (when - datetime(2000, 1, 1, 12, tzinfo=UTC)).total_seconds() / 86400 / 36525
    mean = 280.46646 + 36000.76983 * t
    anomaly = math.radians(357.52911 + 35999.05029 * t)
    return (mean + 1.914602 * math.sin(anomaly) + 0.019993 * math.sin(2 * anomaly) - 0.00569) % 360


def test_every_new_year_is_that_of_the_moon_and_the_sun() -> None:
    """Month 11 holds the winter solstice; of 13 months to the next the first without a principal term is a leap month."""
    china = timedelta(hours=8)
    days = [(new_moon(k) + china).date() for k in range(-20, 470)]

    def term(day: date) -> int:
        """Which twelfth of its way the sun is in when a day begins in China."""
        return int(sun_longitude(datetime(day.year, day.month, day.day, tzinfo=UTC) - china) // 30)

    months = list(itertools.pairwise(days))
    eleventh = [at for at, (first, after) in enumerate(months) if term(first) <= 8 and term(after) == 9]
    found = {}
    for at, following in itertools.pairwise(eleventh):
        inside = months[at:following]
        bare = [first for first, after in inside if term(first) == term(after)]
        leap = bare[0] if len(inside) == 13 else None
        start = [first for first, _ in inside if first != leap][2]
        found[start.year] = start
    assert {year: found[year] for year in range(2000, 2036)} == NEW_YEAR


def test_lost_days_are_counted_by_month() -> None:
    assert sum(lost(2023, place) for place in range(3)) == 17
    assert lost(2015, 1) == 14
    assert lost(2015, 2) == 3
    assert NEW_YEAR[2023] == date(2023, 1, 22)


def history(start: str, end: str, level: float = 100.0) -> np.ndarray:
    return np.full(month(end) - month(start) + 1, level)


@pytest.mark.parametrize(
    ("sides", "when", "value", "told"),
    [
        # February 2023 was whole after a holiday in January; the years before lost days of it
        (("CHN", "PRK"), "2023-02", 180.0, True),
        (("DEU", "VNM"), "2023-02", 180.0, True),
        (("DEU", "KGZ"), "2023-02", 180.0, False),
        (("CHN", "PRK"), "2023-02", 900.0, False),  # no holiday does that
        (("CHN", "PRK"), "2023-02", 60.0, False),  # the wrong way
        (("CHN", "PRK"), "2023-01", 60.0, True),
        (("CHN", "PRK"), "2023-01", 170.0, False),
        (("CHN", "PRK"), "2023-06", 180.0, False),
    ],
)
def test_a_move_is_laid_to_the_holiday_only_where_it_may_be(
    sides: tuple[str, str], when: str, value: float, told: bool
) -> None:
    values = history("2018-01", when)
    # the years before: February loses what the holiday takes
    start = month("2018-01")
    for at in range(len(values) - 1):
        if (start + at) % 12 == 1:
            values[at] = 80.0
    if when == "2023-02":
        values[-2] = 60.0 if value < 200 else 100.0
        values[at - 11 : at - 10] = 220.0  # one January and February that were large together
    values[-1] = value
    found = holiday_note(sides, month(when), values, 100.0)
    assert bool(found) is told, found
    if told:
        assert "22 January 2023" in found
        assert "1 February" in found


def test_both_months_together_a_record_is_no_holiday() -> None:
    values = history("2018-01", "2023-02")
    values[-2:] = 130.0, 180.0
    assert holiday_note(("CHN", "PRK"), month("2023-02"), values, 100.0) == ""
    values[-2:] = 15.0, 180.0
    assert "together are no more" in holiday_note(("CHN", "PRK"), month("2023-02"), values, 100.0)
    values[-2] = np.nan
    assert "together" not in holiday_note(("CHN", "PRK"), month("2023-02"), values, 100.0)

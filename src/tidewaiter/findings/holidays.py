"""Lunar New Year: trade that moves between January and February, or into March, because the holiday does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from tidewaiter.period import month_words

__all__ = ["KEEPING", "NEW_YEAR", "holiday_note"]

NEW_YEAR: Final = {
    when.year: when
    for when in map(
        date.fromisoformat,
        [
            "2000-02-05",
            "2001-01-24",
            "2002-02-12",
            "2003-02-01",
            "2004-01-22",
            "2005-02-09",
            "2006-01-29",
            "2007-02-18",
            "2008-02-07",
            "2009-01-26",
            "2010-02-14",
            "2011-02-03",
            "2012-01-23",
            "2013-02-10",
            "2014-01-31",
            "2015-02-19",
            "2016-02-08",
            "2017-01-28",
            "2018-02-16",
            "2019-02-05",
            "2020-01-25",
            "2021-02-12",
            "2022-02-01",
            "2023-01-22",
            "2024-02-10",
            "2025-01-29",
            "2026-02-17",
            "2027-02-06",
            "2028-01-26",
            "2029-02-13",
            "2030-02-03",
            "2031-01-23",
            "2032-02-11",
            "2033-01-31",
            "2034-02-19",
            "2035-02-08",
        ],
    )
}
"""First day of the lunar year, by the Hong Kong Observatory's Gregorian-lunar conversion tables. Korea and Viet Nam keep the
same day but where a new moon falls about midnight: Viet Nam's was a day earlier in 2007 and 2030."""

KEEPING: Final = frozenset({"CHN", "HKG", "KOR", "MAC", "PRK", "SGP", "TWN", "VNM", "S19"})
"""Countries where factories and customs stand still for it; S19 is other Asia, which is mostly Taiwan."""

_BEFORE, _AFTER = 4, 12
"""Days before and after New Year's Day that count as lost."""
_DAYS: Final = 4.0
"""Lost days more or fewer than usual that can be felt in a month."""
_MOST: Final = 3.0
"""A month is not tripled, nor cut to a third, by a holiday."""


def holiday_note(sides: tuple[str, ...], month: int, values: Any, expected: float) -> str:
    """Say that a move may be the holiday's, and what January and February say together where both are known.

    Parameters
    ----------
    sides
        The countries on both sides of the flow.
    month
        Number of the last month of ``values``.
    values
        float64 ``[n_months]``; NaN where not known.
    expected
        What was expected of the month.

    Returns
    -------
    str
        Empty where no side keeps the day, the days lost are about those of the years before, the move is the wrong way or too
        large, or January and February together are more (less) than in any year before, too.
    """
    kept = [side for side in sides if side in KEEPING]
    year, place = divmod(month, 12)
    if not kept or place > 2 or year not in NEW_YEAR or len(values) < 13:
        return ""
    now = float(values[-1])
    years = [one for one in range(year - 1, year - 1 - (len(values) - 1) // 12, -1) if one in NEW_YEAR]
    if not years or not now > 0:
        return ""
    days = lost(year, place) - float(np.mean([lost(one, place) for one in years]))
    up = now > expected
    if (up and days > -_DAYS) or (not up and days < _DAYS):
        return ""
    if not expected > 0 or not 1 / _MOST <= now / expected <= _MOST:
        return ""
    day = NEW_YEAR[year]
    told = f"may be the holiday: Lunar New Year was on {day.day} {month_words(day.year * 12 + day.month - 1)}"
    before = NEW_YEAR[year - 1]
    told += f", the year before on {before.day} {month_words(before.year * 12 + before.month - 1).split()[0]}"
    if place == 1:
        sums = [float(values[-2 - 12 * back] + values[-1 - 12 * back]) for back in range((len(values) - 2) // 12 + 1)]
        earlier = [one for one in sums[1:] if not np.isnan(one)]
        if not np.isnan(sums[0]) and earlier:
            if sums[0] > max(earlier) if up else sums[0] < min(earlier):
                return ""
            told += "; January and February together are " + (
                "no more than they once were" if up else "no less than they once were"
            )
    return told


def lost(year: int, place: int) -> int:
    """Count the days of the holiday that lie in a month (0 is January).

    Examples
    --------
    >>> lost(2023, 0), lost(2023, 1), lost(2024, 0), lost(2024, 1)
    (14, 3, 0, 17)
    """
    first = NEW_YEAR[year] - timedelta(days=_BEFORE)
    return sum((first + timedelta(days=at)).month == place + 1 for at in range(_BEFORE + _AFTER + 1))

"""What a printed number says, with the word beside it: the table of rounding words.

The table is documented in ``docs/claims.md``. A plain number is good to half a unit of its last printed digit. The
margin of a word is one unit of the last printed digit, or a tenth of the number where that is less, and never less
than the number's own rounding.
"""

from __future__ import annotations

import math
from typing import Final

from tidewaiter.claims.model import Said
from tidewaiter.model import Interval

__all__ = ["FRACTIONS", "HEDGES", "ORDERS", "half_steps", "said", "said_fraction", "said_order"]

HEDGES: Final[dict[str, str]] = {
    "": "plain",
    "exactly": "exact",
    "about": "around",
    "around": "around",
    "approximately": "around",
    "roughly": "around",
    "some": "around",
    "circa": "around",
    "an estimated": "around",
    "nearly": "below",
    "almost": "below",
    "close to": "below",
    "just under": "below",
    "just below": "below",
    "just short of": "below",
    "slightly less than": "below",
    "just over": "above",
    "slightly more than": "above",
    "a little over": "above",
    "slightly over": "above",
    "more than": "more",
    "over": "more",
    "above": "more",
    "exceeding": "more",
    "upwards of": "more",
    "at least": "more",
    "no less than": "more",
    "not less than": "more",
    "less than": "less",
    "under": "less",
    "below": "less",
    "fewer than": "less",
    "at most": "less",
    "up to": "less",
    "no more than": "less",
    "not more than": "less",
}
"""Each word and the sense it gives a number; the senses are those of :func:`said`."""

FRACTIONS: Final[dict[str, float]] = {
    "half": 1 / 2,
    "a third": 1 / 3,
    "two thirds": 2 / 3,
    "a quarter": 1 / 4,
    "three quarters": 3 / 4,
    "a fifth": 1 / 5,
    "two fifths": 2 / 5,
    "three fifths": 3 / 5,
    "four fifths": 4 / 5,
    "a sixth": 1 / 6,
    "a seventh": 1 / 7,
    "an eighth": 1 / 8,
    "a ninth": 1 / 9,
    "a tenth": 1 / 10,
}
"""Parts of a whole; good to a tenth of the part: a fifth is 18 to 22 per cent."""

ORDERS: Final[dict[str, Interval]] = {
    "a couple": Interval(2, 3),
    "a few": Interval(2, 6),
    "a handful": Interval(2, 10),
    "several": Interval(3, 10),
    "dozens": Interval(24, 144),
    "scores": Interval(40, 200),
    "tens": Interval(20, 100),
    "hundreds": Interval(200, 1000),
    "thousands": Interval(2000, 10_000),
    "tens of thousands": Interval(20_000, 100_000),
    "hundreds of thousands": Interval(200_000, 1_000_000),
    "millions": Interval(2_000_000, 10_000_000),
    "tens of millions": Interval(20_000_000, 100_000_000),
    "hundreds of millions": Interval(200_000_000, 1_000_000_000),
    "billions": Interval(2_000_000_000, 10_000_000_000),
}
"""Words that tell an order of magnitude only."""


def half_steps(value: float, step: float) -> tuple[float, float]:
    """Return how far below and above a printed number the true one can lie.

    A lone leading 1 is rounded to from nearer below: 95 and 149 are both 100 to one digit.

    Examples
    --------
    >>> half_steps(1_400_000, 100_000), half_steps(100, 100), half_steps(5, 0)
    ((50000.0, 50000.0), (5.0, 50.0), (0.0, 0.0))
    """
    half = step / 2
    return (half / 10 if step and abs(value) == step else half), half


def said(printed: str, value: float, step: float, hedge: str = "") -> Said:
    """Return a printed number with the interval that it says.

    Parameters
    ----------
    printed
        As it was printed: ``1.4 million``, ``a fifth``, ``hundredfold``.
    value
        In plain units; below zero for a fall.
    step
        The unit of the last printed digit; 0 for a number that is exact.
    hedge
        A word of :data:`HEDGES`, lower case.

    Raises
    ------
    KeyError
        If the word is in no table.

    Examples
    --------
    >>> said("10.68 million", 10_680_000, 10_000).bounds
    Interval(lo=10675000.0, hi=10685000.0)
    >>> said("95,000", 95_000, 1_000, "almost").bounds
    Interval(lo=94000.0, hi=95000.0)
    >>> said("7.48 million", 7_480_000, 10_000, "about").bounds
    Interval(lo=7470000.0, hi=7490000.0)
    >>> said("100", 100, 100).bounds, said("3.5 million", 3_500_000, 100_000, "more than").bounds
    (Interval(lo=95.0, hi=150.0), Interval(lo=3500000.0, hi=inf))
    >>> said("1 billion", 1e9, 1e9, "nearly").bounds
    Interval(lo=900000000.0, hi=1000000000.0)
    >>> said("82.4", -82.4, 0.1).bounds
    Interval(lo=-82.45, hi=-82.35000000000001)
    """
    sense = HEDGES[hedge]
    size = abs(value)
    below, above = half_steps(value, step)
    unit = min(step, size / 10)
    down, margin = max(below, unit), max(above, unit)
    if sense == "plain":
        lo, hi = size - below, size + above
    elif sense == "exact":
        lo = hi = size
    elif sense == "around":
        lo, hi = size - down, size + margin
    elif sense == "below":
        lo, hi = size - down, size
    elif sense == "above":
        lo, hi = size, size + margin
    elif sense == "more":
        lo, hi = size, math.inf
    else:
        lo, hi = 0.0, size
    lo = max(0.0, lo)
    bounds = Interval(-float(hi), -float(lo)) if value < 0 else Interval(float(lo), float(hi))
    return Said(printed, value, step, bounds, hedge)


def said_fraction(printed: str) -> Said:
    """Return a part of a whole in words, in per cent.

    Examples
    --------
    >>> said_fraction("a fifth").bounds
    Interval(lo=18.0, hi=22.0)
    """
    part = FRACTIONS[printed] * 100
    return Said(printed, part, 0.0, Interval(part * 0.9, part * 1.1))


def said_order(printed: str) -> Said:
    """Return a number of which only the order of magnitude was printed.

    Examples
    --------
    >>> said_order("dozens").bounds
    Interval(lo=24, hi=144)
    """
    bounds = ORDERS[printed]
    return Said(printed, bounds.lo, 0.0, bounds)

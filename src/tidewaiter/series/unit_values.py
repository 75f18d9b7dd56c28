"""Unit values: what a piece or a kilogram cost, what is usual for it, and what looks misread.

A unit value is value divided by quantity, or by net weight. Where it lies far outside what is usual, the first question
is about the data: a quantity in thousands read as pieces (pieces of 4 cents "at 40 dollars each"), a change of unit.

Examples
--------
>>> masks = usual([0.0301, 0.0125, 0.0257, 0.041, 0.036, 0.029, 0.033, 0.028])
>>> found = propose_scale(57680 / 1442, masks)
>>> found.factor, found.words
(1000.0, 'the quantity is in thousands')
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import median
from typing import Final, NamedTuple

__all__ = ["Slip", "Usual", "propose_scale", "propose_scale_by_weight", "unit_value", "unit_values", "usual"]

_WIDTH: Final = 3.5
"""How many robust standard deviations are still usual (Iglewicz and Hoaglin's cut for modified z-scores)."""

_LEAST_SPREAD: Final = math.log(1.5) / _WIDTH
"""Goods under one code differ; closer bounds than a factor of 1.5 either way would flag ordinary months."""

_LEAST: Final = 4
"""Fewer unit values than this say nothing of what is usual."""

_SCALES: Final = (
    (1000.0, "the quantity is in thousands"),
    (0.001, "the quantity is given in pieces where thousands are usual, or the value in thousands"),
    (10000.0, "the quantity is in units of ten thousand (万, 만)"),
    (100.0, "the quantity is in hundreds"),
    (1_000_000.0, "the quantity is in millions"),
)
"""Slips that happen, the commonest first: what the printed quantity has to be multiplied with, and why. Pairs and
dozens are not among them: a factor of two or twelve may be a price."""

_SMALL: Final = {4: 1.363, 5: 1.206, 6: 1.200, 7: 1.140, 8: 1.129, 9: 1.107}
"""What the median absolute deviation of so few values has to be multiplied with to be unbiased; n / (n - 0.8) beyond
(Croux and Rousseeuw 1992, Time-efficient algorithms for two highly robust estimators of scale)."""


class Usual(NamedTuple):
    """What a unit value usually is: robust bounds on the logarithmic scale.

    ``n`` is how many values they rest on.
    """

    middle: float
    lo: float
    hi: float
    n: int

    def holds(self, value: float) -> bool:
        """Whether a unit value is within the bounds."""
        return self.lo <= value <= self.hi


class Slip(NamedTuple):
    """A misreading that would bring a unit value back to what is usual.

    Parameters
    ----------
    factor
        What the quantity has to be multiplied with.
    printed, corrected
        The unit value as it stands, and as it would be.
    words
        The reading, as a clause.
    by
        What shows it: ``history`` of the unit value, or ``weight`` of a piece.
    """

    factor: float
    printed: float
    corrected: float
    words: str
    by: str = "history"


def unit_value(value: float | None, quantity: float | None) -> float | None:
    """Divide a value by a quantity; ``None`` where either is not known or not above zero.

    A quantity of zero beside a value is a quantity that was not recorded, not a price without bounds.
    """
    if value is None or quantity is None or not (value > 0 and quantity > 0):
        return None
    ratio = value / quantity
    return ratio if 0 < ratio < math.inf else None


def unit_values(values: Iterable[float | None], quantities: Iterable[float | None]) -> list[float | None]:
    """Divide month by month; see :func:`unit_value`."""
    return [unit_value(v, q) for v, q in zip(values, quantities, strict=True)]


def usual(values: Iterable[float | None], least: int = _LEAST) -> Usual | None:
    """Say what unit values are usual for a code.

    Parameters
    ----------
    values
        Unit values of the code's own past, or of its trade with all partners; unknown ones are passed over.
    least
        How many are needed.

    Returns
    -------
    Usual or None
        Median and median plus or minus 3.5 robust standard deviations (1.4826 times the median absolute deviation,
        corrected for how few they are) of the logarithms, at least a factor of 1.5 either way; ``None`` if there are too
        few.
    """
    logs = [math.log(value) for value in values if value is not None and 0 < value < math.inf]
    if len(logs) < least:
        return None
    middle = median(logs)
    few = _SMALL.get(len(logs), len(logs) / (len(logs) - 0.8))
    spread = max(1.4826 * few * median(abs(one - middle) for one in logs), _LEAST_SPREAD)
    return Usual(math.exp(middle), math.exp(middle - _WIDTH * spread), math.exp(middle + _WIDTH * spread), len(logs))


def propose_scale(printed: float, normal: Usual) -> Slip | None:
    """Propose the slip of scale that explains a unit value, if one does.

    Parameters
    ----------
    printed
        The unit value as it stands.
    normal
        What is usual (:func:`usual`).

    Returns
    -------
    Slip or None
        ``None`` if the unit value is usual, or no slip brings it near; never applied, only proposed. Of several that
        would do, the one that comes nearest to the middle.
    """
    if normal.holds(printed) or not 0 < printed < math.inf:
        return None
    fits = [(abs(math.log(printed / scale / normal.middle)), -rank, scale, words)
            for rank, (scale, words) in enumerate(_SCALES) if normal.holds(printed / scale)]  # fmt: skip
    if not fits:
        return None
    _, _, scale, words = min(fits)
    return Slip(scale, printed, printed / scale, words)


def propose_scale_by_weight(weight_kg: float, pieces: float, usual_kg: Usual, value: float) -> Slip | None:
    """Propose a slip from the weight of a piece: 3.5 kg is no mask, 3.5 g is.

    Parameters
    ----------
    weight_kg, pieces
        Net weight and quantity of the same months.
    usual_kg
        What a piece usually weighs, in kilograms.
    value
        The value of the same months, for the unit value before and after.

    Returns
    -------
    Slip or None
        As :func:`propose_scale`, with unit values in money.

    Examples
    --------
    >>> mask = Usual(0.0035, 0.002, 0.006, 20)
    >>> propose_scale_by_weight(26_000, 7_488, mask, 183_796).factor
    1000.0
    """
    each = unit_value(weight_kg, pieces)
    price = unit_value(value, pieces)
    if each is None or price is None:
        return None
    found = propose_scale(each, usual_kg)
    if found is None:
        return None
    return Slip(found.factor, price, price / found.factor, found.words, "weight")

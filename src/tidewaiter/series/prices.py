"""Unit values over a series: each period's value per piece and per kilogram, what is usual, and where the unit changes.

A change of unit is a break and is shown. A unit value that lies outside what is usual is a question about the data
before it is news about a price: where a slip of scale explains it, the slip is proposed, never applied.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from tidewaiter.codes.units import UnitBreak, factor, unit, unit_breaks
from tidewaiter.model import Interval
from tidewaiter.period import Period
from tidewaiter.series.unit_values import Slip, Usual, propose_scale, propose_scale_by_weight, usual

__all__ = ["Amount", "Price", "PriceSeries", "price_series", "unit_price"]

_KG: Final = "kg"


class Amount(msgspec.Struct, frozen=True):
    """What was traded in one period: value, and quantity and weight as far as they were recorded.

    Parameters
    ----------
    period
        A month, or a longer run.
    value
        Bounds of the value.
    quantity
        Bounds of the quantity in ``unit``, or ``None`` if it was not recorded.
    unit
        Id of a unit (:func:`tidewaiter.codes.units.all_units`); empty without a quantity.
    weight_kg
        Bounds of the net weight, or ``None``.
    note
        What has to be said of it.
    """

    period: Period
    value: Interval
    quantity: Interval | None = None
    unit: str = ""
    weight_kg: Interval | None = None
    note: str = ""


class Price(msgspec.Struct, frozen=True):
    """The unit values of one period.

    Parameters
    ----------
    amount
        What they are computed from.
    each
        Value per base unit (an item, a kilogram, a litre), whatever multiple of it was printed; ``None`` if unknown.
    base
        That base unit.
    per_kg
        Value per kilogram.
    usual
        What is usual for ``each``, without this period itself; ``None`` if too little is known.
    unusual
        Whether every number that the rounding leaves possible lies outside.
    slip
        The slip of scale that would explain it.
    """

    amount: Amount
    each: Interval | None
    base: str
    per_kg: Interval | None
    usual: Usual | None
    unusual: bool
    slip: Slip | None


class PriceSeries(msgspec.Struct, frozen=True):
    """Unit values in order of time, and the breaks of unit between them.

    ``breaks`` pairs the period after a break with it. ``usual_each`` and ``usual_kg`` are over all that is known, for
    reading; each period is judged without itself.
    """

    prices: tuple[Price, ...]
    breaks: tuple[tuple[Period, UnitBreak], ...]
    usual_each: Usual | None
    usual_kg: Usual | None


def unit_price(value: Interval, quantity: Interval | None) -> Interval | None:
    """Divide bounds of a value by bounds of a quantity; ``None`` where either may be zero or is open.

    Examples
    --------
    >>> unit_price(Interval(57680, 57680), Interval(1442, 1442))
    Interval(lo=40.0, hi=40.0)
    >>> unit_price(Interval(1, 1), Interval(0, 0)) is None
    True
    """
    if quantity is None or value.lo <= 0 or quantity.lo <= 0 or not (value.is_bounded and quantity.is_bounded):
        return None
    found = Interval(value.lo / quantity.hi, value.hi / quantity.lo)
    return found if found.lo > 0 and found.is_bounded else None


def _base_quantity(amount: Amount) -> tuple[Interval | None, str]:
    """Return the quantity in the base unit of its dimension, and that unit."""
    if amount.quantity is None or not amount.unit or unit(amount.unit).is_none:
        return None, ""
    own = unit(amount.unit)
    ratio = own.factor
    return Interval(amount.quantity.lo * ratio, amount.quantity.hi * ratio), own.base


def _weight(amount: Amount) -> Interval | None:
    """Return the weight: as recorded, or the quantity where that is one."""
    if amount.weight_kg is not None and amount.weight_kg.lo > 0:
        return amount.weight_kg
    if amount.quantity is not None and amount.unit:
        ratio = factor(unit(amount.unit), unit(_KG))
        if ratio is not None:
            return Interval(amount.quantity.lo * ratio, amount.quantity.hi * ratio)
    return None


def _middle(bounds: Interval) -> float:
    return math.sqrt(bounds.lo * bounds.hi)


def price_series(amounts: Iterable[Amount], others: Sequence[Amount] = ()) -> PriceSeries:
    """Compute unit values, say what is usual, and propose slips of scale.

    Parameters
    ----------
    amounts
        The series, in order of time; longer periods may stand among months.
    others
        Amounts of the same goods in other books that may be compared: the same reporter's trade with other partners.

    Returns
    -------
    PriceSeries
        A period is judged by the other periods and ``others``, at least four of the same base unit; it is unusual if it
        lies outside the median plus or minus 3.5 robust standard deviations of their logarithms
        (:func:`tidewaiter.series.unit_values.usual`).
    """
    own = list(amounts)
    every = [*own, *others]
    each = [unit_price(one.value, _base_quantity(one)[0]) for one in every]
    bases = [_base_quantity(one)[1] for one in every]
    per_kg = [unit_price(one.value, _weight(one)) for one in every]
    heavy = [_weight_of_one(one) for one in every]
    prices = []
    for n, amount in enumerate(own):
        base, price = bases[n], each[n]
        apart = [m >= len(own) or _apart(own[m].period, amount.period) for m in range(len(every))]
        rest = [_middle(p) for m, p in enumerate(each) if p is not None and apart[m] and bases[m] == base]
        normal = usual(rest)
        unusual, slip = False, None
        if price is not None and normal is not None:
            unusual = price.hi < normal.lo or price.lo > normal.hi
            slip = propose_scale(_middle(price), normal) if unusual else None
        if price is not None and slip is None and base == "items":
            slip = _by_weight(amount, [one for m, one in enumerate(heavy) if apart[m]])
            unusual = unusual or slip is not None
        prices.append(Price(amount, price, base, per_kg[n], normal, unusual, slip))
    breaks = tuple((own[one.position].period, one) for one in unit_breaks([one.unit or None for one in own]))
    bases_there = [base for base in bases[: len(own)] if base]
    main = max(set(bases_there), key=lambda one: (bases_there.count(one), one)) if bases_there else ""
    all_each = usual(_middle(p) for p, base in zip(each, bases, strict=True) if p is not None and base == main)
    return PriceSeries(tuple(prices), breaks, all_each, usual(_middle(p) for p in per_kg if p is not None))


def _apart(one: Period, other: Period) -> bool:
    """Whether two periods share no month: what judges a period must not contain it."""
    return one.end < other.start or other.end < one.start


def _weight_of_one(amount: Amount) -> float | None:
    """Return what a piece weighs, in kilograms, where pieces and weight are both recorded."""
    quantity, base = _base_quantity(amount)
    if base != "items" or quantity is None or amount.weight_kg is None:
        return None
    found = unit_price(amount.weight_kg, quantity)
    return None if found is None else _middle(found)


def _by_weight(amount: Amount, heavy: Sequence[float | None]) -> Slip | None:
    """Propose a slip from the weight of a piece, by what pieces weighed in the other periods."""
    normal = usual(heavy)
    quantity, _ = _base_quantity(amount)
    if normal is None or quantity is None or amount.weight_kg is None or quantity.lo <= 0 or amount.weight_kg.lo <= 0:
        return None
    return propose_scale_by_weight(_middle(amount.weight_kg), _middle(quantity), normal, _middle(amount.value))

"""For candidates only: when a level moved, and what of a change is price and what is quantity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tidewaiter.detect.run import basis
from tidewaiter.errors import InputError

__all__ = ["LevelShift", "level_shift", "price_and_quantity"]

Floats = NDArray[np.float64]

MARGIN = 4
"""Months with trade that a level must last, on either side, to be one."""
SURE = 7.0
"""Gain in log likelihood above which there is a shift: the best of some fifty places gains 3 to 4 by chance."""
ROUNDS = 12
T_DEGREES = 3.0
RIDGE = np.array([1e-6, 1.0, 1.0, 1.0, 2.0, 2.0, 1e-3])


@dataclass(frozen=True)
class LevelShift:
    """Where the level of a series moved most.

    Attributes
    ----------
    month
        First month of the new level, an index into the series; None where no shift is sure.
    factor
        New level over old.
    gain
        Log likelihood gained by the shift.
    earliest, latest
        Months that are nearly as likely (within 2 units of log likelihood).
    """

    month: int | None
    factor: float
    gain: float
    earliest: int
    latest: int


def level_shift(values: ArrayLike, season: int = 12) -> LevelShift:
    """Find the one month from which on a series lies on another level.

    For every month a regression of the logs on level, trend, two harmonics and a step is fitted with t(3) weights, so that
    outliers do not pass for steps; the likeliest step wins. Of the kind of Rousseeuw, Perrotta, Riani and Hubert (2019).

    Parameters
    ----------
    values
        [n_months]; NaN not known, 0 no trade; both are passed over.
    season
        Steps in a year.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> level_shift(np.exp(rng.normal(10, 0.2, 48)) * np.where(np.arange(48) < 27, 1, 4)).month
    27
    """
    row = np.asarray(values, dtype=np.float64)
    if row.ndim != 1:
        raise InputError(f"values must be one series; got shape {row.shape}")
    if (row < 0).any():
        raise InputError(f"{np.nanmin(row):g} is no amount of trade; amounts are 0 or more")
    at = np.flatnonzero(np.nan_to_num(row) > 0)
    nothing = LevelShift(None, 1.0, 0.0, 0, len(row) - 1)
    if len(at) < 2 * MARGIN + 4:
        return nothing
    y = np.log(row[at])
    y = y - np.median(y)
    x = basis(len(row), len(row) - 1, season)[at]
    x[:, 1] -= x[:, 1].mean()
    places = np.arange(MARGIN, len(at) - MARGIN + 1)
    steps = (np.arange(len(at)) >= places[:, None]).astype(np.float64)
    none, _ = _fit(x[None], y)
    design = np.concatenate([np.broadcast_to(x, (len(places), *x.shape)), steps[:, :, None]], axis=2)
    likelihood, beta = _fit(design, y)
    best = int(np.argmax(likelihood))
    gain = float(likelihood[best] - none[0])
    near = at[places[likelihood >= likelihood[best] - 2.0]]
    if gain < SURE:
        return LevelShift(None, 1.0, gain, int(near[0]), int(near[-1]))
    return LevelShift(int(at[places[best]]), float(np.exp(beta[best, -1])), gain, int(near[0]), int(near[-1]))


def _fit(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """T regressions for a stack of designs [k, n, p]: profile log likelihood [k] and coefficients [k, p]."""
    k, n, p = x.shape
    w = np.ones((k, n))
    scale2 = np.full(k, float(np.median(np.abs(y)) ** 2 * 2.2 + 1e-4))
    ridge = np.diag(RIDGE[:p])
    beta = np.zeros((k, p))
    for step in range(ROUNDS):
        wx = x * w[:, :, None]
        gram = np.matmul(wx.transpose(0, 2, 1), x) + ridge * scale2[:, None, None]
        beta = np.linalg.solve(gram, np.matmul(wx.transpose(0, 2, 1), y)[:, :, None])[:, :, 0]
        left2 = (y - np.matmul(x, beta[:, :, None])[:, :, 0]) ** 2
        if step == 0:
            scale2 = np.median(left2, axis=1) * 2.2 + 1e-6
        w = (T_DEGREES + 1.0) / (T_DEGREES + left2 / scale2[:, None])
        scale2 = (w * left2).mean(1) + 1e-6
    each = -0.5 * (T_DEGREES + 1.0) * np.log1p(left2 / (T_DEGREES * scale2[:, None])) - 0.5 * np.log(scale2)[:, None]
    return each.sum(1), beta


def price_and_quantity(
    value_before: ArrayLike, value_after: ArrayLike, quantity_before: ArrayLike, quantity_after: ArrayLike
) -> tuple[Floats, Floats]:
    """Split changes of value into a part by price and a part by quantity that add up exactly (LMDI, Ang 2005).

    Parameters
    ----------
    value_before, value_after, quantity_before, quantity_after
        Arrays of one shape, above zero; where one of them is not, the split is NaN.

    Returns
    -------
    tuple
        Change by price, change by quantity; their sum is ``value_after - value_before``.

    Examples
    --------
    >>> price, quantity = price_and_quantity([100.0], [600.0], [10.0], [30.0])
    >>> price.round(1).tolist(), quantity.round(1).tolist()
    ([193.4], [306.6])
    """
    v0, v1, q0, q1 = (np.asarray(a, np.float64) for a in (value_before, value_after, quantity_before, quantity_after))
    ok = (v0 > 0) & (v1 > 0) & (q0 > 0) & (q1 > 0)
    a, b, c, d = (np.where(ok, z, 1.0) for z in (v0, v1, q0, q1))
    ratio = np.log(b / a)
    flat = np.abs(ratio) < 1e-12
    mean = np.where(flat, a, (b - a) / np.where(flat, 1.0, ratio))
    by_quantity = mean * np.log(d / c)
    by_price = (b - a) - by_quantity
    return np.where(ok, by_price, np.nan), np.where(ok, by_quantity, np.nan)

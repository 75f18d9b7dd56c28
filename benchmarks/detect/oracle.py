"""How well anything could do: the likelihood ratio of an observer who knows every constant the series were made with.

It knows each series' level, season, drift, past shifts, noise and occurrence, and the sizes and frequencies of the labelled
events, and not only what 72 months let estimate. By Neyman and Pearson no method finds more events in all at the same rate of
false alarms. Silent months between two months with trade are bridged as the scan does, so that the bound is exact but for them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.detect.trade import SHIFT_MONTHS, SHIFTS, SILENCE, SURGES, Labelled

__all__ = ["oracle_score"]

Floats = NDArray[np.float64]
WINDOW = 8
START_FROM, START_TO = np.log(0.3), np.log(10.0)


def _log_t(x: Floats, scale: Floats) -> Floats:
    """Log density of Student's t with 4 degrees of freedom."""
    return np.asarray(np.log(0.375) - np.log(scale) - 2.5 * np.log1p((x / scale) ** 2 / 4.0))


def _path(z: Floats, carry: Floats, scale: Floats, months: int) -> Floats:
    """Log density of the last ``months`` residuals [n, WINDOW], tested month first, each given the nearest one before it."""
    out = np.zeros(len(z))
    for j in range(months):
        seen = ~np.isnan(z[:, j])
        before, power = np.zeros(len(z)), np.zeros(len(z))
        open_ = np.ones(len(z), bool)
        for k in range(j + 1, WINDOW):
            here = open_ & ~np.isnan(z[:, k])
            before = np.where(here, z[:, k], before)
            power = np.where(here, carry ** (k - j), power)
            open_ &= ~here
        fresh = scale * np.sqrt(1.0 - power**2)
        out += np.where(seen, _log_t(np.nan_to_num(z[:, j]) - power * before, fresh), 0.0)
    return out


def oracle_score(made: Labelled) -> Floats:
    """Return the log likelihood ratio [n] of a labelled event against none; the three kinds are equally frequent."""
    if made.truth is None:
        raise ValueError("these series came without their truth")
    truth = made.truth
    last = made.values[:, : -WINDOW - 1 : -1]
    with np.errstate(divide="ignore"):
        logs = np.where(last > 0, np.log(last), np.nan)
    z = logs - truth.mean[:, : -WINDOW - 1 : -1]
    scale = truth.sd / np.sqrt(2.0)  # the recipe's noise has unit variance, t(4) has variance 2
    trade = ~np.isnan(z[:, 0])
    quiet = _path(z, truth.carry, scale, SHIFT_MONTHS)
    surge, shift = [], []
    for k in SURGES:
        moved = z.copy()
        moved[:, 0] -= np.log(k)
        surge.append(_path(moved, truth.carry, scale, SHIFT_MONTHS))
    for k in SHIFTS:
        moved = z.copy()
        moved[:, :SHIFT_MONTHS] -= np.log(k)
        shift.append(_path(moved, truth.carry, scale, SHIFT_MONTHS))
    rare = -np.log(made.occurrence)
    kinds = [np.logaddexp.reduce(x) - np.log(len(x)) - quiet + rare for x in (surge, shift)]
    silent = (made.values[:, -1 - SILENCE : -1] == 0).all(1)
    above = logs[:, 0] - truth.centre
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = silent & (above > START_FROM) & (above < START_TO)
        start = rare - SILENCE * np.log1p(-made.occurrence) - np.log(START_TO - START_FROM)
        start = np.where(inside, start - _path(z, truth.carry, scale, 1), -np.inf)
    kinds.append(start)
    with np.errstate(invalid="ignore"):
        every = np.logaddexp.reduce(kinds) - np.log(len(kinds))
    return np.where(trade, every, -np.inf)

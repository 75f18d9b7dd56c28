"""The hurdle: how often flows trade at all, how often silent ones restart, pooled over all flows in the same state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect.measured import Measured

__all__ = ["FIRST_GAP", "Silences", "gap_class", "learn_silences", "occupancy"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OCCUPANCY = np.array([0.02, 0.04, 0.07, 0.1, 0.14, 0.18, 0.22, 0.27, 0.33, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97])
GAPS = np.array([1, 2, 3, 4, 6, 9, 12, 18, 24, 36])
FIRST_GAP = 6
"""Silent months after which trade counts as a start."""
FEW = 6
"""Known months below which a silence says nothing."""


@dataclass(frozen=True)
class Silences:
    """Rates by how often a series trades when it is not in its present silence, and by how long that silence is.

    Attributes
    ----------
    starts
        Share of all months that are a start after at least that gap.
    restarts
        Share of so silent series that trade in the next month.
    runs
        Share of all months that end a silence of at least that length.
    """

    starts: Floats
    restarts: Floats
    runs: Floats


def occupancy(m: Measured) -> Ints:
    """Classes of how often a series trades when it is not in its present silence; the last class: never seen."""
    active = m["active"]
    share = active / np.maximum(m["known"] - np.where(active > 0, m["gap"], 0), 1)
    return np.where(active > 0, np.searchsorted(OCCUPANCY, share), len(OCCUPANCY) + 1).astype(np.int64)


def gap_class(gap: Floats) -> Ints:
    """Classes of the length of a silence."""
    return np.searchsorted(GAPS, gap, side="right").astype(np.int64)


def learn_silences(months: list[Measured]) -> Silences:
    """Count them in earlier months; rates no month has shown are kept above zero by half a case."""
    shape = (len(OCCUPANCY) + 2, len(GAPS) + 1)
    at_risk, back, silent = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for m in months:
        ok = (m["now"] != np.inf) & (m["known"] >= FEW)
        state, gap, now = occupancy(m)[ok], m["gap"][ok], m["now"][ok]
        trade = np.isfinite(now)
        size = shape[0] * shape[1]
        at = state * shape[1] + gap_class(gap)
        at_risk += np.bincount(at, minlength=size).reshape(shape)
        back += np.bincount(at[trade], minlength=size).reshape(shape)
        run = state * shape[1] + gap_class(gap + 1)
        silent += np.bincount(run[~trade], minlength=size).reshape(shape)
    total = at_risk.sum(1, keepdims=True)
    # at least that gap: sums from the right
    starts = np.cumsum(back[:, ::-1], 1)[:, ::-1]
    runs = np.cumsum(silent[:, ::-1], 1)[:, ::-1]
    # a thin cell leans on all series with that gap, and that on all months
    overall = (back.sum() + 1.0) / (at_risk.sum() + 2.0)
    by_gap = (back.sum(0) + 2.0 * overall) / (at_risk.sum(0) + 2.0)
    restarts = (back + 4.0 * by_gap) / (at_risk + 4.0)
    return Silences((starts + 0.5) / (total + 10.0), restarts, (runs + 0.5) / (total + 10.0))

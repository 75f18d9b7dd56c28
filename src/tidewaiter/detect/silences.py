"""The hurdle: how often flows trade at all, how often silent ones restart, pooled over all flows in the same state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect.measured import Measured

__all__ = ["FIRST_GAP", "Silences", "gap_class", "learn_silences", "occupancy", "testable"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OCCUPANCY = np.array([0.02, 0.04, 0.07, 0.1, 0.14, 0.18, 0.22, 0.27, 0.33, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97])
GAPS = np.array([1, 2, 3, 4, 6, 9, 12, 18, 24, 36])
FIRST_GAP = 6
"""Silent months after which trade counts as a start."""
FEW = 6
"""Known months below which a silence says nothing."""
FEW_LATELY = 3
"""Known months among the twelve before, below which a series is not tested: what is usual for it was seen too long ago."""
LEAN = 10.0
"""Months that the rate of the next shorter silence counts for."""


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


def testable(m: Measured) -> NDArray[np.bool_]:
    """Whether a month is known and has a past to be judged by."""
    return np.asarray((m["now"] != np.inf) & (m["known"] >= FEW) & (m["lately"] >= FEW_LATELY))


def occupancy(m: Measured) -> Ints:
    """Classes of how often a series trades when it is not in its present silence; the last class: never seen."""
    active = m["active"]
    share = active / np.maximum(m["known"] - np.where(active > 0, m["gap"], 0), 1)
    return np.where(active > 0, np.searchsorted(OCCUPANCY, share), len(OCCUPANCY) + 1).astype(np.int64)


def gap_class(gap: Floats) -> Ints:
    """Classes of the length of a silence."""
    return np.searchsorted(GAPS, gap, side="right").astype(np.int64)


def learn_silences(months: list[Measured]) -> Silences:
    """Count them in earlier months, for each length of silence only where the past is long enough to show it.

    A rate that few months could show leans on that of the next shorter silence: in a panel of a year nobody knows how
    rarely flows that were silent for a year start again, only that it is no more often than after nine months.
    """
    shape = (len(OCCUPANCY) + 2, len(GAPS) + 1)
    at_risk, back, silent = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    seen, seen_run = np.zeros(shape), np.zeros(shape)
    for m in months:
        ok = (m["now"] != np.inf) & (m["known"] >= FEW)
        state, gap, now, known = occupancy(m)[ok], m["gap"][ok], m["now"][ok], m["known"][ok]
        trade = np.isfinite(now)

        def count(length: Floats, which: NDArray[np.bool_], state: Ints = state) -> Floats:
            at = state[which] * shape[1] + gap_class(length[which])
            return np.bincount(at, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)

        every = np.ones(len(gap), np.bool_)
        at_risk += count(gap, every)
        back += count(gap, trade)
        silent += count(gap + 1, ~trade)
        # a flow that trades in one month of five has traded five months before its silence began
        before = np.append(np.ceil(1.0 / np.append(OCCUPANCY, 1.0)), 0.0)[state]
        seen += count(known - before, every)
        seen_run += count(known + 1 - before, every)
    starts = _at_least(back, seen)
    runs = _at_least(silent, seen_run)
    by_gap = np.empty(shape[1])
    shorter = (back.sum() + 1.0) / (at_risk.sum() + 2.0)
    for c in range(shape[1]):
        shorter = by_gap[c] = (back[:, c].sum() + 2.0 * shorter) / (at_risk[:, c].sum() + 2.0)
    # a thin cell leans on all series with that gap
    return Silences(starts, (back + 4.0 * by_gap) / (at_risk + 4.0), runs)


def _at_least(cases: Floats, seen: Floats) -> Floats:
    """Share of months that are a case of at least each length, among those whose past is as long; never above that of a shorter one."""
    cases, seen = (np.cumsum(x[:, ::-1], 1)[:, ::-1] for x in (cases, seen))
    out = np.empty_like(cases)
    shorter = (cases[:, 0] + 0.5) / (seen[:, 0] + 1.0)
    for c in range(cases.shape[1]):
        rate = (cases[:, c] + LEAN * shorter + 0.5 * (seen[:, c] > 0)) / (seen[:, c] + LEAN + 0.5 * (seen[:, c] > 0))
        shorter = out[:, c] = np.minimum(rate, shorter)
    return out

"""How often flows like one that starts trade again: counted, so that a sentence can say it and a reader can count it too."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from tidewaiter.model import State
from tidewaiter.series.panel import STATE_NUMBERS, SeriesPanel

__all__ = ["ENOUGH", "Restart", "Restarts"]

ENOUGH: Final = 30
"""Months of flows alike that a rate has to rest on."""

_VALUE, _ZERO = STATE_NUMBERS[State.VALUE], STATE_NUMBERS[State.ZERO]
_BACK: Final = 12
_SILENT: Final = 6
_SHARE: Final = 1.5
_CLOSE: Final = 1e-9


class Restart(NamedTuple):
    """Of so many months of flows alike, how many saw trade."""

    of: int
    again: int


class Restarts:
    """The twelve months before the last of a panel, of flows that had traded and were silent by proof for half a year or more.

    Alike are flows whose silence is as long (within a third) and that traded in as large a share of the known months before
    it (within half as much again). Flows that never traded before are not counted: the store lists of them only those that
    began.
    """

    def __init__(self, panel: SeriesPanel) -> None:
        columns = np.ascontiguousarray(panel.states.T)
        width, count = columns.shape
        gap, active, known = (np.zeros(count, np.int16) for _ in range(3))
        spots, trades = [np.zeros(0)], [np.zeros(0, bool)]
        for column in range(width - 1):
            now = columns[column]
            value, zero = now == _VALUE, now == _ZERO
            if column >= width - 1 - _BACK:
                at = np.flatnonzero((gap >= _SILENT) & (active > 0) & (now <= _ZERO))
                spots.append(_spot(gap[at], active[at], known[at]))
                trades.append(value[at])
            active += value
            known += now <= _ZERO
            gap += 1
            gap *= zero
        every: Any = np.concatenate(spots)
        order = np.argsort(every)
        # In the order of silence, then of share: flows alike are a stretch for each length of silence.
        self._spots = every[order]
        self._again = np.concatenate([[0], np.cumsum(np.concatenate(trades)[order])])
        self._now = gap, active, known

    def of(self, at: int) -> Restart | None:
        """Count months of flows like a series; None where it never traded, was not silent, or too few are alike."""
        gap, active, known = (int(one[at]) for one in self._now)
        if gap < _SILENT or not active:
            return None
        share = active / max(known - gap, 1)
        silent = np.arange(-(-3 * gap // 4), 4 * gap // 3 + 1)
        low, high = share / _SHARE - _CLOSE, min(share * _SHARE, 1.0) + _CLOSE
        first = np.searchsorted(self._spots, 2.0 * silent + low)
        last = np.searchsorted(self._spots, 2.0 * silent + high, side="right")
        many = int((last - first).sum())
        return Restart(many, int((self._again[last] - self._again[first]).sum())) if many >= ENOUGH else None


def _spot(gap: Any, active: Any, known: Any) -> Any:
    """Put length of silence and share of months with trade before it into one number."""
    return 2.0 * gap + active / np.maximum(known - gap, 1)

"""What the kernel wrote for one month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect.kernel import COLUMNS, RECENT
from tidewaiter.detect.kernel_counts import COUNT_COLUMNS

__all__ = ["Measured"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_AT = {
    "value": {name: i for i, name in enumerate(COLUMNS)},
    "count": {name: i for i, name in enumerate(COUNT_COLUMNS)},
}


@dataclass(frozen=True)
class Measured:
    """Measurements of one month, with each series' group and prior.

    Attributes
    ----------
    table
        float64 [n, columns], see :mod:`tidewaiter.detect.kernel` and :mod:`tidewaiter.detect.kernel_counts`.
    groups, n_groups
        int64 [n] and how many there are.
    level, scale, within
        Prior log level and log scale [n], and the variance of log levels within a group.
    moves, at_once
        Where only some members of the groups were measured: the log moves of their groups in the last months [n, RECENT], and
        how much more flows of them start than usual, log [n]. None: read off the members.
    """

    family: str
    table: Floats
    groups: Ints
    n_groups: int
    level: Floats
    scale: Floats
    within: float
    moves: Floats | None = None
    at_once: Floats | None = None

    def __getitem__(self, name: str) -> Floats:
        """Return one column."""
        return self.table[:, _AT[self.family][name]]

    @property
    def recent(self) -> Floats:
        """Log residuals of the last months, tested month first; values only."""
        first = _AT["value"]["r0"]
        return self.table[:, first : first + RECENT]

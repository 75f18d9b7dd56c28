"""False discoveries: q-values and tiers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["FIRM", "LIKELY", "TIERS", "q_values", "tiers"]

Floats = NDArray[np.float64]

FIRM, LIKELY = 0.1, 0.3
TIERS = ("", "watch", "likely", "firm")


def q_values(p: Floats) -> Floats:
    """Return Benjamini-Hochberg q-values; NaN stays NaN and does not count as a test.

    Examples
    --------
    >>> q_values(np.array([0.01, 0.5, 0.02, np.nan])).round(3).tolist()
    [0.03, 0.5, 0.03, nan]
    """
    out = np.full(len(p), np.nan)
    at = np.flatnonzero(~np.isnan(p))
    order = at[np.argsort(p[at], kind="stable")]
    n = len(order)
    if n:
        steps = p[order] * n / np.arange(1, n + 1)
        out[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return out


def tiers(q: Floats, score: Floats, budget: int) -> NDArray[np.int8]:
    """Return tiers as indices into :data:`TIERS`: 3 firm, 2 likely, 1 watch, 0 none.

    *Watch* is what else fits into the month's alarm budget, best scores first, as long as it has any score.
    """
    out = np.zeros(len(q), np.int8)
    known = np.nan_to_num(q, nan=1.0)
    out[known <= LIKELY] = 2
    out[known <= FIRM] = 3
    left = budget - int((out > 0).sum())
    if left > 0:
        rest = np.flatnonzero((out == 0) & (score > 0))
        out[rest[np.argsort(-score[rest], kind="stable")[:left]]] = 1
    return out

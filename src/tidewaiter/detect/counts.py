"""Rough scores for counts: negative-binomial tails of one period and of a few periods together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect.kernel import RECENT
from tidewaiter.detect.measured import Measured

__all__ = ["COUNT_STRATA", "count_scores", "count_strata", "tail"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WINDOWS = (2,)
ECHO = 2.0
"""How many times its own evidence a month may have together with the one before."""
BOTH = 0.54
"""Half the sum of the two scores, which go together, is a little short of ``-log p``."""
LEVELS = np.array([0.25, 1.0, 3.0, 10.0, 40.0])
HIDDEN = 0.12
"""What outbreaks of the past, though weighed down, still add to the dispersion."""
SPREADS = np.array([1.5, 2.5])
"""Classes of over-dispersion: where it is large, past outbreaks hide more of it, and the model's word is worth less."""
COUNT_STRATA = (len(LEVELS) + 1) * (len(SPREADS) + 1)


def tail(y: Floats, mu: Floats, phi: Floats) -> Floats:
    """Mid-p upper tail of a negative binomial with mean ``mu`` and variance ``phi * mu`` (``phi`` above 1)."""
    from scipy.special import betainc  # a scan of values does without

    phi = np.maximum(phi, 1.01)
    size = mu / (phi - 1.0)
    share = 1.0 - 1.0 / phi
    at_least = np.where(y > 0, betainc(np.maximum(y, 1e-9), size, share), 1.0)
    more = betainc(y + 1.0, size, share)
    return np.asarray(0.5 * (at_least + more))


def count_strata(m: Measured) -> Ints:
    """Classes of series by over-dispersion and, within them, the mean to be expected."""
    mu = np.exp(np.nan_to_num(m["baseline"], nan=-9.0))
    spread = np.searchsorted(SPREADS, dispersion(m))
    level = np.searchsorted(LEVELS, mu)
    # up one class of dispersion and down the next, so that neighbouring numbers are alike
    return np.where(spread % 2 == 0, level, len(LEVELS) - level).astype(np.int64) + spread * (len(LEVELS) + 1)


def dispersion(m: Measured) -> Floats:
    """Variance over mean, 1 or more, from the weighted Pearson residuals."""
    return np.maximum((m["squares"] + 4.0) / (m["freedom"] + 4.0) - HIDDEN, 1.0)


def _common(y: Floats, mu: Floats, phi: Floats, groups: Ints, n_groups: int) -> Floats:
    """Log factor by which the other members of each series' group moved, shrunk by how much groups move at all."""
    ok = np.isfinite(y) & np.isfinite(mu)
    expected = np.where(ok, mu, 0.0)
    noise = np.where(ok, phi * mu, 0.0)
    tame = np.where(ok, np.clip(y, 0.0, mu + 3.0 * np.sqrt(phi * mu) + 1.0), 0.0)
    sums = [np.bincount(groups, x, n_groups)[groups] - x for x in (tame, expected, noise)]
    move = np.log((sums[0] + 2.0) / (sums[1] + 2.0))
    spread = sums[2] / (sums[1] + 2.0) ** 2
    enough = sums[1] > 5.0
    if not enough.any():
        return np.zeros(len(y))
    between = max(float(np.mean(np.minimum(move[enough] ** 2, 1.0) - spread[enough])), 0.0)
    between_own = np.maximum(between, np.maximum(move**2 - 9.0 * spread, 0.0))
    return np.where(enough, move * between_own / (between_own + spread + 1e-9), 0.0)


def count_scores(m: Measured, net: bool = True) -> dict[str, Floats]:
    """Return ``-log p`` of spike, sustained, fall and record, and ``expected``, ``spread``, ``common``."""
    phi = dispersion(m)
    h = np.where(np.isfinite(m["leverage"]), m["leverage"], 0.0)
    y = np.stack([m[f"y{j}"] for j in range(RECENT)], 1)
    mu = np.stack([m[f"mu{j}"] for j in range(RECENT)], 1)
    common = np.zeros_like(mu)
    for j in range(max(WINDOWS)):
        common[:, j] = _common(y[:, j], mu[:, j], phi, m.groups, m.n_groups)
    if net:
        mu = mu * np.exp(common)
    ok = np.isfinite(y[:, 0]) & np.isfinite(mu[:, 0])
    y0, mu0 = np.where(ok, y[:, 0], 0.0), np.where(ok, mu[:, 0], 1.0)
    # the baseline is not known exactly: its variance is h / phi of the mean's own, and adds to the count's
    wide = phi + h * mu0
    with np.errstate(divide="ignore"):
        p = tail(y0, mu0, wide)
        spike = np.where(ok & (y0 > 0), -np.log(np.maximum(p, 1e-300)), 0.0)
        fall = np.where(ok, -np.log(np.maximum(1.0 - p, 1e-300)), 0.0)
        best = np.zeros(len(y0))
        for k in WINDOWS:
            seen = np.isfinite(y[:, :k]) & np.isfinite(mu[:, :k])
            total = np.where(seen, y[:, :k], 0.0).sum(1)
            mean = np.maximum(np.where(seen, mu[:, :k], 0.0).sum(1), 1e-6)
            score = -np.log(np.maximum(tail(total, mean, phi + h * mean), 1e-300))
            best = np.maximum(best, np.where((seen.sum(1) >= 2) & (y0 > mu0), score, 0.0))
    # a month barely above its mean does not tell again of the outbreak of the month before
    sustained = np.where(ok & (y0 > mu0), np.minimum(best, ECHO * spike), 0.0)
    over = np.where(ok & (y0 > m["top"]), spike, 0.0)
    return {
        "together": BOTH * (spike + sustained),
        "looks": (sustained > spike).astype(np.float64),
        "spike": spike,
        "sustained": sustained,
        "fall": fall,
        "record": over,
        "expected": np.log(mu0),
        "spread": np.sqrt(wide / mu0),
        "common": common[:, 0],
    }

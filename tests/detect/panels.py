"""Small panels whose truth is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def trade(
    n: int = 600, months: int = 72, seed: int = 0, members: int = 50
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Quiet grouped series: seasonal, t-tailed, autocorrelated, from never to always trading."""
    rng = np.random.default_rng(seed)
    group = np.arange(n) // members
    level = rng.normal(10, 1.5, group.max() + 1)[group] + rng.normal(0, 1, n)
    noise = rng.standard_t(4, (n, months)) * 0.4
    for m in range(1, months):
        noise[:, m] += 0.3 * noise[:, m - 1]
    angle = 2 * np.pi * np.arange(months) / 12
    logs = level[:, None] + rng.normal(0, 0.3, (n, 1)) * np.cos(angle + rng.uniform(0, 6, (n, 1))) + noise
    trades = rng.random((n, months)) < rng.beta(0.7, 0.6, (n, 1))
    return np.where(trades, np.exp(logs), 0.0), group


def counts(n: int = 200, weeks: int = 300, seed: int = 0) -> NDArray[np.float64]:
    """Quiet over-dispersed weekly counts."""
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.uniform(-1, 4, (n, 1)) + 0.4 * np.cos(2 * np.pi * np.arange(weeks) / 52))
    return rng.negative_binomial(mean, 0.5).astype(float)

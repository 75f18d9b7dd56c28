"""Trade series with one level shift at a known month, of the kind the EU's Joint Research Centre publishes.

Its examples are monthly quantities of four to five years with trend, season, a few outliers and one shift, at t = 27 in
P12119085 and t = 34 in P17049075 (Rousseeuw, Perrotta, Riani & Hubert 2019, Econometrics and Statistics 9). The series
themselves are not at hand; these are of their kind, the shift anywhere from month 13 to six months before the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Shifted", "simulate_shifts"]


@dataclass(frozen=True)
class Shifted:
    """Series and the first month of the new level (0-based), -1 where there is none."""

    values: NDArray[np.float64]
    at: NDArray[np.int64]
    factor: NDArray[np.float64]


def simulate_shifts(seed: int, n: int = 200, months: int = 54, noise: float = 0.2, none: float = 0.25) -> Shifted:
    """Return ``n`` series of ``months`` months: trend, season of changing amplitude, outliers, one shift in most."""
    rng = np.random.default_rng(seed)
    t = np.arange(months)
    level = rng.normal(12, 1.5, (n, 1))
    drift = rng.normal(0, 0.006, (n, 1))
    amplitude = np.abs(rng.normal(0, 0.3, (n, 1)))
    growth = rng.normal(0, 0.008, (n, 1))
    phase = rng.uniform(0, 2 * np.pi, (n, 1))
    season = amplitude * (1 + growth * t) * np.cos(2 * np.pi * t / 12 + phase)
    season += 0.3 * amplitude * np.cos(4 * np.pi * t / 12 + 2 * phase)
    logs = level + drift * t + season + rng.normal(0, noise, (n, months))
    outliers = rng.random((n, months)) < 0.04
    logs += outliers * rng.choice([-1.0, 1.0], (n, months)) * rng.uniform(np.log(2), np.log(8), (n, months))
    at = rng.integers(13, months - 6, n)
    factor = np.exp(rng.choice([-1.0, 1.0], n) * rng.uniform(np.log(1.8), np.log(6), n))
    at[rng.random(n) < none] = -1
    factor[at < 0] = 1.0
    logs += np.where((at[:, None] >= 0) & (t >= at[:, None]), np.log(factor)[:, None], 0.0)
    return Shifted(np.exp(logs), at, factor)

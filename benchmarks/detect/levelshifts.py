"""Trade series with one level shift at a known month, of the kind the EU's Joint Research Centre publishes, and its own two.

Its examples are monthly quantities of four to five years with trend, season, a few outliers and one shift (Rousseeuw,
Perrotta, Riani & Hubert 2019, Econometrics and Statistics 9). The simulated ones are of their kind, the shift anywhere from
month 13 to six months before the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr

__all__ = ["PUBLISHED", "Published", "Shifted", "place_knowing", "simulate_shifts"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Published:
    """A series of the paper, tonnes a month, and the first month of its new level as published (counted from 1)."""

    what: str
    tonnes: tuple[float, ...]
    at: int


# EU trade statistics (Eurostat Comext), 48 months from August 2008, as published with the paper and with the FSDA toolbox.
PUBLISHED = (
    Published(
        "P12119085, plants from Kenya to the United Kingdom",
        (
            *(137.8, 99.7, 128.6, 147.3, 138.0, 105.3, 107.8, 121.0, 108.3, 156.0, 140.2, 129.5),
            *(101.3, 103.8, 97.0, 134.7, 164.8, 153.9, 137.4, 162.5, 129.9, 143.7, 146.9, 156.7),
            *(129.0, 137.1, 73.8, 34.5, 46.2, 41.4, 40.8, 51.9, 74.0, 80.1, 73.4, 77.5),
            *(45.4, 56.4, 65.6, 73.3, 69.2, 77.8, 64.2, 61.4, 67.2, 86.4, 93.0, 70.2),
        ),
        27,
    ),
    Published(
        "P17049075, sugars from Ukraine to Lithuania",
        (
            *(25.5, 71.0, 89.8, 38.7, 79.5, 26.2, 24.7, 67.9, 49.1, 81.8, 79.6, 44.8),
            *(59.8, 44.6, 92.0, 80.3, 130.5, 85.6, 32.2, 56.9, 95.0, 58.7, 75.8, 79.7),
            *(86.0, 86.9, 102.4, 131.4, 115.6, 66.0, 64.1, 140.8, 56.4, 14.6, 11.7, 14.0),
            *(16.9, 20.4, 6.2, 19.1, 10.8, 9.9, 11.2, 18.1, 9.5, 11.4, 10.6, 10.2),
        ),
        34,
    ),
)

FIRST, LAST = 13, 6
LEAST, MOST = np.log(1.8), np.log(6)
OUTLIERS, OUTLIER_LEAST, OUTLIER_MOST = 0.04, np.log(2), np.log(8)


@dataclass(frozen=True)
class Shifted:
    """Series and the first month of the new level (0-based), -1 where there is none; ``known``: season and drift, in logs."""

    values: Floats
    at: NDArray[np.int64]
    factor: Floats
    known: Floats


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
    outliers = rng.random((n, months)) < OUTLIERS
    size = rng.choice([-1.0, 1.0], (n, months)) * rng.uniform(OUTLIER_LEAST, OUTLIER_MOST, (n, months))
    logs += outliers * size
    at = rng.integers(FIRST, months - LAST, n)
    factor = np.exp(rng.choice([-1.0, 1.0], n) * rng.uniform(LEAST, MOST, n))
    at[rng.random(n) < none] = -1
    factor[at < 0] = 1.0
    logs += np.where((at[:, None] >= 0) & (t >= at[:, None]), np.log(factor)[:, None], 0.0)
    return Shifted(np.exp(logs), at, factor, season + drift * t)


def place_knowing(made: Shifted, row: int, noise: float, step: float = 0.04) -> tuple[int, float]:
    """Place the shift as one who knows season, drift, noise, outliers and what shifts there are would.

    Only the two levels are unknown. Returns the likeliest month and the log odds of a shift against none.
    """
    left = np.log(made.values[row]) - made.known[row]
    months = len(left)
    levels = np.arange(left.min() - 0.5, left.max() + 0.5, step)
    each = _density(left[:, None] - levels, noise)
    upto = np.concatenate([np.zeros((1, len(levels))), each.cumsum(0)])
    sizes = np.arange(int(np.ceil(LEAST / step)), int(MOST / step) + 1)
    weight = np.full(months, -np.inf)
    for month in range(FIRST, months - LAST):
        before, after = upto[month], upto[-1] - upto[month]
        both = [before[:-k] + after[k:] for k in sizes if k < len(levels)]
        both += [before[k:] + after[:-k] for k in sizes if k < len(levels)]
        weight[month] = logsumexp(np.concatenate(both)) - np.log(2 * len(sizes))
    odds = logsumexp(weight) - np.log(months - FIRST - LAST) - logsumexp(upto[-1])
    return int(weight.argmax()), float(odds)


def _density(x: Floats, noise: float) -> Floats:
    """Log density of noise that is now and then an outlier."""

    def spread(x: Floats) -> Floats:
        inside: Floats = ndtr((x - OUTLIER_LEAST) / noise) - ndtr((x - OUTLIER_MOST) / noise)
        inside /= OUTLIER_MOST - OUTLIER_LEAST
        return inside

    usual = (1 - OUTLIERS) * np.exp(-0.5 * (x / noise) ** 2) / (noise * np.sqrt(2 * np.pi))
    dense: Floats = np.log(usual + 0.5 * OUTLIERS * (spread(x) + spread(-x)) + 1e-300)
    return dense

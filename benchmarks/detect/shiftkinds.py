"""Series with level shifts that are not of the kind the dating was made for, and series that only look as if they had one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

__all__ = ["simulate_kinds"]

Floats = NDArray[np.float64]
Months = list[list[int]]


def simulate_kinds(seed: int, n: int = 100) -> Iterator[tuple[str, Floats, Months]]:
    """Yield what it is, series [n, months], and of each the months in which a new level begins (all of a slow move's)."""
    for number, (name, make) in enumerate(_KINDS.items()):
        values, at = make(np.random.default_rng([seed, number]), n)
        yield name, values, at


def _quiet(
    rng: np.random.Generator, n: int, months: int, noise: float, rho: float = 0.0, heavy: bool = False
) -> Floats:
    """Logs with level, drift, season, outliers and AR(1) noise of this standard deviation."""
    t = np.arange(months)
    amplitude = np.abs(rng.normal(0, 0.3, (n, 1)))
    phase = rng.uniform(0, 2 * np.pi, (n, 1))
    logs: Floats = rng.normal(12, 1.5, (n, 1)) + rng.normal(0, 0.006, (n, 1)) * t
    logs += amplitude * (np.cos(2 * np.pi * t / 12 + phase) + 0.3 * np.cos(4 * np.pi * t / 12 + 2 * phase))
    new = rng.standard_t(4, (n, months)) / np.sqrt(2) if heavy else rng.normal(size=(n, months))
    wave = new.copy()
    for i in range(1, months):
        wave[:, i] = rho * wave[:, i - 1] + np.sqrt(1 - rho**2) * new[:, i]
    outliers = (rng.random((n, months)) < 0.03) * rng.choice([-1.0, 1.0], (n, months))
    logs += noise * wave + outliers * rng.uniform(np.log(2), np.log(8), (n, months))
    return logs


def _sizes(rng: np.random.Generator, n: int) -> Floats:
    return rng.choice([-1.0, 1.0], n) * rng.uniform(np.log(2), np.log(6), n)


def _moved(logs: Floats, at: NDArray[np.int64], size: Floats, over: int = 1) -> Floats:
    """Add a move that begins in month ``at`` and takes ``over`` months; none where ``at`` is negative."""
    t = np.arange(logs.shape[1])
    share = np.clip((t - at[:, None] + 1) / over, 0, 1) * (at[:, None] >= 0)
    return logs + share * size[:, None]


def _one(
    rng: np.random.Generator, n: int, logs: Floats, over: int = 1, last: int = 6, none: float = 0.5
) -> tuple[Floats, Months]:
    """A move in half of the series, not in the first year (the first quarter of a short series)."""
    months = logs.shape[1]
    at = rng.integers(min(13, months // 4), months - last - over + 1, n)
    at[rng.random(n) < none] = -1
    return np.exp(_moved(logs, at, _sizes(rng, n), over)), [list(range(a, a + over)) if a >= 0 else [] for a in at]


def _two(rng: np.random.Generator, n: int, months: int, apart: tuple[int, int], back: bool) -> tuple[Floats, Months]:
    first = rng.integers(13, months - apart[1] - 6, n)
    second = first + rng.integers(*apart, n)
    size = _sizes(rng, n)
    logs = _moved(_quiet(rng, n, months, 0.2), first, size)
    values = np.exp(_moved(logs, second, -size if back else _sizes(rng, n)))
    return values, [[int(a), int(b)] for a, b in zip(first, second, strict=True)]


def _end(rng: np.random.Generator, n: int) -> tuple[Floats, Months]:
    at = 54 - rng.integers(3, 5, n)
    return np.exp(_moved(_quiet(rng, n, 54, 0.2), at, _sizes(rng, n))), [[int(a)] for a in at]


def _bent(rng: np.random.Generator, n: int) -> tuple[Floats, Months]:
    t, at = np.arange(72), rng.integers(13, 60, (n, 1))
    slope = rng.uniform(0.03, 0.08, (n, 1)) * rng.choice([-1, 1], (n, 1))
    return np.exp(_quiet(rng, n, 72, 0.2) + np.clip(t - at, 0, None) * slope), [[] for _ in range(n)]


def _growing(rng: np.random.Generator, n: int, by: float, none: float) -> tuple[Floats, Months]:
    growth = np.log(by) / 72 * np.arange(72) * rng.choice([-1, 1], (n, 1))
    return _one(rng, n, _quiet(rng, n, 72, 0.2) + growth, none=none)


def _wandering(rng: np.random.Generator, n: int) -> tuple[Floats, Months]:
    return np.exp(_quiet(rng, n, 72, 0.3) + rng.normal(0, 0.1, (n, 72)).cumsum(1)), [[] for _ in range(n)]


def _thinned(rng: np.random.Generator, n: int, how: str) -> tuple[Floats, Months]:
    months = 54 if how == "unknown" else 72
    values, at = _one(rng, n, _quiet(rng, n, months, 0.2 if how == "unknown" else 0.3))
    if how == "half":
        return values * (rng.random(values.shape) < 0.5), at
    if how == "summer":
        return values * np.isin(np.arange(months) % 12, [5, 6, 7, 8, 9]), at
    values[rng.random(values.shape) < 0.15] = np.nan
    return values, at


def _counts(rng: np.random.Generator, n: int) -> tuple[Floats, Months]:
    values, at = _one(rng, n, _quiet(rng, n, 54, 0.1) - 10)
    return rng.poisson(np.minimum(values, 1e6)).astype(np.float64), at


_KINDS: dict[str, Callable[[np.random.Generator, int], tuple[Floats, Months]]] = {
    "24 months": lambda rng, n: _one(rng, n, _quiet(rng, n, 24, 0.2)),
    "36 months": lambda rng, n: _one(rng, n, _quiet(rng, n, 36, 0.2)),
    "120 months": lambda rng, n: _one(rng, n, _quiet(rng, n, 120, 0.2)),
    "AR(1) .3, t(4), noise .3": lambda rng, n: _one(rng, n, _quiet(rng, n, 54, 0.3, 0.3, True)),
    "AR(1) .5, noise .3": lambda rng, n: _one(rng, n, _quiet(rng, n, 54, 0.3, 0.5)),
    "AR(1) .7, noise .3": lambda rng, n: _one(rng, n, _quiet(rng, n, 54, 0.3, 0.7)),
    "AR(1) .3, t(4), noise .6": lambda rng, n: _one(rng, n, _quiet(rng, n, 54, 0.6, 0.3, True)),
    "in growth x or / 5 in 72 months": lambda rng, n: _growing(rng, n, 5, 0.5),
    "two, 10 to 29 months apart": lambda rng, n: _two(rng, n, 72, (10, 30), False),
    "there and back, 9 to 14 months": lambda rng, n: _two(rng, n, 54, (9, 15), True),
    "over three months": lambda rng, n: _one(rng, n, _quiet(rng, n, 72, 0.2), 3),
    "over six months": lambda rng, n: _one(rng, n, _quiet(rng, n, 72, 0.2), 6),
    "the last three or four months": _end,
    "half the months without trade, noise .3": lambda rng, n: _thinned(rng, n, "half"),
    "trade in five months a year, noise .3": lambda rng, n: _thinned(rng, n, "summer"),
    "15 % of months not known": lambda rng, n: _thinned(rng, n, "unknown"),
    "counts, a few a month": _counts,
    "none: over 24 months": lambda rng, n: (_one(rng, n, _quiet(rng, n, 72, 0.2), 24, none=0)[0], [[]] * n),
    "none: growth that bends": _bent,
    "none: growth x or / 10 in 72 months": lambda rng, n: _growing(rng, n, 10, 1.0),
    "none: wandering by .1 a month": _wandering,
}

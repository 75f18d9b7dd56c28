"""Measures of detection, each with its standard error where one is asked for. No pandas, no peers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "average_precision",
    "bootstrap_error",
    "calibration",
    "discoveries",
    "power_at",
    "precision_at",
    "threshold_at",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def _ranked(score: Floats, event: Bools) -> Bools:
    """Truth from the highest score down; ties in a fixed random order, so that no method gains by them."""
    tie = np.random.default_rng(0).random(len(score))
    worst = np.where(np.isnan(score), -np.inf, score)
    return event[np.lexsort((tie, -worst))]


def average_precision(score: Floats, event: Bools) -> float:
    """Mean over events of the precision at their rank.

    >>> average_precision(np.array([3.0, 2.0, 1.0]), np.array([True, False, True]))
    0.8333333333333333
    """
    y = _ranked(score, event)
    return float((np.cumsum(y) / np.arange(1, len(y) + 1))[y].mean())


def bootstrap_error(score: Floats, event: Bools, groups: NDArray[np.int64], rounds: int = 100, seed: int = 0) -> float:
    """Return the standard error of the average precision, whole groups drawn with replacement."""
    rng = np.random.default_rng(seed)
    order = np.argsort(groups, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    found = []
    for _ in range(rounds):
        at = np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])
        if event[at].any():
            found.append(average_precision(score[at], event[at]))
    return float(np.std(found))


def precision_at(score: Floats, event: Bools, n: int = 100) -> float:
    """Return the share of events among the ``n`` highest scores."""
    return float(_ranked(score, event)[:n].mean())


def threshold_at(score: Floats, rate: float) -> float:
    """Return the lowest threshold that at most this share of quiet scores reaches; NaN counts as never.

    Alarms are scores at or above it. Ties at the threshold are given up, not counted as found: a rule that gives 3 % of
    quiet series the same score has no threshold at 1 % among them.
    """
    s = np.sort(np.where(np.isnan(score), -np.inf, score))[::-1]
    allowed = int(np.floor(rate * len(s)))
    return float(np.nextafter(s[allowed], np.inf)) if s[allowed] < np.inf else np.nan


def power_at(score: Floats, quiet: Bools, event: Bools, rate: float) -> float:
    """Return the share of ``event`` found when ``rate`` of ``quiet`` alarms."""
    if not event.any():
        return float("nan")
    cut = threshold_at(score[quiet], rate)
    return 0.0 if np.isnan(cut) else float((score[event] >= cut).mean())


def calibration(p: Floats, levels: tuple[float, ...] = (0.1, 0.01, 0.001, 0.0001)) -> dict[float, tuple[float, float]]:
    """Return P(p <= a) / a with its binomial standard error, for series where nothing happened."""
    known = p[~np.isnan(p)]
    return {a: (float((known <= a).mean() / a), float(np.sqrt((1 - a) / (a * len(known))))) for a in levels}


def discoveries(q: Floats, event: Bools, level: float = 0.2) -> tuple[int, float, float, float]:
    """Return how many are found at ``q <= level``, the false share, its standard error, and the power."""
    found = q <= level
    n = int(found.sum())
    false = float((found & ~event).sum() / max(n, 1))
    return n, false, float(np.sqrt(false * (1 - false) / max(n, 1))), float((found & event).sum() / max(event.sum(), 1))

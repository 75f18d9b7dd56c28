"""What a group of series says about its members before they have said anything: level and scale.

Levels and scales are shrunk by empirical Bayes: how far a member may stray from its group, and a group from all
groups, is read off the data (Morris 1983), never set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect.kernel import FIXED, P

__all__ = ["Priors", "group_priors", "group_shape"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOISE_OF_SHAPE = 2.0
"""Variance of a month over its squared scale: of t(4) noise."""
SHARED = 0.02
"""Variance of a group's coefficients among groups that is expected before any is seen, and counts for three of them."""
STEP_TO_SCALE = 0.886
"""Standard deviation of a noise from the mean absolute step between two draws of it."""


@dataclass(frozen=True)
class Priors:
    """Prior log level, its variance within the group, and prior log scale, one row a group.

    Attributes
    ----------
    level, scale
        float64 [n_groups].
    within
        Variance of members' log levels around the group's.
    """

    level: Floats
    scale: Floats
    within: float


def _shrink(mean: Floats, count: Floats, between_noise: float) -> Floats:
    """Shrink means of ``count`` draws with variance ``between_noise`` to their common centre."""
    ok = count > 0
    if not ok.any():
        return np.zeros_like(mean)
    weight = count[ok]
    centre = float(np.average(mean[ok], weights=np.minimum(weight, 20)))
    noise = between_noise / weight
    strayed = np.average((mean[ok] - centre) ** 2 - noise, weights=np.minimum(weight, 20))
    between = max(float(strayed), 1e-6)
    out = np.full_like(mean, centre)
    out[ok] = centre + (mean[ok] - centre) * between / (between + noise)
    return out


def group_priors(spreads: Floats, groups: Ints, n_groups: int) -> Priors:
    """Return the priors of each group from :func:`tidewaiter.detect.kernel.spread` of its members.

    Parameters
    ----------
    spreads
        float64 [n, 4]: count, mean log, number of steps, mean absolute step.
    groups
        int64 [n], ``0 .. n_groups - 1``.
    """
    n, mean, steps, step = spreads.T
    seen = (n > 0).astype(np.float64)
    count = np.bincount(groups, seen, n_groups).astype(np.float64)
    total = np.bincount(groups, seen * mean, n_groups)
    raw = total / np.maximum(count, 1)
    spare = np.maximum(count.sum() - (count > 0).sum(), 1)
    # a mean of n months strays by its own noise too; what is left is how far members differ
    within = float((seen * (mean - raw[groups]) ** 2).sum() / spare) if count.sum() > 1 else 4.0
    within = max(within, 0.25) if spare > 1 else 4.0
    level = _shrink(raw, count, within)
    # scale: mean log of the members' mean steps, so that one wild member does not set it
    enough = (steps >= 2).astype(np.float64) * np.minimum(steps, 24)
    log_step = np.log(np.maximum(step, 0.02))
    mass = np.bincount(groups, enough, n_groups)
    mean_step = np.bincount(groups, enough * log_step, n_groups) / np.maximum(mass, 1e-9)
    scale = np.exp(_shrink(mean_step, mass / 6.0, 0.35)) if mass.sum() > 0 else np.full(n_groups, 0.7)
    return Priors(level, np.clip(scale * STEP_TO_SCALE if mass.sum() > 0 else scale, 0.05, 3.0), within)


def group_shape(sums: Ints, scale: Floats) -> Floats:
    """Return what the members of each group share beside their levels: trend and harmonics, float64 [n_groups, 5].

    Normal equations of a regression within series (each series' own mean taken out), solved group by group and shrunk by
    empirical Bayes to what all groups share; a series that is alone in its group has nobody to share with.

    Parameters
    ----------
    sums
        int64 [n_groups, N_PROFILE], see :func:`tidewaiter.detect.kernel.profile`.
    scale
        float64 [n_groups]: prior scale of a month's noise.
    """
    q = P - 1
    if not len(sums):
        return np.zeros((0, q))
    real = sums / FIXED
    gram = np.zeros((len(sums), q, q))
    low = np.tril_indices(q)
    gram[:, low[0], low[1]] = gram[:, low[1], low[0]] = real[:, q:-2]
    # a series has no say in what its mates share with it: alone in its group, none; one of fifty, a fiftieth
    mates = 1.0 - np.minimum(real[:, -1] / np.maximum(real[:, -2] ** 2, 1e-9), 1.0)
    noise = NOISE_OF_SHAPE * scale**2
    known = gram * mates[:, None, None]
    found = np.linalg.solve(known + np.eye(q) * noise[:, None, None], (real[:, :q] * mates[:, None])[:, :, None])[
        :, :, 0
    ]
    error = noise[:, None] / np.maximum(np.einsum("gaa->ga", known), 1e-9)
    weight = 1.0 / (error + SHARED)
    total, steady = weight.sum(0), 3.0 * weight.mean(0)
    middle = (weight * found).sum(0) / total
    strayed = (weight * ((found - middle) ** 2 - error)).sum(0) + steady * SHARED
    between = np.maximum(strayed / (total + steady), 1e-4)
    return np.asarray(middle + (found - middle) * between / (between + error))

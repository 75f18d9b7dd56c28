"""The empirical null: what the same statistic does in months when, mostly, nothing happened.

A statistic is run over earlier months, its distribution is read off stratum by stratum, and the far tail is a
generalised Pareto law. Real events sit at the very top of those months; therefore the tail is fitted to what lies
between two quantiles only (a truncated likelihood, as in Efron's central matching) and continued, so that events of
the past neither hide those of today nor, where there were none, distort anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Null", "fit_null"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KNOTS = 96
TAIL_FROM = 0.10
TRIMMED = 0.015
ENOUGH = 400
"""Months with a positive score below which a stratum is read together with its neighbour."""


@dataclass(frozen=True)
class Null:
    """Survival function of a score, one row a stratum.

    Attributes
    ----------
    score, log_survival
        float64 [strata, KNOTS]: body, rising scores and their falling log survival.
    threshold, log_mass, width, shape
        float64 [strata]: where the tail begins, the log of its mass, its scale and shape.
    """

    score: Floats
    log_survival: Floats
    threshold: Floats
    log_mass: Floats
    width: Floats
    shape: Floats

    def log_p(self, score: Floats, stratum: Ints) -> Floats:
        """Return the log of the share of quiet months with at least this score; 0 where the score is 0 or less."""
        out = np.zeros(len(score))
        for s in range(len(self.threshold)):
            at = np.flatnonzero((stratum == s) & (score > 0))
            if not len(at):
                continue
            x = score[at]
            body = np.interp(x, self.score[s], self.log_survival[s])
            over = np.maximum(x - self.threshold[s], 0.0)
            shape = max(self.shape[s], 1e-6)
            tail = self.log_mass[s] - np.log1p(shape * over / self.width[s]) / shape
            out[at] = np.minimum(np.where(x > self.threshold[s], tail, np.maximum(body, self.log_mass[s])), 0.0)
        return out


def _tail(x: Floats, cut: float, prior: float) -> tuple[float, float]:
    """Width and shape of excesses ``x`` seen only below ``cut``; ``prior`` draws of a unit exponential steady it."""
    widths = np.exp(np.linspace(np.log(0.3), np.log(3.0), 47))[:, None]
    shapes = np.linspace(0.0, 0.4, 17)[None, :] + 1e-6
    # the likelihood needs sums over x only through a histogram
    counts, edges = np.histogram(x, 60, (0.0, cut))
    mid = (edges[1:] + edges[:-1]) / 2
    z = np.log1p(shapes[..., None] * mid / widths[..., None])
    each = -np.log(widths)[..., None] - (1 / shapes[..., None] + 1) * z
    inside = 1 - np.exp(-np.log1p(shapes * cut / widths) / shapes)
    like = (each * counts).sum(-1) - counts.sum() * np.log(np.maximum(inside, 1e-12))
    like -= 0.5 * prior * (np.log(widths) ** 2) * 0.5 + 0.5 * prior * shapes**2 * 4
    a, b = np.unravel_index(int(np.argmax(like)), like.shape)
    return float(widths[a, 0]), float(shapes[0, b])


def _one(score: Floats, total: int) -> tuple[Floats, Floats, float, float, float, float]:
    """Fit one stratum: ``score`` the positive scores, ``total`` all months including silent ones."""
    x = np.sort(score)
    n = len(x)
    from_ = min(TAIL_FROM, 0.5 * n / max(total, 1))
    trimmed = TRIMMED * from_ / TAIL_FROM
    upper = np.arange(n, 0, -1) / (total + 1.0)
    if n < 20:  # nothing to learn from: take the score at its word
        knots = np.linspace(0.0, 5.0, KNOTS)
        return knots, -knots, 5.0, -5.0, 1.0, 0.0
    i = int(np.searchsorted(-upper, -from_))
    j = int(np.searchsorted(-upper, -trimmed))
    i, j = min(i, n - 2), min(max(j, i + 1), n - 1)
    u, cut = float(x[i]), float(x[j])
    width, shape = _tail(x[i:j] - u, max(cut - u, 1e-6), 40.0)
    inside = 1 - (1 + (shape + 1e-6) * (cut - u) / width) ** (-1 / (shape + 1e-6))
    mass = ((j - i) / (total + 1.0)) / max(inside, 1e-9)
    mass = min(mass, upper[i])
    at = np.unique(np.round(np.linspace(0, i, KNOTS)).astype(np.int64))
    drop = upper[i] - mass
    log_survival = np.log(np.maximum(upper[at] - drop, 1e-12) / (1 - drop))
    knots = np.concatenate([[0.0], x[at]])
    body = np.concatenate([[min(0.0, float(log_survival[0]) + 1e-3)], log_survival])
    pad = KNOTS + 1 - len(knots)
    if pad > 0:
        knots = np.concatenate([knots, np.full(pad, knots[-1])])
        body = np.concatenate([body, np.full(pad, body[-1])])
    return knots, body, u, float(np.log(mass / (1 - drop))), width, shape


def fit_null(score: Floats, stratum: Ints, n_strata: int) -> Null:
    """Fit the null of a score whose larger values are more surprising and are about ``-log p`` of a rough model.

    Parameters
    ----------
    score
        float64 [n]; 0 or less where the month cannot surprise (a silent month cannot be a spike).
    stratum
        int64 [n]; neighbouring numbers are alike, so that a thin stratum is read with those beside it.
    """
    knots, bodies, rest = [], [], []
    members = [np.flatnonzero(stratum == s) for s in range(n_strata)]
    good = [int((score[m] > 0).sum()) for m in members]
    for s in range(n_strata):
        lo = hi = s
        while sum(good[lo : hi + 1]) < ENOUGH and (lo > 0 or hi < n_strata - 1):
            left = len(members[lo - 1]) if lo > 0 else -1
            right = len(members[hi + 1]) if hi < n_strata - 1 else -1
            if right >= left:
                hi += 1
            else:
                lo -= 1
        at = np.concatenate(members[lo : hi + 1])
        x = score[at]
        k, b, *r = _one(x[x > 0], len(at))
        knots.append(np.pad(k, (0, max(0, KNOTS + 1 - len(k))), mode="edge"))
        bodies.append(np.pad(b, (0, max(0, KNOTS + 1 - len(b))), mode="edge"))
        rest.append(r)
    u, mass, width, shape = np.array(rest, dtype=np.float64).T
    return Null(np.array(knots), np.array(bodies), u, mass, width, shape)

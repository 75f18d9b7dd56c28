"""The empirical null: what the same statistic does in months when, mostly, nothing happened.

A statistic is run over earlier months and its distribution is read off, stratum by stratum, as far down as there are months
enough; below, an exponential tail is fitted to the highest (scores are ``-log p`` of a rough model, or log odds, so that a right
model would give width 1). What is read off few months is raised by its standard error, which fades as months grow. Real
events of the past sit at the very top of those months. Where each month's chance of having been one is known, it counts for
as much less; where it is not (counts), the tail is fitted to what lies between two quantiles only (a truncated likelihood, as in
Efron's central matching) and continued, so that events of the past neither hide those of today nor distort anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Null", "fit_null"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KNOTS = 96
PRIOR = 300.0
"""Months of width 1 that steady a truncated fit."""
LEAST = 20
"""Months with a positive score below which nothing is learnt from them."""
TAIL_MONTHS, TAIL_SHARE = 150.0, 0.002
"""How many months, and which share of all, the tail is fitted to; what is below is read off as it is."""
TAIL_PRIOR, TAIL_WIDTH = 30.0, 1.1
"""Months whose tail is expected to fall by e in so many units, before any is seen."""
DOUBT = 1.0
"""How many standard errors a share of few months is raised by; it fades as months grow."""
DISTRUST = 0.6
"""What a score counts for where no month shows how quiet months look."""
SURE, SLOWLY = 20.0, 2.0
"""No number of months bears out a p-value below e to the minus this: beyond it only the order of scores is kept."""
ENOUGH = 400
"""Months with a positive score below which a stratum is read together with its neighbour."""


@dataclass(frozen=True)
class Null:
    """Survival function of a score, one row a stratum.

    Attributes
    ----------
    score, log_survival
        float64 [strata, KNOTS]: body, rising scores and their falling log survival.
    threshold, log_mass, width
        float64 [strata]: where the exponential tail begins, the log of its mass, its width.
    faith
        How far the score is taken at its word, ``-log p`` of its own model, 0 to 1: p is the geometric mean of both.
    """

    score: Floats
    log_survival: Floats
    threshold: Floats
    log_mass: Floats
    width: Floats
    faith: float = 0.0

    def log_p(self, score: Floats, stratum: Ints) -> Floats:
        """Return the log of the share of quiet months with at least this score; 0 where the score is 0 or less."""
        out = np.zeros(len(score))
        many = len(self.threshold)
        for s in range(many):
            at = np.flatnonzero((score > 0) if many == 1 else (stratum == s) & (score > 0))
            if not len(at):
                continue
            x = score[at]
            body = np.interp(x, self.score[s], self.log_survival[s])
            over = np.maximum(x - self.threshold[s], 0.0)
            tail = self.log_mass[s] - over / self.width[s]
            seen = np.where(x > self.threshold[s], tail, np.maximum(body, self.log_mass[s]))
            out[at] = np.minimum((1.0 - self.faith) * seen - self.faith * x, 0.0)
        far = out < -SURE
        out[far] = -SURE - SLOWLY * np.log1p((-out[far] - SURE) / SLOWLY)
        return out


def _width(x: Floats, cut: float, prior: float) -> float:
    """Width of an exponential law whose draws ``x`` are seen only below ``cut``; ``prior`` draws of width 1 steady it."""
    widths = np.exp(np.linspace(np.log(0.4), np.log(2.5), 241))
    each = -(len(x) * np.log(widths) + x.sum() / widths) - len(x) * np.log(-np.expm1(-cut / widths))
    # the same prior draws, spread over the same window as a unit exponential would be
    mean = 1.0 - cut / np.expm1(cut) if cut < 500 else 1.0
    each += prior * (-np.log(widths) - mean / widths - np.log(-np.expm1(-cut / widths)))
    return float(widths[int(np.argmax(each))])


def _one(score: Floats, weight: Floats, total: float) -> tuple[Floats, Floats, float, float, float]:
    """Fit one stratum: ``score`` the positive scores, ``weight`` what each counts for, ``total`` all months, silent too."""
    order = np.argsort(score, kind="stable")
    x, w = score[order], weight[order]
    above = np.cumsum(w[::-1])[::-1]
    n = float(above[0]) if len(x) else 0.0
    if n < LEAST:
        return _unseen()
    deep = min(max(TAIL_MONTHS, TAIL_SHARE * total), n / 4)
    ranks = np.unique(np.searchsorted(-above, -np.geomspace(n, deep, KNOTS)).clip(0, len(x) - 1))
    knots, beyond = x[ranks], above[ranks]
    # one more than seen, and a standard error on top
    survival = np.minimum((beyond + 1.0 + DOUBT * np.sqrt(beyond + 1.0)) / (total + 1.0), 1.0)
    u, k = float(knots[-1]), float(beyond[-1])
    tail = ranks[-1]
    excess = float((w[tail:] * (x[tail:] - u)).sum())
    width = (excess + TAIL_PRIOR * TAIL_WIDTH) / (k + TAIL_PRIOR)
    width *= 1.0 + DOUBT / np.sqrt(k + TAIL_PRIOR)
    log_survival = np.log(survival)
    first = min(0.0, float(log_survival[0]) + 1e-3)
    return np.append(0.0, knots), np.append(first, log_survival), u, float(log_survival[-1]), width


def _unseen() -> tuple[Floats, Floats, float, float, float]:
    """Return a null that takes a score at little more than half its word: no month shows better."""
    knots = np.linspace(0.0, 5.0, KNOTS)
    return knots, -DISTRUST * knots, 5.0, -5.0 * DISTRUST, 1.0 / DISTRUST


def _truncated(score: Floats, total: int, window: tuple[float, float]) -> tuple[Floats, Floats, float, float, float]:
    """Fit one stratum between two quantiles only: real events, of unknown look, sit above them."""
    x = np.sort(score)
    n = len(x)
    upper = np.arange(n, 0, -1) / (total + 1.0)
    if n < LEAST:
        return _unseen()
    i = min(int(np.floor(n * (1 - window[0]))), n - 2)
    j = min(max(int(np.floor(n * (1 - window[1]))), i + 1), n - 1)
    u, cut = float(x[i]), float(x[j])
    width = _width(x[i:j] - u, max(cut - u, 1e-6), PRIOR)
    inside = -np.expm1(-(cut - u) / width)
    mass = min(((j - i) / (total + 1.0)) / max(inside, 1e-9), float(upper[i]))
    drop = float(upper[i]) - mass
    return *_body(x, upper, i, drop), u, float(np.log(mass / (1 - drop))), width


def _body(x: Floats, upper: Floats, tail: int, drop: float) -> tuple[Floats, Floats]:
    """Scores below the tail and their log survival, ``drop`` of all months being real events."""
    at = np.unique(np.round(np.linspace(0, tail, KNOTS)).astype(np.int64))
    log_survival = np.log(np.maximum(upper[at] - drop, 1e-12) / (1 - drop))
    knots = np.concatenate([[0.0], x[at]])
    return knots, np.concatenate([[min(0.0, float(log_survival[0]) + 1e-3)], log_survival])


def fit_null(
    score: Floats,
    stratum: Ints,
    n_strata: int,
    weight: Floats | None = None,
    window: tuple[float, float] | None = None,
    faith: float = 0.0,
) -> Null:
    """Fit the null of a score whose larger values are more surprising and are about ``-log p`` of a rough model.

    Parameters
    ----------
    score
        float64 [n]; 0 or less where the month cannot surprise (a silent month cannot be a spike).
    stratum
        int64 [n]; neighbouring numbers are alike, so that a thin stratum is read with those beside it.
    weight
        float64 [n]: the chance that each month was quiet; None: 1.
    window
        Quantiles, among months with a positive score, between which alone the tail is fitted; None: it is fitted to all of
        the highest.
    faith
        See :class:`Null`.
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
        if window is not None:
            k, b, *r = _truncated(x[x > 0], len(at), window)
        else:
            w = np.ones(len(at)) if weight is None else weight[at]
            k, b, *r = _one(x[x > 0], w[x > 0], float(w.sum()))
        knots.append(np.pad(k, (0, max(0, KNOTS + 1 - len(k))), mode="edge"))
        bodies.append(np.pad(b, (0, max(0, KNOTS + 1 - len(b))), mode="edge"))
        rest.append(r)
    u, mass, width = np.array(rest, dtype=np.float64).T
    return Null(np.array(knots), np.array(bodies), u, mass, width, faith)

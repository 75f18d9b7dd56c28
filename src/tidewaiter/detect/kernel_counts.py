"""The compiled kernel for counts: quasi-Poisson regression with past outbreaks weighted down.

After Farrington et al. (1996) and Noufaily et al. (2013): log-linear in level, trend and two harmonics; months whose
Anscombe residual is large count for less; over-dispersion from what remains. Silent months are data here.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from tidewaiter.detect.kernel import COLUMNS, RECENT, history, solve

__all__ = ["COUNT_COLUMNS", "measure_counts"]

P = 6
FIRST = len(COLUMNS) - RECENT
COUNT_COLUMNS = (*COLUMNS[:FIRST], *(f"y{j}" for j in range(RECENT)), *(f"mu{j}" for j in range(RECENT)))
"""As for values; ``squares`` are weighted Pearson squares, and the counts and their baselines end the row."""
OUTLYING = 2.58
ROUNDS = 7


@numba.njit(cache=True, nogil=True)
def measure_counts(values, end, season, recent, basis, discount, ridge, level, out):  # type: ignore[no-untyped-def]
    """Fit each series' counts before ``end - recent + 1`` and write :data:`COUNT_COLUMNS` for ``end``.

    Parameters as in :func:`tidewaiter.detect.kernel.measure`; ``level`` is the prior log mean.
    """
    gram = np.empty((P, P))
    lower = np.empty((P, P))
    rhs = np.empty(P)
    beta = np.empty(P)
    lev = np.empty(P)
    ws = np.ones(values.shape[1])
    eta = np.empty(values.shape[1])
    mu = np.empty(values.shape[1])
    fit_end = end - recent + 1
    for i in range(values.shape[0]):
        history(values[i], end, season, out[i])
        for j in range(2 * RECENT):
            out[i, FIRST + j] = np.nan
        total = 0.0
        mass = 0.0
        for m in range(fit_end):
            if values[i, m] >= 0.0:
                total += discount[m] * values[i, m]
                mass += discount[m]
        for k in range(P):
            beta[k] = 0.0
        # the group's level counts as one more month
        beta[0] = math.log((total + math.exp(level[i])) / (mass + 1.0))
        start = beta[0]
        for m in range(fit_end):
            eta[m] = start
            mu[m] = math.exp(start)
            ws[m] = discount[m]
        phi = 1.0
        squares = 0.0
        weights = 0.0
        for step in range(ROUNDS):
            for a in range(P):
                rhs[a] = 0.0
                for b in range(P):
                    gram[a, b] = 0.0
                gram[a, a] = ridge[a] * phi
            rhs[0] = gram[0, 0] * level[i]
            for m in range(fit_end):
                v = values[i, m]
                if v < 0.0:
                    continue
                w = ws[m] * mu[m]
                y = w * eta[m] + ws[m] * (v - mu[m])
                for a in range(P):
                    rhs[a] += basis[m, a] * y
                    wx = w * basis[m, a]
                    for b in range(a + 1):
                        gram[a, b] += wx * basis[m, b]
            solve(gram, rhs, beta, lower)
            squares = 0.0
            weights = 0.0
            for m in range(fit_end):
                v = values[i, m]
                if v < 0.0:
                    continue
                e = 0.0
                for a in range(P):
                    e += beta[a] * basis[m, a]
                e = min(max(e, start - 4.0), start + 4.0)
                eta[m] = e
                mu[m] = math.exp(e)
                if step >= 2:
                    s = 1.5 * (v ** (2.0 / 3.0) - mu[m] ** (2.0 / 3.0)) / (mu[m] ** (1.0 / 6.0) * math.sqrt(phi))
                    w = 1.0 if s <= OUTLYING else (OUTLYING / s) ** 2
                else:
                    w = 1.0
                ws[m] = discount[m] * w
                squares += ws[m] * (v - mu[m]) ** 2 / max(mu[m], 0.02)
                weights += ws[m]
            if weights > 0.0:
                phi = max((squares + 4.0) / (weights + 4.0), 1.0)
        h = 0.0
        for a in range(P):
            s = basis[end, a]
            for k in range(a):
                s -= lower[a, k] * lev[k]
            lev[a] = s / lower[a, a]
            h += lev[a] * lev[a]
        out[i, 7] = squares
        out[i, 8] = weights
        out[i, 9] = h
        for j in range(recent):
            m = end - j
            if m < 0:
                break
            e = 0.0
            for a in range(P):
                e += beta[a] * basis[m, a]
            e = min(max(e, start - 4.0), start + 4.0)
            if j == 0:
                out[i, 6] = e
            if values[i, m] >= 0.0:
                out[i, FIRST + j] = values[i, m]
                out[i, FIRST + RECENT + j] = math.exp(e)

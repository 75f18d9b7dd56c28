"""The compiled kernel that weighs moves of a level: how likely a series is with a step or a slope at each of many months.

Noise is t(4) with first-order autocorrelation between its normal scores (a Gaussian copula), so that a lone outlier is no
step and a slow wandering is none either. The evidence is the likelihood at the best fit, integrated over the coefficients
in Laplace's way: a model with one more coefficient has to earn it.
"""

from __future__ import annotations

import math

import numba
import numpy as np

__all__ = ["weigh_moves"]

DEGREES = 4.0
LOG_T = math.log(3.0 / 8.0)
"""Log density of t(4) at its middle."""
SCORE = (8.0 * DEGREES + 1.0) / (8.0 * DEGREES + 3.0)
"""Normal score of a t variable (Wallace 1959): ``SCORE * sqrt(DEGREES log(1 + x^2 / DEGREES))``."""
RHO_MEAN, RHO_SD = 0.15, 0.15
RHO_LOW, RHO_HIGH = -0.3, 0.95
RHO_WIDE = 0.15
"""Prior of the autocorrelation: normal but for this share, which is even over all it may be."""
RHO_START = 0.6
"""A fit that starts from little autocorrelation may not find that a series wanders."""
NORMAL = (1.0 - RHO_WIDE) / (RHO_SD * math.sqrt(2.0 * math.pi))
EVEN = RHO_WIDE / (RHO_HIGH - RHO_LOW)
ROUNDS = 8
SMALL = 1e-6


@numba.njit(cache=True, nogil=True, inline="always")
def _link(rho, gap):  # type: ignore[no-untyped-def]
    """Correlation over a gap of so many months; 0 where nothing comes before."""
    if gap == 1.0:
        return rho
    return rho**gap if gap > 0.0 and rho > 0.0 else 0.0


@numba.njit(cache=True, nogil=True)
def weigh_moves(base, y, gap, at, precision, month, length, out):  # type: ignore[no-untyped-def]
    """Weigh each of a list of moves that is added to what is known of a series.

    ``base`` [n, p] columns of the model, ``y`` [n] logs about their median, ``gap`` [n] months since the observation before
    (0 for the first), ``at`` [n] months, ``precision`` [p + 1] of the normal priors of the coefficients, that of the move
    last; ``month``, ``length`` [k] first month and duration of each move, 1 for a step, 0 for none. ``out`` [k, 2]: log
    evidence, and the move's coefficient.
    """
    n, fixed = base.shape
    x = np.empty((n, fixed + 1))
    row = np.empty(fixed + 1)
    before = np.empty(fixed + 1)
    gram = np.empty((fixed + 1, fixed + 1))
    beta = np.empty(fixed + 1)
    weight = np.empty(n)
    left = np.empty(n)
    square = np.empty(n)
    score = np.empty(n)
    x[:, :fixed] = base
    start = 2.2 * np.median(np.abs(y)) ** 2 + 1e-4
    for k in range(len(month)):
        p = fixed
        if length[k] > 0:
            p = fixed + 1
            for i in range(n):
                x[i, fixed] = min(max((at[i] - month[k] + 1.0) / length[k], 0.0), 1.0)
        weight[:] = 1.0
        rho = RHO_START
        s2 = start
        log_det = 0.0
        for step in range(ROUNDS):
            gram[:p, :p] = 0.0
            beta[:p] = 0.0
            y_before = 0.0
            shrink = 1.0 / math.sqrt(1.0 - rho * rho)
            for i in range(n):
                sw = math.sqrt(weight[i])
                a = _link(rho, gap[i])
                q = shrink if gap[i] == 1.0 else 1.0 / math.sqrt(1.0 - a * a)
                y_row = (sw * y[i] - a * y_before) * q
                y_before = sw * y[i]
                for j in range(p):
                    v = sw * x[i, j]
                    row[j] = (v - a * before[j]) * q if i > 0 else v
                    before[j] = v
                for j in range(p):
                    beta[j] += row[j] * y_row
                    for m in range(j + 1):
                        gram[j, m] += row[j] * row[m]
            for j in range(p):
                gram[j, j] += precision[j] * s2
            log_det = _solve(gram, beta, p)
            for i in range(n):
                fitted = 0.0
                for j in range(p):
                    fitted += x[i, j] * beta[j]
                left[i] = y[i] - fitted
                square[i] = left[i] * left[i]
            if step == 0:
                s2 = 2.2 * np.median(square) + SMALL
            total = 0.0
            for i in range(n):
                weight[i] = (DEGREES + 1.0) / (DEGREES + square[i] / s2)
                total += weight[i] * square[i]
            s2 = total / n + SMALL
            both = 0.0
            each = 0.0
            pairs = 0
            for i in range(n):
                size = SCORE * math.sqrt(DEGREES * math.log1p(square[i] / (DEGREES * s2)))
                score[i] = size if left[i] >= 0.0 else -size
                if i > 0 and gap[i] == 1.0:
                    both += score[i] * score[i - 1]
                    each += 0.5 * (score[i] ** 2 + score[i - 1] ** 2)
                    pairs += 1
            evidence = math.log(NORMAL * math.exp(-0.5 * ((rho - RHO_MEAN) / RHO_SD) ** 2) + EVEN)
            evidence -= 0.5 * (n - p) * math.log(s2) + 0.5 * log_det - n * LOG_T
            for i in range(n):
                evidence -= 0.5 * (DEGREES + 1.0) * math.log1p(square[i] / (DEGREES * s2))
                a = _link(rho, gap[i])
                if a != 0.0:
                    z, z0 = score[i], score[i - 1]
                    evidence -= 0.5 * math.log(1.0 - a * a)
                    evidence -= (a * a * (z * z + z0 * z0) - 2.0 * a * z * z0) / (2.0 * (1.0 - a * a))
            for j in range(p):
                evidence += 0.5 * math.log(precision[j]) - 0.5 * precision[j] * beta[j] ** 2
            if step == 0 or evidence > out[k, 0]:
                out[k, 0] = evidence
                out[k, 1] = beta[fixed] if p > fixed else 0.0
            # the next autocorrelation; where a series wanders the steps may lead astray, so that the best fit met counts
            known = pairs / (1.0 - min(max(rho, 0.0), 0.9) ** 2)
            normal = NORMAL * math.exp(-0.5 * ((rho - RHO_MEAN) / RHO_SD) ** 2)
            prior = normal / (normal + EVEN) / RHO_SD**2
            rho = (both / max(each, 1e-9) * known + RHO_MEAN * prior) / (known + prior)
            rho = min(max(rho, RHO_LOW), RHO_HIGH)


@numba.njit(cache=True, nogil=True)
def _solve(gram, beta, p):  # type: ignore[no-untyped-def]
    """Cholesky in place (lower); ``beta`` becomes the solution; the log determinant is returned."""
    log_det = 0.0
    for j in range(p):
        for m in range(j + 1):
            total = gram[j, m]
            for i in range(m):
                total -= gram[j, i] * gram[m, i]
            if m < j:
                gram[j, m] = total / gram[m, m]
            else:
                gram[j, j] = math.sqrt(max(total, 1e-300))
        log_det += 2.0 * math.log(gram[j, j])
    for j in range(p):
        for i in range(j):
            beta[j] -= gram[j, i] * beta[i]
        beta[j] /= gram[j, j]
    for j in range(p - 1, -1, -1):
        for i in range(j + 1, p):
            beta[j] -= gram[i, j] * beta[i]
        beta[j] /= gram[j, j]
    return log_det

"""The compiled kernel: one robust seasonal baseline per series, and what the last months did against it.

No I/O, no objects. All matrices are C-contiguous float64, so that one compiled form is cached. A month that is
not known is :data:`UNKNOWN` (-1), never NaN: comparisons with NaN are undefined under some compiler settings.
"""

from __future__ import annotations

import math

import numba
import numpy as np

__all__ = ["COLUMNS", "LATELY", "RECENT", "UNKNOWN", "history", "measure", "solve", "spread", "survey", "unpack"]

UNKNOWN = -1.0
RECENT = 6
"""How many last months, the tested one included, are kept out of the baseline."""

LATELY = 12
"""Months right before the tested one of which some have to be known."""

COLUMNS = (
    "known",  # months known before the tested one
    "active",  # of which with trade
    "gap",  # known silent months since the last trade (all of them if there was none)
    "year",  # months with trade among the last 12 known ones
    "since_first",  # known months since the first trade, the tested one excluded
    "now",  # log of the tested month; NaN where silent, inf where not known
    "baseline",  # log of the baseline for the tested month, group effects not included
    "squares",  # weighted squares of the residuals
    "freedom",  # how many residuals they rest on
    "leverage",  # variance of the baseline in units of the residual variance
    "top",  # largest earlier value
    "top_at",  # its month
    "year_ago",  # value one season earlier; NaN where not known
    "lately",  # of the twelve months before the tested one, how many are known
    "pairs",  # sum of products of the residuals of months next to each other
    "pair_squares",  # sum of the halved squares of the same
    "r0",  # residuals, log, tested month first; NaN where there is none
    "r1",
    "r2",
    "r3",
    "r4",
    "r5",
)
N_COLUMNS = len(COLUMNS)
FIRST = len(COLUMNS) - RECENT
P = 6
PADDED = 24
"""Length of a packed lower triangle of P rows, made a multiple of what a processor multiplies at once."""
N_PROFILE = (P - 1) + (P - 1) * P // 2 + 2
"""Right side and lower triangle of normal equations without a level, sum of weights, and sum of their squares by series."""
FIXED = 1048576.0
CLIP = 2.5
"""Log distance from the mean of its series beyond which a month speaks no louder for its group."""
T_DEGREES = 4.0
ROUNDS = 2


@numba.njit(cache=True, nogil=True)
def unpack(offsets, months, amounts, unknown, first, last, out):  # type: ignore[no-untyped-def]
    """Write series ``first .. last`` of compressed rows into the dense ``out``; columns in ``unknown`` stay so."""
    n_months = out.shape[1]
    for i in range(first, last):
        for m in range(n_months):
            out[i - first, m] = UNKNOWN if unknown[m] else 0.0
        for k in range(offsets[i], offsets[i + 1]):
            m = months[k]
            if m < n_months:
                out[i - first, m] = amounts[k]


@numba.njit(cache=True, nogil=True)
def logs_of(row, end, ys, at):  # type: ignore[no-untyped-def]
    """Write the logs of the months with trade before ``end`` and their places; return how many there are."""
    n = 0
    for m in range(end):
        if row[m] > 0.0:
            at[n] = m
            ys[n] = math.log(row[m])
            n += 1
    return n


@numba.njit(cache=True, nogil=True)
def spread_of(ys, n, out):  # type: ignore[no-untyped-def]
    """Write count and mean of ``n`` logs, and count and mean of absolute steps between them."""
    total = 0.0
    steps = 0.0
    for k in range(n):
        total += ys[k]
        if k > 0:
            steps += min(abs(ys[k] - ys[k - 1]), 5.0)
    out[0] = n
    out[1] = total / n if n > 0 else 0.0
    out[2] = max(n - 1, 0)
    out[3] = steps / (n - 1) if n > 1 else 0.0


@numba.njit(cache=True, nogil=True)
def spread(values, end, out):  # type: ignore[no-untyped-def]
    """Write :func:`spread_of` the logs of each series before ``end``, float64 [n, 4]."""
    ys = np.empty(values.shape[1])
    at = np.empty(values.shape[1], np.int64)
    for i in range(values.shape[0]):
        spread_of(ys, logs_of(values[i], end, ys, at), out[i])


@numba.njit(cache=True, nogil=True)
def survey(values, end, basis, products, discount, own, spreads, sums):  # type: ignore[no-untyped-def]
    """Write what :func:`spread` does, and add up by group what its members share: normal equations within series.

    Parameters
    ----------
    values, basis, products, discount
        As for :func:`measure`; months before ``end`` count.
    own
        int64 [n]: row of ``sums`` of each series.
    spreads
        float64 [n, 4].
    sums
        int64 [groups, N_PROFILE], in units of 1 / :data:`FIXED`: whole numbers, so that no order of adding changes them.
        Each series' own mean is taken out of its logs, trend and harmonics.
    """
    ys = np.empty(values.shape[1])
    at = np.empty(values.shape[1], np.int64)
    gram = np.empty(PADDED)
    right = np.empty(P)
    for i in range(values.shape[0]):
        n = logs_of(values[i], end, ys, at)
        spread_of(ys, n, spreads[i])
        if n < 3:
            continue
        gram[:] = 0.0
        right[:] = 0.0
        middle = 0.0
        for k in range(n):
            w = discount[at[k]]
            middle += w * ys[k]
            for j in range(PADDED):
                gram[j] += w * products[at[k], j]
        mass = gram[0]
        middle /= mass
        for k in range(n):
            wd = discount[at[k]] * min(max(ys[k] - middle, -CLIP), CLIP)
            for a in range(P):
                right[a] += wd * basis[at[k], a]
        g = own[i]
        j = P - 1
        for a in range(1, P):
            x = gram[a * (a + 1) // 2] / mass
            sums[g, a - 1] += np.int64(np.rint((right[a] - x * right[0]) * FIXED))
            for b in range(1, a + 1):
                sums[g, j] += np.int64(np.rint((gram[a * (a + 1) // 2 + b] - x * gram[b * (b + 1) // 2]) * FIXED))
                j += 1
        sums[g, j] += np.int64(np.rint(mass * FIXED))
        sums[g, j + 1] += np.int64(np.rint(mass * mass * FIXED))


@numba.njit(cache=True, nogil=True)
def history(row, end, season, out):  # type: ignore[no-untyped-def]
    """Write what does not depend on a baseline: columns ``known`` to ``now`` and ``top`` to ``lately``."""
    known = 0
    active = 0
    first = -1
    top = 0.0
    top_at = -1
    last_active = 0
    since_first = 0
    for m in range(end):
        v = row[m]
        if v < 0.0:
            continue
        known += 1
        if first >= 0:
            since_first += 1
        if v > 0.0:
            active += 1
            if first < 0:
                first = m
                since_first = 1
            last_active = known
            if v > top:
                top = v
                top_at = m
    year = 0
    seen = 0
    m = end - 1
    while m >= 0 and seen < 12:
        if row[m] >= 0.0:
            seen += 1
            if row[m] > 0.0:
                year += 1
        m -= 1
    v = row[end]
    out[0] = known
    out[1] = active
    out[2] = known - last_active
    out[3] = year
    out[4] = since_first
    out[5] = math.log(v) if v > 0.0 else (np.nan if v == 0.0 else np.inf)
    out[10] = top
    out[11] = top_at
    out[12] = np.nan
    if end >= season and row[end - season] >= 0.0:
        out[12] = row[end - season]
    lately = 0
    for m in range(max(end - LATELY, 0), end):
        if row[m] >= 0.0:
            lately += 1
    out[13] = lately


@numba.njit(cache=True, nogil=True)
def solve(gram, rhs, beta, lower):  # type: ignore[no-untyped-def]
    """Cholesky factor of ``gram`` into ``lower``, and the solution into ``beta``."""
    for i in range(P):
        for j in range(i + 1):
            s = gram[i, j]
            for k in range(j):
                s -= lower[i, k] * lower[j, k]
            if i == j:
                lower[i, i] = math.sqrt(max(s, 1e-12))
            else:
                lower[i, j] = s / lower[j, j]
    for i in range(P):
        s = rhs[i]
        for k in range(i):
            s -= lower[i, k] * beta[k]
        beta[i] = s / lower[i, i]
    for i in range(P - 1, -1, -1):
        s = beta[i]
        for k in range(i + 1, P):
            s -= lower[k, i] * beta[k]
        beta[i] = s / lower[i, i]


@numba.njit(cache=True, nogil=True)
def measure(values, end, season, recent, basis, products, discount, ridge, centre, scale, freedom, out):  # type: ignore[no-untyped-def]
    """Fit the baseline of each series on months before ``end - recent + 1`` and write :data:`COLUMNS` for ``end``.

    Parameters
    ----------
    values
        float64 [n, T], amounts; 0 no trade; :data:`UNKNOWN` not known. Months after ``end`` are not looked at.
    end, season, recent
        The tested month, the length of the season, months kept out of the baseline (at most :data:`RECENT`).
    basis
        float64 [T, 6]: ones, trend, two harmonics, relative to ``end``.
    products
        float64 [T, PADDED]: products of its columns, lower triangle row by row, then zeros.
    discount
        float64 [T]: weight of each month.
    ridge
        float64 [6]: prior precision in units of the residual's.
    centre, scale, freedom
        float64 [n, 6], float64 [n], float: prior coefficients, prior scale, and how many residuals the latter counts for.
    out
        float64 [n, len(COLUMNS)].
    """
    gram = np.empty((P, P))
    lower = np.empty((P, P))
    packed = np.empty(PADDED)
    rhs = np.empty(P)
    beta = np.empty(P)
    lev = np.empty(P)
    ys = np.empty(values.shape[1])
    ws = np.empty(values.shape[1])
    ds = np.empty(values.shape[1])
    at = np.empty(values.shape[1], np.int64)
    fit_end = end - recent + 1
    for i in range(values.shape[0]):
        history(values[i], end, season, out[i])
        n = logs_of(values[i], fit_end, ys, at)
        for k in range(n):
            for a in range(P):
                ys[k] -= centre[i, a] * basis[at[k], a]
        for j in range(RECENT):
            out[i, FIRST + j] = np.nan
        s2 = scale[i] * scale[i]
        for k in range(P):
            beta[k] = 0.0
        squares = 0.0
        weights = 0.0
        if n == 0:
            for a in range(P):
                for b in range(P):
                    lower[a, b] = 0.0
                lower[a, a] = math.sqrt(ridge[a])
        else:
            # first weights: the middle of the series, not its mean, so that one giant month does not set the level
            mid = 0.0
            tot = 0.0
            for k in range(n):
                mid += discount[at[k]] * ys[k]
                tot += discount[at[k]]
            mid /= tot
            for _ in range(3):
                num = 0.0
                den = 0.0
                for k in range(n):
                    d = ys[k] - mid
                    w = discount[at[k]] / (1.0 + d * d / (T_DEGREES * s2))
                    num += w * ys[k]
                    den += w
                mid = num / den
            for k in range(n):
                d = ys[k] - mid
                ws[k] = discount[at[k]] * (T_DEGREES + 1.0) / (T_DEGREES + d * d / (2.0 * s2))
            for _round in range(ROUNDS):
                rhs[:] = 0.0
                packed[:] = 0.0
                for k in range(n):
                    row = at[k]
                    w = ws[k]
                    wy = w * ys[k]
                    for j in range(PADDED):
                        packed[j] += w * products[row, j]
                    for a in range(P):
                        rhs[a] += wy * basis[row, a]
                j = 0
                for a in range(P):
                    for b in range(a + 1):
                        gram[a, b] = packed[j]
                        j += 1
                    gram[a, a] += ridge[a]
                solve(gram, rhs, beta, lower)
                squares = 0.0
                weights = 0.0
                for k in range(n):
                    row = at[k]
                    d = ys[k]
                    for a in range(P):
                        d -= beta[a] * basis[row, a]
                    ds[k] = d
                    w = (T_DEGREES + 1.0) / (T_DEGREES + d * d / s2)
                    squares += discount[row] * w * d * d
                    weights += discount[row]
                    ws[k] = discount[row] * w
                s2 = (freedom * scale[i] * scale[i] + squares) / (freedom + weights)
        # leverage: x' (X'WX + ridge)^-1 x through the factor
        h = 0.0
        for a in range(P):
            s = basis[end, a]
            for k in range(a):
                s -= lower[a, k] * lev[k]
            lev[a] = s / lower[a, a]
            h += lev[a] * lev[a]
        fit = 0.0
        for a in range(P):
            beta[a] += centre[i, a]
            fit += beta[a] * basis[end, a]
        pairs = 0.0
        pair_squares = 0.0
        for k in range(1, n):
            if at[k] == at[k - 1] + 1:
                pairs += math.sqrt(ws[k] * ws[k - 1]) * ds[k] * ds[k - 1]
                pair_squares += 0.5 * (ws[k] * ds[k] * ds[k] + ws[k - 1] * ds[k - 1] * ds[k - 1])
        out[i, 14] = pairs
        out[i, 15] = pair_squares
        out[i, 6] = fit
        out[i, 7] = squares
        out[i, 8] = weights
        out[i, 9] = h
        for j in range(recent):
            m = end - j
            if m >= 0 and values[i, m] > 0.0:
                d = math.log(values[i, m])
                for a in range(P):
                    d -= beta[a] * basis[m, a]
                out[i, FIRST + j] = d

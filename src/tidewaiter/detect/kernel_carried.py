"""The carried sums of the cascade: a robust seasonal regression that is added to, not fitted anew, and what groups do.

The regression is that of :mod:`tidewaiter.detect.kernel` with weights that are settled when an entry is added. Sums are counted
from column 0; that a ridge holds back a season does not depend on where it is counted from, and the trend is moved when a month
is solved for.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "FEWEST",
    "MEMBERS",
    "PAIRS",
    "SILENT",
    "WIDE",
    "P",
    "Terms",
    "moves_of_groups",
    "shape_sums",
    "solve_carried",
    "spread_of_rows",
]

FEWEST = 5
"""Entries before one that tells what its group did."""
MEMBERS = 4
"""Members with trade below which a group does nothing on the whole."""
P = 6
PAIRS, WIDE = 24, 8
"""Products of the regression's terms and terms, padded to what a processor adds at once."""
TAME = np.float32(1.5)
ZERO, ONE = np.float32(0.0), np.float32(1.0)
SILENT = np.float32(-np.inf)


class Terms(NamedTuple):
    """The regression by month: discount, terms, terms and products of terms times the discount, prior precision.

    ``marks``: months at which scales are compared with those at the end, one a series in turn; ``narrower``: by what factor
    typical spreads are smaller there.
    """

    growth: NDArray[np.float32]
    at: NDArray[np.float32]
    product: NDArray[np.float32]
    square: NDArray[np.float32]
    ridge: NDArray[np.float32]
    year: np.float32
    recent: int
    marks: NDArray[np.int64]
    narrower: NDArray[np.float32]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def solve_carried(gram, rhs, month, terms, beta):  # type: ignore[no-untyped-def]
    """Solve the carried sums for a month; coefficients into ``beta``, their trend counted from that month on.

    Written out (a factor L D L'): loops as short as these cost more than what they do.

    Returns
    -------
    tuple
        What the fit takes off the squares, and the leverage of the month.
    """
    grow = terms.growth[month]
    ago = np.float32(month) * terms.year
    # the sums with the trend counted from this month on
    u10 = gram[1] - ago * gram[0]
    i0 = ONE / (gram[0] + terms.ridge[0] * grow)
    l10 = u10 * i0
    i1 = ONE / (gram[2] - ago * (gram[1] + u10) + terms.ridge[1] * grow - u10 * l10)
    u20 = gram[3]
    u21 = gram[4] - ago * gram[3] - u20 * l10
    l20, l21 = u20 * i0, u21 * i1
    i2 = ONE / (gram[5] + terms.ridge[2] * grow - u20 * l20 - u21 * l21)
    u30 = gram[6]
    u31 = gram[7] - ago * gram[6] - u30 * l10
    u32 = gram[8] - u30 * l20 - u31 * l21
    l30, l31, l32 = u30 * i0, u31 * i1, u32 * i2
    i3 = ONE / (gram[9] + terms.ridge[3] * grow - u30 * l30 - u31 * l31 - u32 * l32)
    u40 = gram[10]
    u41 = gram[11] - ago * gram[10] - u40 * l10
    u42 = gram[12] - u40 * l20 - u41 * l21
    u43 = gram[13] - u40 * l30 - u41 * l31 - u42 * l32
    l40, l41, l42, l43 = u40 * i0, u41 * i1, u42 * i2, u43 * i3
    i4 = ONE / (gram[14] + terms.ridge[4] * grow - u40 * l40 - u41 * l41 - u42 * l42 - u43 * l43)
    u50 = gram[15]
    u51 = gram[16] - ago * gram[15] - u50 * l10
    u52 = gram[17] - u50 * l20 - u51 * l21
    u53 = gram[18] - u50 * l30 - u51 * l31 - u52 * l32
    u54 = gram[19] - u50 * l40 - u51 * l41 - u52 * l42 - u53 * l43
    l50, l51, l52, l53, l54 = u50 * i0, u51 * i1, u52 * i2, u53 * i3, u54 * i4
    i5 = ONE / (gram[20] + terms.ridge[5] * grow - u50 * l50 - u51 * l51 - u52 * l52 - u53 * l53 - u54 * l54)
    r0 = rhs[0]
    r1 = rhs[1] - ago * rhs[0] - l10 * r0
    r2 = rhs[2] - l20 * r0 - l21 * r1
    r3 = rhs[3] - l30 * r0 - l31 * r1 - l32 * r2
    r4 = rhs[4] - l40 * r0 - l41 * r1 - l42 * r2 - l43 * r3
    r5 = rhs[5] - l50 * r0 - l51 * r1 - l52 * r2 - l53 * r3 - l54 * r4
    x1 = -l10
    x2 = terms.at[month, 2] - l20 - l21 * x1
    x3 = terms.at[month, 3] - l30 - l31 * x1 - l32 * x2
    x4 = terms.at[month, 4] - l40 - l41 * x1 - l42 * x2 - l43 * x3
    x5 = terms.at[month, 5] - l50 - l51 * x1 - l52 * x2 - l53 * x3 - l54 * x4
    explained = r0 * r0 * i0 + r1 * r1 * i1 + r2 * r2 * i2 + r3 * r3 * i3 + r4 * r4 * i4 + r5 * r5 * i5
    leverage = i0 + x1 * x1 * i1 + x2 * x2 * i2 + x3 * x3 * i3 + x4 * x4 * i4 + x5 * x5 * i5
    b5 = r5 * i5
    b4 = r4 * i4 - l54 * b5
    b3 = r3 * i3 - l43 * b4 - l53 * b5
    b2 = r2 * i2 - l32 * b3 - l42 * b4 - l52 * b5
    b1 = r1 * i1 - l21 * b2 - l31 * b3 - l41 * b4 - l51 * b5
    b0 = r0 * i0 - l10 * b1 - l20 * b2 - l30 * b3 - l40 * b4 - l50 * b5
    beta[0], beta[1], beta[2], beta[3], beta[4], beta[5] = b0, b1, b2, b3, b4, b5
    taken = (
        terms.ridge[0] * b0 * b0
        + terms.ridge[1] * b1 * b1
        + terms.ridge[2] * b2 * b2
        + terms.ridge[3] * b3 * b3
        + terms.ridge[4] * b4 * b4
        + terms.ridge[5] * b5 * b5
    )
    return explained + grow * taken, grow * leverage


@numba.njit(cache=True, nogil=True, error_model="numpy")
def spread_of_rows(offsets, months, logs, series, marks, table, out, earlier, moves, members):  # type: ignore[no-untyped-def]
    """As :func:`tidewaiter.detect.kernel.spread` of all months, from compressed rows whose logs are taken.

    ``moves``, ``members`` float32 [tables, n_months], added to: by how much (log, :data:`TAME` at most) the members of a table
    lie above their own means in a month, and how many do; ``table`` int64 [n_series] tells which is whose.

    ``earlier`` float64 [marks, 2], added to: how many steps there were before a mark, 24 at most, and as many times the log of
    how much larger their mean was than that of all; each series is looked at by one mark, in
    turn; ``series`` is the number of the first.
    """
    for i in range(len(offsets) - 1):
        n = 0
        total = 0.0
        steps = 0.0
        before = ZERO
        mark = marks[(series + i) % len(marks)]
        then = 0.0
        many = 0
        for k in range(offsets[i], offsets[i + 1]):
            y = logs[k]
            if y > SILENT:
                if months[k] >= mark and many == 0:
                    then = steps
                    many = n
                if n > 0:
                    steps += min(abs(y - before), np.float32(5.0))
                total += y
                before = y
                n += 1
        out[i, 0] = n
        out[i, 1] = total / n if n > 0 else 0.0
        out[i, 2] = max(n - 1, 0)
        out[i, 3] = steps / (n - 1) if n > 1 else 0.0
        if n >= FEWEST:
            mean = np.float32(out[i, 1])
            g = table[i]
            for k in range(offsets[i], offsets[i + 1]):
                if logs[k] > SILENT:
                    m = months[k]
                    moves[g, m] += max(min(logs[k] - mean, TAME), -TAME)
                    members[g, m] += ONE
        if many > 2:
            weight = min(many - 1, 24)
            at = (series + i) % len(marks)
            earlier[at, 0] += weight
            earlier[at, 1] += weight * math.log(max(then / (many - 1), 0.02) / max(out[i, 3], 0.02))


@numba.njit(cache=True, nogil=True, error_model="numpy")
def shape_sums(moves, members, size, groups, months, terms, out):  # type: ignore[no-untyped-def]
    """Write what groups share up to some months, as :func:`tidewaiter.detect.kernel.survey` adds it up of all members.

    Parameters are those of :func:`moves_of_groups`; ``out`` is float64 [n, N_PROFILE], in natural units.
    """
    gram = np.empty(PAIRS, np.float32)
    rhs = np.empty(WIDE, np.float32)
    full = np.empty((P, P))
    right = np.empty(P)
    at = -1
    then = 0
    for r in range(len(groups)):
        g = groups[r]
        m = months[r]
        if g != at:
            gram[:] = ZERO
            rhs[:] = ZERO
            then = 0
            at = g
        while then <= m - terms.recent:
            n = members[g, then]
            if n > ZERO:
                for j in range(PAIRS):
                    gram[j] += n * terms.square[then, j]
                for j in range(WIDE):
                    rhs[j] += moves[g, then] * terms.product[then, j]
            then += 1
        grow = terms.growth[m]
        ago = m * terms.year
        k = 0
        for a in range(P):
            right[a] = rhs[a] / grow
            for b in range(a + 1):
                full[a, b] = full[b, a] = gram[k] / grow
                k += 1
        # the trend is counted from the tested month on
        for a in range(P):
            full[a, 1] -= ago * full[a, 0]
        for a in range(P):
            full[1, a] -= ago * full[0, a]
        right[1] -= ago * right[0]
        mass = full[0, 0]
        k = P - 1
        for a in range(1, P):
            out[r, a - 1] = right[a] - (right[0] * full[a, 0] / mass if mass > 0.0 else 0.0)
            for b in range(1, a + 1):
                out[r, k] = full[a, b] - (full[a, 0] * full[b, 0] / mass if mass > 0.0 else 0.0)
                k += 1
        out[r, k] = mass
        out[r, k + 1] = mass * mass / max(size[g], 1)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def moves_of_groups(moves, members, size, groups, months, terms, shape, out):  # type: ignore[no-untyped-def]
    """Write what groups did in the last months of some months on the whole, beside their baseline before those.

    The regression of a member, of middling trade, on the mean of the members: what it leaves is about the mean of what
    their own leave.

    Parameters
    ----------
    moves, members
        See :func:`spread_of_rows`.
    size
        int64 [tables]: series of each.
    groups, months
        int64 [n]: which table and month, by table, then month.
    shape
        float32 [n, P]: what the coefficients of members lean on.
    out
        float32 [n, RECENT], tested month first, log; NaN where fewer than :data:`MEMBERS` trade.
    """
    gram = np.empty(PAIRS, np.float32)
    rhs = np.empty(WIDE, np.float32)
    beta, known, left = np.empty(P, np.float32), np.empty(P, np.float32), np.empty(WIDE, np.float32)
    at = -1
    then = 0
    for r in range(len(groups)):
        g = groups[r]
        m = months[r]
        if g != at:
            gram[:] = ZERO
            rhs[:] = ZERO
            then = 0
            at = g
        while then <= m - terms.recent:
            n = members[g, then]
            if n > ZERO:
                w = n / np.float32(size[g])
                for j in range(PAIRS):
                    gram[j] += w * terms.square[then, j]
                w *= moves[g, then] / n
                for j in range(WIDE):
                    rhs[j] += w * terms.product[then, j]
            then += 1
        # what is left of the sums beside the shape; its level and trend are counted from column 0 here
        known[0] = shape[r, 0] - shape[r, 1] * np.float32(m) * terms.year
        for a in range(1, P):
            known[a] = shape[r, a]
        k = 0
        for a in range(WIDE):
            left[a] = rhs[a]
        for a in range(P):
            for b in range(a + 1):
                left[a] -= gram[k] * known[b]
                if b < a:
                    left[b] -= gram[k] * known[a]
                k += 1
        solve_carried(gram, left, m, terms, beta)
        for a in range(P):
            beta[a] += shape[r, a]
        for j in range(out.shape[1]):
            t = m - j
            out[r, j] = np.nan
            if j < terms.recent and t >= 0 and members[g, t] >= MEMBERS:
                f = ZERO
                for a in range(2, P):
                    f += beta[a] * terms.at[t, a]
                out[r, j] = moves[g, t] / members[g, t] - (beta[0] - beta[1] * np.float32(j) * terms.year + f)

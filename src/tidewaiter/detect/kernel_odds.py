"""The compiled kernel that weighs the last months: how much likelier they are under a surge or a shift than without.

The model of quiet months: residual = error of the baseline + AR(1) noise with t(4) innovations. The error of the
baseline is not known; it is summed over a grid, narrow where the baseline is well founded, with a share of a wide law for
series whose level moved lately. Everything is a product of ``1 + x * x / 4``, so that there is one power an hypothesis.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from tidewaiter.detect.kernel import RECENT

__all__ = ["ODDS", "SHIFTS", "SURGES", "weigh"]

ODDS = ("density", "up", "down", "surge", "shift", "ahead")
"""Log predictive density of the last month, ``-log`` of its upper and lower tail, log odds of a surge and of a shift
against none, and the residual that was to be expected."""

SURGES = np.log(np.array([2.0, 3.0, 5.0, 10.0, 30.0, 300.0]))
SURGE_WEIGHTS = np.array([0.2, 0.2, 0.2, 0.2, 0.15, 0.05])
SHIFTS = np.log(np.array([2.0, 3.0, 5.0, 10.0]))
SHIFT_WEIGHTS = np.array([0.3, 0.3, 0.25, 0.15])
LENGTHS = np.array([3, 4, 6])
LENGTH_WEIGHTS = np.array([0.25, 0.5, 0.25])
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
NODE_WEIGHTS /= NODE_WEIGHTS.sum()


@numba.njit(cache=True, nogil=True)
def upper_tail(x):  # type: ignore[no-untyped-def]
    """Upper tail of Student's t with 4 degrees of freedom, accurate far out."""
    if x < 0.0:
        return 1.0 - upper_tail(-x)
    # 1/2 - (x/2) (1 + 6/(4 + x x)) / sqrt(4 + x x) written without cancellation
    a = math.sqrt(4.0 + x * x)
    u = 4.0 / (a * (a + x))  # 1 - x / a
    # tail = (2 - 3 s + s^3) / 4 with s = x / a = 1 - u
    return u * u * (3.0 - u) / 4.0


@numba.njit(cache=True, nogil=True)
def weigh(residuals, scale, carry, doubt, moved, wide, full, out):  # type: ignore[no-untyped-def]
    """Weigh the last months of each series.

    Parameters
    ----------
    residuals
        float64 [n, RECENT], log residuals, tested month first; NaN where there is none.
    scale
        float64 [n]: scale of the noise (its t law has this scale at stationarity).
    carry
        float64 [n]: how much of a month's noise carries over to the next.
    doubt
        float64 [n]: standard deviation of the baseline's error, in units of ``scale``.
    moved, wide
        Share of series whose level has moved, and by how much, in units of ``scale``.
    full
        Whether odds are wanted too, not only density, tails and expectation. They are left at -50 for months below
        their expectation: nothing surged there.
    out
        float64 [n, len(ODDS)].
    """
    z = np.empty(RECENT)
    rho = np.empty(RECENT)
    width = np.empty(RECENT)
    before = np.empty(RECENT, np.int64)
    plain = np.empty(RECENT)
    n_shift = len(SHIFTS)
    inside = np.empty((n_shift, RECENT))
    onset = np.empty((n_shift, RECENT))
    for i in range(residuals.shape[0]):
        for k in range(6):
            out[i, k] = 0.0
        out[i, 3] = out[i, 4] = -50.0
        s = scale[i]
        count = 0
        for j in range(RECENT):
            z[j] = residuals[i, j] / s
            if z[j] == z[j]:
                count += 1
        now = z[0] == z[0]
        if count == 0:
            continue
        for j in range(RECENT):
            if z[j] != z[j]:
                continue
            # the nearest earlier month with trade; further back the noise has forgotten more
            b = -1
            power = 1.0
            for k in range(j + 1, RECENT):
                power *= carry[i]
                if z[k] == z[k]:
                    b = k
                    break
            before[j] = b
            rho[j] = power if b >= 0 else 0.0
            width[j] = math.sqrt(1.0 - rho[j] * rho[j])
        narrow = max(doubt[i], 0.05)
        rose = full and now and z[0] > 0.0
        whole = 0.0
        others = 0.0
        up = 0.0
        down = 0.0
        surge = 0.0
        shift = 0.0
        ahead = 0.0
        for part in range(2):
            sd = narrow if part == 0 else math.sqrt(narrow * narrow + wide * wide)
            for node in range(len(NODES)):
                weight = NODE_WEIGHTS[node] * ((1.0 - moved) if part == 0 else moved)
                error = NODES[node] * sd
                past = weight
                for j in range(RECENT):
                    if z[j] == z[j]:
                        e = z[j] - error
                        if before[j] >= 0:
                            e -= rho[j] * (z[before[j]] - error)
                        e /= width[j]
                        q = 1.0 + e * e / 4.0
                        plain[j] = 1.0 / (q * q * math.sqrt(q) * width[j])
                        if j > 0:
                            past *= plain[j]
                others += past
                mean0 = error
                if now and before[0] >= 0:
                    mean0 += rho[0] * (z[before[0]] - error)
                if not now:
                    first = -1
                    power = 1.0
                    for k in range(1, RECENT):
                        power *= carry[i]
                        if z[k] == z[k]:
                            first = k
                            break
                    if first >= 0:
                        mean0 += power * (z[first] - error)
                ahead += past * mean0
                if not now:
                    continue
                both = past * plain[0]
                whole += both
                e0 = (z[0] - mean0) / width[0]
                tail = upper_tail(e0)
                up += past * tail
                down += past * (1.0 - tail if e0 < 0.0 else upper_tail(-e0))
                if not rose:
                    continue
                for k in range(len(SURGES)):
                    e = (z[0] - SURGES[k] / s - mean0) / width[0]
                    q = 1.0 + e * e / 4.0
                    surge += SURGE_WEIGHTS[k] * past / (q * q * math.sqrt(q) * width[0])
                for d in range(n_shift):
                    by = SHIFTS[d] / s
                    for j in range(RECENT):
                        if z[j] == z[j]:
                            e = z[j] - by - error
                            if before[j] >= 0:
                                e -= rho[j] * (z[before[j]] - error)
                            f = e / width[j]
                            q = 1.0 + f * f / 4.0
                            onset[d, j] = 1.0 / (q * q * math.sqrt(q) * width[j])
                            f = (e + rho[j] * by) / width[j]
                            q = 1.0 + f * f / 4.0
                            inside[d, j] = 1.0 / (q * q * math.sqrt(q) * width[j])
                    for k in range(len(LENGTHS)):
                        length = LENGTHS[k]
                        product = weight
                        shifted = 0
                        for j in range(RECENT):
                            if z[j] == z[j]:
                                if j >= length:
                                    product *= plain[j]
                                else:
                                    shifted += 1
                                    product *= inside[d, j] if 0 <= before[j] < length else onset[d, j]
                        if shifted >= 2:
                            shift += SHIFT_WEIGHTS[d] * LENGTH_WEIGHTS[k] * product
        out[i, 5] = ahead / others
        if now:
            # 3/8 is the height of the t(4) density
            out[i, 0] = math.log(0.375 * whole / others / s)
            out[i, 1] = -math.log(max(up / others, 1e-300))
            out[i, 2] = -math.log(max(down / others, 1e-300))
            if rose:
                out[i, 3] = math.log(max(surge / whole, 1e-20))
                out[i, 4] = math.log(max(shift / whole, 1e-20))

"""From measurements to rough scores: every channel's ``-log p`` under a simple model, to be calibrated afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from tidewaiter.detect.counts import COUNT_STRATA, count_scores, count_strata
from tidewaiter.detect.measured import Measured

__all__ = ["CHANNELS", "Constants", "learn_constants", "n_strata", "rough_scores", "strata"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHANNELS = ("spike", "sustained", "start", "stop", "fall", "record")
WINDOWS = (3, 4, 6)
T_DEGREES = 5.0
OCCUPANCY = np.array([0.04, 0.12, 0.25, 0.45, 0.7, 0.92])
GAPS = np.array([1, 2, 3, 4, 6, 9, 12, 18, 24, 36])
FIRST_GAP = 6
"""Silent months after which trade counts as a start."""


@dataclass(frozen=True)
class Constants:
    """What is learnt from earlier months, pooled over all series; see :func:`learn_constants`."""

    scale_ratio: float
    prior_freedom: float
    carry: Floats  # how much of the recent level carries over: last month, mean of the last ones
    spread: Floats  # variance of the spike statistic: constant, times leverage
    windows: Floats  # [len(WINDOWS), 3] variance of window means: constant, 1 / months, leverage
    starts: Floats  # [occupancy, gap] share of months that are a start after at least that gap
    restarts: Floats  # [occupancy, gap] share of so silent series that trade in a month
    silences: Floats  # [occupancy, gap] share of months within a silence at least that long


def standardised(m: Measured, ratio: float, freedom: float) -> tuple[Floats, Floats, Floats]:
    """Residuals over each series' scale, the common move of its group taken out; also the scale and that move."""
    prior = (ratio * m.scale) ** 2
    scale = np.sqrt((freedom * prior + m["squares"]) / (freedom + m["freedom"]))
    z = m.recent / scale[:, None]
    common = np.zeros_like(z)
    for j in range(z.shape[1]):
        common[:, j] = common_move(z[:, j], m.groups, m.n_groups)
    return z - common, scale, common


def common_move(z: Floats, groups: Ints, n_groups: int) -> Floats:
    """What the other members of each series' group did in that month, shrunk by how much groups move at all.

    An M-estimate (clipped mean, recentred), so that one wild member does not move its group; a member's own move is
    left out of what is taken from it.
    """
    ok = np.isfinite(z)
    zz = np.where(ok, z, 0.0)
    g = groups
    n = np.bincount(g, ok, n_groups)
    # From the median: clipped steps from zero would not reach a group that moved by many scales.
    centre = _medians(zz[ok], g[ok], n_groups)
    for _ in range(6):
        pull = np.where(ok, np.clip(zz - centre[g], -1.5, 1.5), 0.0)
        centre = centre + np.bincount(g, pull, n_groups) / np.maximum(n, 1)
    pull = np.where(ok, np.clip(zz - centre[g], -1.5, 1.5), 0.0)
    noise = 1.2
    big = n >= 4
    if not big.any():
        return np.zeros_like(z)
    w = np.minimum(n[big], 30)
    between = max(float(np.average(np.minimum(centre[big] ** 2, 4.0) - noise / n[big], weights=w)), 0.0)
    # a group far outside that variance moved as one: shrink it by its own evidence
    own = np.maximum(centre**2 - 9.0 * noise / np.maximum(n, 1), 0.0)
    between_g = np.maximum(between, np.where(n >= 8, own, 0.0))
    keep = between_g / (between_g + noise / np.maximum(n - 1, 1))
    without = centre[g] - pull / np.maximum(n[g] - 1, 1)
    return np.where(n[g] > 1, keep[g] * without, 0.0)


def _medians(z: Floats, groups: Ints, n_groups: int) -> Floats:
    """Return the lower median of each group; 0 for a group without members."""
    order = np.lexsort((z, groups))
    count = np.bincount(groups, minlength=n_groups)
    first = np.cumsum(count) - count
    middle = np.minimum(first + (count - 1) // 2, max(len(z) - 1, 0))
    return np.where(count > 0, z[order][middle], 0.0) if len(z) else np.zeros(n_groups)


def _carry(z: Floats) -> Floats:
    """Recent level as two regressors: last month, and the mean of the last ones shrunk by how many there are."""
    c = np.clip(z[:, 1:], -3.0, 3.0)
    seen = np.isfinite(c)
    c = np.where(seen, c, 0.0)
    return np.stack([c[:, 0], c.sum(1) / (seen.sum(1) + 1.0)], axis=1)


def _window(z: Floats, months: int) -> tuple[Floats, Floats]:
    c = np.clip(z[:, :months], -3.0, 3.0)
    seen = np.isfinite(c)
    n = seen.sum(1)
    return np.where(seen, c, 0.0).sum(1) / np.maximum(n, 1), n.astype(np.float64)


def occupancy(m: Measured) -> Ints:
    """How often a series trades when it is not in its present silence, in classes; the last class: never seen."""
    share = m["active"] / np.maximum(m["known"] - np.where(m["active"] > 0, m["gap"], 0), 1)
    return np.where(m["active"] > 0, np.searchsorted(OCCUPANCY, share), len(OCCUPANCY) + 1)


def strata(m: Measured) -> Ints:
    """Classes of series whose months are compared: share of known months with trade; for counts, the mean."""
    if m.family == "count":
        return count_strata(m)
    share = m["active"] / np.maximum(m["known"], 1)
    return np.searchsorted(OCCUPANCY, share).astype(np.int64)


def n_strata(family: str) -> int:
    """How many classes :func:`strata` knows."""
    return COUNT_STRATA if family == "count" else len(OCCUPANCY) + 1


def learn_constants(months: list[Measured]) -> Constants:
    """Estimate the pooled constants from measurements of earlier months."""
    if not months or months[0].family == "count":
        return Constants(
            1.0, 12.0, np.array([0.2, 0.3]), np.ones(2), np.tile([0.1, 1.0, 1.0], (len(WINDOWS), 1)),
            *_silence_tables(months),
        )  # fmt: skip
    squares = np.concatenate([m["squares"] for m in months])
    freedom = np.concatenate([m["freedom"] for m in months])
    prior = np.concatenate([m.scale for m in months]) ** 2
    ok = freedom > 6
    ratio2 = 0.8
    d0 = 12.0
    if ok.sum() > 50:
        ratio2 = float(np.clip(squares[ok].sum() / (freedom[ok] * prior[ok]).sum(), 0.2, 3.0))
        e = np.log(np.maximum(squares[ok] / freedom[ok], 1e-6) / (ratio2 * prior[ok]))
        # log of a scaled chi-square over its freedom: variance about 2/d, more for heavy tails
        spare = np.var(np.clip(e - np.median(e), -2.0, 2.0)) - np.mean(3.2 / freedom[ok])
        d0 = float(np.clip(2.0 / max(spare, 0.02), 3.0, 100.0))
    ratio = float(np.sqrt(ratio2))
    zs, levs = [], []
    for m in months:
        z, _, _ = standardised(m, ratio, d0)
        zs.append(z)
        levs.append(m["leverage"])
    z = np.concatenate(zs)
    h = np.concatenate(levs)
    now = np.isfinite(z[:, 0])
    x: Floats = _carry(z)[now]
    y = np.clip(z[now, 0], -3.0, 3.0)
    h0 = h[now]
    carry: NDArray[Any] = np.array([0.2, 0.3])
    variance = np.array([1.0, 1.0])
    windows = np.tile([0.1, 1.0, 1.0], (len(WINDOWS), 1))
    if now.sum() > 200:
        carry = np.linalg.solve(x.T @ x + np.eye(2), x.T @ y)
        left = np.clip(z[now, 0] - x @ carry, -4.0, 4.0) ** 2
        variance = _nonnegative(np.stack([np.ones_like(h0), h0], 1), left, variance)
        for i, k in enumerate(WINDOWS):
            mean, n = _window(z[now], k)
            some = n >= 2
            if some.sum() > 100:
                a = np.stack([np.ones(some.sum()), 1.0 / n[some], h0[some]], 1)
                windows[i] = _nonnegative(a, mean[some] ** 2, windows[i])
    return Constants(ratio, d0, carry, variance, windows, *_silence_tables(months))


def _nonnegative(a: Floats, y: Floats, prior: Floats) -> Floats:
    """Least squares with coefficients kept at least a little above zero."""
    gram = a.T @ a + np.eye(a.shape[1]) * 5.0
    return np.asarray(np.maximum(np.linalg.solve(gram, a.T @ y + 5.0 * prior), 0.02), dtype=np.float64)


def _silence_tables(months: list[Measured]) -> tuple[Floats, Floats, Floats]:
    shape = (len(OCCUPANCY) + 2, len(GAPS) + 1)
    at_risk, back = np.zeros(shape), np.zeros(shape)
    silent = np.zeros(shape)
    total = np.zeros(shape[0])
    for m in months:
        ok = (m["now"] != np.inf) & (m["known"] >= 6)
        state = occupancy(m)[ok]
        gap = np.searchsorted(GAPS, m["gap"][ok], side="right")
        trade = np.isfinite(m["now"][ok])
        np.add.at(at_risk, (state, gap), 1.0)
        np.add.at(back, (state, gap), trade)
        run = np.searchsorted(GAPS, m["gap"][ok] + 1, side="right")
        np.add.at(silent, (state, run), ~trade)
        total += np.bincount(state, minlength=shape[0])
    # at least that gap: sums from the right
    starts = np.cumsum(back[:, ::-1], 1)[:, ::-1]
    silences = np.cumsum(silent[:, ::-1], 1)[:, ::-1]
    pooled = (back.sum(0) + 0.5) / (at_risk.sum(0) + 2.0)
    restarts = (back + 4.0 * pooled) / (at_risk + 4.0)
    return (starts + 0.5) / (total[:, None] + 10.0), restarts, (silences + 0.5) / (total[:, None] + 10.0)


def _upper(z: Floats, degrees: float = T_DEGREES) -> Floats:
    """``-log`` of the upper tail of a t law of unit variance; 0 where there is no number."""
    ok = np.isfinite(z)
    out = np.zeros(len(z))
    out[ok] = -np.log(np.maximum(stdtr(degrees, -z[ok] * np.sqrt(degrees / (degrees - 2))), 1e-300))
    return out


def rough_scores(m: Measured, c: Constants) -> dict[str, Floats]:
    """Return each channel's rough ``-log p`` [n] (0: cannot be), and what describes the month.

    Extra entries: ``expected`` and ``spread`` (log), ``common`` (log move of the group), ``restart_rate``,
    ``gap``.
    """
    if m.family == "count":
        out = count_scores(m)
        size = np.where(out["spike"] > 0, out["spike"], 0.0)
        scale = np.ones(len(m.level))
    else:
        out, size, scale = _value_scores(m, c)
    state = occupancy(m)
    gap = np.searchsorted(GAPS, m["gap"], side="right")
    trade = np.isfinite(m["now"])
    fresh = trade & (m["gap"] >= FIRST_GAP) & (m["known"] >= FIRST_GAP)
    rate = -np.log(c.starts[state, gap])
    out["start"] = np.where(fresh, rate + size, 0.0)
    run = np.searchsorted(GAPS, m["gap"] + 1, side="right")
    silent = np.isnan(m["now"]) & (m["active"] > 0) & (m["gap"] < 12)
    out["stop"] = np.where(silent, -np.log(c.silences[state, run]), 0.0)
    top = np.log(np.maximum(m["top"], 1e-300))
    over = np.where(trade & (m["active"] > 0), (m["now"] - top) / scale, -np.inf)
    if m.family == "value":
        out["record"] = np.where(over > 0, np.log(m["active"] + 1.0) + np.maximum(over, 0.0), 0.0)
    out["restart_rate"] = c.restarts[state, gap]
    return out


def _value_scores(m: Measured, c: Constants) -> tuple[dict[str, Floats], Floats, Floats]:
    """Scores that rest on a baseline; how large the month is for a restart; each series' scale."""
    z, scale, common = standardised(m, c.scale_ratio, c.prior_freedom)
    h = np.where(np.isfinite(m["leverage"]), m["leverage"], 0.0)
    ahead = _carry(z) @ c.carry
    sd = np.sqrt(c.spread[0] + c.spread[1] * h)
    u = (z[:, 0] - ahead) / sd
    out = {"spike": _upper(u), "fall": _upper(-u)}
    best = np.full(len(u), -np.inf)
    for i, k in enumerate(WINDOWS):
        mean, n = _window(z, k)
        a, b, d = c.windows[i]
        stat = mean / np.sqrt(a + b / np.maximum(n, 1) + d * h)
        best = np.maximum(best, np.where((n >= 2) & np.isfinite(z[:, 0]), stat, -np.inf))
    out["sustained"] = _upper(best, 30.0)
    by_group = (m["now"] - m.level) / np.sqrt(m.within + scale**2)
    by_own = (m["now"] - m["baseline"]) / (scale * np.sqrt(1.0 + h))
    size = 0.5 * (_upper(by_group, 30.0) + _upper(by_own, 30.0))
    out["expected"] = m["baseline"] + (ahead + common[:, 0]) * scale
    out["spread"] = scale * sd
    out["common"] = common[:, 0] * scale
    return out, size, scale

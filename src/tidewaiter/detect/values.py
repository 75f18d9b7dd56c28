"""Evidence in money and weight: each series' scale, its group's common move, and the odds of a surge or a shift."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect import kernel_odds
from tidewaiter.detect.measured import Measured
from tidewaiter.detect.run import Options, each_block

__all__ = ["Noise", "Weighed", "after_far_off", "common_move", "event_shares", "learn_noise", "weigh", "weigh_mirrored"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_STEPS = 16
"""A whole group may have moved by as many times 1.5 scales: thousands that become ones are twelve."""
LEARN_FROM = 12_000
"""Series-months the noise is learnt from; more change the third digit only."""
CARRY_KEPT = 1.2
FIRST_FREEDOM = 4.0
STEPS_COUNT = 30.0
"""How many residuals a group's scale from steps between months counts for, beside its members' residuals."""
MIRROR_FROM = 120_000
"""Series-months looked at upside down."""
EM_STEPS = 40
LEAN_FROM, MOST_LEAN = 1000, (0.5, 2.0)
"""Months from which a lean of the noise is read, and how far it is believed."""
FAR_OFF = 2.5
"""Scales from its baseline beyond which a month may have been an outlier."""
CHOICES = {
    "carry": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7),
    "ratio": (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.4),
    "doubt": (0.3, 0.6, 1.0, 1.5, 2.5),
    "freedom": (5.0, 10.0, 20.0, 40.0, 80.0),
}
FINER = {"carry": (-0.05, 0.0, 0.05), "ratio": (-0.05, 0.0, 0.05)}


@dataclass(frozen=True)
class Noise:
    """The noise of all series together, by maximum predictive likelihood.

    Attributes
    ----------
    carry
        How much of a month's noise carries over to the next.
    ratio, freedom
        The groups' prior scale is right but for this factor, and counts for this many months.
    doubt
        Variance of a baseline's error over its leverage.
    moved, wide
        Share of series whose level has moved lately, and by how many scales; fixed.
    """

    carry: float = 0.3
    ratio: float = 0.85
    freedom: float = 20.0
    doubt: float = 1.0
    moved: float = 0.2
    wide: float = 1.6


@dataclass(frozen=True)
class Weighed:
    """What the kernel of odds says; ``common`` is the log move of the group in the tested month."""

    odds: Floats
    scale: Floats
    common: Floats

    def __getitem__(self, name: str) -> Floats:
        """Return one column of :data:`tidewaiter.detect.kernel_odds.ODDS`."""
        return self.odds[:, kernel_odds.ODDS.index(name)]


def common_move(z: Floats, groups: Ints, n_groups: int) -> Floats:
    """What the other members of each series' group did in a month, shrunk by how much groups move at all.

    An M-estimate (clipped mean, recentred), so that one wild member does not move its group; a member's own move is
    left out of what is taken from it.
    """
    at = np.flatnonzero(np.isfinite(z))
    seen, of = z[at], groups[at]
    n = np.bincount(of, minlength=n_groups).astype(np.float64)
    big = n >= 4
    if not big.any():
        return np.zeros_like(z)
    centre = np.zeros(n_groups)
    for _ in range(MOST_STEPS):
        step = np.bincount(of, np.clip(seen - centre[of], -1.5, 1.5), n_groups) / np.maximum(n, 1)
        centre = centre + step
        if np.abs(step).max() < 0.02:
            break
    pull = np.zeros_like(z)
    pull[at] = np.clip(seen - centre[of], -1.5, 1.5)
    noise = 1.2
    w = np.minimum(n[big], 30)
    between = max(float(np.average(np.minimum(centre[big] ** 2, 4.0) - noise / n[big], weights=w)), 0.0)
    # a group far outside that variance moved as one: its own evidence counts
    own = np.maximum(centre**2 - 9.0 * noise / np.maximum(n, 1), 0.0)
    between_g = np.maximum(between, np.where(n >= 8, own, 0.0))
    keep = between_g / (between_g + noise / np.maximum(n - 1, 1))
    own_group = np.where(n > 1, keep * centre, 0.0)[groups]
    return np.asarray(own_group - pull * np.where(n > 1, keep / np.maximum(n - 1, 1), 0.0)[groups])


def _scales(m: Measured, noise: Noise) -> Floats:
    """Scale of each series' noise: its own residuals, leaning on those of its group."""
    first = m.scale**2
    own = np.log((m["squares"] + FIRST_FREEDOM * first) / (m["freedom"] + FIRST_FREEDOM))
    mass = np.bincount(m.groups, m["freedom"], m.n_groups)
    total = np.bincount(m.groups, m["freedom"] * own, m.n_groups)
    prior = noise.ratio**2 * np.exp((STEPS_COUNT * np.log(first) + total[m.groups]) / (STEPS_COUNT + mass[m.groups]))
    return np.asarray(np.sqrt((noise.freedom * prior + m["squares"]) / (noise.freedom + m["freedom"])))


def _carries(m: Measured, noise: Noise) -> Floats:
    """How much of a month's noise carries over to the next, by group, shrunk to that of all by how far groups differ."""
    product = np.bincount(m.groups, m["pairs"], m.n_groups)
    square = np.bincount(m.groups, m["pair_squares"], m.n_groups)
    typical = max(float(m["squares"].sum()), 1e-12) / max(float(m["freedom"].sum()), 1e-12)
    count = square / typical
    if count.sum() < 1.0:
        return np.full(len(m.groups), noise.carry)
    middle = product.sum() / square.sum()
    rho = np.where(square > 0, product / np.maximum(square, 1e-12), middle)
    weight = np.minimum(count, 300.0)
    strayed = float((weight * (rho - middle) ** 2).sum() - (weight / np.maximum(count, 1.0)).sum())
    between = max(strayed / weight.sum(), 0.0)
    keep = between / (between + 1.0 / np.maximum(count, 1e-9))
    return np.asarray(np.clip(noise.carry + CARRY_KEPT * keep * (rho - middle), 0.0, 0.95)[m.groups])


def weigh(m: Measured, noise: Noise, full: bool = True, options: Options | None = None, net: bool = True) -> Weighed:
    """Weigh the last months of each series, its group's common move taken out if ``net``."""
    scale = _scales(m, noise)
    residuals = m.recent.copy()
    common = np.zeros(len(scale))
    for j in range(residuals.shape[1]):
        if m.moves is not None:
            move = m.moves[:, j]
        else:
            move = scale * common_move(residuals[:, j] / scale, m.groups, m.n_groups)
        if net:
            residuals[:, j] -= move
        if j == 0:
            common = move
    odds = np.empty((len(scale), len(kernel_odds.ODDS)))
    doubt = np.sqrt(noise.doubt * np.nan_to_num(m["leverage"]))
    carry = _carries(m, noise)
    residuals = np.ascontiguousarray(residuals)

    def block(a: int, b: int) -> None:
        kernel_odds.weigh(
            residuals[a:b], scale[a:b], carry[a:b], doubt[a:b], noise.moved, noise.wide, full, odds[a:b]
        )  # fmt: skip

    each_block(len(scale), options or Options(), block)
    return Weighed(odds, scale, common)


def learn_noise(months: list[Measured]) -> Noise:
    """Choose the noise under which the months that were measured are likeliest, one constant after the other."""
    noise = Noise()
    if not months:
        return noise
    per = max(LEARN_FROM // len(months), 1)
    thin = [_thinned(m, per) for m in months]

    def likelihood(candidate: Noise) -> float:
        total = 0.0
        for m in thin:
            now = np.isfinite(m["now"])
            total += float(weigh(m, candidate, full=False)["density"][now].sum())
        return total

    if sum(int(np.isfinite(m["now"]).sum()) for m in thin) < 200:
        return noise
    for fine in (False, True):
        for name, choices in (FINER if fine else CHOICES).items():
            around = [getattr(noise, name) + x for x in choices] if fine else choices
            noise = max((dataclasses.replace(noise, **{name: x}) for x in around if x >= 0), key=likelihood)
    return noise


def event_shares(surge: Floats, shift: Floats) -> tuple[float, float]:
    """Shares of months that are a surge and a shift, by maximum likelihood from their log odds; months without trade are -inf."""
    trade = np.isfinite(surge) & np.isfinite(shift)
    if not trade.any():
        return 0.0, 0.0
    a, b = np.exp(np.minimum(surge[trade], 50.0)), np.exp(np.minimum(shift[trade], 50.0))
    one = two = 0.005
    for _ in range(EM_STEPS):
        all_of = 1.0 - one - two + one * a + two * b
        one, two = float((one * a / all_of).mean()), float((two * b / all_of).mean())
    return one, two


def weigh_mirrored(months: list[Measured], noise: Noise) -> tuple[Floats, Floats]:
    """Log odds of a surge and of a shift downwards, in some of the series of each month; -inf without trade.

    Falls are made as large as rises are: where the noise leans to one side, by as much as its middle shows (:func:`lean`).
    Months :func:`after_far_off` do not count.
    """
    per = max(MIRROR_FROM // max(len(months), 1), 1)
    thin = [_thinned(m, per) for m in months]
    upright = [weigh(m, noise) for m in thin]
    leaning = lean(thin, upright)
    surge, shift = [], []
    for m in thin:
        turned = dataclasses.replace(m, table=m.table.copy())
        left = turned.recent
        with np.errstate(invalid="ignore"):
            left[:] = np.where(left < 0, -left * leaning, -left / leaning)
        w = weigh(turned, noise)
        trade = np.isfinite(m["now"]) & ~after_far_off(m, noise)
        surge.append(np.where(trade, w["surge"], -np.inf))
        shift.append(np.where(trade, w["shift"], -np.inf))
    return np.concatenate(surge), np.concatenate(shift)


def after_far_off(m: Measured, noise: Noise) -> NDArray[np.bool_]:
    """Whether one of the two months before the tested one was far off by what it did beyond what was carried over to it [n].

    After an outlier that was no part of the noise, a usual month looks like a fall.
    """
    carry = _carries(m, noise)[:, None]
    before = m.recent[:, 2:4]
    known = np.isfinite(before)
    kept = np.where(known, carry, 0.0)
    own = (m.recent[:, 1:3] - kept * np.where(known, before, 0.0)) / np.sqrt(1.0 - kept**2)
    with np.errstate(invalid="ignore"):
        return np.asarray((np.abs(own) > FAR_OFF * _scales(m, noise)[:, None]).any(axis=1))


def lean(months: list[Measured], weighed: list[Weighed]) -> float:
    """Distance from the median to the ninetieth percentile over that to the tenth, of what months did beyond expectation.

    Each month counts by its chance of having been no event.
    """
    trade = [np.isfinite(m["now"]) for m in months]
    beyond = np.concatenate(
        [(m.recent[t, 0] / w.scale[t] - w["ahead"][t]) for m, w, t in zip(months, weighed, trade, strict=True)]
    )
    if len(beyond) < LEAN_FROM:
        return 1.0
    surge, shift = (np.concatenate([w[k][t] for w, t in zip(weighed, trade, strict=True)]) for k in ("surge", "shift"))
    one, two = event_shares(surge, shift)
    event = one * np.exp(np.minimum(surge, 50.0)) + two * np.exp(np.minimum(shift, 50.0))
    quiet = (1.0 - one - two) / (1.0 - one - two + event)
    order = np.argsort(beyond)
    mass = np.cumsum(quiet[order])
    low, middle, high = beyond[order][np.searchsorted(mass, mass[-1] * np.array([0.1, 0.5, 0.9]))]
    return float(np.clip((high - middle) / max(middle - low, 1e-9), *MOST_LEAN))


def _thinned(m: Measured, most: int) -> Measured:
    """Whole groups of a month, about ``most`` series; the group's common move needs its members."""
    if len(m.level) <= most:
        return m
    keep = np.flatnonzero(np.cumsum(np.bincount(m.groups, minlength=m.n_groups)) <= most)
    last = max(int(keep[-1]) if len(keep) else 0, 0)
    at = np.flatnonzero(m.groups <= last)
    if len(at) > 2 * most:  # one large group
        at = at[:: len(at) // most]
    return Measured(m.family, m.table[at], m.groups[at], m.n_groups, m.level[at], m.scale[at], m.within)

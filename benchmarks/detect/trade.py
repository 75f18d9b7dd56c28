"""Trade-like series whose truth is known: grouped, sparse, heavy-tailed, seasonal, with a contaminated past.

The recipe: groups of 50; AR(1) noise with t(4) innovations; log standard deviation about .6, varying by group; occurrence
from near-always to near-never; annual and half-annual seasonality; drift; 15 % of series with a past level shift
(x1.5-5); 1 % of months with a past outlier (x3-20); 6 % of series with a labelled event in the last month or months.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["EVENTS", "QUIET", "SHIFT", "START", "SURGE", "Labelled", "TradeRecipe", "Truth", "simulate_trade"]

QUIET, START, SURGE, SHIFT = 0, 1, 2, 3
EVENTS = {START: "start", SURGE: "surge", SHIFT: "shift"}
SURGES = (2.0, 3.0, 5.0, 10.0, 30.0)
SHIFTS = (2.0, 3.0, 5.0)
SILENCE = 12
SHIFT_MONTHS = 4


@dataclass(frozen=True)
class Labelled:
    """Simulated series with their truth.

    Attributes
    ----------
    values
        float64 [n, months]; 0 is a month without trade, NaN a month not known.
    groups
        int64 [n].
    kind
        uint8 [n]: QUIET, START, SURGE or SHIFT, in the last month.
    size
        float64 [n]: the factor of the event; for a start, its value over the group's median; 1 if quiet.
    occurrence
        float64 [n]: the share of months with trade the series was made with.
    truth
        The other constants.
    """

    values: NDArray[np.float64]
    groups: NDArray[np.int64]
    kind: NDArray[np.uint8]
    size: NDArray[np.float64]
    occurrence: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    truth: Truth | None = None

    @property
    def event(self) -> NDArray[np.bool_]:
        """Which series have a labelled event."""
        return np.asarray(self.kind != QUIET)

    def take(self, at: NDArray[np.int64]) -> Labelled:
        """Return the series at these places."""
        occurrence = self.occurrence[at] if len(self.occurrence) else self.occurrence
        return Labelled(self.values[at], self.groups[at], self.kind[at], self.size[at], occurrence)


@dataclass(frozen=True)
class Truth:
    """What no method may see: the constants that series were made with.

    Attributes
    ----------
    mean
        float64 [n, months]: log of what was to be expected, without noise, outliers and the labelled event.
    sd, carry, centre
        float64 [n]: standard deviation of the log noise, its carry-over, the log level of the group.
    """

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    carry: NDArray[np.float64]
    centre: NDArray[np.float64]


@dataclass(frozen=True)
class TradeRecipe:
    """The choices the recipe leaves open, with what is used here."""

    series: int = 20_000
    months: int = 72
    group_size: int = 50
    events: float = 0.06
    noise: float = 0.6
    noise_between_groups: float = 0.25
    carry_over: tuple[float, float] = (0.2, 0.7)
    tail_freedom: float = 4.0
    group_level: tuple[float, float] = (10.0, 1.5)
    level_within_group: float = 1.2
    occurrence: tuple[float, float] = (-0.5, 2.5)
    occurrence_within_group: float = 0.7
    occurrence_beta: tuple[float, float] | None = None
    annual: float = 0.3
    half_annual: float = 0.15
    drift: float = 0.005
    past_shifts: float = 0.15
    past_outliers: float = 0.01
    whole_numbers: bool = False

    def but(self, **changes: object) -> TradeRecipe:
        """Return the recipe with some choices changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _noise(
    rng: np.random.Generator, n: int, months: int, carry: NDArray[np.float64], freedom: float
) -> NDArray[np.float64]:
    """AR(1) of unit variance with t innovations; a burn-in of 24 months."""
    raw = rng.standard_t(freedom, (n, months + 24)) / np.sqrt(freedom / (freedom - 2))
    out = np.empty_like(raw)
    out[:, 0] = raw[:, 0]
    fresh = np.sqrt(1 - carry**2)
    for t in range(1, raw.shape[1]):
        out[:, t] = carry * out[:, t - 1] + fresh * raw[:, t]
    return np.asarray(out[:, 24:])


def simulate_trade(seed: int, recipe: TradeRecipe | None = None) -> Labelled:
    """Return labelled trade-like series; the same seed and recipe give the same series."""
    r = recipe or TradeRecipe()
    rng = np.random.default_rng(seed)
    n, months = r.series, r.months
    groups = np.arange(n) // r.group_size
    many = int(groups[-1]) + 1
    sd = r.noise * np.exp(rng.normal(0, r.noise_between_groups, many))
    centre = rng.normal(*r.group_level, many)
    carry = rng.uniform(*r.carry_over, many)
    t = np.arange(months)
    season = np.zeros((n, months))
    for amplitude, period in ((r.annual, 12), (r.half_annual, 6)):
        of_group = rng.normal(0, amplitude, (2, many))[:, groups] + rng.normal(0, amplitude / 2, (2, n))
        angle = 2 * np.pi * t / period
        season += of_group[0][:, None] * np.cos(angle) + of_group[1][:, None] * np.sin(angle)
    drift = rng.normal(0, r.drift, many)[groups] + rng.normal(0, r.drift, n)
    level = centre[groups] + rng.normal(0, r.level_within_group, n)
    logs = level[:, None] + season + drift[:, None] * (t - months + 1)
    mean = logs.copy()
    logs += sd[groups][:, None] * _noise(rng, n, months, carry[groups], r.tail_freedom)

    shifted = np.flatnonzero(rng.random(n) < r.past_shifts)
    at = rng.integers(6, max(months - 12, 7), len(shifted))
    by = np.log(rng.uniform(1.5, 5.0, len(shifted))) * rng.choice([-1.0, 1.0], len(shifted))
    moved = by[:, None] * (t >= at[:, None])
    logs[shifted] += moved
    mean[shifted] += moved
    outlier = rng.random((n, months)) < r.past_outliers
    outlier[:, -1] = False
    logs += np.where(outlier, np.log(rng.uniform(3.0, 20.0, (n, months))), 0.0)

    logit = rng.normal(*r.occurrence, many)[groups] + rng.normal(0, r.occurrence_within_group, n)
    occurrence = 1 / (1 + np.exp(-logit))
    if r.occurrence_beta:
        occurrence = rng.beta(*r.occurrence_beta, n)
    active = rng.random((n, months)) < occurrence[:, None]

    kind, size = np.zeros(n, np.uint8), np.ones(n)
    chosen = rng.permutation(n)[: round(r.events * n)]
    kind[chosen] = rng.permutation(np.resize([START, SURGE, SHIFT], len(chosen)))
    start, surge, shift = (np.flatnonzero(kind == k) for k in (START, SURGE, SHIFT))
    size[surge] = rng.choice(SURGES, len(surge))
    size[shift] = rng.choice(SHIFTS, len(shift))
    size[start] = np.exp(rng.uniform(np.log(0.3), np.log(10.0), len(start)))
    active[surge, -1] = active[shift, -1] = active[start, -1] = True
    active[start, -1 - SILENCE : -1] = False
    logs[surge, -1] += np.log(size[surge])
    logs[shift, -SHIFT_MONTHS:] += np.log(size[shift])[:, None]
    logs[start, -1] = centre[groups[start]] + np.log(size[start])
    values = np.where(active, np.exp(logs), 0.0)
    if r.whole_numbers:
        values = np.ceil(values)
    truth = Truth(mean, sd[groups], carry[groups], centre[groups])
    return Labelled(values, groups, kind, size, occurrence, truth)

"""Counts with outbreaks, after Noufaily et al. 2013 (Statistics in Medicine 32) and Bedubourg & Le Strat 2017 (PLoS ONE 12).

42 scenarios: 7 parameter sets, each with and without trend, with 0, 1 or 2 harmonics. Counts are negative binomial with
variance ``phi * mu`` (Poisson where phi is 1). 624 weeks, the last 49 tested; four past outbreaks in weeks 313-575 and
one current outbreak among the tested weeks.

The monthly set is the same generator with months in place of weeks, see :func:`simulate_noufaily`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["PARAMETERS", "SCENARIOS", "Outbreaks", "simulate_noufaily"]

# theta, beta, gamma1, gamma2, phi
PARAMETERS = (
    (0.1, 0.0025, 0.6, 0.6, 1.5),
    (-2.0, 0.005, 0.1, 0.3, 2.0),
    (1.5, 0.003, 0.2, -0.4, 1.0),
    (0.5, 0.002, 0.5, 0.5, 5.0),
    (2.5, 0.001, 1.0, 0.1, 3.0),
    (3.75, 0.001, 0.1, -0.1, 1.1),
    (5.0, 0.0001, 0.05, 0.01, 1.2),
)
SCENARIOS = tuple((p, trend, harmonics) for p in range(7) for trend in (0, 1) for harmonics in (0, 1, 2))
WEEKS, TESTED, PAST_FROM = 624, 49, 312
PAST_SIZES = (0, 2, 3, 5, 10)


@dataclass(frozen=True)
class Outbreaks:
    """Counts and their truth.

    Attributes
    ----------
    values
        float64 [n, periods].
    outbreak
        bool [n, periods]: the current outbreak, from its first to its last case.
    scenario
        int64 [n], 0 .. 41.
    size
        int64 [n]: k of the current outbreak.
    tested, season
        How many last periods are tested; periods a year.
    """

    values: NDArray[np.float64]
    outbreak: NDArray[np.bool_]
    scenario: NDArray[np.int64]
    size: NDArray[np.int64]
    tested: int
    season: int

    def quiet(self) -> NDArray[np.bool_]:
        """Tested periods outside the current outbreak, bool [n, tested]."""
        return ~self.outbreak[:, -self.tested :]


def _means(periods: int, season: int) -> NDArray[np.float64]:
    t = np.arange(1, periods + 1)
    mu = np.empty((len(SCENARIOS), periods))
    for i, (p, trend, harmonics) in enumerate(SCENARIOS):
        theta, beta, g1, g2, _ = PARAMETERS[p]
        eta = theta + beta * t * trend
        for j in range(1, harmonics + 1):
            eta = eta + g1 * np.cos(2 * np.pi * j * t / season) + g2 * np.sin(2 * np.pi * j * t / season)
        mu[i] = np.exp(eta)
    return mu


def _counts(rng: np.random.Generator, mu: NDArray[np.float64], phi: NDArray[np.float64]) -> NDArray[np.float64]:
    """Negative binomial of variance phi * mu: size mu / (phi - 1), probability 1 / phi."""
    out = np.empty(mu.shape)
    poisson = phi <= 1.0
    out[poisson] = rng.poisson(mu[poisson])
    over = phi[~poisson][:, None]
    out[~poisson] = rng.negative_binomial(mu[~poisson] / (over - 1.0), np.broadcast_to(1.0 / over, mu[~poisson].shape))
    return out


def simulate_noufaily(seed: int, per_scenario: int = 100, period: str = "week") -> Outbreaks:
    """Return ``42 * per_scenario`` series.

    Parameters
    ----------
    seed, per_scenario
        The same two give the same series.
    period
        ``week``: 624 weeks, 49 tested.
        ``month``: the same formula with t in months and 12 of them a year; 144 months, the last 12 tested, past outbreaks
        in months 73-132, outbreak sizes in standard deviations of a month, cases spread over floor(lognormal(0, .5))
        months. farringtonFlexible gives the published-style figures on it: FPR near 1 %, POD near .36 at alpha .01.
        ``month-summed``: the weekly series summed over twelve years' months, so that an outbreak of k weekly standard
        deviations meets a month's noise. Harder, and farringtonFlexible's FPR is far from nominal there.
    """
    rng = np.random.default_rng(seed)
    if period == "month":
        return _draw(rng, per_scenario, 144, 12, 12, 72)
    weekly = _draw(rng, per_scenario, WEEKS, 52, TESTED, PAST_FROM)
    if period == "week":
        return weekly
    if period != "month-summed":
        raise ValueError(f"period {period!r} is none of week, month, month-summed")
    starts = np.ceil(np.arange(144) * 52 / 12 - 1e-9).astype(int)
    values = np.add.reduceat(weekly.values, starts, axis=1)
    outbreak = np.logical_or.reduceat(weekly.outbreak, starts, axis=1)
    # the 49 tested weeks begin three weeks into the first of the last 12 months
    return Outbreaks(values, outbreak, weekly.scenario, weekly.size, 12, 12)


def _draw(rng: np.random.Generator, per: int, periods: int, season: int, tested: int, past_from: int) -> Outbreaks:
    scenario = np.repeat(np.arange(len(SCENARIOS)), per)
    n = len(scenario)
    mu = _means(periods, season)[scenario]
    phi = np.array([PARAMETERS[p][4] for p, _, _ in SCENARIOS])[scenario]
    values = _counts(rng, mu, phi)
    sd = np.sqrt(phi[:, None] * mu)
    rows = np.arange(n)
    # Noufaily's four past outbreaks share one k in a series
    past = rng.choice(PAST_SIZES, n)
    for _ in range(4):
        at = rng.integers(past_from, periods - tested, n)
        cases = rng.poisson(past * sd[rows, at])
        _spread(rng, values, at, cases, periods - tested)
    size = rng.integers(1, 11, n)
    at = rng.integers(periods - tested, periods, n)
    cases = rng.poisson(size * sd[rows, at])
    last = _spread(rng, values, at, cases, periods)
    t = np.arange(periods)
    outbreak = (t >= at[:, None]) & (t <= last[:, None])
    return Outbreaks(values, outbreak, scenario, size, tested, season)


def _spread(
    rng: np.random.Generator, values: NDArray[np.float64], at: NDArray[np.int64], cases: NDArray[np.int64], end: int
) -> NDArray[np.int64]:
    """Add each outbreak's cases, case by case, floor(lognormal(0, .5)) periods after its start; return the last period."""
    row = np.repeat(np.arange(len(at)), cases)
    when = at[row] + np.floor(rng.lognormal(0.0, 0.5, len(row))).astype(np.int64)
    inside = when < end
    np.add.at(values, (row[inside], when[inside]), 1.0)
    last = at - 1
    np.maximum.at(last, row[inside], when[inside])
    return last

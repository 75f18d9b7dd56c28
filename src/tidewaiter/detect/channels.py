"""Every channel's score for a month, to be calibrated afterwards, and what there is to say about the month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect.counts import COUNT_STRATA, count_scores, count_strata
from tidewaiter.detect.measured import Measured
from tidewaiter.detect.run import Options
from tidewaiter.detect.silences import FIRST_GAP, Silences, gap_class, learn_silences, occupancy
from tidewaiter.detect.values import Noise, learn_noise, weigh

__all__ = [
    "CHANNELS",
    "MANY",
    "ODDS_CHANNELS",
    "Constants",
    "at_once",
    "learn_constants",
    "n_strata",
    "scores",
    "strata",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHANNELS = ("spike", "sustained", "start", "stop", "fall", "record")
ODDS_CHANNELS = frozenset({"sustained", "start", "together"})
"""Scores that are log odds of an event against none, raised by :data:`RAISED`: their null falls by e a unit."""
RAISED = 3.0
SHARES = np.array([0.04, 0.12, 0.25, 0.45, 0.7, 0.92])
WEIGHTS = {"surge": 1.0, "shift": 2.0, "start": 0.45}
"""How the three kinds of event are weighed against each other; what a start is given would else drown the rest."""
USUAL = 50.0
MANY = 1.5
"""Log of how much more flows of a group start than usual, above which they are one event."""
MAKES_TRADE = 0.5
"""In how many of a surge or a shift the flow would else not have traded."""
START_ABOVE, START_WIDTH = 0.5, 1.1
"""A start worth telling is about this much (log) above its group's usual flow, give or take."""
SMALLER = 1.0
"""What the size of a start may add (log odds) where it is below what the flow itself used to be."""
YEAR, SEASONAL = 12, 3.0
"""A silence of less than a year may be the season's: a start after one is told that much (log odds) less readily."""
LONG = 18
"""A start after longer silences is no more telling: so many flows have died for good that their silence says little."""


@dataclass(frozen=True)
class Constants:
    """What is learnt from earlier months, pooled over all series."""

    noise: Noise
    silences: Silences


def strata(m: Measured) -> Ints:
    """Classes of series whose months are compared: share of known months with trade; for counts, the mean."""
    if m.family == "count":
        return count_strata(m)
    return np.searchsorted(SHARES, m["active"] / np.maximum(m["known"], 1)).astype(np.int64)


def n_strata(family: str) -> int:
    """How many classes :func:`strata` knows."""
    return COUNT_STRATA if family == "count" else len(SHARES) + 1


def learn_constants(months: list[Measured]) -> Constants:
    """Estimate the pooled constants from measurements of earlier months."""
    values = bool(months) and months[0].family == "value"
    return Constants(learn_noise(months) if values else Noise(), learn_silences(months))


def scores(
    m: Measured, c: Constants, options: Options | None = None, net: bool = True, odds: bool = True
) -> dict[str, Floats]:
    """Return each channel's score [n] (0: cannot be), ``together`` for the three looks, and what describes the month.

    ``odds``: without them, for less work, ``sustained``, ``start`` and ``together`` of values mean nothing.

    Extra entries: ``expected`` and ``spread`` (log), ``common`` (log move of the group), ``chance`` of any trade,
    ``at_once`` (log of how much more flows of the group start than usual). ``net``: judge each series net of its group's
    common move, and a start by how many of its group start in the same month.
    """
    state, gap = occupancy(m), gap_class(m["gap"])
    trade = np.isfinite(m["now"])
    chance = c.silences.restarts[state, gap]
    fresh = trade & (m["gap"] >= FIRST_GAP) & (m["known"] >= FIRST_GAP)
    rare = np.where(fresh, -np.log(c.silences.starts[state, gap]), -np.inf)
    if m.family == "value":
        told = gap_class(np.minimum(m["gap"], LONG))
        early = np.where(m["gap"] < YEAR, SEASONAL, 0.0)
        rare = np.where(fresh, -np.log(c.silences.starts[state, told]) - early, -np.inf)
    massed = starting_at_once(fresh, m, chance) if m.at_once is None else np.where(fresh, m.at_once, 0.0)
    if net:
        rare = rare - massed
    alone = massed < MANY if net else np.ones(len(massed), np.bool_)
    if m.family == "count":
        out = count_scores(m, net)
        out["start"] = np.where(fresh, np.maximum(rare + out["spike"], 0.0), 0.0)
    else:
        out = _value_scores(
            m,
            c.noise,
            rare,
            np.where(trade, -np.log(chance) - np.where(fresh & net, massed, 0.0), 0.0),
            alone,
            options,
            net,
            odds,
        )
    silent = np.isnan(m["now"]) & (m["active"] > 0) & (m["gap"] < 12)
    out["stop"] = np.where(silent, -np.log(c.silences.runs[state, gap_class(m["gap"] + 1)]), 0.0)
    out["chance"] = chance
    out["at_once"] = np.where(fresh, massed, 0.0)
    return out


def starting_at_once(fresh: NDArray[np.bool_], m: Measured, chance: Floats) -> Floats:
    """Log of how much likelier a start is this month because others of the group start too; 0 or more.

    The rate of starts among the other silent flows of the group, leaning on the usual rate with the weight of
    :data:`USUAL` flows: one administrative change that starts all of them is not as many surprises.
    """
    silent = ((m["gap"] >= FIRST_GAP) & (m["known"] >= FIRST_GAP) & (m["now"] != np.inf)).astype(np.float64)
    others = np.bincount(m.groups, silent, m.n_groups)[m.groups] - silent
    begun = np.bincount(m.groups, fresh.astype(np.float64), m.n_groups)[m.groups] - fresh
    usual = np.bincount(m.groups, silent * chance, m.n_groups)[m.groups]
    return at_once(begun, usual, others, chance)


def at_once(begun: NDArray[Any], usual: NDArray[Any], silent: NDArray[Any], chance: NDArray[Any]) -> Floats:
    """Log of how much likelier a start is where ``begun`` of ``silent`` others start, ``usual`` being expected; else 0."""
    rate = (USUAL * chance + begun) / (USUAL + silent)
    # two or three are a coincidence, and twice as many as usual among thousands a lively month, not one event
    beyond = begun > np.exp(MANY) * usual + 4.0 * np.sqrt(usual + 1.0)
    return np.asarray(np.where(beyond, np.log(np.maximum(rate / chance, 1.0)), 0.0))


def _value_scores(
    m: Measured,
    noise: Noise,
    rare: Floats,
    unlikely: Floats,
    alone: NDArray[np.bool_],
    options: Options | None,
    net: bool,
    odds: bool,
) -> dict[str, Floats]:
    """Scores of money and weight; ``rare`` and ``unlikely`` are ``-log`` of the rate of such starts and of any trade."""
    w = weigh(m, noise, odds, options, net)
    trade = np.isfinite(m["now"])
    now = np.where(trade, m["now"], m["baseline"])
    # an event makes a flow trade that would not have in some cases, and falls on one that trades anyhow in the others
    at_all = np.log1p(MAKES_TRADE * np.expm1(unlikely))
    surge = np.where(trade, w["surge"] + at_all, -np.inf)
    shift = np.where(trade, w["shift"] + at_all, -np.inf)
    # the size of a start: what starts look like in its group, against what this flow used to be
    variance = w.scale**2 * (1.0 + noise.doubt * np.nan_to_num(m["leverage"]))
    own = now - m["baseline"]
    usual = -2.5 * np.log1p(own**2 / (4.0 * variance)) - 0.5 * np.log(2.0 * variance)
    telling = -0.5 * ((now - m.level - START_ABOVE) / START_WIDTH) ** 2 - np.log(START_WIDTH)
    size = np.clip(telling - usual, -6.0, np.where(own < 0, SMALLER, 6.0))
    # among many starts at once the size of one says nothing of its own
    start = rare + np.where(alone, size, np.minimum(size, 0.0))
    parts = {"surge": surge, "shift": shift, "start": start}
    with np.errstate(divide="ignore"):
        together = np.logaddexp.reduce([parts[k] + np.log(x) for k, x in WEIGHTS.items()])
    top = np.log(np.maximum(m["top"], 1e-300))
    over = np.where(trade & (m["active"] > 0), (m["now"] - top) / w.scale, -np.inf)
    return {
        "spike": np.where(trade, w["up"], 0.0),
        "fall": np.where(trade, w["down"], 0.0),
        "sustained": np.maximum(shift + RAISED, 0.0),
        "start": np.maximum(start + RAISED, 0.0),
        "together": np.maximum(together + RAISED, 0.0),
        "record": np.where(over > 0, np.log(m["active"] + 1.0) + np.maximum(over, 0.0), 0.0),
        "looks": np.stack([parts[k] + np.log(x) for k, x in WEIGHTS.items()]).argmax(0).astype(np.float64),
        "expected": m["baseline"] + w["ahead"] * w.scale + (w.common if net else 0.0),
        "spread": w.scale * np.sqrt(1.0 + noise.doubt * np.nan_to_num(m["leverage"])),
        "common": w.common,
        "surge": np.where(trade, w["surge"], -np.inf),
        "shift": np.where(trade, w["shift"], -np.inf),
    }

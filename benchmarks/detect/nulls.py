"""Sets in which nothing is labelled: P(p <= a) / a has to be 1, and stay below it where series hardly ever trade."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.detect.trade import Labelled, TradeRecipe, simulate_trade

__all__ = ["NULLS", "simulate_null"]

_QUIET = TradeRecipe(events=0.0)


def _steady(r: TradeRecipe) -> TradeRecipe:
    return r.but(occurrence=(30.0, 0.0), occurrence_within_group=0.0)


def _as_recipe(r: TradeRecipe) -> TradeRecipe:
    return r


def _intermittent(r: TradeRecipe) -> TradeRecipe:
    return r.but(occurrence=(-1.5, 1.0))


def _seasonal(r: TradeRecipe) -> TradeRecipe:
    return _steady(r).but(annual=0.9, half_annual=0.45)


def _heavy(r: TradeRecipe) -> TradeRecipe:
    return _steady(r).but(tail_freedom=2.5, noise=0.8)


def _short(r: TradeRecipe) -> TradeRecipe:
    return r.but(months=36)


def _clean(r: TradeRecipe) -> TradeRecipe:
    return _steady(r).but(past_shifts=0.0, past_outliers=0.0)


def _small_groups(r: TradeRecipe) -> TradeRecipe:
    return r.but(group_size=5)


NULLS: dict[str, Callable[[TradeRecipe], TradeRecipe]] = {
    "as the recipe, no events": _as_recipe,
    "always active": _steady,
    "always active, clean past": _clean,
    "intermittent": _intermittent,
    "strongly seasonal": _seasonal,
    "heavy-tailed, t(2.5)": _heavy,
    "36 months": _short,
    "groups of 5": _small_groups,
}


def simulate_null(name: str, seed: int, series: int = 20_000) -> Labelled:
    """Return one of :data:`NULLS`: values, groups, and no events."""
    if name not in NULLS:
        raise ValueError(f"null set {name!r} is none of {', '.join(NULLS)}")
    made = simulate_trade(seed, NULLS[name](replace(_QUIET, series=series)))
    if np.any(made.event):
        raise AssertionError("a null set has events")
    return made

"""The labelled trade-like sets: ours and the others, ranked on the same series."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from benchmarks.detect.metrics import (
    average_precision,
    bootstrap_error,
    calibration,
    discoveries,
    power_at,
    precision_at,
)
from benchmarks.detect.oracle import oracle_score
from benchmarks.detect.ours import timed_scan
from benchmarks.detect.peers.running import FORECASTERS, farrington, forecaster, have_farrington, have_forecasters
from benchmarks.detect.rules import RULES, year_on_year
from benchmarks.detect.tables import show, with_error
from benchmarks.detect.trade import SHIFT, START, SURGE, Labelled, TradeRecipe, simulate_trade

__all__ = ["RECIPES", "compare_methods", "report_small", "report_trade", "report_variations"]

RECIPES = {
    "as the recipe": TradeRecipe(),
    "occurrence spread evenly": TradeRecipe(occurrence_beta=(0.8, 1.2)),
}
VARIATIONS: dict[str, dict[str, object]] = {
    "noise .3": {"noise": 0.3},
    "noise 1.0": {"noise": 1.0},
    "36 months": {"months": 36},
    "120 months": {"months": 120},
    "groups of 5": {"group_size": 5},
    "groups of 500": {"group_size": 500},
    "carry-over .85-.95": {"carry_over": (0.85, 0.95)},
    "innovations t(2.5)": {"tail_freedom": 2.5},
    "seasons three times as strong": {"annual": 0.9, "half_annual": 0.45},
    "small whole numbers": {"whole_numbers": True, "group_level": (2.0, 1.0)},
    "events .5 %": {"events": 0.005},
    "1,000 series in all": {"series": 1000},
    "24 months": {"months": 24},
    "18 months": {"months": 18},
    "13 months": {"months": 13},
}
Floats = NDArray[np.float64]
HEADER = ("average precision", "precision at 100", "surge >= 5x", "start", "shift >= 3x", "all at .1 %")


def _of_interest(made: Labelled) -> list[NDArray[np.bool_]]:
    return [
        (made.kind == SURGE) & (made.size >= 5),
        made.kind == START,
        (made.kind == SHIFT) & (made.size >= 3),
    ]


def _measures(score: Floats, made: Labelled, errors: bool = True) -> list[object]:
    quiet = ~made.event
    ap = average_precision(score, made.event)
    error = bootstrap_error(score, made.event, made.groups, 60) if errors else 0.0
    found: list[object] = [with_error(ap, error, 3) if errors else ap, precision_at(score, made.event)]
    found += [power_at(score, quiet, kind, 0.01) for kind in _of_interest(made)]
    return [*found, power_at(score, quiet, made.event, 0.001)]


def report_trade(seed: Callable[[str, int], int], draws: int = 3) -> None:
    """Ours on whole sets of 20,000: ranking, power by kind of event, false discoveries, calibration."""
    rows, truth, bound = [], [], []
    for name, recipe in RECIPES.items():
        for number in range(draws):
            made = simulate_trade(seed("trade", number), recipe)
            timed = timed_scan(made.values, made.groups)
            r, quiet = timed.result, ~made.event
            rows.append([f"{name}, draw {number + 1}", *_measures(r.score, made), len(made.values) / timed.cpu])
            by_own = [
                power_at(-p, quiet, kind, 0.01)
                for p, kind in zip((r.p_spike, r.p_start, r.p_sustained), _of_interest(made), strict=True)
            ]
            n, false, error, power = discoveries(r.q, made.event)
            bound.append([f"{name}, draw {number + 1}", *_measures(oracle_score(made), made, errors=False)])
            at = calibration(r.p[quiet])
            ratios = [with_error(*at[a]) for a in (0.1, 0.01, 0.001)]
            truth.append([f"{name}, draw {number + 1}", n, with_error(false, error, 3), power, *ratios, *by_own])
    show(
        "Trade-like, 20,000 series, 72 months, 6 % with an event; POD at 1 % FPR by kind",
        ("set", *HEADER, "series a CPU second"),
        rows,
    )
    own = ("spike channel: surge >= 5x", "start channel: start", "sustained channel: shift >= 3x")
    show(
        "The same sets: false discoveries at q <= .2, calibration on the quiet series, POD at 1 % FPR of each channel alone",
        ("set", "found", "false", "power", "P(p<=.1)/.1", "P(p<=.01)/.01", "P(p<=.001)/.001", *own),
        truth,
    )
    show("The same sets, by an observer who knows every constant they were made with", ("set", *HEADER), bound)
    print(
        f"\nRule year on year > 100 %: {(year_on_year(made.values)[quiet] > 2).mean():.1%} of the quiet series alarm."
    )


def report_variations(seed: Callable[[str, int], int]) -> None:
    """Ours on 10,000 series where the simulator is changed under it, and where its groups are taken away."""
    rows = []
    sets: list[tuple[str, Labelled, NDArray[np.int64] | None]] = []
    for number, (name, changes) in enumerate(VARIATIONS.items()):
        made = simulate_trade(seed("variation", number), TradeRecipe(series=10_000).but(**changes))
        sets.append((name, made, made.groups))
    plain = simulate_trade(seed("variation", 99), TradeRecipe(series=10_000))
    sets += [("no groups given", plain, None), ("every series its own group", plain, np.arange(len(plain.groups)))]
    for name, made, groups in sets:
        r = timed_scan(made.values, groups).result
        _, false, error, power = discoveries(r.q, made.event)
        at = calibration(r.p[~made.event])
        ratios = [with_error(*at[a]) for a in (0.01, 0.001)]
        rows.append([name, *_measures(r.score, made), with_error(false, error), power, *ratios])
    show(
        "Trade-like, 10,000 series, the simulator changed",
        ("change", *HEADER, "false at q <= .2", "power", "P(p<=.01)/.01", "P(p<=.001)/.001"),
        rows,
    )


def report_small(seed: Callable[[str, int], int], draws: int = 20) -> None:
    """False discoveries of many small panels together, and of panels of which some months are not known."""
    rows = []
    for series in (300, 1000, 3000):
        made = [simulate_trade(seed("small", k), TradeRecipe(series=series)) for k in range(draws)]
        rows.append([f"{draws} panels of {series:,} series", *_pooled(made)])
    made = [simulate_trade(seed("small", 100 + k), TradeRecipe(series=10_000)) for k in range(2)]
    for name, hidden in (
        ("the 6 months before the last not known", slice(-7, -1)),
        ("months 13 to 5 before the last not known", slice(-13, -4)),
        ("the 12 months before the last not known", slice(-13, -1)),
    ):
        rows.append([f"2 panels of 10,000 series, {name}", *_pooled([_without(one, hidden) for one in made])])
    show(
        "Small panels and holes before the last month, p-values pooled",
        ("panels", "share tested", "found at q <= .2", "false", "power", "P(p<=.01)/.01", "P(p<=.001)/.001"),
        rows,
    )


def _without(made: Labelled, hidden: slice) -> Labelled:
    values = made.values.copy()
    values[:, hidden] = np.nan
    return replace(made, values=values)


def _pooled(many: list[Labelled]) -> list[object]:
    results = [timed_scan(made.values, made.groups).result for made in many]
    event = np.concatenate([made.event for made in many])
    p = np.concatenate([r.p for r in results])
    n, false, error, power = discoveries(np.concatenate([r.q for r in results]), event)
    at = calibration(p[~event]) if (~np.isnan(p)).any() else None
    ratios = [with_error(*at[a]) if at else "-" for a in (0.01, 0.001)]
    return [float((~np.isnan(p)).mean()), n, with_error(false, error) if n else "-", power, *ratios]


def compare_methods(seed: Callable[[str, int], int], series: int = 1500) -> dict[str, float]:
    """Ours and the others on the same ``series`` drawn from a set of 20,000; ours sees either only these or all.

    Returns
    -------
    dict
        Series a CPU second by method.
    """
    forecasters, r_there = have_forecasters(), have_farrington()
    speeds: dict[str, float] = {}
    for name, recipe in RECIPES.items():
        whole = simulate_trade(seed("peers", 0), recipe)
        at = np.sort(np.random.default_rng(seed("peers", 1)).permutation(len(whole.values))[:series])
        made = whole.take(at)
        rows: list[list[object]] = []

        def add(method: str, score: Floats, cpu: float, n: int, made: Labelled = made) -> None:
            speeds.setdefault(method, n / cpu if cpu else np.nan)
            rows.append([method, *_measures(score, made), n / cpu if cpu else np.nan])  # noqa: B023

        everything = timed_scan(whole.values, whole.groups)
        add("tidewaiter, all 20,000 scanned", everything.result.score[at], everything.cpu, len(whole.values))
        alone = timed_scan(made.values, made.groups)
        add("tidewaiter, only these scanned", alone.result.score, alone.cpu, series)
        if r_there:
            _, found = farrington(made.values, 12, 1)
            add("R surveillance farringtonFlexible", found.score[:, 0], found.cpu, series)
        for method in FORECASTERS if forecasters else ():
            for scale in ("log", "raw"):
                scored = forecaster(method, made.values, scale)
                add(f"{method}, {scale}", scored.score, scored.cpu, series)
        for rule, score in RULES.items():
            add(rule, score(made.values), 0.0, series)
        show(f"The same {series:,} trade-like series ({name})", ("method", *HEADER, "series a CPU second"), rows)
    return speeds

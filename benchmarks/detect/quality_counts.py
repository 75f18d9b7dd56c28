"""The 42 outbreak scenarios, weekly and monthly, ours and farringtonFlexible."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.detect.noufaily import Outbreaks, simulate_noufaily
from benchmarks.detect.ours import scan_outbreaks
from benchmarks.detect.peers.running import farrington, have_farrington
from benchmarks.detect.tables import show, with_error

__all__ = ["report_counts"]

PERIODS = ("week", "month", "month-summed")
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def _measures(score: Floats, alarm: Bools, made: Outbreaks) -> list[object]:
    """FPR over quiet periods, of the worst scenario, POD at alpha, at matched 1 % and .1 %."""
    quiet, during = made.quiet(), made.outbreak[:, -made.tested :]
    has = during.any(axis=1)
    worst = max(alarm[made.scenario == s][quiet[made.scenario == s]].mean() for s in range(42))
    pod = float((alarm & during).any(axis=1)[has].mean())
    fpr = float(alarm[quiet].mean())
    found: list[object] = [
        with_error(100 * fpr, 100 * float(np.sqrt(fpr / quiet.sum()))) + " %",
        f"{100 * worst:.1f} %",
        with_error(pod, float(np.sqrt(pod * (1 - pod) / has.sum())), 3),
    ]
    for rate in (0.01, 0.001):
        best = np.sort(score[quiet])[::-1]
        cut = best[int(rate * len(best))]
        matched = float(((score > cut) & during).any(axis=1)[has].mean())
        found.append(with_error(matched, float(np.sqrt(matched * (1 - matched) / has.sum())), 3))
    return found


def report_counts(
    seed: Callable[[str, int], int], per_scenario: int = 50, for_peers: int = 4, periods: tuple[str, ...] = PERIODS
) -> None:
    """Ours on all series; farringtonFlexible on the first ``for_peers`` of each scenario, ours beside it there too."""
    r_there = have_farrington()
    for period in periods:
        made = simulate_noufaily(seed("counts " + period, 0), per_scenario, period)
        p, spike, cpu = scan_outbreaks(made)
        rows: list[list[object]] = []

        def add(name: str, some: Outbreaks, q: Floats, speed: float, rows: list[list[object]] = rows) -> None:
            q = np.nan_to_num(q, nan=1.0)
            rows.append([name, *_measures(-q, q <= 0.01, some), speed])

        speed = p.size / cpu
        add("tidewaiter, p", made, p, speed)
        add("tidewaiter, p of the spike channel", made, spike, speed)
        if r_there and period != "month-summed":
            each = for_peers if period == "week" else 3 * for_peers
            at = np.flatnonzero(np.arange(len(p)) % per_scenario < each)
            few = Outbreaks(
                made.values[at], made.outbreak[at], made.scenario[at], made.size[at], made.tested, made.season
            )
            alarm, found = farrington(few.values, few.season, few.tested)
            rows.append(
                [
                    f"farringtonFlexible, {each} a scenario",
                    *_measures(found.score, np.nan_to_num(alarm) == 1, few),
                    found.score.size / found.cpu,
                ]
            )
            add(f"tidewaiter, p, the same {each} a scenario", few, p[at], speed)
        show(
            f"42 outbreak scenarios, {period}, {per_scenario} series each, alpha .01",
            (
                "method",
                "FPR",
                "worst scenario",
                "POD",
                "POD at 1 % FPR",
                "POD at .1 % FPR",
                "series-periods a CPU second",
            ),
            rows,
        )

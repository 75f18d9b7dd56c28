"""Sets in which nothing happened, artefacts, and level shifts at known months."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.detect.artefacts import ARTEFACTS, make_artefact
from benchmarks.detect.levelshifts import simulate_shifts
from benchmarks.detect.metrics import calibration
from benchmarks.detect.nulls import NULLS, simulate_null
from benchmarks.detect.ours import timed_scan
from benchmarks.detect.tables import show, with_error
from tidewaiter.detect import level_shift, scan_hierarchy

__all__ = ["report_artefacts", "report_nulls", "report_shifts"]

LEVELS = (0.1, 0.01, 0.001, 0.0001)
CHANNELS = ("spike", "sustained", "start", "stop", "fall", "record")


def report_nulls(seed: Callable[[str, int], int], draws: int = 3, series: int = 20_000) -> None:
    """P(p <= a) / a on quiet sets, pooled over draws, and of each channel at .01."""
    rows, channels = [], []
    for name in NULLS:
        results = []
        for number in range(draws):
            made = simulate_null(name, seed("null " + name, number), series)
            results.append(timed_scan(made.values, made.groups).result)
        at = calibration(np.concatenate([r.p for r in results]), LEVELS)
        firm = sum(int((r.tier == "firm").sum()) for r in results)
        rows.append([name, *(with_error(*at[a]) for a in LEVELS), firm])
        own = [calibration(np.concatenate([r.channel_p(c) for r in results]), (0.01,))[0.01][0] for c in CHANNELS]
        channels.append([name, *own])
    show(
        f"Null sets, {draws} x {series:,} series: P(p <= a) / a",
        ("set", *(f"a = {a:g}" for a in LEVELS), "firm findings"),
        rows,
    )
    show("The same sets, each channel alone: P(p <= .01) / .01", ("set", *CHANNELS), channels)


def report_artefacts(seed: Callable[[str, int], int]) -> None:
    """What the array API says of each artefact: alarms among the touched series, labels, findings when groups go first."""
    rows = []
    for number, name in enumerate(ARTEFACTS):
        made = make_artefact(name, seed("artefacts", number))
        r = timed_scan(made.values, made.groups, states=made.states).result
        p = r.p[made.at]
        tested = ~np.isnan(p)
        rate = float((p[tested] <= 0.01).mean() / 0.01) if tested.any() else np.nan
        tier = r.tier[made.at]
        firm, likely = int((tier == "firm").sum()), int((tier == "likely").sum())
        labelled = int((r.artefact[made.at] != "").sum())
        events, _ = scan_hierarchy(made.values, [made.groups // 10, made.groups], states=made.states, threads=1)
        touched = set(made.at.tolist())
        told = sum(1 for e in events if touched & {int(i) for i in e.members})
        rows.append([name, made.expected, len(made.at), float(tested.mean()), rate, firm, likely, labelled, told])
    show(
        "Artefacts in a quiet panel of 6,000 series",
        (
            "artefact",
            "wanted",
            "series touched",
            "share tested",
            "P(p<=.01)/.01",
            "firm",
            "likely",
            "labelled",
            "findings told by groups",
        ),
        rows,
    )


def report_shifts(seed: Callable[[str, int], int], n: int = 300) -> None:
    """How near the dated level shifts are to the true ones."""
    rows = []
    for noise in (0.1, 0.2, 0.4):
        made = simulate_shifts(seed("shifts", 0), n, noise=noise)
        found = [level_shift(row) for row in made.values]
        month = np.array([-1 if f.month is None else f.month for f in found])
        there = made.at >= 0
        near = np.abs(month - made.at) <= 1
        big = there & (np.abs(np.log(made.factor)) >= np.log(3))
        rows.append(
            [
                f"noise {noise}",
                float((month[there] >= 0).mean()),
                float(near[there].mean()),
                float(near[big].mean()),
                float(near[there & (month >= 0)].mean()),
                float((month[~there] >= 0).mean()),
            ]
        )
    show(
        f"Level shifts in {n} series of 54 months, three in four with one (x or / 1.8-6)",
        (
            "set",
            "dated",
            "within 1 month",
            "within 1 month, >= 3x",
            "within 1 month of those dated",
            "dated where none is",
        ),
        rows,
    )

"""Sets in which nothing happened, artefacts, and level shifts at known months."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.detect.artefacts import ARTEFACTS, make_artefact
from benchmarks.detect.levelshifts import PUBLISHED, place_knowing, simulate_shifts
from benchmarks.detect.metrics import calibration
from benchmarks.detect.nulls import NULLS, simulate_null
from benchmarks.detect.ours import timed_scan
from benchmarks.detect.shiftkinds import simulate_kinds
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
        placed, odds = np.array([place_knowing(made, row, noise) for row in range(n)]).T
        there = made.at >= 0
        big = np.abs(np.log(made.factor)) >= np.log(3)
        found = [level_shift(row) for row in made.values]
        month = np.array([-1 if f.month is None else f.month for f in found])
        held = np.array([f.earliest <= at <= f.latest for f, at in zip(found, made.at, strict=True)])
        knowing = np.where(odds > 0, placed, -1)
        for who, when, within in ((f"noise {noise}", month, held), ("  one who knows the rest", knowing, None)):
            near, dated = np.abs(when - made.at) <= 1, when >= 0
            told = there & dated
            rows.append(
                [
                    who,
                    float(dated[there].mean()),
                    float((near & dated)[there].mean()),
                    float((near & dated)[there & big].mean()),
                    float(near[told].mean()),
                    float(within[told].mean()) if within is not None else "-",
                    float(dated[~there].mean()),
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
            "in the interval of those dated",
            "dated where none is",
        ),
        rows,
    )
    _report_published()
    _report_kinds(seed("shift kinds", 0))


def _report_published() -> None:
    rows = []
    for series in PUBLISHED:
        shift = level_shift(series.tonnes)
        ours = "-" if shift.month is None else str(shift.month + 1)
        rows.append([series.what, series.at, ours, f"{shift.earliest + 1}-{shift.latest + 1}", shift.factor])
    show(
        "The two published series, months counted from 1", ("series", "published", "dated", "interval", "factor"), rows
    )


def _report_kinds(seed: int, n: int = 150) -> None:
    rows = []
    for name, values, true in simulate_kinds(seed, n):
        there = np.array([len(at) > 0 for at in true])
        found = [level_shift(row) for row in values]
        dated = np.array([f.month is not None for f in found])
        near, held, months = np.zeros((3, n))
        for i, (f, at) in enumerate(zip(found, true, strict=True)):
            near[i] = f.month is not None and any(abs(f.month - a) <= 1 for a in at)
            held[i] = any(f.earliest <= a <= f.latest for a in at)
            months[i] = f.latest - f.earliest + 1
        told = there & dated
        rows.append(
            [
                name,
                *(
                    [float(dated[there].mean()), *(float(x[told].mean()) for x in (near, held, months))]
                    if told.any()
                    else "----"
                ),
                float(dated[~there].mean()) if not there.all() else "-",
            ]
        )
    show(
        f"Series of other kinds, {n} of each: x or / 2-6; of a slow move any of its months counts, of two shifts either",
        (
            "set",
            "dated",
            "within 1 month of those dated",
            "in the interval of those dated",
            "months in the interval",
            "dated where none is",
        ),
        rows,
    )

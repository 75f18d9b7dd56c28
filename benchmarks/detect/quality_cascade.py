"""What the cascade loses beside the full scan of every month."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.detect.quality_trade import RECIPES
from benchmarks.detect.tables import show
from benchmarks.detect.trade import simulate_trade
from tidewaiter.detect import SparsePanel, backscan, calibrate, cascade

__all__ = ["report_cascade"]

SHARES = (0.002, 0.02)
FIRST = 24
EVERY = 6
SURE = 0.2


def report_cascade(seed: Callable[[str, int], int], draws: int = 3) -> None:
    """Findings at q <= .2 of the full scan that the cascade has too: in the labelled last month, and in earlier ones."""
    rows: list[list[object]] = []
    for name, recipe in RECIPES.items():
        for number in range(draws):
            made = simulate_trade(seed("trade", number), recipe)
            values, last = made.values, made.values.shape[1] - 1
            series, month = np.nonzero(values)
            offsets = np.r_[0, np.cumsum((values > 0).sum(1))]
            panel = SparsePanel(offsets, month.astype(np.uint8), values[series, month].astype(np.float32), last + 1)
            learnt = calibrate(values, made.groups)
            months = [*range(FIRST, last, EVERY), last]
            full = {
                m: np.flatnonzero(np.nan_to_num(r.q, nan=1.0) <= SURE)
                for m, r in backscan(values, made.groups, months=months, calibration=learnt)
            }
            for share in SHARES:
                found = {f.month: f for f in cascade(panel, made.groups, calibration=learnt, share=share)}
                got = {m: found[m].series[np.nan_to_num(found[m].result.q, nan=1.0) <= SURE] for m in months}
                events = np.flatnonzero(made.event)
                told = np.intersect1d(full[last], events)
                false = len(np.setdiff1d(got[last], events)) / max(len(got[last]), 1)
                earlier = [m for m in months if m != last]
                before = sum(len(full[m]) for m in earlier)
                kept = sum(len(np.intersect1d(full[m], got[m])) for m in earlier)
                unseen = sum(len(np.setdiff1d(full[m], found[m].series)) for m in earlier)
                alone = sum(len(np.setdiff1d(got[m], full[m])) for m in earlier)
                scored = sum(len(f.series) for f in found.values()) / len(series)
                rows.append(
                    [
                        f"{name}, draw {number + 1}",
                        f"{100 * share:g} %",
                        f"{100 * scored:.2f} %",
                        len(full[last]),
                        1 - len(np.intersect1d(full[last], got[last])) / max(len(full[last]), 1),
                        1 - len(np.intersect1d(told, got[last])) / max(len(told), 1),
                        false,
                        before,
                        1 - kept / max(before, 1),
                        unseen / max(before, 1),
                        alone / max(before, 1),
                    ]
                )
    show(
        "The cascade beside the full scan of every month: findings at q <= .2",
        (
            "set",
            "share asked",
            "entries scored",
            "found by the full scan, last month",
            "of these lost",
            "labelled events lost",
            "false in the cascade",
            f"found in {len(range(FIRST, 71, EVERY))} months without labelled events",
            "of these lost",
            "not scored",
            "the cascade's alone, for one of the full scan's",
        ),
        rows,
    )

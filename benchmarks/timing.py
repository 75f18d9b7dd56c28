"""Timing several ways of doing one thing in turn, so that a drifting machine drifts for all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

__all__ = ["compare"]


def compare(title: str, ways: Mapping[str, Callable[[], object]], rounds: int = 5) -> dict[str, float]:
    """Time every way in turn, ``rounds`` times after one warm-up; print medians and ratios to the first way.

    Returns
    -------
    dict
        Median seconds by name.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if number:
                taken[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    first = next(iter(medians.values()))
    print(f"\n{title} (median of {rounds}, seconds; ratio to the first)")
    for name, median in medians.items():
        print(f"  {name:44} {median:8.3f}   x{median / first:.2f}   {min(taken[name]):.3f}-{max(taken[name]):.3f}")
    return medians

"""Tidewaiter's scan, timed the way the others are: CPU seconds of the call, compiling left out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.detect.noufaily import Outbreaks
from benchmarks.detect.trade import TradeRecipe, simulate_trade
from tidewaiter.detect import ScanResult, scan

__all__ = ["Timed", "scan_outbreaks", "timed_scan", "warm_up"]


@dataclass(frozen=True)
class Timed:
    """A result and the CPU seconds of the whole process it took, all threads together."""

    result: ScanResult
    cpu: float


def warm_up() -> None:
    """Compile both families, so that no timing holds it."""
    values = simulate_trade(0, TradeRecipe(series=200, months=48)).values
    scan(values)
    scan(np.floor(values / 1e3), family="count")


def timed_scan(values: NDArray[np.float64], groups: NDArray[np.int64] | None = None, **options: Any) -> Timed:
    """Scan on one thread and time it."""
    began = time.process_time()
    result = scan(values, groups, threads=1, **options)
    return Timed(result, time.process_time() - began)


def scan_outbreaks(made: Outbreaks) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Scan each tested period as if it were the latest.

    The calibration is learnt at the first tested period, from those before it, and kept.

    Returns
    -------
    p, p_spike, cpu
        float64 [n, tested], the same, and the CPU seconds.
    """
    calibration = None
    together, spike, cpu = [], [], 0.0
    for end in range(made.values.shape[1] - made.tested, made.values.shape[1]):
        timed = timed_scan(made.values[:, : end + 1], family="count", season=made.season, calibration=calibration)
        calibration = timed.result.calibration
        cpu += timed.cpu
        together.append(timed.result.p)
        spike.append(timed.result.p_spike)
    return np.stack(together, 1), np.stack(spike, 1), cpu

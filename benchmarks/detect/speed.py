"""How fast: a million series cold and warm, one and two threads, every month against DuckDB, beside the other methods.

The machine may be shared: ways are timed in turn and CPU seconds stand beside wall seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import tidewaiter.detect
from benchmarks.detect.peers.running import farrington, forecaster, have_farrington, have_forecasters
from benchmarks.detect.tables import show
from benchmarks.detect.trade import TradeRecipe, simulate_trade
from tidewaiter.detect import scan

__all__ = ["report_speed"]

CHANNELS = 6
"""Channels every scan fills: spike, sustained, start, stop, fall, record."""
WINDOW = 36
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Taken:
    """Wall and CPU seconds."""

    wall: float
    cpu: float


def taken(work: Callable[[], object]) -> Taken:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)


def _panel(seed: int, series: int, months: int = 72) -> tuple[Floats, NDArray[np.int64]]:
    """Simulate 50,000 series and repeat them with other noise on top; groups of 50 throughout."""
    base = simulate_trade(seed, TradeRecipe(series=min(series, 50_000), months=months))
    copies = -(-series // len(base.values))
    rng = np.random.default_rng(seed)
    values = np.empty((series, months))
    for i in range(copies):
        part = values[i * len(base.values) : (i + 1) * len(base.values)]
        part[:] = base.values[: len(part)]
        if i:
            part *= np.exp(rng.normal(0, 0.1, part.shape).astype(np.float32))
    return values, np.arange(series) // 50


def _million(seed: int, series: int) -> float:
    values, groups = _panel(seed, series)
    rows: list[list[object]] = []
    warm_speed = 0.0
    for threads in (1, 2):
        keep: list[tidewaiter.detect.ScanResult] = []
        cold = taken(lambda t=threads, k=keep: k.append(scan(values, groups, threads=t)))  # type: ignore[misc]
        warm = taken(lambda t=threads, k=keep: scan(values, groups, calibration=k[0].calibration, threads=t))  # type: ignore[misc]
        for name, it in (("cold, calibration included", cold), ("warm, calibration kept", warm)):
            rows.append([f"{threads} thread(s), {name}", it.wall, it.cpu, series / it.wall, series / it.cpu])
        if threads == 1:
            warm_speed = series / warm.cpu
    show(
        f"{series:,} series x 72 months, last month, all channels",
        ("way", "wall s", "CPU s", "series a wall second", "series a CPU second"),
        rows,
    )
    return warm_speed


def _against_peers(seed: int, warm_speed: float) -> None:
    values, _ = _panel(seed, 1000)
    rows: list[list[object]] = [["tidewaiter, warm", warm_speed, warm_speed * CHANNELS, 1.0, 1.0]]

    def add(name: str, cpu: float, n: int) -> None:
        each = n / cpu
        rows.append([name, each, each, warm_speed / each, warm_speed * CHANNELS / each])

    if have_farrington():
        add("farringtonFlexible", farrington(values[:300], 12, 1)[1].cpu, 300)
    if have_forecasters():
        many, _ = _panel(seed, 5000)
        add("seasonal naive conformal", forecaster("seasonal naive conformal", many).cpu, len(many))
        add("AutoETS", forecaster("AutoETS", values[:300]).cpu, 300)
    header = (
        "method",
        "series a CPU second",
        "series and channels a CPU second",
        "ratio, series",
        "ratio, series and channels",
    )
    show(f"One month, ours filling {CHANNELS} channels, theirs one", header, rows)


def _every_month(seed: int, rows_wanted: int, months: int = 120, first: int = 24) -> None:
    """Judge every month from the third year on, against DuckDB doing moving median and MAD alone over the same rows."""
    share = float((simulate_trade(seed, TradeRecipe(series=2000, months=months)).values > 0).mean())
    values, groups = _panel(seed, int(rows_wanted / (share * months)) // 50 * 50, months)
    series, month = np.nonzero(values)
    table = pa.table(
        {"s": series.astype(np.uint32), "m": month.astype(np.uint8), "v": values[series, month].astype(np.float32)}
    )
    rows = table.num_rows
    del series, month
    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET memory_limit = '8GB'; SET preserve_insertion_order = false")
    connection.register("t", table)
    query = (
        "SELECT count(*) FILTER (v > c + 5 * d) FROM (SELECT v, median(v) OVER w AS c, mad(v) OVER w AS d FROM t WINDOW w AS "
        f"(PARTITION BY s ORDER BY m ROWS BETWEEN {WINDOW} PRECEDING AND 1 PRECEDING))"
    )
    calibration = tidewaiter.detect.calibrate(values, groups, threads=2)

    def every() -> None:
        for _ in tidewaiter.detect.backscan(
            values, groups, months=range(first, months), calibration=calibration, threads=2
        ):
            pass

    theirs = taken(lambda: connection.execute(query).fetchall())
    ours = taken(every)
    out: list[list[object]] = [
        [f"DuckDB, median and MAD over {WINDOW} rows", theirs.wall, theirs.cpu, rows / theirs.wall, 1.0],
        [
            f"full scan of months {first + 1}-{months}, all channels",
            ours.wall,
            ours.cpu,
            rows / ours.wall,
            theirs.wall / ours.wall,
        ],
    ]
    offsets = np.r_[0, np.cumsum((values > 0).sum(axis=1))]
    amounts = table["v"].to_numpy()
    tidewaiter.detect.screen(offsets[:2] - offsets[0], amounts[: offsets[1]])
    fast = taken(lambda: tidewaiter.detect.screen(offsets, amounts, WINDOW, threads=2))
    out.append(["screen: median and MAD, log scale", fast.wall, fast.cpu, rows / fast.wall, theirs.wall / fast.wall])
    show(
        f"Every month of {rows:,} rows ({len(values):,} series x {months} months), 2 threads",
        ("way", "wall s", "CPU s", "rows a second", "DuckDB's time over it"),
        out,
    )


def report_speed(seed: Callable[[str, int], int], rows: int = 10_000_000, series: int = 1_000_000) -> None:
    """Print all of it; needs about 3 GB of memory, 8 GB at 50 m rows."""
    warm_speed = _million(seed("speed", 0), series)
    _against_peers(seed("speed", 1), warm_speed)
    _every_month(seed("speed", 2), rows)

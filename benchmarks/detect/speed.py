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
FULL = 10_000_000
"""Rows up to which every month is scored in full, too: beyond them it takes many minutes."""
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


def _million(seed: int, series: int) -> tuple[float, float]:
    """Return series a CPU second, warm and on one thread: all channels, and one."""
    values, groups = _panel(seed, series)
    rows: list[list[object]] = []
    warm_speed = one_speed = 0.0
    for threads in (1, 2):
        keep: list[tidewaiter.detect.ScanResult] = []
        cold = taken(lambda t=threads, k=keep: k.append(scan(values, groups, threads=t)))  # type: ignore[misc]
        warm = taken(lambda t=threads, k=keep: scan(values, groups, calibration=k[0].calibration, threads=t))  # type: ignore[misc]
        one = taken(
            lambda t=threads, k=keep: scan(  # type: ignore[misc]
                values, groups, calibration=k[0].calibration, channels=("spike",), threads=t
            )
        )
        ways = (
            ("cold, calibration included", cold),
            ("warm, calibration kept", warm),
            ("warm, one channel (spike)", one),
        )
        for name, it in ways:
            rows.append([f"{threads} thread(s), {name}", it.wall, it.cpu, series / it.wall, series / it.cpu])
        if threads == 1:
            warm_speed, one_speed = series / warm.cpu, series / one.cpu
    show(
        f"{series:,} series x 72 months, last month, all channels where not one",
        ("way", "wall s", "CPU s", "series a wall second", "series a CPU second"),
        rows,
    )
    return warm_speed, one_speed


def _against_peers(seed: int, warm_speed: float, one_speed: float) -> None:
    values, _ = _panel(seed, 1000)
    rows: list[list[object]] = [
        [f"tidewaiter, warm, {CHANNELS} channels", warm_speed, warm_speed * CHANNELS, "", "", ""],
        ["tidewaiter, warm, one channel", one_speed, one_speed, "", "", ""],
    ]

    def add(name: str, cpu: float, n: int) -> None:
        each = n / cpu
        rows.append([name, each, each, warm_speed / each, one_speed / each, warm_speed * CHANNELS / each])

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
        f"ours over it, series, {CHANNELS} channels filled",
        "ours over it, series, one channel filled",
        "ours over it, series and channels",
    )
    show("One month, theirs one channel", header, rows)


def _every(
    values: Floats, groups: NDArray[np.int64], calibration: tidewaiter.detect.Calibration, months: range
) -> None:
    for _ in tidewaiter.detect.backscan(values, groups, months=months, calibration=calibration, threads=2):
        pass


def _every_month(seed: int, rows_wanted: int, months: int = 120, first: int = 24) -> None:
    """Judge every month from the third year on, against DuckDB doing moving median and MAD alone over the same rows."""
    share = float((simulate_trade(seed, TradeRecipe(series=2000, months=months)).values > 0).mean())
    values, groups = _panel(seed, int(rows_wanted / (share * months)) // 50 * 50, months)
    n = len(values)
    calibration = tidewaiter.detect.calibrate(values, groups, threads=2)
    offsets = np.r_[0, np.cumsum((values > 0).sum(axis=1))]
    series, month = (one.astype(kind) for one, kind in zip(np.nonzero(values), (np.uint32, np.uint8), strict=True))
    amounts = values[values > 0].astype(np.float32)
    rows = len(amounts)
    out: list[list[object]] = []

    def add(name: str, it: Taken) -> None:
        out.append([name, it.wall, it.cpu, rows / it.wall])

    if rows <= FULL:
        add(
            f"full scan of months {first + 1}-{months}, all channels",
            taken(lambda every=values: _every(every, groups, calibration, range(first, months))),  # type: ignore[misc]
        )
    del values
    panel = tidewaiter.detect.SparsePanel(offsets, month, amounts, months)
    small = tidewaiter.detect.SparsePanel(offsets[:1001], month[: offsets[1000]], amounts[: offsets[1000]], months)
    closely = [0]

    def both(some: tidewaiter.detect.SparsePanel, of: NDArray[np.int64]) -> None:
        closely[0] = sum(
            len(found.series)
            for found in tidewaiter.detect.cascade(some, of, calibration=calibration, first=first, threads=2)
        )

    def alone(some: tidewaiter.detect.SparsePanel) -> None:
        tidewaiter.detect.screen(some.offsets, some.amounts, WINDOW, threads=2)

    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET memory_limit = '8GB'; SET preserve_insertion_order = false")
    connection.register("t", pa.table({"s": series, "m": month, "v": amounts}))
    connection.execute("CREATE TABLE rows AS SELECT * FROM t")
    query = (
        "SELECT count(*) FILTER (v > c + 5 * d) FROM (SELECT v, median(v) OVER w AS c, mad(v) OVER w AS d FROM rows WINDOW w AS "
        f"(PARTITION BY s ORDER BY m ROWS BETWEEN {WINDOW} PRECEDING AND 1 PRECEDING))"
    )
    both(small, groups[:1000])
    alone(small)
    add("cascade: every row looked at, what stands out scored in full", taken(lambda: both(panel, groups)))
    add("screen: median and MAD, log scale, nothing scored", taken(lambda: alone(panel)))
    theirs = taken(lambda: connection.execute(query).fetchall())
    add(f"DuckDB, median and MAD over {WINDOW} rows", theirs)
    again = taken(lambda: both(panel, groups))
    add(f"cascade again; {closely[0]:,} entries scored ({100 * closely[0] / rows:.2f} %)", again)
    show(
        f"Every month of {rows:,} rows ({n:,} series x {months} months), 2 threads",
        ("way", "wall s", "CPU s", "rows a second", "DuckDB's wall time over it", "DuckDB's CPU time over it"),
        [[*one, theirs.wall / one[1], theirs.cpu / one[2]] for one in out],  # type: ignore[operator]
    )


def report_speed(seed: Callable[[str, int], int], rows: int = 10_000_000, series: int = 1_000_000) -> None:
    """Print all of it; needs about 3 GB of memory, 8 GB at 50 m rows."""
    _against_peers(seed("speed", 1), *_million(seed("speed", 0), series))
    _every_month(seed("speed", 2), rows)

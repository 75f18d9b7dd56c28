"""Memory and time of a store of two hundred million rows: ``python -m benchmarks.large [ROWS] [--years N] [--folder DIR]``.

Ten years of the made-up world (``benchmarks.made``), one gzipped table of Eurostat's form a year, as a user would load them;
each is larger than what is sorted in memory at once. Each step runs in a process of its own, whose peak of resident memory
is printed: loading every year, building cube and panel, asking, running over every series, adding a month, replacing one.
With ``--folder`` the store is kept there, and a later run takes up what is there.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.made import write_year

FIRST = 2010
YEARS = 10


def load(folder: Path, rows: int, year: int, months: int = 12, published: str = "") -> str:
    """Load a file that :func:`make` wrote; return how many rows it has."""
    from tidewaiter.store.store import Store

    path = folder / f"{year}.csv.gz"
    found = Store(folder / "store", create=True).load(path, published=published or f"{year + 1}-03-01")
    return f"{found.rows:,} rows"


def cube(folder: Path, full: bool) -> str:
    """Build the cube, or bring it up to what was loaded."""
    from tidewaiter.store.cube_build import build
    from tidewaiter.store.cube_status import status
    from tidewaiter.store.store import Store

    done = build(Store(folder / "store"), full=full)
    now = status(Store(folder / "store"))
    return f"{done}: {now.rows:,} rows, {now.batches} batches, {now.bytes / 1e6:,.0f} MB on disk"


def ask(folder: Path) -> str:
    """Ask for forty codes of a pair over all months, sixty times."""
    import numpy as np

    from tidewaiter.store.cube import Cube
    from tidewaiter.store.store import Store

    opened = Cube(Store(folder / "store"))
    panel = opened.panel()
    places = np.random.default_rng(4).choice(len(panel), 60)
    times = []
    for place in places.tolist():
        key = panel.block(np.arange(place, place + 1)).keys.to_pylist()[0]
        codes = panel.block(np.arange(max(0, place - 20), place + 20)).keys["cmd_code"].to_pylist()
        listed = ", ".join(f"'{code}'" for code in sorted({key["cmd_code"], *codes}))
        began = time.perf_counter()
        opened.sql(
            f"SELECT cmd_code, month, value FROM rows WHERE dataset = '{key['dataset']}' AND reporter = '{key['reporter']}'"
            f" AND flow = 'X' AND partner = '{key['partner']}' AND cmd_code IN ({listed})"
        )
        times.append(time.perf_counter() - began)
    return f"median {statistics.median(times) * 1000:.2f} ms, slowest {max(times) * 1000:.1f} ms"


def scan(folder: Path) -> str:
    """Run over every series of the panel."""
    from tidewaiter.store.cube import Cube
    from tidewaiter.store.store import Store

    panel = Cube(Store(folder / "store")).panel()
    total = sum(float(block.values.sum()) for block in panel.blocks())
    return f"{len(panel):,} series, sum {total:.6g}"


def month(folder: Path, rows: int, year: int, published: str) -> str:
    """Load one month more, or again."""
    write_year(folder / f"{year}.csv.gz", rows, year, 1)
    found = load(folder, rows, year, published=published)
    (folder / f"{year}.csv.gz").unlink()
    return found


def measured(folder: Path, words: str, *step: str) -> None:
    """Run a step in a process of its own and print what it took."""
    command = [sys.executable, "-m", "benchmarks.large", "--step", *step, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    wall, cpu, most, said = json.loads(done.stdout.splitlines()[-1])
    print(f"  {words:30} {wall:7.1f} s  processor {cpu:7.1f} s  memory {most:6,.0f} MB  {said}", flush=True)


def main(rows: int, years: int, folder: Path) -> None:
    """Do it all."""
    from tidewaiter.store.store import Store

    each = rows // years
    there = {one.file for one in Store(folder / "store").releases()} if (folder / "store").exists() else set()
    print(f"\nAbout {rows:,} rows in {years} files (memory: the peak of a process, what is mapped from disk included)")
    for year in range(FIRST, FIRST + years):
        path = folder / f"{year}.csv.gz"
        if path.name not in there:
            measured(folder, f"making {year}", "make", str(each), str(year))
            measured(folder, f"loading {year} ({path.stat().st_size / 1e6:,.0f} MB)", "load", str(each), str(year))
            path.unlink()
    measured(folder, "cube and panel, whole", "build")
    measured(folder, "a pair x 40 codes, all months", "ask")
    measured(folder, "every series once", "scan")
    size, after = each // 12, FIRST + years
    for at, (words, year) in enumerate((("a month more", after), ("a month again", after - 1))):
        measured(folder, f"loading {words}", "month", str(size), str(year), f"{after + 1}-0{at + 1}-01")
        measured(folder, f"cube and panel, {words}", "update")
    measured(folder, "a pair x 40 codes, all months", "ask")


def step(folder: Path, name: str, *given: str) -> None:
    """Do one step in this process and print what it took."""
    steps: dict[str, Callable[..., str]] = {
        "make": lambda each, year: f"{write_year(folder / f'{year}.csv.gz', int(each), int(year)):,} rows",
        "load": lambda each, year: load(folder, int(each), int(year)),
        "build": lambda: cube(folder, True),
        "update": lambda: cube(folder, False),
        "ask": lambda: ask(folder),
        "scan": lambda: scan(folder),
        "month": lambda each, year, day: month(folder, int(each), int(year), day),
    }
    began, used = time.perf_counter(), time.process_time()
    said = steps[name](*given)
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    print(json.dumps([wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, said]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=200_000_000)
    parser.add_argument("--years", type=int, default=YEARS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.step:
        step(told.folder, *told.step)
    elif told.folder:
        told.folder.mkdir(parents=True, exist_ok=True)
        main(told.rows, told.years, told.folder)
    else:
        with tempfile.TemporaryDirectory() as made:
            main(told.rows, told.years, Path(made))

"""Questions to a store of fifty million rows, and what a new month costs: ``python -m benchmarks.query [ROWS]``.

The store is made here (``benchmarks.made``: gravity between countries, Zipf products, some 70 % of months empty) and thrown
away. Printed: the median of each question in process, the cost of adding and of replacing a month beside a full rebuild of
cube and panel, and the most memory the process had.
"""

from __future__ import annotations

import json
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from unittest.mock import patch

import numpy as np
import pyarrow as pa

from benchmarks.made import REPORTERS, series
from tidewaiter.codes import all_areas
from tidewaiter.period import month
from tidewaiter.sources import registry
from tidewaiter.sources.observation import SCHEMA, Asked, Batch
from tidewaiter.store.cube import Cube
from tidewaiter.store.cube_build import build
from tidewaiter.store.cube_status import status
from tidewaiter.store.store import Store

FIRST = month("2019-01")
MONTHS = 60
PARTNERS = 60
SOURCES = registry.sources()


class Made:
    """A format whose file only says which part of the made-up world it holds."""

    name = "made"
    dataset = "made"
    title = publisher = attribution = address = "made up"
    complete_over: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    reporters: tuple[str, ...] = ()
    world: list[dict[str, Any]]

    def recognises(self, head: bytes) -> bool:
        """Whether it is such a file."""
        return head.startswith(b"made ")

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Make the rows up."""
        _, first, last, factor = stream.read().decode().split()
        for part in self.world:
            inside = (part["month"] >= int(first)) & (part["month"] <= int(last))
            picked = {key: part[key][inside] for key in ("partner", "product", "month", "value")}
            for at in range(0, len(picked["month"]), 500_000):
                yield self._batch(part["reporter"], {k: v[at : at + 500_000] for k, v in picked.items()}, float(factor))

    def _batch(self, reporter: int, rows: dict[str, Any], factor: float) -> Batch:
        count = len(rows["month"])

        def same(word: str) -> Any:
            return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([word]))

        start = pa.array(rows["month"].astype(np.int32) + FIRST)
        arrays = {
            "dataset": same("made"), "reporter": same(self.reporters[reporter]), "flow": same("X"),
            "partner": pa.DictionaryArray.from_arrays(pa.array(rows["partner"].astype(np.int32)), pa.array(self.partners)),
            "cmd_code": pa.DictionaryArray.from_arrays(pa.array(rows["product"].astype(np.int32)), pa.array(self.codes)),
            "classification": same("HS"), "customs_regime": same(""), "mode_of_transport": same(""), "district": same(""),
            "period_start": start, "period_end": start, "value": pa.array(rows["value"] * factor), "currency": same("USD"),
        }  # fmt: skip
        listed = [arrays[field.name] if field.name in arrays else pa.nulls(count, field.type) for field in SCHEMA]
        return Batch(pa.RecordBatch.from_arrays(listed, schema=SCHEMA))


def timed(what: Callable[[], object]) -> tuple[float, float]:
    began, used = time.perf_counter(), time.process_time()
    what()
    return time.perf_counter() - began, time.process_time() - used


def reader(rows: int) -> Made:
    """Return the format, with countries and codes for so many rows."""
    made = Made()
    products = max(20, round(rows / (len(REPORTERS) * PARTNERS * MONTHS * 0.14)))
    numbers = np.sort(np.random.default_rng(3).choice(970_000, products, False) + 10_000)
    made.codes = tuple(f"{code:06d}" for code in numbers)
    countries = [area.code for area in all_areas().values() if area.kind == "country"]
    made.partners = tuple(countries[:PARTNERS])
    made.reporters = tuple(sorted(area.code for area in all_areas().values() if area.iso2 in REPORTERS))
    return made


def load(folder: Path, made: Made, first: int, last: int, factor: float, day: str) -> int:
    """Load some months of the part of the world that is in hand."""
    path = folder / "made.txt"
    path.write_text(f"made {first} {last} {factor}")
    formats = (*SOURCES, made)
    registry.sources = lambda: formats  # type: ignore[assignment]
    return Store(folder / "store", create=True).load(path, published=day).rows


def fill(folder: Path, rows: int) -> None:
    """Make the store: a release for each reporter and sixty months; keep what comes after for later."""
    made = reader(rows)
    late = []
    for at, part in enumerate(series(len(made.reporters), PARTNERS, len(made.codes), MONTHS + 1)):
        made.world = [part]
        new = part["month"] >= MONTHS - 1
        late.append({key: value[new] if key != "reporter" else value for key, value in part.items()})
        load(folder, made, 0, MONTHS - 1, 1 + at / 1e6, "2024-02-01")
    (folder / "late.pickle").write_bytes(pickle.dumps(late))


def month_more(folder: Path, rows: int, first: int, factor: float, day: str, only: int | None = None) -> None:
    """Load one month of all reporters, or of one."""
    made = reader(rows)
    made.world = pickle.loads((folder / "late.pickle").read_bytes())
    if only is not None:
        made.world = [made.world[only]]
    load(folder, made, first, first, factor, day)


def apart(store: Store) -> None:
    """Bring the cube up to date with a batch that takes in no other."""
    from tidewaiter.store import cube_build

    with patch.object(cube_build, "ABSORBED", 0):
        build(store)


def stage(name: str, folder: Path, rows: int) -> None:
    """Do one part of the work in this process, and print what it took."""
    store = folder / "store"
    work: dict[str, Callable[[], object]] = {
        "fill": lambda: fill(folder, rows),
        "build": lambda: build(Store(store), full=True),
        "update": lambda: build(Store(store)),
        "add": lambda: month_more(folder, rows, MONTHS, 1.0, "2024-03-01"),
        "replace": lambda: month_more(folder, rows, MONTHS - 1, 1.5, "2024-04-01"),
        "apart": lambda: apart(Store(store)),
        **{f"one{n}": partial(month_more, folder, rows, MONTHS, 2.0 + n, f"2024-05-0{n}", n) for n in range(1, 6)},
    }
    taken = timed(work[name])
    print(json.dumps([*taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def staged(name: str, folder: Path, rows: int) -> tuple[float, float, float]:
    """Run a stage in a process of its own; return clock and processor seconds and megabytes."""
    command = [sys.executable, "-m", "benchmarks.query", str(rows), name, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    wall, cpu, most = json.loads(done.stdout.splitlines()[-1])
    return wall, cpu, most


def main(rows: int = 50_000_000) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        filled = staged("fill", folder, rows)
        store = Store(folder / "store")
        count = sum(release.rows for release in store.releases())
        size = sum(path.stat().st_size for path in (store.folder / "rows").iterdir()) / 1e6
        print(
            f"\nA store of {count:,} rows, {size:,.0f} MB of Parquet (made and loaded in {filled[0]:.0f} s, {filled[2]:,.0f} MB)"
        )
        full = staged("build", folder, rows)
        told = f"{full[0]:7.1f} s, processor {full[1]:6.1f} s, memory {full[2]:6,.0f} MB"
        print(f"  cube and panel, built whole      {told}; {status(store).bytes / 1e6:,.0f} MB on disk")
        questions(store, reader(rows))
        for words, what in (("adding a month", "add"), ("replacing a month", "replace")):
            loading, building = staged(what, folder, rows), staged("update", folder, rows)
            print(
                f"  {words:18} load {loading[0]:5.1f} s, cube and panel {building[0]:5.1f} s (x{building[0] / full[0]:.3f} of"
                f" whole), processor {building[1]:5.1f} s (x{building[1] / full[1]:.3f}), memory {building[2]:,.0f} MB"
            )
        questions(store, reader(rows))
        while status(store).batches < 5:
            staged(f"one{status(store).batches}", folder, rows)
            staged("apart", folder, rows)
        print("  after more loads of one reporter's month, each kept a batch of its own:")
        questions(store, reader(rows))


def questions(store: Store, made: Made) -> None:
    """Ask what an analyst asks, of the cube by SQL and of the panel as it lies."""
    began = time.perf_counter()
    cube = Cube(store)
    panel = cube.panel()
    print(
        f"  cube opened in {time.perf_counter() - began:.3f} s, {len(cube.manifest.batches)} batches; {len(panel):,} series"
    )
    draw = np.random.default_rng(5)
    last = FIRST + MONTHS - 1

    def pair() -> tuple[str, str]:
        return str(draw.choice(made.reporters)), str(draw.choice(made.partners))

    def forty() -> None:
        who, whom = pair()
        codes = ", ".join(f"'{code}'" for code in draw.choice(made.codes, 40, False))
        cube.sql(
            f"SELECT cmd_code, month, value FROM rows WHERE dataset = 'made' AND reporter = '{who}' AND flow = 'X'"
            f" AND partner = '{whom}' AND cmd_code IN ({codes}) AND month BETWEEN {FIRST} AND {last}"
        )

    def growth() -> None:
        who, whom = pair()
        cube.sql(
            "SELECT cmd_code, sum(value) FILTER (month > $1 - 12) - sum(value) FILTER (month <= $1 - 12) AS growth FROM rows"
            f" WHERE dataset = 'made' AND reporter = '{who}' AND flow = 'X' AND partner = '{whom}' AND month > $1 - 24"
            " GROUP BY cmd_code ORDER BY growth DESC NULLS LAST LIMIT 20".replace("$1", str(last))
        )

    def ends() -> None:
        who, whom = pair()
        cube.sql(
            f"SELECT min(month), max(month) FROM rows WHERE dataset = 'made' AND reporter = '{who}' AND flow = 'X'"
            f" AND partner = '{whom}' AND cmd_code = '{draw.choice(made.codes)}' AND value > 0"
        )

    def highest() -> None:
        who, whom = pair()
        code = draw.choice(made.codes)
        cube.sql(
            "WITH s AS (SELECT month, value FROM rows WHERE dataset = 'made'"
            f" AND reporter = '{who}' AND flow = 'X' AND partner = '{whom}' AND cmd_code = '{code}')"
            f" SELECT max(month) FROM s WHERE month < {last} AND value >= (SELECT max(value) FROM s WHERE month = {last})"
        )

    def mapped() -> None:
        who, whom = pair()
        for code in draw.choice(made.codes, 40, False).tolist():
            for place in panel.find(dataset="made", reporter=who, flow="X", partner=whom, cmd_code=code):
                low, high = panel.offsets[place], panel.offsets[place + 1]
                np.asarray(panel.values[low:high]).sum()

    for name, ask in (
        ("a partner x 40 codes x 60 months", forty), ("top 20 growth of a partner", growth),
        ("first and last month with trade", ends), ("highest since", highest),
        ("the same 40 series from the panel", mapped),
    ):  # fmt: skip
        times = [timed(ask)[0] for _ in range(60)]
        print(f"    {name:36} median {statistics.median(times) * 1000:7.2f} ms, slowest {max(times) * 1000:7.1f} ms")
    began = time.perf_counter()
    total = sum(float(block.values.sum()) for block in panel.blocks())
    print(f"    {'every series once, from the panel':36} {time.perf_counter() - began:7.2f} s (sum {total:.4g})")
    cube.close()


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000_000
    if len(sys.argv) > 3:
        stage(sys.argv[2], Path(sys.argv[3]), count)
    else:
        main(count)

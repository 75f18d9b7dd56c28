"""Loading a customs file, checked row by row, beside bare readers of the same file: ``python -m benchmarks.load [ROWS]``.

The file is made here: a million rows by default, 27 reporters, 7 partners, Zipf products, gzipped. The peers only convert; they do
not check a cell, keep the raw bytes, or survive a crash.
"""

from __future__ import annotations

import csv
import gzip
import random
import shutil
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq

from benchmarks.timing import compare
from tidewaiter.sources.comext import COLUMNS
from tidewaiter.store.store import Store

REPORTERS = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "GR",
    "ES",
    "FI",
    "FR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
]
PARTNERS = ("AM", "BY", "GE", "KG", "KZ", "RU", "UZ")


def make(path: Path, rows: int) -> None:
    """Write a file of made-up rows, the same for the same number."""
    draw = random.Random(1)
    products = [f"{number:08d}" for number in draw.sample(range(1_000_000, 98_000_000), 2300)]
    with gzip.open(path, "wt", encoding="ascii", newline="", compresslevel=6) as file:
        file.write(",".join(COLUMNS) + "\n")
        for _ in range(rows):
            product = products[min(int(draw.paretovariate(0.6)), len(products)) - 1]
            month = f"{2020 + draw.randrange(3)}-{1 + draw.randrange(12):02d}"
            value = int(draw.lognormvariate(9, 2.5))
            file.write(f"{draw.choice(REPORTERS)},{draw.choice(PARTNERS)},EXPORT,{product},{month},{value}\n")


def main(rows: int = 1_000_000) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.csv.gz"
        make(path, rows)

        def ours() -> None:
            where = Path(folder) / "store"
            Store(where, create=True).load(path)
            shutil.rmtree(where)

        def arrow() -> None:
            text = pv.ConvertOptions(column_types={column: pa.string() for column in COLUMNS})
            pq.write_table(pv.read_csv(path, convert_options=text), Path(folder) / "bare.parquet", compression="zstd")

        def plain() -> None:
            with gzip.open(path, "rt", encoding="ascii", newline="") as file:
                for _ in csv.reader(file):
                    pass

        compare(
            f"Loading {rows:,} rows of csv.gz",
            {"pyarrow: read, write Parquet, no checks": arrow, "tidewaiter load": ours, "csv module: read only": plain},
            rounds=3,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

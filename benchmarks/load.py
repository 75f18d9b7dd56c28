"""Loading a gzipped customs file, every cell checked, beside bare readers of the same file: ``python -m benchmarks.load [ROWS]``.

The file is made here (7.4 million rows by default). Each way runs in a process of its own, in turn, so that a busy machine is
busy for all of them; processor seconds are printed beside the clock for the same reason. The bare readers only convert and
sort: they check no cell, keep no raw bytes, and a crash leaves half a file. With ``--peers`` polars and pandas run too, if
they are installed.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from benchmarks.made import write_csv

_MEASURE = """
import json, resource, shutil, sys, time
began, used = time.perf_counter(), time.process_time()
{code}
told = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([time.perf_counter() - began, time.process_time() - used, told.ru_maxrss / 1024]))
"""

_COLUMNS = "{{'reporter': 'VARCHAR', 'partner': 'VARCHAR', 'flow': 'VARCHAR', 'product_code': 'VARCHAR', 'period': 'VARCHAR', 'value_eur': 'BIGINT'}}"

WAYS = {
    "DuckDB: COPY sorted, no checks": """
import duckdb
duckdb.sql("COPY (SELECT * FROM read_csv('{path}', header = true, columns = """
    + _COLUMNS
    + """) "
           "ORDER BY reporter, flow, partner, product_code, period) TO '{out}' (FORMAT parquet, COMPRESSION zstd)")
""",
    "tidewaiter load: checked, sorted, kept": """
from pathlib import Path
from tidewaiter.store.store import Store
Store(Path('{out}'), create=True).load(Path('{path}'))
""",
    "pyarrow: read, sort, write, no checks": """
import pyarrow as pa, pyarrow.csv as pv, pyarrow.parquet as pq
names = ['reporter', 'partner', 'flow', 'product_code', 'period']
table = pv.read_csv('{path}', convert_options=pv.ConvertOptions(column_types={{name: pa.string() for name in names}}))
table = table.sort_by([(name, 'ascending') for name in ['reporter', 'flow', 'partner', 'product_code', 'period']])
pq.write_table(table, '{out}', compression='zstd')
""",
}
PEERS = {
    "polars": """
import polars as pl
names = ['reporter', 'partner', 'flow', 'product_code', 'period']
pl.read_csv('{path}', schema_overrides={{name: pl.String for name in names}}).sort(
    ['reporter', 'flow', 'partner', 'product_code', 'period']).write_parquet('{out}', compression='zstd')
""",
    "pandas": """
import pandas as pd
names = ['reporter', 'partner', 'flow', 'product_code', 'period']
pd.read_csv('{path}', dtype={{name: str for name in names}}).sort_values(
    ['reporter', 'flow', 'partner', 'product_code', 'period']).to_parquet('{out}', compression='zstd')
""",
}


def main(rows: int = 1_000_000, rounds: int = 3, peers: bool = False) -> None:
    ways = dict(WAYS)
    if peers:
        ways |= {name: code for name, code in PEERS.items() if find_spec(name)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.csv.gz"
        count = write_csv(path, rows)
        taken: dict[str, list[list[float]]] = {name: [] for name in ways}
        for number in range(rounds):
            for name, code in ways.items():
                out = Path(folder) / f"out{number}-{len(taken[name])}-{abs(hash(name))}"
                filled = _MEASURE.format(code=code.format(path=path, out=out))
                done = subprocess.run([sys.executable, "-c", filled], check=True, capture_output=True, text=True)
                taken[name].append(json.loads(done.stdout.splitlines()[-1]))
                subprocess.run(["rm", "-rf", str(out)], check=True)
    print(
        f"\nLoading {count:,} rows of csv.gz ({rounds} rounds in turn; medians; ratio of each round to the first way)"
    )
    first = next(iter(ways))
    for name, runs in taken.items():
        wall, cpu, memory = (statistics.median(column) for column in zip(*runs, strict=True))
        ratio = [
            statistics.median(one[at] / base[at] for one, base in zip(runs, taken[first], strict=True)) for at in (0, 1)
        ]
        print(
            f"  {name:40} {wall:7.2f} s  x{ratio[0]:.2f}   processor {cpu:6.2f} s  x{ratio[1]:.2f}   {memory:6.0f} MB"
        )


if __name__ == "__main__":
    numbers = [argument for argument in sys.argv[1:] if argument.isdigit()]
    main(int(numbers[0]) if numbers else 7_400_000, peers="--peers" in sys.argv)

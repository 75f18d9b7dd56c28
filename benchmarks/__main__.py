"""Run every benchmark: ``python -m benchmarks``."""

from __future__ import annotations

from benchmarks import codes, load, query, start
from benchmarks.detect.__main__ import main as detect

if __name__ == "__main__":
    for benchmark in (start, codes, load):
        benchmark.main()
    query.main(2_000_000)
    detect([])

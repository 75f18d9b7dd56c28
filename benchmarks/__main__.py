"""Run every benchmark: ``python -m benchmarks``."""

from __future__ import annotations

from benchmarks import codes, load, start
from benchmarks.detect.__main__ import main as detect

if __name__ == "__main__":
    for benchmark in (start, codes, load):
        benchmark.main()
    detect([])

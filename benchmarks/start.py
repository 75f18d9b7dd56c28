"""How long a command takes to start, beside a bare Python: ``python -m benchmarks.start``."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from benchmarks.timing import compare


def run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        compare(
            "Start-up of a whole process",
            {
                "python -c pass": lambda: run("-c", "pass"),
                "tidewaiter --help": lambda: run("-m", "tidewaiter", "--help"),
                "tidewaiter codes show 300241": lambda: run("-m", "tidewaiter", "codes", "show", "300241"),
                "tidewaiter demo (whole brief)": lambda: run("-m", "tidewaiter", "demo", "--out", f"{folder}/demo"),
                "import pyarrow.csv (for comparison)": lambda: run("-c", "import pyarrow.csv"),
            },
        )


if __name__ == "__main__":
    main()

"""How long loading and resolving codes takes in a fresh process: ``python -m benchmarks.codes``.

The target is 50 ms for loading the tables and resolving a basket; what Python itself takes to start is the first line.
"""

from __future__ import annotations

import subprocess
import sys

from benchmarks.timing import compare


def run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def resolving(name: str, classification: str) -> str:
    return (
        "from tidewaiter.baskets import load_basket, resolve\n"
        f"resolve(load_basket({name!r}), {classification!r}).caveats()"
    )


def main() -> None:
    medians = compare(
        "Codes and baskets, whole process",
        {
            "python -c pass": lambda: run("pass"),
            "import msgspec, tomllib (what they stand on)": lambda: run("import msgspec, tomllib"),
            "countries: one name found": lambda: run("from tidewaiter.codes import area; area('north korea')"),
            "lineage: 300241 stitched": lambda: run("from tidewaiter.codes import stitch; stitch(['300241'], 2022)"),
            "medical-covid resolved in HS 2012": lambda: run(resolving("medical-covid", "HS 2012")),
            "chpl resolved in HS 2017": lambda: run(resolving("chpl", "HS 2017")),
            "dprk-sectoral (3,000 codes) in HS 2012": lambda: run(resolving("dprk-sectoral", "HS 2012")),
            "a word searched in all texts": lambda: run("from tidewaiter.codes import search; search('ventilator')"),
        },
    )
    names = list(medians)
    print("  loading and resolving, without the interpreter's start and those two libraries:")
    for name in names[2:]:
        print(f"    {name:44} {(medians[name] - medians[names[1]]) * 1000:6.1f} ms")


if __name__ == "__main__":
    main()

"""Every measure of detection in one run: ``python -m benchmarks.detect [PART ...] [--develop]``."""

from __future__ import annotations

import argparse

from benchmarks.detect import seeds
from benchmarks.detect.ours import warm_up
from benchmarks.detect.quality_cascade import report_cascade
from benchmarks.detect.quality_counts import report_counts
from benchmarks.detect.quality_null import report_artefacts, report_nulls, report_shifts
from benchmarks.detect.quality_trade import compare_methods, report_small, report_trade, report_variations
from benchmarks.detect.speed import report_speed

PARTS = {
    "trade": report_trade,
    "variations": report_variations,
    "small": report_small,
    "nulls": report_nulls,
    "artefacts": report_artefacts,
    "shifts": report_shifts,
    "counts": report_counts,
    "cascade": report_cascade,
    "peers": compare_methods,
}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detect", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"{', '.join(PARTS)} or speed; all where none is named")
    parser.add_argument("--develop", action="store_true", help="development seeds in place of the report's")
    parser.add_argument(
        "--rows", type=int, default=10_000_000, help="rows of the every-month scan (50000000 for the full one)"
    )
    given = parser.parse_args(arguments)
    wanted = given.part or [*PARTS, "speed"]
    for part in wanted:
        if part not in PARTS and part != "speed":
            parser.error(f"part {part!r} is none of {', '.join(PARTS)}, speed")
    warm_up()
    seed = seeds.develop if given.develop else seeds.report
    for part, report in PARTS.items():
        if part in wanted:
            report(seed)
    if "speed" in wanted:
        report_speed(seed, given.rows)


if __name__ == "__main__":
    main()

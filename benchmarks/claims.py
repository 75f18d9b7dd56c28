"""A thousand claims against a store of fifty million rows: ``python -m benchmarks.claims [ROWS] [CLAIMS]``.

The store is that of ``benchmarks.query``, made here and thrown away. Half of the claims round what the store holds, half are
off by more than their rounding; they speak of pairs of countries drawn at random and were published on thirty different
days. Printed: seconds by the clock and of the processor for one run of ``tidewaiter.check``, store not opened before, and
whether every verdict is the one that the cells demand.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.query import FIRST, MONTHS, fill, reader
from tidewaiter.claims.court import check
from tidewaiter.claims.customs import Customs
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.model import Flow, Measure
from tidewaiter.period import Period
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

PAIRS = 40


def claims_on(store: Store, rows: int, count: int) -> list[Claim]:
    """Draw claims about months that have trade, every second one off by seven units of its last digit."""
    made = reader(rows)
    draw = np.random.default_rng(7)
    view = View(store)
    found: list[Claim] = []
    while len(found) < count:
        who, whom = str(draw.choice(made.reporters)), str(draw.choice(made.partners))
        table = view.rows(reporters=who, partners=whom, flow="X")
        if not table.num_rows:
            continue
        picked = table.take(draw.choice(table.num_rows, min(table.num_rows, -(-count // PAIRS)), replace=False))
        for row in picked.select(["cmd_code", "period_start", "value"]).to_pylist():
            step = 10.0 ** max(0, len(f"{row['value']:.0f}") - 3)
            printed = round(row["value"] / step) * step + (7 * step if len(found) % 2 else 0)
            subject = Subject(who, whom, Flow.EXPORT, row["cmd_code"], Measure.VALUE, "USD")
            month = Period(row["period_start"], row["period_start"])
            found.append(
                Claim(
                    id=f"C{len(found)}", kind=Kind.AMOUNT, subject=subject, period=month, said=said("", printed, step),
                    publisher=f"Publisher {len(found) % 9}", published=f"2024-03-{1 + len(found) % 30:02d}",
                )
            )  # fmt: skip
    return found[:count]


def main(rows: int = 50_000_000, count: int = 1000) -> None:
    """Make the store, draw the claims, judge them once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, rows)
        store = Store(folder / "store")
        held = sum(release.rows for release in store.releases())
        claims = claims_on(store, rows, count)
        began, used = time.perf_counter(), time.process_time()
        verdicts = check(claims, [], customs=Customs(Store(folder / "store")))
        wall, cpu = time.perf_counter() - began, time.process_time() - used
        right = sum(
            verdict.verdict == ("contradicted" if place % 2 else "supported") for place, verdict in enumerate(verdicts)
        )
        named = Counter(verdict.reading.name for verdict in verdicts if verdict.reading)
        print(
            f"\n{count:,} claims against {held:,} rows ({MONTHS} months from {FIRST // 12}): {wall:.1f} s, processor {cpu:.1f} s"
        )
        print(f"  verdicts that the cells demand: {right:,} of {count:,}; readings named: {dict(named)}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))

"""A thousand claims against a store of fifty million rows: ``python -m benchmarks.claims [ROWS] [CLAIMS] [STORE]``.

The store is that of ``benchmarks.query``, made here and thrown away (or one that is there already). The claims are of every
kind that speaks of cells, on pairs of countries and goods drawn one by one, published on thirty different days; of each kind
half say what the store holds and half do not. Printed: seconds by the clock and of the processor for one run of
``tidewaiter.check`` in a process that has not opened the store before, and how many verdicts are those that a plain look at
the rows demands.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from benchmarks.query import FIRST, MONTHS, fill, reader
from tidewaiter.claims.court import check
from tidewaiter.claims.customs import Customs
from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.model import Flow, Measure
from tidewaiter.period import Period
from tidewaiter.store.picked import picked
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

LAST = FIRST + MONTHS - 1


def printed(value: float, wrong: bool) -> Any:
    """Return a number to three digits, or one that is off by seven units of the last."""
    step = 10.0 ** (math.floor(math.log10(abs(value) or 1.0)) - 2)
    return said("", round(value / step) * step + (7 * step if wrong else 0), step)


def series_of(store: Store, rows: int, count: int) -> list[tuple[Subject, dict[int, float]]]:
    """Return series drawn one by one, with what the store holds of each; many months are empty."""
    made = reader(rows)
    draw = np.random.default_rng(7)
    found: list[tuple[Subject, dict[int, float]]] = []
    while len(found) < count:
        asked = {
            (str(draw.choice(made.reporters)), str(draw.choice(made.partners)), str(draw.choice(made.codes)))
            for _ in range(2 * count)
        }
        who, whom, code = zip(*sorted(asked), strict=True)
        wanted = {"dataset": ["made"] * len(who), "reporter": who, "partner": whom, "cmd_code": code}
        table = picked(View(store), wanted, Period(FIRST, LAST))
        held: dict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
        for row in table.select(["reporter", "partner", "cmd_code", "period_start", "value"]).to_pylist():
            held[row["reporter"], row["partner"], row["cmd_code"]][row["period_start"]] = row["value"]
        for (one, other, good), months in sorted(held.items()):
            if len(months) > 8 and any(month + 1 in months for month in months):
                found.append((Subject(one, other, Flow.EXPORT, good, Measure.VALUE, "USD"), months))
    draw.shuffle(found)  # type: ignore[arg-type]
    return found[:count]


def claim_on(number: int, subject: Subject, held: dict[int, float], draw: Any) -> tuple[Claim, str]:
    """Return a claim on a series, and the verdict that its rows demand: a month without a row is not known."""
    wrong = bool(number // 10 % 2)
    at = int(draw.choice([month for month in held if month + 1 in held]))
    now, before, later = Period(at + 1, at + 1), Period(at, at), held[at + 1]
    ratio = later / held[at]
    demanded = "contradicted" if wrong else "supported"
    parts: dict[Kind, dict[str, Any]] = {
        Kind.AMOUNT: {"said": printed(later, wrong)},
        Kind.CHANGE: {"base": before, "said": printed((ratio - 1) * 100, wrong)},
        Kind.MULTIPLE: {"base": before, "said": printed(ratio, wrong)},
        Kind.SHARE: {"base": before, "said": printed(ratio * 100, wrong)},
        Kind.DIFFERENCE: {"base": before, "said": printed(later - held[at], wrong)},
        Kind.EXCEEDS: {"base": before, "direction": "lower" if (ratio > 1) == wrong else "higher"},
        Kind.STREAK: {"length": 1, "direction": "fall" if (ratio > 1) == wrong else "rise"},
        Kind.EXTREME: {"since": before, "direction": "highest" if (ratio < 1) != wrong else "lowest"},
        Kind.FIRST: {"base": before},
        Kind.NONE: {},
    }
    kind = list(parts)[number % len(parts)]
    if kind in (Kind.NONE, Kind.FIRST):
        # Without a row and without coverage nothing says that there was none.
        gone = next((m for m in range(FIRST, LAST) if m not in held), None)
        demanded = "contradicted" if wrong or gone is None else "cannot tell"
        if demanded == "cannot tell":
            silent = Period(gone, gone)  # type: ignore[arg-type]
            now, parts[kind] = (now, {"base": silent}) if kind is Kind.FIRST else (silent, {})
    claim = Claim(
        id=f"C{number}", kind=kind, subject=subject, period=now, publisher=f"Publisher {number % 9}",
        published=f"2024-02-{1 + number % 19:02d}", **parts[kind],
    )  # fmt: skip
    return claim, demanded


def judge(folder: Path, given: Path) -> None:
    """Judge the claims of a file in this process; print what it took and what came of it."""
    claims, demanded = msgspec.msgpack.decode(given.read_bytes(), type=tuple[list[Claim], list[str]])
    began, used = time.perf_counter(), time.process_time()
    verdicts = check(claims, [], customs=Customs(Store(folder)))
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    right = sum(one.verdict == wanted for one, wanted in zip(verdicts, demanded, strict=True))
    kinds = Counter(claim.kind.value for claim in claims)
    named = Counter(one.reading.name for one in verdicts if one.reading)
    print(f"  judged in {wall:.1f} s, processor {cpu:.1f} s")
    print(f"  verdicts that the rows demand: {right:,} of {len(claims):,} ({dict(Counter(demanded))})")
    print(f"  kinds {dict(kinds)}; readings named {dict(named)}")
    for claim, one, wanted in zip(claims, verdicts, demanded, strict=True):
        if one.verdict != wanted:
            print(f"    {claim.id} {claim.kind.value}: {one.verdict}, demanded {wanted}: {one.why}")


def main(rows: int = 50_000_000, count: int = 1000, where: Path | None = None) -> None:
    """Make the store, draw the claims, judge them once in a fresh process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if where is None:
            fill(folder, rows)
            where = folder / "store"
        store = Store(where)
        draw = np.random.default_rng(11)
        drawn = series_of(store, rows, count)
        made = [claim_on(number, subject, held, draw) for number, (subject, held) in enumerate(drawn)]
        given = folder / "claims.msgpack"
        given.write_bytes(msgspec.msgpack.encode(([claim for claim, _ in made], [wanted for _, wanted in made])))
        held = sum(release.rows for release in store.releases())
        pairs = len({(subject.reporter, subject.partner) for subject, _ in drawn})
        print(
            f"\n{count:,} claims on {pairs:,} pairs of countries against {held:,} rows ({MONTHS} months from {FIRST // 12})",
            flush=True,
        )
        subprocess.run([sys.executable, "-m", "benchmarks.claims", "judge", str(where), str(given)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["judge"]:
        judge(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        numbers = [int(argument) for argument in sys.argv[1:3]]
        main(*numbers, **({"where": Path(sys.argv[3])} if len(sys.argv) > 3 else {}))

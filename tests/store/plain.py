"""A format for tests that can say everything an observation can: one CSV column for each column of the schema."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from tidewaiter.errors import InputError
from tidewaiter.period import Period
from tidewaiter.sources.observation import SCHEMA, Asked, Batch, Reject
from tidewaiter.sources.registry import sources as real_sources
from tidewaiter.store.store import Release, Store

DEFAULTS = {
    "dataset": "plain", "reporter": "CHN", "partner": "PRK", "flow": "X", "cmd_code": "300490", "classification": "HS",
    "customs_regime": "", "mode_of_transport": "", "district": "", "value": "", "currency": "USD", "net_wgt_kg": "",
    "qty": "", "qty_unit": "", "qty2": "", "qty2_unit": "",
}  # fmt: skip
NUMBERS = ("value", "net_wgt_kg", "qty", "qty2")


class Plain:
    """The reader; a value of ``bad`` is a reject."""

    publisher = "Nobody"
    address = "https://example.org/"
    attribution = "Source: nobody."
    dataset = "plain"

    def __init__(self, name: str = "plain", complete_over: tuple[str, ...] = ()) -> None:
        self.name = name
        self.title = name
        self.complete_over = complete_over

    def recognises(self, head: bytes) -> bool:
        return head.startswith(self.name.encode() + b"\n")

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        lines = stream.read().decode().splitlines()[1:]
        rows, rejects, notes = [], [], []
        for number, line in enumerate(csv.DictReader(lines), 3):
            row: dict[str, Any] = {**DEFAULTS, **line}
            if row.pop("note", ""):
                notes.append(line["note"])
            period = Period.parse(row.pop("period"))
            row |= {"period_start": period.start, "period_end": period.end}
            if row["value"] == "bad":
                rejects.append(Reject(number, "value", line["value"], "not a number"))
                continue
            for column in NUMBERS:
                row[column] = float(row[column]) if row[column] else None
            for column in ("currency", "qty_unit", "qty2_unit"):
                row[column] = row[column] or None
            if asked.flow:
                row["flow"] = asked.flow
            rows.append(row)
        for at in range(0, len(rows), 7):
            yield Batch(pa.RecordBatch.from_pylist(rows[at : at + 7], SCHEMA))
        yield Batch(None, tuple(rejects), tuple(notes))


def several() -> tuple[Any, ...]:
    """Return the shipped formats and two plain ones: a query, and a full file that is complete over partners and codes."""
    return (*real_sources(), Plain(), Plain("full", ("partner", "cmd_code")))


def write(path: Path, text: str, kind: str = "plain") -> Path:
    path.write_text(f"{kind}\n{text}")
    return path


_COUNT = 0


def load(store: Store, text: str, *, kind: str = "plain", **told: Any) -> Release:
    """Load rows written as CSV with a header."""
    global _COUNT
    _COUNT += 1
    return store.load(write(store.folder.parent / f"file{_COUNT}.csv", text, kind), **told)


def rows(**columns: Any) -> str:
    """Write rows as CSV text; a list is a row each, anything else the same in every row."""
    count = max((len(value) for value in columns.values() if isinstance(value, list)), default=1)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for at in range(count):
        writer.writerow([value[at] if isinstance(value, list) else value for value in columns.values()])
    return out.getvalue()


__all__ = ["InputError", "Plain", "load", "rows", "several", "write"]

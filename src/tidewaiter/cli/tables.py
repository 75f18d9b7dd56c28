"""Tables as files: CSV, Parquet, Excel; safe to open in a spreadsheet."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["number", "write_table"]


def number(value: float | None) -> str:
    """Return a number as the file printed it: whole where it is whole, with separators; empty for ``None``.

    Examples
    --------
    >>> number(19871761143.0), number(0.5), number(None)
    ('19,871,761,143', '0.5', '')
    """
    if value is None or not math.isfinite(value):
        return ""
    return f"{int(value):,}" if value == int(value) else repr(value)


def write_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], kind: str, out: Path | None) -> None:
    """Write rows as ``csv``, ``parquet`` or ``xlsx``.

    Parameters
    ----------
    columns
        Their names.
    rows
        Text, numbers, ``None``.
    kind
        The format.
    out
        The file; CSV without one goes to standard output.

    Raises
    ------
    InputError
        If a format that is no text has no file to go to.
    OutputError
        If it cannot be written.
    """
    from tidewaiter.errors import InputError, OutputError
    from tidewaiter.safe import csv_text

    if kind == "csv" and out is None:
        sys.stdout.write(csv_text([columns, *(list(map(_plain, row)) for row in rows)]))
        return
    if out is None:
        raise InputError(f"--format {kind} needs a file to go to: --out FILE")
    try:
        part = out.with_name(out.name + ".part")
        if kind == "csv":
            part.write_text(csv_text([columns, *(list(map(_plain, row)) for row in rows)]), encoding="utf-8")
        elif kind == "parquet":
            _parquet(columns, rows, part)
        else:
            _xlsx(columns, rows, part)
        part.replace(out)
    except OSError as error:
        raise OutputError(f"cannot write {out} ({error.strerror or error})") from error


def _plain(cell: Any) -> Any:
    """Return a number without a needless fraction, so that a reader sees what the file printed."""
    if isinstance(cell, float):
        return "" if not math.isfinite(cell) else int(cell) if cell == int(cell) else repr(cell)
    return cell


def _parquet(columns: Sequence[str], rows: Sequence[Sequence[Any]], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = []
    for at in range(len(columns)):
        cells = [row[at] for row in rows]
        kind = pa.float64() if any(isinstance(cell, float) for cell in cells) else pa.string()
        arrays.append(pa.array([cell if cell is None or kind == pa.float64() else str(cell) for cell in cells], kind))
    pq.write_table(pa.table(arrays, list(columns)), path, compression="zstd")


def _xlsx(columns: Sequence[str], rows: Sequence[Sequence[Any]], path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("tidewaiter")

    def cell(value: Any) -> Any:
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if value is None:
            return None
        made = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", str(value)))
        # Text stays text, whatever it begins with.
        made.data_type = "s"
        made.number_format = "@"
        return made

    sheet.append([cell(name) for name in columns])
    for row in rows:
        sheet.append([cell(value) for value in row])
    book.save(path)

"""Eurostat Comext, the data browser's workbook: a sheet a product, reporters and partners down, months across.

The product's code stands in brackets after its label. A colon is a cell that is not there or not told: no row is made of
it. The size that a sheet claims for itself (``A1``) is wrong and is not believed.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa

from tidewaiter.errors import BadFile, TidewaiterError
from tidewaiter.sources import _eurostat
from tidewaiter.sources._sheet import Tally, reject_cell
from tidewaiter.sources.observation import SCHEMA, Asked, Batch, Reject

__all__ = ["ComextWorkbook"]

MOST_EXPANSION = 200
MOST_FREE = 64 << 20
LARGEST = 512 << 20


class ComextWorkbook:
    """The reader."""

    name = "comext-workbook"
    dataset = "comext"
    title = "Eurostat Comext, workbook of the data browser (.xlsx)"
    publisher = _eurostat.PUBLISHER
    address = "https://ec.europa.eu/eurostat/databrowser/product/page/DS-045409"
    attribution = _eurostat.ATTRIBUTION
    # A query lists what was asked for, and a colon may hide a confidential cell.
    complete_over: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Whether it is a workbook; whose it is, its first sheet tells."""
        return head.startswith(b"PK\x03\x04") and (b"[Content_Types].xml" in head or b"xl/" in head)

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the workbook; a reject's column names sheet and cell.

        Raises
        ------
        BadFile
            If it is damaged, or no workbook of the data browser.
        """
        import openpyxl

        tally = Tally()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = openpyxl.load_workbook(_whole(stream, name), read_only=True, data_only=True)
                sheets = [title for title in book.sheetnames if re.fullmatch(r"Sheet \d+", title)]
                if "Summary" not in book.sheetnames or not sheets:
                    raise BadFile(
                        name,
                        "a workbook, but none of Eurostat's data browser (no sheets Summary and Sheet 1); save it as CSV",
                    )
                for title in sheets:
                    sheet: Any = book[title]
                    sheet.reset_dimensions()
                    yield _sheet(title, sheet.iter_rows(values_only=True), name, tally)
        except TidewaiterError:
            raise
        except Exception as error:
            said = (str(error).splitlines() or [type(error).__name__])[0][:120]
            raise BadFile(name, f"the workbook is damaged ({said}); download it again") from error
        yield Batch(None, (), tally.notes())


def _whole(stream: BinaryIO, name: str) -> BinaryIO:
    """Return the workbook in memory, if what it unpacks to is in proportion."""
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise BadFile(name, f"a workbook of more than {LARGEST >> 20} MB; download it as CSV")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(one.file_size for one in archive.infolist())
    if size > max(len(data) * MOST_EXPANSION, MOST_FREE):
        raise BadFile(name, f"expands to more than {MOST_EXPANSION} times its size, which no table does")
    return io.BytesIO(data)


def _sheet(title: str, rows: Iterator[tuple[Any, ...]], name: str, tally: Tally) -> Batch:
    """Read one sheet: what it is about, then the months, then a row for each reporter and partner."""
    about: dict[str, str] = {}
    months: dict[int, tuple[int, int]] = {}
    labels: tuple[int, int] | None = None
    found: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    for line, row in enumerate(rows, 1):
        cells = [str(cell).strip() if cell is not None else "" for cell in row]
        first = cells[0] if cells else ""
        if labels is not None:
            if not first or first.startswith(("Special value", "Observation flags", ":")):
                break
            _row(title, line, row, cells, about, months, labels, found, rejects, tally)
        elif first.startswith("TIME"):
            months = {at: run for at, cell in enumerate(cells) if (run := _eurostat.period(cell))}
        elif any(cell.startswith("REPORTER") for cell in cells[:3]):
            labels = _places(cells, title, name)
        elif len(cells) > 2 and cells[2]:
            about[first.partition(" ")[0].strip(" []:").upper()] = cells[2]
    if labels is None or not months:
        raise BadFile(
            name,
            f"{title} has no row of months and no row of reporters; ask the data browser for REPORTER and PARTNER in rows, TIME in columns",
        )
    return Batch(_rows(found), tuple(rejects))


def _places(cells: list[str], title: str, name: str) -> tuple[int, int]:
    """Return in which columns the reporter and the partner stand."""
    reporter = next(at for at, cell in enumerate(cells) if cell.startswith("REPORTER"))
    partner = next((at for at, cell in enumerate(cells) if cell.startswith("PARTNER")), None)
    if partner is None:
        raise BadFile(name, f"{title} has no column PARTNER; ask the data browser for REPORTER and PARTNER in rows")
    return reporter, partner


def _row(
    title: str, line: int, row: tuple[Any, ...], cells: list[str], about: dict[str, str], months: dict[int, tuple[int, int]],
    labels: tuple[int, int], found: list[dict[str, Any]], rejects: list[Reject], tally: Tally,
) -> None:  # fmt: skip
    measured = _eurostat.indicator(about.get("INDICATORS", ""))
    key: dict[str, str | None] = {
        "reporter": _eurostat.area(cells[labels[0]]), "partner": _eurostat.area(cells[labels[1]]),
        "cmd_code": _code(about.get("PRODUCT", "")), "flow": _eurostat.flow(about.get("FLOW", "")),
        "measure": None if measured is None else measured[0],
    }  # fmt: skip
    shown = {"reporter": cells[labels[0]], "partner": cells[labels[1]]}
    for column, value in key.items():
        if value is None:
            said = shown.get(
                column, about.get({"cmd_code": "PRODUCT", "flow": "FLOW", "measure": "INDICATORS"}.get(column, ""), "")
            )
            rejects.append(reject_cell(line, f"{title}: {column}", said, f"not a {column} that is known"))
            return
    measure, scale = measured or ("", 1.0)
    key.pop("measure")
    for at, (start, end) in months.items():
        value = row[at] if at < len(row) else None
        if value is None or value == ":" or value == "":
            tally.count("{} cells are not available (:): no row was made of them, and nothing is known of them", 1)
        elif isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e15:
            code = str(key["cmd_code"])
            money = {"currency": "EUR"} if measure == "value" else {}
            found.append({**key, "period_start": start, "period_end": end, measure: value * scale,
                          "classification": _eurostat.classification(code), **money})  # fmt: skip
        else:
            rejects.append(reject_cell(line, f"{title}: {_eurostat.period_text(start, end)}", value, "not a number"))


def _code(label: str) -> str | None:
    """Return the code in brackets at the end of a product's label."""
    found = re.search(r"\[(TOTAL|\d{2}(?:[0-9A-Z]{2}){0,3})\]\s*\Z", label, re.ASCII)
    return found[1] if found else _eurostat.product(label)


def _rows(found: list[dict[str, Any]]) -> Any:
    if not found:
        return None
    blank = {field.name: None if field.nullable else "" for field in SCHEMA}
    rows = [{**blank, "dataset": "comext", **one} for one in found]
    return _eurostat.as_batch(pa.Table.from_pylist(rows, schema=_eurostat.undictionaried()))

"""Eurostat Comext, SDMX-CSV of the data browser or its interface: one row for each indicator of a cell.

The columns are named by code (``reporter``), by code and label (``reporter:REPORTER``) or twice, a code and then its label.
Quantities come in quintals. An empty observation is a cell that is not there, or one that is confidential (flag ``c``):
neither is a zero, and both are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import BadFile
from tidewaiter.sources import _eurostat
from tidewaiter.sources._blocks import blocks, header_of, peek
from tidewaiter.sources._sheet import PLAIN, Sheet, Tally
from tidewaiter.sources.observation import Asked, Batch

__all__ = ["ComextSdmx"]

NEEDED = ("reporter", "partner", "product", "flow", "indicators", "time_period", "obs_value")


class ComextSdmx:
    """The reader."""

    name = "comext-sdmx"
    dataset = "comext"
    title = "Eurostat Comext, SDMX-CSV of the data browser"
    publisher = _eurostat.PUBLISHER
    address = "https://ec.europa.eu/eurostat/databrowser/product/page/DS-045409"
    attribution = _eurostat.ATTRIBUTION
    # A query lists what was asked for.
    complete_over: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Whether the header has the dimensions of a Comext table, with or without labels."""
        return set(_names(header_of(head))) >= {*NEEDED[:5], "obs_value"}

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file; the rows of one cell are put together at its end.

        Raises
        ------
        BadFile
            If a dimension is missing, or one measure of a cell is told in two ways.
        """
        head, stream = peek(stream)
        columns = header_of(head)
        names = _names(columns)
        missing = [one for one in NEEDED if one not in names]
        if missing:
            raise BadFile(name, f"no column {', '.join(missing)}; download all dimensions", line=1)
        tally = Tally()
        rows: list[Any] = []
        for block in blocks(stream, name, names=_once(columns), wanted=list(names.values())):
            batch = _observations(Sheet(block), names, tally)
            if batch.rows is not None:
                rows.append(batch.rows)
            yield Batch(None, batch.rejects)
        yield Batch(_eurostat.one_row_a_cell(rows, name), (), tally.notes())


def _names(columns: list[str]) -> dict[str, str]:
    """Return each dimension's column: the first of its name, so that a label beside a code is passed over."""
    found: dict[str, str] = {}
    for column in columns:
        found.setdefault(column.partition(":")[0].strip().casefold().replace(" ", "_"), column)
    wanted = (*NEEDED, "freq", "stat_procedure", "obs_flag", "conf_status")
    return {key: column for key, column in found.items() if key in wanted}


def _once(columns: list[str]) -> list[str]:
    """Return the header with every repeated name made one of its own."""
    return [column if columns.index(column) == at else f"{column} {at}" for at, column in enumerate(columns)]


def _observations(sheet: Sheet, names: dict[str, str], tally: Tally) -> Batch:
    text = sheet.text(names["obs_value"])
    nothing = pc.is_in(text, pa.array(["", ":", "NaN"]))
    for flags in ("obs_flag", "conf_status"):
        if flags in names:
            secret = pc.match_substring_regex(sheet.text(names[flags]), r"^([cC]\b|[cC]$)")
            tally.add(
                "{} cells are confidential: withheld, not zero", pc.and_(secret, nothing), sheet, names["product"]
            )
    tally.count(
        "{} observations are empty: no row was made of them, and nothing is known of them", sheet.leave_out(nothing)
    )
    measured = sheet.text(names["indicators"])
    quantity = pc.match_substring_regex(measured, r"^SUP")
    tally.count(
        "{} supplementary quantities were left out: the file does not say their units", sheet.leave_out(quantity)
    )
    scale = sheet.translate(
        names["indicators"],
        lambda one: (_eurostat.indicator(one) or ("", None))[1],
        "not an indicator that is known; known: VALUE_IN_EUROS, QUANTITY_IN_100KG, QUANTITY_KG",
        pa.float64(),
    )
    kind = sheet.translate(names["indicators"], lambda one: (_eurostat.indicator(one) or ("",))[0], "").cast(
        pa.string()
    )
    amount = pc.multiply(sheet.number(names["obs_value"], PLAIN, reason="not a number"), scale)
    arrays = dimensions(sheet, names)
    is_value = pc.equal(kind, "value")
    arrays |= {
        "value": pc.if_else(is_value, amount, None),
        "currency": pc.if_else(is_value, pa.scalar("EUR"), pa.scalar(None, pa.string())),
        "net_wgt_kg": pc.if_else(pc.equal(kind, "net_wgt_kg"), amount, None),
    }
    if "stat_procedure" in names:
        arrays["customs_regime"] = sheet.translate(
            names["stat_procedure"], _eurostat.procedure, "not a statistical procedure", empty=""
        )
    return sheet.batch(arrays)


def dimensions(sheet: Sheet, names: dict[str, str]) -> dict[str, Any]:
    """Translate what every table of Comext has, whatever its columns are called."""
    period = names["time_period"]
    return {
        "dataset": "comext",
        "reporter": sheet.translate(names["reporter"], _eurostat.area, "not a reporter of Eurostat's"),
        "partner": sheet.translate(names["partner"], _eurostat.area, "not a partner of Eurostat's"),
        "flow": sheet.translate(names["flow"], _eurostat.flow, "not a flow; valid: IMPORT, EXPORT (1, 2)"),
        "cmd_code": sheet.translate(names["product"], _eurostat.product, "not a product code (2 to 8 digits, or TOTAL); ask for codes, not labels alone"),
        "classification": sheet.translate(names["product"], lambda one: _eurostat.classification(_eurostat.product(one) or ""), ""),
        "period_start": sheet.translate(period, lambda one: (_eurostat.period(one) or (None,))[0], "not a month or a year", pa.int32()),
        "period_end": sheet.translate(period, lambda one: (_eurostat.period(one) or (None, None))[1], "not a month or a year", pa.int32()),
    }  # fmt: skip

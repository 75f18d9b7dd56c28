"""Eurostat Comext, all goods by month, as a table with ``is_aggregate``: groups of reporters stand beside their members.

``reporter_code,is_aggregate,partner_code,flow,period,value_eur``. The groups (EU27_2020, EU_V, EA20, EA_V) keep codes of
their own, so that no sum over countries takes them in; a row that calls a country a group, or a group a country, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.codes import all_areas
from tidewaiter.sources import _eurostat
from tidewaiter.sources._blocks import blocks, header_of, peek
from tidewaiter.sources._sheet import PLAIN, Sheet
from tidewaiter.sources.observation import Asked, Batch

__all__ = ["ComextTotals"]

COLUMNS = ("reporter_code", "is_aggregate", "partner_code", "flow", "period", "value_eur")


class ComextTotals:
    """The reader."""

    name = "comext-totals"
    dataset = "comext"
    title = "Eurostat Comext, total trade with groups of reporters marked"
    publisher = _eurostat.PUBLISHER
    address = _eurostat.ADDRESS
    attribution = _eurostat.ATTRIBUTION
    # Put together from queries: silence says nothing.
    complete_over: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Whether the header has these columns, in any order, among others."""
        return set(header_of(head)) >= set(COLUMNS)

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file."""
        head, stream = peek(stream)
        for block in blocks(stream, name, names=header_of(head), wanted=list(COLUMNS)):
            yield _observations(Sheet(block))


def _observations(sheet: Sheet) -> Batch:
    reporter = sheet.translate("reporter_code", _eurostat.area, "not a reporter of Eurostat's")
    groups = pa.array([area.code for area in all_areas().values() if area.is_group])
    marked = sheet.translate("is_aggregate", {"0": "no", "1": "yes"}.get, "neither 0 nor 1").cast(pa.string())
    is_group = pc.is_in(reporter.cast(pa.string()), groups)
    sheet.fail(
        pc.not_equal(pc.equal(marked, "yes"), is_group),
        "is_aggregate",
        "says the opposite of what the reporter is: a group is an aggregate, a country is none",
        ("reporter_code", "is_aggregate"),
    )
    arrays: dict[str, Any] = {
        "dataset": "comext", "currency": "EUR", "cmd_code": "TOTAL", "classification": "HS", "reporter": reporter,
        "partner": sheet.translate("partner_code", _eurostat.area, "not a partner of Eurostat's"),
        "flow": sheet.translate("flow", _eurostat.flow, "not a flow; valid: X, M"),
        "period_start": sheet.translate("period", lambda one: (_eurostat.period(one) or (None,))[0], "not a month or a year", pa.int32()),
        "period_end": sheet.translate("period", lambda one: (_eurostat.period(one) or (None, None))[1], "not a month or a year", pa.int32()),
        "value": sheet.number("value_eur", PLAIN, reason="not a value in euros"),
    }  # fmt: skip
    return sheet.batch(arrays)

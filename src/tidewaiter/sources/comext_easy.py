"""Eurostat Easy Comext, CSV of the relational view, with codes (``TOTAL-Total``) or with labels alone (``Total``).

Labels of countries carry remarks ("Belgium (incl. Luxembourg 'LU' -> 1998)"), and the European Union and the euro area
stand beside their members; they keep codes of their own. Goods that are named by a label alone have no code: only all
goods together can be read from the view with labels.
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
from tidewaiter.sources.comext_sdmx import dimensions
from tidewaiter.sources.observation import Asked, Batch

__all__ = ["ComextEasy"]

NEEDED = ("REPORTER", "PARTNER", "PRODUCT", "FLOW", "PERIOD")
VALUES = ("VALUE_IN_EUR", "VALUE_IN_EUROS", "VALUE_EUR")
WEIGHTS = ("QUANTITY_IN_KG", "QUANTITY_KG", "QUANTITY_IN_100KG")


class ComextEasy:
    """The reader."""

    name = "comext-easy"
    dataset = "comext"
    title = "Eurostat Easy Comext, CSV of the relational view"
    publisher = _eurostat.PUBLISHER
    address = "https://ec.europa.eu/eurostat/comext/newxtweb/"
    attribution = _eurostat.ATTRIBUTION
    # A query lists what was asked for.
    complete_over: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Whether the header has the dimensions in capitals and a value."""
        columns = set(header_of(head))
        return columns >= set(NEEDED) and bool(columns & {*VALUES, *WEIGHTS})

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file.

        Raises
        ------
        BadFile
            If two columns give the same measure.
        """
        head, stream = peek(stream)
        columns = header_of(head)
        for kinds in (VALUES, WEIGHTS):
            if len(set(columns) & set(kinds)) > 1:
                raise BadFile(name, f"more than one of the columns {', '.join(kinds)}; keep one", line=1)
        if not set(columns) & {*VALUES, *WEIGHTS} or not set(columns) >= set(NEEDED):
            raise BadFile(
                name, f"not the relational view; it has {', '.join(NEEDED)} and a value or a quantity", line=1
            )
        tally = Tally()
        wanted = [column for column in columns if column in (*NEEDED, "STAT_PROCEDURE", *VALUES, *WEIGHTS)]
        for block in blocks(stream, name, names=columns, wanted=wanted):
            yield _observations(Sheet(block), tally)
        left = [column for column in columns if column and column not in wanted]
        notes = [f"columns that were not read: {', '.join(left)}"] if left else []
        yield Batch(None, (), (*tally.notes(), *notes))


def _observations(sheet: Sheet, tally: Tally) -> Batch:
    arrays = dimensions(sheet, {**{one.lower(): one for one in NEEDED[:4]}, "time_period": "PERIOD"})
    if sheet.has("STAT_PROCEDURE"):
        arrays["customs_regime"] = sheet.translate("STAT_PROCEDURE", _eurostat.procedure, "not a statistical procedure")
    known = []
    for column in VALUES:
        if sheet.has(column):
            arrays["value"], arrays["currency"] = _amount(sheet, column), "EUR"
            known.append(arrays["value"])
    for column in WEIGHTS:
        if sheet.has(column):
            arrays["net_wgt_kg"] = pc.multiply(_amount(sheet, column), (_eurostat.indicator(column) or ("", 1.0))[1])
            known.append(arrays["net_wgt_kg"])
    empty = pc.is_null(pc.coalesce(*known))
    tally.count(
        "{} cells are not available (:): no row was made of them, and nothing is known of them", sheet.leave_out(empty)
    )
    return sheet.batch(arrays)


def _amount(sheet: Sheet, column: str) -> Any:
    """Return a measure, null where it is marked as not available."""
    text = sheet.text(column)
    missing = pc.equal(text, ":")
    fine = pc.match_substring_regex(text, PLAIN)
    sheet.fail(pc.invert(pc.or_(pc.or_(fine, missing), pc.equal(text, ""))), column, "not a number")
    return pc.if_else(fine, text, None).cast(pa.float64())

"""Eurostat Comext, a bulk file ``full_YYYYMM.dat``: every reporter's trade of one month, as it comes in a 7z.

Two headers are in use: ``REPORTER,...,STAT_PROCEDURE,...,VALUE_EUR`` and the older ``DECLARANT,...,STAT_REGIME,...,
VALUE_IN_EUROS``. A product has a row for each statistical procedure and none for all of them, so the total is added up here;
of the procedures, normal trade (1) is the total less the others and is not listed again. Hidden goods keep their codes
(``27SSSSSS``) and hidden partners theirs (``QY``): they are part of their chapter, not of any product in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.sources import _eurostat
from tidewaiter.sources._blocks import blocks, header_of, peek
from tidewaiter.sources._sheet import PLAIN, Sheet, Tally, unit_of
from tidewaiter.sources._sums import by_run, with_totals
from tidewaiter.sources.observation import Asked, Batch

__all__ = ["ComextBulk"]

_NEW = {
    "reporter": "REPORTER", "partner": "PARTNER", "product": "PRODUCT_NC", "flow": "FLOW", "procedure": "STAT_PROCEDURE",
    "period": "PERIOD", "value": "VALUE_EUR", "weight": "QUANTITY_KG", "quantity": "QUANTITY_SUPPL_UNIT", "unit": "SUPPL_UNIT",
}  # fmt: skip
_OLD = {
    "reporter": "DECLARANT_ISO", "partner": "PARTNER_ISO", "product": "PRODUCT_NC", "flow": "FLOW", "procedure": "STAT_REGIME",
    "period": "PERIOD", "value": "VALUE_IN_EUROS", "weight": "QUANTITY_IN_KG", "quantity": "SUP_QUANTITY", "unit": "SUPP_UNIT",
}  # fmt: skip


class ComextBulk:
    """The reader."""

    name = "comext-bulk"
    dataset = "comext"
    title = "Eurostat Comext, bulk file full_*.dat"
    publisher = _eurostat.PUBLISHER
    address = "https://ec.europa.eu/eurostat/databrowser/bulk?lang=en&selectedTab=fileComext"
    attribution = _eurostat.ATTRIBUTION
    # Every partner and product of a reporter's month is in the file; but goods and partners may be hidden under codes of
    # their own, so that an absent row is not proof of no trade. Whoever knows better declares it (--covers).
    complete_over: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Whether the header is one of the two."""
        columns = set(header_of(head))
        return columns >= set(_NEW.values()) or columns >= set(_OLD.values())

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file, one reporter's month at a time.

        Raises
        ------
        BadFile
            If the rows of one reporter's month do not stand together.
        """
        head, stream = peek(stream)
        columns = header_of(head)
        names = _NEW if set(columns) >= set(_NEW.values()) else _OLD
        tally = Tally()
        read = (
            _observations(Sheet(block), names, tally)
            for block in blocks(stream, name, names=columns, wanted=list(names.values()))
        )
        finish = partial(with_totals, over=["customs_regime"], drop={"customs_regime": "1"})
        yield from by_run(read, ("reporter", "period_start"), finish, name)
        yield Batch(
            None,
            (),
            (
                *tally.notes(),
                "totals over statistical procedures are added up; normal trade (1) is the total less the procedures listed",
            ),
        )


def _observations(sheet: Sheet, names: dict[str, str], tally: Tally) -> Batch:
    start = sheet.translate(
        names["period"], lambda text: (_eurostat.period(text) or (None,))[0], "not a month YYYYMM", pa.int32()
    )
    end = sheet.translate(
        names["period"], lambda text: (_eurostat.period(text) or (None, None))[1], "not a month YYYYMM", pa.int32()
    )
    codes = sheet.text(names["product"])
    sheet.fail(
        pc.invert(pc.match_substring_regex(codes, r"^(TOTAL|[0-9]{2}([0-9A-Z]{2}){0,3})$")),
        names["product"],
        "not a product of the Combined Nomenclature",
    )
    hidden = pc.match_substring_regex(codes, "[A-Z]")
    tally.add(
        "{} rows hold goods hidden under a code of their own",
        pc.and_(hidden, pc.not_equal(codes, "TOTAL")),
        sheet,
        names["product"],
    )
    units = sheet.translate(names["unit"], lambda text: unit_of("eurostat", text) or "none", "", empty="none").cast(
        pa.string()
    )
    known = sheet.translate(
        names["unit"], lambda text: "yes" if unit_of("eurostat", text) else "no", "", empty="yes"
    ).cast(pa.string())
    tally.add(
        "{} supplementary quantities are in a unit that is not known and were left out",
        pc.equal(known, "no"),
        sheet,
        names["unit"],
    )
    quantity = sheet.number(names["quantity"], PLAIN, reason="not a quantity", empty=True)
    has_unit = pc.not_equal(units, "none")
    arrays: dict[str, Any] = {
        "dataset": "comext", "currency": "EUR", "period_start": start, "period_end": end, "cmd_code": codes,
        "classification": sheet.translate(names["product"], _eurostat.classification, ""),
        "reporter": sheet.translate(names["reporter"], _eurostat.area, "not a reporter of Eurostat's"),
        "partner": sheet.translate(names["partner"], _eurostat.area, "not a partner of Eurostat's"),
        "flow": sheet.translate(names["flow"], _eurostat.flow, "not a flow; valid: 1 (import), 2 (export)"),
        "customs_regime": sheet.translate(names["procedure"], _eurostat.procedure, "not a statistical procedure"),
        "value": sheet.number(names["value"], PLAIN, reason="not a value in euros", empty=True),
        "net_wgt_kg": sheet.number(names["weight"], PLAIN, reason="not a weight in kilograms", empty=True),
        "qty": pc.if_else(has_unit, quantity, None), "qty_unit": pc.if_else(has_unit, units, None),
    }  # fmt: skip
    light = pc.and_(pc.equal(arrays["net_wgt_kg"], 0), pc.greater(arrays["value"], 0))
    tally.add("{} net weights are printed as zero beside a value above zero", light, sheet)
    return sheet.batch(arrays)

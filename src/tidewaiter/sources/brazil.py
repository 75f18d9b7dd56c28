"""Brazil, Comex Stat: the yearly bulk files by NCM, ``EXP_2024.csv`` and ``IMP_2024.csv``.

Semicolons, codes in quotation marks, measures without. A row is a code, country, state, way and customs office; the total
over those three is added up here, offices are added up altogether, states and ways are kept as parts. Imports have freight
and insurance besides; a file without them does not say its flow.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache, partial
from importlib import resources
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import BadFile
from tidewaiter.sources._blocks import blocks, header_of, peek
from tidewaiter.sources._sheet import DIGITS, Sheet, Tally, month_of
from tidewaiter.sources._sums import at_the_end, with_totals
from tidewaiter.sources.observation import Asked, Batch

__all__ = ["BrazilComexStat"]

NEEDED = ("CO_ANO", "CO_MES", "CO_NCM", "CO_UNID", "CO_PAIS", "SG_UF_NCM", "CO_VIA", "QT_ESTAT", "KG_LIQUIDO", "VL_FOB")
_UNITS = {
    "10": "kg", "11": "items", "12": "thousand items", "13": "pairs", "14": "m", "15": "m2", "16": "m3", "17": "l", "18": "MWh",
    "19": "carats", "20": "dozens", "21": "t", "22": "g",
}  # fmt: skip


class BrazilComexStat:
    """The reader."""

    name = "brazil"
    dataset = "brazil"
    title = "Brazil Comex Stat, bulk file by NCM"
    publisher = "Ministry of Development, Industry, Trade and Services of Brazil (MDIC)"
    address = "https://www.gov.br/mdic/pt-br/assuntos/comercio-exterior/estatisticas/base-de-dados-bruta"
    attribution = "Source: MDIC, Comex Stat."
    # The bulk file of a year is whole, but nothing in it tells it from a selection of its rows.
    complete_over: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Whether the header has the names of the file by NCM."""
        return set(header_of(head, ";")) >= {"CO_ANO", "CO_MES", "CO_NCM", "CO_PAIS", "VL_FOB"}

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file.

        Raises
        ------
        BadFile
            If a column is missing, or the flow was not told and does not show.
        """
        head, stream = peek(stream)
        columns = header_of(head, ";")
        missing = [column for column in NEEDED if column not in columns]
        if missing:
            raise BadFile(name, f"no column {', '.join(missing)}; load the file as the ministry gives it", line=1)
        flow = self._flow(columns, name, asked)
        tally = Tally()
        read = (
            _observations(Sheet(block), flow, tally)
            for block in blocks(stream, name, names=columns, wanted=list(NEEDED), delimiter=";")
        )
        yield from at_the_end(read, partial(with_totals, over=["mode_of_transport", "district"]))
        notes = [
            "customs offices are added up; totals over states and ways of transport are added up from the file's rows"
        ]
        if "VL_FRETE" in columns:
            notes.append("values are FOB; freight and insurance were not read")
        yield Batch(None, (), (*tally.notes(), *notes))

    @staticmethod
    def _flow(columns: list[str], name: str, asked: Asked) -> str:
        if "VL_FRETE" in columns:
            if asked.flow == "X":
                raise BadFile(
                    name, "has freight and insurance (VL_FRETE), so it holds imports; leave --flow out, or say --flow M"
                )
            return "M"
        if asked.flow not in ("X", "M"):
            raise BadFile(name, "does not say whether it holds exports or imports; say it: --flow X or --flow M")
        return asked.flow


def _observations(sheet: Sheet, flow: str, tally: Tally) -> Batch:
    both = pc.binary_join_element_wise(sheet.text("CO_ANO"), pc.utf8_lpad(sheet.text("CO_MES"), 2, "0"), "-")
    encoded = both.dictionary_encode()
    months = pa.array([month_of(text) for text in encoded.dictionary.to_pylist()], pa.int32()).take(encoded.indices)
    sheet.fail(pc.is_null(months), "CO_MES", "not a month of a year", ("CO_ANO", "CO_MES"))
    codes = sheet.text("CO_NCM")
    sheet.fail(
        pc.invert(pc.match_substring_regex(codes, "^[0-9]{8}$")),
        "CO_NCM",
        "not an NCM code of 8 digits; a spreadsheet drops leading zeros",
    )
    units = sheet.translate("CO_UNID", lambda code: _UNITS.get(code, "none"), "").cast(pa.string())
    has_unit = pc.not_equal(units, "none")
    quantity = sheet.number("QT_ESTAT", DIGITS, reason="not a quantity")
    tally.add(
        "{} quantities are in a unit that is not known and were left out",
        pc.and_(pc.invert(has_unit), pc.greater(quantity, 0)),
        sheet,
        "CO_UNID",
    )
    arrays: dict[str, Any] = {
        "dataset": "brazil", "reporter": "BRA", "flow": flow, "currency": "USD", "classification": "NCM", "cmd_code": codes,
        "period_start": months, "period_end": months,
        "partner": sheet.translate("CO_PAIS", lambda code: countries().get(code.zfill(3)), "not a country code of Brazil's"),
        "district": sheet.translate("SG_UF_NCM", _word, "not a state"),
        "mode_of_transport": sheet.translate("CO_VIA", lambda code: _word(code.zfill(2)), "not a way of transport"),
        "value": sheet.number("VL_FOB", DIGITS, reason="not a value in dollars"),
        "net_wgt_kg": sheet.number("KG_LIQUIDO", DIGITS, reason="not a weight in kilograms"),
        "qty": pc.if_else(has_unit, quantity, None), "qty_unit": pc.if_else(has_unit, units, None),
    }  # fmt: skip
    light = pc.and_(pc.equal(arrays["net_wgt_kg"], 0), pc.greater(arrays["value"], 0))
    tally.add("{} net weights are printed as zero beside a value above zero", light, sheet)
    return sheet.batch(arrays)


def _word(text: str) -> str | None:
    return text if re.fullmatch(r"[0-9A-Z]{2}", text, re.ASCII) else None


@cache
def countries() -> dict[str, str]:
    """Return the ministry's country codes, with areas of ours; several of its codes may be parts of one country."""
    text = resources.files("tidewaiter.sources").joinpath("tables", "brazil_countries.csv").read_text(encoding="utf-8")
    return {row["code"]: row["area"] for row in csv.DictReader(text.splitlines())}

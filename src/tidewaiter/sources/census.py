"""US Census Bureau, international trade by Harmonized System code: the interface's JSON arrays, or the same rows as CSV.

One printed row becomes several: its total, and what went by air, by vessel and (a part of that) in containers. The row of
all countries (``-``) and those of country groups (``0003``, ``5XXX``) keep codes of their own, so that nothing sums them with
countries; so do imports for consumption beside general imports, and domestic and foreign exports beside their total.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.codes import all_areas
from tidewaiter.errors import BadFile
from tidewaiter.sources import _records
from tidewaiter.sources._blocks import blocks, header_of, peek
from tidewaiter.sources._sheet import PLAIN, Sheet, Tally, area_of, month_of, unit_of
from tidewaiter.sources.observation import Asked, Batch

__all__ = ["Census"]

_AT_ONCE = 50_000
_COMMODITY = {"I_COMMODITY": "M", "E_COMMODITY": "X"}
_EXPORTS = {"-": "X", "": "X", "1": "DX", "2": "RX"}
_MODES = (("AIR", "air"), ("VES", "vessel"), ("CNT", "vessel-container"))
READ = frozenset(
    {
        "CTY_CODE", "CTY_NAME", "I_COMMODITY", "E_COMMODITY", "COMM_LVL", "SUMMARY_LVL", "YEAR", "MONTH", "time", "DF", "DISTRICT",
        "GEN_VAL_MO", "GEN_QY1_MO", "CON_VAL_MO", "CON_QY1_MO", "ALL_VAL_MO", "QTY_1_MO", "QTY_2_MO", "UNIT_QY1", "UNIT_QY2",
        *(f"{mode}_{what}_MO" for mode, _ in _MODES for what in ("VAL", "WGT")),
    }
)  # fmt: skip


class Census:
    """The reader."""

    name = "census"
    dataset = "census"
    title = "US Census Bureau, imports or exports by HS code (API answer in JSON, or CSV)"
    publisher = "US Census Bureau"
    address = "https://api.census.gov/data/timeseries/intltrade.html"
    attribution = "Source: US Census Bureau, International Trade."
    # An answer lists what was asked for; a printed 0 is a zero, a missing row is not.
    complete_over: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Whether the first row names a country code and a commodity as the Bureau does."""
        columns = set(_json_header(head) or header_of(head))
        return "CTY_CODE" in columns and bool(columns & set(_COMMODITY))

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file; the line of a reject in JSON is the number of the row below the header.

        Raises
        ------
        BadFile
            If the file does not say the month, the commodity or any value.
        """
        head, stream = peek(stream)
        tally = Tally()
        if _json_header(head):
            table = _records.decode(_records.read_all(stream, name), list[list[Any]], name)
            columns = [str(cell) for cell in table[0]] if table else []
            places = _places(columns, name)
            for start in range(1, len(table), _AT_ONCE):
                yield _observations(
                    Sheet(_block(table[start : start + _AT_ONCE], places, start - 1, len(columns), name)), tally
                )
        else:
            columns = header_of(head)
            places = _places(columns, name)
            for block in blocks(stream, name, names=columns, wanted=list(places)):
                yield _observations(Sheet(block), tally)
        left = sorted(
            {column for column in columns if column not in READ and re.search("_(VAL|QY1|QTY|WGT|CIF|DUT)_?", column)}
        )
        notes = [f"measures that were not read: {', '.join(left)}"] if left else []
        yield Batch(None, (), (*tally.notes(), *notes))


def _json_header(head: bytes) -> list[str] | None:
    """Return the names in the first row of a JSON array of arrays."""
    found = re.match(rb'\s*\[\s*\[((?:\s*"[A-Za-z0-9_]*"\s*,?)+)\]', head.removeprefix(b"\xef\xbb\xbf"))
    return [name.decode() for name in re.findall(rb'"([A-Za-z0-9_]*)"', found[1])] if found else None


def _places(columns: Sequence[str], name: str) -> dict[str, int]:
    """Return where each column that is read stands; a predicate of the query is repeated at the end of a row."""
    places = {column: at for at, column in reversed(list(enumerate(columns))) if column in READ}
    if not {"time"} & places.keys() and not {"YEAR", "MONTH"} <= places.keys():
        raise BadFile(name, "no month: neither time nor YEAR and MONTH; ask for them", line=1)
    if len(_COMMODITY.keys() & places.keys()) != 1:
        raise BadFile(name, "both I_COMMODITY and E_COMMODITY; imports and exports are two files", line=1)
    values = {"GEN_VAL_MO", "CON_VAL_MO", "ALL_VAL_MO", "GEN_QY1_MO", "CON_QY1_MO", "QTY_1_MO"}
    if not (values | {f"{mode}_VAL_MO" for mode, _ in _MODES}) & places.keys():
        raise BadFile(name, "no monthly value or quantity (GEN_VAL_MO, ALL_VAL_MO ...); ask for one", line=1)
    return places


def _block(rows: list[list[Any]], places: dict[str, int], before: int, width: int, name: str) -> _records.Records:
    for number, row in enumerate(rows, before + 1):
        if len(row) != width:
            raise BadFile(name, f"{len(row)} cells where the header has {width}", line=number)
    columns = {column: _records.column([row[at] for row in rows]) for column, at in places.items()}
    return _records.Records(columns, len(rows), before, name)


def _observations(sheet: Sheet, tally: Tally) -> Batch:
    """Make the rows of a block: one set for each thing that a printed row tells."""
    arrays = _key(sheet)
    imports = sheet.has("I_COMMODITY")
    sets: list[dict[str, Any]] = []
    for value, quantity, regime in (
        (("GEN_VAL_MO", "GEN_QY1_MO", ""), ("CON_VAL_MO", "CON_QY1_MO", "consumption"))
        if imports
        else (("ALL_VAL_MO", "QTY_1_MO", ""),)
    ):
        told: dict[str, Any] = {"customs_regime": regime}
        if sheet.has(value):
            told |= {"value": sheet.number(value, PLAIN, reason="not a value in dollars"), "currency": "USD"}
        for column, unit, key in ((quantity, "UNIT_QY1", "qty"), ("QTY_2_MO", "UNIT_QY2", "qty2")):
            if sheet.has(column) and sheet.has(unit):
                told |= _quantity(sheet, column, unit, key, told.get("value"), tally)
        if len(told) > 1:
            sets.append(told)
    for prefix, mode in _MODES:
        told = {"mode_of_transport": mode}
        if sheet.has(f"{prefix}_VAL_MO"):
            told |= {
                "value": sheet.number(f"{prefix}_VAL_MO", PLAIN, reason="not a value in dollars", empty=True),
                "currency": "USD",
            }
        if sheet.has(f"{prefix}_WGT_MO"):
            told["net_wgt_kg"] = sheet.number(f"{prefix}_WGT_MO", PLAIN, reason="not a weight in kilograms", empty=True)
        if len(told) > 1:
            sets.append(told)
    if not sets:
        raise BadFile(
            sheet.block.name,
            "only quantities without their unit (UNIT_QY1, UNIT_QY2); ask for units or a value",
            line=1,
        )
    made = [sheet.batch({**arrays, **told}) for told in sets]
    rows = [one.rows for one in made if one.rows is not None]
    together = pa.Table.from_batches(rows).unify_dictionaries().combine_chunks().to_batches()[0] if rows else None
    return Batch(together, made[0].rejects)


def _key(sheet: Sheet) -> dict[str, Any]:
    commodity = "I_COMMODITY" if sheet.has("I_COMMODITY") else "E_COMMODITY"
    month = sheet.translate("time", month_of, "not a month YYYY-MM", pa.int32()) if sheet.has("time") else _month(sheet)
    arrays: dict[str, Any] = {
        "dataset": "census", "reporter": "USA", "flow": _COMMODITY[commodity], "period_start": month, "period_end": month,
        "partner": sheet.translate("CTY_CODE", lambda code: area_of("census", code), "not a country or group of Schedule C"),
        "cmd_code": sheet.translate(commodity, _code, "not a commodity code of 2, 4, 6 or 10 digits"),
        "classification": sheet.translate(commodity, lambda code: _classification(code, commodity), ""),
    }  # fmt: skip
    if sheet.has("DF") and commodity == "E_COMMODITY":
        arrays["flow"] = sheet.translate("DF", _EXPORTS.get, "neither - nor 1 (domestic) nor 2 (foreign)", empty="X")
    if sheet.has("DISTRICT"):
        arrays["district"] = sheet.translate(
            "DISTRICT", lambda code: "" if code == "-" else code, "not a district", empty=""
        )
    if sheet.has("COMM_LVL"):
        length = pc.utf8_length(sheet.text(commodity)).cast(pa.string())
        level = pc.replace_substring(sheet.text("COMM_LVL"), "HS", "")
        short = pc.and_(pc.starts_with(sheet.text("COMM_LVL"), "HS"), pc.not_equal(length, level))
        sheet.fail(
            pc.and_(short, pc.not_equal(sheet.text(commodity), "-")),
            commodity,
            "not as long as its level says; a spreadsheet drops leading zeros",
            (commodity, "COMM_LVL"),
        )
    if sheet.has("SUMMARY_LVL"):
        groups = pa.array([area.code for area in all_areas().values() if area.is_group])
        country = pc.invert(pc.is_in(arrays["partner"].cast(pa.string()), groups))
        sheet.fail(
            pc.and_(pc.equal(sheet.text("SUMMARY_LVL"), "CGP"), country),
            "SUMMARY_LVL",
            "calls a country a group",
            ("CTY_CODE", "SUMMARY_LVL"),
        )
    if sheet.has("CTY_NAME"):
        said = sheet.translate("CTY_NAME", lambda word: area_of("name", word) or "", "", empty="").cast(pa.string())
        countries = pa.array([area.code for area in all_areas().values() if area.kind == "country"])
        plain = arrays["partner"].cast(pa.string())
        slip = pc.and_(pc.not_equal(said, plain), pc.and_(pc.is_in(said, countries), pc.is_in(plain, countries)))
        sheet.fail(
            slip, "CTY_CODE", "country code and country name are two different countries", ("CTY_CODE", "CTY_NAME")
        )
    return arrays


def _month(sheet: Sheet) -> Any:
    """Put year and month together."""
    both = pc.binary_join_element_wise(sheet.text("YEAR"), pc.utf8_lpad(sheet.text("MONTH"), 2, "0"), "-")
    encoded = both.dictionary_encode()
    months = pa.array([month_of(text) for text in encoded.dictionary.to_pylist()], pa.int32()).take(encoded.indices)
    sheet.fail(pc.is_null(months), "MONTH", "not a month of a year", ("YEAR", "MONTH"))
    return months


def _quantity(sheet: Sheet, column: str, unit: str, key: str, value: Any, tally: Tally) -> dict[str, Any]:
    """Return a quantity and its unit; both null where there is none."""
    units = sheet.translate(unit, _unit, "not a unit of Schedule B", empty="none").cast(pa.string())
    has = pc.not_equal(units, "none")
    amount = pc.if_else(has, sheet.number(column, PLAIN, reason="not a quantity", empty=True), None)
    if value is not None:
        zero = pc.and_(pc.equal(amount, 0), pc.greater(value, 0))
        tally.add("{} quantities are printed as zero beside a value above zero", zero, sheet, column)
    return {key: amount, f"{key}_unit": pc.if_else(has, units, None)}


def _unit(text: str) -> str | None:
    return "none" if text == "-" else unit_of("census", text)


def _code(text: str) -> str | None:
    if text == "-":
        return "TOTAL"
    return text if re.fullmatch(r"\d{2}|\d{4}|\d{6}|\d{10}", text, re.ASCII) else None


def _classification(text: str, commodity: str) -> str:
    if len(text) <= 6:
        return "HS"
    return "HTS" if commodity == "I_COMMODITY" else "Schedule B"

"""UN Comtrade, in every form it gives rows in: one set of fields under several names.

The totals over customs procedures (``C00``), modes of transport (``0``) and second partners (``0``) stand beside the rows
they are totals of: a procedure or mode keeps its code, so that no sum takes it in; rows by second partner are left out, and
that is told. A quantity or weight of 0 beside a value is Comtrade's way of writing that there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from typing import Any, BinaryIO, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.codes import all_areas
from tidewaiter.errors import BadFile
from tidewaiter.sources._blocks import blocks, first_lines, header_of, peek
from tidewaiter.sources._sheet import ROUNDED, Sheet, Tally, area_of, month_of, unit_of
from tidewaiter.sources.observation import Asked, Batch

__all__ = ["CAPS", "ComtradeBulk", "ComtradeLegacy", "ComtradePlus", "observations", "refuse_cap"]

CAPS = (500, 50_000, 100_000, 250_000)
"""Most rows of one answer without a key, of the old interface, with a free key and with a paid one."""

FLOWS = frozenset({"M", "X", "DX", "FM", "MIP", "MOP", "RM", "RX", "XIP", "XOP"})
_OLD_FLOWS = {"1": "M", "2": "X", "3": "RX", "4": "RM"}
_REVISIONS = {
    "H0": "HS 1992", "H1": "HS 1996", "H2": "HS 2002", "H3": "HS 2007", "H4": "HS 2012", "H5": "HS 2017", "H6": "HS 2022",
    "HS": "HS", "S1": "SITC 1", "S2": "SITC 2", "S3": "SITC 3", "S4": "SITC 4", "SS": "SITC", "ST": "SITC",
    "B4": "BEC 4", "B5": "BEC 5", "BE": "BEC",
}  # fmt: skip

FIELDS = (
    "typecode", "freqcode", "period", "reportercode", "reporteriso", "flowcode", "partnercode", "partneriso", "partner2code",
    "classificationcode", "isoriginalclassification", "cmdcode", "customscode", "motcode", "qtyunitcode", "qty", "isqtyestimated",
    "altqtyunitcode", "altqty", "netwgt", "isnetwgtestimated", "primaryvalue",
)  # fmt: skip
NEEDED = ("period", "reportercode", "flowcode", "partnercode", "classificationcode", "cmdcode", "primaryvalue")


class _Comtrade:
    """What all of them share."""

    dataset = "comtrade"
    publisher = "United Nations Statistics Division"
    address = "https://comtradeplus.un.org/"
    attribution = "Source: UN Comtrade Database, United Nations Statistics Division."
    # An answer lists what was asked for; and reporters may fold goods into 9999AA or partners into "not specified".
    complete_over: tuple[str, ...] = ()


class ComtradePlus(_Comtrade):
    """The web download of Comtrade Plus: 47 names in the header, 48 cells in a row, often in Latin-1."""

    name = "comtrade-plus"
    title = "UN Comtrade Plus, CSV download"

    def recognises(self, head: bytes) -> bool:
        """Whether a comma-separated header has Comtrade's field names."""
        return _has_fields(header_of(head))

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file.

        Raises
        ------
        BadFile
            If a field is missing, or there are exactly as many rows as one of the caps.
        """
        head, stream = peek(stream)
        columns = header_of(head)
        lines = first_lines(head)
        if len(lines) > 1 and len(header_of(lines[1].encode() + b"\n")) == len(columns) + 1:
            columns = [*columns, ""]
        yield from _delimited(stream, name, columns, _by_field(columns), ",", capped=True)


class ComtradeBulk(_Comtrade):
    """A bulk file: tab-separated, no labels, gzipped; all of one reporter's rows of one period."""

    name = "comtrade-bulk"
    title = "UN Comtrade, tab-separated bulk file"

    def recognises(self, head: bytes) -> bool:
        """Whether a tab-separated header has Comtrade's field names."""
        return _has_fields(header_of(head, "\t"))

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file."""
        head, stream = peek(stream)
        columns = header_of(head, "\t")
        yield from _delimited(stream, name, columns, _by_field(columns), "\t", capped=False)


class ComtradeLegacy(_Comtrade):
    """The CSV of the interface that was closed in 2023; codes may have lost their leading zeros."""

    name = "comtrade-legacy"
    title = "UN Comtrade, CSV of the old interface (to 2023)"
    names: ClassVar = {
        "classificationcode": "Classification", "flowcode": "Trade Flow Code", "reportercode": "Reporter Code",
        "reporteriso": "Reporter ISO", "partnercode": "Partner Code", "partneriso": "Partner ISO",
        "partner2code": "2nd Partner Code", "customscode": "Customs Proc. Code", "motcode": "Mode of Transport Code",
        "cmdcode": "Commodity Code", "qtyunitcode": "Qty Unit Code", "qty": "Qty", "altqtyunitcode": "Alt Qty Unit Code",
        "altqty": "Alt Qty", "netwgt": "Netweight (kg)", "primaryvalue": "Trade Value (US$)", "flag": "Flag",
        "reportername": "Reporter", "partnername": "Partner",
    }  # fmt: skip

    def recognises(self, head: bytes) -> bool:
        """Whether the header has the old names."""
        return {"Classification", "Trade Flow Code", "Partner Code", "Commodity Code", "Trade Value (US$)"} <= set(
            header_of(head)
        )

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file."""
        head, stream = peek(stream)
        columns = header_of(head)
        fields = {field: column for field, column in self.names.items() if column in columns}
        fields["period"] = "Period" if "Period" in columns else "Year"
        yield from _delimited(stream, name, columns, fields, ",", capped=True)


def _has_fields(columns: list[str]) -> bool:
    return {"reportercode", "partnercode", "cmdcode", "primaryvalue"} <= {column.lower() for column in columns}


def _by_field(columns: list[str]) -> dict[str, str]:
    return {column.lower(): column for column in columns if column.lower() in FIELDS}


def _delimited(
    stream: BinaryIO, name: str, columns: list[str], fields: Mapping[str, str], delimiter: str, *, capped: bool
) -> Iterator[Batch]:
    missing = [field for field in NEEDED if field not in fields or fields[field] not in columns]
    if missing:
        raise BadFile(name, f"no column {', '.join(missing)}; download all fields", line=1)
    tally, rows = Tally(), 0
    for block in blocks(stream, name, names=columns, wanted=list(fields.values()), delimiter=delimiter):
        rows += block.count + len(block.rejects)
        yield observations(Sheet(block), fields, tally)
    if capped:
        refuse_cap(rows, name)
    yield Batch(None, (), tally.notes())


def refuse_cap(rows: int, name: str) -> None:
    """Refuse an answer that is exactly as long as answers get.

    Raises
    ------
    BadFile
        If it is.
    """
    if rows in CAPS:
        raise BadFile(
            name,
            f"exactly {rows:,} rows, a limit of UN Comtrade, so the answer may be cut off; split the query by periods or partners",
        )


def observations(sheet: Sheet, fields: Mapping[str, str], tally: Tally) -> Batch:
    """Turn rows of Comtrade's fields into observations.

    Parameters
    ----------
    fields
        From a field of :data:`FIELDS` to the name of its column in this file.
    """
    if "typecode" in fields:
        sheet.fail(pc.not_equal(sheet.text(fields["typecode"]), "C"), fields["typecode"], "not trade in goods (C)")
    if "partner2code" in fields:
        second = sheet.text(fields["partner2code"])
        known = pc.match_substring_regex(second, "^[0-9]{0,3}$")
        sheet.fail(pc.invert(known), fields["partner2code"], "not a number of a second partner")
        parts = pc.invert(pc.is_in(second, pa.array(["", "0"])))
        tally.count(
            "{} rows by second partner were left out; their total over second partners is the row that is kept",
            sheet.leave_out(parts),
        )
    arrays: dict[str, Any] = {"dataset": "comtrade", "currency": "USD", "district": ""}
    arrays["flow"] = sheet.translate(
        fields["flowcode"], _flow, f"not a flow of UN Comtrade's; known: {', '.join(sorted(FLOWS))}"
    )
    arrays["period_start"] = sheet.translate(
        fields["period"], lambda text: _run(text)[0], "not a year or a month YYYYMM", pa.int32()
    )
    arrays["period_end"] = sheet.translate(
        fields["period"], lambda text: _run(text)[1], "not a year or a month YYYYMM", pa.int32()
    )
    for side in ("reporter", "partner"):
        arrays[side] = _area(sheet, fields, side)
    arrays["classification"] = sheet.translate(
        fields["classificationcode"], _REVISIONS.get, "not a classification of goods of UN Comtrade's"
    )
    arrays["cmd_code"] = _commodity(sheet, fields["cmdcode"], arrays["classification"], tally)
    for field, key, whole in (("customscode", "customs_regime", "C00"), ("motcode", "mode_of_transport", "0")):
        arrays[key] = ""
        if field in fields:
            look = partial(_part, whole=whole)
            arrays[key] = sheet.translate(fields[field], look, "not a code of UN Comtrade's", empty="")
    arrays["value"] = sheet.number(fields["primaryvalue"], ROUNDED, reason="not a value in dollars", empty=True)
    rounded = pc.match_substring_regex(sheet.text(fields["primaryvalue"]), "[eE]")
    note = "{} values are in scientific notation: a spreadsheet has rounded them to the digits shown"
    tally.add(note, rounded, sheet, fields["primaryvalue"])
    traded = pc.greater(arrays["value"], 0)
    for field, unit_field, key in (("qty", "qtyunitcode", "qty"), ("altqty", "altqtyunitcode", "qty2")):
        if field in fields and unit_field in fields:
            units = sheet.translate(
                fields[unit_field], _unit, "not a unit of quantity of UN Comtrade's", empty="none"
            ).cast(pa.string())
            recorded = _recorded(sheet, fields[field], pc.not_equal(units, "none"), traded, "quantities", tally)
            arrays[key] = recorded
            arrays[f"{key}_unit"] = pc.if_else(pc.is_valid(recorded), units, None)
    if "netwgt" in fields:
        arrays["net_wgt_kg"] = _recorded(sheet, fields["netwgt"], None, traded, "net weights", tally)
    _remarks(sheet, fields, arrays, tally)
    return sheet.batch(arrays)


def _recorded(sheet: Sheet, column: str, has_unit: Any, traded: Any, what: str, tally: Tally) -> Any:
    """Return a measure, null where it has no unit or is the zero that stands for none."""
    amount = sheet.number(column, ROUNDED, reason="not a number", empty=True)
    if has_unit is not None:
        amount = pc.if_else(has_unit, amount, None)
    placeholder = pc.and_(pc.equal(amount, 0), traded)
    tally.add("{} " + what + " of zero beside a value are read as not recorded", placeholder, sheet)
    return pc.if_else(pc.fill_null(placeholder, False), None, amount)


def _area(sheet: Sheet, fields: Mapping[str, str], side: str) -> Any:
    """Return reporters or partners; a row whose number and letters or name are two countries is nobody's."""
    code = sheet.translate(
        fields[f"{side}code"],
        lambda text: area_of("m49", text),
        f"not a {side} code of UN Comtrade's (408 is North Korea, 410 South Korea)",
    )
    plain = code.cast(pa.string())
    for field, scheme in ((f"{side}iso", "iso3"), (f"{side}name", "name")):
        if field in fields:
            said = sheet.translate(fields[field], partial(_named, scheme), "", empty="").cast(pa.string())
            slip = pc.and_(
                pc.and_(pc.not_equal(said, ""), pc.not_equal(said, plain)), pc.and_(_countries(said), _countries(plain))
            )
            both = (fields[f"{side}code"], fields[field])
            sheet.fail(slip, both[0], f"{side} code and {side} name are two different countries", both)
    return code


def _countries(codes: Any) -> Any:
    """Return which codes are of a country as it is now: names of former ones legitimately go by a successor's letters."""
    return pc.is_in(codes, _present_countries())


@lru_cache(maxsize=1)
def _present_countries() -> Any:
    return pa.array([area.code for area in all_areas().values() if area.kind == "country"])


def _commodity(sheet: Sheet, column: str, classification: Any, tally: Tally) -> Any:
    """Return codes; a number of an odd length in the Harmonized System has lost its leading zero."""
    codes = sheet.text(column)
    fine = pc.match_substring_regex(codes, r"^(TOTAL|[0-9]{1,6}|[0-9]{2,4}[A-Z]{1,4})$")
    sheet.fail(pc.invert(fine), column, "not a commodity code of UN Comtrade's")
    harmonized = pc.starts_with(classification.cast(pa.string()), "HS")
    odd = pc.and_(harmonized, pc.match_substring_regex(codes, r"^([0-9]|[0-9]{3}|[0-9]{5})$"))
    tally.add(
        "{} codes had lost their leading zero, which is restored (the Harmonized System has no codes of an odd length)",
        odd,
        sheet,
        column,
    )
    return pc.if_else(odd, pc.binary_join_element_wise("0", codes, ""), codes)


def _remarks(sheet: Sheet, fields: Mapping[str, str], arrays: Mapping[str, Any], tally: Tally) -> None:
    """Count what the file itself says of its rows."""
    for field, key, note in (
        ("isqtyestimated", "qty", "{} quantities are estimates of the UN Statistics Division"),
        ("isnetwgtestimated", "net_wgt_kg", "{} net weights are estimates of the UN Statistics Division"),
    ):
        if field in fields and key in arrays:
            estimated = pc.equal(pc.utf8_lower(sheet.text(fields[field])), "true")
            tally.add(note, pc.and_(estimated, pc.is_valid(arrays[key])), sheet)
    if "flag" in fields:
        flag = sheet.text(fields["flag"])
        for key, note, values in (
            ("qty", "{} quantities are estimates of the UN Statistics Division", ["2", "6"]),
            ("net_wgt_kg", "{} net weights are estimates of the UN Statistics Division", ["4", "6"]),
        ):
            if key in arrays:
                tally.add(note, pc.and_(pc.is_in(flag, pa.array(values)), pc.is_valid(arrays[key])), sheet)
    if "isoriginalclassification" in fields:
        converted = pc.equal(pc.utf8_lower(sheet.text(fields["isoriginalclassification"])), "false")
        tally.add(
            "{} rows are in a revision that the reporter did not use, converted by the UN Statistics Division",
            converted,
            sheet,
        )


def _named(scheme: str, text: str) -> str:
    return area_of(scheme, text) or ""


def _flow(text: str) -> str | None:
    return _OLD_FLOWS.get(text) or (text if text in FLOWS else None)


@lru_cache(maxsize=10_000)
def _run(text: str) -> tuple[int, int] | tuple[None, None]:
    """Read a year or a month as the run of months it is."""
    if re.fullmatch(r"(19|20|21)\d\d", text, re.ASCII):
        return int(text) * 12, int(text) * 12 + 11
    month = month_of(text)
    return (None, None) if month is None else (month, month)


def _part(text: str, whole: str) -> str | None:
    if text == whole:
        return ""
    return text if re.fullmatch(r"[0-9A-Z]{1,5}", text, re.ASCII) else None


def _unit(text: str) -> str | None:
    """Translate a unit; 1 was "no quantity" to the old interface."""
    return "none" if text in ("1", "0") else unit_of("comtrade_code", text)

"""UK HMRC, bulk data sets: exports and imports (SMKE19, SMKI19), arrivals and dispatches (SMKM46, SMKX46).

Pipes and no header, between an opening and a closing record, or the same fields as CSV with names. A row is finer than an
observation (port, flag, container, procedure): rows are added up by mode of transport and over all modes. Rows for another
month than the file's own are amendments, changes to what was published before and not values of that month: they are left
out and told. Quantities in supplementary units are left out, for the file does not say which units they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import BadFile
from tidewaiter.period import month_text
from tidewaiter.sources._blocks import Block, blocks, first_lines, header_of, peek
from tidewaiter.sources._sheet import PLAIN, Sheet, Tally, area_of, month_of
from tidewaiter.sources._sums import at_the_end, with_totals
from tidewaiter.sources.observation import Asked, Batch

__all__ = ["Hmrc"]

_EXPORTS = (
    "comcode sitc record_type cod_seq cod_alpha account port_seq port_alpha flag_seq flag_alpha trade_ind container mode_of_transport "
    "inland_mot golo_seq golo_alpha suite_indicator procedure_code value quantity_1 quantity_2 industrial_plant_comcode"
)  # fmt: skip
_IMPORTS = (
    "comcode sitc record_type cod_seq cod_alpha coo_seq coo_alpha account port_seq port_alpha flag_seq flag_alpha country_seq "
    "country_alpha trade_ind container mode_of_transport inland_mot golo_seq golo_alpha suite_indicator procedure_code cb_code value "
    "quantity_1 quantity_2"
)  # fmt: skip
_WITHIN = (
    "comcode record_type cod_seq cod_alpha trade_ind coo_seq coo_alpha nature_of_transaction mode_of_transport period_reference "
    "suite_indicator sitc ip_comcode no_of_consignments stat_value nett_mass supp_unit"
)  # fmt: skip
_RAW = {len(names.split()): (names.split(), flow) for names, flow in ((_EXPORTS, "X"), (_IMPORTS, "M"), (_WITHIN, ""))}
_NEEDED = {"comcode", "cod_alpha", "cod_seq", "mode_of_transport", "suite_indicator", "record_type"}
_SETS = {b"SMKE": "X", b"SMKI": "M", b"SMKX": "X", b"SMKM": "M"}
_OPENING = re.compile(rb"0{9}\|(SMK[EIXM])\d\d")
"""The opening record of a file between pipes names the set, and so the flow."""
_WORD = {"X": "exports (dispatches)", "M": "imports (arrivals)"}
_BY_NUMBER = {"389": "NAM"}
"""Countries whose letters get lost: a spreadsheet or a library reads NA as nothing."""


class Hmrc:
    """The reader."""

    name = "hmrc"
    dataset = "hmrc"
    title = "UK HMRC bulk data sets SMKE19, SMKI19, SMKM46, SMKX46"
    publisher = "HM Revenue and Customs"
    address = "https://www.uktradeinfo.com/trade-data/latest-bulk-datasets/"
    attribution = "Source: HM Revenue and Customs, UK trade info; Open Government Licence."
    # A month's set is whole, but small trade and hidden goods are in it under codes of their own.
    complete_over: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Whether it has the fields as named columns, or records of as many fields between pipes."""
        if set(header_of(head)) >= _NEEDED:
            return True
        return _layout(head) is not None

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file.

        Raises
        ------
        BadFile
            If the flow was not told and does not show.
        """
        head, stream = peek(stream)
        raw = _layout(head)
        names, flow = (header_of(head), "") if raw is None else raw
        opening = _OPENING.match(head.lstrip(b"\xef\xbb\xbf \t\r\n")) if raw else None
        if opening:
            flow = flow or _SETS[opening[1]]
        if asked.flow and flow and asked.flow != flow:
            raise BadFile(
                name, f"has the fields of {'imports' if flow == 'M' else 'exports'}, so it is not --flow {asked.flow}"
            )
        told = not flow
        flow = flow or asked.flow
        if flow not in ("X", "M"):
            raise BadFile(name, "does not say whether it holds exports or imports; say it: --flow X or --flow M")
        _complete(names, name)
        tally = Tally()
        wanted = [column for column in names if column in _WANTED]
        read = (
            _observations(Sheet(_inside(block, flow, name) if raw else block), flow, tally)
            for block in blocks(
                stream,
                name,
                names=names,
                wanted=wanted,
                delimiter="|" if raw else ",",
                quoted=not raw,
                header_lines=0 if raw else 1,
            )
        )
        yield from at_the_end(read, partial(_month_of_the_file, tally=tally))
        if told:
            tally.count(f"no row says its flow: all were read as {_WORD[flow]} because --flow said so; a file that holds both has to be split first", 1)  # fmt: skip
        yield Batch(
            None,
            (),
            (*tally.notes(), "ports, containers and procedures are added up, and the total over modes of transport"),
        )


_WANTED = _NEEDED | {"account", "account_mm", "account_ccyy", "period_reference", "value", "stat_value", "quantity_1", "nett_mass", "quantity_2", "quantitiy_2", "supp_unit"}  # fmt: skip


def _complete(names: list[str], name: str) -> None:
    """Refuse a header that lacks what every row needs."""
    month = {"account", "period_reference"} & set(names) or {"account_mm", "account_ccyy"} <= set(names)
    for has, what in (
        (set(names) >= _NEEDED, ", ".join(sorted(_NEEDED))), (month, "account, account_mm and account_ccyy, or period_reference"),
        ({"value", "stat_value"} & set(names), "value or stat_value"), ({"quantity_1", "nett_mass"} & set(names), "quantity_1 or nett_mass"),
    ):  # fmt: skip
        if not has:
            raise BadFile(name, f"not all fields of HMRC's; needed: {what}", line=1)


def _layout(head: bytes) -> tuple[list[str], str] | None:
    """Return the fields of a file without names, by how many there are in the records below the opening one."""
    lines = [line for line in first_lines(head, "latin-1")[:50] if re.match(r"\d{9}\|", line)]
    widths = {
        line.rstrip("|\r\n ").count("|") + 1 + line.rstrip("\r\n ").endswith("|") for line in lines[1:]
    } & _RAW.keys()
    return _RAW[widths.pop()] if len(lines) > 1 and len(widths) == 1 else None


def _inside(block: Block, flow: str, name: str) -> Block:
    """Take the opening and the closing record for what they are: no rows, and no rejects; refuse another flow's."""
    for reject in block.rejects:
        opening = _OPENING.match(reject.value.encode())
        if opening and _SETS[opening[1]] != flow:
            raise BadFile(name, f"opens a set of {_WORD[_SETS[opening[1]]]} in a file read as {_WORD[flow]}; split it and load its parts", line=reject.line, value=reject.value)  # fmt: skip
    kept = tuple(reject for reject in block.rejects if not re.match(r"0{9}\||9{9}\|", reject.value))
    return block.without(kept)


def _observations(sheet: Sheet, flow: str, tally: Tally) -> Batch:
    frame = pc.is_in(sheet.text("comcode"), pa.array(["000000000", "999999999"]))
    sheet.leave_out(frame)
    months, amends = _months(sheet)
    suite = pc.invert(pc.match_substring_regex(sheet.text("suite_indicator"), "^0*$"))
    tally.count("{} rows are excluded from general trade (suite indicator) and were left out", sheet.leave_out(suite))
    codes = sheet.text("comcode")
    sheet.fail(
        pc.invert(pc.match_substring_regex(codes, "^[0-9]{8,9}$")),
        "comcode",
        "not a commodity code of 8 or 9 digits; a spreadsheet drops leading zeros",
    )
    hidden = pc.invert(pc.match_substring_regex(sheet.text("record_type"), "^0*$"))
    tally.add("{} rows hold trade whose details are suppressed", pc.and_(hidden, pc.invert(amends)), sheet, "comcode")
    value = "value" if sheet.has("value") else "stat_value"
    weight = "quantity_1" if sheet.has("quantity_1") else "nett_mass"
    for column in ("quantity_2", "quantitiy_2", "supp_unit"):
        if sheet.has(column):
            other = sheet.number(column, PLAIN, reason="not a quantity", empty=True)
            tally.add(
                "{} supplementary quantities were left out: the file does not say their units",
                pc.not_equal(other, 0),
                sheet,
            )
    arrays: dict[str, Any] = {
        "dataset": "hmrc", "reporter": "GBR", "flow": flow, "currency": "GBP", "classification": "CN",
        "period_start": months, "period_end": months, "partner": _partner(sheet), "cmd_code": pc.utf8_slice_codeunits(codes, 0, 8),
        "mode_of_transport": sheet.translate("mode_of_transport", _mode, "not a mode of transport", empty=""),
        # An amendment travels as a regime of its own until the month of the file is known.
        "customs_regime": pc.if_else(amends, "amendment", ""),
        "value": sheet.number(value, PLAIN, reason="not a value in pounds"),
        "net_wgt_kg": sheet.number(weight, PLAIN, reason="not a weight in kilograms", empty=True),
    }  # fmt: skip
    return sheet.batch(arrays)


def _months(sheet: Sheet) -> tuple[Any, Any]:
    """Return the month of each row, and whether its reference marks it as an amendment (``099YYMM``)."""
    if sheet.has("account_ccyy") and sheet.has("account_mm"):
        text = pc.binary_join_element_wise(sheet.text("account_ccyy"), sheet.text("account_mm"), "-")
        column = "account_mm"
    else:
        column = "account" if sheet.has("account") else "period_reference"
        text = sheet.text(column)
    encoded = text.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    months = pa.array([_month(word)[0] for word in words], pa.int32()).take(encoded.indices)
    amends = pa.array([_month(word)[1] for word in words], pa.bool_()).take(encoded.indices)
    sheet.fail(pc.is_null(months), column, "not a month of account")
    return months, amends


def _month(text: str) -> tuple[int | None, bool]:
    if found := re.fullmatch(r"099(\d\d)(\d\d)", text, re.ASCII):
        return month_of(f"20{found[1]}{found[2]}"), True
    if found := re.fullmatch(r"(\d\d)/(\d{4})", text, re.ASCII):
        return month_of(found[2] + found[1]), False
    return month_of(text.removeprefix("0") if len(text) == 7 and text.isdigit() else text), False


def _month_of_the_file(table: Any, tally: Tally) -> Any:
    """Keep the rows of the file's own month, which is the latest, and add them up."""
    own = pc.and_(pc.equal(table.column("customs_regime"), ""), pc.is_valid(table.column("period_start")))
    if not pc.any(own).as_py():
        tally.count(
            "{} rows amend earlier months and were left out; the file has no rows of a month of its own", table.num_rows
        )
        return table.slice(0, 0)
    latest = pc.max(table.filter(own).column("period_start")).as_py()
    mine = pc.and_(own, pc.equal(table.column("period_start"), latest))
    amended = int(pc.sum(pc.invert(mine)).as_py() or 0)
    tally.count(
        f"{{}} rows amend months before {month_text(latest)}: they are changes, not values, and were left out", amended
    )
    return with_totals(table.filter(mine), ["mode_of_transport"])


def _partner(sheet: Sheet) -> Any:
    letters, numbers = sheet.text("cod_alpha"), sheet.text("cod_seq")
    both = pc.binary_join_element_wise(letters, numbers, "|").dictionary_encode()
    found = [_area(*word.split("|", 1)) for word in both.dictionary.to_pylist()]
    partner = pa.array(found, pa.string()).take(both.indices)
    sheet.fail(pc.is_null(partner), "cod_alpha", "not a country code of HMRC's", ("cod_alpha", "cod_seq"))
    return partner


def _area(letters: str, number: str) -> str | None:
    return area_of("eurostat", letters) or area_of("iso2", letters) or (None if letters else _BY_NUMBER.get(number))


def _mode(text: str) -> str | None:
    if re.fullmatch(r"0+", text):
        return ""
    return text if re.fullmatch(r"\d{1,3}", text, re.ASCII) else None

"""Any other CSV, read through a mapping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.codes import all_areas, all_units
from tidewaiter.errors import BadFile
from tidewaiter.sources import _eurostat
from tidewaiter.sources._blocks import blocks, header_of, peek
from tidewaiter.sources._sheet import Sheet, Tally, area_of, month_of, unit_of
from tidewaiter.sources._sums import at_the_end
from tidewaiter.sources.mapping import MEASURES, Mapping, parse_mapping
from tidewaiter.sources.observation import Asked, Batch

__all__ = ["MappedTable"]

_FLOWS = frozenset({"X", "M", "RX", "RM", "DX", "FM"})
_CODE = re.compile(r"TOTAL|\d{2}|\d{4}|\d{6,10}", re.ASCII)


class MappedTable:
    """The reader of one mapping.

    Parameters
    ----------
    text
        The mapping, in TOML.
    name
        What to call it in messages.
    """

    name = "mapping"
    title = "any other CSV, through a mapping (tidewaiter mapping init FILE)"
    # A mapping says what is in a file, not what its silence means; that is declared (--covers).
    complete_over: tuple[str, ...] = ()

    def __init__(self, text: str, name: str = "the mapping") -> None:
        self.mapping: Mapping = parse_mapping(text, name)
        self.dataset = self.mapping.dataset
        self.publisher = self.mapping.publisher
        self.address = self.mapping.address
        self.attribution = self.mapping.attribution or f"Source: {self.mapping.publisher}."

    def recognises(self, head: bytes) -> bool:
        """Whether the header has every column that the mapping names."""
        shape = self.mapping.file
        return set(header_of(head, shape.delimiter, shape.encoding)) >= set(self.mapping.columns.values())

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file.

        Raises
        ------
        BadFile
            If a column of the mapping is not in its header.
        """
        shape, columns = self.mapping.file, self.mapping.columns
        head, stream = peek(stream)
        header = header_of(head, shape.delimiter, shape.encoding)
        missing = [column for column in columns.values() if column not in header]
        if missing:
            raise BadFile(
                name,
                f"no column {', '.join(map(repr, missing))} as the mapping says; its header",
                line=1,
                value=shape.delimiter.join(header),
            )
        tally = Tally()
        wanted = list(dict.fromkeys(columns.values()))
        read = (
            self._observations(Sheet(block), tally)
            for block in blocks(
                stream, name, names=header, wanted=wanted, encodings=(shape.encoding,), delimiter=shape.delimiter
            )
        )
        yield from at_the_end(read, lambda table: table) if shape.add_up else read
        left = [column for column in header if column and column not in wanted]
        notes = [f"columns that the mapping does not name: {', '.join(left)}"] if left else []
        yield Batch(None, (), (*tally.notes(), *notes))

    def _observations(self, sheet: Sheet, tally: Tally) -> Batch:
        one = self.mapping
        arrays: dict[str, Any] = {"dataset": one.dataset}
        for side in ("reporter", "partner"):
            arrays[side] = self._key(
                sheet, side, lambda word, side=side: self._area(side, word), f"not a {side} the mapping knows"
            )
        arrays["flow"] = self._key(
            sheet, "flow", self._flow, f"not a flow; valid: {', '.join(sorted(_FLOWS))}, or say it in words.flow"
        )
        arrays["cmd_code"] = self._key(
            sheet,
            "cmd_code",
            self._commodity,
            "not a code of 2, 4 or 6 to 10 digits; a spreadsheet drops leading zeros",
        )
        if "classification" in one.columns or "classification" in one.constants:
            arrays["classification"] = self._key(
                sheet, "classification", lambda word: word or None, "no classification"
            )
        else:
            arrays["classification"] = self._key(sheet, "cmd_code", self._classification, "")
        for key in ("customs_regime", "mode_of_transport", "district"):
            if key in one.columns or key in one.constants:
                arrays[key] = self._key(
                    sheet, key, lambda word: word if len(word) <= 40 else None, "longer than 40 letters", empty=""
                )
        arrays["period_start"], arrays["period_end"] = self._period(sheet)
        for measure in MEASURES:
            if measure in one.columns:
                arrays |= self._measure(sheet, measure, arrays, tally)
        return sheet.batch(arrays)

    def _key(self, sheet: Sheet, key: str, look: Any, reason: str, empty: Any = None) -> Any:
        """Return a key's column, or its constant, translated alike."""
        column = self.mapping.columns.get(key)
        if column is not None:
            return sheet.translate(column, look, reason, empty=empty)
        value = look(self.mapping.constants[key])
        if value is None:
            raise BadFile("the mapping", f"constants.{key}: {reason}", value=self.mapping.constants[key])
        return value

    def _said(self, kind: str, word: str) -> str | None:
        return self.mapping.words.get(kind, {}).get(word)

    def _area(self, side: str, word: str) -> str | None:
        said = self._said(side, word)
        if said is not None:
            return said if said in all_areas() else None
        if side in self.mapping.constants:
            return word if word in all_areas() else None
        return area_of(self.mapping.schemes.get(side, "iso3"), word)

    def _flow(self, word: str) -> str | None:
        flow = self._said("flow", word) or word
        return flow if flow in _FLOWS else None

    def _commodity(self, word: str) -> str | None:
        code = self._said("cmd_code", word) or word.replace(".", "").replace(" ", "")
        return code if _CODE.fullmatch(code) else None

    def _classification(self, word: str) -> str:
        code = self._commodity(word) or ""
        return "HS" if len(code) <= 6 else self.mapping.dataset

    def _period(self, sheet: Sheet) -> tuple[Any, Any]:
        columns = self.mapping.columns
        if "period" in self.mapping.constants:
            run = _run(self.mapping.constants["period"])
            if run is None:
                raise BadFile(
                    "the mapping", "constants.period: not a month or a year", value=self.mapping.constants["period"]
                )
            first, last = run
            return pa.array([first] * sheet.count, pa.int32()), pa.array([last] * sheet.count, pa.int32())
        if "period" in columns:
            start = sheet.translate(
                columns["period"], lambda word: (_run(word) or (None,))[0], "not a month or a year", pa.int32()
            )
            return start, sheet.translate(
                columns["period"], lambda word: (_run(word) or (None, None))[1], "", pa.int32()
            )
        both = pc.binary_join_element_wise(
            sheet.text(columns["year"]), sheet.text(columns["month"]), "\t"
        ).dictionary_encode()
        months = pa.array([_year_month(*word.split("\t", 1)) for word in both.dictionary.to_pylist()], pa.int32()).take(
            both.indices
        )
        sheet.fail(pc.is_null(months), columns["month"], "not a month of a year", (columns["year"], columns["month"]))
        return months, months

    def _measure(self, sheet: Sheet, measure: str, arrays: dict[str, Any], tally: Tally) -> dict[str, Any]:
        one, column = self.mapping, self.mapping.columns[measure]
        text = sheet.text(column)
        absent = pc.is_in(text, pa.array(["", *one.file.missing]))
        fine = pc.match_substring_regex(text, _pattern(one.file.decimal, one.file.thousands))
        sheet.fail(pc.invert(pc.or_(fine, absent)), column, "not a number as the mapping says numbers are written")
        plain = pc.if_else(fine, text, None)
        if one.file.thousands:
            plain = pc.replace_substring(plain, one.file.thousands, "")
        if one.file.decimal == ",":
            plain = pc.replace_substring(plain, ",", ".")
        amount = pc.multiply(plain.cast(pa.float64()), one.multiply.get(measure, 1.0))
        if measure == "value":
            currency = self._key(sheet, "currency", _currency, "not a currency; write three letters, such as USD")
            return {"value": amount, "currency": currency}
        if measure == "net_wgt_kg":
            zero = (
                pc.and_(pc.equal(amount, 0), pc.greater(arrays["value"], 0))
                if "value" in arrays
                else pa.array([False] * sheet.count)
            )
            tally.add("{} net weights are printed as zero beside a value above zero", zero, sheet)
            return {"net_wgt_kg": amount}
        units = self._key(
            sheet, f"{measure}_unit", self._unit, "not a unit the mapping knows; say it in words.unit", empty="none"
        )
        if isinstance(units, str):
            units = pa.array([units] * sheet.count)
        units = units.cast(pa.string())
        has = pc.and_(pc.not_equal(units, "none"), pc.is_valid(amount))
        return {measure: pc.if_else(has, amount, None), f"{measure}_unit": pc.if_else(has, units, None)}

    def _unit(self, word: str) -> str | None:
        said = self._said("unit", word)
        if said is not None:
            return said if said in all_units() else None
        return unit_of(self.mapping.schemes.get("unit", "words"), word)


def _pattern(decimal: str, thousands: str) -> str:
    point = re.escape(decimal)
    whole = rf"[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}}){{1,4}}|" if thousands else ""
    return rf"^-?(?:{whole}[0-9]{{1,15}})(?:{point}[0-9]{{1,12}})?$"


def _currency(word: str) -> str | None:
    return word if re.fullmatch(r"[A-Z]{3}", word, re.ASCII) else None


@lru_cache(maxsize=10_000)
def _run(text: str) -> tuple[int, int] | None:
    """Read a period however it is written, if it can be read in one way only."""
    if found := _eurostat.period(text):
        return found
    for pattern, order in ((r"(\d{4})[/.](\d{1,2})", (1, 2)), (r"(\d{1,2})[/.-](\d{4})", (2, 1)), (r"(\d{4})-(\d{2})-\d{2}", (1, 2)), (r"(\d{4})-(\d)", (1, 2))):  # fmt: skip
        if part := re.fullmatch(pattern, text, re.ASCII):
            month = month_of(part[order[0]] + part[order[1]].zfill(2))
            return None if month is None else (month, month)
    return None


def _year_month(year: str, month: str) -> int | None:
    if month.strip().isdigit():
        return month_of(year + month.strip().zfill(2))
    named = _eurostat.period(f"{month.strip()} {year}")
    return named[0] if named else None

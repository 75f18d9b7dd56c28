"""Eurostat Comext, as a plain table: ``reporter,partner,flow,product_code,period,value_eur``.

Reporters and partners are two-letter codes, periods ``YYYY-MM``, values whole euros. Four- and eight-digit rows stand side by
side in one file; they keep their code as it is, so that a query asks for one length and never adds the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from tidewaiter.codes import by_scheme
from tidewaiter.errors import BadFile, InputError
from tidewaiter.period import month
from tidewaiter.sources.observation import SCHEMA, Asked, Batch, Reject

__all__ = ["ComextTable"]

COLUMNS = ("reporter", "partner", "flow", "product_code", "period", "value_eur")
FLOWS = {"EXPORT": "X", "IMPORT": "M"}


class ComextTable:
    """The reader."""

    name = "comext-table"
    dataset = "comext"
    title = "Eurostat Comext as a table of reporter, partner, flow, product_code, period, value_eur"
    publisher = "Eurostat"
    address = "https://ec.europa.eu/eurostat/comext/newxtweb/"
    attribution = "Source: Eurostat, Comext; reuse with attribution."
    complete_over: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Whether the header names exactly these columns, in any order."""
        line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].strip()
        try:
            names = [cell.strip().strip('"') for cell in line.decode("ascii").split(",")]
        except UnicodeDecodeError:
            return False
        return sorted(names) == sorted(COLUMNS)

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file; every column comes in as text, so that no code loses its leading zeros."""
        lines = 1
        try:
            reader = pv.open_csv(
                stream,
                read_options=pv.ReadOptions(block_size=8 << 20),
                parse_options=pv.ParseOptions(newlines_in_values=False),
                convert_options=pv.ConvertOptions(
                    column_types={column: pa.string() for column in COLUMNS},
                    include_columns=list(COLUMNS),
                    strings_can_be_null=False,
                ),
            )
            for batch in reader:
                yield _observations(batch, lines)
                lines += batch.num_rows
        except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
            raise BadFile(name, f"not a well-formed table ({str(error).splitlines()[0]})") from error


def _observations(batch: Any, lines: int) -> Batch:
    """Turn a batch of text columns into observations, and tell the rows that are none."""
    columns = {column: batch.column(column) for column in COLUMNS}
    reporter = _translate(columns["reporter"], lambda code: by_scheme("eurostat", code))
    partner = _translate(columns["partner"], lambda code: by_scheme("eurostat", code))
    flow = _translate(columns["flow"], FLOWS.get)
    period = _translate(columns["period"], _month, pa.int32())
    code_ok = pc.match_substring_regex(columns["product_code"], r"^(TOTAL|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8})$")
    value_ok = pc.match_substring_regex(columns["value_eur"], r"^[0-9]{1,15}$")
    checks = (
        ("reporter", pc.is_valid(reporter), "not a reporter of Eurostat's (two letters, for example DE)"),
        ("partner", pc.is_valid(partner), "not a partner of Eurostat's (two letters, for example KG)"),
        ("flow", pc.is_valid(flow), "not a flow; valid: EXPORT, IMPORT"),
        ("product_code", code_ok, "not a product code of 2, 4, 6 or 8 digits"),
        ("period", pc.is_valid(period), "not a month YYYY-MM"),
        ("value_eur", value_ok, "not a value in whole euros"),
    )
    good = checks[0][1]
    for _, fine, _ in checks[1:]:
        good = pc.and_(good, fine)
    rejects: list[Reject] = []
    if not pc.all(good).as_py():
        for column, fine, reason in checks:
            for index in pc.indices_nonzero(pc.invert(fine)).to_pylist():
                rejects.append(Reject(lines + index + 1, column, columns[column][index].as_py(), reason))
    count = batch.num_rows
    empty = pa.array([""] * count)
    value = pc.if_else(value_ok, columns["value_eur"], "0").cast(pa.float64())
    arrays = {
        "dataset": pa.array(["comext"] * count),
        "reporter": reporter,
        "partner": partner,
        "flow": flow,
        "cmd_code": columns["product_code"],
        "classification": _classification(columns["product_code"]),
        "customs_regime": empty,
        "mode_of_transport": empty,
        "district": empty,
        "period_start": period,
        "period_end": period,
        "value": value,
        "currency": pa.array(["EUR"] * count),
    }
    table = pa.table(
        {
            field.name: _encode(arrays[field.name], field.type) if field.name in arrays else pa.nulls(count, field.type)
            for field in SCHEMA
        }
    )
    kept = table.filter(good)
    return Batch(kept.cast(SCHEMA).combine_chunks().to_batches()[0] if kept.num_rows else None, tuple(rejects))


def _encode(array: Any, wanted: Any) -> Any:
    return array.dictionary_encode() if pa.types.is_dictionary(wanted) else array


def _translate(column: Any, look: Any, kind: Any = None) -> Any:
    """Translate a text column through its few distinct values."""
    encoded = column.dictionary_encode()
    words = pa.array([look(word) for word in encoded.dictionary.to_pylist()], kind or pa.string())
    return words.take(encoded.indices)


def _classification(codes: Any) -> Any:
    """Name the classification by the length of the code: HS to six digits, the Combined Nomenclature beyond."""
    return pc.if_else(pc.equal(pc.utf8_length(codes), 8), "CN", "HS")


def _month(text: str) -> int | None:
    try:
        return month(text)
    except InputError:
        return None

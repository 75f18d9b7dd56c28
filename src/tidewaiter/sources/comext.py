"""Eurostat Comext, as a plain table: ``reporter,partner,flow,product_code,period,value_eur``.

Reporters and partners are two-letter codes, periods ``YYYY-MM``, values whole euros. Four- and eight-digit rows stand side by
side in one file; they keep their code as it is, so that a query asks for one length and never adds the two.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, BinaryIO

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from tidewaiter.codes import by_scheme
from tidewaiter.errors import BadFile, InputError
from tidewaiter.period import month
from tidewaiter.sources._blocks import LONGEST, Block, blocks, header_of, peek
from tidewaiter.sources.observation import LINES, SCHEMA, Asked, Batch, Reject

__all__ = ["ComextTable"]

COLUMNS = ("reporter", "partner", "flow", "product_code", "period", "value_eur")
FLOWS = {"EXPORT": "X", "IMPORT": "M"}
BLOCK = 16 << 20
_WORDS: Any = pa.dictionary(pa.int32(), pa.string())
_CODE = re.compile(r"(TOTAL|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{8})\Z")


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
        """Read the file; every code comes in as text, so that none loses its leading zeros.

        A block of lines is taken as it is if all that it says is known by its few different words; only where something is
        not, it is gone through row by row to say on which line.
        """
        head, stream = peek(stream)
        columns = header_of(head)
        if sorted(columns) != sorted(COLUMNS):
            raise BadFile(name, f"its header is not {','.join(COLUMNS)}", line=1)
        line = 0
        for data, last in _lines(stream):
            if not line:
                end = data.find(b"\n") + 1 or len(data)
                data, line = data[end:], 2
            batches = _plain(data, columns) if data.endswith(b"\n") or not last else None
            if batches is not None:
                yield from batches
            else:
                yield from _checked(data, line, columns, name)
            line += data.count(b"\n")


def _lines(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Yield runs of whole lines and whether it is the last; the next is decompressed while one is worked on."""
    rest = b""
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(stream.read, BLOCK)
        while True:
            chunk = coming.result()
            if chunk:
                coming = ahead.submit(stream.read, BLOCK)
            data = rest + chunk
            end = data.rfind(b"\n") + 1 if chunk else len(data)
            if len(data) > LONGEST:
                raise BadFile("the table", "no end of a line in 64 MB: not a table")
            data, rest = data[:end], data[end:]
            if data:
                yield data, not chunk
            if not chunk:
                return


def _plain(data: bytes, columns: list[str]) -> list[Batch] | None:
    """Return the rows of a run of lines if every one of them is beyond doubt, else ``None``."""
    if not data:
        return []
    if LINES.get() or b",0x" in data or b",0X" in data:
        return None  # Arrow would read a hexadecimal number where a value in euros belongs
    types = dict.fromkeys(COLUMNS, _WORDS) | {"value_eur": pa.int64()}
    try:
        table = pv.read_csv(
            pa.BufferReader(data),
            read_options=pv.ReadOptions(column_names=columns, block_size=max(len(data) // 2 + 4096, 1 << 16)),
            parse_options=pv.ParseOptions(newlines_in_values=False),
            convert_options=pv.ConvertOptions(
                column_types=types, include_columns=list(COLUMNS), null_values=[], strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    found = [_taken(batch) for batch in table.to_batches()]
    return None if any(batch is None for batch in found) else [batch for batch in found if batch is not None]


def _taken(batch: Any) -> Batch | None:
    """Return a batch of numbered words as observations; ``None`` if a word is not known."""
    count = batch.num_rows
    value = batch.column("value_eur")
    ends = pc.min_max(value).as_py()
    if value.null_count or (count and not 0 <= ends["min"] <= ends["max"] < 10**15):
        return None
    words = {name: batch.column(name).dictionary.to_pylist() for name in COLUMNS if name != "value_eur"}
    known: dict[str, list[Any]] = {
        "reporter": [by_scheme("eurostat", word) for word in words["reporter"]],
        "partner": [by_scheme("eurostat", word) for word in words["partner"]],
        "flow": [FLOWS.get(word) for word in words["flow"]],
        "period": [_month(word) for word in words["period"]],
        "product_code": [word if _CODE.match(word) else None for word in words["product_code"]],
    }
    if any(word is None for listed in known.values() for word in listed):
        return None
    places = {name: batch.column(name).indices.to_numpy() for name in words}
    start = np.array(known["period"], np.int32)[places["period"]] if count else np.zeros(0, np.int32)
    lines = np.array([len(word) == 8 for word in words["product_code"]], np.int32)[places["product_code"]]
    period = pa.array(start)

    def numbered(column: str) -> Any:
        return pa.DictionaryArray.from_arrays(batch.column(column).indices, pa.array(known[column], pa.string()))

    def same(word: str) -> Any:
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([word]))

    arrays = {
        "dataset": same("comext"),
        "reporter": numbered("reporter"),
        "partner": numbered("partner"),
        "flow": numbered("flow"),
        "cmd_code": numbered("product_code"),
        "classification": pa.DictionaryArray.from_arrays(pa.array(lines), pa.array(["HS", "CN"])),
        "customs_regime": same(""),
        "mode_of_transport": same(""),
        "district": same(""),
        "period_start": period,
        "period_end": period,
        "value": value.cast(pa.float64()),
        "currency": same("EUR"),
    }
    listed = [arrays[field.name] if field.name in arrays else pa.nulls(count, field.type) for field in SCHEMA]
    return Batch(pa.RecordBatch.from_arrays(listed, schema=SCHEMA))


def _checked(data: bytes, line: int, columns: list[str], name: str) -> Iterator[Batch]:
    """Go through lines row by row, and say of each that is no observation where it stands and why."""
    for block in blocks(io.BytesIO(data), name, names=columns, wanted=COLUMNS, header_lines=0):
        torn = tuple(msgspec.structs.replace(one, line=one.line + line - 1) for one in block.rejects)
        yield _observations(block, line - 1, torn)


def _observations(block: Block, before: int, torn: tuple[Reject, ...]) -> Batch:
    """Turn text columns into observations, and tell the rows that are none; ``before``: lines before the block."""
    columns = block.columns
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
                rejects.append(Reject(before + block.line(index), column, columns[column][index].as_py(), reason))
    count = block.count
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
    return Batch(
        kept.cast(SCHEMA).combine_chunks().to_batches()[0] if kept.num_rows else None,
        (*torn, *sorted(rejects, key=lambda one: one.line)),
        lines=tuple(before + block.line(row) for row in pc.indices_nonzero(good).to_pylist()) if LINES.get() else (),
    )


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

"""What Eurostat's several formats have in common: flows, periods, products, indicators, and the trade of one cell in several rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import BadFile
from tidewaiter.period import Period
from tidewaiter.sources._sheet import area_of, month_of
from tidewaiter.sources.observation import KEY_COLUMNS, SCHEMA

__all__ = [
    "ADDRESS",
    "ATTRIBUTION",
    "PUBLISHER",
    "area",
    "as_batch",
    "classification",
    "flow",
    "indicator",
    "one_row_a_cell",
    "period",
    "period_text",
    "procedure",
    "product",
    "undictionaried",
]  # fmt: skip

PUBLISHER = "Eurostat"
ADDRESS = "https://ec.europa.eu/eurostat/comext/newxtweb/"
ATTRIBUTION = "Source: Eurostat, Comext; reuse with attribution."

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_INDICATORS = {
    "VALUE_IN_EUR": ("value", 1.0), "VALUE_IN_EUROS": ("value", 1.0), "VALUE_EUR": ("value", 1.0),
    "QUANTITY_IN_KG": ("net_wgt_kg", 1.0), "QUANTITY_KG": ("net_wgt_kg", 1.0), "QUANTITY_IN_100KG": ("net_wgt_kg", 100.0),
}  # fmt: skip


def flow(text: str) -> str | None:
    """Read a flow: ``1`` or ``IMPORT``, ``2`` or ``EXPORT``, ``2-EXPORT``, ``2:EXPORT``."""
    word = re.split(r"[-:]", text, maxsplit=1)[-1].strip().upper()
    return {"1": "M", "IMPORT": "M", "IMPORTS": "M", "M": "M", "2": "X", "EXPORT": "X", "EXPORTS": "X", "X": "X"}.get(
        word
    )


@lru_cache(maxsize=10_000)
def area(text: str) -> str | None:
    """Read a reporter or partner: a code, ``code:label``, ``code-label``, or a label of Easy Comext."""
    for code in (text, text.partition(":")[0]):
        if found := area_of("eurostat", code):
            return found
    if found := area_of("eurostat_label", text.partition(":")[2] or text):
        return found
    return area_of("eurostat", text.partition("-")[0]) if re.match(r"[A-Z][A-Z0-9_]+-", text) else None


def product(text: str) -> str | None:
    """Read a product: a code, ``code-label``, ``code:label``; a label alone is no code, except that of all goods."""
    if text.strip().casefold() == "total":
        return "TOTAL"
    found = re.match(r"(TOTAL|\d{2}(?:[0-9A-Z]{2}){0,3})(?=[-:]|\Z)", text, re.ASCII)
    return found[1] if found else None


def classification(code: str) -> str:
    """Name the classification of a code: the Combined Nomenclature below the six digits of the Harmonized System."""
    return "CN" if len(code) == 8 else "HS"


def procedure(text: str) -> str | None:
    """Read a statistical procedure; the total over all of them is not a breakdown."""
    code = re.split(r"[-:]", text, maxsplit=1)[0].strip()
    if code.casefold() in ("t", "total", "4"):
        return ""
    return code if re.fullmatch(r"[0-9A-Z]{1,2}", code, re.ASCII) else None


def indicator(text: str) -> tuple[str, float] | None:
    """Read what a value measures, and what to multiply it with: quantities come in kilograms or in quintals."""
    return _INDICATORS.get(text.partition(":")[0].strip().upper())


@lru_cache(maxsize=10_000)
def period(text: str) -> tuple[int, int] | None:
    """Read a month, a year or a run of months of one year, as Eurostat writes them.

    Examples
    --------
    >>> period("2022-09") == period("202209") == period("202209-Sep. 2022") == period("Sep. 2022")
    True
    >>> period("2023") == period("202352") == period("Jan.-Dec. 2023") == (2023 * 12, 2023 * 12 + 11)
    True
    """
    text = text.strip()
    if re.fullmatch(r"(19|20|21)\d\d(52)?", text, re.ASCII):
        return int(text[:4]) * 12, int(text[:4]) * 12 + 11
    month = month_of(text)
    if month is not None:
        return month, month
    coded = re.fullmatch(r"(\d{6})[-:](.+)", text, re.ASCII)
    if coded:
        named, plain = period(coded[2]), period(coded[1])
        return named if named is not None and (plain is None or named[1] == plain[1]) else None
    words = re.fullmatch(r"([A-Za-z]{3,9})\.?(?:\s*-\s*([A-Za-z]{3,9})\.?)?\s+(\d{4})", text, re.ASCII)
    if not words:
        return None
    first = _MONTHS.get(words[1][:3].lower())
    last = _MONTHS.get(words[2][:3].lower()) if words[2] else first
    if first is None or last is None or last < first:
        return None
    return int(words[3]) * 12 + first - 1, int(words[3]) * 12 + last - 1


def one_row_a_cell(batches: Sequence[Any], name: str) -> Any:
    """Put the measures of a cell into one row, where a file has a row for each.

    Parameters
    ----------
    batches
        Record batches of observations.

    Returns
    -------
    pyarrow.RecordBatch or None

    Raises
    ------
    BadFile
        If a file says two things of one measure of a cell.
    """
    if not batches:
        return None
    plain = pa.Table.from_batches(batches).cast(undictionaried())
    measures = [field.name for field in SCHEMA if field.name not in KEY_COLUMNS]
    asked = [(column, kind) for column in measures for kind in ("min", "max")]
    joined = plain.group_by(list(KEY_COLUMNS), use_threads=False).aggregate(asked)
    for column in measures:
        twice = pc.not_equal(joined.column(f"{column}_min"), joined.column(f"{column}_max"))
        if pc.any(twice).as_py():
            row = joined.filter(twice).slice(0, 1).to_pylist()[0]
            told = f"{row['reporter']} {row['flow']} {row['partner']} {row['cmd_code']}: {row[f'{column}_min']} and {row[f'{column}_max']}"
            raise BadFile(name, f"says two things of one {column}", value=told)
    columns = [joined.column(field.name if field.name in KEY_COLUMNS else f"{field.name}_min") for field in SCHEMA]
    return as_batch(pa.table(columns, schema=undictionaried()))


def undictionaried() -> Any:
    """Return the schema of an observation with plain texts."""
    return pa.schema([pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in SCHEMA])


def as_batch(table: Any) -> Any:
    """Make one record batch of the schema from a table with plain texts."""
    arrays = []
    for field in SCHEMA:
        array = table.column(field.name).combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = array.chunk(0) if array.num_chunks else pa.array([], array.type)
        arrays.append(array.dictionary_encode() if pa.types.is_dictionary(field.type) else array)
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def period_text(start: int, end: int) -> str:
    """Write a run of months for a message."""
    return str(Period(start, end))

"""Why a file that is none of the known formats is none: the reason, and the next step."""

from __future__ import annotations

import csv
import re

from tidewaiter.sources._blocks import first_lines

__all__ = ["why_not"]

_BEGINNINGS = (
    (b"<!doctype html", "a web page in place of a table: the portal's error or login page; download the file again"),
    (b"<html", "a web page in place of a table: the portal's error or login page; download the file again"),
    (b"<?xml", "XML, which is not read; ask the publisher for CSV"),
    (b"\xff\xfe", "UTF-16 text, which is not read; save it as UTF-8 CSV"),
    (b"\xfe\xff", "UTF-16 text, which is not read; save it as UTF-8 CSV"),
    (b"\xd0\xcf\x11\xe0", "a workbook of old Excel (.xls), which is not read; save it as CSV"),
    (b"%pdf-", "a PDF, which is not read; ask the publisher for CSV"),
    (b"bzh", "compressed with bzip2, which is not read; unpack it first"),
    (b"\xfd7zxz", "compressed with xz, which is not read; unpack it first"),
    (b"par1", "a Parquet file, which is no publisher's format; load the file it was made from"),
)
_INDIA = (
    "India's table of commodities by financial year (EIDB, MEIDB): it prints millions of dollars with two decimals, rounded to "
    "$10,000, so it is a table of rounded figures and no customs rows; give them to a brief with --figures"
)
_FIGURES = "a table of printed figures or statements, each with who published it, and no customs rows; give figures to a brief with --figures"
_AMOUNT = re.compile(
    r"value|amount|usd|eur|gbp|fob|cif|quantit|qty|weight|_kg|valor|montant|wert|人民币|美元|数量|金额", re.IGNORECASE
)
_PERIOD = re.compile(r"per[ií]od|year|month|date|time|ccyy|anno|ano|mes|mois|monat|jahr|年|月", re.IGNORECASE)
_MONTH = re.compile(
    r"\d{4}[-/.]?(0[1-9]|1[0-2])\Z|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[ -]?(\d{2}|\d{4})?\Z",
    re.IGNORECASE | re.ASCII,
)
_CODE = re.compile(r"(^|_)hs\d*(_|$)|cn8|code|commodity|product|^id$|cmd|ncm", re.IGNORECASE)

_NAMES = re.compile(r"code|abbr|desc|name|text|label|^id$|parent|note", re.IGNORECASE)


def why_not(head: bytes) -> tuple[str, str | None]:
    """Say why a file cannot be read, from its first bytes.

    Returns
    -------
    reason, value
        The reason with the next step, and the piece of the file that shows it, if one does.
    """
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not begin:
        return "is empty; download it again", None
    for mark, reason in _BEGINNINGS:
        if begin[: len(mark)].lower() == mark:
            return reason, None
    lines = first_lines(head) if _is_utf8(head) else first_lines(head, "latin-1")
    first = lines[0] if lines else ""
    if begin[:1] in b"{[":
        if b'"india_total"' in head or b"tradestat.commerce.gov.in" in head:
            return _INDIA, None
        return (
            "JSON of an interface that is not known; known: UN Comtrade, US Census Bureau (tidewaiter sources lists all)",
            None,
        )
    if b"\0" in head:
        return "a binary file of a kind that is not known; ask the publisher for CSV", None
    columns = _columns(first)
    if len(columns) < 2:
        return "not a table: its first line names no columns. Its first line", first
    if {"source_id", "url", "address"} & {column.casefold() for column in columns}:
        return _FIGURES, None
    if "\\TIME_PERIOD" in first or "\\time" in first:
        return "Eurostat's TSV, with a column for each month, which is not read; download it as SDMX-CSV", None
    if sum(bool(_MONTH.match(column)) for column in columns) > 1 or "january" in {one.casefold() for one in columns}:
        return "a table with a column for each month, which is not read; ask for one row a month. Its columns", first
    if not any(_AMOUNT.search(column) for column in columns):
        what = "a list of codes and names" if any(_CODE.search(column) for column in columns) else "no trade data"
        return f"{what}: no column holds a value, a weight or a quantity. Its columns", first
    if not any(_PERIOD.search(column) for column in columns):
        what = "a list of codes and names: " if _is_list(columns) else ""
        return f"{what}no column holds months or years. Its columns", first
    return (
        "not a format that is known (tidewaiter sources lists them); any other CSV is read through a mapping: tidewaiter mapping "
        "init FILE. Its first line",
        first,
    )


def _is_list(columns: list[str]) -> bool:
    """Whether every column names, describes or codes a thing, as those of a code list do."""
    return all(_NAMES.search(column) for column in columns)


def _is_utf8(head: bytes) -> bool:
    try:
        head[:4096].decode()
    except UnicodeDecodeError as error:
        return error.start > min(len(head), 4096) - 4
    return True


def _columns(line: str) -> list[str]:
    """Return the names in a header, whatever is between them."""
    delimiter = max(",;\t|", key=line.count)
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []

"""A first mapping for a CSV, proposed from its header and a sample of its rows; what is not sure is left to be filled in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

from tidewaiter.codes import by_scheme
from tidewaiter.codes.units import unit_by_scheme
from tidewaiter.errors import BadFile
from tidewaiter.sources.mapped import _run
from tidewaiter.sources.mapping import SCHEMA

__all__ = ["propose_mapping"]

_SAMPLE = 200
_NAMES = (
    ("period", r"period|year.?month|yyyymm|数据年月|年月"), ("year", r"^(year|yr|ccyy|jahr|ann[eé]e|ano|a[nñ]o|年)$|_year$|^co_ano$"),
    ("month", r"^(month|mon|mm|monat|mois|m[eê]s|mes|月)$|_month$|^co_mes$"), ("reporter", r"reporter|declarant|reporting"),
    ("partner", r"partner|country|cty|ctry|origin|destination|counterpart|pays|pa[ií]s|land|贸易伙伴|国家"),
    ("flow", r"flow|direction|trade.?type|import.?export|imp_?exp|进出口"),
    ("cmd_code", r"(hs|cn|ncm|tariff|commodity|product|comm|item|sitc|商品).*(code|no|编码|\d$)|commodity$|^(hs|cn|ncm|htsno|comcode|cmd|code|hs\d+|cn\d+)$|^co_ncm$"),
    ("net_wgt_kg", r"(net.*(weight|wgt|mass|kg))|weight|wgt|mass|_kg$|^kg|kilo|重量"),
    ("qty_unit", r"unit|uom|单位"), ("qty", r"quantit|qty|qte|menge|cantidad|数量"), ("currency", r"currency|devise|moneda"),
    ("value", r"value|amount|_val_|_val$|^val_|fob|cif|usd|eur|valor|valeur|wert|金额|人民币|美元"),
)  # fmt: skip
_FLOW_WORDS = {
    "M": ("import", "imports", "imp", "i", "m", "1", "进口", "imports (cif)"), "X": ("export", "exports", "exp", "e", "x", "2", "出口", "exports (fob)"),
    "RX": ("re-export", "re-exports", "reexport"), "RM": ("re-import", "re-imports", "reimport"),
}  # fmt: skip
_SCHEMES = ("iso3", "iso2", "m49", "gacc", "census", "eurostat", "name", "gacc_name", "eurostat_label")
_CURRENCIES = re.compile(r"usd|us\$|eur|gbp|cny|rmb|jpy|krw|inr|brl|vnd|rub|人民币|美元", re.IGNORECASE)
_ISO = {"us$": "USD", "rmb": "CNY", "人民币": "CNY", "美元": "USD"}


def propose_mapping(head: bytes, name: str) -> str:
    """Propose a mapping for a file.

    Parameters
    ----------
    head
        Its first bytes, decompressed.
    name
        The file, for messages.

    Returns
    -------
    str
        TOML. A line that has to be filled in ends in ``# fill in``; a reason stands beside what is not sure.

    Raises
    ------
    BadFile
        If there is no table in it.
    """
    encoding, text = _decode(head)
    delimiter = max(",;\t|", key=lambda one: text[:4096].count(one))
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [row for row in read if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadFile(name, f"not a CSV table ({error})") from error
    if len(rows) < 2 or len(rows[0]) < 2:
        raise BadFile(name, "no table in it: a header and at least one row are needed to propose a mapping")
    header = [cell.strip() for cell in rows[0]]
    cells = {
        column: [row[at].strip() for row in rows[1:_SAMPLE] if at < len(row)]
        for at, column in enumerate(header)
        if column
    }
    chosen = _columns(header, cells)
    decimal, thousands = _numbers([cells[chosen[one]] for one in ("value", "qty", "net_wgt_kg") if one in chosen])
    lines = [
        f"schema = {_quote(SCHEMA)}",
        'dataset = ""      # fill in: a short name of its own, such as viet-nam-customs',
        'publisher = ""    # fill in: who publishes the file',
        "",
        "[file]",
        f"delimiter = {_quote(delimiter)}",
        f"encoding = {_quote(encoding)}",
        f"decimal = {_quote(decimal)}",
        f"thousands = {_quote(thousands)}",
        "add_up = false    # true if the file is finer than code, partner and month: customs offices, lorries, firms",
        "",
        "[columns]",
        *(f"{key} = {_quote(column)}" for key, column in chosen.items()),
        "",
        *_constants(chosen, header),
        *_schemes(chosen, cells),
        *_flow_words(chosen, cells),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _decode(head: bytes) -> tuple[str, str]:
    """Return the encoding that fits, and the whole lines of the text."""
    cut = head[: head.rfind(b"\n") + 1] or head
    try:
        return "utf-8", cut.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = cut.decode("gb18030")
        if len(re.findall(r"[\u4e00-\u9fff]{2,}", text.split("\n", 1)[0])) >= 2:
            return "gb18030", text
    except UnicodeDecodeError:
        pass
    return "latin-1", cut.decode("latin-1")


def _columns(header: Sequence[str], cells: dict[str, list[str]]) -> dict[str, str]:
    """Choose a column for each key: its name suggests it, its content has to agree."""
    chosen: dict[str, str] = {}
    for key, pattern in _NAMES:
        for column in header:
            if (
                column
                and column not in chosen.values()
                and re.search(pattern, column, re.IGNORECASE)
                and _agrees(key, cells[column])
            ):
                chosen[key] = column
                break
    if "period" in chosen:
        for part in ("year", "month"):
            chosen.pop(part, None)
    return chosen


def _agrees(key: str, cells: list[str]) -> bool:
    told = [cell for cell in cells if cell]
    if not told:
        return False
    tests: dict[str, Any] = {
        "period": lambda cell: _run(cell) is not None,
        "year": lambda cell: re.fullmatch(r"(19|20)\d\d", cell, re.ASCII),
        "month": lambda cell: re.fullmatch(r"0?[1-9]|1[0-2]", cell, re.ASCII) or re.fullmatch(r"[A-Za-z]{3,9}", cell),
        "cmd_code": lambda cell: re.fullmatch(r"TOTAL|[\d. ]{1,13}", cell),
        **dict.fromkeys(
            ("value", "qty", "net_wgt_kg"), lambda cell: re.fullmatch(r"-?[\d.,' ]+|[-:]|n/a", cell, re.IGNORECASE)
        ),
        **dict.fromkeys(("qty_unit", "currency"), lambda cell: not re.fullmatch(r"-?[\d.,]{4,}", cell)),
    }
    test = tests.get(key)
    return test is None or sum(bool(test(cell)) for cell in told) >= 0.95 * len(told)


def _numbers(columns: list[list[str]]) -> tuple[str, str]:
    """Return the marks of decimals and thousands that the sample shows."""
    cells = [cell for column in columns for cell in column]
    for decimal, thousands in ((".", ","), (",", "."), (".", " "), (".", "'")):
        if any(re.fullmatch(rf"\d{{1,3}}({re.escape(thousands)}\d{{3}})+(\{decimal}\d+)?", cell) for cell in cells):
            return decimal, thousands
    return (",", "") if any(re.fullmatch(r"\d+,\d+", cell) for cell in cells) else (".", "")


def _constants(chosen: dict[str, str], header: Sequence[str]) -> list[str]:
    lines = []
    for key, what in (
        ("reporter", "whose books, such as VNM"), ("partner", "with whom; W00 for the whole world"), ("flow", "X exports or M imports"),
        ("cmd_code", "which goods; TOTAL for all"), ("period", "which month, such as 2022-04"),
    ):  # fmt: skip
        if key not in chosen and not (key == "period" and "year" in chosen and "month" in chosen):
            lines.append(f'{key} = ""    # fill in: {what}')
    if "value" in chosen and "currency" not in chosen:
        shown = _CURRENCIES.search(chosen["value"])
        code = _ISO.get(shown[0].lower(), shown[0].upper()) if shown else ""
        lines.append(f"currency = {_quote(code)}" + ("" if code else "    # fill in: such as USD"))
    if "qty" in chosen and "qty_unit" not in chosen:
        lines.append('qty_unit = ""    # fill in: such as kg, items or thousand items')
    thousand = re.search(r"thousand|1000|000 ?usd|million|mio|tonne|\bt\b|千|万", " ".join(chosen.get(one, "") for one in ("value", "net_wgt_kg", "qty")), re.IGNORECASE)  # fmt: skip
    if thousand:
        lines += [
            "",
            "[multiply]",
            f"# {_comment(thousand[0])!r} stands in the header: say what the numbers are multiplied with, such as value = 1000",
        ]
    return ["[constants]", *lines, ""] if lines else []


def _schemes(chosen: dict[str, str], cells: dict[str, list[str]]) -> list[str]:
    """Name whose codes a column of countries holds, if only one publisher's fit."""
    lines = []
    for key in ("reporter", "partner"):
        if key not in chosen:
            continue
        words = sorted({cell for cell in cells[chosen[key]] if cell})
        read = {scheme: [by_scheme(scheme, word) for word in words] for scheme in _SCHEMES}
        best = max(sum(area is not None for area in areas) for areas in read.values())
        fits = [scheme for scheme in _SCHEMES if best and sum(area is not None for area in read[scheme]) == best]
        differ = [scheme for scheme in fits if read[scheme] != read[fits[0]]]
        if not fits or best < 0.5 * len(words):
            lines.append(
                f'{key} = ""    # fill in: whose codes? one of {", ".join(_SCHEMES)}; or list them in words.{key}'
            )
        elif differ:
            lines.append(
                f'{key} = ""    # fill in: {", ".join([fits[0], *differ])} read the sample as different countries'
            )
        else:
            unknown = [word for word, area in zip(words, read[fits[0]], strict=True) if area is None]
            note = f"    # not known: {_comment(', '.join(unknown[:5]))}; say them in words.{key}" if unknown else ""
            lines.append(f"{key} = {_quote(fits[0])}{note}")
    if "qty_unit" in chosen:
        units = {cell for cell in cells[chosen["qty_unit"]] if cell}
        for scheme in ("words", "gacc", "comtrade", "eurostat", "census"):
            if units and all(unit_by_scheme(scheme, word) for word in units):
                lines.append(f"unit = {_quote(scheme)}")
                break
        else:
            lines.append('unit = "words"    # some units of the sample are not known: say them in words.unit')
    return ["[schemes]", *lines, ""] if lines else []


def _flow_words(chosen: dict[str, str], cells: dict[str, list[str]]) -> list[str]:
    if "flow" not in chosen:
        return []
    lines = []
    for word in sorted({cell for cell in cells[chosen["flow"]] if cell}):
        ours = next((flow for flow, words in _FLOW_WORDS.items() if word.casefold() in words), "")
        if word in "12":
            ours = ""
        if word != ours:
            lines.append(f"{_quote(word)} = {_quote(ours)}" + ("" if ours else "    # fill in: X, M, RX or RM"))
    return ["[words.flow]", *lines, ""] if lines else []


def _quote(text: str) -> str:
    """Write a TOML string, whatever a stranger's file holds."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"'
        + "".join(c if c.isprintable() else f"\\u{ord(c):04X}" if ord(c) < 65536 else f"\\U{ord(c):08X}" for c in plain)
        + '"'
    )


def _comment(text: str) -> str:
    """Keep a stranger's words on one line of a comment."""
    return "".join(c if c.isprintable() else " " for c in text)[:80]

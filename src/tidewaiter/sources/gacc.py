"""China Customs (GACC), the CSV that its statistics portal gives for a query.

GB18030 or UTF-8, all cells quoted, a comma at the end of every line, the columns in the order the query named them. The
header names the currency (人民币 or 美元); the flow stands nowhere in the file and has to be told. What the query did
not ask for is not in the file either: no partner column means all partners together, no row for a partner means nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import BadFile
from tidewaiter.sources._blocks import blocks, header_of, peek
from tidewaiter.sources._sheet import GROUPED, Sheet, Tally, area_of, month_of, unit_of
from tidewaiter.sources.observation import Asked, Batch

__all__ = ["MOST_ROWS", "GaccPortal"]

MOST_ROWS = 10_000
"""The portal never gives more rows than this: an answer of exactly so many is cut off."""

MONTH = "数据年月"
CODE, NAME = "商品编码", "商品名称"
PARTNER, PARTNER_NAME = "贸易伙伴编码", "贸易伙伴名称"
MODE, MODE_NAME = "贸易方式编码", "贸易方式名称"
PLACE, PLACE_NAME = "注册地编码", "注册地名称"
QTY, UNIT, QTY2, UNIT2 = "第一数量", "第一计量单位", "第二数量", "第二计量单位"
RMB, USD = "人民币", "美元"
KNOWN = (MONTH, CODE, NAME, PARTNER, PARTNER_NAME, MODE, MODE_NAME, PLACE, PLACE_NAME, QTY, UNIT, QTY2, UNIT2, RMB, USD)


class GaccPortal:
    """The reader, for one currency: the two are different figures of one trade, so they are two datasets.

    Parameters
    ----------
    currency
        ``CNY`` or ``USD``.
    """

    publisher = "General Administration of Customs of China"
    address = "http://stats.customs.gov.cn/"
    attribution = "Source: General Administration of Customs of China (GACC)."
    # A query lists what was asked for: silence about anything else says nothing.
    complete_over: tuple[str, ...] = ()

    def __init__(self, currency: str = "CNY") -> None:
        self.currency = currency
        self.value = RMB if currency == "CNY" else USD
        self.name = "gacc-portal" if currency == "CNY" else "gacc-portal-usd"
        self.dataset = "gacc" if currency == "CNY" else "gacc-usd"
        self.title = (
            f"China Customs' portal, CSV of a query in {'yuan' if currency == 'CNY' else 'dollars'} ({self.value})"
        )

    def recognises(self, head: bytes) -> bool:
        """Whether the header names a code or a quantity as the portal does, and this currency."""
        columns = header_of(head, encoding=_encoding(head))
        return self.value in columns and bool({CODE, QTY, PARTNER, MONTH} & set(columns))

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the file.

        Raises
        ------
        BadFile
            If the flow was not told, a column is missing or unknown, or there are as many rows as the portal's limit.
        """
        flow = _flow(asked, name)
        head, stream = peek(stream)
        encoding = _encoding(head)
        columns = header_of(head, encoding=encoding)
        self._check(columns, name)
        wanted = [column for column in KNOWN if column in columns]
        tally = Tally()
        rows = 0
        for block in blocks(stream, name, names=columns, wanted=wanted, encodings=(encoding,)):
            rows += block.count + len(block.rejects)
            yield self._observations(Sheet(block), flow, tally)
        if rows == MOST_ROWS:
            raise BadFile(
                name,
                f"exactly {MOST_ROWS:,} rows, the portal's limit, so the answer is cut off; split the query by months or "
                "partners and download its parts",
            )
        notes = [*tally.notes(), *_silences(columns)]
        if rows > MOST_ROWS:
            notes.append(f"{rows:,} rows, more than the portal gives at once: put together from several downloads")
        yield Batch(None, (), tuple(notes))

    def _check(self, columns: list[str], name: str) -> None:
        if RMB in columns and USD in columns:
            raise BadFile(name, f"both {RMB} and {USD} in the header; the portal gives one, so keep one a file", line=1)
        if MONTH not in columns:
            raise BadFile(
                name, f"no column {MONTH} (the month); have the portal list the answer month by month", line=1
            )
        unknown = [column for column in columns if column and column not in KNOWN]
        if unknown:
            raise BadFile(
                name, f"a column that is not the portal's; known: {', '.join(KNOWN)}", line=1, value=unknown[0]
            )
        for quantity, unit in ((QTY, UNIT), (QTY2, UNIT2)):
            if (quantity in columns) != (unit in columns):
                raise BadFile(name, f"{quantity} and {unit} belong together, and one of them is missing", line=1)

    def _observations(self, sheet: Sheet, flow: str, tally: Tally) -> Batch:
        arrays: dict[str, Any] = {
            "dataset": self.dataset, "reporter": "CHN", "flow": flow, "currency": self.currency,
            "partner": _partner(sheet, tally), "period_start": sheet.translate(MONTH, _start, "not a month YYYYMM", pa.int32()),
            "period_end": sheet.translate(MONTH, _end, "not a month YYYYMM", pa.int32()),
        }  # fmt: skip
        if sheet.has(CODE):
            arrays["cmd_code"] = sheet.translate(
                CODE, _code, "not a code of 2, 4, 6, 8 or 10 digits; a spreadsheet drops leading zeros"
            )
            arrays["classification"] = sheet.translate(CODE, _classification, "not a code")
        else:
            arrays["cmd_code"], arrays["classification"] = "TOTAL", "HS"
        for column, key in ((MODE, "customs_regime"), (PLACE, "district")):
            arrays[key] = sheet.translate(column, _breakdown, "not a code of the portal's") if sheet.has(column) else ""
        arrays["value"] = sheet.number(self.value, GROUPED, reason="not an amount")
        weights = []
        for quantity, unit, key in ((QTY, UNIT, "qty"), (QTY2, UNIT2, "qty2")):
            if not sheet.has(quantity):
                continue
            units = sheet.translate(unit, _unit, "not a unit of quantity of China Customs")
            none = pc.equal(units.cast(pa.string()), "none")
            amount = sheet.number(quantity, GROUPED, reason="not a quantity", empty=True)
            tally.add(
                "{} quantities have no unit and were left out", pc.and_(none, pc.greater(amount, 0)), sheet, quantity
            )
            zero = pc.and_(pc.and_(pc.invert(none), pc.equal(amount, 0)), pc.greater(arrays["value"], 0))
            tally.add(
                "{} quantities are printed as zero beside a value above zero",
                zero,
                sheet,
                CODE if sheet.has(CODE) else None,
            )
            arrays[key] = pc.if_else(none, None, amount)
            arrays[f"{key}_unit"] = pc.if_else(none, None, units.cast(pa.string()))
            weights.append(pc.if_else(pc.equal(units.cast(pa.string()), "kg"), amount, None))
        if weights:
            arrays["net_wgt_kg"] = pc.coalesce(*weights)
        return sheet.batch(arrays)


def _partner(sheet: Sheet, tally: Tally) -> Any:
    """Return the partner; a row whose code and name are two countries is nobody's, a name that is not known is told."""
    if not sheet.has(PARTNER):
        if sheet.has(PARTNER_NAME):
            return sheet.translate(
                PARTNER_NAME, lambda word: area_of("gacc_name", word), "not a partner of China Customs'"
            )
        return "W00"
    partner = sheet.translate(
        PARTNER,
        lambda code: area_of("gacc", code),
        "not a partner code of China Customs' (109 is North Korea, 133 South Korea)",
    )
    if sheet.has(PARTNER_NAME):
        named = sheet.translate(PARTNER_NAME, lambda word: area_of("gacc_name", word) or "", "")
        said, coded = named.cast(pa.string()), partner.cast(pa.string())
        slip = pc.and_(pc.not_equal(said, ""), pc.not_equal(said, coded))
        sheet.fail(slip, PARTNER, "partner code and partner name are two different countries", (PARTNER, PARTNER_NAME))
        unknown = pc.and_(pc.equal(said, ""), pc.not_equal(sheet.text(PARTNER_NAME), ""))
        tally.add(
            "{} partner names are not known and could not be held against their codes, which were believed",
            unknown,
            sheet,
            PARTNER_NAME,
        )
    return partner


def _silences(columns: list[str]) -> Iterator[str]:
    """Yield what the columns that are not there mean."""
    if PARTNER not in columns and PARTNER_NAME not in columns:
        yield "no partner column: read as all partners together, which is true only if the query was not limited to some"
    if CODE not in columns:
        yield "no commodity column: read as all goods together, which is true only if the query was not limited to some"
    for code, what in ((MODE, "trade mode"), (PLACE, "place of registration")):
        if code in columns:
            yield f"listed by {what}: the rows are parts, and no row is their total; query without it for totals"


def _flow(asked: Asked, name: str) -> str:
    if asked.flow not in ("X", "M"):
        raise BadFile(
            name, "the portal's files do not say whether they hold exports or imports; say it: --flow X or --flow M"
        )
    return asked.flow


def _encoding(head: bytes) -> str:
    """Return the encoding in which the header says what the portal writes; Latin-1 bytes are valid GB18030, so valid is not enough."""
    line = head.lstrip(b"\xef\xbb\xbf \r\n\t").split(b"\n", 1)[0]
    for encoding in ("utf-8", "gb18030"):
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(word in text for word in (MONTH, CODE, PARTNER, QTY)):
            return encoding
    return "utf-8"


def _code(text: str) -> str | None:
    return text if re.fullmatch(r"\d{2}|\d{4}|\d{6}|\d{8}|\d{10}", text, re.ASCII) else None


def _classification(text: str) -> str | None:
    return "HS" if len(text) <= 6 else "GACC"


def _breakdown(text: str) -> str | None:
    return text if re.fullmatch(r"[0-9A-Z]{1,6}", text, re.ASCII) else None


def _unit(text: str) -> str | None:
    return unit_of("gacc", text) if text else "none"


@lru_cache(maxsize=10_000)
def _run(text: str) -> tuple[int, int] | None:
    """Read a month, or a run of months as ``202001-202002``."""
    first, dash, last = text.partition("-")
    start = month_of(first)
    end = month_of(last) if dash else start
    return None if start is None or end is None or end < start else (start, end)


def _start(text: str) -> int | None:
    found = _run(text)
    return found[0] if found else None


def _end(text: str) -> int | None:
    found = _run(text)
    return found[1] if found else None

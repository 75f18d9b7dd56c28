"""UN Comtrade's application interface, version 1: a JSON answer, annual or monthly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from tidewaiter.errors import BadFile
from tidewaiter.sources import _records
from tidewaiter.sources._sheet import Sheet, Tally
from tidewaiter.sources.comtrade import FIELDS, NEEDED, _Comtrade, observations, refuse_cap
from tidewaiter.sources.observation import Asked, Batch

__all__ = ["ComtradeAnswer"]

_AT_ONCE = 50_000
_Plain = str | int | float | bool | None


class _Envelope(msgspec.Struct):
    data: list[msgspec.Raw] | None = None
    count: int | None = None
    error: Any = None
    status: Any = msgspec.field(default=None, name="statusCode")
    message: Any = None


class ComtradeAnswer(_Comtrade):
    """The reader. 500 rows without a key, 100,000 or 250,000 with one: an answer of exactly so many is refused."""

    name = "comtrade-api"
    title = "UN Comtrade API v1, JSON answer"

    def recognises(self, head: bytes) -> bool:
        """Whether it is a JSON object with the words of Comtrade's answers near its beginning."""
        begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")
        words = (b'"elapsedTime"', b'"reporterCode"', b'"statusCode"')
        return begin.startswith(b"{") and any(word in head for word in words)

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the answer; a reject's line is the number of the record.

        Raises
        ------
        BadFile
            If it is an error, a list of bulk files, cut off, at a cap, or not as long as it says.
        """
        answer = _records.decode(_records.read_all(stream, name), _Envelope, name)
        if answer.error or answer.status not in (None, 200):
            told = answer.error or answer.message or answer.status
            raise BadFile(name, "the answer is an error, not data", value=re.sub(r"\s+", " ", _records.text_of(told)))
        records = answer.data or []
        if answer.count is not None and answer.count >= 0 and answer.count != len(records):
            raise BadFile(name, f"says it has {answer.count:,} rows and has {len(records):,}; download it again")
        refuse_cap(len(records), name)
        tally, before = Tally(), 0
        while before < len(records):
            block = _block(records[before : before + _AT_ONCE], before, name)
            yield observations(Sheet(block), {field: field for field in block.columns}, tally)
            before += block.count
        yield Batch(None, (), tally.notes())


def _block(records: list[msgspec.Raw], before: int, name: str) -> _records.Records:
    """Decode records into text columns of the fields that are read, whatever the case of their names."""
    values: dict[str, list[object]] = {}
    for number, record in enumerate(records):
        given = _records.decode(bytes(record), dict[str, Any], f"{name}, record {before + number + 1}")
        for key, value in given.items():
            field = key.lower()
            if field in FIELDS:
                if isinstance(value, (dict, list)):
                    raise BadFile(name, "not a plain value", line=before + number + 1, column=key)
                column = values.setdefault(field, [])
                column.extend([None] * (number - len(column)))
                column[number:] = [value]
    for column in values.values():
        column.extend([None] * (len(records) - len(column)))
    if records and "primaryvalue" not in values and any(b"fileUrl" in bytes(one) for one in records[:1]):
        raise BadFile(name, "a list of bulk files, not data; download the files it names and load them")
    missing = [field for field in NEEDED if field not in values]
    if missing:
        raise BadFile(name, f"no field {', '.join(missing)} in its records; ask for all of them")
    return _records.Records({field: _records.column(column) for field, column in values.items()}, len(records), before)

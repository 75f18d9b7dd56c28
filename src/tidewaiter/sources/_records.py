"""Rows that come as JSON: turned into the same text columns as a table's, each with its place in the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa

from tidewaiter.errors import BadFile
from tidewaiter.sources.observation import Reject

__all__ = ["Records", "decode", "read_all", "text_of"]

MOST_BYTES = 512 << 20
"""An answer is held in memory whole; no interface gives one this large."""


class Records:
    """Records as a block of text columns; a null is an empty text.

    Parameters
    ----------
    columns
        An array of strings for each field.
    before
        How many records came before this block, for messages.
    name
        What the file is called in messages.
    """

    rejects: tuple[Reject, ...] = ()

    def __init__(self, columns: dict[str, Any], count: int, before: int = 0, name: str = "the answer") -> None:
        self.name = name
        self.columns = columns
        self.count = count
        self._before = before

    def line(self, row: int) -> int:
        """Return which record of the answer a row is, counted from 1: JSON has no lines to count."""
        return self._before + row + 1


def read_all(stream: BinaryIO, name: str) -> bytes:
    """Read a whole answer.

    Raises
    ------
    BadFile
        If it is larger than any answer is.
    """
    parts, size = [], 0
    while part := stream.read(1 << 20):
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise BadFile(name, f"JSON of more than {MOST_BYTES >> 20} MB, which no interface answers with")
    return b"".join(parts).removeprefix(b"\xef\xbb\xbf")


def decode(data: bytes, kind: Any, name: str) -> Any:
    """Decode JSON as a type.

    Raises
    ------
    BadFile
        If it is cut off, damaged, or of another shape.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise BadFile(name, f"not whole JSON of the shape it should have ({said}); download it again") from error


def text_of(value: object) -> str:
    """Write a JSON value as a table would: nothing for null, no decimals for a whole number.

    Examples
    --------
    >>> text_of(None), text_of(6804128143.0), text_of(True), text_of("0101")
    ('', '6804128143', 'true', '0101')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def column(values: Sequence[object]) -> Any:
    """Make a text column of JSON values."""
    return pa.array([text_of(value) for value in values], pa.string())

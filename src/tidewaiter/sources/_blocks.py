"""Delimited text in blocks: every column as text, every line accounted for.

A file comes in by blocks of a few megabytes that end at a line break outside quotation marks. Arrow parses a block;
only where a line of it is no row (too few or too many cells), or a reader rejects one, the block is gone through once
more to say on which line of the file each row stands. So a good file costs nothing, and a bad row is named exactly.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.csv as pv

from tidewaiter.errors import BadFile
from tidewaiter.sources.observation import Reject

__all__ = ["Block", "blocks", "first_lines", "header_of", "peek"]

BLOCK = 8 << 20
LONGEST = 64 << 20
"""A block that has no line break outside quotation marks in this many bytes is not a table."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Block:
    """A run of rows as text columns.

    Parameters
    ----------
    columns
        An array of strings for each named column, all equally long.
    rejects
        Lines of this block that are no rows at all.
    """

    def __init__(
        self, columns: dict[str, Any], count: int, rejects: tuple[Reject, ...], data: bytes, start: int, width: int,
        delimiter: str, quoted: bool, name: str,
    ) -> None:  # fmt: skip
        self.name = name
        self.columns = columns
        self.count = count
        self.rejects = rejects
        self._data = data
        self._start = start
        self._width = width
        self._delimiter = delimiter
        self._quoted = quoted
        self._lines: Sequence[int] | None = None

    def without(self, rejects: tuple[Reject, ...]) -> Block:
        """Return the block with these rejects in place of its own."""
        self.rejects = rejects
        return self

    def line(self, row: int) -> int:
        """Return the line of the file on which a row of this block stands, counted from 1."""
        if self._lines is None:
            walked = _walk(self._data, self._start, self._delimiter, self._quoted)
            self._lines = [line for line, cells in walked if len(cells) == self._width]
        return self._lines[row] if row < len(self._lines) else self._start + row


def _walk(data: bytes, start: int, delimiter: str, quoted: bool) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line and the cells of every row that is not blank."""
    text = io.StringIO(data.decode("utf-8", "replace"), newline="")
    csv.field_size_limit(LONGEST)
    reader = csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    before = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            # Only where Arrow reads a line that the other reader does not: its place is told, its cells are not.
            cells = [""]
        if cells is None:
            return
        if cells:
            yield start + before, cells
        before = reader.line_num


def first_lines(head: bytes, encoding: str = "utf-8") -> list[str]:
    """Return the lines at the beginning of a file, whole ones only, without blank ones."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            head, encoding = head[len(mark) :], name if name == "utf-8" else "ascii"
    text = head.decode(encoding, "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(head) >= 1 << 16 and lines:
        lines = lines[:-1]
    return [line for line in lines if line.strip()]


def header_of(head: bytes, delimiter: str = ",", encoding: str = "utf-8") -> list[str]:
    r"""Return the names in the first line that is not blank, without quotation marks and blanks around them.

    Examples
    --------
    >>> header_of(b'\n"CTY_CODE", MONTH ,YEAR\r\n-,01,2020\n')
    ['CTY_CODE', 'MONTH', 'YEAR']
    """
    for line in first_lines(head, encoding)[:1]:
        try:
            return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]
        except csv.Error:
            return []
    return []


class _Ahead:
    """A stream of which the beginning has been read already."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not self._head:
            return self._stream.read(size)
        if size < 0:
            data, self._head = self._head, b""
            return data + self._stream.read()
        data, self._head = self._head[:size], self._head[size:]
        return data


def peek(stream: BinaryIO, size: int = 65_536) -> tuple[bytes, BinaryIO]:
    """Return the beginning of a stream, and the stream with its beginning still there."""
    head = b""
    while len(head) < size and (more := stream.read(size - len(head))):
        head += more
    return head, cast(BinaryIO, _Ahead(head, stream))


class _Utf8:
    """A stream of UTF-8 from a stream of any encoding; what is not of that encoding is told with its line."""

    def __init__(self, stream: BinaryIO, name: str, encodings: Sequence[str]) -> None:
        self._stream = stream
        self._name = name
        self._encodings = list(encodings)
        self._decoder = codecs.getincrementaldecoder(self._encodings[0])()
        self._lines = 1
        self._begun = False

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        if not self._begun:
            self._begun = True
            while data and len(data) < 3 and (more := self._stream.read(3 - len(data))):
                data += more
            data = data.removeprefix(codecs.BOM_UTF8)
        while True:
            state = self._decoder.getstate()
            try:
                text = self._decoder.decode(data, not data)
                break
            except UnicodeDecodeError as error:
                spoiled = self._encodings.pop(0)
                if not self._encodings:
                    line = self._lines + data[: error.start].count(b"\n")
                    shown = data[max(0, error.start - 10) : error.start + 10].decode("latin-1")
                    raise BadFile(
                        self._name, f"not {spoiled.upper()} text; save it as UTF-8", line=line, value=shown
                    ) from None
                # The bytes held back belong to the next encoding, too.
                data = bytes(state[0]) + data
                self._decoder = codecs.getincrementaldecoder(self._encodings[0])()
        self._lines += text.count("\n")
        if not text and data:
            return self.read(size)
        return text.encode("utf-8", "surrogatepass")


def blocks(
    stream: BinaryIO,
    name: str,
    *,
    names: Sequence[str] | None = None,
    wanted: Sequence[str] | None = None,
    encodings: Sequence[str] = ("utf-8", "latin-1"),
    delimiter: str = ",",
    quoted: bool = True,
    header_lines: int = 1,
    size: int = BLOCK,
) -> Iterator[Block]:
    """Read delimited text block by block.

    Parameters
    ----------
    stream, name
        The file's content, and what to call it in messages.
    names
        What the columns are called, where the header does not say it rightly; those of the header otherwise.
    wanted
        The columns to return; all of them otherwise.
    encodings
        Tried one after the other, each until the first byte that is not of it.
    header_lines
        How many lines that are not blank come before the first row: 0 or 1.

    Raises
    ------
    BadFile
        If it is not text of these encodings, a quotation mark is never closed, or a name stands twice in the header.
    """
    source = _Utf8(stream, name, encodings)
    rest, line, started, cut_off = b"", 1, header_lines == 0, False
    columns = list(names or ())
    while True:
        chunk = source.read(size)
        data = rest + chunk
        if not started:
            stripped = data.lstrip(b"\r\n \t")
            end = stripped.find(b"\n")
            if end < 0 and chunk and len(data) < LONGEST:
                rest = data
                continue
            line += data[: len(data) - len(stripped)].count(b"\n") + (end >= 0)
            first, data = (stripped[:end], stripped[end + 1 :]) if end >= 0 else (stripped, b"")
            columns = columns or header_of(first + b"\n", delimiter)
            _check_names(columns, name)
            missing = [column for column in wanted or () if column not in columns]
            if missing:
                raise BadFile(name, f"no column {', '.join(missing)} in its header", line=1)
            started = True
        if chunk:
            end = _end(data, quoted)
            if not end:
                if len(data) > LONGEST:
                    raise BadFile(
                        name, "no end of a row in 64 MB: a quotation mark is not closed, or not a table", line=line
                    )
                rest = data
                continue
            data, rest = data[:end], data[end:]
        else:
            rest = b""
            if quoted and data.count(b'"') % 2:
                raise BadFile(name, "a quotation mark is never closed, so the file may be cut off", line=line)
            cut_off = bool(data.strip()) and not data.endswith((b"\n", b"\r"))
        if data.strip(b"\r\n"):
            yield _parse(data, line, columns, wanted, delimiter, quoted, name, cut_off)
        line += data.count(b"\n")
        if not chunk:
            return


def _check_names(columns: Sequence[str], name: str) -> None:
    seen = [column for column in columns if column]
    twice = sorted({column for column in seen if seen.count(column) > 1})
    if twice:
        raise BadFile(name, "a column stands twice in the header", line=1, value=twice[0])


def _end(data: bytes, quoted: bool) -> int:
    """Return where the last whole row of a run of bytes ends; 0 if there is none."""
    end = data.rfind(b"\n") + 1
    if not quoted or data.count(b'"', 0, end) % 2 == 0:
        return end
    # An odd number of marks: the last break is inside a quoted cell; go back to one that is not.
    marks = data.count(b'"', 0, end)
    while end:
        before = data.rfind(b"\n", 0, end - 1) + 1
        marks -= data.count(b'"', before, end)
        if marks % 2 == 0:
            return before
        end = before
    return 0


def _parse(
    data: bytes, line: int, columns: Sequence[str], wanted: Sequence[str] | None, delimiter: str, quoted: bool,
    name: str, cut_off: bool,
) -> Block:  # fmt: skip
    width = len(columns)
    uneven: list[Any] = []

    def odd(row: Any) -> str:
        uneven.append(row.actual_columns)
        return "skip"

    keys = [column or f"\0{position}" for position, column in enumerate(columns)]
    chosen = [column for column in keys if column[0] != "\0"] if wanted is None else list(wanted)
    try:
        table = pv.read_csv(
            pa.BufferReader(data),
            read_options=pv.ReadOptions(column_names=keys, use_threads=False, block_size=max(len(data) + 1, 1 << 16)),
            parse_options=pv.ParseOptions(
                delimiter=delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted,
                invalid_row_handler=odd, ignore_empty_lines=True,
            ),
            convert_options=pv.ConvertOptions(
                column_types={column: pa.string() for column in chosen}, include_columns=chosen,
                strings_can_be_null=False, quoted_strings_can_be_null=False, check_utf8=False,
            ),
        )  # fmt: skip
    except pa.ArrowInvalid as error:
        if width == 1 or "Empty CSV file" in str(error):
            table = pa.table({column: pa.array([], pa.string()) for column in chosen})
        else:
            raise BadFile(name, f"not a well-formed table ({str(error).splitlines()[0]})", line=line) from error
    rejects: list[Reject] = []
    if uneven:
        for at, cells in _walk(data, line, delimiter, quoted):
            if len(cells) != width:
                rejects.append(
                    Reject(
                        at, "", delimiter.join(cells)[:200], f"{len(cells)} cells where the header has {width} columns"
                    )
                )
    count = table.num_rows
    arrays = {column: table.column(column).combine_chunks() for column in chosen}
    if cut_off and count and not _last_is_uneven(data, width, delimiter, quoted):
        # The last row has all its cells, but nothing says that the last cell is whole.
        at, cells = list(_walk(data, line, delimiter, quoted))[-1]
        why = "the file ends without a line break, so this row may be cut off; end it with one if it is whole"
        rejects.append(Reject(at, columns[-1] or columns[-2], cells[-1] or cells[-2], why))
        arrays = {column: array.slice(0, count - 1) for column, array in arrays.items()}
        count -= 1
    return Block(arrays, count, tuple(rejects), data, line, width, delimiter, quoted, name)


def _last_is_uneven(data: bytes, width: int, delimiter: str, quoted: bool) -> bool:
    """Whether the last row has too few or too many cells."""
    last = data[data.rstrip(b"\r\n").rfind(b"\n") + 1 :]
    cells = [cells for _, cells in _walk(last, 1, delimiter, quoted)]
    return bool(cells) and len(cells[-1]) != width

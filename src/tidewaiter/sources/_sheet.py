"""Text columns on their way to observations: each translation says which rows it cannot read, and why.

A :class:`Sheet` holds one block of rows. Columns are translated through their few distinct values or parsed as numbers
all at once; a row that fails is marked with the first thing wrong with it. At the end every row of the block is an
observation, a reject, or left out for a reason the reader notes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.codes import by_scheme, unit_by_scheme
from tidewaiter.errors import BadFile
from tidewaiter.safe import counted
from tidewaiter.sources.observation import LINES, SCHEMA, Batch, Reject

__all__ = [
    "DIGITS",
    "GROUPED",
    "PLAIN",
    "Rows",
    "Sheet",
    "Tally",
    "area_of",
    "constant",
    "month_of",
    "reject_cell",
    "unit_of",
]

PLAIN = r"^-?[0-9]{1,15}(\.[0-9]{1,12})?$"
"""A number as machines write it."""
ROUNDED = r"^-?[0-9]{1,15}(\.[0-9]{1,12})?([eE][+]?(0?[0-9]|1[0-5]))?$"
"""The same, or in the scientific notation of a spreadsheet, which has rounded it."""
GROUPED = r"^([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,5})(\.[0-9]{1,12})?$"
"""A number as people write it: digits, or groups of three between commas."""
DIGITS = r"^[0-9]{1,15}$"

_FIRST_YEAR, _LAST_YEAR = 1900, 2199


class Rows(Protocol):
    """Rows as text columns, from a table or from records: what a :class:`Sheet` is made of."""

    @property
    def columns(self) -> dict[str, Any]:
        """An array of strings for each column, all equally long."""

    @property
    def count(self) -> int:
        """How many rows there are."""

    @property
    def name(self) -> str:
        """What the file is called in messages."""

    @property
    def rejects(self) -> tuple[Reject, ...]:
        """What is no row at all."""

    def line(self, row: int) -> int:
        """Where a row stands in the file."""


class Sheet:
    """One block of rows.

    Parameters
    ----------
    block
        The text columns.
    """

    def __init__(self, block: Rows) -> None:
        self.block = block
        self.count = block.count
        self._bad: Any = np.zeros(block.count, bool)
        self._left: Any = np.zeros(block.count, bool)
        self._why: list[tuple[int, str, str, str]] = []

    def has(self, column: str) -> bool:
        """Whether the file has the column."""
        return column in self.block.columns

    def text(self, column: str) -> Any:
        """Return a column as it is, without blanks around the words.

        Raises
        ------
        BadFile
            If the file has no such column.
        """
        if not self.has(column):
            raise BadFile(self.block.name, f"no column {column} in its header", line=1)
        return pc.utf8_trim_whitespace(_sound(self.block.columns[column]))

    def fail(self, bad: Any, column: str, reason: str, shown: Sequence[str] = ()) -> None:
        """Mark rows as not readable; the first reason that is given for a row stands.

        Parameters
        ----------
        column
            The column that is wrong.
        shown
            The columns whose cells show it, where one does not; ``column`` itself otherwise.
        """
        mask = _mask(bad) & ~self._bad & ~self._left
        if mask.any():
            cells = [self.text(name) for name in shown or (column,)]
            for row in np.flatnonzero(mask).tolist():
                value = " ".join(cell[row].as_py() for cell in cells)
                self._why.append((row, column, value, reason))
            self._bad |= mask

    def leave_out(self, mask: Any) -> int:
        """Take rows out that are no observations of their own; return how many, so that the reader can note it."""
        fresh = _mask(mask) & ~self._bad & ~self._left
        self._left |= fresh
        return int(fresh.sum())

    def translate(
        self, column: str, look: Callable[[str], Any], reason: str, kind: Any = None, *, empty: Any = None
    ) -> Any:
        """Translate a column through its distinct values; a value that ``look`` does not know fails its rows.

        Parameters
        ----------
        look
            From a cell's text to its meaning, ``None`` if it has none.
        empty
            What an empty cell means; it fails its row otherwise.
        """
        encoded = self.text(column).dictionary_encode()
        words = encoded.dictionary.to_pylist()
        meant = [empty if word == "" and empty is not None else look(word) for word in words]
        if None in meant:
            self.fail(_take([one is None for one in meant], encoded.indices, pa.bool_()), column, reason)
        return _take(meant, encoded.indices, kind or pa.string())

    def number(self, column: str, pattern: str = PLAIN, *, reason: str = "not a number", empty: bool = False) -> Any:
        """Parse a column of numbers; with ``empty``, an empty cell is a measure not recorded, which is not a zero."""
        text = self.text(column)
        fine = pc.match_substring_regex(text, pattern)
        blank = pc.equal(text, "")
        self.fail(pc.invert(pc.or_(fine, blank) if empty else fine), column, reason)
        plain = pc.if_else(fine, text, None)
        if "," in pattern:
            plain = pc.replace_substring(plain, ",", "")
        return plain.cast(pa.float64())

    def good(self) -> Any:
        """Return which rows still stand, as a numpy array."""
        return ~self._bad & ~self._left

    def batch(self, arrays: Mapping[str, Any], notes: Iterable[str] = ()) -> Batch:
        """Make observations of the rows that stand.

        Parameters
        ----------
        arrays
            Columns of the schema, each an array as long as the block or one value for all; a column that is missing is null.
        """
        good = self.good()
        rejects = list(self.block.rejects)
        for row, column, value, reason in self._why:
            rejects.append(Reject(self.block.line(row), column, value[:200], reason))
        rejects.sort(key=lambda reject: reject.line)
        kept = None
        if good.any():
            mask = None if good.all() else pa.array(good)
            kept = _record(arrays, self.count, mask)
        lines = tuple(map(self.block.line, np.flatnonzero(good).tolist())) if LINES.get() else ()
        return Batch(kept, tuple(rejects), tuple(notes), lines)


class Tally:
    """Counts of what must be told of a whole file, gathered block by block and told once at its end."""

    def __init__(self) -> None:
        self._counts: dict[str, list[Any]] = {}

    def add(self, note: str, mask: Any, sheet: Sheet | None = None, column: str | None = None) -> None:
        """Count rows under a note; remember the first one's line and value."""
        rows = _mask(mask)
        if sheet is not None:
            rows = rows & sheet.good()
        count = int(rows.sum())
        if count:
            entry = self._counts.setdefault(note, [0, ""])
            if not entry[0] and sheet is not None:
                first = int(np.flatnonzero(rows)[0])
                value = f", {sheet.text(column)[first].as_py()!r}" if column else ""
                entry[1] = f" (the first on line {sheet.block.line(first)}{value})"
            entry[0] += count

    def count(self, note: str, count: int) -> None:
        """Count without a place."""
        if count:
            self._counts.setdefault(note, [0, ""])[0] += count

    def notes(self) -> tuple[str, ...]:
        """Return the notes, each with its count: ``{}`` in a note is replaced by it."""
        return tuple(
            (counted(count, note[3:]) if note.startswith("{} ") else note.replace("{}", f"{count:,}")) + where
            for note, (count, where) in self._counts.items()
        )


def reject_cell(line: int, column: str, value: object, reason: str) -> Reject:
    """Make a reject for a cell of any type, its value cut to a length that fits a line."""
    return Reject(line, column, ("" if value is None else str(value))[:200], reason)


def constant(value: str, count: int) -> Any:
    """Return one text for every row."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([value]))


def _record(arrays: Mapping[str, Any], count: int, mask: Any) -> Any:
    fields = []
    for field in SCHEMA:
        given = arrays.get(field.name, None if field.nullable else "")
        if given is None:
            length = count if mask is None else int(pc.sum(mask).as_py())
            fields.append(pa.nulls(length, field.type))
            continue
        if isinstance(given, str):
            given = constant(given, count)
        if mask is not None:
            given = given.filter(mask)
        if pa.types.is_dictionary(field.type):
            given = given if pa.types.is_dictionary(given.type) else given.dictionary_encode()
        else:
            given = given.cast(field.type)
        fields.append(given)
    return pa.RecordBatch.from_arrays(fields, schema=SCHEMA)


def _mask(bad: Any) -> Any:
    if isinstance(bad, np.ndarray):
        return bad
    return np.asarray(pc.fill_null(bad, False).to_numpy(zero_copy_only=False), bool)


def _take(values: list[Any], indices: Any, kind: Any) -> Any:
    """Spread the meanings of distinct values over the rows; texts stay dictionary-encoded, meanings that coincide as one."""
    if kind != pa.string():
        return pa.array(values, kind).take(indices)
    distinct = list(dict.fromkeys(value for value in values if value is not None))
    place = {value: number for number, value in enumerate(distinct)}
    spread = pa.array([None if value is None else place[value] for value in values], pa.int32()).take(indices)
    return pa.DictionaryArray.from_arrays(spread, pa.array(distinct, pa.string()))


def _sound(column: Any) -> Any:
    """Return a text column that is surely UTF-8: it was made from decoded text, so it is."""
    return column if column.null_count == 0 else pc.fill_null(column, "")


@lru_cache(maxsize=100_000)
def area_of(scheme: str, code: str) -> str | None:
    """Translate a publisher's code of a country or group; remembered, for it is asked once a block."""
    return by_scheme(scheme, code) if code else None


@lru_cache(maxsize=10_000)
def unit_of(scheme: str, name: str) -> str | None:
    """Translate a publisher's unit; ``none`` where it says that there is none, ``None`` where it is not known."""
    found = unit_by_scheme(scheme, name)
    return None if found is None else found.id


@lru_cache(maxsize=100_000)
def month_of(text: str) -> int | None:
    """Read ``YYYYMM``, ``YYYY-MM`` or ``YYYYMmm`` as a month number, ``None`` if it is none.

    Examples
    --------
    >>> month_of("202204") == month_of("2022-04") == month_of("2022M04") == 2022 * 12 + 3, month_of("202213")
    (True, None)
    """
    found = re.fullmatch(r"(\d{4})[-M]?(\d{2})", text, re.ASCII)
    if not found:
        return None
    year, number = int(found[1]), int(found[2])
    return year * 12 + number - 1 if 1 <= number <= 12 and _FIRST_YEAR <= year <= _LAST_YEAR else None

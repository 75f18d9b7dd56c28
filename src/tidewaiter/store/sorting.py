"""Rows gathered in memory and put in order: some twenty bytes a row, one sort of one array of integers.

Every text column is a number into a list of the few different texts. The key of a row, dimension after dimension in the
order of a series, is packed into one 64-bit number with the row's place below it; sorting those numbers sorts the rows.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from tidewaiter.sources.observation import SCHEMA

__all__ = ["FLOATS", "ORDER", "SEGMENT", "TEXTS", "UNITS", "Rows", "Sorted"]

TEXTS: Final = (
    "dataset", "reporter", "flow", "partner", "cmd_code", "classification", "customs_regime", "mode_of_transport",
    "district",
)  # fmt: skip
UNITS: Final = ("currency", "qty_unit", "qty2_unit")
FLOATS: Final = ("value", "net_wgt_kg", "qty", "qty2")
SEGMENT: Final = ("dataset", "reporter", "flow", "year")
"""What makes a segment."""
ORDER: Final = (
    *SEGMENT, "partner", "cmd_code", "classification", "customs_regime", "mode_of_transport", "district", "start",
    "length",
)  # fmt: skip
"""How rows are sorted: the segment first, then the series, then time."""


class _Column:
    """Numbers that come in pieces; pieces that are one number throughout cost nothing."""

    def __init__(self) -> None:
        self.pieces: list[Any] = []

    def add(self, piece: Any) -> None:
        """Add an array, or a pair of a number and how often it stands."""
        self.pieces.append(piece)

    def array(self, dtype: Any) -> Any:
        """Return it as one array, or as a number if it is that throughout."""
        if all(isinstance(piece, tuple) for piece in self.pieces):
            numbers = {repr(piece[0]): piece[0] for piece in self.pieces}
            if len(numbers) == 1:
                return next(iter(numbers.values()))
        pieces, self.pieces = self.pieces, []
        return np.concatenate(
            [np.full(piece[1], piece[0], dtype) if isinstance(piece, tuple) else piece.astype(dtype, copy=False)
             for piece in pieces]
        )  # fmt: skip


class Rows:
    """Rows as they come from a reader, kept small.

    Parameters
    ----------
    texts
        Lists of texts by column that earlier rows of the same file have filled; grown here.
    """

    def __init__(self, texts: dict[str, dict[str, int]] | None = None) -> None:
        self.count = 0
        self.texts = texts if texts is not None else {name: {} for name in (*TEXTS, *UNITS)}
        for name in UNITS:
            self.texts[name].setdefault("", 0)
        self._columns = {name: _Column() for name in (*TEXTS, *UNITS, *FLOATS, "start", "length")}

    def add(self, batch: Any) -> None:
        """Take in a record batch of :data:`tidewaiter.sources.observation.SCHEMA`."""
        count = batch.num_rows
        if not count:
            return
        if batch.schema.names != SCHEMA.names:
            batch = pa.RecordBatch.from_arrays([batch.column(name) for name in SCHEMA.names], schema=SCHEMA)
        self.count += count
        for name in (*TEXTS, *UNITS):
            self._columns[name].add(self._numbered(name, batch.column(name), count))
        for name in FLOATS:
            column = batch.column(name)
            if column.null_count == count:
                self._columns[name].add((np.nan, count))
            else:
                self._columns[name].add(column.to_numpy(zero_copy_only=False).astype(np.float64, copy=False))
        start = batch.column("period_start").to_numpy()
        self._columns["start"].add(start)
        length = batch.column("period_end").to_numpy() - start + 1
        self._columns["length"].add((int(length[0]), count) if (length == length[0]).all() else length)

    def _numbered(self, name: str, column: Any, count: int) -> Any:
        """Turn a dictionary column into numbers of the file's own list."""
        table = self.texts[name]
        if column.null_count == count:
            return (0, count)
        words = column.dictionary.to_pylist()
        numbers = np.array([table.setdefault(word, len(table)) for word in words], np.uint32)
        if len(words) == 1 and not column.null_count:
            return (int(numbers[0]), count)
        places = column.indices
        if places.null_count:
            places = places.fill_null(len(words))
            numbers = np.append(numbers, np.uint32(0))
        small = np.uint8 if len(table) <= 256 else np.uint16 if len(table) <= 65_536 else np.uint32
        return numbers.astype(small).take(places.to_numpy())

    def sort(self) -> Sorted:
        """Sort what was gathered and let go of it."""
        return Sorted(self)


class Sorted:
    """Rows in order.

    Attributes
    ----------
    count
        Number of rows, repeated ones left out.
    keys
        By name of :data:`ORDER`: an array, or a number where it is the same throughout. Texts are numbers into
        ``words``.
    words
        By text column: the texts, sorted.
    repeated
        How many rows said word for word what another row of the same file says.
    clash
        Positions of rows that have the key of the row before them and say something else.
    """

    def __init__(self, rows: Rows) -> None:
        columns, count = rows._columns, rows.count
        self.words: dict[str, list[str]] = {}
        parts: list[tuple[str, Any, int]] = []
        start = columns["start"].array(np.int32)
        self._base = int(np.min(start)) if count else 0
        self._years = self._base // 12
        for name in ORDER:
            if name == "year":
                values: Any = start // 12 - self._years
                high = int(np.max(values))
            elif name == "start":
                values, high = start - self._base, int(np.max(start)) - self._base
            elif name == "length":
                values = columns["length"].array(np.int32)
                high = int(np.max(values))
            else:
                values = self._ranked(name, rows, columns[name].array(np.uint32))
                high = len(self.words[name]) - 1
            parts.append((name, values, int(high).bit_length()))
        self._widths = {name: bits for name, _, bits in parts}
        floats = {name: columns[name].array(np.float64) for name in FLOATS}
        units = {name: columns[name].array(np.uint32) for name in UNITS}
        for name in UNITS:
            self.words[name] = list(rows.texts[name])
        self._packed: Any = None
        order, same = self._sorted(parts, count)
        self.keys = {name: self._key(name, parts, order) for name in ORDER}
        self._packed = None
        self.floats = {name: one[order] if isinstance(one, np.ndarray) else one for name, one in floats.items()}
        self.units = {name: one[order] if isinstance(one, np.ndarray) else one for name, one in units.items()}
        self.count = count
        self.repeated = 0
        self.clash: list[int] = []
        if same.any():
            self._thin(same)

    def _ranked(self, name: str, rows: Rows, values: Any) -> Any:
        """Renumber a text column so that numbers sort as their texts do, without the texts that do not occur."""
        words = list(rows.texts[name])
        if not isinstance(values, np.ndarray):
            self.words[name] = [words[int(values)]]
            return 0
        present = np.zeros(len(words), bool)
        present[values] = True
        order = sorted(np.flatnonzero(present).tolist(), key=words.__getitem__)
        self.words[name] = [words[at] for at in order]
        rank = np.zeros(len(words), np.uint32)
        rank[order] = np.arange(len(order), dtype=np.uint32)
        return rank[values]

    def _sorted(self, parts: list[tuple[str, Any, int]], count: int) -> tuple[Any, Any]:
        """Return the order of the rows, and where a key equals the one before it."""
        width = sum(bits for _, _, bits in parts)
        below = max(count - 1, 1).bit_length()
        if width <= 64:
            packed = np.zeros(count, np.uint64)
            for _, values, bits in parts:
                if bits:
                    packed <<= np.uint64(bits)
                    packed |= np.asarray(values).astype(np.uint64)
            if width + below <= 64:
                packed <<= np.uint64(below)
                packed |= np.arange(count, dtype=np.uint64)
                packed.sort()
                order = (packed & np.uint64((1 << below) - 1)).astype(np.int64)
                packed >>= np.uint64(below)
            else:
                order = np.argsort(packed, kind="stable")
                packed = packed[order]
            self._packed = packed
            return order, packed[1:] == packed[:-1]
        arrays = [np.broadcast_to(values, count) for _, values, bits in parts if bits]
        order = np.lexsort(arrays[::-1])
        same = np.ones(max(count - 1, 0), bool)
        for one in arrays:
            placed = one[order]
            same &= placed[1:] == placed[:-1]
        return order, same

    def _key(self, name: str, parts: list[tuple[str, Any, int]], order: Any) -> Any:
        """Return one column of the key in order, read back from the packed numbers where there are any."""
        at = next(index for index, part in enumerate(parts) if part[0] == name)
        values, bits = parts[at][1], parts[at][2]
        if not isinstance(values, np.ndarray):
            return int(values)
        if not bits:
            return values if name == "start" else int(values[0])
        if self._packed is None:
            return values[order]
        below = sum(part[2] for part in parts[at + 1 :])
        return ((self._packed >> np.uint64(below)) & np.uint64((1 << bits) - 1)).astype(np.int32)

    def _thin(self, same: Any) -> None:
        """Leave out rows that repeat the one before them; note those that contradict it."""
        at = np.flatnonzero(same) + 1
        alike = np.ones(len(at), bool)
        for values in (*self.floats.values(), *self.units.values()):
            if isinstance(values, np.ndarray):
                one, other = values[at], values[at - 1]
                alike &= (one == other) | (np.not_equal(one, one) & np.not_equal(other, other))
        self.clash = at[~alike].tolist()
        drop = at[alike]
        self.repeated = len(drop)
        if self.repeated:
            keep = np.ones(self.count, bool)
            keep[drop] = False
            for columns in (self.keys, self.floats, self.units):
                for name, values in columns.items():
                    if isinstance(values, np.ndarray):
                        columns[name] = values[keep]
            self.clash = (np.array(self.clash, np.int64) - np.searchsorted(drop, self.clash)).tolist()
            self.count -= self.repeated

    def start(self) -> Any:
        """Return the first month of each row."""
        return self.keys["start"] + self._base

    def year(self) -> Any:
        """Return the year of each row's first month."""
        return self.keys["year"] + self._years

    def word(self, name: str, at: int) -> str:
        """Return a text of one row."""
        number = self.keys[name] if name in self.keys else self.units[name]
        return self.words[name][int(number[at] if isinstance(number, np.ndarray) else number)]

    def segments(self) -> list[tuple[int, int]]:
        """Return the runs of rows that make a segment each."""
        edges = np.zeros(self.count, bool)
        edges[0] = True
        for name in SEGMENT:
            values = self.keys[name]
            if isinstance(values, np.ndarray):
                edges[1:] |= values[1:] != values[:-1]
        starts = np.flatnonzero(edges).tolist()
        return list(zip(starts, [*starts[1:], self.count], strict=True))

    def table(self, first: int, last: int) -> Any:
        """Return rows as an Arrow table of observations."""
        size = last - first
        begins = self.keys["start"][first:last] + np.int32(self._base)
        length = self.keys["length"]
        ends = begins + (length[first:last] if isinstance(length, np.ndarray) else length) - 1
        arrays: dict[str, Any] = {"period_start": pa.array(begins), "period_end": pa.array(ends.astype(np.int32))}
        for name in TEXTS:
            arrays[name] = _words(self.keys[name], first, last, self.words[name], nullable=False)
        for name in UNITS:
            arrays[name] = _words(self.units[name], first, last, self.words[name], nullable=True)
        for name in FLOATS:
            values = self.floats[name]
            if isinstance(values, np.ndarray):
                part = values[first:last]
                arrays[name] = pa.array(part, mask=np.isnan(part))
            else:
                arrays[name] = pa.nulls(size, pa.float64())
        return pa.table([arrays[field.name] for field in SCHEMA], schema=SCHEMA)


def _words(numbers: Any, first: int, last: int, words: list[str], *, nullable: bool) -> Any:
    """Return a text column with a list of just the texts that occur in it; number 0 is null where it may be."""
    size = last - first
    if not isinstance(numbers, np.ndarray):
        if nullable and not int(numbers):
            return pa.nulls(size, pa.dictionary(pa.int32(), pa.string()))
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(size, np.int32)), pa.array([words[int(numbers)]]))
    part = numbers[first:last]
    present = np.zeros(len(words), bool)
    present[part] = True
    kept = np.flatnonzero(present)
    place = np.cumsum(present, dtype=np.int32) - 1
    indices = pa.array(place[part], mask=(part == 0) if nullable and present[0] else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array([words[at] for at in kept.tolist()], pa.string()))

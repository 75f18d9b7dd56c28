"""The panel: every series as compressed sparse rows on disk, read as it lies.

A folder for each measure: ``keys`` (uint64, a packed number for each series, rising), ``offsets`` (int64), ``months``
(uint16), ``values`` (float64) and ``units`` (uint8), each a NumPy file that is mapped, not read; ``words.json`` says what
the packed numbers stand for. Numbers of words are only ever added, so that a month can be merged in without renumbering.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from tidewaiter.errors import StoreError
from tidewaiter.store.blocks import Block
from tidewaiter.store.newest import numbered

__all__ = ["BITS", "Panel", "Words", "load_words", "merge", "save_words", "stem_of", "write"]

BITS: Final = {"dataset": 6, "reporter": 10, "flow": 3, "partner": 10, "cmd_code": 22}
"""Widths of the parts of a key, the first the highest."""

ARRAYS: Final = {"keys": np.uint64, "offsets": np.int64, "months": np.uint16, "values": np.float64, "units": np.uint8}
_HEADER: Final = 128
CHUNK: Final = 4_000_000
"""Entries that are worked on at once while merging."""


class Words:
    """What the numbers in keys stand for: by dimension a list of words, and the units."""

    def __init__(self, listed: dict[str, list[str]] | None = None) -> None:
        self.lists = listed or {name: [] for name in (*BITS, "unit")}
        self._places = {name: {word: at for at, word in enumerate(words)} for name, words in self.lists.items()}

    def number(self, name: str, words: Iterable[str]) -> Any:
        """Return the numbers of words; new ones are added."""
        places, listed = self._places[name], self.lists[name]
        found = []
        for word in words:
            at = places.get(word)
            if at is None:
                at = places[word] = len(listed)
                listed.append(word)
            found.append(at)
        limit = 1 << BITS.get(name, 8)
        if len(listed) > limit:
            raise StoreError(f"more than {limit:,} different words for {name}: the panel cannot number them")
        return np.array(found, np.uint64)

    def keys(self, table: Any) -> Any:
        """Return the packed key of each row of a table with the columns of :data:`BITS`."""
        packed = np.zeros(table.num_rows, np.uint64)
        for name, bits in BITS.items():
            places, words = numbered(table[name])
            packed = (packed << np.uint64(bits)) | self.number(name, words)[places]
        return packed

    def part(self, keys: Any, name: str) -> Any:
        """Return one part of packed keys as numbers of words."""
        below = 0
        for other in reversed(BITS):
            if other == name:
                return (keys >> np.uint64(below)) & np.uint64((1 << BITS[name]) - 1)
            below += BITS[other]
        raise KeyError(name)

    def has(self, name: str, word: str) -> int | None:
        """Return the number of a word, ``None`` if there is none."""
        return self._places[name].get(word)


class Panel:
    """One measure of a panel, mapped.

    Parameters
    ----------
    folder
        Where it lies.
    words
        What its keys stand for.
    """

    def __init__(self, folder: Path, words: Words) -> None:
        self.words = words
        try:
            found = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
        except (OSError, ValueError) as error:
            raise StoreError(f"{folder} is missing or damaged; build it again: tidewaiter cube build") from error
        self.keys, self.offsets = found["keys"], found["offsets"]
        self.months, self.values, self.units = found["months"], found["values"], found["units"]

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, **wanted: str) -> Any:
        """Return the places of the series with these words (``dataset``, ``reporter``, ``flow``, ``partner``, ``cmd_code``).

        Dimensions that lead the key narrow the search; the rest is compared.
        """
        low, high, shift = 0, 0, sum(BITS.values())
        rest = dict(wanted)
        numbers = {name: self.words.has(name, word) for name, word in wanted.items()}
        if any(number is None for number in numbers.values()):
            return np.zeros(0, np.int64)
        for name, bits in BITS.items():
            if name not in rest:
                break
            number = numbers[name]
            assert number is not None
            shift -= bits
            low |= number << shift
            del rest[name]
        high = low + (1 << shift)
        first, last = np.searchsorted(self.keys, np.array([low, high], np.uint64))
        places = np.arange(first, last)
        for name in rest:
            number = numbers[name]
            assert number is not None
            places = places[self.words.part(self.keys[places], name) == np.uint64(number)]
        return places

    def blocks(self, rows: int = 4_000_000) -> Iterator[Block]:
        """Run over the series, in blocks of one dataset, reporter and flow, of about so many rows at most."""
        stem = self.keys >> np.uint64(BITS["partner"] + BITS["cmd_code"])
        edges = np.flatnonzero(np.append(True, stem[1:] != stem[:-1])).tolist() if len(stem) else []
        if not edges:
            return
        for first, last in zip(edges, [*edges[1:], len(stem)], strict=True):
            at = first
            while at < last:
                reach = int(np.searchsorted(self.offsets, self.offsets[at] + rows, side="right")) - 1
                to = min(last, max(at + 1, reach))
                yield self.block(np.arange(at, to))
                self.let_go()
                at = to

    def let_go(self) -> None:
        """Have the pages that were read so far leave this process; who still looks at them gets them back from the disk."""
        for array in (self.keys, self.offsets, self.months, self.values, self.units):
            mapped = getattr(array, "_mmap", None)
            if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
                mapped.madvise(mmap.MADV_DONTNEED)

    def block(self, places: Any) -> Block:
        """Return some series, adjoining ones, as a block."""
        first, last = int(places[0]), int(places[-1]) + 1
        keys = self.keys[first:last]
        low, high = int(self.offsets[first]), int(self.offsets[last])
        columns = {}
        for name in ("dataset", "reporter", "partner", "flow", "cmd_code"):
            numbers = self.words.part(keys, name).astype(np.int32)
            columns[name] = pa.DictionaryArray.from_arrays(
                pa.array(numbers), pa.array(self.words.lists[name], pa.string())
            )
        return Block(
            keys=pa.table(columns),
            offsets=np.asarray(self.offsets[first : last + 1]) - low,
            months=np.asarray(self.months[low:high]).astype(np.int32),
            values=np.asarray(self.values[low:high]),
            units=np.asarray(self.units[low:high]).astype(np.int16),
            unit_names=tuple(self.words.lists["unit"]),
        )


class _Out:
    """Arrays that grow on disk: room for the header first, the header itself when the length is known."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._files = {name: (folder / f"{name}.npy").open("wb") for name in ARRAYS}
        for file in self._files.values():
            file.write(b"\0" * _HEADER)
        self.count = 0
        self.series = 0

    def add(self, keys: Any, lengths: Any, months: Any, values: Any, units: Any) -> None:
        """Add series: a key and a length for each, and their entries."""
        offsets = self.count + np.cumsum(lengths) - lengths
        for name, array in (
            ("keys", keys), ("offsets", offsets), ("months", months), ("values", values), ("units", units),
        ):  # fmt: skip
            self._files[name].write(np.ascontiguousarray(array, ARRAYS[name]).data)
        self.count += len(months)
        self.series += len(keys)

    def close(self) -> None:
        """Write the headers, and have the disk hold it all."""
        self._files["offsets"].write(np.array([self.count], np.int64).data)
        for name, file in self._files.items():
            size = {"keys": self.series, "offsets": self.series + 1}.get(name, self.count)
            said = f"{{'descr': '{np.dtype(ARRAYS[name]).str}', 'fortran_order': False, 'shape': ({size},), }}"
            file.seek(0)
            file.write(b"\x93NUMPY\x01\x00" + (_HEADER - 10).to_bytes(2, "little"))
            file.write(said.ljust(_HEADER - 11).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.abort()

    def abort(self) -> None:
        """Let go of the files."""
        for file in self._files.values():
            file.close()


def entries(block: Block, words: Words) -> tuple[Any, Any, Any, Any, Any]:
    """Return a block's series under packed keys, without months that do not carry the measure."""
    keys = words.keys(block.keys)
    unit = words.number("unit", block.unit_names)[block.units].astype(np.uint8)
    series = np.repeat(np.arange(len(keys)), np.diff(block.offsets))
    there = ~np.isnan(block.values)
    series, months, values, unit = series[there], block.months[there], block.values[there], unit[there]
    rank = np.argsort(keys, kind="stable")
    place = np.empty(len(keys), np.int64)
    place[rank] = np.arange(len(keys))
    order = np.argsort(place[series], kind="stable")
    lengths = np.bincount(place[series], minlength=len(keys))
    kept = lengths > 0
    return keys[rank][kept], lengths[kept], months[order], values[order], unit[order]


def write(folder: Path, blocks: Iterable[Block], words: Words) -> None:
    """Write a panel from blocks of rising dataset, reporter and flow, each dataset's words new or known.

    Raises
    ------
    StoreError
        If the blocks do not come in the order of their keys.
    """
    out = _Out(folder)
    try:
        last = -1
        for block in blocks:
            keys, lengths, months, values, units = entries(block, words)
            if len(keys):
                if int(keys[0]) <= last:
                    raise StoreError("the blocks of a panel are out of order")
                last = int(keys[-1])
                out.add(keys, lengths, months, values, units)
        out.close()
    finally:
        out.abort()


def merge(old: Panel, folder: Path, fresh: Iterable[Block], gone: set[tuple[int, int]]) -> None:
    """Write a panel anew with some months replaced.

    Parameters
    ----------
    old
        The panel so far; its words are added to.
    folder
        Where the new one goes.
    fresh
        What those months hold now.
    gone
        The stem of a key (dataset, reporter and flow, packed) and a month: what of the old panel no longer stands.
    """
    parts = [entries(block, old.words) for block in fresh]
    new_keys = np.concatenate([np.repeat(part[0], part[1]) for part in parts] or [np.zeros(0, np.uint64)])
    new = [np.concatenate([part[at] for part in parts]) if parts else np.zeros(0) for at in (2, 3, 4)]
    order = np.lexsort((new[0], new_keys))
    new_keys, new = new_keys[order], [one[order] for one in new]
    dropped: dict[int, Any] = {}
    for stem, month in gone:
        dropped.setdefault(stem, np.zeros(1 << 16, bool))[month] = True
    out = _Out(folder)
    try:
        at, taken = 0, 0
        total = len(old.keys)
        while at < total or taken < len(new_keys):
            reach = (
                int(np.searchsorted(old.offsets, old.offsets[at] + CHUNK, side="right")) - 1 if at < total else total
            )
            to = min(total, max(at + 1, reach))
            edge = old.keys[to] if to < total else None
            upto = len(new_keys) if edge is None else int(np.searchsorted(new_keys, edge))
            _merge_chunk(old, at, to, new_keys[taken:upto], [one[taken:upto] for one in new], dropped, out)
            old.let_go()
            at, taken = to, upto
        out.close()
    finally:
        out.abort()


def _merge_chunk(
    old: Panel, first: int, last: int, new_keys: Any, new: list[Any], dropped: dict[int, Any], out: _Out
) -> None:
    """Merge a run of series; ``dropped`` says by stem which months of the old ones no longer stand."""
    low, high = int(old.offsets[first]), int(old.offsets[last])
    own = np.asarray(old.keys[first:last])
    offsets = np.asarray(old.offsets[first : last + 1]) - low
    arrays = [np.asarray(one[low:high]) for one in (old.months, old.values, old.units)]
    # Where each new entry goes among the old ones of its series, all found at once by halving.
    beyond = np.searchsorted(own, new_keys)
    place = np.minimum(beyond, max(len(own) - 1, 0))
    known = own[place] == new_keys if len(own) else np.zeros(len(new_keys), bool)
    before = offsets[beyond].copy()
    end = np.where(known, offsets[np.minimum(place + 1, len(offsets) - 1)], before)
    after = end.copy()
    while (open_ := np.flatnonzero(before < after)).size:
        middle = (before[open_] + after[open_]) // 2
        later = arrays[0][middle] < new[0][open_]
        before[open_] = np.where(later, middle + 1, before[open_])
        after[open_] = np.where(later, after[open_], middle)
    # A month that both have is overwritten; what no longer stands and has no successor is left out.
    same = before < end
    same[same] = arrays[0][before[same]] == new[0][same]
    keep = _kept(own, offsets, arrays[0], dropped)
    keep[before[same]] = True
    if not keep.all():
        counted = np.append(0, np.cumsum(keep))
        offsets, before = counted[offsets], counted[before]
        arrays = [one[keep] for one in arrays]
    size, added = len(arrays[0]), before[~same]
    fresh = np.zeros(size + len(added), bool)
    fresh[added + np.arange(len(added))] = True
    over = before[same] + np.searchsorted(added, before[same], side="right")
    joined = []
    for mine, theirs, name in zip(arrays, new, ("months", "values", "units"), strict=True):
        if len(added):
            array = np.empty(len(fresh), ARRAYS[name])
            array[~fresh] = mine
            array[fresh] = theirs[~same]
        else:
            array = mine.copy()
        array[over] = theirs[same]
        joined.append(array)
    # Series that are there for the first time go between the others; both lists are in order already.
    born = new_keys[~known]
    born = born[np.append(True, born[1:] != born[:-1])] if len(born) else born
    shift = np.searchsorted(own, born)
    every = np.insert(own, shift, born)
    lengths = np.insert(np.diff(offsets), shift, 0)
    lengths += np.bincount(np.searchsorted(every, new_keys[~same]), minlength=len(every))
    kept = lengths > 0
    out.add(every[kept], lengths[kept], *joined)


def _kept(own: Any, offsets: Any, months: Any, dropped: dict[int, Any]) -> Any:
    """Return which entries still stand."""
    keep = np.ones(len(months), bool)
    if not len(own):
        return keep
    stem = own >> np.uint64(BITS["partner"] + BITS["cmd_code"])
    edges = np.flatnonzero(np.append(True, stem[1:] != stem[:-1])).tolist()
    for first, last in zip(edges, [*edges[1:], len(own)], strict=True):
        table = dropped.get(int(stem[first]))
        if table is not None:
            low, high = int(offsets[first]), int(offsets[last])
            keep[low:high] = ~table[months[low:high]]
    return keep


def stem_of(words: Words, dataset: str, reporter: str, flow: str) -> int:
    """Return the leading part of a key."""
    packed = 0
    for name, word in (("dataset", dataset), ("reporter", reporter), ("flow", flow)):
        packed = packed << BITS[name] | int(words.number(name, [word])[0])
    return packed


def save_words(path: Path, words: Words) -> None:
    """Write what the numbers stand for."""
    path.write_text(json.dumps(words.lists, ensure_ascii=False), encoding="utf-8")


def load_words(path: Path) -> Words:
    """Read what :func:`save_words` wrote."""
    try:
        return Words(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} is missing or damaged; build it again: tidewaiter cube build") from error

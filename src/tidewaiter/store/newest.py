"""Which of several vintages holds: of each cell the newest release that has the row, or whose coverage says zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tidewaiter.sources.observation import KEY_COLUMNS
from tidewaiter.store.coverage import Rectangle

__all__ = ["covered_rows", "flags", "newest", "numbered", "packed_keys"]


def numbered(column: Any) -> tuple[Any, list[str]]:
    """Return a text column as numbers and the texts they stand for."""
    if isinstance(column, pa.ChunkedArray):
        column = column.unify_dictionaries().combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        if isinstance(column, pa.ChunkedArray):  # nothing in it
            return np.zeros(0, np.int32), []
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    words = column.dictionary.to_pylist()
    places = column.indices
    if places.null_count:
        places, words = places.fill_null(len(words)), [*words, ""]
    return places.to_numpy(), words


def flags(column: Any, test: Callable[[str], bool]) -> Any:
    """Return which rows of a text column pass a test, which is asked once for each different text."""
    places, words = numbered(column)
    if not words:
        return np.zeros(len(places), bool)
    return np.array([test(word) for word in words], bool)[places]


def packed_keys(table: Any) -> Any:
    """Return a number for each row, equal where the keys are equal."""
    total = np.zeros(table.num_rows, np.uint64)
    room = 1
    for name in KEY_COLUMNS:
        if name.startswith("period"):
            values = table[name].to_numpy().astype(np.int64)
            values = values - (int(values.min()) if len(values) else 0)
            size = int(values.max()) + 1 if len(values) else 1
        else:
            places, words = numbered(table[name])
            values, size = places, max(len(words), 1)
        if size == 1:
            continue
        if room * size >= 1 << 64:
            total = np.unique(total, return_inverse=True)[1].astype(np.uint64)
            room = int(total.max()) + 1
        total = total * np.uint64(size) + values.astype(np.uint64)
        room *= size
    return total


def covered_rows(table: Any, rectangle: Rectangle) -> Any:
    """Return which rows lie inside a rectangle, as an array of bool."""
    start = table["period_start"].to_numpy()
    end = table["period_end"].to_numpy()
    found = (
        (end - start + 1 == rectangle.length)
        & (start >= rectangle.first)
        & (start <= rectangle.last)
        & ((start - rectangle.first) % rectangle.length == 0)
    )
    tests: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("dataset", lambda word: word == rectangle.dataset),
        ("reporter", lambda word: word in rectangle.reporters),
        ("flow", lambda word: word in rectangle.flows),
        ("partner", rectangle.has_partner),
        ("cmd_code", rectangle.has_code),
        ("customs_regime", lambda word: rectangle.has_part("regimes", word)),
        ("mode_of_transport", lambda word: rectangle.has_part("modes", word)),
        ("district", lambda word: rectangle.has_part("districts", word)),
    )
    for name, test in tests:
        if not found.any():
            break
        found &= flags(table[name], test)
    return found


def newest(tables: Sequence[Any], coverage: Sequence[Sequence[Rectangle]]) -> Any:
    """Put vintages together.

    Parameters
    ----------
    tables
        Rows of one release each, the oldest first.
    coverage
        For each of them, where its silence means zero.

    Returns
    -------
    pyarrow.Table
        Of rows with one key, the newest release's; without rows that a newer release's silence takes back.
    """
    kept = []
    for at, table in enumerate(tables):
        gone = np.zeros(table.num_rows, bool)
        for rectangles in coverage[at + 1 :]:
            for rectangle in rectangles:
                gone |= covered_rows(table, rectangle)
        kept.append(table.filter(pa.array(~gone)) if gone.any() else table)
    joined = pa.concat_tables(kept).unify_dictionaries()
    ranks = np.repeat(np.arange(len(kept)), [table.num_rows for table in kept])
    keys = packed_keys(joined)
    order = np.lexsort((ranks, keys))
    placed = keys[order]
    last = np.ones(len(order), bool)
    last[:-1] = placed[1:] != placed[:-1]
    return joined.take(pa.array(np.sort(order[last])))

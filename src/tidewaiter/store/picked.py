"""The rows of many series at once: one pass over the Parquet files that joins them with a list of what is wanted.

Asking :meth:`tidewaiter.store.view.View.rows` for a list of partners and a list of codes reads whatever the two lists make
together, whole row groups of every reporter. For a thousand scattered series DuckDB's hash join reads only the columns
of the keys, and the rest where they match. What holds among vintages is settled by the view, as for any other rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from tidewaiter.errors import StoreError
from tidewaiter.period import Period
from tidewaiter.sources.observation import SCHEMA
from tidewaiter.store.catalogue import Segment

if TYPE_CHECKING:
    from tidewaiter.store.view import View

__all__ = ["MANY", "learn_hidden", "picked"]

MANY: Final = 24
"""From so many series on a join is worth the fifth of a second that starting DuckDB takes."""

_MEMORY: Final = "1GB"
_EVER: Final = Period(0, 10**6)


def picked(
    view: View,
    wanted: Mapping[str, Iterable[str]],
    period: Period = _EVER,
    *,
    finer: tuple[int, ...] = (),
) -> Any:
    """Return the rows of some series whose period touches ``period``, of each cell the one that holds.

    Parameters
    ----------
    view
        What is known as of its day.
    wanted
        Columns of equal length, ``dataset`` among them, the rest of ``reporter``, ``partner``, ``flow`` and ``cmd_code``:
        each row of them is a series, or all series that agree with it.
    finer
        Not the codes themselves but those so many digits longer that lie under them.

    Returns
    -------
    pyarrow.Table
        Columns :data:`tidewaiter.store.view.ROWS`.

    Raises
    ------
    StoreError
        If a file of rows is missing or damaged.
    """
    table = pa.table({name: pa.array(list(words), pa.string()) for name, words in wanted.items()})
    if (cube := view.cube()) is not None:
        from tidewaiter.store.cube_rows import picked_rows

        return picked_rows(view, cube, table, period, finer)
    segments = _segments(view, table, period)
    try:
        parts = _parts(view, segments, table, period, finer)
    except StoreError:
        # A compaction may have moved the rows since the catalogue was asked.
        again = _segments(view, table, period)
        if again == segments:
            raise
        parts = _parts(view, again, table, period, finer)
    return view.joined(parts)


def learn_hidden(view: View, dataset: str) -> None:
    """Find out with two passes what all reporters of a dataset hide; see :meth:`tidewaiter.store.view.View.hidden`."""
    from tidewaiter.store.cells import SECRET

    spots = {spot for spot in view.spans if spot[0] == dataset}
    if spots <= view.hidden_known.keys():
        return
    codes = sorted({code for release in view.releases if release.dataset == dataset for code in release.hidden})
    found: dict[tuple[str, str, str], dict[int, set[tuple[str, str]]]] = {spot: {} for spot in spots}
    for name, words in (("cmd_code", codes), ("partner", list(SECRET))):
        table = picked(view, {"dataset": [dataset] * len(words), name: words})
        columns = (table[one].to_pylist() for one in ("reporter", "flow", "period_start", "partner", "cmd_code"))
        for reporter, flow, month, partner, code in zip(*columns, strict=True):
            found[dataset, reporter, flow].setdefault(month, set()).add((partner, code))
    view.hidden_known.update(found)


def _segments(view: View, wanted: Any, period: Period) -> list[Segment]:
    named = {
        name: sorted(set(wanted[name].to_pylist())) for name in ("dataset", "reporter") if name in wanted.column_names
    }
    known = {release.seq for release in view.releases}
    return [
        one
        for one in view.store.catalogue.segments(**named)
        if one.release in known and one.first <= period.end and one.last >= period.start
    ]


def _parts(view: View, segments: list[Segment], wanted: Any, period: Period, finer: tuple[int, ...]) -> dict[int, Any]:
    """Read the rows of each release by itself."""
    if not segments or not wanted.num_rows:
        return {}
    import duckdb

    folder = view.store.folder / "rows"
    files = sorted({one.file for one in segments})
    tests = [f"p.{name} = w.{name}" for name in wanted.column_names if name != "cmd_code"]
    if finer:
        lengths = ", ".join(str(int(one)) for one in finer)
        tests += ["starts_with(p.cmd_code, w.cmd_code)", f"length(p.cmd_code) - length(w.cmd_code) IN ({lengths})"]
    elif "cmd_code" in wanted.column_names:
        tests.append("p.cmd_code = w.cmd_code")
    columns = ", ".join(f"p.{name}" for name in SCHEMA.names)
    query = (
        f"SELECT {columns}, p.filename, p.file_row_number FROM read_parquet($1, filename = true, file_row_number = true) p"
        f" SEMI JOIN wanted w ON {' AND '.join(tests)} WHERE p.period_end >= $2 AND p.period_start <= $3"
    )
    with duckdb.connect(":memory:", config={"threads": 2, "memory_limit": _MEMORY}) as db:
        db.register("wanted", wanted)
        try:
            given = [[str(folder / file) for file in files], period.start, period.end]
            table = db.sql(query, params=given).to_arrow_table()
        except duckdb.Error as error:
            raise StoreError(
                f"rows of the store are missing or damaged ({str(error).splitlines()[0]}); make them again from the raw bytes: "
                f"tidewaiter doctor --store {view.store.folder}"
            ) from error
    return _by_release(view, table, segments, files)


def _by_release(view: View, table: Any, segments: list[Segment], files: list[str]) -> dict[int, Any]:
    """Part rows by the release whose row group they stand in; those of any other row group are left out."""
    places, names = _numbers(table["filename"])
    numbers = table["file_row_number"].to_numpy()
    owner = np.full(table.num_rows, -1, np.int64)
    by_file: dict[str, list[Segment]] = {}
    for one in segments:
        by_file.setdefault(one.file, []).append(one)
    folder = view.store.folder / "rows"
    at_of = {str(folder / file): file for file in files}
    for place, name in enumerate(names):
        here = np.flatnonzero(places == place)
        groups = _groups(folder / at_of[name])
        release = np.full(len(groups) - 1, -1, np.int64)
        for one in by_file[at_of[name]]:
            release[one.row_group] = one.release
        owner[here] = release[np.searchsorted(groups, numbers[here], side="right") - 1]
    rows = table.select(SCHEMA.names)
    columns = [
        rows[field.name].combine_chunks().dictionary_encode().cast(field.type)
        if pa.types.is_dictionary(field.type)
        else rows[field.name].cast(field.type)
        for field in SCHEMA
    ]
    rows = pa.table(columns, schema=SCHEMA)
    # The order in which threads hand rows over is an accident.
    order = np.lexsort((numbers, places))
    found = {}
    for seq in np.unique(owner[owner >= 0]).tolist():
        found[seq] = view.named(rows.take(pa.array(order[owner[order] == seq])), seq)
    return found


def _groups(path: Any) -> Any:
    """Return where each row group of a file begins, and the end of the last."""
    import pyarrow.parquet as pq

    told = pq.read_metadata(path)
    return np.cumsum([0, *(told.row_group(at).num_rows for at in range(told.num_row_groups))])


def _numbers(column: Any) -> tuple[Any, list[str]]:
    encoded = column.combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    return encoded.indices.to_numpy(), encoded.dictionary.to_pylist()

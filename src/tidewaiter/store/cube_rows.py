"""Reading a view's rows through the cube, where the cube holds the releases of the view and no others.

What comes back is what the Parquet files say, in the same order: by release, then by series and time. A question about a
partner or some codes touches a few blocks of the cube instead of every release.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from tidewaiter.errors import StoreError
from tidewaiter.period import Period
from tidewaiter.store.coverage import is_group
from tidewaiter.store.cube import SPOT, Cube, manifest_of
from tidewaiter.store.cube_files import SERIES_ORDER, encoded, observations
from tidewaiter.store.newest import flags
from tidewaiter.store.reading import PARTS, Wanted

if TYPE_CHECKING:
    from tidewaiter.store.view import View

__all__ = ["FROM_ROWS", "code_spans", "codes_under", "opened_for", "picked_rows", "rows_through", "years_of_codes"]

FROM_ROWS: Final = 1_000_000
"""Rows of a store from which on opening the cube (a tenth of a second) is worth it."""

_TABLES: Final = ("rows", "rest")


def opened_for(view: View) -> Cube | None:
    """Open the cube for a view; ``None`` if there is none, it holds other releases, or the store is small."""
    seqs = {release.seq for release in view.releases}
    if sum(release.rows for release in view.releases) < FROM_ROWS:
        return None
    manifest = manifest_of(view.store.folder / "cube")
    if manifest is None or set(manifest.releases) != seqs:
        return None
    try:
        cube = Cube(view.store, stale=True)
    except StoreError:
        return None
    if set(cube.manifest.releases) != seqs:  # a builder swapped it meanwhile
        cube.close()
        return None
    return cube


def rows_through(
    view: View,
    cube: Cube,
    *,
    datasets: Sequence[str] | None,
    reporters: Sequence[str] | None,
    flow: str | None,
    wanted: Wanted,
    countries: bool,
) -> Any:
    """Return rows as :meth:`tidewaiter.store.view.View.rows` does."""
    tests, given = _tests(datasets, reporters, flow, wanted)
    parts = []
    for table in _TABLES:
        if table == "rest" and not cube.manifest.rest:
            continue
        here = [*tests, *_period(table, wanted.period, wanted.touching)]
        if wanted.whole and table == "rest":
            here += [f"{name} = ''" for name in PARTS]
        where = f" WHERE {' AND '.join(here)}" if here else ""
        parts.append(_read(view, cube, f"SELECT * FROM {table}{where}", given))
    found = _in_order(view, parts)
    if countries and found.num_rows:
        found = found.filter(pa.array(flags(found["partner"], lambda word: not is_group(word))))
    return found


def picked_rows(view: View, cube: Cube, wanted: Any, period: Period, finer: Sequence[int]) -> Any:
    """Return the rows of many series as :func:`tidewaiter.store.picked.picked` does; ``wanted`` is a table of words."""
    tests = [f"p.{name} = w.{name}" for name in wanted.column_names if name != "cmd_code"]
    if finer:
        lengths = ", ".join(str(int(one)) for one in finer)
        tests += ["starts_with(p.cmd_code, w.cmd_code)", f"length(p.cmd_code) - length(w.cmd_code) IN ({lengths})"]
    elif "cmd_code" in wanted.column_names:
        tests.append("p.cmd_code = w.cmd_code")
    parts = []
    cube.db.register("wanted", wanted)
    for table in _TABLES:
        if table == "rows" or cube.manifest.rest:
            where = " AND ".join(_period(table, period, True))
            query = f"SELECT p.* FROM {table} p SEMI JOIN wanted w ON {' AND '.join(tests)} WHERE {where}"
            parts.append(_read(view, cube, query, []))
    cube.db.unregister("wanted")
    return _in_order(view, parts)


def years_of_codes(cube: Cube, dataset: str, codes: Iterable[str]) -> dict[str, set[int]]:
    """Return the years in which a dataset has any row of each code."""
    found: dict[str, set[int]] = {code: set() for code in codes}
    if not found:
        return found
    marks = ", ".join("?" * len(found))
    for table in _TABLES:
        rows = cube.db.execute(
            f"SELECT DISTINCT cmd_code, month // 12 FROM {table} WHERE dataset = ? AND cmd_code IN ({marks})",
            [dataset, *found],
        ).fetchall()
        for code, year in rows:
            found[code].add(int(year))
    return found


def codes_under(cube: Cube, dataset: str, codes: Iterable[str]) -> set[str]:
    """Return the codes of a dataset that are some codes or lie under them."""
    test, given = _under(sorted(set(codes)))
    return {
        code
        for table in _TABLES
        for (code,) in cube.db.execute(
            f"SELECT DISTINCT cmd_code FROM {table} WHERE dataset = ? AND {test}", [dataset, *given]
        ).fetchall()
    }


def code_spans(cube: Cube) -> list[tuple[str, str, str, int, int]]:
    """Return dataset, code, classification, and the first and last month with a row."""
    query = (
        "SELECT dataset, cmd_code, classification, min(first), max(last) FROM ("
        "SELECT dataset, cmd_code, classification, min(month) AS first, max(month) AS last FROM rows GROUP BY ALL UNION ALL "
        "SELECT dataset, cmd_code, classification, min(month), max(last) FROM rest GROUP BY ALL) GROUP BY ALL ORDER BY ALL"
    )
    return [(one, code, scheme, int(first), int(last)) for one, code, scheme, first, last in
            cube.db.execute(query).fetchall()]  # fmt: skip


def _tests(
    datasets: Sequence[str] | None, reporters: Sequence[str] | None, flow: str | None, wanted: Wanted
) -> tuple[list[str], list[Any]]:
    """Return the tests of a row that do not depend on its table, and their parameters."""
    tests: list[str] = []
    given: list[Any] = []
    listed = (datasets, reporters, None if flow is None else (flow,), wanted.partners, wanted.codes)
    for name, some in zip((*SPOT, "partner", "cmd_code"), listed, strict=True):
        if some is not None:
            tests.append(f"{name} IN ({', '.join('?' * len(some))})" if some else "false")
            given += some
    if wanted.under is not None:
        test, more = _under(wanted.under)
        tests.append(test)
        given += more
    if wanted.digits is not None:
        length = f"cmd_code <> 'TOTAL' AND length(cmd_code) = {int(wanted.digits)}"
        tests.append(length if wanted.digits else "cmd_code = 'TOTAL'")
    return tests, given


def _under(stems: Sequence[str]) -> tuple[str, list[str]]:
    """Return the test of codes that begin with a stem, as ranges, which the blocks of the cube can rule out."""
    if not stems:
        return "false", []
    ends = [bound for stem in stems for bound in (stem, stem[:-1] + chr(ord(stem[-1]) + 1) if stem else "\U0010ffff")]
    return f"({' OR '.join(['cmd_code >= ? AND cmd_code < ?'] * len(stems))})", ends


def _period(table: str, period: Period | None, touching: bool) -> list[str]:
    if period is None:
        return []
    first, last = ("month", "month") if table == "rows" else ("month", "last")
    if touching:
        first, last = last, first
    return [f"{first} >= {period.start}", f"{last} <= {period.end}"]


def _read(view: View, cube: Cube, query: str, given: Sequence[Any]) -> Any:
    import duckdb

    try:
        read = encoded(cube.db.sql(query, params=list(given)).to_arrow_reader(200_000))
    except duckdb.Error as error:
        raise StoreError(
            f"the cube of {view.store.folder} is damaged ({str(error).splitlines()[0]}); build it again:"
            f" tidewaiter cube build --full --store {view.store.folder}"
        ) from error
    return observations(read, {release.seq: release.id for release in view.releases})


def _in_order(view: View, parts: Sequence[Any]) -> Any:
    """Put rows in the order of the Parquet files: by release, then by series and time."""
    from tidewaiter.store.blocks import ranked

    table = pa.concat_tables(parts).unify_dictionaries()
    if table.num_rows < 2:
        return table
    rank = {release.id: at for at, release in enumerate(view.releases)}
    release, words = ranked(table["release"])
    keys = [np.array([rank[word] for word in words], np.int64)[release]]
    start = table["period_start"].to_numpy()
    for name in SERIES_ORDER:
        keys.append(ranked(table[name])[0])
        if name == "flow":
            keys.append(start // 12)
    keys += [start, table["period_end"].to_numpy()]
    return table.take(pa.array(np.lexsort(keys[::-1])))

"""Totals over breakdowns of which a publisher lists only the parts.

A row without a breakdown is the total over it. Some publishers list the parts alone (a procedure, a mode of transport, a
port): the total is their sum by the publisher's own definition, so it is added up here, exactly once, and said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import BadFile
from tidewaiter.sources._eurostat import as_batch, undictionaried
from tidewaiter.sources.observation import KEY_COLUMNS, SCHEMA, Batch

__all__ = ["at_the_end", "by_run", "summed", "with_totals"]

AT_ONCE = 500_000
MOST_PARTS = 8
MEASURES = ("value", "net_wgt_kg", "qty", "qty2")
UNITS = {"qty": "qty_unit", "qty2": "qty2_unit"}
"""Quantities are added only where they are all in one unit."""


def plain(batches: Sequence[Any]) -> Any:
    """Return record batches as one table with plain texts."""
    return pa.Table.from_batches(batches).cast(undictionaried())


def summed(table: Any) -> Any:
    """Add up rows of one key: a measure is null where no row has it, a quantity also where the rows' units differ.

    Parameters
    ----------
    table
        Observations with plain texts.
    """
    several = pc.ScalarAggregateOptions(skip_nulls=True, min_count=1)
    asked: list[Any] = [(measure, "sum", several) for measure in MEASURES]
    asked += [(unit, kind) for unit in (*UNITS.values(), "currency") for kind in ("min", "max")]
    joined = table.group_by(list(KEY_COLUMNS), use_threads=False).aggregate(asked)
    columns: dict[str, Any] = {}
    for field in SCHEMA:
        if field.name in KEY_COLUMNS:
            columns[field.name] = joined.column(field.name)
        elif field.name in MEASURES:
            columns[field.name] = joined.column(f"{field.name}_sum").cast(pa.float64())
        else:
            columns[field.name] = joined.column(f"{field.name}_min")
    for measure, unit in UNITS.items():
        one = pc.equal(joined.column(f"{unit}_min"), joined.column(f"{unit}_max"))
        columns[measure] = pc.if_else(pc.fill_null(one, False), columns[measure], None)
        columns[unit] = pc.if_else(pc.fill_null(one, False), columns[unit], None)
    return pa.table(columns, schema=undictionaried())


def with_totals(table: Any, over: Iterable[str], drop: dict[str, str] | None = None) -> Any:
    """Return the parts of a table, added up where they share a key, and their totals.

    Parameters
    ----------
    over
        Columns that are summed out of the totals: ``customs_regime``, ``mode_of_transport``, ``district``.
    drop
        Parts not to be listed beside the total: a column and its value. They are the total less the parts that are.
    """
    over = list(over)
    broken = None
    for column in over:
        has = pc.not_equal(table.column(column), "")
        broken = has if broken is None else pc.or_(broken, has)
    parts, printed = summed(table.filter(broken)), summed(table.filter(pc.invert(broken)))
    whole = parts
    for column in over:
        place = whole.schema.get_field_index(column)
        whole = whole.set_column(place, undictionaried().field(column), pa.array([""] * whole.num_rows, pa.string()))
    whole = summed(whole)
    if printed.num_rows:
        # A total that is printed stands; only those that are not are added up.
        keys = [column for column in KEY_COLUMNS if column not in over]
        whole = whole.join(printed.select(keys), keys, join_type="left anti").select(whole.column_names)
    for column, value in (drop or {}).items():
        parts = parts.filter(pc.not_equal(parts.column(column), value))
    return pa.concat_tables([printed, whole.cast(undictionaried()), parts])


def at_the_end(batches: Iterable[Batch], finish: Callable[[Any], Any]) -> Iterator[Batch]:
    """Gather all rows, added up on the way wherever they share a key, and finish them once the file is over.

    Parameters
    ----------
    finish
        From the table of all rows to the table of observations.
    """
    waiting: list[Any] = []
    for batch in batches:
        if batch.rejects or batch.notes:
            yield Batch(None, batch.rejects, batch.notes)
        if batch.rows is not None:
            waiting.append(summed(plain([batch.rows])))
            if len(waiting) > MOST_PARTS:
                waiting = [summed(pa.concat_tables(waiting))]
    if waiting:
        table = finish(pa.concat_tables(waiting))
        for start in range(0, table.num_rows, AT_ONCE):
            yield Batch(as_batch(table.slice(start, AT_ONCE)))


def by_run(batches: Iterable[Batch], keys: Sequence[str], finish: Any, name: str) -> Iterator[Batch]:
    """Gather rows until the run of their reporter and month is over, so that only one run is held in memory.

    Parameters
    ----------
    keys
        The columns whose combination makes a run.
    finish
        From a table of one or more whole runs to the table of observations.

    Raises
    ------
    BadFile
        If a run that was over goes on later: its total has been told already.
    """
    waiting: list[Any] = []
    over: set[tuple[Any, ...]] = set()
    for batch in batches:
        if batch.rejects or batch.notes:
            yield Batch(None, batch.rejects, batch.notes)
        if batch.rows is None:
            continue
        waiting.append(plain([batch.rows]))
        first = [waiting[0].column(key)[0].as_py() for key in keys]
        last = [waiting[-1].column(key)[-1].as_py() for key in keys]
        if first == last:
            continue
        table = pa.concat_tables(waiting)
        mine = None
        for key, value in zip(keys, last, strict=True):
            here = pc.equal(table.column(key), value)
            mine = here if mine is None else pc.and_(mine, here)
        waiting = [table.filter(mine)]
        yield _run(table.filter(pc.invert(mine)), keys, finish, over, name)
    if waiting:
        yield _run(pa.concat_tables(waiting), keys, finish, over, name)


def _run(table: Any, keys: Sequence[str], finish: Any, over: set[tuple[Any, ...]], name: str) -> Batch:
    told = table.group_by(list(keys)).aggregate([]).to_pylist()
    runs = {tuple(one[key] for key in keys) for one in told}
    again = sorted(runs & over)
    if again:
        raise BadFile(
            name, f"the rows of one {' and '.join(keys)} stand in two places; sort the file", value=str(again[0])
        )
    over |= runs
    return Batch(as_batch(finish(table)))

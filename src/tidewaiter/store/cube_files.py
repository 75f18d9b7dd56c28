"""The DuckDB files of a cube: made, filled with rows in order, and read back in blocks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import StoreError
from tidewaiter.model import Measure
from tidewaiter.store.blocks import Block, block_of, ranked
from tidewaiter.store.catalogue import Release
from tidewaiter.store.cube import SPOT
from tidewaiter.store.files import sync
from tidewaiter.store.newest import numbered
from tidewaiter.store.reading import PARTS
from tidewaiter.store.view import ROWS

__all__ = ["SERIES_ORDER", "blocks_in", "database", "encoded", "insert", "observations", "ordered", "totals"]

MEMORY: Final = "512MB"
"""What DuckDB may take while a cube is built; it sorts on disk beyond that."""

_SHARE: Final = 1_500_000
"""Rows of a block on their way into the panel."""

SERIES_ORDER: Final = (*SPOT, "partner", "cmd_code", "classification", *PARTS)

_MEASURED: Final = ("value", "currency", "net_wgt_kg", "qty", "qty_unit", "qty2", "qty2_unit", "release")
_TABLES: Final = {
    "rows": (*SPOT, "partner", "cmd_code", "classification", "month", *_MEASURED),
    "rest": (*SERIES_ORDER, "month", "last", *_MEASURED),
}
_TYPES: Final = {
    "month": "INTEGER", "last": "INTEGER", "release": "INTEGER", "value": "DOUBLE", "net_wgt_kg": "DOUBLE",
    "qty": "DOUBLE", "qty2": "DOUBLE",
}  # fmt: skip
_ARROW: Final[dict[str, Any]] = {"INTEGER": pa.int32(), "DOUBLE": pa.float64()}
_SOURCE: Final = {"month": "period_start", "last": "period_end"}
_TOTALS: Final = (
    "CREATE TABLE totals AS SELECT dataset, reporter, flow, partner, month, "
    "CASE cmd_code WHEN 'TOTAL' THEN 0 ELSE length(cmd_code) END AS digits, currency, sum(value) AS value, count(*) AS rows "
    "FROM rows GROUP BY ALL ORDER BY dataset, reporter, flow, partner, month"
)


@contextmanager
def database(path: Path) -> Iterator[Any]:
    """Open a new file with empty tables; it is on disk when the context ends.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    import duckdb

    config: dict[str, Any] = {"threads": 2, "memory_limit": MEMORY, "temp_directory": f"{path}.tmp"}
    try:
        db = duckdb.connect(str(path), config=config)
        try:
            for name, columns in _TABLES.items():
                told = ", ".join(f"{column} {_TYPES.get(column, 'VARCHAR')}" for column in columns)
                db.execute(f"CREATE TABLE {name} ({told})")
            yield db
        finally:
            db.close()
    except duckdb.Error as error:
        raise StoreError(
            f"the cube cannot be written ({str(error).splitlines()[0]}); the old one is as it was"
        ) from error
    sync(path)


def totals(db: Any) -> None:
    """Add up what was inserted, and write it all to the file."""
    db.execute(_TOTALS)


def insert(db: Any, rows: Any, releases: Iterable[Release], *, table: str, into: str) -> None:
    """Write rows of a view that are in order into a table that has the columns of ``rows`` or ``rest`` (``table``).

    Releases are written as their numbers: sixty-four letters are dear.
    """
    seqs = {release.id: release.seq for release in releases}
    columns = _TABLES[table]
    schema = pa.schema([(column, _ARROW.get(_TYPES.get(column, ""), _text(column))) for column in columns])
    places, ids = numbered(rows["release"])
    seq = pa.array(np.array([seqs[one] for one in ids], np.int32)[places])
    given = [seq if column == "release" else rows[_SOURCE.get(column, column)] for column in columns]
    db.register("given", pa.table(given, list(columns)).cast(schema))
    db.execute(f"INSERT INTO {into} SELECT * FROM given")
    db.unregister("given")


def _text(column: str) -> Any:
    return ROWS.field(column).type if column in ROWS.names else pa.string()


def ordered(table: Any, order: tuple[str, ...]) -> Any:
    """Return rows sorted by some columns of text, then by time; no two rows agree in all of them."""
    parts = []
    for name in order:
        places, words = ranked(table[name])
        parts.append((places, len(words)))
    for name in ("period_start", "period_end"):
        months = table[name].to_numpy()
        low = int(months.min()) if len(months) else 0
        parts.append((months - low, int(months.max()) - low + 1 if len(months) else 1))
    parts = [(places, size) for places, size in parts if size > 1]
    if math.prod(size for _, size in parts) < 1 << 63:
        packed = np.zeros(table.num_rows, np.int64)
        for places, size in parts:
            packed = packed * size + places
        return table.take(pa.array(np.argsort(packed)))
    return table.take(pa.array(np.lexsort([places for places, _ in parts][::-1])))


def blocks_in(path: Path, measure: Measure, months: Iterable[int] | None = None) -> Iterator[Block]:
    """Return the blocks of a measure from a base or batch, whose rows lie in order; only some months if given."""
    import duckdb

    unit = {"value": "currency", "qty": "qty_unit"}.get(measure.value, "NULL")
    there = f"{measure.value} IS NOT NULL"
    if months is not None:
        there += f" AND month IN ({', '.join(map(str, sorted(months))) or 'NULL'})"
    with duckdb.connect(str(path), read_only=True, config={"threads": 2, "memory_limit": MEMORY}) as db:
        spots = db.execute(
            f"SELECT dataset, reporter, flow, partner, count(*) FROM rows WHERE {there} GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        shares: list[tuple[tuple[str, str, str], list[str], int]] = []
        for dataset, reporter, flow, partner, count in spots:
            spot = (dataset, reporter, flow)
            if shares and shares[-1][0] == spot and shares[-1][2] + count <= _SHARE:
                shares[-1] = (spot, [*shares[-1][1], partner], shares[-1][2] + count)
            else:
                shares.append((spot, [partner], count))
        for spot, partners, _ in shares:
            reader = db.sql(
                f"SELECT partner, cmd_code, classification, month AS period_start, {measure.value}, {unit} AS unit FROM rows"
                f" WHERE dataset = ? AND reporter = ? AND flow = ? AND partner BETWEEN ? AND ? AND {there}",
                params=[*spot, partners[0], partners[-1]],
            ).to_arrow_reader(200_000)
            yield block_of(encoded(reader), spot, measure.value, "kg" if measure is Measure.NET_WEIGHT else None)


def encoded(reader: Any) -> Any:
    """Read a stream of batches as a table, texts as numbers into a list: a quarter of the memory."""
    dictionary = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema(
        [pa.field(field.name, dictionary if pa.types.is_string(field.type) else field.type) for field in reader.schema]
    )
    batches = [
        pa.RecordBatch.from_arrays(
            [
                pc.dictionary_encode(column) if pa.types.is_string(column.type) else column
                for column in (batch.column(at) for at in range(batch.num_columns))
            ],
            schema=schema,
        )
        for batch in reader
    ]
    return pa.Table.from_batches(batches, schema).unify_dictionaries()


def observations(rows: Any, ids: dict[int, str]) -> Any:
    """Return rows of ``rows`` or ``rest``, read with :func:`encoded`, as rows of a view.

    Parameters
    ----------
    ids
        Ids of releases by their number.
    """
    count = rows.num_rows
    seqs, places = np.unique(rows["release"].to_numpy(), return_inverse=True)
    named = pa.array([ids[seq] for seq in seqs.tolist()], pa.string())
    arrays = {name: rows[name] for name in rows.column_names}
    arrays["release"] = pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), named)
    arrays["period_start"] = rows["month"]
    arrays["period_end"] = arrays.get("last", rows["month"])
    nothing = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([""]))
    columns = [arrays.get(field.name, nothing) for field in ROWS]
    return pa.table(
        [one.cast(field.type) if one.type != field.type else one for one, field in zip(columns, ROWS, strict=True)],
        schema=ROWS,
    )

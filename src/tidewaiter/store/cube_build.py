"""Building the cube (:mod:`tidewaiter.store.cube`): whole, or a batch of the months that new releases touch."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import StoreError
from tidewaiter.model import Measure
from tidewaiter.period import Period
from tidewaiter.store.blocks import Block, block_of, ranked
from tidewaiter.store.catalogue import Release
from tidewaiter.store.cube import SPOT, Batch, Cube, Manifest, manifest_of, spots_table
from tidewaiter.store.files import explain, sync
from tidewaiter.store.newest import newest, numbered
from tidewaiter.store.panel import Panel, Words, load_words, merge, save_words, stem_of, write
from tidewaiter.store.view import ROWS, View

if TYPE_CHECKING:
    from tidewaiter.store.store import Store

__all__ = ["build"]

MOST_BATCHES: Final = 12
"""Batches after which the base is built anew."""

COLUMNS: Final = ("dataset", "reporter", "flow", "partner", "cmd_code", "classification", "period_start", "value",
                  "currency", "net_wgt_kg", "qty", "qty_unit", "qty2", "qty2_unit", "release")  # fmt: skip
_MEASURES: Final = (Measure.VALUE, Measure.NET_WEIGHT, Measure.QUANTITY)
_GIVEN: Final[Any] = pa.schema(
    [ROWS.field(name) for name in COLUMNS[:-1]] + [pa.field("release", pa.int32(), nullable=False)]
)
_TOTALS: Final = (
    "CREATE TABLE totals AS SELECT dataset, reporter, flow, partner, month, "
    "CASE cmd_code WHEN 'TOTAL' THEN 0 ELSE length(cmd_code) END AS digits, currency, sum(value) AS value, count(*) AS rows "
    "FROM rows GROUP BY ALL ORDER BY dataset, reporter, flow, partner, month"
)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the cube for building: another builder waits, loads and readers do not."""
    folder.mkdir(exist_ok=True)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def build(store: Store, *, full: bool = False) -> str:
    """Bring the cube up to the store's releases.

    Parameters
    ----------
    full
        Build it anew, whatever is there.

    Returns
    -------
    str
        ``current`` (nothing to do), ``updated`` (a batch was added) or ``built``.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    folder = store.folder / "cube"
    try:
        with _lock(folder):
            old = manifest_of(folder)
            _sweep(folder, old)
            version = store.catalogue.version()
            view = View(store)
            if old is not None and not full and old.version == version and _whole(folder, old):
                return "current"
            name = f"{version}-{os.urandom(4).hex()}"
            fresh = _new_releases(view, old)
            if old is not None and not full and fresh and len(old.batches) < MOST_BATCHES and _whole(folder, old):
                made = _update(store, view, folder, old, fresh, version, name)
                done = "updated"
            else:
                made = _build(view, folder, version, name)
                done = "built"
            _swap(folder, made)
            return done
    except OSError as error:
        raise StoreError(explain(store.folder, error).replace("nothing was loaded", "the cube is as it was")) from error


def _swap(folder: Path, manifest: Manifest) -> None:
    part = folder / "current.json.part"
    part.write_bytes(msgspec.json.encode(manifest))
    sync(part)
    part.replace(folder / "current.json")
    sync(folder)


def _sweep(folder: Path, manifest: Manifest | None) -> None:
    """Remove what no manifest names. Who has it open keeps it until done."""
    named = {"lock", "current.json"}
    if manifest is not None:
        named |= {manifest.base, manifest.panel, *(batch.file for batch in manifest.batches)}
    for path in folder.iterdir():
        if path.name in named:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _whole(folder: Path, manifest: Manifest) -> bool:
    names = (manifest.base, f"{manifest.panel}/words.json", *(batch.file for batch in manifest.batches))
    return all((folder / name).is_file() for name in names)


def _new_releases(view: View, old: Manifest | None) -> list[Release]:
    """Return the releases since the cube was built, if all it rests on is still in use and all of them are newer."""
    if old is None or not set(old.releases) <= {release.seq for release in view.releases}:
        return []
    fresh = [release for release in view.releases if release.seq not in set(old.releases)]
    return fresh if all(release.order > tuple(old.order) for release in fresh) else []


def _build(view: View, folder: Path, version: int, name: str) -> Manifest:
    """Build it all from the view, reporter by reporter."""
    from tidewaiter.codes import all_areas

    words = Words()
    for place, dimension in enumerate(SPOT):
        words.number(dimension, sorted({spot[place] for spot in view.spans}))
    words.number("partner", sorted(all_areas()))
    panel = folder / f"panel-{name}"
    base = f"base-{name}.duckdb"
    with _database(folder / base) as db:
        rows = _insert(db, _Tables(view), view)
        db.execute(_TOTALS)
    for measure in _MEASURES:
        write(panel / measure.value, _blocks_of(folder / base, measure), words)
    save_words(panel / "words.json", words)
    return _told(view, version, base, panel.name, rows, [])


def _told(view: View, version: int, base: str, panel: str, rows: int, batches: list[Batch]) -> Manifest:
    order = max((release.order for release in view.releases), default=("", 0))
    return Manifest(version, [release.seq for release in view.releases], order, base, panel, rows, batches)


class _Tables:
    """The rows of a view in the order of the cube, in tables that memory bounds."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __iter__(self) -> Iterator[Any]:
        from tidewaiter.store.blocks import shares_of

        for dataset, reporter, flow in sorted(self._view.spans):
            for partners in shares_of(self._view, dataset, reporter, flow):
                table = self._view.rows(datasets=dataset, reporters=reporter, flow=flow, partners=partners, whole=True)
                table = _single(table)
                if table.num_rows:
                    yield _sorted(table)


def _single(table: Any) -> Any:
    return table.filter(pc.equal(table["period_start"], table["period_end"]))


def _sorted(table: Any) -> Any:
    """Return the columns of the cube, sorted by series."""
    parts = [ranked(table[name])[0] for name in (*SPOT, "partner", "cmd_code", "classification")]
    parts.append(table["period_start"].to_numpy())
    return table.select(COLUMNS).take(pa.array(np.lexsort(parts[::-1])))


@contextmanager
def _database(path: Path) -> Iterator[Any]:
    import duckdb

    try:
        db = duckdb.connect(str(path), config={"threads": 2, "memory_limit": "1GB", "preserve_insertion_order": True})
        try:
            db.execute(
                "CREATE TABLE rows (dataset VARCHAR, reporter VARCHAR, flow VARCHAR, partner VARCHAR, cmd_code VARCHAR,"
                " classification VARCHAR, month INTEGER, value DOUBLE, currency VARCHAR, net_wgt_kg DOUBLE, qty DOUBLE,"
                " qty_unit VARCHAR, qty2 DOUBLE, qty2_unit VARCHAR, release INTEGER)"
            )
            yield db
        finally:
            db.close()
    except duckdb.Error as error:
        raise StoreError(
            f"the cube cannot be written ({str(error).splitlines()[0]}); the old one is as it was"
        ) from error
    sync(path)


def _insert(db: Any, tables: Iterable[Any], view: View) -> int:
    """Write rows in one stream; return how many. Releases are written as their numbers: sixty-four letters are dear."""
    seqs = {release.id: release.seq for release in view.releases}
    count = 0

    def batches() -> Iterator[Any]:
        nonlocal count
        for table in tables:
            count += table.num_rows
            places, ids = numbered(table["release"])
            seq = pa.array(np.array([seqs[one] for one in ids], np.int32)[places])
            given = table.set_column(table.schema.get_field_index("release"), "release", seq)
            yield from given.cast(_GIVEN).combine_chunks().to_batches()

    reader = pa.RecordBatchReader.from_batches(_GIVEN, batches())
    db.register("given", reader)
    db.execute("INSERT INTO rows SELECT * FROM given")
    db.unregister("given")
    return count


def _blocks_of(path: Path, measure: Measure) -> Iterator[Block]:
    """Return the blocks of a measure from a base or batch, whose rows lie in order."""
    import duckdb

    with duckdb.connect(str(path), read_only=True, config={"threads": 2, "memory_limit": "1GB"}) as db:
        yield from _stream(db, measure)


def _stream(db: Any, measure: Measure) -> Iterator[Block]:
    unit = {"value": "currency", "qty": "qty_unit"}.get(measure.value, "NULL")
    spots = db.execute(
        f"SELECT dataset, reporter, flow, partner, count({measure.value}) FROM rows GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    shares: list[tuple[tuple[str, str, str], list[str], int]] = []
    for dataset, reporter, flow, partner, count in spots:
        spot = (dataset, reporter, flow)
        if not count:
            continue
        if shares and shares[-1][0] == spot and shares[-1][2] + count <= 4_000_000:
            shares[-1] = (spot, [*shares[-1][1], partner], shares[-1][2] + count)
        else:
            shares.append((spot, [partner], count))
    for spot, partners, _ in shares:
        table = db.sql(
            f"SELECT partner, cmd_code, classification, month AS period_start, {measure.value}, {unit} AS unit FROM rows"
            f" WHERE dataset = ? AND reporter = ? AND flow = ? AND partner BETWEEN ? AND ? AND {measure.value} IS NOT NULL",
            params=[*spot, partners[0], partners[-1]],
        ).to_arrow_table()
        for name in ("partner", "cmd_code", "classification", "unit"):
            place = table.schema.get_field_index(name)
            table = table.set_column(place, name, table[name].dictionary_encode())
        yield block_of(table, spot, measure.value, "kg" if measure is Measure.NET_WEIGHT else None)


def _update(
    store: Store, view: View, folder: Path, old: Manifest, fresh: list[Release], version: int, name: str
) -> Manifest:
    """Add a batch of the months that new releases touch, and merge them into the panel."""
    cube = Cube(store, stale=True)
    try:
        spots = _touched(view, fresh, cube)
        before = cube.sql(
            "SELECT r.* FROM rows r WHERE month IN (SELECT DISTINCT month FROM spots)"
            " AND ROW(dataset, reporter, flow, month) IN (SELECT ROW(dataset, reporter, flow, month) FROM spots)"
        )
        there = cube.sql(
            "SELECT DISTINCT dataset, reporter, flow, month FROM totals WHERE month IN (SELECT DISTINCT month FROM spots)"
        ).to_pylist()
    finally:
        cube.close()
    # Newer releases than any in the cube: its rows, then theirs, the later one holds.
    alone = [View(store, releases=[release]) for release in fresh]
    period = Period(min(m for *_, m in spots), max(m for *_, m in spots)) if spots else None
    tables = [_observations(before, view)]
    tables += [_single(one.rows(whole=True, period=period)) if period else ROWS.empty_table() for one in alone]
    coverage = [(), *(view.rectangles.get(release.seq, ()) for release in fresh)]
    now = newest(tables, coverage)
    file = f"batch-{name}.duckdb"
    with _database(folder / file) as db:
        _insert(db, [_sorted(now)] if now.num_rows else [], view)
        db.execute(_TOTALS)
    source = folder / old.panel
    panel = folder / f"panel-{name}"
    words = load_words(source / "words.json")
    gone = {(stem_of(words, *spot), month) for *spot, month in spots}
    for measure in _MEASURES:
        merge(Panel(source / measure.value, words), panel / measure.value, _blocks_of(folder / file, measure), gone)
    save_words(panel / "words.json", words)
    standing = {row["month"] for row in there if tuple(row.values()) not in spots}
    batches = [*old.batches, Batch(file, sorted(spots), sorted({month for *_, month in spots} - standing))]
    rows = old.rows - before.num_rows + now.num_rows
    return _told(view, version, old.base, panel.name, rows, batches)


def _touched(view: View, fresh: Sequence[Release], cube: Cube) -> set[tuple[str, str, str, int]]:
    """Return the dataset, reporter, flow and month that new releases speak of, by rows or by silence."""
    mine = {release.seq for release in fresh}
    spots = {
        (span.dataset, span.reporter, span.flow, span.first)
        for span in view.store.catalogue.spans()
        if span.release in mine and span.first == span.last
    }
    for release in fresh:
        for one in view.rectangles.get(release.seq, ()):
            if one.length == 1:
                spots |= {
                    (one.dataset, reporter, flow, month)
                    for reporter in one.reporters
                    for flow in one.flows
                    for month in range(one.first, one.last + 1)
                }
    cube.db.register("spots", spots_table(sorted(spots)))
    return spots


def _observations(rows: Any, view: View) -> Any:
    """Return rows of the cube as rows of a view."""
    count = rows.num_rows
    ids = {release.seq: release.id for release in view.releases}
    seqs, places = np.unique(rows["release"].to_numpy(), return_inverse=True)
    named = pa.array([ids[seq] for seq in seqs.tolist()], pa.string())
    release = pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), named)
    rows = rows.set_column(rows.schema.get_field_index("release"), "release", release)
    arrays = {name: rows[name] for name in rows.column_names if name != "month"}
    arrays |= {"period_start": rows["month"], "period_end": rows["month"]}
    for name in ("customs_regime", "mode_of_transport", "district"):
        arrays[name] = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([""]))
    columns = []
    for field in ROWS:
        column = arrays[field.name]
        if pa.types.is_dictionary(field.type) and not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        columns.append(column.cast(field.type) if column.type != field.type else column)
    return pa.table(columns, schema=ROWS)

"""Building the cube (:mod:`tidewaiter.store.cube`): whole, or a batch of the months that new releases touch.

Each update is one batch. A batch that is no larger than what comes after it is taken into the new one, so that a hundred
small loads leave a few batches, not a hundred; where batches hold much of the whole, the base is built anew. Readers go on
with what they have open.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa

from tidewaiter.errors import StoreError
from tidewaiter.model import Measure
from tidewaiter.store.catalogue import Release
from tidewaiter.store.cube import FORMAT, SPOT, Batch, Cube, Manifest, manifest_of, spots_table
from tidewaiter.store.cube_files import (
    SERIES_ORDER,
    blocks_in,
    database,
    encoded,
    insert,
    observations,
    ordered,
    totals,
)
from tidewaiter.store.files import explain, sync
from tidewaiter.store.newest import flags, newest
from tidewaiter.store.panel import Panel, Words, load_words, merge, save_words, stem_of, write
from tidewaiter.store.reading import PARTS
from tidewaiter.store.view import View

if TYPE_CHECKING:
    from tidewaiter.store.store import Store

__all__ = ["build", "forget"]

MOST_BATCHES: Final = 12
"""Batches after which the base is built anew."""

ABSORBED: Final = 3_000_000
"""Most rows of a batch that takes others in: more would be long to write for one month."""

LARGEST: Final = 4_000_000
"""Most rows of new releases that are put in a batch; more than that are built in with all the rest."""

SHARE: Final = 1_000_000
"""Rows of a view that are put in order at once."""

_MEASURES: Final = (Measure.VALUE, Measure.NET_WEIGHT, Measure.QUANTITY)
_SAME: Final = {"rows": "rows", "rest": "rest"}
_Spot = tuple[str, str, str, int]


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
            view = View(store, through_cube=False)
            if old is not None and not full and old.version == version and _whole(folder, old):
                return "current"
            name = f"{version}-{os.urandom(4).hex()}"
            fresh = _new_releases(view, old)
            if old is not None and not full and fresh and _may_grow(old, fresh) and _whole(folder, old):
                made = _update(store, view, folder, old, fresh, version, name)
                done = "updated"
            else:
                made = _build(view, folder, version, name)
                done = "built"
            _swap(folder, made)
            return done
    except OSError as error:
        raise StoreError(explain(store.folder, error).replace("nothing was loaded", "the cube is as it was")) from error


def forget(store: Store) -> None:
    """Have the cube built anew next time: rows that it was made from were made again."""
    folder = store.folder / "cube"
    if folder.is_dir():
        with _lock(folder):
            (folder / "current.json").unlink(missing_ok=True)


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


def _may_grow(old: Manifest, fresh: Sequence[Release]) -> bool:
    """Whether another batch is worth it: not where it is large, or batches are many or hold half of all rows."""
    inside = sum(batch.rows for batch in old.batches)
    small = sum(release.rows for release in fresh) <= LARGEST
    return small and len(old.batches) < MOST_BATCHES and (inside <= ABSORBED or 2 * inside <= old.rows)


def _new_releases(view: View, old: Manifest | None) -> list[Release]:
    """Return the releases since the cube was built, if all it rests on is still in use and all of them are newer."""
    if old is None or not set(old.releases) <= {release.seq for release in view.releases}:
        return []
    fresh = [release for release in view.releases if release.seq not in set(old.releases)]
    return fresh if all(release.order > tuple(old.order) for release in fresh) else []


def _build(view: View, folder: Path, version: int, name: str) -> Manifest:
    """Build it all from the view, reporter by reporter."""
    from tidewaiter.codes import all_areas
    from tidewaiter.store.blocks import shares_of

    words = Words()
    for place, dimension in enumerate(SPOT):
        words.number(dimension, sorted({spot[place] for spot in view.spans}))
    words.number("partner", sorted(all_areas()))
    panel = folder / f"panel-{name}"
    base = f"base-{name}.duckdb"
    rest: set[tuple[str, str, str]] = set()
    rows = 0
    with database(folder / base) as db:
        for dataset, reporter, flow in sorted(view.spans):
            for partners in shares_of(view, dataset, reporter, flow, most=SHARE):
                table = view.rows(datasets=dataset, reporters=reporter, flow=flow, partners=partners)
                plain, other = _divided(table)
                del table
                rows += _insert_both(db, plain, other, view)
                if other.num_rows:
                    rest.add((dataset, reporter, flow))
        totals(db)
    for measure in _MEASURES:
        write(panel / measure.value, blocks_in(folder / base, measure), words)
    save_words(panel / "words.json", words)
    return _told(view, version, base, panel.name, rows, rest, [])


def _insert_both(db: Any, plain: Any, other: Any, view: View, into: Mapping[str, str] = _SAME) -> int:
    """Write rows of both tables in order; return how many of the first."""
    if other.num_rows:
        insert(db, ordered(other, SERIES_ORDER), view.releases, table="rest", into=into["rest"])
    if plain.num_rows:
        insert(db, ordered(plain, SERIES_ORDER[: -len(PARTS)]), view.releases, table="rows", into=into["rows"])
    return int(plain.num_rows)


def _told(
    view: View,
    version: int,
    base: str,
    panel: str,
    rows: int,
    rest: set[tuple[str, str, str]],
    batches: list[Batch],
) -> Manifest:
    order = max((release.order for release in view.releases), default=("", 0))
    return Manifest(
        FORMAT, version, [release.seq for release in view.releases], order, base, panel, rows, sorted(rest), batches
    )


def _divided(table: Any) -> tuple[Any, Any]:
    """Return the rows that are totals of single months, and the others."""
    plain = table["period_start"].to_numpy() == table["period_end"].to_numpy()
    for name in PARTS:
        plain &= flags(table[name], "".__eq__)
    if plain.all():
        return table, table.slice(0, 0)
    return table.filter(pa.array(plain)), table.filter(pa.array(~plain))


def _update(
    store: Store, view: View, folder: Path, old: Manifest, fresh: list[Release], version: int, name: str
) -> Manifest:
    """Add a batch of the months that new releases touch, and merge them into the panel."""
    touched = _touched(view, fresh)
    kept, absorbed = _absorbed(old, sum(release.rows for release in fresh))
    spots = touched | {spot for batch in absorbed for spot in batch.replaced}
    file = f"batch-{name}.duckdb"
    cube = Cube(store, stale=True)
    try:
        with database(folder / file) as db:
            into = {table: f"mixed_{table}" if absorbed else table for table in ("rows", "rest")}
            for table, target in into.items():
                if absorbed:
                    db.execute(f"CREATE TEMP TABLE {target} AS SELECT * FROM {table} LIMIT 0")
            gone = fresh_rows = 0
            for plain, other, before in _holding(store, view, cube, fresh, touched):
                gone += before
                fresh_rows += _insert_both(db, plain, other, view, into)
            for table, target in into.items():
                if absorbed:
                    _take_in(db, cube, table, target, range(len(kept) + 1, len(old.batches) + 1), touched)
            totals(db)
            count = db.execute("SELECT count(*) FROM rows").fetchone()[0]
            held = db.execute("SELECT DISTINCT dataset, reporter, flow FROM rest").fetchall()
        standing = cube.db.execute("SELECT DISTINCT dataset, reporter, flow, month FROM totals").fetchall()
    finally:
        cube.close()
    _merge_panel(folder, old, name, file, touched)
    # What stands outside this batch is what stood there before and is not in its spots.
    left = {month for *spot, month in standing if (*spot, month) not in spots}
    batch = Batch(file, sorted(spots), sorted({month for *_, month in spots} - left), count)
    rest = set(old.rest) | set(held)
    return _told(view, version, old.base, f"panel-{name}", old.rows - gone + fresh_rows, rest, [*kept, batch])


def _holding(
    store: Store, view: View, cube: Cube, fresh: Sequence[Release], touched: set[_Spot]
) -> Iterator[tuple[Any, Any, int]]:
    """Yield what holds now at some spots, in order: totals of single months, the rest, and how many of the first held before."""
    ids = {release.seq: release.id for release in view.releases}
    alone = [View(store, releases=[release], through_cube=False) for release in fresh]
    coverage = [(), *(view.rectangles.get(release.seq, ()) for release in fresh)]
    months: dict[tuple[str, str, str], list[int]] = {}
    for *spot, month in sorted(touched):
        months.setdefault((spot[0], spot[1], spot[2]), []).append(month)
    for (dataset, reporter, flow), listed in months.items():
        there = []
        for table in ("rows", "rest"):
            reader = cube.db.sql(
                f"SELECT * FROM {table} WHERE dataset = ? AND reporter = ? AND flow = ? AND month IN"
                f" ({', '.join(map(str, listed))})",
                params=[dataset, reporter, flow],
            ).to_arrow_reader(200_000)
            there.append(observations(encoded(reader), ids))
        # Newer releases than any in the cube: its rows, then theirs, the later one holds.
        new = [one.rows(datasets=dataset, reporters=reporter, flow=flow) for one in alone]
        yield *_divided(newest([pa.concat_tables(there), *new], coverage)), there[0].num_rows


def _absorbed(old: Manifest, rows: int) -> tuple[list[Batch], list[Batch]]:
    """Divide the batches into those that stay and those, the latest, that a new one of so many rows takes in."""
    at, total = len(old.batches), rows
    # Months of one series differ a little in size: what is up to half as large again is as large.
    while at and 2 * old.batches[at - 1].rows <= 3 * total and old.batches[at - 1].rows + total <= ABSORBED:
        at -= 1
        total += old.batches[at].rows
    return old.batches[:at], old.batches[at:]


def _take_in(db: Any, cube: Cube, table: str, mixed: str, parts: Sequence[int], touched: set[_Spot]) -> None:
    """Add to what is new what still holds of older batches, and write both in order.

    Parameters
    ----------
    parts
        The numbers of those batches among the parts of the cube.
    """
    same = " AND ".join(f"r.{name} = t.{name}" for name in (*SPOT, "month"))
    every = " UNION ALL ".join(cube.standing(table, part) for part in parts)
    cube.db.register("touched", spots_table(sorted(touched)))
    reader = cube.db.sql(f"SELECT r.* FROM ({every}) r ANTI JOIN touched t ON {same}").to_arrow_reader(100_000)
    db.register("given", reader)
    db.execute(f"INSERT INTO {mixed} SELECT * FROM given")
    db.unregister("given")
    order = SERIES_ORDER if table == "rest" else SERIES_ORDER[: -len(PARTS)]
    db.execute(f"INSERT INTO {table} SELECT * FROM {mixed} ORDER BY {', '.join((*order, 'month'))}")
    db.execute(f"DROP TABLE {mixed}")


def _merge_panel(folder: Path, old: Manifest, name: str, file: str, touched: set[_Spot]) -> None:
    source, panel = folder / old.panel, folder / f"panel-{name}"
    words = load_words(source / "words.json")
    gone = {(stem_of(words, *spot), month) for *spot, month in touched}
    months = {month for *_, month in touched}
    for measure in _MEASURES:
        fresh = blocks_in(folder / file, measure, months)
        merge(Panel(source / measure.value, words), panel / measure.value, fresh, gone)
    save_words(panel / "words.json", words)


def _touched(view: View, fresh: Sequence[Release]) -> set[_Spot]:
    """Return the dataset, reporter, flow and first month that new releases speak of, by rows or by silence."""
    mine = {release.seq for release in fresh}
    spots = {
        (span.dataset, span.reporter, span.flow, span.first)
        for span in view.store.catalogue.spans()
        if span.release in mine
    }
    for release in fresh:
        for one in view.rectangles.get(release.seq, ()):
            spots |= {
                (one.dataset, reporter, flow, month)
                for reporter in one.reporters
                for flow in one.flows
                for month in range(one.first, one.last + 1, one.length)
            }
    return spots

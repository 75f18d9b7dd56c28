"""Looking after a store: hashes verified, what nobody owns swept, what is derived made again from the raw bytes."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tidewaiter.errors import BadFile, StoreError, UnknownName
from tidewaiter.sources.observation import SCHEMA
from tidewaiter.sources.registry import choose
from tidewaiter.store.catalogue import Release, Segment
from tidewaiter.store.coverage import Rectangle
from tidewaiter.store.files import PART, UNWRITABLE, digest, explain, place, write_lock
from tidewaiter.store.load import Told, coverage_of, named, read_again, rejects_csv, sweep_parts
from tidewaiter.store.store import Store

__all__ = ["Health", "compact", "examine"]

_TEXT_COLUMNS: Final = [field.name for field in SCHEMA if not pa.types.is_floating(field.type)]


class Health(msgspec.Struct):
    """What was found and done. A release is intact, mended, damaged or missing, and counted as one of them.

    Parameters
    ----------
    releases
        Releases looked at, withdrawn ones included.
    intact
        How many of them are, byte for byte, what was loaded.
    mended
        How many have their rows again from their raw bytes.
    damaged
        Releases whose raw file is not what its name says, or whose rows are damaged and were not made again.
    missing
        Releases whose raw file is not there.
    rebuilt
        Releases whose rows were made again from their raw bytes, with the reason.
    swept
        Files that belonged to nobody and were removed.
    strays
        Files that belong to nobody and were left, as the store cannot be written.
    problems
        What could not be mended, as sentences, each with the next step.
    readonly
        Why nothing could be mended, if the store cannot be written; empty otherwise.
    """

    releases: int = 0
    intact: int = 0
    mended: int = 0
    damaged: list[str] = []
    missing: list[str] = []
    rebuilt: list[str] = []
    swept: list[str] = []
    strays: list[str] = []
    problems: list[str] = []
    readonly: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing is left to mend."""
        return not self.damaged and not self.missing and not self.problems


def examine(store: Store, *, rebuild: bool = False) -> Health:
    """Verify every release, mend what can be mended, sweep what nobody owns.

    Parameters
    ----------
    store
        The store; held for writing meanwhile. One that cannot be written is verified all the same, and nothing is mended.
    rebuild
        Make the rows of every release again, whether they look damaged or not.

    Raises
    ------
    StoreError
        If the catalogue cannot be read, or the store has no room to mend.
    """
    found = Health()
    try:
        with ExitStack() as held:
            try:
                held.enter_context(write_lock(store.folder))
                sweep_parts(store.folder)
                (store.folder / "rows").mkdir(exist_ok=True)
            except (StoreError, OSError) as error:
                why = error.__cause__ if isinstance(error, StoreError) else error
                if not isinstance(why, OSError) or why.errno not in UNWRITABLE:
                    raise
                found.readonly = why.strerror or str(why)
            found.problems += store.catalogue.faults()
            segments: dict[int, list[Segment]] = {}
            for one in store.catalogue.segments():
                segments.setdefault(one.release, []).append(one)
            for release in store.catalogue.releases(withdrawn=True):
                found.releases += 1
                _examine(store, release, segments.get(release.seq, []), found, rebuild)
            _sweep(store, found)
            if found.rebuilt:
                from tidewaiter.store.cube_build import forget

                forget(store)
    except OSError as error:
        raise StoreError(explain(store.folder, error)) from error
    return found


def _examine(store: Store, release: Release, segments: list[Segment], found: Health, rebuild: bool) -> None:
    raw = store.folder / "raw" / release.raw_name
    there = raw.is_file()
    whole = there and digest(raw) == release.raw_name
    name = f"release {release.id[:12]} ({release.file})"
    wrong = "" if release.withdrawn else _wrong(store.folder / "rows", release, segments)
    if not whole:
        (found.damaged if there else found.missing).append(release.id)
        found.problems.append(
            f"the raw file of {name} {'is not what was loaded' if there else 'is missing'}; load {release.file} again, or put it"
            f" back as raw/{release.raw_name}"
        )
        if wrong:
            found.problems.append(f"the rows of {name} {wrong} and cannot be made again without its raw file")
        return
    if not wrong and not (rebuild and not release.withdrawn):
        found.intact += 1
        return
    if found.readonly:
        if wrong:
            found.damaged.append(release.id)
            found.problems.append(
                f"the rows of {name} {wrong}; run tidewaiter doctor where the store can be written: its raw file is intact"
            )
        else:
            found.intact += 1
        return
    try:
        rebuild_release(store, release)
    except (BadFile, UnknownName) as error:
        found.damaged.append(release.id)
        found.problems.append(f"{name} cannot be read again: {error}")
    else:
        found.mended += 1
        found.rebuilt.append(f"{release.id[:12]} ({release.file}): {f'its rows {wrong}' if wrong else 'asked for'}")


def _wrong(folder: Path, release: Release, segments: list[Segment]) -> str:
    """Say what is wrong with the rows of a release; empty if nothing is."""
    if sum(one.rows for one in segments) != release.rows:
        return "are not all there"
    for name in sorted({one.file for one in segments}):
        if not (folder / name).is_file():
            return "are missing"
        try:
            with pq.ParquetFile(folder / name, page_checksum_verification=True) as file:
                for one in segments:
                    if one.file == name and _differs(file, one):
                        return "are not those that were written"
        except (OSError, pa.ArrowException, IndexError, RuntimeError, UnicodeDecodeError, MemoryError):
            return "are damaged"
    return ""


def _differs(file: Any, segment: Segment) -> bool:
    """Whether a row group is not what the catalogue says, or not what its own statistics, which readers go by, say."""
    if segment.row_group >= file.num_row_groups:
        return True
    about = file.metadata.row_group(segment.row_group)
    if about.num_rows != segment.rows or file.schema_arrow.names != SCHEMA.names:
        return True
    table = file.read_row_group(segment.row_group)
    table.validate(full=True)
    told = {"dataset": segment.dataset, "reporter": segment.reporter, "flow": segment.flow}
    for number in range(about.num_columns):
        column = about.column(number)
        if column.path_in_schema not in SCHEMA.names:
            return True
        cells = table[column.path_in_schema]
        if pa.types.is_dictionary(cells.type):
            cells = cells.unique().cast(pa.string()).drop_null()
        if column.path_in_schema in told and cells.to_pylist() != [told[column.path_in_schema]]:
            return True
        facts = column.statistics
        if facts is None or not facts.has_min_max:
            continue
        ends = pc.min_max(cells).as_py()
        # They may be wider than what is there, which costs a look; narrower, they would hide rows.
        if ends["min"] is not None and not (facts.min <= ends["min"] and ends["max"] <= facts.max):
            return True
        if column.path_in_schema == "period_start" and ends["min"] != segment.first:
            return True
    return False


def rebuild_release(store: Store, release: Release) -> None:
    """Make the rows, periods and coverage of a release again from its raw bytes. Only for the holder of the lock."""
    asked = release.asked
    told = Told(
        release.source,
        release.published,
        asked.get("flow", ""),
        release.covers,
        release.keep_going,
        asked.get("mapping", ""),
    )
    reader = choose(b"", release.file, told.asked, release.source)
    raw = store.folder / "raw" / release.raw_name
    written, reading = read_again(store.folder, raw, str(raw), release.id, reader, told)
    rectangles: tuple[Rectangle, ...] = coverage_of(written, reading, reader, told, release.published_to)[0]
    if reading.rejects:
        report = store.folder / "rejects" / f"{release.id}.csv{PART}"
        report.parent.mkdir(exist_ok=True)
        report.write_text(rejects_csv(reading.rejects), encoding="utf-8")
        place(report, report.with_suffix(""))
    for file in written.files:
        place(file, file.with_suffix(""))
    store.catalogue.replace_parts(release.seq, named(written), written.spans_list(), rectangles, rows=written.count)


def _sweep(store: Store, found: Health) -> None:
    """Remove files that no release owns."""
    releases = store.catalogue.releases(withdrawn=True)
    ids = {one.id for one in releases}
    owned: dict[str, set[str]] = {
        "raw": {one.raw_name for one in releases},
        "rows": {one.file for one in store.catalogue.segments()},
        "rejects": {f"{one}.csv" for one in ids},
    }
    for folder, names in owned.items():
        place_ = store.folder / folder
        if not place_.is_dir():
            continue
        for path in sorted(place_.iterdir()):
            if path.is_file() and path.name not in names:
                if found.readonly:
                    found.strays.append(f"{folder}/{path.name}")
                    continue
                path.unlink()
                found.swept.append(f"{folder}/{path.name}")


def compact(store: Store, *, most: int = 1 << 27) -> int:
    """Put the row groups of many small files together, by dataset.

    Readers see the old files or the new ones; the old ones stay until the next sweep.

    Parameters
    ----------
    most
        Files of at least so many bytes are left alone, and no new one is made larger.

    Returns
    -------
    int
        How many files were put together.
    """
    try:
        with write_lock(store.folder):
            sweep_parts(store.folder)
            return _compact(store, most)
    except OSError as error:
        raise StoreError(explain(store.folder, error)) from error


def _compact(store: Store, most: int) -> int:
    folder = store.folder / "rows"
    inside: dict[str, list[Segment]] = {}
    used = {release.seq for release in store.catalogue.releases()}
    for one in store.catalogue.segments():
        if one.release in used:
            inside.setdefault(one.file, []).append(one)
    batches: dict[str, list[list[str]]] = {}
    sizes: dict[str, int] = {}
    for name in sorted(inside):
        size = (folder / name).stat().st_size
        dataset = inside[name][0].dataset
        if size >= most or any(one.dataset != dataset for one in inside[name]):
            continue
        listed = batches.setdefault(dataset, [[]])
        if listed[-1] and sizes[dataset] + size > most:
            listed.append([])
            sizes[dataset] = 0
        sizes[dataset] = sizes.get(dataset, 0) + size
        listed[-1].append(name)
    moved = 0
    for names in (names for listed in batches.values() for names in listed if len(names) > 1):
        _join(store, folder, names, inside)
        moved += len(names)
    return moved


def _join(store: Store, folder: Path, names: list[str], inside: dict[str, list[Segment]]) -> None:
    """Copy the row groups of several files into one, in the order of segments, and point the catalogue there."""
    target = f"joined-{time.time_ns():x}.parquet"
    part = folder / f"{target}{PART}"
    files = {name: pq.ParquetFile(folder / name, page_checksum_verification=True) for name in names}
    try:
        order = sorted(
            (one for name in names for one in inside[name]),
            key=lambda one: (one.dataset, one.reporter, one.flow, one.year, one.release, one.file, one.row_group),
        )
        segments: list[Any] = []
        with pq.ParquetWriter(
            part,
            SCHEMA,
            compression="zstd",
            compression_level=1,
            use_dictionary=_TEXT_COLUMNS,
            write_page_checksum=True,
        ) as writer:
            for number, one in enumerate(order):
                table = files[one.file].read_row_group(one.row_group)
                writer.write_table(table.cast(SCHEMA), row_group_size=max(table.num_rows, 1))
                segments.append(msgspec.structs.replace(one, file=target, row_group=number))
        place(part, folder / target)
    finally:
        for file in files.values():
            file.close()
        part.unlink(missing_ok=True)
    # A release may have other files that stay where they are.
    moved = {(one.file, one.row_group) for one in order}
    touched = {one.release for one in order}
    rest = [
        one for one in store.catalogue.segments() if one.release in touched and (one.file, one.row_group) not in moved
    ]
    store.catalogue.replace_segments([*segments, *rest])

"""Loading files into a store and reading their rows back."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from tidewaiter.errors import BadFile, StoreError
from tidewaiter.period import Period
from tidewaiter.sources.compressed import head_of, open_content
from tidewaiter.sources.observation import KEY_COLUMNS, SCHEMA, Asked, Reject
from tidewaiter.sources.registry import Source, get, recognise

__all__ = ["Release", "Store"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS release (
  id TEXT PRIMARY KEY, source TEXT NOT NULL, dataset TEXT NOT NULL, publisher TEXT NOT NULL, file TEXT NOT NULL,
  published TEXT NOT NULL, loaded TEXT NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL
) STRICT;
"""
_MARK = "tidewaiter-store"


class Release(msgspec.Struct, frozen=True):
    """One loaded file: who published it, when (empty where not told), what it holds. ``new`` is False for a repeat."""

    id: str
    source: str
    dataset: str
    publisher: str
    file: str
    published: str
    loaded: str
    rows: int
    bytes: int
    first: int
    last: int
    new: bool = False


class Store:
    """A folder of releases.

    Parameters
    ----------
    folder
        Where it is.
    create
        Make it if it is not there.

    Raises
    ------
    StoreError
        If it is not there, not a store, or cannot be opened.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        try:
            if create:
                if folder.exists() and not (folder / _MARK).is_file() and any(folder.iterdir()):
                    raise StoreError(f"{folder} is not a store and not empty; name another folder with --store")
                for part in ("raw", "rows"):
                    (folder / part).mkdir(parents=True, exist_ok=True)
                (folder / _MARK).touch()
            elif not (folder / _MARK).is_file():
                raise StoreError(f"{folder} is not a store; load a file first: tidewaiter load FILE --store {folder}")
            if create:
                with self._catalogue() as db:
                    db.executescript(_SCHEMA)
        except OSError as error:
            raise StoreError(f"cannot use {folder} as a store ({error.strerror}); name another with --store") from error

    @contextmanager
    def _catalogue(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.folder / "catalogue.sqlite", timeout=60)) as db:
                db.execute("PRAGMA journal_mode=WAL")
                db.execute("PRAGMA synchronous=FULL")
                yield db
        except sqlite3.Error as error:
            raise StoreError(f"the catalogue of {self.folder} cannot be used ({error})") from error

    def releases(self, as_of: str | None = None) -> tuple[Release, ...]:
        """Return the releases, in the order of loading; with a date, those known to be published by then."""
        with self._catalogue() as db:
            rows = db.execute(
                "SELECT id, source, dataset, publisher, file, published, loaded, rows, bytes, first, last FROM release"
                " ORDER BY published, loaded"
            ).fetchall()
        found = tuple(Release(*row) for row in rows)
        return found if as_of is None else tuple(one for one in found if one.published and one.published <= as_of)

    def load(self, path: Path, *, source: str | None = None, published: str = "") -> Release:
        """Load a file as a release; a file that is there already is left as it is.

        Raises
        ------
        BadFile
            If the file, or any row of it, cannot be read. Nothing of it is kept.
        StoreError
            If the store cannot be written. What was loaded before is untouched.
        """
        reader = get(source) if source else recognise(head_of(path), str(path))
        try:
            identity, size = _digest(path)
            for one in self.releases():
                if one.id == identity:
                    return one
            return self._add(path, identity, size, reader, published)
        except OSError as error:
            raise StoreError(
                f"cannot write to the store {self.folder} ({error.strerror}); nothing was loaded"
            ) from error

    def _add(self, path: Path, identity: str, size: int, reader: Source, published: str) -> Release:
        import pyarrow.parquet as pq

        mark = f"{identity}.{os.getpid()}.part"
        raw, rows = self.folder / "raw" / mark, self.folder / "rows" / mark
        count, first, last = 0, 10**6, 0
        try:
            with open_content(path) as stream, pq.ParquetWriter(rows, SCHEMA, compression="zstd") as writer:
                rejects: list[Reject] = []
                for batch in reader.read(stream, str(path), Asked()):
                    rejects.extend(batch.rejects)
                    if len(rejects) >= 20:
                        break
                    if batch.rows is None or rejects:
                        continue
                    writer.write_batch(batch.rows)
                    count += batch.rows.num_rows
                    first = min(first, *_ends(batch.rows, "period_start"))
                    last = max(last, *_ends(batch.rows, "period_end"))
            if rejects:
                raise _refusal(path, rejects)
            if not count:
                raise BadFile(str(path), "no row in it, only a header")
            shutil.copyfile(path, raw)
            if _digest(raw)[0] != identity:
                raise BadFile(str(path), "changed while it was being read; load it again")
            for part, name in ((raw, identity), (rows, f"{identity}.parquet")):
                _sync(part)
                part.replace(part.with_name(name))
            _sync(self.folder / "raw")
            _sync(self.folder / "rows")
            release = Release(
                identity, reader.name, reader.dataset, reader.publisher, path.name, published,
                datetime.now(UTC).isoformat(timespec="seconds"), count, size, first, last, new=True,
            )  # fmt: skip
            with self._catalogue() as db, db:
                db.execute(
                    "INSERT OR IGNORE INTO release VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    msgspec.structs.astuple(release)[:-1],
                )
            return release
        finally:
            for part in (raw, rows):
                part.unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove a store that was made for a load that did not happen, if nothing was ever loaded into it."""
        if not self.releases():
            for name in ("catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm", _MARK):
                (self.folder / name).unlink(missing_ok=True)
            for part in ("raw", "rows", ""):
                (self.folder / part).rmdir()

    def observations(
        self,
        *,
        partner: str | None = None,
        flow: str | None = None,
        digits: int | None = None,
        codes: Sequence[str] | None = None,
        period: Period | None = None,
        as_of: str | None = None,
    ) -> Any:
        """Return rows as an Arrow table, each with the id of its release: of a cell, the newest release's row.

        Parameters
        ----------
        digits
            Keep codes of this length only; rows of different lengths hold the same goods twice.
        as_of
            Releases published by this date only.
        """
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        tables = []
        for release in self.releases(as_of):
            wanted = None
            for name, value in (("partner", partner), ("flow", flow)):
                if value is not None:
                    test = pc.field(name) == value
                    wanted = test if wanted is None else wanted & test
            table = pq.read_table(self.folder / "rows" / f"{release.id}.parquet", filters=wanted)
            if digits is not None:
                table = table.filter(pc.equal(pc.utf8_length(table["cmd_code"].cast(pa.string())), digits))
            if codes is not None:
                table = table.filter(pc.is_in(table["cmd_code"].cast(pa.string()), pa.array(list(codes))))
            if period is not None:
                inside = pc.and_(
                    pc.greater_equal(table["period_start"], period.start),
                    pc.less_equal(table["period_end"], period.end),
                )
                table = table.filter(inside)
            tables.append(table.append_column("release", pa.array([release.id] * table.num_rows, pa.string())))
        if not tables:
            return SCHEMA.append(pa.field("release", pa.string())).empty_table()
        if len(tables) == 1:
            return tables[0]
        # Later releases come later, so the last row of a cell is the newest that is known.
        plain = [_undictionaried(table) for table in tables]
        rest = [name for name in plain[0].column_names if name not in KEY_COLUMNS]
        grouped = (
            pa.concat_tables(plain)
            .group_by(list(KEY_COLUMNS), use_threads=False)
            .aggregate([(name, "last") for name in rest])
        )
        return grouped.rename_columns([*KEY_COLUMNS, *rest])


def _undictionaried(table: Any) -> Any:
    import pyarrow as pa

    fields = [
        pa.field(field.name, pa.string()) if pa.types.is_dictionary(field.type) else field.with_nullable(True)
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def _refusal(path: Path, rejects: Sequence[Reject]) -> BadFile:
    first = rejects[0]
    more = f" (and {len(rejects) - 1} more bad cells)" if len(rejects) > 1 else ""
    return BadFile(
        str(path), f"nothing was loaded: {first.reason}{more}", line=first.line, column=first.column, value=first.value
    )


def _ends(rows: Any, column: str) -> tuple[int, int]:
    import pyarrow.compute as pc

    ends = pc.min_max(rows.column(column)).as_py()
    return ends["min"], ends["max"]


def _digest(path: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
                size += len(block)
    except OSError as error:
        raise BadFile(str(path), f"cannot be read ({error.strerror})") from error
    return digest.hexdigest(), size


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

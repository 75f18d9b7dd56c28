"""The catalogue: one SQLite database (WAL) that says what the store holds.

A release exists when its row is committed, together with the rows of its segments, spans and coverage. Whatever file has
no row here belongs to nobody.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from tidewaiter.errors import StoreError
from tidewaiter.store.coverage import Rectangle
from tidewaiter.store.files import room

__all__ = ["Catalogue", "Release", "Segment", "Span"]

VERSION: Final = 5
_BEFORE: Final = 4
"""A version without the last two columns: it is read as it is, and gets them with the next release."""

_SCHEMA: Final = """
CREATE TABLE release (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, dataset TEXT NOT NULL, publisher TEXT NOT NULL,
  file TEXT NOT NULL, published TEXT NOT NULL, published_from TEXT NOT NULL, published_to TEXT NOT NULL,
  loaded TEXT NOT NULL, rows INTEGER NOT NULL, bytes INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
  asked TEXT NOT NULL, covers TEXT NOT NULL, measures TEXT NOT NULL, digits TEXT NOT NULL, hidden TEXT NOT NULL, notes TEXT NOT NULL, rejected INTEGER NOT NULL,
  keep_going INTEGER NOT NULL, withdrawn TEXT NOT NULL, raw TEXT NOT NULL DEFAULT '', content TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX release_once ON release (id) WHERE withdrawn = '';
CREATE TABLE segment (
  release INTEGER NOT NULL, file TEXT NOT NULL, row_group INTEGER NOT NULL, dataset TEXT NOT NULL,
  reporter TEXT NOT NULL, flow TEXT NOT NULL, year INTEGER NOT NULL, rows INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (file, row_group)
) STRICT, WITHOUT ROWID;
CREATE INDEX segment_of ON segment (release);
CREATE TABLE span (
  release INTEGER NOT NULL, dataset TEXT NOT NULL, reporter TEXT NOT NULL, flow TEXT NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, rows INTEGER NOT NULL,
  PRIMARY KEY (release, dataset, reporter, flow, first, last)
) STRICT, WITHOUT ROWID;
CREATE TABLE coverage (release INTEGER NOT NULL, rectangle TEXT NOT NULL) STRICT;
CREATE INDEX coverage_of ON coverage (release);
"""


class Release(msgspec.Struct, frozen=True):
    """One loaded file: who published it, when, what it holds.

    Parameters
    ----------
    id
        SHA-256 of its bytes; of its bytes and the date where the same content was published more than once.
    published
        Day of publication as told: ``YYYY-MM-DD``, or ``YYYY-MM-DD..YYYY-MM-DD`` where only an interval is known, or
        empty where nothing was told.
    loaded
        When we retrieved it (UTC).
    first, last
        First and last month number.
    new
        False for a file that was there already.
    published_from, published_to
        Bounds of the day of publication. Of a release whose date was not told, ``published_from`` is empty and
        ``published_to`` the day it was loaded: by then it was out, and nothing earlier is sure.
    asked
        What was told beside the file, such as the flow.
    covers
        Coverage as declared.
    measures
        The measures that some row carries.
    digits
        Lengths of code that occur; 0 for all goods.
    hidden
        Codes with letters in them, under which a publisher hides goods of a chapter (``27SSSSSS``).
    notes
        What has to be told with the release.
    rejected
        Rows that were not taken.
    withdrawn
        When it was taken out of use; empty while it is in use.
    seq
        Order of loading.
    raw
        Name of its bytes in ``raw/`` (their SHA-256); empty where that is the id.
    content
        SHA-256 of what its bytes unpack to; empty in a store of an earlier version.
    """

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
    published_from: str = ""
    published_to: str = ""
    asked: dict[str, str] = {}
    covers: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    digits: tuple[int, ...] = ()
    hidden: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rejected: int = 0
    keep_going: bool = False
    withdrawn: str = ""
    seq: int = 0
    raw: str = ""
    content: str = ""

    @property
    def raw_name(self) -> str:
        """Name of its bytes in ``raw/``, which is their SHA-256."""
        return self.raw or self.id

    @property
    def dated(self) -> bool:
        """Whether it is known when it was published, or that its publisher said it on the day it was fetched."""
        return bool(self.published) or self.asked.get("current") == "1"

    @property
    def order(self) -> tuple[str, int]:
        """Where it stands among vintages: by publication, then by loading; those without a date stand under all others."""
        return (self.published_to if self.dated else "", self.seq)


class Segment(msgspec.Struct, frozen=True):
    """A row group of a Parquet file: the rows of one release, dataset, reporter, flow and year, sorted by series."""

    release: int
    file: str
    row_group: int
    dataset: str
    reporter: str
    flow: str
    year: int
    rows: int
    first: int
    last: int


class Span(msgspec.Struct, frozen=True):
    """A period that occurs in a release for a dataset, reporter and flow."""

    release: int
    dataset: str
    reporter: str
    flow: str
    first: int
    last: int
    rows: int


_COLUMNS: Final = (
    "seq", "id", "source", "dataset", "publisher", "file", "published", "published_from", "published_to", "loaded",
    "rows", "bytes", "first", "last", "asked", "covers", "measures", "digits", "hidden", "notes", "rejected", "keep_going", "withdrawn",
    "raw", "content",
)  # fmt: skip
_ABSENT: Final = ("'' AS raw", "'' AS content")
_JSON: Final = ("asked", "covers", "measures", "digits", "hidden", "notes")


class Catalogue:
    """The catalogue of a store's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "catalogue.sqlite"

    @contextmanager
    def open(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """Open it; read-only unless asked otherwise, so that a store on a read-only disk can be read.

        Raises
        ------
        StoreError
            If it cannot be used.
        """
        try:
            with closing(self._connect(write)) as db:
                yield db
        except sqlite3.Error as error:
            said = f"the catalogue of {self.folder} cannot be used ({error})"
            if "is full" in str(error):
                said = f"no room to write to the store {self.folder} ({error}{room(self.folder)}); nothing was loaded. Free space, and repeat"
            elif not isinstance(error, sqlite3.OperationalError):  # damaged, or no database at all
                said += "; put catalogue.sqlite back from a copy, or load the files in raw/ into a new store"
            raise StoreError(said) from error

    def _connect(self, write: bool) -> sqlite3.Connection:
        if write:
            db = sqlite3.connect(self.path, timeout=120, isolation_level=None)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            return db
        place = self.path.resolve().as_uri()
        db = sqlite3.connect(f"{place}?mode=ro", uri=True, timeout=60, isolation_level=None)
        try:
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:
            # A WAL database needs its side files even to be read; on a read-only disk they cannot be made, and
            # nobody can be writing either.
            db.close()
            wal = self.path.with_name(self.path.name + "-wal")
            if wal.exists() and wal.stat().st_size:
                raise
            db = sqlite3.connect(f"{place}?immutable=1", uri=True, isolation_level=None)
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return db

    def create(self) -> None:
        """Make the tables if they are not there."""
        with self.open(write=True) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version in (_BEFORE, VERSION):
                return
            if version or db.execute("SELECT 1 FROM sqlite_master WHERE name = 'release'").fetchone():
                raise StoreError(
                    f"{self.folder} was made by another version of Tidewaiter; load its files (in raw/) into a new store"
                )
            db.executescript(f"BEGIN IMMEDIATE;\n{_SCHEMA}\nPRAGMA user_version = {VERSION};\nCOMMIT;")

    def releases(self, *, withdrawn: bool = False) -> tuple[Release, ...]:
        """Return the releases in use (or all), the earliest published first."""
        with self.open() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (_BEFORE, VERSION):
                raise StoreError(
                    f"{self.folder} was made by another version of Tidewaiter; load its files (in raw/) into a new store"
                )
            rows = db.execute(
                f"SELECT {', '.join(_COLUMNS if version == VERSION else (*_COLUMNS[:-2], *_ABSENT))} FROM release"
                + ("" if withdrawn else " WHERE withdrawn = ''")
            ).fetchall()
        found = (_release(row) for row in rows)
        return tuple(sorted(found, key=lambda release: release.order))

    def add(
        self,
        release: Release,
        segments: Iterable[Segment],
        spans: Iterable[Span],
        rectangles: Iterable[Rectangle],
    ) -> Release:
        """Commit a release: from here on it exists. The numbers of release in the parts are filled in."""
        with self.open(write=True) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                if db.execute("PRAGMA user_version").fetchone()[0] == _BEFORE:
                    for name in _COLUMNS[-2:]:
                        db.execute(f"ALTER TABLE release ADD COLUMN {name} TEXT NOT NULL DEFAULT ''")
                    db.execute(f"PRAGMA user_version = {VERSION}")
                seq = db.execute("SELECT coalesce(max(seq), 0) + 1 FROM release").fetchone()[0]
                release = msgspec.structs.replace(release, seq=seq)
                values = [_stored(release, name) for name in _COLUMNS]
                db.execute(f"INSERT INTO release VALUES ({', '.join('?' * len(values))})", values)
                self._parts(db, seq, segments, spans, rectangles)
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise
        return release

    def replace_parts(
        self,
        seq: int,
        segments: Iterable[Segment],
        spans: Iterable[Span] | None = None,
        rectangles: Iterable[Rectangle] | None = None,
        rows: int | None = None,
    ) -> None:
        """Point a release to other segments with the same rows: after a compaction or a rebuild."""
        with self.open(write=True) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                db.execute("DELETE FROM segment WHERE release = ?", (seq,))
                if spans is not None:
                    db.execute("DELETE FROM span WHERE release = ?", (seq,))
                if rectangles is not None:
                    db.execute("DELETE FROM coverage WHERE release = ?", (seq,))
                if rows is not None:
                    db.execute("UPDATE release SET rows = ? WHERE seq = ?", (rows, seq))
                self._parts(db, seq, segments, spans or (), rectangles or ())
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise

    def replace_segments(self, segments: Sequence[Segment]) -> None:
        """Point several releases to other segments at once, in one transaction."""
        with self.open(write=True) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                for seq in sorted({segment.release for segment in segments}):
                    db.execute("DELETE FROM segment WHERE release = ?", (seq,))
                    self._parts(db, seq, (one for one in segments if one.release == seq), (), ())
                db.execute("COMMIT")
            except BaseException:
                db.execute("ROLLBACK")
                raise

    @staticmethod
    def _parts(
        db: sqlite3.Connection,
        seq: int,
        segments: Iterable[Segment],
        spans: Iterable[Span],
        rectangles: Iterable[Rectangle],
    ) -> None:
        db.executemany(
            "INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((seq, *msgspec.structs.astuple(segment)[1:]) for segment in segments),
        )
        db.executemany(
            "INSERT INTO span VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((seq, *msgspec.structs.astuple(span)[1:]) for span in spans),
        )
        db.executemany(
            "INSERT INTO coverage VALUES (?, ?)",
            ((seq, msgspec.json.encode(rectangle).decode()) for rectangle in rectangles),
        )

    def faults(self) -> list[str]:
        """Return what SQLite finds wrong with the file itself, as sentences; none if it is sound."""
        with self.open() as db:
            said = [row[0] for row in db.execute("PRAGMA integrity_check(5)").fetchall()]
        if said == ["ok"]:
            return []
        first = " ".join(str(said[0]).split())
        return [
            f"the catalogue is damaged ({first}); put catalogue.sqlite back from a copy, or load the files in raw/ into a new store"
        ]

    def withdraw(self, seq: int, when: str) -> None:
        """Take a release out of use; its bytes stay."""
        with self.open(write=True) as db:
            db.execute("UPDATE release SET withdrawn = ? WHERE seq = ? AND withdrawn = ''", (when, seq))

    def segments(self, **wanted: Any) -> list[Segment]:
        """Return segments; ``dataset``, ``reporter``, ``flow``: a value or a list of them."""
        return [Segment(*row) for row in self._select("segment", wanted)]

    def spans(self, **wanted: Any) -> list[Span]:
        """Return spans; filters as for :meth:`segments`."""
        return [Span(*row) for row in self._select("span", wanted)]

    def _select(self, table: str, wanted: dict[str, Any]) -> list[tuple[Any, ...]]:
        tests, values = [], []
        for name, value in wanted.items():
            if value is None:
                continue
            listed = [value] if isinstance(value, str) else list(value)
            tests.append(f"{name} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(listed))
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        with self.open() as db:
            return db.execute(f"SELECT * FROM {table}{where}", values).fetchall()

    def rectangles(self) -> dict[int, tuple[Rectangle, ...]]:
        """Return the coverage of every release that has any, by its number."""
        found: dict[int, list[Rectangle]] = {}
        decoder = msgspec.json.Decoder(Rectangle)
        with self.open() as db:
            for seq, text in db.execute("SELECT release, rectangle FROM coverage ORDER BY rowid"):
                found.setdefault(seq, []).append(decoder.decode(text))
        return {seq: tuple(listed) for seq, listed in found.items()}

    def version(self) -> int:
        """Return a number that changes whenever what the store says may have changed."""
        with self.open() as db:
            total, gone = db.execute("SELECT coalesce(max(seq), 0), total(withdrawn <> '') FROM release").fetchone()
        return int(total) * 1000 + int(gone)


def _stored(release: Release, name: str) -> Any:
    value = getattr(release, name)
    if name in _JSON:
        return json.dumps(value)
    return int(value) if name == "keep_going" else value


def _release(row: Sequence[Any]) -> Release:
    given = dict(zip(_COLUMNS, row, strict=True))
    for name in _JSON:
        given[name] = json.loads(given[name])
    given["keep_going"] = bool(given["keep_going"])
    for name in ("covers", "measures", "digits", "hidden", "notes"):
        given[name] = tuple(given[name])
    return Release(**given)

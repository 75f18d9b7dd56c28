"""The cube: what holds today, sorted by series, for questions that must be answered at once. Disposable.

A base (a DuckDB file: table ``rows`` sorted by series, table ``totals``), batches of the months that changed since (a
DuckDB file each), and a panel for each measure (:mod:`tidewaiter.store.panel`). ``current.json`` names the files that
belong together and is replaced whole, so that a reader sees one state or the next; all files are opened read-only. Only
totals over regime, mode and district and single months are in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa

from tidewaiter.errors import StoreError
from tidewaiter.model import Measure
from tidewaiter.store.panel import Panel, load_words

if TYPE_CHECKING:
    from tidewaiter.store.store import Store

__all__ = ["SPOT", "Batch", "Cube", "Manifest", "Status", "manifest_of", "spots_table", "status"]

SPOT: Final = ("dataset", "reporter", "flow")


class Batch(msgspec.Struct, frozen=True):
    """A file of months that replace those before it.

    ``replaced``: dataset, reporter, flow and month; ``whole``: months of which nothing of what was there before still stands.
    """

    file: str
    replaced: list[tuple[str, str, str, int]]
    whole: list[int] = []


class Manifest(msgspec.Struct, frozen=True):
    """What belongs together: ``version`` of the catalogue, ``releases`` in it, ``order`` of the newest of them."""

    version: int
    releases: list[int]
    order: tuple[str, int]
    base: str
    panel: str
    rows: int
    batches: list[Batch] = []


class Status(msgspec.Struct, frozen=True):
    """How a cube stands: ``state`` is ``none``, ``current`` or ``stale``; ``releases`` loaded since, ``bytes`` on disk."""

    state: str
    rows: int = 0
    batches: int = 0
    releases: int = 0
    bytes: int = 0


class Cube:
    """A cube opened for reading; it stays as it was when it was opened.

    Parameters
    ----------
    store
        The store.
    stale
        Open it even if releases were loaded since it was built.

    Raises
    ------
    StoreError
        If there is none, or it is stale.
    """

    def __init__(self, store: Store, *, stale: bool = False) -> None:
        import duckdb

        self.folder = store.folder / "cube"
        for attempt in range(3):
            manifest = manifest_of(self.folder)
            if manifest is None:
                raise StoreError(f"no cube of {store.folder}; build it: tidewaiter cube build --store {store.folder}")
            if not stale and manifest.version != store.catalogue.version():
                raise StoreError(f"the cube of {store.folder} is older than its releases; run tidewaiter cube build")
            self.manifest = manifest
            self.db = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "1GB"})
            try:
                self._attach()
                break
            except duckdb.Error as error:
                self.db.close()
                # A builder may have swapped the files between the two looks.
                if attempt == 2:
                    raise StoreError(
                        f"the cube of {store.folder} cannot be opened ({str(error).splitlines()[0]}); build it again"
                    ) from error
        self._panels: dict[Measure, Panel] = {}

    def _attach(self) -> None:
        parts = []
        for table in ("rows", "totals"):
            named = []
            for at, file in enumerate([self.manifest.base, *(one.file for one in self.manifest.batches)]):
                if table == "rows":
                    self.db.execute(f"ATTACH '{self.folder / file}' AS part{at} (READ_ONLY)")
                gone = self._gone(at)
                named.append(f"SELECT * FROM part{at}.{table}" + (f" WHERE {gone}" if gone else ""))
            parts.append(f"CREATE VIEW {table} AS {' UNION ALL '.join(named)}")
        for one in parts:
            self.db.execute(one)

    def _gone(self, at: int) -> str:
        """Return the test that leaves out what a later batch replaces."""
        batches = self.manifest.batches[at:]
        whole = sorted({month for batch in batches for month in batch.whole})
        later = sorted({spot for batch in batches for spot in batch.replaced if spot[3] not in batch.whole})
        tests = []
        if whole:
            tests.append(f"month NOT IN ({', '.join(map(str, whole))})")
        if later:
            name, months = f"gone{at}", ", ".join(str(month) for month in sorted({month for *_, month in later}))
            self.db.register(f"{name}_given", spots_table(later))
            self.db.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {name}_given")
            self.db.unregister(f"{name}_given")
            spot = "ROW(dataset, reporter, flow, month)"
            tests.append(f"(month NOT IN ({months}) OR {spot} NOT IN (SELECT {spot} FROM {name}))")
        return " AND ".join(tests)

    def sql(self, query: str, parameters: Sequence[Any] = ()) -> Any:
        """Run a query over ``rows`` and ``totals``; return an Arrow table.

        ``rows``: dataset, reporter, flow, partner, cmd_code, classification, month (number), value, currency, net_wgt_kg,
        qty, qty_unit, qty2, qty2_unit, release (:attr:`Release.seq`). ``totals``: the sum of the values by dataset, reporter, flow, partner,
        month, length of code and currency.
        """
        return self.db.sql(query, params=list(parameters)).to_arrow_table()

    def panel(self, measure: Measure = Measure.VALUE) -> Panel:
        """Return the panel of a measure: entries whose row does not carry it are left out."""
        if measure not in self._panels:
            folder = self.folder / self.manifest.panel
            self._panels[measure] = Panel(folder / measure.value, load_words(folder / "words.json"))
        return self._panels[measure]

    def close(self) -> None:
        """Let go of the files."""
        self.db.close()


def spots_table(listed: Iterable[tuple[str, str, str, int]]) -> Any:
    """Return dataset, reporter, flow and month as a table."""
    columns = list(zip(*listed, strict=True)) or [(), (), (), ()]
    fields = [(column, pa.string()) for column in SPOT] + [("month", pa.int32())]
    return pa.table(
        [pa.array(column, field[1]) for column, field in zip(columns, fields, strict=True)], pa.schema(fields)
    )


def manifest_of(folder: Path) -> Manifest | None:
    """Return what the cube of a folder consists of; ``None`` if there is none that can be read."""
    try:
        return msgspec.json.decode((folder / "current.json").read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def status(store: Store) -> Status:
    """Tell how the cube of a store stands."""
    folder = store.folder / "cube"
    manifest = manifest_of(folder)
    if manifest is None:
        return Status("none")
    since = {release.seq for release in store.releases()} - set(manifest.releases)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    state = "current" if manifest.version == store.catalogue.version() else "stale"
    return Status(state, manifest.rows, len(manifest.batches), len(since), size)

"""The cube: what holds today, sorted by series, for questions that must be answered at once. Disposable.

A base (a DuckDB file: table ``rows`` sorted by series, ``rest`` what is no total or no single month, ``totals``), batches of
the months that changed since (a DuckDB file each), and a panel for each measure (:mod:`tidewaiter.store.panel`).
``current.json`` names the files that belong together and is replaced whole, so that a reader sees one state or the next;
all files are opened read-only. :class:`tidewaiter.store.view.View` reads through it by itself where it says the same.
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

__all__ = ["FORMAT", "SPOT", "TABLES", "Batch", "Cube", "Manifest", "manifest_of", "spots_table"]

FORMAT: Final = 2
"""Of the files; a cube of another form is none."""

SPOT: Final = ("dataset", "reporter", "flow")
TABLES: Final = ("rows", "rest", "totals")
_SAME_SPOT: Final = " AND ".join(f"p.{name} = g.{name}" for name in (*SPOT, "month"))


class Batch(msgspec.Struct, frozen=True):
    """A file of months that replace those before it.

    Parameters
    ----------
    replaced
        Dataset, reporter, flow and first month of what nothing before this batch says any more.
    whole
        Months of which no row before this batch still stands.
    rows
        How many it has.
    """

    file: str
    replaced: list[tuple[str, str, str, int]]
    whole: list[int] = []
    rows: int = 0


class Manifest(msgspec.Struct, frozen=True):
    """What belongs together.

    Parameters
    ----------
    version
        Of the catalogue it was built from.
    releases, order
        The numbers of the releases in it, and where the newest of them stands.
    rows
        Rows of ``rows`` that hold.
    rest
        Dataset, reporter and flow of which ``rest`` may have rows.
    """

    format: int
    version: int
    releases: list[int]
    order: tuple[str, int]
    base: str
    panel: str
    rows: int
    rest: list[tuple[str, str, str]] = []
    batches: list[Batch] = []


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
        files = [self.manifest.base, *(one.file for one in self.manifest.batches)]
        for at, file in enumerate(files):
            place = str(self.folder / file).replace("'", "''")
            self.db.execute(f"ATTACH '{place}' AS part{at} (READ_ONLY)")
            self._register_gone(at)
        for table in TABLES:
            named = [self.standing(table, at) for at in range(len(files))]
            self.db.execute(f"CREATE VIEW {table} AS {' UNION ALL '.join(named)}")

    def _register_gone(self, at: int) -> None:
        """Make a table of the spots that batches after a part replace, without months that are replaced altogether."""
        later = self.manifest.batches[at:]
        whole = {month for batch in later for month in batch.whole}
        spots = sorted({spot for batch in later for spot in batch.replaced})
        for name, listed in (
            (f"gone{at}", [spot for spot in spots if spot[3] not in whole]),
            (f"gone_rest{at}", spots),
        ):
            self.db.register("given", spots_table(listed))
            self.db.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
            self.db.unregister("given")

    def standing(self, table: str, at: int) -> str:
        """Return the query for what of a part's table no later batch replaces."""
        later = self.manifest.batches[at:]
        source = f"SELECT p.* FROM part{at}.{table} p"
        if not later or (table == "rest" and not self.manifest.rest):
            return source
        if table == "rest":
            return f"{source} ANTI JOIN gone_rest{at} g ON {_SAME_SPOT}"
        whole = sorted({month for batch in later for month in batch.whole})
        if any(spot[3] not in whole for batch in later for spot in batch.replaced):
            source += f" ANTI JOIN gone{at} g ON {_SAME_SPOT}"
        return source + (f" WHERE p.month NOT IN ({', '.join(map(str, whole))})" if whole else "")

    def sql(self, query: str, parameters: Sequence[Any] = ()) -> Any:
        """Run a query over ``rows``, ``rest`` and ``totals``; return an Arrow table.

        ``rows``: dataset, reporter, flow, partner, cmd_code, classification, month (number), value, currency, net_wgt_kg,
        qty, qty_unit, qty2, qty2_unit, release (:attr:`Release.seq`): totals over regime, mode and district, of single
        months. ``rest``: the other rows, with customs_regime, mode_of_transport, district and last (month) besides.
        ``totals``: the sum of the values of ``rows`` by dataset, reporter, flow, partner, month, length of code and currency.
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
        found = msgspec.json.decode((folder / "current.json").read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None
    return found if found.format == FORMAT else None

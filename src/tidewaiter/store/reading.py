"""Reading rows of Parquet files: only the row groups that can hold what is wanted, and of them only the rows that are.

Rows lie sorted by partner and code inside a reporter's year, in row groups of some hundred thousand: the least and
greatest partner of a row group stand in the file's footer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow.fs import LocalFileSystem

from tidewaiter.errors import StoreError
from tidewaiter.period import Period
from tidewaiter.sources.observation import SCHEMA
from tidewaiter.store.catalogue import Segment

__all__ = ["PARTS", "Wanted", "count_partners", "listed", "read_segments", "stems"]

PARTS: Final = ("customs_regime", "mode_of_transport", "district")

_AT_ONCE: Final = 8
"""Row groups that are read together."""

_Some = str | Iterable[str] | None


class Wanted(msgspec.Struct, frozen=True):
    """Which rows of some segments; see :meth:`tidewaiter.store.view.View.rows`. ``None`` stands for all."""

    partners: tuple[str, ...] | None = None
    codes: tuple[str, ...] | None = None
    under: tuple[str, ...] | None = None
    digits: int | None = None
    period: Period | None = None
    touching: bool = False
    whole: bool = False

    def expression(self) -> Any:
        """Return the tests of a row that Parquet can apply while it reads; ``None`` if there are none."""
        tests = []
        for name, some in (("partner", self.partners), ("cmd_code", self.codes)):
            if some is not None:
                # A column of numbers into a list of texts has to be compared as text.
                field = pc.field(name)
                tests.append(field == some[0] if len(some) == 1 else field.isin(pa.array(some, pa.string())))
        if self.period is not None:
            first, last = ("period_end", "period_start") if self.touching else ("period_start", "period_end")
            tests += [pc.field(first) >= self.period.start, pc.field(last) <= self.period.end]
        if self.whole:
            tests += [pc.field(name) == "" for name in PARTS]
        found = None
        for one in tests:
            found = one if found is None else found & one
        return found

    def by_word(self, batch: Any) -> Any:
        """Leave out rows whose code is not wanted by its beginning or length: each different code is asked about once."""
        if self.under is None and self.digits is None:
            return batch
        column = batch.column("cmd_code")
        words = column.dictionary
        good = pa.array([True] * len(words), pa.bool_())
        if self.under is not None:
            good = pc.and_(good, pc.match_substring_regex(words, stems(self.under)))
        if self.digits is not None:
            lengths = pc.if_else(pc.equal(words, "TOTAL"), 0, pc.utf8_length(words))
            good = pc.and_(good, pc.equal(lengths, self.digits))
        if pc.all(good).as_py():
            return batch
        return batch.filter(good.take(column.indices))


def stems(under: Sequence[str]) -> str:
    """Return the regular expression of codes that begin with one of some codes."""
    return f"^({'|'.join(map(re.escape, under or ['none']))})"


def listed(some: _Some) -> tuple[str, ...] | None:
    """Return one or several as a tuple; ``None`` stays ``None``."""
    return None if some is None else (some,) if isinstance(some, str) else tuple(some)


def read_segments(folder: Path, segments: Sequence[Segment], wanted: Wanted) -> Any:
    """Return the rows of some row groups that are wanted, as an Arrow table of observations.

    Raises
    ------
    StoreError
        If a file is missing or damaged. ``folder`` is the ``rows`` folder of a store.
    """
    # A changed bit of a file must be an error, not another number.
    checked = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
    format_ = ds.ParquetFileFormat(default_fragment_scan_options=checked)
    disk, test = LocalFileSystem(), wanted.expression()
    groups: dict[str, list[int]] = {}
    for one in segments:
        groups.setdefault(one.file, []).append(one.row_group)
    batches: list[Any] = []
    for file, numbers in sorted(groups.items()):
        try:
            held = sorted(numbers)
            if wanted.partners is not None:
                held = _holding(pq.read_metadata(folder / file), held, wanted.partners)
            # Some at a time, so that memory holds what is wanted, not all that is read for it.
            for at in range(0, len(held), _AT_ONCE):
                fragment = format_.make_fragment(str(folder / file), disk, row_groups=held[at : at + _AT_ONCE])
                table = fragment.to_table(schema=SCHEMA, filter=test)
                batches += [wanted.by_word(batch) for batch in table.to_batches() if batch.num_rows]
        except (OSError, pa.ArrowException, UnicodeDecodeError, MemoryError) as error:
            raise StoreError(
                f"{folder / file} is missing or damaged; make it again from the raw bytes: "
                f"tidewaiter doctor --store {folder.parent}"
            ) from error
    return pa.Table.from_batches(batches, SCHEMA) if batches else SCHEMA.empty_table()


def _holding(told: Any, numbers: Sequence[int], partners: Sequence[str]) -> list[int]:
    """Return those of some row groups whose least and greatest partner do not rule out all that are wanted."""
    column = SCHEMA.get_field_index("partner")
    if column >= told.num_columns or told.schema.column(column).name != "partner":
        return list(numbers)
    found = []
    for number in numbers:
        if number >= told.num_row_groups:
            raise pa.ArrowInvalid(f"no row group {number}")
        bounds = told.row_group(number).column(column).statistics
        sure = bounds is not None and bounds.has_min_max
        if not sure or any(bounds.min <= one <= bounds.max for one in partners):
            found.append(number)
    return found


def count_partners(folder: Path, segments: Iterable[Segment]) -> dict[str, int]:
    """Return how many rows of some row groups each partner has; only that column is read.

    Raises
    ------
    StoreError
        If a file is missing or damaged.
    """
    groups: dict[str, list[int]] = {}
    for one in segments:
        groups.setdefault(one.file, []).append(one.row_group)
    found: dict[str, int] = {}
    for file, numbers in sorted(groups.items()):
        try:
            with pq.ParquetFile(folder / file, page_checksum_verification=True) as read:
                for batch in read.iter_batches(row_groups=sorted(numbers), columns=["partner"]):
                    for one in batch.column(0).value_counts().to_pylist():
                        found[one["values"]] = found.get(one["values"], 0) + one["counts"]
        except (OSError, pa.ArrowException, UnicodeDecodeError, MemoryError) as error:
            raise StoreError(
                f"{folder / file} is missing or damaged; make it again from the raw bytes: "
                f"tidewaiter doctor --store {folder.parent}"
            ) from error
    return found

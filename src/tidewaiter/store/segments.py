"""Parquet segments: what was read from a file, sorted by series, one row group for each reporter, flow and year."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.sources.observation import SCHEMA
from tidewaiter.store.catalogue import Segment, Span
from tidewaiter.store.coverage import Contents, code_digits
from tidewaiter.store.files import PART
from tidewaiter.store.sorting import FLOATS, TEXTS, UNITS, Rows, Sorted

__all__ = ["Written", "fresh_name", "write_rows"]

RUN_ROWS: Final = 8_000_000
"""Rows that are sorted in memory at once, in less than a gigabyte with all that reading them takes."""

GROUP_ROWS: Final = 1 << 17
"""Most rows in a row group: few enough that a question about one partner reads little else."""

TWO_FILES: Final = 1 << 20
"""Rows from which on two files are written at once."""

_TEXT_COLUMNS: Final = [*TEXTS, *UNITS, "period_start", "period_end"]


class Written:
    """What was written of a file: its segments, the periods in it, and what its coverage needs to know."""

    def __init__(self) -> None:
        self.count = 0
        self.repeated = 0
        self.clashes: list[str] = []
        self.clash: dict[str, Any] = {}
        self.files: list[Path] = []
        self.segments: list[Segment] = []
        self.spans: dict[tuple[str, str, str, int, int], int] = {}
        self.contents = Contents("", *(set() for _ in range(9)))
        self.combinations: set[tuple[Any, ...]] = set()

    def add(self, part: Sorted, over: tuple[str, ...] | None) -> None:
        """Note what is in sorted rows that are being written."""
        starts, lengths = part.start(), part.keys["length"]
        base, longest = int(starts.min()), int(np.max(lengths)) + 1
        for first, last in part.segments():
            dataset, reporter, flow = (part.word(name, first) for name in ("dataset", "reporter", "flow"))
            length = lengths[first:last] if isinstance(lengths, np.ndarray) else lengths
            counts = np.bincount((starts[first:last] - base) * longest + length)
            for code in np.flatnonzero(counts).tolist():
                start = base + code // longest
                key = (dataset, reporter, flow, start, start + code % longest - 1)
                self.spans[key] = self.spans.get(key, 0) + int(counts[code])
        self.count += part.count
        self._contents(part)
        if over is not None:
            self._combine(part, over)

    def _contents(self, part: Sorted) -> None:
        found = self.contents
        found.dataset = part.words["dataset"][0]
        for name, into in (
            ("reporter", found.reporters), ("flow", found.flows), ("partner", found.partners),
            ("cmd_code", found.codes), ("customs_regime", found.regimes), ("mode_of_transport", found.modes),
            ("district", found.districts),
        ):  # fmt: skip
            into.update(part.words[name])
        found.periods.update((first, last) for _, _, _, first, last in self.spans)
        found.measures.update(
            name for name in FLOATS
            if isinstance(part.floats[name], np.ndarray) and not np.isnan(part.floats[name]).all()
        )  # fmt: skip

    def _combine(self, part: Sorted, over: tuple[str, ...]) -> None:
        """Note the combinations of the key columns that the format does not promise to be complete over."""
        digits = np.array([code_digits(code) for code in part.words["cmd_code"]], np.int64)[part.keys["cmd_code"]]
        names = [name for name in TEXTS if name not in over and name not in ("dataset", "classification")]
        columns = [*(part.keys[name] for name in names), part.start(), part.keys["length"], digits]
        packed = np.zeros(part.count, np.int64)
        sizes = []
        for column in columns:
            size = int(np.max(column)) + 1
            packed = packed * size + column
            sizes.append(size)
        assert np.prod([float(size) for size in sizes]) < 2**62
        for number in np.unique(packed).tolist():
            row: list[Any] = []
            for size in reversed(sizes):
                number, value = divmod(number, size)
                row.append(value)
            length, start = row[1], row[2]
            texts = (part.words[name][at] for name, at in zip(names, reversed(row[3:]), strict=True))
            self.combinations.add((part.words["dataset"][0], *texts, start, start + length - 1, row[0]))

    def rows_of_combinations(self, over: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return the combinations as rows, for :func:`tidewaiter.store.coverage.proved`."""
        names = ["dataset", *(name for name in TEXTS if name not in over and name not in ("dataset", "classification"))]
        return [
            dict(zip([*names, "period_start", "period_end", "digits"], one, strict=True)) for one in self.combinations
        ]

    def spans_list(self) -> list[Span]:
        """Return the periods that occur, each with its number of rows."""
        return [Span(0, *key, count) for key, count in sorted(self.spans.items())]


def write_rows(batches: Iterable[Any], folder: Path, name: str, over: tuple[str, ...] | None) -> Written:
    """Sort rows and write them as Parquet, in as many files as memory asks for.

    Parameters
    ----------
    batches
        Record batches of observations.
    folder, name
        Where the files go; they end in :data:`tidewaiter.store.files.PART` until the caller gives them their names.
    over
        Key columns the format promises to be complete over; ``None`` if it promises nothing.

    Notes
    -----
    A file of more rows than :data:`RUN_ROWS` is sorted in runs first, and the runs are merged segment by segment, so that
    a row that stands twice is found wherever it stands.
    """
    written = Written()
    runs: list[Path] = []
    texts: dict[str, dict[str, int]] | None = None
    rows = Rows()
    texts = rows.texts
    try:
        for batch in batches:
            rows.add(batch)
            if rows.count >= RUN_ROWS:
                path = folder / f"{name}.run{len(runs)}{PART}"
                runs.append(path)
                written.repeated += _write_run(rows.sort(), path)
                rows = Rows(texts)
        if not runs:
            if rows.count:
                _at_once(written, rows.sort(), folder, name, over)
            return written
        if rows.count:
            path = folder / f"{name}.run{len(runs)}{PART}"
            runs.append(path)
            written.repeated += _write_run(rows.sort(), path)
        del rows
        path = folder / f"{name}.0.parquet{PART}"
        written.files.append(path)
        with _writer(path) as writer:
            group = 0
            for part in _merged(runs):
                group = _finish(written, part, path, writer, group, over)
        return written
    except BaseException:
        for path in written.files:
            path.unlink(missing_ok=True)
        raise
    finally:
        for path in runs:
            path.unlink(missing_ok=True)


def _at_once(written: Written, part: Sorted, folder: Path, name: str, over: tuple[str, ...] | None) -> None:
    """Write rows that memory holds whole; many of them as two files, at the same time."""
    segments = part.segments()
    middle = len(segments)
    if part.count > TWO_FILES and len(segments) > 1:
        middle = next(at for at, (_, last) in enumerate(segments, 1) if last >= part.count / 2)
    shares = [share for share in (segments[:middle], segments[middle:]) if share]
    paths = [folder / f"{name}.{number}.parquet{PART}" for number in range(len(shares))]
    written.files += paths

    def write(path: Path, share: list[tuple[int, int]]) -> list[Segment]:
        with _writer(path) as writer:
            return _groups(part, share, path, writer, 0)

    with ThreadPoolExecutor(len(shares)) as pool:
        coming = [pool.submit(write, path, share) for path, share in zip(paths, shares, strict=True)]
        _note(written, part, over)
        for one in coming:
            written.segments += one.result()


def _finish(written: Written, part: Sorted, path: Path, writer: Any, group: int, over: tuple[str, ...] | None) -> int:
    """Write the rows of a merged segment; return the number of the next row group."""
    segments = _groups(part, part.segments(), path, writer, group)
    written.segments += segments
    _note(written, part, over)
    return group + len(segments)


def _note(written: Written, part: Sorted, over: tuple[str, ...] | None) -> None:
    written.repeated += part.repeated
    for at in part.clash:
        if not written.clash:
            written.clash = {name: part.word(name, at) for name in TEXTS} | {"period_start": int(part.start()[at])}
        written.clashes.append(
            ", ".join(part.word(name, at) for name in TEXTS if part.word(name, at))
            + f", {_period(part, at)}: {_value(part, at - 1)} and {_value(part, at)}"
        )
    written.add(part, over)


def _groups(part: Sorted, segments: list[tuple[int, int]], path: Path, writer: Any, group: int) -> list[Segment]:
    """Write runs of rows as row groups, none larger than :data:`GROUP_ROWS`."""
    years, starts, lengths = part.year(), part.start(), part.keys["length"]
    made = []
    for first, last in segments:
        year = int(years[first] if isinstance(years, np.ndarray) else years)
        dataset, reporter, flow = (part.word(name, first) for name in ("dataset", "reporter", "flow"))
        for low in range(first, last, GROUP_ROWS):
            high = min(low + GROUP_ROWS, last)
            writer.write_table(part.table(low, high), row_group_size=GROUP_ROWS)
            begins = starts[low:high]
            ends = begins + (lengths[low:high] if isinstance(lengths, np.ndarray) else lengths) - 1
            made.append(
                Segment(
                    0, path.name, group, dataset, reporter, flow, year, high - low, int(begins.min()), int(ends.max())
                )
            )
            group += 1
    return made


def _period(part: Sorted, at: int) -> str:
    from tidewaiter.period import Period

    start = int(part.start()[at])
    length = part.keys["length"]
    return str(Period(start, start + int(length[at] if isinstance(length, np.ndarray) else length) - 1))


def _value(part: Sorted, at: int) -> str:
    told = [f"{name} {values[at]:.12g}" for name, values in part.floats.items()
            if isinstance(values, np.ndarray) and not np.isnan(values[at])]  # fmt: skip
    return ", ".join(told) or "no measure"


def _writer(path: Path) -> Any:
    return pq.ParquetWriter(
        path, SCHEMA, compression="zstd", use_dictionary=_TEXT_COLUMNS, compression_level=1, write_page_checksum=True
    )


def _write_run(part: Sorted, path: Path) -> int:
    """Write a sorted run. A contradiction inside it stays, and is found again when the runs are merged."""
    with _writer(path) as writer:
        for first, last in part.segments():
            writer.write_table(part.table(first, last), row_group_size=GROUP_ROWS)
    return part.repeated


def _merged(runs: list[Path]) -> Iterator[Sorted]:
    """Merge sorted runs segment by segment; a segment that memory does not hold, by partners."""
    files = [pq.ParquetFile(path) for path in runs]
    try:
        groups: dict[tuple[str, str, str, int], list[tuple[int, int]]] = {}
        for number, file in enumerate(files):
            for group in range(file.num_row_groups):
                head = next(
                    file.iter_batches(
                        batch_size=1, row_groups=[group], columns=["dataset", "reporter", "flow", "period_start"]
                    )
                ).to_pylist()[0]
                key = (head["dataset"], head["reporter"], head["flow"], head["period_start"] // 12)
                groups.setdefault(key, []).append((number, group))
        for key in sorted(groups):
            for partners in _shares(files, groups[key]):
                rows = Rows()
                for number, group in groups[key]:
                    if partners is not None and not _may_hold(files[number], group, partners):
                        continue
                    for batch in files[number].read_row_group(group).to_batches():
                        rows.add(batch if partners is None else _of_partners(batch, partners))
                yield rows.sort()
    finally:
        for file in files:
            file.close()


def _shares(files: list[Any], groups: list[tuple[int, int]]) -> list[set[str] | None]:
    """Return the partners of a segment, sorted, in shares that memory holds; ``None`` for all of them."""
    if sum(files[number].metadata.row_group(group).num_rows for number, group in groups) <= RUN_ROWS:
        return [None]
    counts: Counter[str] = Counter()
    for number, group in groups:
        for batch in files[number].iter_batches(row_groups=[group], columns=["partner"]):
            counts.update({one["values"]: one["counts"] for one in batch.column(0).value_counts().to_pylist()})
    shares: list[set[str] | None] = []
    filled = RUN_ROWS
    for partner in sorted(counts):
        if filled + counts[partner] > RUN_ROWS:
            shares.append(set())
            filled = 0
        share = shares[-1]
        assert share is not None
        share.add(partner)
        filled += counts[partner]
    return shares


def _may_hold(file: Any, group: int, partners: set[str]) -> bool:
    bounds = file.metadata.row_group(group).column(SCHEMA.get_field_index("partner")).statistics
    return bounds is None or not bounds.has_min_max or (bounds.min <= max(partners) and bounds.max >= min(partners))


def _of_partners(batch: Any, partners: set[str]) -> Any:
    column = batch.column("partner")
    good = pa.array([word in partners for word in column.dictionary.to_pylist()], pa.bool_())
    return batch.filter(good.take(column.indices))


def fresh_name(identity: str) -> str:
    """Return a name for segment files that no other has: a release read again gets new files."""
    return f"{identity[:16]}-{os.urandom(4).hex()}"

"""Content that the store has already, and what a release stands over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tidewaiter.errors import BadFile
from tidewaiter.period import Period
from tidewaiter.safe import counted
from tidewaiter.sources.compressed import open_content
from tidewaiter.sources.observation import KEY_COLUMNS
from tidewaiter.store.catalogue import Catalogue, Release, Segment, Span

__all__ = ["content_digest", "known", "own_id", "superseded", "undated_note"]

_BLOCK: Final = 1 << 20


def content_digest(raw: Path, name: str) -> str:
    """Return the SHA-256 of what a file unpacks to.

    Raises
    ------
    BadFile
        If it cannot be unpacked; named as ``name``.
    """
    found = hashlib.sha256()
    try:
        with open_content(raw) as stream:
            while block := stream.read(_BLOCK):
                found.update(block)
    except BadFile as error:
        raise BadFile(name, error.reason, line=error.line, column=error.column, value=error.value) from error
    return found.hexdigest()


def known(releases: Iterable[Release], identity: str, content: str) -> tuple[Release, ...]:
    """Return the releases with these bytes or this content, however it was packed, the oldest first."""
    return tuple(one for one in releases if one.raw_name == identity or (one.content or one.raw_name) == content)


def own_id(content: str, when: str) -> str:
    """Return the id of content that was published before, as a release of its own."""
    return hashlib.sha256(f"{content} {when}".encode()).hexdigest()


def superseded(catalogue: Catalogue, releases: Sequence[Release], spans: Iterable[Span]) -> tuple[Release, ...]:
    """Return those of some releases that have rows of the same dataset, reporter, flow and period."""
    mine = {(one.dataset, one.reporter, one.flow, one.first, one.last) for one in spans}
    wanted = {one.seq for one in releases}
    met = {
        one.release
        for one in catalogue.spans(dataset=sorted({one[0] for one in mine}))
        if one.release in wanted and (one.dataset, one.reporter, one.flow, one.first, one.last) in mine
    }
    return tuple(one for one in releases if one.seq in met)


def undated_note(folder: Path, written: Sequence[Segment], over: Sequence[Release]) -> str:
    """Say of how many cells of a release without a date dated ones hold.

    Parameters
    ----------
    folder
        Folder of the store.
    written
        The row groups of the release, as they lie in ``rows/``.
    over
        Dated releases with rows of the same reporter, flow and periods.
    """
    met, other = _met(folder, written, over)
    if not met:
        return ""
    named = ", ".join(f"{one.id[:12]} ({one.published or one.published_to})" for one in over[-4:])
    more = f" and {len(over) - 4} more" if len(over) > 4 else ""
    differ = f", {other:,} of them with another value" if other else ""
    return (
        f"undated, so dated releases hold where both have a cell: {counted(met, 'cells')}{differ} ({named}{more}); to give it its"
        " place, load it again with --published DATE, the day its publisher put it out"
    )


def _met(folder: Path, written: Sequence[Segment], over: Sequence[Release]) -> tuple[int, int]:
    """Count the cells that dated releases have too, and those of them with another value, a reporter's year at a time."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tidewaiter.store.newest import packed_keys
    from tidewaiter.store.store import Store
    from tidewaiter.store.view import View

    view = View(Store(folder), releases=over)
    met = other = 0
    groups: dict[tuple[str, str, str, int], list[Segment]] = {}
    for one in written:
        groups.setdefault((one.dataset, one.reporter, one.flow, one.year), []).append(one)
    columns = [*KEY_COLUMNS, "value"]
    for (dataset, reporter, flow, _), listed in groups.items():
        period = Period(min(one.first for one in listed), max(one.last for one in listed))
        old = view.rows(datasets=dataset, reporters=reporter, flow=flow, period=period).select(columns)
        if not old.num_rows:
            continue
        mine = []
        for one in listed:
            with pq.ParquetFile(folder / "rows" / one.file) as file:
                mine.append(file.read_row_group(one.row_group, columns=columns).select(columns))
        new = pa.concat_tables(mine, promote_options="permissive").cast(old.schema)
        keys = packed_keys(pa.concat_tables([new, old]).unify_dictionaries())
        _, at, there = np.intersect1d(keys[: new.num_rows], keys[new.num_rows :], return_indices=True)
        now, then = (table["value"].to_numpy()[places] for table, places in ((new, at), (old, there)))
        met += len(at)
        other += int((~((now == then) | (np.isnan(now) & np.isnan(then)))).sum())
    return met, other

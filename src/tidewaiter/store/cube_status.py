"""How a cube stands: what ``tidewaiter cube`` tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tidewaiter.store.cube import manifest_of

if TYPE_CHECKING:
    from tidewaiter.store.store import Store

__all__ = ["BatchStatus", "Status", "status", "told"]


class BatchStatus(msgspec.Struct, frozen=True):
    """One batch: its ``rows``, the ``months`` it replaces some of, its ``bytes`` on disk."""

    rows: int
    months: int
    bytes: int


class Status(msgspec.Struct, frozen=True):
    """How a cube stands.

    Parameters
    ----------
    state
        ``none``, ``current`` or ``stale``.
    rows, batches
        Rows that are totals of single months; batches beside the base.
    releases
        Releases loaded or taken out of use since it was built.
    bytes
        On disk.
    built_for
        Releases that it holds.
    newest
        Beginning of the id of the newest of them, with its date; empty if none is in use any more.
    behind
        Beginnings of the ids of those loaded since, at most twenty.
    each
        The batches.
    """

    state: str
    rows: int = 0
    batches: int = 0
    releases: int = 0
    bytes: int = 0
    built_for: int = 0
    newest: str = ""
    behind: tuple[str, ...] = ()
    each: tuple[BatchStatus, ...] = ()


def status(store: Store) -> Status:
    """Tell how the cube of a store stands."""
    folder = store.folder / "cube"
    manifest = manifest_of(folder)
    if manifest is None:
        return Status("none")
    inside = set(manifest.releases)
    releases = store.releases()
    there = {release.seq for release in releases}
    since = [release for release in releases if release.seq not in inside]
    known = [release for release in releases if release.seq in inside]
    newest = f"{known[-1].id[:12]} ({known[-1].published or 'undated'})" if known else ""
    each = tuple(
        BatchStatus(one.rows, len({month for *_, month in one.replaced}), _size(folder / one.file))
        for one in manifest.batches
    )
    return Status(
        "current" if inside == there else "stale",
        manifest.rows,
        len(each),
        len(since) + len(inside - there),
        sum(_size(path) for path in folder.rglob("*") if path.is_file()),
        len(inside),
        newest,
        tuple(release.id[:12] for release in since[:20]),
        each,
    )


def _size(path: object) -> int:
    from pathlib import Path

    try:
        return Path(str(path)).stat().st_size
    except OSError:  # a builder took it away meanwhile
        return 0


def told(now: Status) -> str:
    """Say it in words, a line each."""
    if now.state == "none":
        return "no cube; make it with tidewaiter cube build"
    since = f", {now.releases:,} release{'s' if now.releases > 1 else ''} behind" if now.releases else ""
    lines = [
        f"state: {now.state}{since}; {now.rows:,} rows, {now.batches} batches, {now.bytes / 1e6:,.1f} MB",
        f"built for {now.built_for:,} releases" + (f", the newest {now.newest}" if now.newest else ""),
    ]
    lines += [
        f"batch {at}: {one.rows:,} rows of {one.months} months, {one.bytes / 1e6:,.1f} MB"
        for at, one in enumerate(now.each, 1)
    ]
    if now.behind:
        more = f" and {now.releases - len(now.behind)} more" if now.releases > len(now.behind) else ""
        lines.append(f"not in it: {', '.join(now.behind)}{more}; bring it up with tidewaiter cube build")
    elif now.state == "stale":
        lines.append("a release in it was taken out of use; bring it up with tidewaiter cube build")
    return "\n".join(lines)

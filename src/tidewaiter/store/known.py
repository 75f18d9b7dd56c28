"""Content that the store has already, and what a release stands over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tidewaiter.errors import BadFile
from tidewaiter.sources.compressed import open_content
from tidewaiter.store.catalogue import Catalogue, Release, Span

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


def undated_note(over: Sequence[Release]) -> str:
    """Say that a release without a date stands over dated ones."""
    named = ", ".join(f"{one.id[:12]} ({one.published})" for one in over[-4:])
    more = f" and {len(over) - 4} more" if len(over) > 4 else ""
    return (
        f"undated: it counts from the day it was loaded, so it holds over dated releases that have the same cells: {named}{more};"
        " if it is older than they are, withdraw it and load it with --published DATE"
    )

"""Files of a store: written whole or not at all, one writer at a time."""

from __future__ import annotations

import csv
import errno
import fcntl
import hashlib
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tidewaiter.errors import BadFile, StoreError

__all__ = ["MARK", "PART", "copy_hashed", "csv_text", "digest", "explain", "place", "safe_cell", "sync", "write_lock"]

MARK: Final = "tidewaiter-store"
"""Empty file that makes a folder a store; who writes holds a lock on it."""

PART: Final = ".part"
"""Ending of a file that is being written; a crash leaves it, the next writer removes it."""

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?\Z", re.ASCII)
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")


@contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """Hold the store for writing; a second writer waits. The system lets go of it when the process ends, however."""
    try:
        handle = os.open(folder / MARK, os.O_RDWR)
    except OSError as error:
        raise StoreError(explain(folder, error)) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def explain(folder: Path, error: OSError) -> str:
    """Say what kept a store from being written, and what to do."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"no room to write to the store {folder} ({error.strerror}); nothing was loaded. Free space, and repeat"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"the store {folder} cannot be written to ({error.strerror}); name another with --store"
    return f"cannot write to the store {folder} ({error.strerror or error}); nothing was loaded"


def sync(path: Path) -> None:
    """Have the disk itself hold a file or a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def place(part: Path, target: Path) -> None:
    """Give a finished file its name, and have the disk hold both."""
    sync(part)
    part.replace(target)
    sync(target.parent)


def copy_hashed(path: Path, target: Path) -> tuple[str, int]:
    """Copy a file; return the SHA-256 of what was copied and its size."""
    found = hashlib.sha256()
    size = 0
    try:
        source = path.open("rb")
    except OSError as error:
        raise BadFile(str(path), f"cannot be read ({error.strerror})") from error
    with source, target.open("wb") as out:
        while True:
            try:
                block = source.read(1 << 20)
            except OSError as error:
                raise BadFile(str(path), f"cannot be read ({error.strerror})") from error
            if not block:
                break
            found.update(block)
            out.write(block)
            size += len(block)
    return found.hexdigest(), size


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def safe_cell(text: str) -> str:
    """Return a cell that a spreadsheet takes for text, not for a formula; plain numbers stay numbers.

    Examples
    --------
    >>> safe_cell("=1+1"), safe_cell("-12.5"), safe_cell("-x"), safe_cell("masks")
    ("'=1+1", '-12.5', "'-x", 'masks')
    """
    text = text.replace("\x00", "")
    return f"'{text}" if text.startswith(_RISKY) and not _NUMBER.match(text) else text


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Write rows as CSV that is safe to open in a spreadsheet; ``None`` is an empty cell."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows(["" if cell is None else safe_cell(str(cell)) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8", "replace").decode("utf-8")

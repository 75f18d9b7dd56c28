"""Files of a store: written whole or not at all, one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tidewaiter.errors import BadFile, StoreError

__all__ = [
    "MARK",
    "PART",
    "UNWRITABLE",
    "copy_hashed",
    "digest",
    "explain",
    "place",
    "put_back",
    "room",
    "sync",
    "write_lock",
]

MARK: Final = "tidewaiter-store"
"""Empty file that makes a folder a store; who writes holds a lock on it."""

PART: Final = ".part"
"""Ending of a file that is being written; a crash leaves it, the next writer removes it."""

UNWRITABLE: Final = (errno.EROFS, errno.EACCES, errno.EPERM)
"""What the system says of a place that cannot be written."""


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
        return f"no room to write to the store {folder} ({error.strerror}{room(folder)}); nothing was loaded. Free space, and repeat"
    if error.errno in UNWRITABLE:
        return f"the store {folder} cannot be written to ({error.strerror}); name another with --store"
    return f"cannot write to the store {folder} ({error.strerror or error}); nothing was loaded"


def room(folder: Path) -> str:
    """Say how much room is left where a store is; empty if that cannot be told."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return ""
    return f", {free / 1e6:,.1f} MB free"


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


def put_back(folder: Path, name: str, part: Path, identity: str) -> None:
    """Put a raw file back where the one that is there is damaged or gone: the same bytes were given again."""
    target = folder / "raw" / name
    if name == identity and not (target.is_file() and digest(target) == name):
        place(part, target)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Disks for tests: read-only ones and small ones, mounted where no other process sees them, gone with this one."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

_NEW_NAMESPACE = 0x00020000


@cache
def _private() -> bool:
    """Give this process mounts of its own, so that one that is killed leaves none behind; False where it may not."""
    if not shutil.which("mount") or ctypes.CDLL(None, use_errno=True).unshare(_NEW_NAMESPACE):
        return False
    return _run("mount", "--make-rprivate", "/")


def _run(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make a folder read-only for as long as it takes."""
    if not (_private() and _run("mount", "--bind", str(folder), str(folder))):
        pytest.skip("no right to mount a folder read-only here")
    try:
        if not _run("mount", "-o", "remount,ro,bind", str(folder)):
            pytest.skip("no right to mount a folder read-only here")
        yield
    finally:
        _run("umount", str(folder))


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Mount a disk of a few megabytes at a folder."""
    folder.mkdir()
    if not (_private() and _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder))):
        pytest.skip("no right to mount a small disk here")
    try:
        yield folder
    finally:
        _run("umount", str(folder))

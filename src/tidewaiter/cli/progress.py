"""How far a long read has come, on a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["watched"]

_FIRST = 1.0
_EVERY = 0.5


@contextmanager
def watched(path: Path) -> Iterator[None]:
    """Tell on standard error how far the reading of a file has come, if that is a terminal and it takes a while."""
    if not sys.stderr.isatty():
        yield
        return
    from tidewaiter.sources.compressed import WATCHER

    opened: list[Any] = []
    token = WATCHER.set(opened.append)
    done = threading.Event()
    ticker = threading.Thread(target=_tick, args=(path, opened, done), daemon=True)
    ticker.start()
    try:
        yield
    finally:
        WATCHER.reset(token)
        done.set()
        ticker.join()


def _tick(path: Path, opened: list[Any], done: threading.Event) -> None:
    from tidewaiter.safe import one_line

    began = time.monotonic()
    shown = False
    wait = _FIRST
    while not done.wait(wait):
        wait = _EVERY
        print(
            f"\r\x1b[K{_words(one_line(str(path)), opened)} ({time.monotonic() - began:.0f} s)",
            end="",
            file=sys.stderr,
            flush=True,
        )
        shown = True
    if shown:
        print("\r\x1b[K", end="", file=sys.__stderr__, flush=True)


def _words(name: str, opened: list[Any]) -> str:
    """Say what is being done: the content is hashed, then read, then sorted and written."""
    if len(opened) < 2:
        return f"{name}: copying"
    file, size = opened[-1]
    try:
        share = min(file.tell() / size, 1.0) if size else 1.0
    except ValueError:  # closed: it was read to its end
        share = 1.0
    if len(opened) == 2:
        return f"{name}: checking {share:.0%}"
    return f"{name}: reading {share:.0%}" if share < 1 else f"{name}: sorting and writing"

"""Files as they come, plain or gzipped, opened as a stream of their content."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, cast

from tidewaiter.errors import BadFile

__all__ = ["HEAD", "head_of", "open_content"]

HEAD = 65_536
"""Bytes that are looked at to recognise a format."""

MOST_EXPANSION = 200
MOST_FREE = 64 * 1024 * 1024


class _Bounded(io.RawIOBase):
    """A decompressed stream that refuses to grow beyond what an honest file would."""

    def __init__(self, inner: BinaryIO, size: int, name: str) -> None:
        self._inner = inner
        self._left = max(size * MOST_EXPANSION, MOST_FREE)
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise BadFile(self._name, f"the compressed file is damaged or cut off ({error})") from error
        self._left -= len(data)
        if self._left < 0:
            raise BadFile(self._name, f"expands to more than {MOST_EXPANSION} times its size, which no table does")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()


def open_content(path: Path) -> BinaryIO:
    """Open a file's content as a binary stream, decompressed if it is gzipped.

    Raises
    ------
    BadFile
        If it cannot be opened; while reading, if it is damaged, cut off or a decompression bomb.
    """
    try:
        file = path.open("rb")
        magic = file.read(2)
        file.seek(0)
        size = path.stat().st_size
    except OSError as error:
        raise BadFile(str(path), f"cannot be read ({error.strerror})") from error
    if magic != b"\x1f\x8b":
        return file
    file.close()
    inner = cast(BinaryIO, gzip.open(path, "rb"))  # noqa: SIM115 - the caller closes it; it closes the file beneath it, which GzipFile(fileobj=...) would not
    return io.BufferedReader(_Bounded(inner, size, str(path)), 1 << 20)


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file's content."""
    with open_content(path) as stream:
        return stream.read(HEAD)

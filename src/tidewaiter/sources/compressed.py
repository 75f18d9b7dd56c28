"""Files as they come, plain or in a gz, zip, 7z or zst, opened as a stream of their content.

Nothing is ever unpacked to a place that the archive names: a member is a stream, its path is only a name in a message.
A stream ends only if the archive says that it is whole: a cut or damaged file is an error, never a shorter file. And it
ends in time: content that grows beyond what an honest table would is refused while it is being read.
"""

from __future__ import annotations

import io
import os
import re
import threading
import zipfile
import zlib
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any, BinaryIO

from tidewaiter.errors import BadFile, TidewaiterError

__all__ = ["HEAD", "WATCHER", "companions", "head_of", "open_content"]

HEAD = 65_536
"""Bytes that are looked at to recognise a format."""

WATCHER: ContextVar[Callable[[tuple[BinaryIO, int]], None] | None] = ContextVar("watcher", default=None)
"""Who is told of each file that is opened, with its size, to watch how far the reading has come."""

MOST_EXPANSION = 200
MOST_FREE = 64 * 1024 * 1024
LARGEST_WINDOW = 1 << 28
"""Memory that a zst or 7z file may ask for to be read; the strongest settings in use ask for a quarter of it."""

_COMPANION = re.compile(
    r"(read.?me|licen[cs]e|copying|notice|terms|changelog|metadata|notes?|disclaimer|about|manual|guide)([^a-z].*)?"
    r"|.*\.(pdf|md|rst|docx?|odt|rtf|html?|url|png|jpe?g|gif|md5|sha1|sha256|sig|asc)",
    re.IGNORECASE | re.DOTALL,
)
"""Names of what publishers put beside a table: papers about it, never the table."""

_ZSTD_PIECE = 2048  # the most a piece of this size can grow to is 64 MB


class _Bounded(io.RawIOBase):
    """A decompressed stream that tells damage in one line and refuses to grow beyond what an honest file would."""

    def __init__(self, inner: Any, size: int, name: str) -> None:
        self._inner = inner
        self._left = max(size * MOST_EXPANSION, MOST_FREE)
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except TidewaiterError:
            raise
        except OSError as error:
            if error.errno is not None:
                raise BadFile(self._name, f"cannot be read ({error.strerror})") from error
            raise _damaged(self._name, error) from error
        except Exception as error:
            # Every library has errors of its own for bytes that are not what they should be.
            raise _damaged(self._name, error) from error
        self._left -= len(data)
        if self._left < 0:
            raise BadFile(self._name, f"expands to more than {MOST_EXPANSION} times its size, which no table does")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


def _damaged(name: str, error: Exception) -> BadFile:
    said = (str(error).splitlines() or [type(error).__name__])[0][:120]
    return BadFile(name, f"the compressed file is damaged or cut off ({said}); download it again")


def open_content(path: Path) -> BinaryIO:
    """Open a file's content as a binary stream, decompressed if it is a gz, zip, 7z or zst.

    Raises
    ------
    BadFile
        If it cannot be opened, is encrypted or holds more than one table; while reading, if it is damaged, cut off or a
        decompression bomb.
    """
    try:
        file = path.open("rb")
        magic = file.read(6)
        file.seek(0)
        size = path.stat().st_size
        watcher = WATCHER.get()
        if watcher is not None:
            watcher((file, size))
    except OSError as error:
        raise BadFile(str(path), f"cannot be read ({error.strerror})") from error
    for begins, opener in _OPENERS:
        if magic.startswith(begins):
            try:
                inner = opener(file, path)
            except BaseException:
                file.close()
                raise
            if inner is None:
                file.seek(0)
                return file
            return io.BufferedReader(_Bounded(inner, size, str(path)), 1 << 20)
    return file


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file's content."""
    with open_content(path) as stream:
        return stream.read(HEAD)


class _With:
    """A stream that closes what lies beneath it, too."""

    def __init__(self, stream: Any, *beneath: Any) -> None:
        self._all = (stream, *beneath)
        self.read: Callable[[int], bytes] = stream.read

    def close(self) -> None:
        for one in self._all:
            one.close()


def _gz(file: BinaryIO, path: Path) -> Any:
    from isal import igzip

    return _With(igzip.IGzipFile(fileobj=file), file)  # type: ignore[no-untyped-call]


def _zip(file: BinaryIO, path: Path) -> Any:
    try:
        archive = zipfile.ZipFile(file)
        members = [one for one in archive.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, ValueError, UnicodeDecodeError) as error:
        raise _damaged(str(path), error) from error
    if any(one.filename == "[Content_Types].xml" for one in members):
        return None  # a workbook: its reader wants the archive itself
    member = members[_only([one.filename for one in members], path)]
    if member.flag_bits & 1:
        raise BadFile(str(path), "is encrypted; unpack it with its password and load what is in it")
    try:
        return _With(archive.open(member), archive, file)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, RuntimeError) as error:
        raise _damaged(str(path), error) from error


def companions(path: Path) -> tuple[str, ...]:
    """Return the names of what lies in an archive beside its one table: a readme, a licence; not read.

    Only for a file that :func:`open_content` opens.
    """
    with path.open("rb") as file:
        magic = file.read(6)
        file.seek(0)
        if magic.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(file) as archive:
                names = [one.filename for one in archive.infolist() if not one.is_dir()]
                if "[Content_Types].xml" in names:
                    return ()
        elif magic == b"7z\xbc\xaf\x27\x1c":
            import py7zr

            with py7zr.SevenZipFile(file) as archive:
                names = [one.filename for one in archive.list() if not one.is_directory]
        else:
            return ()
    kept = _only(names, path)
    return tuple(name for at, name in enumerate(names) if at != kept and not _archivers_own(name))


def _archivers_own(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.endswith(".DS_Store")


def _only(names: list[str], path: Path) -> int:
    """Return which member is the one table; what archivers add of their own, and papers beside it, do not count."""
    real = [at for at, name in enumerate(names) if not _archivers_own(name)]
    if len(real) > 1:
        tables = [at for at in real if not _COMPANION.fullmatch(names[at].replace("\\", "/").rsplit("/", 1)[-1])]
        real = tables or real
    if len(real) != 1:
        some = ", ".join(repr(names[at])[1:-1] for at in real[:4]) + (", ..." if len(real) > 4 else "")
        told = f"holds {len(real)} files ({some}); unpack it and load them one by one" if real else "holds no file"
        raise BadFile(str(path), told)
    return real[0]


class _Zst:
    """Frames of Zstandard, one after the other; the library's own stream takes a cut for an end."""

    def __init__(self, file: BinaryIO) -> None:
        import zstandard

        self._new = zstandard.ZstdDecompressor(max_window_size=LARGEST_WINDOW).decompressobj
        self._frame = self._new()
        self._inside = False
        self._file = file
        self._ready = b""

    def read(self, size: int) -> bytes:
        while not self._ready:
            piece = self._file.read(_ZSTD_PIECE)
            if not piece:
                if self._inside:
                    raise EOFError("it ends inside a frame")
                return b""
            ready = []
            while piece:
                self._inside = True
                ready.append(self._frame.decompress(piece))
                piece = b""
                if self._frame.eof:
                    piece, self._inside, self._frame = self._frame.unused_data, False, self._new()
            self._ready = b"".join(ready)
        data, self._ready = self._ready[:size], self._ready[size:]
        return data

    def close(self) -> None:
        self._file.close()


def _zst(file: BinaryIO, path: Path) -> Any:
    return _Zst(file)


class _Pump:
    """A member of a 7z archive: its library pushes, a reader pulls, a pipe lies between."""

    def __init__(self, archive: Any, member: str, file: BinaryIO) -> None:
        self._archive = archive
        self._file = file
        self._from, into = os.pipe()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._push, args=(member, into), daemon=True)
        self._thread.start()
        self._open = True

    def _push(self, member: str, into: int) -> None:
        import py7zr

        class Sink(py7zr.Py7zIO):
            done = 0

            def write(self, data: bytes | bytearray) -> int:
                view = memoryview(data)
                while view:
                    view = view[os.write(into, view) :]
                self.done += len(data)
                return len(data)

            def read(self, size: int | None = None) -> bytes:
                return b""

            def seek(self, offset: int, whence: int = 0) -> int:
                return 0

            def flush(self) -> None:
                pass

            def size(self) -> int:
                return self.done

        class Factory(py7zr.WriterFactory):
            def create(self, filename: str) -> Any:
                return Sink()

        try:
            self._archive.extract(targets=[member], factory=Factory())
        except Exception as error:
            self._error = error
        finally:
            os.close(into)

    def read(self, size: int) -> bytes:
        data = os.read(self._from, size)
        if not data:
            self._thread.join()
            if self._error is not None:
                raise self._error
        return data

    def close(self) -> None:
        if self._open:
            self._open = False
            os.close(self._from)
            self._thread.join()
            self._archive.close()
            self._file.close()


def _seven(file: BinaryIO, path: Path) -> Any:
    import py7zr

    try:
        archive = py7zr.SevenZipFile(file)
        locked = archive.needs_password()
        members = [one for one in archive.list() if not one.is_directory]
        window = _window(archive)
    except py7zr.PasswordRequired:
        locked = True
    except Exception as error:
        raise _damaged(str(path), error) from error
    if locked:
        raise BadFile(str(path), "is encrypted; unpack it with its password and load what is in it")
    if window > LARGEST_WINDOW * 2:
        raise BadFile(str(path), f"asks for {window >> 20:,} MB of memory to be read; unpack it and load what is in it")
    member = members[_only([one.filename for one in members], path)].filename
    for one in archive.files:
        if one.filename == member:
            # Its path is not used; the library would refuse one that leads out of a folder, though none is written to.
            one._file_info["filename"] = member = "content"
            break
    return _Pump(archive, member, file)


def _window(archive: Any) -> int:
    """Return how much memory the archive's coders ask for: the size of the largest dictionary of LZMA or LZMA2."""
    largest = 0
    streams = archive.header.main_streams
    for folder in streams.unpackinfo.folders if streams is not None else ():
        for coder in folder.coders:
            method, given = coder["method"], coder["properties"] or b""
            if method == b"\x21" and len(given) == 1:
                bits = min(given[0], 40)
                largest = max(largest, (2 | (bits & 1)) << (bits // 2 + 11))
            elif method == b"\x03\x01\x01" and len(given) >= 5:
                largest = max(largest, int.from_bytes(given[1:5], "little"))
    return largest


_OPENERS: tuple[tuple[bytes, Callable[[BinaryIO, Path], Any]], ...] = (
    (b"\x1f\x8b", _gz),
    (b"PK\x03\x04", _zip),
    (b"PK\x05\x06", _zip),
    (b"\x28\xb5\x2f\xfd", _zst),
    (b"7z\xbc\xaf\x27\x1c", _seven),
)

"""The formats that can be read, each recognised from the file's content, never from its name alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from tidewaiter.errors import BadFile, UnknownName
from tidewaiter.sources.observation import Asked, Batch

_NOT_TABLES = (
    (b"<!doctype html", "a web page in place of a table: the portal's error or login page; download the file again"),
    (b"<html", "a web page in place of a table: the portal's error or login page; download the file again"),
    (b"<?xml", "XML, which is not read; ask the publisher for CSV"),
    (b"\xff\xfe", "UTF-16 text, which is not read; save it as UTF-8 CSV"),
    (b"\xfe\xff", "UTF-16 text, which is not read; save it as UTF-8 CSV"),
    (b"\xd0\xcf\x11\xe0", "a workbook of old Excel (.xls), which is not read; save it as CSV"),
    (b"%pdf-", "a PDF, which is not read; ask the publisher for CSV"),
    (b"bzh", "compressed with bzip2, which is not read; unpack it first"),
    (b"\xfd7zxz", "compressed with xz, which is not read; unpack it first"),
    (b"par1", "a Parquet file, which is no publisher's format; load the file it was made from"),
)

__all__ = ["Source", "get", "recognise", "sources"]


class Source(Protocol):
    """A publisher's format.

    ``name`` is how a user names it, ``dataset`` what its rows belong to, ``attribution`` what must be printed with them.
    ``complete_over`` names the key columns over which the format proves a file complete: for every combination of the
    other key columns that occurs in the file, an absent row means zero. Empty where silence says nothing.
    """

    name: str
    dataset: str
    title: str
    publisher: str
    address: str
    attribution: str
    complete_over: tuple[str, ...]

    def recognises(self, head: bytes) -> bool:
        """Whether the first bytes of the decompressed file are of this format."""

    def read(self, stream: BinaryIO, name: str, asked: Asked) -> Iterator[Batch]:
        """Read the decompressed file as batches of observations; ``name`` is for messages."""


def sources() -> tuple[Source, ...]:
    """Return every format that can be read."""
    from tidewaiter.sources.comext import ComextTable
    from tidewaiter.sources.comext_bulk import ComextBulk
    from tidewaiter.sources.comext_easy import ComextEasy
    from tidewaiter.sources.comext_sdmx import ComextSdmx
    from tidewaiter.sources.comext_totals import ComextTotals
    from tidewaiter.sources.comext_workbook import ComextWorkbook
    from tidewaiter.sources.comtrade import ComtradeBulk, ComtradeLegacy, ComtradePlus
    from tidewaiter.sources.comtrade_answer import ComtradeAnswer
    from tidewaiter.sources.gacc import GaccPortal

    return (
        ComextTable(),
        ComextTotals(),
        ComextEasy(),
        ComextSdmx(),
        ComextBulk(),
        ComextWorkbook(),
        GaccPortal("CNY"),
        GaccPortal("USD"),
        ComtradeAnswer(),
        ComtradePlus(),
        ComtradeLegacy(),
        ComtradeBulk(),
    )


def get(name: str) -> Source:
    """Return a format by name.

    Raises
    ------
    UnknownName
        If there is no such format.
    """
    for source in sources():
        if source.name == name:
            return source
    raise UnknownName("source", name, [source.name for source in sources()])


def recognise(head: bytes, name: str) -> Source:
    """Return the format of a file from its first decompressed bytes.

    Raises
    ------
    BadFile
        If it is none of the known ones; says what was seen.
    """
    for source in sources():
        if source.recognises(head):
            return source
    for begins, what in _NOT_TABLES:
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower().startswith(begins):
            raise BadFile(name, what)
    first = head[:200].decode("utf-8", "replace").splitlines()
    raise BadFile(
        name,
        "not a format that is known (tidewaiter sources lists them; any other CSV needs a mapping: tidewaiter mapping init "
        "FILE). Its first line",
        value=first[0] if first else "(nothing)",
    )

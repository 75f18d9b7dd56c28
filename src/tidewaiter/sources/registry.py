"""The formats that can be read, each recognised from the file's content, never from its name alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from tidewaiter.errors import BadFile, UnknownName
from tidewaiter.sources.observation import Asked, Batch
from tidewaiter.sources.refused import why_not

__all__ = ["Source", "choose", "get", "recognise", "sources"]


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
    from tidewaiter.sources.brazil import BrazilComexStat
    from tidewaiter.sources.census import Census
    from tidewaiter.sources.comext import ComextTable
    from tidewaiter.sources.comext_bulk import ComextBulk
    from tidewaiter.sources.comext_easy import ComextEasy
    from tidewaiter.sources.comext_sdmx import ComextSdmx
    from tidewaiter.sources.comext_totals import ComextTotals
    from tidewaiter.sources.comext_workbook import ComextWorkbook
    from tidewaiter.sources.comtrade import ComtradeBulk, ComtradeLegacy, ComtradePlus
    from tidewaiter.sources.comtrade_answer import ComtradeAnswer
    from tidewaiter.sources.gacc import GaccPortal
    from tidewaiter.sources.hmrc import Hmrc

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
        Census(),
        Hmrc(),
        BrazilComexStat(),
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
        If it is none of the known ones; says why.
    """
    for source in sources():
        if source.recognises(head):
            return source
    for mark, what in ((b";", "semicolons"), (b"\t", "tabs"), (b"|", "bars")):
        header = head[: head.find(b"\n", 2) + 1] or head
        meant = next((one for one in sources() if mark in header and one.recognises(head.replace(mark, b","))), None)
        if meant is not None:
            raise BadFile(
                name,
                f"{meant.title}, but with {what} between its cells: a spreadsheet has saved it, and may have changed its numbers and"
                " codes; load the file as it was downloaded",
            )
    reason, value = why_not(head)
    raise BadFile(name, reason, value=value)


def choose(head: bytes, name: str, asked: Asked, source: str = "") -> Source:
    """Return the reader of a file: the one that was named, the mapping that was given, or the one its content shows.

    Parameters
    ----------
    head
        The first decompressed bytes.
    name
        The file, for messages.
    asked
        What the user told; its mapping, if there is one, is the reader.
    source
        Name of a format, where it is not to be recognised.

    Raises
    ------
    UnknownName
        If there is no format of this name.
    BadFile
        If the mapping cannot be used, or no format is recognised.
    """
    if asked.mapping:
        from tidewaiter.sources.mapped import MappedTable

        return MappedTable(asked.mapping)
    return get(source) if source else recognise(head, name)

"""What every ask of a live source offers, and the judgement of its answer."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Protocol

import msgspec

__all__ = ["Ask", "Look", "Request", "Worth"]


class Request(msgspec.Struct, frozen=True):
    """An address with its parameters. ``secrets`` are those parts of it that no message may print.

    Parameters
    ----------
    url
        Without the query.
    params
        The query, in order; keys of access included.
    headers
        Headers; keys of access included.
    secrets
        Values that are cut out of whatever is said about this request.
    """

    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()


class Worth(enum.StrEnum):
    """What an answer is worth. An empty one is no zero: it does not say whether the month is out."""

    ROWS = "rows"
    EMPTY = "empty"
    CAPPED = "capped"


class Look(msgspec.Struct, frozen=True):
    """The judgement of an answer: its worth, its rows, and the value of the rows by slice, to hold parts against totals."""

    worth: Worth
    rows: int
    values: dict[str, float] = {}
    note: str = ""


class Ask(Protocol):
    """One question to a publisher."""

    @property
    def source(self) -> str:
        """The live source: ``comtrade``, ``comext``, ``census``."""

    @property
    def reader(self) -> str:
        """Name of the format in which it answers."""

    @property
    def label(self) -> str:
        """The question in words, for progress and messages."""

    @property
    def identity(self) -> str:
        """The question as a text that is the same whenever the same is asked; without keys of access."""

    @property
    def file(self) -> str:
        """A name for the answer's file, safe on any file system."""

    @property
    def pause(self) -> float:
        """Seconds that the publisher wants between two requests."""

    def request(self) -> Request:
        """Return where to ask."""

    def covers(self) -> str:
        """Return what a full answer's silence means, as ``--covers`` says it: what was asked for and has no row is zero.

        The months, flows and reporters are left to the rows: one without any row may not be released.
        """

    def look(self, answer: Path, status: int) -> Look:
        """Judge the answer.

        Raises
        ------
        SourceError
            If it is an error in the clothes of an answer.
        """

    def parts(self) -> tuple[Ask, ...]:
        """Return smaller asks that add up to this one; none if it cannot be made smaller."""

    def checks(self) -> tuple[Ask, ...]:
        """Return asks of totals that the values of the parts must add up to, where splitting could lose a code."""

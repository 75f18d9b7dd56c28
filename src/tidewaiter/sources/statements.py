"""What others wrote about trade: typed statements in our own words, shipped to be judged."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import msgspec

from tidewaiter.model import Origin
from tidewaiter.sources.figures import origins

__all__ = ["Statement", "statements"]


class Statement(msgspec.Struct, frozen=True):
    """One published statement.

    ``kind`` is one of ``amount``, ``count`` (of a daily indicator), ``highest since``, ``none in``, ``times``, ``exceeds``,
    ``fell``, ``price``, ``no figure`` (said without a number) and ``no evidence`` (nobody else printed anything like it; what
    ``settles`` names would decide it); which of the other fields it uses follows from it. ``about`` is the period that the
    statement throws light on, where that is not the one it speaks of.
    """

    origin: str
    reporter: str
    partner: str
    flow: str
    good: str
    kind: str
    period: str
    says: str
    measure: str = "value"
    since: str = ""
    earlier: str = ""
    value: float = 0.0
    step: float = 1.0
    about: str = ""
    settles: str = ""

    @property
    def source(self) -> Origin:
        """Who wrote it, where and when."""
        return origins()[self.origin]


@cache
def statements() -> tuple[Statement, ...]:
    """Return the shipped statements.

    Examples
    --------
    >>> sorted({statement.kind for statement in statements()})
    ['amount', 'count', 'exceeds', 'fell', 'highest since', 'no evidence', 'no figure', 'none in', 'price', 'times']
    """
    text = resources.files("tidewaiter.sources").joinpath("tables", "statements.toml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(entry, Statement) for entry in tomllib.loads(text)["statement"])

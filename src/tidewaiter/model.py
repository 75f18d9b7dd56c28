"""The words of the field as frozen structs.

Nothing here reads or computes; every layer above speaks in these terms. Bounds are always a closed interval
``lo <= x <= hi``; ``math.inf`` where a side is open.
"""

from __future__ import annotations

import enum
import math

import msgspec

from tidewaiter.period import Period

__all__ = ["TOTAL", "Cell", "Figure", "Flow", "Interval", "Measure", "Origin", "SeriesKey", "State"]

TOTAL = "TOTAL"
"""The commodity code of all goods together."""


class Flow(enum.StrEnum):
    """Direction of trade, seen from the reporter."""

    EXPORT = "X"
    IMPORT = "M"
    RE_EXPORT = "RX"
    RE_IMPORT = "RM"
    TWO_WAY = "X+M"


class Measure(enum.StrEnum):
    """What is counted."""

    VALUE = "value"
    NET_WEIGHT = "net_wgt_kg"
    QUANTITY = "qty"


class State(enum.StrEnum):
    """Why a cell holds what it holds; only ``ZERO`` means that there was no trade.

    ``UNKNOWN`` is the silence of a source that never promised to speak: a newspaper prints the months it needs.
    """

    VALUE = "value"
    ZERO = "zero"
    UNRELEASED = "unreleased"
    MERGED = "merged"
    NOT_ALIVE = "code not alive"
    WITHHELD = "withheld"
    NOT_RECORDED = "not recorded"
    CONFLICT = "conflict"
    UNKNOWN = "not known"


class Interval(msgspec.Struct, frozen=True, order=True):
    """What a number is known to lie in, both ends included.

    Examples
    --------
    >>> Interval(1, 2) + Interval(10, 20)
    Interval(lo=11, hi=22)
    >>> Interval(1, 2).meets(Interval(2, 3)), Interval(1, 2).meets(Interval(3, 4))
    (True, False)
    """

    lo: float
    hi: float

    @property
    def is_point(self) -> bool:
        """Whether it is a single number."""
        return self.lo == self.hi

    @property
    def is_bounded(self) -> bool:
        """Whether both ends are finite."""
        return math.isfinite(self.lo) and math.isfinite(self.hi)

    def meets(self, other: Interval) -> bool:
        """Whether the two have a number in common."""
        return self.lo <= other.hi and other.lo <= self.hi

    def contains(self, other: Interval) -> bool:
        """Whether ``other`` lies inside."""
        return self.lo <= other.lo and other.hi <= self.hi

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.lo + other.lo, self.hi + other.hi)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.lo - other.hi, self.hi - other.lo)


class SeriesKey(msgspec.Struct, frozen=True, order=True):
    """Whose books, with whom, which way, which goods, counted how.

    ``cmd`` is a commodity code of ``classification``, :data:`TOTAL`, or ``good:NAME`` for goods that a press figure
    names in words. ``unit`` is the currency of a value or the unit of a quantity.
    """

    dataset: str
    reporter: str
    partner: str
    flow: Flow
    cmd: str
    classification: str
    measure: Measure
    unit: str


class Origin(msgspec.Struct, frozen=True, order=True):
    """Who published a number, where, and when.

    ``published_from`` and ``published_to`` bound the day of publication (ISO dates, equal when the day is known).
    ``family`` is whose reporting it is: re-reports and translations share it, so that they are never counted as a
    second, independent publisher.
    """

    id: str
    publisher: str
    title: str
    address: str
    published_from: str
    published_to: str
    note: str = ""
    family: str = ""

    def published(self) -> str:
        """Return the date as it may be printed: the day, or the span it lies in."""
        if self.published_from == self.published_to:
            return self.published_from
        if self.published_from[:7] == self.published_to[:7]:
            return self.published_from[:7]
        return f"{self.published_from} to {self.published_to}"


class Figure(msgspec.Struct, frozen=True):
    """A number somebody published, with its rounding as an interval."""

    id: str
    key: SeriesKey
    period: Period
    printed: str
    value: float
    bounds: Interval
    origin: Origin
    note: str = ""


class Cell(msgspec.Struct, frozen=True):
    """One series, one period, as of a date: what it is known to lie in, and why."""

    period: Period
    bounds: Interval
    state: State
    evidence: tuple[str, ...] = ()
    note: str = ""

"""Months and runs of months.

A month is an ``int``, ``year * 12 + month - 1``, so that arithmetic on months is arithmetic. A :class:`Period` is a
closed run of months; a single month is a period of length one.

Examples
--------
>>> p = Period.parse("2022-01..2022-04")
>>> len(p), str(p), p.words()
(4, '2022-01..2022-04', 'January–April 2022')
>>> str(Period.parse("2021")), Period.parse("2021").words()
('2021', '2021')
>>> str(Period.parse("2022-04").back(12))
'2021-04'
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from tidewaiter.errors import InputError

__all__ = ["MONTH_NAMES", "Period", "month", "month_text", "month_words"]

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_MONTH = re.compile(r"(\d{4})-(\d{2})\Z", re.ASCII)
_YEAR = re.compile(r"\d{4}\Z", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199


def month(text: str) -> int:
    """Read ``YYYY-MM`` as a month number.

    Parameters
    ----------
    text
        Year and month, ISO 8601.

    Returns
    -------
    int
        ``year * 12 + month - 1``.

    Raises
    ------
    InputError
        If it is not such a month.

    Examples
    --------
    >>> month("2022-05") - month("2021-12")
    5
    """
    found = _MONTH.match(text)
    if found:
        year, number = int(found[1]), int(found[2])
        if 1 <= number <= 12 and _FIRST_YEAR <= year <= _LAST_YEAR:
            return year * 12 + number - 1
    raise InputError(f"not a month: {text!r}; write it as YYYY-MM, for example 2022-04")


def month_text(number: int) -> str:
    """Write a month number as ``YYYY-MM``."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_words(number: int) -> str:
    """Write a month number as a reader would say it: ``April 2022``."""
    return f"{MONTH_NAMES[number % 12]} {number // 12}"


class Period(msgspec.Struct, frozen=True, order=True):
    """A closed run of months.

    Parameters
    ----------
    start, end
        First and last month, both included.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise InputError(f"empty period: it would end in {month_text(self.end)}, before {month_text(self.start)}")

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read ``2022``, ``2022-04``, or ``2022-01..2022-04``.

        Raises
        ------
        InputError
            If it is none of these, or runs backwards.
        """
        first, dots, last = text.partition("..")
        if dots:
            return cls(cls.parse(first).start, cls.parse(last).end)
        if _YEAR.match(first) and _FIRST_YEAR <= int(first) <= _LAST_YEAR:
            return cls(int(first) * 12, int(first) * 12 + 11)
        return cls(month(first), month(first))

    @classmethod
    def year(cls, year: int) -> Period:
        """Return the twelve months of a calendar year."""
        return cls(year * 12, year * 12 + 11)

    @property
    def months(self) -> range:
        """The month numbers, in order."""
        return range(self.start, self.end + 1)

    @property
    def is_month(self) -> bool:
        """Whether it is a single month."""
        return self.start == self.end

    @property
    def is_year(self) -> bool:
        """Whether it is a whole calendar year."""
        return self.start % 12 == 0 and self.end == self.start + 11

    def back(self, months: int) -> Period:
        """Return the period moved back by a number of months."""
        return Period(self.start - months, self.end - months)

    def contains(self, other: Period) -> bool:
        """Whether every month of ``other`` is in this period."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Period) -> bool:
        """Whether the two share a month."""
        return self.start <= other.end and other.start <= self.end

    def words(self) -> str:
        """Write the period as a reader would say it."""
        if self.is_month:
            return month_words(self.start)
        if self.is_year:
            return str(self.start // 12)
        if self.start // 12 == self.end // 12:
            return f"{MONTH_NAMES[self.start % 12]}–{MONTH_NAMES[self.end % 12]} {self.start // 12}"
        return f"{month_words(self.start)} to {month_words(self.end)}"

    def __len__(self) -> int:
        return self.end - self.start + 1

    def __iter__(self) -> Iterator[int]:
        return iter(self.months)

    def __str__(self) -> str:
        if self.is_year:
            return str(self.start // 12)
        if self.is_month:
            return month_text(self.start)
        return f"{month_text(self.start)}..{month_text(self.end)}"

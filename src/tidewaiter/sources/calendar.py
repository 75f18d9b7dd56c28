"""When a publisher's month is due: a rule and the departures from it that are known.

A calendar tells *not yet due* from *due, and not here*; it never says what a month holds. Publishers without a fixed day (UN
Comtrade takes a country's figures as they come) have no calendar, and the answer is that there is none.
"""

from __future__ import annotations

import datetime
import tomllib
from functools import cache
from importlib import resources
from typing import Annotated

import msgspec

from tidewaiter.errors import UnknownName
from tidewaiter.period import Period

__all__ = ["Calendar", "Due", "Exceptional", "calendar", "calendar_of", "calendars"]


class Exceptional(msgspec.Struct, frozen=True):
    """A known departure from the rule: months, the span of days in which they came out, and why."""

    months: str
    first: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] = msgspec.field(name="from")
    last: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] = msgspec.field(name="to")
    why: str = ""


class Due(msgspec.Struct, frozen=True):
    """When a month is due: the first and the last usual day (ISO dates), and by what rule or exception."""

    first: str
    last: str
    why: str


class Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One publisher's release calendar.

    ``first`` and ``last`` are days after the end of the month that the figures are of.
    """

    publisher: str
    source: str
    noted: str
    what: str
    rule: str
    first: int = msgspec.field(name="from")
    last: int = msgspec.field(name="to")
    exceptions: tuple[Exceptional, ...] = ()

    def due(self, number: int) -> Due:
        """Return when a month is due.

        Parameters
        ----------
        number
            Month number (:mod:`tidewaiter.period`).

        Examples
        --------
        >>> from tidewaiter.period import month
        >>> calendar("gacc").due(month("2022-04")).last
        '2022-05-25'
        """
        for one in self.exceptions:
            if Period.parse(one.months).contains(Period(number, number)):
                return Due(one.first, one.last, one.why)
        after = number + 1
        end = datetime.date(after // 12, after % 12 + 1, 1) - datetime.timedelta(days=1)
        first, last = (end + datetime.timedelta(days=days) for days in (self.first, self.last))
        return Due(first.isoformat(), last.isoformat(), self.rule)

    def state(self, number: int, day: str) -> str:
        """Say whether a month that is not here on a day is ``not yet due``, ``due`` or ``overdue``."""
        when = self.due(number)
        if day < when.first:
            return "not yet due"
        return "due" if day <= when.last else "overdue"


@cache
def calendars() -> dict[str, Calendar]:
    """Return the shipped calendars by dataset."""
    text = resources.files("tidewaiter.sources").joinpath("tables", "calendars.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Calendar])


def calendar(dataset: str) -> Calendar:
    """Return the calendar of a dataset.

    Raises
    ------
    UnknownName
        If there is none; lists those there are.
    """
    found = calendars().get(dataset)
    if found is None:
        raise UnknownName("release calendar", dataset, sorted(calendars()))
    return found


def calendar_of(dataset: str) -> Calendar | None:
    """Return the calendar of a dataset, ``None`` if its publisher keeps no days; one publisher's currencies share it.

    Examples
    --------
    >>> calendar_of("gacc-usd").publisher == calendar("gacc").publisher, calendar_of("comtrade")
    (True, None)
    """
    found = calendars()
    return found.get(dataset) or found.get(dataset.removesuffix("-usd"))

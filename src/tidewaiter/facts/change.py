"""How many times as much: one period against another, a part against an earlier whole."""

from __future__ import annotations

import math

import msgspec

from tidewaiter.facts.base import Fact, Known, known
from tidewaiter.facts.proof import Proof, Row
from tidewaiter.model import Interval, SeriesKey
from tidewaiter.period import Period, month
from tidewaiter.series.book import Book

__all__ = ["Multiple", "before_event", "multiple"]

TINY_BASE_USD = 10_000
"""Below this value a multiple carries the caveat of a tiny base (in dollars or euros)."""


class Multiple(Fact, frozen=True, kw_only=True):
    """The later period divided by the earlier one.

    ``at_least`` is set where the later number is a part of what the earlier one counts whole, so that the true multiple
    can only be higher. ``rivals`` are the multiples that conflicting printed figures would give. ``event`` is what happened
    after the earlier month, where it was chosen for that, and ``day`` when (ISO).
    """

    later: Known
    earlier: Known
    later_key: SeriesKey
    ratio: Row
    rivals: tuple[Row, ...] = ()
    at_least: bool = False
    event: str = ""
    day: str = ""


def multiple(
    book: Book,
    key: SeriesKey,
    later: Period,
    earlier: Period,
    what: str,
    *,
    later_key: SeriesKey | None = None,
    later_what: str = "",
) -> Multiple | None:
    """Divide a later period by an earlier one.

    Parameters
    ----------
    key
        The series; the earlier period is always read from it.
    later_key
        The series of a part of it, to read the later period from; the result is then a least multiple.

    Returns
    -------
    Multiple or None
        None where either is not known, or the earlier may have been zero or is open above.
    """
    proof = Proof()
    above = known(book, later_key or key, later, proof, later_what or what)
    below = known(book, key, earlier, proof, what)
    if above is None or below is None or below.bounds.lo <= 0 or math.isinf(below.bounds.hi) or above.value <= 0:
        return None
    ratio = proof.result(f"{later} divided by {earlier}", f"{above.row} / {below.row}", "times")
    rivals = []
    for figure in above.reading.others if above.reading else ():
        rivals.append(
            proof.result(f"the same on the figure of {figure.origin.publisher}", f"{figure.id} / {below.row}", "times")
        )
    for figure in below.reading.others if below.reading else ():
        if figure.bounds.lo > 0:
            rivals.append(
                proof.result(
                    f"the same on the figure of {figure.origin.publisher}", f"{above.row} / {figure.id}", "times"
                )
            )
    caveats = []
    if key.measure == "value" and below.value < TINY_BASE_USD:
        caveats.append("tiny-base")
    return Multiple(
        key=key,
        period=later,
        proof=proof.rows,
        caveats=tuple(caveats),
        later=above,
        earlier=below,
        later_key=later_key or key,
        ratio=ratio,
        rivals=tuple(rivals),
        at_least=later_key is not None and later_key != key,
    )


def before_event(book: Book, key: SeriesKey, later: int, day: str, event: str, what: str) -> Multiple | None:
    """Divide a month by the last month known singly before an event.

    Parameters
    ----------
    later
        The month, after the event.
    day, event
        When (ISO date) and what.

    Returns
    -------
    Multiple or None
        None where no month before the event is known singly.
    """
    when = month(day[:7])
    singly = [figure.period.start for figure in book.of(key) if figure.period.is_month and figure.period.start < when]
    if not singly or later <= when:
        return None
    last = max(singly)
    found = multiple(book, key, Period(later, later), Period(last, last), what)
    if found is None:
        return None
    row = Row("E1", "date", event, day, "", "day", None, Interval(-math.inf, math.inf), printed=day)
    return msgspec.structs.replace(found, proof=(*found.proof, row), event=event, day=day)

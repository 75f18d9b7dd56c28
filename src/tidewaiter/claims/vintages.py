"""Releases and revisions: what of the evidence is of a claim's own release, and how far the rest may have moved."""

from __future__ import annotations

from datetime import date, timedelta

from tidewaiter.claims.model import Claim
from tidewaiter.ledger import Row
from tidewaiter.period import Period

__all__ = ["LATE", "NEXT", "REVISION", "last_day", "may_have_moved", "revision_by", "shifted"]

LATE = 45
"""Days after a claim in which a figure still reports the same release."""

REVISION = 0.12
"""How far, in parts of the number, a figure that was not yet final may have moved."""

NEXT = 0.03
"""How far a figure may move from one release of a year to the next: 34.21 to 33.64 million is the most in the tables."""

_RELEASED = 17
"""The day of the month from which the figures of the month before may be out."""


def last_day(claim: Claim) -> str | None:
    """Return the last day on which a figure may have been published to speak on a claim; None without a date."""
    if not claim.latest:
        return None
    return (date.fromisoformat(claim.latest) + timedelta(days=LATE)).isoformat()


def may_have_moved(row: Row, published: str, published_to: str, period: Period, claim: Claim, *, now: bool) -> float:
    """Return how far, in parts of the number, what a claim is judged on may be from a figure; 0 if both are of one release.

    They are of one only if no day of release lies between them and nothing later than the figure's last month had
    been released: of an older month each may quote what was printed first, or what it was revised to. From one release of
    a year to the next little moves; what is printed long after may have been through the revision of the year.
    """
    if not row.moves:
        return 0.0
    if now or not claim.published:
        return REVISION
    of = {_release(day) for day in (published, published_to, claim.published, claim.latest)}
    if len(of) == 1 and claim.latest <= _newest_until(period):
        return 0.0
    return revision_by(period, max(claim.latest, published))


def revision_by(period: Period, day: str) -> float:
    """Return how far what was printed of a period may have moved by a day: little before its year is revised as a whole."""
    return NEXT if day < f"{period.end // 12 + 1}-07-01" else REVISION


def _newest_until(period: Period) -> str:
    """Return the day up to which no later month than a period's last can be out; January waits for February."""
    month = period.end + 2 + (period.end % 12 in (11, 0))
    return f"{month // 12:04d}-{month % 12 + 1:02d}-{_RELEASED:02d}"


def _release(day: str) -> str:
    """Name the monthly release that is the newest on a day."""
    return day[:7] if day[8:10] >= f"{_RELEASED:02d}" else shifted(f"{day[:7]}-01", -1)[:7]


def shifted(day: str, days: int) -> str:
    """Return a day (ISO) so many days later, or earlier."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()

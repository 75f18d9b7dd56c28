"""Claims about a daily indicator: fever cases, deaths, whatever a timeline ships with its source and caveat."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from tidewaiter.claims.evidence import Item
from tidewaiter.claims.model import Claim
from tidewaiter.claims.verdict import Verdict
from tidewaiter.errors import InputError
from tidewaiter.events import Day, Indicator, indicators
from tidewaiter.model import Interval

__all__ = ["judge_count", "known_counts"]


def judge_count(claim: Claim) -> Verdict:
    """Judge a claim on a daily count: ``indicator`` is its id.

    The area is the partner's, or else the reporter's. A claim may speak of the day that a count was reported or of the
    day before, up to whose evening it runs; both fit.

    Raises
    ------
    InputError
        If the day or the number is missing.
    """
    if not claim.day or claim.said is None:
        raise InputError(f"claim {claim.id}: a claim of kind 'count' needs day and printed")
    areas = (claim.subject.partner, claim.subject.reporter) if claim.subject is not None else _AREAS
    found = [one for area in areas for one in _counts(area) if claim.indicator in ("", one.id)]
    known = [(one, day) for one in found for day in _days(one, claim.day)]
    if not known:
        named = f" of {claim.indicator}" if claim.indicator else ""
        why = f"No daily count{named} for {claim.day} is known."
        return Verdict(claim=claim.id, verdict="cannot tell", why=why, settle=f"the daily report for {claim.day}")
    said = claim.said.bounds
    names = (claim.direction,) if claim.direction in ("new", "cumulative") else ("new", "cumulative")
    told = [
        (indicator, day, what, value)
        for indicator, day in known
        for what in names
        if (value := getattr(day, what)) is not None
    ]
    # The report of the day before that of the next, whichever fits; where none does the first is what a reader looks up.
    best = next((one for one in told if said.lo <= one[3] <= said.hi), told[0] if told else None)
    if best is None:
        why = f"The daily report of {claim.day} does not say."
        return Verdict(claim=claim.id, verdict="cannot tell", why=why, settle=f"the daily report for {claim.day}")
    indicator, reported, what, value = best
    fits = said.lo <= value <= said.hi
    up_to = "" if reported.day == claim.day else f", counted up to the evening of {claim.day}"
    return Verdict(
        claim=claim.id,
        verdict="supported" if fits else "contradicted",
        why=f"{_told(indicator, reported, value, what)}{up_to}. {indicator.caveat}",
        found=Interval(value, value),
        unit=indicator.unit,
        evidence=(_item(indicator, reported, what, value),),
    )


_AREAS = ("PRK", "KGZ")
_DEATHS = "deaths"


def known_counts() -> tuple[str, ...]:
    """Return the ids of the daily counts that claims can be held against.

    Examples
    --------
    >>> known_counts()
    ('fever', 'deaths')
    """
    return tuple(dict.fromkeys(one.id for area in _AREAS for one in _counts(area)))


def _counts(area: str) -> list[Indicator]:
    """Return the daily indicators of a country, and the deaths that are told beside them."""
    found = list(indicators(area))
    return [*found, *(_deaths_of(one) for one in found if any(day.deaths is not None for day in one.days))]


def _deaths_of(indicator: Indicator) -> Indicator:
    """Return the deaths beside an indicator: the total that was reported, and what it grew by since the day before."""
    totals = {day.day: day.deaths for day in indicator.days}
    days = []
    for day, total in totals.items():
        before = totals.get((date.fromisoformat(day) - timedelta(days=1)).isoformat())
        new = None if total is None or before is None else total - before
        days.append(Day(day, new, total))
    return msgspec.structs.replace(
        indicator, id=_DEATHS, noun=_DEATHS, days=tuple(days),
        caveat="These are the deaths that the report tells of, which nobody could check.",
    )  # fmt: skip


def _told(indicator: Indicator, day: Day, value: float, what: str) -> str:
    """Say what a report has; new deaths are the difference of two."""
    totals = _totals(indicator, day, what)
    if totals:
        return f"By the totals of two reports ({totals}) the deaths new on {day.day} are {value:,.0f}"
    return f"The report of {day.day} says {value:,.0f}"


def _totals(indicator: Indicator, day: Day, what: str) -> str:
    """Return the two totals whose difference a number is; empty where it was reported as it stands."""
    if indicator.id != _DEATHS or what != "new" or day.cumulative is None or day.new is None:
        return ""
    before = date.fromisoformat(day.day) - timedelta(days=1)
    return f"{day.cumulative - day.new:,.0f} on {before}, {day.cumulative:,.0f} on {day.day}"


def _days(indicator: Indicator, day: str) -> list[Day]:
    """Return the report of a day, and that of the next, whose count runs to the evening of the day."""
    following = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    return [one for wanted in (day, following) for one in indicator.days if one.day == wanted]


def _item(indicator: Indicator, day: Day, what: str, value: float) -> Item:
    totals = _totals(indicator, day, what)
    return Item(
        id=f"{indicator.id} {what} {day.day}",
        kind="count",
        what=f"{indicator.noun}, {what}, reported {day.day}" + (f" ({totals})" if totals else ""),
        period="",
        unit=indicator.unit,
        value=value,
        bounds=Interval(value, value),
        publisher=indicator.source,
        published=day.day,
        published_to=day.day,
        note=indicator.caveat,
    )

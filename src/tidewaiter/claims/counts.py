"""Claims about a daily indicator: fever cases, deaths, whatever a timeline ships with its source and caveat."""

from __future__ import annotations

from datetime import date, timedelta

from tidewaiter.claims.evidence import Item
from tidewaiter.claims.model import Claim
from tidewaiter.claims.verdict import Verdict
from tidewaiter.errors import InputError
from tidewaiter.events import Day, Indicator, indicators
from tidewaiter.model import Interval

__all__ = ["judge_count"]


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
    found = [one for area in areas for one in indicators(area) if claim.indicator in ("", one.id)]
    known = [(one, day) for one in found for day in _days(one, claim.day)]
    if not known:
        named = f" of {claim.indicator}" if claim.indicator else ""
        why = f"No daily count{named} for {claim.day} is known."
        return Verdict(claim=claim.id, verdict="cannot tell", why=why, settle=f"the daily report for {claim.day}")
    said, best = claim.said.bounds, None
    for indicator, day in known:
        for what in (claim.direction,) if claim.direction in ("new", "cumulative") else ("new", "cumulative"):
            value = getattr(day, what)
            if value is None:
                continue
            fits = said.lo <= value <= said.hi
            if best is None or fits:
                best = (fits, value, _item(indicator, day, what, value), indicator, day)
            if fits:
                break
    if best is None:
        why = f"The daily report of {claim.day} does not say."
        return Verdict(claim=claim.id, verdict="cannot tell", why=why, settle=f"the daily report for {claim.day}")
    fits, value, item, indicator, reported = best
    up_to = "" if reported.day == claim.day else f", counted up to the evening of {claim.day}"
    return Verdict(
        claim=claim.id,
        verdict="supported" if fits else "contradicted",
        why=f"The report of {reported.day} says {value:,.0f}{up_to}. {indicator.caveat}",
        found=Interval(value, value),
        unit=indicator.unit,
        evidence=(item,),
    )


_AREAS = ("PRK", "KGZ")


def _days(indicator: Indicator, day: str) -> list[Day]:
    """Return the report of a day, and that of the next, whose count runs to the evening of the day."""
    following = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    return [one for wanted in (day, following) for one in indicator.days if one.day == wanted]


def _item(indicator: Indicator, day: Day, what: str, value: float) -> Item:
    return Item(
        id=f"{indicator.id} {what} {day.day}",
        kind="count",
        what=f"{indicator.noun}, {what}, reported {day.day}",
        period="",
        unit=indicator.unit,
        value=value,
        bounds=Interval(value, value),
        publisher=indicator.source,
        published=day.day,
        published_to=day.day,
        note=indicator.caveat,
    )

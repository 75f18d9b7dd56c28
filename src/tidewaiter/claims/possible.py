"""Claims in the written form that nobody can judge: periods that cannot be compared, columns that a kind does not use."""

from __future__ import annotations

from collections.abc import Collection

from tidewaiter.claims.model import Claim, Kind
from tidewaiter.period import month_text

__all__ = ["impossible", "unused"]

_NUMBER = ("printed", "hedge", "step", "at_least", "at_most")
_OTHER = ("other_goods", "other_reporter", "other_partner", "other_flow", "other_measure", "other_unit")
_COMPARED = ("base", *_OTHER)
_USED: dict[Kind, tuple[str, ...]] = {
    Kind.AMOUNT: (*_NUMBER, "quoted"),
    Kind.NONE: (),
    Kind.CHANGE: (*_NUMBER, *_COMPARED),
    Kind.MULTIPLE: (*_NUMBER, *_COMPARED, "form"),
    Kind.DIFFERENCE: (*_NUMBER, *_COMPARED),
    Kind.SHARE: (*_NUMBER, *_COMPARED),
    Kind.UNIT_VALUE: _NUMBER,
    Kind.EXCEEDS: (*_COMPARED, "direction"),
    Kind.EXTREME: ("since", "direction", "rank"),
    Kind.FIRST: ("base", "direction"),
    Kind.STREAK: ("base", "direction", "length"),
    Kind.COUNT: (*_NUMBER, "indicator", "day", "direction"),
}
"""Which of the columns that say something each kind looks at, beyond series and period."""

_SAYING = (*_NUMBER, *_COMPARED, "form", "since", "direction", "rank", "length", "indicator", "day", "quoted")


def impossible(claim: Claim) -> tuple[str, str] | None:
    """Return the column that makes a claim one that cannot be, and why; None where nothing does.

    Examples
    --------
    >>> from tidewaiter.period import Period
    >>> month = Period.parse("2022-10")
    >>> impossible(Claim(id="C1", kind=Kind.EXTREME, period=month, since=month))
    ('since', 'not before the period, 2022-10; valid: a month up to 2022-09')
    """
    period, base, since = claim.period, claim.base, claim.since
    if claim.rank < 1:
        return "rank", "not a place in an order; valid: 1 (the highest), 2 (the second highest) ..."
    if claim.kind is Kind.COUNT and claim.indicator:
        from tidewaiter.claims.counts import known_counts

        if claim.indicator not in known_counts():
            return "indicator", f"no daily count of this is known; valid: {', '.join(known_counts())}"
    if period is None:
        return None
    before = f"valid: a month up to {month_text(period.start - 1)}"
    if claim.kind is Kind.EXTREME and since is not None:
        record = claim.rank > 1 or claim.direction.startswith("record")
        if (since.start if record else since.end) >= period.start:
            return "since", f"not before the period, {period}; {before}"
    if base is None:
        return None
    if claim.kind is Kind.FIRST and base.end >= period.start:
        return "base", f"not before the period, {period}; {before.replace('a month', 'months')}"
    if claim.kind is Kind.STREAK and base.end >= period.end:
        return (
            "base",
            f"not before the last month, {month_text(period.end)}; valid: a month up to {month_text(period.end - 1)}",
        )
    if (
        claim.kind not in (Kind.CHANGE, Kind.MULTIPLE, Kind.DIFFERENCE, Kind.EXCEEDS, Kind.SHARE)
        or claim.other is not None
    ):
        return None
    if base == period:
        return (
            "base",
            f"the period itself, {period}, which makes no comparison; valid: another period, or other_... columns",
        )
    if claim.kind is Kind.CHANGE and base.start > period.start:
        return (
            "base",
            f"after the period, {period}, though a change runs from base to period; {before.replace('a month', 'months')}",
        )
    return None


def unused(kind: Kind, columns: Collection[str]) -> tuple[str, ...]:
    """Return those columns that say something which a claim of a kind does not: they are not judged.

    Examples
    --------
    >>> unused(Kind.EXCEEDS, ["kind", "printed", "base", "period"]), unused(Kind.NONE, ["base"])
    (('printed',), ('base',))
    """
    used = _USED.get(kind)
    if used is None:
        return ()
    return tuple(column for column in _SAYING if column in columns and column not in used)

"""What a claim may have meant instead: each candidate is a claim of its own, to be held against the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.claims.bench import Bench
from tidewaiter.claims.goods import canonical_unit, contains, phrase
from tidewaiter.claims.hedges import HEDGES
from tidewaiter.claims.model import Claim, Kind, Said, Subject
from tidewaiter.claims.propositions import turned
from tidewaiter.codes.areas import all_areas
from tidewaiter.errors import NoData
from tidewaiter.model import Flow, Interval, Measure
from tidewaiter.period import Period

if TYPE_CHECKING:
    from tidewaiter.sources.rates import Rates

__all__ = ["Candidate", "candidates", "periods"]

_YEARS = (-1, 1, -2, 2)
_MONTHS = 24
_WIDE = 1.05
"""A run whose monthly rates differ by more is not converted: which month's rate was meant nobody can say."""

_QUOTED = ("USD", "EUR", "CNY")
"""Currencies in which anybody's trade is told."""

_NOUGHT = "one nought too"
_EAST = ", as when ten thousands (만, 万) are taken for thousands or hundred thousands"


class Candidate(msgspec.Struct, frozen=True):
    """What a claim may have meant: the reading's name, in words, and the claim it would be.

    ``own_cells``: it speaks of the very cells of the claim, so that what its own reporting printed of them says nothing.
    ``exact``: one of so many that near is no fit.
    """

    name: str
    words: str
    claim: Claim
    own_cells: bool = False
    exact: bool = False


def candidates(claim: Claim, bench: Bench) -> Iterator[Candidate]:
    """Yield what a claim may have meant; each is a claim of its own."""
    if claim.kind in (
        Kind.AMOUNT,
        Kind.CHANGE,
        Kind.MULTIPLE,
        Kind.SHARE,
        Kind.DIFFERENCE,
        Kind.UNIT_VALUE,
        Kind.EXCEEDS,
    ):
        if claim.kind is not Kind.EXCEEDS:
            yield from _scales(claim)
        yield from periods(claim)
        yield from _flows(claim)
        yield from _currencies(claim)
        yield from _units(claim)
        yield from _goods(claim, bench)
    if claim.kind is Kind.CHANGE:
        yield from _per_cents(claim)
    if claim.kind is Kind.MULTIPLE and claim.form != "increase":
        form, name = ("times more", "N times more") if claim.form == "times" else ("times", "N times")
        yield Candidate(name, f"as {form}", msgspec.structs.replace(claim, form=form), own_cells=True)


def _scales(claim: Claim) -> Iterator[Candidate]:
    if claim.kind not in (Kind.AMOUNT, Kind.UNIT_VALUE, Kind.DIFFERENCE) or claim.said is None:
        return
    read, counted = "a number printed in thousands was read as it stands", "a thousand times too many"
    if claim.kind is Kind.UNIT_VALUE:
        # Too few pieces make each too dear.
        counted = "the amount is printed in thousands and was read as it stands"
        read = "a thousand times too cheap: the amount was multiplied by a thousand once too often"
    scales = [("thousands", 1000.0, read), ("thousands", 1 / 1000, counted)]
    # A number in plain digits has no scale that could have been misread for another but thousands.
    if not re.fullmatch(r"[\d.,\s$€£¥-]+", claim.said.printed):
        scales += [
            ("ten thousands", 10.0, f"{_NOUGHT} few: ten times too small{_EAST}"),
            ("ten thousands", 0.1, f"{_NOUGHT} many: ten times too large{_EAST}"),
            ("ten thousands", 10_000.0, "ten thousands (만, 万) were read as ones"),
            ("ten thousands", 1 / 10_000, "hundred millions (억, 亿) were read for ten thousands (만, 万)"),
        ]
    for name, factor, words in scales:
        yield Candidate(name, words, msgspec.structs.replace(claim, said=_times(claim.said, factor)), own_cells=True)


def _times(said: Said, factor: float) -> Said:
    bounds = Interval(said.bounds.lo * factor, said.bounds.hi * factor)
    return msgspec.structs.replace(said, value=said.value * factor, bounds=bounds)


def periods(claim: Claim) -> Iterator[Candidate]:
    """Yield a claim about other months: the year to date, months published together, other years, other bases."""
    assert claim.period is not None
    period, base = claim.period, claim.base
    sharp = claim.said is not None and claim.said.step and abs(claim.said.value) >= 100 * claim.said.step

    def moved(name: str, words: str, new: Period, old: Period | None = base, *, exact: bool = False) -> Candidate:
        changed = msgspec.structs.replace(claim, period=new, base=old)
        return Candidate(name, f"{words}: {new.words()}", changed, exact=exact)

    start = period.start // 12 * 12
    # January and February together are the merged months below.
    if period.is_month and period.start > start + 1:
        to_date = Period(start, period.start)
        earlier = None if base is None else _to_date(base) if base.is_month else base
        yield moved("year to date", "as the year to date", to_date, earlier)
    if len(period) > 1:
        for month in period:
            yield moved("one month printed as the sum", "as one month of them alone", Period(month, month), exact=True)
    if period.is_month and period.start - start < 2:
        merged = Period(start, start + 1)
        earlier = (
            Period(base.start // 12 * 12, base.start // 12 * 12 + 1) if base is not None and base.is_month else base
        )
        together = claim.subject is not None and "CHN" in (claim.subject.reporter, claim.subject.partner)
        name, words = (
            ("merged months", "as January and February, published together") if together
            else ("year to date", "as January and February together")
        )  # fmt: skip
        yield moved(name, words, merged, earlier)
    if len(period) > 1 and period.start == start and base is not None and len(base) == len(period):
        yield moved("month", "as the last month alone", Period(period.end, period.end), Period(base.end, base.end))
    if base is not None and claim.kind is not Kind.SHARE:
        for back, words in ((1, "against the month before"), (12, "against the same month a year before")):
            against = period.back(back if back == 12 else len(period))
            if against != base:
                yield Candidate(
                    "another base", f"{words}: {against.words()}", msgspec.structs.replace(claim, base=against)
                )
        yield Candidate(
            "another base", "the other way round in time", msgspec.structs.replace(claim, period=base, base=period)
        )
        return
    for years in _YEARS:
        yield moved("another year", "as another year", period.back(12 * years), exact=years != 1)
    if period.is_month and sharp:
        for months in range(1, _MONTHS + 1):
            for side in (months, -months):
                if months % 12:
                    # Of so many months one is near any number.
                    yield moved("another month", "as another month", period.back(side), exact=side != 1)


def _to_date(period: Period) -> Period:
    return Period(period.start // 12 * 12, period.end)


def _flows(claim: Claim) -> Iterator[Candidate]:
    assert claim.subject is not None
    one = claim.subject

    def told(subject: Subject) -> Claim:
        other = msgspec.structs.replace(claim.other, flow=subject.flow) if claim.other is not None else None
        return msgspec.structs.replace(claim, subject=subject, other=other)

    if one.flow in (Flow.EXPORT, Flow.IMPORT):
        yield Candidate("flow turned round", "as the flow the other way", told(turned(one)))
        both = msgspec.structs.replace(one, flow=Flow.TWO_WAY)
        yield Candidate("imports and exports", "as imports and exports together", told(both))
    elif one.flow is Flow.TWO_WAY:
        for flow, words in ((Flow.EXPORT, "exports"), (Flow.IMPORT, "imports")):
            yield Candidate("imports and exports", f"as {words} alone", told(msgspec.structs.replace(one, flow=flow)))


def _goods(claim: Claim, bench: Bench) -> Iterator[Candidate]:
    assert claim.subject is not None
    one = claim.subject
    for goods in bench.goods_near(one):
        name = "wider code" if contains(goods, one.goods) else "narrower code"
        subject = msgspec.structs.replace(one, goods=goods)
        other = claim.other
        if other is not None and other.goods == one.goods:
            other = msgspec.structs.replace(other, goods=goods)
        changed = msgspec.structs.replace(claim, subject=subject, other=other)
        yield Candidate(name, f"as {phrase(goods)}", changed)


def _per_cents(claim: Claim) -> Iterator[Candidate]:
    assert claim.said is not None
    bounds = claim.said.bounds
    if bounds.lo > 0:
        less = Interval(bounds.lo - 100, bounds.hi - 100)
        said = msgspec.structs.replace(claim.said, value=claim.said.value - 100, bounds=less)
        yield Candidate(
            "per cent of", "as that many per cent of the base, not more than it", msgspec.structs.replace(claim, said=said),
            own_cells=True,
        )  # fmt: skip


def _units(claim: Claim) -> Iterator[Candidate]:
    """Yield the number as one of pairs or dozens that was printed as pieces, or the other way round."""
    if claim.kind is not Kind.AMOUNT or claim.said is None or claim.subject is None:
        return
    if claim.subject.measure is not Measure.QUANTITY:
        return
    now = canonical_unit(Measure.QUANTITY, claim.subject.unit)
    for unit in ("pieces", "pairs", "dozens"):
        then = canonical_unit(Measure.QUANTITY, unit)
        if then[:2] == now[:2] and then[2] != now[2]:
            said = _times(claim.said, then[2] / now[2])
            yield Candidate("another unit", f"as {unit}", msgspec.structs.replace(claim, said=said), own_cells=True)


def _currencies(claim: Claim) -> Iterator[Candidate]:
    """Yield the number as one in another currency, at the rate of its month, where the months of a run differ little."""
    if claim.kind is not Kind.AMOUNT or claim.said is None or claim.subject is None or claim.period is None:
        return
    if claim.subject.measure is not Measure.VALUE or _is_half_line(claim.said):
        return
    from tidewaiter.sources.rates import shipped_rates

    table, own = shipped_rates(), claim.subject.unit
    for other in table.currencies:
        if other == own or not _is_near(other, claim.subject):
            continue
        try:
            rates = [_cross(table, other, own, month) for month in claim.period]
        except NoData:
            continue
        rate = Interval(min(one.lo for one in rates), max(one.hi for one in rates))
        if rate.hi > rate.lo * _WIDE:
            continue
        bounds = Interval(claim.said.bounds.lo * rate.lo, claim.said.bounds.hi * rate.hi)
        said = msgspec.structs.replace(claim.said, value=(bounds.lo + bounds.hi) / 2, bounds=bounds)
        words = f"as {other}, at {rate.lo:.4g} {own}" + (
            f" to {rate.hi:.4g}" if f"{rate.hi:.4g}" != f"{rate.lo:.4g}" else ""
        )
        yield Candidate(
            "another currency", f"{words} ({table.source})", msgspec.structs.replace(claim, said=said), own_cells=True,
            exact=not _is_sharp(claim.said),
        )  # fmt: skip


def _is_near(currency: str, subject: Subject) -> bool:
    """Whether a figure of a pair may be meant in a currency: one that trade is quoted in, or of one of the two."""
    if currency in _QUOTED:
        return True
    # The first two letters of a currency of ISO 4217 are its country's of ISO 3166.
    return any(
        area is not None and area.iso2 == currency[:2]
        for area in map(all_areas().get, (subject.reporter, subject.partner))
    )


def _is_half_line(said: Said) -> bool:
    """Whether a number bounds on one side only: what fits half of all numbers explains none."""
    return (
        not said.bounds.is_bounded
        or HEDGES.get(said.hedge) in ("more", "less")
        or (said.bounds.lo == 0 < said.bounds.hi)
    )


def _is_sharp(said: Said) -> bool:
    """Whether a number was printed to three digits or more."""
    return abs(said.value) >= 100 * said.step


def _cross(table: Rates, other: str, own: str, month: int) -> Interval:
    """Return what one unit of a currency was in another, as far as the printed digits say."""
    one = Interval(1.0, 1.0) if other == "USD" else table.rate(other, month).bounds
    two = Interval(1.0, 1.0) if own == "USD" else table.rate(own, month).bounds
    return Interval(one.lo / two.hi, one.hi / two.lo)

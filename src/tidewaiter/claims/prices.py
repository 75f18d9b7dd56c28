"""What a value and an amount of one sentence come to a piece: a look at the unit before anything else."""

from __future__ import annotations

from collections.abc import Sequence

from tidewaiter.claims.evidence import Docket
from tidewaiter.claims.goods import canonical_unit
from tidewaiter.claims.model import Claim, Kind
from tidewaiter.claims.say import span
from tidewaiter.claims.verdict import Reading
from tidewaiter.model import Interval, Measure
from tidewaiter.period import Period

__all__ = ["price_reading"]


def price_reading(claim: Claim, same: Sequence[Claim], docket: Docket) -> Reading | None:
    """Return what a value and an amount of one sentence come to a piece, where nothing else can be told of them."""
    if claim.kind is not Kind.AMOUNT or claim.subject is None or claim.said is None:
        return None
    one = claim.subject
    for other in same:
        two = other.subject
        if other.kind is not Kind.AMOUNT or two is None or other.said is None or other.period != claim.period:
            continue
        frame = (one.reporter, one.partner, one.flow, one.goods)
        if frame != (two.reporter, two.partner, two.flow, two.goods):
            continue
        if (one.measure is Measure.VALUE) == (two.measure is Measure.VALUE):
            continue
        money, pieces = (claim, other) if one.measure is Measure.VALUE else (other, claim)
        assert money.said is not None
        assert pieces.said is not None
        assert money.subject is not None
        assert pieces.subject is not None
        if pieces.said.bounds.lo <= 0 or not pieces.said.bounds.is_bounded or not money.said.bounds.is_bounded:
            continue
        price = Interval(money.said.bounds.lo / pieces.said.bounds.hi, money.said.bounds.hi / pieces.said.bounds.lo)
        unit = f"{money.subject.unit} a {_single(pieces.subject.unit)}"
        words = f"its value and its amount make {span(price, unit)}{_usual(claim, money, pieces, price, docket)}"
        return Reading("unit value", words)
    return None


def _single(unit: str) -> str:
    return unit[:-1] if unit.endswith("s") else unit


def _usual(claim: Claim, money: Claim, pieces: Claim, price: Interval, docket: Docket) -> str:
    """Say how a unit value compares with what other figures of the same goods make."""
    assert claim.subject is not None
    assert money.subject is not None
    assert pieces.subject is not None
    wanted = {canonical_unit(one.subject.measure, one.subject.unit)[:2] for one in (money, pieces) if one.subject}
    frames: dict[Period, dict[bool, Interval]] = {}
    for entry in docket.entries(claim.subject):
        alike = entry.goods == claim.subject.goods and entry.flow is claim.subject.flow
        if alike and entry.period != claim.period and (entry.measure, entry.unit) in wanted:
            frames.setdefault(entry.period, {})[entry.measure is Measure.VALUE] = entry.item.bounds
    prices = [
        both[True].lo / both[False].hi
        for both in frames.values()
        if len(both) == 2 and both[False].lo > 0 and both[True].lo > 0 and both[False].is_bounded
    ]
    if not prices:
        return "; no other pair of figures was printed to hold it against, so look at the unit first"
    usual = Interval(min(prices), max(prices))
    if price.meets(usual):
        return f", as other months do ({span(usual)})"
    return f"; other months make {span(usual)}, so look at the unit first"

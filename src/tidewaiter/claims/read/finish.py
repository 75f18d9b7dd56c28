"""Drafts to claims: months that carry over, measures and units, the other side of a comparison."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tidewaiter.claims.goods import resolve_goods
from tidewaiter.claims.model import Claim, Kind, Said, Subject
from tidewaiter.claims.read.drafts import Draft, Refused
from tidewaiter.claims.read.frame import Context, Frame, books
from tidewaiter.claims.read.goods import Named
from tidewaiter.model import Flow, Measure
from tidewaiter.period import Period

__all__ = ["finish"]

_CUSTOMARY: Final = {"JPN": "JPY", "GBR": "GBP", "CHN": "USD", "KOR": "USD", "USA": "USD", "PRK": "USD", "VNM": "USD",
                     "TWN": "USD", "RUS": "USD", "IND": "USD", "KAZ": "USD", "KGZ": "USD", "TUR": "USD", "IDN": "USD",
                     "THA": "USD", "BRA": "USD", "UZB": "USD"}  # fmt: skip
"""The currency in which a country's monthly figures are told where a sentence names none."""

_MEASURES: Final = {"money": Measure.VALUE, "weight": Measure.NET_WEIGHT, "count": Measure.QUANTITY}
_NO_UNIT: Final = (Kind.NONE, Kind.FIRST)
_NEEDS_SIBLING: Final = (Kind.CHANGE, Kind.MULTIPLE, Kind.EXTREME, Kind.EXCEEDS, Kind.STREAK, Kind.SHARE)


class _Unreadable(Exception):
    """A draft that cannot be completed; says why."""


def finish(
    drafts: list[Draft], text: str, context: Context, source: str, named: str = ""
) -> tuple[list[Claim], list[Refused]]:
    """Complete the drafts of a sentence.

    Parameters
    ----------
    drafts
        In the order of the sentence.
    text
        The article.
    context
        What was said before; the last month, unit and subject are kept there for the next sentence.
    source, named
        Whose statistics the article names, and the sentence.

    Returns
    -------
    tuple
        Claims without an id, and what could not be completed.
    """
    claims: list[Claim] = []
    refused: list[Refused] = []
    _months(drafts, context)
    for made in drafts:
        try:
            claims += _claims(made, drafts, text, context, source, named)
        except _Unreadable as problem:
            refused.append(Refused(made.start, made.end, str(problem)))
            made.why = made.why or str(problem)
    claims = _agreeing(claims, refused)
    _carry(drafts, context)
    return claims, refused


def _agreeing(claims: list[Claim], refused: list[Refused]) -> list[Claim]:
    """Refuse amounts of one sentence that cannot both be of the same cell: one of them was misread."""
    kept: list[Claim] = []
    amounts = [one for one in claims if one.kind is Kind.AMOUNT and one.said is not None]
    for claim in claims:
        same = [
            one
            for one in amounts
            if one is not claim
            and claim.kind is Kind.AMOUNT
            and (one.subject, one.period) == (claim.subject, claim.period)
        ]
        clash = claim.said is not None and any(
            one.said is not None
            and (one.said.bounds.hi < claim.said.bounds.lo or claim.said.bounds.hi < one.said.bounds.lo)
            for one in same
        )
        if clash and claim.span is not None:
            refused.append(Refused(*claim.span, "two amounts for the same: which is meant is not clear"))
        else:
            kept.append(claim)
    return kept


def _months(drafts: list[Draft], context: Context) -> None:
    """Fill months in that were said before: in the sentence, or in the one before it."""
    kept: tuple[Period, ...] = ()
    for made in drafts:
        if made.undecided and not made.given:
            made.why = made.why or made.undecided
            made.periods, made.own_period = (), False
            continue
        if made.periods:
            if made.role == "main" and not made.relative:
                kept = made.periods
            continue
        if made.role == "base" or made.sum_of_months or made.why:
            continue
        if made.leading is not None and made.leading.periods and made.kind is not Kind.AMOUNT:
            made.periods = made.leading.periods
        elif kept and made.shift:
            made.periods, made.shift = tuple(_moved(period, made.shift) for period in kept), 0
        elif kept:
            made.periods = kept
        elif (
            (
                later := next(
                    (
                        one.periods
                        for one in drafts
                        if one.own_period and one.role == "main" and not one.relative and one.clause <= made.clause + 1
                    ),
                    (),
                )
            )
            and made.kind is not Kind.AMOUNT
            and not context.undecided
        ):
            made.periods = later
        elif context.undecided:
            made.why = context.undecided
        elif isinstance(context.period, tuple) and not made.trailed and context.sentence - context.period_sentence <= 3:
            made.periods = context.period
            if made.shift:
                made.periods = tuple(_moved(period, made.shift) for period in context.period)
            made.assumed.append(f"{_words(context.period)} is carried from a sentence before")
    _last_month(drafts)
    for made in drafts:
        if made.role == "base" and not made.periods and made.back:
            lead = made.leading
            if lead is not None and len(lead.periods) == 1:
                made.periods = (_moved(lead.periods[0], made.back),)
        if made.kind in (Kind.EXTREME, Kind.EXCEEDS, Kind.STREAK, Kind.FIRST) and made.leading is not None:
            lead = made.leading.leading if made.leading.role == "base" else made.leading
            if lead is not None and lead.own_period:
                made.periods = lead.periods


def _last_month(drafts: list[Draft]) -> None:
    """``sold 3,200 tonnes of sugar, worth $1.9 million, to Turkey in May``: one verb, one month at the end for all."""
    mains = [made for made in drafts if made.role == "main"]
    told = {made.periods for made in mains if made.own_period}
    last = mains[-1] if mains else None
    one_verb = all(
        made.kind is Kind.AMOUNT and made.listed and made.frame.pair == mains[0].frame.pair for made in mains
    )
    if last is None or not last.own_period or len(told) != 1 or not one_verb:
        return
    for made in mains:
        if not made.periods and not made.why and not made.trailed:
            made.periods, made.assumed = last.periods, [*made.assumed, *last.assumed]


def _words(periods: tuple[Period, ...]) -> str:
    return " and ".join(period.words() for period in periods)


def _moved(period: Period, back: int) -> Period:
    """Move a period back by months, or (a number below zero) to the same months of a named year."""
    if back > 0:
        return period.back(back)
    return period.back((period.end // 12 + back) * 12)


def _claims(made: Draft, drafts: list[Draft], text: str, context: Context, source: str, named: str) -> list[Claim]:
    if made.why:
        raise _Unreadable(made.why)
    if made.shift and made.own_period and made.role == "main":
        raise _Unreadable("two times are named for one number")
    if (
        made.kind is Kind.AMOUNT
        and made.quantity is not None
        and made.quantity.value == 0
        and made.quantity.bounds is None
    ):
        made.kind, made.quantity = Kind.NONE, None
    if not made.periods:
        raise _Unreadable("of which month is not said")
    if made.sum_of_months and made.periods[0].is_month:
        raise _Unreadable("a total to which one month is named")
    if len(made.periods) > 1 and made.kind is not Kind.NONE:
        raise _Unreadable("several years are named for one number")
    place = books(made.frame, source, named)
    if place is None:
        raise _Unreadable("whose statistics would show it is not known")
    if made.frame.measure in ("surplus", "deficit"):
        return [_balance(made, place, drafts, text, context)]
    goods = made.frame.goods
    if goods is None or not goods.goods:
        raise _Unreadable("of which goods is not said")
    measure, unit = _measured(made, drafts, context, place[0])
    subject = Subject(place[0], place[1], place[2], resolve_goods(goods.goods), measure, unit)
    period = made.periods[0]
    said = _said(made)
    base, since = made.base, made.since
    if made.kind in (Kind.CHANGE, Kind.MULTIPLE, Kind.DIFFERENCE, Kind.EXCEEDS):
        base = _base(made, period, drafts)
    if made.kind is Kind.FIRST:
        base, since = _before(made, period), None
    if made.kind is Kind.STREAK:
        base = _lagged(made, period, drafts)
    if made.kind is Kind.EXTREME and made.length and period.is_month:
        since = Period(period.start - made.length, period.start - made.length)
    if made.kind is Kind.EXTREME and (since is None or not period.is_month or since.end >= period.start):
        raise _Unreadable("a highest or lowest is read for one month, since an earlier one")
    other = None
    if made.kind is Kind.SHARE and made.over is not None:
        if len(made.over.periods) != 1 or made.over.why or made.over.periods[0].end >= period.start:
            raise _Unreadable("a share of the trade of which months is not clear")
        base = made.over.periods[0]
    elif made.kind is Kind.SHARE and made.base is not None:
        if made.base.end >= period.start:
            raise _Unreadable("a share of the trade of which months is not clear")
        base = made.base
    elif made.kind is Kind.SHARE:
        other = _other(made, source, named, measure, unit)
    if base is not None and made.kind is not Kind.FIRST and (base == period or base.start > period.start):
        raise _Unreadable("it would be compared with itself, or with a later month")
    notes = list(dict.fromkeys(note for note in [*made.frame.assumed, goods.note, *made.assumed, place[3]] if note))
    common = {
        "subject": subject, "said": said, "base": base, "other": other, "form": made.form if made.kind is Kind.MULTIPLE else "times",
        "direction": made.direction, "since": since, "rank": made.rank, "length": made.length if made.kind is Kind.STREAK else 0,
        "text": text[made.start : made.end], "span": (made.start, made.end), "assumed": tuple(notes),
    }  # fmt: skip
    return [Claim(id="", kind=made.kind, period=one, **common) for one in made.periods]  # type: ignore[arg-type]


def _balance(made: Draft, place: tuple[str, str, Flow, str], drafts: list[Draft], text: str, context: Context) -> Claim:
    """Make a balance of trade a difference: what came in less what went out, or the other way round."""
    if made.kind is not Kind.AMOUNT or made.quantity is None or made.quantity.kind != "money":
        raise _Unreadable("a balance of trade without an amount of money")
    reporter, partner, _, note = place
    out = (made.frame.measure == "surplus") == (reporter == made.frame.owner)
    first, second = (Flow.EXPORT, Flow.IMPORT) if out else (Flow.IMPORT, Flow.EXPORT)
    goods = resolve_goods(made.frame.goods.goods if made.frame.goods is not None else "total")
    unit = made.quantity.unit
    ways = [Subject(reporter, partner, flow, goods, Measure.VALUE, unit) for flow in (first, second)]
    notes = dict.fromkeys(one for one in (*made.frame.assumed, *made.assumed, note) if one)
    return Claim(
        id="", kind=Kind.DIFFERENCE, subject=ways[0], other=ways[1], period=made.periods[0], said=made.quantity.said(),
        text=text[made.start : made.end], span=(made.start, made.end), assumed=tuple(notes),
    )  # fmt: skip


def _said(made: Draft) -> Said | None:
    if made.quantity is None:
        return None
    read = made.quantity
    if read.kind in ("percent", "part") and made.kind is Kind.SHARE:
        return read.said()
    return read.said(made.sign if made.kind in (Kind.CHANGE, Kind.DIFFERENCE) else 1)


def _measured(made: Draft, drafts: list[Draft], context: Context, reporter: str) -> tuple[Measure, str]:
    """Return what is counted, and in what."""
    if made.kind in _NO_UNIT:
        lead = made.leading
        try:
            return (
                _counted(lead, drafts, context)
                if lead is not None and lead.quantity is not None
                else (Measure.VALUE, "USD")
            )
        except _Unreadable:
            return Measure.VALUE, "USD"
    if made.kind is Kind.UNIT_VALUE and made.quantity is not None:
        return Measure.VALUE, made.quantity.unit
    if made.kind in (Kind.AMOUNT, Kind.DIFFERENCE):
        return _counted(made, drafts, context)
    whole = made.other.goods if made.kind is Kind.SHARE and made.other is not None else None
    # A part of all goods together can only be told by value.
    sibling = None if whole is not None and whole.goods == "total" else _sibling(made, drafts)
    if made.by_value:
        if sibling is not None and sibling.quantity is not None and sibling.quantity.kind != "money":
            raise _Unreadable("said to be by value beside an amount that is none")
        made.frame = replace(made.frame, measure="value")
    if sibling is not None:
        try:
            return _counted(sibling, drafts, context)
        except _Unreadable:
            pass
    goods = made.frame.goods
    if made.frame.measure == "volume" and not (goods is not None and goods.unit):
        raise _Unreadable("in what the volume is counted is not said")
    if made.frame.measure == "volume" and goods is not None:
        return Measure.QUANTITY, goods.unit
    if (
        made.frame.measure == "value"
        or (whole is not None and whole.goods == "total")
        or (goods is not None and goods.goods == "total")
    ):
        unit = _CUSTOMARY.get(reporter) or _area_currency(reporter) or ("USD" if made.kind is Kind.SHARE else "")
        if not unit:
            raise _Unreadable("in which currency is not said")
        made.assumed.append(f"by value, in {unit}")
        return Measure.VALUE, unit
    raise _Unreadable("by value or by amount is not said")


def _area_currency(reporter: str) -> str:
    from tidewaiter.codes.areas import members
    from tidewaiter.errors import TidewaiterError

    try:
        return "EUR" if reporter in ("EU", "EU27", "EA", "EA20") or reporter in members("EU27", 2022 * 12) else ""
    except TidewaiterError:
        return ""


def _counted(made: Draft, drafts: list[Draft], context: Context) -> tuple[Measure, str]:
    read, goods = made.quantity, made.frame.goods
    assert read is not None
    if read.kind in _MEASURES:
        return _MEASURES[read.kind], read.unit
    same = [
        one
        for one in drafts
        if one is not made and one.quantity is not None and one.frame.goods == goods and one.quantity.kind in _MEASURES
    ]
    if read.kind != "number":
        raise _Unreadable("in what it is counted is not said")
    if any(one.quantity is not None and one.quantity.kind == "weight" for one in same):
        raise _Unreadable("whether it counts pieces or a weight is not said")
    if goods is not None:
        if goods.unit:
            return Measure.QUANTITY, goods.unit
        unit = _standard(goods)
        if unit:
            return Measure.QUANTITY, unit
    raise _Unreadable("what the number counts is not said")


def _standard(goods: Named) -> str:
    from tidewaiter.codes.texts import standard_unit

    return (
        {"u": "items", "2u": "pairs"}.get(standard_unit(goods.goods), "")
        if goods.goods.isdigit() and len(goods.goods) == 6
        else ""
    )


def _sibling(made: Draft, drafts: list[Draft]) -> Draft | None:
    """Return the level that a rate or a record rests on: beside it in the sentence, of the same trade."""
    lead = made.leading.leading if made.leading is not None and made.leading.role == "base" else made.leading
    if lead is not None and lead.kind is Kind.AMOUNT and lead.quantity is not None:
        return lead
    near = [one for one in drafts if one.kind is Kind.AMOUNT and one.quantity is not None and not one.secondary and one.frame.pair == made.frame.pair
            and one.frame.goods == made.frame.goods and one.frame.side == made.frame.side]  # fmt: skip
    kinds = {one.quantity.kind for one in near if one.quantity is not None}
    return near[0] if near and len(kinds) == 1 else None


def _base(made: Draft, period: Period, drafts: list[Draft]) -> Period:
    if made.base is not None:
        return made.base
    if (
        made.kind is Kind.EXCEEDS
        and made.leading is not None
        and made.leading.role == "base"
        and len(made.leading.periods) == 1
    ):
        return made.leading.periods[0]
    if made.back == 3 and len(period) != 3:
        raise _Unreadable("the quarter before what is no quarter")
    if made.back:
        return _moved(period, made.back)
    own = {one.periods for one in drafts if one.role == "base" and one.leading is made and one.periods and not one.why}
    if made.kind is not Kind.EXCEEDS and len(own) == 1 and len(only := own.pop()) == 1:
        return only[0]
    levels = {
        one.periods for one in drafts if one.role == "base" and one.periods and one.frame == made.frame and not one.why
    }
    if made.kind is not Kind.EXCEEDS and len(levels) == 1 and len(only := levels.pop()) == 1:
        return only[0]
    rate = made.kind in (Kind.CHANGE, Kind.MULTIPLE) and _alone(made, drafts)
    if period.start % 12 == 0 and 1 < len(period) < 12 and rate:
        made.assumed.append(f"compared with {period.back(12).words()}, a year before: no other months are named")
        return period.back(12)
    if period.is_year and rate:
        made.assumed.append(f"compared with {period.back(12).words()}, the year before: no other is named")
        return period.back(12)
    raise _Unreadable("compared with which month is not said")


def _alone(made: Draft, drafts: list[Draft]) -> bool:
    """Whether nothing in the sentence tells another base: no level, no month to compare with."""
    return made.base is None and not made.back and not any(one.role == "base" for one in drafts)


def _before(made: Draft, period: Period) -> Period:
    """Return the months in which there was none, before a first."""
    if made.base is not None:
        return made.base
    if made.since is not None:
        start = made.since.end + 1
        if start > period.start - 1:
            raise _Unreadable("since a month that is not earlier")
        return Period(start, period.start - 1)
    return Period(period.start - made.length, period.start - 1)


def _lagged(made: Draft, period: Period, drafts: list[Draft]) -> Period | None:
    """Return the month that the last of a run is compared with, where that is not the month before."""
    lags = set()
    for one in drafts:
        if (
            one.kind in (Kind.CHANGE, Kind.MULTIPLE)
            and one.frame.pair == made.frame.pair
            and not one.why
            and one.periods
        ):
            base = _base(one, one.periods[0], drafts)
            lags.add(one.periods[0].start - base.start if len(base) == len(one.periods[0]) else 0)
    if not period.is_month or lags not in ({1}, {12}):
        raise _Unreadable("a run of months: against the month before, or the year before, is not said")
    return None if lags == {1} else period.back(12)


def _other(made: Draft, source: str, named: str, measure: Measure, unit: str) -> Subject:
    assert made.other is not None
    place = books(made.other, source, named)
    if place is None or made.other.goods is None:
        raise _Unreadable("a share of what is not understood")
    return Subject(place[0], place[1], place[2], resolve_goods(made.other.goods.goods), measure, unit)


def _carry(drafts: list[Draft], context: Context) -> None:
    """Keep what the next sentence may lean on."""
    balances = ("surplus", "deficit")
    mains = [
        made
        for made in drafts
        if made.role == "main" and made.kind not in (Kind.EXTREME, Kind.STREAK) and made.frame.measure not in balances
    ]
    for made in reversed(mains):
        if made.periods and not made.why:
            single = [one.periods for one in mains if one.periods and not one.sum_of_months]
            context.period = made.periods if len(set(single)) == 1 else None
            context.period_sentence = context.sentence
            break
    levels = [made for made in mains if made.kind is Kind.AMOUNT and made.periods and not made.why]
    context.level = levels[0] if len(levels) == 1 else None
    context.level_sentence = context.sentence
    frames: list[Frame] = [made.frame for made in mains if len(made.frame.pair) == 2]
    if frames:
        context.frame = frames[-1]

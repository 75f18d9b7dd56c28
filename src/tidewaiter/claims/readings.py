"""Other readings of a claim that does not stand: what it would have to say to fit, and by how much that misses.

Readings explain, they do not judge: they are sought in all that is known today, the claim's own reporting included
(only not what it printed for the very cells in question). Of those that fit the likeliest slip is named; where none
fits the nearest within :data:`NEAR` is, with its distance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from tidewaiter.claims.bench import Bench
from tidewaiter.claims.evidence import CellName, cell_terms
from tidewaiter.claims.goods import contains, phrase
from tidewaiter.claims.model import Claim, Kind, Said, Subject
from tidewaiter.claims.propositions import compile_claim, subjects_of, turned, unit_frame
from tidewaiter.claims.say import number, span
from tidewaiter.claims.slips import digit_slip
from tidewaiter.claims.verdict import Reading
from tidewaiter.claims.weigh import apart, inside, measure
from tidewaiter.ledger import Cell, Ledger
from tidewaiter.model import Flow, Interval
from tidewaiter.period import Period, month_words

__all__ = ["NAMES", "NEAR", "best_reading", "longer_reading", "parted", "reading_cells"]

NAMES = (
    "cut off", "N times more", "N times", "per cent of", "year to date", "one month printed as the sum", "merged months", "month",
    "flow turned round", "imports and exports", "thousands", "ten thousands", "another vintage", "digits", "wider code",
    "narrower code", "another base", "another year", "another month", "wider code before", "another code before",
    "unit value",
)  # fmt: skip
"""Every reading, the likelier before the less likely."""

NEAR = 0.01
"""A reading that misses by more than this part of the number is not named."""

_DOUBLE = 2.0
"""A number beyond the end of a one-sided claim by more than this factor is not what it was printed for."""

_YEARS = (-1, 1, -2, 2)
_MONTHS = 24


class _Candidate(msgspec.Struct, frozen=True):
    name: str
    words: str
    claim: Claim
    own_cells: bool = False


def longer_reading(claim: Claim, bench: Bench) -> Reading | None:
    """Return the longer period whose number a claim about a month prints, where the month itself is not known."""
    if claim.kind is not Kind.AMOUNT or claim.said is None or abs(claim.said.value) < 100 * claim.said.step:
        return None
    for candidate in _periods(claim):
        if candidate.name in ("year to date", "merged months"):
            reading = _try(candidate, bench)
            if reading is not None and not reading.distance:
                return reading
    return None


def best_reading(claim: Claim, bench: Bench, *, vintages_only: bool = False) -> Reading | None:
    """Return the likeliest other reading that fits, or the nearest; None if none comes near.

    Parameters
    ----------
    bench
        The evidence on which the claim was judged.
    vintages_only
        Look only for another base that the printed rate would need.
    """
    if claim.kind is Kind.EXTREME:
        return _extreme_reading(claim, bench)
    found = []
    if not vintages_only:
        for candidate in _candidates(claim, bench):
            reading = _try(candidate, bench)
            if reading is not None:
                found.append(reading)
        found += _digits(claim, bench)
        found += _narrower(claim, bench)
    if claim.kind in (Kind.CHANGE, Kind.MULTIPLE):
        found += _other_base(claim, bench)
    if claim.kind is Kind.AMOUNT and not vintages_only:
        found += _other_vintage(claim, bench)
    if not found:
        return None
    return min(
        found, key=lambda one: (one.distance > 0, NAMES.index(one.name) if not one.distance else 0, one.distance)
    )


def reading_cells(claim: Claim, bench: Bench) -> Iterator[CellName]:
    """Yield the cells that readings of a claim will ask for, so that they can be fetched for many claims at once."""
    if claim.kind is Kind.EXTREME:
        return
    for candidate in _candidates(claim, bench):
        yield from _cells(candidate.claim)


def _try(candidate: _Candidate, bench: Bench) -> Reading | None:
    """Return a candidate as a reading if the evidence fixes it and it comes near."""
    ledger = _ledger(candidate.claim, bench.today if candidate.own_cells else bench.everybody)
    clauses = compile_claim(candidate.claim)
    best: Reading | None = None
    for atom in clauses[0].atoms:
        bounds = measure(ledger, atom)
        if not bounds.settled or not bounds.interval.is_bounded:
            continue
        distance = _distance(atom.said, bounds.interval)
        if distance > NEAR:
            continue
        missed = f"; it misses by {distance:.2%}" if distance else ""
        words = f"{candidate.words} ({_shown(atom.show, bounds.interval, candidate.claim)}){missed}"
        one = Reading(candidate.name, words, distance, bounds.rows)
        if best is None or one.distance < best.distance:
            best = one
    if best is None or best.distance:
        return _as_printed(candidate, bench) or best
    return best


def _as_printed(candidate: _Candidate, bench: Bench) -> Reading | None:
    """Return a candidate that somebody printed as it stands, though others conflict with it."""
    claim = candidate.claim
    if claim.kind is not Kind.AMOUNT or claim.subject is None or claim.period is None or claim.said is None:
        return None
    source = bench.today if candidate.own_cells else bench.everybody
    factor = unit_frame(claim)
    for item in source.printed(claim.subject, claim.period):
        bounds = Interval(item.bounds.lo / factor, item.bounds.hi / factor)
        if item.value and bounds.is_bounded and _distance(claim.said.bounds, bounds) == 0:
            words = f"{candidate.words} ({span(bounds, claim.subject.unit)}, {item.publisher})"
            return Reading(candidate.name, words, 0.0, (item.id,))
    return None


def _cells(claim: Claim) -> list[CellName]:
    return [cell for clause in compile_claim(claim) for atom in clause.atoms for cell in atom.cells]


def _ledger(claim: Claim, bench: Bench) -> Ledger:
    return bench.ledger(claim, subjects_of(claim), _cells(claim), doubting=False)


def _narrower(claim: Claim, bench: Bench) -> list[Reading]:
    """Return the finer code of which a customs file has the number that was printed."""
    if not parted(claim) or claim.said is None or claim.subject is None or claim.period is None:
        return []
    said = Interval(claim.said.bounds.lo * unit_frame(claim), claim.said.bounds.hi * unit_frame(claim))
    fits = [(code, item) for code, item in bench.today.parts(claim.subject, claim.period) if not _distance(said, item.bounds)]
    return [
        Reading("narrower code", f"as {phrase(code)} ({span(item.bounds, claim.subject.unit)})", 0.0, (item.id,))
        for code, item in fits[:1]
    ]


def parted(claim: Claim) -> list[tuple[Subject, Period]]:
    """Return the series whose finer codes a reading will look at, and when; none for most claims."""
    if claim.kind is not Kind.AMOUNT or claim.said is None or claim.subject is None or claim.period is None:
        return []
    # A number of two digits is found under some code by chance.
    return [(claim.subject, claim.period)] if abs(claim.said.value) >= 100 * claim.said.step else []


def _distance(said: Interval, found: Interval) -> float:
    if inside(said, found, strict=False) or not apart(said, found, strict=False):
        return _beyond(said, found)
    gap = found.lo - said.hi if found.lo > said.hi else said.lo - found.hi
    size = max(abs(end) for end in (said.lo, said.hi) if math.isfinite(end))
    return gap / size if size else math.inf


def _beyond(said: Interval, found: Interval) -> float:
    """Return 0, or how far a number lies beyond what a one-sided claim ("more than 133 million") was printed for.

    Half a line fits anything on its side; a reading by which it fits explains something only where the number that was
    printed is near. Less than double (half) is near.
    """
    if said.is_bounded or not math.isfinite(found.lo + found.hi):
        return 0.0
    end = said.lo if math.isfinite(said.lo) else said.hi
    middle = (found.lo + found.hi) / 2
    far = max(abs(middle), abs(end)) > _DOUBLE * min(abs(middle), abs(end)) or middle * end < 0
    return math.inf if far else 0.0


def _shown(show: str, bounds: Interval, claim: Claim) -> str:
    if show == "change":
        return span(Interval((bounds.lo - 1) * 100, (bounds.hi - 1) * 100), "%")
    if show == "share":
        return span(Interval(bounds.lo * 100, bounds.hi * 100), "%")
    if show == "more":
        return span(Interval(bounds.lo - 1, bounds.hi - 1), "times more")
    if show == "price" or claim.subject is None:
        return span(bounds)
    if claim.kind in (Kind.MULTIPLE,):
        return span(bounds, "times")
    factor = unit_frame(claim)
    return span(Interval(bounds.lo / factor, bounds.hi / factor), claim.subject.unit)


def _candidates(claim: Claim, bench: Bench) -> Iterator[_Candidate]:
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
        yield from _periods(claim)
        yield from _flows(claim)
        yield from _goods(claim, bench)
    if claim.kind is Kind.CHANGE:
        yield from _per_cents(claim)
    if claim.kind is Kind.MULTIPLE and claim.form != "increase":
        form, name = ("times more", "N times more") if claim.form == "times" else ("times", "N times")
        yield _Candidate(name, f"as {form}", msgspec.structs.replace(claim, form=form), own_cells=True)


def _scales(claim: Claim) -> Iterator[_Candidate]:
    if claim.kind not in (Kind.AMOUNT, Kind.UNIT_VALUE, Kind.DIFFERENCE) or claim.said is None:
        return
    read, counted = "a number printed in thousands was read as it stands", "a thousand times too many"
    if claim.kind is Kind.UNIT_VALUE:
        # Too few pieces make each too dear.
        counted = "the amount is printed in thousands and was read as it stands"
        read = "a thousand times too cheap: the amount was multiplied by a thousand once too often"
    for name, factor, words in (
        ("thousands", 1000.0, read),
        ("thousands", 1 / 1000, counted),
        ("ten thousands", 10.0, "ten times too small, as when ten thousands (만, 万) are read as a scale of thousands"),
        (
            "ten thousands",
            0.1,
            "ten times too large, as when ten thousands (만, 万) are read as a scale of hundred thousands",
        ),
        ("ten thousands", 10_000.0, "ten thousands (만, 万) were read as ones"),
        ("ten thousands", 1 / 10_000, "hundred millions (억, 亿) were read for ten thousands (만, 万)"),
    ):
        yield _Candidate(name, words, msgspec.structs.replace(claim, said=_times(claim.said, factor)), own_cells=True)


def _times(said: Said, factor: float) -> Said:
    bounds = Interval(said.bounds.lo * factor, said.bounds.hi * factor)
    return msgspec.structs.replace(said, value=said.value * factor, bounds=bounds)


def _periods(claim: Claim) -> Iterator[_Candidate]:
    assert claim.period is not None
    period, base = claim.period, claim.base
    sharp = claim.said is not None and claim.said.step and abs(claim.said.value) >= 100 * claim.said.step

    def moved(name: str, words: str, new: Period, old: Period | None = base) -> _Candidate:
        return _Candidate(name, f"{words}: {new.words()}", msgspec.structs.replace(claim, period=new, base=old))

    start = period.start // 12 * 12
    # January and February together are the merged months below.
    if period.is_month and period.start > start + 1:
        to_date = Period(start, period.start)
        earlier = None if base is None else _to_date(base) if base.is_month else base
        yield moved("year to date", "as the year to date", to_date, earlier)
    if len(period) > 1:
        for month in period:
            yield moved("one month printed as the sum", "as one month of them alone", Period(month, month))
    if period.is_month and period.start - start < 2:
        merged = Period(start, start + 1)
        earlier = (
            Period(base.start // 12 * 12, base.start // 12 * 12 + 1) if base is not None and base.is_month else base
        )
        yield moved("merged months", "as January and February, published together", merged, earlier)
    if len(period) > 1 and period.start == start and base is not None and len(base) == len(period):
        yield moved("month", "as the last month alone", Period(period.end, period.end), Period(base.end, base.end))
    if base is not None and claim.kind is not Kind.SHARE:
        for back, words in ((1, "against the month before"), (12, "against the same month a year before")):
            against = period.back(back if back == 12 else len(period))
            if against != base:
                yield _Candidate(
                    "another base", f"{words}: {against.words()}", msgspec.structs.replace(claim, base=against)
                )
        yield _Candidate(
            "another base", "the other way round in time", msgspec.structs.replace(claim, period=base, base=period)
        )
        return
    for years in _YEARS:
        yield moved("another year", "as another year", period.back(12 * years))
    if period.is_month and sharp:
        for months in range(1, _MONTHS + 1):
            for side in (months, -months):
                if months % 12:
                    yield moved("another month", "as another month", period.back(side))


def _to_date(period: Period) -> Period:
    return Period(period.start // 12 * 12, period.end)


def _flows(claim: Claim) -> Iterator[_Candidate]:
    assert claim.subject is not None
    one = claim.subject

    def told(subject: Subject) -> Claim:
        other = msgspec.structs.replace(claim.other, flow=subject.flow) if claim.other is not None else None
        return msgspec.structs.replace(claim, subject=subject, other=other)

    if one.flow in (Flow.EXPORT, Flow.IMPORT):
        yield _Candidate("flow turned round", "as the flow the other way", told(turned(one)))
        both = msgspec.structs.replace(one, flow=Flow.TWO_WAY)
        yield _Candidate("imports and exports", "as imports and exports together", told(both))
    elif one.flow is Flow.TWO_WAY:
        for flow, words in ((Flow.EXPORT, "exports"), (Flow.IMPORT, "imports")):
            yield _Candidate("imports and exports", f"as {words} alone", told(msgspec.structs.replace(one, flow=flow)))


def _goods(claim: Claim, bench: Bench) -> Iterator[_Candidate]:
    assert claim.subject is not None
    one = claim.subject
    for goods in bench.goods_near(one):
        name = "wider code" if contains(goods, one.goods) else "narrower code"
        subject = msgspec.structs.replace(one, goods=goods)
        other = claim.other
        if other is not None and other.goods == one.goods:
            other = msgspec.structs.replace(other, goods=goods)
        changed = msgspec.structs.replace(claim, subject=subject, other=other)
        yield _Candidate(name, f"as {phrase(goods)}", changed)


def _per_cents(claim: Claim) -> Iterator[_Candidate]:
    assert claim.said is not None
    bounds = claim.said.bounds
    if bounds.lo > 0:
        less = Interval(bounds.lo - 100, bounds.hi - 100)
        said = msgspec.structs.replace(claim.said, value=claim.said.value - 100, bounds=less)
        yield _Candidate(
            "per cent of", "as that many per cent of the base, not more than it", msgspec.structs.replace(claim, said=said),
            own_cells=True,
        )  # fmt: skip


def _digits(claim: Claim, bench: Bench) -> list[Reading]:
    if claim.kind is not Kind.AMOUNT or claim.said is None or claim.subject is None or claim.period is None:
        return []
    factor = unit_frame(claim)
    values: list[tuple[float, tuple[str, ...], str]] = [
        (item.value / factor, (item.id,), f" ({item.publisher}, {item.published})")
        for item in bench.today.printed(claim.subject, claim.period)
        if item.value
    ]
    bounds = _ledger(claim, bench.today).bounds(_sum(claim.subject, claim.period))
    if bounds.settled and bounds.interval.is_bounded:
        middle = (bounds.interval.lo + bounds.interval.hi) / 2 / factor
        values.append((middle, bounds.rows, " (the sum of what others have)" if len(bounds.rows) > 1 else ""))
    for value, rows, who in values:
        slip = digit_slip(claim.said, value)
        if slip:
            return [Reading("digits", f"{slip} {number(value)}{who}", 0.0, rows)]
    return []


def _sum(subject: Subject, period: Period) -> dict[Cell, float]:
    return {cell: factor for cell, factor in cell_terms(subject, period).items()}  # noqa: C416 (for its type)


def _other_vintage(claim: Claim, bench: Bench) -> list[Reading]:
    """Return the number itself as somebody else has it, at another time or in conflict with the rest."""
    assert claim.said is not None
    assert claim.subject is not None
    assert claim.period is not None
    factor = unit_frame(claim)
    for item in bench.today.printed(claim.subject, claim.period):
        bounds = Interval(item.bounds.lo / factor, item.bounds.hi / factor)
        if item.value and bounds.is_bounded and _distance(claim.said.bounds, bounds) == 0:
            words = f"as {item.publisher} has it ({item.published}): {number(item.value / factor)}"
            return [Reading("another vintage", words, 0.0, (item.id,))]
    return []


def _other_base(claim: Claim, bench: Bench) -> list[Reading]:
    """Return the base that a printed rate would need, if it was published at any time."""
    if claim.subject is None or claim.period is None or claim.base is None or claim.other is not None:
        return []
    everybody = bench.everybody
    level = _ledger(claim, everybody).bounds(_sum(claim.subject, claim.period))
    levels = [level.interval] if level.settled and level.interval.is_bounded else []
    levels += [item.bounds for item in everybody.printed(claim.subject, claim.period) if item.bounds.is_bounded]
    for atom in compile_claim(claim)[0].atoms:
        if atom.said.lo <= 0 or not atom.said.is_bounded:
            continue
        for now in levels:
            needed = Interval(now.lo / atom.said.hi, now.hi / atom.said.lo)
            for value, rows, who in _levels(claim.subject, claim.base, everybody):
                if needed.lo <= value <= needed.hi:
                    base = f"{span(needed, claim.subject.unit)} for {claim.base.words()}"
                    words = f"the rate needs a base of {base}; {who} {number(value)}"
                    return [Reading("another vintage", words, 0.0, rows)]
    return []


def _levels(subject: Subject, period: Period, bench: Bench) -> Iterator[tuple[float, tuple[str, ...], str]]:
    """Yield every level that was published for a series and a period, at any time; of both flows also part by part."""
    for item in bench.printed(subject, period):
        if item.value:
            basis = f", {item.note}" if item.note.startswith("implied") else ""
            yield item.value, (item.id,), f"{item.publisher} ({item.published}{basis}) has"
    if subject.flow is Flow.TWO_WAY:
        sides = [
            [item for item in bench.printed(msgspec.structs.replace(subject, flow=flow), period) if item.value]
            for flow in (Flow.EXPORT, Flow.IMPORT)
        ]
        for one in sides[0]:
            for two in sides[1]:
                who = f"{one.publisher} ({one.published}) and {two.publisher} ({two.published}) make"
                yield (one.value or 0.0) + (two.value or 0.0), (one.id, two.id), who


def _extreme_reading(claim: Claim, bench: Bench) -> Reading | None:
    """Return the run that holds the month named as last to be higher and was higher; else the month that really was."""
    assert claim.subject is not None
    assert claim.period is not None
    if claim.since is None or claim.rank > 1 or claim.direction.startswith("record"):
        return None
    first = claim.since.start - 120
    back = [
        cell for month in range(first, claim.period.end + 1) for cell in cell_terms(claim.subject, Period(month, month))
    ]
    ledger = bench.everybody.ledger(claim, (claim.subject,), back, doubting=False)
    sign = -1 if claim.direction.endswith("lowest") else 1
    now = ledger.bounds(_sum(claim.subject, claim.period)).interval
    start = claim.since.start // 12 * 12
    if sign > 0 and claim.since.is_month and claim.since.start - start < 2:
        merged = Period(start, start + 1)
        both = ledger.bounds(_sum(claim.subject, merged))
        # The release of both months together is cited as it was printed first, not as later sums leave it.
        first_told = [
            item for item in bench.everybody.printed(claim.subject, merged) if item.bounds.is_bounded and item.published
        ]
        if first_told:
            item = min(first_told, key=lambda one: one.published)
            if item.value and item.bounds.lo > now.hi:
                words = f"{merged.words()} were first published together, {number(item.value)} {item.unit} ({item.publisher}, {item.published}): higher, as a sum of two months"
                return Reading("merged months", words, 0.0, (item.id,))
        elif both.settled and both.interval.lo > now.hi:
            words = f"{merged.words()} together are {span(both.interval, claim.subject.unit)}: higher, as a sum of two months"
            return Reading("merged months", words, 0.0, both.rows)
    for month in range(claim.period.start - 1, first - 1, -1):
        then = ledger.bounds(_sum(claim.subject, Period(month, month)))
        if (sign > 0 and then.interval.lo > now.hi) or (sign < 0 and then.interval.hi < now.lo):
            way = "higher" if sign > 0 else "lower"
            words = f"since {month_words(month)}, the last month known to have been {way}: {span(then.interval, claim.subject.unit)}"
            return Reading("another month", words, 0.0, then.rows)
    return None

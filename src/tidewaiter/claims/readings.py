"""Other readings of a claim that does not stand: what it would have to say to fit, and by how much that misses.

Readings explain, they do not judge: they are sought in all that is known today, the claim's own reporting included
(only not what it printed for the very cells in question). Of those that fit the likeliest slip is named; where none
fits the nearest within :data:`NEAR` is, with its distance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec

from tidewaiter.claims.bench import Bench
from tidewaiter.claims.candidates import Candidate, candidates, periods
from tidewaiter.claims.evidence import CellName, cell_terms
from tidewaiter.claims.extremes import extreme_reading
from tidewaiter.claims.goods import phrase
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.claims.propositions import Atom, compile_claim, subjects_of, unit_frame
from tidewaiter.claims.say import number, span
from tidewaiter.claims.slips import slip_of
from tidewaiter.claims.verdict import Reading
from tidewaiter.claims.weigh import apart, inside, measure
from tidewaiter.ledger import Cell, Ledger
from tidewaiter.model import Flow, Interval
from tidewaiter.period import Period

__all__ = ["NAMES", "NEAR", "best_reading", "longer_reading", "parted", "reading_cells"]

NAMES = (
    "cut off", "N times more", "N times", "per cent of", "year to date", "one month printed as the sum", "merged months", "month",
    "flow turned round", "imports and exports", "another unit", "thousands", "ten thousands", "another vintage",
    "numbers exchanged", "another currency", "wider code", "narrower code", "another base", "another year", "digits", "another month",
    "wider code before", "another code before", "another code since", "unit value",
)  # fmt: skip
"""Every reading, the likelier before the less likely."""

NEAR = 0.01
"""A reading that misses by more than this part of the number is not named."""

_TOUCH = 1e-4
"""What two roundings that touch without sharing a number are said to miss by."""

_DOUBLE = 2.0
"""A number beyond the end of a one-sided claim by more than this factor is not what it was printed for."""


def longer_reading(claim: Claim, bench: Bench) -> Reading | None:
    """Return the longer period whose number a claim about a month prints, where the month itself is not known."""
    if claim.kind is not Kind.AMOUNT or claim.said is None or abs(claim.said.value) < 100 * claim.said.step:
        return None
    for candidate in periods(claim):
        if candidate.name in ("year to date", "merged months"):
            reading = _try(candidate, bench)
            if reading is not None and not reading.distance:
                return reading
    return None


def best_reading(
    claim: Claim, bench: Bench, *, same: Sequence[Claim] = (), vintages_only: bool = False
) -> Reading | None:
    """Return the likeliest other reading that fits, or the nearest; None if none comes near.

    Parameters
    ----------
    bench
        The evidence on which the claim was judged.
    same
        The other claims of its sentence, with which it may have exchanged a number.
    vintages_only
        Look only for another base that the printed rate would need.
    """
    if claim.kind is Kind.EXTREME:
        extreme = extreme_reading(claim, bench)
        return None if extreme is None else Reading(extreme[0], extreme[1], 0.0, tuple(extreme[2]))
    found = []
    if not vintages_only:
        for candidate in candidates(claim, bench):
            reading = _try(candidate, bench)
            if reading is not None:
                found.append(reading)
        found += _digits(claim, bench)
        found += _narrower(claim, bench)
        found += _exchanged(claim, same, bench)
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
    for candidate in candidates(claim, bench):
        yield from _cells(candidate.claim)


def _try(candidate: Candidate, bench: Bench) -> Reading | None:
    """Return a candidate as a reading if the evidence fixes it and it comes near."""
    ledger = _ledger(candidate.claim, bench.today if candidate.own_cells else bench.everybody)
    clauses = compile_claim(candidate.claim)
    best: Reading | None = None
    for atom in clauses[0].atoms:
        bounds = measure(ledger, atom)
        if not bounds.settled or not bounds.interval.is_bounded:
            continue
        distance = _distance(_as_shown(atom, atom.said), _as_shown(atom, bounds.interval))
        if distance > (0.0 if candidate.exact else NEAR):
            continue
        missed = f"; it misses by {distance:.2%}" if distance else ""
        words = f"{candidate.words} ({_shown(atom, bounds.interval, candidate.claim)}){missed}"
        one = Reading(candidate.name, words, distance, bounds.rows)
        if best is None or one.distance < best.distance:
            best = one
    if best is None or best.distance:
        return _as_printed(candidate, bench) or best
    return best


def _as_printed(candidate: Candidate, bench: Bench) -> Reading | None:
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
    fits = [
        (code, item)
        for code, item in bench.today.parts(claim.subject, claim.period)
        if not _distance(said, item.bounds)
    ]
    return [
        Reading("narrower code", f"as {phrase(code)} ({span(item.bounds, claim.subject.unit)})", 0.0, (item.id,))
        for code, item in fits[:1]
    ]


def _exchanged(claim: Claim, same: Sequence[Claim], bench: Bench) -> list[Reading]:
    """Return the claim of the same sentence whose number fits this one, as this one's number fits that."""
    if claim.said is None or claim.subject is None:
        return []
    for other in same:
        alike = other.kind is claim.kind and other.said is not None and other.subject is not None
        if not alike or other.said is None or other.said.bounds == claim.said.bounds:
            continue
        if (other.subject, other.period, other.base) == (claim.subject, claim.period, claim.base):
            continue
        assert other.subject is not None
        if (other.subject.measure, other.subject.unit) != (claim.subject.measure, claim.subject.unit):
            continue
        words = (
            f"with {other.said.printed or number(other.said.value)}, which the same sentence prints of something else"
        )
        mine = _try(Candidate("numbers exchanged", words, msgspec.structs.replace(claim, said=other.said), True), bench)
        its = _try(Candidate("numbers exchanged", "", msgspec.structs.replace(other, said=claim.said), True), bench)
        if mine is not None and its is not None and not mine.distance and not its.distance:
            return [msgspec.structs.replace(mine, rows=tuple(dict.fromkeys((*mine.rows, *its.rows))))]
    return []


def parted(claim: Claim) -> list[tuple[Subject, Period]]:
    """Return the series whose finer codes a reading will look at, and when; none for most claims."""
    if claim.kind is not Kind.AMOUNT or claim.said is None or claim.subject is None or claim.period is None:
        return []
    # A number of two digits is found under some code by chance.
    return [(claim.subject, claim.period)] if abs(claim.said.value) >= 100 * claim.said.step else []


def _as_shown(atom: Atom, bounds: Interval) -> Interval:
    """Return a change as the change, not as what it multiplies by, so that a miss is one of the number that was printed."""
    return Interval(bounds.lo - 1, bounds.hi - 1) if atom.show in ("change", "more") else bounds


def _distance(said: Interval, found: Interval) -> float:
    if inside(said, found, strict=False) or not apart(said, found, strict=False):
        return _beyond(said, found)
    gap = found.lo - said.hi if found.lo >= said.hi else said.lo - found.hi
    size = max(abs(end) for end in (said.lo, said.hi) if math.isfinite(end))
    return max(gap / size, _TOUCH) if size else math.inf


def _beyond(said: Interval, found: Interval) -> float:
    """Return 0, or how far a number lies beyond what a one-sided claim ("more than 133 million") was printed for.

    Half a line fits anything on its side; a reading by which it fits explains something only where the number that was
    printed is near. Less than double (half) is near.
    """
    below = said.lo == 0 and said.hi > 0
    if (said.is_bounded and not below) or not math.isfinite(found.lo + found.hi):
        return 0.0
    end = said.hi if below or math.isinf(said.lo) else said.lo
    middle = (found.lo + found.hi) / 2
    far = max(abs(middle), abs(end)) > _DOUBLE * min(abs(middle), abs(end)) or middle * end < 0
    return math.inf if far else 0.0


def _shown(atom: Atom, bounds: Interval, claim: Claim) -> str:
    if atom.show == "price" or claim.subject is None:
        return span(bounds)
    unit = {"change": "%", "share": "%", "more": "times more"}.get(atom.show, "")
    if not unit:
        unit = "times" if atom.bottom else claim.subject.unit
    return span(shown_bounds(claim, atom, bounds), unit)


def shown_bounds(claim: Claim, atom: Atom, bounds: Interval) -> Interval:
    """Return bounds of an atom in the unit in which its claim was printed."""
    if atom.show == "change":
        return Interval((bounds.lo - 1) * 100, (bounds.hi - 1) * 100)
    if atom.show == "share":
        return Interval(bounds.lo * 100, bounds.hi * 100)
    if atom.show == "more":
        return Interval(bounds.lo - 1, bounds.hi - 1)
    factor = 1.0 if atom.bottom else unit_frame(claim)
    return Interval(bounds.lo / factor, bounds.hi / factor)


def _digits(claim: Claim, bench: Bench) -> list[Reading]:
    """Return the slip of the hand that leads from what others have to what was printed."""
    if claim.said is None or claim.subject is None or claim.period is None:
        return []
    values: list[tuple[float, tuple[str, ...], str]] = []
    if claim.kind is Kind.AMOUNT:
        factor = unit_frame(claim)
        values += [
            (item.value / factor, (item.id,), f" ({item.publisher}, {item.published})")
            for item in bench.today.printed(claim.subject, claim.period)
            if item.value
        ]
    elif claim.kind not in (Kind.CHANGE, Kind.SHARE, Kind.MULTIPLE):
        return []
    atom = compile_claim(claim)[0].atoms[0]
    bounds = measure(_ledger(claim, bench.today), atom)
    if bounds.settled and bounds.interval.is_bounded:
        found = shown_bounds(claim, atom, bounds.interval)
        middle = (found.lo + found.hi) / 2
        if claim.kind is not Kind.AMOUNT and claim.said.step:
            middle = round(middle / claim.said.step) * claim.said.step
        values.append((middle, bounds.rows, " (the sum of what others have)" if len(bounds.rows) > 1 else ""))
        if claim.kind is not Kind.AMOUNT:
            values[-1] = (middle, bounds.rows, " (what others' figures make)")
    for value, rows, who in values:
        slip, form = slip_of(claim.said, value)
        if slip:
            rounded = (
                ""
                if math.isclose(form, abs(value), rel_tol=1e-12)
                else f", {number(math.copysign(form, value))} rounded"
            )
            return [Reading("digits", f"{slip} {number(value)}{rounded}{who}", 0.0, rows)]
    return []


def _sum(subject: Subject, period: Period) -> dict[Cell, float]:
    return {cell: factor for cell, factor in cell_terms(subject, period).items()}  # noqa: C416 (for its type)


def _other_vintage(claim: Claim, bench: Bench) -> list[Reading]:
    """Return the number itself as somebody else has it, at another time or in conflict with the rest."""
    assert claim.said is not None
    assert claim.subject is not None
    assert claim.period is not None
    factor = unit_frame(claim)
    implied = [item for item in bench.everybody.printed(claim.subject, claim.period) if item.note.startswith("implied")]
    for item in [*bench.today.printed(claim.subject, claim.period), *implied]:
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

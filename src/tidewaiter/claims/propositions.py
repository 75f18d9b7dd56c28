"""Claims as propositions: comparisons of sums of cells, joined by *and*, some with alternatives.

An atom says that a sum of cells, or the quotient of two, lies in an interval. A clause holds if one of its atoms does.
A claim holds if all of its clauses do.
"""

from __future__ import annotations

import math

import msgspec

from tidewaiter.claims.evidence import CellName, cell_terms
from tidewaiter.claims.goods import canonical_unit
from tidewaiter.claims.model import Claim, Kind, Said, Subject
from tidewaiter.errors import InputError
from tidewaiter.ledger.rows import added
from tidewaiter.model import Flow, Interval, Measure
from tidewaiter.period import Period, month_text, month_words

__all__ = ["Atom", "Clause", "compile_claim", "subjects_of", "unit_frame"]

_ABOVE = Interval(0.0, math.inf)


class Atom(msgspec.Struct, frozen=True):
    """A sum of cells, or the quotient of two, lies in ``said``; ``strict`` if the ends do not belong to it.

    ``show`` turns the quotient into the number that was printed (per cent of change, times more) and back. What lies in
    ``said`` and not in ``near`` fits as far as rounding goes, and no reader would call it that: 1.6 is no double.
    """

    top: tuple[tuple[CellName, float], ...]
    said: Interval
    bottom: tuple[tuple[CellName, float], ...] = ()
    strict: bool = False
    show: str = "plain"
    words: str = ""
    near: Interval | None = None

    @property
    def cells(self) -> tuple[CellName, ...]:
        """Every cell it speaks of."""
        return tuple(dict.fromkeys(cell for cell, _ in (*self.top, *self.bottom)))


class Clause(msgspec.Struct, frozen=True):
    """Atoms of which one has to hold; ``at_least`` and ``at_most`` tell how many may, where that is what is said."""

    atoms: tuple[Atom, ...]
    at_least: int = 1
    at_most: int | None = None


def subjects_of(claim: Claim) -> tuple[Subject, ...]:
    """Return the series a claim speaks of."""
    assert claim.subject is not None
    subjects = [claim.subject]
    if claim.kind is Kind.UNIT_VALUE:
        subjects = [
            msgspec.structs.replace(claim.subject, measure=Measure.VALUE, unit=_currency(claim.subject.unit)),
            msgspec.structs.replace(claim.subject, measure=Measure.QUANTITY, unit=_piece(claim.subject.unit)),
        ]
    if claim.other is not None:
        subjects.append(claim.other)
    return tuple(subjects)


def _currency(unit: str) -> str:
    return unit.partition("/")[0].strip()


def _piece(unit: str) -> str:
    return unit.partition("/")[2].strip() or "pieces"


def unit_frame(claim: Claim) -> float:
    """Return how many base units one unit of a claim is."""
    assert claim.subject is not None
    return canonical_unit(claim.subject.measure, claim.subject.unit)[2]


def compile_claim(claim: Claim) -> tuple[Clause, ...]:
    """Return a claim's clauses; empty for a kind that says nothing of cells.

    Raises
    ------
    InputError
        If a field that its kind needs is missing; the message names the claim and the field.
    """
    maker = _MAKERS.get(claim.kind)
    if maker is None:
        return ()
    _need(claim, "subject", "period")
    return maker(claim)


def _need(claim: Claim, *fields: str) -> None:
    for name in fields:
        if getattr(claim, name) in (None, ""):
            raise InputError(f"claim {claim.id}: a claim of kind {claim.kind.value!r} needs {name}")


def _terms(subject: Subject, period: Period, factor: float = 1.0) -> tuple[tuple[CellName, float], ...]:
    return tuple((cell, factor) for cell in cell_terms(subject, period))


def _scaled(said: Said, factor: float) -> Interval:
    return Interval(said.bounds.lo * factor, said.bounds.hi * factor)


def _amount(claim: Claim) -> tuple[Clause, ...]:
    _need(claim, "said")
    assert claim.subject is not None
    assert claim.period is not None
    assert claim.said is not None
    said = _scaled(claim.said, unit_frame(claim))
    return (Clause((Atom(_terms(claim.subject, claim.period), said),)),)


def _none(claim: Claim) -> tuple[Clause, ...]:
    assert claim.subject is not None
    assert claim.period is not None
    return (Clause((Atom(_terms(claim.subject, claim.period), Interval(0, 0), words="no trade"),)),)


def _second(claim: Claim) -> tuple[Subject, Period]:
    """Return what a claim compares with."""
    assert claim.subject is not None
    assert claim.period is not None
    if claim.other is None and claim.base is None:
        raise InputError(f"claim {claim.id}: a claim of kind {claim.kind.value!r} needs base or other")
    return claim.other or claim.subject, claim.base or claim.period


def _ratio(claim: Claim, said: Interval, show: str) -> tuple[Clause, ...]:
    assert claim.subject is not None
    assert claim.period is not None
    other, base = _second(claim)
    atom = Atom(_terms(claim.subject, claim.period), said, _terms(other, base), show=show)
    return (Clause((atom,)),)


def _change(claim: Claim) -> tuple[Clause, ...]:
    _need(claim, "said")
    assert claim.said is not None
    bounds = claim.said.bounds
    return _ratio(claim, Interval(max(0.0, 1 + bounds.lo / 100), 1 + bounds.hi / 100), "change")


def _multiple(claim: Claim) -> tuple[Clause, ...]:
    _need(claim, "said")
    assert claim.said is not None
    bounds = claim.said.bounds
    near = None
    if claim.said.step >= 1 and 1 < claim.said.value < 10:
        near = Interval(claim.said.value * 0.9, claim.said.value * 1.1)
    times = tuple(msgspec.structs.replace(one, near=near) for one in _ratio(claim, bounds, "plain")[0].atoms)
    more = _ratio(claim, Interval(bounds.lo + 1, bounds.hi + 1), "more")[0].atoms
    if claim.form == "times":
        return (Clause(times),)
    if claim.form == "times more":
        return (Clause(more),)
    if claim.form == "increase":
        return (Clause((*times, *more)),)
    raise InputError(f"claim {claim.id}: form {claim.form!r} is unknown; valid: times, times more, increase")


def _difference(claim: Claim) -> tuple[Clause, ...]:
    _need(claim, "said")
    assert claim.subject is not None
    assert claim.period is not None
    assert claim.said is not None
    other, base = _second(claim)
    terms = added(_terms(claim.subject, claim.period), _terms(other, base, -1.0))
    return (Clause((Atom(terms, _scaled(claim.said, unit_frame(claim))),)),)


def _share(claim: Claim) -> tuple[Clause, ...]:
    _need(claim, "said")
    assert claim.said is not None
    bounds = claim.said.bounds
    return _ratio(claim, Interval(bounds.lo / 100, bounds.hi / 100), "share")


def _unit_value(claim: Claim) -> tuple[Clause, ...]:
    _need(claim, "said")
    assert claim.period is not None
    assert claim.said is not None
    money, pieces = subjects_of(claim)[:2]
    factor = canonical_unit(pieces.measure, pieces.unit)[2]
    atom = Atom(
        _terms(money, claim.period), _scaled(claim.said, 1 / factor), _terms(pieces, claim.period), show="price"
    )
    return (Clause((atom,)),)


def _exceeds(claim: Claim) -> tuple[Clause, ...]:
    assert claim.subject is not None
    assert claim.period is not None
    other, base = _second(claim)
    sign = -1.0 if claim.direction == "lower" else 1.0
    terms = added(_terms(claim.subject, claim.period, sign), _terms(other, base, -sign))
    return (Clause((Atom(terms, _ABOVE, strict=True),)),)


def _extreme(claim: Claim) -> tuple[Clause, ...]:
    assert claim.subject is not None
    assert claim.period is not None
    if not claim.period.is_month:
        raise InputError(f"claim {claim.id}: period of an extreme must be a month, not {claim.period}")
    if claim.since is None:
        raise InputError(
            f"claim {claim.id}: an extreme needs since: the last month that was not exceeded, or the first of the record"
        )
    sign = -1.0 if claim.direction.endswith("lowest") else 1.0
    month = claim.period.start
    here = _terms(claim.subject, claim.period, sign)

    def over(earlier: int) -> Atom:
        there = _terms(claim.subject, Period(earlier, earlier), -sign)  # type: ignore[arg-type]
        return Atom((*here, *there), _ABOVE, words=month_text(earlier))

    def under(earlier: int) -> Atom:
        there = _terms(claim.subject, Period(earlier, earlier), sign)  # type: ignore[arg-type]
        back = tuple((cell, -factor) for cell, factor in here)
        return Atom(
            (*back, *there), _ABOVE, words=f"{month_words(earlier)} was at least as {'low' if sign < 0 else 'high'}"
        )

    if claim.rank > 1 or claim.direction.startswith("record"):
        window = range(claim.since.start, month)
        beaten = claim.rank - 1
        return (Clause(tuple(over(m) for m in window), len(window) - beaten, len(window) - beaten),)
    between = [Clause((over(m),)) for m in range(claim.since.end + 1, month)]
    return (*between, Clause(tuple(under(m) for m in claim.since)))


def _first(claim: Claim) -> tuple[Clause, ...]:
    _need(claim, "base")
    assert claim.subject is not None
    assert claim.period is not None
    assert claim.base is not None
    if claim.direction == "absent":
        none, some = claim.period, [Period(m, m) for m in claim.base]
    else:
        none, some = claim.base, [claim.period]
    gone = Clause((Atom(_terms(claim.subject, none), Interval(0, 0), words=f"none in {none.words()}"),))
    there = [
        Clause((Atom(_terms(claim.subject, one), _ABOVE, strict=True, words=f"trade in {one.words()}"),))
        for one in some
    ]
    return (gone, *there)


def _streak(claim: Claim) -> tuple[Clause, ...]:
    assert claim.subject is not None
    assert claim.period is not None
    if claim.length < 1:
        raise InputError(f"claim {claim.id}: a streak needs length: how many months in a row")
    sign = -1.0 if claim.direction == "fall" else 1.0
    end = claim.period.end
    found = []
    lag = end - claim.base.end if claim.base is not None else 1
    if lag < 1:
        raise InputError(f"claim {claim.id}: a streak is compared with an earlier month, or the month before it")
    for month in range(end - claim.length + 1, end + 1):
        here, before = Period(month, month), Period(month - lag, month - lag)
        terms = (*_terms(claim.subject, here, sign), *_terms(claim.subject, before, -sign))
        found.append(Clause((Atom(terms, _ABOVE, strict=True, words=month_text(month)),)))
    return tuple(found)


_MAKERS = {
    Kind.AMOUNT: _amount,
    Kind.NONE: _none,
    Kind.CHANGE: _change,
    Kind.MULTIPLE: _multiple,
    Kind.DIFFERENCE: _difference,
    Kind.SHARE: _share,
    Kind.UNIT_VALUE: _unit_value,
    Kind.EXCEEDS: _exceeds,
    Kind.EXTREME: _extreme,
    Kind.FIRST: _first,
    Kind.STREAK: _streak,
}


def turned(subject: Subject) -> Subject:
    """Return the same trade the other way round."""
    other = {Flow.EXPORT: Flow.IMPORT, Flow.IMPORT: Flow.EXPORT}.get(subject.flow, subject.flow)
    return msgspec.structs.replace(subject, flow=other)

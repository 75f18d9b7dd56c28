"""Across articles: what several publishers said of the same cells, held together.

For each series and period that at least two reportings speak of: who agrees with whom, who repeats whose number, who
moved, what excludes what. That two publishers print the same number is no sign that one repeats the other, since both read
the same customs data; that they print the same slip is. And for each month that nobody has by itself, what all of them together leave for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from tidewaiter.claims.evidence import CellName, Docket, cell_terms
from tidewaiter.claims.goods import canonical_unit
from tidewaiter.claims.model import Claim, Kind, Subject
from tidewaiter.claims.propositions import unit_frame
from tidewaiter.claims.say import number, span, subject_words, unit_words
from tidewaiter.claims.voices import voices_of
from tidewaiter.ledger import Ledger, Row
from tidewaiter.model import Interval, Measure
from tidewaiter.period import Period, month_text

__all__ = ["Group", "Saying", "together"]

_EXACT = 4
"""Two publishers who print the same outlying number with so many digits have one source."""


class Saying(msgspec.Struct, frozen=True):
    """One publisher's number: ``claim`` is empty for a figure of the tables."""

    publisher: str
    family: str
    published: str
    value: float
    bounds: Interval
    claim: str = ""
    figure: str = ""


class Group(msgspec.Struct, frozen=True):
    """What was said of one series over one period.

    Parameters
    ----------
    what, period, unit
        The series, in words; its period; its unit.
    sayings
        Everything said, the earliest first.
    sides
        Sets of sayings (positions) that agree within their rounding, the one of most families first.
    repeats
        Pairs of positions: the second carries the first's reporting, or prints a number that stands alone against
        others, to the digit, after the first did: a slip that travels.
    moved
        Pairs of positions: the same reporting, later, another number: a revision or a correction.
    months
        Months that nobody has singly, with what all the evidence together leaves for each.
    """

    what: str
    period: str
    unit: str
    sayings: tuple[Saying, ...]
    sides: tuple[tuple[int, ...], ...]
    repeats: tuple[tuple[int, int], ...] = ()
    moved: tuple[tuple[int, int], ...] = ()
    months: tuple[tuple[str, Interval], ...] = ()

    def words(self) -> str:
        """Say it in a paragraph."""
        told = []
        for side in self.sides:
            names = "; ".join(f"{one.publisher} {number(one.value)}" for one in (self.sayings[i] for i in side))
            told.append(names)
        text = f"{self.what}, {Period.parse(self.period).words()} ({unit_words(self.unit)}): "
        text += "all agree: " + told[0] if len(told) == 1 else "do not agree: " + " | ".join(told)
        for first, second in self.repeats:
            text += f". {self.sayings[second].publisher} repeats {self.sayings[first].publisher}"
        for first, second in self.moved:
            one, two = self.sayings[first], self.sayings[second]
            text += f". {one.family} moved from {number(one.value)} ({one.published}) to {number(two.value)} ({two.published})"
        for month, bounds in self.months:
            text += f". {Period.parse(month).words()} alone: {span(bounds, self.unit)}"
        return text + "."


def together(claims: Iterable[Claim], docket: Docket, own: str = "") -> tuple[Group, ...]:
    """Hold amounts of several claims together, with the figures of the tables on the same cells.

    Parameters
    ----------
    claims
        Of any publishers; only amounts and absences are held together.
    docket
        The figures.
    own
        The reporting that claims without a publisher were taken for.

    Returns
    -------
    tuple of Group
        One for each series and period of which claims of at least two reportings speak, or one claim and a figure of
        another reporting.
    """
    families = docket.families()
    units: dict[tuple[Subject, Period], set[str]] = defaultdict(set)
    said: dict[tuple[Subject, Period], list[Saying]] = defaultdict(list)
    rows: list[Row] = []
    for claim in claims:
        found = _saying(claim, families, own, docket)
        if found is None or claim.subject is None or claim.period is None:
            continue
        said[_base(claim.subject), claim.period].append(found)
        units[_base(claim.subject), claim.period].add(claim.subject.unit)
        terms = tuple(cell_terms(claim.subject, claim.period).items())
        rows.append(Row(f"claim {claim.id}", terms, found.bounds, found.family or "not told"))
    groups = []
    ledgers: dict[Subject, Ledger] = {}
    for (subject, period), sayings in sorted(said.items(), key=lambda one: (one[0][0], one[0][1])):
        every = [*sayings, *_printed(docket, subject, period)]
        if len({one.family for one in every}) < 2:
            continue
        if subject not in ledgers:
            ledgers[subject] = _ledger(docket, subject, rows)
        group = _group(subject, period, every, ledgers[subject])
        groups.append(_counted(group, subject, units[subject, period]))
    return tuple(groups)


def _counted(group: Group, subject: Subject, units: set[str]) -> Group:
    """Return a group in the unit in which its claims were printed, where that is one: pairs as pairs, tonnes as tonnes."""
    unit = next(iter(units)) if len(units) == 1 else subject.unit
    measure = Measure.QUANTITY if subject.measure is Measure.NET_WEIGHT else subject.measure
    factor = canonical_unit(measure, unit)[2]
    if unit in ("", subject.unit) or factor == 1:
        return group
    return msgspec.structs.replace(
        group,
        unit=unit,
        sayings=tuple(
            msgspec.structs.replace(one, value=one.value / factor, bounds=_divided(one.bounds, factor))
            for one in group.sayings
        ),
        months=tuple((month, _divided(bounds, factor)) for month, bounds in group.months),
    )


def _divided(bounds: Interval, factor: float) -> Interval:
    return Interval(bounds.lo / factor, bounds.hi / factor)


def _base(subject: Subject) -> Subject:
    """Return a series in its base unit, so that tonnes and kilograms meet."""
    measure, unit = next(iter(cell_terms(subject, Period(0, 0))))[4:6]
    return msgspec.structs.replace(subject, measure=measure, unit=unit)


def _saying(claim: Claim, families: Iterable[str], own: str, docket: Docket) -> Saying | None:
    if claim.subject is None or claim.period is None or claim.quoted:
        return None
    known = sorted(voices_of(claim, families, docket).intersection(families))
    # Claims of nobody are not one voice: each is by itself.
    family = claim.family or (known[0] if known else claim.publisher or own) or f"claim {claim.id}"
    if claim.kind is Kind.NONE:
        value, bounds = 0.0, Interval(0, 0)
    elif claim.kind is Kind.AMOUNT and claim.said is not None:
        factor = unit_frame(claim)
        value = claim.said.value * factor
        bounds = Interval(claim.said.bounds.lo * factor, claim.said.bounds.hi * factor)
    else:
        return None
    return Saying(
        claim.publisher or family or "(publisher not told)", family, claim.published, value, bounds, claim=claim.id
    )


def _printed(docket: Docket, subject: Subject, period: Period) -> list[Saying]:
    cells = frozenset(cell_terms(subject, period))
    return [
        Saying(
            entry.item.publisher,
            entry.item.family,
            entry.item.published,
            entry.item.value or 0.0,
            entry.item.bounds,
            figure=entry.item.id,
        )
        for entry in docket.entries(subject)
        if frozenset(cell for cell, _ in entry.row.terms) == cells
    ]


def _ledger(docket: Docket, subject: Subject, rows: Sequence[Row]) -> Ledger:
    """Return all figures on a series and all claims, told apart by voice."""
    wanted = {cell[:6] for cell in cell_terms(subject, Period(0, 0))}
    own = [entry.row for entry in docket.entries(subject) if any(cell[:6] in wanted for cell in _cells(entry.row))]
    more = [row for row in rows if any(cell[:6] in wanted for cell in _cells(row))]
    return Ledger([*own, *more])


def _cells(row: Row) -> list[CellName]:
    return [cell for cell, _ in row.terms]  # type: ignore[misc]


def _group(subject: Subject, period: Period, sayings: Sequence[Saying], ledger: Ledger) -> Group:
    order = sorted(_once(sayings), key=lambda one: (one.published, one.publisher))
    moved, repeats = [], []
    sides = _sides(order)
    outlying = {i for side in sides[1:] for i in side}
    for second, later in enumerate(order):
        for first, earlier in enumerate(order[:second]):
            if earlier.family == later.family:
                if not earlier.family:
                    continue  # Two claims without a publisher are not one publisher that moved.
                if not earlier.bounds.meets(later.bounds) and earlier.published < later.published:
                    moved.append((first, second))
                elif earlier.publisher != later.publisher and earlier.value == later.value:
                    repeats.append((first, second))
            elif second in outlying and earlier.value == later.value and _digits(earlier.value) >= _EXACT:
                repeats.append((first, second))
    return Group(
        what=f"{subject_words(Claim(id='', kind=Kind.AMOUNT, subject=subject))}"
        + (
            ""
            if subject.measure is Measure.VALUE
            else f", by {'weight' if subject.measure is Measure.NET_WEIGHT else 'number'}"
        ),
        period=str(period),
        unit=subject.unit,
        sayings=tuple(order),
        sides=sides,
        repeats=tuple(repeats),
        moved=tuple(moved),
        months=_months(subject, period, ledger) if len(period) > 1 else (),
    )


def _once(sayings: Iterable[Saying]) -> list[Saying]:
    """Return every number once: a claim that is a figure of the tables too is told as the claim."""
    found: dict[tuple[str, str, str, float], Saying] = {}
    claimed: set[tuple[str, str, float]] = set()
    for one in sayings:
        spot = (one.family, one.published[:7], one.value)
        if one.claim:
            claimed.add(spot)
            found.setdefault((one.publisher, *spot), one)
        elif spot not in claimed:
            found.setdefault(("", *spot), one)
    return list(found.values())


def _digits(value: float) -> int:
    return len(f"{value:.0f}".rstrip("0")) if value == round(value) else len(repr(value).replace(".", "").strip("0"))


def _sides(order: Sequence[Saying]) -> tuple[tuple[int, ...], ...]:
    """Part what was said into sets that have a number in common, the one of most families first."""
    left = list(range(len(order)))
    # A number of three digits or more may have been cut off instead of rounded.
    spans = [_cut_off(one.bounds) for one in order]
    sides = []
    while left:
        ends = {spans[i].lo for i in left} | {spans[i].hi for i in left}
        best = max(
            ([i for i in left if spans[i].lo <= end <= spans[i].hi] for end in sorted(ends)),
            key=lambda side: (len({order[i].family for i in side}), len(side)),
        )
        sides.append(tuple(best))
        left = [i for i in left if i not in best]
    return tuple(sides)


def _cut_off(bounds: Interval) -> Interval:
    width = bounds.hi - bounds.lo
    return Interval(bounds.lo, bounds.hi + width / 2) if bounds.is_bounded and width * 100 <= bounds.hi else bounds


def _months(subject: Subject, period: Period, ledger: Ledger) -> tuple[tuple[str, Interval], ...]:
    """Return the months of a run that nobody has singly, with what is left for each."""
    found = []
    whole = ledger.bounds(dict(cell_terms(subject, period).items())).interval.hi
    for month in period:
        terms: Mapping[CellName, float] = cell_terms(subject, Period(month, month))
        bounds = ledger.bounds(dict(terms.items()))
        wide = bounds.interval.hi - bounds.interval.lo
        # A month that may be nothing or the whole run is no news.
        told = bounds.interval.lo > 0 or bounds.interval.hi < 0.99 * whole
        if not bounds.settled and bounds.interval.is_bounded and wide > 0 and told:
            found.append((month_text(month), bounds.interval))
    return tuple(found)

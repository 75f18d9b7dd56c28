"""What there is to tell of each subject: every fact that its evidence carries, and how much it is worth telling."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from tidewaiter.events import Event
from tidewaiter.facts.base import Fact, Known
from tidewaiter.facts.change import Multiple, before_event, multiple
from tidewaiter.facts.compare import Exceeds, exceeds
from tidewaiter.facts.level import Course, Total, course, total
from tidewaiter.facts.relation import lead, unit_value
from tidewaiter.facts.since import HighestSince, NoneBefore, highest_since, none_before
from tidewaiter.model import Cell, Measure, SeriesKey, State
from tidewaiter.period import Period
from tidewaiter.series.book import Book

__all__ = ["LONG_RECORD", "Finding", "Subject", "find"]

LONG_RECORD = 12
"""Months that must be decided before "highest since" is worth saying."""
SHORT_RECORD = 3
"""Months that must be proved lower, where the record holds a higher one further back."""


class Subject(msgspec.Struct, frozen=True):
    """What a section speaks of: a good named in words, or a code.

    ``whole`` is the subject that wholly contains it; ``narrower`` is the phrase of the good that a wider line holds beside
    others; ``caveats`` hold for everything said of it, and so do ``notes``, which are sentences of their own. ``born`` is the
    first month of a commodity code that came into being with a revision.
    """

    id: str
    title: str
    phrase: str
    context: str
    keys: tuple[SeriesKey, ...]
    kind: str = "good"
    group: str = ""
    whole: str = ""
    narrower: str = ""
    caveats: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    born: int | None = None

    def key(self, measure: Measure) -> SeriesKey | None:
        """Return the series of one measure."""
        return next((key for key in self.keys if key.measure is measure), None)


class Finding(msgspec.Struct, frozen=True):
    """The facts of one subject.

    ``score`` orders findings; 0 means that nothing changed, or nothing is known. ``aside`` are facts that the others tell in
    passing. ``unsafe`` is set where an absence before may be about a commodity code rather than the goods.
    """

    subject: Subject
    facts: tuple[Fact, ...]
    score: float
    main: SeriesKey | None
    aside: tuple[Fact, ...] = ()
    unsafe: bool = False


def main_series(book: Book, subject: Subject, period: Period) -> SeriesKey | None:
    """Return the series that tells most of a subject: pieces before weight before value, if known in the period."""

    def spoken(key: SeriesKey) -> int:
        months = sum(book.cell(key, month).state in (State.VALUE, State.CONFLICT) for month in period)
        return months or any(period.contains(figure.period) and figure.value > 0 for figure in book.of(key))

    order = {Measure.QUANTITY: 2, Measure.NET_WEIGHT: 1, Measure.VALUE: 0}
    known = [key for key in subject.keys if spoken(key)]
    return max(known, key=lambda key: (order[key.measure], spoken(key)), default=None)


def find(
    book: Book, subject: Subject, period: Period, *, subjects: Sequence[Subject] = (), events: Sequence[Event] = ()
) -> Finding:
    """Gather every fact that the book carries about a subject in a period.

    Parameters
    ----------
    subjects
        The other subjects of the brief, where a whole or its parts may be found.
    events
        Dated events to count a lead to.
    """
    facts: list[Fact] = []
    main = main_series(book, subject, period)
    before = Period.year(period.start // 12 - 1)
    if subject.kind == "wider":
        for key in subject.keys:
            bound = course(book, key, period, subject.phrase) or _run(book, key, before, subject.phrase)
            if bound is not None:
                facts.append(bound)
        return Finding(subject, tuple(facts), 0.0, main)
    if subject.kind != "total":
        before_it = none_before(book, subject.keys, period, subject.phrase)
        if before_it is not None and before_it.none.start < period.start:
            facts.append(before_it)
    for key in _ordered(subject.keys, main):
        _append(facts, course(book, key, period, subject.phrase, subject.keys))
    for key in _ordered(subject.keys, main):
        _append(facts, total(book, key, period, subject.phrase))
        more = exceeds(book, key, period, before, subject.phrase)
        if more is not None and (more.before.value > 0 or not any(isinstance(f, NoneBefore) for f in facts)):
            facts.append(more)
    facts, aside = _without_repeats(facts, main)
    for key in _ordered(subject.keys, main)[:1]:
        year = _year_on_year(book, key, period, subject.phrase)
        if year is not None and not any(_same(year, fact) for fact in facts):
            facts.append(year)
    facts.extend(_inside(book, subject, period, subjects))
    value, amount = subject.key(Measure.VALUE), subject.key(Measure.QUANTITY)
    if value is not None and amount is not None:
        _append(facts, _price(book, value, amount, period, subject.phrase))
    for key in subject.keys:
        if _months_known(book, key) >= LONG_RECORD:
            last = _last_known(book, key, period)
            record = highest_since(book, key, last, subject.phrase) if last is not None else None
            if record is not None and len(record.lower) >= (SHORT_RECORD if record.higher else LONG_RECORD - 1):
                facts.append(record)
    for event in events:
        if event.level and subject.kind == "total" and main is not None:
            now = _last_known(book, main, period)
            if now is not None:
                _append(facts, before_event(book, main, now, event.first, event.level, subject.phrase))
        if event.lead and subject.kind != "total":
            _append(facts, lead(book, subject.keys, period, subject.phrase, event.first, event.lead))
    unsafe = any(identity.startswith("code-") for identity in subject.caveats)
    return Finding(subject, tuple(facts), _score(facts, unsafe), main, tuple(aside), unsafe)


def _without_repeats(facts: list[Fact], main: SeriesKey | None) -> tuple[list[Fact], list[Fact]]:
    """Set aside what another sentence says in passing: the value of a month or a total whose goods are told with it."""
    told = {
        known.period
        for fact in facts
        if isinstance(fact, Course | Total) and fact.key == main
        for known in (fact.months if isinstance(fact, Course) and len(fact.months) == 1 else _whole(fact))
    }
    kept: list[Fact] = []
    aside: list[Fact] = []
    absence = next((fact for fact in facts if isinstance(fact, NoneBefore)), None)
    for fact in facts:
        if isinstance(fact, Course) and absence is not None and _said_by(absence, fact):
            aside.append(fact)
            continue
        if fact.key != main and isinstance(fact, Course) and {known.period for known in fact.months} <= told:
            aside.append(fact)
            continue
        if isinstance(fact, Total) and fact.total.summed and _single_month(facts, fact):
            aside.append(fact)
            continue
        if fact.key != main and isinstance(fact, Total) and fact.total.period in told and fact.agrees != "exact":
            aside.append(fact)
            continue
        kept.append(fact)
    return kept, aside


def _said_by(absence: NoneBefore, fact: Course) -> bool:
    """Whether "after none before" tells all that a course has to tell: its only month, and which months are not known."""
    first = absence.first
    if first is None or absence.first_key != fact.key or len(fact.months) != 1 or fact.zeros or fact.together:
        return False
    return fact.months[0].period == first.period and set(fact.unknown) <= set(absence.gap)


def _single_month(facts: Sequence[Fact], whole: Total) -> bool:
    """Whether a sum of months has only one month that is not zero, so that the month says it all."""
    return any(isinstance(fact, Course) and fact.key == whole.key and len(fact.months) == 1 for fact in facts)


def _same(one: Multiple, other: Fact) -> bool:
    """Whether a comparison with the year before is told already."""
    return isinstance(other, Exceeds) and (one.later.period, one.earlier.period) == (
        other.now.period,
        other.before.period,
    )


def _whole(fact: Fact) -> tuple[Known, ...]:
    return (fact.total,) if isinstance(fact, Total) else ()


def _append(facts: list[Fact], fact: Fact | None) -> None:
    if fact is not None:
        facts.append(fact)


def _ordered(keys: tuple[SeriesKey, ...], main: SeriesKey | None) -> list[SeriesKey]:
    return sorted(keys, key=lambda key: (key != main, key.measure is not Measure.VALUE, key))


def _run(book: Book, key: SeriesKey, period: Period, what: str) -> Total | None:
    return total(book, key, period, what)


def _months_known(book: Book, key: SeriesKey) -> int:
    return len({figure.period.start for figure in book.of(key) if figure.period.is_month})


def _last_known(book: Book, key: SeriesKey, period: Period) -> int | None:
    for month in reversed(period.months):
        if _traded(book.cell(key, month)):
            return month
    return None


def _traded(cell: Cell) -> bool:
    return cell.state in (State.VALUE, State.CONFLICT) and cell.bounds.lo > 0


def _year_on_year(book: Book, key: SeriesKey, period: Period, what: str) -> Multiple | None:
    """Compare the period, else its last known month, else its longest printed run, with a year before."""
    tries = [period]
    last = _last_known(book, key, period)
    if last is not None:
        tries.append(Period(last, last))
    tries.extend(run for run in reversed(book.runs(key)) if period.contains(run))
    for one in tries:
        found = multiple(book, key, one, one.back(12), what)
        if found is not None:
            return found
    return None


def _inside(book: Book, subject: Subject, period: Period, subjects: Sequence[Subject]) -> list[Multiple]:
    """Compare the last known month of the period with the first: of the subject, or of a part with its whole."""
    found: list[Multiple] = []
    for key in subject.keys:
        months = [month for month in period if _traded(book.cell(key, month))]
        if len(months) >= 2:
            one = multiple(book, key, Period(months[-1], months[-1]), Period(months[0], months[0]), subject.phrase)
            if one is not None and one.ratio.bounds.lo >= 2 and key.measure is not Measure.VALUE:
                found.append(one)
        for part in subjects:
            if part.whole != subject.id or not months:
                continue
            part_key = part.key(key.measure)
            if part_key is None:
                continue
            later = [month for month in period if month > months[-1] and _traded(book.cell(part_key, month))]
            if later:
                last = Period(later[-1], later[-1])
                first = Period(months[0], months[0])
                one = multiple(book, key, last, first, subject.phrase, later_key=part_key, later_what=part.phrase)
                if one is not None and one.ratio.bounds.lo >= 2:
                    found.append(one)
    return found


def _price(book: Book, value: SeriesKey, amount: SeriesKey, period: Period, what: str) -> Fact | None:
    whole = unit_value(book, value, amount, period, what)
    if whole is not None:
        return whole
    for month in reversed(period.months):
        one = unit_value(book, value, amount, Period(month, month), what)
        if one is not None:
            return one
    return None


def _score(facts: Sequence[Fact], unsafe: bool) -> float:
    """Order findings by how unusual the change is: from nothing first, then by the multiple, then by size.

    An absence that may be about a code rather than the goods counts for little.
    """
    score = 0.0
    for fact in facts:
        if isinstance(fact, NoneBefore):
            long = len(fact.none) >= LONG_RECORD and not unsafe
            score = max(score, (3.0 if long else 1.0) + len(fact.none) / 24 - len(fact.gap) / 24)
        elif isinstance(fact, Exceeds) and fact.ratio is not None and fact.ratio.value:
            score = max(score, 2.0 + math.log10(fact.ratio.value))
        elif isinstance(fact, Multiple) and fact.ratio.value and fact.ratio.bounds.lo > 1:
            score = max(score, 1.0 + min(2.5, math.log10(fact.ratio.value)))
        elif isinstance(fact, HighestSince) and not fact.undecided:
            score = max(score, 1.5)
        elif isinstance(fact, Course | Total):
            score = max(score, 0.5)
    return score

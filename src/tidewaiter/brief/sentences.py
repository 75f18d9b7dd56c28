"""Facts as sentences: one function per kind of fact, no number that its proof does not hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tidewaiter.facts.base import Fact, Known
from tidewaiter.facts.change import Multiple
from tidewaiter.facts.compare import Exceeds
from tidewaiter.facts.level import Course, Total
from tidewaiter.facts.proof import Proof, Row
from tidewaiter.facts.relation import Lead, UnitValue
from tidewaiter.facts.since import HighestSince, NoneBefore
from tidewaiter.findings.caveats import changed_in
from tidewaiter.findings.find import Finding
from tidewaiter.findings.voice import Voice
from tidewaiter.findings.words import (
    amount,
    every,
    goods_amount,
    join,
    money,
    months,
    number,
    runs,
    span,
    times,
    when,
    with_unit,
)
from tidewaiter.model import Figure, Measure, SeriesKey
from tidewaiter.period import Period, month, month_words
from tidewaiter.series.book import Reading
from tidewaiter.sources.figures import DATASET as PRESS
from tidewaiter.sources.figures import goods

__all__ = ["Written", "amount_of", "family_of", "write"]


SCATTERED = 3
"""More runs of undecided months than this are counted rather than named."""


class Written(msgspec.Struct, frozen=True):
    """A sentence, the rows behind every number in it, and the caveats it must carry."""

    text: str
    proof: tuple[Row, ...]
    caveats: tuple[str, ...]
    conflict: bool = False


def family_of(fact: Fact) -> str:
    """Return the short name of a kind of fact, for ids and file names."""
    return _WRITERS[type(fact)][0]


def write(fact: Fact, finding: Finding, voice: Voice) -> Written:
    """Write a fact as a sentence (or two).

    Parameters
    ----------
    fact
        One of ``finding.facts``.
    finding
        Its subject gives the phrase for the goods.
    voice
        Who trades with whom.
    """
    used: list[Fact] = [fact]
    text = _WRITERS[type(fact)][1](fact, finding, voice, used)
    proof = Proof()
    for one in used:
        proof.merge(one.proof)
    caveats = tuple(dict.fromkeys(caveat for one in used for caveat in one.caveats))
    return Written(text, proof.rows, caveats, any(_disputed(one) for one in used))


def _disputed(fact: Fact) -> bool:
    """Whether a level rests on figures that no rounding reconciles."""
    if isinstance(fact, Total):
        return fact.agrees == "no" or _rivalled(fact.total)
    if isinstance(fact, NoneBefore):
        return fact.first is not None and _rivalled(fact.first)
    return isinstance(fact, Course) and any(_rivalled(known) for known in (*fact.months, *fact.together))


def _rivalled(known: Known) -> bool:
    return known.reading is not None and bool(known.reading.others)


def _who(known: Known) -> str:
    """Attribute a printed number; the families that agree, in order."""
    return join(list(known.reading.families)) if known.reading else ""


def _against(known: Known, key: SeriesKey) -> str:
    """Write the conflicting numbers that others printed, or nothing."""
    told = _others(known)
    return f" ({join(told)})" if told else ""


def _or(known: Known, key: SeriesKey) -> str:
    """Write them inside brackets that are open already."""
    told = _others(known)
    return f"; {join(told)}" if told else ""


def _others(known: Known) -> list[str]:
    others = known.reading.others if known.reading is not None else ()
    return [f"{figure.origin.family} printed {amount_of(figure)}" for figure in others]


def amount_of(figure: Figure) -> str:
    """Write a figure as it was printed."""
    reading = Reading((figure,), (), figure.bounds)
    return amount(Known(figure.period, figure.bounds, figure.value, reading, figure.id), figure.key)


def _beside(finding: Finding, key: SeriesKey, known: Known, used: list[Fact]) -> str:
    """Write the same goods in money, where that was printed for the same months."""
    if key.measure is Measure.VALUE:
        return ""
    for fact in (*finding.facts, *finding.aside):
        if isinstance(fact, Course | Total) and fact.key.measure is Measure.VALUE:
            for other in fact.months if isinstance(fact, Course) else (fact.total,):
                if other.period == known.period:
                    used.append(fact)
                    return f", worth {amount(other, fact.key)}{_against(other, fact.key)}"
    return ""


def _none_before(fact: NoneBefore, finding: Finding, voice: Voice, used: list[Fact]) -> str:
    phrase = finding.subject.phrase
    absent = f"in {'all of ' if fact.none.is_year else ''}{span(fact.none)}"
    if not fact.none.is_month and not fact.none.is_year and len(fact.none) != 24:
        absent = f"from {month_words(fact.none.start)} to {month_words(fact.none.end)}"
    whose = f" according to {join([_the(name) for name in fact.publishers])}" if fact.publishers else ""
    if fact.first is None or fact.first_key is None:
        changed = " (under a customs code that changed since)" if _across_codes(fact, finding) else ""
        return f"No {voice.noun} of {phrase} {voice.way} were recorded {absent}{whose}{changed}."
    text = f"{voice.sent(goods_amount(fact.first, fact.first_key, phrase))} {when(fact.first.period)}"
    text += _beside(finding, fact.first_key, fact.first, used) + _against(fact.first, fact.first_key)
    text += f", after none {absent}{whose}"
    if _across_codes(fact, finding):
        text += " (under a customs code that changed in between)"
    if fact.gap:
        text += f"; {months(fact.gap)}: {'not printed' if fact.first_key.dataset == PRESS else 'no row'}"
    return text + "."


def _across_codes(fact: NoneBefore, finding: Finding) -> bool:
    """Whether an absence reaches back before the goods got the code they have: then it may be about the code."""
    return _new_code(finding, fact.key, fact.none)


def _new_code(finding: Finding, key: SeriesKey, none: Period) -> bool:
    good = goods().get(finding.subject.id) if key.dataset == PRESS else None
    changes = [changed_in(one, key.reporter) for one in (good.caveats.split() if good else finding.subject.caveats)]
    return any(month is not None and none.start < month for month in changes)


def _course(fact: Course, finding: Finding, voice: Voice, used: list[Fact]) -> str:
    phrase = finding.subject.phrase
    key = fact.key
    if not fact.months:
        return f"No {voice.noun} of {phrase} {voice.way} were recorded in {months(fact.zeros)}."
    if len(fact.months) == 1:
        known = fact.months[0]
        said = voice.sent(goods_amount(known, key, phrase))
        text = f"{said} {when(known.period)}{_beside(finding, key, known, used)}{_against(known, key)}"
        if key.dataset != PRESS and known.printed is not None and known.printed.note:
            text += f", {known.printed.note.split(';')[0]}"
    elif fact.extremes is not None:
        least, most = fact.extremes
        text = (
            f"{finding.subject.title}, {_measured(key)}: between {amount(least, key)} ({least.period.words()}){_against(least, key)} "
            f"and {amount(most, key)} ({most.period.words()}){_against(most, key)} in the {len(fact.months)} months known with trade"
        )
    else:
        parts = [f"{amount(known, key)} {when(known.period)}{_against(known, key)}" for known in fact.months]
        text = f"{finding.subject.title}, {_measured(key)}: {join(parts)}"
    if fact.zeros:
        text += f"; none in {_listed(fact.zeros)}"
    for run in fact.together:
        text += f"; {span(run.period)} only together: {amount(run, key)}{_against(run, key)}"
    missing = [month for month in fact.unknown if not any(month in run.period.months for run in fact.together)]
    if missing:
        text += f"; {_listed(missing)}: {'not printed' if key.dataset == PRESS else 'no row'}"
    return text + "."


def _listed(numbers: Sequence[int]) -> str:
    """Name months by their runs; a scattered lot is counted instead."""
    return months(numbers) if len(runs(numbers)) <= SCATTERED else f"{len(numbers)} other months"


def _measured(key: SeriesKey) -> str:
    return {Measure.VALUE: "value", Measure.NET_WEIGHT: "weight", Measure.QUANTITY: key.unit}[key.measure]


def _total(fact: Total, finding: Finding, voice: Voice, used: list[Fact]) -> str:
    known, key = fact.total, fact.key
    if finding.subject.kind == "wider":
        return (
            f"In {known.period.words()} {finding.subject.phrase} came to {amount(known, key)}, so {finding.subject.narrower} "
            "alone came to no more than that."
        )
    if known.bounds.hi == 0:
        changed = " (under a customs code that changed since)" if _new_code(finding, key, known.period) else ""
        whose = f" according to {join([_the(name) for name in known.reading.families])}" if known.reading else ""
        return f"No {voice.noun} of {finding.subject.phrase} {voice.way} were recorded {when(known.period)}{whose}{changed}."
    said = voice.sent(goods_amount(known, key, finding.subject.phrase))
    text = f"{said} {when(known.period)}{_beside(finding, key, known, used)}{_against(known, key)}"
    if known.summed:
        return f"{text}, the sum of its {'months' if _by_month(fact) else 'printed parts'}."
    if fact.months is None or fact.months.printed is not None:
        return text + "."
    parts = "months" if len(_expression(fact, fact.months)) == len(known.period) else "parts"
    if fact.agrees == "exact":
        ids = [row for row in fact.proof if row.row in _expression(fact, fact.months)]
        added = " + ".join(f"{row.value:,.0f}" for row in ids if row.value is not None)
        return f"{text}; the {_count(len(ids))} published {parts} add up to exactly that ({added})."
    if fact.agrees == "rounding":
        return f"{text}; the published {parts} add up to {number(fact.months.value, 1000)}, the same within rounding."
    return (
        f"{text}; the printed {parts} add up to {amount(fact.months, key)}, which no rounding reconciles: one of "
        "them was revised or misprinted."
    )


def _by_month(fact: Total) -> bool:
    return len(_expression(fact, fact.total)) == len(fact.total.period)


def _expression(fact: Fact, known: Known) -> list[str]:
    expression = next(row.expression for row in fact.proof if row.row == known.row)
    return expression.split(" + ")


def _the(name: str) -> str:
    """Write a publisher's name inside a sentence."""
    return f"the {name}" if name.endswith(("Post", "Times", "Herald", "League")) else name


def _count(value: int) -> str:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return words[value] if value < len(words) else str(value)


def _exceeds(fact: Exceeds, finding: Finding, voice: Voice, used: list[Fact]) -> str:
    key, phrase = fact.key, finding.subject.phrase
    now, before = fact.now, fact.before
    year = f"all of {before.period.words()}" if before.period.is_year else before.period.words()
    if before.value == 0:
        return f"{_capital(goods_amount(now, key, phrase))} {when(now.period)}, against none in {year}."
    text = f"{_capital(goods_amount(now, key, phrase))} {when(now.period)} against {amount(before, key)} in {year}"
    if fact.ratio is not None:
        text += (
            f": {times(fact.ratio.bounds)} as much" if key.unit != "pieces" else f": {times(fact.ratio.bounds)} as many"
        )
    if fact.month is not None and fact.month_ratio is not None:
        text += (
            f"; {fact.month.period.words()} alone ({amount(fact.month, key)}) came to {times(fact.month_ratio.bounds)} "
            f"{year}"
        )
    return text + "."


def _multiple(fact: Multiple, finding: Finding, voice: Voice, used: list[Fact]) -> str:
    key, phrase = fact.key, finding.subject.phrase
    ratio = times(fact.ratio.bounds)
    later, earlier = fact.later, fact.earlier
    if fact.event:
        change = "down from" if fact.ratio.bounds.hi < 1 else ratio
        return (
            f"{_capital(phrase)}: {amount(later, key)} {when(later.period)}, {change} {_that(earlier, key)} of "
            f"{earlier.period.words()}, the last month known singly before {fact.event} in {month_words(month(fact.day[:7]))}"
            f"{_rivals(fact)}."
        )
    if fact.at_least:
        part = next(row.what for row in fact.proof if row.row == later.printed.id) if later.printed else phrase
        text = (
            f"{_capital(part)} alone came to {amount(later, fact.later_key)} {when(later.period)}: {ratio} "
            f"{_that(earlier, key)} of all {phrase} {when(earlier.period)}{_hundredfold(fact)}"
        )
        text += _rivals(fact)
        return (
            f"{text}. {_capital(later.period.words())} was not printed for the whole heading; it cannot have been less."
        )
    if fact.ratio.bounds.hi < 1:
        return (
            f"{_capital(phrase)}: {amount(later, key)} {when(later.period)}, down from {amount(earlier, key)} "
            f"{when(earlier.period)}{_rivals(fact)}."
        )
    return (
        f"{_capital(goods_amount(later, key, phrase))} {when(later.period)}, {ratio} {_that(earlier, key)} of "
        f"{earlier.period.words()}{_rivals(fact)}."
    )


def _that(known: Known, key: SeriesKey) -> str:
    """Write an amount that is compared with: "the 625", but "about 1,200"."""
    text = amount(known, key)
    return text if text.startswith("about ") else f"the {text}"


def _rivals(fact: Multiple) -> str:
    """Write the multiples that conflicting figures of either month would give."""
    others = [f for side in (fact.later, fact.earlier) if side.reading for f in side.reading.others if f.bounds.lo > 0]
    told = [
        f"on the {amount_of(figure)} that {figure.origin.family} printed for {figure.period.words()}, {times(row.bounds)}"
        for figure, row in zip(others, fact.rivals, strict=True)
    ]
    return f" ({join(told)})" if told else ""


def _hundredfold(fact: Multiple) -> str:
    """Name the round figure that a multiple comes to at one significant digit, where it is a power of ten."""
    bounds = fact.ratio.bounds
    for power, word in ((10, "tenfold"), (100, "a hundredfold"), (1000, "a thousandfold")):
        if power * 0.95 <= bounds.lo and bounds.hi < power * 1.5:
            return f", {word} to one digit"
    return ""


def _unit_value(fact: UnitValue, finding: Finding, voice: Voice, used: list[Fact]) -> str:
    bounds = fact.price.bounds
    low, high = money(bounds.lo, fact.key.unit), money(bounds.hi, fact.key.unit)
    unit = {"pieces": "piece", "pairs": "pair"}.get(fact.amount_key.unit, fact.amount_key.unit)
    price = low if low == high else f"between {low} and {high}"
    return f"{finding.subject.title}: {price} a {unit} {when(fact.period)}, value divided by quantity."


def _lead(fact: Lead, finding: Finding, voice: Voice, used: list[Fact]) -> str:
    least, most = fact.days
    return (
        f"{finding.subject.title}: the earliest {voice.noun} known of the period, those of {fact.first.period.words()}, came "
        f"{least} to {most} days before {fact.event} on {_day(fact)}."
    )


def _day(fact: Lead) -> str:
    day = next(row.period for row in fact.proof if row.row == "E1")
    year, month, number_ = (int(part) for part in day.split("-"))
    return f"{number_} {month_words(year * 12 + month - 1)}"


def _highest(fact: HighestSince, finding: Finding, voice: Voice, used: list[Fact]) -> str:
    key, now = fact.key, fact.now
    subject = f"{_capital(voice.noun)} of {finding.subject.phrase} {voice.way}"
    text = f"{subject} came to {amount(now, key)} {when(now.period)}"
    if not fact.undecided:
        if fact.higher is not None:
            return f"{text}, the highest since {fact.higher.period.words()} ({amount(fact.higher, key)}{_or(fact.higher, key)})."
        begins = "this code was born" if finding.subject.born == fact.record else "the record begins"
        return f"{text}, the highest of any month since {begins} in {month_words(fact.record)}."
    if not fact.lower:
        return f"{text}; how that ranks cannot be told, because the months before it are not known."
    if len(runs(fact.undecided)) > SCATTERED:
        return (
            f"{text}: higher than in each of the {len(fact.lower)} earlier months on record back to "
            f"{month_words(fact.record)}; of {len(fact.undecided)} further months nothing is known, so it cannot be called "
            "a record."
        )
    text += f": higher than in {every(fact.lower)}."
    if fact.bounded:
        text += (
            f" For {months(fact.bounded)} no exact figure was printed; the totals printed around "
            f"{'it leave it' if len(fact.bounded) == 1 else 'them leave each of them'} at most "
            f"{with_unit(_ceiling(fact.most), key, 100_000)}."
        )
    merged = [month for one in fact.together for month in one.period]
    for one in fact.together:
        text += f" {_capital(span(one.period))} were published together ({amount(one, key)}), so {_either(one)} could have been higher."
    single = [month for month in fact.undecided if month not in merged]
    if single:
        if key.dataset == PRESS:
            text += f" For {months(single)} nothing printed rules out a higher value."
        else:
            text += f" For {months(single)} there is no row, which is not read as zero."
    if fact.higher is not None:
        text += (
            f" The latest month known to have been higher is {fact.higher.period.words()} ({amount(fact.higher, key)}"
            f"{_or(fact.higher, key)})."
        )
    return text


def _either(known: Known) -> str:
    return "either" if len(known.period) == 2 else "any of them"


def _ceiling(value: float, digits: int = 3) -> float:
    """Round up to a few digits, so that "at most" stays true."""
    step = 10.0 ** max(0, len(str(int(value))) - digits)
    return math.ceil(value / step) * step


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_WRITERS: dict[type[Fact], tuple[str, Callable[[Any, Finding, Voice, list[Fact]], str]]] = {
    NoneBefore: ("none-before", _none_before),
    Course: ("months", _course),
    Total: ("total", _total),
    Exceeds: ("exceeds", _exceeds),
    Multiple: ("multiple", _multiple),
    UnitValue: ("unit-value", _unit_value),
    Lead: ("lead", _lead),
    HighestSince: ("highest", _highest),
}

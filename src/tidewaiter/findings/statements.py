"""Statements of others, judged: by figures that are not their own.

A statement is held against what other publishers printed; the figures of its own publisher, re-reports and
translations included, are never evidence for it. Where nobody else printed anything the verdict is that it cannot be told,
even where the publisher's own numbers agree with each other. A verdict of contradicted needs figures that no rounding
reconciles with the statement.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from tidewaiter.events import indicators
from tidewaiter.facts.base import Known, known
from tidewaiter.facts.change import multiple
from tidewaiter.facts.compare import exceeds
from tidewaiter.facts.proof import Proof, Row
from tidewaiter.facts.relation import unit_value
from tidewaiter.facts.since import highest_since
from tidewaiter.findings.words import amount, goods_amount, month_list, with_unit
from tidewaiter.model import Figure, Flow, Interval, Measure, SeriesKey, State
from tidewaiter.period import Period
from tidewaiter.series.book import Book, Reading
from tidewaiter.sources.figures import figure_bounds, good_key, goods
from tidewaiter.sources.statements import Statement

__all__ = ["Judged", "judge"]

Verdict = Literal["supported", "within rounding", "contradicted", "unsafe", "cannot tell", "no figure"]


class Judged(msgspec.Struct, frozen=True):
    """A verdict with its reason in words, the reading that would fit, and the rows that prove it."""

    verdict: Verdict
    why: str
    reading: str = ""
    proof: tuple[Row, ...] = ()


def judge(statement: Statement, figures: Iterable[Figure], wholes: dict[str, str]) -> Judged:
    """Judge a statement.

    Parameters
    ----------
    statement
        What was written.
    figures
        Every figure that is known; those of the statement's own publisher are left out here.
    wholes
        Which good is a part of which, by commodity key.
    """
    if statement.kind == "no figure":
        return Judged("no figure", "No figure was printed for it, so there is nothing to check.")
    if statement.kind == "no evidence":
        return Judged("cannot tell", f"No other publisher printed {statement.settles}, which would settle it.")
    if statement.kind == "count":
        return _count(statement)
    every = [f for f in figures if f.key.reporter == statement.reporter and f.key.partner == statement.partner]
    others = Book((f for f in every if f.origin.family != statement.source.family), wholes=wholes)
    all_ = Book(every, wholes=wholes)
    key = _key(all_, statement)
    if key is None:
        return Judged("cannot tell", "No figure of any publisher speaks of it.")
    judged: Judged = _KINDS[statement.kind](statement, key, others, all_)
    return judged if judged.proof else msgspec.structs.replace(judged, proof=_own(statement, key, all_))


def _own(statement: Statement, key: SeriesKey, book: Book) -> tuple[Row, ...]:
    """Return what the publisher itself printed, where nobody else printed anything: what there is to go by, though no witness."""
    proof = Proof()
    period = Period.parse(statement.period)
    for figure in book.figures.values():
        same = figure.key.cmd == key.cmd and figure.key.flow is key.flow and figure.period.overlaps(period)
        if same and figure.origin.family == statement.source.family:
            proof.figure(figure, _phrase(statement))
    return proof.rows


def _key(book: Book, statement: Statement) -> SeriesKey | None:
    cmd = good_key(statement.good)
    keys = [k for k in book.keys if k.cmd == cmd and k.flow is Flow(statement.flow)]
    exact = [k for k in keys if k.measure is Measure(statement.measure)]
    return next(iter(exact or keys), None)


def _phrase(statement: Statement) -> str:
    return goods()[statement.good].phrase


def _nobody(statement: Statement, own: str = "") -> Judged:
    return Judged("cannot tell", f"No other publisher printed a figure for it{own}.")


def _amount(statement: Statement, key: SeriesKey, others: Book, all_: Book) -> Judged:
    proof = Proof()
    found = known(others, key, Period.parse(statement.period), proof, _phrase(statement))
    if found is None:
        return _nobody(statement)
    said = figure_bounds(statement.value, statement.step)
    whose = " and ".join(dict.fromkeys(f.origin.family for f in found.reading.figures)) if found.reading else ""
    text = (
        f"{whose} printed {amount(found, key)}"
        if found.reading
        else f"the months that others printed add up to {_added(found, key)}"
    )
    text = text[0].upper() + text[1:]
    against = found.reading.others if found.reading else ()
    if found.reading is not None and len({f.origin.family for f in against}) >= len(found.reading.families):
        # As many voices on either side: which of them is right nobody can tell from print.
        rest = " and ".join(f"{f.origin.family} {amount(_alone(f), key)}" for f in against)
        return Judged("cannot tell", f"{text}, but {rest}: the customs file would settle it.", "", proof.rows)
    # A sum that others' months make is better evidence than a coarse round number.
    if found.reading is not None and not said.contains(found.bounds):
        finer = _sum(others, key, statement, proof)
        if finer is not None and finer.bounds.hi - finer.bounds.lo < found.bounds.hi - found.bounds.lo:
            text += f"; the months that others printed add up to {_added(finer, key)}"
            found = finer
    if not said.meets(found.bounds):
        return Judged("contradicted", f"{text}.", _digits(statement.value, found.value), proof.rows)
    exact = said.contains(found.bounds) or found.value == statement.value
    return Judged("supported" if exact else "within rounding", f"{text}.", "", proof.rows)


def _alone(figure: Figure) -> Known:
    """Return what one figure says by itself."""
    return Known(figure.period, figure.bounds, figure.value, Reading((figure,), (), figure.bounds), figure.id)


def _added(known: Known, key: SeriesKey) -> str:
    """Write what printed numbers add up to: arithmetic, to the last digit below a million."""
    return with_unit(known.value, key, 1_000 if known.value >= 1_000_000 else 1)


def _sum(book: Book, key: SeriesKey, statement: Statement, proof: Proof) -> Known | None:
    from tidewaiter.facts.base import whole_sum

    return whole_sum(book, key, Period.parse(statement.period), proof, _phrase(statement))


def _digits(said: float, found: float) -> str:
    """Name a slip of digits: one digit changed, or digits lost."""
    one, other = f"{said:.0f}", f"{found:.0f}"
    if len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1:
        return f"digits: one digit differs from {found:,.0f}"
    if sorted(one) == sorted(other):
        return f"digits: swapped in {found:,.0f}"
    return ""


def _count(statement: Statement) -> Judged:
    """Hold a statement against a daily count: ``measure`` is new or cumulative, ``period`` the day."""
    for indicator in indicators(statement.partner):
        day = next((day for day in indicator.days if day.day == statement.period), None)
        value = getattr(day, statement.measure, None) if indicator.id == statement.good else None
        if value is None:
            continue
        said = figure_bounds(statement.value, statement.step)
        row = Row(
            row="D1",
            kind="figure",
            what=f"{indicator.noun}, {statement.measure}",
            period=statement.period,
            measure="count",
            unit=indicator.unit,
            value=value,
            bounds=Interval(value, value),
            printed=f"{value:.0f}",
            publisher=indicator.source,
            published=statement.period,
            note=indicator.caveat,
        )
        verdict: Verdict = "supported" if said.lo <= value <= said.hi else "contradicted"
        return Judged(verdict, f"The daily report says {value:,.0f}. {indicator.caveat}", "", (row,))
    return _nobody(statement)


def _highest(statement: Statement, key: SeriesKey, others: Book, all_: Book) -> Judged:
    phrase = _phrase(statement)
    target, since = Period.parse(statement.period), Period.parse(statement.since)
    proof = Proof()
    now = known(others, key, target, proof, phrase)
    then = known(others, key, since, proof, phrase)
    if now is None or then is None:
        return _nobody(statement)
    if then.bounds.hi < now.bounds.lo:
        reading = ""
        for run in others.runs(key):
            if run.start <= since.start <= run.end and len(run) == 2:
                merged = known(others, key, run, proof, phrase)
                if merged is not None and merged.bounds.lo > now.bounds.hi:
                    reading = f"merged months: {run.words()} were first published together, {amount(merged, key)}"
        why = (
            f"{since.words()} came to {amount(then, key)}, less than the {amount(now, key)} of {target.words()}, so it cannot be "
            "the last month that was higher."
        )
        return Judged("contradicted", why, reading, proof.rows)
    fact = highest_since(others, key, target.start, phrase)
    if fact is None:
        return _nobody(statement)
    between = [month for month in fact.undecided if month > since.start]
    if fact.higher is not None and fact.higher.period.start > since.start:
        why = f"{fact.higher.period.words()} was higher already: {amount(fact.higher, key)}."
        return Judged("contradicted", why, "", fact.proof)
    if between:
        why = (
            f"{since.words()} was higher ({amount(then, key)}), but {month_list(between)} "
            f"{'is' if len(between) == 1 else 'are'} not known singly: the monthly figures would settle it."
        )
        return Judged("cannot tell", why, "", fact.proof)
    return Judged(
        "supported",
        f"Every month in between is proved lower; {since.words()} came to {amount(then, key)}.",
        "",
        fact.proof,
    )


def _none(statement: Statement, key: SeriesKey, others: Book, all_: Book) -> Judged:
    period, phrase = Period.parse(statement.period), _phrase(statement)
    proof = Proof()
    caveats = goods()[statement.good].caveats
    keys = [k for k in others.keys if k.cmd == key.cmd and k.flow is key.flow]
    for one in keys:
        if known(others, one, period, proof, phrase) is not None or any(
            others.cell(one, month).bounds.lo > 0 for month in period
        ):
            traded = any(others.cell(one, month).bounds.lo > 0 for month in period)
            if traded:
                return Judged("contradicted", "Other publishers printed trade in that time.", "", proof.rows)
    zero = bool(keys) and all(any(others.cell(one, m).state is State.ZERO for one in keys) for m in period)
    wider = next(
        (good for good in goods().values() if good.id == goods()[statement.good].part_of and good.kind == "wider"), None
    )
    if "code-" in caveats and wider is not None:
        for one in others.keys:
            if one.cmd == good_key(wider.id):
                whole = known(others, one, period, proof, wider.phrase)
                if whole is not None and whole.value > 0:
                    why = (
                        f"The line was a wider one then: {amount(whole, one)} of {wider.phrase} in {period.words()}. An absence under "
                        "the newer line is about the code."
                    )
                    return Judged("unsafe", why, "wider code before", proof.rows)
    if zero:
        return Judged("supported", "Other publishers printed none for every month of it.", "", proof.rows)
    return Judged(
        "cannot tell",
        "No other publisher printed these months: the customs file itself would settle it.",
        "",
        proof.rows,
    )


def _times(statement: Statement, key: SeriesKey, others: Book, all_: Book) -> Judged:
    phrase = _phrase(statement)
    later, earlier = Period.parse(statement.period), Period.parse(statement.earlier)
    said = _one_digit(statement.value)
    fact = multiple(others, key, later, earlier, phrase)
    if fact is not None:
        if said.contains(fact.ratio.bounds):
            return Judged("supported", f"It was {fact.ratio.value:.3g} times.", "", fact.proof)
        if not said.meets(fact.ratio.bounds):
            return Judged("contradicted", f"It was {fact.ratio.value:.3g} times.", "", fact.proof)
        return Judged("within rounding", f"It was {fact.ratio.value:.3g} times.", "", fact.proof)
    for good in goods().values():
        if good.part_of != statement.good:
            continue
        part = next(
            (k for k in all_.keys if k.cmd == good_key(good.id) and k.measure is key.measure and k.flow is key.flow),
            None,
        )
        own = part and multiple(all_, key, later, earlier, phrase, later_key=part, later_what=good.phrase)
        if own:
            said_so = f" ({_fold(statement.value)}, to one digit)" if said.contains(own.ratio.bounds) else ""
            why = (
                f"{good.phrase[0].upper()}{good.phrase[1:]} alone make {own.ratio.value:.3g} times{said_so}; but "
                f"{later.words()} was not printed for all {phrase}, nor {earlier.words()} by another publisher: the customs "
                "file would settle it."
            )
            return Judged("cannot tell", why, "", own.proof)
    return _nobody(statement)


def _fold(value: float) -> str:
    return {10: "tenfold", 100: "a hundredfold", 1000: "a thousandfold"}.get(int(value), f"{value:,.0f} times")


def _one_digit(value: float) -> Interval:
    """Return what a round multiple says at one significant digit: a hundredfold is 95 to 150."""
    scale = 10.0 ** (len(f"{value:.0f}") - 1)
    below = scale / 10 if value == scale else scale
    return Interval(value - below / 2, value + scale / 2)


def _exceeds(statement: Statement, key: SeriesKey, others: Book, all_: Book) -> Judged:
    period, before, phrase = Period.parse(statement.period), Period.parse(statement.earlier), _phrase(statement)
    fact = exceeds(others, key, period, before, phrase)
    if fact is not None:
        return Judged("supported", f"{amount(fact.now, key)} against {amount(fact.before, key)}.", "", fact.proof)
    proof = Proof()
    now, then = known(others, key, period, proof, phrase), known(others, key, before, proof, phrase)
    if now is not None and then is not None:
        verdict: Verdict = "contradicted" if now.bounds.hi <= then.bounds.lo else "within rounding"
        return Judged(verdict, f"{amount(now, key)} against {amount(then, key)}.", "", proof.rows)
    own = exceeds(all_, key, period, before, phrase)
    if own is not None:
        why = (
            f"Its own numbers say so ({amount(own.now, key)} against {amount(own.before, key)}), but no other publisher printed "
            "either: the customs file would settle it."
        )
        return Judged("cannot tell", why, "", own.proof)
    return _nobody(statement)


def _price(statement: Statement, key: SeriesKey, others: Book, all_: Book) -> Judged:
    period, phrase = Period.parse(statement.period), _phrase(statement)
    pieces = next(
        (k for k in others.keys if k.cmd == key.cmd and k.measure is Measure.QUANTITY and k.flow is key.flow), None
    )
    fact = pieces and unit_value(others, key, pieces, period, phrase)
    if not fact:
        return _nobody(statement)
    said = figure_bounds(statement.value, statement.step)
    text = f"{amount(fact.value, key)} for {goods_amount(fact.amount, fact.amount_key, phrase)} is US${fact.price.value:.2g} each."
    if said.meets(fact.price.bounds):
        return Judged("supported", text, "", fact.proof)
    thousand = Interval(fact.price.bounds.lo * 1000, fact.price.bounds.hi * 1000)
    reading = "thousands: the count is printed in thousands of pieces" if said.meets(thousand) else ""
    return Judged("contradicted", text, reading, fact.proof)


def _fell(statement: Statement, key: SeriesKey, others: Book, all_: Book) -> Judged:
    fact = multiple(others, key, Period.parse(statement.period), Period.parse(statement.earlier), _phrase(statement))
    if fact is None:
        return _nobody(statement)
    flow = "Imports" if key.flow is Flow.IMPORT else "Exports"
    text = f"{flow} of {_phrase(statement)}: {amount(fact.later, key)} in {fact.later.period.words()}, against {amount(fact.earlier, key)} in {fact.earlier.period.words()}."
    bounds = fact.ratio.bounds
    verdict: Verdict = "supported" if bounds.hi < 1 else "contradicted" if bounds.lo >= 1 else "within rounding"
    return Judged(verdict, text, "", fact.proof)


_KINDS = {
    "amount": _amount,
    "highest since": _highest,
    "none in": _none,
    "times": _times,
    "exceeds": _exceeds,
    "fell": _fell,
    "price": _price,
}

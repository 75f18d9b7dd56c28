"""Highest, lowest, since when: the months that decide it, what is known of each, and the month that would fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from tidewaiter.claims.bench import Bench
from tidewaiter.claims.evidence import CellName, cell_terms
from tidewaiter.claims.model import Claim, Subject
from tidewaiter.claims.propositions import Atom
from tidewaiter.claims.say import number, span
from tidewaiter.claims.weigh import known
from tidewaiter.ledger import Bounds, Ledger
from tidewaiter.model import Interval
from tidewaiter.period import Period, month_words

__all__ = ["extreme_reading", "extreme_words", "open_months"]

_Found: TypeAlias = tuple[str, str, Sequence[str]]
"""Name, words and rows of a reading."""

_OPEN = Interval(-math.inf, math.inf)
_BACK = 120
_SHOWN = 4


def extreme_words(claim: Claim, ledger: Ledger, verdict: str) -> tuple[str, tuple[str, ...]]:
    """Say why a month is, is not or may be an extreme, and name the evidence.

    Parameters
    ----------
    claim
        Of kind *extreme*, not a rank.
    ledger
        What it was judged on.
    verdict
        What came of it.

    Returns
    -------
    words, rows
        Empty words where a plain account is not possible; ids of the rows behind what is named.
    """
    if claim.subject is None or claim.period is None or claim.since is None or claim.rank > 1:
        return "", ()
    high = not claim.direction.endswith("lowest")
    record = claim.direction.startswith("record")
    month = claim.period.start
    levels = _Levels(claim.subject, ledger)
    now = levels.at(month)
    if not now.interval.is_bounded:
        return "", ()
    window = range(claim.since.start if record else claim.since.end + 1, month)
    more, less = ("higher", "highest") if high else ("lower", "lowest")
    own = f"{month_words(month)} ({levels.words(month)})"
    over = [one for one in window if _above(levels.at(one), now, high)]
    if verdict == "contradicted":
        if over:
            first = over[-1]
            words = f"{month_words(first)} was {more}: {levels.words(first)}, against {own}."
            return words, (*levels.at(first).rows, *now.rows)
        if record:
            return "", ()
        since = list(claim.since)
        told = " and ".join(f"{month_words(one)} came to {levels.words(one)}" for one in since)
        rows = (*now.rows, *(row for one in since for row in levels.at(one).rows))
        return f"{told}, not {more} than {own}: it is not the last month that was {more}.", tuple(dict.fromkeys(rows))
    if verdict == "cannot tell" and over:
        words = (
            f"As printed, {month_words(over[-1])} was {more}, {levels.words(over[-1])} against {own}; but "
            f"{_doubt(levels, ledger, (over[-1], month))}, so that it is not excluded."
        )
        return words, tuple(dict.fromkeys((*levels.at(over[-1]).rows, *now.rows)))
    open_ = [one for one in window if not _above(now, levels.at(one), high)]
    best = _best([one for one in window if one not in open_], levels, high)
    rest = f"of the other months in between the {less} is {month_words(best)}, {levels.words(best)}" if best else ""
    rows = (*now.rows, *(levels.at(best).rows if best else ()))
    if verdict in ("supported", "within rounding"):
        words = f"{own[0].upper()}{own[1:]}; {rest or 'no month lies in between'}."
        if not record:
            ends = [one for one in claim.since if _above(levels.at(one), now, high)] or [claim.since.end]
            words = words[:-1] + f"; {month_words(ends[-1])} was {more}: {levels.words(ends[-1])}."
            rows = (*rows, *levels.at(ends[-1]).rows)
        return words, tuple(dict.fromkeys(rows))
    if not open_:
        return "", ()
    named = ", ".join(f"{month_words(one)} ({levels.words(one)})" for one in open_[:_SHOWN])
    if len(open_) > _SHOWN:
        named += f" and {len(open_) - _SHOWN} more"
    verb = "is" if len(open_) == 1 else "are"
    words = f"{len(open_)} of the {len(window)} months in between {verb} open against {own}: {named}"
    rows = (*rows, *(row for one in open_[:_SHOWN] for row in levels.at(one).rows))
    return f"{words}; {rest}." if rest else f"{words}.", tuple(dict.fromkeys(rows))


def _doubt(levels: _Levels, ledger: Ledger, months: Sequence[int]) -> str:
    """Say which it is: that publishers conflict about one of the months, or that one may have been revised since."""
    conflicts = [one for one in ledger.conflicts_about(levels.cells(months)) if one.how != "revised"]
    disputed = [
        month
        for month in months
        if any(
            levels.names(month).intersection(part for row in one.rows for part in row.split(" | ")) for one in conflicts
        )
    ]
    if disputed:
        return f"publishers conflict about {' and '.join(month_words(one) for one in sorted(disputed))}"
    return "one of the two may have been revised since"


def open_months(claim: Claim, ledger: Ledger) -> list[int]:
    """Return the months that could still be higher (lower), or are not known."""
    assert claim.subject is not None
    assert claim.period is not None
    assert claim.since is not None
    levels = _Levels(claim.subject, ledger)
    now = levels.at(claim.period.start)
    high = not claim.direction.endswith("lowest")
    first = claim.since.start if claim.direction.startswith("record") else claim.since.end + 1
    return [one for one in range(first, claim.period.start) if not _above(now, levels.at(one), high)]


class _Levels:
    """What is known of a series, month by month."""

    def __init__(self, subject: Subject, ledger: Ledger) -> None:
        self._subject, self._ledger = subject, ledger
        self._known: dict[int, Bounds] = {}

    def at(self, month: int) -> Bounds:
        if month not in self._known:
            terms = tuple(cell_terms(self._subject, Period(month, month)).items())
            self._known[month] = known(Atom(terms, _OPEN), self._ledger)[0]
        return self._known[month]

    def cells(self, months: Iterable[int]) -> list[CellName]:
        """Return the cells of some months."""
        return [cell for month in months for cell in cell_terms(self._subject, Period(month, month))]

    def names(self, month: int) -> set[str]:
        """Return the ids of everything that speaks of a month: what its level rests on, and what was said of it alone."""
        cells = frozenset(self.cells([month]))
        said = [row.id for row in self._ledger.rows if frozenset(cell for cell, _ in row.terms) == cells]
        return {part for row in (*self.at(month).rows, *said) for part in row.split(" | ")}

    def words(self, month: int) -> str:
        factor = unit_frame_of(self._subject)
        bounds = self.at(month).interval
        if bounds.lo <= 0 and math.isinf(bounds.hi):
            return "not known"
        return about(Interval(bounds.lo / factor, bounds.hi / factor), self._subject.unit)


def unit_frame_of(subject: Subject) -> float:
    """Return how many base units one unit of a series is."""
    from tidewaiter.claims.goods import canonical_unit

    return canonical_unit(subject.measure, subject.unit)[2]


def about(bounds: Interval, unit: str) -> str:
    """Write a level that is known to its own rounding as one number, anything wider as its bounds.

    Examples
    --------
    >>> about(Interval(98_050_000, 98_150_000), "USD"), about(Interval(0, 60_300_000), "USD")
    ('98,100,000 USD', 'at most 60,300,000 USD')
    """
    if bounds.is_bounded and 0 < bounds.hi - bounds.lo <= 0.02 * bounds.lo:
        return f"{number((bounds.lo + bounds.hi) / 2)} {unit}"
    return span(bounds, unit)


def _above(one: Bounds, other: Bounds, high: bool) -> bool:
    """Whether one level is surely beyond another."""
    return one.interval.lo > other.interval.hi if high else one.interval.hi < other.interval.lo


def _best(months: Iterable[int], levels: _Levels, high: bool) -> int | None:
    """Return the month with the highest (lowest) level that is known."""
    known_ = [one for one in months if levels.at(one).interval.is_bounded]
    if not known_:
        return None
    if high:
        return max(known_, key=lambda one: levels.at(one).interval.lo)
    return min(known_, key=lambda one: levels.at(one).interval.hi)


def extreme_reading(claim: Claim, bench: Bench) -> _Found | None:
    """Return what would make a false extreme true: the run that holds the month named, or the month that really was.

    The run of merged months explains only where the month named was itself not higher; where a month in between was, that
    month is named.
    """
    if claim.subject is None or claim.period is None or claim.since is None:
        return None
    if claim.rank > 1 or claim.direction.startswith("record"):
        return None
    first, month = claim.since.start - _BACK, claim.period.start
    back = [cell for one in range(first, month + 1) for cell in cell_terms(claim.subject, Period(one, one))]
    levels = _Levels(claim.subject, bench.everybody.ledger(claim, (claim.subject,), back, doubting=False))
    high = not claim.direction.endswith("lowest")
    now = levels.at(month)
    over = [one for one in range(claim.since.end + 1, month) if _above(levels.at(one), now, high)]
    named = any(_above(levels.at(one), now, high) for one in claim.since)
    if high and not over and not named and claim.since.is_month:
        merged = _merged(claim, bench, levels, now)
        if merged is not None:
            return merged
    for one in range(month - 1, first - 1, -1):
        if _above(levels.at(one), now, high):
            way = "higher" if high else "lower"
            words = f"since {month_words(one)}, the last month known to have been {way}: {levels.words(one)}"
            return ("another month", words, levels.at(one).rows)
    return None


def _merged(claim: Claim, bench: Bench, levels: _Levels, now: Bounds) -> _Found | None:
    assert claim.subject is not None
    assert claim.since is not None
    start = claim.since.start // 12 * 12
    if claim.since.start - start > 1:
        return None
    merged = Period(start, start + 1)
    # The release of both months together is cited as it was printed first, not as later sums leave it.
    told = [
        item for item in bench.everybody.printed(claim.subject, merged) if item.bounds.is_bounded and item.published
    ]
    if told:
        item = min(told, key=lambda one: one.published)
        if item.value and item.bounds.lo > now.interval.hi:
            words = f"{merged.words()} were first published together, {number(item.value)} {item.unit} ({item.publisher}, {item.published}): higher, as a sum of two months"
            return ("merged months", words, (item.id,))
        return None
    both = [levels.at(one) for one in merged]
    if all(one.settled for one in both) and sum(one.interval.lo for one in both) > now.interval.hi:
        total = Interval(sum(one.interval.lo for one in both), sum(one.interval.hi for one in both))
        words = f"{merged.words()} together are {span(total, claim.subject.unit)}: higher, as a sum of two months"
        return ("merged months", words, tuple(row for one in both for row in one.rows))
    return None

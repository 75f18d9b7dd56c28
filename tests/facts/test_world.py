"""A made-up world whose every month is known, reported in part and roundly: no fact told of it may be false.

Figures are honest (each leaves the true number inside its interval), but many months are missing, some are printed only
together, some only as "more than", and the finest printed digit varies. Whatever :func:`find` says is held against the truth.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable
from typing import TypeAlias

from tests.making import figure, key
from tidewaiter.brief.sentences import write
from tidewaiter.events import Event
from tidewaiter.facts.base import Fact
from tidewaiter.facts.change import Multiple
from tidewaiter.facts.compare import Exceeds
from tidewaiter.facts.level import Course, Total
from tidewaiter.facts.relation import Lead
from tidewaiter.facts.since import HighestSince, NoneBefore
from tidewaiter.findings.find import Subject, find
from tidewaiter.findings.voice import Voice
from tidewaiter.model import Figure, Flow, Measure, SeriesKey
from tidewaiter.period import Period, month, month_text
from tidewaiter.series.book import Book

START = month("2020-01")
MONTHS = 29
PIECES = key("good:masks", Measure.QUANTITY, "pieces")
WHOLE = key("good:masks-wider", Measure.QUANTITY, "pieces")
EVENTS = [Event("e", "2022-05-12", "2022-05-12", "12 May 2022", "x", "x", "x", lead="it happened", level="it happened")]

True_: TypeAlias = Callable[[SeriesKey, Period], int]
PERIODS = ("2022-01..2022-04", "2022-03", "2021-06..2022-02", "2020-07..2022-04")


class World:
    """What was truly traded, month by month, and what was printed of it; close numbers, so that rounding matters."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        size = self.dice.choice((20, 300, 2_000, 5_000_000))
        quiet = self.dice.choice((0.0, 0.2, 0.7))
        growth = self.dice.choice((1, 6, 12))
        masks = [self._month(size, quiet) * (growth if m >= 24 else 1) for m in range(MONTHS)]
        self.truth = {PIECES: masks, WHOLE: [one + self._month(size // 4 + 1, quiet) for one in masks]}
        figures = [self._print(of, size) for of in (PIECES,) * 40 + (WHOLE,) * 12]
        self.figures = [one for one in figures if one is not None]
        extra = [self._show(PIECES, 12, 12, size), self._show(PIECES, 0, 12, size)]
        if self.dice.random() < 0.5:
            # Almost every month is printed, and a year's total leaves little for the one that is not.
            gap = self.dice.randrange(12, 24)
            self.figures = [one for one in self.figures if Period(START + gap, START + gap) != one.period]
            extra += [self._show(PIECES, first, 1, size) for first in range(12, MONTHS) if first != gap]
        self.figures += [one for one in extra if one is not None]

    def _month(self, size: int, quiet: float) -> int:
        return 0 if self.dice.random() < quiet else self.dice.randint(size // 2, size * 2)

    def _print(self, of: SeriesKey, size: int) -> Figure | None:
        length = self.dice.choice((1, 1, 1, 1, 1, 2, 3, 12))
        first = self.dice.randrange(MONTHS)
        return self._show(of, first // 12 * 12 if length == 12 else first, length, size)

    def _show(self, of: SeriesKey, first: int, length: int, size: int) -> Figure | None:
        """Print an honest figure of a run of months; None where the run leaves the world or rounds to nothing."""
        if first + length > MONTHS:
            return None
        value = sum(self.truth[of][first : first + length])
        period, by = str(Period(START + first, START + first + length - 1)), self.dice.choice("ABC")
        if value == 0:
            return figure(period, 0, 0, of=of, by=by)
        step = max(1, round(size / self.dice.choice((1, 2, 10, 100, 10_000))))
        step *= 10 if length == 12 and self.dice.random() < 0.5 else 1
        more = self.dice.random() < 0.2
        shown = (value - 1) // step * step if more else (value + step // 2) // step * step
        if shown <= 0 or (abs(shown - value) > step / 2 and not more):
            return None
        return figure(period, shown, step, of=of, by=by, sense="more than" if more else "")

    def true(self, of: SeriesKey, span: Period) -> int:
        return sum(self.truth[of][m - START] for m in span)


def test_nothing_false_is_told() -> None:
    told: Counter[str] = Counter()
    for seed in range(500):
        told += one_world(seed, PERIODS[seed % len(PERIODS)])
    assert {"NoneBefore", "Course", "Total", "Exceeds", "Multiple", "HighestSince", "Lead"} <= set(told)


def one_world(seed: int, asked: str) -> Counter[str]:
    """Hold all that is told of one world against its truth; return how many facts of each kind there were."""
    world = World(seed)
    book, period, true = Book(world.figures, wholes={PIECES.cmd: WHOLE.cmd}), Period.parse(asked), world.true
    told: Counter[str] = Counter()
    subjects = [
        Subject(id="masks", title="Face masks", phrase="face masks", context="", keys=(PIECES,), whole="wider"),
        Subject(id="wider", title="Wider", phrase="masks and more", context="", keys=(WHOLE,)),
        Subject(id="total", title="All", phrase="goods", context="", keys=(PIECES,), kind="total"),
    ]
    for subject in subjects:
        if not any(key_ in book.keys for key_ in subject.keys):
            continue
        finding = find(book, subject, period, subjects=subjects, events=EVENTS)
        for fact in (*finding.facts, *finding.aside):
            told[type(fact).__name__] += 1
            held(fact, true)
            text = write(fact, finding, Voice("China", "North Korea", Flow.EXPORT)).text
            said(text, fact, true)
    return told


def held(fact: Fact, true: True_) -> None:
    """Hold the typed fact against the truth."""
    exact = 1e-9
    if isinstance(fact, NoneBefore):
        assert true(fact.key, fact.none) == 0
        assert fact.first is None or fact.first_key is None or true(fact.first_key, fact.first.period) > 0
    elif isinstance(fact, Course):
        for known in (*fact.months, *fact.together):
            assert known.bounds.lo - exact <= true(fact.key, known.period) <= known.bounds.hi + exact
        assert all(true(fact.key, Period(m, m)) == 0 for m in fact.zeros)
    elif isinstance(fact, Total):
        assert fact.total.bounds.lo - exact <= true(fact.key, fact.total.period) <= fact.total.bounds.hi + exact
    elif isinstance(fact, Exceeds):
        assert true(fact.key, fact.now.period) > true(fact.key, fact.before.period)
        if fact.month is not None:
            assert true(fact.key, fact.month.period) > true(fact.key, fact.before.period)
    elif isinstance(fact, Multiple):
        ratio = true(fact.later_key, fact.later.period) / true(fact.key, fact.earlier.period)
        assert fact.ratio.bounds.lo * (1 - exact) <= ratio <= fact.ratio.bounds.hi * (1 + exact)
    elif isinstance(fact, HighestSince):
        now = true(fact.key, fact.now.period)
        assert all(true(fact.key, Period(m, m)) < now for m in fact.lower)
        assert all(true(fact.key, Period(m, m)) <= fact.most + exact for m in fact.bounded)
        assert fact.higher is None or true(fact.key, fact.higher.period) > now
    elif isinstance(fact, Lead):
        assert true(fact.key, fact.first.period) > 0


TIMES = re.compile(r"(?:between ([\d,.]+) and )?([\d,.]+) times|\b(twice)\b")


def said(text: str, fact: Fact, true: True_) -> None:
    """Hold the words against the truth: multiples as they are printed, and claims of a record."""
    if isinstance(fact, Multiple) and not fact.event and fact.ratio.bounds.hi >= 1:
        ratio = true(fact.later_key, fact.later.period) / true(fact.key, fact.earlier.period)
        found = TIMES.search(text)
        assert found is not None, text
        least, most = found[1] or found[2] or "2", found[2] or "2"
        low, high = (float(number.replace(",", "")) for number in (least, most))
        if found[1]:
            assert low * (1 - 1e-9) <= ratio <= high * (1 + 1e-9), (text, ratio)
        elif "at least" not in text:
            digits = 2 if 0.95 <= ratio < 1.2 else 1 - math.floor(math.log10(max(ratio, 1e-12)))
            assert abs(round(ratio, digits) - low) <= 10.0**-digits * 1.001, (text, ratio)
    if isinstance(fact, HighestSince) and "the highest since" in text:
        assert not fact.undecided
    if isinstance(fact, HighestSince) and ", the highest of any month" in text:
        now = true(fact.key, fact.now.period)
        assert all(true(fact.key, Period(m, m)) < now for m in range(fact.record, fact.now.period.start))
    assert "None" not in text
    assert "nan" not in text
    assert month_text(START) not in text

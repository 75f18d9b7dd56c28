"""Figures that no rounding reconciles, side by side."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from tidewaiter.brief.record import Record
from tidewaiter.brief.sentences import amount_of
from tidewaiter.brief.shape import Sentence
from tidewaiter.facts.proof import Proof
from tidewaiter.findings.caveats import caveat
from tidewaiter.findings.find import Subject
from tidewaiter.findings.words import join
from tidewaiter.model import Figure
from tidewaiter.period import Period
from tidewaiter.series.book import Book

__all__ = ["conflicts"]


def conflicts(book: Book, subjects: Sequence[Subject], period: Period, record: Record) -> tuple[Sentence, ...]:
    """Name every conflict among the printed figures of the period and of the two years before it."""
    span = Period((period.start // 12 - 2) * 12, period.end)
    found = []
    for subject in subjects:
        for key in subject.keys:
            for one in sorted({figure.period for figure in book.of(key)}):
                reading = book.reading(key, one)
                if reading is None or not reading.others or not span.contains(one):
                    continue
                proof = Proof()
                told: dict[str, list[Figure]] = {}
                for figure in (*reading.figures, *reading.others):
                    proof.figure(figure, subject.phrase)
                    told.setdefault(amount_of(figure), []).append(figure)
                parts = [f"{text} ({_whose(figures, told)})" for text, figures in told.items()]
                text = f"{subject.title}, {one.words()}: printed as {join(parts)}.{_cut_off(told)}"
                name = f"conflict-{subject.id}-{key.measure}-{one}"
                found.append(record.sentence(name, text, "conflict", proof.rows, (caveat("conflict"),), "conflict"))
    return tuple(found)


def _whose(figures: Sequence[Figure], told: Mapping[str, Sequence[Figure]]) -> str:
    """Name the publishers; one that printed two numbers with the date of each."""
    twice = [
        name
        for name, count in Counter(name for some in told.values() for name in {f.origin.family for f in some}).items()
        if count > 1
    ]
    names = [f.origin.family + (f", {f.origin.published()}" if f.origin.family in twice else "") for f in figures]
    return ", ".join(dict.fromkeys(names))


def _cut_off(told: Mapping[str, Sequence[Figure]]) -> str:
    """Say so where the coarser of two numbers is the finer one with its last digits dropped."""
    if len(told) != 2:
        return ""
    fine, coarse = sorted((some[0] for some in told.values()), key=lambda one: one.bounds.hi - one.bounds.lo)
    step = coarse.bounds.hi - coarse.bounds.lo
    if not math.isfinite(step) or step <= fine.bounds.hi - fine.bounds.lo or coarse.value != fine.value // step * step:
        return ""
    return " The coarser number looks cut off, not rounded."

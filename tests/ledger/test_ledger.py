"""The ledger against arithmetic, against an independent solver and against the cells from which its rows were drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tidewaiter.ledger import Ledger, Row
from tidewaiter.model import Interval

MONTHS = [f"m{i}" for i in range(12)]


def row(name: str, cells: list[str], lo: float, hi: float, voice: str = "", step: float = 0.0) -> Row:
    return Row(name, tuple((cell, 1.0) for cell in cells), Interval(lo, hi), voice, step)


@st.composite
def books(draw: st.DrawFn) -> tuple[dict[str, float], list[Row]]:
    """Months with values, and rows that were rounded from sums of them: all true at once."""
    values = {cell: float(draw(st.one_of(st.just(0), st.integers(1, 999), st.integers(1, 10**8)))) for cell in MONTHS}
    rows = []
    for number in range(draw(st.integers(1, 10))):
        first = draw(st.integers(0, 11))
        last = min(11, first + draw(st.integers(0, 11)))
        cells = MONTHS[first : last + 1]
        total = sum(values[cell] for cell in cells)
        step = float(10 ** draw(st.integers(0, 6)))
        printed = round(total / step) * step
        lo, hi = max(0.0, printed - step / 2), printed + step / 2
        if draw(st.integers(0, 4)) == 0:
            hi = math.inf
            lo = max(0.0, total - draw(st.integers(0, 1000)))
        rows.append(row(f"R{number}", cells, lo, hi, voice=f"v{number}"))
    return values, rows


def independent(rows: list[Row], terms: dict[str, float]) -> Interval:
    """Bounds by another solver's interface, with a dense matrix."""
    cells = sorted({cell for one in rows for cell, _ in one.terms} | set(terms))
    at = {cell: place for place, cell in enumerate(cells)}
    a, b = [], []
    for one in rows:
        line = np.zeros(len(cells))
        for cell, factor in one.terms:
            line[at[cell]] += factor
        if math.isfinite(one.bounds.hi):
            a.append(line)
            b.append(one.bounds.hi)
        a.append(-line)
        b.append(-one.bounds.lo)
    cost = np.zeros(len(cells))
    for cell, factor in terms.items():
        cost[at[cell]] += factor
    ends = []
    for sign in (1, -1):
        found = linprog(
            sign * cost, A_ub=np.array(a).reshape(-1, len(cells)), b_ub=np.array(b), bounds=(0, None), method="highs-ds"
        )
        ends.append(sign * found.fun if found.status == 0 else -sign * math.inf)
    return Interval(*ends)


@settings(max_examples=40, deadline=None)
@given(books(), st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=12, max_size=12))
def test_bounds_hold_the_truth_and_agree_with_another_solver(
    book: tuple[dict[str, float], list[Row]], factors: list[float]
) -> None:
    values, rows = book
    terms = dict(zip(MONTHS, factors, strict=True))
    if not any(factors):
        return
    found = Ledger(rows).bounds(terms).interval
    truth = sum(factor * values[cell] for cell, factor in terms.items())
    noise = 1e-6 * max(1.0, abs(truth))
    assert found.lo - noise <= truth <= found.hi + noise
    want = independent(rows, {cell: factor for cell, factor in terms.items() if factor})
    assert found.lo == pytest.approx(want.lo, rel=1e-6, abs=1e-2)
    assert found.hi == pytest.approx(want.hi, rel=1e-6, abs=1e-2)


@settings(max_examples=40, deadline=None)
@given(books(), st.integers(0, 11), st.integers(0, 11))
def test_a_quotient_holds_the_truth(book: tuple[dict[str, float], list[Row]], one: int, other: int) -> None:
    values, rows = book
    top, bottom = {MONTHS[one]: 1.0}, {MONTHS[other]: 1.0}
    if values[MONTHS[other]] == 0 or one == other:
        return
    found = Ledger(rows).ratio(top, bottom).interval
    truth = values[MONTHS[one]] / values[MONTHS[other]]
    assert found.lo <= truth * (1 + 1e-6)
    assert found.hi >= truth * (1 - 1e-6)


@settings(max_examples=40, deadline=None)
@given(books(), st.integers(0, 11), st.integers(0, 11), st.integers(1, 10**8))
def test_what_excludes_is_exactly_what_is_needed(
    book: tuple[dict[str, float], list[Row]], first: int, length: int, said: int
) -> None:
    _, rows = book
    cells = MONTHS[first : first + length + 1]
    asked = row("asked", cells, said, said)
    ledger = Ledger(rows)
    proof = ledger.excluding([asked])
    want = independent(rows, dict.fromkeys(cells, 1.0))
    noise = 1e-6 * max(1.0, said)
    if want.lo + noise < said < want.hi - noise:
        assert proof == ()
    elif said < want.lo - max(noise, 1.0) or said > want.hi + max(noise, 1.0):
        assert proof
    kept = [one for one in rows if one.id in proof]
    if proof:
        alone = independent(kept, dict.fromkeys(cells, 1.0))
        assert said < alone.lo or said > alone.hi, "the proof proves it by itself"
        for one in kept:
            rest = independent([other for other in kept if other is not one], dict.fromkeys(cells, 1.0))
            assert rest.lo - noise <= said <= rest.hi + noise, "nothing can be left out of it"


def test_points_need_no_solver() -> None:
    ledger = Ledger([row("A", ["a"], 5, 5), row("B", ["b"], 2, 2), row("C", ["c"], 0, 0)])
    assert ledger.bounds({"a": 1, "b": -1}).interval == Interval(3, 3)
    assert ledger.ratio({"a": 1}, {"b": 1}).interval == Interval(2.5, 2.5)
    assert ledger.ratio({"a": 1}, {"c": 1}).interval == Interval(math.inf, math.inf)
    assert ledger.bounds({"a": 1, "b": 1}).rows == ("A", "B")


def test_a_quotient_of_parts_of_one_total_is_bounded_jointly() -> None:
    # a + b = 10 and b >= 4: a / b lies between 0 and 6 / 4, not between 0 and 6 / 4 by accident of separate bounds.
    ledger = Ledger([row("T", ["a", "b"], 10, 10), row("B", ["b"], 4, 8)])
    found = ledger.ratio({"a": 1}, {"b": 1})
    assert found.interval.lo == pytest.approx(2 / 8)
    assert found.interval.hi == pytest.approx(6 / 4)


def test_an_end_that_is_only_approached_is_kept() -> None:
    # The year is its third month and at least 2 elsewhere: as that month grows, the quotient falls towards 1.
    ledger = Ledger([row("M", ["m"], 2.5, 3.5), row("X", ["z"], 0, 0.5)])
    found = ledger.ratio({"a": 1, "m": 1, "z": 1}, {"a": 1, "z": 1})
    assert found.interval.lo == pytest.approx(1.0)
    assert math.isinf(found.interval.hi)


def test_nothing_is_known_of_a_cell_that_nobody_speaks_of() -> None:
    found = Ledger([row("A", ["a"], 5, 5)]).bounds({"z": 1})
    assert found.interval == Interval(0, math.inf)
    assert not found.settled
    with_known = Ledger([row("A", ["a"], 5, 6)]).bounds({"a": 1, "z": 1})
    assert with_known.interval == Interval(5, math.inf)
    assert not with_known.settled, "one half of a sum is not the sum"


def test_settled_means_nothing_but_rounding() -> None:
    ledger = Ledger([row("Y", ["a", "b"], 99.5, 100.5), row("A", ["a"], 39.5, 40.5), row("X", ["c", "d"], 9, 11)])
    assert ledger.bounds({"b": 1}).settled
    assert not ledger.bounds({"c": 1}).settled


def test_the_side_of_more_voices_is_followed_and_the_rest_is_unharmed() -> None:
    rows = [
        row("A", ["a"], 19.0, 19.1, "Reuters"),
        row("B", ["a"], 19.3, 19.4, "RFA"),
        row("C", ["a"], 19.25, 19.35, "NK News"),
        row("D", ["b"], 7, 8, "VOA"),
    ]
    ledger = Ledger(rows)
    assert ledger.bounds({"a": 1}).interval == Interval(19.3, 19.35)
    assert ledger.bounds({"b": 1}).interval == Interval(7, 8)
    (conflict,) = ledger.conflicts
    assert conflict.how == "outvoted"
    assert conflict.left_out == ("A",)
    doubting = Ledger(rows, doubting=True)
    assert doubting.bounds({"a": 1}).interval == Interval(19.0, 19.4)


def test_one_against_one_bounds_but_settles_nothing() -> None:
    ledger = Ledger([row("A", ["a"], 266890, 266892, "one"), row("B", ["a"], 256890, 256892, "two")])
    found = ledger.bounds({"a": 1})
    assert found.interval == Interval(256890, 266892)
    assert not found.settled


def test_a_number_cut_off_instead_of_rounded_is_no_conflict_of_substance() -> None:
    rows = [
        row("S", ["a", "b"], 7.475, 7.485, "VOA", step=0.01),
        row("A", ["a"], 3.0, 3.0, "RFA"),
        row("B", ["b"], 4.488, 4.488, "RFA"),
    ]
    ledger = Ledger(rows)
    assert ledger.bounds({"a": 1, "b": 1}).interval == Interval(7.488, 7.488)
    assert [one.how for one in ledger.conflicts] == ["cut off"]


def test_a_sum_that_its_months_exclude_is_set_aside() -> None:
    rows = [
        row("S", ["a", "b"], 50, 51, "first release"),
        row("A", ["a"], 10, 11, "x"),
        row("B", ["b"], 12, 13, "x"),
        row("Y", ["a", "b", "c"], 40, 41, "y"),
    ]
    ledger = Ledger(rows)
    assert ledger.bounds({"c": 1}).interval == Interval(16, 19)
    assert any("S" in one.left_out for one in ledger.conflicts)

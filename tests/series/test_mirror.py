"""Both books side by side: the gap has its range, and what one side does not know is not a gap."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.model import Cell, Flow, Interval, State
from tidewaiter.period import Period
from tidewaiter.series.mirror import IMF_FACTOR, CifFactor, Side, mirror, seen_by_others

M = 2022 * 12


def cell(month: int, amount: float | None, state: State = State.UNRELEASED) -> Cell:
    if amount is None:
        return Cell(Period(month, month), Interval(0.0, math.inf), state)
    found = State.VALUE if amount else State.ZERO
    return Cell(Period(month, month), Interval(amount, amount), found)


def side(flow: Flow, amounts: list[float | None], basis: str = "CIF", currency: str = "USD") -> Side:
    reporter, partner = ("CHN", "PRK") if flow is Flow.EXPORT else ("PRK", "CHN")
    cells = {M + n: cell(M + n, amount) for n, amount in enumerate(amounts)}
    return Side("test", reporter, partner, flow, currency, cells, basis)


def test_a_gap_has_its_factor_and_its_range() -> None:
    (row,) = mirror(side(Flow.EXPORT, [100.0]), side(Flow.IMPORT, [106.0]), [M])
    assert row.gap == pytest.approx(0)
    assert row.ratio == pytest.approx(1)
    assert row.gap_range is not None
    assert row.gap_range.lo == pytest.approx(106 / 1.2 - 100)
    assert row.gap_range.hi == pytest.approx(6)
    assert "1.06 times" in IMF_FACTOR.words()


def test_imports_at_fob_are_not_adjusted() -> None:
    (row,) = mirror(side(Flow.EXPORT, [100.0]), side(Flow.IMPORT, [106.0], "FOB"), [M])
    assert row.gap == pytest.approx(6)
    assert row.gap_range == Interval(6, 6)


def test_a_month_that_one_side_knows_has_no_gap() -> None:
    rows = mirror(side(Flow.EXPORT, [1.0, None, None, 0.0]), side(Flow.IMPORT, [None, 2.0, None, 5.3]), range(M, M + 5))
    assert [row.only for row in rows] == ["exporter", "importer", "", "", ""]
    assert [row.gap is None for row in rows] == [True, True, True, False, True]
    assert rows[3].ratio is None


def test_books_that_do_not_match_are_refused() -> None:
    good = side(Flow.EXPORT, [1.0])
    with pytest.raises(InputError, match="convert one of them"):
        mirror(good, side(Flow.IMPORT, [1.0], currency="CNY"), [M])
    with pytest.raises(InputError, match="not two sides"):
        mirror(good, good, [M])
    with pytest.raises(InputError, match="not a CIF/FOB factor"):
        CifFactor(0.1, 0.1, 0.1, "guess")


amounts = st.one_of(st.none(), st.floats(0, 1e9))


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=24), st.floats(1, 1.5))
def test_the_gap_lies_in_its_range(months: list[tuple[float | None, float | None]], middle: float) -> None:
    factor = CifFactor(middle, 1.0, 1.5, "test")
    rows = mirror(side(Flow.EXPORT, [a for a, _ in months]), side(Flow.IMPORT, [b for _, b in months]),
                  range(M, M + len(months)), factor)  # fmt: skip
    for row, (sent, came) in zip(rows, months, strict=True):
        assert (row.gap is None) == (sent is None or came is None)
        if row.gap is not None and row.gap_range is not None:
            assert row.gap_range.lo - 1e-6 <= row.gap <= row.gap_range.hi + 1e-6


def test_a_country_that_reports_nothing_is_seen_through_the_others() -> None:
    books = {
        "CHN": {M: cell(M, 98.1), M + 1: cell(M + 1, 14.5)},
        "RUS": {M: cell(M, None)},
        "IND": {M: cell(M, 0.4), M + 1: cell(M + 1, 0.0)},
    }
    first, second = seen_by_others(books, [M, M + 1])
    assert first.total.bounds.lo == pytest.approx(98.5)
    assert first.total.bounds.hi == math.inf
    assert first.total.state is State.UNRELEASED
    assert first.missing == {"RUS": State.UNRELEASED}
    assert "RUS: unreleased" in first.total.note
    assert set(second.known) == {"CHN", "IND"}
    assert second.missing == {"RUS": State.UNKNOWN}
    assert second.total.bounds.hi == math.inf
    del books["RUS"]
    assert seen_by_others(books, [M])[0].total.bounds == Interval(98.5, 98.5)
    assert seen_by_others({}, [M])[0].total.state is State.UNKNOWN


def test_a_merged_month_bounds_the_sum() -> None:
    merged = Cell(Period(M, M), Interval(0.0, 116.3), State.MERGED)
    (found,) = seen_by_others({"CHN": {M: merged}, "IND": {M: cell(M, 0.4)}}, [M])
    assert found.total.state is State.MERGED
    assert found.total.bounds == Interval(0.4, pytest.approx(116.7))


def test_a_countrys_exports_are_brought_to_fob() -> None:
    (found,) = seen_by_others({"CHN": {M: cell(M, 120.0)}}, [M], IMF_FACTOR)
    assert found.total.bounds.lo == pytest.approx(100)
    assert found.total.bounds.hi == pytest.approx(120)


def test_imports_at_fob_are_not_brought_to_fob_again() -> None:
    books = {"USA": {M: cell(M, 106.0)}, "JPN": {M: cell(M, 106.0)}}
    (row,) = seen_by_others(books, [M], IMF_FACTOR, at_fob=["USA"])
    assert row.known["USA"].bounds == Interval(106, 106)
    assert row.known["JPN"].bounds == Interval(106 / 1.2, 106)


def test_what_is_partly_known_is_kept_beside_what_is_missing() -> None:
    floor = Cell(Period(M, M), Interval(7.0, math.inf), State.UNKNOWN)
    (row,) = seen_by_others({"DEU": {M: floor}, "AUT": {M: cell(M, 5.0)}, "FRA": {}}, [M])
    assert row.missing == {"DEU": State.UNKNOWN, "FRA": State.UNKNOWN}
    assert row.partly == {"DEU": Interval(7.0, math.inf)}
    assert row.total.bounds == Interval(12.0, math.inf)


def test_a_year_is_compared_with_a_year_of_months() -> None:
    from tidewaiter.series.sides import Ledger, longer_periods, over

    year = Period(M, M + 11)
    monthly = Ledger("a", "A", "CHN", Flow.EXPORT, "USD", {M + n: cell(M + n, 10.0) for n in range(12)})
    yearly = Ledger("b", "B", "PRK", Flow.IMPORT, "USD", {year: Cell(year, Interval(127.2, 127.2), State.VALUE)})
    assert longer_periods([monthly, yearly]) == (year,)
    added = over(monthly, year)
    assert added is not None
    assert (added.bounds, added.state, added.period) == (Interval(120, 120), State.VALUE, year)
    exporter = Side("a", "CHN", "PRK", Flow.EXPORT, "USD", {year: added})
    importer = Side("b", "PRK", "CHN", Flow.IMPORT, "USD", yearly.cells)
    (row,) = mirror(exporter, importer, [year])
    assert row.gap == pytest.approx(0)
    some = Ledger("a", "A", "CHN", Flow.EXPORT, "USD", {M + n: cell(M + n, 10.0) for n in range(11)})
    short = over(some, year)
    assert short is not None
    assert (short.bounds, short.state) == (Interval(110, math.inf), State.UNKNOWN)
    assert over(yearly, Period(M + 12, M + 23)) is None

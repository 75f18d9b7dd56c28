"""Unit values over a series: breaks of unit are shown, slips proposed, and nothing is divided that was not recorded."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.model import Interval
from tidewaiter.period import Period, month
from tidewaiter.series.amounts import AmountBook, books_of_rows
from tidewaiter.series.prices import Amount, price_series, unit_price

START = month("2021-10")


def amount(at: int, value: float, quantity: float | None, unit: str = "items", kg: float | None = None) -> Amount:
    return Amount(
        Period(START + at, START + at),
        Interval(value, value),
        None if quantity is None else Interval(quantity, quantity),
        unit if quantity is not None else "",
        None if kg is None else Interval(kg, kg),
    )


def row(code: str, at: str, value: float, qty: float | None, unit: str | None, **more: Any) -> dict[str, Any]:
    found = {
        "dataset": "gacc", "reporter": "CHN", "partner": "PRK", "cmd_code": code, "customs_regime": "",
        "mode_of_transport": "", "district": "", "period_start": month(at), "period_end": month(at), "value": value,
        "currency": "CNY", "net_wgt_kg": None, "qty": qty, "qty_unit": unit, "qty2": None, "qty2_unit": None,
    }  # fmt: skip
    return {**found, **more}


def books(*rows: dict[str, Any], cmd: str) -> list[AmountBook]:
    return books_of_rows(rows, "PRK", cmd=cmd)[0]


def test_masks_read_as_pieces_are_questioned_and_the_scale_is_proposed() -> None:
    usual_months = [amount(n, 0.03 * q, q) for n, q in enumerate((1e6, 2e6, 1.5e6, 3e6, 2.5e6))]
    found = price_series([*usual_months, amount(5, 57680, 1442)])
    assert [one.unusual for one in found.prices] == [False] * 5 + [True]
    slip = found.prices[-1].slip
    assert slip is not None
    assert (slip.factor, slip.printed, slip.corrected) == (1000, pytest.approx(40), pytest.approx(0.04))


def test_a_change_to_thousands_is_a_break_and_no_jump_of_the_price() -> None:
    found = price_series([amount(0, 40, 1000), amount(1, 44, 1100), amount(2, 42, 1, "thousand items")])
    ((period, broken),) = found.breaks
    assert period == Period(START + 2, START + 2)
    assert (broken.before, broken.after, broken.factor) == ("items", "thousand items", 1000)
    assert [one.each for one in found.prices] == [Interval(0.04, 0.04), Interval(0.04, 0.04), Interval(0.042, 0.042)]


def test_pieces_are_never_compared_with_kilograms() -> None:
    pieces = [amount(n, 10.0, 1) for n in range(5)]
    heavy = amount(5, 10.0, 1000, "kg")
    found = price_series([*pieces, heavy])
    assert found.breaks[0][1].kind == "dimension"
    assert found.prices[-1].usual is None
    assert not found.prices[-1].unusual
    assert found.prices[-1].per_kg == Interval(0.01, 0.01)


def test_a_quantity_that_is_a_weight_gives_the_price_of_a_kilogram_with_its_rounding() -> None:
    month = Period(START, START)
    (price,) = price_series([Amount(month, Interval(100, 110), Interval(4, 5), "t")]).prices
    assert price.per_kg == Interval(100 / 5000, 110 / 4000)
    assert (price.each, price.base) == (Interval(100 / 5000, 110 / 4000), "kg")


def test_the_weight_of_a_piece_shows_a_slip_where_the_price_does_not() -> None:
    # The price of a mask swings by a thousand, its weight does not.
    months = [amount(n, 10.0 ** (n % 4), 1000, kg=3.5) for n in range(8)]
    found = price_series([*months, amount(9, 30, 26, kg=91)])
    slip = found.prices[-1].slip
    assert slip is not None
    assert (slip.factor, slip.by) == (1000, "weight")
    assert found.prices[-1].unusual


def test_a_period_is_not_judged_by_a_longer_one_that_holds_it() -> None:
    months = [amount(n, 10.0, 10) for n in range(4)]
    whole = Amount(Period(START, START + 9), Interval(400, 400), Interval(1, 1), "items")
    judged = price_series([*months, whole]).prices
    assert judged[0].usual is None  # three other months are too few, and the long run is no witness
    assert judged[-1].usual is None


@given(st.floats(0.01, 1e9), st.floats(0.01, 1e9), st.floats(0, 0.2), st.floats(0, 0.2))
def test_bounds_of_a_unit_value_hold_every_quotient(value: float, quantity: float, wide: float, wider: float) -> None:
    found = unit_price(
        Interval(value * (1 - wide), value * (1 + wide)), Interval(quantity * (1 - wider), quantity * (1 + wider))
    )
    assert found is not None
    assert found.lo * (1 - 1e-9) <= value / quantity <= found.hi * (1 + 1e-9)
    assert unit_price(Interval(0, value), Interval(quantity, quantity)) is None
    assert unit_price(Interval(value, value), Interval(0, quantity)) is None
    assert unit_price(Interval(value, float("inf")), Interval(quantity, quantity)) is None


def test_a_quantity_that_is_missing_in_one_row_is_not_known_of_the_sum() -> None:
    (book,) = books(
        row("90192010", "2022-04", 100, 10, "items"), row("90192020", "2022-04", 100, 0, "items"), cmd="901920"
    )
    (one,) = book.amounts
    assert one.value == Interval(200, 200)
    assert one.quantity is None
    assert "1 of 2 rows" in one.note


def test_quantities_in_units_that_convert_are_added_others_are_not() -> None:
    (book,) = books(
        row("63079010", "2022-04", 100, 3, "thousand items"), row("63079090", "2022-04", 50, 500, "items"), cmd="630790"
    )
    assert (book.amounts[0].quantity, book.amounts[0].unit) == (Interval(3.5, 3.5), "thousand items")
    (book,) = books(
        row("63079010", "2022-04", 100, 3, "thousand items"), row("63079090", "2022-04", 50, 9, "kg"), cmd="630790"
    )
    assert book.amounts[0].quantity is None
    assert "do not add up" in book.amounts[0].note


def test_the_second_quantity_serves_where_the_first_has_no_unit_and_gives_the_weight() -> None:
    (book,) = books(row("27101923", "2024-01", 80, 10, "l", qty2=8, qty2_unit="kg"), cmd="27101923")
    assert (book.amounts[0].unit, book.amounts[0].weight_kg) == ("l", Interval(8, 8))
    (book,) = books(row("27101923", "2024-01", 80, None, None, qty2=8, qty2_unit="kg"), cmd="27101923")
    assert book.amounts[0].unit == "kg"


def test_goods_are_followed_over_a_revision_and_the_world_is_no_comparison() -> None:
    rows = [
        row("30022000", "2021-12", 10, 1, "kg"),
        row("30024100", "2022-01", 12, 1, "kg"),
        row("30024100", "2022-01", 12, 1, "kg", partner="VNM"),
        row("30024100", "2022-01", 900, 9, "kg", partner="W00"),
        row("30024100", "2022-01", 900, 9, "kg", customs_regime="19"),
    ]
    (book,), caveats = books_of_rows(rows, "PRK", cmd="300241")
    assert [one.value.lo for one in book.amounts] == [10, 12]
    assert len(book.others) == 1
    assert caveats == ("HS 2022: 300220 -> 300241, exact (UNSD correlation)",)
    (book,), _ = books_of_rows(rows, "PRK", cmd="300241", within=Period(month("2022-01"), month("2022-12")))
    assert [one.value.lo for one in book.amounts] == [12]

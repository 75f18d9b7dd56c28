"""Unit values, what is usual, and the thousand-fold slip that travelled to six outlets."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.series.unit_values import (
    Usual,
    propose_scale,
    propose_scale_by_weight,
    unit_value,
    unit_values,
    usual,
)

# China's exports of masks to North Korea as printed in 2022: value in dollars, quantity in thousands of pieces.
MONTHS = {"2022-01": (57680, 1442), "2022-02": (86406, 2870), "2022-03": (39710, 3176), "2022-04": (82055, 3195)}


def test_masks_at_forty_dollars_are_thousands_read_as_pieces() -> None:
    normal = usual([value / (thousands * 1000) for value, thousands in MONTHS.values()])
    assert normal is not None
    value, read_as_pieces = MONTHS["2022-01"]
    found = propose_scale(value / read_as_pieces, normal)
    assert found is not None
    assert found.factor == 1000
    assert found.printed == pytest.approx(40)
    assert found.corrected == pytest.approx(0.04)
    assert "thousands" in found.words


def test_the_weight_of_a_piece_shows_the_same() -> None:
    pieces = sum(MONTHS[month][1] for month in ("2022-01", "2022-02", "2022-03"))
    found = propose_scale_by_weight(26_000, pieces, Usual(0.0035, 0.002, 0.006, 10), 183_796)
    assert found is not None
    assert (found.factor, found.by) == (1000, "weight")


def test_what_is_usual_is_not_questioned() -> None:
    normal = usual([1.0, 1.1, 0.9, 1.2, 1.0])
    assert normal is not None
    assert propose_scale(1.3, normal) is None
    assert propose_scale(7.3, normal) is None  # unusual, but no slip explains it
    assert propose_scale(math.inf, normal) is None


def test_unknown_and_zero_quantities_have_no_unit_value() -> None:
    assert unit_values([10, 10, None, 0, 10], [2, 0, 5, 5, None]) == [5, None, None, None, None]
    assert unit_value(float("nan"), 1) is None
    assert usual([1.0, None, 2.0]) is None


@given(st.lists(st.floats(0.01, 1e6), min_size=4, max_size=60), st.sampled_from([1000.0, 0.001]))
def test_a_planted_slip_is_found_or_lies_within_what_is_usual(values: list[float], scale: float) -> None:
    normal = usual(values)
    assert normal is not None
    assert normal.lo <= normal.middle <= normal.hi
    planted = normal.middle * scale
    found = propose_scale(planted, normal)
    if normal.holds(planted):
        assert found is None
    else:
        assert found is not None
        assert found.factor == pytest.approx(scale)
        assert normal.holds(found.corrected)


@given(st.lists(st.floats(0.01, 1e6), min_size=4, max_size=60), st.floats(0.1, 100))
def test_bounds_follow_the_currency(values: list[float], rate: float) -> None:
    first, second = usual(values), usual([value * rate for value in values])
    assert first is not None
    assert second is not None
    assert second.lo == pytest.approx(first.lo * rate)
    assert second.hi == pytest.approx(first.hi * rate)

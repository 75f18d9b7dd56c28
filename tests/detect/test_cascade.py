"""Every month in two stages: the same as a scan of the month where it looks, few looks, the same on any threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.detect import panels
from tests.detect.reference import walk
from tidewaiter import detect
from tidewaiter.detect import SparsePanel, kernel_cascade
from tidewaiter.detect.silences import GAPS, OCCUPANCY
from tidewaiter.errors import InputError

SURGES = tuple((7 * at, 30 + at % 18, 40.0) for at in range(1, 30))


@pytest.fixture(scope="module")
def world() -> tuple[Any, Any, SparsePanel, detect.Calibration]:
    values, groups = panels.trade(600, months=48, seed=4)
    calibration = detect.calibrate(values, groups)
    for series, month, factor in SURGES:
        past = values[series, :month]
        values[series, month] = factor * (np.median(past[past > 0]) if (past > 0).any() else 1e4)
    return values, groups, sparse(values), calibration


def sparse(values: Any) -> SparsePanel:
    series, month = np.nonzero(values)
    offsets = np.r_[0, np.cumsum((values != 0).sum(1))]
    return SparsePanel(offsets, month, values[series, month], values.shape[1])


def told(panel: SparsePanel, groups: Any, **how: Any) -> dict[int, detect.Found]:
    return {found.month: found for found in detect.cascade(panel, groups, **how)}


def test_what_it_scores_is_what_a_scan_of_the_month_says(world: Any) -> None:
    values, groups, panel, calibration = world
    found = told(panel, groups, calibration=calibration, share=0.02)
    assert list(found) == list(range(24, 48))
    apart = []
    for month, full in detect.backscan(values, groups, months=range(30, 48), calibration=calibration):
        one = found[month]
        np.testing.assert_allclose(one.result.value, full.value[one.series], rtol=1e-6)
        np.testing.assert_array_equal(one.result.year_ago, full.year_ago[one.series])
        np.testing.assert_array_equal(one.result.gap, full.gap[one.series])
        apart.append(np.log(one.result.p) - np.log(full.p[one.series]))
    # levels, scales and moves of groups are read off less, so that p is near, not the same
    spread = np.abs(np.concatenate(apart))
    assert np.nanmedian(spread) < 0.4
    assert np.nanquantile(spread, 0.9) < 1.5


def test_surges_in_any_month_are_looked_at_and_little_else_is(world: Any) -> None:
    values, groups, panel, calibration = world
    found = told(panel, groups, calibration=calibration, share=0.01)
    # a series that hardly ever trades has no level to surge above
    busy = [(series, month) for series, month, _ in SURGES if (values[series, :month] > 0).sum() >= 5]
    assert len(busy) > 15
    assert all(series in found[month].series for series, month in busy)
    assert sum(len(one.series) for one in found.values()) < 0.03 * len(panel.months)
    for series, month in busy:
        one = found[month]
        assert one.result.p[one.series == series] < 0.004


def test_threads_make_no_difference_and_progress_is_told(world: Any) -> None:
    _, groups, panel, calibration = world
    steps: list[tuple[int, int]] = []
    one = told(panel, groups, calibration=calibration, threads=1, progress=lambda *x: steps.append(x))
    three = told(panel, groups, calibration=calibration, threads=3)
    assert steps[-1] == (24, 24)
    for month, found in one.items():
        np.testing.assert_array_equal(found.series, three[month].series)
        np.testing.assert_array_equal(found.result.p, three[month].result.p)


def test_months_not_known_are_not_zeros(world: Any) -> None:
    values, groups, _, calibration = world
    holed = values.copy()
    holed[:, 20:30] = np.nan
    series, month = np.nonzero(np.nan_to_num(holed))
    offsets = np.r_[0, np.cumsum((np.nan_to_num(holed) > 0).sum(1))]
    unknown = np.zeros(48, bool)
    unknown[20:30] = True
    by_mask = SparsePanel(offsets, month, holed[series, month], 48, unknown)
    by_entry = sparse(holed)  # NaN entries
    one, other = (told(panel, groups, calibration=calibration, share=0.02) for panel in (by_mask, by_entry))
    assert all(not len(one[month].series) for month in range(24, 30))
    assert sum(len(found.series) for found in one.values()) > 50
    for month, found in one.items():
        same = np.intersect1d(found.series, other[month].series)
        assert len(same) >= 0.9 * len(found.series)
        gap = found.result.gap[np.isin(found.series, same)]
        np.testing.assert_array_equal(gap, other[month].result.gap[np.isin(other[month].series, same)])


@pytest.mark.parametrize("seed", range(3))
def test_the_first_stage_is_what_a_slow_one_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((40, 60)) < rng.uniform(0.1, 1, (40, 1)), np.exp(rng.normal(8, 1, (40, 60))), 0.0)
    values[rng.random((40, 60)) < 0.05] = np.nan
    panel = sparse(values)
    known = np.arange(61)
    table = rng.uniform(0.5, 5, (18, 11)).astype(np.float32)
    interest = np.empty(len(panel.months), np.float32)
    counts, sums = np.zeros((60, kernel_cascade.BINS), np.int64), np.empty((40, 4))
    moves, members, begun = (np.zeros((1, 60), np.float32) for _ in range(3))
    logs = np.log(panel.amounts.astype(np.float32))
    kernel_cascade.look(
        panel.offsets, panel.months, logs, known, 0, 40, 24, 12, np.array([0.6], np.float32), table, table + 1,
        OCCUPANCY, GAPS, np.zeros(40, np.int64), interest, counts, sums, moves, members, begun,
    )  # fmt: skip
    at = 0
    for series in range(40):
        for month in np.flatnonzero((values[series] != 0) | np.isnan(values[series])):
            wanted = walk(values[series], int(month), 24, 12, 0.6, table, table + 1)
            assert interest[at] == pytest.approx(wanted, rel=2e-3, abs=2e-3), (series, month)
            at += 1
    assert counts.sum() == np.isfinite(logs).sum()
    np.testing.assert_allclose(sums[:, 0], (np.nan_to_num(values) > 0).sum(1))


def test_what_cannot_be_asked_is_refused(world: Any) -> None:
    _, groups, panel, calibration = world
    with pytest.raises(InputError, match="share"):
        list(detect.cascade(panel, groups, calibration=calibration, share=0))
    with pytest.raises(InputError, match="season"):
        list(detect.cascade(panel, groups, 6, calibration=calibration))


def test_one_channel_is_what_all_of_them_say_of_it() -> None:
    values, groups = panels.trade(400, months=48, seed=2)
    whole = detect.scan(values, groups)
    spike = detect.scan(values, groups, channels=("spike",), calibration=whole.calibration)
    np.testing.assert_array_equal(spike.p_spike, whole.p_spike)
    np.testing.assert_array_equal(spike.p, whole.p_spike)
    np.testing.assert_array_equal(spike.expected, whole.expected)
    assert np.isnan(spike.p_start).all()
    two = detect.scan(values, groups, channels=("start", "spike", "fall"), calibration=whole.calibration)
    np.testing.assert_allclose(two.p, np.minimum(2 * np.fmin(whole.p_spike, whole.p_start), 1))
    np.testing.assert_array_equal(two.p_fall, whole.p_fall)
    with pytest.raises(InputError, match="'spikes'"):
        detect.scan(values, groups, channels=("spikes",))

"""Every month in two stages: the same as a scan of the month where it looks, few looks, the same on any threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.detect import panels
from tests.detect.reference import rough_odds
from tidewaiter import detect
from tidewaiter.detect import SparsePanel, cascading, looking, run
from tidewaiter.detect.channels import LONG, MAKES_TRADE, SEASONAL, YEAR
from tidewaiter.detect.silences import GAPS
from tidewaiter.errors import InputError

SURGES = tuple((7 * at, 30 + at % 18, 40.0) for at in range(1, 30))


@pytest.fixture(scope="module")
def world() -> tuple[Any, Any, SparsePanel, detect.Calibration]:
    values, groups = panels.trade(3000, months=48, seed=4)
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
    values[::3, 50:] *= 6.0
    panel = sparse(values)
    learnt = detect.calibrate(*panels.trade(400, months=60, seed=seed))
    groups = np.arange(40) // 10
    looked = looking.look_at_all(panel, groups, 4, learnt, 12, run.Options(1))
    hurdle = looking._hurdle(learnt, np.zeros(60, bool))
    ridge = run.ridge_of(looked.priors)
    curve = looking._curve(looked.moves, looked.members)
    odds = np.zeros(values.shape)
    odds[looked.series, looked.month] = looked.odds
    for series in range(40):
        g = groups[series]
        wanted = rough_odds(
            values[series], curve[g], looked.priors.level[g], looked.priors.scale[g], learnt.constants.noise, learnt.recent, 12, ridge,
            looking._starts(), hurdle,
        )  # fmt: skip
        np.testing.assert_allclose(odds[series], wanted, rtol=5e-3, atol=2e-2)
    assert (odds > 0).sum() > 20
    assert looked.entries.sum() == (values > 0).sum()


def test_silences_are_counted_as_in_the_scan_itself() -> None:
    learnt = detect.calibrate(*panels.trade(400, months=60, seed=2))
    hurdle = looking._hurdle(learnt, np.zeros(60, bool))
    starts, restarts = learnt.constants.silences.starts, learnt.constants.silences.restarts
    for gap in range(6, 50):
        wait = int(np.searchsorted(GAPS, gap, side="right"))
        told = int(np.searchsorted(GAPS, min(gap, LONG), side="right"))
        early = SEASONAL if gap < YEAR else 0.0
        np.testing.assert_allclose(hurdle.rare[:, wait], -np.log(starts[:, told]) - early)
        likely = 1.0 + MAKES_TRADE * (1.0 / restarts[:, wait] - 1.0)
        np.testing.assert_allclose(hurdle.unlikely[:, wait], np.log(likely))


def test_what_groups_share_is_what_a_scan_reads_off_their_members() -> None:
    values, groups = panels.trade(1000, months=60, seed=6)
    season = np.random.default_rng(6).uniform(0, 12, 20)[groups][:, None]
    values *= np.exp(
        0.5 * np.cos(2 * np.pi * (np.arange(60) - season) / 12) + 0.005 * (groups % 5)[:, None] * np.arange(60)
    )
    learnt = detect.calibrate(values, groups)
    looked = looking.look_at_all(sparse(values), groups, 20, learnt, 12, run.Options(1))
    for month in (40, 59):
        who = np.arange(20)
        mine = cascading._moves(looked, who, np.full(20, month), 24, cascading._units(looked, learnt)).shape
        end = month - learnt.recent + 1
        ahead, discount = run.basis(month + 1, month, 12), run.discount_of(month + 1, month, 12, "value")
        dense = detect.DensePanel(values[:, : month + 1])
        prior, wanted = run.priors_of(dense, groups, 20, end, ahead, discount, run.Options(1))
        wanted[:, 0] -= prior.level
        assert np.abs(mine - wanted).max() < 0.15
        assert np.corrcoef(mine[:, 2], wanted[:, 2])[0, 1] > 0.98


def test_what_groups_did_is_taken_out_and_told_apart_from_one_member() -> None:
    values, groups = panels.trade(2000, months=60, seed=5)
    learnt = detect.calibrate(values, groups)
    values[groups == 7, 50:] *= 8.0  # a tide
    alone = np.flatnonzero((groups == 9) & ((values[:, :50] > 0).mean(1) > 0.9))[0]
    values[alone, 50:] = 8.0 * np.exp(np.log(values[alone, :50][values[alone, :50] > 0]).mean())
    found = told(sparse(values), groups, calibration=learnt)
    # a lasting rise, whose last month alone would not be told
    sure = found[53].series[found[53].result.p < 1e-4]
    assert alone in sure
    assert found[53].result.channel[found[53].series == alone] == "sustained"
    for month in range(50, 56):
        told_of = found[month].series[found[month].result.p < 1e-3]
        assert (groups[told_of] == 7).sum() <= 2


def test_a_zero_that_is_written_down_is_a_month_without_trade(world: Any) -> None:
    values, groups, _, calibration = world
    some = values[:600]
    written = np.ones(some.shape, bool)
    written[:, ::2] = False  # every other silent month is left out, the others are written
    series, month = np.nonzero((some > 0) | written)
    both = SparsePanel(np.r_[0, np.cumsum(((some > 0) | written).sum(1))], month, some[series, month], 48)
    one, other = (told(each, groups[:600], calibration=calibration) for each in (sparse(some), both))
    # which of those without odds are drawn by lot goes by the place of an entry
    for at, found in one.items():
        mine, same = found.series[~found.by_lot], other[at].series[~other[at].by_lot]
        np.testing.assert_array_equal(mine, same)
        p, q = found.result.p[~found.by_lot], other[at].result.p[~other[at].by_lot]
        np.testing.assert_allclose(p, q, rtol=1e-4)  # parts of the rows are cut elsewhere, and added up in float32


def test_lots_tell_what_is_held_back_and_q_allows_for_it(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _, groups, panel, calibration = world
    # few looks and many lots: what is not looked at is known all the better
    monkeypatch.setattr(cascading, "FEW_A_MONTH", 1)
    monkeypatch.setattr(cascading, "BY_LOT", 0.5)
    monkeypatch.setattr(cascading, "FADES", 1e9)
    few = told(panel, groups, calibration=calibration, share=1e-5)
    every = told(panel, groups, calibration=calibration, share=0.06)
    level = 1e-3
    missing = estimated = 0.0
    for month, found in every.items():
        p = found.result.p[~found.by_lot]
        missing += (p <= level).sum() - np.isin(found.series[~found.by_lot][p <= level], few[month].series).sum()
        lots = few[month].result.p[few[month].by_lot]
        estimated += (lots <= level).sum()  # a lot of one in two stands for one more
        n = int((few[month].result.q <= 0.3).sum())
        assert few[month].held_back <= len(panel.offsets)
        if n:
            # the same p has no larger q than if nothing were missing
            p = np.sort(few[month].result.p)[n - 1]
            assert few[month].result.q.min() <= p * panel.n_series / n + 1e-12
    assert missing > 10
    assert estimated == pytest.approx(missing, rel=0.6)


def test_q_counts_the_small_p_values_that_are_missing() -> None:
    p = np.array([1e-5, 2e-4, np.nan, 1e-3])
    plain = cascading._q_values(p, 1000, np.zeros(4))
    np.testing.assert_allclose(plain, [0.01, 0.1, np.nan, 1000 * 1e-3 / 3])
    np.testing.assert_allclose(cascading._q_values(p, 1000, np.array([0.0, 2.0, 9.0, 2.0])), [0.01, 0.05, np.nan, 0.2])


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

"""The simulated series say what their labels say, and simple rules do on them what they are known to do."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.detect import seeds
from benchmarks.detect.artefacts import ARTEFACTS, make_artefact
from benchmarks.detect.levelshifts import simulate_shifts
from benchmarks.detect.metrics import (
    average_precision,
    bootstrap_error,
    calibration,
    discoveries,
    power_at,
    precision_at,
    threshold_at,
)
from benchmarks.detect.noufaily import PARAMETERS, SCENARIOS, simulate_noufaily
from benchmarks.detect.nulls import NULLS, simulate_null
from benchmarks.detect.rules import record_high, year_on_year
from benchmarks.detect.trade import SHIFT, START, SURGE, TradeRecipe, simulate_trade


def test_development_and_report_seeds_never_meet():
    purposes = ("trade", "week", "month", "shifts", "artefacts", *NULLS)
    develop = {seeds.develop(p, i) for p in purposes for i in range(1000)}
    report = {seeds.report(p, i) for p in purposes for i in range(1000)}
    assert not develop & report
    assert len(report) == 1000 * len(purposes)


def test_trade_series_are_what_their_labels_say():
    made = simulate_trade(1, TradeRecipe(series=5000))
    assert made.values.shape == (5000, 72)
    assert [int((made.kind == k).sum()) for k in (START, SURGE, SHIFT)] == [100, 100, 100]
    assert (made.values[made.event, -1] > 0).all()
    assert (made.values[made.kind == START, -13:-1] == 0).all()
    # the same seed gives the same series
    again = simulate_trade(1, TradeRecipe(series=5000))
    assert np.array_equal(made.values, again.values)
    shifted = made.take(np.flatnonzero((made.kind == SHIFT) & (made.size == 5) & (made.occurrence > 0.9)))
    logs = np.log(np.where(shifted.values > 0, shifted.values, np.nan))
    assert 0.8 < np.nanmean(logs[:, -4:]) - np.nanmean(logs[:, -28:-4]) < 2.4


def test_rules_do_on_the_trade_series_what_they_do_in_life():
    """Year on year over 100 %: average precision about .29, 18 % of quiet series alarm; record high: about .55."""
    sets = [simulate_trade(seed, TradeRecipe(series=10_000)) for seed in (1, 2)]
    alarms = np.mean([(year_on_year(s.values)[~s.event] > 2).mean() for s in sets])
    by_year = np.mean([average_precision(year_on_year(s.values), s.event) for s in sets])
    by_record = np.mean([average_precision(record_high(s.values), s.event) for s in sets])
    assert 0.15 < alarms < 0.21
    assert 0.22 < by_year < 0.36
    assert 0.47 < by_record < 0.63


def test_outbreak_counts_have_the_mean_and_variance_of_the_recipe():
    made = simulate_noufaily(3, 40)
    assert made.values.shape == (42 * 40, 624)
    for i, (p, trend, harmonics) in enumerate(SCENARIOS):
        if trend or harmonics:
            continue
        theta, *_, phi = PARAMETERS[p]
        quiet = made.values[made.scenario == i, :312]
        assert quiet.mean() == pytest.approx(np.exp(theta), rel=0.05)
        assert quiet.var() == pytest.approx(phi * np.exp(theta), rel=0.1)
    assert not made.outbreak[:, :-49].any()
    assert made.outbreak[:, -49:].any(axis=1).mean() > 0.95


@pytest.mark.parametrize(("period", "months"), [("month", 144), ("month-summed", 144)])
def test_monthly_outbreaks(period, months):
    made = simulate_noufaily(3, 4, period)
    assert made.values.shape == (168, months)
    assert (made.tested, made.season) == (12, 12)
    assert not made.outbreak[:, :-13].any()


@pytest.mark.parametrize("name", NULLS)
def test_null_sets_hold_no_event(name):
    made = simulate_null(name, 1, 500)
    assert not made.event.any()
    assert (made.size == 1).all()


@pytest.mark.parametrize("name", ARTEFACTS)
def test_an_artefact_keeps_states_and_values_in_step(name):
    made = make_artefact(name, 1, series=3000)
    known = made.states <= 1
    assert np.array_equal(known, ~np.isnan(made.values))
    assert ((made.values > 0) == (made.states == 0)).all()
    assert made.why.endswith(".")
    assert known[made.at, -1].any() == (made.expected != "untested")


def test_shifted_series_shift_where_they_say():
    made = simulate_shifts(5, 400, noise=0.01)
    for row, at, factor in zip(np.log(made.values), made.at, made.factor, strict=True):
        if at >= 0:
            step = np.median(row[at : at + 6]) - np.median(row[at - 6 : at])
            assert np.sign(step) == np.sign(np.log(factor)) or abs(step) < 1.0
    assert 0.15 < (made.at < 0).mean() < 0.35


def test_metrics_on_cases_worked_by_hand():
    score = np.array([5.0, 4.0, 3.0, 2.0, 1.0, np.nan])
    event = np.array([True, False, True, False, False, True])
    assert average_precision(score, event) == pytest.approx((1 + 2 / 3 + 3 / 6) / 3)
    assert precision_at(score, event, 2) == 0.5
    quiet = np.arange(100.0)
    assert (quiet >= threshold_at(quiet, 0.05)).sum() == 5
    # a rule that ties at the threshold does not pass for one that keeps its rate
    assert (np.r_[np.zeros(97), np.ones(3)] >= threshold_at(np.r_[np.zeros(97), np.ones(3)], 0.01)).sum() == 0
    both = np.r_[quiet, 93.5, 99.5]
    labelled = np.r_[np.zeros(100, bool), True, True]
    assert power_at(both, ~labelled, labelled, 0.05) == 0.5
    assert calibration(np.linspace(0, 1, 10_001)[1:])[0.01][0] == pytest.approx(1.0)
    assert discoveries(np.array([0.1, 0.1, 0.3]), np.array([True, False, True]))[:2] == (2, 0.5)


def test_the_standard_error_is_that_of_repeated_draws():
    made = [simulate_trade(seed, TradeRecipe(series=3000)) for seed in range(8)]
    found = [average_precision(record_high(m.values), m.event) for m in made]
    error = np.mean([bootstrap_error(record_high(m.values), m.event, m.groups, 40) for m in made])
    assert 0.4 < error / np.std(found) < 2.5

"""The quality of the scan does not fall: small seeded sets, floors a little below what it does today."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.detect.artefacts import ARTEFACTS, make_artefact
from benchmarks.detect.metrics import average_precision, discoveries, power_at, precision_at
from benchmarks.detect.noufaily import simulate_noufaily
from benchmarks.detect.nulls import simulate_null
from benchmarks.detect.ours import scan_outbreaks
from benchmarks.detect.rules import RULES
from benchmarks.detect.seeds import develop
from benchmarks.detect.trade import SHIFT, START, SURGE, TradeRecipe, simulate_trade

from tidewaiter.detect import scan
from tidewaiter.detect.calibration import rises_over_falls


@pytest.fixture(scope="module")
def labelled():
    made = simulate_trade(develop("quality"), TradeRecipe(series=5000))
    return made, scan(made.values, made.groups)


def test_ranking_of_labelled_events(labelled):
    made, found = labelled
    ours = average_precision(found.score, made.event)
    assert ours > 0.70
    assert precision_at(found.score, made.event) >= 0.9
    for name, rule in RULES.items():
        assert ours > average_precision(rule(made.values), made.event) + 0.1, name


def test_power_at_one_percent_false_alarms_by_kind(labelled):
    made, found = labelled
    quiet = ~made.event
    assert power_at(found.score, quiet, (made.kind == SURGE) & (made.size >= 5), 0.01) > 0.65
    assert power_at(found.score, quiet, made.kind == START, 0.01) > 0.6
    assert power_at(found.score, quiet, (made.kind == SHIFT) & (made.size >= 3), 0.01) > 0.35


def test_false_discoveries_stay_below_what_is_said(labelled):
    made, found = labelled
    n, false, error, power = discoveries(found.q, made.event)
    assert n > 30
    assert false <= 0.2 + 2 * error
    assert power >= 0.2


@pytest.mark.parametrize("name", ["as the recipe, no events", "36 months"])
def test_quiet_series_do_not_alarm_more_often_than_said(name):
    made = simulate_null(name, develop("quality"), 4000)
    p = scan(made.values, made.groups).p
    assert not np.isnan(p).any()
    assert p.min() > 0
    assert 0.5 < (p <= 0.1).mean() / 0.1 < 1.25
    assert (p <= 0.01).mean() / 0.01 < 1.5
    assert (p <= 0.001).sum() <= 15


@pytest.mark.parametrize("months", [10, 14, 20])
def test_a_short_past_promises_no_more_than_it_can_know(months):
    made = simulate_trade(develop("quality"), TradeRecipe(series=5000, months=72, events=0.0))
    found = scan(made.values[:, -months:], made.groups)
    assert (found.p <= 0.01).mean() < 0.015
    assert (found.p <= 0.001).sum() <= 15
    assert (found.tier == "firm").sum() <= 2


def test_a_hundred_series_are_judged_more_carefully_than_thousands():
    p = [
        scan(made.values, made.groups).p
        for made in (simulate_trade(develop("quality", k), TradeRecipe(series=100, events=0.0)) for k in range(20))
    ]
    every = np.concatenate(p)
    assert (every <= 0.01).mean() < 0.013
    assert (every <= 0.001).sum() <= 5


def test_surges_of_the_past_do_not_hide_those_of_today():
    made = simulate_trade(develop("quality"), TradeRecipe(series=4000))
    rough = made.values.copy()
    rng = np.random.default_rng(1)
    hit = (rng.random(rough.shape) < 0.02) & (rough > 0)
    hit[:, -1] = False
    rough[hit] *= 30.0
    clean, soiled = scan(made.values, made.groups), scan(rough, made.groups)
    assert (soiled.q <= 0.2).sum() > 0.6 * (clean.q <= 0.2).sum()


@pytest.mark.parametrize(
    "name", [a for a in ARTEFACTS if a not in ("code ended this month", "not yet published", "last year revised")]
)
def test_artefacts_are_not_firm_findings_one_by_one(name):
    made = make_artefact(name, develop("quality"), series=2000)
    found = scan(made.values, made.groups, states=made.states)
    p = found.p[made.at]
    if made.expected == "untested":
        assert np.isnan(p).all()
        assert (found.tier[made.at] == "").all()
    if made.expected == "silent":
        assert (found.tier[made.at] == "firm").sum() <= len(made.at) // 100


def test_outbreaks_are_found_at_a_matched_rate_of_false_alarms():
    made = simulate_noufaily(develop("quality"), 8, "month")
    p, _, _ = scan_outbreaks(made)
    quiet, during = made.quiet(), made.outbreak[:, -12:]
    cut = np.quantile(p[quiet], 0.01)
    assert ((p <= cut) & during).any(axis=1)[during.any(axis=1)].mean() > 0.27
    assert (p <= 0.01)[quiet].mean() < 0.013


def test_a_panel_whose_past_is_not_known_is_judged_as_the_short_one_it_is() -> None:
    """Nine known months at the end of a long axis say no more than nine months do."""
    made = simulate_trade(develop("short past", 0), TradeRecipe(series=4000, events=0.0))
    values = np.full_like(made.values, np.nan)
    values[:, -9:] = made.values[:, -9:]
    found = scan(values, made.groups, threads=1)
    assert found.tested.all()
    assert (found.p <= 0.001).sum() <= 12
    assert not np.isin(found.tier, ["firm", "likely"]).any()


def test_rises_that_have_no_falls_beside_them_were_events() -> None:
    """Heavy-tailed months that rise as often as they fall, and fifty that only rise."""
    rng = np.random.default_rng(3)
    noise, turned = rng.standard_t(3, 20_000), rng.standard_t(3, 10_000)
    up = np.concatenate([noise, np.full(50, 30.0) + rng.random(50), [-np.inf]])
    quiet = rises_over_falls(up, turned, np.ones(len(up), np.bool_))
    assert quiet[20_000:-1].max() < 0.35
    assert quiet[:20_000].mean() > 0.97
    assert quiet[-1] == 1.0
    assert (rises_over_falls(up[:10], turned, np.ones(10, np.bool_)) == 1.0).all()

"""Groups before members, artefacts, dates of shifts, prices and quantities, every month."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.detect.artefacts import ARTEFACTS, make_artefact
from benchmarks.detect.seeds import develop

from tests.detect import panels
from tidewaiter import detect
from tidewaiter.errors import InputError


@pytest.mark.parametrize("name", ARTEFACTS)
def test_artefacts_do_not_alarm(name: str) -> None:
    made = make_artefact(name, develop("artefact", 3), series=3000)
    found = detect.scan(made.values, made.groups, states=made.states)
    if made.expected == "untested":
        assert not found.tested[made.at].any()
    assert np.isin(found.tier[made.at], ["likely", "firm"]).sum() <= 1
    assert (found.p[made.at] <= 0.01).mean() <= 0.05
    if name == "500 flows start at once":
        assert (found.artefact[made.at] == "many start at once").all()
    if name == "thousands become ones":
        traded = made.values[made.at, -1] > 0
        assert (found.artefact[made.at][traded] == "group moved as one").all()
    if name.startswith("code born"):
        assert (found.artefact[made.at] == "no past").all()


def test_raw_and_net_of_the_group() -> None:
    values, groups = panels.trade(1000, seed=5)
    values[groups == 3, -1] *= 8
    traded = (values[:, -1] > 0) & (groups == 3) & ((values > 0).mean(1) > 0.5)
    raw, net = detect.scan(values, groups, net=False), detect.scan(values, groups)
    assert (raw.p[traded] < 0.05).mean() > 0.7
    assert (net.p[traded] < 0.05).mean() < 0.2
    assert 4 < np.median(net.common[traded]) < 12
    usual = traded & (raw.expected > 0)
    assert np.median(net.expected[usual] / raw.expected[usual]) > 3


def test_one_event_in_many_codes_is_one_finding() -> None:
    values, heading = panels.trade(1500, seed=6, members=30)
    chapter = heading // 10
    event = np.flatnonzero((heading == 12) & ((values > 0).mean(1) > 0.3))
    values[event, -1] = np.exp(np.log(np.maximum(values[event], 1)).max(1)) * 3
    lone = int(np.flatnonzero((heading == 40) & ((values > 0).mean(1) > 0.9))[0])
    values[lone, -4:] *= 30
    events, single = detect.scan_hierarchy(values, [chapter, heading])
    assert (events[0].level, events[0].node) == (1, 12)
    assert set(events[0].members) <= set(np.flatnonzero(heading == 12))
    assert len(events[0].members) >= 0.7 * len(event)
    assert [e.members.tolist() for e in events if lone in e.members] == [[lone]]
    assert len(events) <= 5
    told = np.concatenate([e.members for e in events])
    assert len(told) == len(set(told))
    assert single.tested.all()


def test_a_code_that_died_does_not_make_its_heading_unknown() -> None:
    values = np.tile([5.0, 7.0], (4, 6))
    states = np.zeros(values.shape, np.uint8)
    states[0, 6:] = detect.STATES.index("code not alive")
    values[0, 6:] = np.nan
    states[2, 3] = detect.STATES.index("withheld")
    from tidewaiter.detect.hierarchy import sums

    total = sums(values, states, np.array([0, 0, 1, 1]), 2)
    assert total[0].tolist() == [10.0, 14.0] * 3 + [5.0, 7.0] * 3
    assert np.isnan(total[1]).tolist() == [m == 3 for m in range(12)]


def test_levels_have_to_nest() -> None:
    with pytest.raises(InputError, match="lie within"):
        detect.scan_hierarchy(np.ones((4, 24)), [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])])


def test_price_and_quantity_add_up() -> None:
    rng = np.random.default_rng(1)
    v0, v1, q0, q1 = rng.lognormal(5, 2, (4, 200))
    price, quantity = detect.price_and_quantity(v0, v1, q0, q1)
    np.testing.assert_allclose(price + quantity, v1 - v0, rtol=1e-9, atol=1e-9)
    only_price, none = detect.price_and_quantity(v0, v0 * 3, q0, q0)
    np.testing.assert_allclose(only_price, 2 * v0)
    np.testing.assert_allclose(none, 0, atol=1e-9)
    assert np.isnan(detect.price_and_quantity([1.0], [2.0], [0.0], [1.0])[0]).all()


def test_a_unit_value_outside_its_history_is_told() -> None:
    values, groups = panels.trade(600, seed=7)
    rng = np.random.default_rng(8)
    price = np.exp(rng.normal(2, 1, (600, 1)) + rng.normal(0, 0.15, values.shape))
    quantities = values / price
    busy = np.flatnonzero((values > 0).mean(1) > 0.9)[:2]
    values[busy, -1] = np.maximum(values[busy, -1], 1.0)
    quantities[busy, -1] = values[busy, -1] / price[busy, -1] / 1000
    found = detect.scan(values, groups, quantities=quantities)
    assert (found.p_unit_value[busy] < 1e-3).all()
    np.testing.assert_allclose(found.unit_value[busy], price[busy, -1] * 1000)
    assert (np.delete(found.p_unit_value, busy) < 0.01).mean() < 0.03
    assert np.isnan(found.p_unit_value[values[:, -1] == 0]).all()
    assert np.isnan(detect.scan(values, groups).p_unit_value).all()


def test_a_backscan_is_what_each_month_would_have_been() -> None:
    values, groups = panels.trade(300, months=40, seed=9)
    kept = detect.calibrate(values, groups)
    told: list[tuple[int, int]] = []
    months = dict(
        detect.backscan(values, groups, months=[30, 35], calibration=kept, progress=lambda *x: told.append(x))
    )
    assert told == [(1, 2), (2, 2)]
    for month, found in months.items():
        again = detect.scan(values[:, : month + 1], groups, calibration=kept)
        np.testing.assert_array_equal(found.score, again.score)
    assert [m for m, _ in detect.backscan(values, groups)] == list(range(24, 40))
    with pytest.raises(InputError, match="month 40"):
        list(detect.backscan(values, groups, months=[40]))


@pytest.mark.parametrize("window", [5, 8, 36])
def test_the_screen_is_a_running_median(window: int) -> None:
    rng = np.random.default_rng(window)
    lengths = rng.integers(0, 60, 40)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    amounts = np.round(np.exp(rng.normal(3, 1, offsets[-1])), 1) + 0.1
    got = detect.screen(offsets, amounts, window=window)
    logs = np.log(amounts.astype(np.float32))
    for i in range(40):
        row = logs[offsets[i] : offsets[i + 1]]
        for k, y in enumerate(row):
            past = row[max(0, k - window) : k]
            wanted = 0.0
            if len(past) >= 5:
                middle = np.median(past)
                wanted = (y - middle) / max(1.4826 * np.median(np.abs(past - middle)), 0.1)
            assert got[offsets[i] + k] == pytest.approx(wanted, rel=1e-3, abs=1e-3)
    np.testing.assert_array_equal(got, detect.screen(offsets, amounts, window=window, threads=3))

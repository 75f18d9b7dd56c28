"""What a user of the scan relies on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.detect import panels
from tidewaiter import detect
from tidewaiter.detect.channels import at_once
from tidewaiter.detect.fdr import q_values
from tidewaiter.detect.run import Options
from tidewaiter.errors import InputError
from tidewaiter.model import State

ARRAYS = ("score", "p", "q", "p_spike", "p_sustained", "p_start", "p_stop", "p_fall", "p_record", "expected", "high")


@pytest.fixture(scope="module")
def panel() -> tuple[np.ndarray, np.ndarray]:
    return panels.trade(600)


def same(a: detect.ScanResult, b: detect.ScanResult, order: np.ndarray | None = None, tolerance: float = 0.0) -> None:
    for name in ARRAYS:
        x, y = getattr(a, name), getattr(b, name)
        x = x if order is None else x[order]
        np.testing.assert_allclose(x, y, rtol=tolerance, atol=tolerance, err_msg=name)
    assert ((a.channel if order is None else a.channel[order]) == b.channel).all()


def test_threads_and_blocks_do_not_change_the_answer(panel: tuple[np.ndarray, np.ndarray]) -> None:
    first = detect.scan(*panel, threads=1, batch=600)
    for threads, batch in ((2, 7), (1, 1), (3, 599)):
        same(first, detect.scan(*panel, threads=threads, batch=batch))


def test_the_order_of_series_and_the_names_of_groups_do_not_matter(panel: tuple[np.ndarray, np.ndarray]) -> None:
    values, groups = panel
    order = np.random.default_rng(3).permutation(len(values))
    same(detect.scan(values, groups), detect.scan(values[order], groups[order]), order, 1e-7)
    same(detect.scan(values, groups), detect.scan(values, groups * 7 + 3), None, 1e-9)


def test_money_in_thousands_is_the_same_money(panel: tuple[np.ndarray, np.ndarray]) -> None:
    values, groups = panel
    a, b = detect.scan(values, groups), detect.scan(values * 1000, groups)
    np.testing.assert_allclose(a.score, b.score, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(a.expected * 1000, b.expected, rtol=1e-6)


def test_compressed_rows_give_what_the_matrix_gives(panel: tuple[np.ndarray, np.ndarray]) -> None:
    values, groups = panel[0].copy(), panel[1]
    values[5, 3] = np.nan
    values[:, 10] = np.nan
    stored = [np.flatnonzero((row != 0) & ~(np.isnan(row) & (np.arange(72) == 10))) for row in values]
    offsets = np.cumsum([0, *map(len, stored)])
    rows = detect.SparsePanel(
        offsets,
        np.concatenate(stored),
        np.concatenate([r[s] for r, s in zip(values, stored, strict=True)]),
        72,
        np.arange(72) == 10,
    )
    same(detect.scan(values, groups), detect.scan_panel(rows, groups, options=Options(2, 50)))


def test_a_planted_surge_start_shift_stop_and_fall_are_found_as_such(panel: tuple[np.ndarray, np.ndarray]) -> None:
    values, groups = panel[0].copy(), panel[1]
    busy = np.flatnonzero((values > 0).mean(1) > 0.95)[:5]
    surge, start, shift, stop, fall = busy
    usual = np.exp(np.mean(np.log(np.maximum(values[busy], 1)), axis=1))
    values[surge, -1] = 40 * usual[0]
    values[start, -19:-1], values[start, -1] = 0, 3 * usual[1]
    values[shift, -4:] = 6 * usual[2] * np.array([0.9, 1.1, 0.8, 1.2])
    values[stop, -3:] = 0
    values[fall, -1] = usual[4] / 80
    found = detect.scan(values, groups)
    assert found.channel[surge] == "spike"
    assert found.channel[start] == "start"
    assert found.channel[shift] == "sustained"
    assert set(found.ranked("likely")[:3]) == {surge, start, shift}
    assert found.p_stop[stop] < 0.01
    assert found.p_fall[fall] < 1e-3
    assert found.p[fall] > 0.2
    assert found.p[stop] == 1
    assert found.expected[surge] == pytest.approx(usual[0], rel=0.7)
    assert found.high[surge] < values[surge, -1]
    assert found.chance[start] < 0.2
    assert found.gap[start] == 18
    assert found.expected[start] == 0
    assert found.previous_record[surge] == values[surge, :-1].max()
    assert found.record_month[surge] == values[surge, :-1].argmax()
    assert found.multiple[surge] == pytest.approx(values[surge, -1] / values[surge, -13])


def test_quiet_series_have_honest_p_values() -> None:
    values, groups = panels.trade(8000, seed=11)
    p = detect.scan(values, groups).p
    assert 0.6 < (p <= 0.1).mean() / 0.1 < 1.3
    assert 0.4 < (p <= 0.01).mean() / 0.01 < 1.5


def test_a_month_not_known_is_no_zero_and_no_alarm(panel: tuple[np.ndarray, np.ndarray]) -> None:
    values, groups = panel[0].copy(), panel[1]
    values[:300, -1] = np.nan
    found = detect.scan(values, groups)
    assert np.isnan(found.p[:300]).all()
    assert np.isnan(found.value[:300]).all()
    assert (found.score[:300] == 0).all()
    assert not found.tested[:300].any()
    assert found.tested[300:].all()
    assert (found.tier[:300] == "").all()


def test_a_gap_of_unknown_months_is_no_silence() -> None:
    values, groups = panels.trade(600)
    busy = int(np.flatnonzero((values > 0).mean(1) > 0.95)[0])
    states = (values == 0).astype(np.uint8)
    for state in range(2, len(detect.STATES)):
        hidden = states.copy()
        hidden[busy, 40:-6] = state
        zeroed = np.where(hidden > 1, 0.0, values)
        found = detect.scan(zeroed, groups, states=hidden)
        assert found.gap[busy] == 0, detect.STATES[state]
        assert found.p_start[busy] == 1, detect.STATES[state]


@pytest.mark.parametrize("known", [0, 2, 3])
def test_a_series_not_known_lately_is_not_tested(known: int) -> None:
    values, groups = panels.trade(600)
    values[5, -13 : -1 - known] = np.nan
    found = detect.scan(values, groups)
    assert np.isnan(found.p[5]) == (known < 3)
    assert (found.artefact[5] == "no recent past") == (known < 3)
    assert found.tested.sum() == 600 - (known < 3)


def test_states_are_the_model_s() -> None:
    assert tuple(s.value for s in State) == detect.STATES


def test_a_kept_calibration_gives_the_same_and_survives_a_file(
    panel: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    first = detect.scan(*panel)
    first.calibration.save(tmp_path / "kept.npz")
    kept = detect.Calibration.load(tmp_path / "kept.npz")
    same(first, detect.scan(*panel, calibration=kept))
    with pytest.raises(InputError, match="season 12"):
        detect.scan(*panel, calibration=kept, season=4)


@pytest.mark.parametrize("months", [1, 2, 5, 7, 9, 13, 24])
@pytest.mark.parametrize("family", ["value", "count"])
def test_short_panels_give_an_answer(months: int, family: str) -> None:
    values = np.round(panels.trade(40, months)[0])
    found = detect.scan(values, family=family)
    assert found.tested.all() == (months > 6)
    assert found.tested.any() == (months > 6)
    assert (np.isnan(found.p) | ((found.p > 0) & (found.p <= 1))).all()
    assert (found.high >= found.expected).all()


def test_empty_and_silent_panels_give_an_answer() -> None:
    assert len(detect.scan(np.zeros((0, 12))).p) == 0
    assert (detect.scan(np.zeros((5, 30))).score == 0).all()
    assert np.isnan(detect.scan(np.full((5, 30), np.nan)).p).all()


def test_counts_find_an_outbreak_and_keep_quiet_otherwise() -> None:
    values = panels.counts(400)
    values[3, -1] += np.ceil(12 * np.sqrt(2 * values[3].mean()))
    values[4, -2:] += np.ceil(5 * np.sqrt(2 * values[4].mean()))
    found = detect.scan(values, family="count", season=52)
    assert set(found.ranked()[:2]) == {3, 4}
    assert (np.delete(found.p, [3, 4]) <= 0.01).mean() < 0.03


def test_large_whole_numbers_taken_for_counts_get_no_absurd_p() -> None:
    values = np.ceil(panels.trade(300)[0])
    values[7, -1] = 1e4 * values[7].max()
    p = detect.scan(values, family="count").p
    assert p[7] == np.nanmin(p)
    assert 1e-15 < p[7] < 1e-6


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (np.zeros(5), {}, "two dimensions"),
        (np.array([[1.0, -2.0]]), {}, "series 0, month 1: -2"),
        (np.array([[1.0, np.inf]]), {}, "inf"),
        (np.zeros((3, 4)), {"family": "money"}, "value, count"),
        (np.zeros((3, 4)), {"groups": [1, 2]}, "one group for each of 3"),
        (np.zeros((3, 4)), {"states": np.zeros((3, 3), np.uint8)}, "shape"),
        (np.zeros((3, 4)), {"states": np.full((3, 4), 9)}, "state 9"),
        (np.zeros((3, 4)), {"season": 0}, "season"),
        (np.full((3, 30), 12.5), {"family": "count"}, "series 0, month 0: 12.5 is no count"),
        (np.zeros((3, 0)), {}, "no month"),
        (np.array([["a"]]), {}, "numbers"),
    ],
)
def test_what_cannot_be_scanned_is_told_in_one_line(
    values: np.ndarray, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message) as told:
        detect.scan(values, **options)  # type: ignore[arg-type]
    assert "\n" not in str(told.value)


def test_progress_is_told(panel: tuple[np.ndarray, np.ndarray]) -> None:
    told: list[tuple[int, int]] = []
    detect.scan(*panel, batch=250, progress=lambda done, of: told.append((done, of)))
    assert told == [(250, 600), (500, 600), (600, 600)]


def test_q_values_are_benjamini_hochberg_s() -> None:
    p = np.random.default_rng(1).random(200) ** 3
    slow = [min(1.0, min(p[j] * 200 / (p <= p[j]).sum() for j in range(200) if p[j] >= p[i])) for i in range(200)]
    np.testing.assert_allclose(q_values(p), slow)


def test_the_package_is_light_and_needs_nothing_else_of_the_project() -> None:
    code = (
        "import sys, tidewaiter.detect as d\n"
        "heavy = [m for m in ('numpy', 'numba', 'scipy') if m in sys.modules]\n"
        "d.scan\n"
        "print(heavy, sorted(m for m in sys.modules if m.startswith('tidewaiter.') and 'detect' not in m),"
        " [m for m in ('msgspec', 'pyarrow', 'duckdb', 'scipy.stats') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] ['tidewaiter._version', 'tidewaiter.errors'] []"


def test_starts_are_one_event_only_where_several_times_the_usual_number_begin() -> None:
    """The same rule for a scan and for the cascade: 9 of 50 where half is usual are; 40 of 4,000 where 20 are usual are not."""
    silent, chance = np.array([50.0, 4000.0]), np.array([0.01, 0.005])
    assert (at_once(np.array([9.0, 40.0]), silent * chance, silent, chance) > 0).tolist() == [True, False]
    assert (at_once(np.array([3.0, 200.0]), silent * chance, silent, chance) > 0).tolist() == [False, True]

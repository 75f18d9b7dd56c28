"""Where a level moved: to the month where that can be told, within an interval that holds it, and not at all where nothing did."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from benchmarks.detect.levelshifts import PUBLISHED, Published, place_knowing, simulate_shifts
from benchmarks.detect.seeds import develop
from benchmarks.detect.shiftkinds import simulate_kinds

from tidewaiter import detect
from tidewaiter.detect.kernel_moves import weigh_moves
from tidewaiter.errors import InputError


def test_level_shifts_are_dated_within_a_month() -> None:
    made = simulate_shifts(develop("shift", 1), 80)
    found = [detect.level_shift(v) for v in made.values]
    has = made.at >= 0
    near = [f.month is not None and abs(f.month - at) <= 1 for f, at in zip(found, made.at, strict=True)]
    assert np.mean(np.array(near)[has]) > 0.9
    assert np.mean([f.month is not None for f, h in zip(found, has, strict=True) if not h]) < 0.1
    assert all(f.earliest <= f.month <= f.latest for f in found if f.month is not None)
    right = [
        abs(np.log(f.factor / by)) < 0.5 for f, by, h in zip(found, made.factor, has, strict=True) if h and f.month
    ]
    assert np.mean(right) > 0.9


@pytest.mark.parametrize("series", PUBLISHED, ids=lambda series: series.what[:9])
def test_the_published_shifts_are_dated_where_they_are(series: Published) -> None:
    for scale in (1.0, 1000.0):
        found = detect.level_shifts(np.array(series.tonnes) * scale)
        assert len(found) == 1
        assert found[0].month is not None
        assert abs(found[0].month + 1 - series.at) <= 1
        assert found[0].earliest + 1 <= series.at <= found[0].latest + 1
        assert found[0].factor < 0.6


def test_what_is_dated_lies_in_its_interval_and_what_did_not_shift_is_seldom_dated() -> None:
    told: dict[str, list[bool]] = defaultdict(list)
    wrong: list[bool] = []
    for name, values, true in simulate_kinds(develop("shift kinds", 1), 20):
        for row, at in zip(values, true, strict=True):
            shift = detect.level_shift(row)
            if at and shift.month is not None:
                told[name].append(any(shift.earliest <= a <= shift.latest for a in at))
            elif not at:
                wrong.append(shift.month is not None)
            assert shift.latest - shift.earliest < 12 or shift.month is None
            assert 0 <= shift.earliest <= shift.latest < len(row)
    assert np.mean(wrong) < 0.08
    assert np.mean([held for each in told.values() for held in each]) > 0.93
    assert all(np.mean(each) > 0.75 for each in told.values()), {name: np.mean(each) for name, each in told.items()}
    assert all(len(told[name]) >= 3 for name in ("24 months", "there and back, 9 to 14 months", "over six months"))


def test_a_month_without_trade_may_hide_the_shift() -> None:
    rng = np.random.default_rng(4)
    values = np.exp(rng.normal(10, 0.1, 48)) * np.where(np.arange(48) < 27, 1, 5)
    sure = detect.level_shift(values)
    assert (sure.month, sure.earliest, sure.latest) == (27, 27, 27)
    for hidden in (0.0, np.nan):
        values[25:29] = hidden
        shift = detect.level_shift(values)
        assert shift.month is not None
        assert shift.earliest <= 25
        assert shift.latest >= 29


def test_a_lone_outlier_or_two_are_no_level() -> None:
    rng = np.random.default_rng(5)
    values = np.exp(rng.normal(10, 0.2, 48))
    values[[20, 21]] *= 20
    values[40] /= 30
    assert detect.level_shifts(values) == []


def test_what_goes_up_and_comes_back_is_two_shifts() -> None:
    rng = np.random.default_rng(6)
    values = np.exp(rng.normal(10, 0.15, 60)) * np.where((np.arange(60) >= 25) & (np.arange(60) < 36), 3.0, 1.0)
    up, down = detect.level_shifts(values)
    assert (up.month, down.month) == (25, 36)
    assert up.factor > 2
    assert down.factor < 0.5


def test_no_unit_and_no_direction_matters() -> None:
    made = simulate_shifts(develop("shift", 2), 12)
    for row in made.values:
        one = detect.level_shift(row)
        other = detect.level_shift(1e6 / row)
        assert detect.level_shift(row * 1000).month == one.month
        assert (other.month, other.earliest, other.latest) == (one.month, one.earliest, one.latest)
        assert other.factor * one.factor == pytest.approx(1, rel=1e-6)


def test_short_or_silent_series_have_no_level_shift() -> None:
    assert detect.level_shift(np.zeros(50)).month is None
    assert detect.level_shift([1.0, np.nan, 3.0]).month is None
    assert detect.level_shift(np.full(40, 7.0)).month is None
    assert detect.level_shifts([]) == []
    with pytest.raises(InputError, match="-1"):
        detect.level_shift([1.0, -1.0])
    with pytest.raises(InputError, match="inf"):
        detect.level_shift([1.0, np.inf])
    with pytest.raises(InputError, match="one series"):
        detect.level_shift(np.ones((2, 30)))


def test_the_evidence_is_that_of_the_plain_formula() -> None:
    rng = np.random.default_rng(7)
    n = 30
    at = np.sort(rng.choice(np.arange(36), n, replace=False)).astype(np.float64)
    y = rng.normal(0, 0.3, n)
    y -= np.median(y)
    base = np.column_stack([np.ones(n), at / 36])
    precision = np.array([1e-6, 16.0, 0.7])
    out = np.empty((2, 2))
    gap = np.diff(at, prepend=at[0])
    weigh_moves(base, y, gap, at, precision, np.array([0.0, 18.0]), np.array([0.0, 3.0]), out)
    for row, columns in ((0, base), (1, np.column_stack([base, np.clip((at - 17) / 3, 0, 1)]))):
        evidence, last = _plain(columns, y, at, precision[: columns.shape[1]])
        assert out[row, 0] == pytest.approx(evidence, abs=1e-8)
        assert out[row, 1] == pytest.approx(last if row else 0.0, abs=1e-8)


def _plain(x: np.ndarray, y: np.ndarray, at: np.ndarray, precision: np.ndarray) -> tuple[float, float]:
    """The same fit and evidence with matrices: correlation of all months, then the density of the scores."""
    nu, mean, sd, wide, low, high = 4.0, 0.15, 0.15, 0.15, -0.3, 0.95
    n = len(x)
    best = (-np.inf, 0.0)
    w, rho, s2 = np.ones(n), 0.6, 2.2 * np.median(np.abs(y)) ** 2 + 1e-4
    apart = np.diff(at)

    def density(rho: float) -> tuple[float, float]:
        normal = (1 - wide) * np.exp(-0.5 * ((rho - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
        return normal, wide / (high - low)

    def links(rho: float) -> np.ndarray:
        return np.where(apart == 1, rho, rho**apart if rho > 0 else 0.0)

    def correlation(rho: float) -> np.ndarray:
        c = np.eye(n)
        for i in range(n):
            for j in range(i):
                c[i, j] = c[j, i] = links(rho)[j:i].prod()
        return c

    for step in range(8):
        sw = np.sqrt(w)
        solved = np.linalg.inv(correlation(rho))
        a, b = x * sw[:, None], y * sw
        gram = a.T @ solved @ a + np.diag(precision) * s2
        beta = np.linalg.solve(gram, a.T @ solved @ b)
        r = y - x @ beta
        if step == 0:
            s2 = 2.2 * np.median(r**2) + 1e-6
        w = (nu + 1) / (nu + r**2 / s2)
        s2 = (w * r**2).mean() + 1e-6
        z = np.sign(r) * (8 * nu + 1) / (8 * nu + 3) * np.sqrt(nu * np.log1p(r**2 / s2 / nu))
        copula = -0.5 * np.linalg.slogdet(correlation(rho))[1] - 0.5 * z @ (solved - np.eye(n)) @ z
        marginal = (np.log(3 / 8) - 2.5 * np.log1p(r**2 / s2 / nu) - 0.5 * np.log(s2)).sum()
        priors = np.log(sum(density(rho))) + 0.5 * np.log(precision).sum() - 0.5 * (precision * beta**2).sum()
        # the scale of the coefficients' curvature is that of the residuals, as the residuals now are
        evidence = marginal + copula + priors - 0.5 * (np.linalg.slogdet(gram)[1] - len(beta) * np.log(s2))
        best = max(best, (float(evidence), float(beta[-1])))
        next_to = apart == 1
        pairs = next_to.sum()
        est = (z[1:] * z[:-1])[next_to].sum() / (0.5 * (z[1:] ** 2 + z[:-1] ** 2))[next_to].sum()
        known = pairs / (1 - np.clip(rho, 0, 0.9) ** 2)
        normal, even = density(rho)
        prior = normal / (normal + even) / sd**2
        rho = float(np.clip((est * known + mean * prior) / (known + prior), low, high))
    return best


def test_the_observer_who_knows_the_rest_is_seldom_beaten() -> None:
    made = simulate_shifts(develop("shift", 3), 40, noise=0.4)
    at = made.at
    known = [place_knowing(made, row, 0.4) for row in range(40)]
    near = np.array([odds > 0 and abs(month - a) <= 1 for (month, odds), a in zip(known, at, strict=True)])
    ours = [detect.level_shift(row).month for row in made.values]
    mine = np.array([m is not None and abs(m - a) <= 1 for m, a in zip(ours, at, strict=True)])
    assert near[at >= 0].mean() > 0.85
    assert near[at >= 0].mean() >= mine[at >= 0].mean() - 0.05

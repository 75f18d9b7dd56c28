"""The compiled kernels against plain ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from tests.detect import panels, reference
from tidewaiter.detect import kernel, kernel_counts, kernel_odds, run
from tidewaiter.detect.counts import tail
from tidewaiter.detect.priors import group_shape


def holed(values: np.ndarray, seed: int) -> np.ndarray:
    """Some months not known."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(values.shape) < 0.05, kernel.UNKNOWN, values)


@pytest.mark.parametrize("end", [71, 40, 13, 6, 0])
def test_values_are_measured_as_described(end: int) -> None:
    values = holed(panels.trade(60)[0], 1)
    values[0] = 0.0
    values[1] = kernel.UNKNOWN
    values[2] = 1e-9
    recent = run.recent_months(end + 1)
    basis = run.basis(72, end, 12)
    discount = 2.0 ** ((np.arange(72) - end) / 30)
    ridge = np.array([0.3, 2, 6, 6, 12, 12.0])
    rng = np.random.default_rng(2)
    scale = rng.uniform(0.2, 1, 60)
    centre = rng.normal(0, 0.3, (60, 6)) + np.array([10.0, 0, 0, 0, 0, 0])
    out = np.empty((60, len(kernel.COLUMNS)))
    kernel.measure(values, end, 12, recent, basis, run.products_of(basis), discount, ridge, centre, scale, 10.0, out)
    for i, row in enumerate(values):
        wanted = reference.history(row, end, 12)
        wanted |= reference.value_baseline(row, end, recent, basis, discount, ridge, centre[i], scale[i], 10.0)
        got = dict(zip(kernel.COLUMNS, out[i], strict=True))
        for name, value in wanted.items():
            assert got[name] == pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True), (i, name)


def test_what_a_group_shares_is_added_up_as_described() -> None:
    values = holed(panels.trade(60)[0], 3)
    basis, discount = run.basis(72, 71, 12), 2.0 ** ((np.arange(72) - 71) / 30)
    own = np.arange(60) % 2
    sums = np.zeros((2, kernel.N_PROFILE), np.int64)
    for part in (slice(0, 17), slice(17, 60)):
        spreads = np.empty((len(values[part]), 4))
        kernel.survey(values[part], 66, basis, run.products_of(basis), discount, own[part], spreads, sums)
        alone = np.empty_like(spreads)
        kernel.spread(values[part], 66, alone)
        assert (alone == spreads).all()
    for g in range(2):
        right, gram = reference.profile(values[own == g], 66, basis, discount)
        assert sums[g, :5] / kernel.FIXED == pytest.approx(right, abs=1e-4)
        assert sums[g, 5:-2] / kernel.FIXED == pytest.approx(gram[np.tril_indices(5)], abs=1e-4)


def test_a_season_shared_by_a_group_is_known_to_a_newcomer_and_one_of_its_own_is_not_shared() -> None:
    rng = np.random.default_rng(5)
    month = np.arange(60)
    season = 1.2 * np.cos(2 * np.pi * month / 12)
    values = np.exp(10 + season + rng.normal(0, 0.3, (40, 60)))
    lonely = np.exp(10 + rng.normal(0, 0.3, (40, 60)))
    groups = np.repeat([0, 1], 40)
    basis, discount = run.basis(60, 59, 12), np.ones(60)
    sums = np.zeros((2, kernel.N_PROFILE), np.int64)
    products, spreads = run.products_of(basis), np.empty((80, 4))
    kernel.survey(np.vstack([values, lonely]), 54, basis, products, discount, groups, spreads, sums)
    shape = group_shape(sums, np.array([0.3, 0.3]))
    fitted = basis[:, 1:] @ shape.T
    assert np.abs(fitted[:54, 0] - fitted[:54, 0].mean() - season[:54]).max() < 0.2
    assert np.abs(fitted[:54, 1] - fitted[:54, 1].mean()).max() < 0.2
    alone = np.zeros((1, kernel.N_PROFILE), np.int64)
    kernel.survey(values[:1], 54, basis, products, discount, np.zeros(1, np.int64), spreads, alone)
    assert np.abs(group_shape(alone, np.array([0.3]))).max() < 1e-9


@pytest.mark.parametrize("end", [299, 120, 20])
def test_counts_are_measured_as_described(end: int) -> None:
    values = holed(panels.counts(25), 1)
    values[0] = 0.0
    values[1, 40:60] = 500.0
    recent = run.recent_months(end + 1)
    basis = run.basis(300, end, 52)
    discount = 2.0 ** ((np.arange(300) - end) / 260)
    ridge = run.COUNT_RIDGE
    level = np.random.default_rng(2).normal(1, 1, 25)
    out = np.empty((25, len(kernel_counts.COUNT_COLUMNS)))
    kernel_counts.measure_counts(values, end, 52, recent, basis, discount, ridge, level, out)
    for i, row in enumerate(values):
        wanted = reference.history(row, end, 52)
        wanted |= reference.count_baseline(row, end, recent, basis, discount, ridge, level[i])
        got = dict(zip(kernel_counts.COUNT_COLUMNS, out[i], strict=True))
        for name, value in wanted.items():
            assert got[name] == pytest.approx(value, rel=1e-7, abs=1e-9, nan_ok=True), (i, name)


def test_the_tail_is_that_of_a_negative_binomial_with_variance_phi_mu() -> None:
    for mu in (0.1, 3.0, 80.0):
        for phi in (1.3, 4.0):
            law = stats.nbinom(mu / (phi - 1), 1 / phi)
            assert law.mean() == pytest.approx(mu)
            assert law.var() == pytest.approx(phi * mu)
            y = np.array([0.0, 1, 2, 7, 100])
            got = tail(y, np.full(5, mu), np.full(5, phi))
            assert got == pytest.approx(law.sf(y) + 0.5 * law.pmf(y), rel=1e-8, abs=1e-300)


def test_sparse_rows_are_laid_out() -> None:
    out = np.empty((2, 4))
    unknown = np.array([False, False, True, False])
    kernel.unpack(np.array([0, 2, 3]), np.array([0, 3, 2]), np.array([5.0, -1.0, 7.0]), unknown, 0, 2, out)
    assert out.tolist() == [[5, 0, -1, -1], [0, 0, 7, 0]]


def test_the_odds_kernel_sums_what_it_says() -> None:
    """Predictive density, tails and odds against a plain sum over the same nodes with SciPy's t law."""
    rng = np.random.default_rng(4)
    residuals = rng.standard_t(4, (30, kernel.RECENT)) * 0.5
    residuals[rng.random(residuals.shape) < 0.3] = np.nan
    residuals[:20, 0] = np.abs(rng.standard_t(4, 20)) + 0.1
    scale, carry, doubt = rng.uniform(0.2, 0.9, 30), rng.uniform(0, 0.7, 30), rng.uniform(0.1, 0.6, 30)
    out = np.empty((30, len(kernel_odds.ODDS)))
    kernel_odds.weigh(residuals, scale, carry, doubt, 0.2, 1.0, True, out)
    nodes, weights = np.polynomial.hermite_e.hermegauss(7)
    weights = weights / weights.sum()
    for i in range(30):
        z = residuals[i] / scale[i]
        seen = [j for j in range(kernel.RECENT) if not np.isnan(z[j])]
        if not seen or seen[0] != 0:
            assert out[i, 3] == -50
            continue
        before = {j: next((k for k in seen if k > j), None) for j in seen}

        def likelihood(
            y: np.ndarray, error: float, i: int = i, seen: list[int] = seen, before: dict[int, int | None] = before
        ) -> np.ndarray:
            each = np.ones(kernel.RECENT)
            for j in seen:
                k = before[j]
                rho = carry[i] ** (k - j) if k is not None else 0.0
                ahead = error + (rho * (y[k] - error) if k is not None else 0.0)
                each[j] = stats.t.pdf(y[j], 4, ahead, np.sqrt(1 - rho**2))
            return each

        whole = past = up = surge = shift = 0.0
        for share, sd in ((0.8, max(doubt[i], 0.05)), (0.2, np.hypot(max(doubt[i], 0.05), 1.0))):
            for x, w in zip(nodes, weights, strict=True):
                plain = likelihood(z, x * sd)
                past += share * w * plain[1:].prod()
                whole += share * w * plain.prod()
                k = before[0]
                rho = carry[i] ** k if k is not None else 0.0
                ahead = x * sd + (rho * (z[k] - x * sd) if k is not None else 0.0)
                up += share * w * plain[1:].prod() * stats.t.sf(z[0], 4, ahead, np.sqrt(1 - rho**2))
                for size, sw in zip(kernel_odds.SURGES, kernel_odds.SURGE_WEIGHTS, strict=True):
                    moved = z - np.array([size / scale[i], 0, 0, 0, 0, 0])
                    surge += sw * share * w * likelihood(moved, x * sd).prod()
                for size, sw in zip(kernel_odds.SHIFTS, kernel_odds.SHIFT_WEIGHTS, strict=True):
                    for length, lw in zip(kernel_odds.LENGTHS, kernel_odds.LENGTH_WEIGHTS, strict=True):
                        if sum(j < length for j in seen) >= 2:
                            moved = z - np.where(np.arange(6) < length, size / scale[i], 0.0)
                            shift += sw * lw * share * w * likelihood(moved, x * sd).prod()
        assert out[i, 0] == pytest.approx(np.log(whole / past / scale[i]), rel=1e-8)
        assert out[i, 1] == pytest.approx(-np.log(up / past), rel=1e-8)
        if z[0] > 0:
            assert out[i, 3] == pytest.approx(np.log(surge / whole), rel=1e-8)
            assert out[i, 4] == pytest.approx(np.log(max(shift / whole, 1e-20)), rel=1e-8)


def test_compiled_code_of_other_sources_is_thrown_away(tmp_path: Path) -> None:
    source, folder = tmp_path / "source", tmp_path / "cache"
    source.mkdir()
    folder.mkdir()
    (source / "kernel.py").write_text("P = 6")
    (source / "kernel_counts.py").write_text("from kernel import P")
    old, other = folder / "kernel_counts.measure-1.py311.nbi", folder / "else.nbi"
    old.write_bytes(b"x")
    other.write_bytes(b"x")
    assert run.discard_stale(source, folder)
    assert not old.exists()
    assert other.exists()
    old.write_bytes(b"x")
    assert not run.discard_stale(source, folder)
    assert old.exists()
    (source / "kernel.py").write_text("P = 7")
    assert run.discard_stale(source, folder)
    assert not old.exists()

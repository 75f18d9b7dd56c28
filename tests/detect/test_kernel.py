"""The compiled kernels against plain ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.detect import panels, reference
from tidewaiter.detect import kernel, kernel_counts, run
from tidewaiter.detect.counts import tail


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
    level, scale = rng.normal(10, 1, 60), rng.uniform(0.2, 1, 60)
    out = np.empty((60, len(kernel.COLUMNS)))
    kernel.measure(values, end, 12, recent, basis, discount, ridge, level, scale, 10.0, out)
    for i, row in enumerate(values):
        wanted = reference.history(row, end, 12)
        wanted |= reference.value_baseline(row, end, recent, basis, discount, ridge, level[i], scale[i], 10.0)
        got = dict(zip(kernel.COLUMNS, out[i], strict=True))
        for name, value in wanted.items():
            assert got[name] == pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True), (i, name)


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

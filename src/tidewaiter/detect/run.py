"""Runs the kernel over a panel: blocks of series on a few threads, the same numbers whatever their size."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect import kernel, kernel_counts
from tidewaiter.detect.measured import Measured
from tidewaiter.detect.panel import Panel
from tidewaiter.detect.priors import Priors, group_priors, group_shape
from tidewaiter.errors import InputError

__all__ = ["Options", "basis", "compiled", "measure_month", "recent_months"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HALF_LIFE = 45.0
RIDGE_TREND, RIDGE_YEAR, RIDGE_HALF = 4.0, 12.0, 24.0
PRIOR_FREEDOM = 10.0
COUNT_HALF_LIFE = 60.0
COUNT_RIDGE = np.array([0.02, 8.0, 2.0, 2.0, 4.0, 4.0])


@dataclass(frozen=True)
class Options:
    """How to run: threads, series a block, and a callback told ``(series done, series in all)``."""

    threads: int = 0
    batch: int = 16384
    progress: Callable[[int, int], None] | None = None

    def workers(self) -> int:
        """How many threads to use: as asked, else one a core, four at most."""
        return self.threads or min(4, os.cpu_count() or 1)


def compiled() -> bool:
    """Whether the kernel's compiled form is at hand, so that the first scan will not have to wait for it."""
    if kernel.measure.signatures:
        return True
    folder = cache_folder()
    return folder is not None and any(folder.glob("kernel.measure*.nbi"))


def cache_folder() -> Path | None:
    """Where compiled code is kept; None where it cannot be."""
    try:
        return Path(kernel.measure._cache.cache_path)  # type: ignore[attr-defined]
    except AttributeError:
        return None


def discard_stale(source: Path, folder: Path) -> bool:
    """Throw away compiled kernels in ``folder`` that were made from other sources than those in ``source``.

    Numba looks at the file of a function only, not at those it calls or takes constants from: after an update of one kernel the
    compiled form of another would go on with what no longer is, and numbers would be wrong without a word.

    Returns
    -------
    bool
        Whether anything was thrown away.
    """
    digest = hashlib.sha256(b"".join(p.read_bytes() for p in sorted(source.glob("kernel*.py")))).hexdigest()
    stamp = folder / "kernels.sha256"
    try:
        if stamp.read_text() == digest:
            return False
    except OSError:
        pass
    stale = [*folder.glob("kernel*.nbi"), *folder.glob("kernel*.nbc")]
    try:
        for path in stale:
            path.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        stamp.write_text(digest)
    except OSError:  # not ours to write to: then nothing was compiled into it by us either
        return False
    return bool(stale)


def basis(n_months: int, end: int, season: int) -> Floats:
    """Return ones, trend and two harmonics [n_months, 6] with ``end`` as the origin."""
    m = np.arange(n_months) - float(end)
    w = 2 * np.pi * m / season
    return np.ascontiguousarray(
        np.stack([np.ones(n_months), m / (3.0 * season), np.cos(w), np.sin(w), np.cos(2 * w), np.sin(2 * w)], axis=1)
    )


def recent_months(n_months: int) -> int:
    """How many last months are judged against the baseline of those before: six, fewer in a short panel."""
    return int(np.clip(n_months // 5, 1, kernel.RECENT))


def each_block(n: int, options: Options, work: Callable[[int, int], None]) -> None:
    """Call ``work(first, last)`` for all blocks of ``n`` series, on threads."""
    starts = range(0, n, options.batch)
    if len(starts) <= 1 or options.workers() == 1:
        for first in starts:
            work(first, min(first + options.batch, n))
            if options.progress:
                options.progress(min(first + options.batch, n), n)
        return
    with ThreadPoolExecutor(options.workers()) as pool:
        for first, _ in zip(starts, pool.map(lambda a: work(a, min(a + options.batch, n)), starts), strict=True):
            if options.progress:
                options.progress(min(first + options.batch, n), n)


def discount_of(n_months: int, end: int, season: int, family: str) -> Floats:
    """Return the weight of each month [n_months]; the past counts half after some years."""
    half_life = HALF_LIFE if family == "value" else COUNT_HALF_LIFE
    return np.asarray(2.0 ** ((np.arange(n_months) - end) / (half_life * season / 12.0)))


def ridge_of(prior: Priors) -> Floats:
    """Return the prior precision of level, trend and harmonics, in units of the residual's."""
    typical = float(np.mean(prior.scale**2)) if len(prior.scale) else 1.0
    return np.array([typical / prior.within, RIDGE_TREND, RIDGE_YEAR, RIDGE_YEAR, RIDGE_HALF, RIDGE_HALF])


def products_of(ahead: Floats) -> Floats:
    """Return the products of the columns of a :func:`basis`, lower triangle row by row, padded [n_months, kernel.PADDED]."""
    rows, columns = np.tril_indices(kernel.P)
    out = np.zeros((len(ahead), kernel.PADDED))
    out[:, : len(rows)] = ahead[:, rows] * ahead[:, columns]
    return out


def priors_of(
    panel: Panel, groups: Ints, n_groups: int, end: int, ahead: Floats, discount: Floats, options: Options
) -> tuple[Priors, Floats]:
    """Return what groups say of their members: :class:`Priors`, and coefficients [n_groups, 6] of the tested month.

    ``end`` is the month after the last that is learnt from; ``ahead`` the :func:`basis`, ``discount`` the weight of each month.
    """
    spreads = np.empty((panel.n_series, 4))
    sums = np.zeros((n_groups, kernel.N_PROFILE), np.int64)
    products, lock = products_of(ahead), Lock()

    def add(a: int, b: int) -> None:
        names, own = np.unique(groups[a:b], return_inverse=True)
        mine = np.zeros((len(names), kernel.N_PROFILE), np.int64)
        kernel.survey(panel.block(a, b), end, ahead, products, discount, own.astype(np.int64), spreads[a:b], mine)
        with lock:  # whole numbers: the order of adding does not change them
            sums[names] += mine

    each_block(panel.n_series, Options(options.threads, options.batch), add)
    prior = group_priors(spreads, groups, n_groups)
    shape = group_shape(sums, prior.scale)
    # the level is that of the middle of the past, the coefficients those of the month that is tested
    middle = ahead[:end, 1:].mean(axis=0) if end else np.zeros(kernel.P - 1)
    return prior, np.ascontiguousarray(np.column_stack([prior.level - shape @ middle, shape]))


def measure_month(
    panel: Panel,
    groups: Ints,
    n_groups: int,
    end: int,
    family: str,
    season: int,
    recent: int,
    options: Options,
) -> Measured:
    """Measure every series' month ``end`` against its own baseline."""
    n = panel.n_series
    ahead = basis(panel.n_months, end, season)
    discount = discount_of(panel.n_months, end, season, family)
    prior, centre = priors_of(panel, groups, n_groups, max(end - recent + 1, 0), ahead, discount, options)
    level, scale = prior.level[groups], prior.scale[groups]
    products = products_of(ahead)
    columns = kernel.COLUMNS if family == "value" else kernel_counts.COUNT_COLUMNS
    table = np.empty((n, len(columns)))
    ridge = ridge_of(prior)

    def fit_values(a: int, b: int) -> None:
        kernel.measure(
            panel.block(a, b), end, season, recent, ahead, products, discount, ridge,
            centre[groups[a:b]], scale[a:b], PRIOR_FREEDOM, table[a:b],
        )  # fmt: skip

    def fit_counts(a: int, b: int) -> None:
        block = panel.block(a, b)
        broken = block != np.floor(block)
        if broken.any():
            i, m = np.argwhere(broken)[0]
            raise InputError(
                f"series {a + i}, month {m}: {block[i, m]:g} is no count; family 'count' is for whole numbers, 'value' for money and weight"
            )
        kernel_counts.measure_counts(block, end, season, recent, ahead, discount, COUNT_RIDGE, level[a:b], table[a:b])

    each_block(n, options, fit_values if family == "value" else fit_counts)
    return Measured(family, table, groups, n_groups, level, scale, prior.within)


if (_folder := cache_folder()) is not None:
    discard_stale(Path(__file__).parent, _folder)

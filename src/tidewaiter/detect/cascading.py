"""Every month of compressed rows in two stages: all entries are looked at, the few that stand out are scored in full."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tidewaiter.detect import kernel, kernel_cascade, run
from tidewaiter.detect.calibration import LOOKS, Calibration, calibrate_panel
from tidewaiter.detect.fdr import TIERS, tiers
from tidewaiter.detect.kernel import RECENT
from tidewaiter.detect.measured import Measured
from tidewaiter.detect.panel import SparsePanel
from tidewaiter.detect.priors import Priors, group_priors
from tidewaiter.detect.result import ScanResult
from tidewaiter.detect.scanning import BUDGET, group_numbers, judge
from tidewaiter.detect.silences import FEW, GAPS, OCCUPANCY
from tidewaiter.errors import InputError

__all__ = ["Found", "cascade"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WINDOW = 24
PARTS = 8
"""Shares of the rows that are added up by themselves: always as many, so that the sums do not depend on threads."""
EXCESS = 0.7
MOST = 0.25
"""Of a month that stands out more entries are looked at: as many as are still 1 / EXCESS of the usual number, MOST of all at most."""
SAMPLE = 5_000
EACH = 8
"""Every so manieth series tells how far those of its group stray."""


@dataclass(frozen=True)
class Found:
    """What passed the first stage in one month.

    Attributes
    ----------
    month
        Column.
    series
        int64 [n], rising.
    result
        Of these series alone; ``q`` and ``tier`` count all series of the panel as tested, those not looked at closely as
        quiet.
    """

    month: int
    series: Ints
    result: ScanResult


@dataclass(frozen=True)
class _Looked:
    """What the first stage says: interest of each entry, its counts by month and size, and what it gathered of all series."""

    interest: NDArray[np.float32]
    counts: Ints
    priors: Priors
    moves: NDArray[np.float32]
    members: NDArray[np.float32]
    begun: NDArray[np.float32]
    usual: NDArray[np.float32]
    size: Ints


def cascade(
    panel: SparsePanel,
    groups: ArrayLike | None = None,
    season: int = 12,
    *,
    calibration: Calibration | None = None,
    share: float = 0.002,
    first: int | None = None,
    threads: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Found]:
    """Judge every month of money or weight in compressed rows, upward moves only, with a bounded number of close looks.

    :func:`tidewaiter.detect.backscan` scores every series in every month. Here each entry is first set against the median and
    the median absolute deviation of those before it, and only the ``share`` of them that stand out most, in all months
    together, are scored as a scan of that month would. Levels, scales and moves of groups are read off the first stage. What
    is lost by that is in ``docs/detection.md``.

    Parameters
    ----------
    panel
        Entries of a series have to lie in order of time.
    groups, season, calibration, threads
        As for :func:`tidewaiter.detect.scan`.
    share
        Share of all entries that are looked at closely.
    first
        First column to judge; None: the one after two seasons.
    progress
        Called with months done and months in all.

    Yields
    ------
    Found
        One for each month, in order.
    """
    if not 0 < share <= 1:
        raise InputError(f"share must lie above 0 and not above 1; got {share}")
    options = run.Options(threads)
    numbers, n_groups = group_numbers(groups, panel.n_series)
    if calibration is None:
        calibration = calibrate_panel(panel, numbers, n_groups, "value", season, options)
    if (calibration.family, calibration.season) != ("value", season):
        raise InputError(f"the calibration is for family {calibration.family!r} and season {calibration.season}")
    begin = min(2 * season, panel.n_months - 1) if first is None else first
    looked = _look(panel, numbers, n_groups, calibration, season, options)
    series, months = _passing(panel, looked, share, begin)
    order = np.argsort(months, kind="stable")
    edges = np.searchsorted(months[order], np.arange(begin, panel.n_months + 1))
    moves = _moves(looked, season)

    def one(month: int) -> Found:
        some = series[order[edges[month - begin] : edges[month - begin + 1]]]
        result = _score(panel, some, month, numbers, n_groups, season, calibration, looked, moves)
        return Found(month, some, result)

    wanted = range(begin, panel.n_months)
    with ThreadPoolExecutor(options.workers()) as pool:
        for done, found in enumerate(pool.map(one, wanted), 1):
            yield found
            if progress:
                progress(done, len(wanted))


def _look(
    panel: SparsePanel, groups: Ints, n_groups: int, c: Calibration, season: int, options: run.Options
) -> _Looked:
    """Run the first stage over all rows."""
    n, n_months = panel.n_series, panel.n_months
    offsets = np.ascontiguousarray(panel.offsets, dtype=np.int64)
    interest = np.empty(len(panel.months), np.float32)
    sums = np.empty((n, 4))
    moves, members, begun = (np.zeros((n_groups, n_months), np.float32) for _ in range(3))
    known = np.append(0, np.cumsum(~panel.unknown_months)).astype(np.int64)
    unlikely = (-np.log(c.constants.silences.restarts)).astype(np.float32)
    rare = (-np.log(c.constants.silences.starts)).astype(np.float32)
    spreads = _spreads(panel, groups, n_groups)

    def part(a: int, b: int) -> tuple[int, list[NDArray[np.float32]], Ints]:
        low, high = int(offsets[a]), int(offsets[b])
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(np.asarray(panel.amounts[low:high], np.float32))
        logs[~np.isfinite(logs)] = np.nan
        own = groups[a:b]
        base = int(own.min()) if b > a else 0
        tables = [np.zeros((int(own.max()) - base + 1 if b > a else 0, n_months), np.float32) for _ in range(3)]
        counts = np.zeros((n_months, kernel_cascade.BINS), np.int64)
        kernel_cascade.look(
            offsets[a : b + 1] - low, np.ascontiguousarray(panel.months[low:high]), logs, known, 0, b - a, WINDOW, season,
            spreads[base : base + len(tables[0])],            unlikely, rare, OCCUPANCY, GAPS, own - base, interest[low:high], counts, sums[a:b], *tables,
        )  # fmt: skip
        return base, tables, counts

    cuts = np.searchsorted(offsets, np.linspace(0, len(interest), PARTS + 1)[1:-1]).tolist()
    bounds = [0, *cuts, n]
    total = np.zeros((n_months, kernel_cascade.BINS), np.int64)
    with ThreadPoolExecutor(options.workers()) as pool:
        for base, tables, counts in pool.map(part, bounds[:-1], bounds[1:]):
            for whole, some in zip((moves, members, begun), tables, strict=True):
                whole[base : base + len(some)] += some
            total += counts
    usual = np.zeros_like(begun)
    usual[:, 1:] = np.cumsum(begun, axis=1)[:, :-1] / np.arange(1, n_months, dtype=np.float32)
    size = np.bincount(groups, minlength=n_groups)
    return _Looked(interest, total, group_priors(sums, groups, n_groups), moves, members, begun, usual, size)


def _spreads(panel: SparsePanel, groups: Ints, n_groups: int) -> NDArray[np.float32]:
    """Return the log spread that is typical of a series of each group, from some of its members."""
    at = np.arange(0, panel.n_series, max(1, panel.n_series // SAMPLE if panel.n_series < EACH * SAMPLE else EACH))
    out = np.empty((len(at), 4))
    for start in range(0, len(at), SAMPLE):
        some = at[start : start + SAMPLE]
        dense = np.empty((len(some), panel.n_months))
        kernel_cascade.unpack_some(*panel.arrays(), panel.unknown_months, some, panel.n_months - 1, dense)
        kernel.spread(dense, panel.n_months, out[start : start + SAMPLE])
    return np.maximum(group_priors(out, groups[at], n_groups).scale, 0.05).astype(np.float32)


def _passing(panel: SparsePanel, looked: _Looked, share: float, begin: int) -> tuple[Ints, Ints]:
    """Return series and month of the entries that are looked at closely.

    Of every month the ``share`` that stands out most by the measure of all months together; of a month with more than usual of
    them, more.
    """
    above = np.cumsum(looked.counts[:, ::-1], axis=1)[:, ::-1].astype(np.float64)
    judged = above[begin:]
    usual = judged.sum(0) / max(judged[:, 0].sum(), 1.0)
    least = np.full(len(above), np.inf, np.float32)
    count = 0
    for month in range(begin, len(above)):
        mine = above[month] / max(above[month, 0], 1.0)
        enough = (usual <= share) | ((usual <= EXCESS * mine) & (mine <= MOST) & (above[month] >= 20))
        enough[0] = False
        place = int(enough.argmax())
        if enough[place]:
            least[month] = max(place, 1) * kernel_cascade.STEP
            count += int(above[month, place])
    offsets, months, _ = panel.arrays()
    return kernel_cascade.pick(offsets, months, looked.interest, least, count)  # type: ignore[no-any-return]


def _moves(looked: _Looked, season: int) -> Floats:
    """Return what each group did in each month on the whole, in typical spreads, [n_groups, n_months].

    The clipped mean of what its members did against their medians, less the same months of up to three years before (its
    season), shrunk by how much groups move at all. As :func:`tidewaiter.detect.values.common_move`, from less.
    """
    n = looked.members.astype(np.float64)
    mean = np.where(n >= 4, looked.moves / np.maximum(n, 1.0), np.nan)
    usual = np.zeros_like(mean)
    years = np.zeros_like(mean)
    for back in range(season, 3 * season + 1, season):
        if back < mean.shape[1]:
            earlier = mean[:, :-back]
            usual[:, back:] += np.nan_to_num(earlier)
            years[:, back:] += np.isfinite(earlier)
    centre = np.nan_to_num(mean - usual / np.maximum(years, 1.0))
    noise = 1.2 * (1.0 + 1.0 / np.maximum(years, 1.0)) / np.maximum(n, 1.0)
    big = n >= 4
    weight = np.where(big, np.minimum(n, 30.0), 0.0)
    strayed = np.where(big, np.minimum(centre**2, 4.0) - noise, 0.0)
    between = np.maximum((weight * strayed).sum(0) / np.maximum(weight.sum(0), 1.0), 0.0)
    own = np.where(n >= 8, np.maximum(centre**2 - 9.0 * noise, 0.0), 0.0)
    spread = np.maximum(between, own)
    return np.where(big, centre * spread / (spread + noise), 0.0)


def _score(
    panel: SparsePanel,
    series: Ints,
    end: int,
    groups: Ints,
    n_groups: int,
    season: int,
    c: Calibration,
    looked: _Looked,
    moves: Floats,
) -> ScanResult:
    """Score some series in one month, as :func:`tidewaiter.detect.run.measure_month` and a judgement of it would."""
    own = groups[series]
    dense = np.empty((len(series), end + 1))
    kernel_cascade.unpack_some(*panel.arrays(), panel.unknown_months, series, end, dense)
    prior = looked.priors
    level, scale = prior.level[own], prior.scale[own]
    ridge = run.ridge_of(prior)
    table = np.empty((len(series), len(kernel.COLUMNS)))
    centre = np.zeros((len(series), kernel.P))
    centre[:, 0] = level
    ahead = run.basis(end + 1, end, season)
    kernel.measure(
        dense, end, season, c.recent, ahead, run.products_of(ahead), run.discount_of(end + 1, end, season, "value"),
        ridge, centre, scale, run.PRIOR_FREEDOM, table,
    )  # fmt: skip
    back = np.arange(end, end - RECENT, -1)
    move = np.where(back >= 0, moves[own][:, np.maximum(back, 0)], 0.0) * scale[:, None]
    begun = looked.begun[own, end] - 1.0
    usual = looked.usual[own, end].astype(np.float64)
    silent = np.maximum(looked.size[own] - looked.members[own, end], 1.0)
    chance = np.maximum(usual / silent, 1e-4)
    rate = (50.0 * chance + begun) / (50.0 + silent)
    at_once = np.where(begun > usual + 4.0 * np.sqrt(usual + 1.0), np.log(np.maximum(rate / chance, 1.0)), 0.0)
    measured = Measured("value", table, own, n_groups, level, scale, prior.within, move, at_once)
    result = judge(measured, c, BUDGET, run.Options(1), channels=LOOKS)
    tested = panel.n_series if int((~panel.unknown_months[:end]).sum()) >= FEW else int(result.tested.sum())
    q = _q_values(result.p, tested)
    return replace(result, q=q, tier=np.array(TIERS)[tiers(q, result.score, BUDGET)])


def _q_values(p: Floats, tested: int) -> Floats:
    """Benjamini-Hochberg among ``tested``, all that are not here being quiet."""
    out = np.full(len(p), np.nan)
    at = np.flatnonzero(~np.isnan(p))
    order = at[np.argsort(p[at], kind="stable")]
    if len(order):
        steps = p[order] * max(tested, len(order)) / np.arange(1, len(order) + 1)
        out[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return out

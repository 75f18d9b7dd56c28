"""Every month of compressed rows in two stages: all entries are looked at, the few that stand out are scored in full."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tidewaiter.detect import kernel, kernel_carried, kernel_cascade, run
from tidewaiter.detect.calibration import LOOKS, Calibration, calibrate_panel
from tidewaiter.detect.channels import at_once
from tidewaiter.detect.fdr import LIKELY, TIERS, tiers
from tidewaiter.detect.kernel import RECENT
from tidewaiter.detect.looking import Looked, look_at_all
from tidewaiter.detect.measured import Measured
from tidewaiter.detect.panel import SparsePanel
from tidewaiter.detect.priors import group_shape
from tidewaiter.detect.result import ScanResult
from tidewaiter.detect.scanning import BUDGET, group_numbers, judge
from tidewaiter.detect.silences import FEW
from tidewaiter.errors import InputError

__all__ = ["Found", "cascade"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESIDUALS = slice(kernel.COLUMNS.index("r0"), kernel.COLUMNS.index("r0") + RECENT)
EXCESS = 0.7
MOST = 0.25
"""Of a month that stands out more entries are looked at: as many as are still 1 / EXCESS of the usual number, MOST of all at most."""
BEYOND = 3.0
"""Standard errors by which there have to be more than usual."""
FEW_A_MONTH = 20
"""Entries of a month that are scored however few they are a share of: a small panel costs little."""
BY_LOT, FADES = 0.1, 1.0
"""Share of what is just not looked at that is scored none the less, and how fast it falls a unit of log odds."""
BANDS = 2.0
"""Bands of a unit of log odds in which those scored by lot stand for the others."""
BATCH = 8192
"""Entries scored at a time."""
SOME_GROUPS = 250
"""Groups, about, that tell how much groups move at all."""
MOVE_NOISE = 1.2
"""Variance of a member's clipped residual, in scales; as in :func:`tidewaiter.detect.values.common_move`."""
CERTAIN = 1e6
"""Residuals that stand for what all members of a group say of its scale, so that those few that are scored say nothing."""


@dataclass(frozen=True)
class Found:
    """What was scored in one month.

    Attributes
    ----------
    month
        Column.
    series
        int64 [n], rising.
    result
        Of these series alone; ``q`` and ``tier`` count all series of the panel as tested, and as many small p-values among those
        not scored as :attr:`held_back` estimates.
    by_lot
        bool [n]: those that were scored only to learn what the first stage holds back.
    held_back
        How many series the first stage is estimated to have kept from reaching ``q <= .3`` this month, of those it gave any odds.
        Of those it gave none, a few are among ``by_lot``.
    """

    month: int
    series: Ints
    result: ScanResult
    by_lot: NDArray[np.bool_]
    held_back: float


@dataclass(frozen=True)
class _Chosen:
    """Entries to score, by month, then series; ``lot`` is the band of those taken by lot, -1 of others.

    ``others`` int64 [n_months, bands]: how many entries are not scored.
    """

    series: Ints
    month: Ints
    by_lot: NDArray[np.bool_]
    band: Ints
    others: NDArray[np.integer[Any]]


@dataclass(frozen=True)
class _Moves:
    """What groups did in the last months [n, RECENT], which share of it is no noise, and what their members lean on [n, P]."""

    centre: Floats
    keep: Floats
    shape: Floats


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

    :func:`tidewaiter.detect.backscan` scores every series in every month. Here the odds of an event are worked out roughly for
    each entry, and only the ``share`` of them that stand out most, in all months together, are scored as a scan of that month
    would. Levels, scales and moves of groups are read off the first stage. A few of the others are scored by lot: they tell how
    much is lost (:attr:`Found.held_back`), and q allows for it. What was lost on series whose truth is known is in
    ``docs/detection.md``.

    Parameters
    ----------
    panel
        Entries of a series have to lie in order of time.
    groups, season, calibration, threads
        As for :func:`tidewaiter.detect.scan`.
    share
        Share of all entries that are looked at closely, about; more in a month in which much happens. Entries that stand out in
        no way, more than nine in ten, are not looked at whatever the share.
    first
        First column to judge; None: the one after two seasons.
    progress
        Called with months done and months in all.

    Yields
    ------
    Found
        One for each month, in order.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> values = np.exp(rng.normal(10, 0.3, (300, 48)))
    >>> values[7, 40] *= 30
    >>> months = np.tile(np.arange(48), 300)
    >>> panel = SparsePanel(np.arange(301) * 48, months, values.ravel(), 48)
    >>> found = {each.month: each for each in cascade(panel)}
    >>> at = found[40].result.ranked("firm")
    >>> found[40].series[at].tolist(), found[40].result.channel[at].tolist()
    ([7], ['spike'])
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
    looked = look_at_all(panel, numbers, n_groups, calibration, season, options)
    chosen = _choose(looked, share, begin)
    unit = _units(looked, calibration)
    moves = _moves(looked, numbers[chosen.series], chosen.month, begin, unit)
    edges = np.searchsorted(chosen.month, np.arange(begin, panel.n_months + 1))

    def some(at: tuple[int, int]) -> ScanResult:
        span = slice(*at)
        return _score(
            panel, chosen.series[span], chosen.month[span], numbers, n_groups, season, calibration, looked,
            _Moves(moves.centre[span], moves.keep[span], moves.shape[span]), unit,
        )  # fmt: skip

    # whole months, as many as make a batch: what a batch costs beside its entries is paid seldom
    cuts = [0]
    for edge in edges[1:].tolist():
        if edge - cuts[-1] >= BATCH:
            cuts.append(edge)
    spans = [*pairwise(cuts), (cuts[-1], len(chosen.series))]
    with ThreadPoolExecutor(options.workers()) as pool:
        scored = list(pool.map(some, spans))
    p = np.concatenate([one.p for one in scored])
    wanted = range(begin, panel.n_months)
    at = 0
    for done, month in enumerate(wanted, 1):
        low, high = int(edges[done - 1]), int(edges[done])
        while high > spans[at][1]:
            at += 1
        part = _part(scored[at], low - spans[at][0], high - spans[at][0])
        # where hardly a month is known of all series, those are tested of which entries tell it: no more than trade now
        tested = panel.n_series if int((~panel.unknown_months[:month]).sum()) >= FEW else int(looked.entries[month])
        missed = _missed(chosen, p, month)
        q = _q_values(part.p, tested, missed(part.p))
        part = replace(part, q=q, tier=np.array(TIERS)[tiers(q, part.score, BUDGET)])
        sure = part.p[np.nan_to_num(q, nan=1.0) <= LIKELY]
        least = np.array([sure.max() if len(sure) else LIKELY / max(tested, 1)])
        yield Found(month, chosen.series[low:high], part, chosen.by_lot[low:high], float(missed(least)[0]))
        if progress:
            progress(done, len(wanted))


def _choose(looked: Looked, share: float, begin: int) -> _Chosen:
    """Return which entries are scored.

    Of every month the ``share`` that stands out most by the measure of all months together; of a month with more than usual of
    them, more; and by lot some of the others, the fewer the less they stand out.
    """
    above = np.cumsum(looked.counts[:, ::-1], axis=1)[:, ::-1].astype(np.float64)
    every = np.maximum(looked.entries.astype(np.float64), 1.0)
    # the middle month of all: a month in which much happens says nothing of the usual
    usual = np.median(above[begin:] / every[begin:, None], axis=0)
    enough = usual <= max(share, FEW_A_MONTH / float(np.median(every[begin:])))
    usually = float(enough.argmax() if enough.any() else len(usual)) / float(kernel_cascade.PER_UNIT)
    expected = usual * every[:, None]
    more = (expected <= EXCESS * above) & (above <= MOST * every[:, None]) & (above >= 20)
    more &= above >= expected + BEYOND * np.sqrt(expected)
    least = np.where(more.any(1), np.minimum(more.argmax(1) / float(kernel_cascade.PER_UNIT), usually), usually)
    judged = looked.month >= begin
    with_odds = looked.odds > 0
    wanted = judged & with_odds & (looked.odds >= least[looked.month])
    chance = np.where(with_odds, BY_LOT * np.exp((looked.odds - np.float32(usually)) / FADES), 1.0)
    drawn = judged & ~wanted & (_lot(looked.series, looked.month) < chance)
    band = np.where(with_odds, np.floor(looked.odds * BANDS).astype(np.int64), -1)
    left = np.flatnonzero(judged & ~wanted & ~drawn & with_odds)
    shape = looked.counts.shape[0], int(band.max(initial=0)) + 1
    cell = looked.month[left] * shape[1] + band[left]
    others = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    at = np.flatnonzero(wanted | drawn)
    at = at[np.argsort(looked.month[at].astype(np.int16), kind="stable")]
    return _Chosen(looked.series[at], looked.month[at], drawn[at], band[at], others)


def _lot(series: Ints, month: Ints) -> Floats:
    """Return a number from 0 to 1 that depends on series and month alone and looks drawn at random (splitmix64)."""
    x = (series * 4096 + month).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((x ^ (x >> np.uint64(31))).astype(np.float64) / 2.0**64)


def _missed(chosen: _Chosen, p: Floats, month: int) -> Callable[[Floats], Floats]:
    """Return a function that tells how many entries of a month that are not scored have about a p-value as small as each of some."""
    lot = np.flatnonzero(chosen.by_lot & (chosen.band >= 0))
    band = chosen.band[lot]
    drawn = np.bincount(band, minlength=chosen.others.shape[1])
    stands_for = chosen.others[month] / np.maximum(drawn, 1)
    at = np.argsort(p[lot], kind="stable")  # NaN last: not tested
    steps, weight = p[lot][at], np.append(0.0, np.cumsum(stands_for[band[at]]))

    def below(some: Floats) -> Floats:
        return np.asarray(weight[np.searchsorted(steps, some, side="right")])

    return below


def _part(whole: ScanResult, first: int, last: int) -> ScanResult:
    """Return some rows of a result."""
    arrays: dict[str, Any] = {
        one.name: getattr(whole, one.name)[first:last] for one in fields(whole) if one.name != "calibration"
    }
    return replace(whole, **arrays)


def _moves(looked: Looked, groups: Ints, months: Ints, begin: int, unit: Floats) -> _Moves:
    """Return what the group of each entry did on the whole up to its month.

    Moves in scales of the group (``unit`` float64 [n_groups], log). As :func:`tidewaiter.detect.run.priors_of` and :func:`tidewaiter.detect.values.common_move`, from less.
    """
    tables = looked.table[groups]
    n_tables, n_months = looked.moves.shape
    some = np.arange(0, n_tables, max(1, n_tables // SOME_GROUPS))
    judged = np.arange(begin, n_months)
    keys, place = np.unique(
        np.concatenate([(some[:, None] * n_months + judged).ravel(), tables * n_months + months]), return_inverse=True
    )
    of, at = np.divmod(keys, n_months)
    # tables are of one group each, but for the last, which says nothing
    whose, scale = np.ones(n_tables), np.ones(n_tables)
    whose[looked.table], scale[looked.table] = unit, looked.priors.scale
    sums = np.empty((len(keys), kernel.N_PROFILE))
    kernel_carried.shape_sums(looked.moves, looked.members, looked.size, of, at, looked.terms, sums)
    shape = group_shape(np.rint(sums * kernel.FIXED).astype(np.int64), scale[of])
    shape[of == n_tables - 1] = 0.0
    # members are at their mean in the middle of what was before; see run.priors_of
    terms = looked.terms.at.astype(np.float64)
    middle = np.cumsum(terms, axis=0) / np.arange(1, n_months + 1)[:, None]
    middle = np.append(terms[:1], middle, axis=0)[np.maximum(at - looked.terms.recent + 1, 0), 1:]
    middle[:, 0] -= at * float(looked.terms.year)
    shape = np.column_stack([-(shape * middle).sum(1), shape])
    moved = np.empty((len(keys), RECENT), np.float32)
    kernel_carried.moves_of_groups(
        looked.moves, looked.members, looked.size, of, at, looked.terms, shape.astype(np.float32), moved
    )  # fmt: skip
    back = at[:, None] - np.arange(RECENT)
    n = np.where(back >= 0, looked.members[of[:, None], np.maximum(back, 0)], 0.0).astype(np.float64)
    big = np.isfinite(moved)
    centre: Floats = np.where(big, moved, 0.0) / whose[of][:, None]
    noise = MOVE_NOISE / np.maximum(n, 1.0)
    sampled = (of % max(1, n_tables // SOME_GROUPS) == 0)[:, None] & big
    weight = np.where(sampled, np.minimum(n, 30.0), 0.0)
    strayed = weight * (np.minimum(centre**2, 4.0) - noise)
    cell = (at[:, None] * RECENT + np.arange(RECENT)).ravel()
    total, mass = (np.bincount(cell, each.ravel(), n_months * RECENT) for each in (strayed, weight))
    between = np.maximum(total / np.maximum(mass, 1.0), 0.0).reshape(n_months, RECENT)
    # a group far outside that variance moved as one: its own evidence counts
    own = np.where(n >= 8, np.maximum(centre**2 - 9.0 * noise, 0.0), 0.0)
    spread = np.maximum(between[at], own)
    keep = np.where(big, spread / (spread + noise), 0.0)
    mine = place[len(some) * len(judged) :]
    return _Moves(centre[mine], keep[mine], _turned(shape, terms[at])[mine])


def _turned(shape: Floats, here: Floats) -> Floats:
    """Return coefficients whose harmonics are counted from the month where the terms are ``here``, not from column 0."""
    out = shape.copy()
    for a in (2, 4):
        cos, sin = here[:, a], here[:, a + 1]
        out[:, a] = shape[:, a] * cos + shape[:, a + 1] * sin
        out[:, a + 1] = shape[:, a + 1] * cos - shape[:, a] * sin
    return out


def _units(looked: Looked, c: Calibration) -> Floats:
    """Return the scale of the noise of a series of each group, log."""
    count, total = looked.scale.T
    own = np.exp(total / np.maximum(count, 1e-9) / 2.0)
    return np.asarray(c.constants.noise.ratio * np.where(count > 0, own, looked.priors.scale))


def _score(
    panel: SparsePanel,
    series: Ints,
    months: Ints,
    groups: Ints,
    n_groups: int,
    season: int,
    c: Calibration,
    looked: Looked,
    moves: _Moves,
    unit: Floats,
) -> ScanResult:
    """Score entries, by month, as :func:`tidewaiter.detect.run.measure_month` and a judgement of their months would."""
    own = groups[series]
    prior = looked.priors
    level, scale = prior.level[own], prior.scale[own] * np.exp(looked.narrower[months])
    ridge = run.ridge_of(prior)
    table = np.empty((len(series), len(kernel.COLUMNS)))
    for end in np.unique(months).tolist():
        low, high = np.searchsorted(months, [end, end + 1]).tolist()
        terms, discount = run.basis(end + 1, end, season), run.discount_of(end + 1, end, season, "value")
        products = run.products_of(terms)
        for a in range(low, high, BATCH):
            b = min(a + BATCH, high)
            dense = np.empty((b - a, end + 1))
            kernel_cascade.unpack_some(*panel.arrays(), panel.unknown_months, series[a:b], end, dense)
            coefficients = moves.shape[a:b].copy()
            coefficients[:, 0] += level[a:b]
            kernel.measure(
                dense, end, season, c.recent, terms, products, discount, ridge, coefficients, scale[a:b], run.PRIOR_FREEDOM,
                table[a:b],
            )  # fmt: skip
    centre, keep = moves.centre, moves.keep
    table_of = looked.table[own]
    back = months[:, None] - np.arange(RECENT)
    others = np.maximum(np.where(back >= 0, looked.members[table_of[:, None], np.maximum(back, 0)], 0.0) - 1.0, 1.0)
    # a member's own part in the move of its group is no part of what is taken from it
    most = float(kernel_carried.TAME) / unit[own, None]
    pull = np.clip(np.nan_to_num(table[:, RESIDUALS]) / unit[own, None] - centre, -most, most)
    move = keep * (centre - pull / others) * unit[own, None]
    begun = looked.begun[table_of, months] - 1.0
    usual = looked.usual[table_of, months].astype(np.float64)
    silent = np.maximum(looked.size[table_of] - looked.members[table_of, months], 1.0)
    chance = np.maximum(usual / silent, 1e-4)
    massed = at_once(begun, usual, silent, chance)
    # a group's scale is that of its members up to the month, about: one for each year of it
    pairs, place = np.unique(own * (1 + months.max(initial=0)) + months // season * season, return_inverse=True)
    measured = Measured("value", table, place, len(pairs), level, scale, prior.within, move, massed)
    of, year = np.divmod(pairs, 1 + months.max(initial=0))
    result = judge(_with_groups(measured, looked, of, year + season // 2), c, BUDGET, run.Options(1), channels=LOOKS)
    return _part(result, 0, len(series))


def _with_groups(m: Measured, looked: Looked, of: Ints, months: Ints) -> Measured:
    """Add a row for each group that says what all its members say of its noise: few of them are here, and those stand out."""
    count, total = looked.scale[of].T
    level, scale = (
        looked.priors.level[of],
        looked.priors.scale[of] * np.exp(looked.narrower[np.minimum(months, len(looked.narrower) - 1)]),
    )
    known = count > 0
    table = np.zeros((len(of), m.table.shape[1]))
    more = replace(m, table=table)
    variance = np.exp(total / np.maximum(count, 1e-9) + looked.drift[np.minimum(months, len(looked.drift) - 1)])
    more["freedom"][:] = np.where(known, CERTAIN, 0.0)
    more["squares"][:] = np.where(known, CERTAIN * variance, 0.0)
    more["pairs"][:], more["pair_squares"][:] = looked.pairs[of].T
    more["now"][:] = np.nan
    more.recent[:] = np.nan
    own = m.table.copy()
    replace(m, table=own)["pair_squares"][:] = replace(m, table=own)["pairs"][:] = 0.0
    none = np.zeros((len(of), RECENT))
    return replace(
        m,
        table=np.concatenate([own, table]),
        groups=np.concatenate([m.groups, np.arange(len(of))]),
        level=np.concatenate([m.level, level]),
        scale=np.concatenate([m.scale, scale]),
        moves=np.concatenate([none[:0] if m.moves is None else m.moves, none]),
        at_once=np.concatenate([none[:0, 0] if m.at_once is None else m.at_once, none[:, 0]]),
    )


def _q_values(p: Floats, tested: int, missed: Floats) -> Floats:
    """Benjamini-Hochberg among ``tested``; ``missed`` are the smaller p-values that are not here, all else being quiet."""
    out = np.full(len(p), np.nan)
    at = np.flatnonzero(~np.isnan(p))
    order = at[np.argsort(p[at], kind="stable")]
    if len(order):
        steps = p[order] * max(tested, len(order)) / (np.arange(1, len(order) + 1) + missed[order])
        out[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return out

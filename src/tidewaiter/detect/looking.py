"""The first stage of the cascade over all rows, in parts: what stands out, and what the second stage needs of all series."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect import channels, kernel, kernel_carried, kernel_cascade, run
from tidewaiter.detect.calibration import Calibration
from tidewaiter.detect.kernel_carried import MEMBERS, PAIRS, WIDE, P, Terms
from tidewaiter.detect.kernel_cascade import BINS, Gathered, Groups, Hurdle, Noted, Starts, Tried
from tidewaiter.detect.panel import SparsePanel
from tidewaiter.detect.priors import Priors, group_priors
from tidewaiter.detect.silences import GAPS, OCCUPANCY

__all__ = ["Looked", "look_at_all"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PART = 1 << 20
"""Entries of a part, about: parts depend on the rows alone, so that sums do not depend on threads."""
PARTS = 8, 64
"""How many parts there are at least and at most."""
ONE_MOVE = 0.4
"""Variance (log) of how far one member lies above its mean in a month."""
MARKS = 4
"""Points in time at which scales are compared with those at the end: of few months a scale looks smaller."""
UNSEEN = 4_000, 10_000
"""Entries without odds that are scored by lot, at most, and of how many one is, at least."""


@dataclass(frozen=True)
class Looked:
    """What the first stage says.

    Attributes
    ----------
    series, month, odds
        Of entries with odds above none, by series; and of every so manieth without (0).
    counts, entries
        int64 [n_months, bins], [n_months]: entries with odds, and all.
    priors
        Level and scale of each group.
    scale, pairs
        float64 [n_groups, 2], see :class:`tidewaiter.detect.kernel_cascade.Gathered`.
    table
        int64 [n_groups]: row of what follows; small groups share the last, which says nothing.
    moves, members, begun
        float32 [tables, n_months], see :func:`tidewaiter.detect.kernel_carried.spread_of_rows` and ``Gathered``.
    narrower, drift
        float64 [n_months]: how much smaller typical spreads and variances look from that month, log.
    usual
        float32 [tables, n_months]: starts in an earlier month.
    size
        int64 [tables]: members.
    terms
        The regression by month.
    """

    series: Ints
    month: Ints
    odds: NDArray[np.float32]
    counts: Ints
    entries: Ints
    priors: Priors
    narrower: Floats
    scale: Floats
    pairs: Floats
    drift: Floats
    table: Ints
    moves: NDArray[np.float32]
    members: NDArray[np.float32]
    begun: NDArray[np.float32]
    usual: NDArray[np.float32]
    size: Ints
    terms: Terms


def look_at_all(
    panel: SparsePanel, groups: Ints, n_groups: int, c: Calibration, season: int, options: run.Options
) -> Looked:
    """Run the first stage over all rows."""
    n, n_months = panel.n_series, panel.n_months
    offsets, months, amounts = panel.arrays()
    rows = len(months)
    every = max(rows // UNSEEN[0], UNSEEN[1])
    parts = int(np.clip(rows // PART, *PARTS))
    cuts = np.searchsorted(offsets, np.linspace(0, rows, parts + 1)[1:-1]).tolist()
    bounds = [0, *cuts], [*cuts, n]
    sums = np.empty((n, 4))

    def logs_of(a: int, b: int) -> tuple[Ints, NDArray[np.float32]]:
        low, high = int(offsets[a]), int(offsets[b])
        with np.errstate(divide="ignore"):
            logs = np.log(np.asarray(amounts[low:high]))
        return offsets[a : b + 1] - low, np.asarray(logs, np.float32)

    marks = _marks(n_months)
    members_of = np.bincount(groups, minlength=n_groups)
    # a group that is too small to do anything on the whole has no table of months to itself
    large = members_of >= MEMBERS
    tables = int(large.sum()) + 1
    table = np.where(large, np.cumsum(large) - 1, tables - 1)
    moves, members, begun = (np.zeros((tables, n_months), np.float32) for _ in range(3))

    def first_pass(a: int, b: int) -> tuple[int, Floats, NDArray[np.float32], NDArray[np.float32]]:
        own_offsets, logs = logs_of(a, b)
        base, upto, own = _own_tables(table[groups[a:b]])
        out, up, many = np.zeros((MARKS, 2)), *(np.zeros((upto - base, n_months), np.float32) for _ in range(2))
        low = int(offsets[a])
        kernel_carried.spread_of_rows(
            own_offsets, months[low : low + len(logs)], logs, a, marks, own, sums[a:b], out, up, many
        )  # fmt: skip
        return base, out, up, many

    earlier = np.zeros((MARKS, 2))
    with ThreadPoolExecutor(options.workers()) as pool:
        for base, out, up, many in pool.map(first_pass, *bounds):
            earlier += out
            moves[base : base + len(up)] += up
            members[base : base + len(up)] += many
    moves[-1] = members[-1] = 0.0
    narrower = _by_month(earlier, n_months)
    priors = group_priors(sums, groups, n_groups)
    levels, spreads = priors.level.astype(np.float32), np.maximum(priors.scale, 0.05).astype(np.float32)
    curve = _curve(moves, members)
    terms, noise = _terms(priors, narrower, n_months, season, c.recent), _noted(c)
    hurdle, starts = _hurdle(c, panel.unknown_months), _starts()

    def part(a: int, b: int) -> tuple[int, int, Gathered, Tried]:
        own_offsets, logs = logs_of(a, b)
        low = int(offsets[a])
        base, upto, own = _own_tables(groups[a:b])
        first, last, own_table = _own_tables(table[groups[a:b]])
        got = Gathered(
            np.zeros((last - first, n_months), np.float32),
            np.zeros((upto - base, 2)),
            np.zeros((MARKS, 2)),
            np.zeros((upto - base, 2)),
            np.zeros(2),
            np.zeros((n_months, BINS), np.int64),
            np.zeros(n_months, np.int64),
        )
        # room for all, of which only what is written takes memory
        room = Tried(np.empty(len(logs), np.int64), np.empty(len(logs), np.int64), np.empty(len(logs), np.float32))
        count = kernel_cascade.look(
            own_offsets, months[low : low + len(logs)], logs, a, low, every, terms,
            Groups(own, levels[base:upto], spreads[base:upto], own_table, curve[first:last]), noise, hurdle, starts, got, room,
        )  # fmt: skip
        return base, first, got, Tried(room.series[:count].copy(), room.month[:count].copy(), room.odds[:count].copy())

    scale, pairs, earlier = np.zeros((n_groups, 2)), np.zeros((n_groups, 2)), np.zeros((MARKS, 2))
    again = np.zeros(2)
    counts, entries = np.zeros((n_months, BINS), np.int64), np.zeros(n_months, np.int64)
    tried: list[Tried] = []
    with ThreadPoolExecutor(options.workers()) as pool:
        for base, first, got, those in pool.map(part, *bounds):
            begun[first : first + len(got.begun)] += got.begun
            scale[base : base + len(got.scale)] += got.scale
            pairs[base : base + len(got.pairs)] += got.pairs
            again += got.again
            earlier += got.earlier
            counts += got.counts
            entries += got.entries
            tried.append(those)
    begun[-1] = 0.0
    usual = np.zeros_like(begun)
    usual[:, 1:] = np.cumsum(begun, axis=1)[:, :-1] / np.arange(1, n_months, dtype=np.float32)
    drift = _by_month(earlier, n_months)
    scale[:, 1] += scale[:, 0] * again[1] / max(again[0], 1e-9)
    series, month, odds = (np.concatenate(each) for each in zip(*tried, strict=True))
    size = np.append(members_of[large], 0)
    return Looked(
        series,
        month,
        odds,
        counts,
        entries,
        priors,
        narrower,
        scale,
        pairs,
        drift,
        table,
        moves,
        members,
        begun,
        usual,
        size,
        terms,
    )


def _own_tables(of: Ints) -> tuple[int, int, Ints]:
    """Return the first number, one past the last, and the numbers counted from the first."""
    base, upto = (int(of.min()), int(of.max()) + 1) if len(of) else (0, 0)
    return base, upto, of - base


def _curve(moves: NDArray[np.float32], members: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what each table's members did on the whole in each month (log), shrunk by how much they do so at all.

    It is taken out before anything is judged: a season, a trend and a tide that all members share are no surge of each.
    """
    n = np.maximum(members, 1.0)
    mean = moves / n
    weight = np.where(members >= MEMBERS, np.minimum(members, 30.0), 0.0)
    total = max(float(weight.sum()), 1.0)
    noise = ONE_MOVE / n
    between = max(float((weight * (np.minimum(mean**2, 1.0) - noise)).sum()) / total, 0.0)
    spread = np.maximum(between, np.where(members >= 2 * MEMBERS, mean**2 - 9.0 * noise, 0.0))
    return np.asarray(np.where(members >= MEMBERS, mean * spread / (spread + noise), 0.0), np.float32)


def _terms(priors: Priors, narrower: Floats, n_months: int, season: int, recent: int) -> Terms:
    """Return the regression's terms by month, and what is added up of them; trend and seasons are counted from column 0."""
    terms = run.basis(n_months, 0, season)
    growth = run.discount_of(n_months, 0, season, "value")
    product = np.zeros((n_months, WIDE), np.float32)
    product[:, :P] = growth[:, None] * terms
    square = np.zeros((n_months, PAIRS), np.float32)
    rows, columns = np.tril_indices(P)
    square[:, : len(rows)] = growth[:, None] * terms[:, rows] * terms[:, columns]
    ridge = run.ridge_of(priors).astype(np.float32)
    marks = _marks(n_months)
    year = np.float32(1.0 / (3.0 * season))
    there = np.exp(narrower[marks]).astype(np.float32)
    return Terms(
        growth.astype(np.float32), terms.astype(np.float32), product, square, ridge, year, recent, marks, there
    )


def _starts() -> Starts:
    """Return how events are weighed against each other, as :mod:`tidewaiter.detect.channels` does."""
    weights = np.array([channels.WEIGHTS[name] for name in ("surge", "shift", "start")])
    return Starts(weights, channels.RAISED, channels.START_ABOVE, channels.START_WIDTH, -6.0, channels.SMALLER, 6.0)


def _marks(n_months: int) -> Ints:
    """Return months, evenly spread over the panel, the last of which is near its end."""
    return np.asarray((np.arange(MARKS) + 1) * n_months // (MARKS + 1), np.int64)


def _by_month(earlier: Floats, n_months: int) -> Floats:
    """Return for each month what was found at marks in time, between them by straight lines; 0 at the end."""
    at = np.append(_marks(n_months), n_months - 1)
    less = np.append(earlier[:, 1] / np.maximum(earlier[:, 0], 1e-9), 0.0)
    return np.asarray(np.interp(np.arange(n_months), at, less))


def _noted(c: Calibration) -> Noted:
    """Return the noise as the first stage wants it."""
    noise = c.constants.noise
    carry = noise.carry ** np.arange(kernel.RECENT + 1.0)
    narrow = 1.0 / np.sqrt(np.maximum(1.0 - carry**2, 1e-6))
    scalars = (np.float32(x) for x in (noise.freedom, noise.ratio, noise.doubt, noise.wide))
    return Noted(carry.astype(np.float32), narrow.astype(np.float32), *scalars)


def _hurdle(c: Calibration, unknown: NDArray[np.bool_]) -> Hurdle:
    """Return how unlikely trade and starts are after a silence."""
    known = np.append(0, np.cumsum(~unknown)).astype(np.int64)
    silences = c.constants.silences
    unlikely = np.log1p(channels.MAKES_TRADE * np.expm1(-np.log(silences.restarts)))
    # classes of silences begin at these lengths
    begins = np.append(0, GAPS)
    told = np.minimum(np.arange(len(begins)), np.searchsorted(GAPS, channels.LONG, side="right"))
    early = np.where(begins < channels.YEAR, channels.SEASONAL, 0.0)
    return Hurdle(unlikely, -np.log(silences.starts[:, told]) - early, OCCUPANCY, GAPS, known)

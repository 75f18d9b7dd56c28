"""The compiled first stage of the cascade: about how likely each entry of compressed rows is an event, in one pass.

A scan fits a baseline to every series anew for every month. Here the sums of that regression are carried along: an entry is
added to them once, when it is no longer one of the last months that are judged, weighed down by how far it lies from the
level of its time. Where an entry stands above that level, or those before it did, the baseline is solved for, and the odds of
a surge, of a lasting rise and of a start are worked out as a scan would, but the best of few in place of a sum over many. What
the members of a group did on the whole is taken out beforehand.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect import kernel_odds
from tidewaiter.detect.kernel_carried import PAIRS, SILENT, WIDE, P, solve_carried

__all__ = ["BINS", "PER_UNIT", "Gathered", "Groups", "Hurdle", "Noted", "Starts", "Tried", "look", "unpack_some"]

BINS = 512
PER_UNIT = np.float32(16.0)
"""Bins of a unit of log odds."""
LEAST = 0.05
"""Odds (not log) below which an entry is nothing to look at."""
GATE = np.float32(2.2)
"""An entry as many typical spreads above the level of its time is looked at,"""
LASTING, FADING = np.float32(2.6), np.float32(0.6)
"""and one that is so together with those before it, the sum fading from one to the next."""
WORTH = np.float32(3.0)
"""Least residual, or mean of the last residuals times :data:`LONG`, in scales, whose odds are worked out."""
LONG, SELDOM = np.float32(1.6), np.float32(0.4)
"""What the mean counts for, and what ``-log`` of the chance of any trade adds."""
FIRST = np.float32(4.0)
"""How many residuals of the typical spread a series' own scale leans on."""
FOUR = 4
"""Months whose mean residual is looked at before their odds are."""
LIMIT, LATE = np.float32(2.0), np.float32(1 / 12)
"""Typical spreads that an entry may pull the level of its time by, and the least share of it that counts."""
LENT = np.float32(1.36)
"""One, and how many entries the level of the group counts for in that of a series."""
EVERY_THIRD = 3
"""Of how many series one tells how much of a month's noise carries over to the next."""
T4 = np.float32(2.5)
QUARTER = np.float32(0.25)
ZERO, ONE = np.float32(0.0), np.float32(1.0)
N_SHIFTS, N_LENGTHS, N_SURGES = len(kernel_odds.SHIFTS), len(kernel_odds.LENGTHS), len(kernel_odds.SURGES)
LENGTHS = kernel_odds.LENGTHS
SIZES = np.concatenate([kernel_odds.SHIFTS, kernel_odds.SURGES]).astype(np.float32)
SURGE_COST = (kernel_odds.SURGE_WEIGHTS**-0.4).astype(np.float32)
SHIFT_COST = ((kernel_odds.LENGTH_WEIGHTS[:, None] * kernel_odds.SHIFT_WEIGHTS) ** -0.4).astype(np.float32)
NODES = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]], np.float32)
"""Errors of the baseline that are tried, in its doubt and in how far levels move; what each costs is the next."""
NODE_COST = np.array([1.3, 1.6, 2.5], np.float32)


class Groups(NamedTuple):
    """Group of each series, level and spread typical of a group's; table of each series, what each does in a month (log)."""

    of: NDArray[np.int64]
    level: NDArray[np.float32]
    spread: NDArray[np.float32]
    table: NDArray[np.int64]
    curve: NDArray[np.float32]


class Noted(NamedTuple):
    """The noise: carry-over by how many months lie between and ``1 / sqrt(1 - carry ** 2)``; the rest as in ``Noise``."""

    carry: NDArray[np.float32]
    narrow: NDArray[np.float32]
    freedom: np.float32
    ratio: np.float32
    doubt: np.float32
    wide: np.float32


class Hurdle(NamedTuple):
    """``-log`` of how often so silent a flow trades, and starts, by classes whose edges follow; months known before each."""

    unlikely: NDArray[np.float64]
    rare: NDArray[np.float64]
    occupancy: NDArray[np.float64]
    gaps: NDArray[np.int64]
    known: NDArray[np.int64]


class Starts(NamedTuple):
    """How events are weighed (surge, shift, start), and how the size of a start is: see :mod:`tidewaiter.detect.channels`.

    Log odds are ``raised``. A start worth telling is ``above`` its group's level (log), give or take ``width``; its size counts for ``least`` to
    ``most``, and for no more than ``smaller`` where it is below what the flow itself used to be.
    """

    weights: NDArray[np.float64]
    raised: float
    above: float
    width: float
    least: float
    smaller: float
    most: float


class Gathered(NamedTuple):
    """Added up of all series.

    ``begun`` float32 [tables, n_months]: starts. ``scale`` float64 [n_groups, 2]: residuals at the end of the rows, and log
    variances times as many; ``earlier`` float64 [marks, 2]: the same of how much smaller log variances were at marks in time. ``pairs``
    float64 [n_groups, 2]: products of the residuals of months next to each other and their halved squares, of every third series, and
    ``again`` float64 [2] how much larger log variances are by weights of their last fit.
    ``counts`` int64 [n_months, BINS]: entries with odds by month and size, and ``entries`` int64 [n_months] of any.
    """

    begun: NDArray[np.float32]
    scale: NDArray[np.float64]
    earlier: NDArray[np.float64]
    pairs: NDArray[np.float64]
    again: NDArray[np.float64]
    counts: NDArray[np.int64]
    entries: NDArray[np.int64]


class Tried(NamedTuple):
    """Series, month and log odds (raised) of entries with odds, and of every so manieth without (0)."""

    series: NDArray[np.int64]
    month: NDArray[np.int64]
    odds: NDArray[np.float32]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def weigh_roughly(z, back, count, inverse, doubt, noise, kept):  # type: ignore[no-untyped-def]
    """About the log odds of a surge and of a shift: the best of few nodes and sizes in place of the sum over many.

    ``z`` [count] are residuals in units of the scale, the tested month first, ``back`` how many months before it each is,
    ``inverse`` one over the scale. A t(4) density is ``q ** -2.5``: products of ``q`` are compared, and what a hypothesis is given
    beforehand is a factor of them. See :func:`tidewaiter.detect.kernel_odds.weigh`.
    """
    null = np.float32(np.inf)
    surge = np.float32(np.inf)
    shift = np.float32(np.inf)
    for node in range(len(NODE_COST)):
        error = NODES[node, 0] * doubt + NODES[node, 1] * noise.wide
        cost = NODE_COST[node]
        for n in range(N_LENGTHS):
            for d in range(N_SHIFTS):
                kept[n, d] = cost * SHIFT_COST[n, d]
        past = cost
        first = ZERO
        now = ONE
        narrow_now = ONE
        for j in range(count):
            e = z[j] - error
            rho = ZERO
            narrow = ONE
            apart = 99
            if j + 1 < count:
                apart = back[j + 1] - back[j]
                rho = noise.carry[apart]
                narrow = noise.narrow[apart]
                e -= rho * (z[j + 1] - error)
            q = ONE + QUARTER * (e * narrow) * (e * narrow)
            if j > 0:
                past *= q
            else:
                first, now, narrow_now = e, q, narrow
            for n in range(N_LENGTHS):
                if back[j] >= LENGTHS[n]:
                    for d in range(N_SHIFTS):
                        kept[n, d] *= q
                else:
                    stays = rho if back[j] + apart < LENGTHS[n] else ZERO
                    by = inverse * (ONE - stays)
                    for d in range(N_SHIFTS):
                        f = (e - SIZES[d] * by) * narrow
                        kept[n, d] *= ONE + QUARTER * f * f
        null = min(null, past * now)
        for d in range(N_SURGES):
            f = (first - SIZES[N_SHIFTS + d] * inverse) * narrow_now
            surge = min(surge, past * SURGE_COST[d] * (ONE + QUARTER * f * f))
        for n in range(N_LENGTHS):
            if count > 1 and back[1] < LENGTHS[n]:
                for d in range(N_SHIFTS):
                    shift = min(shift, kept[n, d])
    return T4 * math.log(null / surge), T4 * math.log(null / shift)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def add_pairs(first, last, months, logs, curve, level, month, variance, terms, beta, out):  # type: ignore[no-untyped-def]
    """Add up products and halved squares of neighbouring residuals of a series, as :func:`tidewaiter.detect.kernel.measure`.

    Returns
    -------
    float
        The sum of their weighted squares, the weights being by these residuals.
    """
    squares = 0.0
    then = np.int64(-9)
    before = ZERO
    weighed = ZERO
    for k in range(first, last):
        v = logs[k]
        if v > SILENT:
            m = np.int64(months[k])
            d = v - curve[m] - level - beta[0] - beta[1] * np.float32(m - month) * terms.year
            for a in range(2, P):
                d -= beta[a] * terms.at[m, a]
            w = np.float32(5.0) / (np.float32(4.0) + d * d / variance) * terms.growth[m] / terms.growth[month]
            if m == then + 1:
                out[0] += math.sqrt(w * weighed) * d * before
                out[1] += 0.5 * (w * d * d + weighed * before * before)
            squares += w * d * d
            then, before, weighed = m, d, w
    return squares


@numba.njit(cache=True, nogil=True, error_model="numpy")
def look(offsets, months, logs, series, place, every, terms, groups, noise, hurdle, starts, gathered, tried):  # type: ignore[no-untyped-def]
    """Walk over series of compressed rows; write those entries that have odds, and gather what the second stage needs.

    Parameters
    ----------
    offsets, months, logs
        Compressed rows, times in order; logs are float32, NaN where that month is not known, -inf where it is a zero.
    series, place, every
        Numbers of the first series and of its first entry among all; every so manieth entry without odds is written, too.
    terms, groups, noise, hurdle, starts
        :class:`Terms`, :class:`Groups`, :class:`Noted`, :class:`Hurdle`, :class:`Starts`.
    gathered, tried
        :class:`Gathered` and :class:`Tried`, written and added to; the latter has room for all entries.

    Returns
    -------
    int
        How many entries are written to ``tried``.
    """
    gram = np.empty(PAIRS, np.float32)
    rhs = np.empty(WIDE, np.float32)
    beta = np.empty(P, np.float32)
    z = np.empty(terms.recent, np.float32)
    back = np.empty(terms.recent, np.int64)
    kept = np.empty((N_LENGTHS, N_SHIFTS), np.float32)
    n_tried = 0
    for i in range(len(offsets) - 1):
        begin = offsets[i]
        g = groups.of[i]
        t = groups.table[i]
        typical = groups.spread[g]
        group_level = groups.level[g]
        limit = LIMIT * typical
        inverse_typical = ONE / typical
        for j in range(PAIRS):
            gram[j] = ZERO
        for j in range(WIDE):
            rhs[j] = ZERO
        squares = ZERO
        mass = ZERO
        level = group_level
        lift = ZERO
        early = ZERO
        early_mass = ZERO
        mark = terms.marks[(series + i) % len(terms.marks)]
        tail = begin
        active = 0
        missing = 0
        since = 0  # months not known since the last trade
        last_known = 0
        latest = np.int64(0)
        for k in range(begin, offsets[i + 1]):
            y = logs[k]
            m = np.int64(months[k])
            if not y > SILENT:
                if y != y:
                    missing += 1
                    since += 1
                continue
            if m >= mark and mass > ZERO:
                mark = 1 << 30
                explained, _ = solve_carried(gram, rhs, m, terms, beta)
                early_mass = mass / terms.growth[m]
                narrower = typical * terms.narrower[(series + i) % len(terms.marks)]
                early = (max(squares - explained, ZERO) / terms.growth[m] + FIRST * narrower * narrower) / (
                    early_mass + FIRST
                )
            y -= groups.curve[t, m]
            age = hurdle.known[m] - missing
            gap = hurdle.known[m] - last_known - since if active > 0 else age
            while tail < k and np.int64(months[tail]) <= m - terms.recent:
                v = logs[tail]
                if v > SILENT:
                    then = np.int64(months[tail])
                    v -= groups.curve[t, then]
                    d = (v - level) * inverse_typical
                    w = np.float32(5.0) / (np.float32(4.0) + d * d)
                    v -= group_level
                    # here and not in a function of its own, which would take as long again
                    for j in range(PAIRS):
                        gram[j] += w * terms.square[then, j]
                    for j in range(WIDE):
                        rhs[j] += w * v * terms.product[then, j]
                    squares += terms.growth[then] * w * v * v
                    mass += terms.growth[then]
                tail += 1
            above = y - level
            tame = max(min(above, limit), -limit)
            gathered.entries[m] += 1
            if gap >= 6 and age >= 6:
                gathered.begun[t, m] += ONE
            lift = FADING * lift + tame
            odds = ZERO
            if age >= 6 and (gap >= 6 or above > GATE * typical or (lift > LASTING * typical and above > ZERO)):
                explained, leverage = solve_carried(gram, rhs, m, terms, beta)
                grow = terms.growth[m]
                prior = noise.ratio * typical
                variance = (noise.freedom * prior * prior + max(squares - explained, ZERO) / grow) / (
                    noise.freedom + mass / grow
                )
                scale = math.sqrt(variance)
                inverse = ONE / scale
                count = 0
                own = ZERO
                mean = ZERO
                many = ZERO
                for j in range(k, tail - 1, -1):
                    v = logs[j]
                    if v > SILENT:
                        then = np.int64(months[j])
                        f = ZERO
                        for a in range(2, P):
                            f += beta[a] * terms.at[then, a]
                        v -= (
                            groups.curve[t, then]
                            + group_level
                            + beta[0]
                            + beta[1] * np.float32(then - m) * terms.year
                            + f
                        )
                        if count == 0:
                            own = v
                        z[count] = v * inverse
                        back[count] = m - then
                        if m - then < FOUR:
                            mean += z[count]
                            many += ONE
                        count += 1
                state = len(hurdle.occupancy) + 1
                if active > 0:
                    share = active / max(age - gap, 1)
                    state = 0
                    while state < len(hurdle.occupancy) and hurdle.occupancy[state] < share:
                        state += 1
                wait = 0
                while wait < len(hurdle.gaps) and hurdle.gaps[wait] <= gap:
                    wait += 1
                unlikely = hurdle.unlikely[state, wait]
                event = 0.0
                mean = LONG * mean / many if many > ONE else ZERO
                if own > ZERO and max(z[0], mean) + SELDOM * unlikely > WORTH:
                    doubt = max(np.float32(math.sqrt(noise.doubt * leverage)), np.float32(0.05))
                    surge, shift = weigh_roughly(z, back, count, inverse, doubt, noise, kept)
                    event = starts.weights[0] * math.exp(min(surge + unlikely, 60.0)) + starts.weights[1] * math.exp(
                        min(shift + unlikely, 60.0)
                    )
                if gap >= 6:
                    doubtful = variance * (1.0 + noise.doubt * leverage)
                    telling = -0.5 * ((logs[k] - group_level - starts.above) / starts.width) ** 2 - math.log(
                        starts.width
                    )
                    usual = -2.5 * math.log1p(own * own / (4.0 * doubtful)) - 0.5 * math.log(2.0 * doubtful)
                    size = min(max(telling - usual, starts.least), starts.most if own >= ZERO else starts.smaller)
                    event += starts.weights[2] * math.exp(min(hurdle.rare[state, wait] + size, 60.0))
                if event > LEAST:
                    odds = np.float32(math.log(event) + starts.raised)
                    gathered.counts[m, min(int(odds * PER_UNIT), BINS - 1)] += 1
            if odds > ZERO or (place + k) % every == 0:
                tried.series[n_tried] = series + i
                tried.month[n_tried] = m
                tried.odds[n_tried] = odds
                n_tried += 1
            level += tame * max(ONE / (np.float32(active) + LENT), LATE)
            active += 1
            latest = m
            last_known = hurdle.known[m + 1]
            since = 0
        if mass > ZERO:
            m = latest
            grow = terms.growth[m]
            explained, leverage = solve_carried(gram, rhs, m, terms, beta)
            own = (max(squares - explained, ZERO) / grow + FIRST * typical * typical) / (mass / grow + FIRST)
            gathered.scale[g, 0] += mass / grow
            gathered.scale[g, 1] += mass / grow * math.log(own)
            if (series + i) % EVERY_THIRD == 0:
                again = add_pairs(
                    begin, tail, months, logs, groups.curve[t], group_level, m, own, terms, beta, gathered.pairs[g]
                )
                gathered.again[0] += mass / grow
                anew = (again + FIRST * typical * typical) / (mass / grow + FIRST)
                gathered.again[1] += mass / grow * math.log(anew / own)
            if early_mass > ZERO:
                j = (series + i) % len(terms.marks)
                gathered.earlier[j, 0] += early_mass
                gathered.earlier[j, 1] += early_mass * math.log(early / own)
    return n_tried


@numba.njit(cache=True, nogil=True)
def unpack_some(offsets, months, amounts, unknown, series, end, out):  # type: ignore[no-untyped-def]
    """Write some series of compressed rows into the dense ``out``, up to month ``end``; NaN amounts as -1."""
    for r in range(len(series)):
        i = series[r]
        for m in range(end + 1):
            out[r, m] = -1.0 if unknown[m] else 0.0
        for k in range(offsets[i], offsets[i + 1]):
            m = months[k]
            if m > end:
                break
            v = amounts[k]
            out[r, m] = v if v == v else -1.0

"""The compiled first stage of the cascade: about how likely each entry of compressed rows is an event, in one pass.

A scan fits a baseline to every series anew for every month. Here the sums of that regression are carried along: an entry is
added to them once, when it is no longer one of the last months that are judged, weighed down by how far it lies from the
level of its time. Where an entry stands above that level, or those before it did, the baseline is solved for, and the odds of
a surge, of a lasting rise and of a start are worked out as a scan would, but the best of few in place of a sum over many. The
same pass gathers what the second stage needs of all series: each series' level and steps, and month by month what the members
of a group did on the whole.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect import kernel_odds

__all__ = ["BINS", "FEWEST", "PER_UNIT", "RAISED", "Gathered", "Groups", "Hurdle", "Noted", "Terms", "Tried", "look", "moves_of_groups", "spread_of_rows", "unpack_some"]

FEWEST = 5
"""Entries before one that tells what its group did."""
MEMBERS = 4
"""Members with trade below which a group does nothing on the whole."""
BINS = 512
PER_UNIT = np.float32(16.0)
"""Bins of a unit of log odds."""
P = 6
PAIRS, WIDE = 24, 8
"""Products of the regression's terms and terms, padded to what a processor adds at once."""
RAISED = 3.0
WEIGHTS = (1.0, 1.5, 0.7)
"""Of a surge, a shift and a start; as in :mod:`tidewaiter.detect.channels`."""
LEAST = 0.05
"""Odds (not log) below which an entry is nothing to look at."""
GATE = np.float32(2.2)
"""How far above the level of its time, in typical spreads, an entry is looked at ..."""
LASTING = np.float32(2.6)
"""... and how far it and those before it were, the sum fading by :data:`FADING` an entry."""
FADING = np.float32(0.6)
WORTH = np.float32(3.5)
"""Least residual, or mean of the last residuals times :data:`LONG`, in scales, whose odds are worked out."""
LONG = np.float32(1.6)
SELDOM = np.float32(0.4)
FIRST = np.float32(4.0)
"""How many residuals of the typical spread a series' own scale leans on."""
FOUR = 4
"""Months whose mean residual is looked at before their odds are."""
TAME = np.float32(2.0)
LIMIT = np.float32(2.0)
LATE = np.float32(1 / 12)
LENT = np.float32(1.36)
"""One, and how many entries the level of the group counts for in that of a series."""
T4 = np.float32(2.5)
QUARTER = np.float32(0.25)
ZERO, ONE = np.float32(0.0), np.float32(1.0)
SILENT = np.float32(-np.inf)
N_SHIFTS, N_LENGTHS, N_SURGES = len(kernel_odds.SHIFTS), len(kernel_odds.LENGTHS), len(kernel_odds.SURGES)
LENGTHS = kernel_odds.LENGTHS
SIZES = np.concatenate([kernel_odds.SHIFTS, kernel_odds.SURGES]).astype(np.float32)
SURGE_COST = (kernel_odds.SURGE_WEIGHTS**-0.4).astype(np.float32)
SHIFT_COST = ((kernel_odds.LENGTH_WEIGHTS[:, None] * kernel_odds.SHIFT_WEIGHTS) ** -0.4).astype(np.float32)
NODES = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]], np.float32)
"""Errors of the baseline that are tried, in its doubt and in how far levels move; what each costs is the next."""
NODE_COST = np.array([1.3, 1.6, 2.5], np.float32)


class Terms(NamedTuple):
    """The regression by month: discount, terms, terms and products of terms times the discount, prior precision.

    ``marks``: months at which scales are compared with those at the end, one a series in turn; ``narrower``: by what factor
    typical spreads are smaller there.
    """

    growth: NDArray[np.float32]
    at: NDArray[np.float32]
    product: NDArray[np.float32]
    square: NDArray[np.float32]
    ridge: NDArray[np.float32]
    year: np.float32
    recent: int
    marks: NDArray[np.int64]
    narrower: NDArray[np.float32]


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


class Gathered(NamedTuple):
    """Added up of all series.

    ``begun`` float32 [tables, n_months]: starts. ``scale`` float64 [n_groups, 2]: residuals at the end of the rows, and log
    variances times as many; ``earlier`` float64 [marks, 2]: the same of how much smaller log variances were at marks in time.
    ``counts`` int64 [n_months, BINS]: entries with odds by month and size, and ``entries`` int64 [n_months] of any.
    """

    begun: NDArray[np.float32]
    scale: NDArray[np.float64]
    earlier: NDArray[np.float64]
    counts: NDArray[np.int64]
    entries: NDArray[np.int64]


class Tried(NamedTuple):
    """Series, month and log odds (raised by :data:`RAISED`) of entries with odds, and of every so manieth without (0)."""

    series: NDArray[np.int64]
    month: NDArray[np.int64]
    odds: NDArray[np.float32]


@numba.njit(cache=True, nogil=True, error_model="numpy")
def spread_of_rows(offsets, months, logs, marks, table, out, earlier, moves, members):  # type: ignore[no-untyped-def]
    """As :func:`tidewaiter.detect.kernel.spread` of all months, from compressed rows whose logs are taken.

    ``moves``, ``members`` float32 [tables, n_months], added to: by how much (log, :data:`TAME` at most) the members of a table
    lie above their own means in a month, and how many do; ``table`` int64 [n_series] tells which is whose.

    ``earlier`` float64 [marks, 2], added to: how many steps there were before a mark, 24 at most, and as many times the log of
    how much larger their mean was than that of all; each series is looked at by one mark, in turn.
    """
    for i in range(len(offsets) - 1):
        n = 0
        total = 0.0
        steps = 0.0
        before = ZERO
        mark = marks[i % len(marks)]
        then = 0.0
        many = 0
        for k in range(offsets[i], offsets[i + 1]):
            y = logs[k]
            if y > SILENT:
                if months[k] >= mark and many == 0:
                    then = steps
                    many = n
                if n > 0:
                    steps += min(abs(y - before), np.float32(5.0))
                total += y
                before = y
                n += 1
        out[i, 0] = n
        out[i, 1] = total / n if n > 0 else 0.0
        out[i, 2] = max(n - 1, 0)
        out[i, 3] = steps / (n - 1) if n > 1 else 0.0
        if n >= FEWEST:
            mean = np.float32(out[i, 1])
            g = table[i]
            for k in range(offsets[i], offsets[i + 1]):
                if logs[k] > SILENT:
                    m = months[k]
                    moves[g, m] += max(min(logs[k] - mean, TAME), -TAME)
                    members[g, m] += ONE
        if many > 2:
            weight = min(many - 1, 24)
            earlier[i % len(marks), 0] += weight
            earlier[i % len(marks), 1] += weight * math.log(max(then / (many - 1), 0.02) / max(out[i, 3], 0.02))


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
def solve_carried(gram, rhs, month, terms, beta):  # type: ignore[no-untyped-def]
    """Solve the carried sums for a month; coefficients into ``beta``, their trend counted from that month on.

    Written out (a factor L D L'): loops as short as these cost more than what they do.

    Returns
    -------
    tuple
        What the fit takes off the squares, and the leverage of the month.
    """
    grow = terms.growth[month]
    ago = np.float32(month) * terms.year
    # the sums with the trend counted from this month on
    u10 = gram[1] - ago * gram[0]
    i0 = ONE / (gram[0] + terms.ridge[0] * grow)
    l10 = u10 * i0
    i1 = ONE / (gram[2] - ago * (gram[1] + u10) + terms.ridge[1] * grow - u10 * l10)
    u20 = gram[3]
    u21 = gram[4] - ago * gram[3] - u20 * l10
    l20, l21 = u20 * i0, u21 * i1
    i2 = ONE / (gram[5] + terms.ridge[2] * grow - u20 * l20 - u21 * l21)
    u30 = gram[6]
    u31 = gram[7] - ago * gram[6] - u30 * l10
    u32 = gram[8] - u30 * l20 - u31 * l21
    l30, l31, l32 = u30 * i0, u31 * i1, u32 * i2
    i3 = ONE / (gram[9] + terms.ridge[3] * grow - u30 * l30 - u31 * l31 - u32 * l32)
    u40 = gram[10]
    u41 = gram[11] - ago * gram[10] - u40 * l10
    u42 = gram[12] - u40 * l20 - u41 * l21
    u43 = gram[13] - u40 * l30 - u41 * l31 - u42 * l32
    l40, l41, l42, l43 = u40 * i0, u41 * i1, u42 * i2, u43 * i3
    i4 = ONE / (gram[14] + terms.ridge[4] * grow - u40 * l40 - u41 * l41 - u42 * l42 - u43 * l43)
    u50 = gram[15]
    u51 = gram[16] - ago * gram[15] - u50 * l10
    u52 = gram[17] - u50 * l20 - u51 * l21
    u53 = gram[18] - u50 * l30 - u51 * l31 - u52 * l32
    u54 = gram[19] - u50 * l40 - u51 * l41 - u52 * l42 - u53 * l43
    l50, l51, l52, l53, l54 = u50 * i0, u51 * i1, u52 * i2, u53 * i3, u54 * i4
    i5 = ONE / (gram[20] + terms.ridge[5] * grow - u50 * l50 - u51 * l51 - u52 * l52 - u53 * l53 - u54 * l54)
    r0 = rhs[0]
    r1 = rhs[1] - ago * rhs[0] - l10 * r0
    r2 = rhs[2] - l20 * r0 - l21 * r1
    r3 = rhs[3] - l30 * r0 - l31 * r1 - l32 * r2
    r4 = rhs[4] - l40 * r0 - l41 * r1 - l42 * r2 - l43 * r3
    r5 = rhs[5] - l50 * r0 - l51 * r1 - l52 * r2 - l53 * r3 - l54 * r4
    x0 = ONE
    x1 = -l10
    x2 = terms.at[month, 2] - l20 - l21 * x1
    x3 = terms.at[month, 3] - l30 - l31 * x1 - l32 * x2
    x4 = terms.at[month, 4] - l40 - l41 * x1 - l42 * x2 - l43 * x3
    x5 = terms.at[month, 5] - l50 - l51 * x1 - l52 * x2 - l53 * x3 - l54 * x4
    explained = r0 * r0 * i0 + r1 * r1 * i1 + r2 * r2 * i2 + r3 * r3 * i3 + r4 * r4 * i4 + r5 * r5 * i5
    leverage = i0 + x1 * x1 * i1 + x2 * x2 * i2 + x3 * x3 * i3 + x4 * x4 * i4 + x5 * x5 * i5
    b5 = r5 * i5
    b4 = r4 * i4 - l54 * b5
    b3 = r3 * i3 - l43 * b4 - l53 * b5
    b2 = r2 * i2 - l32 * b3 - l42 * b4 - l52 * b5
    b1 = r1 * i1 - l21 * b2 - l31 * b3 - l41 * b4 - l51 * b5
    b0 = r0 * i0 - l10 * b1 - l20 * b2 - l30 * b3 - l40 * b4 - l50 * b5
    beta[0], beta[1], beta[2], beta[3], beta[4], beta[5] = b0, b1, b2, b3, b4, b5
    taken = terms.ridge[0] * b0 * b0 + terms.ridge[1] * b1 * b1 + terms.ridge[2] * b2 * b2 + terms.ridge[3] * b3 * b3 + terms.ridge[4] * b4 * b4 + terms.ridge[5] * b5 * b5
    return explained + grow * taken, grow * leverage


@numba.njit(cache=True, nogil=True, error_model="numpy")
def look(offsets, months, logs, place, every, terms, groups, noise, hurdle, gathered, tried):  # type: ignore[no-untyped-def]
    """Walk over series of compressed rows; write those entries that have odds, and gather what the second stage needs.

    Parameters
    ----------
    offsets, months, logs
        Compressed rows, times in order; logs are float32, NaN where that month is not known, -inf where it is a zero.
    place, every
        Number of the first entry among all; every so manieth without odds is written, too.
    terms, groups, noise, hurdle
        :class:`Terms`, :class:`Groups`, :class:`Noted`, :class:`Hurdle`.
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
        mark = terms.marks[i % len(terms.marks)]
        tail = begin
        active = 0
        missing = 0
        since = 0  # months not known since the last trade
        last_known = 0
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
                narrower = typical * terms.narrower[i % len(terms.marks)]
                early = (max(squares - explained, ZERO) / terms.growth[m] + FIRST * narrower * narrower) / (early_mass + FIRST)
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
                    for j in range(PAIRS):
                        gram[j] += w * terms.square[then, j]
                    wv = w * v
                    for j in range(WIDE):
                        rhs[j] += wv * terms.product[then, j]
                    squares += terms.growth[then] * wv * v
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
                variance = (noise.freedom * prior * prior + max(squares - explained, ZERO) / grow) / (noise.freedom + mass / grow)
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
                        v -= groups.curve[t, then] + group_level + beta[0] + beta[1] * np.float32(then - m) * terms.year + f
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
                    event = WEIGHTS[0] * math.exp(min(surge + unlikely, 60.0)) + WEIGHTS[1] * math.exp(min(shift + unlikely, 60.0))
                if gap >= 6:
                    doubtful = variance * (1.0 + noise.doubt * leverage)
                    telling = -0.5 * (logs[k] - group_level - 0.5) ** 2
                    usual = -2.5 * math.log1p(own * own / (4.0 * doubtful)) - 0.5 * math.log(2.0 * doubtful)
                    size = min(max(telling - usual, -3.0), 6.0 if own >= ZERO else 0.0)
                    event += WEIGHTS[2] * math.exp(min(hurdle.rare[state, wait] + size, 60.0))
                if event > LEAST:
                    odds = np.float32(math.log(event) + RAISED)
                    gathered.counts[m, min(int(odds * PER_UNIT), BINS - 1)] += 1
            if odds > ZERO or (place + k) % every == 0:
                tried.series[n_tried] = i
                tried.month[n_tried] = m
                tried.odds[n_tried] = odds
                n_tried += 1
            level += tame * max(ONE / (np.float32(active) + LENT), LATE)
            active += 1
            last_known = hurdle.known[m + 1]
            since = 0
        if mass > ZERO:
            m = np.int64(months[offsets[i + 1] - 1])
            grow = terms.growth[m]
            explained, leverage = solve_carried(gram, rhs, m, terms, beta)
            own = (max(squares - explained, ZERO) / grow + FIRST * typical * typical) / (mass / grow + FIRST)
            gathered.scale[g, 0] += mass / grow
            gathered.scale[g, 1] += mass / grow * math.log(own)
            if early_mass > ZERO:
                j = i % len(terms.marks)
                gathered.earlier[j, 0] += early_mass
                gathered.earlier[j, 1] += early_mass * math.log(early / own)
    return n_tried


@numba.njit(cache=True, nogil=True, error_model="numpy")
def moves_of_groups(moves, members, size, groups, months, terms, out):  # type: ignore[no-untyped-def]
    """Write what groups did in the last months of some months on the whole, beside their baseline before those.

    The regression of a member, of middling trade, on the mean of the members: what it leaves is about the mean of what
    their own leave.

    Parameters
    ----------
    moves, members
        See :func:`spread_of_rows`.
    size
        int64 [tables]: series of each.
    groups, months
        int64 [n]: which table and month, by table, then month.
    out
        float32 [n, RECENT], tested month first, log; NaN where fewer than :data:`MEMBERS` trade.
    """
    gram = np.empty(PAIRS, np.float32)
    rhs = np.empty(WIDE, np.float32)
    beta = np.empty(P, np.float32)
    at = -1
    then = 0
    for r in range(len(groups)):
        g = groups[r]
        m = months[r]
        if g != at:
            gram[:] = ZERO
            rhs[:] = ZERO
            then = 0
            at = g
        while then <= m - terms.recent:
            n = members[g, then]
            if n > ZERO:
                w = n / np.float32(size[g])
                for j in range(PAIRS):
                    gram[j] += w * terms.square[then, j]
                w *= moves[g, then] / n
                for j in range(WIDE):
                    rhs[j] += w * terms.product[then, j]
            then += 1
        solve_carried(gram, rhs, m, terms, beta)
        for j in range(out.shape[1]):
            t = m - j
            out[r, j] = np.nan
            if j < terms.recent and t >= 0 and members[g, t] >= MEMBERS:
                f = ZERO
                for a in range(2, P):
                    f += beta[a] * terms.at[t, a]
                out[r, j] = moves[g, t] / members[g, t] - (beta[0] - beta[1] * np.float32(j) * terms.year + f)


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

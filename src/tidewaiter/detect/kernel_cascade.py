"""The compiled first stage of the cascade: how much each entry of compressed rows is worth a closer look.

One pass over the rows. An entry is set against the median and the median absolute deviation of those before it in its
series (the deviation is worked out only where the entry lies well above the median); a run of such entries and the end of a
long silence add to it. The same pass gathers what the second stage needs of all series: each series' level and steps, and
month by month what the members of a group did on the whole.
"""

from __future__ import annotations

import math

import numba
import numpy as np

__all__ = ["BINS", "FEWEST", "STEP", "look", "pick", "unpack_some"]

FEWEST = 5
"""Entries before one that is set against their median."""
BINS = 512
STEP = np.float32(1 / 16)
RISE = np.float32(0.4)
"""Least rise above the median, log, that is looked at."""
TAME = np.float32(3.0)
SEASON = np.float32(0.5)
LASTING = np.float32(0.5)
WEIGHT = np.float32(10.0)
"""How many months the typical spread counts for."""


@numba.njit(cache=True, nogil=True)
def look(  # type: ignore[no-untyped-def]
    offsets, months, logs, known, first, last, window, season, spreads, unlikely, rare, occupancy, gaps, groups,
    interest, counts, sums, moves, members, begun,
):  # fmt: skip
    """Write what each entry of series ``first .. last`` is worth, and add up what the second stage needs.

    Parameters
    ----------
    offsets, months, logs
        Compressed rows, times in order; logs are float32, NaN where that month is not known.
    known
        int64 [n_months + 1]: months before each that are known for every series.
    window, season
        Earlier entries that count, months in a year.
    spreads
        float32 [n_groups]: the spread (log) that is typical of a series of each group.
    unlikely, rare
        float32 [states, gaps]: ``-log`` of how often so silent a flow trades, and starts; ``occupancy`` and ``gaps`` are
        their edges, see :mod:`tidewaiter.detect.silences`.
    groups
        int64 [n_series].
    interest
        float32 [n_entries], in units of log odds; 0 where there is nothing to look at.
    counts
        int64 [n_months, BINS], added to: entries of each month by interest, :data:`STEP` a bin, the first for none.
    sums
        float64 [n_series, 4]: as :func:`tidewaiter.detect.kernel.spread` writes, over all months.
    moves, members, begun
        float32 [n_groups, n_months], added to: clipped steps above the median, entries that have one, starts.
    """
    held = np.empty(window, np.float32)
    line = np.empty(window, np.float32)
    for i in range(first, last):
        begin = offsets[i]
        g = groups[i]
        typical = spreads[g]
        n = 0
        ring = 0
        active = 0
        missing = 0
        since = 0  # months not known since the last trade
        last_known = 0
        total = 0.0
        steps = 0.0
        z1 = np.float32(0.0)
        z2 = np.float32(0.0)
        z3 = np.float32(0.0)
        before = np.float32(0.0)
        for k in range(begin, offsets[i + 1]):
            y = logs[k]
            m = months[k]
            interest[k] = 0.0
            if y != y:
                missing += 1
                since += 1
                continue
            age = known[m] - missing
            gap = known[m] - last_known - since if active > 0 else age
            score = np.float32(0.0)
            z = np.float32(0.0)
            above = np.float32(0.0)
            if n >= FEWEST:
                half = n // 2
                middle = held[half] if n % 2 == 1 else np.float32(0.5) * (held[half - 1] + held[half])
                above = y - middle
                if gap < 6:
                    moves[g, m] += max(min(above / typical, TAME), -TAME)
                    members[g, m] += 1
                if above > RISE:
                    # the same month a year ago was above the median, too: a season
                    back = max(k - season, begin)
                    while back < k and months[back] < m - season:
                        back += 1
                    if back < k and months[back] == m - season and logs[back] > middle:
                        above -= SEASON * (logs[back] - middle)
                if above > RISE:
                    lo = half - 1
                    hi = half
                    was = np.float32(0.0)
                    at = np.float32(0.0)
                    for _ in range(half + 1):
                        down = middle - held[lo] if lo >= 0 else np.float32(np.inf)
                        up = held[hi] - middle if hi < n else np.float32(np.inf)
                        was = at
                        if down <= up:
                            at = down
                            lo -= 1
                        else:
                            at = up
                            hi += 1
                    mad = np.float32(1.4826) * (at if n % 2 == 1 else np.float32(0.5) * (was + at))
                    z = above / math.sqrt((n * mad * mad + WEIGHT * typical * typical) / (n + WEIGHT))
                    score = np.float32(2.5) * math.log1p(z * z * np.float32(0.25))
                    if z1 > 0.0:
                        run = (z + z1 + z2 + z3) * LASTING
                        score = max(score, np.float32(2.5) * math.log1p(run * run * np.float32(0.25)))
            if age >= 6 and (score > 0.0 or gap >= 6) and gap > 0:
                state = len(occupancy) + 1
                if active > 0:
                    share = active / max(age - gap, 1)
                    state = 0
                    while state < len(occupancy) and occupancy[state] < share:
                        state += 1
                wait = 0
                while wait < len(gaps) and gaps[wait] <= gap:
                    wait += 1
                if gap >= 6:
                    begun[g, m] += 1
                    # a start is told by its rarity; how large it is beside the past of the flow counts a little
                    score = max(
                        score + unlikely[state, wait],
                        rare[state, wait] + min(max(above, np.float32(-1.0)), np.float32(2.0)),
                    )
                else:
                    score += unlikely[state, wait]
            interest[k] = score
            counts[m, min(int(score / STEP), BINS - 1)] += 1
            z3 = z2
            z2 = z1
            z1 = z
            total += y
            if active > 0:
                steps += min(abs(y - before), np.float32(5.0))
            before = y
            active += 1
            last_known = known[m + 1]
            since = 0
            # let the oldest go, put the newest in its place: places are counted, not searched for, which has no branches
            top = n
            if n == window:
                old = line[ring]
                top = 0
                for j in range(window):
                    top += held[j] < old
            put = 0
            for j in range(n):
                put += held[j] < y
            if put > top:
                put -= 1
                for j in range(top, put):
                    held[j] = held[j + 1]
            else:
                for j in range(top, put, -1):
                    held[j] = held[j - 1]
            held[put] = y
            line[ring] = y
            ring = ring + 1 if ring + 1 < window else 0
            n = min(n + 1, window)
        sums[i, 0] = active
        sums[i, 1] = total / active if active > 0 else 0.0
        sums[i, 2] = max(active - 1, 0)
        sums[i, 3] = steps / (active - 1) if active > 1 else 0.0


@numba.njit(cache=True, nogil=True)
def pick(offsets, months, interest, least, count):  # type: ignore[no-untyped-def]
    """Return series and month of each entry of at least the interest asked of its month, in order of the rows, ``count`` at most."""
    series = np.empty(count, np.int64)
    month = np.empty(count, np.int64)
    n = 0
    for i in range(len(offsets) - 1):
        for k in range(offsets[i], offsets[i + 1]):
            if interest[k] >= least[months[k]] and n < count:
                series[n] = i
                month[n] = months[k]
                n += 1
    return series[:n], month[:n]


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

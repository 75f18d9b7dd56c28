"""What the whole trade of a pair of countries did: every good once, however many lengths of code a dataset lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tidewaiter.model import State
from tidewaiter.series.panel import STATE_NUMBERS, SeriesPanel

__all__ = ["Tide", "tides"]

_LATE = [STATE_NUMBERS[State.UNRELEASED], STATE_NUMBERS[State.MERGED]]


class Tide(NamedTuple):
    """How many times the same month a year before; of how many goods a month is not released, so that they are left out."""

    times: float
    left_out: int


def tides(panels: Sequence[SeriesPanel]) -> dict[tuple[str, str, str, str], Tide]:
    """Return how many times the same month a year before all goods of a pair came to, as far as they are listed.

    By dataset, flow, reporter and partner. A code counts where no shorter code of the pair holds it already: a total,
    chapters, headings and lines of one pair are the same goods told more than once. A code of which either month is not
    released, or was published only with others, counts in neither. Nothing is said of a pair that is counted in more than
    one unit, or of which either month is not released at all.
    """
    found: dict[tuple[str, str, str, str], Tide] = {}
    by_flow: dict[tuple[str, str], list[SeriesPanel]] = {}
    for panel in panels:
        by_flow.setdefault((panel.dataset, panel.flow), []).append(panel)
    for (dataset, flow), some in by_flow.items():
        for (reporter, partner), tide in _of_pairs(sorted(some, key=lambda panel: panel.digits)).items():
            found[dataset, flow, reporter, partner] = tide
    return found


def _of_pairs(panels: Sequence[SeriesPanel]) -> dict[tuple[str, str], Tide]:
    pairs: dict[tuple[str, str], int] = {}
    places: dict[str, int] = {"": 0}
    units: dict[str, int] = {}
    keys, groups = [], []
    for panel in panels:
        of = (pairs.setdefault(pair, len(pairs)) for pair in zip(panel.reporters, panel.partners, strict=True))
        group = np.fromiter(of, np.int64, len(panel))
        groups.append(group)
        keys.append(np.fromiter((places.setdefault(code, len(places)) for code in panel.codes), np.int64, len(panel)))
    size = len(places)
    count = len(pairs)
    now, then = np.zeros(count), np.zeros(count)
    away = np.zeros(count, np.int64)
    out = np.zeros((count, 2), bool)
    low, high = np.full(count, 1 << 30), np.full(count, -1)
    totals = np.zeros(count, bool)
    listed: dict[int, np.ndarray] = {}
    words = list(places)
    for panel, group, key in zip(panels, groups, keys, strict=True):
        if panel.values.shape[1] < 13:
            return {}
        held = totals[group]
        for digits, there in listed.items():
            shorter = np.array([places.get(word[:digits], 0) for word in words])
            held |= np.isin(group * size + shorter[key], there)
        if panel.digits:
            listed[panel.digits] = np.unique(group * size + key)
        else:
            totals[group] = True
        unit = np.fromiter((units.setdefault(one, len(units)) for one in panel.units), np.int64, len(panel))
        free = ~held
        late = np.isin(panel.states[:, [-1, -13]], _LATE).any(1)
        away += np.bincount(group[free & late], minlength=count)
        np.minimum.at(low, group[free], unit[free])
        np.maximum.at(high, group[free], unit[free])
        released = panel.states != STATE_NUMBERS[State.UNRELEASED]
        for column, sums, place in ((-1, now, 0), (-13, then, 1)):
            counted = free & ~late
            sums += np.bincount(group[counted], np.nan_to_num(panel.values[counted, column]), count)
            out[:, place] |= np.bincount(group, released[:, column], count) > 0
    good = out.all(1) & (then > 0) & (low == high)
    return {pair: Tide(float(now[at] / then[at]), int(away[at])) for pair, at in pairs.items() if good[at]}

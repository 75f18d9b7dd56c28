"""What else than trade may have made a series move: new codes, changed units, many starts at once, a moving holiday."""

from __future__ import annotations

from typing import Final

import numpy as np

from tidewaiter.codes import start_of, stop_of
from tidewaiter.model import State
from tidewaiter.series.panel import STATE_NUMBERS, TOGETHER, SeriesPanel
from tidewaiter.store.view import View

__all__ = ["artefact_of", "first_columns", "mass_starts"]

_MASS: Final = 40


def artefact_of(
    view: View, panel: SeriesPanel, at: int, channel: str, mass: dict[str, int], firsts: dict[str, int]
) -> str:
    """Say what else than trade may have made this."""
    code, period = panel.codes[at], panel.period
    found = []
    traded = np.flatnonzero(panel.states[at] == STATE_NUMBERS[State.VALUE])
    if len(code) >= 6 and len(traded):
        first = period.start + int(traded[0])
        if channel not in ("stop", "fall") and first > period.start and period.end - first < 13:
            made = start_of(code, first, firsts)
            if made is not None:
                found.append(made.words)
            elif len(code) > 6 and firsts[code] == first - period.start:
                years = view.years_of_line(panel.dataset, code)
                begin = period.start // 12
                if years and min(years) == first // 12 > begin:
                    found.append(f"{code} is in no row of this dataset before {min(years)}; the line may be new")
        if channel == "stop":
            ended = stop_of(code, period.start + int(traded[-1]), firsts)
            if ended is not None:
                found.append(ended.words)
    if bool(panel.changed[at]):
        found.append("the unit changes inside the series; months in another unit are not compared")
    starts = mass.get(f"{panel.reporters[at]} {period.end}", 0)
    if channel == "start" and starts:
        found.append(
            f"{starts} flows of {_whose(panel.reporters[at])} start in this month, many more than in others: recording may"
            " have changed"
        )
    if period.end % 12 in (0, 1) and panel.reporters[at] == "CHN":
        found.append("Lunar New Year moves between January and February")
    return "; ".join(found)


def _whose(reporter: str) -> str:
    return reporter if reporter != TOGETHER else "the reporters"


def first_columns(panel: SeriesPanel) -> dict[str, int]:
    """Return for each code the first column in which any series of the panel has trade."""
    traded = panel.states == STATE_NUMBERS[State.VALUE]
    first = np.where(traded.any(1), traded.argmax(1), panel.states.shape[1])
    found: dict[str, int] = {}
    for code, column in zip(panel.codes, first.tolist(), strict=True):
        found[code] = min(column, found.get(code, column))
    return found


def mass_starts(panel: SeriesPanel) -> dict[str, int]:
    """Find reporters of which many more flows start in the last month than in the months before."""
    value, zero = STATE_NUMBERS[State.VALUE], STATE_NUMBERS[State.ZERO]
    if panel.states.shape[1] < 8:
        return {}
    states = panel.states
    silent = np.ones(states[:, 6:].shape, bool)
    for back in range(1, 7):
        silent &= states[:, 6 - back : states.shape[1] - back] == zero
    starts = silent & (states[:, 6:] == value)
    found = {}
    names = np.array(panel.reporters)
    for reporter in dict.fromkeys(panel.reporters):
        by_month = starts[names == reporter].sum(0)
        usual = float(np.median(by_month[:-1])) if len(by_month) > 1 else 0.0
        if by_month[-1] >= max(_MASS, 5 * usual):
            found[f"{reporter} {panel.period.end}"] = int(by_month[-1])
    return found

"""What else than trade may have made a series move: new codes, changed units, many starts at once, a moving holiday."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tidewaiter.codes import REVISIONS, codes_of, predecessors, start_of, stop_of, successors
from tidewaiter.findings.holidays import holiday_note
from tidewaiter.model import State
from tidewaiter.series.kept import kept_list
from tidewaiter.series.names import Names
from tidewaiter.series.panel import STATE_NUMBERS, TOGETHER, SeriesPanel
from tidewaiter.store.view import View

if TYPE_CHECKING:
    from tidewaiter.findings.candidate import Candidate

__all__ = ["artefact_of", "first_columns", "mass_starts"]

_MASS: Final = 40


def artefact_of(view: View, one: Candidate) -> str:
    """Say what else than trade may have made this; empty if nothing speaks for it."""
    panel, code, states, channel = one.panel, one.code, one.states, one.channel
    period = panel.period
    found = []
    traded = np.flatnonzero(states == STATE_NUMBERS[State.VALUE])
    if len(code) == 4 and len(traded):
        begun = period.start + int(traded[0])
        if channel not in ("stop", "fall") and begun > period.start and period.end - begun < 13:
            found.append(_heading(code, begun // 12))
        if channel == "stop":
            found.append(_heading(code, period.end // 12, ended=True))
    if len(code) >= 6 and len(traded):
        first = period.start + int(traded[0])
        if channel not in ("stop", "fall") and first > period.start and period.end - first < 13:
            made = start_of(code, first, one.reported)
            if made is not None:
                found.append(made.words)
            elif len(code) > 6 and one.firsts[code] == first - period.start:
                years = _years(view, panel, code)
                begin = period.start // 12
                if years and min(years) == first // 12 > begin:
                    found.append(f"{code} is in no row of this dataset before {min(years)}; the line may be new")
        if channel == "stop":
            ended = stop_of(code, period.start + int(traded[-1]), one.reported)
            if ended is not None:
                found.append(ended.words)
    if bool(panel.changed[0]):
        found.append("the unit changes inside the series; months in another unit are not compared")
    if channel == "start" and one.starts:
        found.append(
            f"{one.starts} flows of {_whose(one.pair[0])} start in this month, many more than in others: recording may"
            " have changed"
        )
    if channel in ("spike", "sustained", "record", "fall"):
        sides = (panel.largest[0] or one.pair[0], one.pair[1])
        holiday = holiday_note(sides, period.end, one.values, one.expected)
        if holiday:
            found.append(holiday)
    if one.told == "a thousandfold":
        found.append("a thousand times what is usual, or a thousandth: a unit may be misread")
    return "; ".join(filter(None, found))


def _heading(code: str, year: int, *, ended: bool = False) -> str:
    """Say that a heading came, or went, with a revision of that year; empty if it did not."""
    if year not in REVISIONS[1:]:
        return ""
    before = REVISIONS[REVISIONS.index(year) - 1]
    was, is_now = ([one for one in codes_of(at) if len(one) == 6 and one[:4] == code] for at in (before, year))
    day = f"HS {year} on 1 January {year}"
    if not was and is_now and not ended:
        others = sorted({link.code[:4] for one in is_now for link in predecessors(one, year)} - {code})
        return f"{code} is a new heading, born with {day}; its goods were in {', '.join(others) or 'no one heading'} before"
    if was and not is_now and ended:
        others = sorted({link.code[:4] for one in was for link in successors(one, before)} - {code})
        return f"{code} ended with {day}; its goods are in {', '.join(others) or 'no one heading'} since"
    return ""


def _years(view: View, panel: SeriesPanel, code: str) -> list[int]:
    """Return the years in which any reporter of the dataset lists a line."""

    def look() -> list[str]:
        return [str(year) for year in sorted(view.years_of_line(panel.dataset, code))]

    return [int(year) for year in kept_list(view, panel.dataset, f"years {code}", look)]


def _whose(reporter: str) -> str:
    return reporter if reporter != TOGETHER else "the reporters"


def first_columns(panel: SeriesPanel) -> dict[str, int]:
    """Return for each code of a panel the first column in which any of its series has trade."""
    traded = panel.states == STATE_NUMBERS[State.VALUE]
    first = np.where(traded.any(1), traded.argmax(1), panel.states.shape[1])
    codes = Names.of(panel.codes)
    least = np.full(len(codes.words), panel.states.shape[1])
    np.minimum.at(least, codes.places, first)
    there = np.bincount(codes.places, minlength=len(codes.words)) > 0
    return {
        code: column for code, column, any_ in zip(codes.words, least.tolist(), there.tolist(), strict=True) if any_
    }


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
    reporters = Names.of(panel.reporters)
    # Each column is counted for all reporters at once.
    counted = np.stack([np.bincount(reporters.places[month], minlength=len(reporters.words)) for month in starts.T], 1)
    for reporter, by_month in zip(reporters.words, counted, strict=True):
        usual = float(np.median(by_month[:-1])) if len(by_month) > 1 else 0.0
        if by_month[-1] >= max(_MASS, 5 * usual):
            found[reporter] = int(by_month[-1])
    return found

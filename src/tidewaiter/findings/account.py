"""What a scan could judge of what it looked at, what it could not, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from tidewaiter.detect import ScanResult
from tidewaiter.model import State
from tidewaiter.period import month_words
from tidewaiter.series.panel import STATE_NUMBERS, SeriesPanel

__all__ = ["WITHOUT", "WITH_TRADE", "judged", "judged_words", "panel_notes"]

WITH_TRADE: Final = "with trade"
WITHOUT: Final = "without trade"

_WHY: Final = {
    State.UNRELEASED.value: "the month is not, or not wholly, in the store",
    State.MERGED.value: "the month was published only together with others",
    State.NOT_ALIVE.value: "there is no such code in the month",
    State.WITHHELD.value: "the month is withheld",
    State.NOT_RECORDED.value: "the month does not carry the measure, or carries it in another unit",
    State.CONFLICT.value: "files differ on the month",
    State.UNKNOWN.value: "the month is not known: no row, and nothing says that silence is none",
    "no past": "fewer than six months before it are known",
    "no recent past": "fewer than three of the twelve months before it are known",
    "other": "for another reason",
}
_PAST: Final = ("no past", "no recent past")


def judged(panel: SeriesPanel, found: ScanResult, inside: Any) -> dict[str, int]:
    """Count the series asked about by whether they could be judged, and why not.

    Parameters
    ----------
    found
        The scan of the panel.
    inside
        bool ``[n_series]``: asked about.

    Returns
    -------
    dict
        ``with trade`` and ``without trade`` in the month for those judged; for the others a state of the month, ``no past``,
        ``no recent past`` or ``other``. Nothing for none.
    """
    last = panel.states[:, -1]
    tested = found.tested & inside
    counts = {
        WITH_TRADE: int((tested & (last == STATE_NUMBERS[State.VALUE])).sum()),
        WITHOUT: int((tested & (last == STATE_NUMBERS[State.ZERO])).sum()),
    }
    left = inside & ~found.tested
    for state, number in STATE_NUMBERS.items():
        if number > STATE_NUMBERS[State.ZERO]:
            at = left & (last == number)
            counts[state.value] = int(at.sum())
            left &= ~at
    for why in _PAST:
        at = left & (found.artefact == why)
        counts[why] = int(at.sum())
        left &= ~at
    counts["other"] = int(left.sum())
    return {why: many for why, many in counts.items() if many}


def judged_words(counts: dict[str, int], series: int) -> str:
    """Say how many series were judged, and why the others were not.

    Examples
    --------
    >>> judged_words({"with trade": 2, "without trade": 3, "code not alive": 1}, 6)
    '6 series looked at, 5 of them judged (2 with trade in the month); not judged: 1 (there is no such code in the month)'
    """
    done = counts.get(WITH_TRADE, 0) + counts.get(WITHOUT, 0)
    told = f"{series:,} series looked at, {done:,} of them judged"
    if done:
        told += f" ({counts.get(WITH_TRADE, 0):,} with trade in the month)"
    why = [f"{many:,} ({_WHY[name]})" for name, many in counts.items() if name in _WHY]
    return told + ("; not judged: " + ", ".join(why) if why else "")


def panel_notes(panel: SeriesPanel, inside: Any) -> Iterable[str]:
    """Say what the panel cannot show."""
    states = panel.states[inside]
    if not len(states):
        return
    unknown = (states == STATE_NUMBERS[State.UNKNOWN]).mean()
    if unknown > 0.02:
        yield (
            f"{panel.dataset}: {100 * unknown:.0f} % of the months of these series have no row and no coverage, so they are not"
            " known and starts cannot be told from gaps; declare what the file covers with load --covers"
        )
    alive = states[:, -1] != STATE_NUMBERS[State.NOT_ALIVE]
    if alive.any() and (states[alive, -1] == STATE_NUMBERS[State.UNRELEASED]).all():
        yield (
            f"{panel.dataset}: {month_words(panel.period.end)} is not, or not wholly, in the store for these series: not released yet,"
            " or not loaded (tidewaiter coverage tells when it was due)"
        )
    merged = (states == STATE_NUMBERS[State.MERGED]).any(0)
    if merged.any():
        months = ", ".join(month_words(panel.period.start + int(at)) for at in np.flatnonzero(merged))
        yield f"{panel.dataset}: published only together with other months, so left out: {months}"

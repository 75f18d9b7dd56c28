"""Things that look like surges and are none: each has to stay silent, or to be told as what it is.

Every case sits in an otherwise quiet panel of the trade-like recipe with its states, so that the method calibrates as it
would in life; ``at`` names the series the artefact touches. The last month is the one to be judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.detect.trade import TradeRecipe, simulate_trade
from tidewaiter.model import State

__all__ = ["ARTEFACTS", "Artefact", "make_artefact"]

STATE = {state: i for i, state in enumerate(State)}
Floats = NDArray[np.float64]
Made = tuple[Floats, NDArray[np.uint8], NDArray[np.int64], str]


@dataclass(frozen=True)
class Artefact:
    """A panel with one artefact.

    Attributes
    ----------
    values, states, groups
        float64 [n, months] with NaN for months not known, uint8 of the same shape, int64 [n].
    at
        Series the artefact touches.
    expected
        What a reader may be told: ``silent`` (no alarm beyond chance), ``untested`` (the month is not known),
        ``once`` (one finding for the whole group or panel, not one a series), ``labelled`` (may alarm, as an artefact).
    why
        What happened, in a sentence.
    """

    name: str
    values: Floats
    states: NDArray[np.uint8]
    groups: NDArray[np.int64]
    at: NDArray[np.int64]
    expected: str
    why: str


def _mask(values: Floats, states: NDArray[np.uint8], rows: NDArray[np.int64], months: slice, state: State) -> None:
    block = np.zeros(values.shape, bool)
    block[rows, months] = True
    values[block] = np.nan
    states[block] = STATE[state]


def _merged(v: Floats, s: NDArray[np.uint8], at: NDArray[np.int64], rng: np.random.Generator) -> Made:
    """Every January merged into February's release, of which only the sum is known; the last month is a March."""
    for january in range(v.shape[1] - 3, -1, -12):
        _mask(v, s, at, slice(january, january + 2), State.MERGED)
    return v, s, at, "silent"


def _merged_now(v: Floats, s: NDArray[np.uint8], at: NDArray[np.int64], rng: np.random.Generator) -> Made:
    """The last two months are published as one."""
    _mask(v, s, at, slice(-2, None), State.MERGED)
    return v, s, at, "untested"


def _new_year(v: Floats, s: NDArray[np.uint8], at: NDArray[np.int64], rng: np.random.Generator) -> Made:
    """The Lunar New Year halves the month it falls in, January or February by the year; the last month is a February."""
    for years_ago, february in enumerate(range(v.shape[1] - 1, 0, -12)):
        low = february - 1 if years_ago % 3 != 1 else february
        high = february if low == february - 1 else february - 1
        v[at, low] *= 0.55
        v[at, high] *= 1.15
    return v, s, at, "silent"


def _born(v: Floats, s: NDArray[np.uint8], at: NDArray[np.int64], rng: np.random.Generator) -> Made:
    """A new code: not alive until last month; its first month is this one."""
    _mask(v, s, at, slice(0, -1), State.NOT_ALIVE)
    v[at, -1] = np.where(v[at, -1] > 0, v[at, -1], np.exp(rng.normal(10, 1.5, len(at))))
    s[at, -1] = STATE[State.VALUE]
    return v, s, at, "silent"


def _deleted(v: Floats, s: NDArray[np.uint8], at: NDArray[np.int64], rng: np.random.Generator) -> Made:
    """A code that ended: not alive this month."""
    _mask(v, s, at, slice(-1, None), State.NOT_ALIVE)
    return v, s, at, "untested"


def _successor(v: Floats, s: NDArray[np.uint8], at: NDArray[np.int64], rng: np.random.Generator) -> Made:
    """Half of a group's codes end in January, the other half are born and carry on the same trade; the last month is a June."""
    born = at[::2]
    _mask(v, s, born, slice(0, -6), State.NOT_ALIVE)
    _mask(v, s, at[1::2], slice(-6, None), State.NOT_ALIVE)
    return v, s, born, "silent"


def _unreleased(v: Floats, s: NDArray[np.uint8], at: NDArray[np.int64], rng: np.random.Generator) -> Made:
    """A month that is not published yet for one reporter."""
    _mask(v, s, at, slice(-1, None), State.UNRELEASED)
    return v, s, at, "untested"


def _late(v: Floats, s: NDArray[np.uint8], at: NDArray[np.int64], rng: np.random.Generator) -> Made:
    """Fourteen months were withheld until last month: trade was there, it was not to be seen."""
    _mask(v, s, at, slice(-15, -1), State.WITHHELD)
    return v, s, at, "silent"


def _thousands(v: Floats, s: NDArray[np.uint8], at: NDArray[np.int64], rng: np.random.Generator) -> Made:
    """A unit changed from thousands to ones this month, for a whole heading."""
    v[at, -1] *= 1000.0
    return v, s, at, "once"


def _administrative(v: Floats, s: NDArray[np.uint8], at: NDArray[np.int64], rng: np.random.Generator) -> Made:
    """One administrative change starts 500 flows of ten headings at once."""
    v[at, :-1] = 0.0
    s[at, :-1] = STATE[State.ZERO]
    v[at, -1] = np.exp(rng.normal(10, 1.5, len(at)))
    s[at, -1] = STATE[State.VALUE]
    return v, s, at, "once"


def _revision(v: Floats, s: NDArray[np.uint8], at: NDArray[np.int64], rng: np.random.Generator) -> Made:
    """The last year was revised by up to a tenth when this month came out."""
    v[at, -13:-1] *= rng.uniform(0.9, 1.1, (len(at), 12))
    return v, s, at, "silent"


_MAKERS: dict[str, tuple[int, Callable[[Floats, NDArray[np.uint8], NDArray[np.int64], np.random.Generator], Made]]] = {
    "January and February merged": (500, _merged),
    "this month merged": (500, _merged_now),
    "Lunar New Year moves": (2000, _new_year),
    "code born this month": (200, _born),
    "code ended this month": (200, _deleted),
    "codes replaced five months ago": (200, _successor),
    "not yet published": (500, _unreleased),
    "withheld until last month": (200, _late),
    "thousands become ones": (50, _thousands),
    "500 flows start at once": (500, _administrative),
    "last year revised": (500, _revision),
}
ARTEFACTS = tuple(_MAKERS)


def make_artefact(name: str, seed: int, series: int = 6000, months: int = 72) -> Artefact:
    """Return one of :data:`ARTEFACTS` in a quiet panel of ``series``; ``at`` are whole groups of 50."""
    if name not in _MAKERS:
        raise ValueError(f"artefact {name!r} is none of {', '.join(_MAKERS)}")
    touched, maker = _MAKERS[name]
    quiet = simulate_trade(seed, TradeRecipe(series=series, months=months, events=0.0))
    states = np.where(quiet.values > 0, STATE[State.VALUE], STATE[State.ZERO]).astype(np.uint8)
    rng = np.random.default_rng(seed + 1)
    values, states, at, expected = maker(quiet.values.copy(), states, np.arange(touched), rng)
    why = " ".join((maker.__doc__ or "").split())
    return Artefact(name, values, states, quiet.groups, at, expected, why)

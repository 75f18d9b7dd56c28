"""For candidates only: when a level moved, and what of a change is price and what is quantity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tidewaiter.detect.kernel_moves import weigh_moves
from tidewaiter.detect.run import basis
from tidewaiter.errors import InputError

__all__ = ["LevelShift", "level_shift", "level_shifts", "price_and_quantity"]

Floats = NDArray[np.float64]

FEWEST = 12
"""Months with trade below which nothing is dated."""
MARGIN_BEFORE, MARGIN_AFTER = 4, 3
"""Months with trade that a level must have lasted, before a shift and since."""
LENGTHS = (2, 3, 4, 6, 9, 12, 18, 24, 36, 60)
"""Months that a slow move may take; one that takes longer than the series has goes on to its end."""
STEP, SLOW = 0.9, 0.1
"""Prior of a move in one month, and of all slow ones."""
SURE, SURE_OF_MORE = 1.5, 3.0
"""Log evidence, averaged over all months, that speaks for a first move, and for further ones."""
SURE_OF_TWO = 6.0
"""Log evidence by which two moves in one month each have to beat one slow move."""
TAIL = 0.1
"""A move is dated if it lies within a year with a probability of 1 - 2 TAIL."""
MOST = 4
PRECISION = np.array([1e-6, 16.0, 12.0, 12.0, 30.0, 30.0, 20.0, 20.0])
"""Of the priors: level, drift over three years, one and two waves a year, growth of the first."""
MOVE_PRECISION = 0.7


@dataclass(frozen=True)
class LevelShift:
    """Where the level of a series moved.

    Attributes
    ----------
    month
        First month of the new level, an index into the series (the middle of a move that takes some months); None where no
        shift is sure, or none can be dated to within a year.
    factor
        New level over old; 1 where there is no month.
    gain
        Log evidence for the shift against none.
    earliest, latest
        The level began to move in this month at the earliest, and the new one was reached in that one at the latest, with a
        probability of four in five by the model; the first and the last month where nothing is known.
    """

    month: int | None
    factor: float
    gain: float
    earliest: int
    latest: int


def level_shift(values: ArrayLike, season: int = 12) -> LevelShift:
    """Find the month from which on a series lies on another level; the plainest where there are more.

    A move that is there but cannot be dated to within a year has no ``month``; :func:`level_shifts` tells the method.

    Parameters
    ----------
    values
        [n_months]; NaN not known, 0 no trade; both are passed over.
    season
        Steps in a year.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> level_shift(np.exp(rng.normal(10, 0.2, 48)) * np.where(np.arange(48) < 27, 1, 4)).month
    27
    """
    found, best = _search(values, season)
    return max(found, key=lambda shift: shift.gain) if found else best


def level_shifts(values: ArrayLike, season: int = 12) -> list[LevelShift]:
    """Find all months from which on a series lies on another level, in order of time.

    A series of logs is level, drift, two waves a year (the first of which may grow) and moves of the level; noise has heavy
    tails and is autocorrelated, so that neither outliers nor a slow wandering pass for steps. Every month is tried as a step
    and as part of a slow rise or fall of 2 to 36 months, by the evidence (the likelihood integrated over the coefficients);
    moves are added as long as the evidence asks for them, a pair at once where one alone would not show. The interval of
    each comes from the evidence of all other places for it. Of the kind of Rousseeuw, Perrotta, Riani and Hubert (2019),
    with evidence in place of trimmed squares.

    Parameters
    ----------
    values
        [n_months]; NaN not known, 0 no trade; both are passed over.
    season
        Steps in a year.

    Raises
    ------
    InputError
        Where ``values`` is not one series, or has a negative amount.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> level = np.repeat([1.0, 5.0, 2.0], 24)
    >>> [shift.month for shift in level_shifts(level * np.exp(rng.normal(10, 0.2, 72)))]
    [24, 48]
    """
    return _search(values, season)[0]


def _search(values: ArrayLike, season: int) -> tuple[list[LevelShift], LevelShift]:
    """Return the shifts that are sure, and what is known of the likeliest move if none is."""
    row = np.asarray(values, dtype=np.float64)
    if row.ndim != 1:
        raise InputError(f"values must be one series; got shape {row.shape}")
    if (row < 0).any():
        raise InputError(f"{np.nanmin(row):g} is no amount of trade; amounts are 0 or more")
    if np.isinf(row).any():
        raise InputError("inf is no amount of trade; amounts are 0 or more, NaN where not known")
    at = np.flatnonzero(np.nan_to_num(row) > 0)
    nothing = LevelShift(None, 1.0, 0.0, 0, len(row) - 1)
    if len(at) < FEWEST:
        return [], nothing
    series = _Series(row, at, season)
    moves: list[tuple[float, float]] = []
    without = series.none(moves)
    while len(moves) < MOST:
        more = series.places(moves)
        if more is None:
            break
        need = SURE_OF_MORE if moves else SURE
        gain = more.gain - without
        chosen = [*moves, more.best]
        if not moves and (gain < need or more.best[1] > 1):
            # what goes up and comes down again shows as a pair only, or passes for one slow move
            pair = series.places([more.best_step])
            margin = SURE_OF_MORE if gain < need else SURE_OF_TWO
            if pair is not None and pair.gain - without >= max(gain, need) + margin:
                gain, chosen = pair.gain - without, [more.best_step, pair.best]
        if gain < need:
            break
        moves = series.settled(chosen)
        without = series.none(moves)
    found = []
    for number in range(len(moves)):
        others = moves[:number] + moves[number + 1 :]
        places = series.places(others)
        if places is None:
            continue
        shift = places.shift(at, series.none(others), season)
        if shift.month is not None:
            found.append(shift)
        elif shift.gain > nothing.gain:
            nothing = shift
    return sorted(found, key=lambda shift: shift.earliest), nothing


@dataclass(frozen=True)
class _Places:
    """Moves that one more could be: first month, duration, log of prior times evidence; the steps first."""

    month: Floats
    length: Floats
    weight: Floats
    factor: Floats
    steps: int

    @property
    def gain(self) -> float:
        """Log evidence, averaged over all places by their prior."""
        return float(np.logaddexp.reduce(self.weight))

    @property
    def best(self) -> tuple[float, float]:
        """The likeliest."""
        best = int(self.weight.argmax())
        return float(self.month[best]), float(self.length[best])

    @property
    def best_step(self) -> tuple[float, float]:
        """The likeliest that takes one month."""
        return float(self.month[int(self.weight[: self.steps].argmax())]), 1.0

    def shift(self, at: NDArray[np.int64], without: float, widest: int) -> LevelShift:
        """Tell when it was: the likeliest place, and the months within which it lies."""
        gain = self.gain - without
        p = np.exp(self.weight - self.weight.max())
        p /= p.sum()
        ends = self.month + self.length - 1
        by_start, by_end = np.argsort(self.month, kind="stable"), np.argsort(ends, kind="stable")
        first = float(self.month[by_start][np.searchsorted(p[by_start].cumsum(), TAIL)])
        last = int(ends[by_end][np.searchsorted(p[by_end].cumsum(), 1 - TAIL)])
        # between two months with trade nobody sees on which level a series lies
        past = at[at < first]
        earliest = int(past[-1]) + 1 if len(past) else int(first)
        best = int(self.weight.argmax())
        month = int(self.month[best] + (self.length[best] - 1) // 2)
        latest = min(last, int(at[-1]))
        if gain < SURE or last - earliest >= widest or not earliest <= month <= latest:
            return LevelShift(None, 1.0, gain, earliest, latest)
        # a slow move may go on after the last month
        reached = min((at[-1] - self.month[best] + 1) / self.length[best], 1.0)
        return LevelShift(month, float(np.exp(self.factor[best] * reached)), gain, earliest, latest)


class _Series:
    """Logs of the months with trade and the columns that explain them."""

    def __init__(self, row: Floats, at: NDArray[np.int64], season: int) -> None:
        y = np.log(row[at])
        self.y = y - np.median(y)
        self.at = at.astype(np.float64)
        self.gap = np.diff(self.at, prepend=self.at[0])
        x = basis(len(row), len(row) - 1, season)[at]
        x[:, 1] -= x[:, 1].mean()
        self.base = np.concatenate([x, x[:, 2:4] * x[:, 1:2]], axis=1)
        self.months = len(row)
        self.steps = self.at[MARGIN_BEFORE : len(at) - MARGIN_AFTER + 1]
        self._weighed: dict[tuple[tuple[float, float], ...], _Places | None] = {}

    def none(self, moves: list[tuple[float, float]]) -> float:
        """Log evidence of these moves and no other."""
        return float(self._weigh(moves, np.zeros(1), np.zeros(1))[0, 0])

    def places(self, moves: list[tuple[float, float]]) -> _Places | None:
        """Weigh one more move: a step in every month, and slow moves about the likeliest one; None where there is no room."""
        key = tuple(sorted(moves))
        if key not in self._weighed:
            self._weighed[key] = self._places(moves)
        return self._weighed[key]

    def settled(self, moves: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """Set each of several moves anew, given the others."""
        moves = list(moves)
        for number in range(len(moves) if len(moves) > 1 else 0):
            places = self.places(moves[:number] + moves[number + 1 :])
            if places is not None:
                moves[number] = places.best
        return moves

    def _places(self, moves: list[tuple[float, float]]) -> _Places | None:
        room = self._room(moves, self.steps, np.ones(len(self.steps)))
        if not room.any():
            return None
        month = self.steps[room]
        steps = self._weigh(moves, month, np.ones(len(month)))
        middle = month[int(steps[:, 0].argmax())]
        slow, prior = [], []
        for months in LENGTHS:
            if months > self.months - MARGIN_BEFORE:
                break
            stride = max(1, months // 4)
            begin = np.arange(middle - months, middle + 2, stride)
            begin = begin[(begin >= self.at[0]) & (begin <= self.at[-MARGIN_AFTER])]
            slow.append(np.column_stack([begin, np.full(len(begin), float(months))]))
            prior.append(np.full(len(begin), np.log(SLOW * stride / len(LENGTHS) / len(self.steps))))
        begin, lasting = np.concatenate(slow).T
        room = self._room(moves, begin, lasting)
        begin, lasting = begin[room], lasting[room]
        weights = self._weigh(moves, begin, lasting)
        return _Places(
            np.concatenate([month, begin]),
            np.concatenate([np.ones(len(month)), lasting]),
            np.concatenate([steps[:, 0] + np.log(STEP / len(self.steps)), weights[:, 0] + np.concatenate(prior)[room]]),
            np.concatenate([steps[:, 1], weights[:, 1]]),
            len(month),
        )

    def _room(self, moves: list[tuple[float, float]], month: Floats, length: Floats) -> NDArray[np.bool_]:
        """Tell which moves leave a level of some months with trade between them and each of those that are there."""
        begin, end = np.searchsorted(self.at, month), np.searchsorted(self.at, month + length - 1)
        room = np.ones(len(month), dtype=np.bool_)
        for first, duration in moves:
            begun, ended = np.searchsorted(self.at, [first, first + duration - 1])
            room &= (begin - ended >= MARGIN_BEFORE) | (begun - end >= MARGIN_BEFORE)
        return room

    def _weigh(self, moves: list[tuple[float, float]], month: Floats, length: Floats) -> Floats:
        columns = [np.clip((self.at - first + 1) / duration, 0, 1) for first, duration in moves]
        base = np.ascontiguousarray(np.column_stack([self.base, *columns]))
        precision = np.append(PRECISION, np.full(len(moves) + 1, MOVE_PRECISION))
        out = np.empty((len(month), 2))
        weigh_moves(base, self.y, self.gap, self.at, precision, month, length, out)
        return out


def price_and_quantity(
    value_before: ArrayLike, value_after: ArrayLike, quantity_before: ArrayLike, quantity_after: ArrayLike
) -> tuple[Floats, Floats]:
    """Split changes of value into a part by price and a part by quantity that add up exactly (LMDI, Ang 2005).

    Parameters
    ----------
    value_before, value_after, quantity_before, quantity_after
        Arrays of one shape, above zero; where one of them is not, the split is NaN.

    Returns
    -------
    tuple
        Change by price, change by quantity; their sum is ``value_after - value_before``.

    Examples
    --------
    >>> price, quantity = price_and_quantity([100.0], [600.0], [10.0], [30.0])
    >>> price.round(1).tolist(), quantity.round(1).tolist()
    ([193.4], [306.6])
    """
    v0, v1, q0, q1 = (np.asarray(a, np.float64) for a in (value_before, value_after, quantity_before, quantity_after))
    ok = (v0 > 0) & (v1 > 0) & (q0 > 0) & (q1 > 0)
    a, b, c, d = (np.where(ok, z, 1.0) for z in (v0, v1, q0, q1))
    ratio = np.log(b / a)
    flat = np.abs(ratio) < 1e-12
    mean = np.where(flat, a, (b - a) / np.where(flat, 1.0, ratio))
    by_quantity = mean * np.log(d / c)
    by_price = (b - a) - by_quantity
    return np.where(ok, by_price, np.nan), np.where(ok, by_quantity, np.nan)

"""How often silent flows trade again, beside plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from tidewaiter.findings.restarts import ENOUGH, Restarts
from tidewaiter.model import Measure, State
from tidewaiter.period import Period
from tidewaiter.series.panel import STATE_NUMBERS, SeriesPanel

VALUE, ZERO, UNKNOWN = (STATE_NUMBERS[state] for state in (State.VALUE, State.ZERO, State.UNKNOWN))


def panel_of(states: np.ndarray) -> SeriesPanel:
    count, width = states.shape
    return SeriesPanel(
        "comext", "X", Measure.VALUE, 8, ("DEU",) * count, ("KGZ",) * count, tuple(f"{n:08}" for n in range(count)), Period(24000, 24000 + width - 1),
        np.where(states == VALUE, 1.0, 0.0), states, ("EUR",) * count, np.zeros(count, bool), np.ones(count, np.int16),
        np.zeros(states.shape, bool), np.zeros(count, np.int16), ("DEU",) * count, np.ones(count),
    )  # fmt: skip


def state_before(row: np.ndarray, month: int) -> tuple[int, float] | None:
    """Length of the proved silence before a month, and share of the known months before it with trade."""
    gap = 0
    while gap < month and row[month - 1 - gap] == ZERO:
        gap += 1
    earlier = row[: month - gap]
    traded = int((earlier == VALUE).sum())
    return (gap, traded / max(int((earlier <= ZERO).sum()), 1)) if gap >= 6 and traded else None


@pytest.mark.parametrize("seed", [1, 2])
def test_rates_are_those_that_loops_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    often = rng.choice([0.02, 0.1, 0.3], (300, 1))
    states = np.where(rng.random((300, 40)) < often, VALUE, ZERO).astype(np.uint8)
    states[rng.random(states.shape) < 0.02] = UNKNOWN
    told = Restarts(panel_of(states))
    seen = 0
    for at in range(300):
        mine = state_before(states[at], 39)
        found = told.of(at)
        if mine is None:
            assert found is None
            continue
        of = again = 0
        for row in states:
            for month in range(27, 39):
                other = state_before(row, month)
                if other is None or row[month] > ZERO:
                    continue
                if (
                    3 * mine[0] <= 4 * other[0]
                    and 3 * other[0] <= 4 * mine[0]
                    and mine[1] / 1.5 - 1e-9 <= other[1] <= mine[1] * 1.5 + 1e-9
                ):
                    of += 1
                    again += row[month] == VALUE
        if of < ENOUGH:
            assert found is None
        else:
            assert found == (of, again)
            seen += 1
    assert seen > 20


def test_flows_that_never_traded_are_not_counted_nor_told_of() -> None:
    states = np.full((200, 30), ZERO, np.uint8)
    states[:100, 0] = VALUE  # these traded once, and never again
    states[100:, -2] = VALUE  # these are listed because they began in the end
    states[0, -1] = states[150, -1] = VALUE
    told = Restarts(panel_of(states))
    found = told.of(0)
    assert found is not None
    assert found.again == 0
    assert told.of(150) is None
    states[150, -2] = ZERO
    assert Restarts(panel_of(states)).of(150) is None

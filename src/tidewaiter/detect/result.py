"""What a scan gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tidewaiter.detect.calibration import Calibration
from tidewaiter.detect.fdr import TIERS, q_values
from tidewaiter.errors import InputError

__all__ = ["ScanResult"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ScanResult:
    """What every series did in the last month of a panel; all arrays are [n_series].

    Attributes
    ----------
    score
        How surprising the month is, comparable across series: ``-log p``. 0 where nothing rose, or nothing is known.
    p
        Share of quiet series that would look at least so surprising in one of three ways (spike, sustained,
        start), corrected for looking three ways. NaN where the month is not known, or fewer than 6 before it are, or fewer
        than 3 of the twelve before it.
    q
        Benjamini-Hochberg q-value of ``p``.
    channel
        ``"spike"``, ``"sustained"`` or ``"start"``, whichever is most surprising; ``""`` where none is.
    tier
        ``"firm"`` (q <= .1), ``"likely"`` (q <= .3), ``"watch"`` (within the alarm budget), ``""``.
    p_spike, p_sustained, p_start
        The three ways one by one, each calibrated by itself.
    p_stop, p_fall, p_record
        The other channels, each calibrated by itself; not part of ``score``.
    p_unit_value, unit_value, expected_unit_value
        Value over quantity: how unusual, either way; what it was; what was to be expected. NaN without quantities.
    artefact
        What the month may owe to the books, or to a tide that lifted all, and not to this flow: ``"no past"``
        (fewer than 6 known months before it: not tested), ``"no recent past"`` (fewer than 3 known among the twelve before it: not
        tested), ``"group moved as one"`` (ten members or more, by more than
        three times; judged net of it), ``"many start at once"`` (a start among far more starts in its group than
        usual), ``"a thousandfold"`` (a unit read wrong?), ``""``.
    value
        The tested month; NaN where not known.
    expected, low, high
        Median and 90 % range of what was to be expected, silence included: a flow that is silent in most such
        months is expected to be 0. Amounts, same unit as ``value``.
    usual, usual_low, usual_high
        Median, lower and upper end of the 90 % range of a month with trade by the baseline alone: what was before the last months
        that are judged (``calibration.recent`` of them), neither they nor the group taken in.
    chance
        Probability of any trade in that month, from all flows that traded as often and were silent as long; after
        a silence, the rate at which such flows restart.
    gap
        Known silent months before the tested one; where there was no trade before, all known months.
    year_ago, previous_record, record_month
        Same month a season earlier (NaN not known), largest earlier value (0 none), its column (-1 none).
    common
        By what factor the series' group as a whole moved that month; it is part of ``expected``.
    calibration
        What was learnt from earlier months; hand it to the next scan to save the time.
    """

    score: Floats
    p: Floats
    q: Floats
    channel: NDArray[np.str_]
    tier: NDArray[np.str_]
    p_spike: Floats
    p_sustained: Floats
    p_start: Floats
    p_stop: Floats
    p_fall: Floats
    p_record: Floats
    p_unit_value: Floats
    unit_value: Floats
    expected_unit_value: Floats
    artefact: NDArray[np.str_]
    value: Floats
    expected: Floats
    low: Floats
    high: Floats
    usual: Floats
    usual_low: Floats
    usual_high: Floats
    chance: Floats
    gap: NDArray[np.int32]
    year_ago: Floats
    previous_record: Floats
    record_month: NDArray[np.int32]
    common: Floats
    calibration: Calibration = field(repr=False)

    @property
    def tested(self) -> NDArray[np.bool_]:
        """Whether the last month is known, and enough of what was before it."""
        return ~np.isnan(self.p)

    @property
    def multiple(self) -> Floats:
        """Value over that of a season earlier; NaN where that is not known or zero."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.year_ago > 0, self.value / self.year_ago, np.nan)

    def channel_p(self, channel: str) -> Floats:
        """Return the p-values of one channel by name."""
        names = sorted(n.removeprefix("p_") for n in self.__dataclass_fields__ if n.startswith("p_"))
        if channel not in names:
            raise InputError(f"there is no channel {channel!r}; there are {', '.join(names)}")
        out: Any = getattr(self, f"p_{channel}")
        return np.asarray(out)

    def channel_q(self, channel: str) -> Floats:
        """Return the q-values of one channel, controlled within that channel's own list."""
        return q_values(self.channel_p(channel))

    def ranked(self, least: str = "watch") -> NDArray[np.int64]:
        """Return the series of at least that tier, most surprising first."""
        wanted = TIERS[TIERS.index(least) :]
        at = np.flatnonzero(np.isin(self.tier, wanted))
        return at[np.argsort(-self.score[at], kind="stable")]

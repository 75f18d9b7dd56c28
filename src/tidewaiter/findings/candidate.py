"""One series in one way of looking, taken out of its panel, and what there is to tell of it."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec
import numpy as np

from tidewaiter.detect import LevelShift, ScanResult, level_shifts, price_and_quantity
from tidewaiter.findings.artefacts import artefact_of
from tidewaiter.findings.restarts import Restart
from tidewaiter.findings.surge import DOWN, Surge, goods_name, surge_words
from tidewaiter.findings.tides import Tide
from tidewaiter.model import State
from tidewaiter.period import Period
from tidewaiter.series.panel import STATE_NUMBERS, SeriesPanel
from tidewaiter.store.view import View

__all__ = ["OWN_LISTS", "Candidate", "candidate_of", "silence", "surge_of"]

OWN_LISTS: Final = ("record", "stop", "fall", "unit_value")
"""Ways that are calibrated and listed by themselves."""


class Candidate(msgspec.Struct, frozen=True):
    """A panel of one series with what the scan says of it.

    ``expected``, ``low``, ``high`` rest on its own past; those ``_net`` take in how the goods of its pair moved on the whole.
    ``starts``: how many flows of its reporter start in the month, where these are a mass. ``firsts``: for each code of the
    slice the first column with trade.
    """

    panel: SeriesPanel
    channel: str
    weights: Any
    p: float
    p_raw: float
    expected: float
    low: float
    high: float
    expected_net: float
    low_net: float
    high_net: float
    usual: float
    usual_low: float
    usual_high: float
    recent: int
    expected_unit_value: float | None
    told: str
    tide: Tide | None
    starts: int
    firsts: dict[str, int]
    reported: frozenset[str]
    again: Restart | None = None

    @property
    def dataset(self) -> str:
        """Of its panel."""
        return self.panel.dataset

    @property
    def code(self) -> str:
        """The commodity code."""
        return self.panel.codes[0]

    @property
    def pair(self) -> tuple[str, str]:
        """Reporter and partner."""
        return self.panel.reporters[0], self.panel.partners[0]

    @property
    def values(self) -> Any:
        """float64 ``[n_months]``; NaN where not known."""
        return self.panel.values[0]

    @property
    def states(self) -> Any:
        """uint8 ``[n_months]``."""
        return self.panel.states[0]

    @property
    def value(self) -> float:
        """The month, as printed: the scan works in logarithms."""
        return float(self.values[-1])

    @property
    def way(self) -> str:
        """Up or down."""
        return "down" if self.channel in DOWN else "up"

    @property
    def excess(self) -> float:
        """The amount above (below, on the way down) what was expected, the move of the pair's goods taken in; 0 if none.

        What lasts is set against its past before the months that are judged together, where that is less.
        """
        # Of a code that is new nothing is expected, neither trade nor none: it is as large as it is.
        expected = 0.0 if np.isnan(self.expected_net) else self.expected_net
        if self.channel == "sustained" and self.traded(self.recent) >= ENOUGH:
            expected = min(expected, self.usual)
        above = self.value - expected
        return max(-above if self.way == "down" else above, 0.0)

    @property
    def size(self) -> float:
        """How large it is: the month's amount; on the way down, by how much it is less than expected."""
        return self.excess if self.way == "down" else self.value

    def traded(self, back: int = 1) -> int:
        """Count the months with trade, the last ``back`` left out."""
        return int((self.states[: len(self.states) - back] == STATE_NUMBERS[State.VALUE]).sum())

    @property
    def id(self) -> str:
        """The same for the same event whenever it is found."""
        panel, month = self.panel, str(Period(self.panel.period.end, self.panel.period.end))
        parts = (panel.dataset, *self.pair, panel.flow, self.code, panel.measure.value, self.way, month)
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


ENOUGH: Final = 3
"""Months with trade that a range has to have, to be called its own."""

STATES: Final = [state.value for state in State]


def candidate_of(
    panel: SeriesPanel,
    at: int,
    channel: str,
    net: ScanResult,
    raw: ScanResult,
    *,
    weights: Any,
    tide: Tide | None,
    starts: int,
    firsts: dict[str, int],
    reported: frozenset[str],
    again: Restart | None = None,
) -> Candidate:
    """Take a row out of what was scanned."""
    p = net.channel_p(channel)[at] if channel in OWN_LISTS else net.p[at]
    usual = float(net.expected_unit_value[at])
    # Where no earlier month is known, what the scan puts there is what others of the pair have.
    known = bool((panel.states[at, :-1] <= STATE_NUMBERS[State.ZERO]).any())

    def own(of: Any) -> float:
        return float(of[at]) if known else float("nan")

    return Candidate(
        panel=panel.only(at),
        channel=channel,
        weights=None if weights is None else weights[at],
        p=float(p),
        p_raw=float(raw.p[at]),
        expected=own(raw.expected),
        low=own(raw.low),
        high=own(raw.high),
        expected_net=own(net.expected),
        low_net=own(net.low),
        high_net=own(net.high),
        usual=float(net.usual[at]),
        usual_low=float(net.usual_low[at]),
        usual_high=float(net.usual_high[at]),
        recent=net.calibration.recent,
        expected_unit_value=None if np.isnan(usual) else usual,
        told=str(net.artefact[at]),
        tide=tide,
        starts=starts,
        firsts=firsts,
        reported=reported,
        again=again,
    )


def surge_of(view: View, one: Candidate, tier: str, q: float, *, with_the_tide: bool) -> Surge:
    """Tell of a candidate all there is to tell."""
    panel, values = one.panel, one.values
    reporter, partner = one.pair
    year_ago = _known(values[-13]) if len(values) > 12 else None
    multiple = one.value / year_ago if year_ago else None
    top, top_at = _record(values)
    month = panel.period.end
    # Of a flow that hardly traded a range is that of others.
    ever, before = one.traded(), one.traded(one.recent)
    whole = ~panel.partial[0]
    # A sum that becomes whole again rises without any trade. Where none is whole, the sentence says that it is of what is listed.
    sums = np.where(whole, values, np.nan) if whole[values > 0].any() else values
    rise = _rise_of(sums) if one.channel == "sustained" else None
    surge = Surge(
        id=one.id,
        dataset=panel.dataset,
        reporter=reporter,
        partner=partner,
        flow=panel.flow,
        code=one.code,
        goods=goods_name(one.code),
        month=str(Period(month, month)),
        measure=panel.measure.value,
        unit=panel.units[0],
        channel=one.channel,
        tier=tier,
        tier_by=one.code,
        with_the_tide=with_the_tide,
        score=0.0 if np.isnan(one.p) else round(-float(np.log(max(one.p, 1e-300))), 3),
        p=_round(one.p),
        p_raw=_round(one.p_raw),
        q=_round(q),
        value=one.value,
        at_least=not whole[-1],
        lacking=int(panel.lacking[0]),
        expected=_round(one.expected),
        low=_round(one.low),
        high=_round(one.high) if ever >= ENOUGH else None,
        expected_net=_round(one.expected_net),
        low_net=_round(one.low_net),
        high_net=_round(one.high_net) if ever >= ENOUGH else None,
        usual_low=_round(one.usual_low) if before >= ENOUGH else None,
        usual_high=_round(one.usual_high) if before >= ENOUGH else None,
        usual_months=before,
        traded=ever,
        usual_until=str(Period(month - one.recent, month - one.recent)),
        tide=one.tide.times if one.tide else None,
        tide_left_out=one.tide.left_out if one.tide else 0,
        year_ago=year_ago,
        year_ago_at_least=len(values) > 12 and not whole[-13],
        multiple=multiple,
        net_multiple=None if multiple is None or one.tide is None or not one.tide.times else multiple / one.tide.times,
        record=top if top_at >= 0 else None,
        record_month=str(Period(panel.period.start + top_at, panel.period.start + top_at)) if top_at >= 0 else None,
        proved=bool((one.states[:-1] <= STATE_NUMBERS[State.ZERO]).all() and whole[:-1].all()),
        known=int((one.states[:-1] <= STATE_NUMBERS[State.ZERO]).sum()),
        silent=silence(one.states),
        restart=None if one.again is None else round(one.again.again / one.again.of, 5),
        restart_of=0 if one.again is None else one.again.of,
        reporters=int(panel.added[0]),
        largest_reporter=panel.largest[0],
        largest_share=round(float(panel.share[0]), 4),
        above=_above(values, sums) if one.channel == "sustained" else 0,
        level_since=_month_of(panel, rise.month) if rise else None,
        level_earliest=_month_of(panel, rise.earliest) if rise else None,
        level_latest=_month_of(panel, rise.latest) if rise else None,
        artefact=artefact_of(view, one),
        since=str(Period(panel.period.start, panel.period.start)),
        history=tuple(_known(one) for one in values),
        states=tuple(STATES[number] for number in one.states.tolist()),
        open_months=tuple(str(Period(at, at)) for at in (panel.period.start + np.flatnonzero(~whole)).tolist()),
        words="",
        unit_value=None,
        expected_unit_value=None,
        by_price=None,
        by_quantity=None,
    )
    surge = msgspec.structs.replace(surge, **_split(one))
    return msgspec.structs.replace(surge, words=surge_words(surge, panel))


def _above(values: Any, known: Any) -> int:
    """Count the last months, as many as can be, each of which is more than each of the twelve known ones before them; 0 if only one."""
    for many in range(12, 1, -1):
        last, before = values[-many:], known[-many - 12 : -many]
        if len(before) == 12 and not np.isnan(last).any() and not np.isnan(before).any() and last.min() > before.max():
            return many
    return 0


def _month_of(panel: SeriesPanel, column: int | None) -> str | None:
    return None if column is None else str(Period(panel.period.start + column, panel.period.start + column))


def _rise_of(values: Any) -> LevelShift | None:
    """Return the shift since which a series lies on a higher level, where it is sure, the last one, and of the last two years."""
    shifts = level_shifts(values)
    if not shifts or shifts[-1].factor <= 1 or shifts[-1].month is None or shifts[-1].month < len(values) - 24:
        return None
    return shifts[-1]


def _split(one: Candidate) -> dict[str, float | None]:
    """Return value per quantity, what was to be expected of it, and the change over a year by price and by quantity."""
    nothing: dict[str, float | None] = dict.fromkeys(("unit_value", "expected_unit_value", "by_price", "by_quantity"))
    if one.weights is None or len(one.values) < 13:
        return nothing
    values, weights = one.values, np.nan_to_num(one.weights)
    price, quantity = price_and_quantity(values[-13], values[-1], weights[-13], weights[-1])
    return {
        "unit_value": float(values[-1] / weights[-1]) if weights[-1] > 0 and values[-1] > 0 else None,
        "expected_unit_value": one.expected_unit_value,
        "by_price": _known(price),
        "by_quantity": _known(quantity),
    }


def _round(value: float) -> float | None:
    """Six digits: a baseline has no more, and a file of them should not look as if it had. None where not known."""
    return None if np.isnan(value) else float(f"{value:.6g}")


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _record(values: Any) -> tuple[float, int]:
    """Return the largest known earlier month and its column; 0 and -1 where nothing was traded."""
    past = np.nan_to_num(values[:-1])
    if not past.size or past.max() <= 0:
        return 0.0, -1
    return float(past.max()), int(past.argmax())


def silence(states: Any) -> int:
    """Count the proved months without trade right before the last one."""
    past = states[-2::-1] != STATE_NUMBERS[State.ZERO]
    return int(past.argmax()) if past.any() else len(past)

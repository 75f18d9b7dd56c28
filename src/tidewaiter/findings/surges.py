"""What surged in a slice of a store: candidates of the scan, told apart from artefacts, gathered into events, in plain words.

A candidate is one series in one channel. Candidates of one heading, way, reporter and partner are one event: the heading leads
where it is a candidate itself, its lines are members. A start that a new code makes is labelled, not hidden.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from tidewaiter.detect import Calibration, ScanResult, level_shift, price_and_quantity, scan
from tidewaiter.detect.fdr import q_values
from tidewaiter.findings.artefacts import artefact_of, first_columns, mass_starts
from tidewaiter.findings.surge import CHANNELS, DOWN, Surge, goods_name, surge_words
from tidewaiter.model import State
from tidewaiter.period import Period, month_words
from tidewaiter.series.panel import STATE_NUMBERS, SeriesPanel
from tidewaiter.store.view import View

__all__ = ["Scanner"]

_OWN_LISTS: Final = ("record", "stop", "fall", "unit_value")
_RANK: Final = {"firm": 0, "likely": 1, "watch": 2, "": 3}
_LONG: Final = 6
_SHORT: Final = 24
"""Months of past, and fewer, in which calibration was seen to promise too much."""
_LEAST_RECENT: Final = 3
_MOST_NEW: Final = 50
_LOOK: Final = 0.01


class Scanner:
    """Scans panels one after the other, each as large as memory allows, and judges them together.

    Every series is scanned twice: net of what the whole trade of its pair of countries did in the month, which decides the
    tier, and raw. What only the raw scan finds rose with the tide.

    Parameters
    ----------
    view
        Where the panels come from; asked for the history of lines that start.
    partners
        Those asked about; the others of the panels are the company that these are compared with.
    channels
        Of :data:`CHANNELS`.
    budget
        How many events are wanted at least, firm or not.
    """

    def __init__(
        self,
        view: View,
        *,
        partners: Iterable[str] | None = None,
        channels: Sequence[str] = CHANNELS,
        budget: int = 100,
        threads: int = 0,
        progress: Callable[[int, int], None] | None = None,
        on_compile: Callable[[], None] | None = None,
    ) -> None:
        self._view = view
        self._partners = None if partners is None else set(partners)
        self._channels = tuple(channels)
        self._budget = budget
        self._how: dict[str, Any] = {"threads": threads, "progress": progress, "on_compile": on_compile}
        self._learnt: dict[tuple[str, str, int, bool], Calibration] = {}
        self._tested: dict[str, list[Any]] = {name: [] for name in ("net", "raw", *_OWN_LISTS)}
        self._found: list[tuple[str, int, Surge]] = []
        self._new: list[Surge] = []
        self._short = False
        self._notes: list[str] = []
        self.series = 0

    def add(self, panel: SeriesPanel, weights: Any = None) -> None:
        """Scan the last month of a panel.

        Parameters
        ----------
        weights
            Quantities of the same cells, ``[n_series, n_months]`` in one unit a series, NaN where not known; or None.
        """
        inside = np.array([self._partners is None or partner in self._partners for partner in panel.partners], bool)
        net = self._scan(panel, weights, net=True)
        raw = self._scan(panel, None, net=False)
        self._notes.extend(_notes(panel, inside))
        recent = _recent(panel)
        if len(panel.period) <= _SHORT:
            self._short = True
            self._notes.append(
                f"{panel.dataset}: only {len(panel.period)} months are looked at; with so short a past nothing is called firm or likely"
            )
        self.series += int(inside.sum())
        mass, tides, firsts = mass_starts(panel), _tides(panel), first_columns(panel)
        lists = {"net": net.p, "raw": raw.p, **{name: net.channel_p(name) for name in _OWN_LISTS}}
        for name, p in lists.items():
            at = np.flatnonzero(inside & recent & ~np.isnan(p))
            before = sum(len(one) for one in self._tested[name])
            self._tested[name].append(np.minimum(p[at] * _margin(len(panel)), 1.0))
            if name in _OWN_LISTS and name not in self._channels:
                continue
            for place in np.flatnonzero(p[at] <= (_LOOK if name in ("net", "raw") else _LOOK / 10)).tolist():
                row = int(at[place])
                channel = name if name in _OWN_LISTS else str((net if name == "net" else raw).channel[row])
                if channel in ("spike", "sustained") and _silence(panel, row) >= _LONG:
                    channel = "start"  # whichever statistic caught it, after so long a silence that is what it is
                if channel in self._channels:
                    surge = _surge(self._view, panel, net, raw, row, channel, tides, mass, firsts, weights)
                    self._found.append((name, before + place, surge))

        for row in _born(panel, inside):
            surge = _surge(self._view, panel, net, raw, row, "start", tides, mass, firsts, weights)
            if surge.artefact and "start" in self._channels:
                self._new.append(msgspec.structs.replace(surge, tier="watch"))

    def events(self) -> tuple[Surge, ...]:
        """Return the events of all panels, clean ones first, by tier and then by the amount above what was expected."""
        judged: dict[str, Surge] = {one.id: one for one in self._new}
        for name, p in self._tested.items():
            if not p:
                continue
            every = np.concatenate(p)
            q = q_values(every)
            some = (
                np.partition(every, min(self._budget, len(every) - 1))[min(self._budget, len(every) - 1)]
                if len(every)
                else 0.0
            )
            for where, place, surge in self._found:
                if where != name:
                    continue
                tier = _tier(1.0 if self._short else float(q[place]), watch=every[place] <= min(float(some), 2 * _LOOK))
                if name in _OWN_LISTS and tier not in ("firm", "likely"):
                    continue
                if name == "raw":
                    tier = "watch" if tier else ""
                old = judged.get(surge.id)
                if tier and (old is None or _RANK[tier] < _RANK[old.tier]):
                    judged[surge.id] = msgspec.structs.replace(
                        surge, tier=tier, q=float(q[place]), with_the_tide=name == "raw"
                    )
        return _events(list(judged.values()))

    def notes(self) -> tuple[str, ...]:
        """Return what must be said about the whole."""
        return tuple(dict.fromkeys(self._notes))

    def _scan(self, panel: SeriesPanel, weights: Any, *, net: bool) -> ScanResult:
        key = (panel.dataset, panel.flow, panel.digits, net)
        result = scan(
            panel.values,
            panel.groups(),
            states=panel.states,
            net=net,
            quantities=weights,
            budget=self._budget,
            calibration=self._learnt.get(key),
            **self._how,
        )
        self._learnt.setdefault(key, result.calibration)
        return result


def _margin(series: int) -> float:
    """Return what p-values are multiplied by: on changed simulators they were up to so much too small, in small panels twice."""
    return 1.15 + 0.85 * min(1.0, 1000 / max(series, 1))


def _recent(panel: SeriesPanel) -> Any:
    """Return which series are known in at least a few of the twelve months before: without them nothing is usual."""
    past = panel.states[:, -13:-1] <= STATE_NUMBERS[State.ZERO]
    return past.sum(1) >= min(_LEAST_RECENT, past.shape[1])


def _born(panel: SeriesPanel, inside: Any) -> list[int]:
    """Return series that have no past because their code is new, the largest first: shown as such, never tested."""
    past = panel.states[:, :-1]
    new = (past > STATE_NUMBERS[State.ZERO]).all(1) & (past == STATE_NUMBERS[State.NOT_ALIVE]).any(1)
    at = np.flatnonzero(new & inside & (panel.states[:, -1] == STATE_NUMBERS[State.VALUE]))
    return [int(row) for row in at[np.argsort(-panel.values[at, -1], kind="stable")][:_MOST_NEW]]


def _tier(q: float, *, watch: bool) -> str:
    return "firm" if q <= 0.1 else "likely" if q <= 0.3 else "watch" if watch else ""


def _surge(
    view: View,
    panel: SeriesPanel,
    net: ScanResult,
    raw: ScanResult,
    at: int,
    channel: str,
    tides: dict[str, float],
    mass: dict[str, int],
    firsts: dict[str, int],
    weights: Any,
) -> Surge:
    code, reporter, partner = panel.codes[at], panel.reporters[at], panel.partners[at]
    month = panel.period.end
    # What the series' own past lets expect: without the move of its group, which the scan takes into account.
    move = float(net.common[at])
    # As printed: the scan works in logarithms.
    value = float(panel.values[at, -1])
    year_ago = _known(panel.values[at, -13]) if panel.values.shape[1] > 12 else None
    multiple = value / year_ago if year_ago else None
    tide = tides.get(f"{reporter} {partner}")
    top, top_at = _record(panel, at)
    p = float(net.channel_p(channel)[at]) if channel in _OWN_LISTS else float(net.p[at])
    surge = Surge(
        id="",
        dataset=panel.dataset,
        reporter=reporter,
        partner=partner,
        flow=panel.flow,
        code=code,
        goods=goods_name(code),
        month=str(Period(month, month)),
        measure=panel.measure.value,
        unit=panel.units[at],
        channel=channel,
        tier="",
        with_the_tide=False,
        score=round(-float(np.log(max(p, 1e-300))), 3),
        p=p,
        p_raw=float(raw.p[at]),
        q=1.0,
        value=value,
        expected=float(net.expected[at]) / move,
        low=float(net.low[at]) / move,
        high=float(net.high[at]) / move,
        tide=tide,
        year_ago=year_ago,
        multiple=multiple,
        net_multiple=None if multiple is None or not tide else multiple / tide,
        record=top if top_at >= 0 else None,
        record_month=str(Period(panel.period.start + top_at, panel.period.start + top_at)) if top_at >= 0 else None,
        proved=bool((panel.states[at, :-1] <= STATE_NUMBERS[State.ZERO]).all()),
        known=int((panel.states[at, :-1] <= STATE_NUMBERS[State.ZERO]).sum()),
        silent=_silence(panel, at),
        restart=float(net.chance[at]),
        reporters=int(panel.added[at]),
        level_since=_level_since(panel, at) if channel == "sustained" else None,
        unit_value=None,
        expected_unit_value=None,
        by_price=None,
        by_quantity=None,
        artefact="; ".join(
            filter(None, (artefact_of(view, panel, at, channel, mass, firsts), _told(str(net.artefact[at]))))
        ),
        words="",
    )
    surge = msgspec.structs.replace(surge, id=_identity(surge), **_split(panel, at, weights, net))
    return msgspec.structs.replace(surge, words=surge_words(surge, panel))


def _tides(panel: SeriesPanel) -> dict[str, float]:
    """Return how many times the same month a year before all goods of a pair came to, as far as they are listed."""
    width = panel.values.shape[1]
    if width < 13:
        return {}
    names = np.array([f"{a} {b}" for a, b in zip(panel.reporters, panel.partners, strict=True)])
    out = panel.states != STATE_NUMBERS[State.UNRELEASED]
    found = {}
    for name in np.unique(names).tolist():
        at = names == name
        if not (out[at, -1].any() and out[at, -13].any()):
            continue
        now, then = (float(np.nansum(panel.values[at, column])) for column in (-1, -13))
        if then > 0:
            found[name] = now / then
    return found


def _told(artefact: str) -> str:
    """Say what the scan itself holds against a series, where this module does not say it more exactly."""
    return (
        "a thousand times what is usual, or a thousandth: a unit may be misread" if artefact == "a thousandfold" else ""
    )


def _level_since(panel: SeriesPanel, at: int) -> str | None:
    """Return the month since which a series lies on a higher level, where that is sure and lies within two years."""
    shift = level_shift(panel.values[at])
    width = panel.values.shape[1]
    if shift.month is None or shift.factor <= 1 or shift.month < width - 24:
        return None
    month = panel.period.start + shift.month
    return str(Period(month, month))


def _split(panel: SeriesPanel, at: int, weights: Any, net: ScanResult) -> dict[str, float | None]:
    """Return value per quantity, what was to be expected of it, and the change over a year by price and by quantity."""
    nothing = dict.fromkeys(("unit_value", "expected_unit_value", "by_price", "by_quantity"))
    if weights is None or panel.values.shape[1] < 13:
        return nothing
    price, quantity = price_and_quantity(
        panel.values[at, -13], panel.values[at, -1], np.nan_to_num(weights[at, -13]), np.nan_to_num(weights[at, -1])
    )
    return {
        "unit_value": _known(net.unit_value[at]),
        "expected_unit_value": _known(net.expected_unit_value[at]),
        "by_price": _known(price),
        "by_quantity": _known(quantity),
    }


def _known(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)


def _record(panel: SeriesPanel, at: int) -> tuple[float, int]:
    """Return the largest known earlier month and its column; 0 and -1 where nothing was traded."""
    past = np.nan_to_num(panel.values[at, :-1])
    if not past.size or past.max() <= 0:
        return 0.0, -1
    return float(past.max()), int(past.argmax())


def _silence(panel: SeriesPanel, at: int) -> int:
    """Count the proved months without trade right before the last one."""
    count = 0
    for state in panel.states[at, -2::-1]:
        if state != STATE_NUMBERS[State.ZERO]:
            break
        count += 1
    return count


def _identity(surge: Surge) -> str:
    way = "down" if surge.channel in DOWN else "up"
    parts = (surge.dataset, surge.reporter, surge.partner, surge.flow, surge.code, surge.measure, way, surge.month)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]


def _notes(panel: SeriesPanel, inside: Any) -> Iterable[str]:
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
    if (states[:, -1] == STATE_NUMBERS[State.UNRELEASED]).all():
        yield f"{panel.dataset}: {month_words(panel.period.end)} is not released for these series"
    merged = (states == STATE_NUMBERS[State.MERGED]).any(0)
    if merged.any():
        months = ", ".join(month_words(panel.period.start + int(at)) for at in np.flatnonzero(merged))
        yield f"{panel.dataset}: published only together with other months, so left out: {months}"


def _events(candidates: list[Surge]) -> tuple[Surge, ...]:
    """Gather candidates of one heading and way into events."""
    gathered: dict[tuple[str, ...], list[Surge]] = {}
    for one in candidates:
        way = "down" if one.channel in DOWN else "up"
        heading = one.code[:4] if one.code != "TOTAL" else one.code
        gathered.setdefault((one.dataset, one.reporter, one.partner, one.flow, heading, way), []).append(one)
    events = []
    for many in gathered.values():
        many.sort(key=_strength)
        lead = next((one for one in many if len(one.code) <= 4), many[0])
        rest = tuple(one for one in many if one is not lead)
        events.append(
            msgspec.structs.replace(
                lead,
                members=rest,
                tier=many[0].tier if not many[0].artefact else lead.tier,
                with_the_tide=all(one.with_the_tide for one in many),
            )
        )
    return tuple(sorted(events, key=lambda one: (bool(one.artefact), *_strength(one))))


def _strength(surge: Surge) -> tuple[Any, ...]:
    """Order by tier, then by the amount above (or below) what was expected; the code settles what is equal."""
    return _RANK[surge.tier], -abs(surge.value - surge.expected), surge.code

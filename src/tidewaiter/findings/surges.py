"""What surged in a slice of a store: candidates of the scan, told apart from artefacts, gathered into events, in plain words.

A candidate is one series in one channel. Candidates of one heading, way, reporter and partner are one event: the heading leads
where it is a candidate itself, its lines are members. A start that a new code makes is labelled, not hidden.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from tidewaiter.detect import Calibration, DensePanel, ScanResult, scan_both, scan_panel
from tidewaiter.detect.calibration import MONTHS as LEARNT
from tidewaiter.detect.fdr import q_values
from tidewaiter.detect.run import Options
from tidewaiter.detect.scanning import unit_prices, with_unit_values
from tidewaiter.errors import InputError
from tidewaiter.findings.account import judged, panel_notes
from tidewaiter.findings.artefacts import artefact_of, first_columns, mass_starts
from tidewaiter.findings.candidate import OWN_LISTS, Candidate, candidate_of, silence
from tidewaiter.findings.gather import RANK as _RANK
from tidewaiter.findings.gather import Judged, gather
from tidewaiter.findings.restarts import Restarts
from tidewaiter.findings.surge import CHANNELS, Surge
from tidewaiter.findings.tides import Tide, tides
from tidewaiter.model import State
from tidewaiter.series.panel import STATE_NUMBERS, SeriesPanel
from tidewaiter.store.view import View

__all__ = ["Scanner"]

_LONG: Final = 6
_SHORT: Final = 24
"""Months of past, and fewer, in which calibration was seen to promise too much."""
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
    digits
        Length of the codes asked about (0: all goods); None for all.
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
        digits: int | None = None,
        channels: Sequence[str] = CHANNELS,
        budget: int = 100,
        threads: int = 0,
        progress: Callable[[int, int], None] | None = None,
        on_compile: Callable[[], None] | None = None,
    ) -> None:
        self._view = view
        self._partners = None if partners is None else set(partners)
        self._digits = digits
        self._channels = tuple(channels)
        self._budget = budget
        self._options = Options(threads, progress=progress)
        self._on_compile = on_compile
        self._learnt: dict[tuple[str, str, int, str], Calibration] = {}
        self._tested: dict[str, list[Any]] = {name: [] for name in ("net", "raw", *OWN_LISTS)}
        self._found: list[tuple[str, int, Candidate]] = []
        self._new: list[Candidate] = []
        self._short = False
        self._notes: list[str] = []
        self.series = 0
        self.judged: dict[str, int] = {}

    def add(
        self,
        panels: Sequence[SeriesPanel],
        weights: Callable[[SeriesPanel], Any] | None = None,
        keep: Path | None = None,
        *,
        codes: frozenset[str] | None = None,
    ) -> None:
        """Scan the last month of some panels that hold all goods of their pairs of countries.

        Parameters
        ----------
        weights
            Returns quantities of the cells of a panel, ``[n_series, n_months]`` in one unit a series, NaN where not known; or
            None.
        keep
            Folder where what is learnt from these panels is kept for the next time.
        codes
            Those asked about; None for all. The others are what the whole trade of each pair is known from.
        """
        tide = tides(panels)
        for panel in panels:
            if self._digits is None or panel.digits == self._digits:
                self._add(panel, weights, tide, keep, codes)

    def _add(
        self,
        panel: SeriesPanel,
        weigh: Callable[[SeriesPanel], Any] | None,
        tide: dict[tuple[str, str, str, str], Tide],
        keep: Path | None,
        codes: frozenset[str] | None,
    ) -> None:
        inside = np.ones(len(panel), bool)
        if self._partners is not None:
            inside &= np.array([partner in self._partners for partner in panel.partners], bool)
        if codes is not None:
            inside &= np.array([code in codes for code in panel.codes], bool)
        if not inside.any():
            return
        weights = None if weigh is None else weigh(panel)
        net, raw = self._scan(panel, weights, keep)
        self._notes.extend(panel_notes(panel, inside))
        for why, many in judged(panel, net, inside).items():
            self.judged[why] = self.judged.get(why, 0) + many
        if len(panel.period) <= _SHORT:
            self._short = True
            self._notes.append(
                f"{panel.dataset}: only {len(panel.period)} months are looked at; with so short a past nothing is called firm or likely"
            )
        self.series += int(inside.sum())
        mass, firsts = mass_starts(panel), first_columns(panel)
        reported = frozenset(firsts)
        alike: list[Restarts] = []

        def take(row: int, channel: str) -> Candidate:
            if channel == "start" and not alike:
                alike.append(Restarts(panel))
            pair = (panel.dataset, panel.flow, panel.reporters[row], panel.partners[row])
            starts = mass.get(panel.reporters[row], 0)
            return candidate_of(
                panel,
                row,
                channel,
                net,
                raw,
                weights=weights,
                tide=tide.get(pair),
                starts=starts,
                firsts=firsts,
                reported=reported,
                again=alike[0].of(row) if channel == "start" else None,
            )

        lists = {"net": net.p, "raw": raw.p, **{name: net.channel_p(name) for name in OWN_LISTS}}
        for name, p in lists.items():
            at = np.flatnonzero(inside & ~np.isnan(p))
            before = sum(len(one) for one in self._tested[name])
            self._tested[name].append(p[at])
            if name in OWN_LISTS and name not in self._channels:
                continue
            for place in np.flatnonzero(p[at] <= (_LOOK if name in ("net", "raw") else _LOOK / 10)).tolist():
                row = int(at[place])
                channel = name if name in OWN_LISTS else str((net if name == "net" else raw).channel[row])
                if channel in ("spike", "sustained") and silence(panel.states[row]) >= _LONG:
                    channel = "start"  # whichever statistic caught it, after so long a silence that is what it is
                if channel in self._channels:
                    self._found.append((name, before + place, take(row, channel)))
        if "start" in self._channels:
            self._new.extend(take(row, "start") for row in _born(panel, inside))

    def events(self, top: int = 0, at_least: float = 0.0) -> tuple[Surge, ...]:
        """Return the events of all panels, clean ones first, by tier and then by the amount above what was expected.

        Parameters
        ----------
        top
            How many to tell of; 0 for all. :attr:`events_found` counts all of them.
        at_least
            Smallest size of an event, in the unit of the values; :attr:`small` counts those that are left out. Tiers are
            settled among all series before.
        """
        told = {one.id: Judged(one, "watch", 1.0) for one in self._new if artefact_of(self._view, one)}
        for name, p in self._tested.items():
            if not p:
                continue
            every = np.concatenate(p)
            if not len(every):
                continue
            q = q_values(every)
            some = min(self._budget, len(every) - 1)
            surprising = min(float(np.partition(every, some)[some]), 2 * _LOOK)
            for where, place, one in self._found:
                if where != name:
                    continue
                tier = _tier(1.0 if self._short else float(q[place]), watch=every[place] <= surprising)
                if name in OWN_LISTS and tier not in ("firm", "likely"):
                    continue
                if tier in ("firm", "likely") and one.channel == "start" and _unseen(one):
                    tier = "watch"
                if name == "raw":
                    tier = "watch" if tier else ""
                old = told.get(one.id)
                if tier and (old is None or _RANK[tier] < _RANK[old.tier]):
                    told[one.id] = Judged(one, tier, float(q[place]), with_the_tide=name == "raw")
        every_event = gather(self._view, list(told.values()))
        gathered = [event for event in every_event if event.size >= at_least]
        self.small = len(every_event) - len(gathered)
        self.events_found = len(gathered)
        return tuple(event.told(self._view) for event in (gathered[:top] if top else gathered))

    events_found = 0
    small = 0

    def notes(self) -> tuple[str, ...]:
        """Return what must be said about the whole."""
        return tuple(dict.fromkeys(self._notes))

    def _scan(self, panel: SeriesPanel, weights: Any, keep: Path | None) -> tuple[ScanResult, ScanResult]:
        groups = panel.groups()
        net, raw = scan_both(
            DensePanel(panel.values, panel.states),
            groups,
            calibration=self._known(panel, "value", keep),
            budget=self._budget,
            options=self._options,
            on_compile=self._on_compile,
        )
        self._learn(panel, "value", keep, net.calibration)
        if weights is not None:
            prices = scan_panel(
                unit_prices(DensePanel(panel.values), weights),
                groups,
                calibration=self._known(panel, "price", keep),
                options=Options(self._options.threads),
            )
            self._learn(panel, "price", keep, prices.calibration)
            net = with_unit_values(net, prices)
        return net, raw

    def _known(self, panel: SeriesPanel, what: str, keep: Path | None) -> Calibration | None:
        """Return what was learnt of such a panel, in this run or an earlier one."""
        key = (panel.dataset, panel.flow, panel.digits, what)
        if key not in self._learnt and keep is not None:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, InputError):
                self._learnt[key] = Calibration.load(_file(keep, panel, what))
        return self._learnt.get(key)

    def _learn(self, panel: SeriesPanel, what: str, keep: Path | None, learnt: Calibration) -> None:
        key = (panel.dataset, panel.flow, panel.digits, what)
        if key in self._learnt:
            return
        self._learnt[key] = learnt
        if keep is not None:
            with contextlib.suppress(OSError):
                part = _file(keep, panel, what).with_suffix(f".{os.getpid()}.part")
                learnt.save(part)
                part.replace(_file(keep, panel, what))


def _file(keep: Path, panel: SeriesPanel, what: str) -> Path:
    return keep / f"learnt.{panel.flow}.{panel.digits}.{what}.npz"


def _unseen(one: Candidate) -> bool:
    """Whether a silence is longer than one that the months which were learnt from could all have shown."""
    return silence(one.states) > max(len(one.states) - 1 - LEARNT, 0)


def _born(panel: SeriesPanel, inside: Any) -> list[int]:
    """Return series that have no past because their code is new, the largest first: shown as such, never tested."""
    past = panel.states[:, :-1]
    new = (past > STATE_NUMBERS[State.ZERO]).all(1) & (past == STATE_NUMBERS[State.NOT_ALIVE]).any(1)
    at = np.flatnonzero(new & inside & (panel.states[:, -1] == STATE_NUMBERS[State.VALUE]))
    return [int(row) for row in at[np.argsort(-panel.values[at, -1], kind="stable")][:_MOST_NEW]]


def _tier(q: float, *, watch: bool) -> str:
    return "firm" if q <= 0.1 else "likely" if q <= 0.3 else "watch" if watch else ""

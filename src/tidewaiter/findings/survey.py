"""A scan of a store as it is asked for: names checked, the month chosen, the company of the slice taken in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

import msgspec
import numpy as np

from tidewaiter.codes import area, members
from tidewaiter.errors import InputError, NoData, UnknownName
from tidewaiter.findings.surge import Surge
from tidewaiter.findings.surges import Scanner
from tidewaiter.model import Measure
from tidewaiter.period import Period, month, month_words
from tidewaiter.series.panel import TOGETHER, SeriesPanel, panels
from tidewaiter.store.coverage import is_group
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

__all__ = ["Asked", "Survey", "survey"]

COMPANY: Final = 12
"""Partners that a slice is compared with, itself included: enough to learn what is usual."""

AT_ONCE: Final = 5_000_000
"""Rows that are looked at in one go, all partners together; more go in shares."""


class Asked(msgspec.Struct, frozen=True):
    """What to look at; as the options of ``tidewaiter scan``."""

    reporters: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    flow: str | None = None
    basket: str | None = None
    digits: int | None = None
    dataset: str | None = None
    month: str | None = None
    months: int = 72
    as_of: str | None = None
    measure: str = "value"
    channels: tuple[str, ...] = ("spike", "sustained", "start")


class Survey(msgspec.Struct, frozen=True):
    """What was found: events, the most surprising first; how many series were looked at; what must be said of the whole."""

    events: tuple[Surge, ...]
    series: int
    months: str
    notes: tuple[str, ...]


def survey(
    store: Store,
    asked: Asked,
    *,
    on_compile: Callable[[], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """Look at a month of a slice of a store.

    Raises
    ------
    InputError
        If a name, a month or a number cannot be used.
    NoData
        If nothing is there of what was asked.
    """
    if asked.as_of is not None:
        try:
            date.fromisoformat(asked.as_of)
        except ValueError:
            raise InputError(f"--as-of: not a date: {asked.as_of!r}; write it as YYYY-MM-DD") from None
    if not 3 <= asked.months <= 600:
        raise InputError(f"--months: a past of 3 to 600 months can be looked at, not {asked.months}")
    view = View(store, asked.as_of)
    partners = tuple(dict.fromkeys(_countries(asked.partners, "partner", asked.month)))
    each = "each" in asked.reporters
    if each and len(asked.reporters) > 1:
        raise InputError("--reporter: 'each' stands alone")
    reporters = None if each or not asked.reporters else tuple(_countries(asked.reporters, "reporter", asked.month))
    datasets = view.datasets()
    if asked.dataset is not None and asked.dataset not in datasets:
        raise UnknownName("dataset", asked.dataset, list(datasets))
    scanner = Scanner(
        view, partners=partners or None, channels=asked.channels, on_compile=on_compile, progress=progress
    )
    told: list[str] = []
    for dataset in datasets if asked.dataset is None else (asked.dataset,):
        last = _last(view, dataset, reporters, asked)
        if last is None:
            continue
        first = min(span[0] for (one, _, _), spans in view.spans.items() if one == dataset for span in spans)
        if first > last:
            continue
        period = Period(max(last - asked.months + 1, first), last)
        for panel in _panels(view, dataset, period, asked, reporters, partners, together=not each):
            scanner.add(panel, _weights(view, panel) if asked.measure == "value" else None)
            told.append(month_words(last))
    if not scanner.series:
        raise NoData(
            "the store has no row of what was asked for; tidewaiter releases and tidewaiter coverage show what it has"
        )
    return Survey(scanner.events(), scanner.series, ", ".join(dict.fromkeys(told)), scanner.notes())


def _countries(names: Sequence[str], kind: str, when: str | None) -> Iterable[str]:
    """Return countries, groups replaced by their members."""
    number = month(when) if when else None
    for name in names:
        if name == "each" and kind == "reporter":
            continue
        code = area(name, kind).code
        if is_group(code) and code != "W00":
            if number is None:
                raise InputError(f"--{kind} {code}: membership has dates; name the --month")
            yield from members(code, number)
        else:
            yield code


def _last(view: View, dataset: str, reporters: Sequence[str] | None, asked: Asked) -> int | None:
    """Return the month to look at: the one asked for, or the latest that is released."""
    if asked.month:
        return month(asked.month)
    every = [
        view.months(dataset, reporter, flow)
        for (one, reporter, flow) in view.spans
        if one == dataset and (reporters is None or reporter in reporters) and asked.flow in (None, flow)
    ]
    return max((months[-1] for months in every if months), default=None)


def _panels(
    view: View,
    dataset: str,
    period: Period,
    asked: Asked,
    reporters: Sequence[str] | None,
    partners: Sequence[str],
    *,
    together: bool,
) -> Iterator[SeriesPanel]:
    codes = None
    if asked.basket is not None:
        from tidewaiter.baskets import load_basket, resolve
        from tidewaiter.codes import REVISIONS

        basket = load_basket(asked.basket)
        six = {code for revision in REVISIONS for code in resolve(basket, revision).codes}
        there = _listed(view, dataset, period)
        codes = sorted(code for code in there if code[:6] in six or (len(code) == 4 and _whole(code, six, period)))
        if not codes:
            return
    for some in _shares(view, dataset, partners):
        try:
            yield from panels(
                view,
                period,
                measure=Measure(asked.measure),
                datasets=[dataset],
                reporters=reporters,
                partners=some,
                flow=asked.flow,
                digits=asked.digits,
                codes=codes,
                together=together and (reporters is None or len(reporters) > 1),
            )
        except NoData:
            continue


def _weights(view: View, panel: SeriesPanel) -> Any:
    """Return the weights, else the quantities, of the cells of a panel; None where the dataset carries none."""
    place = {key: at for at, key in enumerate(zip(panel.reporters, panel.partners, panel.codes, strict=True))}
    for measure in (Measure.NET_WEIGHT, Measure.QUANTITY):
        try:
            (other,) = panels(
                view,
                panel.period,
                measure=measure,
                datasets=[panel.dataset],
                reporters=None if TOGETHER in panel.reporters else sorted(set(panel.reporters)),
                partners=sorted(set(panel.partners)),
                flow=panel.flow,
                digits=panel.digits,
                codes=sorted(set(panel.codes)),
                together=TOGETHER in panel.reporters,
            )
        except (NoData, ValueError):
            continue
        if not (np.nan_to_num(other.values) > 0).any():
            continue
        found = np.full(panel.values.shape, np.nan)
        for at, key in enumerate(zip(other.reporters, other.partners, other.codes, strict=True)):
            if key in place:
                found[place[key]] = other.values[at]
        return found
    return None


def _whole(heading: str, six: set[str], period: Period) -> bool:
    """Whether a basket holds every code of a heading, so that the heading may stand for it."""
    from tidewaiter.codes import codes_of, revision_of

    every = [code for code in codes_of(revision_of(period.end // 12)) if len(code) == 6 and code[:4] == heading]
    return bool(every) and all(code in six for code in every)


def _listed(view: View, dataset: str, period: Period) -> set[str]:
    table = view.rows(datasets=dataset, period=Period(period.end, period.end), touching=True)
    return set(table["cmd_code"].unique().to_pylist())


def _shares(view: View, dataset: str, partners: Sequence[str]) -> list[list[str] | None]:
    """Return the partners to take in at once: those asked about in their company, or all of them in shares that fit memory."""
    rows = sum(sum(spans.values()) for (one, _, _), spans in view.spans.items() if one == dataset)
    if not partners and rows <= AT_ONCE:
        return [None]
    table = view.rows(datasets=dataset, period=_latest(view, dataset), countries=True)
    # A fixed draw, so that the company is the same whenever the same is asked.
    there = sorted(set(table["partner"].unique().to_pylist()), key=lambda code: hashlib.sha256(code.encode()).digest())
    if partners:
        others = [code for code in there if code not in partners]
        return [[*partners, *others[: max(0, COMPANY - len(partners))]]]
    size = max(COMPANY, len(there) * AT_ONCE // rows)
    return [there[start : start + size] for start in range(0, len(there), size)]


def _latest(view: View, dataset: str) -> Period:
    last = max(last for (one, _, _), spans in view.spans.items() if one == dataset for _, last in spans)
    return Period(last, last)

"""A scan of a store as it is asked for: names checked, the month chosen, the company of the slice taken in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from tidewaiter.codes import area_name
from tidewaiter.codes.areas import has_members
from tidewaiter.codes.parties import Party, changes_in, party
from tidewaiter.errors import InputError, NoData, UnknownName
from tidewaiter.findings.asked import Asked, nothing_words, partners_there
from tidewaiter.findings.surge import Surge
from tidewaiter.findings.surges import Scanner
from tidewaiter.findings.words import join
from tidewaiter.model import Measure
from tidewaiter.period import Period, month, month_words
from tidewaiter.series.kept import kept_panels
from tidewaiter.series.panel import TOGETHER, SeriesPanel
from tidewaiter.store.coverage import is_group
from tidewaiter.store.store import Store
from tidewaiter.store.view import View

__all__ = ["Asked", "Survey", "survey"]

COMPANY: Final = 12
"""Partners that a slice is compared with, itself included: enough to learn what is usual."""

AT_ONCE: Final = 5_000_000
"""Rows that are looked at in one go, all partners together; more go in shares."""


_NAMED: Final = 12
"""Names in a list, before the rest is counted."""


class Survey(msgspec.Struct, frozen=True):
    """What was found, and of what.

    Parameters
    ----------
    events
        The most telling first, as many as were asked for.
    found
        How many there are in all, the small ones not counted.
    at_least, small
        The smallest amount asked for, in the unit of the values, and how many events below it are left out.
    series, judged
        How many series were looked at; how many of them were judged, and why the others were not.
    months, notes
        The month of each dataset; what must be said of the whole.
    """

    events: tuple[Surge, ...]
    found: int
    at_least: float
    small: int
    series: int
    judged: dict[str, int]
    months: str
    notes: tuple[str, ...]


def survey(
    store: Store,
    asked: Asked,
    *,
    top: int = 0,
    on_compile: Callable[[], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """Look at a month of a slice of a store.

    Parameters
    ----------
    top
        How many events to tell of, the first ones; 0 for all.

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
    if not 0 <= asked.at_least < float("inf"):
        raise InputError(f"--at-least: an amount of 0 or more is needed, not {asked.at_least:g}")
    view = View(store, asked.as_of)
    words: list[str] = []
    partners = tuple(dict.fromkeys(_countries(asked.partners, "partner", asked, words)))
    each = "each" in asked.reporters
    if each and len(asked.reporters) > 1:
        raise InputError("--reporter: 'each' stands alone")
    reporters = (
        None
        if each or not asked.reporters
        else tuple(dict.fromkeys(_countries(asked.reporters, "reporter", asked, words)))
    )
    datasets = view.datasets()
    if asked.dataset is not None and asked.dataset not in datasets:
        raise UnknownName("dataset", asked.dataset, list(datasets))
    scanner = Scanner(
        view, partners=partners or None, digits=asked.digits, channels=asked.channels, on_compile=on_compile,
        progress=progress,
    )  # fmt: skip
    told: list[str] = []
    for dataset in datasets if asked.dataset is None else (asked.dataset,):
        last = _last(view, dataset, reporters, asked)
        if last is None:
            continue
        first = min(span[0] for (one, _, _), spans in view.spans.items() if one == dataset for span in spans)
        if first > last:
            continue
        period = Period(max(last - asked.months + 1, first), last)
        for some in _slices(view, dataset, period, asked, reporters, partners, together=not each):
            words += _away(view, dataset, reporters)
            words += _late(view, dataset, reporters, asked.flow, last, each=each)
            scanner.add(some.panels, some.weights if asked.measure == "value" else None, some.folder, codes=some.codes)
            told.append(month_words(last))
    if not scanner.series:
        raise NoData(nothing_words(view, asked, reporters, partners))
    events = scanner.events(top, asked.at_least)
    if reporters is not None and len(reporters) > 1:
        # They are all that was asked for, and not all that there are.
        name = ",".join(dict.fromkeys(party(one, "reporter").code for one in asked.reporters))
        events = tuple(_of_group(one, name) for one in events)
    return Survey(
        events=events, found=scanner.events_found, at_least=asked.at_least, small=scanner.small, series=scanner.series,
        judged=scanner.judged, months=", ".join(dict.fromkeys(told)), notes=tuple(dict.fromkeys((*words, *scanner.notes()))),
    )  # fmt: skip


def _away(view: View, dataset: str, reporters: Sequence[str] | None) -> list[str]:
    """Name those of whom a sum can have nothing."""
    there = view.reporters(dataset)
    away = [area_name(one) for one in reporters or () if one not in there]
    if not away or len(reporters or ()) < 2:
        return []
    return [f"{dataset}: no row of {join(away)}; what the others list is at least so much"]


def _late(
    view: View, dataset: str, reporters: Sequence[str] | None, flow: str | None, last: int, *, each: bool
) -> list[str]:
    """Name those that the store has earlier months of, but not the one looked at; nothing where that is so of all."""
    late: dict[str, set[bool]] = {}
    for one, who, way in view.spans:
        if one == dataset and flow in (None, way) and not is_group(who) and (reporters is None or who in reporters):
            months = view.months(dataset, who, way)
            if months and months[0] < last:
                late.setdefault(who, set()).add(last not in months)
    names = [area_name(who) for who, missing in sorted(late.items()) if True in missing]
    if not names or len(names) == len(late):
        return []
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    told = ", ".join(names[:_NAMED]) + more if more else join(names)
    if each:
        return [f"{dataset}: {month_words(last)} is not in the store for {told}"]
    return [
        f"{dataset}: {month_words(last)} is not in the store for {told}; a sum is left out where {'it' if len(names) == 1 else 'one of them'}"
        " usually trades these goods, and is at least so much elsewhere"
    ]


def _of_group(event: Surge, name: str) -> Surge:
    """Call the reporters that were added up what they were asked for as, in the lines and the id of an event too."""
    if event.reporter != TOGETHER:
        return event
    identity = hashlib.sha256(f"{event.id}|{name}".encode()).hexdigest()[:16]
    members = tuple(_of_group(one, name) for one in event.members)
    return msgspec.structs.replace(event, id=identity, reporter=name, members=members)


def _countries(names: Sequence[str], kind: str, asked: Asked, words: list[str]) -> Iterable[str]:
    """Return countries, groups and lists replaced by their members, and say who they are."""
    for name in names:
        if name == "each" and kind == "reporter":
            continue
        who = party(name, kind)
        if who.is_one:
            yield who.code
            continue
        if asked.month is None and any(has_members(part) for part in who.parts):
            raise InputError(f"--{kind} {who.code}: membership has dates; name the --month")
        number = month(asked.month) if asked.month else 0
        there = who.members(number)
        if not there:
            raise NoData(f"{who.name} had no members in {asked.month}; ask for a later month")
        words += _group_words(who, kind, number, asked)
        yield from there


def _group_words(who: Party, kind: str, number: int, asked: Asked) -> list[str]:
    """Say how the members of a group are looked at: unlike in a series, one that lists nothing does not leave a sum open."""
    told = who.words(Period(number, number))
    before = Period(number - asked.months + 1, number)
    if number and len(changes_in(who, before)) > 1:
        told.append(
            f"{who.code}: the members of {asked.month} in every month of the past, though membership changed in it"
        )
    if kind == "partner":
        return [*told, f"{who.code}: each member is looked at by itself"]
    return [
        *told,
        f"{who.code}: what its members list is added up, and at least so much where one of them is not known; open where one that"
        " usually trades has not released; rows of the group itself are not looked at; tidewaiter series says which members are known",
    ]


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


class _Some(msgspec.Struct):
    """A slice and how to get other measures of its cells."""

    view: View
    panels: tuple[SeriesPanel, ...]
    folder: Path | None
    again: dict[str, Any]
    codes: frozenset[str] | None

    def weights(self, panel: SeriesPanel) -> Any:
        """Return the weights, else the quantities, of the cells of a panel; None where the dataset carries none."""
        carried = {name for one in self.view.releases if one.dataset == panel.dataset for name in one.measures}
        for measure in (Measure.NET_WEIGHT, Measure.QUANTITY):
            if measure.value not in carried:
                continue
            try:
                every = kept_panels(self.view, panel.period, measure=measure, **self.again).panels
            except NoData:
                continue
            like = [one for one in every if (one.flow, one.digits) == (panel.flow, panel.digits)]
            if not like or not (np.nan_to_num(like[0].values) > 0).any():
                continue
            place = {key: at for at, key in enumerate(zip(panel.reporters, panel.partners, panel.codes, strict=True))}
            found = np.full(panel.values.shape, np.nan)
            (other,) = like
            for at, key in enumerate(zip(other.reporters, other.partners, other.codes, strict=True)):
                if key in place:
                    found[place[key]] = other.values[at]
            return found
        return None


def _slices(
    view: View,
    dataset: str,
    period: Period,
    asked: Asked,
    reporters: Sequence[str] | None,
    partners: Sequence[str],
    *,
    together: bool,
) -> Iterator[_Some]:
    codes = None
    if asked.basket is not None:
        from tidewaiter.baskets import load_basket, resolve
        from tidewaiter.codes import REVISIONS

        basket = load_basket(asked.basket)
        six = {code for revision in REVISIONS for code in resolve(basket, revision).codes}
        there = _listed(view, dataset, period)
        codes = frozenset(code for code in there if code[:6] in six or (len(code) == 4 and _whole(code, six, period)))
        if not codes:
            return
    # Where only one reports there is nothing to add: it is told by its name.
    there_are = [one for one in view.reporters(dataset) if not is_group(one)]
    several = len(there_are if reporters is None else reporters) > 1
    for some in _shares(view, dataset, partners):
        again: dict[str, Any] = {
            "dataset": dataset,
            "reporters": reporters,
            "partners": some,
            "flow": asked.flow,
            # All goods, whatever is asked about: the trade of a pair is judged beside the rest of it.
            "digits": None,
            "codes": None,
            "together": together and several,
        }
        try:
            found = kept_panels(view, period, measure=Measure(asked.measure), **again)
        except NoData:
            continue
        yield _Some(view, found.panels, found.folder, again, codes)


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

    # A fixed draw, so that the company is the same whenever the same is asked.
    listed = partners_there(view, dataset)
    draw = sorted(listed, key=lambda code: hashlib.sha256(code.encode()).digest())
    there = [code for code in draw if code not in partners and not is_group(code)]
    if partners:
        if rows <= AT_ONCE and len(partners) + len(there) <= COMPANY:
            return [None]  # all there are: the same slice, whoever of them is asked about
        return [sorted([*partners, *there[: max(0, COMPANY - len(partners))]])]
    size = max(COMPANY, len(there) * AT_ONCE // rows)
    return [there[start : start + size] for start in range(0, len(there), size)]

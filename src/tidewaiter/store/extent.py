"""What a store has of whom, month by month: the picture that ``tidewaiter coverage`` draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.model import Flow, Measure, SeriesKey, State
from tidewaiter.period import Period, month, month_text
from tidewaiter.sources.calendar import calendar_of
from tidewaiter.store.cells import alive_in
from tidewaiter.store.coverage import Rectangle
from tidewaiter.store.view import View

__all__ = ["MARKS", "WORDS", "Absence", "Extent", "absence", "absences", "extents", "open_period"]

MARKS: Final = {
    "full": "#", "part": "+", "rows": "o", "zero": "0", "silent": "?", "merged": "-", "withheld": "w", "code not alive": "x",
    "not yet due": "~", "due": "d", "overdue": "!", "not held": ".",
}  # fmt: skip
"""How a month is drawn."""

WORDS: Final = {
    "full": "released; silence means zero",
    "part": "released; silence means zero for some partners or codes",
    "rows": "rows are there; silence says nothing",
    "zero": "known zero: covered, and no row",
    "silent": "the file has the month, but no row of it; silence says nothing",
    "merged": "only inside a longer period",
    "withheld": "withheld by the publisher",
    "code not alive": "the code did not exist",
    "not yet due": "not yet due",
    "due": "due about now, not here yet",
    "overdue": "was due, not here",
    "not held": "not here; the publisher keeps no days",
}
"""What each mark says."""

_STATES: Final = {
    State.ZERO: "zero", State.WITHHELD: "withheld", State.NOT_ALIVE: "code not alive", State.MERGED: "merged",
}  # fmt: skip

MISSING: Final = ("not yet due", "due", "overdue", "not held")


class Extent(msgspec.Struct, frozen=True):
    """One dataset, reporter and flow.

    Parameters
    ----------
    months
        One of :data:`MARKS` for each month of ``period``.
    rows
        Rows, of all vintages as of the day; of the partner and code asked for, if any was.
    """

    dataset: str
    reporter: str
    flow: str
    period: Period
    months: tuple[str, ...]
    rows: int

    def drawn(self) -> str:
        """Return the months as a line of marks."""
        return "".join(MARKS[one] for one in self.months)


class Absence(msgspec.Struct, frozen=True):
    """Why a month that is not here is not here, as far as the release calendar tells.

    Parameters
    ----------
    state
        ``not yet due``, ``due``, ``overdue``, or ``not held`` where the publisher keeps no days.
    first, last
        The usual first and last day of publication; empty where there is no calendar.
    why
        The calendar's rule or exception.
    """

    state: str
    first: str = ""
    last: str = ""
    why: str = ""

    def words(self) -> str:
        """Return it as a reader is told."""
        if self.state == "not yet due":
            when = self.first if self.first == self.last else f"{self.first} to {self.last}"
            return f"not yet due (expected {when})" if self.first else "not yet over"
        if self.state == "due":
            return f"due since {self.first}, expected by {self.last}"
        return (
            f"overdue: it was due by {self.last}"
            if self.state == "overdue"
            else "not held (its publisher keeps no days)"
        )


def absence(dataset: str, number: int, day: str) -> Absence:
    """Return why a month is not here on a day.

    Examples
    --------
    >>> [absence("gacc", month(text), "2023-06-20").words() for text in ("2023-04", "2023-05", "2023-06")]
    ['overdue: it was due by 2023-05-25', 'due since 2023-06-18, expected by 2023-06-25', 'not yet due (expected 2023-07-18 to 2023-07-25)']
    >>> absence("comtrade", month("2023-04"), "2023-06-20").words()
    'not held (its publisher keeps no days)'
    """
    known = calendar_of(dataset)
    if known is None:
        return Absence("not yet due" if month_text(number) >= day[:7] else "not held")
    due = known.due(number)
    return Absence(known.state(number, day), due.first, due.last, due.why)


def extents(
    view: View,
    *,
    dataset: str | None = None,
    reporter: str | None = None,
    flow: str | None = None,
    period: Period | None = None,
    partner: str | None = None,
    code: str | None = None,
) -> list[Extent]:
    """Return what there is; without a period, from the first to the last month of each dataset.

    Parameters
    ----------
    partner, code
        Only this partner, only this code and what lies under it: months are then told of these rows alone.
    """
    wanted = [
        (key, spans)
        for key, spans in sorted(view.spans.items())
        if dataset in (None, key[0]) and reporter in (None, key[1]) and flow in (None, key[2])
    ]
    sliced = partner is not None or code is not None
    listed = _listed(view, wanted, partner, code) if sliced else {}
    cells = _cells(view, wanted, partner, code, period) if partner and code else {}
    day = view.as_of or datetime.now(UTC).date().isoformat()
    beside = _beside(view)
    found = []
    for spot, spans in wanted:
        ends = [span for (other, _, _), inside in wanted if other == spot[0] for span in inside]
        months = period or Period(min(first for first, _ in ends), max(last for _, last in ends))
        mine = [
            rectangle
            for rectangles in view.rectangles.values()
            for rectangle in rectangles
            if rectangle.dataset == spot[0] and spot[1] in rectangle.reporters and spot[2] in rectangle.flows
        ]
        mark = (
            _slice_mark(mine, spans, listed.get(spot, {}), partner, code, cells.get(spot, {}))
            if sliced
            else _mark(mine, spans)
        )
        files = beside.get(spot, set())
        marks = tuple(mark(one) or ("silent" if one in files else absence(spot[0], one, day).state) for one in months)
        count = sum((listed.get(spot, {}) if sliced else spans).values())
        found.append(Extent(*spot, months, marks, count))
    return found


def _beside(view: View) -> dict[tuple[str, str, str], set[int]]:
    """Return, by dataset, reporter and flow, the months that the files with rows of it have, of whomever."""
    used = {release.seq for release in view.releases}
    months: dict[int, set[int]] = {}
    files: dict[tuple[str, str, str], set[int]] = {}
    for one in view.store.catalogue.spans():
        if one.release in used:
            if one.first == one.last:
                months.setdefault(one.release, set()).add(one.first)
            files.setdefault((one.dataset, one.reporter, one.flow), set()).add(one.release)
    return {spot: set().union(*(months.get(one, set()) for one in listed)) for spot, listed in files.items()}


def _split(spans: Iterable[tuple[int, int]]) -> tuple[set[int], set[int]]:
    """Return the months that were released singly, and those inside longer periods."""
    every = list(spans)
    single = {first for first, last in every if first == last}
    return single, {number for first, last in every if last > first for number in range(first, last + 1)}


def _mark(rectangles: Sequence[Rectangle], spans: Iterable[tuple[int, int]]) -> Callable[[int], str]:
    single, inside = _split(spans)

    def mark(number: int) -> str:
        here = [one for one in rectangles if one.has_period(number, number)]
        if any(one.partners is None and one.codes is None for one in here):
            return "full"
        if here:
            return "part"
        return "rows" if number in single else "merged" if number in inside else ""

    return mark


def _listed(
    view: View, wanted: Sequence[tuple[tuple[str, str, str], Any]], partner: str | None, code: str | None
) -> dict[tuple[str, str, str], dict[tuple[int, int], int]]:
    """Return the periods of a partner's or code's rows, with their number, by dataset, reporter and flow."""
    table = view.rows(
        datasets=sorted({spot[0] for spot, _ in wanted}),
        reporters=sorted({spot[1] for spot, _ in wanted}),
        partners=partner,
        under=code,
    )
    columns = ["dataset", "reporter", "flow", "period_start", "period_end"]
    counts = table.select(columns).group_by(columns).aggregate([([], "count_all")]).to_pylist()
    found: dict[tuple[str, str, str], dict[tuple[int, int], int]] = {}
    for one in counts:
        spans = found.setdefault((one["dataset"], one["reporter"], one["flow"]), {})
        spans[one["period_start"], one["period_end"]] = one["count_all"]
    return found


def _cells(
    view: View,
    wanted: Sequence[tuple[tuple[str, str, str], Any]],
    partner: str,
    code: str,
    period: Period | None,
) -> dict[tuple[str, str, str], dict[int, State]]:
    """Return the state of every month of one series for each dataset, reporter and flow."""
    keys = {
        spot: SeriesKey(spot[0], spot[1], partner, Flow(spot[2]), code, "", Measure.VALUE, "") for spot, _ in wanted
    }
    ends = [one for _, spans in wanted for span in spans for one in span]
    cells = view.many(list(keys.values()), period or Period(min(ends), max(ends)))
    return {spot: {cell.period.start: cell.state for cell in cells[key]} for spot, key in keys.items()}


def _slice_mark(
    rectangles: Sequence[Rectangle],
    released: Iterable[tuple[int, int]],
    rows: Iterable[tuple[int, int]],
    partner: str | None,
    code: str | None,
    cells: Mapping[int, State],
) -> Callable[[int], str]:
    """Tell the months of a slice: its rows, else why there are none, as far as that is known."""
    single, inside = _split(rows)
    out, merged = _split(released)

    def covered(one: Rectangle) -> bool:
        who = one.partners is None if partner is None else one.has_partner(partner)
        what = one.codes is None if code is None else one.has_code(code)
        total = one.has_part("regimes", "") and one.has_part("modes", "") and one.has_part("districts", "")
        return who and what and total

    fitting = [one for one in rectangles if covered(one)]

    def mark(number: int) -> str:
        if number in single:
            return "rows"
        if cells:
            told = _STATES.get(cells[number], "")
            return told or ("silent" if number in out else "")
        if code is not None and not alive_in(code, number):
            return "code not alive"
        if any(one.has_period(number, number) for one in fitting):
            return "zero"
        if number in inside or (number in merged and number not in out):
            return "merged"
        return "silent" if number in out else ""

    return mark


def absences(found: Iterable[Extent], day: str) -> list[tuple[Period, Absence, list[Extent]]]:
    """Return the months that are missing, in runs, each with whom it is missing of, by dataset."""
    runs: dict[tuple[str, int, int, str], list[Extent]] = {}
    for one in found:
        missing = [(number, mark) for number, mark in zip(one.period, one.months, strict=True) if mark in MISSING]
        start = 0
        for at in range(1, len(missing) + 1):
            if at == len(missing) or missing[at] != (missing[at - 1][0] + 1, missing[at - 1][1]):
                key = (one.dataset, missing[start][0], missing[at - 1][0], missing[start][1])
                runs.setdefault(key, []).append(one)
                start = at
    return [
        (Period(first, last), absence(dataset, first, day), who)
        for (dataset, first, last, _), who in sorted(runs.items())
        if who
    ]


def open_period(first: str | None, last: str | None, runs: Iterable[tuple[int, int]]) -> Period | None:
    """Return the period between two months as told; an end that is not told is that of what there is.

    Raises
    ------
    InputError
        If nothing that is there lies on the side of the month that was told.

    Examples
    --------
    >>> str(open_period("2022-03", None, [(24264, 24264), (24268, 24269)]))
    '2022-03..2022-06'
    """
    if not first and not last:
        return None
    spans = list(runs)
    start = month(first) if first else min((one for one, _ in spans), default=month(last or ""))
    end = month(last) if last else max((one for _, one in spans), default=start)
    if end < start and not (first and last):
        what = f"ends with {month_text(end)}" if first else f"begins with {month_text(start)}"
        raise InputError(f"{'--from' if first else '--to'} {first or last}: what is there {what}")
    return Period(start, end)

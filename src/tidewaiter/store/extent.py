"""What a store has of whom, month by month: the picture that ``tidewaiter coverage`` draws."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.period import Period, month, month_text
from tidewaiter.store.coverage import Rectangle
from tidewaiter.store.view import View

__all__ = ["MARKS", "Extent", "extents", "open_period"]

MARKS: Final = {"full": "#", "part": "+", "rows": "o", "merged": "-", "none": "."}
"""How a month is drawn.

``full``: released, and silence on any country and code means zero. ``part``: that holds for some partners or codes.
``rows``: rows are there, silence says nothing. ``merged``: only inside a longer period. ``none``: nothing is there.
"""


class Extent(msgspec.Struct, frozen=True):
    """One dataset, reporter and flow.

    Parameters
    ----------
    months
        One of :data:`MARKS` for each month of ``period``.
    rows
        Rows, of all vintages as of the day.
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


def extents(
    view: View,
    *,
    dataset: str | None = None,
    reporter: str | None = None,
    flow: str | None = None,
    period: Period | None = None,
) -> list[Extent]:
    """Return what there is; without a period, from the first to the last month of each dataset."""
    wanted = [
        (key, spans)
        for key, spans in sorted(view.spans.items())
        if dataset in (None, key[0]) and reporter in (None, key[1]) and flow in (None, key[2])
    ]
    found = []
    for (one, who, way), spans in wanted:
        ends = [span for (other, _, _), listed in wanted if other == one for span in listed]
        months = period or Period(min(first for first, _ in ends), max(last for _, last in ends))
        mine = [
            rectangle
            for rectangles in view.rectangles.values()
            for rectangle in rectangles
            if rectangle.dataset == one and who in rectangle.reporters and way in rectangle.flows
        ]
        single = {first for first, last in spans if first == last}
        inside = {month for first, last in spans if last > first for month in range(first, last + 1)}
        marks = tuple(_mark(month, mine, single, inside) for month in months)
        found.append(Extent(one, who, way, months, marks, sum(spans.values())))
    return found


def _mark(month: int, rectangles: list[Rectangle], single: set[int], inside: set[int]) -> str:
    here = [one for one in rectangles if one.has_period(month, month)]
    if any(one.partners is None and one.codes is None for one in here):
        return "full"
    if here:
        return "part"
    return "rows" if month in single else "merged" if month in inside else "none"


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

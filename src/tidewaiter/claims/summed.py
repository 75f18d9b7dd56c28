"""What tells something of a cell, under which codes goods are counted, and in which units what is made of other rows is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

from tidewaiter.claims.evidence import CellName
from tidewaiter.claims.goods import codes_of
from tidewaiter.codes.areas import has_members
from tidewaiter.codes.parties import Party
from tidewaiter.model import TOTAL, Cell, Flow, Measure, State
from tidewaiter.period import Period

if TYPE_CHECKING:
    from tidewaiter.series.customs import CustomsSeries
    from tidewaiter.store.view import View

__all__ = ["Summed", "codes_in", "is_mute", "tells"]

_Asked: TypeAlias = tuple[str, str, str, Flow, str, Measure]
_EXPLAINED = 100
"""How many series are looked up only to explain why they are silent."""

_MUTE = (State.UNKNOWN, State.UNRELEASED)


def tells(cell: Cell) -> bool:
    """Whether a cell bounds anything."""
    return cell.bounds.lo > 0 or math.isfinite(cell.bounds.hi)


def is_mute(cell: Cell) -> bool:
    """Whether nothing is known of a cell."""
    return cell.state in _MUTE and not tells(cell)


def codes_in(goods: str, reporter: str, year: int) -> tuple[str, ...]:
    """Return the codes under which a reporter counts goods in a year; empty where that is not known."""
    if goods == "total":
        return (TOTAL,)
    if not goods.startswith("basket:"):
        return codes_of(goods, reporter)
    from tidewaiter.baskets import load_basket, resolve

    name, _, group = goods[7:].partition("/")
    found = resolve(load_basket(name), f"HS {max(year, 2007)}")
    return tuple(found.groups[group]) if group else tuple(found.codes)


class Summed:
    """In which units headings and groups are counted: by the lines of the one and the members of the other.

    Parameters
    ----------
    view
        The store as of a day.
    span
        The months that are read of each series.
    """

    def __init__(self, view: View, span: Period) -> None:
        self._view, self._span = view, span
        self._asked: dict[_Asked, list[CustomsSeries]] = {}
        self._explained: set[tuple[object, ...]] = set()

    def bears(self, dataset: str, name: CellName) -> bool:
        """Whether other rows could speak on a cell: one side is a group, or the dataset has finer codes."""
        reporter, partner, _, goods = name[:4]
        if has_members(reporter) or has_members(partner):
            return True
        longest = max(self._view.digits(dataset), default=0)
        return any(code != TOTAL and len(code) < longest for code in codes_in(goods, reporter, name[6] // 12))

    def units(self, dataset: str, name: CellName) -> tuple[str, ...]:
        """Return the units in which a dataset counts what a cell counts; nothing after many questions.

        It is asked to explain, never to judge, and a list of thousands of claims must not read the store for each.
        """
        if name[:5] not in self._explained and len(self._explained) >= _EXPLAINED:
            return ()
        self._explained.add(name[:5])
        return tuple(sorted({one.key.unit for one in self._every(dataset, name) if any(map(tells, one.cells))} - {""}))

    def _every(self, dataset: str, name: CellName) -> list[CustomsSeries]:
        reporter, partner, flow, goods, measure = name[:5]
        asked = (dataset, reporter, partner, flow, goods, measure)
        if asked not in self._asked:
            from tidewaiter.series.groups import group_series

            first, last = self._span.start // 12, self._span.end // 12
            by_year = {year: codes_in(goods, reporter, year) for year in range(first, last + 1)}
            self._asked[asked] = (
                []
                if not all(by_year.values())
                else group_series(
                    self._view,
                    reporter=Party(reporter, (reporter,)),
                    partner=Party(partner, (partner,)),
                    codes=by_year.__getitem__,
                    name=goods,
                    measure=measure,
                    flow=flow.value,
                    dataset=dataset,
                    period=self._span,
                )
            )
        return self._asked[asked]

"""A series of goods over the years in which their codes change.

The codes to sum in each year come from :func:`tidewaiter.codes.lineage.stitch`; here the cells are added up. What is
not known of one part is not known of the sum: its bounds stay open, its state says why. A cell before a code's birth is
*code not alive* unless it is stitched; it is never zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from tidewaiter.codes import hs, lineage
from tidewaiter.model import Cell, Interval, State
from tidewaiter.period import Period

__all__ = ["StitchedSeries", "add_cells", "not_alive", "stitched_series", "unstitched_series"]

_FIRST_TOLD: Final = (State.CONFLICT, State.WITHHELD, State.MERGED, State.UNRELEASED, State.NOT_RECORDED)
"""States that leave a part unknown, the one that is told of a sum first; any other comes after them."""


class StitchedSeries(msgspec.Struct, frozen=True):
    """A series over breaks of codes.

    Parameters
    ----------
    cells
        One for each month, in order.
    codes
        The codes that are summed in each month.
    seams
        The seams inside the months asked for, with the first month after each.
    kind
        The weakest of them: ``exact`` if there is none.
    """

    cells: tuple[Cell, ...]
    codes: tuple[tuple[str, ...], ...]
    seams: tuple[tuple[int, lineage.Seam], ...]
    kind: str

    def caveats(self) -> tuple[str, ...]:
        """Every seam that is not exact, as a sentence, with the closed group that would be where there is a small one."""
        found = []
        for _, seam in self.seams:
            if seam.kind != "exact":
                group = lineage.closed_group(seam.later, seam.revision)
                found.append(seam.words() + (f" ({group.words()})" if group else ""))
        return tuple(found)


def not_alive(month: int, code: str) -> Cell:
    """Return the cell of a month in which a code does not exist: nothing was counted under it, nothing is known."""
    life = hs.life(code)
    born = f"born with HS {life.born}" if life.born and month < life.born * 12 else ""
    died = f"ended with HS {life.died}" if life.died and month >= life.died * 12 else ""
    note = f"{code} is not a code in this month ({born or died or 'see its life'})"
    return Cell(Period(month, month), Interval(0.0, math.inf), State.NOT_ALIVE, (), note)


def add_cells(month: int, parts: Iterable[Cell]) -> Cell:
    """Add up the cells of one month.

    Parameters
    ----------
    month
        The month, for an empty list.
    parts
        One cell for each code. A part whose code the publisher does not have (*code not alive*) adds nothing while
        others are known: its goods are in them.

    Returns
    -------
    Cell
        ``value`` or ``zero`` if every part is known; else the state that keeps the sum from being known, with what the
        known parts leave possible.
    """
    cells = list(parts)
    period = cells[0].period if cells else Period(month, month)
    evidence = tuple(dict.fromkeys(one for cell in cells for one in cell.evidence))
    living = [cell for cell in cells if cell.state is not State.NOT_ALIVE]
    if not living:
        notes = tuple(dict.fromkeys(cell.note for cell in cells if cell.note))
        return Cell(period, Interval(0.0, math.inf), State.NOT_ALIVE, evidence, "; ".join(notes))
    bounds = Interval(0.0, 0.0)
    for cell in living:
        bounds = bounds + cell.bounds
    unknown = [cell for cell in living if cell.state not in (State.VALUE, State.ZERO)]
    if unknown:
        state = min((cell.state for cell in unknown), key=lambda one: (one not in _FIRST_TOLD, _rank(one)))
        notes = tuple(dict.fromkeys(cell.note for cell in unknown if cell.note))
        told = f"{len(unknown)} of {len(living)} codes not known" + (f": {'; '.join(notes)}" if notes else "")
        return Cell(period, bounds, state, evidence, told)
    state = State.VALUE if any(cell.state is State.VALUE for cell in living) else State.ZERO
    return Cell(period, bounds, state, evidence)


def _rank(state: State) -> int:
    return _FIRST_TOLD.index(state) if state in _FIRST_TOLD else 0


def stitched_series(
    codes: Iterable[str],
    classification: str | int,
    months: Iterable[int],
    cell: Callable[[str, int], Cell],
) -> StitchedSeries:
    """Follow goods over the breaks of their codes and add them up month by month.

    Parameters
    ----------
    codes, classification
        What is asked for (:func:`tidewaiter.codes.lineage.stitch`).
    months
        Month numbers, rising.
    cell
        Reads one six-digit code in one month.

    Returns
    -------
    StitchedSeries
    """
    wanted = list(months)
    plan = lineage.stitch(codes, classification)
    summed = [plan.codes_in(month // 12) for month in wanted]
    cells = tuple(
        add_cells(month, (cell(code, month) for code in parts)) for month, parts in zip(wanted, summed, strict=True)
    )
    inside = tuple(
        (seam.revision * 12, seam) for seam in plan.seams if wanted and wanted[0] < seam.revision * 12 <= wanted[-1]
    )
    kinds = [seam.kind for _, seam in inside]
    weakest = next((kind for kind in ("none", "partial", "primary") if kind in kinds), "exact")
    return StitchedSeries(cells, tuple(summed), inside, weakest)


def unstitched_series(code: str, months: Iterable[int], cell: Callable[[str, int], Cell]) -> tuple[Cell, ...]:
    """Read one code month by month under its own number only.

    A month in which the code does not exist is *code not alive*, whatever the source says: never zero.
    """
    return tuple(cell(code, month) if hs.alive(code, month // 12) else not_alive(month, code[:6]) for month in months)

"""Books of a country's trade as its partners keep them, from printed figures and from a store of customs files.

One book for each reporter, from one dataset: datasets are compared, never blended.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from tidewaiter.model import TOTAL, Cell, Figure, Flow, Interval, Measure, State
from tidewaiter.period import Period
from tidewaiter.series.book import Book
from tidewaiter.series.goods import GoodsInYears
from tidewaiter.series.stitched import add_cells

if TYPE_CHECKING:
    from pathlib import Path

    from tidewaiter.codes.parties import Party
    from tidewaiter.store.view import View

__all__ = ["Ledger", "figure_books", "longer_periods", "over", "own_flow", "reported_codes", "store_books"]

_KNOWN: Final = (State.VALUE, State.ZERO)

_FOB_IMPORTS: Final = frozenset({"census", "comexstat"})
"""Datasets whose import values leave freight and insurance out (general customs value; VL_FOB)."""


class Ledger(msgspec.Struct, frozen=True):
    """One reporter's book of its trade with one country.

    Parameters
    ----------
    dataset, publisher
        Whose publication.
    reporter, flow, currency
        As booked.
    cells
        By month, and by longer period where one was published; what is not there, the dataset says nothing of.
    import_basis
        ``CIF`` or ``FOB`` for a book of imports.
    note
        What has to be said of the book: that it is added up from finer lines.
    """

    dataset: str
    publisher: str
    reporter: str
    flow: Flow
    currency: str
    cells: dict[int | Period, Cell]
    import_basis: str = "CIF"
    note: str = ""


def own_flow(flow: Flow) -> Flow:
    """Return the flow as the other side books it: what one exports the other imports."""
    return Flow.IMPORT if flow is Flow.EXPORT else Flow.EXPORT


def figure_books(figures: Iterable[Figure], partner: str, flow: Flow, cmd: str, months: Sequence[int]) -> list[Ledger]:
    """Return the books that printed figures make: one for each reporter, dataset and currency.

    Parameters
    ----------
    figures
        Printed figures (:mod:`tidewaiter.sources.figures`).
    partner
        The country traded with.
    flow
        As the reporters book it.
    cmd
        Commodity code as the figures name it.
    months
        Month numbers.
    """
    wanted = [
        figure
        for figure in figures
        if figure.key.partner == partner and figure.key.cmd == cmd and figure.key.measure is Measure.VALUE
    ]
    book = Book(wanted)
    found = []
    for key in sorted(book.keys):
        if key.flow is not flow:
            continue
        cells: dict[int | Period, Cell] = {}
        for month in months:
            cell = book.cell(key, month)
            if cell.state is not State.UNKNOWN:
                cells[month] = cell
        for run in book.runs(key):
            reading = book.reading(key, run)
            if reading is not None and months[0] <= run.start and run.end <= months[-1]:
                state = State.CONFLICT if reading.others else State.VALUE if reading.bounds.hi else State.ZERO
                evidence = tuple(figure.id for figure in (*reading.figures, *reading.others))
                cells[run] = Cell(run, reading.hull if reading.others else reading.bounds, state, evidence)
        publishers = {figure.origin.publisher for figure in book.of(key)}
        publisher = next(iter(publishers)) if len(publishers) == 1 else f"{len(publishers)} publishers"
        found.append(Ledger(key.dataset, publisher, key.reporter, flow, key.unit, cells))
    return found


def store_books(
    view: View, partner: Party, flow: Flow, goods: GoodsInYears, period: Period, reporter: Party | None = None
) -> list[Ledger]:
    """Return the books that a store's customs rows make.

    Parameters
    ----------
    view
        The store as of a day.
    partner, flow
        As the reporters book it; of a group, its members added up (:mod:`tidewaiter.series.groups`).
    goods
        Codes to add up in each year (:func:`tidewaiter.series.goods.codes_in_years`).
    period
        The months.
    reporter
        Only this one's books; without it, those of everybody who is not in the partner.

    Notes
    -----
    Every cell has the state that the store can prove (:func:`tidewaiter.series.customs.customs_series`): a month without a
    row is zero only inside coverage, and a sum of finer lines is a lower bound unless a release covers all of them.
    """
    from tidewaiter.codes.parties import Party
    from tidewaiter.series.groups import GroupSeries, group_series, missing_words

    def codes(year: int) -> tuple[str, ...]:
        listed = goods.in_year(year)
        return (TOTAL,) if listed is None else listed

    publishers = {release.dataset: release.publisher for release in view.releases}
    found = []
    inside = {*partner.ever(period), partner.own}
    others = sorted({who for _, who, way in view.spans if way == flow.value} - inside)
    for side in [Party(who, (who,), alone=True) for who in others] if reporter is None else [reporter]:
        for one in group_series(
            view, reporter=side, partner=partner, codes=codes, name="goods", flow=flow.value, period=period
        ):
            cells: dict[int | Period, Cell] = {cell.period.start: cell for cell in one.cells if _says(cell)}
            cells |= {
                cell.period: cell
                for cell in one.longer
                if period.start <= cell.period.start <= cell.period.end <= period.end
            }
            if not cells:
                continue
            floors = [cell.note for cell in one.cells if cell.note and _is_floor(cell)]
            group = isinstance(one, GroupSeries)
            notes = dict.fromkeys((*one.notes, *missing_words(one)) if group else (*one.notes, *floors))
            for words in partner.words(period) if reporter is None else ():
                notes.pop(words, None)  # told once, of all books
            dataset, who = one.key.dataset, side.code
            basis = "FOB" if dataset in _FOB_IMPORTS else "CIF"
            publisher = publishers.get(dataset, dataset)
            found.append(
                Ledger(
                    dataset,
                    publisher,
                    who,
                    flow,
                    one.key.unit,
                    cells,
                    basis,
                    "; ".join(list(notes)[: None if group else 3]),
                )
            )
    return found


def _says(cell: Cell) -> bool:
    """Whether a cell says more than that nothing is known."""
    return cell.state not in (State.UNKNOWN, State.UNRELEASED) or cell.bounds.lo > 0 or math.isfinite(cell.bounds.hi)


def _is_floor(cell: Cell) -> bool:
    """Whether only a lower bound is known of a cell."""
    return cell.bounds.lo > 0 and math.isinf(cell.bounds.hi)


def longer_periods(books: Iterable[Ledger]) -> tuple[Period, ...]:
    """Return the periods longer than a month that any of the books has, in order."""
    every = {key for book in books for key in book.cells if isinstance(key, Period)}
    return tuple(sorted(every, key=lambda one: (one.start, one.end)))


def over(book: Ledger, period: Period) -> Cell | None:
    """Return what a book says of a longer period: as published, or its months added up; ``None`` if it has none of them."""
    whole = book.cells.get(period)
    if whole is not None:
        return whole
    months = [book.cells.get(month) for month in period]
    if not any(months):
        return None
    nothing = Interval(0.0, math.inf)
    added = add_cells(
        period.start,
        [
            cell if cell is not None else Cell(Period(month, month), nothing, State.UNKNOWN)
            for month, cell in zip(period, months, strict=True)
        ],
    )
    return msgspec.structs.replace(
        added, period=period, note="its months added up" if added.state in _KNOWN else added.note
    )


def reported_codes(folder: Path) -> dict[str, tuple[tuple[str, ...], int, int]]:
    """Return, for each dataset of a store, the commodity codes that occur in it, and its first and last month."""
    from tidewaiter.series.spans import code_spans

    return {
        dataset: (tuple(spans), min(one.first for one in spans.values()), max(one.last for one in spans.values()))
        for dataset, spans in code_spans(folder).items()
    }

"""Books of a country's trade as its partners keep them, from printed figures and from a store of customs files.

One book for each reporter, from one dataset: datasets are compared, never blended.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tidewaiter.model import TOTAL, Cell, Figure, Flow, Interval, Measure, State
from tidewaiter.period import Period
from tidewaiter.series.book import Book
from tidewaiter.series.goods import rows_of_codes

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Ledger", "figure_books", "join_books", "own_flow", "reported_codes", "store_books"]

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
        By month; a month that is not there was not found in the dataset.
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
    cells: dict[int, Cell]
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
        cells = {month: cell for month in months if (cell := book.cell(key, month)).state is not State.UNKNOWN}
        publishers = {figure.origin.publisher for figure in book.of(key)}
        publisher = next(iter(publishers)) if len(publishers) == 1 else f"{len(publishers)} publishers"
        found.append(Ledger(key.dataset, publisher, key.reporter, flow, key.unit, cells))
    return found


def store_books(
    folder: Path, partner: str, flow: Flow, codes: Sequence[str] | None, months: Sequence[int], as_of: str | None
) -> list[Ledger]:
    """Return the books that a store's customs rows make, without what is broken down further.

    Parameters
    ----------
    folder
        The store.
    partner, flow
        As the reporters book it.
    codes
        Codes to add up, none under another; ``None`` for the row of all goods.
    months
        Month numbers.
    as_of
        Only releases published by this date.

    Notes
    -----
    Rows of different lengths hold the same goods (:func:`tidewaiter.series.goods.rows_of_codes`). A month without any row
    stays out of the book: whether that is a zero, the rows alone do not say. Of a month with rows, a code without a row
    adds nothing; codes of which a book has no row in any of the months are named in its note.
    """
    from tidewaiter.store.store import Store

    store = Store(folder)
    period = Period(min(months), max(months))
    table = store.observations(
        partner=partner, flow=flow.value, codes=[TOTAL] if codes is None else None, period=period, as_of=as_of
    )
    columns = ("dataset", "reporter", "currency", "cmd_code", "period_start", "period_end", "customs_regime",
               "mode_of_transport", "district", "value", "release")  # fmt: skip
    rows = [row for row in table.select(columns).to_pylist() if _is_whole(row)]
    if codes is not None:
        rows = rows_of_codes(rows, codes)
    publishers = {release.dataset: release.publisher for release in store.releases(as_of)}
    sums: dict[tuple[str, str, str], dict[int, list[float]]] = {}
    evidence: dict[tuple[str, str, str, int], set[str]] = {}
    finer: set[tuple[str, str, str]] = set()
    seen: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        key = (row["dataset"], row["reporter"], row["currency"] or "")
        sums.setdefault(key, {}).setdefault(row["period_start"], []).append(row["value"])
        evidence.setdefault((*key, row["period_start"]), set()).add(row["release"])
        seen.setdefault(key, set()).add(row["cmd_code"])
        if codes is not None and len(row["cmd_code"]) > max(map(len, codes)):
            finer.add(key)
    found = []
    for key in sorted(sums):
        dataset, reporter, currency = key
        cells = {}
        for month, parts in sorted(sums[key].items()):
            amount = math.fsum(parts)
            state = State.VALUE if amount > 0 else State.ZERO
            proof = tuple(sorted(evidence[*key, month]))
            cells[month] = Cell(Period(month, month), Interval(amount, amount), state, proof)
        basis = "FOB" if dataset in _FOB_IMPORTS else "CIF"
        publisher = publishers.get(dataset, dataset)
        notes = ["added up from finer lines; those that the files do not have are not in it"] if key in finer else []
        lacking = [
            code for code in codes or () if not any(one.startswith(code) or code.startswith(one) for one in seen[key])
        ]
        if lacking:
            notes.append(
                f"no row of {len(lacking)} of {len(codes or ())} codes ({_some(lacking)}), which adds nothing here"
            )
        note = "; ".join(notes)
        found.append(Ledger(dataset, publisher, reporter, flow, currency, cells, basis, note))
    return found


def reported_codes(folder: Path) -> dict[str, tuple[tuple[str, ...], int, int]]:
    """Return, for each dataset of a store, the commodity codes that occur in it, and its first and last month."""
    from tidewaiter.series.spans import code_spans

    return {
        dataset: (tuple(spans), min(one.first for one in spans.values()), max(one.last for one in spans.values()))
        for dataset, spans in code_spans(folder).items()
    }


def join_books(parts: Iterable[list[Ledger]]) -> list[Ledger]:
    """Put the books of consecutive months together, reporter by reporter."""
    joined: dict[tuple[str, str, str], Ledger] = {}
    for books in parts:
        for book in books:
            key = (book.dataset, book.reporter, book.currency)
            before = joined.get(key)
            if before is None:
                joined[key] = book
                continue
            note = before.note if book.note in before.note else "; ".join(filter(None, (before.note, book.note)))
            joined[key] = msgspec.structs.replace(before, cells={**before.cells, **book.cells}, note=note)
    return [joined[key] for key in sorted(joined)]


def _some(codes: Sequence[str], limit: int = 5) -> str:
    text = ", ".join(codes[:limit])
    return text if len(codes) <= limit else f"{text} and {len(codes) - limit} more"


def _is_whole(row: dict[str, Any]) -> bool:
    """Whether a row is a total over regimes, modes and districts, for a single month, with a value."""
    broken_down = row["customs_regime"] or row["mode_of_transport"] or row["district"]
    return not broken_down and row["value"] is not None and row["period_start"] == row["period_end"]

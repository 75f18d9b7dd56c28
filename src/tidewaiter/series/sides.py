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

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Ledger", "figure_books", "join_books", "own_flow", "store_books"]

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
    Rows of different lengths hold the same goods: of each dataset and heading, six-digit rows are taken, else the
    four-digit row where the whole heading is asked for, else finer lines. A month without any row stays out of the
    book: whether that is a zero, the rows alone do not say. Of a month with rows, a code without a row adds nothing.
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
        rows = _one_level(rows, codes)
    publishers = {release.dataset: release.publisher for release in store.releases(as_of)}
    sums: dict[tuple[str, str, str], dict[int, list[float]]] = {}
    evidence: dict[tuple[str, str, str, int], set[str]] = {}
    finer: set[tuple[str, str, str]] = set()
    for row in rows:
        key = (row["dataset"], row["reporter"], row["currency"] or "")
        sums.setdefault(key, {}).setdefault(row["period_start"], []).append(row["value"])
        evidence.setdefault((*key, row["period_start"]), set()).add(row["release"])
        if codes is not None and len(row["cmd_code"]) > 6:
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
        note = "added up from national lines; those that the files do not have are not in it" if key in finer else ""
        found.append(Ledger(dataset, publisher, reporter, flow, currency, cells, basis, note))
    return found


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
            note = before.note or book.note
            joined[key] = msgspec.structs.replace(before, cells={**before.cells, **book.cells}, note=note)
    return [joined[key] for key in sorted(joined)]


def _is_whole(row: dict[str, Any]) -> bool:
    """Whether a row is a total over regimes, modes and districts, for a single month, with a value."""
    broken_down = row["customs_regime"] or row["mode_of_transport"] or row["district"]
    return not broken_down and row["value"] is not None and row["period_start"] == row["period_end"]


def _one_level(rows: list[dict[str, Any]], codes: Sequence[str]) -> list[dict[str, Any]]:
    """Keep the rows of the codes asked for, each good once: one length of code for each dataset and heading."""
    asked = set(codes)
    headings = {code[:4] for code in asked}
    under: dict[tuple[str, str], dict[int, list[dict[str, Any]]]] = {}
    for row in rows:
        code = row["cmd_code"]
        if code[:4] not in headings or not (asked & {code[:2], code[:4], code[:6], code} or len(code) == 4):
            continue
        under.setdefault((row["dataset"], code[:4]), {}).setdefault(len(code), []).append(row)
    kept = []
    for (_, heading), levels in sorted(under.items()):
        whole = bool(asked & {heading, heading[:2]}) or _is_whole_heading(heading, asked)
        order = [6, *([4] if whole else []), *sorted(level for level in levels if level > 6)]
        if asked & {heading}:
            order = [4, *order]
        level = next((one for one in order if one in levels), None)
        kept += levels[level] if level is not None else []
    return kept


def _is_whole_heading(heading: str, asked: set[str]) -> bool:
    """Whether the six-digit codes asked for are all of a heading's, in the newest revision that has them."""
    from tidewaiter.codes import hs

    inside = {code for code in asked if code[:4] == heading}
    return any(inside == {code for code in hs.codes_of(year) if code[:4] == heading} for year in hs.REVISIONS if inside)

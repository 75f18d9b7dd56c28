"""What the commands share that compare books: which books there are, of which goods, in which months."""

from __future__ import annotations

import argparse
from typing import Any

__all__ = [
    "books_of", "figure_goods", "goods_caveats", "inside_words", "known_months", "members_of", "one_each", "print_csv", "reporters_of",
    "without_groups",
]  # fmt: skip


def known_months(arguments: argparse.Namespace, country: str) -> Any:
    """Return the span of months in which anything is said of a country's trade, or None."""
    from tidewaiter.period import Period

    if arguments.store is not None:
        from tidewaiter.store.store import Store
        from tidewaiter.store.view import View

        ends = [run for runs in View(Store(arguments.store), arguments.as_of).spans.values() for run in runs]
    else:
        from tidewaiter.sources.figures import known_by, shipped_figures
        from tidewaiter.sources.headings import eu27_headings, heading_figures

        printed = list(known_by(list(shipped_figures()), arguments.as_of))
        printed += [figure for one in eu27_headings() if one.partner == country for figure in heading_figures(one)]
        named = figure_goods(arguments.cmd)
        ends = [
            (one.period.start, one.period.end)
            for one in printed
            if country in (one.key.partner, one.key.reporter) and one.key.cmd == named
        ]
    return Period(min(first for first, _ in ends), max(last for _, last in ends)) if ends else None


def books_of(arguments: argparse.Namespace, partner: Any, flow: Any, period: Any, reporter: Any = None) -> list[Any]:
    """Return every book of trade with a partner, in the flow as its reporters book it."""
    from tidewaiter.errors import InputError
    from tidewaiter.series.sides import figure_books, store_books

    if arguments.store is not None:
        from tidewaiter.store.store import Store
        from tidewaiter.store.view import View

        view = View(Store(arguments.store), arguments.as_of)
        found = store_books(view, partner, flow, _goods(arguments, period), period, reporter)
    else:
        if arguments.basket:
            raise InputError("--basket needs customs files: load them and name the store with --store")
        from tidewaiter.sources.figures import known_by, shipped_figures
        from tidewaiter.sources.headings import eu27_headings, heading_figures

        printed = list(shipped_figures())
        printed += [figure for one in eu27_headings() if one.partner == partner.code for figure in heading_figures(one)]
        known = known_by(printed, arguments.as_of)
        found = figure_books(known, partner.code, flow, figure_goods(arguments.cmd), list(period))
    if arguments.dataset:
        found = [book for book in found if book.dataset == arguments.dataset]
    return found


def figure_goods(cmd: str | None) -> str:
    """Return how printed figures name the goods: in words, or by a code."""
    from tidewaiter.codes.hs import clean
    from tidewaiter.errors import InputError
    from tidewaiter.model import TOTAL
    from tidewaiter.sources.figures import good_key, goods

    if not cmd or cmd.casefold() in ("total", "all"):
        return TOTAL
    if cmd.removeprefix("good:") in goods():
        return good_key(cmd.removeprefix("good:"))
    try:
        return clean(cmd)
    except InputError as error:
        raise InputError(f"{error}; or a good that printed figures name: {', '.join(sorted(goods()))}") from None


def reporters_of(arguments: argparse.Namespace, flow: Any) -> set[str]:
    """Return who reports a flow in the store at all, with any partner."""
    if arguments.store is None:
        return set()
    from tidewaiter.store.store import Store
    from tidewaiter.store.view import View

    spans = View(Store(arguments.store), arguments.as_of).spans
    return {who for dataset, who, way in spans if way == flow.value and arguments.dataset in (None, dataset)}


def _goods(arguments: argparse.Namespace, period: Any) -> Any:
    """Return the codes to add up in each year, with the caveats of the seams."""
    from tidewaiter.series.goods import codes_in_years

    return codes_in_years(arguments.cmd, arguments.basket, {number // 12 for number in period})


def goods_caveats(arguments: argparse.Namespace, books: dict[str, Any], period: Any) -> list[str]:
    """Say what the codes leave open: seams that are not exact, and books made of finer lines."""
    told = _goods(arguments, period).caveats if arguments.store else ()
    notes: dict[str, list[str]] = {}
    for code, book in sorted(books.items()):
        if book.note:
            notes.setdefault(book.note, []).append(code)
    return [*dict.fromkeys(told), *(f"{', '.join(codes)}: {note}" for note, codes in notes.items())]


def one_each(books: list[Any], currency: str) -> tuple[dict[str, Any], list[str]]:
    """Keep one book for each reporter, and say which were left aside and why."""
    kept: dict[str, Any] = {}
    aside = []
    for book in sorted(books, key=lambda one: (one.dataset == "press", -len(one.cells), one.dataset)):
        if book.currency != currency and not (book.currency == "" and _only_zeros(book)):
            aside.append(f"{book.reporter} ({book.dataset}) is in {book.currency or 'no currency'}: not added")
        elif book.reporter in kept:
            aside.append(f"{book.reporter}: {kept[book.reporter].dataset} used, {book.dataset} left aside")
        else:
            kept[book.reporter] = book
    return kept, aside


def _only_zeros(book: Any) -> bool:
    """Tell whether a book without a row has zeros all the same, by coverage: they are zeros in every currency."""
    return all(cell.bounds.lo == 0 and cell.state.value != "value" for cell in book.cells.values())


def without_groups(books: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Leave out a group of countries where any of its members has a book of its own: they would count twice."""
    from tidewaiter.codes import all_areas

    areas = all_areas()
    groups = [code for code in books if code in areas and areas[code].is_group]
    if not groups or len(groups) == len(books):
        return books, []
    told = [f"{code} is a group of countries: not added to its members" for code in groups]
    return {code: book for code, book in books.items() if code not in groups}, told


def members_of(code: str, month: int) -> tuple[str, ...]:
    """Return the countries whose trade a book holds: the reporter, or the members of a group."""
    from tidewaiter.codes import members
    from tidewaiter.errors import NoData

    try:
        return members(code, month)
    except NoData:
        return (code,)


def inside_words(who: Any, period: Any) -> list[str]:
    """Say of a group who it is, and that its own members' books are not those of others."""
    return (
        []
        if who.is_one
        else [*who.words(period), f"the books of members of {who.code} are left out: they are not others"]
    )


def print_csv(header: list[str], rows: list[list[Any]]) -> None:
    """Print rows as CSV that is safe to open; ``None`` is an empty cell."""
    import sys

    from tidewaiter.safe import csv_text

    sys.stdout.write(csv_text([header, *rows]))

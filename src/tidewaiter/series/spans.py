"""When each code occurs in a store, and which starts and stops a change of codes explains.

A code that a dataset has from January of a revision's year on may be new while its goods are old. Before that is told as a
start, it is looked up: :func:`code_breaks` says what the code came from, and whether the dataset has that at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tidewaiter.codes import hs
from tidewaiter.codes.breaks import Break, start_of, stop_of
from tidewaiter.errors import InputError, UnknownName
from tidewaiter.model import TOTAL, State

if TYPE_CHECKING:
    from tidewaiter.series.customs import CustomsSeries
    from tidewaiter.store.view import View

__all__ = ["CodeBreak", "Span", "breaks_of", "code_breaks", "code_spans", "outside_life", "with_code_notes"]


class Span(NamedTuple):
    """The first and last month in which a dataset has any row of a code, and the classifications it names.

    ``schemes`` are as the reader of the file names them: ``CN``, ``HS 2022``, ``GACC``.
    """

    first: int
    last: int
    schemes: tuple[str, ...]


class CodeBreak(NamedTuple):
    """A start or stop that a revision has to do with, in one dataset.

    ``event`` is ``start`` or ``stop``; ``month`` the first or last month with a row.
    """

    dataset: str
    event: str
    month: int
    found: Break


def code_spans(folder: Path, as_of: str | None = None) -> dict[str, dict[str, Span]]:
    """Return for each dataset of a store its codes, sorted, with their span.

    Parameters
    ----------
    folder
        The store.
    as_of
        Only releases published by this date.
    """
    import pyarrow as pa

    from tidewaiter.store.store import Store
    from tidewaiter.store.view import View

    view = View(Store(folder), as_of)
    found: dict[str, dict[str, Span]] = {}
    if (cube := view.cube()) is not None:
        from tidewaiter.store.cube_rows import code_spans as of_cube

        for dataset, code, scheme, first, last in of_cube(cube):
            _widen(found.setdefault(dataset, {}), code, scheme, first, last)
        return {dataset: dict(sorted(spans.items())) for dataset, spans in found.items()}
    # One reporter and flow at a time, so that memory does not grow with the store.
    for dataset, reporter, flow in sorted(view.spans):
        table = view.rows(datasets=dataset, reporters=reporter, flow=flow)
        texts = [table[name].cast(pa.string()) for name in ("cmd_code", "classification")]
        slim = pa.table([*texts, table["period_start"], table["period_end"]], ["code", "scheme", "first", "last"])
        grouped = slim.group_by(["code", "scheme"]).aggregate([("first", "min"), ("last", "max")])
        spans = found.setdefault(dataset, {})
        for row in grouped.to_pylist():
            _widen(spans, row["code"], row["scheme"], row["first_min"], row["last_max"])
    return {dataset: dict(sorted(spans.items())) for dataset, spans in found.items() if spans}


def _widen(spans: dict[str, Span], code: str, scheme: str, first: int, last: int) -> None:
    before = spans.get(code, Span(first, last, ()))
    schemes = tuple(sorted({*before.schemes, scheme}))
    spans[code] = Span(min(before.first, first), max(before.last, last), schemes)


def breaks_of(dataset: str, code: str, spans: Mapping[str, Span], kinds: Iterable[str] = ()) -> list[CodeBreak]:
    """Say whether the start and the stop of a code in a dataset have to do with a revision.

    Parameters
    ----------
    dataset, code
        Which; a code that the tables do not know (a country's own, or with letters) has no breaks here.
    spans
        All codes of the dataset (:func:`code_spans`).
    kinds
        Kinds of :class:`~tidewaiter.codes.breaks.Break` to tell; all if empty.

    Returns
    -------
    list of CodeBreak
        Nothing for a start in the dataset's own first month, or a stop in its last: the data end there, not the code.
    """
    if code == TOTAL or len(code) < 6:
        return []
    first, last = min(one.first for one in spans.values()), max(one.last for one in spans.values())
    span = spans[code]
    scheme = "CN" if any(one.split(" ")[0] == "CN" for one in span.schemes) else ""
    found = []
    try:
        if span.first > first and (started := start_of(code, span.first, spans, scheme)):
            found.append(CodeBreak(dataset, "start", span.first, started))
        if span.last < last and (stopped := stop_of(code, span.last, spans, scheme)):
            found.append(CodeBreak(dataset, "stop", span.last, stopped))
    except (InputError, UnknownName):
        return []
    wanted = set(kinds)
    return [one for one in found if not wanted or one.found.kind in wanted]


def code_breaks(folder: Path, as_of: str | None = None, kinds: Iterable[str] = ()) -> list[CodeBreak]:
    """List every start and stop in a store that a revision has to do with, by dataset, month and code.

    Parameters
    ----------
    folder, as_of
        As for :func:`code_spans`.
    kinds
        As for :func:`breaks_of`.
    """
    wanted = tuple(kinds)
    found = [
        one
        for dataset, spans in code_spans(folder, as_of).items()
        for code in spans
        for one in breaks_of(dataset, code, spans, wanted)
    ]
    return sorted(found, key=lambda one: (one.dataset, one.month, one.event, one.found.code))


def outside_life(code: str, span: Span) -> str:
    """Say it if a dataset has a code in months in which the revision of the year does not have it; else empty.

    Some countries adopt a revision late, and some publishers recode the past: then the code in a file is alive where the
    tables say it is not.
    """
    if not code.isascii() or not code.isdigit() or len(code) < 6:
        return ""
    try:
        life = hs.life(code)
    except (InputError, UnknownName):
        return ""
    if life.born and span.first < life.born * 12:
        return (
            f"it has {code} before {life.code} was born with HS {life.born}: it adopted the revision early or recoded"
        )
    if life.died and span.last >= life.died * 12:
        return f"it has {code} after {life.code} ended with HS {life.died}: it adopted the revision late"
    return ""


def with_code_notes(view: View, series: CustomsSeries) -> CustomsSeries:
    """Add to a series what a revision has to do with its start or stop, and whether the dataset has what it came from.

    Parameters
    ----------
    view
        The store as of a day.
    series
        A series of one code under its own number; of others nothing is said.
    """
    import msgspec

    code = series.key.cmd
    if not (code.isascii() and code.isdigit() and len(code) >= 6) or any(
        one[: len(code)] != code for one in series.codes
    ):
        return series
    traded = [cell.period.start for cell in series.cells if cell.state is State.VALUE]
    dead = [cell.period.start for cell in series.cells if cell.state is State.NOT_ALIVE]
    scheme = "CN" if series.key.classification.startswith("CN") else ""
    if not traded or not dead:
        return series
    there: set[str] = set()
    found: list[Break | None] = []
    for ahead in (False, True):
        month = traded[-1] if ahead else traded[0]
        if not any(one > month if ahead else one < month for one in dead):
            continue
        look = stop_of if ahead else start_of
        try:
            blind = look(code, month, None, scheme)
        except (InputError, UnknownName):
            continue
        if blind is not None:
            there |= _codes_under(view, series.key.dataset, (*blind.others, code[:4]))
            found.append(look(code, month, there, scheme))
    notes = [one.words for one in found if one is not None]
    return msgspec.structs.replace(series, notes=(*series.notes, *notes)) if notes else series


def _codes_under(view: View, dataset: str, codes: Iterable[str]) -> set[str]:
    """Return the codes of a dataset that lie under some, or are they."""
    import pyarrow as pa

    if (cube := view.cube()) is not None:
        from tidewaiter.store.cube_rows import codes_under

        return codes_under(cube, dataset, codes)
    table = view.rows(datasets=dataset, under=sorted(set(codes)))
    return set(table["cmd_code"].cast(pa.string()).unique().to_pylist())

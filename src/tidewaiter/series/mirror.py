"""The other side of the mirror: what A books as exports to B, beside what B books as imports from A.

The two never agree: exports are valued at the border they leave (FOB), imports mostly with freight and insurance
(CIF); goods are at sea at the turn of a month; re-exports are booked by origin on one side and by destination on the
other. The gap is therefore given with the factor that was used and the range that other factors would give, and a month
that only one side knows has no gap. A country that publishes nothing is seen through the books of all others, and who
of them is missing is said.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Final

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.model import Cell, Flow, Interval, State
from tidewaiter.period import Period
from tidewaiter.series.stitched import add_cells

__all__ = ["IMF_FACTOR", "CifFactor", "MirrorRow", "Seen", "Side", "mirror", "seen_by_others"]


_ANYTHING: Final = Interval(0.0, math.inf)


class CifFactor(msgspec.Struct, frozen=True):
    """How much dearer a good is at the border it enters (CIF) than at the one it leaves (FOB).

    Parameters
    ----------
    middle
        The factor used: import value = factor times export value.
    lo, hi
        The range that is thought possible.
    basis
        Where it comes from.
    """

    middle: float
    lo: float
    hi: float
    basis: str

    def __post_init__(self) -> None:
        if not 0.5 <= self.lo <= self.middle <= self.hi <= 3:
            raise InputError(
                f"not a CIF/FOB factor: {self.middle} (range {self.lo} to {self.hi}); give one like 1.06, with"
                " the range around it"
            )

    def words(self) -> str:
        """Describe the factor as a caveat prints it."""
        span = f"range {self.lo:g} to {self.hi:g}"
        return f"imports at CIF taken as {self.middle:g} times exports at FOB ({span}; {self.basis})"


IMF_FACTOR: Final = CifFactor(
    1.06, 1.0, 1.2, "6 % as the IMF's Direction of Trade Statistics has used since 2018; it was 10 % before"
)
"""The factor by default; between neighbours by rail it is nearer to 1, for bulk goods by sea above 1.1."""

_FOB: Final = CifFactor(1.0, 1.0, 1.0, "both sides value at FOB")


class Side(msgspec.Struct, frozen=True):
    """One partner's book of the trade.

    Parameters
    ----------
    dataset
        Whose publication.
    reporter, partner, flow
        As booked.
    currency
        Currency of the cells; both sides must have the same.
    cells
        By month number (or longer period); a month that is not there is not known.
    import_basis
        ``CIF`` or ``FOB`` for a book of imports; exports are FOB.
    """

    dataset: str
    reporter: str
    partner: str
    flow: Flow
    currency: str
    cells: Mapping[int | Period, Cell]
    import_basis: str = "CIF"


class MirrorRow(msgspec.Struct, frozen=True):
    """One month on both sides.

    Parameters
    ----------
    period
        The month.
    exporter, importer
        The cells, ``None`` where a side has no book for the month.
    adjusted
        The importer's figure brought to FOB with the middle factor, by its bounds.
    gap
        Adjusted import minus export with the middle factor; ``None`` unless both are known.
    gap_range
        What the range of factors and the bounds of both cells leave possible.
    ratio
        Adjusted import over export, by the middles; ``None`` if the export is zero.
    only
        ``exporter``, ``importer``, or empty: the side that alone knows the month.
    """

    period: Period
    exporter: Cell | None
    importer: Cell | None
    adjusted: Interval | None
    gap: float | None
    gap_range: Interval | None
    ratio: float | None
    only: str


class Seen(msgspec.Struct, frozen=True):
    """One month of a country's trade as all its partners booked it.

    Parameters
    ----------
    period
        The month.
    total
        Sum of what the books that are there say.
    known
        Reporters whose book says a value or zero, with it.
    missing
        Reporters that have a book, but do not say this month, with the state that says why.
    partly
        What is known all the same of those that are missing: bounds other than "anything".
    """

    period: Period
    total: Cell
    known: dict[str, Cell]
    missing: dict[str, State]
    partly: dict[str, Interval] = {}


def _known(cell: Cell | None) -> bool:
    return cell is not None and cell.state in (State.VALUE, State.ZERO)


def _middle(bounds: Interval) -> float:
    return (bounds.lo + bounds.hi) / 2


def mirror(
    exporter: Side, importer: Side, months: Iterable[int | Period], factor: CifFactor = IMF_FACTOR
) -> list[MirrorRow]:
    """Set both partners' books side by side.

    Parameters
    ----------
    exporter, importer
        The book of exports and the book of imports of the same trade, in one currency.
    months
        Month numbers, or longer periods that both books have as their keys.
    factor
        CIF over FOB; not applied if the importer values at FOB.

    Returns
    -------
    list of MirrorRow

    Raises
    ------
    InputError
        If the two are not the two sides of one trade, or not in one currency.
    """
    if (exporter.reporter, exporter.partner) != (importer.partner, importer.reporter):
        raise InputError(
            f"not two sides of one trade: {exporter.reporter} to {exporter.partner} and {importer.reporter} from"
            f" {importer.partner}"
        )
    if exporter.flow is not Flow.EXPORT or importer.flow is not Flow.IMPORT:
        raise InputError(
            f"a mirror needs a book of exports and one of imports, not {exporter.flow} and {importer.flow}"
        )
    if exporter.currency != importer.currency:
        raise InputError(
            f"the books are in {exporter.currency} and {importer.currency}; convert one of them with a stated rate"
        )
    used = factor if importer.import_basis == "CIF" else _FOB
    return [_row(month, exporter.cells.get(month), importer.cells.get(month), used) for month in months]


def _period(month: int | Period) -> Period:
    return month if isinstance(month, Period) else Period(month, month)


def _row(month: int | Period, out: Cell | None, came: Cell | None, factor: CifFactor) -> MirrorRow:
    period = _period(month)
    adjusted = None
    if came is not None and _known(came):
        adjusted = Interval(came.bounds.lo / factor.middle, came.bounds.hi / factor.middle)
    if not _known(out) or adjusted is None or out is None or came is None:
        only = "exporter" if _known(out) else "importer" if adjusted is not None else ""
        return MirrorRow(period, out, came, adjusted, None, None, None, only)
    gap_range = Interval(came.bounds.lo / factor.hi - out.bounds.hi, came.bounds.hi / factor.lo - out.bounds.lo)
    left = _middle(out.bounds)
    ratio = _middle(adjusted) / left if left > 0 else None
    return MirrorRow(period, out, came, adjusted, _middle(adjusted) - left, gap_range, ratio, "")


def seen_by_others(
    books: Mapping[str, Mapping[int | Period, Cell]],
    months: Iterable[int | Period],
    factor: CifFactor | None = None,
    at_fob: Collection[str] = (),
) -> list[Seen]:
    """Put together a country's trade from the books of its partners.

    Parameters
    ----------
    books
        By reporter, that reporter's cells by month: its exports to the country (FOB), or its imports from it.
    months
        Month numbers.
    factor
        For a country's exports seen in its partners' imports: brings each to FOB. For its imports seen in its partners'
        exports, what is summed is FOB: give nothing.
    at_fob
        Reporters whose imports are valued at FOB: the factor is not for them.

    Returns
    -------
    list of Seen
        What a book says of a month without saying it whole (merged, conflicting) bounds the sum; a book without the
        month leaves its upper bound open.
    """
    found = []
    for month in months:
        period = _period(month)
        known: dict[str, Cell] = {}
        missing: dict[str, State] = {}
        partly: dict[str, Interval] = {}
        unknown: list[Cell] = []
        for reporter in sorted(books):
            cell = books[reporter].get(month)
            if cell is not None and factor is not None and reporter not in at_fob:
                brought = Interval(cell.bounds.lo / factor.hi, cell.bounds.hi / factor.lo)
                cell = msgspec.structs.replace(cell, bounds=brought)
            if cell is not None and _known(cell):
                known[reporter] = cell
                continue
            missing[reporter] = cell.state if cell is not None else State.UNKNOWN
            note = f"{reporter}: {missing[reporter].value}"
            bounds = cell.bounds if cell is not None else _ANYTHING
            if bounds != _ANYTHING:
                partly[reporter] = bounds
            unknown.append(Cell(period, bounds, missing[reporter], (), note))
        parts = [*known.values(), *unknown]
        if not parts:
            parts.append(Cell(period, _ANYTHING, State.UNKNOWN, (), "no book at all"))
        found.append(Seen(period, add_cells(period.start, parts), known, missing, partly))
    return found

"""Evidence that excludes other evidence: found, isolated, named, and kept from spoiling the rest.

A conflict is a smallest set of rows that cannot all hold. Four remedies, in this order:

``cut off``
    a coarse number that was cut off instead of rounded: within a whole unit of its last digit all fits.
``revised``
    rows of an earlier release, of a time that was still open to revision, may have moved; what was printed last stands.
``outvoted``
    rows about the same sum of cells: the reading that most independent voices share is kept.
``set aside``
    no majority: the rows that add up most cells are left out, of those the ones with the fewest voices behind them. A
    figure printed for a cell itself is never set aside for what a total and the other cells, of other releases, leave.

A doubting ledger trusts neither side: rows about the same sum are replaced by the span of them all, others in conflict
are left out. What is proved there holds whichever side is right.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tidewaiter.ledger.program import Program
from tidewaiter.ledger.rows import Cell, Row, apart_in_time, moved
from tidewaiter.model import Interval

__all__ = ["Conflict", "settle"]

_PRICE = 1e-5


class Conflict(msgspec.Struct, frozen=True):
    """Rows that exclude each other, and how they were settled.

    ``left_out`` are those that are no longer used as they stand.
    """

    rows: tuple[str, ...]
    left_out: tuple[str, ...]
    how: str


def settle(rows: Sequence[Row], *, doubting: bool) -> tuple[list[Row], tuple[Conflict, ...]]:
    """Make rows agree, changing as little as possible.

    Returns
    -------
    rows, conflicts
        Rows that can all hold at once, and every conflict that had to be settled.
    """
    kept = list(rows)
    conflicts: list[Conflict] = []
    while True:
        clash = _clash(kept)
        if clash is None:
            return kept, tuple(conflicts)
        kept, conflict = _remedy(kept, clash, doubting)
        conflicts.append(conflict)


def _clash(rows: Sequence[Row]) -> list[Row] | None:
    """Return rows that exclude each other, none of which can be left out; None if all can hold."""
    breakable = [position for position, row in enumerate(rows) if not row.structural]
    if not breakable or _apart(rows):
        return None
    best = Program(rows, elastic=breakable).price()
    if best.value <= _PRICE:
        return None
    held = [rows[position] for position in best.held]
    for row in sorted(held, key=lambda row: -len(row.terms)):
        rest = [other for other in held if other is not row]
        if rest and _breaks(rest):
            held = rest
    return held


def _apart(rows: Sequence[Row]) -> bool:
    """Whether rows share no cell and each can hold by itself: then all can."""
    seen: set[Cell] = set()
    for row in rows:
        if row.bounds.lo > row.bounds.hi or any(factor <= 0 for _, factor in row.terms) or row.bounds.hi < 0:
            return False
        for cell, _ in row.terms:
            if cell in seen:
                return False
            seen.add(cell)
    return True


def _breaks(rows: Sequence[Row]) -> bool:
    breakable = [position for position, row in enumerate(rows) if not row.structural]
    return bool(breakable) and Program(rows, elastic=breakable).price().value > _PRICE


def _remedy(rows: list[Row], clash: list[Row], doubting: bool) -> tuple[list[Row], Conflict]:
    names = tuple(row.id for row in clash)
    loose = [_cut_off(row) for row in clash]
    if loose != clash and not _breaks(loose):
        changed = {old.id: new for old, new in zip(clash, loose, strict=True)}
        # Only what has to be loosened is: the coarsest first.
        for row in sorted(clash, key=lambda row: row.step):
            trial = [row if one.id == row.id else changed[one.id] for one in clash]
            if not _breaks(trial):
                changed[row.id] = row
        out = tuple(old.id for old in clash if changed[old.id] is not old)
        return [changed.get(row.id, row) for row in rows], Conflict(names, out, "cut off")
    evidence = [row for row in clash if not row.structural]
    same = len({row.terms for row in evidence}) == 1 and len(evidence) > 1
    older = [] if same else _older(evidence)
    if older:
        gone = {row.id for row in older}
        trial = [moved(row) if row.id in gone else row for row in clash]
        if not _breaks(trial):
            kept = [moved(row) if row.id in gone else row for row in rows]
            return kept, Conflict(names, tuple(sorted(gone)), "revised")
    if doubting:
        gone = {row.id for row in evidence}
        if same:
            # Everything said of the same sum, those that agree with one side included, is spanned.
            every = [row for row in rows if row.terms == evidence[0].terms and not row.structural]
            gone = {row.id for row in every}
            span = Interval(min(row.bounds.lo for row in every), max(row.bounds.hi for row in every))
            joint = msgspec.structs.replace(evidence[0], id=" | ".join(sorted(gone)), bounds=span, step=0.0, spans=True)
            return [*(row for row in rows if row.id not in gone), joint], Conflict(
                names, tuple(sorted(gone)), "set aside"
            )
        return [row for row in rows if row.id not in gone], Conflict(names, tuple(sorted(gone)), "set aside")
    support = {
        row.id: len({o.voice for o in rows if o.terms == row.terms and o.bounds.meets(row.bounds)}) for row in evidence
    }
    least = min(support.values())
    weak = [row for row in evidence if support[row.id] == least]
    late = _older(evidence) if same else []
    if late:
        # Printed again later and otherwise: the later holds, unless more voices stand by the earlier.
        newer = [row for row in evidence if row not in late]
        within = all(moved(old).bounds.meets(new.bounds) for old in late for new in newer)
        if within and max(support[row.id] for row in newer) >= max(support[row.id] for row in late):
            gone = {row.id for row in late}
            return [row for row in rows if row.id not in gone], Conflict(names, tuple(sorted(gone)), "revised")
        weak = evidence if within else weak
    how = "outvoted" if same and len(weak) < len(evidence) else "set aside"
    if not same:
        # A sum over many cells outlives the revision of each of them; what was printed of few is nearer to its release.
        most = max(len(row.terms) for row in evidence)
        longest = [row for row in evidence if len(row.terms) == most]
        least = min(support[row.id] for row in longest)
        weak = [row for row in longest if support[row.id] == least]
    gone = {row.id for row in weak}
    if same and how == "set aside":
        span = Interval(min(row.bounds.lo for row in weak), max(row.bounds.hi for row in weak))
        joint = msgspec.structs.replace(weak[0], id=" | ".join(sorted(gone)), bounds=span, step=0.0, spans=True)
        return [*(row for row in rows if row.id not in gone), joint], Conflict(names, tuple(sorted(gone)), how)
    return [row for row in rows if row.id not in gone], Conflict(names, tuple(sorted(gone)), how)


def _older(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of earlier releases than the newest that may have moved since."""
    newest = max((row.release for row in rows), default="")
    return [row for row in rows if row.moves and row.release and apart_in_time([row.release, newest])]


def _cut_off(row: Row) -> Row:
    """Widen a row to a whole unit of its last digit, where it has one."""
    if row.structural or not row.step:
        return row
    middle = row.bounds.lo + row.step / 2
    return msgspec.structs.replace(row, bounds=Interval(row.bounds.lo, middle + row.step))

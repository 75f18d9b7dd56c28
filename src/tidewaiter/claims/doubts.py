"""Why evidence that does not fit a claim does not exclude it, in words: cut off, in conflict, or revised."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tidewaiter.claims.evidence import Item
from tidewaiter.claims.model import Claim
from tidewaiter.claims.say import amount_words
from tidewaiter.claims.weigh import Weighed, apart, measure
from tidewaiter.ledger import Ledger
from tidewaiter.model import Interval

__all__ = ["doubt_words"]


def doubt_words(
    claim: Claim, weighed: Weighed, plain: Ledger, doubting: Ledger, items: Sequence[Item], conflicts: Sequence[str]
) -> str:
    """Say which it is: that a number may have been cut off, who printed what else, or that it may have been revised.

    Parameters
    ----------
    weighed
        What came of weighing: open, with ``doubt``.
    plain, doubting
        The ledgers of the claim: as printed, and with all that may have happened to it.
    items
        The evidence it rests on.
    conflicts
        Those that bear on it, in words; not the revisions.
    """
    if _cut_off_fits(weighed, plain):
        named = " and ".join(
            dict.fromkeys(f"{item.publisher}'s {amount_words(item)}" for item in items if item.kind == "figure")
        )
        return f"{named or 'what was printed'} may have been cut off instead of rounded"
    if conflicts:
        told = f"publishers conflict there ({'. '.join(conflicts)})"
        return told + (", and it may have been revised between" if _have_moved(weighed, plain, doubting) else "")
    days = sorted({item.published for item in items if item.published})
    if not days or not claim.latest:
        return f"what was printed {f'on {days[-1]} ' if days else ''}may have been revised since"
    figures = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"the figures (of {figures}) and the claim (of {claim.latest}) may quote different releases, between which it was revised"


def _cut_off_fits(weighed: Weighed, plain: Ledger) -> bool:
    """Whether a claim fits what its evidence leaves if that was cut off instead of rounded."""
    if weighed.atom is None or weighed.bounds is None:
        return False
    names = {part for row in weighed.bounds.rows for part in row.split(" | ")}
    rows = [row for row in plain.rows if row.structural or names.intersection(row.id.split(" | "))]
    loose = [
        msgspec.structs.replace(row, bounds=Interval(row.bounds.lo, row.bounds.hi + row.step / 2), step=0.0)
        for row in rows
    ]
    return loose != rows and not apart(
        weighed.atom.said, measure(Ledger(loose), weighed.atom).interval, strict=weighed.atom.strict
    )


def _have_moved(weighed: Weighed, plain: Ledger, doubting: Ledger) -> bool:
    """Whether a revision may have moved what a claim is judged on: its bounds are wider below too, not only above."""
    was = {row.id: row.bounds for row in plain.rows if row.id in weighed.rows}
    return any(row.id in was and row.bounds.lo < was[row.id].lo for row in doubting.rows)

"""Weighing a claim: its clauses held against the bounds that evidence leaves.

Every clause supported: supported. One that no number left by the evidence fulfils, whichever side of a conflict is
right and whatever revisions may have moved: contradicted. An overlap that is nothing but rounding: within rounding.
Anything else: cannot tell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from tidewaiter.claims.propositions import Atom, Clause
from tidewaiter.ledger import Bounds, Ledger, Row
from tidewaiter.ledger.rows import APART, added, apart_in_time, slack
from tidewaiter.model import Interval

__all__ = ["Status", "Weighed", "apart", "inside", "known", "linear", "measure", "weigh", "weigh_atom"]

_FEW = 3
"""Figures that cannot all hold: of so few, each is suspected; of a dozen, none by itself."""

Status = Literal["supported", "within rounding", "contradicted", "open"]


class Weighed(msgspec.Struct, frozen=True):
    """What came of weighing.

    Parameters
    ----------
    status
        See the module.
    atom
        The comparison that decided, or that stayed open.
    bounds
        What the evidence leaves for it.
    rows
        Ids of the evidence behind it.
    doubt
        For an open one: True if the evidence excludes it as it stands, but conflicts or revisions could explain that.
    suspect
        Whether a later figure points at what it rests on as revised since.
    """

    status: Status
    atom: Atom | None
    bounds: Bounds | None
    rows: tuple[str, ...] = ()
    doubt: bool = False
    suspect: bool = False
    undecided: tuple[Atom, ...] = ()


def measure(ledger: Ledger, atom: Atom) -> Bounds:
    """Return what evidence leaves for an atom's sum or quotient."""
    if atom.bottom:
        return ledger.ratio(dict(atom.top), dict(atom.bottom))
    return ledger.bounds(dict(atom.top))


def apart(said: Interval, found: Interval, *, strict: bool) -> bool:
    """Whether the two have no number in common, beyond the noise of arithmetic."""
    noise = slack(*(end for end in (said.lo, said.hi, found.lo, found.hi) if math.isfinite(end)))
    if said.is_bounded and found.is_bounded and not said.is_point and not found.is_point:
        # Two roundings that touch in one point share no number: 16.45 is printed 16.4 or 16.5, by everybody alike.
        noise = -noise
    if strict and (found.hi <= said.lo or found.lo >= said.hi):
        return True
    return found.hi < said.lo - noise or found.lo > said.hi + noise


def inside(said: Interval, found: Interval, *, strict: bool) -> bool:
    """Whether everything found is said."""
    if strict:
        return said.lo < found.lo and (found.hi < said.hi or math.isinf(said.hi))
    noise = slack(*(end for end in (said.lo, said.hi, found.lo, found.hi) if math.isfinite(end)))
    return said.lo - noise <= found.lo and found.hi <= said.hi + noise


def weigh_atom(atom: Atom, ledger: Ledger, doubting: Callable[[], Ledger]) -> Weighed:
    """Weigh one comparison.

    What was printed of its own cells comes first; what wider sums leave for them speaks only where that fixes nothing,
    and, where it mixes releases, supports only with the allowance for revisions.
    """
    bounds, mixed = known(atom, ledger)
    found = bounds.interval
    fits = inside(atom.said, found, strict=atom.strict)
    if mixed and not apart(atom.said, found, strict=atom.strict):
        sure = inside(atom.said, measure(doubting(), atom).interval, strict=atom.strict)
        # A rate is what the two levels printed come to, whatever became of them since; a level that was revised is not.
        if not sure and not (fits and atom.bottom):
            return Weighed("open", atom, bounds, bounds.rows, suspect=fits)
        return Weighed(_closely(atom, found), atom, bounds, bounds.rows, suspect=not sure)
    if fits:
        return Weighed(_closely(atom, found), atom, bounds, bounds.rows)
    if apart(atom.said, found, strict=atom.strict):
        worst = measure(doubting(), atom)
        if apart(atom.said, worst.interval, strict=atom.strict):
            return Weighed("contradicted", atom, bounds, bounds.rows)
        return Weighed("open", atom, bounds, bounds.rows, doubt=True)
    if bounds.settled:
        return Weighed("within rounding", atom, bounds, bounds.rows)
    return Weighed("open", atom, bounds, bounds.rows)


def _closely(atom: Atom, found: Interval) -> Status:
    """Return how well what fits does: as said, or only as far as rounding goes."""
    if atom.near is None or not atom.said.is_bounded or inside(atom.near, found, strict=False):
        return "supported"
    return "within rounding"


def known(atom: Atom, ledger: Ledger) -> tuple[Bounds, bool]:
    """Return what evidence leaves for an atom, and whether it rests on a residual that mixes releases.

    What was printed of the very sums comes first, then what was printed of parts of them, then what wider sums leave. A figure
    of the sum itself is sharpened, or replaced, by what the same release or a newer one leaves.
    """
    whole = measure(ledger, atom)
    if _all_points(ledger, atom):
        return whole, False
    sums = [atom.top, atom.bottom] if atom.bottom else [atom.top]
    direct = measure(ledger.exact(sums), atom)
    if not direct.settled:
        direct = measure(ledger.within(atom.cells), atom)
    if not direct.settled:
        return whole, any(apart_in_time(one) for one in ledger.releases(whole, atom.cells))
    names = {part for row in direct.rows for part in row.split(" | ")}
    told = max((row.release for row in ledger.rows if row.id in names), default="")
    for release in ledger.releases_of(atom.cells) if told else ():
        later = release > told and apart_in_time([release, told])
        if not later and release < _before(told):
            break
        recent = ledger.since(_before(min(release, told) if not later else release), atom.cells)
        newer = measure(recent, atom)
        mixed = any(apart_in_time(one) for one in recent.releases(newer, atom.cells))
        if newer.settled and not mixed and (later or not apart(direct.interval, newer.interval, strict=False)):
            return newer, False
    return direct, bool(told) and _suspected(ledger, names, atom)


def _before(release: str) -> str:
    return (date.fromisoformat(release) - timedelta(days=APART)).isoformat()


def _suspected(ledger: Ledger, rows: set[str], atom: Atom) -> bool:
    """Whether a later figure points at one of a few earlier ones, some of ``rows`` among them, as revised since."""
    return any(
        conflict.how == "revised" and len(conflict.rows) <= _FEW and rows.intersection(conflict.left_out)
        for conflict in ledger.conflicts_about(atom.cells)
    )


def _all_points(ledger: Ledger, atom: Atom) -> bool:
    """Whether every cell is a customs value or a figure printed exactly."""
    return ledger.point(dict(atom.top)) is not None and (not atom.bottom or ledger.point(dict(atom.bottom)) is not None)


def weigh(clauses: Sequence[Clause], ledger: Ledger, doubting: Callable[[], Ledger]) -> Weighed:
    """Weigh a claim's clauses together."""
    found = [_weigh_clause(clause, ledger, doubting) for clause in clauses]
    for one in found:
        if one.status == "contradicted":
            return one
    worst = next((one for one in found if one.status == "open"), None)
    if worst is not None:
        joint = _jointly(clauses, doubting) if len(clauses) > 1 else None
        if joint is not None:
            return joint
        undecided = tuple(
            atom for one in found if one.status == "open" for atom in one.undecided or ((one.atom,) if one.atom else ())
        )
        return msgspec.structs.replace(worst, undecided=undecided)
    rounded = next((one for one in found if one.status == "within rounding"), None)
    rows = tuple(dict.fromkeys(row for one in found for row in one.rows))
    return msgspec.structs.replace(rounded or found[-1], rows=rows)


def _weigh_clause(clause: Clause, ledger: Ledger, doubting: Callable[[], Ledger]) -> Weighed:
    weighed = [weigh_atom(atom, ledger, doubting) for atom in clause.atoms]
    if clause.at_most is None:
        for status in ("supported", "within rounding", "open"):
            for one in weighed:
                if one.status == status:
                    return one
        return weighed[0]
    sure = [one for one in weighed if one.status == "supported"]
    never = [one for one in weighed if one.status == "contradicted"]
    rows = tuple(dict.fromkeys(row for one in (*sure, *never) for row in one.rows))
    if len(sure) > clause.at_most:
        return Weighed("contradicted", sure[0].atom, sure[0].bounds, rows)
    if len(weighed) - len(never) < clause.at_least:
        return Weighed("contradicted", never[0].atom, never[0].bounds, rows)
    if len(sure) + len(never) == len(weighed):
        first = weighed[0]
        return Weighed("supported", first.atom, first.bounds, rows)
    unsure = [one for one in weighed if one not in sure and one not in never]
    # What speaks against it, though not beyond doubt, says more than what is merely not known.
    told = next((one for one in unsure if one.doubt), unsure[0])
    rows = tuple(dict.fromkeys((*rows, *(told.rows if told.doubt else ()))))
    undecided = tuple(one.atom for one in unsure if one.atom)
    return Weighed("open", told.atom, told.bounds, rows, doubt=told.doubt, undecided=undecided)


def _jointly(clauses: Sequence[Clause], doubting: Callable[[], Ledger]) -> Weighed | None:
    """Return a contradiction that only shows when all plain comparisons are asked to hold at once."""
    asked: list[Row] = []
    for clause in clauses:
        if len(clause.atoms) != 1 or clause.at_most is not None:
            continue
        (atom,) = clause.atoms
        if not atom.bottom:
            asked.append(Row(f"asked {len(asked)}", atom.top, atom.said))
    if len(asked) < 2:
        return None
    rows = doubting().excluding(asked)
    if not rows:
        return None
    return Weighed("contradicted", None, None, rows)


def linear(atom: Atom) -> list[Row]:
    """Return an atom as rows of a linear program: a quotient in an interval is two sums on one side of nought."""
    if not atom.bottom:
        return [Row("asked", atom.top, atom.said)]
    rows = []
    for name, end, bounds in (
        ("asked at least", atom.said.lo, Interval(0.0, math.inf)),
        ("asked at most", atom.said.hi, Interval(-math.inf, 0.0)),
    ):
        if math.isfinite(end):
            rows.append(Row(name, added(atom.top, ((cell, -factor * end) for cell, factor in atom.bottom)), bounds))
    return rows

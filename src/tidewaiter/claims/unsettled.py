"""Why customs files do not settle a claim, in words: what they hold, what came out too late, what is in another unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tidewaiter.claims.model import Claim
from tidewaiter.claims.propositions import compile_claim
from tidewaiter.claims.say import place, span, way_words
from tidewaiter.claims.summed import is_mute, tells
from tidewaiter.model import Cell, Measure, State
from tidewaiter.period import month_words

if TYPE_CHECKING:
    from tidewaiter.claims.bench import Bench
    from tidewaiter.claims.customs import CustomsBench
    from tidewaiter.claims.evidence import CellName

__all__ = ["unsettled_words"]

_KNOWN = (State.VALUE, State.ZERO)
_MOST = 4
"""How many months or series are named singly."""


def unsettled_words(claim: Claim, benches: Sequence[Bench]) -> str:
    """Say for each dataset why it does not settle a claim.

    Parameters
    ----------
    claim
        One that no dataset settled.
    benches
        The datasets that know anything of it, on its date or today.
    """
    from tidewaiter.claims.customs import CustomsBench

    loaded = [bench for bench in benches if isinstance(bench, CustomsBench)]
    told = [_of(claim, bench) for bench in loaded]
    if loaded and not any(told):
        # Of files that are all silent each says so; beside one that speaks they are noise.
        told = [_of(claim, bench, silent=True) for bench in loaded]
    if not loaded and claim.subject is not None:
        subject = claim.subject
        told = [f"The loaded customs files say nothing of trade {way_words(subject.reporter, subject.partner, subject.flow)}"
                " in these goods and months."]  # fmt: skip
    return " ".join(dict.fromkeys(one for one in told if one))


def _of(claim: Claim, bench: CustomsBench, *, silent: bool = False) -> str:
    names = list(dict.fromkeys(cell for clause in compile_claim(claim) for atom in clause.atoms for cell in atom.cells))
    late, units, open_ = [], [], []
    older: list[tuple[CellName, str]] = []
    for name in names:
        then, now = bench.cell(name), bench.today.cell(name)
        if then.state in _KNOWN:
            if day := bench.outdated(then, claim):
                older.append((name, day))
            continue
        if not tells(then) and (tells(now) or (is_mute(then) and now.state is State.MERGED)):
            late.append((name, now))
        elif (
            not tells(then)
            and then.state is not State.MERGED
            and (held := bench.today.units(name))
            and name[5] not in held
        ):
            units.append((name, held))
        else:
            open_.append((name, then))
    if not silent and not late and not units and len(open_) == len(names) and all(is_mute(cell) for _, cell in open_):
        return ""
    told = []
    if older:
        told.append(
            f"what it has of {_named([name for name, _ in older])} is of the release of {max(day for _, day in older)}, and may have been revised since"
        )
    if late:
        first = bench.today.released(late[0][1])
        told.append(f"what it has of {_named([name for name, _ in late])} came out {first}, after the claim" if first
                    else f"what it has of {_named([name for name, _ in late])} came out after the claim")  # fmt: skip
    if units:
        name, held = units[0]
        what = "the value" if name[4] is Measure.VALUE else "the amount"
        told.append(f"it counts {what} in {' and '.join(held)}, not in {name[5] or 'the unit asked'}")
    alike: dict[tuple[str, str], list[CellName]] = {}
    for name, cell in open_:
        alike.setdefault((_series(name, names), _state(cell, name[5])), []).append(name)
    shown = list(alike.items())[:_MOST]
    told += [f"{_named(listed)} {series}{_are(listed)} {state}" for (series, state), listed in shown]
    if len(alike) > _MOST:
        told.append("and more is not known for certain")
    return f"{bench.who}: {'; '.join(told)}." if told else ""


def _named(names: Sequence[CellName]) -> str:
    months = [month_words(month) for month in sorted({name[6] for name in names})]
    return ", ".join(months[:_MOST]) + (f" and {len(months) - _MOST} more months" if len(months) > _MOST else "")


def _are(names: Sequence[CellName]) -> str:
    return "is" if len({name[6] for name in names}) == 1 else "are"


def _series(name: CellName, names: Sequence[CellName]) -> str:
    """Tell a cell's series where a claim speaks of several."""
    if len({one[:5] for one in names}) == 1:
        return ""
    return f"({'exports' if name[2].value == 'X' else 'imports'}, {place(name[0])} and {place(name[1])}) "


def _state(cell: Cell, unit: str) -> str:
    note = cell.note.removeprefix("at least: ")
    if tells(cell) and not cell.bounds.is_point:
        return f"{span(cell.bounds, unit)}" + (f" ({note})" if note else "")
    return cell.state.value + (f" ({note})" if note and note != cell.state.value else "")

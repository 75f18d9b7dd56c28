"""The state of every month of a series, from rows, coverage, the life of codes and what is known to be withheld.

A month is a **value** or a **zero** where a row says so. Without a row it is *withheld* if the publisher is known to keep
it back; *code not alive* if the code does not exist then; **zero** if a release covers the cell; *merged* if it was
published only inside a longer period; *unreleased* if nothing reaches that month and, where the publisher keeps days, it
is not yet past the last one; else *not known*.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tidewaiter.codes import hs
from tidewaiter.errors import UnknownName
from tidewaiter.model import TOTAL, Cell, Flow, Interval, Measure, SeriesKey, State
from tidewaiter.period import Period, month_text
from tidewaiter.sources.calendar import calendar_of
from tidewaiter.store.picked import MANY, picked
from tidewaiter.store.withheld import withheld_below, withheld_note

if TYPE_CHECKING:
    from tidewaiter.store.view import View

__all__ = [
    "alive_in",
    "cells_of",
    "in_nomenclature",
    "keys_of",
    "run_cell",
    "runs_of",
    "runs_of_many",
    "series_cells",
    "silence_is_zero",
    "unit_of",
]

SECRET: Final = ("_QY", "_QZ")
"""Partners that stand for countries kept back for commercial or military reasons."""

UNITS: Final = {Measure.VALUE: "currency", Measure.QUANTITY: "qty_unit"}
_PARTS: Final = ("customs_regime", "mode_of_transport", "district")
_OPEN: Final = Interval(0.0, math.inf)
_SERIES: Final = ("dataset", "reporter", "partner", "flow", "cmd_code")
COLUMNS: Final = ("dataset", "reporter", "partner", "flow", "cmd_code", "classification", *_PARTS, "period_start",
                   "period_end", "value", "net_wgt_kg", "qty", "currency", "qty_unit", "release")  # fmt: skip


def unit_of(row: Mapping[str, Any], measure: Measure) -> str:
    """Return the unit of a row's measure; empty if it has none."""
    return "kg" if measure is Measure.NET_WEIGHT else row[UNITS[measure]] or ""


def keys_of(rows: Any, measure: Measure) -> tuple[SeriesKey, ...]:
    """Return the series that rows make: by dataset, reporter, partner, flow, code and unit.

    The classification is told apart only where two of them speak of one period: a new edition of the nomenclature
    continues the series of a code that lives on.
    """
    told = rows.select(COLUMNS).to_pylist()
    found: dict[SeriesKey, dict[str, set[int]]] = {}
    for row in told:
        if row[measure.value] is None and measure is not Measure.VALUE:
            continue
        key = _key(row, measure, "")
        found.setdefault(key, {}).setdefault(row["classification"], set()).add(row["period_start"])
    keys = []
    for key, classes in found.items():
        months = [month for listed in classes.values() for month in listed]
        if len(months) == len(set(months)):
            name = next(iter(classes)) if len(classes) == 1 else ""
            keys.append(msgspec.structs.replace(key, classification=name))
        else:
            keys += [msgspec.structs.replace(key, classification=name) for name in classes]
    return tuple(sorted(keys))


def _key(row: Mapping[str, Any], measure: Measure, classification: str) -> SeriesKey:
    return SeriesKey(
        row["dataset"], row["reporter"], row["partner"], Flow(row["flow"]), row["cmd_code"], classification, measure,
        unit_of(row, measure),
    )  # fmt: skip


def _rows_by_series(
    view: View, keys: Sequence[SeriesKey], period: Period
) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """Read the rows of several series at once, and none of any other: few by the list, many by a join."""
    groups: dict[tuple[str, str], list[SeriesKey]] = {}
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    series = sorted({_series(key) for key in keys})
    if len(series) >= MANY:
        columns = zip(*series, strict=True)
        table = picked(view, dict(zip(_SERIES, columns, strict=True)), period)
        for row in table.select(COLUMNS).to_pylist():
            found.setdefault(tuple(row[name] for name in _SERIES), []).append(row)
        return found
    for key in keys:
        groups.setdefault((key.dataset, key.reporter), []).append(key)
    for (dataset, reporter), group in groups.items():
        table = view.rows(
            datasets=dataset,
            reporters=reporter,
            partners=sorted({key.partner for key in group}),
            codes=sorted({key.cmd for key in group}),
            period=period,
            touching=True,
        )
        # Partners and codes were asked for as two lists: most of what they make together was not wanted.
        wanted = {(key.partner, key.flow.value, key.cmd) for key in group}
        listed = [table[name].to_pylist() for name in ("partner", "flow", "cmd_code")]
        places = [place for place, one in enumerate(zip(*listed, strict=True)) if one in wanted]
        for row in table.select(COLUMNS).take(places).to_pylist() if places else ():
            found.setdefault((dataset, reporter, row["partner"], row["flow"], row["cmd_code"]), []).append(row)
    return found


def _series(key: SeriesKey) -> tuple[str, ...]:
    return (key.dataset, key.reporter, key.partner, key.flow.value, key.cmd)


def cells_of(view: View, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, tuple[Cell, ...]]:
    """Return the cells of several series; see :meth:`tidewaiter.store.view.View.cells`."""
    if not keys:
        return {}
    # A run that touches the period may have months outside it, which bound the rest.
    wide = Period(period.start - 11, period.end + 11)
    rows = _rows_by_series(view, keys, wide)
    return {key: series_cells(view, key, period, rows.get(_series(key), [])) for key in keys}


def runs_of(view: View, key: SeriesKey, period: Period) -> tuple[Cell, ...]:
    """Return the longer periods of a series; see :meth:`tidewaiter.store.view.View.printed_runs`."""
    return runs_of_many(view, [key], period)[key]


def runs_of_many(view: View, keys: Sequence[SeriesKey], period: Period) -> dict[SeriesKey, tuple[Cell, ...]]:
    """Return the longer periods of several series with one reading of the store."""
    rows = _rows_by_series(view, keys, period)
    found: dict[SeriesKey, tuple[Cell, ...]] = {}
    for key in keys:
        listed = _totals(_of(rows.get(_series(key), []), key))
        cells = [_printed(row, key) for row in listed if row["period_end"] > row["period_start"]]
        found[key] = tuple(sorted(cells, key=lambda cell: cell.period))
    return found


def _of(rows: Iterable[dict[str, Any]], key: SeriesKey) -> list[dict[str, Any]]:
    return [row for row in rows if key.classification in ("", row["classification"])]


def _totals(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if not any(row[name] for name in _PARTS)]


def run_cell(view: View, key: SeriesKey, run: Period, rows: Iterable[dict[str, Any]]) -> Cell:
    """Return what was published of a series for a longer period as a whole."""
    for row in _totals(_of(rows, key)):
        if (row["period_start"], row["period_end"]) == (run.start, run.end):
            return _printed(row, key)
    covering = view.covered(key, run.start, run.end)
    if covering is not None and not _doubtful_line(view, key, run.start):
        return Cell(run, Interval(0.0, 0.0), State.ZERO, (covering.id,), "the release covers it and has no row")
    return Cell(run, _OPEN, State.UNKNOWN, (), "not printed, and nothing says that silence means zero")


def series_cells(view: View, key: SeriesKey, period: Period, rows: list[dict[str, Any]]) -> tuple[Cell, ...]:
    """Return the cells of a series from its rows, those for longer periods that touch it included."""
    rows = _of(rows, key)
    single: dict[int, list[dict[str, Any]]] = {}
    runs: list[dict[str, Any]] = []
    for row in _totals(rows):
        if row["period_start"] == row["period_end"]:
            single.setdefault(row["period_start"], []).append(row)
        else:
            runs.append(row)
    broken: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        if any(row[name] for name in _PARTS) and row["period_start"] == row["period_end"]:
            broken.setdefault(row["period_start"], []).append(row)
    printed = {month: _pick(listed, key) for month, listed in single.items()}
    cells = []
    for month in period:
        if month in printed:
            cells.append(printed[month])
        elif month in broken:
            cells.append(_added(view, key, month, broken[month]))
        else:
            cells.append(_silent(view, key, month, runs, printed))
    return tuple(cells)


def _pick(rows: list[dict[str, Any]], key: SeriesKey) -> Cell:
    """Return the cell of a month that has one row, or one for each of two classifications."""
    cells = [_printed(row, key) for row in rows]
    if len(cells) == 1 or len({cell.bounds for cell in cells}) == 1:
        return cells[0]
    named = ", ".join(f"{row['classification']}: {cell.bounds.lo:.12g}" for row, cell in zip(rows, cells, strict=True))
    bounds = Interval(min(cell.bounds.lo for cell in cells), max(cell.bounds.hi for cell in cells))
    evidence = tuple(dict.fromkeys(one for cell in cells for one in cell.evidence))
    return Cell(cells[0].period, bounds, State.CONFLICT, evidence, f"two classifications differ ({named})")


def _printed(row: Mapping[str, Any], key: SeriesKey) -> Cell:
    """Return the cell of a row: what it prints of the measure, or why that is nothing."""
    period = Period(row["period_start"], row["period_end"])
    evidence = (row["release"],)
    amount = row[key.measure.value]
    if amount is None:
        return Cell(period, _OPEN, State.NOT_RECORDED, evidence, f"the row carries no {key.measure.value}")
    unit = unit_of(row, key.measure)
    if key.unit and unit and unit != key.unit:
        return Cell(
            period, _OPEN, State.NOT_RECORDED, evidence, f"recorded in {unit} ({amount:.12g}), not in {key.unit}"
        )
    if amount == 0 and key.measure is not Measure.VALUE and (row["value"] or 0) > 0:
        note = f"{key.measure.value} is printed as 0 beside a value of {row['value']:.12g}: not measured, not nothing"
        return Cell(period, _OPEN, State.NOT_RECORDED, evidence, note)
    return Cell(period, Interval(amount, amount), State.ZERO if amount == 0 else State.VALUE, evidence)


def _added(view: View, key: SeriesKey, month: int, rows: list[dict[str, Any]]) -> Cell:
    """Return a month that the file gives only in parts, by regime, mode or district.

    The parts are the whole only if a release covers all of them; else they are at least so much.
    """
    single = Period(month, month)
    groups: dict[tuple[bool, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(bool(row[name]) for name in _PARTS), []).append(row)
    pattern, listed = max(groups.items(), key=lambda item: math.fsum(row[key.measure.value] or 0 for row in item[1]))
    evidence = tuple(dict.fromkeys(row["release"] for row in listed))
    names = [name for name, inside in zip(_PARTS, pattern, strict=True) if inside]
    words = " and ".join(name.replace("_", " ") for name in names)
    if any(row[key.measure.value] is None for row in listed):
        return Cell(single, _OPEN, State.NOT_RECORDED, evidence, f"some parts by {words} carry no {key.measure.value}")
    if len({unit_of(row, key.measure) for row in listed}) > 1:
        return Cell(single, _OPEN, State.NOT_RECORDED, evidence, f"the parts by {words} are in different units")
    amount = math.fsum(row[key.measure.value] for row in listed)
    parts = {"regime": "customs_regime", "mode": "mode_of_transport", "district": "district"}
    asked = {name: "*" if column in names else "" for name, column in parts.items()}
    if view.covered(key, month, month, **asked):
        state = State.VALUE if amount else State.ZERO
        return Cell(single, Interval(amount, amount), state, evidence, f"added up from {len(listed)} rows by {words}")
    note = f"only parts by {words} are listed, {len(listed)} of them, and nothing says that they are all"
    return Cell(single, Interval(amount, math.inf), State.UNKNOWN, evidence, note)


def _silent(view: View, key: SeriesKey, month: int, runs: list[dict[str, Any]], printed: Mapping[int, Cell]) -> Cell:
    """Return a month that has no row."""
    single = Period(month, month)
    if month_text(month) >= (view.as_of or datetime.now(UTC).date().isoformat())[:7]:
        return Cell(single, _OPEN, State.UNRELEASED, (), "the month was not over")
    note = withheld_of(key, month)
    if note:
        return Cell(single, _OPEN, State.WITHHELD, (), note)
    dead = _not_alive(key.cmd, month // 12)
    if dead:
        return Cell(single, _OPEN, State.NOT_ALIVE, (), dead)
    covering = view.covered(key, month, month)
    if covering is not None:
        kept_back = _hidden_in(view, key, month) or withheld_below(key, month)
        if kept_back:
            return Cell(single, _OPEN, State.WITHHELD, (covering.id,), kept_back)
        # A row of its own in the same year shows that the line exists.
        listed = any(other // 12 == month // 12 for other in printed)
        doubt = "" if listed else _doubtful_line(view, key, month)
        if doubt:
            return Cell(single, _OPEN, State.UNKNOWN, (covering.id,), doubt)
        return Cell(
            single, Interval(0.0, 0.0), State.ZERO, (covering.id,), "the release covers the cell and has no row"
        )
    inside = [row for row in runs if row["period_start"] <= month <= row["period_end"]]
    if inside:
        return min((_merged(key, month, row, printed) for row in inside), key=lambda cell: cell.bounds.hi)
    return _outside(view, key, month)


def silence_is_zero(view: View, key: SeriesKey, month: int) -> bool:
    """Whether a cell that a release covers and has no row of is a zero: not withheld, not hidden, of a line that exists."""
    return not (
        withheld_of(key, month)
        or _not_alive(key.cmd, month // 12)
        or _hidden_in(view, key, month)
        or withheld_below(key, month)
        or _doubtful_line(view, key, month)
    )


def _merged(key: SeriesKey, month: int, row: dict[str, Any], printed: Mapping[int, Cell]) -> Cell:
    """Return a month that was published inside a longer period: at most what the other months leave of it."""
    single = Period(month, month)
    run = _printed(row, key)
    if run.state is State.NOT_RECORDED:
        return Cell(single, _OPEN, State.NOT_RECORDED, run.evidence, run.note)
    if run.state is State.ZERO:
        return Cell(single, Interval(0.0, 0.0), State.ZERO, run.evidence, f"zero for {run.period.words()} as a whole")
    others = [printed[other] for other in run.period if other in printed and printed[other].state is State.VALUE]
    left = run.bounds.hi - math.fsum(cell.bounds.lo for cell in others)
    high = left if left >= 0 else run.bounds.hi
    note = f"published only inside {run.period.words()} ({run.bounds.hi:.12g})"
    if left < 0:
        note += "; its other months, of another vintage, come to more than that"
    evidence = tuple(dict.fromkeys((*run.evidence, *(one for cell in others for one in cell.evidence))))
    return Cell(single, Interval(0.0, high), State.MERGED, evidence, note)


def _outside(view: View, key: SeriesKey, month: int) -> Cell:
    """Return a month without a row, a longer period or coverage."""
    single = Period(month, month)
    spot = (key.dataset, key.reporter, key.flow.value)
    spans = view.spans.get(spot, {})
    around = view.around(spot, month)
    if not around:
        if spans and month > max(last for _, last in spans):
            return Cell(single, _OPEN, *_after_the_last(view, key.dataset, month))
        return Cell(single, _OPEN, State.UNKNOWN, (), "no release in the store has this month")
    if any(run.is_month for run in around):
        note = "released, but without this series, and nothing says that silence means zero"
        return Cell(single, _OPEN, State.UNKNOWN, (), note)
    run = min(around, key=len)
    covering = view.covered(key, run.start, run.end)
    if covering is not None and not _doubtful_line(view, key, month):
        note = f"the release covers {run.words()} as a whole and has no row"
        return Cell(single, Interval(0.0, 0.0), State.ZERO, (covering.id,), note)
    note = f"released only inside {run.words()}, without this series"
    return Cell(single, _OPEN, State.MERGED, (), note)


def _after_the_last(view: View, dataset: str, month: int) -> tuple[State, tuple[str, ...], str]:
    """Return the state of a month that no release reaches: past the day it was due it may be out, and only not here."""
    known = calendar_of(dataset)
    if known is None:
        return State.UNRELEASED, (), "no release in the store reaches this month"
    due = known.due(month)
    day = view.as_of or datetime.now(UTC).date().isoformat()
    if day > due.last:
        return State.UNKNOWN, (), f"not in the store; it was due by {due.last} ({due.why})"
    when = "on" if due.first == due.last else f"between {due.first} and"
    return State.UNRELEASED, (), f"not in the store; it is due {when} {due.last} ({due.why})"


def withheld_of(key: SeriesKey, month: int) -> str:
    """Return why the publisher keeps a cell back, if it is known to."""
    return withheld_note(key, month)


def _hidden_in(view: View, key: SeriesKey, month: int) -> str:
    """Say under what the trade of a covered cell without a row may be hidden; empty if under nothing."""
    for partner, code in sorted(view.hidden(key.dataset, key.reporter, key.flow.value).get(month, ())):
        stem = code.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if code.isdigit() or code == TOTAL:
            if partner != key.partner and (key.cmd == code or code == TOTAL or code.startswith(key.cmd)):
                return f"goods of {code} are booked under partner {partner}, countries kept back"
        elif partner in (key.partner, *SECRET) and key.cmd.startswith(stem):
            return f"goods of chapter {stem} are hidden under {code}"
    return ""


@lru_cache(maxsize=65_536)
def _not_alive(code: str, year: int) -> str:
    """Say why a code has no life in a year; empty if it has, or the tables cannot tell."""
    if code == TOTAL or not code.isdigit() or (len(code) % 2 and len(code) < 6) or year < hs.REVISIONS[0]:
        return ""
    if len(code) < 6:
        everywhere = any(hs.alive(code, revision) for revision in hs.REVISIONS)
        return f"{code} is not in HS {hs.revision_of(year)}" if everywhere and not hs.alive(code, year) else ""
    six = code[:6]
    life = _life(six)
    if life is None:
        return ""  # Chapters 98 and 99 and other lines of a country's own: the HS says nothing of them.
    if hs.alive(six, year):
        return ""
    when = ", ".join(map(str, life.revisions))
    return f"{six} is not in HS {hs.revision_of(year)}; it is in HS {when}"


@lru_cache(maxsize=65_536)
def _life(six: str) -> hs.Life | None:
    """Return when a six-digit code is in force, ``None`` if no table has it; looked up once, since a miss is slow."""
    try:
        return hs.life(six)
    except UnknownName:
        return None


def alive_in(code: str, month: int) -> bool:
    """Whether a code is in force in a month, as far as the tables tell."""
    return not _not_alive(code, month // 12)


def _doubtful_line(view: View, key: SeriesKey, month: int) -> str:
    """Say why a covered cell without a row is no proved zero: nobody knows whether the line exists in that year."""
    code = key.cmd
    if code == TOTAL or (len(code) <= 6 and in_nomenclature(code, month // 12)):
        return ""
    if month // 12 in view.years_of_line(key.dataset, code):
        return ""
    return f"covered, but no row of {key.dataset} in {month // 12} has the line {code}: whether it exists is not known"


def in_nomenclature(code: str, year: int) -> bool:
    """Whether the Harmonized System of a year has a code of six digits or fewer."""
    return code.isdigit() and len(code) in (2, 4, 6) and year >= hs.REVISIONS[0] and hs.alive(code, year)

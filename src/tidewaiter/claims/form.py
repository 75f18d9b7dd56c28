"""The written form of claims: one row of CSV or one ``[[claim]]`` of TOML each, to be typed or corrected by a person.

The columns are documented in ``docs/claims.md``. What a file leaves out is empty; a TOML file may state once, at its
top, what all its claims share (publisher, published, reporter ...). Reading what was written gives the same claims.
"""

from __future__ import annotations

import csv
import io
import math
import re
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from tidewaiter.claims.goods import canonical_unit, resolve_goods
from tidewaiter.claims.hedges import FRACTIONS, HEDGES, ORDERS, said, said_fraction, said_order
from tidewaiter.claims.model import Claim, Kind, Said, Subject
from tidewaiter.claims.numbers import Printed, default_step, read_printed
from tidewaiter.claims.possible import impossible, unused
from tidewaiter.codes.areas import all_areas, area, has_members, known_groups
from tidewaiter.codes.currencies import currency
from tidewaiter.codes.units import all_units
from tidewaiter.codes.units import unit as known_unit
from tidewaiter.errors import BadFile, BadRows, InputError
from tidewaiter.model import Flow, Interval, Measure
from tidewaiter.period import Period
from tidewaiter.safe import is_formula

__all__ = ["COLUMNS", "Read", "published_days", "read_claims", "read_rows", "said_cells"]

COLUMNS = (
    "id", "statement", "kind", "reporter", "partner", "flow", "goods", "measure", "unit", "period", "printed", "hedge", "step",
    "at_least", "at_most", "base", "other_goods", "other_reporter", "other_partner", "other_flow", "other_measure", "other_unit",
    "form", "direction", "since", "rank", "length", "indicator", "day", "publisher", "family", "published", "address", "text",
    "span", "why", "quoted", "assumed",
)  # fmt: skip
"""Every column, in the order in which they are written."""

_FORMS = ("times", "times more", "increase")
_DIRECTIONS = (
    "",
    "highest",
    "lowest",
    "record highest",
    "record lowest",
    "higher",
    "lower",
    "present",
    "absent",
    "rise",
    "fall",
    "new",
    "cumulative",
)
_MAX_BYTES = 64 * 1024 * 1024
_NEVER_NEGATIVE = (Kind.AMOUNT, Kind.UNIT_VALUE, Kind.SHARE, Kind.MULTIPLE, Kind.COUNT)
_NO_SUBJECT = (Kind.NO_FIGURE, Kind.UNREAD, Kind.COUNT)


class Read(msgspec.Struct, frozen=True):
    """What was read of a file.

    Parameters
    ----------
    claims
        In their order; a row that was refused is a claim of kind *unread* whose ``why`` names line, column, value and reason.
    refused
        How many rows were.
    notes
        Cells that were not looked at, since claims of that kind do not say such a thing.
    """

    claims: tuple[Claim, ...]
    refused: int = 0
    notes: tuple[str, ...] = ()


def read_claims(path: Path | str) -> tuple[Claim, ...]:
    """Read claims from a file of CSV or TOML.

    Raises
    ------
    BadFile
        If it cannot be read: names the line or the claim, the column and the value. Nothing of a bad file is used.
    """
    return read_rows(path).claims


def read_rows(path: Path | str, *, keep_going: bool = False) -> Read:
    """Read claims, and with ``keep_going`` go on where a row cannot be read.

    Raises
    ------
    BadFile
        If the file cannot be read.
    BadRows
        If several rows cannot be read (one: BadFile) and ``keep_going`` is off; lists all of them.
    """
    name = str(path)
    text = _text(Path(path), name)
    rows = _toml_rows(text, name) if name.lower().endswith(".toml") else _csv_rows(text, name)
    found: list[Claim] = []
    refused: list[BadFile] = []
    notes: list[str] = []
    seen: set[str] = set()
    for number, (line, row) in enumerate(rows, start=1):
        row = {key: value for key, value in row.items() if value != ""}
        row.setdefault("id", f"C{number:03d}")
        where = name if line is not None else f"{name}, claim {number} ({row['id']})"
        try:
            claim = _claim(row)
            if claim.id in seen:
                raise _Cell("id", "this id stands twice")
            problem_cell = impossible(claim)
            if problem_cell is not None:
                raise _Cell(*problem_cell)
            for column in unused(claim.kind, row):
                place = where if line is None else f"{name}, line {line}"
                notes.append(
                    f"{place}, column {column}: {row[column]!r} was not judged: a claim of kind {claim.kind.value!r} says no such thing"
                )
        except _Cell as problem:
            value = row.get(problem.column, "")
            refused.append(BadFile(where, problem.reason, line=line, column=problem.column, value=value))
            identity = row["id"] if row["id"] not in seen else f"C{number:03d} (row {number})"
            claim = Claim(id=identity, kind=Kind.UNREAD, text=row.get("text", ""), why=f"refused: {refused[-1]}")
        seen.add(claim.id)
        found.append(claim)
    if refused and (not keep_going or len(refused) == len(found)):
        if len(refused) == 1:
            raise refused[0]
        raise BadRows(name, tuple(refused), len(rows), "mend them, or judge the rest with --keep-going")
    if not found:
        raise BadFile(name, f"no claim in it; a table of claims has the columns {', '.join(COLUMNS[:12])} ...")
    return Read(tuple(found), len(refused), tuple(notes))


class _Cell(Exception):
    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason
        super().__init__(reason)


def _text(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise BadFile(name, f"larger than {_MAX_BYTES // 2**20} MiB, which no list of claims is")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadFile(name, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadFile(name, f"not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    if "\0" in text:
        raise BadFile(name, "holds zero bytes, so it is no table")
    return text


def _csv_rows(text: str, name: str) -> list[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = list(reader.fieldnames or [])
        unknown = [column for column in header if column not in COLUMNS]
        if unknown:
            raise BadFile(name, f"no such column; valid: {', '.join(COLUMNS)}", line=1, value=unknown[0])
        if "kind" not in header:
            raise BadFile(name, f"no column kind; a table of claims has {', '.join(COLUMNS[:12])} ...", line=1)
        rows = []
        for row in reader:
            if None in row or None in row.values():
                raise BadFile(name, "not as many cells as the header has columns", line=reader.line_num)
            rows.append((reader.line_num, {key: _unguarded(value.strip()) for key, value in row.items()}))
    except csv.Error as error:
        raise BadFile(name, f"not a CSV table ({error})", line=reader.line_num) from error
    return rows


def _unguarded(text: str) -> str:
    bare = text.lstrip("'")
    return text[1:] if bare != text and is_formula(f"{bare} ") else text


def _toml_rows(text: str, name: str) -> list[tuple[int | None, dict[str, str]]]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadFile(name, f"not TOML ({error})") from error
    claims = table.pop("claim", None)
    if not isinstance(claims, list):
        raise BadFile(name, "no [[claim]] in it")
    table.pop("schema", None)
    rows: list[tuple[int | None, dict[str, str]]] = []
    for number, entry in enumerate(claims, start=1):
        if not isinstance(entry, dict):
            raise BadFile(name, f"claim {number} is not a [[claim]] table")
        row = {**table, **entry}
        for key, value in row.items():
            if key not in COLUMNS:
                raise BadFile(name, f"claim {number}: no such key; valid: {', '.join(COLUMNS)}", value=str(key))
            if isinstance(value, dict) or (isinstance(value, list) and key not in ("span", "assumed")):
                raise BadFile(name, f"claim {number}: {key} must be a text or a number", value=str(value))
        rows.append((None, {key: _flat(value) for key, value in row.items()}))
    return rows


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return " | ".join(str(one) for one in value)
    return str(value).strip()


def _claim(row: Mapping[str, str]) -> Claim:
    kind = _one(row, "kind", Kind)
    first, last = _published(row.get("published", ""))
    subject = None if kind in _NO_SUBJECT and "goods" not in row else _subject(row, "", None)
    other = _subject(row, "other_", subject) if any(key.startswith("other_") for key in row) else None
    form, direction = row.get("form", "times"), row.get("direction", "")
    if form not in _FORMS:
        raise _Cell("form", f"unknown; valid: {', '.join(_FORMS)}")
    if direction not in _DIRECTIONS:
        raise _Cell("direction", f"unknown; valid: {', '.join(filter(None, _DIRECTIONS))}")
    return Claim(
        id=row["id"],
        kind=kind,
        subject=subject,
        period=_period(row, "period"),
        said=_said(row, kind, subject),
        base=_period(row, "base"),
        other=other,
        form=form,
        direction=direction,
        since=_period(row, "since"),
        rank=_count(row, "rank", 1),
        length=_count(row, "length", 0),
        indicator=row.get("indicator", ""),
        day=_day(row),
        text=row.get("text", ""),
        span=_span(row.get("span", "")),
        statement=row.get("statement", ""),
        publisher=row.get("publisher", ""),
        family=row.get("family", ""),
        published=first,
        published_to=last,
        address=row.get("address", ""),
        why=row.get("why", ""),
        quoted=row.get("quoted", ""),
        assumed=tuple(filter(None, (part.strip() for part in row.get("assumed", "").split(" | ")))),
    )


def _one(row: Mapping[str, str], column: str, kinds: Any, default: str = "") -> Any:
    try:
        return kinds(row.get(column, default))
    except ValueError:
        raise _Cell(column, f"unknown; valid: {', '.join(kinds)}") from None


def _subject(row: Mapping[str, str], lead: str, like: Subject | None) -> Subject:
    def cell(name: str, default: str) -> str:
        return row.get(lead + name, default)

    reporter = cell("reporter", like.reporter if like else "")
    partner = cell("partner", like.partner if like else "")
    for name, value in (("reporter", reporter), ("partner", partner)):
        _area(lead + name, value)
    try:
        goods = resolve_goods(cell("goods", like.goods if like else ""))
    except InputError as error:
        raise _Cell(lead + "goods", str(error)) from None
    measure = _one(row, lead + "measure", Measure, (like.measure if like else Measure.VALUE).value)
    units = {Measure.VALUE: "USD", Measure.NET_WEIGHT: "kg", Measure.QUANTITY: "pieces"}
    default = like.unit if like and like.measure is measure else units[measure]
    unit = cell("unit", default)
    kind = row.get("kind", "")
    _unit(lead + "unit", unit, measure, kind)
    flow = _one(row, lead + "flow", Flow, like.flow.value if like else "")
    return Subject(reporter, partner, flow, goods, measure, unit)


def _area(column: str, value: str) -> None:
    """Refuse what is no country and no group whose members are known, with the code that may have been meant."""
    found = all_areas().get(value)
    if found is None:
        try:
            meant = area(value, column)
        except InputError:
            raise _Cell(
                column,
                "no country or group goes by this code; tidewaiter codes finds it by name, for example PRK, EU27",
            ) from None
        raise _Cell(column, f"not a code; {meant.name} is {meant.code}")
    if found.is_group and not has_members(value) and value != "W00":
        raise _Cell(
            column,
            f"a group whose members are in no table, so that nothing can be held against it; valid groups: {', '.join(known_groups())}",
        )


def _unit(column: str, unit: str, measure: Measure, kind: str) -> None:
    """Hold a unit to what is known: currencies to ISO 4217, units of quantity to the table of units."""
    money, slash, piece = unit.partition("/")
    if measure is Measure.VALUE:
        try:
            currency(money.strip())
        except InputError as error:
            raise _Cell(
                column, f"not a currency of ISO 4217, which a value is in ({str(error).partition('. ')[2]})"
            ) from None
        if bool(slash) != (kind == Kind.UNIT_VALUE.value) and slash:
            raise _Cell(column, "a unit value, which only a claim of kind 'unit value' has; write the currency alone")
        if not slash:
            return
    name = piece.strip() if measure is Measure.VALUE else unit
    try:
        found = known_unit(name)
    except InputError:
        found = None
    wrong = found is None or found.is_none
    if not wrong and found is not None and measure is not Measure.VALUE:
        wrong = (found.dimension == "mass") != (measure is Measure.NET_WEIGHT) and measure is Measure.NET_WEIGHT
    if wrong:
        valid = (
            [one.id for one in all_units().values() if one.dimension == "mass"] if measure is Measure.NET_WEIGHT else []
        )
        raise _Cell(
            column, f"not a unit of {'weight' if measure is Measure.NET_WEIGHT else 'quantity'} that is known; valid: "
            + ", ".join(valid[:8] or ["pieces", "pairs", "dozens", "sets", "doses", "kg", "t", "l", "m2", "barrels"])
            + "; docs/codes.md has the table",
        )  # fmt: skip


def _period(row: Mapping[str, str], column: str) -> Period | None:
    if column not in row:
        return None
    try:
        return Period.parse(row[column])
    except InputError:
        raise _Cell(
            column, "not a month or a span of months; write for example 2022-05, 2022-01..2022-05 or 2022"
        ) from None


def _said(row: Mapping[str, str], kind: Kind, subject: Subject | None) -> Said | None:
    hedge = row.get("hedge", "").lower()
    if hedge not in HEDGES:
        raise _Cell("hedge", f"not a word that is known; valid: {', '.join(filter(None, HEDGES))}")
    if "at_least" in row or "at_most" in row:
        lo = _plain(row, "at_least", -math.inf if kind in (Kind.CHANGE, Kind.DIFFERENCE) else 0.0)
        hi = _plain(row, "at_most", math.inf)
        for column, end in (("at_least", lo), ("at_most", hi)):
            if end < 0 and math.isfinite(end) and kind in _NEVER_NEGATIVE:
                raise _Cell(column, f"below zero, which no {kind.value} is; write a number of 0 or more")
        if lo > hi:
            raise _Cell("at_most", "less than at_least")
        return Said(row.get("printed", ""), lo if math.isfinite(lo) else hi, 0.0, Interval(lo, hi), hedge)
    if "printed" not in row:
        return None
    printed = row["printed"]
    words = printed.lower()
    if words in FRACTIONS:
        return said_fraction(words)
    if words in ORDERS:
        return said_order(words)
    number = read_printed(printed)
    if number is None:
        raise _Cell(
            "printed",
            "not a number; write digits, '1.4 million', '4,458만', '九千八百万', '구천팔백만', 'hundredfold' or 'a fifth'",
        )
    value, step = number.value, number.step
    _agrees(number, subject, kind)
    hedge = hedge or number.hedge
    if value < 0 and kind in _NEVER_NEGATIVE:
        raise _Cell("printed", f"below zero, which no {kind.value} is; write a number of 0 or more")
    if "step" in row:
        step = _plain(row, "step", 0.0)
    else:
        counted = (
            subject is not None and subject.measure is not Measure.VALUE and kind in (Kind.AMOUNT, Kind.DIFFERENCE)
        )
        step = default_step(printed, value, step, counted=counted)
    return said(printed, value, step, hedge)


def _agrees(number: Printed, subject: Subject | None, kind: Kind) -> None:
    """Refuse a number whose own signs are of another currency or unit than the claim's."""
    if subject is None or kind in (Kind.CHANGE, Kind.SHARE, Kind.MULTIPLE, Kind.COUNT):
        return
    money = subject.unit.partition("/")[0].strip() if subject.measure is Measure.VALUE else ""
    if number.currency and number.currency != money:
        raise _Cell("printed", f"printed in {number.currency}, but the unit of the claim is {subject.unit}")
    if number.unit and (
        money or canonical_unit(Measure.QUANTITY, number.unit) != canonical_unit(subject.measure, subject.unit)
    ):
        raise _Cell("printed", f"printed in {number.unit}, but the unit of the claim is {subject.unit}")


def _plain(row: Mapping[str, str], column: str, default: float) -> float:
    if column not in row:
        return default
    try:
        found = float(row[column])
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise _Cell(column, "not a plain number; write digits without separators, for example 100000")
    return found


def _count(row: Mapping[str, str], column: str, default: int) -> int:
    text = row.get(column, str(default))
    if not re.match(r"\d{1,4}\Z", text, re.ASCII):
        raise _Cell(column, "not a whole number")
    return int(text)


def _day(row: Mapping[str, str]) -> str:
    text = row.get("day", "")
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise _Cell("day", "not a date; write YYYY-MM-DD") from None


def _published(text: str) -> tuple[str, str]:
    """Read a day, a month, or a span of days; both ends are days."""
    if not text:
        return "", ""
    first, dots, last = text.partition("..")
    try:
        start = _ends(first)[0]
        end = _ends(last if dots else first)[1]
    except ValueError:
        raise _Cell("published", "not a date; write YYYY-MM-DD, YYYY-MM, or two of them joined by ..") from None
    if end < start:
        raise _Cell("published", "ends before it begins")
    if start > date.today():
        raise _Cell("published", f"still to come; write the day of publication, today ({date.today()}) at the latest")
    return start.isoformat(), "" if start == end else end.isoformat()


def published_days(text: str, where: str) -> tuple[str, str]:
    """Read when something was published; returns its two ends, the second empty where it is one day.

    Raises
    ------
    InputError
        If it is no such date; ``where`` names the place in the message.
    """
    try:
        return _published(text)
    except _Cell as problem:
        raise InputError(f"{where} {text!r}: {problem.reason}") from None


def _ends(text: str) -> tuple[date, date]:
    if re.match(r"\d{4}-\d{2}\Z", text, re.ASCII):
        start = date.fromisoformat(f"{text}-01")
        return start, (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return date.fromisoformat(text), date.fromisoformat(text)


def _span(text: str) -> tuple[int, int] | None:
    found = re.match(r"(\d{1,9}) ?[-|] ?(\d{1,9})\Z", text, re.ASCII)
    if text and not found:
        raise _Cell("span", "not a span; write the first and one past the last character, for example 120-164")
    return (int(found[1]), int(found[2])) if found else None


def said_cells(claim: Claim) -> dict[str, str]:
    """Return the cells from which a claim's number is read again."""
    assert claim.said is not None
    number = claim.said
    row = {"printed": number.printed, "hedge": number.hedge}
    try:
        if _said(row | {"step": f"{number.step!r}"}, claim.kind, claim.subject) == number:
            plain = _said({key: value for key, value in row.items() if value}, claim.kind, claim.subject)
            return row if plain == number else row | {"step": f"{number.step!r}"}
    except _Cell:
        pass
    row |= {"at_least": repr(number.bounds.lo), "at_most": repr(number.bounds.hi)}
    return {key: value for key, value in row.items() if value not in ("inf", "-inf")}

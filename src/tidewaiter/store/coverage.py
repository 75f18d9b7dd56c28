"""Coverage: what silence means. Inside a rectangle, a row that is not there is a zero; outside, it is not known.

Coverage is declared by who loads a file (``--covers``), or proved by its format (a full bulk file), or there is none. A
query download that lists three partners says nothing of a fourth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Final

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.model import TOTAL
from tidewaiter.period import Period

__all__ = ["DIMENSIONS", "Contents", "Rectangle", "code_digits", "covers_text", "declared", "is_group", "proved"]

DIMENSIONS: Final = (
    "reporters", "partners", "flows", "codes", "periods", "measures", "regimes", "modes", "districts",
)  # fmt: skip
"""What ``--covers`` can name."""

_CODE: Final = re.compile(r"(TOTAL|\d{2,10})\Z", re.ASCII)


class Rectangle(msgspec.Struct, frozen=True, omit_defaults=True):
    """A set of cells for which no row means zero: the product of its lists; ``None`` stands for every value.

    Parameters
    ----------
    dataset, reporters, flows, partners, regimes, modes, districts
        As in the rows; ``""`` in the last three is the total.
    codes
        Codes; each covers itself and everything under it.
    digits
        Lengths of code the file lists (``0`` stands for all goods): silence on other lengths says nothing.
    first, last, length
        Periods of ``length`` months that start in ``first`` to ``last`` and begin a whole number of lengths after
        ``first``; length 1 is the plain case of single months.
    measures
        The measures the rows carry.
    groups, totals
        What ``None`` takes in beyond single countries and parts: groups that the file lists beside their members, and
        which of regimes, modes, districts it lists totals of. A file without a row for the world is silent on the
        world, not zero.
    basis
        ``declared`` or ``format``.
    """

    dataset: str
    reporters: tuple[str, ...]
    flows: tuple[str, ...]
    partners: tuple[str, ...] | None
    codes: tuple[str, ...] | None
    digits: tuple[int, ...]
    first: int
    last: int
    length: int = 1
    measures: tuple[str, ...] = ("value",)
    regimes: tuple[str, ...] | None = ("",)
    modes: tuple[str, ...] | None = ("",)
    districts: tuple[str, ...] | None = ("",)
    groups: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    basis: str = "declared"

    def has_period(self, start: int, end: int) -> bool:
        """Whether a period is one of those it covers."""
        return (
            end - start + 1 == self.length
            and self.first <= start <= self.last
            and (start - self.first) % self.length == 0
        )

    def has_code(self, code: str) -> bool:
        """Whether it covers a code."""
        if code_digits(code) not in self.digits:
            return False
        return self.codes is None or code.startswith(self.codes)

    def has(
        self,
        *,
        dataset: str,
        reporter: str,
        partner: str,
        flow: str,
        code: str,
        start: int,
        end: int,
        measure: str,
        regime: str = "",
        mode: str = "",
        district: str = "",
    ) -> bool:
        """Whether a cell lies inside."""
        return (
            dataset == self.dataset
            and flow in self.flows
            and reporter in self.reporters
            and self.has_partner(partner)
            and self.has_period(start, end)
            and measure in self.measures
            and self.has_code(code)
            and self.has_part("regimes", regime)
            and self.has_part("modes", mode)
            and self.has_part("districts", district)
        )

    def has_partner(self, partner: str) -> bool:
        """Whether it covers a partner."""
        if self.partners is not None:
            return partner in self.partners
        return partner in self.groups or not is_group(partner)

    def has_part(self, name: str, part: str) -> bool:
        """Whether it covers a regime, mode or district, or the total over them."""
        listed = getattr(self, name)
        if listed is not None:
            return part in listed
        return bool(part) or name in self.totals


@lru_cache(maxsize=4096)
def is_group(code: str) -> bool:
    """Whether a code of a partner or reporter stands for several countries."""
    from tidewaiter.codes import all_areas

    found = all_areas().get(code)
    return found is not None and found.is_group


def code_digits(code: str) -> int:
    """Return the length of a code; 0 for all goods."""
    return 0 if code == TOTAL else len(code)


class Contents(msgspec.Struct):
    """The distinct key values of a file, gathered while it is read, for its coverage."""

    dataset: str
    reporters: set[str]
    flows: set[str]
    partners: set[str]
    codes: set[str]
    periods: set[tuple[int, int]]
    measures: set[str]
    regimes: set[str]
    modes: set[str]
    districts: set[str]


def declared(texts: Sequence[str], contents: Contents) -> tuple[Rectangle, ...]:
    """Read what ``--covers`` says, filled up with what the file itself lists.

    Parameters
    ----------
    texts
        Each ``dimension=values; dimension=values``; several are a union. ``all`` alone is every partner and every code.
    contents
        What is in the file. A dimension that is not named covers only what the file lists.

    Raises
    ------
    InputError
        If a text cannot be understood.
    """
    return tuple(one for text in texts for one in _declared(covers_text(text), contents))


def covers_text(text: str) -> dict[str, tuple[str, ...] | None]:
    """Read one declaration of coverage; ``None`` stands for every value.

    Examples
    --------
    >>> covers_text("partners=all; codes=1201,8703; periods=2023-01..2023-12")
    {'partners': None, 'codes': ('1201', '8703'), 'periods': ('2023-01..2023-12',)}
    """
    if text.strip() == "all":
        return {"partners": None, "codes": None}
    found: dict[str, tuple[str, ...] | None] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, equals, values = (piece.strip() for piece in part.partition("="))
        if equals and values and name not in DIMENSIONS:
            near = get_close_matches(name, DIMENSIONS, 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise InputError(f"--covers: no dimension {name!r}{meant} (dimensions: {', '.join(DIMENSIONS)})")
        if not equals or not values:
            raise InputError(
                f"--covers: cannot read {part!r}; write for example 'partners=all; codes=1201,8703; periods=2023'"
                f" (dimensions: {', '.join(DIMENSIONS)})"
            )
        if name in found:
            raise InputError(f"--covers: {name} is told twice in {text!r}; several rectangles need several --covers")
        listed = tuple(dict.fromkeys(value.strip() for value in values.split(",") if value.strip()))
        if values == "all":
            if name not in ("partners", "codes", "regimes", "modes", "districts"):
                raise InputError(f"--covers: {name}=all says nothing that can be checked; list them")
            found[name] = None
        else:
            found[name] = tuple(_checked(name, value) for value in listed)
    if not found:
        raise InputError("--covers: nothing in it; write for example 'partners=all; codes=1201'")
    return found


def _checked(name: str, value: str) -> str:
    """Return a value of a declaration as rows have it."""
    from tidewaiter.codes import area
    from tidewaiter.model import Measure

    if name in ("reporters", "partners"):
        return area(value, name[:-1]).code
    if name == "codes" and not _CODE.match(value):
        raise InputError(f"--covers: not a commodity code: {value!r}; give digits, for example 1201, or TOTAL")
    if name == "periods":
        Period.parse(value)
    if name == "flows" and value not in ("X", "M", "RX", "RM"):
        raise InputError(f"--covers: not a flow: {value!r}; valid: X, M, RX, RM")
    if name == "measures" and value not in {one.value for one in Measure}:
        raise InputError(f"--covers: not a measure: {value!r}; valid: {', '.join(Measure)}")
    if name in ("regimes", "modes", "districts") and value == "total":
        return ""
    return value


def _declared(told: Mapping[str, tuple[str, ...] | None], contents: Contents) -> list[Rectangle]:
    def listed(name: str) -> tuple[str, ...] | None:
        return told[name] if name in told else tuple(sorted(getattr(contents, name)))

    if "periods" in told:
        runs = _runs(_told_periods([Period.parse(text) for text in told["periods"] or ()], contents.periods))
    else:
        runs = _runs(contents.periods)
    lengths = {code_digits(code) for code in contents.codes}
    named = told.get("codes") or ()
    lengths |= {code_digits(code) for code in named if code == TOTAL}
    return [
        Rectangle(
            dataset=contents.dataset,
            reporters=listed("reporters") or (),
            flows=listed("flows") or (),
            partners=listed("partners"),
            codes=listed("codes"),
            digits=tuple(sorted(lengths)),
            first=first,
            last=last,
            length=length,
            measures=listed("measures") or (),
            regimes=listed("regimes"),
            modes=listed("modes"),
            districts=listed("districts"),
            groups=groups_in(contents),
            totals=totals_in(contents),
        )
        for first, last, length in runs
    ]


def groups_in(contents: Contents) -> tuple[str, ...]:
    """Return the groups of countries that a file lists as partners."""
    return tuple(sorted(one for one in contents.partners if is_group(one)))


def totals_in(contents: Contents) -> tuple[str, ...]:
    """Return the dimensions of which a file lists totals."""
    return tuple(name for name in ("regimes", "modes", "districts") if "" in getattr(contents, name))


def _runs(periods: Iterable[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Return periods as runs of equally long, adjoining ones: first start, last start, length."""
    found: list[list[int]] = []
    for length, start in sorted((end - start + 1, start) for start, end in set(periods)):
        if found and found[-1][2] == length and start == found[-1][1] + length:
            found[-1][1] = start
        else:
            found.append([start, start, length])
    return [(first, last, length) for first, last, length in found]


def _told_periods(told: Sequence[Period], listed: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the periods inside those told, in the lengths that the file has.

    A file of years says nothing of months. Months that it has only together (January and February) stay together.
    """
    months = {month for period in told for month in period}
    whole = {(start, end) for start, end in listed if end > start and months.issuperset(range(start, end + 1))}
    lengths = {end - start + 1 for start, end in listed}
    if 12 in lengths:
        years = {month for month in months if month % 12 == 0 and months.issuperset(range(month, month + 12))}
        whole |= {(month, month + 11) for month in years}
    if 1 not in lengths:
        return whole
    inside = {month for start, end in whole if end - start < 11 for month in range(start, end + 1)}
    single = {start for start, end in listed if start == end}
    return {(month, month) for month in months if month not in inside or month in single} | whole


_KEYS: Final = {
    "reporter": "reporters",
    "partner": "partners",
    "flow": "flows",
    "cmd_code": "codes",
    "customs_regime": "regimes",
    "mode_of_transport": "modes",
    "district": "districts",
}


def proved(
    combinations: Iterable[Mapping[str, Any]], complete_over: Sequence[str], contents: Contents
) -> tuple[Rectangle, ...]:
    """Turn a format's promise into rectangles.

    Parameters
    ----------
    combinations
        Every distinct combination, in the file, of the key columns that the format does *not* prove it complete over, and
        the length of the code as ``digits``.
    complete_over
        Key columns over which the format proves the file complete.
    contents
        What is in the file.
    """
    rest = [name for name in _KEYS if name not in complete_over]
    rows = {
        (
            one["dataset"],
            (one["period_end"] - one["period_start"] + 1),
            one["period_start"],
            one["digits"],
            *(one[name] for name in rest),
        )
        for one in combinations
    }
    table: list[dict[str, Any]] = [
        {
            "dataset": row[0],
            "length": row[1],
            "first": row[2],
            "last": row[2],
            "digits": (row[3],),
            **{name: (value,) for name, value in zip(rest, row[4:], strict=True)},
        }
        for row in rows
    ]
    table = _joined_periods(table)
    for name in ("digits", *rest):
        table = _joined(table, name)
    return tuple(
        Rectangle(
            dataset=row["dataset"],
            reporters=row.get("reporter", ()),
            flows=row.get("flow", ()),
            partners=row.get("partner"),
            codes=row.get("cmd_code"),
            digits=row["digits"],
            first=row["first"],
            last=row["last"],
            length=row["length"],
            measures=tuple(sorted(contents.measures)),
            regimes=row.get("customs_regime"),
            modes=row.get("mode_of_transport"),
            districts=row.get("district"),
            groups=groups_in(contents),
            totals=totals_in(contents),
            basis="format",
        )
        for row in table
    )


def _frozen(row: Mapping[str, Any], without: Sequence[str]) -> tuple[Any, ...]:
    return tuple(value for name, value in sorted(row.items()) if name not in without)


def _joined(table: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Join rows that differ in one column only."""
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in table:
        key = _frozen(row, (name,))
        if key in groups:
            groups[key][name] = tuple(sorted({*groups[key][name], *row[name]}))
        else:
            groups[key] = dict(row)
    return list(groups.values())


def _joined_periods(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join rows that differ in their period only, where the periods adjoin."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in sorted(table, key=lambda one: one["first"]):
        listed = found.setdefault(_frozen(row, ("first", "last")), [])
        if listed and row["first"] == listed[-1]["last"] + row["length"]:
            listed[-1]["last"] = row["first"]
        else:
            listed.append(dict(row))
    return [row for listed in found.values() for row in listed]

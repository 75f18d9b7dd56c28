"""Units of quantity: every publisher's names in one table, and what converts into what.

Examples
--------
>>> unit_by_scheme("gacc", "千个").name, unit_by_scheme("comtrade", "2u").id
('thousand items', 'pairs')
>>> convert(1442, unit("thousand items"), unit("items"))
1442000.0
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from tidewaiter.codes.tables import read_lines
from tidewaiter.errors import InputError, UnknownName

__all__ = ["UNIT_SCHEMES", "Unit", "UnitBreak", "all_units", "convert", "unit", "unit_breaks", "unit_by_scheme"]

UNIT_SCHEMES: Final = (
    "gacc", "gacc_code", "comtrade", "comtrade_code", "eurostat", "hmrc", "census", "comexstat", "words",
)  # fmt: skip
"""Whose names :func:`unit_by_scheme` reads."""

_SAME_AS: Final = {"hmrc": "eurostat"}
"""The United Kingdom's tariff kept the Union's supplementary units and their letters."""


class Unit(NamedTuple):
    """A unit.

    Parameters
    ----------
    id
        How it is written in a table of ours: ``items``, ``kg``, ``thousand items``.
    dimension
        What it measures; only units of one dimension convert into each other.
    base
        The unit of that dimension that the others are multiples of.
    factor
        How many base units it is.
    name
        How it is printed.
    """

    id: str
    dimension: str
    base: str
    factor: float
    name: str

    @property
    def is_none(self) -> bool:
        """Whether it says that there is no quantity."""
        return self.dimension == "none"


class UnitBreak(NamedTuple):
    """A change of unit inside a series.

    ``kind`` is ``scale`` where the units convert (pieces to thousand pieces), ``dimension`` where they do not (pieces
    to kilograms); ``factor`` multiplies quantities after the break into the unit before it, ``None`` where it cannot.
    """

    position: int
    before: str
    after: str
    kind: str
    factor: float | None


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, str]]:
    lines = [line.split("\t") for line in read_lines("units.tsv")]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


@lru_cache(maxsize=1)
def all_units() -> dict[str, Unit]:
    """Return every unit by its id."""
    return {
        row["unit"]: Unit(row["unit"], row["dimension"], row["base"], float(row["factor"]), row["name"])
        for row in _rows()
    }


@lru_cache(maxsize=len(UNIT_SCHEMES))
def _scheme(scheme: str) -> dict[str, str]:
    if scheme not in UNIT_SCHEMES:
        raise InputError(f"unknown scheme of units {scheme!r}; valid: {', '.join(UNIT_SCHEMES)}")
    table: dict[str, str] = {}
    if scheme == "words":
        for row in _rows():
            for name in (row["unit"], row["name"], *row["words"].split("|"), *row["gacc"].split("|")):
                if name:
                    table.setdefault(name.casefold(), row["unit"])
        return table
    column = _SAME_AS.get(scheme, scheme)
    for row in _rows():
        table.update({name: row["unit"] for name in row[column].split("|") if name})
    return table


def unit(name: str) -> Unit:
    """Find a unit by its id or a word people use.

    Raises
    ------
    UnknownName
        If there is none.
    """
    found = all_units().get(name) or unit_by_scheme("words", name)
    if found is None:
        raise UnknownName("unit", name, list(all_units()), "Such as items, thousand items, pairs or kg")
    return found


def unit_by_scheme(scheme: str, name: str) -> Unit | None:
    """Translate a publisher's unit into ours.

    Parameters
    ----------
    scheme
        One of :data:`UNIT_SCHEMES`.
    name
        As printed. China Customs' ``?`` and ``-``, Comtrade's ``N/A`` are the unit ``none``: no quantity is recorded,
        which is not a quantity of zero.

    Returns
    -------
    Unit or None
        ``None`` if the table does not have it: the caller says so, naming the value.

    Examples
    --------
    >>> unit_by_scheme("gacc", "千克").id, unit_by_scheme("gacc", "?").is_none, unit_by_scheme("eurostat", "p/st").id
    ('kg', True, 'items')
    """
    table, plain = _scheme(scheme), name.strip()
    found = table.get(plain.casefold() if scheme == "words" else plain)
    if found is None and scheme == "census":
        found = table.get(plain.upper())
    return None if found is None else all_units()[found]


def factor(source: Unit, target: Unit) -> float | None:
    """Return what to multiply a quantity with, or ``None`` if the two measure different things."""
    if source.base != target.base or source.is_none:
        return None
    return source.factor / target.factor


def convert(quantity: float, source: Unit, target: Unit) -> float:
    """Convert a quantity.

    Raises
    ------
    InputError
        If the units measure different things: pieces are not kilograms.
    """
    ratio = factor(source, target)
    if ratio is None:
        raise InputError(f"{source.name} do not convert into {target.name}; compare values, or weights")
    return quantity * ratio


def unit_breaks(units: Sequence[str | None]) -> tuple[UnitBreak, ...]:
    """Find where a series changes its unit.

    Parameters
    ----------
    units
        The id of the unit of each month, ``None`` or ``none`` where there is no quantity: such months break nothing.

    Returns
    -------
    tuple of UnitBreak
        In order; a break is to be shown, never smoothed over.

    Examples
    --------
    >>> unit_breaks(["items", None, "thousand items", "kg"])[0]
    UnitBreak(position=2, before='items', after='thousand items', kind='scale', factor=1000.0)
    """
    found = []
    last: Unit | None = None
    for position, name in enumerate(units):
        if name is None or name == "none":
            continue
        now = unit(name)
        if last is not None and now.id != last.id:
            ratio = factor(now, last)
            kind = "dimension" if ratio is None else "scale"
            found.append(UnitBreak(position, last.id, now.id, kind, ratio))
        last = now
    return tuple(found)

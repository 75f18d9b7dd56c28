"""The shipped table of EU exports by heading: what the published file adds up to, for machines that have no file yet.

Computed from the Comext extraction DS-045409 of 21 January 2023 (Eurostat; reuse with attribution): exports of the 27
EU countries to seven neighbours, 114 four-digit headings under export sanctions, January 2020 to November 2022, in
euros, with the number of EU countries that reported trade above zero. An empty cell means that no EU country listed a row.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

import msgspec

from tidewaiter.model import Figure, Flow, Interval, Measure, Origin, SeriesKey
from tidewaiter.period import Period, month

__all__ = ["ATTRIBUTION", "DATASET", "Heading", "eu27_headings", "eu27_partners", "heading_context", "heading_phrase"]

DATASET = "comext"
ATTRIBUTION = (
    "Source: Eurostat, Comext DS-045409, extracted 21 January 2023; sums by Tidewaiter. Reuse with attribution."
)
ORIGIN = Origin(
    id="comext-2023-01-21",
    publisher="Eurostat",
    title="Comext DS-045409, EU trade by HS and CN",
    address="https://ec.europa.eu/eurostat/comext/newxtweb/",
    published_from="2023-01-21",
    published_to="2023-01-21",
    note="day of extraction; exports of EU27 countries, in euros",
    family="Eurostat",
)
_PREFIX = {"ARM": "AM", "BLR": "BY", "GEO": "GE", "KGZ": "KG", "KAZ": "KZ", "RUS": "RU", "UZB": "UZ"}


class Heading(msgspec.Struct, frozen=True):
    """One heading with one partner: value in euros and number of reporting countries by month number."""

    partner: str
    code: str
    values: dict[int, float]
    reporters: dict[int, int]


def _rows(name: str) -> csv.DictReader[str]:
    text = resources.files("tidewaiter.sources").joinpath("tables", name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


@cache
def eu27_headings() -> tuple[Heading, ...]:
    """Return the whole table."""
    values: dict[tuple[str, str], dict[int, float]] = {}
    reporters: dict[tuple[str, str], dict[int, int]] = {}
    for row in _rows("eu27_headings.csv"):
        pair = (row.pop("partner"), row.pop("heading"))
        if row.pop("what") == "value":
            values[pair] = {month(name): float(cell) for name, cell in row.items() if cell}
        else:
            reporters[pair] = {month(name): int(cell) for name, cell in row.items() if cell}
    return tuple(Heading(*pair, values[pair], reporters[pair]) for pair in values)


def eu27_partners() -> tuple[str, ...]:
    """Return the partners of the table.

    Examples
    --------
    >>> eu27_partners()
    ('ARM', 'BLR', 'GEO', 'KAZ', 'KGZ', 'RUS', 'UZB')
    """
    return tuple(sorted({heading.partner for heading in eu27_headings()}))


@cache
def _headings() -> dict[str, tuple[str, str]]:
    return {row["heading"]: (row["phrase"], row["context"]) for row in _rows("headings.csv")}


def heading_phrase(code: str) -> str:
    """Return what a heading is called inside a sentence; the code itself where it has no name here."""
    return _headings().get(code, (f"goods of heading {code}", ""))[0]


def heading_context(code: str) -> str:
    """Return one line on what a heading holds, or an empty text."""
    return _headings().get(code, ("", ""))[1]


def heading_figures(heading: Heading, origin: Origin = ORIGIN) -> list[Figure]:
    """Return the cells of a heading as exact figures, with the number of reporters as a note."""
    key = SeriesKey(DATASET, "EU27", heading.partner, Flow.EXPORT, heading.code, "HS", Measure.VALUE, "EUR")
    found = []
    for number, value in sorted(heading.values.items()):
        count = heading.reporters.get(number, 0)
        found.append(
            Figure(
                id=f"{_PREFIX.get(heading.partner, heading.partner)}{heading.code}_{number // 12}_{number % 12 + 1:02d}",
                key=key,
                period=Period(number, number),
                printed=f"{value:.0f}",
                value=value,
                bounds=Interval(value, value),
                origin=origin,
                note=f"reported by {count} of the 27 EU countries",
            )
        )
    return found

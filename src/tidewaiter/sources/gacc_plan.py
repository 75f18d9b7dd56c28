"""Which queries of China Customs' portal stay under its 10,000 rows.

The portal cuts an answer at 10,000 rows without a word. A query by commodity with one partner, one month and one flow has at most
one row a tariff line, and the tariff has fewer than 9,100 lines, so it cannot be cut: that is proved. Further columns (customs
regime, place of registration) may multiply the rows. Then the query is cut into ranges of commodities by an estimate, since no
table tells the lines of a chapter; the reader of the files refuses one of exactly 10,000 rows.

Source of the number of tariff lines: State Council Tariff Commission, the yearly adjustment of import and export tariffs (8,549 lines
in 2020, 8,930 in 2022, 8,957 in 2024, 8,960 in 2025).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from tidewaiter.codes import codes_of, revision_of
from tidewaiter.period import Period, month_text

__all__ = ["CAP", "DETAILS", "LINES", "PlannedQuery", "plan_gacc"]

CAP = 10_000
"""Rows after which the portal cuts an answer."""

LINES = 9_100
"""No tariff of 2020 to 2026 has more eight-digit lines than this."""

DETAILS = {"regime": 19, "place": 31}
"""Further columns and how many values each is planned for: customs regimes of the form, provinces."""

_PER_CODE = 4
"""Lines a six-digit code is taken to have, more than twice the 1.6 of the whole tariff."""


class PlannedQuery(msgspec.Struct, frozen=True):
    """One query of the portal, as its form asks.

    ``codes`` are commodity prefixes to enter, none for all; ``most`` is the number of rows it is planned for, and ``proved``
    whether it cannot have more.
    """

    flow: str
    month: str
    partner: str
    codes: tuple[str, ...]
    most: int
    proved: bool


def plan_gacc(
    partner: str, flows: tuple[str, ...], period: Period, detail: tuple[str, ...] = ()
) -> Iterator[PlannedQuery]:
    """Return the queries, month by month.

    Parameters
    ----------
    partner
        The portal's code of the partner.
    detail
        Further columns, of :data:`DETAILS`.
    """
    times = math.prod(DETAILS[name] for name in detail)
    for number in period.months:
        for flow in flows:
            for codes, most in _ranges(number, times):
                yield PlannedQuery(flow, month_text(number), partner, codes, most, not codes)


def _ranges(number: int, times: int) -> Iterator[tuple[tuple[str, ...], int]]:
    if LINES * times < CAP:
        yield (), LINES * times
        return
    sizes: dict[str, int] = {}
    for code in codes_of(revision_of(number // 12)):
        if len(code) == 6:
            for digits in (2, 4):
                sizes[code[:digits]] = sizes.get(code[:digits], 0) + _PER_CODE * times
    chapters = sorted(code for code in sizes if len(code) == 2)
    units: list[str] = []
    for chapter in chapters:
        whole = sizes[chapter] < CAP
        units.extend([chapter] if whole else sorted(code for code in sizes if len(code) == 4 and code[:2] == chapter))
    run: list[str] = []
    most = 0
    for unit in [*units, "98"]:
        size = sizes.get(unit, _PER_CODE * times)
        if run and most + size >= CAP:
            yield tuple(run), most
            run, most = [], 0
        run.append(unit)
        most += size
    yield tuple(run), most

"""Sums over the members of a group for a brief: by who was a member in the month, with what is missing."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
import pyarrow as pa

from tidewaiter.codes import area_name
from tidewaiter.codes.parties import Party, party, who_is_missing
from tidewaiter.model import Figure, Interval, Origin, SeriesKey
from tidewaiter.period import Period, month_text
from tidewaiter.sources.registry import get
from tidewaiter.store.cells import silence_is_zero
from tidewaiter.store.store import Release
from tidewaiter.store.view import View

__all__ = ["EVER", "caveat_of", "figure", "group_figures", "origin_of"]

EVER: Final = Period.parse("1988-01..2099-12")
"""The months in which customs files may have a member's rows."""


def caveat_of(code: str, figures: Sequence[Figure]) -> str:
    """Return the caveat of a code's sums: that of whole ones, or of ones that are at least so much."""
    holes = any(math.isinf(one.bounds.hi) for one in figures if one.key.cmd == code)
    return "members-floor" if holes else "members-whole"


def group_figures(
    view: View,
    key: SeriesKey,
    rows: Sequence[Mapping[str, Any]],
    reporters: Collection[str],
    partners: Collection[str],
    releases: Mapping[str, Release],
) -> list[Figure]:
    """Return the sums of members' single months as figures.

    Parameters
    ----------
    key
        The series of the group, its code left open.
    rows
        Rows of members with members, of single codes.
    reporters, partners
        Who has rows in the dataset, and whose rows were asked for; of both, who was a member counts in each month.

    Returns
    -------
    list of Figure
        Exact where every pair of members has a row or is covered; else at least the sum, with who is missing in the note.
    """
    cells: dict[tuple[str, int], dict[tuple[str, str], Mapping[str, Any]]] = {}
    for row in rows:
        if row["period_start"] == row["period_end"]:
            spot = cells.setdefault((row["cmd_code"], row["period_start"]), {})
            spot[row["reporter"], row["partner"]] = row
    if not cells:
        return []
    sides = (_side(key.reporter, reporters), _side(key.partner, partners))
    silence = _Silence(view, key, sorted({code for code, _ in cells}), sorted({month for _, month in cells}), sides)
    found = []
    for (code, month), by in sorted(cells.items()):
        pairs = [(who, other) for who in sides[0].members(month) for other in sides[1].members(month) if who != other]
        values = {pair: by[pair]["value"] for pair in pairs if pair in by and by[pair]["value"] is not None}
        if not values:
            continue
        missing = [
            pair for pair in pairs if pair not in values and (pair in by or not silence.is_zero(pair, code, month))
        ]
        total = math.fsum(values.values())
        newest = max((by[pair]["release"] for pair in values), key=lambda name: releases[name].order)
        one = msgspec.structs.replace(key, cmd=code)
        bounds = Interval(total, math.inf if missing else total)
        note = _note(key, sides, pairs, values, missing)
        found.append(figure(one, Period(month, month), total, bounds, origin_of(releases[newest]), note))
    return found


def _side(code: str, listed: Collection[str]) -> Party:
    """Return a side: the group by its members, or by its own row alone where that is what the file has."""
    return party(code) if set(listed) != {code} else Party(code, (code,), alone=True)


class _Silence:
    """Where a member without a row had no trade, because the file covers it."""

    def __init__(
        self, view: View, key: SeriesKey, codes: Sequence[str], months: Sequence[int], sides: tuple[Party, Party]
    ) -> None:
        self._view, self._key = view, key
        reach = Period(months[0], months[-1])
        ever = [one.ever(reach) or (one.own,) for one in sides]
        self._at = {
            spot: place for place, spot in enumerate((r, p, c) for r in ever[0] for p in ever[1] for c in codes)
        }
        self._months = {month: place for place, month in enumerate(months)}
        columns = list(zip(*self._at, strict=True))
        table = pa.table(
            [
                pa.array([text] * len(self._at)).dictionary_encode()
                if isinstance(text, str)
                else pa.array(text).dictionary_encode()
                for text in (key.dataset, columns[0], columns[1], key.flow.value, columns[2])
            ],
            ["dataset", "reporter", "partner", "flow", "cmd_code"],
        )
        self._covered = view.covered_months(table, months)

    def is_zero(self, pair: tuple[str, str], code: str, month: int) -> bool:
        if not self._covered[self._at[*pair, code], self._months[month]]:
            return False
        one = msgspec.structs.replace(self._key, reporter=pair[0], partner=pair[1], cmd=code)
        return silence_is_zero(self._view, one, month)


def _note(
    key: SeriesKey,
    sides: tuple[Party, Party],
    pairs: Sequence[tuple[str, str]],
    values: Mapping[tuple[str, str], float],
    missing: Sequence[tuple[str, str]],
) -> str:
    """Say how many of a group there are in a sum, who is missing, and the three largest."""
    at = 0 if not sides[0].is_one else 1
    by: dict[str, float] = {}
    for pair, value in values.items():
        by[pair[at]] = by.get(pair[at], 0.0) + value
    selling = {who: value for who, value in by.items() if value > 0}
    largest = sorted(selling, key=lambda who: -selling[who])[:3]
    named = ", ".join(f"{area_name(who)} {selling[who]:.0f}" for who in largest)
    whole = sorted({pair[at] for pair in pairs})
    code = (key.reporter, key.partner)[at]
    if missing:
        told = who_is_missing(dict.fromkeys((pair[at] for pair in missing), "not known"), whole)
    else:
        of = "the 27 EU countries" if code == "EU27" else f"the {len(whole)} members of {code}"
        told = f"{'reported by' if at == 0 else 'with'} {len(selling)} of {of}"
    return told + (f"; largest: {named}" if named else "")


def figure(key: SeriesKey, period: Period, value: float, bounds: Interval, origin: Origin, note: str) -> Figure:
    """Return a cell as a figure; its id may stand in an expression."""
    identity = f"{key.partner.strip('_')}{key.cmd}_{month_text(period.start).replace('-', '_')}"
    if not period.is_month:
        identity += f"_{len(period)}"
    return Figure(identity, key, period, f"{value:.0f}", value, bounds, origin, note)


def origin_of(release: Release) -> Origin:
    """Return a release as the origin of figures."""
    source = get(release.source)
    return Origin(
        id=release.id[:12],
        publisher=source.publisher,
        title=source.title,
        address=source.address,
        published_from=release.published_from or release.published_to,
        published_to=release.published_to,
        note=f"file {release.file}, SHA-256 {release.id}"
        + ("" if release.published else "; date of loading, the date of publication was not told"),
        family=source.publisher,
    )

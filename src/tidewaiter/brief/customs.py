"""A brief from a customs service's own rows in the store: one reporter, or a group summed over the members that reported.

One dataset, one length of code and one currency are told: rows of two datasets are never blended, codes of two lengths hold
the same goods twice, and rows by customs regime or mode of transport repeat their total. What is left aside is named.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tidewaiter.brief.gather import Asked, Evidence, basket_groups
from tidewaiter.brief.lines import HEADING, code_subject, lives_of, without_row
from tidewaiter.codes import area, area_name, members
from tidewaiter.findings.words import join
from tidewaiter.model import TOTAL, Figure, Flow, Interval, Measure, Origin, SeriesKey
from tidewaiter.period import Period, month_text
from tidewaiter.series.book import Book
from tidewaiter.sources.registry import get
from tidewaiter.store.store import Release, Store
from tidewaiter.store.view import View

__all__ = ["from_store"]

MOST_CODES = 400
"""Codes that are looked at, the greatest of the period first; a full tariff has ten thousand."""

_NAMES = ("reporter", "cmd_code", "period_start", "period_end", "value", "currency", "release")


class Choice(msgspec.Struct, frozen=True):
    """What of the store a brief tells: a dataset, a reporter with the members it is summed over, a length of code."""

    dataset: str
    reporter: str
    inside: frozenset[str]
    digits: int
    rows: int


def from_store(asked: Asked, folder: Path) -> Evidence | None:
    """Answer from the store's rows, if it has any of the pair in the period.

    Without a reporter, or with a group as the reporter, the members' rows are summed month by month; the number of
    members that reported trade travels with every sum.
    """
    view = View(Store(folder), asked.as_of)
    choices = _choices(view, asked)
    if not choices:
        return None
    choice, *others = choices
    rows = _rows(view, asked, choice)
    currencies = Counter(row["currency"] for row in rows if row["value"] is not None)
    if not currencies:
        return None
    currency = currencies.most_common(1)[0][0]
    rows = [row for row in rows if row["currency"] == currency or row["value"] is None]
    codes, dropped = _greatest(rows, asked.period)
    if not codes:
        return None
    summed = choice.inside != {choice.reporter}
    key = SeriesKey(
        choice.dataset, choice.reporter, asked.partner, Flow(asked.flow), "", "HS", Measure.VALUE, currency or "USD"
    )
    releases = {one.id: one for one in view.releases}
    figures = _figures([row for row in rows if row["cmd_code"] in codes], key, summed, releases)
    if not summed:
        figures += _zeros(view, key, codes, figures)
    subjects = tuple(
        code_subject(code, figures, summed=summed) for code in sorted(codes, key=lambda c: (c == TOTAL, c))
    )
    used = [releases[name] for name in dict.fromkeys(row["release"] for row in rows)]
    return Evidence(
        "customs",
        choice.reporter,
        Book(figures, lives=lives_of(codes)),
        subjects,
        (),
        basket_groups(asked.basket_file)[1],
        tuple(dict.fromkeys(get(one.source).attribution for one in used)),
        (
            *without_row(_Wanted(asked).codes or (), codes, choice.digits, asked.period.end // 12),
            *_left_out(choice, others, currencies, currency, dropped, used),
        ),
    )


def _choices(view: View, asked: Asked) -> list[Choice]:
    """Return what could be told of the pair in the period, the best first: headings, then the most rows."""
    table = view.rows(partners=asked.partner, flow=asked.flow.value, period=asked.period, whole=True)
    found: dict[tuple[str, int], Counter[str]] = {}
    wanted = _Wanted(asked)
    for dataset, who, code in zip(*(table[n].to_pylist() for n in ("dataset", "reporter", "cmd_code")), strict=True):
        if wanted.has(code):
            found.setdefault((dataset, 0 if code == TOTAL else len(code)), Counter())[who] += 1
    choices = []
    for (dataset, digits), there in found.items():
        reporter, inside = _reporters(asked, set(there), set(view.reporters(dataset, asked.flow.value)))
        if reporter:
            rows = sum(there[who] for who in inside)
            choices.append(Choice(dataset, reporter, frozenset(inside), digits, rows))
    return sorted(choices, key=lambda one: (_rank(one.digits), -one.rows, one.dataset))


def _rank(digits: int) -> int:
    """Headings are told first, then subheadings, then national lines; chapters and the total only where there is no more."""
    return {HEADING: 0, 6: 1, 2: 8, 0: 9}.get(digits, 2 if digits > 6 else 7)


class _Wanted:
    """The codes of the basket asked for, cut to the length that is compared; all codes without a basket."""

    def __init__(self, asked: Asked) -> None:
        self.codes: frozenset[str] | None = None
        if asked.basket:
            from tidewaiter.baskets import load_basket, resolve

            basket = load_basket(asked.basket_file)
            own = {line.code for line in basket.lines}
            self.codes = frozenset(own | {c for year in (2017, 2022) for c in resolve(basket, year).codes})

    def has(self, code: str) -> bool:
        if self.codes is None or code == TOTAL:
            return True
        # A heading is told if the basket has anything in it; a line if the basket has it or what it lies under.
        return any(code.startswith(one) or one.startswith(code) for one in self.codes)


def _rows(view: View, asked: Asked, choice: Choice) -> list[dict[str, Any]]:
    """Read the rows to be told, of every month: the codes of the chosen length, and all goods together."""
    wanted = _Wanted(asked)
    found = []
    for digits in {choice.digits, 0}:
        table = view.rows(
            datasets=choice.dataset,
            reporters=choice.inside,
            partners=asked.partner,
            flow=asked.flow.value,
            digits=digits,
            whole=True,
        )
        found += [row for row in table.select(_NAMES).to_pylist() if wanted.has(row["cmd_code"])]
    return found


def _greatest(rows: Sequence[dict[str, Any]], period: Period) -> tuple[set[str], int]:
    """Return the codes with rows in the period, the greatest of them where there are too many, and how many were dropped."""
    size: dict[str, float] = {}
    for row in rows:
        if period.contains(Period(row["period_start"], row["period_end"])):
            size[row["cmd_code"]] = size.get(row["cmd_code"], 0.0) + (row["value"] or 0.0)
    kept = sorted(size, key=lambda code: (code != TOTAL, -size[code]))[:MOST_CODES]
    return set(kept), len(size) - len(kept)


def _figures(
    rows: Sequence[dict[str, Any]], key: SeriesKey, summed: bool, releases: dict[str, Release]
) -> list[Figure]:
    """Return the cells as exact figures; of a group, the sums of its members' single months."""
    cells: dict[tuple[str, int, int], dict[str, dict[str, Any]]] = {}
    for row in rows:
        if not summed or row["period_start"] == row["period_end"]:
            cells.setdefault((row["cmd_code"], row["period_start"], row["period_end"]), {})[row["reporter"]] = row
    origins = {name: _origin(release) for name, release in releases.items()}
    figures = []
    for (code, start, end), by in sorted(cells.items()):
        values = {who: row["value"] for who, row in by.items() if row["value"] is not None}
        if not values:
            continue
        total = math.fsum(values.values())
        # A member whose value is kept back may add to the sum.
        bounds = Interval(total, total if len(values) == len(by) else math.inf)
        newest = max((row["release"] for row in by.values()), key=lambda name: releases[name].order)
        note = _note(key.reporter, values) if summed else ""
        one = msgspec.structs.replace(key, cmd=code)
        figures.append(_figure(one, Period(start, end), total, bounds, origins[newest], note))
    return figures


def _zeros(view: View, key: SeriesKey, codes: set[str], known: Sequence[Figure]) -> list[Figure]:
    """Return a zero for each month in which silence means zero, because the file says so.

    A code is not taken to exist where a revision says that it did not, and nothing is taken to be known of the life of a
    national line.
    """
    months = view.months(key.dataset, key.reporter, key.flow.value)
    if not months or not any(view.rectangles.values()):
        return []
    printed = {(figure.key.cmd, figure.period.start) for figure in known if figure.period.is_month}
    lives = lives_of(codes)
    found = []
    for code in sorted(code for code in codes if code == TOTAL or len(code) <= 6):
        one = msgspec.structs.replace(key, cmd=code)
        life = lives.get(code)
        for month in months:
            if (code, month) in printed or (life is not None and not life.start <= month <= life.end):
                continue
            covering = view.covered(one, month, month)
            if covering is not None:
                note = "the release covers the cell and has no row"
                found.append(_figure(one, Period(month, month), 0.0, Interval(0.0, 0.0), _origin(covering), note))
    return found


def _figure(key: SeriesKey, period: Period, value: float, bounds: Interval, origin: Origin, note: str) -> Figure:
    """Return a cell as an exact figure; its id may stand in an expression."""
    identity = f"{key.partner.strip('_')}{key.cmd}_{month_text(period.start).replace('-', '_')}"
    if not period.is_month:
        identity += f"_{len(period)}"
    return Figure(identity, key, period, f"{value:.0f}", value, bounds, origin, note)


def _reporters(asked: Asked, there: set[str], ever: set[str]) -> tuple[str, set[str]]:
    """Resolve the reporter: one country, or a group by its members; EU27 where none was named and members are there.

    ``there`` are those with rows in the period, ``ever`` those with rows in any month: a member that sold nothing in the
    period counts in the months it is compared with.
    """
    wanted = asked.reporter or "EU27"
    if wanted in there:
        return wanted, {wanted}
    if area(wanted, "reporter").is_group:
        inside = set(members(wanted, asked.period.end))
        if inside & there:
            return wanted, inside & ever
    if not asked.reporter and len(there) == 1:
        return next(iter(there)), there
    return "", set()


def _note(reporter: str, values: dict[str, float]) -> str:
    """Say who reported: how many of a group, and the three largest."""
    selling = {who: value for who, value in values.items() if value > 0}
    largest = sorted(selling, key=lambda who: -selling[who])[:3]
    named = ", ".join(f"{area_name(who)} {selling[who]:.0f}" for who in largest)
    of = "the 27 EU countries" if reporter == "EU27" else f"the members of {reporter}"
    return f"reported by {len(selling)} of {of}" + (f"; largest: {named}" if named else "")


def _left_out(
    choice: Choice,
    others: Sequence[Choice],
    currencies: Counter[str],
    currency: str,
    dropped: int,
    used: Sequence[Release],
) -> tuple[str, ...]:
    """Name what the store holds on the question and the brief does not tell."""
    lines = []
    datasets = sorted({one.dataset for one in others} - {choice.dataset})
    if datasets:
        lines.append(
            f"The store holds rows of {join(datasets)} on this pair too; datasets are compared, never blended."
        )
    finer = sorted({one.digits for one in others if one.dataset == choice.dataset and one.digits > choice.digits > 0})
    if finer:
        lines.append(
            f"Rows of {join([str(n) for n in finer])} digits are not told: codes of two lengths must not be added up."
        )
    if len(currencies) > 1:
        rest = sorted(str(one) for one in currencies if one != currency)
        lines.append(f"Rows in {join(rest)} are left aside; the brief is told in {currency}.")
    if dropped:
        lines.append(
            f"Of the codes with trade in the period only the {MOST_CODES} greatest were looked at; {dropped} more are in the file."
        )
    lines += dict.fromkeys(note for one in used for note in one.notes)
    return tuple(lines)


def _origin(release: Release) -> Origin:
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

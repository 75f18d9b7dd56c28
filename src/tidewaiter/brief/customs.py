"""A brief from a customs service's own rows in the store: one reporter, or a group summed over the members that reported.

One dataset, one length of code and one currency are told: rows of two datasets are never blended, codes of two lengths hold
the same goods twice, and rows by customs regime or mode of transport repeat their total. What is left aside is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tidewaiter.brief.gather import Asked, Evidence, basket_groups
from tidewaiter.brief.groups import EVER, caveat_of, figure, group_figures, origin_of
from tidewaiter.brief.lines import HEADING, code_subject, lives_of, without_row
from tidewaiter.codes import area
from tidewaiter.codes.parties import party
from tidewaiter.findings.words import join
from tidewaiter.model import TOTAL, Figure, Flow, Interval, Measure, SeriesKey
from tidewaiter.period import Period
from tidewaiter.series.book import Book
from tidewaiter.sources.registry import get
from tidewaiter.store.cells import silence_is_zero
from tidewaiter.store.store import Release, Store
from tidewaiter.store.view import View

__all__ = ["from_store"]

MOST_CODES = 400
"""Codes that are looked at, the greatest of the period first; a full tariff has ten thousand."""

_NAMES = ("reporter", "partner", "cmd_code", "period_start", "period_end", "value", "currency", "release")


class Choice(msgspec.Struct, frozen=True):
    """What of the store a brief tells: a dataset, a reporter with the members it is summed over, a length of code."""

    dataset: str
    reporter: str
    inside: frozenset[str]
    partners: frozenset[str]
    digits: int
    rows: int

    def summed(self, partner: str) -> bool:
        """Whether members of a group are added up, on either side."""
        return self.inside != {self.reporter} or self.partners != {partner}


def from_store(asked: Asked, folder: Path) -> Evidence | None:
    """Answer from the store's rows, if it has any of the pair in the period.

    Without a reporter, or with a group on either side, the members' rows are summed month by month, by who was a member
    then. A sum is a number only where every member has a row or is covered; else it is at least so much.
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
    summed = choice.summed(asked.partner)
    key = SeriesKey(
        choice.dataset, choice.reporter, asked.partner, Flow(asked.flow), "", "HS", Measure.VALUE, currency or "USD"
    )
    releases = {one.id: one for one in view.releases}
    told = [row for row in rows if row["cmd_code"] in codes]
    if summed:
        figures = group_figures(view, key, told, choice.inside, choice.partners, releases)
    else:
        figures = [*_figures(told, key, releases)]
        figures += _zeros(view, key, codes, figures)
    subjects = tuple(
        code_subject(code, figures, members=caveat_of(code, figures) if summed else "")
        for code in sorted(codes, key=lambda c: (c == TOTAL, c))
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
    others = {asked.partner, *party(asked.partner).ever(asked.period)}
    table = view.rows(partners=sorted(others), flow=asked.flow.value, period=asked.period, whole=True)
    found: dict[tuple[str, int], dict[bool, Counter[str]]] = {}
    wanted = _Wanted(asked)
    names = ("dataset", "reporter", "partner", "cmd_code")
    for dataset, who, partner, code in zip(*(table[n].to_pylist() for n in names), strict=True):
        if wanted.has(code):
            spot = found.setdefault((dataset, 0 if code == TOTAL else len(code)), {})
            spot.setdefault(partner == asked.partner, Counter())[who] += 1
    choices = []
    for (dataset, digits), sides in found.items():
        # A row that the file has for the group itself is told, and never added to members.
        own = True in sides
        there = sides[own]
        reporter, inside = _reporters(asked, set(there), set(view.reporters(dataset, asked.flow.value)))
        if reporter:
            rows = sum(there[who] for who in inside)
            partners = frozenset({asked.partner} if own else others - {asked.partner})
            choices.append(Choice(dataset, reporter, frozenset(inside), partners, digits, rows))
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
            partners=sorted(choice.partners),
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


def _figures(rows: Sequence[dict[str, Any]], key: SeriesKey, releases: dict[str, Release]) -> list[Figure]:
    """Return the cells of one reporter as exact figures."""
    figures = []
    for row in sorted(rows, key=lambda one: (one["cmd_code"], one["period_start"], one["period_end"])):
        if row["value"] is not None:
            one, period = (
                msgspec.structs.replace(key, cmd=row["cmd_code"]),
                Period(row["period_start"], row["period_end"]),
            )
            bounds = Interval(row["value"], row["value"])
            figures.append(figure(one, period, row["value"], bounds, origin_of(releases[row["release"]]), ""))
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
            if covering is not None and silence_is_zero(view, one, month):
                note = "the release covers the cell and has no row"
                found.append(figure(one, Period(month, month), 0.0, Interval(0.0, 0.0), origin_of(covering), note))
    return found


def _reporters(asked: Asked, there: set[str], ever: set[str]) -> tuple[str, set[str]]:
    """Resolve the reporter: one country, or a group by its members; EU27 where none was named and members are there.

    ``there`` are those with rows in the period, ``ever`` those with rows in any month: a member that sold nothing in the
    period counts in the months it is compared with.
    """
    wanted = asked.reporter or "EU27"
    if wanted in there:
        return wanted, {wanted}
    if area(wanted, "reporter").is_group:
        # Membership goes by the month: whoever was a member when there are rows may count in some of them.
        inside = set(party(wanted, "reporter").ever(EVER))
        if inside & there:
            return wanted, inside & ever
    if not asked.reporter and len(there) == 1:
        return next(iter(there)), there
    return "", set()


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

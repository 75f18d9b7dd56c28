"""Starts and stops that codes make, not goods.

A series that starts on 1 January of a revision's year may be a new code for old goods, one that stops the day before a
code that ended. Before anybody writes "for the first time", the break is looked up here.

Examples
--------
>>> found = start_of("85171300", "2022-01", reported=["85171300", "8703"])
>>> found.kind, found.others, found.absent
('new code', ('851712',), ('851712',))
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from tidewaiter.codes import hs
from tidewaiter.codes.national import cn_after, cn_before
from tidewaiter.period import month as month_number

__all__ = ["Break", "start_of", "stop_of"]

_CN: Final = "Combined Nomenclature"


class Break(NamedTuple):
    """What a revision has to do with the start or stop of a series.

    Parameters
    ----------
    code
        The code or national line asked about.
    kind
        ``new code`` or ``ended code``; ``changed code`` where it kept its number and changed its goods; ``line not
        known`` where a national line starts or stops with a revision and its six digits do not tell why.
    revision
        The revision.
    others
        Codes its goods came from, or went to, the main one first.
    absent
        Those of them (of the lines, where they are known) of which the dataset has no row of six digits or more; empty if
        it was not asked.
    words
        All of it as a sentence.
    lines
        National lines its goods came from, or went to, where an official table says so.
    """

    code: str
    kind: str
    revision: int
    others: tuple[str, ...]
    absent: tuple[str, ...]
    words: str
    lines: tuple[str, ...] = ()


def start_of(code: str, month: int | str, reported: Iterable[str] | None = None, scheme: str = "") -> Break | None:
    """Tell whether a series may start in a month because its code is new or took in other goods.

    Parameters
    ----------
    code
        Six digits or more.
    month
        First month with trade, a month number or ``YYYY-MM``.
    reported
        Every code that occurs in the dataset, to say whether the predecessors are there to compare with.
    scheme
        ``CN`` for a line of the Combined Nomenclature: its own predecessors are named where the shipped table has them
        (:mod:`tidewaiter.codes.national`).

    Returns
    -------
    Break or None
        ``None`` if the month is not in the first year of a revision, or the revision left the code as it was.
    """
    return _break(code, month, reported, scheme, ahead=False)


def stop_of(code: str, month: int | str, reported: Iterable[str] | None = None, scheme: str = "") -> Break | None:
    """Tell whether a series may stop after a month because its code ended or gave goods away.

    Parameters
    ----------
    code, reported, scheme
        As for :func:`start_of`.
    month
        Last month with trade.

    Examples
    --------
    >>> start_of("85171300", "2022-01", ["85171300"], "CN").absent
    ('85171200',)
    >>> stop_of("300220", "2021-12").words
    '300220 ended with HS 2022 on 1 January 2022; its goods are in 300241 since'
    """
    return _break(code, month, reported, scheme, ahead=True)


def _break(code: str, month: int | str, reported: Iterable[str] | None, scheme: str, *, ahead: bool) -> Break | None:
    number = month_number(month) if isinstance(month, str) else month
    # A stop in 2021 is looked for in the revision that came next.
    year = number // 12 + (1 if ahead else 0)
    if year not in hs.REVISIONS[1:]:
        return None
    line = hs.clean(code)
    six = hs.known(line)
    before = hs.REVISIONS[hs.REVISIONS.index(year) - 1]
    was, is_now = hs.alive(six, before), hs.alive(six, year)
    if not was and not is_now:
        return None
    links: Iterable[hs.Link] = hs.successors(six, before) if ahead else hs.predecessors(six, year)
    links = sorted(links, key=lambda link: not link.main)
    others = tuple(link.code for link in links if link.code != six)
    lines = _lines(line, year, scheme, ahead=ahead)
    if lines == (line,):
        return None  # The table knows the line, and knows that nothing happened to it.
    named = tuple(one for one in lines or () if one != line)
    where = _some(others) + (f" ({'lines' if len(named) > 1 else 'line'} {_some(named)} of the {_CN})" if named else "")
    day = f"HS {year} on 1 January {year}"
    if ahead and not is_now:
        kind, words = "ended code", f"{line} ended with {day}; its goods are in {where} since"
    elif not ahead and not was:
        kind, words = "new code", f"{line} is a new code, born with {day}; its goods were in {where} before"
    elif lines and line not in lines:
        way = "is a new line; its goods were in" if not ahead else "is a line that ended; its goods are in"
        tail = f"before 1 January {year}" if not ahead else f"since 1 January {year}"
        kind, words = "new code" if not ahead else "ended code", f"{line} {way} {_some(named)} of the {_CN} {tail}"
    elif not ahead and year in hs.life(six).reused:
        kind, words = "changed code", f"the number {six} was given to other goods, from {where}, with {day}"
    elif was and is_now and others:
        way = "gave goods to" if ahead else "took goods from"
        kind, words = "changed code", f"{six} kept its number and {way} {where} with {day}"
    elif len(line) > 6 and (number % 12 == (11 if ahead else 0)):
        kind = "line not known"
        words = f"{six} goes on through {day}; whether the line {line} is as old is not known"
    else:
        return None
    absent: tuple[str, ...] = ()
    if reported is not None:
        every = reported if isinstance(reported, frozenset) else frozenset(reported)
        absent = _absent(others, named, every)
        if absent:
            words += f"; of {_some(absent)} the dataset has no row, so it cannot show what there was"
            words += _headings(line, absent, every)
    return Break(line, kind, year, others, absent, words, named)


def _lines(line: str, year: int, scheme: str, *, ahead: bool) -> tuple[str, ...] | None:
    """Return what an official table says of the line itself; ``None`` if none does."""
    if scheme != "CN" or len(line) != 8 or year != 2022:
        return None
    return (cn_after(line) if ahead else cn_before(line)) or None


def _absent(others: tuple[str, ...], named: tuple[str, ...], reported: frozenset[str]) -> tuple[str, ...]:
    """Return the codes, or where lines are known the lines, of which a dataset has nothing at six digits or more."""
    if named:
        return tuple(one for one in named if one not in reported and one[:6] not in reported)
    there = _six(reported)
    return tuple(other for other in others if other not in there)


@lru_cache(maxsize=8)
def _six(reported: frozenset[str]) -> frozenset[str]:
    """Return the first six digits of codes that have as many; asked again for each break of a dataset."""
    return frozenset(one[:6] for one in reported if len(one) >= 6)


def _headings(line: str, absent: tuple[str, ...], reported: frozenset[str]) -> str:
    """Say where a row of four digits holds the goods before and after."""
    if line[:4] in reported and {one[:4] for one in absent} == {line[:4]}:
        return f"; the heading {line[:4]} as a whole it has"
    return ""


def _some(codes: tuple[str, ...], limit: int = 4) -> str:
    if not codes:
        return "no code that a table names"
    text = ", ".join(codes[:limit])
    return text if len(codes) <= limit else f"{text} and {len(codes) - limit} more"

"""Runs of whole months in a row of tokens: ``April last year``, ``the first quarter of 2021``, ``January-April``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from tidewaiter.claims.read.tokens import Token
from tidewaiter.period import MONTH_NAMES

__all__ = [
    "Row",
    "Run",
    "count_of",
    "latest",
    "month_words",
    "months_at",
    "number_words",
    "run_at",
    "skip",
    "year_tail",
]

_MONTHS: Final = {name.lower(): place for place, name in enumerate(MONTH_NAMES)} | {
    "jan": 0, "feb": 1, "apr": 3, "jun": 5, "jul": 6, "aug": 7, "sep": 8, "sept": 8, "oct": 9, "nov": 10, "dec": 11,
}  # fmt: skip
_SMALL: Final = {
    word: place
    for place, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
_QUARTERS: Final = {"first": 0, "second": 1, "third": 2, "fourth": 3, "1st": 0, "2nd": 1, "3rd": 2, "4th": 3}
_JOINS: Final = ("-", "–", "—", "to", "through", "thru", "until", "till")


def month_words() -> tuple[str, ...]:
    """Return the names of months, in full and short."""
    return tuple(_MONTHS)


def number_words() -> tuple[str, ...]:
    """Return the words with which months or quarters are counted."""
    return (*_SMALL, *_QUARTERS)


class Row:
    """Tokens with the dateline."""

    def __init__(self, row: Sequence[Token], day: str) -> None:
        self.row = row
        self.year, self.month = (int(day[:4]), int(day[5:7]) - 1) if day else (0, 0)
        self.now = self.year * 12 + self.month
        self.day = day

    def low(self, at: int) -> str:
        """Return a token in lower case; empty outside the row."""
        return self.row[at].low if 0 <= at < len(self.row) else ""

    def lows(self, at: int, count: int) -> tuple[str, ...]:
        """Return some tokens in lower case."""
        return tuple(token.low for token in self.row[at : at + count])

    def year_at(self, at: int) -> int | None:
        """Read a year of four digits, not a number with a separator."""
        token = self.row[at] if 0 <= at < len(self.row) else None
        if token is None or token.kind != "number" or len(token.text) != 4 or not token.text.isdigit():
            return None
        year = int(token.text)
        return year if 1950 <= year <= (self.year or 2099) else None

    def month_at(self, at: int) -> int | None:
        """Read the name of a month, which has a capital; January is 0."""
        token = self.row[at] if 0 <= at < len(self.row) else None
        if token is None or token.kind not in ("word", "abbr") or not token.text[:1].isupper():
            return None
        return _MONTHS.get(token.low.rstrip("."))


class Run(NamedTuple):
    """A run of months found, and where it ends."""

    start: int
    end: int
    last: int
    yearless: bool = False
    also: tuple[tuple[int, int], ...] = ()


def skip(rows: Row, at: int, words: Sequence[str]) -> int:
    """Return the place after any of some words."""
    while rows.low(at) in words:
        at += 1
    return at


def year_tail(rows: Row, at: int) -> tuple[int | None, int, bool]:
    """Read what says the year after a month: the year, where it ends, and whether anything was said."""
    place = at
    if rows.low(place) in (",", "of", "in") and (rows.year_at(place + 1) is not None or rows.low(place) != ","):
        place += 1
    year = rows.year_at(place)
    if year is not None:
        return year, place + 1, True
    words = rows.lows(place, 2)
    if words == ("last", "year"):
        return rows.year - 1, place + 2, True
    if words == ("this", "year"):
        return rows.year, place + 2, True
    if rows.lows(place, 3) in (("the", "same", "year"), ("the", "previous", "year"), ("the", "following", "year")):
        return None, place + 3, True
    if words == ("the", "year"):
        return rows.year, place + 2, True
    return None, at, False


def latest(rows: Row, month: int, last_day: bool = False) -> int | None:
    """Return the latest such month that had ended on the day of the article."""
    if not rows.day or month == rows.month:
        return None
    year = rows.year if month < rows.month else rows.year - 1
    return year * 12 + month


def run_at(rows: Row, at: int) -> Run | None:
    """Read a run of months without a preposition."""
    place = skip(rows, at, ("the", "all", "whole", "entire", "full", "just", "alone", "calendar", "both"))
    if rows.low(place) == "of" and place > at:
        place = skip(rows, place + 1, ("the",))
    iso = rows.row[place] if place < len(rows.row) else None
    if iso is not None and iso.kind == "date":
        if len(iso.text) > 7:
            return None
        number = int(iso.text[:4]) * 12 + int(iso.text[5:7]) - 1
        return Run(number, number, place + 1)
    return months_at(rows, place) or _counted(rows, place) or _years(rows, place) or _relative(rows, place)


def months_at(rows: Row, place: int) -> Run | None:
    """Read named months: ``April last year``, ``from January to April``, ``between January and April``."""
    between = rows.low(place) == "between"
    first_at = place + 1 if between or rows.low(place) in ("this", "from") else place
    first = rows.month_at(first_at)
    if first is None:
        return None
    own, after, said = year_tail(rows, first_at + 1)
    joined = rows.low(after)
    second = rows.month_at(after + 1)
    ranged = (
        joined in _JOINS and second is not None and (joined in ("-", "–", "—") or rows.low(place) == "from" or not said)
    )
    if between:
        ranged = joined == "and" and second is not None
        if not ranged:
            return None
    if rows.low(place) == "from" and not ranged:
        return None
    together = joined == "and" and second == (first + 1) % 12 and rows.month_at(after + 3) is None
    if not ranged and not together:
        if said and own is None:
            return None
        if rows.low(place) == "this":
            own, said = rows.year, True
        found = own * 12 + first if own is not None else latest(rows, first)
        return None if found is None else Run(found, found, after, yearless=not said)
    assert second is not None
    year, end, told = year_tail(rows, after + 2)
    if (told and year is None) or (said and own is None):
        return None
    if rows.low(end) == "period":
        end += 1
        if not told:
            year, end, told = year_tail(rows, end)
            if told and year is None:
                return None
    finish = year * 12 + second if year is not None else (latest(rows, second) if not said else None)
    begin: int | None
    if own is not None:
        begin = own * 12 + first
        if finish is None:
            finish = own * 12 + second if second >= first else None
    elif finish is not None:
        begin = finish - (second - first) % 12
    else:
        begin = None
    if begin is None or finish is None or finish < begin or finish - begin > 23:
        return None
    return Run(begin, finish, end, yearless=not (said or told))


def count_of(word: str) -> int | None:
    """Read a small count of months, in digits or words."""
    if word in _SMALL:
        return _SMALL[word]
    return int(word) if word.isdigit() and word.isascii() and 1 <= int(word[:3]) <= 12 else None


def _counted(rows: Row, place: int) -> Run | None:
    """Read ``first four months of the year``, ``first quarter of 2021``, ``Q1 2022``, ``second half of last year``."""
    start = length = None
    end = place
    if rows.low(place) == "first" and count_of(rows.low(place + 1)) and rows.low(place + 2) == "months":
        start, length, end = 0, count_of(rows.low(place + 1)), place + 3
    elif rows.low(place) in _QUARTERS:
        after = place + (2 if rows.low(place + 1) == "-" else 1)
        if rows.low(after) == "quarter":
            start, length, end = 3 * _QUARTERS[rows.low(place)], 3, after + 1
        elif rows.low(after) == "half" and _QUARTERS[rows.low(place)] < 2:
            start, length, end = 6 * _QUARTERS[rows.low(place)], 6, after + 1
    elif rows.low(place) in ("q1", "q2", "q3", "q4"):
        start, length, end = 3 * (int(rows.low(place)[1]) - 1), 3, place + 1
    if start is None or length is None:
        return None
    year, after, told = year_tail(rows, end)
    if told and year is None:
        return None
    yearless = not told
    if year is None:
        if not rows.day:
            return None
        year, after = rows.year, end
        if start + length > rows.month + (1 if start == 0 and length == 12 else 0):
            if start == 0 and length != 3 and length != 6:
                return None
            year -= 1
    first = year * 12 + start
    return Run(first, first + length - 1, after, yearless=yearless)


def _years(rows: Row, place: int) -> Run | None:
    first = rows.year_at(place)
    if first is None:
        return None
    spans, after = [(first * 12, first * 12 + 11)], place + 1
    while rows.low(after) in ("and", ",", "or") and rows.year_at(after + 1) == spans[-1][0] // 12 + 1:
        spans.append(((spans[-1][0] // 12 + 1) * 12, spans[-1][1] + 12))
        after += 2
    return Run(*spans[0], after, also=tuple(spans[1:]))


def _relative(rows: Row, place: int) -> Run | None:
    if not rows.day:
        return None
    if rows.lows(place, 2) == ("last", "month"):
        return Run(rows.now - 1, rows.now - 1, place + 2)
    if rows.lows(place, 2) == ("last", "year"):
        return Run((rows.year - 1) * 12, rows.year * 12 - 1, place + 2)
    return None

"""Months as prose names them: ``in the first four months of the year``, ``last month``, ``from a year earlier``.

A month without a year is the latest one that had ended when the article appeared. What is no run of whole months
(``late April``, ``the first 20 days``, ``this year``) is recognised as such, so that no number is tied to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from tidewaiter.claims.read.runs import (
    Row,
    Run,
    count_of,
    latest,
    month_words,
    months_at,
    number_words,
    run_at,
    skip,
    year_tail,
)
from tidewaiter.claims.read.tokens import Token
from tidewaiter.period import Period

__all__ = ["Mention", "mention_at"]

_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LEADS: Final = ("in", "for", "during", "over", "throughout", "of")
_BASES: Final = ("from", "than", "on", "over", "versus", "against", "vs")
_PARTS: Final = ("late", "early", "mid", "end", "beginning", "middle", "start")
_JOINS: Final = ("-", "–", "—", "to", "through", "thru", "until", "till")
_BEFORE: Final = ("earlier", "ago", "before", "prior", "previously")


class Mention(NamedTuple):
    """A mention of time.

    ``role`` is ``in`` (whole months: ``periods``), ``since``, ``back`` (``months`` before the month spoken of),
    ``day`` (``day`` in ISO form, empty where it cannot be told) or ``vague``. ``lead`` is the preposition it came
    with; ``assumed`` says what was filled in, ``why`` why it is vague.
    """

    role: str
    first: int
    last: int
    periods: tuple[Period, ...] = ()
    months: int = 0
    day: str = ""
    lead: str = ""
    assumed: str = ""
    why: str = ""
    yearless: bool = False


def mention_at(row: Sequence[Token], at: int, day: str) -> Mention | None:
    """Read the longest mention of time that begins at a token.

    Parameters
    ----------
    row
        Tokens of a sentence.
    at
        Where to begin.
    day
        ISO date of the article; empty if not known: then only full dates can be read.

    Examples
    --------
    >>> from tidewaiter.claims.read.tokens import tokens
    >>> def read(text):
    ...     found = mention_at(tokens(text), 0, "2022-05-27")
    ...     return found.role, *map(str, found.periods), found.months
    >>> read("in the first four months of the year"), read("last month"), read("In December")
    (('in', '2022-01..2022-04', 0), ('in', '2022-04', 0), ('in', '2021-12', 0))
    >>> read("from a year earlier"), read("since February 2020"), read("in 2020 and 2021")
    (('back', 12), ('since', '2020-02', 0), ('in', '2020', '2021', 0))
    """
    if row[at].kind == "word" and row[at].low not in _BEGINS:
        return None
    rows = Row(row, day)
    return (
        _back(rows, at)
        or _vague(rows, at)
        or _days(rows, at)
        or _since(rows, at)
        or _led(rows, at)
        or _unresolved(rows, at)
    )  # fmt: skip


def _led(rows: Row, at: int) -> Mention | None:
    lead = rows.low(at) if rows.low(at) in (*_LEADS, *_BASES) else ""
    place = at + 1 if lead else at
    if rows.low(at) == "from":
        ranged = months_at(rows, at)
        if ranged is not None:
            return _made(rows, "in", at, ranged, "in")
    found = run_at(rows, place)
    if found is None:
        return None
    if not lead and rows.year_at(place) is not None:
        return None  # a bare 2021 may count something
    if rows.low(found.last) in ("alone", "combined", "together"):
        found = found._replace(last=found.last + 1)
    return _made(rows, "in", at, found, lead)


def _made(rows: Row, role: str, at: int, run: Run, lead: str) -> Mention:
    spans = ((run.start, run.end), *run.also)
    if rows.day and max(end for _, end in spans) >= rows.now:
        whole_year = run.start == rows.year * 12 and run.end == run.start + 11
        why = "the year was not over" if whole_year else "the months named had not ended"
        return Mention("vague", at, run.last, lead=lead, why=why)
    periods = tuple(Period(start, end) for start, end in spans)
    assumed = ""
    if run.yearless:
        assumed = f"the year of {periods[0].words()} is taken from the date of the article"
    return Mention(role, at, run.last, periods, lead=lead, assumed=assumed, yearless=run.yearless)


_TIMES: Final = frozenset(
    [
        "spring",
        "summer",
        "autumn",
        "winter",
        "week",
        "weeks",
        "weekend",
        "day",
        "days",
        "decade",
        "decades",
        "quarter",
        "quarters",
        "season",
        "yesterday",
        "today",
        "overnight",
        "recently",
        "lately",
        "period",
        "periods",
        "currently",
        "nowadays",
        "fortnight",
        "semester",
        "century",
        "hours",
        "hour",
        "minutes",
        "pandemic",
    ]
)


def _unresolved(rows: Row, at: int) -> Mention | None:
    """Recognise a month whose year cannot be told, and words of time that are no months: no other month may stand in."""
    place = at + 1 if rows.low(at) in (*_LEADS, *_BASES, "since") else at
    if rows.month_at(place) is not None and rows.low(place) != "may":
        return Mention("vague", at, place + 1, why="of which year that month is, is not said")
    if rows.low(place) == "may" and rows.month_at(place) is not None and place > 0:
        return Mention("vague", at, place + 1, why="of which year that month is, is not said")
    if rows.low(at) in _TIMES:
        return Mention("vague", at, at + 1, why=f"{rows.low(at)!r}: no run of whole months")
    return None


def _since(rows: Row, at: int) -> Mention | None:
    if rows.low(at) != "since":
        return None
    place = skip(rows, at + 1, ("at", "least"))
    began = rows.lows(place, 3) in (
        ("records", "began", "in"),
        ("records", "started", "in"),
        ("records", "begin", "in"),
    )
    if began and (found := run_at(rows, place + 3)) is not None and not found.also:
        return _made(rows, "since", at, found, "records")
    if rows.low(place) == "records" or rows.lows(place, 2) in (("record", "-"), ("the", "records")):
        return Mention("vague", at, place + 1, why="since records began: the record's start is not said")
    found = run_at(rows, place)
    if found is None or found.also:
        return None
    made = _made(rows, "since", at, found, "since")
    return made if place == at + 1 else made._replace(role="vague", why="at least since: an open beginning")


def _back(rows: Row, at: int) -> Mention | None:
    """Read what counts back from the month spoken of."""
    lead = rows.low(at) if rows.low(at) in (*_LEADS, *_BASES) else ""
    start = at + 1 if lead else at
    for phrase, months in _COMPACT_BY_FIRST.get(rows.low(at), ()):
        if rows.lows(at, len(phrase)) == phrase:
            return Mention("back", at, at + len(phrase), months=months, lead="from")
    place = skip(rows, start, ("the", "that", "of", "levels", "level"))
    for phrase, months in _BACK_BY_FIRST.get(rows.low(place), ()):
        if rows.lows(place, len(phrase)) == phrase:
            whole = "the same month, or the whole year before" if phrase in _WHOLE else ""
            return Mention("back", at, place + len(phrase), months=months, lead=lead, why=whole)
    counted = rows.low(place) in ("same", "corresponding") and count_of(rows.low(place + 1)) is not None
    if counted and rows.low(place + 2) == "months":
        place += 1
    if (counted or rows.low(place) in ("same", "corresponding")) and rows.low(place + 1) in (
        "month",
        "period",
        "quarter",
        "time",
        "months",
    ):
        after = skip(rows, place + 2, ("of", "in", "the", "during"))
        for phrase, months in ((("last", "year"), 12), (("previous", "year"), 12), (("year", "before"), 12), (("year", "earlier"), 12),
                               (("this", "year"), 0), (("a", "year"), 12), (("one", "year"), 12), (("prior", "year"), 12)):  # fmt: skip
            if rows.lows(after, 2) == phrase:
                after += 2
                if phrase[0] in ("a", "one"):
                    if rows.low(after) not in _BEFORE:
                        return None
                    after += 1
                if not months:
                    return Mention("back", at, after, months=-rows.year, lead=lead) if rows.year else None
                return Mention("back", at, after, months=months, lead=lead)
        year = rows.year_at(after)
        if year is not None and rows.year:
            # Same month of a named year: counted from the year of the article, resolved against the month spoken of.
            return Mention("back", at, after + 1, months=-year, lead=lead)
    return None


_COMPACT: Final[dict[tuple[str, ...], int]] = {
    ("year", "-", "on", "-", "year"): 12, ("year", "on", "year"): 12, ("on", "year"): 12, ("on", "-", "year"): 12,
    ("yoy",): 12, ("y", "/", "y"): 12, ("year", "-", "over", "-", "year"): 12, ("year", "over", "year"): 12,
    ("month", "-", "on", "-", "month"): 1, ("month", "on", "month"): 1, ("on", "month"): 1, ("on", "-", "month"): 1,
    ("quarter", "-", "on", "-", "quarter"): 3, ("quarter", "on", "quarter"): 3, ("on", "quarter"): 3,
    ("on", "the", "year"): 12, ("on", "the", "month"): 1, ("on", "an", "annual", "basis"): 12, ("on", "a", "yearly", "basis"): 12,
    ("on", "a", "monthly", "basis"): 1, ("annually",): 12, ("on", "a", "year", "-", "on", "-", "year", "basis"): 12,
    ("mom",): 1, ("m", "/", "m"): 1, ("month", "-", "over", "-", "month"): 1, ("month", "over", "month"): 1,
}  # fmt: skip

_WHOLE: Final = (("previous", "year"), ("prior", "year"), ("preceding", "year"), ("year", "before"))
_BACK: Final[dict[tuple[str, ...], int]] = {
    **{(one, "year", word): 12 for one in ("a", "one") for word in _BEFORE},
    **{(one, "month", word): 1 for one in ("a", "one") for word in _BEFORE},
    **{("two", "years", word): 24 for word in _BEFORE},
    **{("two", "months", word): 2 for word in _BEFORE},
    ("year", "before"): 12, ("previous", "month"): 1, ("month", "before"): 1, ("prior", "month"): 1,
    ("previous", "quarter"): 3, ("prior", "quarter"): 3, ("preceding", "quarter"): 3, ("a", "quarter", "earlier"): 3,
    ("preceding", "month"): 1, ("year", "earlier"): 12, ("year", "-", "earlier"): 12, ("year", "ago"): 12,
    ("year", "-", "ago", "period"): 12, ("year", "-", "ago", "month"): 12, ("month", "earlier"): 1,
    ("year", "-", "earlier", "period"): 12, ("year", "-", "earlier", "month"): 12,
    ("previous", "year"): 12, ("prior", "year"): 12, ("preceding", "year"): 12,
}  # fmt: skip


def _by_first(table: dict[tuple[str, ...], int]) -> dict[str, list[tuple[tuple[str, ...], int]]]:
    made: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for phrase, months in table.items():
        made.setdefault(phrase[0], []).append((phrase, months))
    return made


_COMPACT_BY_FIRST: Final = _by_first(_COMPACT)
_BACK_BY_FIRST: Final = _by_first(_BACK)


_BEGINS: Final = frozenset(
    (
        *_LEADS, *_BASES, *_PARTS, *_WEEKDAYS, *_TIMES, *_BACK_BY_FIRST, *_COMPACT_BY_FIRST, *month_words(), *number_words(),
        "since", "same", "corresponding", "by", "until", "till", "to", "as", "so", "this", "earlier", "last", "next", "past",
        "previous", "year", "months", "twelve", "the", "that", "level", "levels", "all", "whole", "entire", "full", "just",
        "alone", "calendar", "both", "between", "q1", "q2", "q3", "q4", "at", "least",
    )
)  # fmt: skip
"""Words with which a mention of time can begin."""


def _vague(rows: Row, at: int) -> Mention | None:
    """Recognise time that is no run of whole months."""
    place = at + 1 if rows.low(at) in (*_LEADS, "since", "from", "by", "until", "to", "as") else at
    place = skip(rows, place, ("the", "of"))
    word, after = rows.low(place), rows.low(place + 1)
    if word in _PARTS:
        end = skip(rows, place + 1, ("of", "-", "the", "to"))
        if rows.month_at(end) is not None or rows.year_at(end) is not None:
            return Mention("vague", at, end + 1, why="only part of a month or year")
        if word in ("early", "late") or (
            word in ("end", "start", "beginning", "middle") and rows.low(end) in ("last", "this")
        ):
            return (
                Mention("vague", at, end + 2, why="only part of a month or year")
                if rows.low(end) in ("last", "this")
                else None
            )
    if word == "first" and rows.low(place + 2) in ("days", "weeks", "day", "week"):
        end = place + 3
        if rows.low(end) == "of":
            end = skip(rows, end + 1, ("the",)) + 1
        return Mention("vague", at, end, why="only part of a month")
    if word == "so" and after == "far":
        end = place + 4 if rows.lows(place + 2, 2) in (("this", "year"), ("this", "month")) else place + 2
        return Mention("vague", at, end, why="up to which month is not said")
    if word == "this" and after in ("year", "month", "week", "quarter"):
        why = "which months of the year is not said" if after == "year" else f"this {after} was not over"
        return Mention("vague", at, place + 2, why=why)
    if word == "earlier" and after == "this":
        return Mention("vague", at, place + 3, why="when this year is not said")
    if word in ("last", "next", "past", "previous") and after in ("week", "quarter", "decade", "fortnight"):
        return Mention("vague", at, place + 2, why=f"{word} {after}: not a run of named months")
    if word in ("last", "next") and rows.month_at(place + 1) is not None:
        return Mention("vague", at, place + 2, why="of this year or the one before is not said")
    if (
        word in ("year", "months", "twelve", "12")
        and rows.low(place) == "year"
        and after in ("to", "through", "ending", "ended")
    ):
        end = place + 2 + (rows.month_at(place + 2) is not None)
        return Mention("vague", at, end, why="a year to a month may be twelve months or a year to date")
    if (
        count_of(word)
        and after in ("months", "month")
        and rows.low(place + 2) in ("to", "through", "ending", "ended", "until")
    ):
        end = place + 3
        month = rows.month_at(end)
        if month is not None:
            own, tail, said = year_tail(rows, end + 1)
            finish = own * 12 + month if own is not None else None if said else latest(rows, month)
            length = count_of(word) or 1
            if finish is not None:
                return _made(rows, "in", at, Run(finish - length + 1, finish, tail, yearless=not said), "in")
        return Mention("vague", at, end, why="the months are not named")
    if rows.low(at) == "by" and rows.month_at(at + 1) is not None:
        return Mention("vague", at, at + 2, why="by a month: since when is not said")
    if rows.low(at) in ("until", "till") and (rows.month_at(at + 1) is not None or rows.year_at(at + 1) is not None):
        return Mention("vague", at, at + 2, why="until: since when is not said")
    month = rows.month_at(place)
    if month is not None and rows.day and month == rows.month and not year_tail(rows, place + 1)[2]:
        nearby = rows.row[place + 1] if place + 1 < len(rows.row) else None
        if nearby is None or (not (nearby.kind == "number" and len(nearby.text) < 3) and nearby.low not in _JOINS):
            return Mention(
                "vague", at, place + 1, why="the month of the article itself: of this year or the last is not said"
            )
    return None


def _days(rows: Row, at: int) -> Mention | None:
    place = at + 1 if rows.low(at) in ("on", "by", "until", "since", "from", "of") else at
    lead = rows.low(at) if place > at else ""
    token = rows.row[place] if place < len(rows.row) else None
    if token is None:
        return None
    if token.kind == "date" and len(token.text) > 7:
        return Mention("day", at, place + 1, day=token.text, lead=lead)
    if token.low in _WEEKDAYS and token.text[:1].isupper():
        day = _weekday(rows, _WEEKDAYS.index(token.low))
        return Mention(
            "day", at, place + 1, day=day, lead=lead, assumed="the weekday before the article" if day else ""
        )
    month = rows.month_at(place)
    number, end = place + 1, place + 2
    if month is None:
        month, number = rows.month_at(place + 1), place
    if month is None or number >= len(rows.row):
        return None
    text = rows.row[number].low
    if rows.row[number].kind == "ordinal":
        text = text[:-2]
    elif rows.row[number].kind != "number":
        return None
    if not (text.isdigit() and text.isascii() and len(text) < 3 and 1 <= int(text) <= 31):
        return None
    if (
        number == place
        and rows.low(at) not in ("on", "by", "until", "since", "from", "of")
        and rows.row[number].kind == "number"
    ):
        # "12 May" without a preposition may be the end of a list of numbers.
        lead = "bare"
    own, after, said = year_tail(rows, end)
    if said and own is not None:
        end = after
    year = own if own is not None else rows.year if month <= rows.month else rows.year - 1
    day = f"{year:04d}-{month + 1:02d}-{int(text):02d}" if year else ""
    return Mention("day", at, end, day=day, lead=lead)


def _weekday(rows: Row, wanted: int) -> str:
    if not rows.day:
        return ""
    from datetime import date, timedelta

    today = date.fromisoformat(rows.day)
    return (today - timedelta((today.weekday() - wanted) % 7)).isoformat()

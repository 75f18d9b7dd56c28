"""The parts of which the forms of a brief's sentences are made."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from tidewaiter.claims.read.briefs.parts import Parts, Unknown, goods_of
from tidewaiter.claims.read.briefs.words import AMOUNT, PERIOD, Amount, amount, goods_amount, periods
from tidewaiter.model import Measure
from tidewaiter.period import MONTH_NAMES, Period

__all__ = [
    "COUNTED", "DAY", "FOLDS", "LIST", "MANY", "MEASURES", "NESTED", "OR", "RIVAL", "RIVAL_TIMES", "Match", "between", "day_of",
    "goods_told", "named", "quotes", "run_of", "runs_of", "said_amount", "same_amount", "when",
]  # fmt: skip

Match = re.Match[str]

LIST: Final = rf"{PERIOD}(?:(?:, | and ){PERIOD})*"
MANY: Final = rf"(?:{LIST}|\d+ other months)"
NESTED: Final = r"(?:[^()]|\([^()]*\))+?"
RIVAL: Final = rf"(?: \({NESTED} printed {NESTED}\))?"
OR: Final = rf"(?:; {NESTED} printed {NESTED})?"
RIVAL_TIMES: Final = rf"(?: \(on the {NESTED} printed for {NESTED}\))?"
DAY: Final = rf"\d{{1,2}} (?:{'|'.join(MONTH_NAMES)}) \d{{4}}"
MEASURES: Final = {"value": Measure.VALUE, "weight": Measure.NET_WEIGHT}
FOLDS: Final = {"tenfold": 10, "a hundredfold": 100, "a thousandfold": 1000}

COUNTED: Final = "how many months that is, is told of what is known, not of the trade: not judged"


def named(name: str, pattern: str) -> str:
    """Return a pattern as a named group."""
    return f"(?P<{name}>{pattern})"


def when(name: str) -> str:
    """Return the pattern of a period after a verb."""
    return rf"(?:in|from) {named(name, PERIOD)}"


def said_amount(text: str) -> Amount:
    """Read an amount of a form; raise Unknown if it is none."""
    read = amount(text)
    if read is None:
        raise Unknown(text)
    return read


def run_of(text: str) -> Period:
    """Read one run of months."""
    (found,) = runs_of(text)
    return found


def runs_of(text: str) -> tuple[Period, ...]:
    """Read runs of months."""
    found = periods(text)
    if found is None:
        raise Unknown(text)
    return found


def goods_told(match: Match, name: str = "ga") -> tuple[Amount, str]:
    """Read an amount with its goods."""
    found = goods_amount(match[name])
    if found is None:
        raise Unknown(match[name])
    return found[0], goods_of(found[1])


def between(match: Match, first: str, last: str) -> tuple[int, int]:
    """Return where the words of two groups stand, and what is between."""
    return match.start(first), match.end(last)


def same_amount(like: Amount, text: str) -> Amount:
    """Read an amount that is counted as another of its sentence is."""
    said = said_amount(text)
    if (said.measure, said.unit) != (like.measure, like.unit):
        raise Unknown(text)
    return said


_TOLD: Final = re.compile(rf"(?P<who>{NESTED}) printed (?P<a>{AMOUNT})(?:, | and |\Z)")


def quotes(text: str, start: int, parts: Parts, goods: str, period: Period) -> None:
    """Read `` (RFA printed US$256,891 and VOA printed US$266,891)``: what others printed for the same."""
    left = re.match(r" \(|; ", text)
    at = left.end() if left is not None else 0
    body = text[at:].removesuffix(")")
    place = 0
    for one in _TOLD.finditer(body):
        if one.start() != place:
            raise Unknown(text)
        parts.quote(
            goods, said_amount(one["a"]), period, (one["who"],), (start + at + one.start(), start + at + one.end("a"))
        )
        place = one.end()
    if place != len(body):
        raise Unknown(text)


def day_of(text: str) -> date:
    """Read a day as it is written out."""
    number, name, year = text.split()
    return date(int(year), MONTH_NAMES.index(name) + 1, int(number))

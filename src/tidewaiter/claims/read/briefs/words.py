"""Amounts, months and multiples as a brief prints them, read back: the reverse of :mod:`tidewaiter.findings.words`.

A number is read by the rounding rules that hold for everybody's (:mod:`tidewaiter.claims.hedges`), never by what the brief
could know about it: whoever changed a digit is to be found out.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from tidewaiter.claims.hedges import said
from tidewaiter.claims.model import Said
from tidewaiter.codes.units import all_units
from tidewaiter.errors import InputError
from tidewaiter.findings.words import AS_COUNTED
from tidewaiter.model import Interval, Measure
from tidewaiter.period import MONTH_NAMES, Period, month

__all__ = [
    "AMOUNT",
    "NUMBER",
    "PERIOD",
    "TIMES",
    "Amount",
    "amount",
    "goods_amount",
    "goods_amounts",
    "periods",
    "times",
]

_MONTH: Final = f"(?:{'|'.join(MONTH_NAMES)})"
PERIOD: Final = (
    rf"(?:{_MONTH}–{_MONTH} \d{{4}}|{_MONTH} \d{{4}} to {_MONTH} \d{{4}}|{_MONTH} (?:to|and) {_MONTH} \d{{4}}|{_MONTH} \d{{4}}"
    r"|\d{4} and \d{4}|\d{4})"
)
"""One run of months, as a pattern."""

NUMBER: Final = r"\d[\d,]*(?:\.\d+)?(?: million| billion)?"
_HEDGE: Final = "(?:[Mm]ore than|[Aa]t least|[Aa]bout) "
_MONEY: Final = rf"(?:US\$|[A-Z]{{3}} ){NUMBER}"
TIMES: Final = rf"(?:twice|(?:between {NUMBER} and |at least )?{NUMBER} times)"
"""A multiple, as a pattern."""

_CURRENCIES: Final = {"US$": "USD", "RMB": "CNY"}
_SCALES: Final = {"": 0, " million": 6, " billion": 9}


@cache
def _unit() -> str:
    names = sorted((name for name in all_units() if name not in ("", "items")), key=len, reverse=True)
    return f"(?:{'|'.join(re.escape(name) for name in names)})"


@cache
def _amount_pattern() -> str:
    return rf"(?:{_HEDGE})?(?:{_MONEY}(?: to {_MONEY})?|{NUMBER}(?: to {NUMBER})?(?: {_unit()}(?![\w-]))?)"


AMOUNT: Final = _amount_pattern()
"""An amount with its unit, as a pattern."""

_PARTS: Final = re.compile(
    rf"(?P<hedge>{_HEDGE})?(?P<money>US\$|[A-Z]{{3}} )?(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<scale> million| billion)?(?: (?P<unit>{_unit()}))?"
)
_GOODS: Final = re.compile(
    rf"(?:(?P<money>(?:{_HEDGE})?{_MONEY}(?: to {_MONEY})?) worth of|(?P<weight>(?:{_HEDGE})?{NUMBER}(?: to {NUMBER})? {_unit()}) of"
    rf"|(?P<count>(?:{_HEDGE})?{NUMBER}(?: to {NUMBER})?)) (?P<goods>.+)"
)
_SEVERAL: Final = re.compile(rf"(?:, | and )(?={_HEDGE}|{_MONEY} worth of |\d)")
_ONE_RUN: Final = re.compile(PERIOD)


class Amount(NamedTuple):
    """An amount as printed: what it says, what is counted, and in what."""

    said: Said
    measure: Measure
    unit: str


def amount(text: str) -> Amount | None:
    """Read an amount; None if it is none.

    Examples
    --------
    >>> amount("US$98.1 million").said.bounds, amount("3,038 kg").unit, amount("at least 94,840").said.bounds
    (Interval(lo=98050000.0, hi=98150000.0), 'kg', Interval(lo=94840.0, hi=inf))
    """
    first, to, last = text.partition(" to ")
    if to:
        low, high = amount(first), amount(last)
        if low is None or high is None or low.said.value > high.said.value:
            return None
        shown = f"{low.said.printed} to {high.said.printed}"
        return high._replace(said=Said(shown, low.said.value, 0.0, Interval(low.said.value, high.said.value)))
    found = _PARTS.fullmatch(text)
    if found is None:
        return None
    hedge = (found["hedge"] or "").strip().lower()
    digits, scale = found["digits"].replace(",", ""), _SCALES[found["scale"] or ""]
    value = Decimal(digits).scaleb(scale)
    step = Decimal(1).scaleb(_last_digit(digits) + scale)
    if found["money"]:
        sign = found["money"].strip()
        measure, unit = Measure.VALUE, _CURRENCIES.get(sign, sign)
    else:
        unit = found["unit"] or "pieces"
        measure = Measure.NET_WEIGHT if unit == "kg" else Measure.QUANTITY
        if hedge != "about" and not scale and "." not in digits and value < AS_COUNTED:
            step = Decimal(1)
    printed = f"{found['digits']}{found['scale'] or ''}"
    return Amount(said(printed, float(value), float(step), hedge), measure, unit)


def _last_digit(digits: str) -> int:
    """Return the place of the last digit that is not zero, as a power of ten; of a fraction its last digit."""
    whole, _, part = digits.partition(".")
    if part:
        return -len(part)
    return len(whole) - len(whole.rstrip("0")) if whole.strip("0") else 0


def goods_amount(text: str) -> tuple[Amount, str] | None:
    """Read an amount with its goods.

    Examples
    --------
    >>> goods_amount("1,140 kg of reagent test kits")[1], goods_amount("US$2,769 worth of cars (heading 8703)")[1]
    ('reagent test kits', 'cars (heading 8703)')
    """
    found = _GOODS.fullmatch(text)
    read = amount(found["money"] or found["weight"] or found["count"]) if found is not None else None
    return (read, found["goods"]) if found is not None and read is not None else None


def goods_amounts(text: str) -> list[tuple[Amount, str]] | None:
    """Read several, joined by commas and *and*; None if one of them is none."""
    found = [goods_amount(part) for part in _SEVERAL.split(text)]
    return None if any(one is None for one in found) else [one for one in found if one is not None]


def periods(text: str) -> tuple[Period, ...] | None:
    """Read runs of months, joined by commas and *and*; None if it is no such list.

    Examples
    --------
    >>> [str(one) for one in periods("February 2020 to December 2021 and March 2022")]
    ['2020-02..2021-12', '2022-03']
    >>> [str(one) for one in periods("January and February 2022")], [str(one) for one in periods("2020 and 2021")]
    (['2022-01..2022-02'], ['2020-01..2021-12'])
    """
    found = []
    at = 0
    while True:
        match = _ONE_RUN.match(text, at)
        run = _run(match[0]) if match is not None else None
        if match is None or run is None:
            return None
        found.append(run)
        if match.end() == len(text):
            return tuple(found)
        joint = re.compile(", | and ").match(text, match.end())
        if joint is None:
            return None
        at = joint.end()


def _run(text: str) -> Period | None:
    names = [MONTH_NAMES.index(name) for name in re.findall(_MONTH, text)]
    years = [int(year) for year in re.findall(r"\d{4}", text)]
    if not names:
        first, last = years[0] * 12, years[-1] * 12 + 11
    else:
        first, last = years[0] * 12 + names[0], years[-1] * 12 + names[-1]
    try:
        # The printed form goes through the one place that knows which months there are.
        return Period(month(f"{first // 12:04d}-{first % 12 + 1:02d}"), month(f"{last // 12:04d}-{last % 12 + 1:02d}"))
    except InputError:
        return None


def times(text: str) -> Said:
    """Read a multiple as a brief prints it: two digits, or a span.

    Examples
    --------
    >>> times("96 times").bounds, times("twice").bounds, times("between 21 and 26 times").bounds
    (Interval(lo=95.5, hi=96.5), Interval(lo=1.95, hi=2.05), Interval(lo=21.0, hi=26.0))
    >>> times("at least 3 times").bounds, times("2.4 times").step
    (Interval(lo=3.0, hi=inf), 0.1)
    """
    if text == "twice":
        return said("2.0", 2.0, 0.1)
    shown = [Decimal(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]
    if text.startswith("between"):
        low, high = float(shown[0]), float(shown[1])
        return Said(f"{low:g} to {high:g}", low, 0.0, Interval(low, high))
    value = shown[0]
    if text.startswith("at least"):
        return said(f"{value}", float(value), 0.0, "at least")
    return said(f"{value}", float(value), float(_step(value)), "")


def _step(value: Decimal) -> Decimal:
    """Return how finely a multiple was printed: to two digits, three near one, a whole number where it has more digits."""
    if not value:
        return Decimal("0.1")
    if Decimal("0.9") <= value < Decimal("1.2"):
        return Decimal("0.01") if value.normalize().as_tuple().exponent <= -2 or value == 1 else Decimal("0.1")  # type: ignore[operator]
    place = Decimal(1).scaleb(value.adjusted() - 1)
    return place if value % place == 0 else Decimal(1).scaleb(min(0, int(value.as_tuple().exponent)))

"""Numbers, amounts and lists of months as a reader would say them.

Rounding never goes further than the evidence: a multiple is printed with as many digits as its interval leaves
certain, two at the most (three from a hundred on), and as a span where it leaves none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from tidewaiter.facts.base import Known
from tidewaiter.model import Interval, Measure, SeriesKey
from tidewaiter.period import MONTH_NAMES, Period, month_words

__all__ = [
    "amount",
    "every",
    "goods_amount",
    "join",
    "money",
    "month_list",
    "months",
    "number",
    "open_words",
    "runs",
    "span",
    "step_of",
    "times",
    "when",
    "with_unit",
]

AS_COUNTED = 10_000
"""Pieces and kilograms below, printed in digits, are read as counted."""

_CURRENCIES = {"USD": "US$", "EUR": "EUR ", "CNY": "RMB ", "GBP": "GBP ", "BRL": "BRL "}


def number(value: float, step: float = 1.0) -> str:
    """Write a number: millions as such, as fine as it was printed.

    Examples
    --------
    >>> number(266891), number(10_680_000, 10_000), number(98_100_000, 100_000), number(42_783_930)
    ('266,891', '10.68 million', '98.1 million', '42.8 million')
    >>> number(0.0249)
    '0.025'
    """
    if 0 < abs(value) < 10 and value != int(value):
        return f"{value:.2g}"
    if abs(value) < 1_000_000:
        return f"{value:,.0f}"
    scale, name = (1e9, "billion") if abs(value) >= 1e9 else (1e6, "million")
    if step > 1:
        digits = max(0, round(math.log10(scale / step)))
        text = f"{value / scale:,.{digits}f}"
    else:
        text = f"{value / scale:,.3g}" if abs(value) / scale < 100 else f"{value / scale:,.0f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {name}"


def money(value: float, unit: str, step: float = 1.0) -> str:
    """Write a value with its currency.

    Examples
    --------
    >>> money(98_100_000, "USD", 100_000), money(42_783_930, "EUR")
    ('US$98.1 million', 'EUR 42.8 million')
    """
    return f"{_CURRENCIES.get(unit, unit + ' ')}{number(value, step)}"


def step_of(known: Known) -> float:
    """Return how finely a known number was printed; 1 for exact ones."""
    if known.printed is None:
        width = known.bounds.hi - known.bounds.lo
        return max(1.0, _round_step(width))
    width = known.printed.bounds.hi - known.printed.bounds.lo
    return width if math.isfinite(width) and width > 1 else 1.0


def _round_step(width: float) -> float:
    return 10.0 ** math.floor(math.log10(width)) if width > 1 and math.isfinite(width) else 1.0


def open_words(key: SeriesKey) -> str:
    """Say that only a lower end is known: as the press prints it, or of a sum that lacks some of its parts."""
    return "more than " if key.dataset == "press" else "at least "


def amount(known: Known, key: SeriesKey) -> str:
    """Write an amount with its unit: ``US$2,769``, ``1,140 kg``, ``94,840``.

    Digits never say more than is known: "about" stands before a number that is rounded more coarsely than its digits let
    a reader think, and where not even that holds, the two ends stand in its place.
    """
    if math.isinf(known.bounds.hi):
        return open_words(key) + with_unit(known.value, key, step_of(known))
    step = step_of(known)
    # A sum is no finer than its parts: it is rounded to what they leave open, or one digit further.
    tries = [(known.value, step)]
    if known.printed is None and step > 1:
        tries = [(round(known.value / one) * one, one) for one in (step, step * 10)]
    for about in ("", "about "):
        for value, one in tries:
            if _covers(known.bounds, *_read(number(value, one)), key, about=bool(about)):
                return about + with_unit(value, key, one)
    low, high = _cut(known.bounds.lo, math.floor), _cut(known.bounds.hi, math.ceil)
    first = with_unit(low, key) if key.measure is Measure.VALUE else number(low)
    return f"{first} to {with_unit(high, key)}"


def with_unit(value: float, key: SeriesKey, step: float = 1.0) -> str:
    """Write a number of a series with its currency or unit; pieces have none."""
    if key.measure is Measure.VALUE:
        return money(value, key.unit, step)
    text = number(value, step)
    return text if key.unit == "pieces" else f"{text} {key.unit}"


def _covers(bounds: Interval, shown: float, last: float, key: SeriesKey, *, about: bool) -> bool:
    """Whether a written number, read as everybody's is, leaves open all that is not known."""
    if not about and key.measure is not Measure.VALUE and last >= 1 and shown < AS_COUNTED:
        last = 1.0
    below = last / 20 if shown == last and last > 1 else last / 2  # a lone 1 is rounded to from nearer below
    above = last / 2
    if about:
        margin = min(last, shown / 10)
        below, above = max(below, margin), max(above, margin)
    slack = 1e-9 * max(1.0, abs(shown))
    return shown - below - slack <= bounds.lo and bounds.hi <= shown + above + slack and (shown > 0 or not about)


def _read(text: str) -> tuple[float, float]:
    """Return a written number, and what one unit of its last digit is that is not zero.

    Examples
    --------
    >>> _read("98.1 million"), _read("1,300"), _read("0.025"), _read("0")
    ((98100000.0, 100000.0), (1300.0, 100.0), (0.025, 0.001), (0.0, 1.0))
    """
    digits, _, name = text.replace(",", "").partition(" ")
    scale = {"million": 6, "billion": 9}.get(name, 0)
    whole, _, part = digits.partition(".")
    value = float(digits) * 10.0**scale
    if part:
        return value, 10.0 ** (scale - len(part))
    return value, 10.0 ** (scale + len(whole) - len(whole.rstrip("0"))) if whole.strip("0") else 1.0


def _cut(value: float, way: Callable[[float], int]) -> float:
    """Cut an end of an interval to three digits, outward."""
    step = 10.0 ** max(0, math.floor(math.log10(value)) - 2) if value >= 1 else 1.0
    return way(value / step) * step


def goods_amount(known: Known, key: SeriesKey, phrase: str) -> str:
    """Write an amount of goods: ``94,840 thermometers``, ``1,140 kg of reagents``, ``US$2,769 worth of masks``."""
    text = amount(known, key)
    if key.measure is Measure.VALUE:
        return f"{text} worth of {phrase}"
    return f"{text} {phrase}" if key.unit == "pieces" else f"{text} of {phrase}"


def times(ratio: Interval, value: float | None = None) -> str:
    """Write a multiple as firmly as its interval allows.

    Examples
    --------
    >>> times(Interval(96.37, 96.40)), times(Interval(33.3, 33.4)), times(Interval(21, 26))
    ('96 times', '33 times', 'between 21 and 26 times')
    >>> times(Interval(1.40, 1.42)), times(Interval(3, math.inf))
    ('1.4 times', 'at least 3 times')
    >>> times(Interval(2.02, 2.03)), times(Interval(103.9, 103.9)), times(Interval(103, 104.9))
    ('twice', '104 times', '100 times')
    """
    if math.isinf(ratio.hi):
        return f"at least {_floor2(ratio.lo)} times"
    low, high = _two(ratio.lo), _two(ratio.hi)
    if low == high:
        if ratio.lo >= 100 and round(ratio.lo) == round(ratio.hi) < 1000:
            low = f"{ratio.lo:.0f}"  # two digits would make a round "100 times" of 104
        return "twice" if low == "2" else f"{low} times"
    return f"between {_floor2(ratio.lo)} and {_ceil2(ratio.hi)} times"


def _digits(value: float) -> int:
    """Two digits; three where two would say "1 times"."""
    if value <= 0:
        return 0
    return 2 if 0.95 <= value < 1.2 else 1 - math.floor(math.log10(value))


def _two(value: float) -> str:
    return _show(round(value, _digits(value)))


def _floor2(value: float) -> str:
    digits = _digits(value)
    return _show(math.floor(value * 10.0**digits) / 10.0**digits)


def _ceil2(value: float) -> str:
    digits = _digits(value)
    return _show(math.ceil(value * 10.0**digits) / 10.0**digits)


def _show(value: float) -> str:
    if 0.9 <= value < 1.2 and round(value, 1) != value:
        return f"{value:.2f}"
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def runs(numbers: Iterable[int]) -> list[Period]:
    """Gather months into unbroken runs, in order.

    Examples
    --------
    >>> [str(run) for run in runs([24264, 24265, 24267])]
    ['2022-01..2022-02', '2022-04']
    """
    found: list[Period] = []
    for month in sorted(numbers):
        if found and found[-1].end == month - 1:
            found[-1] = Period(found[-1].start, month)
        else:
            found.append(Period(month, month))
    return found


def months(numbers: Sequence[int]) -> str:
    """Write a set of months as runs: ``February 2020 to December 2021 and March 2022``."""
    return join([span(run) for run in runs(numbers)])


def every(numbers: Sequence[int]) -> str:
    """Write a set of months after "higher than in".

    Examples
    --------
    >>> every([24241, 24242, 24243, 24266])
    'every month from February to April 2020 and in March 2022'
    >>> every([24241, 24266])
    'February 2020 and March 2022'
    >>> every([24241, 24264, 24265, 24266])
    'February 2020 and in every month from January to March 2022'
    """
    parts = []
    for run in runs(numbers):
        text = span(run)
        if run.is_month:
            parts.append(f"in {text}")
        else:
            parts.append(f"in every month {'from' if ' to ' in text else 'of'} {text}")
    if all(run.is_month for run in runs(numbers)):
        parts = [parts[0], *(part.removeprefix("in ") for part in parts[1:])]
    if parts[0].startswith("in every month"):
        # "every month from A to B and from C to D": the words need not stand twice.
        parts = [parts[0], *(part.replace("in every month ", "") for part in parts[1:])]
    return join(parts).removeprefix("in ")


def span(period: Period) -> str:
    """Write a run of months inside a sentence; two months are joined by "and"."""
    if len(period) == 2 and period.start // 12 == period.end // 12:
        return f"{MONTH_NAMES[period.start % 12]} and {month_words(period.end)}"
    if len(period) == 24 and period.start % 12 == 0:
        return f"{period.start // 12} and {period.end // 12}"
    if period.is_year or period.is_month or period.start // 12 != period.end // 12:
        return period.words()
    return f"{MONTH_NAMES[period.start % 12]} to {month_words(period.end)}"


def when(period: Period) -> str:
    """Write a period after a verb: ``in January–April 2022``, ``from December 2021 to February 2022``.

    Examples
    --------
    >>> when(Period.parse("2021-12..2022-02")), when(Period.parse("2022-04"))
    ('from December 2021 to February 2022', 'in April 2022')
    """
    words = period.words()
    return f"{'from' if ' to ' in words else 'in'} {words}"


def month_list(numbers: Sequence[int]) -> str:
    """Write months one by one, in order.

    Examples
    --------
    >>> month_list([24265, 24264])
    'January 2022 and February 2022'
    """
    return join([month_words(number) for number in sorted(numbers)])


def join(parts: Sequence[str]) -> str:
    """Join words with commas and an "and".

    Examples
    --------
    >>> join(["a"]), join(["a", "b"]), join(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]

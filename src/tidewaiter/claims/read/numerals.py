"""Numbers in digits and words: ``1.4 million``, ``three dozen``, ``two and a half million``, ``4,458만``.

Values are exact decimals. ``step`` is the unit of the last printed digit: what the number can be relied on to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from tidewaiter.claims.read.tokens import Token, tokens

__all__ = ["Number", "digits", "number_at", "parse_number"]

_ONES: Final = {
    word: Decimal(value)
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS: Final = {
    word: Decimal(10 * value)
    for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_SCALES: Final = {
    "thousand": Decimal(10**3), "million": Decimal(10**6), "millions": Decimal(10**6), "billion": Decimal(10**9),
    "billions": Decimal(10**9), "trillion": Decimal(10**12), "mln": Decimal(10**6), "mn": Decimal(10**6),
    "bn": Decimal(10**9), "bln": Decimal(10**9), "tn": Decimal(10**12), "trn": Decimal(10**12),
    "lakh": Decimal(10**5), "crore": Decimal(10**7),
}  # fmt: skip
_TIGHT: Final = {"m": Decimal(10**6), "k": Decimal(10**3), "b": Decimal(10**9), "t": Decimal(10**12)}
"""Scales that are one letter: only where they touch the digits, and for ``m``, ``b`` and ``t`` only after a currency."""

_EAST: Final = {
    "千": Decimal(10**3), "천": Decimal(10**3), "万": Decimal(10**4), "萬": Decimal(10**4), "만": Decimal(10**4),
    "亿": Decimal(10**8), "億": Decimal(10**8), "억": Decimal(10**8), "兆": Decimal(10**12), "조": Decimal(10**12),
}  # fmt: skip
_EAST_DIGITS: Final = {
    sign: Decimal(value)
    for value, signs in enumerate(
        ("零〇영", "一일壹", "二两兩이", "三삼", "四사", "五오", "六육륙", "七칠", "八팔", "九구")
    )
    for sign in signs
}
_EAST_TENS: Final = {"十": Decimal(10), "십": Decimal(10), "百": Decimal(100), "백": Decimal(100)}

_PLAIN: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?\Z")
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,5}(?:\.[0-9]{1,9})?\Z")


class Number(NamedTuple):
    """A number as printed.

    ``first`` and ``last`` are the tokens it spans (``last`` is one past). ``step`` is 1 for whole numbers below ten
    thousand, which are printed as they were counted; above, that of the last digit that is not zero.
    """

    value: Decimal
    step: Decimal
    first: int
    last: int
    scaled: bool = False
    words: bool = False
    loose: bool = False


def digits(text: str) -> tuple[Decimal, Decimal] | None:
    """Read digits as printed in English: the value and the unit of the last printed digit.

    Returns
    -------
    tuple or None
        ``None`` for a form that could be two things (``1.234.567``, ``12,34,567``).

    Examples
    --------
    >>> digits("2,769"), digits("98.10"), digits("1.234.567")
    ((Decimal('2769'), Decimal('1')), (Decimal('98.10'), Decimal('0.01')), None)
    """
    text = re.sub("[\u00a0\u202f\u2009]", ",", text)
    if not (_PLAIN.match(text) or _GROUPED.match(text)):
        return None
    if len(text) > 1 and text[0] == "0" and text[1] != ".":
        return None
    value = Decimal(text.replace(",", ""))
    exponent = value.as_tuple().exponent
    return value, Decimal(1).scaleb(int(exponent))


def _significant(value: Decimal, step: Decimal) -> Decimal:
    """Return the step of a scaled number: of its last digit that is not zero, unless decimals were printed."""
    while value and value % (step * 10) == 0:
        step *= 10
    return step


def _whole_step(value: Decimal) -> Decimal:
    """Return the step of a whole number that was printed in full."""
    if value < 10_000:
        return Decimal(1)
    step = Decimal(1)
    while value % (step * 10) == 0:
        step *= 10
    return step


def number_at(row: Sequence[Token], at: int, money: bool = False) -> Number | None:
    """Read the longest number that begins at a token.

    Parameters
    ----------
    row
        Tokens of a sentence.
    at
        Where to begin.
    money
        Whether a currency stands before it, so that ``1.4m`` can only be millions.

    Examples
    --------
    >>> for text in ("1.4 million", "two and a half million", "a dozen", "half a million", "1亿2000万", "twenty-three"):
    ...     n = number_at(tokens(text), 0)
    ...     print(text, n.value.normalize(), n.step.normalize())
    1.4 million 1.4E+6 1E+5
    two and a half million 2.5E+6 1E+5
    a dozen 12 1
    half a million 5E+5 1E+5
    1亿2000万 1.2E+8 1E+7
    twenty-three 23 1
    """
    if at >= len(row):
        return None
    token = row[at]
    if token.kind == "number":
        return _from_digits(row, at, money)
    if token.kind == "word":
        return _from_words(row, at)
    return None


def _from_digits(row: Sequence[Token], at: int, money: bool) -> Number | None:
    read = digits(row[at].text)
    if read is None:
        return None
    value, step = read
    after = at + 1
    if after < len(row) and row[after].kind == "scale":
        return _east(row, at)
    if after < len(row) and row[after].kind == "word":
        scale = _SCALES.get(row[after].low)
        if scale is None and row[at].touches(row[after]):
            if row[after].low == "k" or money:
                scale = _TIGHT.get(row[after].low)
            elif row[after].low == "m" and not (after + 1 < len(row) and row[after + 1].text == "-"):
                # "1.4m masks"; whether it is metres shows itself in what follows, which the caller looks at.
                step = _significant(value, step) if step == 1 else step
                return Number(value * 10**6, step * 10**6, at, after + 1, scaled=True, loose=True)
        if scale is not None:
            step = _significant(value, step) if step == 1 else step
            return Number(value * scale, step * scale, at, after + 1, scaled=True)
    if after + 1 < len(row) and row[after].text == "-" and row[after + 1].low in _SCALES:
        scale = _SCALES[row[after + 1].low]
        step = _significant(value, step) if step == 1 else step
        return Number(value * scale, step * scale, at, after + 2, scaled=True)
    if step == 1:
        step = _whole_step(value)
    return Number(value, step, at, after)


def _east(row: Sequence[Token], at: int) -> Number | None:
    """Read ``1亿2000万``, ``44억 5,800만``: parts must fall in size, or it is not one number."""
    total, step, last, place = Decimal(0), Decimal(1), Decimal(10) ** 30, at
    while place + 1 < len(row) and row[place].kind == "number" and row[place + 1].kind == "scale":
        read = digits(row[place].text)
        if read is None:
            return None
        value, unit = read
        scale, end = Decimal(1), place + 1
        while end < len(row) and row[end].kind == "scale":
            scale, end = scale * _EAST[row[end].text], end + 1
        if scale >= last or value * scale >= last:
            return None
        part = value * scale
        total += part
        step = unit * scale
        if unit == 1:
            while part and part % (step * 10) == 0:
                step *= 10
        last, place = scale, end
    if place < len(row) and row[place].kind == "number" and row[place - 1].touches(row[place]):
        read = digits(row[place].text)
        if read is None or read[0] >= last:
            return None
        total, step, place = total + read[0], read[1], place + 1
    return Number(total, step, at, place, scaled=True) if place > at else None


def _low(row: Sequence[Token], at: int) -> str:
    return row[at].low if 0 <= at < len(row) else ""


def _under_hundred(row: Sequence[Token], at: int) -> tuple[Decimal, int] | None:
    word = _low(row, at)
    if word in _TENS:
        after = at + 1
        if _low(row, after) == "-":
            after += 1
        ones = _ONES.get(_low(row, after))
        if ones is not None and 0 < ones < 10:
            return _TENS[word] + ones, after + 1
        return _TENS[word], at + 1
    if word in _ONES:
        return _ONES[word], at + 1
    return None


def _hundreds(row: Sequence[Token], whole: Decimal, place: int) -> tuple[Decimal, int]:
    """Read on after a number below a hundred: ``three`` ``hundred and twenty``."""
    if _low(row, place) != "hundred":
        return whole, place
    whole, place = whole * 100, place + 1
    more = _under_hundred(row, place + 1 if _low(row, place) == "and" else place)
    return (whole + more[0], more[1]) if more else (whole, place)


def _from_words(row: Sequence[Token], at: int) -> Number | None:
    first = _low(row, at)
    if first == "half" and _low(row, at + 1) in ("a", "an") and _low(row, at + 2) in _SCALES:
        scale = _SCALES[_low(row, at + 2)]
        return Number(scale / 2, scale / 10, at, at + 3, scaled=True, words=True)
    if first in ("a", "an", "one") and _low(row, at + 1) in ("dozen", "hundred", *_SCALES):
        value, place = Decimal(1), at + 1
    else:
        found = _under_hundred(row, at)
        if found is None:
            return None
        value, place = found
    if _low(row, place) == "dozen":
        return Number(value * 12, Decimal(1), at, place + 1, words=True, loose=True)
    step = Decimal(1)
    if (_low(row, place), _low(row, place + 1), _low(row, place + 2)) == ("and", "a", "half"):
        if _low(row, place + 3) not in _SCALES:
            return Number(value + Decimal("0.5"), Decimal("0.1"), at, place + 3, words=True)
        value, step, place = value + Decimal("0.5"), Decimal("0.1"), place + 3
    if _low(row, place) == "point" and _under_hundred(row, place + 1):
        tail, place = _under_hundred(row, place + 1) or (Decimal(0), place)
        if tail >= 10:
            return None
        value, step = value + tail / 10, Decimal("0.1")
    total, whole = Decimal(0), value
    whole, place = _hundreds(row, whole, place)
    scaled, last = False, Decimal(10) ** 30
    while _low(row, place) in _SCALES:
        scale = _SCALES[_low(row, place)]
        if scale >= last:
            return None
        total, step, place, scaled, last = total + whole * scale, step * scale, place + 1, True, scale
        whole = Decimal(0)
        after = place + 1 if _low(row, place) == "and" else place
        more = _under_hundred(row, after)
        if more is None:
            break
        whole, place = _hundreds(row, *more)
        step = Decimal(1)
    total += whole
    if scaled and step >= 1:
        step = _significant(total, step)
    return Number(total, step if scaled or step < 1 else _whole_step(total), at, place, scaled=scaled, words=True)


def parse_number(text: str) -> tuple[Decimal, Decimal] | None:
    """Read a number that is the whole text, in English, Chinese or Korean: the value and its step.

    Examples
    --------
    >>> [str(parse_number(t)[0]) for t in ("4,458만", "3.2亿", "三百二十万", "1천2백만", "66,000")]
    ['44580000', '320000000.0', '3200000', '12000000', '66000']
    """
    plain = "".join(text.split())
    if plain and all(
        sign in _EAST or sign in _EAST_DIGITS or sign in _EAST_TENS or sign in "0123456789.," for sign in plain
    ):
        return _east_text(plain)
    row = tokens(text)
    found = number_at(row, 0)
    if found is None or found.last != len(row):
        return None
    return found.value, found.step


def _east_text(text: str) -> tuple[Decimal, Decimal] | None:
    """Read a number in Chinese or Korean signs, digits among them, each part smaller than the one before."""
    parts = re.findall(r"[0-9][0-9.,]*|.", text)
    total = section = Decimal(0)
    now: Decimal | None = None
    unit, step, great = Decimal(1), Decimal(1), Decimal(10) ** 30
    small = great
    for part in parts:
        if part[0].isascii():
            read = digits(part)
            if read is None or now is not None:
                return None
            now, unit = read
        elif part in _EAST_DIGITS:
            if now is not None:
                return None
            now, unit = _EAST_DIGITS[part], Decimal(1)
        elif part in _EAST_TENS or part in ("千", "천"):
            scale = _EAST_TENS.get(part, Decimal(1000))
            if scale >= small:
                return None
            section += (Decimal(1) if now is None else now) * scale
            now, small, step = None, scale, unit * scale
        else:
            scale = _EAST[part]
            if scale >= great or (now is None and not section):
                return None
            step = unit * scale if now is not None else step * scale
            total += (section + (now or Decimal(0))) * scale
            section, now, great, small, unit = Decimal(0), None, scale, scale, Decimal(1)
    if now is not None:
        if now >= small:
            return None
        section, step = section + now, unit
    total += section
    if step >= 1 and total:
        while total % (step * 10) == 0 and (total >= 10_000 or step > 1):
            step *= 10
    return total, step

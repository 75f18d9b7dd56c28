"""Numbers in Chinese, Korean and Japanese signs: ``九千八百万``, ``9천8백만``, ``1億2,345万``, ``９８００万``, ``三点五亿``.

Signs count in tens of thousands: 万, 만 are 10^4, 亿, 억, 億 10^8, 兆, 조 10^12; inside each, 千, 百, 十. Parts have to fall in
size, or it is not one number.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

__all__ = ["east", "has_signs", "plain_width"]

_DIGITS: Final = {
    sign: value
    for value, signs in enumerate(
        (
            "零〇영공",
            "一壹壱弌일",
            "二贰貳弐两兩이",
            "三叁參参삼",
            "四肆사",
            "五伍오",
            "六陆陸육륙",
            "七柒漆칠",
            "八捌팔",
            "九玖구",
        )
    )
    for sign in signs
}
_SMALL: Final = {"十": 10, "拾": 10, "십": 10, "百": 100, "佰": 100, "백": 100, "千": 1000, "仟": 1000, "천": 1000}
_GREAT: Final = {sign: 10**power for power, signs in ((4, "万萬만"), (8, "亿億억"), (12, "兆조")) for sign in signs}
_POINTS: Final = "点點점"
_ASCII: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?", re.ASCII)


def plain_width(text: str) -> str:
    """Write full-width digits and signs in the common width.

    Examples
    --------
    >>> plain_width("９，８００．５％")
    '9,800.5%'
    """
    return unicodedata.normalize("NFKC", text)


def has_signs(text: str) -> bool:
    """Whether a text holds a sign of these scripts that counts."""
    return any(sign in _DIGITS or sign in _SMALL or sign in _GREAT for sign in text)


def east(text: str) -> tuple[Decimal, Decimal] | None:
    """Read a number that is the whole text: its value, and the unit of its last digit that is not zero.

    Examples
    --------
    >>> [str(east(t)[0]) for t in ("구천팔백만", "九千八百万", "9천8백만", "９８００万", "1億2,345万", "一百二十三", "两千")]
    ['98000000', '98000000', '98000000', '98000000', '123450000', '123', '2000']
    >>> [str(east(t)[0]) for t in ("3.2亿", "三点五亿", "만 오천", "이천이십이", "二〇二二", "十五", "1兆2000億")]
    ['320000000.0', '350000000.0', '15000', '2022', '2022', '15', '1200000000000']
    >>> east("5,000만 2억"), east("万"), east("二三万四五万"), east("")
    (None, None, None, None)
    """
    found = _tokens("".join(plain_width(text).split()))
    if not found:
        return None
    total = section = Decimal(0)
    now: Decimal | None = None
    fine: Decimal | None = None
    small, great, spelled = 10**9, 10**16, False
    for kind, sign, value in found:
        if kind == "number":
            if now is not None:
                return None
            now, fine, spelled = value, _fine(sign), False
        elif kind == "digit":
            if now is not None and not spelled:
                return None
            # Digits in a row are written place by place: 二〇二二.
            now, fine, spelled = (now or Decimal(0)) * 10 + value, None, True
        elif kind == "small":
            # Digits may stand before a place as a whole: 1,442千, 98.1百万.
            if value >= small or (now is not None and now >= 10 and (spelled or section)):
                return None
            section += (Decimal(1) if now is None else now) * value
            fine = fine * value if fine is not None else None
            now, small = None, int(value)
        else:
            # A bare 만 is ten thousand in Korean; a bare 万 is no number.
            bare = now is None and not section
            if value >= great or (bare and (sign != "만" or total)):
                return None
            whole = Decimal(1) if bare else section + (now or Decimal(0))
            if whole >= 10_000 or not whole:
                return None
            total += whole * value
            fine = fine * value if fine is not None else None
            section, now, small, great = Decimal(0), None, 10**9, int(value)
    if now is not None:
        if now >= small or now >= great:
            return None
        section += now
    total += section
    return total, _step(total, fine)


def _tokens(text: str) -> list[tuple[str, str, Decimal]]:
    """Cut a text into numbers in digits, digits, places below ten thousand and above; empty if anything else is in it."""
    found: list[tuple[str, str, Decimal]] = []
    at = 0
    while at < len(text):
        digits = _ASCII.match(text, at)
        sign = text[at]
        if digits:
            found.append(("number", digits[0], Decimal(digits[0].replace(",", ""))))
            at = digits.end()
            continue
        if sign in _POINTS and found and found[-1][0] in ("digit", "number"):
            tail = ""
            while at + 1 < len(text) and text[at + 1] in _DIGITS:
                tail, at = tail + str(_DIGITS[text[at + 1]]), at + 1
            whole = found[-1][2]
            if not tail or whole != int(whole):
                return []
            found[-1] = ("number", f"{int(whole)}.{tail}", Decimal(f"{int(whole)}.{tail}"))
        elif sign in _DIGITS:
            found.append(("digit", sign, Decimal(_DIGITS[sign])))
        elif sign in _SMALL:
            found.append(("small", sign, Decimal(_SMALL[sign])))
        elif sign in _GREAT:
            found.append(("great", sign, Decimal(_GREAT[sign])))
        else:
            return []
        at += 1
    return found


def _fine(digits: str) -> Decimal | None:
    """Return the unit of the last decimal that was printed, None where there are no decimals."""
    tail = digits.partition(".")[2]
    return Decimal(1).scaleb(-len(tail)) if tail else None


def _step(total: Decimal, fine: Decimal | None) -> Decimal:
    if fine is not None:
        return fine
    if not total:
        return Decimal(0)
    step = Decimal(1)
    while total % (step * 10) == 0:
        step *= 10
    return step

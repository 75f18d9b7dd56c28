"""Printed numbers in the written form of claims: digits, scale words, 10^4 scripts, money and counting words, ``-fold``."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from tidewaiter.claims.eastern import east, has_signs, plain_width

__all__ = ["Printed", "default_step", "printed_number", "read_printed"]

_SCALES: Final[dict[str, int]] = {
    "": 0, "k": 3, "thousand": 3, "m": 6, "mn": 6, "mln": 6, "million": 6, "bn": 9, "bln": 9, "b": 9, "billion": 9, "tn": 12,
    "trillion": 12,
}  # fmt: skip
_WORDS: Final[dict[str, tuple[int, int]]] = {
    "none": (0, 0), "zero": (0, 0), "nil": (0, 0), "doubled": (2, 1), "double": (2, 1), "twice": (2, 1), "twofold": (2, 1),
    "tripled": (3, 1), "triple": (3, 1), "threefold": (3, 1), "quadrupled": (4, 1), "fourfold": (4, 1), "fivefold": (5, 1),
    "sixfold": (6, 1), "sevenfold": (7, 1), "eightfold": (8, 1), "ninefold": (9, 1), "tenfold": (10, 10),
    "twentyfold": (20, 10), "hundredfold": (100, 100), "a hundredfold": (100, 100), "thousandfold": (1000, 1000),
}  # fmt: skip
_PART = re.compile(r"(\d{1,3}(?:[,  ]\d{3})+|\d+)(\.\d+)?\s*([^\d\s.,%]*)\s*", re.ASCII)


_MONEY: Final[dict[str, str]] = {
    "us$": "USD", "$": "USD", "usd": "USD", "미화": "USD", "美元": "USD", "美金": "USD", "美金元": "USD", "달러": "USD", "미국달러": "USD",
    "미국 달러": "USD", "ドル": "USD", "米ドル": "USD", "€": "EUR", "eur": "EUR", "유로": "EUR", "欧元": "EUR", "歐元": "EUR", "ユーロ": "EUR",
    "£": "GBP", "人民币": "CNY", "人民幣": "CNY", "元人民币": "CNY", "위안": "CNY", "人民元": "CNY", "円": "JPY", "엔": "JPY", "日元": "JPY",
    "원": "KRW", "韩元": "KRW", "韓元": "KRW", "ウォン": "KRW", "₩": "KRW", "¥": "", "元": "",
}  # fmt: skip
"""Signs and words of money, and the currency they are; empty where they are that of more than one country."""

_COUNTED: Final[dict[str, str]] = {
    "개": "pieces", "장": "pieces", "매": "pieces", "대": "pieces", "個": "pieces", "个": "pieces", "只": "pieces", "件": "pieces", "枚": "pieces",
    "台": "pieces", "张": "pieces", "張": "pieces", "片": "pieces", "켤레": "pairs", "쌍": "pairs", "双": "pairs", "雙": "pairs", "톤": "t", "吨": "t",
    "噸": "t", "公吨": "t", "トン": "t", "킬로그램": "kg", "公斤": "kg", "千克": "kg", "キロ": "kg", "キログラム": "kg", "kg": "kg",
}  # fmt: skip
"""Words of counting in these scripts, and the unit they are."""

_HEDGES: Final[tuple[tuple[str, str, str], ...]] = (
    (r"약|약간의|대략|约|約|大约|大約|およそ|ほぼ", "", "about"), (r"거의|近|接近|将近|將近", "", "nearly"), (r"超过|超過|逾|超", "", "more than"),
    ("", "이상|以上", "at least"), ("", "이하|以下", "at most"), ("", "미만|未満|未满", "less than"), ("", "여|余|餘|多", "just over"),
)  # fmt: skip


class Printed(NamedTuple):
    """A number as it was printed: its value, the unit of its last digit, and what its signs say beside it.

    ``currency`` is None where no sign of money stands there and empty where the sign is that of several; ``unit`` and
    ``hedge`` are empty where none stands there.
    """

    value: float
    step: float
    currency: str | None = None
    unit: str = ""
    hedge: str = ""


def read_printed(text: str) -> Printed | None:
    """Read a printed number in English, Chinese, Korean or Japanese; None if it is no number.

    Examples
    --------
    >>> read_printed("약 9천8백만 달러"), read_printed("３２０万枚以上")
    (Printed(value=98000000.0, step=1000000.0, currency='USD', unit='', hedge='about'), Printed(value=3200000.0, step=100000.0, currency=None, unit='pieces', hedge='at least'))
    >>> read_printed("三成"), read_printed("40.7배")
    (Printed(value=30.0, step=10.0, currency=None, unit='', hedge=''), Printed(value=40.7, step=0.1, currency=None, unit='', hedge=''))
    """
    rest = plain_width(text).strip().lower().replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
    hedge = unit = ""
    currency: str | None = None
    for first, last, sense in _HEDGES:
        cut = re.sub(rf"^(?:{first})\s*(?=\S)" if first else rf"(?<=\S)\s*(?:{last})$", "", rest)
        if cut != rest and (has_signs(cut) or any(sign.isdigit() for sign in cut)):
            rest, hedge = cut, sense
            break
    sign = "-" if rest[:1] == "-" else ""
    rest = rest.lstrip("-").strip() if sign else rest.removeprefix("+")
    for word in sorted(_MONEY, key=len, reverse=True):
        if rest.startswith(word):
            rest, currency = rest[len(word) :].strip(), _MONEY[word]
            break
    for table in (_MONEY, _COUNTED):
        for word in sorted(table, key=len, reverse=True):
            if len(rest) > len(word) and rest.endswith(word):
                rest = rest[: -len(word)].strip()
                if table is _MONEY:
                    currency = currency or _MONEY[word]
                else:
                    unit = _COUNTED[word]
                break
    tenth = re.fullmatch(r"(.+?)(?:成|割|할)", rest)
    found = printed_number(sign + (tenth[1] if tenth else rest))
    if found is None:
        return None
    value, step = (found[0] * 10, found[1] * 10) if tenth else found
    return Printed(value, step, currency, unit, hedge)


def printed_number(text: str) -> tuple[float, float] | None:
    """Return a printed number in plain units and the unit of its last non-zero digit; None if it is no number.

    Examples
    --------
    >>> printed_number("1.4 million"), printed_number("-82.4%"), printed_number("US$266,891")
    ((1400000.0, 100000.0), (-82.4, 0.1), (266891.0, 1.0))
    >>> printed_number("4,458만"), printed_number("2억 5,000만"), printed_number("hundredfold"), printed_number("구천팔백만")
    ((44580000.0, 10000.0), (250000000.0, 10000000.0), (100.0, 100.0), (98000000.0, 1000000.0))
    >>> printed_number("a lot") is None
    True
    """
    text = plain_width(text).strip().lower()
    if text in _WORDS:
        return float(_WORDS[text][0]), float(_WORDS[text][1])
    text = re.sub(r"^([-\N{MINUS SIGN}\N{EN DASH}+]?)\s*(us\$|\$|€|£|¥|usd|eur)\s*", r"\1", text)
    text = re.sub(r"\s*(per cent|percent|%|퍼센트|프로|-?fold|times|倍|배)$", "", text)
    sign = -1 if text[:1] in ("-", "\N{MINUS SIGN}", "\N{EN DASH}") else 1
    rest = text.lstrip("-\N{MINUS SIGN}\N{EN DASH}+").strip()
    if has_signs(rest):
        told = east(rest)
        return None if told is None else (float(sign * told[0]), float(told[1]))
    found = _PART.fullmatch(rest)
    if found is None or found[3] not in _SCALES:
        return None
    scale = Decimal(10) ** _SCALES[found[3]]
    digits, decimals = re.sub(r"\D", "", found[1]), found[2] or ""
    number = Decimal(digits + decimals)
    step = _last_digit(digits, decimals) * scale if number else Decimal(0)
    return float(sign * number * scale), float(step)


def _last_digit(digits: str, decimals: str) -> Decimal:
    if decimals:
        return Decimal(1).scaleb(-(len(decimals) - 1))
    return Decimal(10) ** (len(digits) - len(digits.rstrip("0")))


def default_step(printed: str, value: float, step: float, *, counted: bool) -> float:
    """Return the step of a number for which none was told.

    Pieces and kilograms below ten thousand, printed in digits alone, are printed as they were counted.

    Examples
    --------
    >>> default_step("1,000", 1000.0, 1000.0, counted=True), default_step("98 million", 98e6, 1e6, counted=False)
    (1.0, 1000000.0)
    """
    plain = re.fullmatch(r"[\d,\s]+", plain_width(printed).strip()) is not None
    return 1.0 if counted and plain and 0 < value < 10_000 else step
